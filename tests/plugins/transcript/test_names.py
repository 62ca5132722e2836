import pytest
from roomctl_transcript.names import Lexicon, fold

from tests.plugins.transcript.spoken import KEPT, RIGHT

PEOPLE = (
    ("李晓明", "市住建局局长"),
    ("王海燕", "行政审批局局长"),
    ("陈志强", "市财政局局长"),
    ("张建国", "市长"),
    ("高兴", "副主任"),
    ("石才正", "科员"),
    ("方圆", "秘书长"),
    ("曾庆", "书记"),
    ("吴永健", "城管局局长"),
    ("赵永刚", "市委副书记"),
    ("孙丽华", "市教育局局长"),
    ("周文彬", "市交通运输局局长"),
    ("郑雪梅", "市卫健委主任"),
    ("刘洪涛", "市公安局副局长"),
    ("杨慧敏", "市文旅局局长"),
    ("黄振宇", "市水务局局长"),
    ("林静怡", "市审计局局长"),
    ("何志远", "市自然资源局局长"),
    ("罗建华", "市生态环境局局长"),
    ("梁晓东", "市应急局局长"),
    ("宋佳琪", "市统计局副局长"),
    ("唐国栋", "市国资委主任"),
    ("许晓雯", "市政府副秘书长"),
    ("韩冬生", "市农业农村局局长"),
    ("冯玉兰", "市妇联主席"),
    ("欧阳明德", "市总工会主席"),
    ("邓宏", "市司法局局长"),
    ("彭学军", "市退役军人局局长"),
    ("曹立新", "市民政局局长"),
    ("严肃", "督查室主任"),
    ("常青", "档案局局长"),
    ("向前", "街道办主任"),
)
TERMS = (
    "智慧停车平台",
    "滨江大道",
    "云溪街道",
    "海绵城市",
    "云溪新城",
    "清江大桥",
    "三河片区",
    "智能制造产业园",
    "青年人才公寓",
    "城东污水处理厂",
    "滨河绿道",
    "凤栖湖公园",
    "环城快速路",
    "数字政务平台",
)


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon(PEOPLE, TERMS)


@pytest.mark.parametrize(("heard", "meant"), RIGHT)
def test_what_sounds_like_the_roster_or_a_term_is_put_right(lexicon, heard, meant):
    assert lexicon.repair(heard)[0] == meant


@pytest.mark.parametrize("said", KEPT)
def test_what_only_sounds_alike_is_left_alone(lexicon, said):
    assert lexicon.repair(said) == (said, ())


def test_a_change_keeps_what_was_heard_and_why(lexicon):
    (change,) = lexicon.repair("先请李小铭同志汇报")[1]
    assert (change.step, change.before, change.after, change.at) == ("names", "李小铭", "李晓明", 2)
    assert "李晓明" in change.reason


def test_two_people_who_sound_alike_are_never_exchanged():
    both = Lexicon((("李晓明", "局长"), ("李小敏", "科长")))
    assert both.repair("请李小敏同志发言")[0] == "请李小敏同志发言"
    assert both.repair("请李晓明同志发言")[0] == "请李晓明同志发言"


def test_what_could_be_either_of_two_people_is_left_as_heard():
    both = Lexicon((("李晓明", "局长"), ("李小明", "科长")))
    assert both.repair("请李小铭同志发言") == ("请李小铭同志发言", ())


def test_without_a_roster_no_name_is_made_up():
    assert Lexicon().repair("先请李小铭同志汇报")[0] == "先请李小铭同志汇报"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zhang", "zan"),
        ("shi", "si"),
        ("cheng", "cen"),
        ("li", "ni"),
        ("hu", "fu"),
        ("jing", "jin"),
        ("liang", "nian"),
    ],
)
def test_what_ears_confuse_is_one(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("qiang", "xiang"), ("ma", "ba"), ("ji", "zhi"), ("lu", "lv")])
def test_what_ears_tell_apart_stays_two(one, other):
    assert fold(one) != fold(other)
