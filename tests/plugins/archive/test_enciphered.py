import errno
import io
import json
import os
import tarfile
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roomctl_archive import bag
from roomctl_archive.cipher_stream import MAGIC, TAG, Cost, Enciphering, Header, deciphered, read_header
from roomctl_archive.enciphered import PARTIAL, decipher, encipher

from roomctl.api import BadInput, Damaged, Refused, RoomctlError
from roomctl.api.files import locked

WORDS = "河边 的 第七 把 椅子 没人坐"
CHEAP = Cost(n=2)
SMALL = 16  # bytes of a part


def sealed(plain: bytes, *, part: int = SMALL) -> bytes:
    out = io.BytesIO()
    inner = Enciphering(out, WORDS, mark="内部", cost=CHEAP, part=part)
    inner.write(plain)
    inner.finish()
    return out.getvalue()


def opened(raw: bytes, words: str = WORDS) -> bytes:
    return b"".join(deciphered(io.BytesIO(raw), words))


def parts_of(raw: bytes) -> tuple[bytes, list[bytes]]:
    about = read_header(source := io.BytesIO(raw))[1]
    body = source.read()
    size = SMALL + TAG
    return about, [body[at : at + size] for at in range(0, len(body), size)]


@given(plain=st.binary(max_size=100), cuts=st.lists(st.integers(0, 100), max_size=4))
@settings(max_examples=50)
def test_what_goes_in_comes_out_however_it_was_written(plain, cuts):
    out = io.BytesIO()
    inner = Enciphering(out, WORDS, cost=CHEAP, part=SMALL)
    edges = [0, *sorted(min(cut, len(plain)) for cut in cuts), len(plain)]
    for begin, end in pairwise(edges):
        inner.write(plain[begin:end])
    inner.finish()
    assert opened(out.getvalue()) == plain


FLIPPED = sealed(bytes(range(40)))


def test_every_byte_that_is_flipped_is_found():
    for at in range(len(FLIPPED)):
        raw = bytearray(FLIPPED)
        raw[at] ^= 1
        with pytest.raises((Damaged, BadInput)):
            opened(bytes(raw))


def test_every_end_that_is_cut_off_is_found():
    for size in range(len(FLIPPED)):
        with pytest.raises((Damaged, BadInput)):
            opened(FLIPPED[:size])


@given(order=st.lists(st.integers(0, 3), max_size=6))
@settings(max_examples=50)
def test_parts_that_are_swapped_removed_or_doubled_are_found(order):
    raw = sealed(bytes(64))
    about, parts = parts_of(raw)
    assert len(parts) == 4
    mixed = about + b"".join(parts[n] for n in order)
    if mixed == raw:
        assert opened(mixed) == bytes(64)
        return
    with pytest.raises(Damaged):
        opened(mixed)


def test_parts_of_two_files_do_not_mix():
    (about, first), (_, second) = parts_of(sealed(bytes(40))), parts_of(sealed(bytes(40)))
    with pytest.raises(Damaged, match="第 2 段"):
        opened(about + first[0] + second[1] + first[2])


def test_the_same_package_twice_gives_no_two_equal_parts():
    assert not set(parts_of(sealed(bytes(64)))[1]) & set(parts_of(sealed(bytes(64)))[1])


def test_a_wrong_passphrase_is_told_from_damage():
    with pytest.raises(BadInput, match="口令不对"):
        opened(FLIPPED, "别的 一句 话 而已 不是 它")


def test_a_passphrase_is_the_same_on_every_keyboard():
    out = io.BytesIO()
    Enciphering(out, "caf\u00e9 \u00e9t\u00e9 \u00e0 midi", cost=CHEAP).finish()
    assert opened(out.getvalue(), "cafe\u0301 e\u0301te\u0301 a\u0300 midi") == b""


@given(line=st.binary(max_size=200))
@settings(max_examples=50)
def test_any_header_is_read_or_damaged(line):
    with pytest.raises((Damaged, BadInput)):
        opened(MAGIC + line)


@pytest.mark.parametrize(
    "wrong", [{"n": 1 << 40}, {"n": 3}, {"r": 0}, {"part": 1 << 40}, {"part": True}, {"cipher": "none"}, {"n": 1e400}]
)
def test_a_header_cannot_ask_for_more_than_a_machine_has(wrong):
    told = json.loads(Header(mark="", salt=b"s", prefix=bytes(7), check=bytes(16)).line()) | wrong
    with pytest.raises(Damaged):
        Header.read(json.dumps(told).encode())


def test_another_kind_of_file_and_a_later_form_are_told_apart():
    with pytest.raises(BadInput, match="不是加密存档包"):
        opened(b"PK\x03\x04")
    with pytest.raises(BadInput, match="版本"):
        opened(MAGIC.replace(b"1", b"2"))


# --- whole packages


@pytest.fixture
def package(files, tmp_path):
    return bag.write(tmp_path / "out" / "0199a000", files, info={"External-Identifier": "m"}, tags={}).folder


@pytest.fixture
def file(package, tmp_path):
    path = tmp_path / "usb" / "内部.rcp"
    path.parent.mkdir()
    encipher([package], path, WORDS, mark="内部", cost=CHEAP)
    return path


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_package_comes_out_as_it_went_in(package, file, tmp_path):
    found = decipher(file, tmp_path / "back", WORDS)
    assert contents(tmp_path / "back" / package.name) == contents(package)
    (verdict,) = found.verdicts.values()
    assert verdict.files == 5
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_nothing_of_the_package_is_told_in_clear_but_its_mark(package, file):
    raw = file.read_bytes()
    assert read_header(io.BytesIO(raw))[0].mark == "内部"
    for secret in (package.name.encode(), b"minutes.docx", "会议记录".encode(), b"bagit"):
        assert secret not in raw


@pytest.mark.parametrize("spoil", ["flip", "cut", "words"])
def test_what_does_not_open_leaves_nothing_open(file, tmp_path, spoil):
    raw = bytearray(file.read_bytes())
    if spoil == "flip":
        raw[-40] ^= 1
    file.write_bytes(raw[:-3] if spoil == "cut" else raw)
    with pytest.raises(RoomctlError):
        decipher(file, tmp_path / "back", "完全 不是 这一句 话 对吧" if spoil == "words" else WORDS)
    assert not list(tmp_path.glob("back*"))


def test_what_a_killed_try_left_does_not_come_back(file, package, tmp_path):
    left, going_on = tmp_path / f"back.1{PARTIAL}", tmp_path / f"back.2{PARTIAL}"
    for one in (left, going_on):
        one.mkdir()
        (one / "half").write_bytes(b"x")
        (one / ".opening").touch()
    with locked(going_on / ".opening"):
        decipher(file, tmp_path / "back", WORDS)
    assert [path.name for path in (tmp_path / "back").iterdir()] == [package.name]
    assert [path.name for path in tmp_path.glob(f"*{PARTIAL}")] == [going_on.name]


def test_what_is_there_is_never_written_over(package, file, tmp_path):
    before = file.read_bytes()
    with pytest.raises(Refused):
        encipher([package], file, WORDS, cost=CHEAP)
    (tmp_path / "back").mkdir()
    with pytest.raises(Refused):
        decipher(file, tmp_path / "back", WORDS)
    assert file.read_bytes() == before


def test_two_who_write_the_same_file_at_once_never_write_into_each_others(package, tmp_path):
    path, others = tmp_path / "a.rcp", []

    def meanwhile(_size):
        if not others:
            others.append(None)
            encipher([package], path, WORDS, cost=CHEAP)
            others.append(path.read_bytes())

    with pytest.raises(Refused):
        encipher([package], path, WORDS, tick=meanwhile, cost=CHEAP)
    assert path.read_bytes() == others[1]
    assert [one.name for one in tmp_path.glob("a.rcp*")] == ["a.rcp"]


def test_a_passphrase_of_another_encoding_is_refused_in_words(package, tmp_path):
    with pytest.raises(BadInput, match="UTF-8"):
        encipher([package], tmp_path / "a.rcp", "abc\udcc4" * 4, cost=CHEAP)
    assert not list(tmp_path.glob("a.rcp*"))


def test_a_short_passphrase_keeps_nothing_and_makes_nothing(package, tmp_path):
    with pytest.raises(BadInput, match="口令太短"):
        encipher([package], tmp_path / "a.rcp", "短", cost=CHEAP)
    assert not list(tmp_path.glob("a.rcp*"))


@pytest.mark.parametrize("name", ["../out.txt", "/etc/x", "a/../../b", "link"])
def test_what_leads_out_of_the_folder_is_not_taken_out(tmp_path, name):
    path = tmp_path / "a.rcp"
    with path.open("wb") as out:
        inner = Enciphering(out, WORDS, cost=CHEAP)
        with tarfile.open(fileobj=inner, mode="w|") as tar:
            info = tarfile.TarInfo(name)
            if name == "link":
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info)
        inner.finish()
    with pytest.raises(Damaged, match="不是存档包"):
        decipher(path, tmp_path / "back", WORDS)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.rcp"]


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(BadInput, match="没有文件"):
        decipher(tmp_path / "nowhere.rcp", tmp_path / "back", WORDS)
    assert not list(tmp_path.iterdir())


def full(_size):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_nothing_half_made(package, file, tmp_path):
    with pytest.raises(RoomctlError, match="No space left"):
        encipher([package], tmp_path / "a.rcp", WORDS, cost=CHEAP, tick=full)
    with pytest.raises(RoomctlError, match="No space left"):
        decipher(file, tmp_path / "back", WORDS, tick=full)
    assert not list(tmp_path.glob("a.rcp*")) + list(tmp_path.glob("back*"))


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(size=st.integers(0, 3 << 20))
def test_any_size_comes_through_the_parts_of_a_real_file(tmp_path_factory, size):
    home = tmp_path_factory.mktemp("sizes")
    (home / "p").mkdir()
    (home / "p" / "a").write_bytes(os.urandom(1) * size)
    encipher([home / "p"], home / "a.rcp", WORDS, cost=CHEAP)
    decipher(home / "a.rcp", home / "back", WORDS)
    assert (home / "back" / "p" / "a").stat().st_size == size
