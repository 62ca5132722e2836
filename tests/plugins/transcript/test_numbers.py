import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_transcript.numbers import NUMERAL, STOP, figures, value, write

WRITTEN = [
    # shares
    ("百分之三十五", "35%"),
    ("完成投资百分之六十八", "完成投资68%"),
    ("占年度计划的百分之七十五", "占年度计划的75%"),
    ("网上可办率达到百分之九十八点六", "网上可办率达到98.6%"),
    ("百分之百", "100%"),
    ("百分之五", "5%"),
    ("百分之零点五", "0.5%"),
    ("百分之一百二十", "120%"),
    ("千分之三", "3‰"),
    ("同比增长七点五个百分点", "同比增长7.5个百分点"),
    # dates and times
    ("二零二六年三月五日", "2026年3月5日"),
    ("二〇二五年十二月三十一日", "2025年12月31日"),
    ("二零二七年六月底前竣工", "2027年6月底前竣工"),
    ("十二月三十一日前完成", "12月31日前完成"),
    ("在十一月十五日前制定", "在11月15日前制定"),
    ("明年三月一日正式启用", "明年3月1日正式启用"),
    ("三月五号", "3月5号"),
    ("十月份", "10月份"),
    ("到九月底", "到9月底"),
    ("五月中旬", "5月中旬"),
    ("本月二十日", "本月20日"),
    ("下午三点三十分", "下午3点30分"),
    ("上午九点", "上午9点"),
    ("下午三点半", "下午3点半"),
    ("九点十分", "9点10分"),
    ("八点零五分开始", "8点5分开始"),
    # money
    ("三点五亿元", "3.5亿元"),
    ("完成投资三点六亿元", "完成投资3.6亿元"),
    ("总投资四千六百万元", "总投资4600万元"),
    ("第一批八千万元", "第一批8000万元"),
    ("总投资六亿八千万元", "总投资6亿8000万元"),
    ("预算二百八十万元", "预算280万元"),
    ("每个补助三十万元", "每个补助30万元"),
    ("一百元", "100元"),
    ("一百二十八点六亿元", "128.6亿元"),
    ("十二万元", "12万元"),
    # measures and counts
    ("建筑面积一万两千平方米", "建筑面积12000平方米"),
    ("十二点五公里", "12.5公里"),
    ("两公里", "2公里"),
    ("零点八公顷", "0.8公顷"),
    ("三倍", "3倍"),
    ("停车场十二个", "停车场12个"),
    ("车位三千五百个", "车位3500个"),
    ("小区八十六个", "小区86个"),
    ("居民两万三千户", "居民23000户"),
    ("窗口一百二十个", "窗口120个"),
    ("终端四十台", "终端40台"),
    ("投诉一千零五十件", "投诉1050件"),
    ("前三十分钟免费", "前30分钟免费"),
    ("十分钟", "10分钟"),
    ("一万零五百人", "10500人"),
    ("三百五十万人次", "350万人次"),
    ("一万人", "1万人"),
    ("二十多个", "20多个"),
    ("三百余户", "300余户"),
    ("十到十五个", "10到15个"),
    ("二十至三十人", "20至30人"),
    ("一百一十项", "110项"),
    ("零零八六一三五", "0086135"),
]

KEPT = [
    "十分重要", "一些同志", "一定要抓好", "统一收费", "九三学社", "十四五规划", "十五五规划", "三农工作",
    "一带一路", "第一责任人", "全国两会", "五一假期", "一把手负责", "一窗受理", "一网通办", "三重一大",
    "中央八项规定", "千方百计", "万无一失", "千家万户", "千万不要大意", "百年大计", "四个意识", "两个维护",
    "二十大报告", "九十年代", "十二五期间", "十堰市", "十字路口", "三十而立", "我讲两点意见", "会议决定两件事",
    "两项工作", "还有四个正在施工", "分三年实施", "三天内印发", "七八个人", "一二十个", "十几个", "几十个",
    "数十万", "三百五", "第一，由市住建局牵头", "第十二条", "第三季度", "第二十次会议", "三点一是加装电梯",
    "每周五报送", "三分之一", "一起研究", "一般问题", "唯一办法", "一票否决", "千载难逢", "十全十美",
    "百日攻坚行动", "一二三产业融合", "今天的会议就到这里，散会。", "请领导放心，保证按时完成。",
]  # fmt: skip


@pytest.mark.parametrize(("said", "written"), WRITTEN)
def test_what_counts_or_measures_is_written_in_figures(said, written):
    assert write(said)[0] == written


@pytest.mark.parametrize("said", KEPT)
def test_set_phrases_ordinals_and_small_counts_stay(said):
    assert write(said) == (said, ())


@pytest.mark.parametrize("phrase", STOP)
def test_no_phrase_of_the_stop_list_is_touched_inside_a_sentence(phrase):
    assert phrase in write(f"我们研究{phrase}相关工作")[0]


def test_every_change_says_where_it_was_and_what_stood_there():
    said = "到九月底建成十二个，完成百分之六十八"
    for change in write(said)[1]:
        assert said[change.at : change.at + len(change.before)] == change.before


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF) | st.sampled_from("，。 abc019"), max_size=40)
)
def test_a_sentence_without_numerals_never_changes(text):
    plain = "".join(c for c in text if c not in NUMERAL)
    assert write(plain) == (plain, ())


@given(st.text(st.sampled_from(NUMERAL + "点分之年月日个元第，的"), max_size=20))
def test_whatever_is_said_it_is_written_once_and_for_all(text):
    once = write(text)[0]
    assert write(once)[0] == once


def spoken(number: int) -> str:
    """Read out the long way: 1050 → 一千零五十."""
    digits = "零一二三四五六七八九"

    def group(value: int) -> str:
        said, gap = "", False
        for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit, value = divmod(value, unit)
            if digit:
                said += ("零" if gap and said else "") + digits[digit] + name
            gap = not digit
        return said

    high, rest = divmod(number, 10_000)
    said = group(high) + "万" if high else ""
    if rest:
        said += ("零" if said and rest < 1000 else "") + group(rest)
    return said.removeprefix("一") if said.startswith("一十") else said


@given(st.integers(1, 99_999_999))
def test_a_number_that_is_read_out_comes_back(number):
    assert value(spoken(number)) == number


@given(st.integers(10, 99_999_999))
def test_counted_things_keep_their_number(number):
    written = figures(spoken(number))
    assert written is not None
    assert int(written.replace("万", "0000")) == number
