"""The use cases of the seats under one roof."""

from collections.abc import Mapping

from roomctl.domain.attendance import Attendance
from roomctl.domain.seating import Chart
from roomctl.services import seating
from roomctl.services.bound import Bound
from roomctl.services.marks import Desk
from roomctl.services.seating import SeatPlan


class SeatUseCases(Bound):
    """Part of `UseCases`."""

    def seat_plan(self, meeting_id: str) -> SeatPlan:
        return seating.look(meeting_id, desk=Desk(**self._all()))

    def seat_chart(self, meeting_id: str, board: Attendance | None = None) -> Chart:
        return seating.chart(meeting_id, board, desk=Desk(**self._all()))

    def lay_seats(
        self, meeting_id: str, template: str, sizes: Mapping[str, int] | None = None, *, version: int | None = None
    ) -> SeatPlan:
        return seating.lay(meeting_id, template, sizes, version=version, desk=Desk(**self._all()))

    def propose_seats(self, meeting_id: str, *, version: int | None = None) -> SeatPlan:
        return seating.propose(meeting_id, version=version, desk=Desk(**self._all()))

    def move_seat(self, meeting_id: str, person: str, place: str, *, version: int | None = None) -> SeatPlan:
        return seating.move(meeting_id, person, place, version=version, desk=Desk(**self._all()))

    def lock_seat(self, meeting_id: str, place: str, *, locked: bool, version: int | None = None) -> SeatPlan:
        return seating.lock(meeting_id, place, locked=locked, version=version, desk=Desk(**self._all()))

    def wire_seat(self, meeting_id: str, place: str, channel: int, *, version: int | None = None) -> SeatPlan:
        return seating.wire(meeting_id, place, channel, version=version, desk=Desk(**self._all()))

    def wire_seats(self, meeting_id: str, count: int, *, version: int | None = None) -> SeatPlan:
        return seating.wire_all(meeting_id, count, version=version, desk=Desk(**self._all()))

    def undo_seats(self, meeting_id: str, *, version: int | None = None) -> SeatPlan:
        return seating.undo(meeting_id, version=version, desk=Desk(**self._all()))
