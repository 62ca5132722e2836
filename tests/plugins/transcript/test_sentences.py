import pytest
from roomctl_transcript.carry import from_json
from roomctl_transcript.cutting import Span
from roomctl_transcript.listen import FASTEST, Heard, Pace, as_row, bare, from_row, invented, looping
from roomctl_transcript.names import slips
from roomctl_transcript.punctuation import end_mark, own
from roomctl_transcript.sentences import Prior, Writer

from roomctl.api import Word


def heard(text, gaps=(), *, start=1.0, pause=2.0, **more):
    """Characters of 0.2 s; a gap of so many seconds after so many characters."""
    gaps, at, words, speech, begun = dict(gaps), start, [], [], start
    for index, character in enumerate(text, start=1):
        words.append(Word(character, at, at + 0.2, 0.8))
        at += 0.2
        if index in gaps:
            speech.append(Span(begun, at))
            at += gaps[index]
            begun = at
    speech.append(Span(begun, at))
    return Heard(start, at, at + 0.2, tuple(speech), tuple(words), pause=pause, **more)


def texts(utterance, prior=Prior()):  # noqa: B008 - frozen
    return [row["text"] for row in Writer("r1", "rec", 48_000, prior).write(utterance)]


@pytest.mark.parametrize(
    ("said", "gaps", "written"),
    [
        ("好我同意会议决定两件事", {}, ["好我同意会议决定两件事。"]),
        ("今年计划新建停车场十二个新增车位", {12: 0.3}, ["今年计划新建停车场12个，新增车位。"]),
        (
            "已经建成八个还有四个正在施工王海燕同志有什么意见",
            {14: 0.9},
            ["已经建成八个还有四个正在施工。", "王海燕同志有什么意见？"],
        ),
        ("好我同意大家的意见", {1: 0.7}, ["好，我同意大家的意见。"]),
        ("会议决定原则同意实施方案", {4: 0.8}, ["会议决定，原则同意实施方案。"]),
        # in a room that rings, or read fast: a short pause counts behind what is long enough
        (
            "今年全市计划改造老旧小区涉及居民和商户现在已经开工",
            {12: 0.2, 19: 0.4},
            ["今年全市计划改造老旧小区，涉及居民和商户。", "现在已经开工。"],
        ),
        ("我们今天研究停车场的建设", {2: 0.2, 4: 0.25}, ["我们今天研究停车场的建设。"]),
        ("目前正在施工还没有完工", {6: 0.4}, ["目前正在施工，还没有完工。"]),
    ],
)
def test_pauses_become_marks_and_sentences(said, gaps, written):
    assert texts(heard(said, gaps)) == written


def test_no_mark_stands_before_a_percent_sign():
    assert texts(heard("到位率为66.3%困难是缺人", {8: 0.4})) == ["到位率为66.3%，困难是缺人。"]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("現在開會,今天", "現在開會，今天"),
        ("居民23,000户,增长7.5%", "居民23000户，增长7.5%"),
        ("有什么意见?", "有什么意见？"),
        ("汇报一下 今年计划", "汇报一下，今年计划"),
        ("设备， 窗口", "设备，窗口"),
        ("完成了.", "完成了。"),
        ("in the end", "in the end"),
    ],
)
def test_the_engines_own_marks_are_kept_in_full_width(given, written):
    assert own(given) == written


@pytest.mark.parametrize(
    ("clause", "mark"),
    [
        ("大家有什么意见", "？"),
        ("财政资金能不能保障", "？"),
        ("可以吗", "？"),
        ("研究能不能保障", "。"),
        ("请各单位抓好落实", "。"),
        ("没有意见", "。"),
    ],
)
def test_a_question_is_known_by_how_it_ends(clause, mark):
    assert end_mark(clause) == mark


def test_a_number_is_not_torn_at_its_point():
    words = [Word(text, 1 + i * 0.3, 1.3 + i * 0.3) for i, text in enumerate(["完成", "投资", "3.", "6", "亿", "元"])]
    utterance = Heard(1.0, 2.8, 3.0, (Span(1.0, 2.8),), tuple(words), pause=2.0)
    assert texts(utterance) == ["完成投资3.6亿元。"]


def test_the_raw_text_stays_and_every_change_has_a_reason():
    prior = Prior((("李晓明", "局长"),))
    (row,) = Writer("r1", "rec", 48_000, prior).write(heard("請李小明同志會報"))
    segment = from_json(row)
    assert segment.raw == "請李小明同志會報"
    assert segment.text == "请李晓明同志汇报。"
    assert {change.step for change in segment.changes} == {"simplify", "names", "punctuation"}
    assert all(change.reason for change in segment.changes)


def test_frames_are_those_of_the_recording():
    (row,) = Writer("r2", "rec", 48_000, Prior()).write(heard("现在开会", start=2.0))
    assert (row["id"], row["first_frame"]) == ("r2-t1-0001", 96_000)
    assert row["last_frame"] == round(2.8 * 48_000) - 1


def test_an_invention_is_kept_and_marked():
    quiet = Heard(1, 6, 6, (Span(1.0, 1.2),), (Word("请不吝点赞", 2.0, 5.5),), pause=2.0)
    assert invented(quiet.words, quiet.speech)
    (row,) = Writer("r1", "rec", 48_000, Prior()).write(heard("请不吝点赞", dropped=True))
    assert row["dropped"]
    assert row["raw"] == "请不吝点赞"


def test_what_is_said_while_somebody_speaks_is_no_invention():
    utterance = heard("谢谢大家")
    assert not invented(utterance.words, utterance.speech)


def test_an_utterance_comes_back_from_the_journal_as_it_was():
    one = heard("现在开会", tracks=(1, 1, 2, 2), gain_db=3.5)
    again = from_row(as_row(one))
    assert [word.text for word in again.words] == list("现在开会")
    assert (again.tracks, again.gain_db, again.pause) == (one.tracks, 3.5, 2.0)


def test_speech_without_a_word_is_found():
    utterance = heard("建议统一收费标准")
    assert bare(utterance.words, utterance.speech) == []
    more = (*utterance.speech, Span(10.0, 11.0), Span(11.3, 12.5), Span(20.0, 20.5))
    assert bare(utterance.words, more[:3]) == [Span(10.0, 12.5)]
    assert bare((*utterance.words, Word("好", 11.5, 11.7)), more) == []


def test_too_little_text_for_the_usual_pace_is_doubted():
    pace = Pace(2.5, 0.75)
    assert pace.slow(28, 10.0), "before anything is known, Mandarin's usual pace holds"
    assert not pace.slow(35, 10.0)
    for _ in range(5):
        pace.learn(48, 10.0)
    assert pace.slow(35, 10.0), "others here speak 4.8 characters a second"
    assert not pace.slow(46, 10.0)
    assert FASTEST > 6


def said(text, start, each):
    return tuple(Word(one, start + i * each, start + (i + 1) * each, 0.8) for i, one in enumerate(text))


def test_end_titles_made_up_behind_the_last_word_are_marked_and_stay_in_the_raw_text():
    spoken = said("现在散会。", 0.0, 0.3)
    titles = said("字幕由志愿者提供", 1.5, 0.04)
    rows = Writer("r1", "rec", 48_000, Prior()).write(Heard(0.0, 1.55, 1.7, (Span(0.0, 1.55),), spoken + titles))
    assert [(row["raw"], row["dropped"]) for row in rows] == [("现在散会。", False), ("字幕由志愿者提供", True)]


@pytest.mark.parametrize("text", ["谢谢大家。", "谢谢观看。", "请大家订阅这个栏目。"])
def test_thanks_and_titles_that_somebody_says_stay(text):
    rows = Writer("r1", "rec", 48_000, Prior()).write(heard(text))
    assert [row["dropped"] for row in rows] == [False]


@pytest.mark.parametrize(
    "text", ["V4,V4,V4,V4,V4,V4", "我们要我们要我们要我们要我们要", "会议的会议的会议的会议的会议的好"]
)
def test_an_engine_that_goes_round_in_a_circle_is_noticed(text):
    assert looping(said(text, 0, 0.2))


@pytest.mark.parametrize(
    "text", ["对对对对对", "不行不行不行", "好的好的，同意", "第一个，第二个，第三个，第四个", ""]
)
def test_what_people_repeat_is_no_circle(text):
    assert not looping(said(text, 0, 0.2))


@pytest.mark.parametrize(
    ("heard_so", "meant"),
    [
        ("由群卫健委牵头", "由区卫健委牵头"),
        ("请线财政局安排", "请县财政局安排"),
        ("由是财政局负责", "由市财政局负责"),
        ("市财政局牵头，是发改委配合", "市财政局牵头，市发改委配合"),
        ("是财政局已经安排资金", "市财政局已经安排资金"),
        ("原则同意是住建局提出的方案", "原则同意市住建局提出的方案"),
        ("资金邮县财政局统筹", "资金由县财政局统筹"),
        ("8000母农田和12幕林地", "8000亩农田和12亩林地"),
    ],
)
def test_what_stands_before_a_unit_or_behind_a_figure_is_heard_as_its_place_asks(heard_so, meant):
    assert slips(heard_so)[0] == meant


@pytest.mark.parametrize(
    "text",
    [
        "这是财政局的意见",
        "牵头单位是财政局",
        "这件事，是财政局牵头",
        "是财政局的同志",
        "一线财政局干部",
        "有3母鸡",
        "12目标",
        "邮政局和邮储银行",
    ],
)
def test_what_may_be_meant_so_stays(text):
    assert slips(text) == (text, ())
