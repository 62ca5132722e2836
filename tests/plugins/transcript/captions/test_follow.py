"""What the captions are written from: the recording that runs, its marks, and who speaks."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from roomctl_transcript.captions import follow
from roomctl_transcript.captions.board import Board

from roomctl.api import AgendaItem, Marker, MarkKind, RecorderState, Recording, Transcript

BEGAN = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)

RATE = 48_000


def sound(*markers, state=RecorderState.RECORDING, number=1, tracks=1):
    return Recording(
        id=f"rec{number}",
        meeting="m1",
        number=number,
        folder="rec",
        source="mic",
        recorder="audio",
        state=state,
        tracks=tracks,
        markers=tuple(markers),
    )


def mark(kind, second, note=""):
    return Marker(kind, round(second * RATE), note)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (RecorderState.ARMED, "armed"),
        (RecorderState.RECORDING, "recording"),
        (RecorderState.PAUSED, "paused"),
        (RecorderState.SEALED, ""),
        (RecorderState.STOPPING, ""),
    ],
)
def test_how_the_recorder_stands(state, told):
    assert follow.Sound.of([sound(state=state)]).state == told


def test_the_newest_recording_that_runs_is_followed():
    old, new = sound(state=RecorderState.SEALED), sound(number=2)
    assert follow.Sound.of([old, new]).one == new
    assert follow.Sound.of([]).one is None


def test_off_the_record_is_told_and_every_span_of_it():
    marks = [mark(MarkKind.OFF_RECORD, 5), mark(MarkKind.ON_RECORD, 9), mark(MarkKind.OFF_RECORD, 20)]
    now = follow.Sound.of([sound(*marks)])
    assert (now.silent, now.state) == (True, "off_record")
    assert now.off[0] == (5.0, 9.0)
    assert now.off[1][0] == 20.0
    ended = follow.Sound.of([sound(*marks[:2])])
    assert (ended.silent, ended.off) == (False, ((5.0, 9.0),))


def test_the_item_under_way_is_the_newest_that_is_on_the_agenda(meeting):
    items = AgendaItem(1, "一"), AgendaItem(2, "二", minutes=10)
    made = meeting(agenda=items)
    marks = [mark(MarkKind.ITEM, 0, "1"), mark(MarkKind.ITEM, 60, "2"), mark(MarkKind.ITEM, 30, "x")]
    item = follow.Sound.of([sound(*marks)]).item(made, 60.0 + 9 * 60 + 90)
    assert (item.n, item.minutes, item.left) == (2, 10, -30)
    assert follow.Sound.of([sound(*marks)]).item(made, None).left is None
    assert follow.Sound.of([sound(mark(MarkKind.ITEM, 0, "7"))]).item(made, 1.0) is None
    assert follow.Sound.of([]).item(made, 1.0) is None


def test_what_the_transcript_still_holds_of_what_is_off_the_record_is_not_shown(segment):
    said = [replace(segment(text, start=at, end=at + 2.0), recording="rec1") for text, at in (("甲", 0), ("乙", 5))]
    head = Transcript(
        id="t", meeting="m1", version=1, engine="e", model="m", at=BEGAN, report={"seconds": {"rec1": 20.0}}
    )
    one = sound(mark(MarkKind.OFF_RECORD, 5), mark(MarkKind.ON_RECORD, 9))
    board = Board(meeting="m1")
    for how in follow.settled(head, said, [one], follow.Who()):
        board = how(board)
    assert [line.text for line in board.lines] == ["甲"]


def row(start=0.0, end=1.0, track=1):
    return {"key": 3, "track": track, "start": start, "end": end, "text": "目前", "unsure": "主要", "final": False}


def test_with_one_microphone_the_operators_mark_tells_who_speaks():
    one = sound(mark(MarkKind.SPEAKER, 10, "李晓明"))
    who = follow.Who({1: "王海燕"}, {"李晓明": "市住建局局长"})
    before, after = who.line(row(), one), who.line(row(start=9.8, end=12.0), one)
    assert (before.speaker, before.duty, before.id) == ("", "", "r1-c0003")
    assert (after.speaker, after.duty) == ("李晓明", "市住建局局长")


def test_with_a_microphone_for_each_seat_the_seat_tells_and_no_mark():
    one = sound(mark(MarkKind.SPEAKER, 0, "李晓明"), tracks=2)
    who = follow.Who({2: "王海燕"}, {})
    assert who.line(row(track=2), one).speaker == "王海燕"
    assert who.line(row(track=1), one).speaker == ""
