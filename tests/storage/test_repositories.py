from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from roomctl.domain.archive import Package, Receipt
from roomctl.domain.attendance import Person, Role
from roomctl.domain.checks import CheckReport, CheckState, Result, SignOff, Waiver
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, MeetingId
from roomctl.domain.record import RecordFile
from roomctl.domain.recording import RecorderState, Recording, RecordingHead, SealedSound, Segment
from roomctl.domain.transcript import Transcript, TranscriptSegment
from roomctl.errors import Busy, NotFound, Refused
from tests.storage.strategies import json_values, meetings, recordings, transcripts

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
# drawing such large values takes longer than storing them
shared_database = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(draw=st.data())
@shared_database
def test_a_meeting_reads_back_as_it_was_saved(uow, draw):
    with uow:  # never committed: every example finds the same database
        first = draw.draw(meetings("m2", uow.room.id))
        uow.meetings.add(first)
        assert uow.meetings.get("m2") == first
        second = draw.draw(meetings("m2", uow.room.id))
        saved = uow.meetings.save(second)
        assert saved == replace(second, version=1)
        assert uow.meetings.get("m2") == saved


@given(draw=st.data())
@shared_database
def test_a_recording_reads_back_as_it_was_last_put(uow, planned, draw):
    with uow:
        for _ in range(2):
            recording = draw.draw(recordings("r1", planned.id))
            uow.recordings.put(recording)
            assert uow.recordings.get("r1") == recording
            assert list(uow.recordings.of(planned.id)) == [recording]
            head = RecordingHead(**{one.name: getattr(recording, one.name) for one in fields(RecordingHead)})
            assert uow.recordings.head("r1") == head
            assert list(uow.recordings.heads(planned.id)) == [head]
            assert uow.recordings.sealed(planned.id) == ({"r1": _sealed(recording)} if recording.segments else {})


def _sealed(recording: Recording) -> SealedSound:
    """Segments stand by track, then seq."""
    first_track = [one for one in recording.segments if one.track == recording.segments[0].track]
    first, last = first_track[0], first_track[-1]
    return SealedSound(
        parts=len(first_track),
        segments=len(recording.segments),
        end=last.first_frame + last.frames,
        began=first.utc - timedelta(seconds=first.first_frame / recording.sample_rate),
    )


@given(draw=st.data())
@shared_database
def test_a_transcript_reads_back_as_it_was_last_put(uow, planned, draw):
    with uow:
        uow.recordings.put(_recording(planned.id))
        for _ in range(2):
            transcript = draw.draw(transcripts("t1", planned.id, "r1"))
            uow.transcripts.put(transcript)
            assert uow.transcripts.latest(planned.id) == transcript


@given(value=json_values, threshold=json_values.filter(lambda v: not isinstance(v, (list, dict))))
@shared_database
def test_a_check_report_reads_back_with_its_figures(uow, planned, value, threshold):
    result = Result(device="pc", check="disk", state=CheckState.WARN, value=value, threshold=threshold, started=AT)
    report = CheckReport(id="c1", meeting=planned.id, at=AT, results=(result, replace(result, check="memory")))
    with uow:
        uow.checks.add(report)
        assert uow.checks.latest(planned.id) == report


def test_what_was_committed_is_there_for_the_next_unit_of_work(new_uow, planned):
    assert new_uow().peek(planned.id) == planned


def test_two_people_at_once_do_not_overwrite_each_other(new_uow, planned):
    first, second = new_uow().peek(planned.id), new_uow().peek(planned.id)
    with new_uow() as uow:
        uow.meetings.save(replace(first, place="第二会议室"))
        uow.commit()
    with pytest.raises(Busy) as refused, new_uow() as uow:
        uow.meetings.save(replace(second, place="第三会议室"))
    assert refused.value.mend
    assert new_uow().peek(planned.id).place == "第二会议室"


def test_a_meeting_that_is_not_there_is_named(uow):
    with pytest.raises(NotFound, match="m404"):
        uow.peek("m404")


def test_saving_a_meeting_that_was_never_added_is_not_found(uow, planned):
    with pytest.raises(NotFound), uow:
        uow.meetings.save(replace(planned, id=MeetingId("m404")))


def test_meetings_come_newest_first_and_by_state(uow, planned):
    later = replace(planned, id=MeetingId("m2"), starts=planned.starts + timedelta(days=1), state=State.OPEN)
    earlier = replace(planned, id=MeetingId("m3"), starts=planned.starts - timedelta(days=1))
    with uow:
        uow.meetings.add(earlier)
        uow.meetings.add(later)
        assert [meeting.id for meeting in uow.meetings.all()] == ["m2", "m1", "m3"]
        assert [meeting.id for meeting in uow.meetings.all(State.OPEN, State.CLOSED)] == ["m2"]


def test_an_agenda_item_that_is_taken_off_is_gone(uow, planned):
    with uow:
        kept = uow.meetings.save(replace(planned, agenda=(AgendaItem(1, "甲"), AgendaItem(2, "乙"))))
        uow.meetings.save(replace(kept, agenda=(AgendaItem(1, "乙"),)))
        assert uow.meetings.get(planned.id).agenda == (AgendaItem(1, "乙"),)


def test_an_instant_comes_back_aware_and_in_utc(uow, planned):
    beijing = timezone(timedelta(hours=8))
    with uow:
        uow.meetings.save(replace(planned, started_at=datetime(2026, 11, 12, 9, 0, 0, 123, tzinfo=beijing)))
        started = uow.meetings.get(planned.id).started_at
    assert started == datetime(2026, 11, 12, 1, 0, 0, 123, tzinfo=UTC)
    assert started.utcoffset() == timedelta(0)


def test_the_roster_is_in_order_of_rank_and_those_without_one_come_last(uow, planned):
    people = [
        Person(id="p1", name="无序号甲"),
        Person(id="p2", name="无序号乙", role=Role.OBSERVER, items=(2, 3)),
        Person(id="p3", name="李晓明", rank=2, unit="财政局", duty="局长", phone="1", seat="A1"),
        Person(id="p4", name="张建国", rank=1),
    ]
    with uow:
        uow.roster.add(planned.id, people)
        assert list(uow.roster.of(planned.id)) == [people[3], people[2], people[0], people[1]]
        assert list(uow.roster.of("m404")) == []


def test_somebody_of_whose_name_nothing_is_seen_is_found_on_the_roster_that_was_kept(uow, planned):
    with uow:
        uow.roster.add(planned.id, [Person(id="p1", name="王伟")])
        uow._work.writes().execute(text("UPDATE people SET name = char(8203)"))
        uow._work.writes().execute(text("UPDATE meetings SET title = char(8203)"))
        uow._work.writes().expire_all()
        assert [one.name for one in uow.roster.of(planned.id)] == ["？"]
        assert uow.meetings.get(planned.id).title == "？"


def test_two_people_of_one_name_stand_side_by_side(uow, planned):
    with uow:
        uow.roster.add(planned.id, [Person(id="p1", name="王伟"), Person(id="p2", name="王伟")])
        assert [person.id for person in uow.roster.of(planned.id)] == ["p1", "p2"]


def test_a_run_over_the_room_is_apart_from_those_of_a_meeting(uow, planned):
    with uow:
        for name, meeting, at in [("c1", None, AT), ("c2", planned.id, AT), ("c3", None, AT + timedelta(hours=1))]:
            uow.checks.add(CheckReport(id=name, meeting=meeting, at=at, results=()))
        assert uow.checks.latest(None).id == "c3"
        assert uow.checks.latest(planned.id).id == "c2"
        assert uow.checks.latest("m404") is None


def test_what_is_proven_is_signed_or_the_newest_of_its_meeting_or_of_the_room(uow, planned):
    with uow:
        for hour, (name, meeting) in enumerate([("c9", None), ("c1", None), ("c8", planned.id), ("c2", planned.id)]):
            uow.checks.add(CheckReport(id=name, meeting=meeting, at=AT + timedelta(hours=hour), results=()))
        assert {one.id for one in uow.checks.proven()} == {"c1", "c2"}
        uow.checks.sign(replace(uow.checks.get("c8"), signed=SignOff("刘洋", AT)))
        assert {one.id for one in uow.checks.proven()} == {"c1", "c2", "c8"}


def test_a_history_holds_figures_alone_the_newest_last(uow):
    values = [("c1", 0.48), ("c2", "未知"), ("c3", True), ("c4", None), ("c5", 52)]
    with uow:
        for hour, (name, value) in enumerate(values):
            result = Result(device="会议室", check="rt60", state=CheckState.OK, value=value)
            report = CheckReport(id=name, meeting=None, at=AT + timedelta(hours=hour), results=(result,))
            uow.checks.add(report)
        assert uow.checks.history(limit=12, until=AT + timedelta(hours=9)) == {("会议室", "rt60"): (0.48, 52.0)}
        assert uow.checks.history(limit=12, until=AT) == {("会议室", "rt60"): (0.48,)}
        assert uow.checks.history(limit=12, until=AT - timedelta(hours=1)) == {}


def test_a_figure_that_later_reports_keep_counts_once(uow):
    kept = Result(device="投影机", check="lamp", state=CheckState.OK, value=2400, started=AT)
    with uow:
        for hour in range(9):
            asked = Result(
                device="音箱", check="level", state=CheckState.OK, value=hour, started=AT + timedelta(hours=hour)
            )
            at = AT + timedelta(hours=hour)
            uow.checks.add(CheckReport(id=f"c{hour}", meeting=None, at=at, results=(kept, asked)))
        history = uow.checks.history(limit=12, until=AT + timedelta(hours=9))
    assert history == {("投影机", "lamp"): (2400.0,), ("音箱", "level"): tuple(map(float, range(9)))}


def test_a_figure_is_found_however_many_runs_did_not_look_at_it(uow):
    lamp = Result(device="投影机", check="lamp", state=CheckState.OK, value=2400, started=AT)
    with uow:
        uow.checks.add(CheckReport(id="a", meeting=None, at=AT, results=(lamp,)))
        for minute in range(1, 20):
            at = AT + timedelta(minutes=minute)
            disk = Result(device="pc", check="disk", state=CheckState.OK, value=minute, started=at)
            uow.checks.add(CheckReport(id=f"b{minute:02}", meeting=None, at=at, results=(disk,)))
        found = uow.checks.history(limit=2, until=AT + timedelta(hours=1))
    assert found == {("投影机", "lamp"): (2400.0,), ("pc", "disk"): (18.0, 19.0)}


def test_a_second_waiver_of_one_check_takes_the_place_of_the_first(uow, planned):
    with uow:
        uow.checks.waive(planned.id, Waiver("投影机", "lamp", "李晓明", "备用灯已到"))
        uow.checks.waive(planned.id, Waiver("投影机", "lamp", "张建国", "会后更换"))
        assert list(uow.checks.waivers(planned.id)) == [Waiver("投影机", "lamp", "张建国", "会后更换")]


def test_saving_more_of_a_recording_keeps_each_segment_once(uow, planned):
    first = _segment(1)
    with uow:
        uow.recordings.put(replace(_recording(planned.id), segments=(first,)))
        uow.recordings.put(replace(_recording(planned.id), segments=(first, _segment(2))))
        assert uow.recordings.get("r1").segments == (first, _segment(2))


def test_a_day_of_segments_is_not_written_again_with_each_minute(uow, planned, database):
    """Eight channels for eight hours are 3,840 rows; the next minute writes one."""
    many = tuple(_segment(seq) for seq in range(1, 1001))
    with uow:
        uow.recordings.put(replace(_recording(planned.id), segments=many))
        uow.commit()
    written = []

    def note(_connection, _cursor, statement, parameters, _context, executemany):
        if "segments" in statement and not statement.startswith("SELECT"):
            written.append(len(parameters) if executemany else 1)

    event.listen(database.engine, "before_cursor_execute", note)
    with uow:
        uow.recordings.put(replace(_recording(planned.id), segments=(*many, _segment(1001))))
        uow.commit()
    event.remove(database.engine, "before_cursor_execute", note)
    assert sum(written) == 1


def test_a_number_is_given_to_one_recording_of_a_meeting(uow, planned):
    with uow:
        uow.recordings.put(_recording(planned.id))
        uow.commit()
    with pytest.raises(Refused), uow:
        uow.recordings.put(replace(_recording(planned.id), id="r2"))


def test_a_recording_belongs_to_a_meeting_that_exists(uow):
    with pytest.raises(Refused), uow:
        uow.recordings.put(_recording("m404"))


def test_a_new_version_of_a_transcript_stands_beside_the_old_one(uow, planned):
    first = Transcript(id="t1", meeting=planned.id, version=1, engine="vosk", model="small")
    second = replace(first, id="t2", version=2, engine="whisper")
    with uow:
        uow.transcripts.put(second)
        uow.transcripts.put(first)
        assert list(uow.transcripts.of(planned.id)) == [first, second]
        assert uow.transcripts.latest(planned.id) == second
        assert uow.transcripts.latest("m404") is None


def test_segments_of_a_transcript_may_change_their_order(uow, planned):
    segments = tuple(_text(f"s{n}") for n in range(600))  # more than one statement takes
    transcript = Transcript(id="t1", meeting=planned.id, version=1, engine="e", model="m", segments=segments)
    turned = replace(transcript, segments=segments[::-1])
    with uow:
        uow.recordings.put(_recording(planned.id))
        uow.transcripts.put(transcript)
        uow.transcripts.put(turned)
        assert uow.transcripts.latest(planned.id) == turned


def test_a_document_that_is_signed_later_is_the_same_document(uow, planned):
    drafted = RecordFile(id="d1", meeting=planned.id, kind="会议记录", version=1, path="a.docx", sha256="00", at=AT)
    signed = replace(drafted, signed_by="王秘书", signed_at=AT, demo=True)
    with uow:
        uow.documents.put(drafted)
        uow.documents.put(signed)
        assert list(uow.documents.of(planned.id)) == [signed]


def test_a_package_and_its_receipts_read_back_and_a_second_receipt_changes_nothing(uow, planned):
    package = Package(
        id="k1",
        meeting=planned.id,
        path="p",
        files=3,
        bytes=2**40,
        manifest_sha256="ab",
        at=AT,
        targets=("nas", "usb"),
    )
    supplement = replace(package, id="k2", at=AT + timedelta(days=1), supplement_to="k1")
    receipt = Receipt(package="k1", target="nas", key="k", files=3, bytes=2**40, manifest_sha256="ab", at=AT)
    with uow:
        uow.packages.add(package)
        uow.packages.add(supplement)
        uow.packages.add_receipt(planned.id, receipt)
        uow.packages.add_receipt(planned.id, replace(receipt, at=AT + timedelta(days=9)))
        assert list(uow.packages.of(planned.id)) == [package, supplement]
        assert list(uow.packages.receipts(planned.id)) == [receipt]


def _recording(meeting_id: str) -> Recording:
    return Recording(id="r1", meeting=meeting_id, number=1, folder="f", source="tone", recorder="audio")


def _segment(seq: int) -> Segment:
    return Segment(
        track=1,
        seq=seq,
        path=f"t01-{seq:04}.flac",
        first_frame=(seq - 1) * 48_000,
        frames=48_000,
        utc=AT,
        monotonic=1.5,
        sha256_pcm="a",
        sha256_file="b",
        sm3_file="c",
    )


def _text(name: str) -> TranscriptSegment:
    return TranscriptSegment(
        id=name, recording="r1", track=1, start=0, end=1, first_frame=0, last_frame=9, raw=name, text=name
    )


def test_recordings_that_run_are_found_over_all_meetings_in_the_order_they_were_armed(uow, planned):
    other = replace(planned, id=MeetingId("m2"))
    with uow:
        uow.meetings.add(other)
        for number, (state, meeting) in enumerate(
            [("sealed", "m1"), ("paused", "m2"), ("idle", "m1"), ("stopping", "m1"), ("armed", "m2")], 1
        ):
            made = replace(_recording(meeting), id=f"r{number}", number=number, state=RecorderState(state))
            uow.recordings.put(made)
        assert [(one.id, one.meeting) for one in uow.recordings.running()] == [
            ("r2", "m2"),
            ("r4", "m1"),
            ("r5", "m2"),
        ]
