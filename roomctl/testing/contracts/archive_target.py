"""What every archive target must do."""

import hashlib
import io
import random

import pytest

from roomctl.api import ArchiveTarget, NotFound, RoomctlError

KEY = "2026/0199a000-0000-7000-8000-000000000001/data/audio/t01-0001.flac"
OTHER = "2026/0199a000-0000-7000-8000-000000000001/manifest-sha256.txt"
BYTES = random.Random(2026).randbytes(3 * 1024 * 1024 + 7)  # noqa: S311 - test data; no multiple of any block
OUTSIDE = ["../outside", "a/../../outside", "/etc/outside", "a//../..//outside", "..", "", "a\\..\\..\\outside"]


class _Torn(io.BytesIO):
    """A source that fails in the middle, as a disk or a network does."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > len(BYTES) // 2:
            raise OSError(5, "Input/output error")
        return super().read(min(size, 65536) if size and size > 0 else 65536)


def put(target: ArchiveTarget, key: str, content: bytes) -> None:
    """With its true digest."""
    target.put(key, io.BytesIO(content), hashlib.sha256(content).hexdigest())


def holds(target: ArchiveTarget, key: str, content: bytes) -> bool:
    """Whether these very bytes lie there; a difference of megabytes is not worth a picture."""
    return get(target, key) == content


def get(target: ArchiveTarget, key: str) -> bytes:
    """Every byte, read as a verification does: in pieces."""
    with target.get(key) as stream:
        return b"".join(iter(lambda: stream.read(65536), b""))


class ArchiveTargetContract:
    """Give it a fixture `target`: an empty one that can be written to."""

    @pytest.fixture
    def target(self) -> ArchiveTarget:
        raise LookupError("give a fixture `target`")

    def test_what_is_put_is_what_is_got(self, target: ArchiveTarget) -> None:
        stored = target.put(KEY, io.BytesIO(BYTES), hashlib.sha256(BYTES).hexdigest())
        assert stored.bytes == len(BYTES), f"put says {stored.bytes} bytes of {len(BYTES)}"
        assert holds(target, KEY, BYTES), "other bytes came back"

    def test_stat_tells_size_and_no_false_digest(self, target: ArchiveTarget) -> None:
        put(target, KEY, BYTES)
        stored = target.stat(KEY)
        assert stored is not None, "stat does not know what was put"
        assert stored.bytes == len(BYTES)
        assert stored.sha256 in {"", hashlib.sha256(BYTES).hexdigest()}, "stat gives a wrong digest"

    def test_an_empty_file_is_a_file(self, target: ArchiveTarget) -> None:
        put(target, KEY, b"")
        assert holds(target, KEY, b"")

    def test_keys_are_told_apart(self, target: ArchiveTarget) -> None:
        put(target, KEY, b"sound")
        put(target, OTHER, b"manifest")
        assert holds(target, KEY, b"sound")
        assert holds(target, OTHER, b"manifest")

    def test_what_is_missing_is_not_found(self, target: ArchiveTarget) -> None:
        assert target.stat(KEY) is None, "stat knows what was never put"
        with pytest.raises(NotFound):
            get(target, KEY)

    def test_bytes_that_are_not_those_of_the_digest_are_refused(self, target: ArchiveTarget) -> None:
        with pytest.raises(RoomctlError):
            target.put(KEY, io.BytesIO(BYTES), hashlib.sha256(b"something else").hexdigest())
        assert target.stat(KEY) is None, "a refused put left something under its key"

    def test_a_refused_put_leaves_what_was_there(self, target: ArchiveTarget) -> None:
        put(target, KEY, b"first")
        with pytest.raises(RoomctlError):
            target.put(KEY, io.BytesIO(BYTES), hashlib.sha256(b"something else").hexdigest())
        assert holds(target, KEY, b"first"), "a refused put destroyed what was there"

    def test_a_source_that_breaks_off_leaves_nothing(self, target: ArchiveTarget) -> None:
        with pytest.raises((RoomctlError, OSError)):
            target.put(KEY, _Torn(BYTES), hashlib.sha256(BYTES).hexdigest())
        assert target.stat(KEY) is None, "half a file stands under the key"

    def test_a_put_after_one_that_broke_off_is_whole(self, target: ArchiveTarget) -> None:
        with pytest.raises((RoomctlError, OSError)):
            target.put(KEY, _Torn(BYTES), hashlib.sha256(BYTES).hexdigest())
        stored = target.put(KEY, io.BytesIO(BYTES), hashlib.sha256(BYTES).hexdigest())
        assert stored.bytes == len(BYTES), f"put says {stored.bytes} bytes of {len(BYTES)}"
        assert holds(target, KEY, BYTES), "what was gone on with is not what was given"

    def test_what_broke_off_is_no_part_of_another_file(self, target: ArchiveTarget) -> None:
        with pytest.raises((RoomctlError, OSError)):
            target.put(KEY, _Torn(BYTES), hashlib.sha256(BYTES).hexdigest())
        put(target, KEY, BYTES[::-1])
        assert holds(target, KEY, BYTES[::-1]), "a part of another file was gone on with"

    def test_a_second_put_replaces_the_first(self, target: ArchiveTarget) -> None:
        put(target, KEY, BYTES)
        put(target, KEY, b"second")
        assert holds(target, KEY, b"second")
        stored = target.stat(KEY)
        assert stored is not None
        assert stored.bytes == len(b"second")

    @pytest.mark.parametrize("key", OUTSIDE)
    def test_a_key_that_leads_outside_is_refused(self, target: ArchiveTarget, key: str) -> None:
        with pytest.raises(RoomctlError):
            put(target, key, b"x")
        with pytest.raises(RoomctlError):
            get(target, key)

    def test_finish_may_be_called_again_and_changes_nothing(self, target: ArchiveTarget) -> None:
        put(target, KEY, b"sound")
        put(target, OTHER, b"manifest")
        package = KEY.partition("/data/")[0]
        target.finish(package)
        target.finish(package)
        assert holds(target, KEY, b"sound")
        assert holds(target, OTHER, b"manifest")
