"""The watch over the devices while a meeting runs: what is an outage, what is none, and how often it is told."""

import asyncio
import threading
from dataclasses import replace

import pytest
from roomctl_av_check.drivers.pjlink import OFFER

from roomctl.api.devices import ActionOffer, Deed
from roomctl.domain.checks import WHOLE_DEVICE, Waiver, WaiverKind
from roomctl.domain.events import Actor
from roomctl.host.prober import Prober
from roomctl.services.device_ports import Rack
from roomctl.services.facade import UseCases
from roomctl.services.time import SystemClock
from roomctl.storage.inventory import InventoryFile
from roomctl.testing.emulators import Fault
from roomctl.web.pages.technician.sight import _down


class Room:
    """Two projectors, one behind the other, behind a third, as if that were their switch."""

    def __init__(self, house, running):
        self.house, self.use, self._running = house, house.use, running
        self.switch, self.left, self.right = running.emulators
        inventory = house.use._rack.inventory
        inventory.keep_secret("pjlink", self.switch.secret())
        behind = ""
        for name, emulator in zip(("switch", "left", "right"), running.emulators, strict=True):
            inventory.put([emulator.device(id=name, title=(name, ""), depends_on=(behind,) if behind else ())])
            behind = name

    def fault(self, emulator, fault):
        self._running.do(emulator.switch(fault))


@pytest.fixture
def room(house, projectors):
    return Room(house, projectors)


def looked(room, meeting):
    return [(one.device, one.up) for one in room.use.look_at_devices(meeting.id)]


def test_the_watch_goes_on_after_a_restart(room, tmp_path):
    """A miss before and a miss after make an outage; it is told once; and its end is told by the next process."""
    house = room.house
    meeting = house.opened()
    room.fault(room.right, Fault.DEAD)
    told = []
    for fault in (None, None, None, Fault.NONE, None):
        if fault is not None:
            room.fault(room.right, fault)
        prober = Prober(tmp_path / "locks")
        again = UseCases(
            data=tmp_path, actor=Actor.person("赵敏"), clock=SystemClock(), open_uow=house.open_uow,
            plugins=lambda: house.plugins, models=None, sound=lambda: house.sound,
        )  # fmt: skip
        again._rack = Rack(InventoryFile(tmp_path), prober)
        told.append([(one.device, one.up) for one in again.look_at_devices(meeting.id)])
        prober.close()
    assert told == [[], [("right", False)], [], [("right", True)], []]


def test_who_is_busy_refuses_or_talks_otherwise_is_not_down(room):
    meeting = room.house.opened()
    room.fault(room.left, Fault.PASSWORD)
    room.fault(room.right, Fault.RUBBISH)
    assert [looked(room, meeting) for _ in range(2)] == [[]] * 2
    room.fault(room.right, Fault.NONE)
    going, over = threading.Event(), threading.Event()

    async def long(_device, _secret, _argument):
        going.set()
        await asyncio.to_thread(over.wait)
        return Deed("on", "on")

    order = ActionOffer(title=("开机", "On"), act=long, deadline=60)
    room.house.plugins.device_drivers = {"pjlink": replace(OFFER, deadline=0.3, actions={"on": order})}
    thread = threading.Thread(target=lambda: room.use.order_device("right", "on"))
    thread.start()
    try:
        assert going.wait(60)
        assert [looked(room, meeting) for _ in range(3)] == [[]] * 3, "it is being switched on"
    finally:
        over.set()
        thread.join()


def test_a_dead_switch_is_one_alarm(room):
    meeting = room.house.opened()
    for one in (room.switch, room.left, room.right):
        room.fault(one, Fault.DEAD)
    assert [looked(room, meeting) for _ in range(3)] == [[], [("switch", False)], []]
    room.fault(room.switch, Fault.NONE)
    assert [looked(room, meeting) for _ in range(3)] == [[("switch", True)], [("left", False)], []]


def test_what_was_accepted_is_not_told_again_and_what_stays_away_neither(room):
    meeting = room.house.opened()
    room.fault(room.right, Fault.DEAD)
    room.use.check(meeting.id)
    room.use.accept_fault(meeting.id, Waiver("right", "online", "赵敏", "用左边的"))
    assert [looked(room, meeting) for _ in range(3)] == [[]] * 3
    room.use.withdraw_waiver(meeting.id, "right", "online")
    assert [looked(room, meeting) for _ in range(2)] == [[], [("right", False)]]
    watches, devices = room.use.device_watches().values(), room.use.devices()
    assert list(_down(watches, devices, ())) == ["right"]
    assert not _down(watches, devices, [Waiver("right", WHOLE_DEVICE, "赵敏", "不用", WaiverKind.EXCUSED)])
    assert not _down(watches, [one for one in devices if one.id != "right"], ())
