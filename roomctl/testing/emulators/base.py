"""What every emulator has: a place where it listens, faults that can be switched while it runs, and counters."""

import asyncio
import hashlib
import random
import re
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar

from roomctl.domain.checks import Title
from roomctl.domain.devices import Device, Secret

T = TypeVar("T")

LOOPBACK = "127.0.0.1"
DELAY = 0.3
"""Seconds by which a slow device is late with each answer, where nobody says otherwise."""
RUBBISH_BYTES = 64
ENDLESS_BYTES = 4 << 20
"""What an endless answer ends at, if nobody hangs up: a broken driver fails its test and does not fill the memory."""


class Fault(StrEnum):
    """What is wrong with an emulated device."""

    NONE = "none"
    DEAD = "dead"
    """Nobody is at the address."""
    SILENT = "silent"
    """Takes the connection, and never answers."""
    RUBBISH = "rubbish"
    """Answers random bytes."""
    ENDLESS = "endless"
    """Answers, and never comes to an end of it."""
    HALF = "half"
    """Half of an answer, then it hangs up."""
    SLOW = "slow"
    """Each answer is late by `delay`."""
    LOST = "lost"
    """The first packet of each talk is lost; only where the protocol loses packets."""
    MUTATED = "mutated"
    """Answers with a few bytes changed, left out, doubled or put in; by `seed`."""
    OTHER = "other"
    """Answers for another than was asked."""
    STANDBY = "standby"
    """Sleeps, as such devices do."""
    VERSION = "version"
    """Speaks another version of its protocol than before, as after a new firmware or a reset."""
    PASSWORD = "password"  # noqa: S105 - the name of a fault
    """Wants another password than its inventory entry gives."""
    STALLED = "stalled"
    """Talks, but its stream brings nothing."""
    FROZEN = "frozen"
    """Sends the same picture again and again."""
    BLACK = "black"
    """Sends a black picture."""
    BLURRED = "blurred"
    """Sends a picture that is out of focus."""
    MOVED = "moved"
    """Looks elsewhere."""


ANSWERS = frozenset({Fault.NONE, Fault.SLOW, Fault.LOST, Fault.STANDBY})
"""With these a reading is a good one."""

_BY_TRANSPORT = frozenset({Fault.NONE, Fault.DEAD, Fault.SILENT, Fault.RUBBISH, Fault.SLOW, Fault.MUTATED})


class Emulator(ABC):
    """One emulated device.

    Attributes:
        kind: of its driver. title, group: of its inventory entry.
        faults: those that this kind can have.
        delay: seconds by which it is late while `Fault.SLOW`. seed: of what is random.
        open: connections that stand now. logins: attempts to sign on, good or bad.

    """

    kind: ClassVar[str]
    title: ClassVar[Title]
    group: ClassVar[str] = ""
    faults: ClassVar[frozenset[Fault]] = _BY_TRANSPORT

    def __init__(self) -> None:
        self.fault = Fault.NONE
        self.delay = DELAY
        self.seed = 0
        self.host, self.port = LOOPBACK, 0
        self.open = self.logins = 0

    async def start(self, host: str = LOOPBACK, port: int = 0) -> None:
        """Listens from now on; port 0 takes a free one."""
        self.host, self.port = host, port
        await self.listen()

    async def switch(self, fault: Fault, *, delay: float = DELAY, seed: int = 0) -> None:
        """From now on this is wrong with it. A dead one keeps its port, and listens again with the next fault."""
        was, self.fault, self.delay, self.seed = self.fault, fault, delay, seed
        if fault is Fault.DEAD:
            await self.stop()
        elif was is Fault.DEAD:
            await self.listen()

    @abstractmethod
    async def listen(self) -> None:
        """Binds `host` and `port`, and sets `port` to what it became."""

    @abstractmethod
    async def stop(self) -> None:
        """Hangs up on everybody, and listens no more. Idempotent."""

    async def __aenter__(self) -> Self:
        """Listens on a free port, for as long as the block lasts."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def options(self) -> Mapping[str, Any]:
        """What its inventory entry says under `options`."""
        return {}

    def secret(self) -> Secret | None:
        """What the inventory's owner knows of it."""
        return None

    def device(self, **changes: Any) -> Device:
        """Its inventory entry."""
        told = {
            "id": self.kind,
            "kind": self.kind,
            "title": self.title,
            "group": self.group,
            "address": self.host,
            "port": self.port or None,
            "options": dict(self.options()),
            "secret": self.kind if self.secret() else "",
        }
        return Device(**{**told, **changes})

    async def spoil(self, answer: bytes) -> list[bytes] | None:
        """What is sent in place of an answer, piece by piece; None where nothing is, and the talk ends."""
        dice = random.Random(f"{self.seed}{len(answer)}")  # noqa: S311 - rubbish that comes again the same
        match self.fault:
            case Fault.SILENT:
                return []
            case Fault.RUBBISH:
                return [dice.randbytes(RUBBISH_BYTES)]
            case Fault.HALF:
                return [answer[: len(answer) // 2]]
            case Fault.MUTATED:
                return [mutated(answer, dice)]
            case Fault.SLOW:
                await asyncio.sleep(self.delay)
        return [answer]


def mutated(answer: bytes, dice: random.Random) -> bytes:
    """The same bytes with one to three changes."""
    made = bytearray(answer)
    for _ in range(dice.randint(1, 3)):
        place = dice.randint(0, max(len(made) - 1, 0))
        match dice.randint(0, 3):
            case 0 if made:
                made[place] = dice.randint(0, 255)
            case 1:
                del made[place : place + dice.randint(1, 4)]
            case 2:
                made[place:place] = dice.randbytes(dice.randint(1, 4))
            case _:
                made[place:place] = made[place : place + 4]
    return bytes(made)


class Line:
    """The emulator's end of one connection."""

    def __init__(self, emulator: Emulator, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._emulator, self._writer, self.reader = emulator, writer, reader

    async def send(self, answer: bytes) -> None:
        """The answer, or what the fault makes of it. Raises: ConnectionError, where the talk is over."""
        if self._emulator.fault is Fault.ENDLESS:
            sent = 0
            while sent < ENDLESS_BYTES:
                self._writer.write(b"\xfe" * 1024)
                await self._writer.drain()
                sent += 1024
            raise ConnectionAbortedError
        pieces = await self._emulator.spoil(answer)
        for piece in pieces or ():
            self._writer.write(piece)
            await self._writer.drain()
        if self._emulator.fault is Fault.HALF:
            raise ConnectionAbortedError

    async def stream(self, data: bytes) -> None:
        """What nobody asked for just now, such as a piece of a stream; with bytes changed where the fault does so."""
        mutate = self._emulator.fault is Fault.MUTATED
        for piece in (await self._emulator.spoil(data) or ()) if mutate else (data,):
            self._writer.write(piece)
        await self._writer.drain()


class TcpEmulator(Emulator):
    """Listens on TCP; a kind writes `talk`."""

    faults: ClassVar[frozenset[Fault]] = _BY_TRANSPORT | {Fault.ENDLESS, Fault.HALF}

    def __init__(self) -> None:
        super().__init__()
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.StreamWriter] = set()
        self._quiet: asyncio.Event | None = None

    @abstractmethod
    async def talk(self, line: Line) -> None:
        """One connection, until it returns or the other end hangs up."""

    async def listen(self) -> None:
        self._quiet = asyncio.Event()  # of this loop
        self._quiet.set()
        self._server = await asyncio.start_server(self._accept, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        await asyncio.sleep(0.01)  # who was being let in just now is in, and can be shown out
        for writer in list(self._talks):
            writer.transport.abort()
        await server.wait_closed()
        await self.quiet()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        quiet = self._quiet or asyncio.Event()
        self._talks.add(writer)
        quiet.clear()
        self.open += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self.talk(Line(self, reader, writer))
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            self.open -= 1
            self._talks.discard(writer)
            if not self._talks:
                quiet.set()

    async def quiet(self) -> None:
        """Waits until nobody is connected."""
        if self._quiet is not None:
            await self._quiet.wait()


class UdpEmulator(Emulator):
    """Listens on UDP; a kind writes `answer`."""

    faults: ClassVar[frozenset[Fault]] = _BY_TRANSPORT | {Fault.LOST}

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[bytes] = []
        self._transport: asyncio.DatagramTransport | None = None
        self._work: set[asyncio.Task[None]] = set()
        self._met: set[Any] = set()

    @abstractmethod
    def answer(self, packet: bytes) -> bytes | Sequence[bytes] | None:
        """To one packet, one or several; None says nothing."""

    async def listen(self) -> None:
        emulator = self

        class Protocol(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: Any) -> None:
                emulator._receive(data, addr)

        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(Protocol, local_addr=(self.host, self.port))
        self.port = self._transport.get_extra_info("sockname")[1]

    async def stop(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        for task in self._work:
            task.cancel()
        await asyncio.sleep(0)

    def _receive(self, packet: bytes, sender: Any) -> None:
        self.heard.append(packet)
        if self.fault is Fault.LOST and not self._met:
            self._met.add(sender)
            return
        self._met.clear()
        answers = self.answer(packet)
        if answers is not None:
            several = [answers] if isinstance(answers, bytes) else answers
            task = asyncio.get_running_loop().create_task(self._send(several, sender))
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    async def _send(self, answers: Sequence[bytes], receiver: Any) -> None:
        for answer in answers:
            for piece in await self.spoil(answer) or ():
                if self._transport is not None:
                    self._transport.sendto(piece, receiver)


class Running:
    """Emulators that run in a thread of their own, for whoever is not asynchronous: `with Running(one, two): …`."""

    def __init__(self, *emulators: Emulator) -> None:
        self.emulators = emulators
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="emulators", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        for emulator in self.emulators:
            self.do(emulator.start())
        return self

    def __exit__(self, *_: object) -> None:
        for emulator in self.emulators:
            self.do(emulator.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Does it in the emulators' loop, and waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


def digest_fits(told: str, method: str, user: str, password: str, nonce: str) -> bool:
    """Whether an Authorization header proves the password: MD5, with or without quality (RFC 7616, 3.4)."""

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - the protocol's own

    fields = {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', told)}
    between = f":{fields['nc']}:{fields.get('cnonce')}:{fields['qop']}:" if {"nc", "qop"} <= fields.keys() else ":"
    one, two = md5(f"{user}:{fields.get('realm')}:{password}"), md5(f"{method}:{fields.get('uri')}")
    return fields.get("username") == user and fields.get("response") == md5(f"{one}:{nonce}{between}{two}")


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """One that nobody has just now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
