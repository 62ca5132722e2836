"""The XML of a package, read by another library than the one that writes it."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roomctl_archive import describe, flac, xmlio
from roomctl_archive.config import ArchiveConfig
from roomctl_archive.package import build
from roomctl_archive.verify import verify

from roomctl.api import BadInput, RecordFile, RoomctlError, events, secrecy
from roomctl.testing.fakes import FakeContext

FRAMES = 2_880_000  # of each of the two segments


def packed(room, **config):
    made = build(
        FakeContext(
            "archive",
            room.services.data,
            ArchiveConfig.model_validate(config),
            services=room.services,
            meeting_folder="package",
        ),
        room.meeting,
    )
    return room.services.data / made.path


def texts(root, name):
    return [node.text for node in root.findall(f".//{{*}}{name}")]


def read(folder, path):
    return ET.parse(folder / path).getroot()  # noqa: S314 - written a moment ago


def signed(room, files, **more):
    content = files[3].source.read_bytes()
    record = RecordFile(
        id="d1", meeting=room.meeting.id, kind="会议记录", version=1, path="records/minutes.docx",
        sha256=events.sha256(content), at=room.clock.now(), signed_by="张建国", signed_at=room.clock.now(), **more,
    )  # fmt: skip
    files[3] = replace(files[3], sha256=record.sha256)  # a signed paper is named with its digest
    room.services.papers[room.meeting.id] = [record]
    return record


@pytest.mark.usefixtures("sound")
def test_every_file_is_named_once_with_its_bytes_and_digests(room):
    folder = packed(room)
    told = {}
    for path in (describe.DOCUMENTS, describe.SOUND):
        root = read(folder, path)
        sizes = [int(size) for size in texts(root, "计算机文件大小")]
        for name, size in zip(texts(root, "计算机文件名"), sizes, strict=True):
            assert name not in told
            told[name] = size
    payload = {
        p.relative_to(folder).as_posix(): p.stat().st_size for p in (folder / "data").rglob("*") if p.is_file()
    }
    assert told == payload
    manifest = (folder / "manifest-sm3.txt").read_text(encoding="utf-8")
    assert all(f"{digest}  data/" in manifest for digest in texts(read(folder, describe.SOUND), "固化信息")[1::2])


def test_a_signed_record_says_what_is_known_of_it(room, files):
    signed(room, files)
    root = read(packed(room, source_organization="市政府办公室"), describe.DOCUMENTS)
    item = next(node for node in root if node.findtext("{*}电子文件号") == "d1")
    assert texts(item, "题名") == ["[老旧小区改造专题会议会议记录]"]
    assert texts(item, "文种") == ["会议记录"]
    assert texts(item, "责任者") == ["市政府办公室"]
    assert texts(item, "日期") == ["2026-11-12"]
    assert texts(item, "保管期限") == ["永久"]
    assert texts(item, "稿本") == ["定稿"]
    assert texts(item, "机构人员名称") == ["张建国"]
    assert item.find("{*}内容描述/{*}题名").get("编号") == "M22"


def test_what_is_not_known_is_not_made_up(room):
    root = read(packed(room), describe.DOCUMENTS)
    assert set(texts(root, "责任者")) == {"不详"}
    assert set(texts(root, "立档单位名称")) == {"不详"}
    assert texts(root, "全宗号") == texts(root, "业务行为") == []
    assert "不详" in texts(root, "文种")  # nobody told what records/minutes.docx is


def test_a_signature_of_the_demo_is_told_as_such(room, files):
    signed(room, files, demo=True)
    assert any("演示" in text for text in texts(read(packed(room), describe.DOCUMENTS), "附注"))


@pytest.mark.usefixtures("sound")
def test_sound_says_what_its_files_say(room, files):
    signed(room, files)
    root = read(packed(room), describe.SOUND)
    assert texts(root, "编码") == ["FLAC"]
    assert texts(root, "采样率") == ["48000"]
    assert texts(root, "量化位数") == ["24"]
    assert texts(root, "声道数") == ["1"]
    assert texts(root, "时长") == ["120.000"]
    assert texts(root, "保管期限") == ["永久"]  # as long as the 会议记录 that it supports
    assert texts(root, "形成时间") == ["2026-11-12T09:00:00.000+08:00"]
    gap = root.find("{*}录音/{*}缺失")
    assert (gap.get("起始样本"), gap.get("样本数"), gap.text) == (str(FRAMES), "480", "overflow")


@pytest.mark.usefixtures("sound")
def test_the_table_of_the_office_decides_and_one_that_is_broken_packs_nothing(room, files):
    signed(room, files)
    table = room.services.data / "own.toml"
    with pytest.raises(BadInput, match=r"own\.toml"):
        packed(room, retention="own.toml")
    assert not list(room.services.data.rglob("bagit.txt"))
    table.write_text('[[rule]]\nkinds = ["会议记录"]\nterm = "10年"\n', encoding="utf-8")
    folder = packed(room, retention="own.toml")
    item = next(one for one in read(folder, describe.DOCUMENTS) if one.findtext("{*}电子文件号") == "d1")
    assert texts(item, "保管期限") == ["10年"]
    assert texts(read(folder, describe.SOUND), "保管期限") == ["10年"]


@pytest.mark.usefixtures("sound")
def test_a_file_that_is_no_flac_has_no_bits_and_no_coding(room, files):
    source = files[0].source
    source.chmod(0o644)
    source.write_bytes(b"RIFF" * 30)
    files[0] = replace(files[0], sha256="", sm3="")
    root = read(packed(room), describe.SOUND)
    assert texts(root, "编码") == ["不详"]
    assert texts(root, "量化位数") == []


@pytest.mark.usefixtures("sound")
def test_the_mark_of_an_internal_meeting_is_in_both(room):
    room.meeting = room.services.hold(replace(room.meeting, secrecy=secrecy.parse("内部")))
    folder = packed(room)
    assert set(texts(read(folder, describe.DOCUMENTS), "密级")) == {"内部"}
    assert set(texts(read(folder, describe.SOUND), "密级")) == {"内部"}


@pytest.mark.usefixtures("sound")
def test_a_supplement_describes_what_it_holds_and_names_the_first(room, files):
    first = packed(room)
    signed(room, files)
    folder = packed(room)
    root = read(folder, describe.DOCUMENTS)
    assert root.get("补充") == first.name
    assert "d1" in texts(root, "电子文件号")
    assert not (folder / describe.SOUND).exists()
    assert verify(folder).ok


@pytest.mark.parametrize("source", ["", " ", "\n\u2003"])
def test_a_source_that_says_nothing_is_unknown(room, sound, source):
    room.services.sound[room.meeting.id] = [replace(sound, source=source)]
    assert verify(packed(room)).ok


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(min_size=1).filter(str.strip), unit=st.text(), source=st.text())
def test_whatever_somebody_types_gives_a_package_that_verifies(room, sound, title, unit, source):
    room.services.sealed.clear()
    room.services.sound[room.meeting.id] = [replace(sound, source=source)]
    try:
        room.meeting = room.services.hold(replace(room.meeting, title=title))
        title.encode()
    except (UnicodeEncodeError, RoomctlError):
        return  # no such text gets into the database
    folder = packed(room, source_organization=unit)
    verdict = verify(folder)
    assert verdict.ok, verdict.problems
    for leftover in folder.parent.iterdir():
        leftover.rename(folder.parent.parent / leftover.name)


def test_clean_keeps_what_xml_can_hold():
    assert xmlio.clean("会议\t一\n𠮷") == "会议\t一\n𠮷"
    assert xmlio.clean("a\x00b\x0b\ufffe\ud800") == "a\ufffdb\ufffd\ufffd\ufffd"


def test_stream_info(tmp_path, flac_head):
    path = tmp_path / "a.flac"
    path.write_bytes(flac_head(samples=(1 << 36) - 1, bits=16))
    assert flac.stream_info(path) == flac.StreamInfo(48_000, 1, 16, (1 << 36) - 1)
    path.write_bytes(flac_head()[:41])
    assert flac.stream_info(path) is None
    assert flac.stream_info(tmp_path / "none") is None
