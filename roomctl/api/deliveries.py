"""What a plugin may do about packages on their way: part of `roomctl.api.Services`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from roomctl.domain.archive import Package
from roomctl.domain.delivery import (
    FIRST_RETRY,
    JITTER,
    LAST_RETRY,
    LOCAL,
    Delivery,
    DeliveryStep,
    FixityCheck,
    SentFile,
    Trouble,
    backoff,
)
from roomctl.domain.devices import Secret

__all__ = [
    "FIRST_RETRY", "JITTER", "LAST_RETRY", "LOCAL", "Deliveries", "Delivery", "DeliveryStep", "FixityCheck", "Secret",
    "SentFile", "Trouble", "backoff",
]  # fmt: skip


class Deliveries(Protocol):
    """The outbox. Each is one unit of work."""

    def deliveries(self, meeting_id: str | None = None, *, open_only: bool = False) -> Sequence[Delivery]:
        """How far each package is on its way to each target, of a meeting or of all.

        Args:
            open_only: without those that have arrived.

        """
        ...

    def enqueue(self, package: Package, targets: Sequence[str]) -> None:
        """Rows for targets that have none yet; those that the package must wait for come with the package."""
        ...

    def put_delivery(self, delivery: Delivery) -> None:
        """How far it is now. What is done stays done, and what was withdrawn does not come back."""
        ...

    def sent_files(self, package: str, target: str) -> Mapping[str, SentFile]:
        """By path, the files of a package that a target has taken, until the receipt speaks for all of them."""
        ...

    def put_sent_files(self, package: str, target: str, files: Sequence[SentFile]) -> None:
        """A target has taken them, sizes in bytes; what stands under a path already is replaced."""
        ...

    def forget_sent_files(self, package: str, target: str, paths: Sequence[str]) -> None:
        """They have to be sent again."""
        ...

    def retry_deliveries(self, meeting_id: str, *, target: str = "") -> Sequence[Delivery]:
        """What waits for its next try is due at once; empty `target` is all. Raises: NotFound, Refused."""
        ...

    def fixity_checks(self, meeting_id: str | None = None, *, damaged_only: bool = False) -> Sequence[FixityCheck]:
        """What reading each package again at each place has found last, the one read longest ago first.

        Args:
            damaged_only: without those that are ok.

        """
        ...

    def add_fixity_check(self, check: FixityCheck) -> None:
        """A copy was read again; this is the newest of its place from now on, and an event of the meeting."""
        ...

    def note_repair(self, package: Package, place: str, source: str, files: Sequence[str]) -> None:
        """Files of a package were put right at one place, from another."""
        ...

    def pruned_packages(self) -> Mapping[str, datetime]:
        """Packages whose copy on this machine was given up, and when."""
        ...

    def prune_package(self, package: Package) -> None:
        """The folder may be removed from then on, and what is open to a target that is not required ends.

        Raises: Refused, where a required receipt is missing.
        """
        ...
