"""Planning, changing and finding meetings over REST."""

from dataclasses import replace
from datetime import datetime

import pytest

from roomctl.domain.access import Right, Role
from roomctl.domain.secrecy import Level, Secrecy

PLAN = {
    "title": "财源建设专题会议", "starts": "2026-11-20T09:30:00", "scope": "各区县", "catering": "工作餐 30 份",
    "recording_approved_by": "王海燕", "secrecy": "内部", "secrecy_basis": "《工作秘密管理办法》第八条",
    "agenda": [{"title": "停车场建设", "unit": "城管局", "observers": ["吴刚"], "secrecy": "内部"}],
}  # fmt: skip


def planned(client, **changes):
    answer = client.post("/api/v1/meetings", json={**PLAN, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


def change(client, meeting, **changes):
    return client.patch(f"/api/v1/meetings/{meeting['id']}", json={"version": meeting["version"], **changes})


def test_a_plan_reads_back_with_every_fact(rest):
    client = rest.as_(Role.SECRETARY)
    made = planned(client)
    assert {name: made[name] for name in PLAN if name not in {"agenda", "starts"}} == {
        name: PLAN[name] for name in PLAN if name not in {"agenda", "starts"}
    }
    assert made["agenda"][0]["secrecy"] == "内部"
    assert client.get(f"/api/v1/meetings/{made['id']}").json() == made


def test_what_is_left_out_of_a_change_stays(rest):
    client = rest.as_(Role.SECRETARY)
    made = planned(client)
    changed = change(client, made, chair="王海燕").json()
    assert changed == {**made, "chair": "王海燕", "version": made["version"] + 1}
    assert change(client, changed, secrecy_by="张建国").json()["secrecy_basis"] == PLAN["secrecy_basis"]


def test_an_old_version_changes_nothing(rest):
    client = rest.as_(Role.SECRETARY)
    made = planned(client)
    change(client, made, chair="王海燕")
    late = change(client, made, chair="陈志强")
    assert late.status_code == 409
    assert client.get(f"/api/v1/meetings/{made['id']}").json()["chair"] == "王海燕"


def test_a_room_that_is_taken_is_409_and_shared_with_a_reason(rest):
    client = rest.as_(Role.SECRETARY)
    planned(client)
    taken = client.post("/api/v1/meetings", json={**PLAN, "title": "例会"})
    assert taken.status_code == 409
    assert "财源建设专题会议" in taken.json()["detail"]
    shared = planned(client, title="例会", share_room="两场合开")
    later = planned(client, title="第三场", starts="2026-11-21T09:30:00")
    assert change(client, later, starts=PLAN["starts"]).status_code == 409
    assert "room_shared" in client.get(f"/api/v1/events?stream={shared['id']}").text


def test_a_token_without_the_right_shares_no_room(rest):
    planned(rest.as_(Role.SECRETARY))
    program = rest.token(Right.PLAN_MEETINGS, Right.SEE_MEETINGS)
    answer = program.post("/api/v1/meetings", json={**PLAN, "share_room": "两场合开"})
    assert answer.status_code == 403


def test_nobody_plans_or_makes_a_meeting_that_he_may_not_open(rest):
    client = rest.as_(Role.ADMIN)
    assert client.post("/api/v1/meetings", json={**PLAN, "secrecy": "秘密★3年"}).status_code == 403
    made = planned(client)
    assert change(client, made, agenda=[{"title": "人事", "secrecy": "机密★5年"}]).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"version": -1}, {"version": "x"}, {"title": " "}, {"starts": "2026-11-20T09:30:00Z"}, {"planned_minutes": 0},
        {"agenda": [{"title": ""}]}, {"secrecy": "秘密"}, {"secrecy": "绝密"}, {"zone": "Asia/Urumqi"},
        {"agenda": [{"title": "人事", "secrecy": "很密"}]}, {"chair": "\x07"}, {"scope": "长" * 2001},
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused_in_words(rest, changes):
    client = rest.as_(Role.SECRETARY)
    made = planned(client)
    answer = change(client, made, **changes)
    assert answer.status_code in {403, 422}, answer.text
    assert client.get(f"/api/v1/meetings/{made['id']}").json() == made


# --- the calendar


def titles(client, query=""):
    answer = client.get(f"/api/v1/calendar{query}")
    assert answer.status_code == 200, answer.text
    return [one["title"] for one in answer.json()["meetings"]]


def test_the_calendar_is_searched_and_read_page_by_page(rest):
    client = rest.as_(Role.USHER)
    for n in range(5):
        rest.meeting(title=f"第{n}次例会", starts=datetime(2026, 11, 10 + n, 9, 0))
    assert titles(client, "?order=oldest&limit=2&offset=2") == ["第2次例会", "第3次例会"]
    assert titles(client, "?first=2026-11-11&last=2026-11-12&text=LH") == ["第2次例会", "第1次例会"]
    assert titles(client, "?state=archived") == []
    assert client.get("/api/v1/calendar?limit=1").json()["total"] == 5


def test_what_one_may_not_open_is_neither_found_nor_counted(rest):
    declaration = {"approval": "市保密审字〔2026〕7号", "level": "机密", "approved": "2020-01-05"}
    assert rest.as_(Role.ADMIN).post("/api/v1/secrecy/declaration", json=declaration).status_code == 201
    meeting = rest.meeting(title="人事安排")
    with rest.application.open_uow() as uow:
        uow.meetings.save(replace(meeting, secrecy=Secrecy(Level.CONFIDENTIAL, 5)))
        uow.commit()
    assert rest.as_(Role.ADMIN).get("/api/v1/calendar?text=RSAP").json() == {"total": 0, "meetings": []}
    assert titles(rest.as_(Role.SECRETARY), "?text=RSAP") == ["人事安排"]


@pytest.mark.parametrize(
    "query", ["?first=0001-01-01&last=9999-12-31", "?text=%00", "?text=" + "x" * 101, "?limit=0", "?first=2026-13-01"]
)
def test_a_strange_question_is_answered_in_words(rest, query):
    assert rest.as_(Role.USHER).get(f"/api/v1/calendar{query}").status_code in {200, 422}
