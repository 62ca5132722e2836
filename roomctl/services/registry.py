"""The use cases of the 归档登记 under one roof."""

from collections.abc import Sequence
from pathlib import Path

from roomctl.domain.meeting import Meeting
from roomctl.domain.registration import Reconciled, Registration, Result, Returned
from roomctl.services import registration
from roomctl.services.bound import Bound
from roomctl.services.registration import Desk, Standing


class RegistrationUseCases(Bound):
    """Part of `UseCases`."""

    def registration(self, meeting_id: str) -> Standing:
        return registration.look(meeting_id, self._registry())

    def count_packages(self, meeting_id: str) -> Registration:
        return registration.count(meeting_id, self._registry())

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

    def write_catalogue(self, meeting_id: str, target: Path) -> None:
        registration.write_catalogue(meeting_id, target, self._registry())

    def reconciled(self) -> Sequence[Reconciled]:
        """What asking each place of packages for all that lies there has found last."""
        return self._plugins().archivist().reconciled()

    def returned(self, meeting_id: str) -> Returned | None:
        with self._open().reading() as uow:
            return registration.returned(uow, meeting_id)

    def _registry(self) -> Desk:
        return Desk(**self._all())
