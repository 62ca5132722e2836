import pytest
from roomctl_transcript.names import Lexicon, fold

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
)
TERMS = ("智慧停车平台", "滨江大道", "云溪街道", "海绵城市")

RIGHT = [
    ("先请李小明同志汇报", "先请李晓明同志汇报"),
    ("请李小铭同志汇报", "请李晓明同志汇报"),
    ("李晓鸣局长发言", "李晓明局长发言"),
    ("住建局局长李小名汇报", "住建局局长李晓明汇报"),
    ("王海雁同志有什么意见", "王海燕同志有什么意见"),
    ("下面请王海晏同志介绍情况", "下面请王海燕同志介绍情况"),
    ("由王海艳负责", "由王海燕负责"),
    ("请王海彦汇报", "请王海燕汇报"),
    ("陈志墙同志，财政资金能不能保障", "陈志强同志，财政资金能不能保障"),
    ("陈致强局长补充", "陈志强局长补充"),
    ("陈自强同志汇报", "陈志强同志汇报"),
    ("请程志强同志发言", "请陈志强同志发言"),
    ("张建国、李小明、王海燕参加", "张建国、李晓明、王海燕参加"),
    ("王海燕和陈志墙参加", "王海燕和陈志强参加"),
    ("张建过市长讲话", "张建国市长讲话"),
    ("请吴勇建同志发言", "请吴永健同志发言"),
    ("吴永建局长汇报", "吴永健局长汇报"),
    ("武永健局长汇报", "吴永健局长汇报"),
    ("由市发改为负责", "由市发改委负责"),
    ("市承管局配合", "市城管局配合"),
    ("由助建局牵头", "由住建局牵头"),
    ("市才政局已经安排", "市财政局已经安排"),
    ("市神计局配合", "市审计局配合"),
    ("不动产灯记和税务窗口", "不动产登记和税务窗口"),
    ("老旧小区改造和政务服务大庭", "老旧小区改造和政务服务大厅"),
    ("接入全市智慧停车坪台", "接入全市智慧停车平台"),
    ("滨江大到施工", "滨江大道施工"),
    ("云西街道负责", "云溪街道负责"),
    ("建设海棉城市", "建设海绵城市"),
    ("建设海面城市", "建设海绵城市"),
    ("李小明，你来说说", "李晓明，你来说说"),
    ("今天的会议就到这里，三会。", "今天的会议就到这里，散会。"),
    ("原则同义，散会", "原则同意，散会"),
    ("固定资产投姿", "固定资产投资"),
    ("会议记要的印发", "会议纪要的印发"),
    ("认真抓好贯彻洛实", "认真抓好贯彻落实"),
    ("加庄电梯的补贴", "加装电梯的补贴"),
]

KEPT = [
    "同志们都很高兴，大家讨论",
    "请高兴的同志留下",
    "由市财政局牵头",
    "市财政资金已经到位",
    "是政府的责任",
    "这是政府应当承担的",
    "事情要办好",
    "方圆五公里范围内",
    "方圆百里的群众",
    "曾经参加过培训",
    "曾请专家论证",
    "三会一课制度",
    "开好三会，做好记录",
    "小明同学参加活动",
    "天气晓明",
    "今天下午三点开会",
    "请领导放心，保证按时完成",
    "智能停车平台建设",
    "江边大道已经通车",
    "海上城市的风很大",
    "理小区的问题",
    "王海的同志们辛苦了",
    "有建设的基础",
    "建国七十五周年",
    "住建部的文件",
    "主建筑已经封顶",
    "财政部门要保障",
    "要有志向、有强项",
    "成之强者不懈努力",
    "会议的记录要完整",
    "我同意大家的意见",
    "同一个问题不要反复",
    "石材正在运输途中",
    "请石材正规厂家供货",
    "李明同志汇报",
    "王海同志发言",
    "陈志刚同志汇报",
]


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
