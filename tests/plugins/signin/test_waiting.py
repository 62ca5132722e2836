"""候会 without a browser: what the wall says and does not say, and what the usher presses."""

from dataclasses import replace
from datetime import datetime

import pytest
from roomctl_signin import acts

from roomctl.api import AgendaItem, Meeting, MeetingId, Method, Person, Role, State, secrecy
from roomctl.i18n import speaking
from roomctl.testing.fakes import FakeContext, FakeServices

MEETING = Meeting(
    id=MeetingId("m1"), room="r", title="专题会议", starts=datetime(2026, 11, 12, 9, 0), state=State.IN_SESSION,
    agenda=(AgendaItem(1, "学位建设"), AgendaItem(2, "校舍维修"), AgendaItem(3, "资金安排")),
)  # fmt: skip
PEOPLE = [
    Person(id="1", name="张建国", rank=1),
    Person(id="2", name="孙丽", unit="市教育局", role=Role.OBSERVER, rank=2, items=(1,), phone="13800000002"),
    Person(id="3", name="马德福", unit="市住建局", role=Role.OBSERVER, rank=3, items=(1, 2)),
    Person(id="4", name="吴文博", unit="市财政局", role=Role.OBSERVER, rank=4, items=(3,)),
    Person(id="5", name="郑飞", role=Role.OBSERVER, rank=5, items=(3,)),
]


@pytest.fixture
def services(tmp_path):
    made = FakeServices(tmp_path)
    made.hold(MEETING, PEOPLE)
    return made


@pytest.fixture
def ctx(tmp_path, services):
    return FakeContext("signin", tmp_path, services=services)


def send(web, *acts, status=200):
    answer = web.post("/usher/m1/acts", json={"acts": list(acts)})
    assert answer.status_code == status, answer.text
    return answer.json()


def act(n, kind="enter", **more):
    return {"key": f"key-{kind}-{n:04}", "kind": kind, "person": str(n), **more}


def names(people):
    return [one["name"] for one in people]


def test_the_wall_names_who_waits_there_and_calls_the_others_by_their_unit(web, services):
    services.sign_in("m1", "孙丽", method=Method.DESK)
    services.items = {"m1": 1}
    wall = web.get("/waiting/m1").json()
    assert wall["enter"] == [{"unit": "市教育局", "names": ["孙丽"]}, {"unit": "市住建局", "names": []}]
    assert wall["coming"] == [{"item": 3, "title": "资金安排", "parties": [{"unit": "市财政局", "names": []}]}]
    said = str(wall)
    for away in ("马德福", "吴文博", "郑飞", "张建国", "13800000002"):
        assert away not in said


def test_the_wall_of_a_secret_meeting_names_nobody_and_no_item(web, services):
    services.sign_in("m1", "孙丽", method=Method.DESK)
    services.items = {"m1": 1}
    services.hold(replace(MEETING, secrecy=secrecy.parse("秘密★3年")))
    wall = web.get("/waiting/m1", headers={"role": "secretary"}).json()
    assert (wall["title"], wall["item"], wall["item_title"]) == ("内部会议", 1, "")
    assert wall["enter"] == [{"unit": "市教育局", "names": []}, {"unit": "市住建局", "names": []}]
    assert not any(one["title"] for one in wall["coming"])
    assert "孙丽" not in str(wall)
    assert web.get("/waiting/m1").status_code == 403


def test_who_goes_out_after_an_item_is_on_the_wall_and_on_the_telephone(web, services):
    services.items = {"m1": 1}
    send(web, act(2, item=1), act(3, item=1))
    services.items = {"m1": 2}
    assert web.get("/waiting/m1").json()["leave"] == [{"unit": "市教育局", "names": ["孙丽"]}]
    sight = web.get("/usher/m1").json()
    assert (names(sight["leave"]), names(sight["stay"]), names(sight["wait"])) == (
        ["孙丽"],
        ["马德福"],
        ["吴文博", "郑飞"],
    )
    assert (sight["following"], sight["following_title"]) == (3, "资金安排")
    send(web, act(2, "exit"))
    assert web.get("/usher/m1").json()["leave"] == []


def test_a_press_that_is_sent_twice_is_one_event_and_is_taken_back_by_its_key(web, services):
    services.items = {"m1": 1}
    for _ in range(2):
        assert send(web, act(2, item=1))["acts"][0]["ok"]
    assert len(services.attendance_events("m1")) == 1
    undo = {"key": "key-undo-0001", "kind": "undo", "person": "2", "of": "key-enter-0002"}
    assert send(web, undo)["acts"][0]["ok"]
    assert names(web.get("/usher/m1").json()["enter"]) == ["孙丽", "马德福"]


def test_what_cannot_be_done_is_told_and_noted_and_holds_nothing_up(web, ctx):
    told = send(web, act(9), {**act(2, "undo"), "of": ""}, act(3, item=1))["acts"]
    assert [one["ok"] for one in told] == [False, False, True]
    assert [one.kind for one in ctx.published].count("x.signin.not_taken") == 2


@pytest.mark.parametrize(
    "wrong",
    [{}, {"acts": []}, {"acts": [act(2, "jump")]}, {"acts": [{**act(2), "ago": -1}]}, {"acts": [act(2)] * 21}],
)
def test_what_cannot_be_read_is_refused(web, wrong):
    assert web.post("/usher/m1/acts", json=wrong).status_code == 422


def test_a_telephone_that_goes_wild_is_answered_and_does_not_fill_the_log(web, ctx):
    for n in range(30):
        (told,) = send(web, {"key": f"key-enter-{n:04}", "kind": "enter", "person": "nobody"})["acts"]
        assert not told["ok"]
    assert [one.kind for one in ctx.published].count("x.signin.not_taken") == acts.NOTED


def test_nobody_without_the_right_leads_anybody(web):
    assert web.post("/usher/m1/acts", json={"acts": [act(2)]}, headers={"role": "approver"}).status_code == 403
    assert web.get("/usher/m1", headers={"role": ""}).status_code == 401


def test_the_wall_speaks_of_a_meeting_that_is_not_open(web, services):
    for state, said in ((State.APPROVED, "waiting"), (State.CLOSED, "over")):
        services.hold(replace(MEETING, state=state))
        assert web.get("/waiting/m1").json()["state"] == said
    with speaking("en"):
        assert web.get("/waiting/m1").json()["title"] == "专题会议"
