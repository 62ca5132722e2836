# ruff: noqa: ARG002, S106, ASYNC251 - what a broken driver does
"""One driver that keeps its word, and one for each way of breaking it, against a lamp that talks in lines."""

import asyncio
import contextlib
import itertools
import time
from typing import ClassVar

import pytest

from roomctl.api.devices import (
    ActionOffer,
    CheckState,
    Deed,
    DriverOffer,
    Fact,
    Garbled,
    LoginRefused,
    NoOptions,
    Quantity,
    Reading,
    Result,
    Secret,
    Silent,
    garbled,
)
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators import Fault, TcpEmulator


class LampEmulator(TcpEmulator):
    kind, title = "lamp", ("灯", "Lamp")
    faults = TcpEmulator.faults | {Fault.OTHER, Fault.STANDBY, Fault.PASSWORD, Fault.VERSION}
    level = "80"

    def secret(self):
        return Secret(password="geheim")

    async def talk(self, line):
        while True:
            asked = (await line.reader.readuntil(b"\r")).decode().rstrip("\r")
            name, _, told = asked.partition(" ")
            await line.send(self._answer(name, told).encode() + b"\r")

    def _answer(self, name, told):
        if name == "PASS":
            self.logins += 1
            return "OK" if told == "geheim" and self.fault is not Fault.PASSWORD else "NO"
        if name == "DIM":
            self.level = told
            return "OK"
        if self.fault is Fault.OTHER:
            return "COLOUR 80"
        if self.fault is Fault.VERSION:
            return "LUX 240"
        return "LEVEL -" if self.fault is Fault.STANDBY else f"LEVEL {self.level}"


class Lamp:
    """Signs on, asks, hangs up."""

    values: ClassVar = {"level": Quantity(("亮度", "Level"), "%")}
    title = ("灯", "Lamp")
    rounds = 5  # of answers with bytes changed

    def offer(self):
        order = ActionOffer(title=("调光", "Dim"), act=self.dim, arguments={"50": ("一半", "Half")})
        return DriverOffer(
            kind="lamp",
            title=self.title,
            values=self.values,
            read=self.read,
            judge=self.judge,
            options=NoOptions,
            actions={"dim": order},
        )

    async def read(self, device, secret):
        async with self.line(device, secret) as ask:
            return self.reading(await ask("LEVEL?"))

    def reading(self, answer):
        name, _, level = answer.partition(" ")
        if name != "LEVEL" or not (level == "-" or (level.isdecimal() and int(level) <= 100)):
            raise garbled(answer, "LEVEL")
        return Reading(facts=(Fact("level", level),), standby=level == "-")

    def judge(self, device, reading):
        yield Result(device=device.id, check="level", state=CheckState.OK, message=f"{reading['level']} %")

    async def dim(self, device, secret, wanted):
        async with self.line(device, secret) as ask:
            await ask(f"DIM {wanted}")
            return Deed(wanted, (await ask("LEVEL?")).removeprefix("LEVEL "))

    @contextlib.asynccontextmanager
    async def line(self, device, secret):
        reader, writer = await asyncio.open_connection(device.address, device.port, limit=1024)

        async def ask(words):
            writer.write(words.encode() + b"\r")
            try:
                return (await reader.readuntil(b"\r")).decode("ascii").rstrip("\r")
            except asyncio.IncompleteReadError as error:
                raise Silent(f"hung up after {error.partial!r}") from None
            except (asyncio.LimitOverrunError, UnicodeDecodeError) as error:
                raise garbled(str(error), "LEVEL") from None

        try:
            await self.sign_on(ask, secret)
            yield ask
        finally:
            self.hang_up(writer)

    async def sign_on(self, ask, secret):
        answer = await ask(f"PASS {secret.password}")
        if answer == "NO":
            raise LoginRefused("the password is refused")
        if answer != "OK":
            raise garbled(answer, "LEVEL")

    def hang_up(self, writer):
        writer.transport.abort()


class InventsFacts(Lamp):
    def reading(self, answer):
        return Reading(facts=(Fact("colour", "red"), *super().reading(answer).facts))


class HasNoTitle(Lamp):
    title = ("灯", "")


class JudgesByCounting(Lamp):
    count = itertools.count()

    def judge(self, device, reading):
        yield Result(device=device.id, check="level", state=CheckState.OK, message=f"look {next(self.count)}")


class GivesNoHint(Lamp):
    def judge(self, device, reading):
        state = CheckState.OK if reading["level"] in {"80", "50", "-"} else CheckState.WARN
        yield Result(device=device.id, check="level", state=state, message="dim")

    def reading(self, answer):
        return Reading(facts=(Fact("level", answer.partition(" ")[2]),), standby=answer.endswith("-"))


class BelievesAnybody(Lamp):
    def reading(self, answer):
        return Reading(facts=(Fact("level", answer.rpartition(" ")[2]),), standby=answer.endswith("-"))


class StumblesOverRubbish(Lamp):
    def reading(self, answer):
        level = answer.removeprefix("LEVEL ")
        return Reading(facts=(Fact("level", level if level == "-" else int(level)),), standby=level == "-")


class IsWellWhateverComes(Lamp):
    async def read(self, device, secret):
        with contextlib.suppress(Silent):
            return await super().read(device, secret)
        return Reading(facts=(Fact("level", "80"),))


class TakesSleepForAFault(Lamp):
    def judge(self, device, reading):
        state = CheckState.CRIT if reading.standby else CheckState.OK
        yield Result(device=device.id, check="level", state=state, message="dark", hint="switch it on")


class BearsAGrudge(Lamp):
    spoilt = False

    async def read(self, device, secret):
        if self.spoilt:
            raise Silent("it spoke otherwise once")
        try:
            return await super().read(device, secret)
        except Garbled:
            self.spoilt = True
            raise


class TriesAgainAndAgain(Lamp):
    async def sign_on(self, ask, secret):
        for _ in range(3):
            with contextlib.suppress(LoginRefused):
                return await super().sign_on(ask, secret)
        raise LoginRefused("the password is refused")


class TellsThePassword(Lamp):
    values: ClassVar = {**Lamp.values, "login": Quantity(("登录", "Login"))}

    async def read(self, device, secret):
        reading = await super().read(device, secret)
        return Reading(facts=(*reading.facts, Fact("login", secret.password)), standby=reading.standby)


class LeavesItsSocketOpen(Lamp):
    open: ClassVar = []

    def hang_up(self, writer):
        self.open.append(writer)


class GoesOnWhenCancelled(Lamp):
    rounds = 1

    async def read(self, device, secret):
        try:
            return await super().read(device, secret)
        except asyncio.CancelledError:
            await asyncio.sleep(1.2)
            raise


class KeepsTheLoop(Lamp):
    rounds = 1

    async def read(self, device, secret):
        time.sleep(0.35)
        return await super().read(device, secret)


class BelievesItself(Lamp):
    async def dim(self, device, secret, wanted):
        with contextlib.suppress(OSError):
            return await super().dim(device, secret, wanted)
        return Deed(wanted, wanted)


class DoesNotDoIt(Lamp):
    async def dim(self, device, secret, wanted):
        async with self.line(device, secret) as ask:
            return Deed(wanted, (await ask("LEVEL?")).removeprefix("LEVEL "))


def suite(kind):
    class Suite(DeviceDriverContract):
        patience = 0.2
        rounds = kind.rounds

        @pytest.fixture
        def offer(self):
            return kind().offer()

        @pytest.fixture
        def emulator(self):
            return LampEmulator()

    return Suite


TestLamp = suite(Lamp)
TestInventsFacts = suite(InventsFacts)
TestHasNoTitle = suite(HasNoTitle)
TestJudgesByCounting = suite(JudgesByCounting)
TestGivesNoHint = suite(GivesNoHint)
TestBelievesAnybody = suite(BelievesAnybody)
TestStumblesOverRubbish = suite(StumblesOverRubbish)
TestIsWellWhateverComes = suite(IsWellWhateverComes)
TestTakesSleepForAFault = suite(TakesSleepForAFault)
TestBearsAGrudge = suite(BearsAGrudge)
TestTriesAgainAndAgain = suite(TriesAgainAndAgain)
TestTellsThePassword = suite(TellsThePassword)
TestLeavesItsSocketOpen = suite(LeavesItsSocketOpen)
TestGoesOnWhenCancelled = suite(GoesOnWhenCancelled)
TestKeepsTheLoop = suite(KeepsTheLoop)
TestBelievesItself = suite(BelievesItself)
TestDoesNotDoIt = suite(DoesNotDoIt)
