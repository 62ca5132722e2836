"""Packages whose manifests are right, and whose metadata is not: somebody made the bag with other tools."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roomctl_archive import bag, describe, verify
from roomctl_archive.package import build

from roomctl.api import PackageFile

NAMESPACE = describe.DOCUMENTS_NAMESPACE


@pytest.fixture
def faults(tmp_path, files):
    """Problems of a package with that metadata, by file."""

    def of(tags, version=str(verify.FORMAT)):
        folder = bag.write(tmp_path / "p", files, info={verify.FORMAT_LABEL: version}, tags=tags).folder
        return {fault.file: fault.what for fault in verify.verify(folder).problems}

    return of


def documents(inside="", before=""):
    return (
        f'<?xml version="1.0"?>{before}<电子文件元数据 xmlns="{NAMESPACE}" 依据="DA/T 46-2009" 会议="m"'
        f' 打包时间="2026-11-12T09:00:00+08:00">{inside}</电子文件元数据>'
    ).encode()


def test_a_package_of_ours_is_of_the_format_that_the_docs_describe(room):
    folder = room.services.data / build(room.context(), room.meeting).path
    assert f"{verify.FORMAT_LABEL}: {verify.FORMAT}\n" in (folder / "bag-info.txt").read_text(encoding="utf-8")
    assert verify.verify(folder).ok


def test_a_disk_that_spells_names_in_another_way_changes_nothing(room, files):
    files.append(PackageFile("records/caf\u00e9.txt", files[3].source))
    folder = room.services.data / build(room.context(), room.meeting).path
    (folder / "data/records/caf\u00e9.txt").rename(folder / "data/records/cafe\u0301.txt")
    assert verify.verify(folder).ok


@pytest.mark.usefixtures("sound")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(min_value=0), at=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_a_bit_flipped_anywhere_in_a_package_with_metadata_is_named(room, which, at, bit):
    made = room.services.packages(room.meeting.id) or [build(room.context(), room.meeting)]
    folder = room.services.data / made[0].path
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = files[which % len(files)]
    whole = path.read_bytes()
    broken = bytearray(whole)
    broken[at % len(whole)] ^= 1 << bit
    try:
        path.chmod(0o644)
        path.write_bytes(broken)
        verdict = verify.verify(folder)
    finally:
        path.write_bytes(whole)
    assert path.relative_to(folder).as_posix() in {fault.file for fault in verdict.problems}


def test_a_package_of_the_first_format_needs_no_xml(faults):
    assert faults({}, version="1") == {}


def test_a_newer_format_is_not_called_whole(faults):
    assert "99" in faults({}, version="99")["bag-info.txt"]


def test_metadata_that_is_missing_is_told(faults):
    found = faults({})
    assert {describe.DOCUMENTS, describe.SOUND} <= found.keys()


def test_a_file_that_the_metadata_leaves_out_is_told(faults):
    assert {"data/events.jsonl", "data/audio/r1/t01-0001.flac"} <= faults({describe.DOCUMENTS: documents()}).keys()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no xml",
        documents("<文件/>"),
        documents()[:-9],
        documents("&bomb;", '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY bomb "&a;&a;&a;">]>'),
        documents("&out;", '<!DOCTYPE d [<!ENTITY out SYSTEM "file:///etc/hostname">]>'),
    ],
)
def test_what_is_not_as_the_xsd_says_is_told(faults, text):
    assert "XSD" in faults({describe.DOCUMENTS: text})[describe.DOCUMENTS]
