import shutil

import pytest

from roomctl.domain.access import Role
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.services import office_files


@pytest.fixture
def seats(rest):
    meeting = rest.meeting()
    path = f"/api/v1/meetings/{meeting.id}"
    client = rest.as_(Role.SECRETARY)
    people = [{"name": name, "rank": rank} for rank, name in enumerate(("张建国", "李晓明", "王海燕"), 1)]
    assert client.post(f"{path}/roster", json=people).status_code == 201
    return client, f"{path}/seats"


def test_a_plan_is_laid_proposed_moved_and_taken_back(seats):
    client, path = seats
    assert client.get(path).json()["template"] is None
    laid = client.put(path, json={"template": "platform", "version": 0}).json()
    assert laid["template"]["sizes"] == {
        "platform": 5, "rows": 2, "columns": 8, "opposite": 0, "sides": 0, "observers": 0,
    }  # fmt: skip
    assert [one["name"] for one in laid["people"]] == ["张建国", "李晓明", "王海燕"]
    assert len(laid["unseated"]) == 3
    plan = client.post(f"{path}/proposal", json={"version": laid["version"]}).json()
    assert {one["name"]: one["place"] for one in plan["people"]} == {"张建国": "P3", "李晓明": "P4", "王海燕": "P2"}
    first = plan["people"][0]["id"]
    moved = client.post(f"{path}/moves", json={"person": first, "place": "P4", "version": plan["version"]}).json()
    assert {one["name"]: one["place"] for one in moved["people"]} == {"张建国": "P4", "李晓明": "P3", "王海燕": "P2"}
    back = client.post(f"{path}/undo", json={"version": moved["version"]}).json()
    assert back["places"] == plan["places"]
    client.put(f"{path}/channels", json={"place": "P3", "channel": 4})
    client.post(f"{path}/locks", json={"place": "P3", "locked": True})
    place = next(one for one in client.get(path).json()["places"] if one["id"] == "P3")
    assert (place["channel"], place["locked"], place["people"]) == (4, True, [first])
    wired = client.post(f"{path}/channels", json={"count": 2}).json()["places"]
    assert [one["channel"] for one in wired if one["channel"]] == [1, 2]


def test_a_plan_that_nobody_changed_is_not_told_again(rest, seats):
    client, path = seats
    client.put(path, json={"template": "platform"})

    def again(tag, language="zh"):
        answer = client.get(path, headers={"If-None-Match": tag, "Accept-Language": language})
        assert bool(answer.content) == (answer.status_code == 200)
        return answer.status_code, answer.headers["etag"]

    _, tag = again('"other"')
    assert again(tag) == (304, tag)
    assert again(tag, "en")[0] == 200
    person = client.get(path).json()["people"][0]["id"]
    client.post(f"{path.removesuffix('/seats')}/leave-requests", json={"person": person, "reason": "出差"})
    status, after = again(tag)
    assert (status, after != tag) == (200, True)
    shutil.copyfile(office_files.SHIPPED / office_files.SEATS, rest.use.data / office_files.SEATS)
    assert again(after)[0] == 200


def test_who_sits_and_is_on_leave_is_told_and_can_be_unseated(rest, seats):
    client, path = seats
    client.put(path, json={"template": "platform"})
    plan = client.post(f"{path}/proposal", json={}).json()
    away = plan["people"][1]["id"]
    root = path.removesuffix("/seats")
    client.post(f"{root}/leave-requests", json={"person": away, "reason": "出差"})
    leader = rest.as_(Role.APPROVER)
    assert leader.post(f"{root}/leave-decisions", json={"person": away, "granted": True}).status_code == 201
    plan = client.get(path).json()
    assert [(one["id"] == away, one["away"]) for one in plan["people"]] == [
        (False, False),
        (False, False),
        (True, True),
    ]
    moved = client.post(f"{path}/moves", json={"person": away, "place": ""}).json()
    assert away not in {one["id"] for one in moved["people"]}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "", {"template": "none"}, 404),
        ("PUT", "", {"template": "platform", "sizes": {"rows": 61}}, 422),
        ("PUT", "", {"template": "platform", "sizes": {"x": 1}}, 422),
        ("PUT", "", {"template": "platform", "version": 7}, 409),
        ("POST", "/proposal", {}, 409),
        ("POST", "/moves", {"person": "../x", "place": ""}, 422),
        ("POST", "/moves", {"person": "x", "place": "<b>"}, 422),
        ("POST", "/undo", {"version": -1}, 422),
        ("PUT", "/channels", {"place": "P1", "channel": 65}, 422),
        ("POST", "/locks", {"place": "P1", "locked": True}, 409),
    ],
)
def test_what_cannot_be_is_answered_in_one_line(seats, method, path, body, status):
    client, root = seats
    answer = client.request(method, root + path, json=body)
    assert answer.status_code == status
    assert "\n" not in answer.json()["title"]


def test_who_may_not_change_it_may_not_and_a_stranger_sees_nothing(rest, seats):
    _, path = seats
    assert rest.as_(Role.OPERATOR).get(path).status_code == 200
    assert rest.as_(Role.OPERATOR).put(path, json={"template": "platform"}).status_code == 403
    assert rest.nobody().get(path).status_code == 401


def test_the_seats_of_a_meeting_that_one_is_not_cleared_for_stay_hidden(rest):
    meeting = rest.meeting(secrecy=Secrecy(Level.INTERNAL))
    path = f"/api/v1/meetings/{meeting.id}/seats"
    for role in (Role.USHER, Role.TECHNICIAN):
        client = rest.as_(role)
        allowed = client.get(f"/api/v1/meetings/{meeting.id}").status_code
        assert client.get(path).status_code in {allowed, 403}
