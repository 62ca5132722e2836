"""A broker (MQTT 3.1.1, OASIS 2014) with a sensor and two relays behind it, of which it holds the last words."""

import json
import struct
import time
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from roomctl.domain.devices import Secret
from roomctl.testing.emulators.base import Fault, Line, TcpEmulator

USER, PASSWORD = "room", "ask-the-broker"
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 13, 14
"""Types of packets (2.2.1)."""
LEVEL = 4
"""Of the protocol (3.1.2.2)."""
NO_LEVEL, BAD_USER = 1, 4
"""Return codes (3.2.2.3)."""
REFUSED = 0x80
"""Of a subscription (3.9.3)."""
RETAINED = 0x01
LONGEST = 65_536


class MqttEmulator(TcpEmulator):
    """Takes user and password, subscriptions without wildcards, and messages of quality 0 and 1.

    Attributes:
        held: topic → payload; a relay's state follows its orders.
        deaf: the relays do not hear.

    """

    kind: ClassVar[str] = "mqtt"
    title = ("环境传感器（MQTT）", "Sensors (MQTT)")
    group = "环境"
    faults = TcpEmulator.faults | {Fault.OTHER, Fault.PASSWORD}

    def __init__(self, *, user: str = USER, password: str = PASSWORD) -> None:
        super().__init__()
        self.user, self.password = user, password
        self.deaf = False
        self.held = {
            "hall/air": json.dumps({"temperature": 22.4, "co2": 655, "seen": time.time()}).encode(),
            "hall/humidity": b"47.5",
            "hall/status": b"online",
            "hall/lamp": b"ON",
            "hall/fan": b'{"state": "OFF"}',
        }

    def secret(self) -> Secret | None:
        return Secret(user=self.user, password=self.password) if self.user else None

    def options(self) -> Mapping[str, Any]:
        return {
            "temperature": {"topic": "hall/air", "key": "temperature", "time": "seen"},
            "co2": {"topic": "hall/air", "key": "co2"},
            "humidity": {"topic": "hall/humidity"},
            "available": {"topic": "hall/status"},
            "relays": {
                "lamp": {"state": {"topic": "hall/lamp"}, "command": "hall/lamp/set"},
                "fan": {"state": {"topic": "hall/fan", "key": "state"}, "command": "hall/fan/set"},
            },
        }

    async def talk(self, line: Line) -> None:
        kind, _, body = await _packet(line)
        if kind != CONNECT:
            return
        code = self._welcome(body)
        await line.send(_framed(CONNACK, 0, bytes((0, code))))
        if code:
            return
        heard: set[str] = set()
        while True:
            kind, flags, body = await _packet(line)
            if kind == DISCONNECT:
                return
            for answer in self._answers(kind, flags, body, heard):
                await line.send(answer)

    def _welcome(self, body: bytes) -> int:
        name, rest = _text(body)
        level, flags = rest[0], rest[1]
        if name != b"MQTT" or level != LEVEL:
            return NO_LEVEL
        _, rest = _text(rest[4:])
        if flags & 0x04:  # a last will (3.1.2.5)
            _, rest = _text(rest)
            _, rest = _text(rest)
        user = password = b""
        if flags & 0x80:
            user, rest = _text(rest)
        if flags & 0x40:
            password, rest = _text(rest)
        if not self.user:
            return 0
        self.logins += 1
        wanted = self.password + ("!" if self.fault is Fault.PASSWORD else "")
        return 0 if (user, password) == (self.user.encode(), wanted.encode()) else BAD_USER

    def _answers(self, kind: int, flags: int, body: bytes, heard: set[str]) -> Iterator[bytes]:
        if kind == PINGREQ:
            yield _framed(PINGRESP, 0, b"")
        elif kind == SUBSCRIBE:
            topics = list(_filters(body[2:]))
            wild = [REFUSED if set("+#") & set(topic) else 0 for topic in topics]
            number = body[:2] if self.fault is not Fault.OTHER else bytes((body[0] ^ 0xFF, body[1]))
            yield _framed(SUBACK, 0, number + bytes(wild))
            for topic in topics:
                heard.add(topic)
                if topic in self.held and self.fault is not Fault.OTHER:
                    yield _message(topic, self.held[topic], RETAINED)
        elif kind == PUBLISH:
            name, rest = _text(body)
            if flags >> 1 & 3:
                yield _framed(PUBACK, 0, rest[:2])
                rest = rest[2:]
            if told := self._obeyed(name.decode("utf-8", "replace"), rest):
                self.held |= told
                for topic, payload in told.items():
                    if topic in heard:
                        yield _message(topic, payload, 0)

    def _obeyed(self, topic: str, order: bytes) -> dict[str, bytes]:
        if self.deaf or order not in {b"ON", b"OFF"}:
            return {}
        if topic == "hall/lamp/set":
            return {"hall/lamp": order}
        if topic == "hall/fan/set":
            return {"hall/fan": json.dumps({"state": order.decode()}).encode()}
        return {}


async def _packet(line: Line) -> tuple[int, int, bytes]:
    """Type, flags and what follows its length (2.2.3). Raises: ConnectionError, where it is too long."""
    first = (await line.reader.readexactly(1))[0]
    length = 0
    for place in range(4):
        byte = (await line.reader.readexactly(1))[0]
        length |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            break
    if length > LONGEST:
        raise ConnectionAbortedError
    return first >> 4, first & 0x0F, await line.reader.readexactly(length)


def _framed(kind: int, flags: int, body: bytes) -> bytes:
    length = bytearray()
    left = len(body)
    while True:
        left, digit = left >> 7, left & 0x7F
        length.append(digit | (0x80 if left else 0))
        if not left:
            return bytes((kind << 4 | flags, *length)) + body


def _message(topic: str, payload: bytes, flags: int) -> bytes:
    name = topic.encode()
    return _framed(PUBLISH, flags, struct.pack("!H", len(name)) + name + payload)


def _text(body: bytes) -> tuple[bytes, bytes]:
    """A text with its length before it (1.5.3), and what follows."""
    size = int.from_bytes(body[:2], "big")
    return body[2 : 2 + size], body[2 + size :]


def _filters(body: bytes) -> Iterator[str]:
    while body:
        name, body = _text(body)
        body = body[1:]  # the quality that is wanted
        yield name.decode("utf-8", "replace")


EMULATOR = MqttEmulator
