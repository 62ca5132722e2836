"""What the outbox's use cases depend on; storage implements it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from roomctl.domain.delivery import Delivery, FixityCheck, SentFile


class Outbox(Protocol):
    """Packages on their way to their targets, and what reading them again has found."""

    def of(self, meeting_id: str | None = None, *, open_only: bool = False) -> Sequence[Delivery]:
        """Of a meeting, or of all; the oldest package first. Only those that have not arrived, where asked for."""
        ...

    def get(self, package: str, target: str) -> Delivery | None: ...
    def put(self, delivery: Delivery) -> None: ...
    def drop(self, package: str, target: str) -> None:
        """The row, and what is known of its files."""
        ...

    def files(self, package: str, target: str) -> Mapping[str, SentFile]:
        """By path, those that arrived so far."""
        ...

    def put_files(self, package: str, target: str, files: Iterable[SentFile]) -> None: ...
    def forget_files(self, package: str, target: str, paths: Iterable[str] | None = None) -> None:
        """Those paths, or all."""
        ...

    def fixity(self, meeting_id: str | None = None, *, damaged_only: bool = False) -> Sequence[FixityCheck]:
        """The newest of each package and place, the one read longest ago first; of all, or of those not ok."""
        ...

    def put_fixity(self, check: FixityCheck) -> None: ...
    def drop_fixity(self, package: str, place: str) -> None:
        """There is no copy any more."""
        ...

    def pruned(self) -> Mapping[str, datetime]:
        """Packages whose copy on this machine was given up, and when."""
        ...

    def prune(self, package: str, at: datetime) -> None: ...
    def unprune(self, package: str) -> None:
        """It is back."""
        ...
