"""Draft points of whole meetings, labelled by hand: how many are found, and how many of those found are right.

The sentences are written for this test, in the manner of several offices. A label is (kind, owner, support,
deadline).
"""

import json
from collections import Counter

import pytest

from roomctl.api import PointKind, cues

draft = cues.draft

T, O, D, A = PointKind.TOPIC, PointKind.OPINION, PointKind.DECISION, PointKind.ACTION  # noqa: E741 - as in the labels

FLOOD = [
    ("现在开会，今天的会议主要研究防汛抗旱和水库除险加固工作。", (T, "", (), "")),
    ("参加会议的有县委、县政府有关负责同志。", None),
    ("首先请县水利局局长吴桂芳同志汇报。", None),
    ("入汛以来全县平均降雨量四百二十毫米，比常年多两成。", None),
    ("全县37座小型水库有9座存在渗漏。", None),
    ("目前主要有三个问题，一是物资储备不足，二是预警设备老化，三是巡查人员不够。", (O, "", (), "")),
    ("我们建议给每座水库配一名专职巡查员。", (O, "", (), "")),
    ("会议听取了县应急管理局关于物资储备情况的汇报。", (T, "", (), "")),
    ("会议认为，今年汛期形势比往年严峻，丝毫不能松懈。", (O, "", (), "")),
    ("会议强调，要把群众生命安全放在第一位。", (O, "", (), "")),
    ("会议决定，对9座病险水库立即降低水位运行。", (D, "", (), "")),
    ("会议原则同意县水利局提出的除险加固方案。", (D, "", (), "")),
    (
        "由县水利局牵头，县财政局、县发改局配合，于6月30日前完成9座水库的除险加固。",
        (A, "县水利局", ("县财政局", "县发改局"), "6月30日前"),
    ),
    ("由县应急管理局负责，5月20日前补齐冲锋舟和救生衣。", (A, "县应急管理局", (), "5月20日前")),
    ("各乡镇的避险转移预案由各乡镇人民政府负责，本月底前修订完毕。", (A, "各乡镇人民政府", (), "本月底前")),
    ("请县气象局每天8点发布雨情。", (A, "县气象局", (), "")),
    ("请县政府督查室一周内开展一次专项督查。", (A, "县政府督查室", (), "一周内")),
    ("会议要求，各级各部门严格执行24小时值班制度。", (A, "", (), "")),
    ("谁还有补充？", None),
    ("我补充一句，山洪沟的警示牌要更换。", (O, "", (), "")),
    ("好，就这样定。", None),
    ("今天的会就开到这里，散会。", None),
]
SCHOOLS = [
    ("同志们，现在开始开会。", None),
    ("今天召开区政府专题会议，研究义务教育学位供给问题。", (T, "", (), "")),
    ("请区教育局汇报一下情况。", None),
    ("明年小学一年级预计入学一万一千人，缺口两千三百个学位。", None),
    ("在建学校六所，其中两所因为拆迁没有开工。", None),
    ("建议把闲置的老干部活动中心改造成小学。", (O, "", (), "")),
    ("区委老干部局有没有不同意见？", None),
    ("没有意见，支持。", None),
    ("会议指出，学位供给是民生实事，不能拖。", (O, "", (), "")),
    ("会议审议了学校建设三年行动计划。", (T, "", (), "")),
    ("会议审议通过《学校建设三年行动计划》。", (D, "", (), "")),
    ("会议议定，追加征地补偿资金六千万元。", (D, "", (), "")),
    ("会议明确，两所学校的拆迁工作由街道办包干。", (D, "", (), "")),
    (
        "由区住建局牵头，区教育局、区自然资源局配合，明年8月底前建成六所学校。",
        (A, "区住建局", ("区教育局", "区自然资源局"), "明年8月底前"),
    ),
    ("由孙丽华同志牵头，区财政局配合，年底前落实改造资金。", (A, "孙丽华同志", ("区财政局",), "年底前")),
    ("教师招聘由区人社局负责，在明年三月底之前完成。", (A, "区人社局", (), "明年三月底之前")),
    ("请区委编办尽快核定编制。", (A, "区委编办", (), "")),
    ("请各街道切实做好搬迁群众的工作。", (A, "", (), "")),
    ("由于资金紧张，体育馆推迟到后年再建。", None),
    ("由此可见，前期工作做得不够细。", None),
    ("这个事情上次会议已经讨论过了。", None),
    ("我同意大家的意见。", None),
    ("请区政府办公室三个工作日内印发会议纪要。", (A, "区政府办公室", (), "三个工作日内")),
    ("散会。", None),
]
COMPANY = [
    ("各位董事，今天审议三项议案。", (T, "", (), "")),
    ("第一项议案是年度财务报告。", None),
    ("请财务总监钱晓东说明。", None),
    ("全年营业收入23.6亿元，同比增长8.2%。", None),
    ("应收账款偏高，需要加大回款力度。", None),
    ("我认为研发投入还可以再提高一个百分点。", (O, "", (), "")),
    ("我希望把海外市场的风险说清楚。", (O, "", (), "")),
    ("一致同意年度财务报告。", (D, "", (), "")),
    ("会议决定，研发投入占比提高到6%。", (D, "", (), "")),
    ("由市场部负责，下周五之前提交海外市场风险报告。", (A, "市场部", (), "下周五之前")),
    ("由财务部牵头，各事业部配合，一季度末前把应收账款压降20%。", (A, "财务部", ("各事业部",), "一季度末前")),
    ("请法务部抓紧修订合同模板。", (A, "法务部", (), "")),
    ("表决结果是九票赞成，零票反对。", None),
    ("感谢各位董事，会议到此结束。", None),
]


@pytest.fixture(scope="module")
def compared(segment):
    """(label, point) of every sentence of the meetings; None where there is none."""
    rows = []
    for text, label in (*FLOOD, *SCHOOLS, *COMPANY):
        points = draft([segment(text)])
        rows.append((text, label, points[0] if points else None))
    return rows


ASKED_TO_SPEAK = [
    "请区卫健委汇报。",
    "请财政局先简要说明一下。",
    "请发改委补充。",
    "请办公室主任宣读。",
    "请市住建局局长李晓明同志汇报老旧小区改造的进展情况。",
    "请水利局的同志介绍情况。",
    "请赵文博同志谈一谈。",
]


@pytest.mark.parametrize("text", ASKED_TO_SPEAK)
def test_whoever_is_asked_to_speak_has_no_task(text, segment):
    assert not [point for point in draft([segment(text)]) if point.kind is A]


@pytest.mark.parametrize(
    ("text", "owner", "deadline"),
    [
        ("请县林业局对重点林区开展巡查。", "县林业局", ""),
        ("请市消防支队明天中午之前报送名单。", "市消防支队", "明天中午之前"),
        ("请王海燕同志星期五前把方案发给大家。", "王海燕同志", "星期五前"),
        ("请总工会下半年前完成普查。", "总工会", "下半年前"),
        ("请区疾控中心在下班前上报数据。", "区疾控中心", "下班前"),
        ("由设计院负责，二季度末之前交图。", "设计院", "二季度末之前"),
        ("由客户部负责，会前把样品备好。", "客户部", "会前"),
    ],
)
def test_tasks_that_are_asked_for_and_deadlines_of_daily_speech(text, owner, deadline, segment):
    (point,) = draft([segment(text)])
    assert (point.kind, point.owner, point.deadline) == (A, owner, deadline)


def wrong(rows):
    return "\n".join(
        f"{text} {label} → {point and (point.kind.value, point.owner, point.support, point.deadline)}"
        for text, label, point in rows
    )


def test_nearly_all_points_are_found_and_nearly_all_that_are_found_are_right(compared):
    right = [row for row in compared if row[1] and row[2] and row[1][0] is row[2].kind]
    labelled = [row for row in compared if row[1]]
    drafted = [row for row in compared if row[2]]
    missed = wrong(row for row in compared if row not in right and (row[1] or row[2]))
    assert len(right) >= 0.95 * len(labelled), missed
    assert len(right) >= 0.95 * len(drafted), missed


@pytest.mark.parametrize(("place", "field"), [(1, "owner"), (2, "support"), (3, "deadline")])
def test_what_an_action_says_is_right(compared, place, field):
    actions = [row for row in compared if row[1] and row[1][0] is A and row[2]]
    missed = [row for row in actions if row[1][place] != getattr(row[2], field)]
    assert len(missed) <= 0.05 * len(actions), wrong(missed)


def test_the_clip_as_it_was_said_gives_its_points(demo_clip, segment):
    rows = json.loads(demo_clip.with_name("demo_60s_ref.json").read_text(encoding="utf-8"))
    kinds = Counter(point.kind for row in rows for point in draft([segment(row["text"])]))
    assert (kinds[A], kinds[D], kinds[T]) == (2, 1, 1)
