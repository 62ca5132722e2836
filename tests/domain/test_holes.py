"""What a person makes of a hole stays, also in later versions."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.correction import correct, corrected, take_back
from roomctl.domain.holes import by_hand, carry, dismiss, write
from roomctl.domain.transcript import Hole, SpeakerKnownBy, Transcript, TranscriptSegment

HOLE = Hole("rec-1", 1, 10.0, 20.0)


def said(text, start, end, n=1, **more):
    return TranscriptSegment(
        id=f"r1-t1-{n:04d}", recording="rec-1", track=1, start=start, end=end, first_frame=0, last_frame=9, raw=text,
        text=text, **more,
    )  # fmt: skip


def version(*segments, n=1, holes=(HOLE,), **more):
    facts = {"speech": 60.0, "covered": 50.0, **more}
    return Transcript(
        id=f"v{n}", meeting="m", version=n, engine="e", model="m", segments=segments, holes=holes, **facts
    )


def texts(made):
    return [one.text for one in made.shown]


def test_a_person_writes_down_what_they_hear():
    text = version(said("之前。", 5, 9), said("之后。", 22, 25, 2))
    made, one = write(text, HOLE, " 由财政局配合。 ", rate=48_000, by="王敏", speaker="李晓明")
    assert texts(made) == ["之前。", "由财政局配合。", "之后。"]
    assert (one.raw, one.changes[-1].reason, one.known_by) == ("", "王敏", SpeakerKnownBy.PERSON)
    assert (one.first_frame, one.last_frame) == (480_000, 959_999)
    assert (made.holes, made.covered) == ((), 60.0)
    assert by_hand(one)
    assert corrected(one)


def test_what_the_machine_had_there_gives_way_and_what_a_person_had_stays():
    mine = correct(said("会意。", 16, 18, 2), "会议。", by="赵敏")
    made, _ = write(version(said("嗯。", 12, 14), mine), HOLE, "会议决定。", rate=48_000, by="王敏")
    assert texts(made) == ["会议决定。", "会议。"]
    assert [one.raw for one in made.segments if one.dropped] == ["嗯。"]


def test_two_people_who_write_in_the_same_place_have_sentences_of_their_own():
    first, one = write(version(), HOLE, "一。", rate=48_000, by="甲")
    second, two = write(replace(first, holes=(HOLE,)), HOLE, "二。", rate=48_000, by="乙")
    assert one.id != two.id
    assert sorted(texts(second)) == ["一。", "二。"]


def test_it_can_be_put_right_and_has_nothing_to_go_back_to():
    _, one = write(version(), HOLE, "一。", rate=48_000, by="甲")
    again = correct(one, "二。", by="乙")
    assert take_back(again, by="乙").text == "一。"
    assert take_back(one, by="乙") is one


def test_it_lives_on_in_the_next_version_whatever_that_hears():
    old, one = write(version(), HOLE, "由财政局配合。", rate=48_000, by="王敏")
    deaf = carry(old, version(said("之前。", 5, 9), n=2, holes=(Hole("rec-1", 1, 10.2, 19.9),)))
    assert texts(deaf) == ["之前。", "由财政局配合。"]
    assert (deaf.holes, deaf.covered) == ((), 59.7)
    heard = carry(old, version(said("由才政局配合", 11, 19), n=2, holes=()))
    assert texts(heard) == ["由财政局配合。"]
    assert next(s for s in heard.segments if s.dropped).raw == "由才政局配合"
    assert carry(heard, heard) == heard
    assert one in carry(heard, version(n=3)).segments


def test_where_nobody_spoke_there_is_no_hole_in_later_versions_either():
    old = dismiss(version(), HOLE, "掌声", by="王敏")
    assert (old.holes, old.speech, old.report["dismissed"][0]["why"]) == ((), 50.0, "掌声")
    other = Hole("rec-1", 1, 40.0, 44.0)
    new = carry(old, version(n=2, holes=(Hole("rec-1", 1, 10.3, 19.8), other)))
    assert (new.holes, new.speech) == ((other,), 50.5)
    assert carry(new, new) == new
    unheard = carry(old, version(n=2, holes=()))
    assert (unheard.speech, len(unheard.report["dismissed"])) == (60.0, 1)


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 6)), max_size=8), st.floats(0, 20), st.floats(0.5, 9))
def test_whatever_stands_around_it_nothing_is_lost_and_times_only_rise(spans, start, length):
    hole = Hole("rec-1", 1, start, start + length)
    before = version(*(said("甲", a, a + b, n) for n, (a, b) in enumerate(sorted(spans), 1)), holes=(hole,))
    made, one = write(before, hole, "由人写的。", rate=48_000, by="王敏")
    assert {s.id for s in before.segments} < {s.id for s in made.segments}
    assert [s.start for s in made.segments] == sorted(s.start for s in made.segments)
    again = carry(made, replace(before, id="v2", version=2))
    assert one in again.segments
    assert {s.id for s in before.segments} <= {s.id for s in again.segments}
