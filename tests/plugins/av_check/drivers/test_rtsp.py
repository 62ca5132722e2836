"""Cameras, against an emulated one that streams H.264 over RTSP."""

import asyncio
import contextlib
import gc
import json
from dataclasses import replace
from typing import ClassVar

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roomctl_av_check.drivers import rtsp
from roomctl_av_check.talks import heads
from roomctl_av_check.talks import rtsp as talk

from roomctl.api.devices import CheckState, Fact, Reading, Secret
from roomctl.errors import BadInput, NotFound, RoomctlError
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators import Fault
from roomctl.testing.emulators.rtsp import PASSWORD, USER, RtspEmulator

pytest.importorskip("av")

KNOWN = Secret(USER, PASSWORD)
SECONDS = 0.25
"""A look that is as short as can be: each costs a process."""


@pytest.fixture
def offer(tmp_path):
    return rtsp.offer(lambda: tmp_path)


class TestRtsp(DeviceDriverContract):
    says: ClassVar = {"teach": "chair", "compare": "chair"}
    rounds = 3
    patience = 0.4

    @pytest.fixture
    def offer(self, tmp_path):
        return rtsp.offer(lambda: tmp_path)

    @pytest.fixture
    def emulator(self):
        return RtspEmulator(seconds=SECONDS)

    def read(self, offer, emulator, fault):
        """One look for all that ask only what it tells."""
        if fault not in self.told:
            self.told[fault] = super().read(offer, emulator, fault)
        return self.told[fault]

    told: ClassVar = {}


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Fault → its rows; taught the view without one, and asked for it."""
    folder = tmp_path_factory.mktemp("taught")
    offer = rtsp.offer(lambda: folder)
    faults = (Fault.NONE, Fault.FROZEN, Fault.BLACK, Fault.BLURRED, Fault.MOVED)

    async def with_fault(fault, work):
        emulator = RtspEmulator(seconds=SECONDS)
        async with emulator:
            await emulator.switch(fault)
            device = emulator.device()
            return await work(replace(device, options=offer.options(**device.options, preset="chair")))

    def act(name):
        return lambda device: offer.actions[name].act(device, KNOWN, "chair")

    async def rows(device):
        reading = await offer.read(device, KNOWN)
        return {row.check: row for row in offer.judge(device, reading)} | {"proof": reading.evidence[0]}

    async def run():
        assert (await with_fault(Fault.NONE, act("teach"))).done
        looks = [with_fault(fault, rows) for fault in faults]
        *told, elsewhere = await asyncio.gather(*looks, with_fault(Fault.MOVED, act("compare")))
        assert (elsewhere.asked, elsewhere.confirmed) == ("chair", "")
        return dict(zip(faults, told, strict=True))

    return asyncio.run(run())


def test_a_good_picture_is_good_in_all(seen):
    rows = seen[Fault.NONE]
    assert rows["proof"].content.startswith(b"\xff\xd8\xff")
    assert all(row.state is CheckState.OK for name, row in rows.items() if name != "proof")
    assert rows["rate"].value == pytest.approx(25, abs=0.5)
    assert rows["picture"].message == "320 × 180 h264"
    assert rows["match"].value > 0.95
    assert rows["picture"].evidence == rows["proof"].name


@pytest.mark.parametrize(
    ("fault", "check", "state"),
    [
        (Fault.FROZEN, "motion", CheckState.CRIT),
        (Fault.BLACK, "brightness", CheckState.CRIT),
        (Fault.BLURRED, "sharpness", CheckState.WARN),
        (Fault.MOVED, "match", CheckState.WARN),
    ],
)
def test_what_is_wrong_with_a_picture_is_that_row_and_no_other(seen, fault, check, state):
    rows = {name: row.state for name, row in seen[fault].items() if name != "proof"}
    assert rows[check] is state
    assert {name for name, one in rows.items() if one is not CheckState.OK} == {check}


def judged(offer, **facts):
    device = replace(RtspEmulator().device(), options=offer.options(preset="chair"))
    reading = Reading(facts=tuple(Fact(name, value) for name, value in facts.items()))
    return {row.check: row for row in offer.judge(device, reading)}


WELL = {"picture": True, "size": "1 × 1", "codec": "h264", "rate": 25.0, "brightness": 99, "sharpness": 9.0}


def test_whether_it_is_frozen_is_not_known_from_one_key_picture(offer):
    assert judged(offer, **WELL, keys=1)["motion"].state is CheckState.UNKNOWN
    assert judged(offer, **WELL, motion=0.0, keys=2)["motion"].state is CheckState.CRIT
    assert judged(offer, **WELL, motion=0.2, keys=2)["motion"].state is CheckState.OK


def test_no_picture_is_one_row_and_sharpness_of_another_view_is_not_compared(offer):
    assert {name: row.state for name, row in judged(offer, picture=False).items()} == {"picture": CheckState.CRIT}
    rows = judged(offer, **WELL, motion=1.0, keys=1, taught_sharpness=900.0, match=0.1)
    assert rows["sharpness"].state is CheckState.OK


def test_a_preset_has_a_name_that_is_a_file_and_was_taught(offer):
    device = replace(RtspEmulator().device(), options=offer.options())
    for action in offer.actions.values():
        with pytest.raises(BadInput, match="chair"):
            asyncio.run(action.act(device, Secret(), "../chair"))
    with pytest.raises(NotFound, match="teach"):
        asyncio.run(offer.actions["compare"].act(device, Secret(), "chair"))


def test_a_stream_that_brings_nothing_is_no_picture_and_a_wrong_path_is_named():
    async def run():
        emulator = RtspEmulator(user="")
        async with emulator:
            device = emulator.device()
            with pytest.raises(RoomctlError, match="path"):
                await talk.look(device, Secret(), "other", SECONDS)
            await emulator.switch(Fault.STALLED)
            return await talk.look(device, Secret(), "main", SECONDS, patience=0.5)

    assert not asyncio.run(run()).figures


def test_a_stream_that_hangs_is_given_up_with_its_process():
    async def run():
        emulator = RtspEmulator(user="")
        async with emulator:
            await emulator.switch(Fault.STALLED)
            others = set(psutil.Process().children())
            look = asyncio.ensure_future(talk.look(emulator.device(), Secret(), "main", SECONDS, patience=300))
            async with asyncio.timeout(60):
                while not emulator.open or not (children := set(psutil.Process().children()) - others):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0.3)  # it is wherever a child of that age is; each place has to do
            look.cancel()
            await asyncio.wait({look}, timeout=60)
            assert look.cancelled()
            return [one for one in children if one.is_running()]

    assert asyncio.run(run()) == []


@settings(max_examples=50)
@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda more: b"RTSP/1.0 200 OK\r\n" + more))
def test_any_answer_is_told_from_rtsp(came):
    async def greet():
        reader = asyncio.StreamReader()
        reader.feed_data(came)
        reader.feed_eof()
        with contextlib.suppress(RoomctlError):
            talk.accepted(await heads.head(reader, talk.BEGINS, "RTSP"))

    asyncio.run(greet())


@settings(max_examples=50)
@given(st.binary(max_size=80) | st.sampled_from([b"[]", b"{}", b'{"snapshot": "x"}', b'{"error": 1}', b"null"]))
def test_a_child_that_dies_half_way_is_an_error_without_the_password(said):
    with pytest.raises(RoomctlError) as told:
        talk.look_of(said, Secret(USER, PASSWORD))
    assert PASSWORD not in str(told.value)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_looks_again_and_again_leave_no_process_and_no_memory(offer):
    """Each look is a process of its own, which is gone with it: also where it hangs, or is refused."""
    emulator, process = RtspEmulator(seconds=SECONDS), psutil.Process()

    async def looks(count):
        device = replace(emulator.device(), options=offer.options.model_validate(emulator.device().options))
        for number in range(count):
            await emulator.switch((Fault.NONE, Fault.PASSWORD, Fault.STALLED)[number % 3])
            with contextlib.suppress(RoomctlError, TimeoutError, OSError):
                await asyncio.wait_for(offer.read(device, KNOWN), 3)

    async def soak():
        async with emulator:
            await looks(6)
            gc.collect()
            before = process.num_fds(), process.num_threads(), process.memory_info().rss
            await looks(30)
            gc.collect()
            return before, (process.num_fds(), process.num_threads(), process.memory_info().rss)

    before, after = asyncio.run(soak())
    print(json.dumps({"before": before, "after": after}))
    assert after[0] <= before[0]
    assert after[1] <= before[1]
    assert after[2] - before[2] < 8 << 20
    assert not [one for one in process.children(recursive=True) if "picture_child" in " ".join(one.cmdline())]
