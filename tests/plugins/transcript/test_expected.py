import random
import re
from pathlib import Path

import pytest
from roomctl_transcript.expected import Expected, distance
from roomctl_transcript.names import syllables

PEOPLE = (
    ("李晓明", "市住建局局长"),
    ("王海燕", "行政审批局局长"),
    ("陈志强", "市财政局局长"),
    ("刘洪涛", "市疾控中心主任"),
    ("高兴", "副主任"),
)
TERMS = ("智慧停车平台", "青年人才公寓")

BLURRED = [
    ("请时中复办公室尽快印发", "请市政府办公室尽快印发"),
    ("希望区种府支持", "希望区政府支持"),
    ("我不充一点", "我补充一点"),
    ("要家快进堵", "要加快进度"),
    ("资金的不复", "资金的拨付"),
    ("抓好冠车落实", "抓好贯彻落实"),
    ("由优市财政局签头", "由由市财政局签头"),
    ("老舅小区改造", "老旧小区改造"),
    ("今年全是完成", "今年全市完成"),
    ("网海验同志汇报", "王海燕同志汇报"),
    ("刘红桃同治发言", "刘洪涛同志发言"),
    ("报市级空中心", "报市疾控中心"),
    ("接入智惠听车平台", "接入智慧停车平台"),
]

OTHERWISE = [
    "会议通知已经发了",
    "资金已经到位",
    "智能停车平台",
    "赵志强同志发言",
    "陈志刚同志汇报",
    "王海同志补充",
    "商业环境很好",
    "养老保险的缴费",
    "预算二百八十万元",
    "向市政府办公室报告",
    "市住建局负责验收",
    "政府工作报告",
    "工作会议",
]
"""What may be said beside the phrases that it sounds a little like."""


@pytest.fixture(scope="module")
def expected():
    return Expected(PEOPLE, TERMS)


@pytest.mark.parametrize(("heard", "meant"), BLURRED)
def test_what_the_recogniser_doubts_becomes_what_is_expected(expected, heard, meant):
    assert expected.repair(heard, [0.35] * len(heard))[0] == meant


@pytest.mark.parametrize("heard", [heard for heard, _ in BLURRED])
def test_what_was_heard_clearly_stays(expected, heard):
    assert expected.repair(heard, [0.95] * len(heard)) == (heard, ())


@pytest.mark.parametrize("said", OTHERWISE)
def test_a_doubtful_word_that_is_something_else_stays(expected, said):
    assert expected.repair(said, [0.5] * len(said)) == (said, ())


def test_only_the_doubtful_characters_count(expected):
    heard = "希望区种府支持"
    assert expected.repair(heard, [0.95, 0.95, 0.95, 0.2, 0.95, 0.95, 0.95])[0] == "希望区政府支持"
    assert expected.repair(heard, [0.2, 0.2, 0.2, 0.95, 0.2, 0.2, 0.2])[0] == heard


def test_a_surname_that_was_only_guessed_at_gives_way_where_the_rest_is_right(expected):
    assert expected.repair("请森志强同志汇报", [0.9, 0.2, 0.8, 0.8, 0.9, 0.9, 0.9, 0.9])[0] == "请陈志强同志汇报"
    assert expected.repair("请森志强同志汇报", [0.9, 0.7, 0.8, 0.8, 0.9, 0.9, 0.9, 0.9])[0] == "请森志强同志汇报"


def test_a_change_tells_what_was_heard(expected):
    (change,) = expected.repair("就请时中复办公室办", [0.4] * 9)[1]
    assert (change.step, change.before, change.after) == ("terms", "请时中复办公室", "请市政府办公室")
    assert change.at == 1


def test_whole_meetings_that_were_heard_rightly_stay_however_much_is_doubted(expected):
    """Two meetings of other offices, every character of them doubted, with a roster that is not theirs."""
    scripts = sorted((Path(__file__).parents[2] / "bench" / "speech").glob("*.txt"))
    clauses = [one for path in scripts for one in re.split(r"[|。，？\n]", path.read_text(encoding="utf-8")) if one]
    assert sum(map(len, clauses)) > 900
    for said in clauses:
        assert expected.repair(said, [0.5] * len(said)) == (said, ())


def test_long_lists_put_nothing_into_what_was_said_rightly():
    """300 people and 5,000 terms, made of syllables at random; the text is heard rightly, and doubted throughout."""
    dice = random.Random(7)
    characters = "建国华明志强海燕晓丽文军平红伟芳勇东永光辉春水城山江新大中南北学工生产发业区路桥园"
    people = tuple(
        (dice.choice("王李张刘陈杨黄赵吴周") + "".join(dice.choices(characters, k=2)), "") for _ in range(300)
    )
    terms = tuple("".join(dice.choices(characters, k=dice.randint(4, 8))) for _ in range(5_000))
    crowded = Expected(people, terms)
    said = "由王大勇同志负责，城东新区产业园的建设，由赵水生同志配合，江北大桥工程明年开工，学校的工作由教育局安排。"
    assert crowded.repair(said, [0.5] * len(said))[0] == said


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        (("政", "中"), ("政", "发")),
        (("付", "复"), ("付", "户")),
        (("购", "国"), ("购", "水")),
        (("燕", "院"), ("燕", "好")),
    ],
)
def test_what_a_far_microphone_blurs_is_near(nearer, farther):
    def apart(pair):
        return distance(*(syllables(character)[0] for character in pair))

    assert apart(nearer) < apart(farther)
    assert apart(nearer) == apart(nearer[::-1])
