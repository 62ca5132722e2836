"""A finished transcript done again, while people go on correcting it."""

from dataclasses import replace

import pytest

from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.rework import ReworkKind, ReworkState, fill
from roomctl.domain.transcript import Hole, Transcript, TranscriptSegment
from roomctl.errors import BadInput, Busy, NotFound, Refused
from roomctl.services.identity import new_id
from roomctl.services.offers import EngineOffer

AGAIN, HOLES = ReworkKind.AGAIN, ReworkKind.HOLES


def said(recording, text, n=1, **more):
    return TranscriptSegment(
        id=f"r1-t1-{n:04d}", recording=recording, track=1, start=n * 5.0, end=n * 5.0 + 4, first_frame=0,
        last_frame=9, raw=text, text=text, **more,
    )  # fmt: skip


@pytest.fixture
def done(house):
    """A meeting that is over, its complete transcript with two holes."""
    meeting = house.in_session()
    house.use.adjourn(meeting.id)
    (recording,) = house.use.recordings(meeting.id)
    house.use.settle_recording(recording.id)
    own = EngineOffer(name="own", entry="x:Z", bundled="of-its-own")
    house.plugins.offers = [EngineOffer(name="vosk", entry="x:Y", models=("m",)), own]
    first = Transcript(
        id=new_id(), meeting=meeting.id, version=1, engine="vosk", model="m", complete=True, speech=60.0,
        covered=50.0, segments=(said(recording.id, "由市发改为负责。"), said(recording.id, "散会。", 8)),
        holes=(Hole(recording.id, 1, 12.0, 16.0), Hole(recording.id, 1, 20.0, 24.0)),
    )  # fmt: skip
    house.use.put_transcript(first)
    return house, meeting.id, first


def needs(house, meeting):
    return Need.TRANSCRIPT in house.use.meeting(meeting).facts


def test_another_engine_makes_a_new_version_and_corrections_live_on(done):
    house, meeting, first = done
    asked = house.use.acting_as(Actor.person("王敏")).ask_rework(meeting, AGAIN, engine="vosk")
    assert (asked.by, asked.engine, needs(house, meeting)) == ("王敏", "vosk", False)
    house.use.correct_sentence(meeting, "r1-t1-0001", "由市发改委负责。")  # while it waits
    recording = first.segments[0].recording
    again = replace(first, id=asked.id, version=2, segments=(said(recording, "由市发改围负责。"),))
    assert house.use.put_transcript(again).segments[0].text == "由市发改委负责。"
    assert house.use.reworks(meeting)[0].state is ReworkState.DONE
    assert needs(house, meeting)
    assert [head.version.version for head in house.use.transcript_heads(meeting)] == [1, 2]


def test_a_meeting_is_not_closed_while_a_wish_waits(done):
    house, meeting, _ = done
    house.use.clear(meeting)
    house.use.ask_rework(meeting, AGAIN)
    with pytest.raises(Refused):
        house.use.transition(meeting, State.CLOSED)
    cancelled = house.use.cancel_rework(meeting)
    assert (cancelled.state, needs(house, meeting)) == (ReworkState.CANCELLED, True)


def test_one_thing_is_done_at_a_time(done):
    house, meeting, _ = done
    house.use.ask_rework(meeting, AGAIN)
    with pytest.raises(Busy):
        house.use.ask_rework(meeting, HOLES)
    house.use.cancel_rework(meeting)
    house.use.ask_rework(meeting, HOLES)
    assert [one.state for one in house.use.reworks(meeting)] == [ReworkState.CANCELLED, ReworkState.WAITING]


def test_holes_are_filled_one_by_one_and_each_is_kept_before_the_next(done):
    house, meeting, first = done
    asked = house.use.ask_rework(meeting, HOLES)
    recording = first.segments[0].recording
    one, two = asked.holes
    words = replace(said(recording, "由财政局配合。", 2), id="r1x1-t1-0001", start=12.5, end=15.5)
    made, gained = fill(house.use.transcript(meeting), one, [words], covered=3.0, left=(), by="vosk · m")
    house.use.correct_sentence(meeting, "r1-t1-0001", "由市发改委负责。")  # meanwhile
    now = house.use.hole_tried(meeting, made, one, gained=gained)
    assert (now.waiting, now.left, needs(house, meeting)) == (True, (two,), False)
    kept = house.use.transcript(meeting)
    assert [s.text for s in kept.segments] == ["由市发改委负责。", "由财政局配合。", "散会。"]
    with pytest.raises(NotFound):
        house.use.hole_tried(meeting, kept, one, gained=0)  # it waits for the other one
    made, gained = fill(kept, two, [], covered=0.0, left=(two,), by="vosk · m")
    now = house.use.hole_tried(meeting, made, two, gained=gained)
    assert (now.state, now.gained, needs(house, meeting)) == (ReworkState.DONE, 6, True)
    (left,) = house.use.holes(meeting)
    assert (left.hole, left.tried, left.before, left.after) == (two, (("vosk · m", 0),), "由财政局配合。", "散会。")


def test_what_was_cancelled_meanwhile_is_not_kept(done):
    house, meeting, _ = done
    asked = house.use.ask_rework(meeting, HOLES, numbers=[2])
    assert len(asked.holes) == 1
    house.use.cancel_rework(meeting)
    before = house.use.transcript(meeting)
    with pytest.raises(NotFound):
        house.use.hole_tried(meeting, replace(before, segments=()), asked.holes[0], gained=0)
    assert house.use.transcript(meeting) == before


def test_an_engine_may_have_brought_its_model(done):
    house, meeting, _ = done
    assert house.use.ask_rework(meeting, AGAIN, engine="own", model="of-its-own").model == "of-its-own"


@pytest.mark.parametrize(
    "what",
    [{"engine": "nonesuch"}, {"model": "nonesuch"}, {"kind": HOLES, "numbers": [3]}, {"kind": HOLES, "numbers": [0]}],
)
def test_what_nobody_has_is_refused(done, what):
    house, meeting, _ = done
    with pytest.raises(BadInput):
        house.use.ask_rework(meeting, **{"kind": AGAIN, **what})
    assert needs(house, meeting)


def test_nothing_is_done_again_before_it_was_done(house):
    meeting = house.in_session()
    with pytest.raises(NotFound):
        house.use.ask_rework(meeting.id, AGAIN)
    house.use.put_transcript(Transcript(id=new_id(), meeting=meeting.id, version=1, engine="e", model="m"))
    with pytest.raises(Refused):
        house.use.ask_rework(meeting.id, AGAIN)
    with pytest.raises(NotFound):
        house.use.cancel_rework(meeting.id)


def test_where_everything_has_text_there_is_no_hole_to_try(done):
    house, meeting, first = done
    house.use.put_transcript(replace(first, holes=()))
    with pytest.raises(NotFound):
        house.use.ask_rework(meeting, HOLES)


def test_a_person_writes_in_a_hole_and_it_lives_on(done):
    house, meeting, first = done
    by = house.use.acting_as(Actor.person("王敏"))
    said = by.write_hole(meeting, 1, "由财政局配合。", speaker="李晓明", start=12.0)
    assert (said.text, said.speaker, said.changes[-1].reason) == ("由财政局配合。", "李晓明", "王敏")
    assert house.kinds(meeting)[-1] == "transcript.hole_written"
    kept = house.use.transcript(meeting)
    assert [s.text for s in kept.segments] == ["由市发改为负责。", "由财政局配合。", "散会。"]
    assert [one.hole.start for one in house.use.holes(meeting)] == [20.0]
    asked = house.use.ask_rework(meeting, AGAIN)
    again = house.use.put_transcript(replace(first, id=asked.id, version=2))
    assert [s.text for s in again.segments] == ["由市发改为负责。", "由财政局配合。", "散会。"]
    assert len(again.holes) == 1


def test_a_person_says_that_nobody_speaks_in_a_hole(done):
    house, meeting, first = done
    house.use.dismiss_hole(meeting, 2, "掌声", start=20.0)
    assert house.kinds(meeting)[-1] == "transcript.hole_dismissed"
    kept = house.use.transcript(meeting)
    assert ([hole.start for hole in kept.holes], kept.speech) == ([12.0], 56.0)
    assert len(house.use.put_transcript(replace(first, id=new_id(), version=2)).holes) == 1


def test_who_looks_at_an_older_list_of_holes_writes_nowhere(done):
    house, meeting, _ = done
    house.use.write_hole(meeting, 1, "一。", start=12.0)
    with pytest.raises(Busy):
        house.use.write_hole(meeting, 1, "二。", start=12.0)
    with pytest.raises(BadInput):
        house.use.write_hole(meeting, 2, "二。")
    with pytest.raises(BadInput):
        house.use.write_hole(meeting, 1, "  ")
    with pytest.raises(BadInput):
        house.use.dismiss_hole(meeting, 1, "")
