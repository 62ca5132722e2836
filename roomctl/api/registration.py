"""What a plugin may do about the 归档登记: part of `roomctl.api.Services`; and what an archivist's plugin answers."""

from collections.abc import Sequence
from typing import Protocol

from roomctl.domain.meeting import Meeting
from roomctl.domain.registration import (
    Answer,
    CatalogueRow,
    Contents,
    Entry,
    Question,
    Reconciled,
    Registration,
    Result,
    Series,
    Signed,
)
from roomctl.services.archive_ports import Archivist
from roomctl.services.registration import Standing, catalogue

__all__ = [
    "Answer", "Archivist", "CatalogueRow", "Contents", "Entry", "Question", "Reconciled", "Registrar", "Registration",
    "Result", "Series", "Signed", "Standing", "catalogue",
]  # fmt: skip


class Registrar(Protocol):
    """The registration of a meeting's packages. Each is one unit of work."""

    def registration(self, meeting_id: str) -> Standing:
        """How far it is, and what is lacking. Raises: NotFound. MissingPart: no plugin reads packages."""
        ...

    def count_packages(self, meeting_id: str) -> Registration:
        """清点: reads every file of the packages that nobody has signed for. Raises: Refused, NotFound."""
        ...

    def answer_item(
        self, meeting_id: str, *, package: str, number: str, result: Result, note: str = "", seen: int | None = None
    ) -> Registration:
        """What a person says to an item that is 人工; a note is needed where it is not passed.

        Args:
            seen: `version` of the registration that was seen; what another has answered since is not overwritten.

        Raises:
            NotFound, BadInput, Refused, Busy.

        """
        ...

    def set_term(
        self, meeting_id: str, *, package: str, entry: str, term: str, reason: str, seen: int | None = None
    ) -> Registration:
        """Another 保管期限 than the table's. Args and errors as of `answer_item`."""
        ...

    def accept(self, meeting_id: str, *, by: str, seen: int | None = None) -> Meeting:
        """The archivist takes over what has arrived: deposited becomes archived.

        Args:
            seen: as of `answer_item`.

        Raises:
            Refused: with what lacks. Busy: somebody has answered since.

        """
        ...

    def return_package(self, meeting_id: str, *, by: str, reason: str) -> Meeting:
        """The archivist gives it back, with a reason; it stays deposited. Raises: Refused, BadInput."""
        ...

    def hand_in_again(self, meeting_id: str, *, note: str) -> Registration:
        """What was given back is put right. Raises: Refused, BadInput."""
        ...

    def reconciled(self) -> Sequence[Reconciled]:
        """What asking each place for all that lies there has found last."""
        ...
