"""REST in process: a real database and real sign-on, dummies for plugins, a clock turned by hand."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from roomctl.app import Application
from roomctl.domain.access import Role
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.recording import Order
from roomctl.errors import NotFound
from roomctl.host.status import PluginStatus, Status
from roomctl.services.accounts import Accounts
from roomctl.services.identity import new_id
from roomctl.serving import Host, Phase
from roomctl.testing.dummies import DummyPlugins
from roomctl.testing.fakes import FakeClock
from roomctl.web.app import build

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
SITE = "http://127.0.0.1:8470"
WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class DummyPluginHost(DummyPlugins):
    """As far as the web asks a `PluginHost`."""

    wanted: dict[str, bool] = field(default_factory=lambda: {"audio": True})

    def status(self):
        reason = "libportaudio2: not there"
        return [
            PluginStatus(name=name, version="1.0", source="built-in", status=Status.ENABLED, reason=reason)
            for name in self.wanted
        ]

    def reports(self):
        return []

    loaded: dict[str, object] = field(default_factory=dict)

    def ask(self, hook):
        return [(name, offers) for name, offers in self.loaded.items() if hook == "roomctl_screens"]

    def named(self, name):
        del name

    def enable(self, name):
        self._want(name, enabled=True)

    def disable(self, name):
        self._want(name, enabled=False)

    def _want(self, name, *, enabled):
        if name not in self.wanted:
            raise NotFound(f"no plugin {name}")
        self.wanted[name] = enabled


@dataclass
class Rest:
    """The web as browsers and programs see it."""

    application: Application
    host: Host
    web: object
    clock: FakeClock
    clients: list[TestClient] = field(default_factory=list)

    @property
    def use(self):
        return self.application.usecases

    @property
    def accounts(self):
        return self.application.accounts

    def nobody(self, address="127.0.0.1", **headers):
        client = TestClient(
            self.web,
            base_url=SITE,
            headers={"Origin": SITE, "Accept-Language": "en", **headers},
            client=(address, 50000),
            raise_server_exceptions=False,
            follow_redirects=False,
        )
        self.clients.append(client)
        return client

    def account(self, *roles, name=""):
        name = name or "-".join(roles)
        if name not in {one.name for one in self.accounts.all()}:
            self.accounts.add(name, PASSWORD, roles)
        return name

    def as_(self, *roles, name=""):
        """A browser in which somebody with these roles is signed on."""
        client = self.nobody()
        answer = client.post("/api/v1/session", json={"name": self.account(*roles, name=name), "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return client

    def token(self, *rights, roles=(Role.ADMIN,)):
        """A program with a token, and no browser's headers."""
        _token, text = self.accounts.add_token(self.account(*roles), "test", rights)
        client = self.nobody(Authorization=f"Bearer {text}")
        del client.headers["Origin"]
        return client

    def meeting(self, **changes):
        facts = {
            "id": MeetingId(new_id()),
            "room": self.use.room.id,
            "title": "城区停车场建设专题研究",
            "starts": datetime(2026, 11, 12, 9, 0),
            "chair": "张建国",
            "agenda": (AgendaItem(1, "停车场建设", presenter="李晓明"),),
        }
        return self.use.create(Meeting(**{**facts, **changes}))

    def opened(self, *people):
        meeting = self.meeting()
        self.use.add_people(meeting.id, [Person(id=new_id(), name=name, rank=n + 1) for n, name in enumerate(people)])
        self.use.transition(meeting.id, State.APPROVED)
        return self.use.transition(meeting.id, State.OPEN)

    def in_session(self):
        meeting = self.opened()
        self.use.arm(meeting.id, Order(source="tone"))
        return self.use.start(meeting.id)

    def noted(self, kind):
        """Events of the room of that kind."""
        with self.application.open_uow().reading() as uow:
            return list(uow.events.stream(uow.room.id, [kind]))


@pytest.fixture
def rest(fresh, tmp_path):
    data = shutil.copytree(fresh, tmp_path / "data")
    clock = FakeClock()
    application = Application(data, clock=clock)
    application.plugins = DummyPluginHost()
    application.accounts = Accounts(application.open_uow, clock, application.actor, WEAK)
    host = Host(application)
    host.phase = Phase.READY
    made = Rest(application, host, build(host, pages=False), clock)
    yield made
    for client in made.clients:
        client.close()
    application.database.close()
