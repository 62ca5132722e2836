"""What is done again: how a wish stands, and what a later try puts into a hole."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.correction import correct
from roomctl.domain.events import LoggedEvent
from roomctl.domain.rework import ASKED, CANCELLED, COMPLETED, TRIED, ReworkState, fill, holes, inside, of_log
from roomctl.domain.transcript import Hole, Transcript, TranscriptSegment

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
HOLE = Hole("r", 1, 10.0, 20.0)


def said(text, start, end, n=1, **more):
    return TranscriptSegment(
        id=f"r1-t1-{n:04d}", recording="r", track=1, start=start, end=end, first_frame=0, last_frame=9, raw=text,
        text=text, **more,
    )  # fmt: skip


def version(*segments, holes=(HOLE,), **more):
    facts = {"id": "v", "meeting": "m", "version": 1, "engine": "e", "model": "m", "speech": 60.0, "covered": 50.0}
    return Transcript(**{**facts, "segments": segments, "holes": holes, **more})


def row(event, n=1, **data):
    return LoggedEvent(
        seq=n, id=f"e{n}", room="room", stream="m", n=n, v=1, kind=event, at=AT.isoformat(), actor="person:王敏",
        data=json.dumps(data), sha256="", sm3="",
    )  # fmt: skip


def asked(*wanted, kind="holes", rework="w"):
    return row(
        ASKED, rework=rework, kind=kind, engine="", model="",
        holes=[{"recording": "r", "track": 1, "start": a, "end": b} for a, b in wanted],
    )  # fmt: skip


def tried(start, end, gained=3, rework="w"):
    hole = {"recording": "r", "track": 1, "start": start, "end": end}
    return row(TRIED, rework=rework, hole=hole, gained=gained, left=0.0)


def test_a_wish_waits_until_every_hole_was_tried():
    (wish,) = of_log([asked((1, 2), (5, 9))])
    assert (wish.waiting, len(wish.left), wish.by, wish.at) == (True, 2, "王敏", AT)
    (wish,) = of_log([asked((1, 2), (5, 9)), tried(1, 2)])
    assert (wish.waiting, wish.left, wish.gained) == (True, (Hole("r", 1, 5, 9),), 3)
    (wish,) = of_log([asked((1, 2), (5, 9)), tried(1, 2), tried(5, 9, gained=0)])
    assert (wish.state, wish.gained) == (ReworkState.DONE, 3)


@pytest.mark.parametrize(
    ("ends", "state"),
    [
        (row(CANCELLED, rework="w", kind="again"), ReworkState.CANCELLED),
        (row(COMPLETED, transcript="w"), ReworkState.DONE),
        (row(COMPLETED, transcript="another"), ReworkState.WAITING),
        (row(CANCELLED, rework="another", kind="again"), ReworkState.WAITING),
    ],
)
def test_a_wish_ends_by_what_the_log_says_of_it_alone(ends, state):
    assert of_log([asked(kind="again"), ends])[0].state is state


def test_what_comes_after_the_end_changes_nothing():
    cancelled = row(CANCELLED, rework="w", kind="holes")
    (wish,) = of_log([asked((1, 2)), cancelled, tried(1, 2)])
    assert (wish.state, wish.tried) == (ReworkState.CANCELLED, ())
    (wish,) = of_log([asked((1, 2), (5, 9)), tried(5, 9)])
    assert wish.tried == ()  # not the next one


def test_a_hole_is_shown_between_the_sentences_next_to_it():
    text = version(
        said("之前。", 5, 9),
        said("更早。", 1, 3, 2),
        said("之后。", 22, 25, 3),
        said("幻听。", 21, 22, 4, dropped=True),
    )
    (seen,) = holes(text)
    assert (seen.number, seen.before, seen.after, seen.tried) == (1, "之前。", "之后。", ())
    assert seen.reason
    (alone,) = holes(version())
    assert (alone.before, alone.after) == ("", "")


def test_a_later_try_puts_its_sentences_in_their_place():
    text = version(said("之前。", 5, 9), said("之后。", 22, 25, 2))
    found = [said("补上的话。", 11, 14, 7), said("外面的话。", 26, 28, 8), said("", 15, 16, 9)]
    made, gained = fill(text, HOLE, found, covered=3.0, left=(Hole("r", 1, 15.0, 18.0),), by="whisper · base")
    assert [one.text for one in made.segments] == ["之前。", "补上的话。", "之后。"]
    assert (gained, made.covered) == (4, 53.0)
    (left,) = holes(made)
    assert left.tried == (("whisper · base", 4),)
    assert "whisper · base" in left.reason


def test_a_try_that_hears_nothing_more_leaves_a_reason_and_nothing_else():
    text = version(said("嗯。", 12, 13))
    made, gained = fill(text, HOLE, [said("嗯。", 12, 13, 7)], covered=3.0, left=(), by="vosk · small")
    assert gained == 0
    assert replace(made, report={}) == text
    (seen,) = holes(made)
    assert seen.tried == (("vosk · small", 0),)
    assert "vosk · small" in seen.reason


def test_a_fuller_sentence_takes_the_place_of_a_poorer_one_and_nothing_is_forgotten():
    text = version(said("会议。", 11, 19))
    made, gained = fill(text, HOLE, [said("会议决定两件事。", 11, 19, 7)], covered=3.0, left=(), by="e")
    assert [one.text for one in made.shown] == ["会议决定两件事。"]
    assert gained == 5
    (old,) = [one for one in made.segments if one.dropped]
    assert (old.raw, old.changes[-1].before) == ("会议。", "会议。")


def test_what_a_person_wrote_stays_where_it_is():
    mine = correct(said("会意。", 11, 19), "会议。", by="王敏")
    made, gained = fill(version(mine), HOLE, [said("会议决定两件事。", 11, 19, 7)], covered=3.0, left=(), by="e")
    assert gained == 0
    assert made.segments == (mine,)


spans = st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 6), st.text("会议决定。", max_size=8)), max_size=8)


@given(spans, spans, st.floats(0, 20))
def test_however_a_try_ends_no_sentence_is_lost_and_times_only_rise(stood, found, covered):
    before = version(*(said(text, a, a + b, n) for n, (a, b, text) in enumerate(sorted(stood), 1)))
    again = [said(text, a, a + b, 100 + n) for n, (a, b, text) in enumerate(sorted(found), 1)]
    made, gained = fill(before, HOLE, again, covered=covered, left=(Hole("r", 1, 11.0, 12.0),), by="e")
    assert {one.id for one in before.segments} <= {one.id for one in made.segments}
    assert [one.start for one in made.segments] == sorted(one.start for one in made.segments)
    assert made.covered <= made.speech
    assert all(inside(one, HOLE) for one in made.holes)
    length = sum(c.isalnum() for one in made.shown for c in one.text)
    assert length == sum(c.isalnum() for one in before.shown for c in one.text) + gained
    assert gained >= 0
