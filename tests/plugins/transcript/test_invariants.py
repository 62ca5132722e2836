"""What holds after every step, whatever an engine says and whoever corrects it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roomctl_transcript import formats
from roomctl_transcript.carry import from_json
from roomctl_transcript.cutting import Span
from roomctl_transcript.invariants import broken, lost
from roomctl_transcript.listen import Heard
from roomctl_transcript.sentences import Prior, Writer
from roomctl_transcript.speakers import assign

from roomctl.api import Change, Hole, SpeakerKnownBy, Transcript, Word, correction, rework

PRIOR = Prior(
    (("李晓明", "市住建局局长"), ("欧阳明德", ""), ("丁一", "主任")),
    ("市发改委", "云溪街道", "停车场建设"),
    (("a.docx", "今年计划新建公共停车场12个，新增车位3500个，由市发改委负责。"),),
)
SAID = st.sampled_from(
    [
        *"李小明为由请一二百千零点年月号个，。？好嗯5%了𠮷. \u200b",
        *("同志", "发改", "分之", "停车场", "12", "3.", "云西", "接道", "会议", "决定", "計劃", "OK"),
    ]
)


@st.composite
def utterances(draw):
    """What an engine may say: words in order, pauses, two tracks or one."""
    at, words, speech = draw(st.floats(0, 5)), [], []
    many = draw(st.booleans())
    for _ in range(draw(st.integers(1, 4))):
        begun = at
        for _ in range(draw(st.integers(0, 12))):
            length = draw(st.floats(0, 0.6))
            words.append(Word(draw(SAID), at, at + length, draw(st.floats(0, 1))))
            at += length
        at += 0.05
        speech.append(Span(begun, at))
        at += draw(st.floats(0, 2))
    tracks = tuple(draw(st.integers(1, 2)) for _ in words) if many else ()
    return Heard(speech[0].start, at, at, tuple(speech), tuple(words), tracks=tracks, pause=draw(st.floats(0, 3)))


@pytest.fixture(scope="module")
def writers():
    """Read the roster once for all examples: the first version's, a later try's, and a new version's."""
    return [Writer(prefix, "rec", 48_000, PRIOR) for prefix in ("r1", "r1x1", "r9")]


@pytest.fixture(scope="module")
def writer(writers):
    return writers[0]


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_whatever_an_engine_says_the_sentences_hold(writer, data):
    heard = data.draw(utterances())
    segments = tuple(from_json(row) for row in writer.write(heard))
    assert broken(sorted(segments, key=lambda one: (one.track, one.start))) == ()
    assert writer.complaints == []
    assert "".join(sorted("".join(one.raw for one in segments).replace(" ", ""))) == "".join(
        sorted("".join(word.text for word in heard.words).replace(" ", ""))
    )
    spoken = assign(segments, seats={}, marks=[(0.0, "李晓明")], people=("李晓明",), chair="张建国")
    assert [replace(one, speaker=None, known_by=None) for one in spoken] == list(segments)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_persons_words_outlive_whatever_the_machine_does_next(writers, data):
    """Corrected, filled, made again and carried over: the person's text stands, and nothing is lost."""
    heard = data.draw(utterances().filter(lambda one: any(word.text.strip() for word in one.words)))
    first, later, anew = writers
    segments = [one for row in first.write(heard) if (one := from_json(row)).text and not one.dropped]
    if not segments:
        return
    which = data.draw(st.integers(0, len(segments) - 1))
    mine = correction.correct(segments[which], "这句由人改过。", by="王敏")
    segments[which] = correction.name_speaker(mine, "李晓明")
    hole = Hole("rec", 1, mine.start - 0.5, mine.end + 0.5)
    before = Transcript(
        id="v1", meeting="m", version=1, engine="e", model="m", speech=90.0, holes=(hole,), segments=tuple(segments)
    )
    again = [from_json(row) for row in later.write(data.draw(utterances()))]
    filled, _ = rework.fill(before, hole, again, covered=1.0, left=(), by="e")
    assert lost(before, filled) == ()
    assert next(one for one in filled.segments if one.id == mine.id).text == "这句由人改过。"
    same = correction.carry_over(filled, [from_json(row) for row in anew.write(heard)])
    kept = next(one for one in same if one.start == mine.start and one.raw == mine.raw)
    assert (kept.text, kept.speaker, kept.known_by) == ("这句由人改过。", "李晓明", SpeakerKnownBy.PERSON)


@settings(deadline=None, max_examples=60)
@given(st.lists(utterances(), min_size=1, max_size=3))
def test_every_format_of_whatever_was_said_can_be_written(writer, heard):
    segments = [from_json(row) for one in heard for row in writer.write(one)]
    ids = iter(range(len(segments)))
    made = Transcript(
        id="v1", meeting="m", version=1, engine="e", model="m",
        segments=tuple(replace(one, id=f"r1-t{one.track}-{next(ids):04d}") for one in segments),
    )  # fmt: skip
    for form, write in formats.FORMATS.items():
        if form != "docx" or len(segments) < 4:
            assert isinstance(write(made), bytes)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"end": 0.5, "words": ()}, "ends before"),
        ({"text": ""}, "gone"),
        ({"raw": "别的"}, "not its raw"),
        ({"text": "别的。", "changes": ()}, "without a reason"),
        ({"words": (Word("同意", 1.0, 9.0),)}, "outside"),
        ({"words": (Word("意", 1.5, 1.6), Word("同", 1.0, 1.1)), "raw": "意同"}, "before another word"),
    ],
)
def test_what_does_not_hold_is_told(segment, change, told):
    one = segment("同意", 1, 1.0, 2.0, words=(Word("同意", 1.0, 2.0),), changes=(Change("x", "a", "b"),))
    assert broken([one]) == ()
    (said,) = broken([replace(one, **change)])
    assert told in said


def test_order_and_ids_are_looked_at(segment):
    one, two = segment("一", 1, 1.0, 2.0), segment("二", 2, 3.0, 4.0)
    assert "begins before" in broken([two, one])[0]
    assert "twice" in broken([one, replace(one, start=1.5)])[0]
    assert broken([two, replace(one, track=2, id="r1-t2-0009")]) == ()


def test_marks_alone_are_nothing_that_anybody_said(writer):
    words = (Word("，", 0.0, 0.2), Word("。", 0.2, 0.4))
    rows = writer.write(Heard(0, 1, 1, (Span(0, 1),), words, pause=2.0))
    assert all(row["dropped"] for row in rows)
    assert writer.complaints == []


def test_a_step_that_fails_costs_itself_alone():
    writer = Writer("r1", "rec", 48_000, PRIOR)

    def fails(_text, _sentence):
        raise ZeroDivisionError("x")

    writer.steps["names"] = fails
    writer.steps["slips"] = lambda _text, _sentence: ("", ())
    words = tuple(Word(c, i * 0.2, i * 0.2 + 0.2) for i, c in enumerate("新建停车场十二个"))
    (row, *_) = writer.write(Heard(0, 2, 2, (Span(0, 2),), words, pause=2.0))
    writer.write(Heard(0, 2, 2, (Span(0, 2),), words, pause=2.0))
    assert row["text"] == "新建停车场12个。"
    assert len(writer.complaints) == 2  # once for each step, however many sentences
