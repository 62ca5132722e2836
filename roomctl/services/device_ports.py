"""What the use cases of devices depend on; storage and host implement it."""

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from roomctl.domain.devices import Deed, Device, Reading, Secret
from roomctl.domain.macros import Macro
from roomctl.services.drivers import DriverOffer, Found


class Inventory(Protocol):
    """The devices of the room, and their credentials, which stand apart."""

    def devices(self) -> Sequence[Device]:
        """In the order of the file. Raises: BadInput, with file, line and key."""
        ...

    def own(self) -> Sequence[Device]:
        """Those that stand in the file, without a virtual room's. Raises: BadInput."""
        ...

    def where(self, device_id: str, key: str) -> str:
        """File and line, for what is told of a wrong value."""
        ...

    def put(self, devices: Iterable[Device], *, new: bool = False) -> None:
        """Adds them, or replaces those of the same id. Raises: BadInput; Refused, where a new one has a known id."""
        ...

    def remove(self, device_id: str) -> None:
        """Raises: NotFound, BadInput."""
        ...

    def secret(self, device: Device) -> Secret:
        """Raises: BadInput."""
        ...

    def credentials(self, name: str) -> Secret:
        """Of something that is no device, such as an archive target. Raises: BadInput."""
        ...

    def keep_secret(self, name: str, secret: Secret) -> None: ...


class Prober(Protocol):
    """Talks to devices: each within its deadline, one talk at a time for each place."""

    def warm(self, offers: Iterable[DriverOffer]) -> None:
        """Gets ready to talk to devices of these kinds, before anybody counts the seconds."""
        ...

    def read(self, device: Device, offer: DriverOffer, secret: Secret) -> Future[Reading]:
        """Begins one reading; a cancel of the future ends the talk.

        The future raises: Unreachable, LoginRefused, Silent, Garbled; RoomctlError, where the driver failed.
        """
        ...

    def act(self, device: Device, offer: DriverOffer, action: str, argument: str, secret: Secret) -> Future[Deed]:
        """Begins one order; the future raises as that of `read` does."""
        ...

    def close(self) -> None:
        """Ends what is still being said."""
        ...

    def search(self, offer: DriverOffer, seconds: float, where: str = "") -> Future[Sequence[Found]]:
        """Looks for devices of a kind that can be searched for, everywhere or at one place."""
        ...


class Macros(Protocol):
    """The macros of the room."""

    def macros(self) -> Sequence[Macro]:
        """In the order of the file. Raises: BadInput, with file, line and key."""
        ...


@dataclass(slots=True)
class Turns:
    """Macros run one after the other: two at once would undo one another's steps.

    Attributes:
        one: held by the macro that runs. begun: ids of those that run or wait; guard: of these.

    """

    one: threading.Lock = field(default_factory=threading.Lock)
    guard: threading.Lock = field(default_factory=threading.Lock)
    begun: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Rack:
    """The room's devices: which there are, and who talks to them.

    Attributes:
        good_for: for how long a check says how a device is; nothing: for ever.

    """

    inventory: Inventory
    prober: Prober
    macros: Macros | None = None
    turns: Turns = field(default_factory=Turns, compare=False)
    good_for: timedelta = timedelta()
