"""Over REST: the clearing list, what was left behind, the papers, and the log of the session."""

import json
from dataclasses import replace

import pytest

from roomctl.domain.access import Right, Role
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.services.identity import new_id

pytestmark = pytest.mark.needs("python:fastapi")

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40


@pytest.fixture
def over(rest):
    """The path of an adjourned meeting."""
    meeting = rest.meeting(recorded=False)
    rest.use.add_people(meeting.id, [Person(id=new_id(), name="马德福", phone="13900010001")])
    for state in (State.APPROVED, State.OPEN, State.IN_SESSION, State.ADJOURNED):
        rest.use.transition(meeting.id, state)
    return f"/api/v1/meetings/{meeting.id}"


def test_the_room_is_cleared_press_by_press_and_each_press_is_signed(rest, over):
    usher = rest.as_(Role.USHER, name="周强")
    tasks = usher.get(f"{over}/clearing").json()["tasks"]
    for task in tasks:
        answer = usher.post(f"{over}/clearing/presses", json={"task": task["id"]})
        assert answer.status_code == 201
    assert answer.json()["complete"]
    assert {one["by"] for one in answer.json()["tasks"]} == {"周强"}
    assert Need.CLEARED in rest.use.meeting(over.rpartition("/")[2]).facts
    undone = usher.post(f"{over}/clearing/undos", json={"task": tasks[0]["id"]}).json()
    assert not undone["complete"]
    assert rest.as_(Role.APPROVER).post(f"{over}/clearing/presses", json={"task": "lights"}).status_code == 403


def test_a_thing_gets_a_photo_and_somebody_who_keeps_it(rest, over):
    usher = rest.as_(Role.USHER)
    thing = usher.post(f"{over}/left-behind", json={"what": "保温杯", "place": "第 12 座"}).json()["id"]
    path = f"{over}/left-behind/{thing}"
    assert usher.put(f"{path}/photo", content=b"<script>").status_code == 422
    assert usher.put(f"{path}/photo", content=b"\0" * (1 << 21)).status_code == 413
    assert usher.put(f"{path}/photo", content=JPEG).json()["picture"].endswith(".jpg")
    shown = usher.get(f"{path}/photo")
    assert (shown.content, shown.headers["content-type"]) == (JPEG, "image/jpeg")
    assert usher.post(f"{path}/handovers", json={"to": "值班室"}).json()["handed_to"] == "值班室"
    assert usher.put(f"{over}/left-behind/{new_id()}/photo", content=JPEG).status_code == 404


def test_a_copy_goes_its_way_and_each_step_asks_for_its_own_right(rest, over):
    usher, security = rest.as_(Role.USHER), rest.as_(Role.SECURITY, name="郑保国")
    (made,) = usher.post(f"{over}/handouts", json={"document": "方案", "copies": ["017"]}).json()
    path = f"{over}/handouts/{made['id']}"
    assert usher.post(f"{path}/sign-outs", json={"person": "马德福"}).json()["name"] == "马德福"
    assert usher.post(f"{path}/contacts").json() == {"phone": "13900010001"}
    assert usher.post(f"{path}/releases", json={"where": "车上"}).status_code == 403
    assert rest.as_(Role.SECRETARY).post(f"{path}/releases", json={"where": " "}).status_code == 422
    assert rest.as_(Role.SECRETARY).post(f"{path}/releases", json={"where": "车上"}).json()["state"] == "released"
    assert usher.post(f"{path}/sightings").status_code == 403
    assert security.post(f"{path}/sightings").json()["seen_by"] == "郑保国"
    assert usher.post(f"{path}/returns").json()["state"] == "back"
    assert usher.post(f"{path}/returns").status_code == 409
    names = [one["name"] for one in rest.as_(Role.TECHNICIAN).get(f"{over}/clearing").json()["handouts"]]
    assert names == []  # who may not see the roster sees no holder
    assert rest.as_(Role.ADMIN).post(f"{path}/transfers", json={"where": "x"}).status_code == 403


def test_an_act_of_a_copy_is_taken_back_only_by_who_could_have_done_it(rest, over):
    usher, secretary = rest.as_(Role.USHER), rest.as_(Role.SECRETARY)
    approver, security = rest.as_(Role.APPROVER), rest.as_(Role.SECURITY)
    made = usher.post(f"{over}/handouts", json={"document": "方案", "copies": ["1", "2"]}).json()
    one, two = (f"{over}/handouts/{copy['id']}" for copy in made)
    for path in (one, two):
        usher.post(f"{path}/sign-outs", json={"person": "马德福"})
    assert secretary.post(f"{one}/releases", json={"where": "车上"}).status_code == 201
    assert security.post(f"{two}/transfers", json={"where": "保密办"}).status_code == 201
    for who, path in ((usher, one), (security, one), (usher, two), (secretary, two), (rest.as_(Role.ADMIN), two)):
        assert who.post(f"{path}/undos").status_code == 403
    states = [copy["state"] for copy in usher.get(f"{over}/clearing").json()["handouts"]]
    assert states == ["released", "transferred"]
    assert approver.post(f"{one}/undos").json()["state"] == "out"
    assert security.post(f"{two}/undos").json()["state"] == "out"
    assert approver.post(f"{one}/undos").status_code == 403
    assert usher.post(f"{one}/undos").json()["state"] == "stock"


def test_a_secret_meeting_is_closed_to_who_is_not_cleared(rest, over):
    meeting = over.rpartition("/")[2]
    with rest.application.open_uow() as uow:
        uow.meetings.save(replace(uow.meetings.get(meeting), secrecy=Secrecy(Level.SECRET, 3)))
        uow.commit()
    secretary = rest.as_(Role.SECRETARY)
    assert secretary.get(f"{over}/clearing").status_code == 403  # the machine is not declared for it
    declared = {"approval": "市保密审字〔2026〕7号", "level": "秘密", "approved": "2020-01-05"}
    assert rest.as_(Role.ADMIN).post("/api/v1/secrecy/declaration", json=declared).status_code == 201
    usher = rest.as_(Role.USHER)
    for path in ("clearing", "order-log"):
        assert usher.get(f"{over}/{path}").status_code == 403
    assert usher.post(f"{over}/handouts", json={"document": "密", "copies": ["1"]}).status_code == 403
    (made,) = secretary.post(
        f"{over}/handouts", json={"document": "密〔2026〕3 号", "copies": ["001"], "secrecy": "秘密★3年"}
    ).json()
    path = f"{over}/handouts/{made['id']}"
    secretary.post(f"{path}/sign-outs", json={"person": "马德福"})
    assert secretary.post(f"{path}/releases", json={"where": "车上"}).status_code == 409
    assert secretary.post(f"{path}/transfers", json={"where": "报保密办"}).status_code == 403
    security = rest.as_(Role.SECURITY)
    assert security.post(f"{path}/transfers", json={"where": "报保密办"}).json()["state"] == "transferred"


@pytest.mark.parametrize(
    "body",
    [
        {"document": "x", "copies": []},
        {"document": "x", "copies": ["1"] * 1001},
        {"document": "x", "copies": ["1"], "secrecy": "秘密"},
        {"document": "x", "copies": ["1"], "secrecy": "绝密"},
        {"document": "", "copies": ["1"]},
        {"document": "x\x00", "copies": ["1"]},
        {"document": "x", "copies": ["1\ud800"]},
        {"document": "x", "copies": ["1" * 201]},
    ],
)
def test_a_registration_that_is_wrong_is_refused_and_nothing_is_kept(rest, over, body):
    client = rest.as_(Role.SECRETARY)
    sent = {"content": json.dumps(body), "headers": {"Content-Type": "application/json"}}
    assert client.post(f"{over}/handouts", **sent).status_code in {400, 409, 422}
    assert client.get(f"{over}/clearing").json()["handouts"] == []


def test_the_log_is_written_and_put_right_by_those_who_may(rest):
    meeting = rest.in_session()
    path = f"/api/v1/meetings/{meeting.id}/order-log"
    usher = rest.as_(Role.USHER, name="周强")
    assert [one["id"] for one in usher.get("/api/v1/order-log-kinds").json()] == [
        "order",
        "logistics",
        "devices",
        "other",
    ]
    made = usher.post(path, json={"kind": "logistics", "text": "加茶水"}).json()
    assert (made["by"], made["frame"] is None) == ("周强", False)
    fixed = usher.post(path, json={"kind": "logistics", "text": "加椅子", "corrects": made["id"]})
    assert fixed.status_code == 201
    assert [one["corrected"] for one in usher.get(path).json()] == [True, False]
    assert usher.post(path, json={"kind": "x", "text": "y"}).status_code == 422
    assert usher.post(path, json={"kind": "order", "text": "y", "corrects": "nobody"}).status_code == 404
    assert rest.as_(Role.ARCHIVIST).post(path, json={"kind": "order", "text": "y"}).status_code == 403
    assert rest.token(Right.SEE_LOG).get(path).status_code == 200
