"""The use cases of the 归档登记 under one roof."""

from collections.abc import Sequence
from pathlib import Path

from roomctl.domain.meeting import Meeting
from roomctl.domain.record import RecordFile
from roomctl.domain.registration import Reconciled, Registration, Result, Returned
from roomctl.services import archive_overview, counting, hand_over, registration, signed_copies
from roomctl.services.bound import Bound
from roomctl.services.records import MINUTES
from roomctl.services.registration import Desk, Standing


class RegistrationUseCases(Bound):
    """Part of `UseCases`."""

    def registration(self, meeting_id: str) -> Standing:
        return registration.look(meeting_id, self._registry())

    def count_packages(self, meeting_id: str) -> Registration:
        return counting.count(meeting_id, self._registry(), self._counts)

    def start_counting(self, meeting_id: str) -> counting.CountRun:
        return counting.start(meeting_id, self._registry, self._counts)

    def counting(self, meeting_id: str) -> counting.CountRun | None:
        """The run under way, or the last one if it broke off."""
        return self._counts.of(meeting_id)

    def answer_item(
        self, meeting_id: str, *, package: str, number: str, result: Result, note: str = "", seen: int | None = None
    ) -> Registration:
        return registration.answer(
            meeting_id, self._registry(), package=package, number=number, result=result, note=note, seen=seen
        )

    def set_term(
        self, meeting_id: str, *, package: str, entry: str, term: str, reason: str, seen: int | None = None
    ) -> Registration:
        return registration.set_term(
            meeting_id, self._registry(), package=package, entry=entry, term=term, reason=reason, seen=seen
        )

    def accept(self, meeting_id: str, *, by: str, demo: bool = False, seen: int | None = None) -> Meeting:
        return registration.accept(meeting_id, self._registry(), by=by, demo=demo, seen=seen)

    def return_package(self, meeting_id: str, *, by: str, reason: str) -> Meeting:
        return registration.send_back(meeting_id, self._registry(), by=by, reason=reason)

    def hand_in_again(self, meeting_id: str, *, note: str) -> Registration:
        return registration.hand_in_again(meeting_id, self._registry(), note=note)

    def take_in_signed(self, meeting_id: str, content: bytes, *, signed_by: str, kind: str = MINUTES) -> RecordFile:
        return signed_copies.take_in(meeting_id, content, self._registry(), signed_by=signed_by, kind=kind)

    def write_catalogue(self, meeting_id: str, target: Path) -> None:
        registration.write_catalogue(meeting_id, target, self._registry())

    def archive_hand_over(self, meeting_id: str, *, printed: bool = False) -> bytes:
        return hand_over.write(meeting_id, self._registry(), printed=printed)

    def archive_overview(self) -> Sequence[archive_overview.MeetingRow]:
        return archive_overview.look(self._open())

    def archive_stamp(self) -> tuple[object, ...]:
        return archive_overview.stamp(self._open())

    def reconciled(self) -> Sequence[Reconciled]:
        """What asking each place of packages for all that lies there has found last."""
        return self._plugins().archivist().reconciled()

    def returned(self, meeting_id: str) -> Returned | None:
        with self._open().reading() as uow:
            return registration.returned(uow, meeting_id)

    def _registry(self) -> Desk:
        return Desk(**self._all())
