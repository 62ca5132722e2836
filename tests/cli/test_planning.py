"""确定会议 on the command line."""

import json

import pytest

pytestmark = pytest.mark.story

PLAN = """\
title = "财源建设专题会议"
starts = "2031-11-20T09:30:00"
scope = "各区县"
secrecy = "内部"
catering = "工作餐 30 份"

[[agenda]]
title = "停车场建设"
unit = "城管局"
observers = ["吴刚"]
secrecy = "内部"
"""


def said(result):
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def refused(result, *texts):
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert all(text in result.stderr for text in texts), result.stderr


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def test_a_plan_comes_from_a_file_and_options_win(shell, plan):
    made = said(shell("meetings", "new", "--file", str(plan), "--chair", "张建国", "--minutes", "90", "--json"))
    assert (made["title"], made["scope"], made["chair"], made["minutes"]) == (
        "财源建设专题会议",
        "各区县",
        "张建国",
        90,
    )
    assert made["agenda"][0]["secrecy"] == "内部"
    assert made["catering"] == "工作餐 30 份"
    taken = shell("meetings", "new", "--title", "例会", "--starts", "2031-11-20 10:00")
    refused(taken, "财源建设专题会议")
    shared = (
        "meetings",
        "new",
        "--title",
        "例会",
        "--starts",
        "2031-11-20 10:00",
        "--share-room",
        "两场合开",
        "--json",
    )
    assert said(shell(*shared))["title"] == "例会"


def test_a_meeting_is_changed_and_what_is_not_given_stays(shell):
    item = "停车场|李晓明|城管局|20|内部"
    made = said(shell("meetings", "new", "--title", "专题会", "--item", item, "--contact", "孙丽", "--json"))
    changed = said(shell("meetings", "edit", made["id"], "--chair", "王海燕", "--no-record", "--json"))
    assert (changed["chair"], changed["contact"], changed["recorded"]) == ("王海燕", "孙丽", False)
    assert changed["agenda"] == made["agenda"] == [
        {"n": 1, "title": "停车场", "presenter": "李晓明", "unit": "城管局", "minutes": 20, "secrecy": "内部"}
    ]  # fmt: skip
    assert "孙丽" in shell("meetings", "show", made["id"]).stderr
    refused(shell("meetings", "edit", made["id"]), "--chair")
    assert [one["id"] for one in said(shell("meetings", "list", "--find", "ztH", "--json"))["meetings"]] == [
        made["id"]
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title = ", "TOML"),
        ('titel = "a"', "title"),
        ("title = 5", "title"),
        ('title = "a"\nplanned_minutes = 0', "planned_minutes"),
        ('title = "a"\nstarts = "tomorrow"', "2026-11-12 09:00"),
        ('title = "a"\nsecrecy = "很密"', "密级"),
        ('scope = "a"', "--title"),
    ],
)
def test_a_file_that_is_wrong_is_told_on_one_line(shell, plan, text, told):
    plan.write_text(text, encoding="utf-8")
    refused(shell("meetings", "new", "--file", str(plan)), told)


def test_an_item_that_is_wrong_is_told_on_one_line(shell):
    refused(shell("meetings", "new", "--title", "会", "--item", "|李晓明"), "agenda")
    refused(shell("meetings", "new", "--title", "会", "--item", "停车场|李晓明|城管局|很久"), "agenda")
    refused(shell("meetings", "new", "--file", "no-such.toml"), "no-such.toml")
