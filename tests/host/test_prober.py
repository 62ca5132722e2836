"""Talks to devices over real sockets: one at a time for each place, within the deadline, given up when it must be."""

import asyncio
import hashlib
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from dataclasses import replace
from importlib import import_module

import pytest
from roomctl_av_check.drivers.pjlink import OFFER

from roomctl.api.devices import (
    ActionOffer,
    Deed,
    Device,
    DriverOffer,
    Fact,
    LoginRefused,
    Quantity,
    Reading,
    Silent,
)
from roomctl.domain.devices import NO_SECRET, Busy, Unreachable
from roomctl.errors import MissingPart, RoomctlError
from roomctl.host.platform import LINUX, effort
from roomctl.host.prober import Prober
from roomctl.host.refusals import LOCKED, Refusals
from roomctl.testing.emulators import Fault, Running
from roomctl.testing.emulators.pjlink import PjlinkEmulator
from tests.waiting import PATIENCE, until


def driver(read, **more):
    told = {"kind": "lamp", "title": ("灯", "Lamp"), "values": {"lit": Quantity(("亮", "Lit"))}, "deadline": 2.0}
    return DriverOffer(**{**told, "read": read, "judge": lambda _device, _reading: (), **more})


def lamp(**more):
    return Device(**{"id": "lamp", "kind": "lamp", "title": ("灯", "Lamp"), "address": "hall", **more})


LIT = Reading(facts=(Fact("lit", "yes"),))


@pytest.fixture
def prober(tmp_path):
    made = Prober(tmp_path / "locks")
    yield made
    made.close()


@pytest.fixture
def projector():
    emulator = PjlinkEmulator()
    with Running(emulator) as running:
        device = emulator.device()
        yield emulator, replace(device, options=OFFER.options()), running


def test_two_talks_to_one_place_never_cross(prober):
    inside, most = 0, 0

    async def read(_device, _secret):
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.02)
        inside -= 1
        return LIT

    talks = [prober.read(lamp(id=name), driver(read), NO_SECRET) for name in ("a", "b", "c")]
    assert [talk.result(PATIENCE) for talk in talks] == [LIT] * 3
    assert most == 1


def test_different_places_are_talked_to_at_once(prober):
    meet = None

    async def read(_device, _secret):
        nonlocal meet
        meet = meet or asyncio.Barrier(3)
        await meet.wait()
        return LIT

    talks = [prober.read(lamp(id=name, address=name), driver(read), NO_SECRET) for name in ("a", "b", "c")]
    assert [talk.result(PATIENCE) for talk in talks] == [LIT] * 3


def test_another_process_waits_too(prober, tmp_path):
    other = Prober(tmp_path / "locks")
    going = asyncio.Event()

    async def long(_device, _secret):
        going.set()
        await asyncio.sleep(0.3)
        return LIT

    async def short(_device, _secret):
        return LIT

    first = prober.read(lamp(), driver(long), NO_SECRET)
    while not going.is_set():
        time.sleep(0.01)
    second = other.read(lamp(), driver(short), NO_SECRET)
    assert second.result(PATIENCE) == LIT
    assert first.done()
    other.close()


def test_no_answer_within_the_deadline_is_silence(prober):
    async def read(_device, _secret):
        await asyncio.Event().wait()

    with pytest.raises(Silent):
        prober.read(lamp(), driver(read, deadline=0.1), NO_SECRET).result(PATIENCE)


def test_a_lost_packet_is_asked_for_once_more(prober):
    asked = []

    async def read(_device, _secret):
        asked.append(1)
        if len(asked) == 1:
            raise TimeoutError
        return LIT

    assert prober.read(lamp(), driver(read, lossy=True, deadline=1.0), NO_SECRET).result(PATIENCE) == LIT
    asked.clear()
    with pytest.raises(Silent):
        prober.read(lamp(), driver(read, deadline=0.2), NO_SECRET).result(PATIENCE)
    assert len(asked) == 1


def test_a_slow_device_of_a_lossy_kind_is_given_its_whole_deadline(prober):
    asked = []

    async def read(_device, _secret):
        asked.append(1)
        await asyncio.sleep(0.7)
        return LIT

    assert prober.read(lamp(), driver(read, lossy=True, deadline=1.0), NO_SECRET).result(PATIENCE) == LIT
    assert len(asked) == 1


@pytest.mark.parametrize("lossy", [False, True])
def test_an_answer_that_is_there_when_a_late_loop_turns_again_is_heard(prober, lossy):
    """Both are due by then, it and the deadline: the machine gave the loop no time from before to after them."""
    asked = []

    async def read(_device, _secret):
        asked.append(1)
        asyncio.get_running_loop().call_later(0.2, time.sleep, 0.9)
        await asyncio.sleep(0.4)
        return LIT

    assert prober.read(lamp(), driver(read, lossy=lossy, deadline=0.8), NO_SECRET).result(60) == LIT
    assert len(asked) == 1


def test_a_device_that_is_silent_on_a_late_machine_is_so_in_time(prober):
    async def read(_device, _secret):
        asyncio.get_running_loop().call_later(0.1, time.sleep, 0.3)
        await asyncio.Event().wait()

    with pytest.raises(Silent):
        prober.read(lamp(), driver(read, deadline=0.4), NO_SECRET).result(60)


def test_a_lossy_kind_is_refused_once_too_and_forgiven_when_it_answers(tmp_path):
    tries, good, stamp = [], [], ["a"]
    refusals = Refusals(tmp_path / "refusals.json", lambda: stamp[0])
    prober = Prober(None, refusals)

    async def read(_device, _secret):
        tries.append(1)
        if not good:
            raise LoginRefused("the password is refused")
        return LIT

    device, offer = lamp(secret="lamp"), driver(read, lossy=True)  # noqa: S106 - its name
    for _ in range(3):
        with pytest.raises(LoginRefused):
            prober.read(device, offer, NO_SECRET).result(PATIENCE)
    assert len(tries) == 1
    good.append(1)
    for stamp[0] in ("b", "a"):
        assert prober.read(device, offer, NO_SECRET).result(PATIENCE) == LIT
    prober.close()


def test_a_lossy_driver_that_fails_is_told_in_our_words(prober):
    async def read(_device, _secret):
        return {}["lit"]

    with pytest.raises(RoomctlError, match="KeyError"):
        prober.read(lamp(), driver(read, lossy=True), NO_SECRET).result(PATIENCE)


def test_two_silent_entries_with_one_address_are_over_within_one_deadline(prober):
    async def read(_device, _secret):
        await asyncio.Event().wait()

    offer, begun = driver(read, deadline=3.0), time.monotonic()
    talks = [prober.read(lamp(id=name), offer, NO_SECRET) for name in ("a", "b")]
    with pytest.raises(Silent) as first:
        talks[0].result(PATIENCE)
    with pytest.raises(Busy):
        talks[1].result(PATIENCE)
    took = time.monotonic() - begun
    assert not isinstance(first.value, Busy)
    assert took < 5.5, "not one after the other"


def test_an_order_waits_for_a_talk_that_is_under_way_and_has_its_whole_time(prober):
    async def read(_device, _secret):
        await asyncio.sleep(0.5)
        return LIT

    async def act(_device, _secret, _argument):
        await asyncio.sleep(0.7)
        return Deed("on", "on")

    offer = driver(read, actions={"on": ActionOffer(title=("开", "On"), act=act, deadline=1.0)})
    prober.read(lamp(), offer, NO_SECRET)
    assert prober.act(lamp(), offer, "on", "", NO_SECRET).result(PATIENCE).done


def test_a_cancel_ends_the_talk(prober, projector):
    emulator, device, running = projector
    running.do(emulator.switch(Fault.SILENT))
    talk = prober.read(device, OFFER, emulator.secret())
    until(lambda: emulator.open)
    assert talk.cancel()
    with pytest.raises(CancelledError):
        talk.result(PATIENCE)
    running.do(asyncio.wait_for(emulator.quiet(), 5))


def test_an_end_cancels_what_is_still_being_said_and_closes_it(tmp_path, projector):
    emulator, device, running = projector
    running.do(emulator.switch(Fault.SILENT))
    prober = Prober(tmp_path)
    talk = prober.read(device, OFFER, emulator.secret())
    until(lambda: emulator.open)
    prober.close()
    with pytest.raises(CancelledError):
        talk.result(PATIENCE)
    running.do(asyncio.wait_for(emulator.quiet(), 5))


def test_a_driver_that_keeps_the_loop_costs_itself():
    prober = Prober(patience=0.2)

    async def stuck(_device, _secret):
        time.sleep(1.5)  # noqa: ASYNC251 - that is what a bad driver does
        return LIT

    async def good(_device, _secret):
        return LIT

    bad = prober.read(lamp(address="a"), driver(stuck, kind="stuck", deadline=9), NO_SECRET)
    with pytest.raises(RoomctlError):
        bad.result(60)
    assert prober.read(lamp(address="b"), driver(good), NO_SECRET).result(60) == LIT
    with pytest.raises(RoomctlError, match="stuck"):
        prober.read(lamp(address="a"), driver(stuck, kind="stuck"), NO_SECRET).result(60)
    prober.close()


@pytest.mark.skipif(not LINUX, reason="only there a thread tells what keeps it")
def test_a_driver_to_which_the_machine_leaves_no_time_is_innocent():
    prober, processor = Prober(patience=0.4), min(os.sched_getaffinity(0))

    async def starved(_device, _secret):
        me, began = threading.get_native_id(), time.monotonic()
        os.sched_setaffinity(me, {processor})
        os.sched_setscheduler(me, os.SCHED_IDLE, os.sched_param(0))
        while time.monotonic() - began < 1.0:
            hashlib.pbkdf2_hmac("sha256", b"lamp", b"hall", 10_000)  # some 5 ms, which leave others the lock
        return LIT

    async def good(_device, _secret):
        return LIT

    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
        os.sched_setaffinity(other.pid, {processor})
        until(lambda: (now := effort(other.pid)) and now.used > 0.1, what="somebody who keeps the processor busy")
        talk = prober.read(lamp(), driver(starved, deadline=60), NO_SECRET)
        until(talk.done)
        other.kill()
    assert talk.result() == LIT
    assert prober.read(lamp(), driver(good), NO_SECRET).result(60) == LIT
    prober.close()


def test_a_driver_that_spins_is_not():
    prober, end = Prober(patience=0.2), threading.Event()

    async def spins(_device, _secret):
        while not end.is_set():
            pass

    try:
        with pytest.raises(RoomctlError):
            prober.read(lamp(), driver(spins, kind="spins", deadline=120), NO_SECRET).result(120)
        with pytest.raises(RoomctlError, match="spins"):
            prober.read(lamp(), driver(spins, kind="spins"), NO_SECRET).result(60)
    finally:
        end.set()
    prober.close()


def test_what_a_driver_raises_is_told_on_one_line(prober):
    async def read(_device, _secret):
        return {}["lit"]

    with pytest.raises(RoomctlError, match="KeyError"):
        prober.read(lamp(), driver(read), NO_SECRET).result(PATIENCE)


def test_a_driver_without_its_library_names_it(prober):
    with pytest.raises(MissingPart, match="no_such_package"):
        prober.read(lamp(), driver(None, requires=("no_such_package",)), NO_SECRET).result(PATIENCE)


def test_a_library_that_is_long_in_loading_keeps_nobody_waiting(prober, tmp_path, monkeypatch):
    (tmp_path / "large_library.py").write_text("import threading\nOPEN = threading.long_way.wait(60)\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(threading, "long_way", threading.Event(), raising=False)

    async def slow(_device, _secret):
        return Reading(facts=(Fact("lit", import_module("large_library").OPEN),))

    async def quick(_device, _secret):
        threading.long_way.set()  # it is talked to while the other is still being imported
        return LIT

    first = prober.read(lamp(address="a"), driver(slow, loads=("large_library",)), NO_SECRET)
    also = prober.read(lamp(address="b"), driver(slow, loads=("large_library",)), NO_SECRET)
    second = prober.read(lamp(address="c"), driver(quick), NO_SECRET)
    assert second.result(60) == LIT
    assert first.result(60)["lit"] is also.result(60)["lit"] is True


def test_a_driver_that_cannot_be_loaded_says_what_is_missing(prober):
    with pytest.raises(MissingPart, match="no_such_module"):
        prober.read(lamp(), driver(None, loads=("no_such_module",)), NO_SECRET).result(60)


def test_a_refused_password_is_not_tried_again_until_the_secrets_change(tmp_path, projector):
    emulator, device, running = projector
    running.do(emulator.switch(Fault.PASSWORD))
    now, stamp = [1000.0], ["a"]

    def prober():
        return Prober(None, Refusals(tmp_path / "refusals.json", lambda: stamp[0], lambda: now[0]))

    def tried():
        before, one = emulator.logins, prober()  # a new one each time: a restart forgets nothing
        with pytest.raises(LoginRefused):
            one.read(device, OFFER, emulator.secret()).result(PATIENCE)
        one.close()
        return emulator.logins - before

    assert [tried(), tried(), tried()] == [1, 0, 0]
    stamp[0] = "b"
    assert [tried(), tried()] == [1, 0]
    now[0] += LOCKED + 1
    assert [tried(), tried()] == [1, 0]
    assert emulator.secret().password not in (tmp_path / "refusals.json").read_text()


def test_a_good_login_is_forgotten_as_a_refusal(tmp_path, projector):
    emulator, device, running = projector
    stamp = ["a"]
    refusals = Refusals(tmp_path / "refusals.json", lambda: stamp[0])
    prober = Prober(None, refusals)
    running.do(emulator.switch(Fault.PASSWORD))
    with pytest.raises(LoginRefused):
        prober.read(device, OFFER, emulator.secret()).result(PATIENCE)
    running.do(emulator.switch(Fault.NONE))
    stamp[0] = "b"
    assert prober.read(device, OFFER, emulator.secret()).result(PATIENCE)["power"] == "on"
    stamp[0] = "a"
    assert prober.read(device, OFFER, emulator.secret()).result(PATIENCE)["power"] == "on"
    prober.close()


def test_a_name_that_nobody_knows_is_told_as_that(prober):
    nowhere = replace(PjlinkEmulator().device(), address="127.0.0.1:99999", options=OFFER.options())
    with pytest.raises(Unreachable, match=r"host name|主机名") as told:
        prober.read(nowhere, OFFER, NO_SECRET).result(60)
    assert "Unknown" not in str(told.value)


@pytest.mark.parametrize(("kept", "asked"), [(0.6, 2), (0.0, 1)])
def test_what_came_to_nothing_while_this_machine_was_slow_is_asked_once_more(prober, kept, asked):
    """As where others take the processor: the answer waits in a buffer while the driver's time runs out."""
    times = 0

    async def read(_device, _secret):
        nonlocal times
        times += 1
        if times == 1:
            time.sleep(kept)  # noqa: ASYNC251 - that is what is tried
            await asyncio.sleep(0)
            raise Unreachable("nobody answers")
        return LIT

    prober.read(lamp(id="other"), driver(lambda _device, _secret: asyncio.sleep(0, LIT)), NO_SECRET).result(60)
    talk = prober.read(lamp(), driver(read, deadline=30.0), NO_SECRET)
    if asked == 1:
        with pytest.raises(Unreachable):
            talk.result(60)
    else:
        assert talk.result(60) == LIT
    assert times == asked
