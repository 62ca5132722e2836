"""An open meeting that lets telephones in, and what a telephone does there."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.testclient import TestClient
from roomctl_signin.phone import codes

from roomctl.app import Application
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.services.identity import new_id
from roomctl.serving import Host, Phase
from roomctl.testing.fakes import FakeClock
from roomctl.web import keys
from roomctl.web.app import build
from roomctl.web.errors import tell_errors
from roomctl.web.plugins import Extras

SITE = "http://192.168.1.20:8470"
NAMES = ("张建国", "赵健", "赵洁", "周㛃", "李晓明", "陈志强", "买买提·吐尔逊")
STROKES = [[[10, 10], [400, 200]]]


class Room:
    """An open meeting of a host that lets telephones in."""

    def __init__(self, data):
        data.mkdir(exist_ok=True)
        (data / "roomctl.toml").write_text(f'[plugins.signin]\nphone = "{SITE}"\n', "utf-8")
        self.data, self.clock = data, FakeClock()
        self.application = Application(data, clock=self.clock)
        self.clients = []
        self.start()

    def start(self):
        host = Host(self.application)
        self.application.plugins.load({"signin"})
        host.phase, host.plugins_up = Phase.READY, True
        self.web, routes = build(host, pages=False), FastAPI()
        tell_errors(routes, self.web.state.denials)
        routes.state.sessions = self.web.state.sessions
        Extras(host, routes).ask()
        self.web.mount(keys.ROUTES, routes)
        self.routes = routes

    def restart(self):
        self.application.close()
        self.application = Application(self.data, clock=self.clock)
        self.start()

    @property
    def use(self):
        return self.application.usecases

    @property
    def ctx(self):
        return self.application.plugins.loaded["signin"].context

    def meeting(self, names=NAMES, title="市政府专题会议：老旧小区改造", **more):
        at = self.clock.now() + timedelta(hours=8)
        made = Meeting(
            id=MeetingId(new_id()), room=self.use.room.id, title=title, starts=at.replace(tzinfo=None), **more
        )
        meeting = self.use.create(made)
        self.use.add_people(
            meeting.id,
            [
                Person(id=new_id(), name=name, unit=f"市{n}局", seat=f"{n} 号", rank=n)
                for n, name in enumerate(names, 1)
            ],
        )
        for state in (State.APPROVED, State.OPEN):
            self.use.transition(meeting.id, state)
        return meeting

    def person(self, meeting, name):
        return next(one for one in self.use.roster(meeting.id) if one.name == name)

    def phone(self, **headers):
        client = TestClient(
            self.web,
            base_url=SITE,
            headers={"Origin": SITE, "Accept": "text/html,*/*", "Accept-Language": "zh", **headers},
            raise_server_exceptions=False,
        )
        self.clients.append(client)
        return client

    def code(self, meeting):
        return path_of(codes.current(self.ctx, meeting.id).url)

    def scanned(self, meeting, **headers):
        """A telephone in front of the terminal."""
        phone = self.phone(**headers)
        answer = phone.get(self.code(meeting))
        assert answer.status_code == 200, answer.text
        return phone

    def present(self, meeting):
        return self.use.attendance(meeting.id).counts.present

    def denied(self):
        return list(self.use.events(kinds=["access.denied"]))

    def close(self):
        for one in self.clients:
            one.close()
        self.application.close()


def path_of(url):
    split = urlsplit(url)
    return f"{split.path}?{split.query}"


def at(meeting, name="page"):
    return f"/api/v1/x/signin/phone/{meeting.id}/{name}"


def form_of(html):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))


def act(person, **more):
    return {"acts": [{"key": new_id(), "person": person.id, "strokes": STROKES, **more}]}


def pressed(phone, meeting, person, **more):
    answer = phone.post(at(meeting, "acts"), json=act(person, **more))
    assert answer.status_code == 200, answer.text
    return answer.json()["acts"][0]
