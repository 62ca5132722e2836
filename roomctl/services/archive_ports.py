"""What the use cases of the archive depend on: the outbox, which storage implements, and a plugin's archivist."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from roomctl.domain.archive import Package, Verdict
from roomctl.domain.delivery import Delivery, FixityCheck, SentFile
from roomctl.domain.registration import CatalogueRow, Contents, Entry, Reconciled, Series


class Archivist(Protocol):
    """Reads packages for the 归档登记; a plugin brings it, since the form of a package is that plugin's own."""

    def contents(self, package: Package) -> Contents:
        """What the package's own metadata says. Raises: Damaged, NotFound: it cannot be read."""
        ...

    def count(self, package: Package, tick: Callable[[int], None]) -> Verdict:
        """Reads every file of the copy on this machine, against its manifests and the register. Raises: NotFound.

        Args:
            tick: told the bytes as they are read, in any thread; what it raises ends the reading, and comes through.

        """
        ...

    def series(self, entry: Entry, term: str) -> Series | None:
        """Where a 件 stands among the 档号, by the office's rule; None where it has none: another system numbers."""
        ...

    def catalogue(self, rows: Sequence[CatalogueRow], title: str, target: Path) -> None:
        """归档文件目录 as a workbook. Raises: OSError."""
        ...

    def reconciled(self) -> Sequence[Reconciled]:
        """What asking each place for all that lies there has found last."""
        ...


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
