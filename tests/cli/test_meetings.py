"""A meeting by hand, on the command line."""

import json
import sqlite3

import pytest


def said(run):
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture
def meeting(shell):
    made = said(shell("meetings", "new", "--title", "专题会", "--item", "停车场|李晓明", "--no-record", "--json"))
    return made["id"]


def test_init_writes_settings_once_and_leaves_them(shell):
    assert shell("init").returncode == 0
    settings = shell.folder / "data/roomctl.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "# 我的\n", encoding="utf-8")
    assert shell("init").returncode == 0
    assert settings.read_text(encoding="utf-8").endswith("# 我的\n")


def test_the_way_from_plan_to_adjourned_without_sound(shell, meeting):
    end = meeting[-6:]
    for words in (["approve"], ["open"], ["start"], ["pause"], ["resume"], ["adjourn"]):
        last = said(shell("meetings", *words, end, "--json"))
    assert last["state"] == "adjourned"
    shown = said(shell("meetings", "show", end, "--json"))
    (item,) = shown["agenda"]
    assert (item["n"], item["title"], item["presenter"]) == (1, "停车场", "李晓明")
    assert said(shell("audit", "verify", "--json"))["ok"]


def test_show_says_what_can_be_done_now(shell, meeting):
    told = shell("meetings", "show", meeting).stderr
    assert "approve" in told
    assert "拟定" in told


def test_people_sign_in_and_the_sums_are_told(shell, meeting):
    (shell.folder / "people.csv").write_text(
        "姓名,单位,职务\n李晓明,市住建局,局长\n周明,市发改委,主任\n", encoding="utf-8"
    )
    shell("meetings", "approve", meeting)
    shell("meetings", "open", meeting)
    assert shell("roster", "import", meeting, "people.csv").returncode == 0
    assert shell("signin", "sign", meeting, "李晓明").returncode == 0
    counts = said(shell("meetings", "show", meeting, "--json"))["attendance"]
    assert (counts["expected"], counts["present"], counts["absent"]) == (2, 1, 1)


def test_words_are_in_english_where_english_is_asked_for(shell, meeting):
    assert "planned" in shell("meetings", "show", meeting, "--lang", "en").stderr


@pytest.mark.usefixtures("meeting")
def test_a_log_that_was_tampered_with_is_found(shell):
    with sqlite3.connect(shell.folder / "data/roomctl.db") as database:
        database.execute("UPDATE events SET data = replace(data, '专题会', '别的会') WHERE kind = 'meeting.created'")
    database.close()
    run = shell("audit", "verify", "--json")
    assert run.returncode == 1
    assert json.loads(run.stdout)["problems"]


def test_status_lists_the_meetings_that_are_not_over(shell, meeting):
    told = said(shell("status", "--json"))
    assert told["host"] is None
    assert [row["id"] for row in told["meetings"]] == [meeting]
    assert told["plugins"]["enabled"] >= 8
    shell("meetings", "cancel", meeting, "--reason", "改期")
    assert said(shell("status", "--json"))["meetings"] == []
