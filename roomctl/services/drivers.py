"""What a plugin offers to talk to a kind of device.

One file a kind: how it is read, how its facts are judged, what it can be told to do. A driver opens what it needs for
each talk and closes it again; one talk at a time, the deadline, the retry and the cancel are the run engine's.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from roomctl.domain.checks import Result, Title
from roomctl.domain.devices import Deed, Device, Emission, Reading, Secret


class NoOptions(BaseModel):
    """Of a driver that has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value, or a check, of a driver.

    Attributes:
        title: in Chinese and in English, as it stands on pages.
        usual: half width, in the unit, that is never unusual; None where the value has no usual range (a name, a
            state). Where it is a number, a value outside of its own last runs is a WARN.

    """

    title: Title
    unit: str = ""
    usual: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOffer:
    """Something a device can be told to do. A person is asked first, and it is logged.

    Attributes:
        act: does it, waits as long as the device needs, reads back. Takes the argument, one of `arguments` where
            there are any.
        arguments: what it can be told, with titles; empty where `takes` is empty too: it takes none.
        takes: what a free argument is, in both languages; empty where it takes none, or one of `arguments`.
        deadline: seconds beyond the device's warm-up and cool-down.

    """

    title: Title
    act: Callable[[Device, Secret, str], Awaitable[Deed]]
    arguments: Mapping[str, Title] = field(default_factory=dict)
    takes: Title = ("", "")
    deadline: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A device that answered a search; what a person may take into the inventory.

    Attributes:
        port: None is the driver's own.
        says: what it says that it is, on one line.
        emission: whether it could carry a meeting out of the room.

    """

    kind: str
    address: str
    port: int | None = None
    says: str = ""
    emission: Emission = Emission.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverOffer:
    """A kind of device.

    Attributes:
        kind: ASCII, unique: what the inventory names.
        read: talks to the device once. The device has its port and its options, checked. Raises: Unreachable,
            LoginRefused, Silent, Garbled; OSError and TimeoutError count as the first and the third.
        judge: from facts to results. Pure: the same reading gives the same results. A result's `check` is a key of
            `values`; its titles and its unit are filled in.
        values: all that it reads and judges, in the order in which they are shown.
        options: pydantic model of the device's `[options]`; thresholds stand here, each with a default.
        port: where such devices listen; None where the kind has no port.
        deadline: seconds for one talk, a retry included.
        lossy: the protocol loses packets (UDP, serial): a read that gets no answer is tried once more, in what is
            left of the deadline. The driver gives up waiting for one answer by itself.
        passive: reading makes no sound and moves nothing, so that a watch may read during the meeting.
        requires: Python packages that must be importable, such as `pysnmp`.
        loads: modules that a talk imports. They are imported in a thread before the first one: in the loop, a large
            library would keep all other devices waiting, and their time would run out.
        asked_as: what else people look for it by, such as `projector`; an unknown kind of that name is pointed here.
        search: looks for such devices for so many seconds, in the own networks, or at an address, `address:port` or
            network (`10.0.0.0/24`) where one is given; what it finds may be of other kinds too. None where there is
            no way. Raises: BadInput: no such place.
        emulator: `package.module:Class` of a `roomctl.testing.emulators.Emulator` of this kind, which
            `roomctl emulate` starts by hand, and alone imports. Empty where roomctl brings it, or there is none.

    """

    kind: str
    title: Title
    values: Mapping[str, Quantity]
    read: Callable[[Device, Secret], Awaitable[Reading]]
    judge: Callable[[Device, Reading], Iterable[Result]]
    options: type[BaseModel] = NoOptions
    port: int | None = None
    deadline: float = 5.0
    lossy: bool = False
    passive: bool = True
    requires: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()
    actions: Mapping[str, ActionOffer] = field(default_factory=dict)
    asked_as: tuple[str, ...] = ()
    search: Callable[[float, str], Awaitable[Sequence[Found]]] | None = None
    emulator: str = ""
