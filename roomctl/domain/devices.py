"""Devices of a room: what stands in the inventory, what a device said, and what went wrong in talking to it.

A driver talks and gives a `Reading`: facts, as received. Judging is apart, and pure (`domain.checks`). A device that
sleeps is told by `Reading.standby`: that is a fact and no fault, and what it does not tell while it sleeps is not
missing.
"""

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from roomctl.domain.checks import Title, Value, titled
from roomctl.errors import RoomctlError
from roomctl.i18n import tr


class Emission(StrEnum):
    """What of a room may carry its sound or picture away; none of it may be active in a 涉密 meeting."""

    NONE = ""
    WIRELESS_MICROPHONE = "wireless_microphone"
    CASTING = "casting"
    LIVE = "live"

    @property
    def label(self) -> str:
        return {
            Emission.NONE: "",
            Emission.WIRELESS_MICROPHONE: tr("无线话筒", "wireless microphone"),
            Emission.CASTING: tr("无线投屏", "wireless casting"),
            Emission.LIVE: tr("直播", "live stream"),
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One entry of the inventory.

    Attributes:
        id: ASCII, unique in the room; what logs, waivers and dependencies name.
        kind: the driver's.
        title: what people call it, in Chinese and in English.
        group: the heading under which it stands: 显示, 话筒, 网络.
        address: host name or IP address; for a driver without network, what the driver says (a serial port, a name).
            What is no other than `address:port` is taken apart, as is an IPv6 address in brackets (RFC 3986, 3.2.2).
        port: None is the driver's own.
        room: which room it stands in, by name; empty is this one.
        options: of the driver. A driver is given its own options model here, checked.
        depends_on: ids of devices without which this one cannot be reached, such as its switch.
        secret: name of its entry in secrets.toml; empty where it asks for none.
        model: maker and model, as on the label.
        warm_up, cool_down: seconds until an order to switch on, or off, is done.
        emission: whether it could carry the meeting out of the room.

    """

    id: str
    kind: str
    title: Title
    group: str = ""
    address: str = ""
    port: int | None = None
    room: str = ""
    options: Any = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    secret: str = ""
    model: str = ""
    warm_up: float = 0.0
    cool_down: float = 0.0
    emission: Emission = Emission.NONE

    def __post_init__(self) -> None:
        if self.port is None:
            address, port = _parted(self.address)
            object.__setattr__(self, "address", address)
            object.__setattr__(self, "port", port)

    @property
    def name(self) -> str:
        """The title in the reader's language."""
        return titled(self.title, self.id)

    @property
    def place(self) -> str:
        """Where it is reached; two entries with the same place are one device, which is talked to once at a time."""
        return f"{self.address}:{self.port}" if self.port is not None else self.address or self.id


_PARTS = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?P<host>[\w-]+(?:\.[\w-]+)+))(?::(?P<port>[0-9]{1,5}))?"
)
"""Without a dot it could be the name of something else, such as `hw:1`."""


def _parted(address: str) -> tuple[str, int | None]:
    parts = _PARTS.fullmatch(address)
    port = int(parts["port"] or 0) if parts else 0
    if parts is None or port >= 1 << 16 or (parts["port"] and not port):
        return address, None
    return parts["six"] or parts["host"], port or None


@dataclass(frozen=True, slots=True)
class Secret:
    """Credentials of one device; never in a log, a report, or the inventory.

    Attributes:
        more: what a kind needs beside, such as an SNMPv3 key, by name.

    """

    user: str = ""
    password: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Secret(…)"


NO_SECRET = Secret()


@dataclass(frozen=True, slots=True)
class Fact:
    """One value, as received; `name` is a key of the driver's `values`."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that proves a reading, such as a picture; `name` is ASCII with its suffix, `content` the whole file."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one talk to a device gave.

    Attributes:
        standby: it sleeps, and tells less: a fact, no fault.

    """

    facts: tuple[Fact, ...] = ()
    standby: bool = False
    evidence: tuple[Evidence, ...] = ()

    def __getitem__(self, name: str) -> Value:
        """Raises: KeyError, where the device did not tell it."""
        for fact in self.facts:
            if fact.name == name:
                return fact.value
        raise KeyError(name)

    def get(self, name: str) -> Value:
        """None where the device did not tell it."""
        return next((fact.value for fact in self.facts if fact.name == name), None)


@dataclass(frozen=True, slots=True)
class Deed:
    """An order to a device: what was asked, and what the device says when read back.

    Attributes:
        confirmed: None where this kind of device cannot be asked.

    """

    asked: str
    confirmed: str | None = None

    @property
    def done(self) -> bool:
        """As far as the device can be asked."""
        return self.confirmed is None or self.confirmed == self.asked

    @property
    def said(self) -> str:
        """Both, in the reader's language."""
        confirmed = tr("无法回读", "cannot be read back") if self.confirmed is None else self.confirmed
        return tr(f"要求 {self.asked}，确认 {confirmed}", f"asked {self.asked}, confirmed {confirmed}")


class Unreachable(RoomctlError):  # noqa: N818 - named for what it is
    """Nobody is at this address: refused, no route, no answer to the first packet. The device cannot be used."""


class LoginRefused(RoomctlError):  # noqa: N818
    """The device wants other credentials. It is not asked again with the same ones: some lock after a few tries."""


class Silent(RoomctlError):  # noqa: N818
    """It took the connection and then did not answer, or closed it half-way. Nothing can be said of it."""


class Busy(Silent):
    """Somebody else talks to it all the time: nothing is wrong with the device."""


class Garbled(RoomctlError):  # noqa: N818
    """What came is not its protocol; the beginning of it stands in the text."""


SHOWN_BYTES = 40
"""Of an answer that nobody understands: enough to know a protocol by."""


def garbled(came: bytes | str, wanted: str) -> Garbled:
    """The error for an answer that does not fit.

    Args:
        wanted: what was expected, such as `PJLink`.

    """
    shown = came[:SHOWN_BYTES]
    more = "…" if len(came) > SHOWN_BYTES else ""
    return Garbled(
        tr(f"收到的不是 {wanted}", f"what came is not {wanted}"),
        f"{shown!r}{more}",
        tr("请核对地址、端口和设备种类", "see whether address, port and kind are right"),
    )


# --- the usual range of a value ------------------------------------------------------------------------------------

USUAL_RUNS = 8
"""Runs below which nothing is called usual."""

SPREAD = 5.0
"""Deviations from the median that are still usual; 3.5 is the common limit (Iglewicz and Hoaglin 1993, 3.3), and a
room's values have longer tails than a normal distribution."""

MAD_TO_SIGMA = 1.4826
"""The median absolute deviation of a normal distribution is σ / 1.4826."""


@dataclass(frozen=True, slots=True)
class Usual:
    """The range in which a value has been of late, both ends included, in the value's own unit."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def usual(values: Sequence[float], floor: float) -> Usual | None:
    """Median ± `SPREAD` robust deviations; None while there are fewer than `USUAL_RUNS` values.

    Args:
        floor: the least half width, in the value's unit: a value that never moved is not unusual when it moves a bit.

    """
    if len(values) < USUAL_RUNS:
        return None
    middle = statistics.median(values)
    deviation = statistics.median(abs(value - middle) for value in values)
    half = max(SPREAD * MAD_TO_SIGMA * deviation, floor)
    return Usual(middle - half, middle + half)


# --- the inventory as a whole --------------------------------------------------------------------------------------


def dependency_fault(devices: Iterable[Device]) -> tuple[str, str] | None:
    """The first entry that depends on nothing known or, over others, on itself: its id and the name at fault."""
    known = {device.id: device for device in devices}
    for device in known.values():
        for name in device.depends_on:
            if name not in known:
                return device.id, name
        if device.id in behind(device.id, known):
            return device.id, device.id
    return None


def behind(device_id: str, known: Mapping[str, Device]) -> frozenset[str]:
    """Ids of all that this device depends on, directly and over others; itself only in a circle."""
    found: set[str] = set()
    waiting = list(known[device_id].depends_on) if device_id in known else []
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += known[one].depends_on if one in known else ()
    return frozenset(found)
