"""Figures of one thing that differ."""

import pytest

from roomctl.domain.agreement import Text, figures


def told(*papers):
    return [(one.paper, one.text, one.hint) for one in figures([Text(kind, kind, lines) for kind, lines in papers])]


def test_a_figure_that_another_paper_has_otherwise_is_told_with_both():
    record = ("会议记录", ["我市停车位缺口4万个。", "今年新建停车场8个。"])
    summary = ("会议纪要", ["全市停车位缺口5万个。", "今年新建停车场8个。"])
    assert told(record, summary) == [("会议纪要", "5万个", "4万个")]


@pytest.mark.parametrize(
    "line",
    [
        "拨付专项资金共40000元，拨付专项资金共4万元。",
        "工程建设工期为2026年，工程建设工期为2027年。",
        "参加会议人员3人，参加会议人员5个单位。",
    ],
)
def test_what_agrees_or_cannot_be_compared_is_left_alone(line):
    assert told(("会议纪要", [line])) == []


def test_within_one_paper_too():
    assert told(("会议纪要", ["拨付专项资金300万元。", "市财政局拨付专项资金350万元。"])) == [
        ("会议纪要", "350万元", "300万元")
    ]
