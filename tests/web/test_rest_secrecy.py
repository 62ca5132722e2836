"""Over REST: the machine's declaration, the media, the points before a 涉密 meeting; and from where it is read."""

import pytest

from roomctl.domain.access import Role
from roomctl.domain.custody import Point
from roomctl.domain.secrecy import parse

pytestmark = pytest.mark.needs("python:fastapi")

DECLARATION = {"approval": "市保密审字〔2026〕7号", "level": "秘密", "approved": "2020-01-05"}
MEDIUM = {"serial": "光盘/01", "level": "秘密", "keeper": "机要室"}


@pytest.fixture
def declared(rest):
    assert rest.as_(Role.ADMIN).post("/api/v1/secrecy/declaration", json=DECLARATION).status_code == 201
    return rest


def test_the_administrator_declares_the_machine_and_nobody_else(rest):
    for role in set(Role) - {Role.ADMIN}:
        assert rest.as_(role).post("/api/v1/secrecy/declaration", json=DECLARATION).status_code == 403
    admin = rest.as_(Role.ADMIN)
    assert admin.post("/api/v1/secrecy/declaration", json=DECLARATION | {"level": "绝密"}).status_code == 403
    assert admin.post("/api/v1/secrecy/declaration", json=DECLARATION | {"level": "公开"}).status_code == 422
    assert admin.get("/api/v1/secrecy").json()["declaration"] is None
    assert admin.post("/api/v1/secrecy/declaration", json=DECLARATION).json()["by"] == "admin"
    assert admin.get("/api/v1/secrecy").json()["declaration"]["level"] == "秘密"
    revoked = admin.post("/api/v1/secrecy/declaration/revoke", json={"reason": "到期"}).json()
    assert revoked["reason"] == "到期"
    assert admin.post("/api/v1/secrecy/declaration/revoke", json={"reason": "到期"}).status_code == 404


def test_media_are_the_security_officers(declared):
    security = declared.as_(Role.SECURITY)
    assert declared.as_(Role.ADMIN).post("/api/v1/secrecy/media", json=MEDIUM).status_code == 403
    assert security.post("/api/v1/secrecy/media", json=MEDIUM | {"serial": "光盘-01"}).status_code == 201
    assert security.post("/api/v1/secrecy/media", json=MEDIUM | {"serial": "光盘-01"}).status_code == 409
    assert security.post("/api/v1/secrecy/media", json=MEDIUM | {"level": "内部"}).status_code == 422
    assert security.post("/api/v1/secrecy/media/光盘-01/withdraw", json={"reason": "损坏"}).json()["withdrawn"]
    assert security.post("/api/v1/secrecy/media/光盘-02/withdraw", json={"reason": "损坏"}).status_code == 404
    assert security.get("/api/v1/secrecy/handovers").json() == []
    assert security.post("/api/v1/secrecy/handovers/1/receive", json={"by": "某"}).status_code == 404


def test_the_points_are_confirmed_by_name(declared):
    meeting = declared.meeting(secrecy=parse("秘密★3年"))
    path = f"/api/v1/meetings/{meeting.id}/secrecy"
    security = declared.as_(Role.SECURITY)
    asked = [one["point"] for one in security.get(path).json()]
    assert set(asked) == set(Point) - {Point.PROXIES}
    assert security.post(f"{path}/plan", json={"by": "王保密"}).status_code == 422
    told = security.post(f"{path}/plan", json={"by": "王保密", "number": "3号"}).json()
    assert [(one["by"], one["number"]) for one in told if one["point"] == "plan"] == [("王保密", "3号")]
    assert security.post(f"{path}/proxies", json={"by": "王保密", "number": "3号"}).status_code == 409
    assert declared.as_(Role.ADMIN).get(path).status_code == 403  # 三员分立
    assert declared.as_(Role.OPERATOR).post(f"{path}/phones", json={"by": "某"}).status_code == 403
    assert security.get(f"/api/v1/meetings/{declared.meeting().id}/secrecy").json() == []


@pytest.fixture
def two(declared):
    """A secretary at the machine, and the same one on the network, before the same 涉密 meeting."""
    meeting = declared.meeting(title="一件不能说的事", secrecy=parse("秘密★3年"))
    here = declared.as_(Role.SECRETARY)
    away = declared.nobody(address="192.168.1.20")
    away.cookies.update(here.cookies)
    return here, away, meeting


def test_a_state_secret_is_read_at_the_machine_and_from_nowhere_else(declared, two):
    here, away, meeting = two
    assert here.get(f"/api/v1/meetings/{meeting.id}").status_code == 200
    refused = away.get(f"/api/v1/meetings/{meeting.id}")
    assert refused.status_code == 403
    assert "不能说" not in refused.text
    assert meeting.id not in away.get("/api/v1/meetings").text
    assert "不能说" not in away.get("/api/v1/events").text
    assert "不能说" in here.get("/api/v1/events").text
    open_one = declared.meeting(secrecy=parse("内部"))
    assert away.get(f"/api/v1/meetings/{open_one.id}").status_code == 200
    noted = [row.data for row in declared.noted("access.denied")]
    assert any(meeting.id in one for one in noted)
    assert not any("不能说" in one for one in noted)


def test_a_machine_that_is_no_longer_declared_shows_it_to_who_hands_it_over_and_to_nobody_else(declared, two):
    here, away, meeting = two
    path = f"/api/v1/meetings/{meeting.id}"
    revoke = {"reason": "到期"}
    assert declared.as_(Role.ADMIN).post("/api/v1/secrecy/declaration/revoke", json=revoke).status_code == 200
    refused = here.get(path)
    assert refused.status_code == 403
    assert "not declared" in refused.text
    assert "不能说" not in refused.text + here.get("/api/v1/meetings").text + here.get("/api/v1/events").text
    for role in (Role.SECURITY, Role.ARCHIVIST):
        assert declared.as_(role).get(path).status_code == 200
    assert declared.as_(Role.ADMIN).post("/api/v1/secrecy/declaration", json=DECLARATION).status_code == 201
    assert here.get(path).status_code == 200
    assert away.get(path).status_code == 403


def test_the_list_of_a_handover_is_fetched_by_who_may_see_it(declared):
    meeting = declared.meeting(secrecy=parse("秘密★3年"))
    path = f"/api/v1/meetings/{meeting.id}/secrecy/handover-list"
    assert declared.as_(Role.OPERATOR).get(path).status_code == 403
    assert declared.as_(Role.SECURITY).get(path).status_code == 404  # no plugin drafts it here
    assert declared.as_(Role.SECURITY).get(f"{path}?as=exe").status_code == 422
