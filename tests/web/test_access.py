"""Who may do what, over every route."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from roomctl.domain.access import CLEARED, MOVES, RIGHTS, Right, Role
from roomctl.domain.lifecycle import State
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.web.app import build
from roomctl.web.session import Needs

DOCUMENT = Path(__file__).parents[2] / "docs/rest.md"

OPEN_TO_ALL = {
    ("POST", "/api/v1/session"),
    ("GET", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
    ("PUT", "/api/v1/session/password"),
    ("GET", "/api/v1/sessions"),
    ("DELETE", "/api/v1/sessions"),
    ("DELETE", "/api/v1/sessions/{handle}"),
    ("GET", "/calendar/{key}.ics"),
    ("POST", "/api/v1/first-administrator"),
    ("POST", "/log-in"),
    ("POST", "/log-out"),
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/ready"),
    ("GET", "/s/{key}"),
    ("GET", "/s/{plugin}/{screen}/{meeting_id}"),
    ("GET", "/s/{plugin}/{screen}/{meeting_id}/{file:path}"),
}
"""Each of these proves who asks by itself, or tells nothing of a meeting."""


def every(router):
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):  # how newer FastAPI keeps what was included
            yield from every(route.original_router)


def routes_of(web):
    return [
        (method, route.path, [d.call.right for d in route.dependant.dependencies if isinstance(d.call, Needs)])
        for route in every(web)
        for method in sorted(route.methods)
    ]


def test_every_route_names_its_right_or_is_known_to_be_open(rest):
    without = {(method, path) for method, path, rights in routes_of(rest.web) if not rights}
    assert without == OPEN_TO_ALL
    assert all(len(rights) <= 1 for _, _, rights in routes_of(rest.web))


def ask(client, method, path):
    """With an id that nobody has, and no body: who may gets past the right and is refused for something else."""
    return client.request(method, re.sub(r"{\w+}", "1", path).replace("/stream", "/stream?after=x"))


def test_every_route_lets_in_those_of_the_table_and_nobody_else(rest):
    guarded = [(method, path, rights[0]) for method, path, rights in routes_of(rest.web) if rights]
    assert len(guarded) > 30
    for role in Role:
        client = rest.as_(role)
        for method, path, right in guarded:
            status = ask(client, method, path).status_code
            allowed = role in RIGHTS[right]
            assert (status != 403) == allowed, (role, method, path, status)
            assert status < 500, (method, path)


def test_nobody_gets_past_any_guarded_route(rest):
    client = rest.nobody()
    for method, path, rights in routes_of(rest.web):
        if rights:
            answer = ask(client, method, path)
            assert answer.status_code == 401, (method, path)
            assert answer.json()["mend"]


def test_the_tables_are_whole():
    assert RIGHTS.keys() == set(Right)
    assert MOVES.keys() == set(State)
    assert CLEARED.keys() == set(Level)


def test_the_documented_table_is_the_one_that_holds():
    rows = re.findall(r"^\| `(\S+)` \|(.+)\|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: [mark.strip() == "●" for mark in marks.split("|")] for name, marks in rows}
    assert told == {right.value: [role in RIGHTS[right] for role in Role] for right in Right}


def test_whoever_may_take_a_step_may_call_the_route_that_takes_it():
    assert all(RIGHTS[right] <= RIGHTS[Right.MOVE_MEETINGS] for right in MOVES.values())


@pytest.mark.parametrize(
    "right", [Right.SEE_TRANSCRIPTS, Right.SEE_EVENTS, Right.PLAN_MEETINGS, Right.SEE_RECORDINGS]
)
def test_a_temp_at_the_door_holds_none_of_the_secretarys_rights(right):
    assert Role.USHER not in RIGHTS[right]


@pytest.mark.parametrize("role", list(Role))
def test_a_step_asks_for_its_own_right(rest, role):
    meeting, client = rest.meeting(), rest.as_(role)
    for to, right in MOVES.items():
        answer = client.post(f"/api/v1/meetings/{meeting.id}/transitions", json={"to": to, "reason": "改期"})
        assert (answer.status_code != 403) == (role in RIGHTS[right]), to


def test_a_meeting_of_a_level_that_one_may_not_open_is_neither_shown_nor_listed(rest):
    meeting = replace(rest.meeting(), secrecy=Secrecy(Level.SECRET, 3))
    with rest.application.open_uow() as uow:
        uow.meetings.save(meeting)
        uow.commit()
    declared = {"approval": "市保密审字〔2026〕7号", "level": "秘密", "approved": "2020-01-05"}
    assert rest.as_(Role.ADMIN).post("/api/v1/secrecy/declaration", json=declared).status_code == 201
    technician, secretary = rest.as_(Role.TECHNICIAN), rest.as_(Role.SECRETARY)
    assert technician.get(f"/api/v1/meetings/{meeting.id}").status_code == 403
    assert technician.get(f"/api/v1/meetings/{meeting.id}/recordings").status_code == 403
    assert technician.get("/api/v1/meetings").json() == []
    assert all(row["stream"] != meeting.id for row in technician.get("/api/v1/events").json())
    assert [one["id"] for one in secretary.get("/api/v1/meetings").json()] == [meeting.id]


def test_no_route_gives_or_changes_anything_of_a_meeting_whose_level_one_may_not_open(rest):
    meeting = replace(rest.meeting(), secrecy=Secrecy(Level.CONFIDENTIAL, 5))
    with rest.application.open_uow() as uow:
        uow.meetings.save(meeting)
        uow.commit()
    before, admin = rest.use.meeting(meeting.id), rest.as_(Role.ADMIN)
    walked = 0
    for method, path, rights in routes_of(rest.web):
        if rights and "{meeting_id}" in path:
            answer = ask(admin, method, path.replace("{meeting_id}", meeting.id))
            allowed = {403} if method == "GET" and path.count("{") == 1 else {403, 404, 422}
            assert answer.status_code in allowed, (method, path, answer.status_code, answer.text)
            assert meeting.title not in answer.text, path
            walked += 1
    assert walked > 60
    assert rest.use.meeting(meeting.id) == before


def test_a_token_may_no_more_than_it_was_given(rest):
    client = rest.token(Right.SEE_MEETINGS)
    assert client.get("/api/v1/meetings").status_code == 200
    assert client.get("/api/v1/events").status_code == 403


def test_every_denial_is_an_event_of_the_room(rest):
    rest.as_(Role.USHER).get("/api/v1/events")
    (row,) = rest.noted("access.denied")
    assert row.actor == "person:usher"
    assert "events.read" in row.data


def test_the_web_is_built_without_pages_for_programs_alone(rest):
    paths = {route.path for route in every(build(rest.host, pages=False))}
    assert "/api/v1/meetings" in paths
    assert "/" not in paths
