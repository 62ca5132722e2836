"""Draft points, speakers, coverage."""

import json

import pytest
from roomctl_transcript.coverage import Utterance, measure
from roomctl_transcript.cutting import Span
from roomctl_transcript.speakers import assign

from roomctl.api import PointKind, SpeakerKnownBy, Word, cues

PEOPLE = ("张建国", "李晓明", "王海燕", "陈志强")


@pytest.mark.parametrize(
    ("text", "owner", "support", "deadline", "what"),
    [
        (
            "第一，由市住建局牵头，市城管局配合，12月31日前完成剩余四个停车场的建设。",
            "市住建局",
            ("市城管局",),
            "12月31日前",
            "完成剩余四个停车场的建设",
        ),
        (
            "第二，由市发改委负责，在11月15日前制定统一的停车收费标准。",
            "市发改委",
            (),
            "11月15日前",
            "制定统一的停车收费标准",
        ),
        (
            "由市财政局牵头，市发改委、市审计局配合，于12月15日前完成改造资金的拨付工作。",
            "市财政局",
            ("市发改委", "市审计局"),
            "12月15日前",
            "完成改造资金的拨付工作",
        ),
        (
            "政务服务大厅由王海燕同志负责，明年2月底之前完成设备安装和人员培训。",
            "王海燕同志",
            (),
            "明年2月底之前",
            "政务服务大厅：完成设备安装和人员培训",
        ),
        ("请市政府办公室三天内印发会议纪要。", "市政府办公室", (), "三天内", "印发会议纪要"),
        ("由市城管局负责做好日常管理。", "市城管局", (), "", "做好日常管理"),
    ],
)
def test_an_action_has_owner_support_deadline_and_what(text, owner, support, deadline, what, segment):
    (point,) = cues.draft([segment(text)])
    assert point.kind is PointKind.ACTION
    assert (point.owner, point.support, point.deadline, point.what) == (owner, support, deadline, what)
    assert point.segment == "r1-t1-0001"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("今天专题研究城区停车场建设工作。", PointKind.TOPIC),
        ("会议听取了市住建局的汇报。", PointKind.TOPIC),
        ("会议决定，原则同意实施方案。", PointKind.DECISION),
        ("会议审议通过了工作报告。", PointKind.DECISION),
        ("会议指出，安全生产责任重大。", PointKind.OPINION),
        ("另外，我们建议把窗口合并。", PointKind.OPINION),
        ("会议要求，严格落实安全生产责任制。", PointKind.ACTION),
    ],
)
def test_cue_phrases_tell_the_kind(text, kind, segment):
    assert [point.kind for point in cues.draft([segment(text)])] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "到9月底已经建成八个。",
        "好，大家辛苦了。",
        "今天的会议就到这里，散会。",
        "由于天气原因，工期推迟。",
        "请大家安静。",
    ],
)
def test_other_sentences_give_no_point(text, segment):
    assert cues.draft([segment(text)]) == ()


def test_an_invention_gives_no_point(segment):
    assert cues.draft([segment("会议决定散会。", dropped=True)]) == ()


def test_a_cue_gives_the_floor_and_the_chair_takes_it_back(demo_clip, segment):
    rows = json.loads(demo_clip.with_name("demo_60s_ref.json").read_text(encoding="utf-8"))
    said = [segment(row["text"], number, number, number + 1) for number, row in enumerate(rows)]
    told = assign(said, seats={}, people=PEOPLE, chair="张建国")
    for row, one in zip(rows, told, strict=True):
        assert one.speaker in {row["name"], None}, row["text"]
        assert one.known_by is (SpeakerKnownBy.CUE if one.speaker else None)
    assert sum(one.speaker is not None for one in told) >= 8


@pytest.mark.parametrize(
    ("call", "speaker"),
    [
        ("先请李晓明同志汇报。", "李晓明"),
        ("先请李晓明同志挥报。", "李晓明"),
        ("下面请李晓明同志。", "李晓明"),
        ("此事请示李晓明同志。", None),
        ("请转告李晓明同志。", None),
        ("请李晓明同志会后再研究一次。", None),
    ],
)
def test_who_is_called_has_the_floor_also_where_the_last_word_was_misheard(segment, call, speaker):
    said = [segment(call, 1, 0, 2), segment("今年新建停车场12个。", 2, 3, 6)]
    told = assign(said, seats={}, people=PEOPLE, chair="张建国")
    assert told[1].speaker == speaker


def test_without_a_cue_nobody_is_named(segment):
    (one,) = assign([segment("到9月底已经建成八个。")], seats={}, people=PEOPLE, chair="张建国")
    assert (one.speaker, one.known_by) == (None, None)


def test_a_seat_tells_more_than_a_cue(segment):
    told = assign(
        [segment("请李晓明同志汇报。", track=2), segment("好的。", track=3)],
        seats={2: "王海燕"},
        people=PEOPLE,
        chair="张建国",
    )
    assert [one.speaker for one in told] == ["王海燕", None]
    assert told[0].known_by is SpeakerKnownBy.SEAT


def test_the_operators_marks_hold_until_the_next_one(segment):
    said = [segment("甲。", 1, 0, 1), segment("乙。", 2, 10, 11), segment("丙。", 3, 20, 21)]
    told = assign(said, seats={}, marks=((5.0, "李晓明"), (15.0, "")))
    assert [(one.speaker, one.known_by) for one in told] == [
        (None, None),
        ("李晓明", SpeakerKnownBy.OPERATOR),
        (None, None),
    ]


@pytest.fixture(scope="session")
def worded(segment):
    """Makes a sentence whose words lie evenly in its time."""
    return lambda text, start, end: _worded(segment, text, start, end)


def _worded(segment, text, start, end):
    step = (end - start) / len(text)
    words = tuple(Word(c, start + i * step, start + (i + 1) * step) for i, c in enumerate(text))
    return segment(text, start=start, end=end, words=words)


def test_speech_with_text_is_covered(worded):
    found = measure([Utterance((Span(0, 4),))], [worded("今天研究停车场建设工作好不好", 0, 4)], "rec")
    assert (found.speech, found.covered, found.holes) == (4, 4, ())


def test_speech_without_text_is_a_hole(worded):
    found = measure(
        [Utterance((Span(0, 4),)), Utterance((Span(10, 14),), gave_up=True)],
        [worded("今天研究停车场建设工作" * 2, 0, 4)],
        "rec",
    )
    assert (found.speech, found.covered) == (8, 4)
    assert [(hole.start, hole.end) for hole in found.holes] == [(10, 14)]


def test_too_little_text_is_a_hole_though_words_stretch_over_it(worded):
    found = measure([Utterance((Span(0, 12),))], [worded("今天开会", 0, 12)], "rec")
    assert [(hole.start, hole.end) for hole in found.holes] == [(0, 12)]
    assert found.covered < 2


def test_an_invention_covers_nothing(segment):
    found = measure([Utterance((Span(0, 4),))], [segment("请不吝点赞订阅转发打赏支持", end=4.0, dropped=True)], "rec")
    assert (found.speech, found.covered) == (4, 0)
