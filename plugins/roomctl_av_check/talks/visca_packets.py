"""VISCA as bytes: packets between `8x` and `FF`, and the eight bytes before them over UDP.

Packets, replies and inquiries after Sony's technical manuals of the EVI and SRG cameras; message header, numbers and
control messages after “Communication method of VISCA over IP” of the SRG-300H and BRC-X400 command lists.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

END = 0xFF
CAMERA = 0x81
"""From the controller, address 0, to the camera, which is always address 1 over IP."""
FROM_CAMERA = 0x90
LONGEST = 16
"""Bytes of a packet, its address and its end among them."""
_HEADER = struct.Struct("!HHI")
NUMBERS = 1 << 32
"""A sequence number has four bytes; after the last comes 0."""


class Kind(IntEnum):
    """Payload type of a message."""

    COMMAND = 0x0100
    INQUIRY = 0x0110
    REPLY = 0x0111
    SETTING = 0x0120
    CONTROL = 0x0200
    CONTROL_REPLY = 0x0201


RESET = b"\x01"
"""Control message: numbers begin with 0 again; it is acknowledged by the same byte."""

EVERYBODY = 0x88
"""From a controller to all cameras of a chain; what they pass on comes back with it too."""
ADDRESS_SET = bytes((EVERYBODY, 0x30, 0x01, END))

POWER_INQUIRY = bytes((CAMERA, 0x09, 0x04, 0x00, END))
VERSION_INQUIRY = bytes((CAMERA, 0x09, 0x00, 0x02, END))
POSITION_INQUIRY = bytes((CAMERA, 0x09, 0x06, 0x12, END))
ZOOM_INQUIRY = bytes((CAMERA, 0x09, 0x04, 0x47, END))
MEMORY_INQUIRY = bytes((CAMERA, 0x09, 0x04, 0x3F, END))
POWER_ON, POWER_OFF = 0x02, 0x03


def power(state: int) -> bytes:
    """The command for `POWER_ON` or `POWER_OFF`."""
    return bytes((CAMERA, 0x01, 0x04, 0x00, state, END))


def recall(memory: int) -> bytes:
    """The command that recalls a preset; `memory` counts from 0."""
    return bytes((CAMERA, 0x01, 0x04, 0x3F, 0x02, memory, END))


@dataclass(frozen=True, slots=True)
class Message:
    """What is in one datagram."""

    kind: Kind
    number: int
    payload: bytes

    def bytes(self) -> bytes:
        return _HEADER.pack(self.kind, len(self.payload), self.number) + self.payload


def message(datagram: bytes) -> Message:
    """Raises: ValueError, where it is none."""
    if len(datagram) < _HEADER.size:
        raise ValueError("shorter than a header")
    kind, length, number = _HEADER.unpack_from(datagram)
    payload = datagram[_HEADER.size :]
    if length != len(payload) or not 1 <= length <= LONGEST:
        raise ValueError("not as long as it says")
    return Message(Kind(kind), number, payload)


class Says(IntEnum):
    """High half of the second byte of a reply."""

    ACK = 0x4
    DONE = 0x5
    REFUSED = 0x6


@dataclass(frozen=True, slots=True)
class Reply:
    """What the camera says.

    Attributes:
        data: of an inquiry's answer; of a refusal, the one byte that says why.

    """

    says: Says
    data: bytes = b""


NOT_UNDERSTOOD, BUSY, NOT_NOW = 0x02, 0x03, 0x41
"""Refusals: syntax error, buffer full, and not executable in this state."""


def reply(packet: bytes) -> Reply:
    """Raises: ValueError, where it is no reply of a camera with address 1."""
    if not 3 <= len(packet) <= LONGEST or packet[0] != FROM_CAMERA or packet[-1] != END or END in packet[:-1]:  # noqa: PLR2004 - address, type, end
        raise ValueError("no packet of this camera")
    says, data = Says(packet[1] >> 4), packet[2:-1]
    if (says is Says.ACK and data) or (says is Says.REFUSED and len(data) != 1):
        raise ValueError("neither acknowledged, done nor refused")
    return Reply(says, data)


def nibbles(data: Sequence[int], *, signed: bool = False) -> int:
    """A number of which each byte holds four bits, `0p 0q 0r 0s`. Raises: ValueError."""
    value = 0
    for one in data:
        if one >> 4:
            raise ValueError("more than four bits in a byte")
        value = value << 4 | one
    bits = 4 * len(data)
    return value - (1 << bits) if signed and value >> (bits - 1) & 1 else value


_POSITIONS = {8: 4, 9: 5, 10: 5}
"""Nibbles of a position → how many of them are the pan: 4 and 4; 5 and 4, or 5 and 5, with newer models."""


def position(data: bytes) -> tuple[int, int]:
    """Pan and tilt in the camera's own steps, to the right and up positive. Raises: ValueError."""
    split = _POSITIONS.get(len(data))
    if split is None:
        raise ValueError("no position")
    return nibbles(data[:split], signed=True), nibbles(data[split:], signed=True)


def version(data: bytes) -> tuple[int, int, int]:
    """Vendor, model and ROM revision. Raises: ValueError."""
    if len(data) != 7:  # noqa: PLR2004 - three words and the count of sockets
        raise ValueError("no version")
    vendor, model, rom = struct.unpack_from("!HHH", data)
    return vendor, model, rom
