"""What every driver must do: tried against an emulator of its device, well and with each of its faults."""

import asyncio
import contextlib
import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import psutil
import pytest
from pydantic import BaseModel

from roomctl.api import RoomctlError
from roomctl.api.devices import (
    CheckState,
    Deed,
    Device,
    DriverOffer,
    Garbled,
    LoginRefused,
    Reading,
    Result,
    Secret,
    Silent,
    Unreachable,
)
from roomctl.domain.devices import NO_SECRET
from roomctl.testing.emulators import Emulator, Fault
from roomctl.testing.emulators.base import ANSWERS

T = TypeVar("T")

LONGEST = 60.0
"""Seconds; no technician waits longer for one device before a meeting."""
PROMPT = 1.0
"""Seconds in which a cancelled talk has ended, and its sockets are closed."""
STEP = 0.3
"""Seconds that a driver may keep the loop to itself: all devices of the room are talked to in it."""
TRIES = 3
"""Reads of which one has to leave the loop alone: a busy machine makes it stand too, but not each time."""
ROUNDS = 40
"""Of changed answers."""
ROUND = 0.25
"""Seconds for one of them: many leave the driver waiting for what never comes."""

VAIN = frozenset({Fault.SILENT, Fault.RUBBISH, Fault.ENDLESS})
"""With these a read may wait for what never comes."""
AMPLE = 15.0
"""Seconds for a read that has something to wait for."""

TOLD = (RoomctlError, OSError, TimeoutError)
"""What a read may raise; anything else is a driver that does not understand its own protocol."""


async def read_with_answers_changed(
    offer: DriverOffer, emulator: Emulator, device: Device, secret: Secret, rounds: int = ROUNDS
) -> list[Reading]:
    """Reads so many times from a device whose answers have bytes changed; the readings that it gave all the same.

    Raises: what no read may raise, with the seed that makes it again.
    """
    given = []
    for seed in range(rounds):
        await emulator.switch(Fault.MUTATED, seed=seed)
        try:
            async with asyncio.timeout(ROUND):
                given.append(await offer.read(device, secret))
        except TOLD:
            continue
        except Exception as error:
            raise AssertionError(f"{type(error).__name__} with answers changed by seed {seed}: {error}") from error
    return given


class DeviceDriverContract:
    """Give it fixtures `offer` and `emulator` (not started).

    Attributes:
        says: action → an argument that its emulator takes, for actions with a free one.
        patience: seconds that a read is given where nothing, or rubbish, comes; where it has to come to its end, it
            is given longer, so that a busy machine is no broken driver.
        rounds: of answers with bytes changed.

    """

    says: ClassVar[dict[str, str]] = {}
    patience: ClassVar[float] = 1.0
    rounds: ClassVar[int] = ROUNDS

    @pytest.fixture
    def offer(self) -> DriverOffer:
        raise LookupError("give a fixture `offer`")

    @pytest.fixture
    def emulator(self) -> Emulator:
        raise LookupError("give a fixture `emulator`")

    def device_of(self, offer: DriverOffer, emulator: Emulator) -> Device:
        """As a driver is given it: with a port and its options checked."""
        device = emulator.device()
        return replace(device, options=offer.options.model_validate(device.options))

    # --- what is offered

    def test_it_says_what_it_is(self, offer: DriverOffer) -> None:
        assert offer.kind, "a driver has a kind"
        assert offer.kind.isascii(), f"{offer.kind!r} is not ASCII"
        assert all(offer.title), "a title in both languages"
        assert 0 < offer.deadline <= LONGEST, f"deadline {offer.deadline} s"
        assert issubclass(offer.options, BaseModel), "options are a pydantic model"
        assert offer.options.model_config.get("extra") == "forbid", "an unknown option is to be told of"
        for name, value in offer.values.items():
            assert all(value.title), f"{name}: a title in both languages"
        for name, action in offer.actions.items():
            assert all(action.title), f"{name}: a title in both languages"

    # --- a device that is well

    def test_it_reads_what_it_says_and_nothing_else(self, offer: DriverOffer, emulator: Emulator) -> None:
        reading = self.read(offer, emulator, Fault.NONE)
        assert reading.facts or reading.evidence, "a reading has facts"
        names = [fact.name for fact in reading.facts]
        assert len(names) == len(set(names)), f"a fact twice: {names}"
        assert not set(names) - set(offer.values), f"not among its values: {set(names) - set(offer.values)}"

    def test_it_judges_in_full_and_the_same_again(self, offer: DriverOffer, emulator: Emulator) -> None:
        reading = self.read(offer, emulator, Fault.NONE)
        device = self.device_of(offer, emulator)
        results = list(offer.judge(device, reading))
        assert results, "a device that answered has a result"
        assert results == list(offer.judge(device, reading)), "the same reading gives the same results"
        _well_formed(offer, device, results)
        bad = [one for one in results if not one.state.quiet]
        assert not bad, f"the emulator is well, and yet: {bad}"

    def test_it_may_be_read_again(self, offer: DriverOffer, emulator: Emulator) -> None:
        first, second = self.read(offer, emulator, Fault.NONE), self.read(offer, emulator, Fault.NONE)
        assert {fact.name for fact in first.facts} == {fact.name for fact in second.facts}

    def test_it_leaves_the_loop_to_others(self, offer: DriverOffer, emulator: Emulator) -> None:
        async def stood(device: Device, secret: Secret) -> float:
            """Seconds of the longest stand of the loop during a read."""
            longest, clock = 0.0, asyncio.get_running_loop().time

            async def watch() -> None:
                nonlocal longest
                while True:
                    before = clock()
                    await asyncio.sleep(0.01)
                    longest = max(longest, clock() - before)

            watching = asyncio.create_task(watch())
            await asyncio.sleep(0.02)  # it is looking by now
            await self.once(offer, device, secret, Fault.SILENT)  # as long as it takes a while
            await asyncio.sleep(0.02)  # the watch, too, has had its turn
            watching.cancel()
            return longest

        self.read(offer, emulator, Fault.NONE)  # what is imported at the first read is not counted
        longest = STEP
        for _ in range(TRIES):  # another program may have kept the machine: one good try is enough
            longest = min(longest, self.with_emulator(offer, emulator, Fault.SLOW, stood))
            if longest < STEP:
                break
        assert longest < STEP, "the loop stood for too long each time"

    # --- a device that is not

    def test_nobody_at_the_address_is_told(self, offer: DriverOffer, emulator: Emulator) -> None:
        self.can_have(emulator, Fault.DEAD)
        self.fails(offer, emulator, Fault.DEAD, Unreachable, OSError, TimeoutError)

    def test_one_that_never_answers_is_given_up(self, offer: DriverOffer, emulator: Emulator) -> None:
        self.can_have(emulator, Fault.SILENT)
        self.fails(offer, emulator, Fault.SILENT, Silent, Unreachable, OSError, TimeoutError)

    @pytest.mark.parametrize("fault", [Fault.RUBBISH, Fault.ENDLESS, Fault.OTHER])
    def test_what_is_not_its_protocol_is_told(self, offer: DriverOffer, emulator: Emulator, fault: Fault) -> None:
        self.can_have(emulator, fault)
        self.fails(offer, emulator, fault, Garbled, Silent, OSError, TimeoutError)

    def test_half_an_answer_is_told(self, offer: DriverOffer, emulator: Emulator) -> None:
        self.can_have(emulator, Fault.HALF)
        self.fails(offer, emulator, Fault.HALF, Silent, Garbled, Unreachable, OSError, TimeoutError)

    def test_answers_with_bytes_changed_never_confuse_it(self, offer: DriverOffer, emulator: Emulator) -> None:
        self.can_have(emulator, Fault.MUTATED)

        async def fuzz(device: Device, secret: Secret) -> list[Reading]:
            return await read_with_answers_changed(offer, emulator, device, secret, self.rounds)

        device = self.device_of(offer, emulator)
        for reading in self.with_emulator(offer, emulator, Fault.NONE, fuzz):
            _well_formed(offer, device, list(offer.judge(device, reading)))

    def test_another_version_of_its_protocol_is_read_or_told(self, offer: DriverOffer, emulator: Emulator) -> None:
        """Between two reads: a driver keeps nothing of what a device could do before."""
        self.can_have(emulator, Fault.VERSION)

        async def turned(device: Device, secret: Secret) -> list[Reading]:
            given = []
            for fault in (Fault.NONE, Fault.VERSION, Fault.NONE):
                await emulator.switch(fault)
                try:
                    given.append(await self.patiently(offer.read(device, secret)))
                except (Garbled, Silent):
                    assert fault is Fault.VERSION, "it is as it was, and cannot be read any more"
            return given

        device = self.device_of(offer, emulator)
        readings = self.with_emulator(offer, emulator, Fault.NONE, turned)
        for reading in readings:
            names = {fact.name for fact in reading.facts}
            assert names <= set(offer.values), f"not among its values: {names - set(offer.values)}"
            _well_formed(offer, device, list(offer.judge(device, reading)))
        first, last = readings[0], readings[-1]
        assert {one.name for one in first.facts} == {one.name for one in last.facts}, "it is as it was"

    def test_standby_is_a_fact_and_no_fault(self, offer: DriverOffer, emulator: Emulator) -> None:
        self.can_have(emulator, Fault.STANDBY)
        reading = self.read(offer, emulator, Fault.STANDBY)
        assert reading.standby, "a sleeping device is told by `standby`"
        bad = [one for one in offer.judge(self.device_of(offer, emulator), reading) if one.state is not CheckState.OK]
        assert not bad, f"asleep is no fault: {bad}"

    def test_a_lost_packet_is_borne(self, offer: DriverOffer, emulator: Emulator) -> None:
        self.can_have(emulator, Fault.LOST)
        assert offer.lossy, "a protocol that loses packets is offered as lossy"

        async def twice(device: Device, secret: Secret) -> Reading:
            try:
                return await self.patiently(offer.read(device, secret), Fault.SILENT)
            except (Silent, Unreachable, OSError, TimeoutError):
                return await self.patiently(offer.read(device, secret))

        assert self.with_emulator(offer, emulator, Fault.LOST, twice).facts

    def test_a_wrong_password_is_told_and_tried_once(self, offer: DriverOffer, emulator: Emulator) -> None:
        self.can_have(emulator, Fault.PASSWORD)
        if emulator.secret() is None:
            pytest.skip("it wants no password")
        said = self.fails(offer, emulator, Fault.PASSWORD, LoginRefused)
        assert emulator.logins == 1, f"{emulator.logins} attempts to sign on: some devices lock after a few"
        secret = emulator.secret()
        assert secret is not None, "an emulator that wants a password has one"
        assert secret.password not in said, "a password stands in an error"

    def test_a_password_is_in_no_result(self, offer: DriverOffer, emulator: Emulator) -> None:
        secret = emulator.secret()
        if secret is None:
            pytest.skip("it wants no password")
        reading = self.read(offer, emulator, Fault.NONE)
        told = f"{reading} {list(offer.judge(self.device_of(offer, emulator), reading))}"
        assert secret.password not in told

    def test_a_cancel_ends_it_and_leaves_no_socket(self, offer: DriverOffer, emulator: Emulator) -> None:
        async def cancelled(device: Device, secret: Secret) -> tuple[float, int, int]:
            before = psutil.Process().num_fds()
            clock = asyncio.get_running_loop().time
            longest = 0.0
            for _ in range(3):
                talk = asyncio.ensure_future(offer.read(device, secret))
                await asyncio.sleep(0.05)
                at = clock()
                talk.cancel()
                await asyncio.wait({talk}, timeout=2 * PROMPT)
                longest = max(longest, clock() - at)
                if talk.done() and not talk.cancelled():
                    talk.exception()
            return longest, before, await _settled(before)

        fault = Fault.SILENT if Fault.SILENT in emulator.faults else Fault.NONE
        longest, before, after = self.with_emulator(offer, emulator, fault, cancelled)
        assert longest <= PROMPT, f"cancelled, it went on for {longest:.1f} s"
        assert after <= before, f"{after - before} handles more after three cancelled reads"

    @pytest.mark.parametrize("fault", [Fault.NONE, Fault.HALF, Fault.RUBBISH, Fault.PASSWORD])
    def test_nothing_is_left_open(self, offer: DriverOffer, emulator: Emulator, fault: Fault) -> None:
        self.can_have(emulator, fault)

        async def often(device: Device, secret: Secret) -> tuple[int, int]:
            await self.once(offer, device, secret, fault)  # what the first read opens for good is not counted
            await asyncio.sleep(0.02)
            first = psutil.Process().num_fds()
            await self.once(offer, device, secret, fault)
            return first, await _settled(first)

        first, last = self.with_emulator(offer, emulator, fault, often)
        assert last <= first, f"{last - first} handles more after one more read"

    # --- orders

    def test_an_order_is_read_back(self, offer: DriverOffer, emulator: Emulator) -> None:
        for name, action in offer.actions.items():
            arguments = [*action.arguments] or [self.says.get(name, "")]
            assert arguments != [""] or not any(action.takes), f"say what {name} is tried with: `says`"
            for argument in arguments:

                async def order(device: Device, secret: Secret, act: Any = action.act, told: str = argument) -> Deed:
                    return await act(device, secret, told)  # type: ignore[no-any-return]

                fresh = copy.deepcopy(emulator)  # the order before may have switched it off
                deed = self.with_emulator(offer, fresh, Fault.NONE, order)
                assert deed.asked, f"{name}: what was asked"
                assert deed.done, f"{name} {argument}: asked {deed.asked}, confirmed {deed.confirmed}"

    def test_an_order_to_nobody_is_told(self, offer: DriverOffer, emulator: Emulator) -> None:
        self.can_have(emulator, Fault.DEAD)
        for name, action in offer.actions.items():
            argument = next(iter(action.arguments), self.says.get(name, ""))

            async def order(device: Device, secret: Secret, act: Any = action.act, told: str = argument) -> Deed:
                return await self.patiently(act(device, secret, told))

            try:
                deed = self.with_emulator(offer, emulator, Fault.DEAD, order)
            except TOLD:
                continue
            assert deed.confirmed is None, f"{name}: nobody is there, and yet {deed.confirmed!r} is confirmed"

    # --- how it is tried

    def can_have(self, emulator: Emulator, fault: Fault) -> None:
        """Skips, where this kind of device cannot have that fault."""
        if fault not in emulator.faults:
            pytest.skip(f"no {fault} with this kind of device")

    async def patiently(self, work: Awaitable[T], fault: Fault = Fault.NONE) -> T:
        async with asyncio.timeout(self.patience if fault in VAIN else AMPLE):
            return await work

    async def once(self, offer: DriverOffer, device: Device, secret: Secret, fault: Fault) -> None:
        with contextlib.suppress(*TOLD):
            await self.patiently(offer.read(device, secret), fault)

    def read(self, offer: DriverOffer, emulator: Emulator, fault: Fault) -> Reading:
        """One read with this fault, which is none that keeps it from answering."""
        assert fault in ANSWERS
        reading = self.with_emulator(
            offer, emulator, fault, lambda device, secret: self.patiently(offer.read(device, secret))
        )
        assert isinstance(reading, Reading), f"{reading!r} is no Reading"
        return reading

    def fails(self, offer: DriverOffer, emulator: Emulator, fault: Fault, *kinds: type[Exception]) -> str:
        """One read with this fault raises one of these, soon; what it says."""

        async def work(device: Device, secret: Secret) -> str:
            try:
                reading = await self.patiently(offer.read(device, secret), fault)
            except kinds as error:
                return f"{error} {error!r}"
            except Exception as error:
                raise AssertionError(f"{fault}: {type(error).__name__} is none of those: {error}") from error
            raise AssertionError(f"{fault}: and yet {reading}")

        return self.with_emulator(offer, emulator, fault, work)

    def with_emulator(
        self,
        offer: DriverOffer,
        emulator: Emulator,
        fault: Fault,
        work: Callable[[Device, Secret], Awaitable[T]],
    ) -> T:
        """Starts the emulator, switches the fault, does the work in the same loop, and stops the emulator."""

        async def run() -> T:
            async with _started(emulator):
                device = self.device_of(offer, emulator)
                await emulator.switch(fault)
                return await work(device, emulator.secret() or NO_SECRET)

        return asyncio.run(run())


@contextlib.asynccontextmanager
async def _started(emulator: Emulator) -> AsyncIterator[None]:
    async with emulator:
        yield
        emulator.fault = Fault.NONE


async def _settled(wanted: int) -> int:
    """Handles of this process, once what was closed is gone, or after half a second."""
    for _ in range(50):
        if (count := psutil.Process().num_fds()) <= wanted:
            break
        await asyncio.sleep(0.01)
    return count


def _well_formed(offer: DriverOffer, device: Device, results: list[Result]) -> None:
    names = [one.check for one in results]
    assert len(names) == len(set(names)), f"a check twice: {names}"
    for one in results:
        assert isinstance(one, Result), f"{one!r} is no Result"
        assert one.device == device.id, f"{one.check}: of {one.device!r}, not of {device.id!r}"
        assert one.check in offer.values, f"{one.check} is not among its values"
        assert one.message, f"{one.check}: says nothing"
        assert "\n" not in one.message, f"{one.check}: more than one line"
        assert isinstance(one.value, float | int | str | bool | None), f"{one.check}: {one.value!r}"
        assert one.state is not CheckState.WAIVED, "WAIVED is a person's word"
        assert one.hint or one.state not in {CheckState.WARN, CheckState.CRIT}, f"{one.check}: {one.state}, no hint"
