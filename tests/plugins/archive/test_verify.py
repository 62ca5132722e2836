import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roomctl_archive import bag
from roomctl_archive.manifest import PAYLOAD, TAGS, render
from roomctl_archive.verify import verify

from roomctl.api import NotFound
from roomctl.domain.digests import sha256, sm3

FILES = (
    "bag-info.txt",
    "bagit.txt",
    "data/audio/r1/journal.jsonl",
    "data/audio/r1/t01-0001.flac",
    "data/audio/r1/t01-0002.flac",
    "data/events.jsonl",
    "data/records/minutes.docx",
    "manifest-sha256.txt",
    "manifest-sm3.txt",
    "metadata/meeting.json",
    "tagmanifest-sha256.txt",
    "tagmanifest-sm3.txt",
)
any_file = st.sampled_from(FILES)
# every example undoes what it did, so that all of them can share one package
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def named(package):
    verdict = verify(package)
    assert not verdict.ok
    return {fault.file for fault in verdict.problems}


class Replaced:
    """A file with other bytes, until the block ends."""

    def __init__(self, path: Path, content: bytes | None) -> None:
        self.path, self.content = path, content

    def __enter__(self):
        self.before = self.path.read_bytes()
        self.path.unlink()
        if self.content is not None:
            self.path.write_bytes(self.content)

    def __exit__(self, *_):
        self.path.unlink(missing_ok=True)
        self.path.write_bytes(self.before)


def test_the_list_of_files_is_all_of_them(package):
    assert sorted(p.relative_to(package).as_posix() for p in package.rglob("*") if p.is_file()) == list(FILES)


@shared
@given(name=any_file, data=st.data())
def test_any_byte_flipped_is_found_and_named(package, name, data):
    content = bytearray((package / name).read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    with Replaced(package / name, bytes(content)):
        assert name in named(package)


@shared
@given(name=any_file, data=st.data())
def test_any_byte_added_or_cut_off_is_found_and_named(package, name, data):
    content = (package / name).read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    longer = content[:at] + data.draw(st.binary(min_size=1, max_size=3)) + content[at:]
    shorter = content[:at] + content[at + 1 :]
    with Replaced(package / name, data.draw(st.sampled_from([longer, shorter]))):
        assert name in named(package)


@pytest.mark.parametrize("name", FILES)
def test_any_file_removed_is_found_and_named(package, name):
    with Replaced(package / name, None):
        assert name in named(package)


@pytest.mark.parametrize(
    "name", ["extra.txt", "fetch.txt", "data/extra", "data/audio/r1/t01-0003.flac", "metadata/x"]
)
def test_any_file_added_is_found_and_named(package, name):
    (package / name).write_bytes(b"")
    assert named(package) >= {name}


def test_an_empty_folder_added_is_found(package):
    (package / "data" / "empty").mkdir()
    assert named(package) == {"data/empty"}


@pytest.mark.parametrize("name", FILES)
def test_any_file_renamed_is_found_under_both_names(package, name):
    (package / name).rename(package / f"{name}.old")
    assert named(package) >= {name, f"{name}.old"}


@shared
@given(pair=st.lists(any_file, min_size=2, max_size=2, unique=True))
def test_any_two_files_swapped_are_found_and_named(package, pair):
    one, two = (package / name for name in pair)
    first, second = one.read_bytes(), two.read_bytes()
    with Replaced(one, second), Replaced(two, first):
        assert named(package) >= set(pair)


def test_an_altered_digest_is_laid_at_the_manifest_not_at_the_whole_file(package):
    """The other manifest and both tag manifests still speak for the file."""
    path = package / PAYLOAD[1]
    line = path.read_bytes()
    with Replaced(path, (b"0" if line[:1] != b"0" else b"1") + line[1:]):
        assert named(package) == {PAYLOAD[1]}


def test_a_file_changed_together_with_one_manifest_still_shows(package):
    """SM3 stands beside SHA-256, so that whoever rewrites one of them is not done."""
    target, listing = package / "data/records/minutes.docx", package / PAYLOAD[0]
    forged = b"forged"
    lines = listing.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = "".join(
        f"{sha256(forged)}  data/records/minutes.docx\n" if "minutes" in line else line for line in lines
    )
    with Replaced(target, forged), Replaced(listing, changed.encode()):
        assert {PAYLOAD[0], PAYLOAD[1]} & named(package)


@pytest.mark.parametrize("path", ["data/../../secret", "/etc/hostname", "data/../bagit.txt"])
def test_a_manifest_that_leads_out_is_a_problem_and_is_not_followed(package, path):
    listing = package / PAYLOAD[0]
    with Replaced(listing, listing.read_bytes() + f"{'0' * 64}  {path}\n".encode()):
        assert path in named(package)


def test_a_link_is_no_file(package, tmp_path):
    victim = package / "data" / "records" / "minutes.docx"
    outside = tmp_path / "same-bytes"
    victim.rename(outside)
    victim.symlink_to(outside)
    assert "data/records/minutes.docx" in named(package)


def test_a_linked_folder_is_not_followed(package, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (package / "data" / "linked").symlink_to(tmp_path / "elsewhere")
    assert named(package) == {"data/linked"}


@pytest.mark.parametrize("name", [*PAYLOAD, *TAGS, "bag-info.txt", "bagit.txt", "data/events.jsonl"])
@pytest.mark.parametrize("rubbish", [b"", b"\xff\xfe\0", b"\n\n\n", b"[" * 100_000, b"{}\n", "中".encode() * 10])
def test_rubbish_in_any_listing_is_a_problem_and_no_trace(package, name, rubbish):
    with Replaced(package / name, rubbish):
        assert name in named(package)


def test_a_name_that_is_not_utf8_is_told(package):
    Path(os.fsdecode(os.fsencode(package) + b"/data/\xff.bin")).write_bytes(b"x")
    assert "data/\\xff.bin" in named(package)


def test_an_event_altered_before_packing_is_found_by_its_chain(tmp_path, files):
    log = files[-1].source
    log.write_bytes(log.read_bytes().replace("张建国".encode(), "李晓明".encode(), 1))
    folder = bag.write(tmp_path / "p", files, info={}, tags={}).folder
    verdict = verify(folder)
    assert [fault.file for fault in verdict.problems] == ["data/events.jsonl"]
    assert "1" in verdict.problems[0].what


def test_a_package_without_payload_is_not_ok(tmp_path):
    for name, text in (
        ("bagit.txt", bag.DECLARATION),
        ("bag-info.txt", b"Payload-Oxum: 0.0\n"),
        *((m, b"") for m in PAYLOAD),
    ):
        (tmp_path / name).write_bytes(text)
    for name, place in zip(TAGS, (0, 1), strict=True):
        digests = {}
        for path in ("bagit.txt", "bag-info.txt", *PAYLOAD):
            digests[path] = (sha256, sm3)[place]((tmp_path / path).read_bytes())
        (tmp_path / name).write_bytes(render(digests))
    verdict = verify(tmp_path)
    assert (verdict.ok, verdict.files, verdict.problems) == (False, 0, ())


def test_an_empty_folder_is_not_ok(tmp_path):
    assert not verify(tmp_path).ok


def test_no_such_folder_is_told_as_such(tmp_path):
    with pytest.raises(NotFound):
        verify(tmp_path / "gone")


def test_it_works_where_nothing_may_be_written(package):
    before = sorted((p, p.stat().st_mtime_ns) for p in package.rglob("*"))
    assert verify(package).ok
    assert sorted((p, p.stat().st_mtime_ns) for p in package.rglob("*")) == before
