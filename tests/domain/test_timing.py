"""When a figure or a word of a sentence was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.timing import frames, when
from roomctl.domain.transcript import TranscriptSegment, Word

RATE = 48_000


def said(words, text):
    """Each character of the words takes a tenth of a second."""
    at, made = 10.0, []
    for word in words:
        made.append(Word(word, round(at, 3), round(at + 0.1 * len(word), 3)))
        at += 0.1 * len(word)
    return TranscriptSegment(
        id="r1-t1-0001", recording="r", track=1, start=10.0, end=round(at, 3), first_frame=10 * RATE,
        last_frame=round(at * RATE) - 1, raw="".join(words), text=text, words=tuple(made),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "text", "part", "span"),
    [
        (["新增", "车位", "三千五百", "个"], "新增车位3500个。", "3500个", (10.4, 10.9)),
        (["新增", "车位", "三千五百", "个"], "新增车位3500个。", "3500", (10.4, 10.8)),
        (["新增", "车位", "三千五百", "个"], "新增车位3500个。", "车位", (10.2, 10.4)),
        (["完成", "投资", "百分之", "六十八"], "完成投资68%，", "68%", (10.4, 11.0)),
        (["由", "市", "发", "改", "为", "负责"], "由市发改委负责。", "市发改委", (10.1, 10.5)),
        (["十", "二", "月", "三", "十", "一", "日", "前"], "12月31日前", "31日", (10.3, 10.7)),
        (["散", "会"], "散会。", "散会。", (10.0, 10.2)),
    ],
)
def test_a_stretch_of_the_text_has_the_times_of_its_words(words, text, part, span):
    at = text.index(part)
    assert when(said(words, text), at, at + len(part)) == pytest.approx(span)


def test_the_same_in_frames():
    one = said(["车位", "三千五百", "个"], "车位3500个。")
    assert frames(one, 2, 6) == (round(10.2 * RATE), round(10.6 * RATE) - 1)


def test_without_words_the_whole_sentence_was_said():
    one = TranscriptSegment(
        id="a", recording="r", track=1, start=1.0, end=3.0, first_frame=0, last_frame=9, raw="甲", text="甲"
    )
    assert when(one, 0, 1) == (1.0, 3.0)


@given(
    st.lists(st.text("甲乙丙一二三。", min_size=1, max_size=4), min_size=1, max_size=8),
    st.text("甲乙丙123，。", max_size=20),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_whatever_was_changed_the_times_lie_inside_and_in_order(words, text, one, other):
    segment = said(words, text)
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    first, last = when(segment, start, end)
    assert segment.start <= first <= last <= segment.end
    low, high = frames(segment, start, end)
    assert segment.first_frame <= low <= high <= segment.last_frame
