"""Every route, of the host and of the built-in plugins, before a meeting of each 密级: nothing of it goes astray."""

import re
import shutil
from dataclasses import replace
from datetime import datetime

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from roomctl.app import Application
from roomctl.domain.access import CLEARED, Role
from roomctl.domain.attendance import Person
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.services.accounts import Accounts
from roomctl.services.identity import new_id
from roomctl.serving import Host, Phase
from roomctl.testing.fakes import FakeClock
from roomctl.web import keys
from roomctl.web.app import build
from roomctl.web.errors import tell_errors
from roomctl.web.plugins import Extras

pytestmark = pytest.mark.needs("python:fastapi")

SITE = "http://127.0.0.1:8470"
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
SAID = ("不能说的事", "不能说的议题", "不能说的地点", "周密之")
"""Title, item, place of a meeting, and somebody on its roster, each followed by the end of its id."""


def every(router, prefix=""):
    for route in router.routes:
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, prefix + route.path, names_a_meeting(route)
        elif hasattr(route, "original_router"):
            yield from every(route.original_router, prefix)


def names_a_meeting(route):
    """Whether its body has the meeting, and its path may not."""
    body = route.body_field and route.body_field.field_info.annotation
    return "meeting" in getattr(body, "model_fields", {})


@pytest.fixture(scope="module")
def made(fresh, tmp_path_factory):
    """The web with every built-in plugin behind it, and its application."""
    data = shutil.copytree(fresh, tmp_path_factory.mktemp("ways") / "data")
    application = Application(data, clock=FakeClock())
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    application.accounts = Accounts(application.open_uow, application.clock, application.actor, hasher)
    host = Host(application)
    host.phase = Phase.READY
    web = build(host, pages=False)
    routes = FastAPI(openapi_url=None)
    tell_errors(routes, web.state.denials)
    routes.state.sessions, routes.state.host = web.state.sessions, host
    Extras(host, routes).ask()
    web.mount(keys.ROUTES, routes)
    for name, roles in ACCOUNTS.items():
        application.accounts.add(name, PASSWORD, roles)
    paths = [*every(web.router), *every(routes.router, keys.ROUTES)]
    yield application, web, paths
    application.plugins.close()
    application.database.close()


CLEAR = tuple(CLEARED[Level.SECRET])
ACCOUNTS = {"cleared": CLEAR, "uncleared": tuple(set(Role) - set(CLEAR))}


def browser(web, who, address):
    client = TestClient(
        web, base_url=SITE, headers={"Origin": SITE}, client=(address, 50000), raise_server_exceptions=False,
        follow_redirects=False,
    )  # fmt: skip
    assert client.post("/api/v1/session", json={"name": who, "password": PASSWORD}).status_code == 201
    return client


def held(application, level):
    """A meeting of that level, as a restored copy would put it there, and the words that belong to it alone."""
    key = new_id()
    words = [f"{said}{key[-8:]}" for said in SAID]
    title, item, place, somebody = words
    meeting = Meeting(
        id=MeetingId(key),
        room=application.usecases.room.id,
        title=title,
        starts=datetime(2026, 11, 12, 9, 0),
        place=place,
        agenda=(AgendaItem(1, item),),
    )
    application.usecases.create(meeting)
    application.usecases.add_people(meeting.id, [Person(id=new_id(), name=somebody)])
    with application.open_uow() as uow:
        years = 3 if level in {Level.SECRET, Level.CONFIDENTIAL} else None
        saved = uow.meetings.save(replace(uow.meetings.get(meeting.id), secrecy=Secrecy(level, years)))
        uow.commit()
    return saved, words


def walk(client, paths, meeting):
    """Asks every route that reads, and every one of a meeting; gives what it said."""
    for method, path, in_body in paths:
        of = in_body or "{meeting}" in path or "{meeting_id}" in path
        if method != "GET" and not of:
            continue
        url = re.sub(r"{(meeting|meeting_id)}", meeting.id, path)
        url = re.sub(r"{\w+(:\w+)?}", "1", url)
        if not of:  # it may be asked about one by name
            url += f"?meeting={meeting.id}&stream={meeting.id}" + ("&after=x" if path.endswith("/stream") else "")
        body = {"meeting": meeting.id, "device": "1", "check": "1"} if in_body else None
        yield method, path, of, client.request(method, url, json=body)


NOBODY_MAY = [
    ("uncleared", "127.0.0.1", Level.SECRET),
    ("cleared", "192.168.1.20", Level.CONFIDENTIAL),
    ("cleared", "127.0.0.1", Level.TOP),
    ("cleared", "127.0.0.1", Level.SECRET),  # a copy that was restored on a machine that nobody has declared
]


@pytest.mark.parametrize(("who", "address", "level"), NOBODY_MAY)
def test_no_route_tells_anything_of_a_meeting_that_its_level_keeps_from_the_reader(made, caplog, who, address, level):
    application, web, paths = made
    meeting, words = held(application, level)
    with browser(web, who, address) as client:
        asked = 0
        for method, path, of, answer in walk(client, paths, meeting):
            asked += 1
            assert not [word for word in words if word in answer.text], (method, path)
            assert not of or answer.status_code >= 300, (method, path)
            assert answer.status_code < 500, (method, path, answer.text)
    assert asked > 150
    assert [path for _, path, in_body in paths if in_body]
    assert application.usecases.meeting(meeting.id) == meeting
    assert not [word for word in words if word in caplog.text]


def test_the_same_walk_finds_what_may_be_read(made):
    application, web, paths = made
    meeting, words = held(application, Level.INTERNAL)
    read = [
        ("GET", path, False)
        for path in ("/api/v1/meetings", "/api/v1/meetings/{meeting_id}", "/api/v1/meetings/{meeting_id}/roster")
    ]
    assert set(read) <= set(paths)
    with browser(web, "cleared", "192.168.1.20") as client:
        assert all(any(word in answer.text for word in words) for *_, answer in walk(client, read, meeting))
