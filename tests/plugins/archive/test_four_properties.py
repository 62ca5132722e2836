"""The four-property report: what it says of a good package, and that each item can fail."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from roomctl_archive import bag, describe, four_properties, inventory, judges, retention
from roomctl_archive.judges import Result
from roomctl_archive.package import build
from roomctl_archive.verify import verify

from roomctl.api import Gap, PackageFile, RecordFile

PACKED = datetime(2026, 11, 12, 15, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def look(room, files, sound, tmp_path):
    """Packs the files, and gives the evidence as the judges see it."""

    def look(recordings=None, organization="市政府办公室"):
        found = []

        def tell(root, payload):
            held = inventory.take(
                root,
                payload,
                meeting=room.meeting,
                documents=room.services.documents(room.meeting.id),
                recordings=[sound] if recordings is None else recordings,
                table=retention.load("", tmp_path),
                organization=organization,
                at=PACKED,
                supplement_to="",
            )
            for name, write in ((describe.DOCUMENTS, describe.documents), (describe.SOUND, describe.sound)):
                yield name, lambda out, write=write: write(out, held)
            named = dict(describe.named(root / describe.DOCUMENTS)) | dict(describe.named(root / describe.SOUND))
            found.append(judges.Evidence(root, held, files, payload, named))

        folder = bag.write(tmp_path / "p", files, info={}, tags={}, describe=tell).folder
        return replace(found[0], root=folder)

    return look


@pytest.fixture
def seen(look):
    return look()


def result(check, evidence):
    return judges.JUDGES[check](evidence)[0]


@pytest.mark.usefixtures("sound")
def test_a_package_carries_the_report_for_programs_and_for_people(room):
    folder = room.services.data / build(room.context(), room.meeting).path
    report = json.loads((folder / four_properties.REPORT).read_text(encoding="utf-8"))
    page = (folder / four_properties.PAGE).read_text(encoding="utf-8")
    assert {row["property"] for row in report["items"]} == {"真实性", "完整性", "可用性", "安全性"}
    assert report["counts"] == {r.value: sum(row["result"] == r for row in report["items"]) for r in Result}
    for row in report["items"]:
        assert row["figure"]
        assert row["number"] in page
    assert report["numbers_checked_against_print"] is False
    assert "未与印刷本标准核对" in page
    assert verify(folder).ok


def test_what_a_person_must_look_at_is_never_passed_by_a_program(seen):
    table = four_properties.load()
    rows = {row["number"]: row["result"] for row in four_properties.judge(seen)["items"]}
    persons = [item.number for item in table.item if item.by == "person"]
    assert len(persons) > 5
    assert {rows[number] for number in persons} == {"人工"}


def test_each_number_stands_once():
    numbers = Counter(item.number for item in four_properties.load().item)
    assert set(numbers.values()) == {1}


def test_every_judge_is_asked():
    asked = {item.check for item in four_properties.load().item if item.by == "program"}
    assert asked == judges.JUDGES.keys()


# what the package of `look` cannot pass: somebody must say what minutes.docx is, and the fake docx is none
DOUBTFUL = {"filled": Result.FAILED, "formats": Result.FAILED, "content": Result.PERSON, "scope": Result.PERSON}


@pytest.mark.parametrize("check", sorted(judges.JUDGES))
def test_a_whole_package_passes(seen, check):
    assert result(check, seen) is DOUBTFUL.get(check, Result.PASSED)


@pytest.mark.parametrize("check", ["attributes", "count", "size", "surplus"])
def test_a_file_that_came_in_from_outside_or_grew_is_found(seen, check):
    (seen.root / "data" / "more.txt").write_text("x", encoding="utf-8")
    grown = seen.root / "data/events.jsonl"
    grown.chmod(0o644)
    grown.write_bytes(grown.read_bytes() + b"\n")
    assert result(check, seen) is Result.FAILED


def test_an_altered_event_is_found(seen):
    log = seen.root / "data/events.jsonl"
    log.chmod(0o644)
    log.write_text(log.read_text(encoding="utf-8").replace("张建国", "李建国", 1), encoding="utf-8")
    assert result("process", seen) is Result.FAILED
    log.unlink()
    assert result("process", seen) is Result.FAILED


def test_a_file_that_is_not_described_is_found(seen):
    assert result("linked", replace(seen, named={})) is Result.FAILED


def test_without_a_digest_of_its_sealing_a_person_must_vouch(seen):
    bare = [PackageFile(file.path, file.source) for file in seen.given]
    assert result("fixity", replace(seen, given=bare)) is Result.PERSON


def test_a_title_without_end_and_odd_characters_are_found(seen):
    item = replace(seen.held.items[0], title="长" * 501 + "\x0b")
    other = replace(seen, held=replace(seen.held, items=(item, item)))
    assert {result(check, other) for check in ("length", "characters", "unique")} == {Result.FAILED}


def test_a_date_after_the_packing_is_not_plausible(seen):
    early = replace(seen, held=replace(seen.held, at=PACKED - timedelta(days=1)))
    assert result("plausible", early) is Result.FAILED


def test_a_folder_that_nobody_knows_is_for_a_person(seen):
    assert result("layout", replace(seen, payload={"data/strange/x": None})) is Result.PERSON


def test_a_bag_without_its_declaration_is_found(seen):
    (seen.root / "bagit.txt").unlink()
    assert result("declared", seen) is Result.FAILED


def test_sound_that_is_not_what_the_journal_says_is_found(seen):
    (one,) = seen.held.sound
    for wrong in ({"samples": 1}, {"sample_rate": 16_000}):
        odd = replace(one.heard[0], info=replace(one.heard[0].info, **wrong))
        other = replace(seen, held=replace(seen.held, sound=(replace(one, heard=(odd,)),)))
        assert result("attributes", other) is Result.FAILED


def test_a_segment_that_is_skipped_or_missing_is_found(look, sound):
    later = replace(sound.segments[1], seq=3, path="t01-0003.flac")
    other = look(recordings=[replace(sound, segments=(sound.segments[0], later))])
    assert result("sequence", other) is Result.FAILED
    assert result("content", other) is Result.FAILED


def test_a_declared_gap_is_for_a_persons_ears_with_its_length(seen):
    said, figure = judges.content(seen)
    assert (said, "0.010 秒" in figure) == (Result.PERSON, True)
    (one,) = seen.held.sound
    whole = replace(one, recording=replace(one.recording, gaps=()))
    held = replace(seen.held, sound=(whole,))
    assert judges.content(replace(seen, held=held)) == (Result.PERSON, "录音 120.0 秒，会议记录还没有签字，没有缺失")
    for name, how in (("signed-1.pdf", "签字扫描件"), ("minutes-v1.docx", "系统内签字，没有扫描件")):
        paper = RecordFile(
            id="d1", meeting=held.meeting.id, kind="会议记录", version=1, path=f"records/{name}", sha256="",
            at=PACKED, signed_by="张建国",
        )  # fmt: skip
        items = (replace(held.items[0], record=paper), *held.items[1:])
        said, figure = judges.content(replace(seen, held=replace(held, items=items)))
        assert (said, f"会议记录：{how}（张建国）" in figure) == (Result.PASSED, True)
    assert one.recording.gaps == (Gap(one.heard[1].segment.first_frame, 480, "overflow"),)


def test_a_meeting_that_was_to_be_recorded_has_sound(look):
    assert result("content", look(recordings=[])) is Result.FAILED


def test_a_meeting_without_sound_needs_no_numbers_of_segments(look):
    assert result("sequence", look(recordings=[])) is Result.NONE


def test_who_the_documents_are_from_must_be_known(look):
    assert "立档单位" in judges.filled(look(organization=""))[1]


def test_the_page_shows_what_was_typed_and_runs_nothing(seen):
    meeting = replace(seen.held.meeting, title="<script>alert(1)</script>\x00")
    report = four_properties.judge(replace(seen, held=replace(seen.held, meeting=meeting)))
    page = four_properties.as_page(report).decode()
    assert not re.search("<script", page)
    assert "&lt;script&gt;" in page


def test_a_line_of_the_table_has_a_judge_or_a_reason():
    row = {"property": "真实性", "number": "GD1-1", "title": "t", "title_en": "t"}
    for wrong in ({"by": "program"}, {"by": "person", "check": "count"}, {"by": "person"}, {"by": "none"}):
        with pytest.raises(ValueError, match="GD1-1"):
            four_properties.Item.model_validate(row | wrong)
