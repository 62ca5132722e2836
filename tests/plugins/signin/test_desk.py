"""会务员's desk and the report before the start, without a browser."""

from dataclasses import replace
from datetime import datetime

import pytest
from roomctl_signin import report
from roomctl_signin.config import Config

from roomctl.api import Meeting, MeetingId, Method, Person, Role, State, secrecy
from roomctl.i18n import speaking
from roomctl.testing.fakes import FakeContext, FakeServices

MEETING = Meeting(
    id=MeetingId("m1"), room="r", title="专题会议", kind="常务会议", starts=datetime(2026, 11, 12, 9, 15),
    chair="张建国", state=State.OPEN,
)  # fmt: skip
PEOPLE = [
    Person(id="1", name="张建国", unit="市政府", duty="市长", rank=1),
    Person(id="2", name="李晓明", unit="市政府", duty="副市长", rank=2),
    Person(id="3", name="王海燕", unit="市财政局", duty="局长", rank=3, phone="13800000003"),
    Person(id="4", name="陈志强", unit="市教育局", duty="局长", rank=4, phone="13800000004"),
    Person(id="5", name="刘芳", unit="市审计局", duty="局长", rank=5, seat="主席台 3"),
    Person(id="6", name="孙丽", role=Role.OBSERVER, rank=6),
]


@pytest.fixture
def ctx(tmp_path):
    services = FakeServices(tmp_path)
    services.hold(MEETING, PEOPLE)
    config = Config.model_validate({"quorum": {"常务会议": {"share": "two_thirds"}}})
    return FakeContext("signin", tmp_path, config, services=services)


def send(web, *acts, status=200):
    answer = web.post("/desk/m1/acts", json={"acts": list(acts)})
    assert answer.status_code == status, answer.text
    return answer.json()


def act(n, **more):
    return {"key": f"key-{n:04}", "person": str(n), **more}


def test_it_shows_everybody_in_order_of_rank_and_who_is_on_the_platform(web):
    shown = web.get("/desk/m1").json()
    assert [one["name"] for one in shown["people"]] == [one.name for one in PEOPLE]
    assert [one["name"] for one in shown["people"] if one["platform"]] == ["张建国", "李晓明", "刘芳"]
    assert (shown["counts"]["expected"], shown["quorum"]["met"], shown["decides"]) == (5, False, False)
    assert web.get("/desk/m1", headers={"role": "admin"}).json()["decides"]


def test_an_office_s_table_that_cannot_be_read_keeps_nobody_at_the_door(web, ctx, tmp_path):
    own = tmp_path / "ranks.toml"
    own.write_text("leaders = [")
    ctx.config = Config(ranks=own)
    shown = web.get("/desk/m1").json()
    assert [one["name"] for one in shown["people"] if one["platform"]] == ["张建国", "刘芳"]


def test_the_platform_is_signed_in_in_one_press_once_however_often_it_is_sent(web, ctx):
    acts = [act(1), act(2), act(5)]
    assert send(web, *acts)["present"] == 3
    assert send(web, *acts)["present"] == 3
    facts = ctx.services.attendance_events("m1")
    assert len(facts) == 3
    assert {fact.data["method"] for fact in facts} == {Method.DESK.value}


def test_a_press_is_taken_back_and_what_cannot_be_done_is_told_one_by_one(web):
    told = send(web, act(1), act(4, proxy=True), act(9))
    assert [one["ok"] for one in told["acts"]] == [True, False, False]
    undo = {"key": "key-undo", "kind": "undo", "person": "1", "of": "key-0001"}
    assert send(web, undo)["present"] == 0
    assert send(web, undo)["acts"][0]["ok"]


def test_leave_proxy_and_questions_stand_beside_the_name(web, ctx):
    ctx.services.request_leave("m1", "陈志强", reason="出差", proxy="刘伟", proxy_duty="副局长")
    send(web, {**act(4, proxy=True), "ago": 60})
    shown = web.get("/desk/m1").json()["people"][3]
    assert (shown["leave"]["granted"], shown["leave"]["proxy"]) == (None, "刘伟")
    assert len(shown["questions"]) == 1
    ctx.services.decide_leave("m1", "陈志强", granted=True, by="张建国")
    shown = web.get("/desk/m1").json()["people"][3]
    assert (shown["written"], shown["here"], shown["questions"]) == ("刘伟（代陈志强）", True, [])


def test_an_undo_at_the_desk_takes_back_the_sign_in_though_a_leave_was_decided_after_it(web, ctx):
    send(web, act(4))
    ctx.services.clock.advance(60)
    ctx.services.request_leave("m1", "陈志强", reason="出差")
    ctx.services.decide_leave("m1", "陈志强", granted=True, by="张建国")
    send(web, {"key": "key-undo", "kind": "undo", "person": "4"})
    shown = web.get("/desk/m1").json()["people"][3]
    assert (shown["here"], shown["leave"]["granted"]) == (False, True)


def test_the_report_says_who_is_missing_with_telephone_and_is_read_out(web, ctx):
    for n in (1, 2):
        send(web, act(n))
    ctx.services.request_leave("m1", "王海燕", reason="出差")
    ctx.services.decide_leave("m1", "王海燕", granted=True, by="张建国")
    ctx.services.request_leave("m1", "陈志强", reason="培训", proxy="刘伟")
    ctx.services.decide_leave("m1", "陈志强", granted=True, by="张建国")
    send(web, act(4, proxy=True))
    told = web.get("/report/m1", headers={"Accept-Language": "zh"}).json()
    assert (told["at"], told["minutes"], told["starts"]) == ("09:00", 15, "09:15")
    with speaking("zh"):
        board = ctx.services.attendance("m1")
        assert report.said(board) == "应到 5　实到 3（代会 1）　请假 1　未到 1"
        assert report.read_out(board) == (
            "应到 5 人，实到 3 人（其中代会 1 人），请假 1 人，未到 1 人。"
            "代会：刘伟（代陈志强）。请假：王海燕。未到：刘芳。"
        )
    assert [(one["name"], one["line"]) for one in told["absent"]] == [("刘芳", "市审计局　局长")]
    assert [(one["name"], one["phone"]) for one in told["leave"]] == [("王海燕", "13800000003")]
    assert told["leave"][0]["why"].startswith("出差")
    assert (told["proxies"], told["quorum"]["met"]) == (["刘伟（代陈志强）"], False)


@pytest.mark.parametrize(
    ("role", "desk", "told"), [("usher", 200, 200), ("approver", 403, 200), ("technician", 403, 403)]
)
def test_who_may_open_the_desk_and_the_report(web, role, desk, told):
    assert web.get("/desk/m1", headers={"role": role}).status_code == desk
    assert web.get("/report/m1", headers={"role": role}).status_code == told


def test_a_state_secret_is_not_shown_to_the_door(web, ctx):
    ctx.services.hold(replace(MEETING, secrecy=secrecy.parse("秘密★3年")))
    for path in ("/desk/m1", "/report/m1", "/terminal/m1"):
        assert web.get(path).status_code == 403


def test_the_roster_is_put_in_order_by_who_may_change_it(web):
    assert web.post("/ranking/m1").status_code == 403
    ranked = web.post("/ranking/m1", headers={"role": "secretary"}).json()
    assert [one["name"] for one in ranked][:2] == ["张建国", "李晓明"]
