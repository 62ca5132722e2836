"""The roster is read critically before it repairs anything."""

import pytest
from roomctl_transcript.proofread import proofread

from roomctl.i18n import speaking


@pytest.fixture(autouse=True)
def _chinese():
    with speaking("zh"):
        yield


@pytest.mark.parametrize(
    ("people", "name", "why"),
    [
        ([("李晓明", ""), ("李小明", "")], "李晓明", "读音相同"),
        ([("周文彬", "局长"), ("周文斌", "局长")], "周文彬", "读音相同"),
        ([("陈志强", "局长"), ("陈自强", "科长")], "陈志强", "相近"),
        ([("李晓明", "局长"), ("李晓明", "科长")], "李晓明", "出现 2 次：局长、科长"),
        ([("李晓明局长", "")], "李晓明局长", "职务“局长”"),
        ([("李晓明1", "")], "李晓明1", "数字或符号"),
        ([("市住房和城乡建设局", "")], "市住房和城乡建设局", "四个字"),
        ([("高兴", "副主任")], "高兴", "常用词"),
        ([("明", "")], "明", "一个字"),
        ([("未定", "")], "未定", "不是常见的姓"),
    ],
)
def test_what_looks_wrong_is_told_with_the_reason(people, name, why):
    assert any(found.name == name and why in found.why for found in proofread(people))


@pytest.mark.parametrize(
    "people",
    [
        [("李晓明", "市住建局局长"), ("王海燕", "行政审批局局长"), ("陈志强", "市财政局局长"), ("张建国", "市长")],
        [("李晓明", ""), ("王晓明", "")],  # two surnames
        [("欧阳明德", "主席"), ("司马光", "教授")],
        [("买买提·艾力", "主任"), ("John Smith", "专家")],
        [("邓宏", "局长"), ("吴永健", "局长")],
    ],
)
def test_an_ordinary_roster_has_no_findings(people):
    assert proofread(people) == ()


def test_what_only_protects_is_told_as_harmless():
    (found,) = proofread([("高兴", "副主任")])
    assert found.harmless


def test_the_papers_tell_of_another_spelling():
    (found,) = proofread([("李晓明", "局长")], "先请李晓铭同志汇报，李晓铭局长参加。")
    assert "李晓铭" in found.why


def test_a_roster_of_three_hundred_is_read():
    first, second = "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚英", "华文玉建国志海春晓红"
    people = [(f"王{a}{b}", "代表") for a in second for b in first] + [
        (f"李{a}{b}", "代表") for a in second[:5] for b in first
    ]
    assert len(people) == 300
    assert all("读音" in found.why for found in proofread(people))
