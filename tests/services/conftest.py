import shutil
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from roomctl_av_check.drivers.pjlink import OFFER

from roomctl.domain.attendance import Person, Role
from roomctl.domain.events import Actor, verify
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.recording import Order
from roomctl.host.prober import Prober
from roomctl.services.device_ports import Rack
from roomctl.services.facade import UseCases
from roomctl.services.identity import new_id
from roomctl.services.recordings import RoomSound
from roomctl.services.time import SystemClock
from roomctl.storage.database import open_database
from roomctl.storage.inventory import InventoryFile
from roomctl.storage.uow import SqlUnitOfWork
from roomctl.testing.dummies import DummyPlugins
from roomctl.testing.emulators import Running
from roomctl.testing.emulators.pjlink import PjlinkEmulator
from roomctl.testing.fakes import FakeClock, FakeServices


@dataclass
class House:
    """Use cases on a real database, with dummies for plugins and a clock turned by hand."""

    use: UseCases
    plugins: DummyPlugins
    clock: FakeClock
    room: str
    events: object
    open_uow: object
    sound: RoomSound = field(default_factory=RoomSound)

    def meeting(self, **changes) -> Meeting:
        facts = {
            "id": MeetingId(new_id()),
            "room": self.room,
            "title": "城区停车场建设专题研究",
            "starts": datetime(2026, 11, 12, 9, 0),
            "chair": "张建国",
            "agenda": (AgendaItem(1, "停车场建设", presenter="李晓明"),),
        }
        return self.use.create(Meeting(**{**facts, **changes}))

    def opened(self, **changes) -> Meeting:
        meeting = self.meeting(**changes)
        self.use.transition(meeting.id, State.APPROVED)
        return self.use.transition(meeting.id, State.OPEN)

    def in_session(self) -> Meeting:
        meeting = self.opened()
        self.use.arm(meeting.id, Order(source="tone"))
        return self.use.start(meeting.id)

    def kinds(self, stream: str) -> list[str]:
        return [row.kind for row in self.events(stream)]


@pytest.fixture
def house(fresh, tmp_path):
    shutil.copytree(fresh, tmp_path, dirs_exist_ok=True)
    database = open_database(tmp_path / "roomctl.db")
    plugins, clock = DummyPlugins(), FakeClock()
    models = FakeServices(tmp_path)

    def open_uow():
        return SqlUnitOfWork(database, new_id)

    def events(stream):
        with open_uow().reading() as uow:
            return list(uow.events.stream(stream))

    class NoModels:
        folder = staticmethod(models.model)
        installed = staticmethod(models.installed_models)
        verify = staticmethod(models.verify_model)

    use = UseCases(
        data=tmp_path,
        actor=Actor.person("赵敏"),
        clock=clock,
        open_uow=open_uow,
        plugins=lambda: plugins,
        models=NoModels(),
        sound=lambda: made.sound,
    )
    made = House(use, plugins, clock, database.room.id, events, open_uow)
    yield made
    for meeting in use.meetings():
        assert not list(verify(events(meeting.id)))
    database.close()


class Room:
    """A room with two projectors behind a third, as if that were their switch."""

    def __init__(self, house, running):
        self.house, self.use, self.running = house, house.use, running
        self.switch, self.left, self.right = running.emulators
        self.inventory = house.use._rack.inventory
        self.use.keep_secret("pjlink", self.switch.secret())
        self.put("switch", self.switch)
        self.put("left", self.left, depends_on=("switch",))
        self.put("right", self.right, depends_on=("left",))

    def put(self, name, emulator, **more):
        self.inventory.put([emulator.device(id=name, title=(f"投影{name}", name), **more)])

    def fault(self, emulator, fault):
        self.running.do(emulator.switch(fault))

    def rows(self, **asked):
        report = self.use.check(asked.pop("meeting", None), **asked)
        return {(row.device, row.check): row for row in report.results}


@pytest.fixture
def projectors(house, tmp_path):
    """Three that run, and a rack of their kind for the house, still empty."""
    house.use._clock = SystemClock()
    house.plugins.device_drivers = {"pjlink": OFFER}
    prober = Prober(tmp_path / "locks")
    house.use._rack = Rack(InventoryFile(tmp_path), prober)
    with Running(PjlinkEmulator(), PjlinkEmulator(), PjlinkEmulator()) as running:
        yield running
    prober.close()


@pytest.fixture
def room(house, projectors):
    return Room(house, projectors)


@pytest.fixture
def person():
    """Makes somebody for a roster."""

    def made(name: str, rank: int = 1, role: Role = Role.MEMBER, **more) -> Person:
        return Person(id=new_id(), name=name, rank=rank, role=role, **more)

    return made
