"""The use cases of the roster and of sign-in under one roof."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from roomctl.domain.attendance import HERE, Attendance, Fact, Method, Person, Sent, Standing
from roomctl.domain.events import Actor
from roomctl.domain.meeting import Meeting
from roomctl.domain.observers import Moves
from roomctl.services import attendance, secrecy, waiting
from roomctl.services.bound import Bound
from roomctl.services.marks import Desk


class SigningUseCases(Bound):
    """Part of `UseCases`."""

    def roster(self, meeting_id: str) -> Sequence[Person]:
        with self._open().reading() as uow:
            return uow.roster.of(meeting_id)

    def attendance(self, meeting_id: str) -> Attendance:
        return attendance.board(meeting_id, uow=self._open())

    def attendance_events(self, meeting_id: str) -> Sequence[Fact]:
        return attendance.events(meeting_id, uow=self._open())

    def add_people(self, meeting_id: str, people: Iterable[Person], *, actor: Actor | None = None) -> None:
        self._held(meeting_id, "add people")
        attendance.add_people(meeting_id, people, **self._by(actor))

    def sign_in(
        self,
        meeting_id: str,
        person: str,
        *,
        method: Method,
        device: str = "",
        proxy: bool = False,
        signature: str = "",
        sent: Sent = HERE,
        admit: Callable[[Meeting], None] | None = None,
        actor: Actor | None = None,
    ) -> Standing:
        def both(meeting: Meeting) -> None:
            if admit is not None:
                admit(meeting)
            secrecy.admit(meeting, self._open())

        how: dict[str, Any] = {
            "method": method,
            "device": device,
            "proxy": proxy,
            "signature": signature,
            "sent": sent,
            "admit": both,
        }
        with self._noting(meeting_id, "sign in"):
            return attendance.sign_in(meeting_id, person, **how, **self._by(actor))

    def leave_early(self, meeting_id: str, person: str, *, sent: Sent = HERE, actor: Actor | None = None) -> Standing:
        return attendance.leave_early(meeting_id, person, sent=sent, **self._by(actor))

    def request_leave(
        self,
        meeting_id: str,
        person: str,
        *,
        reason: str,
        proxy: str = "",
        proxy_duty: str = "",
        actor: Actor | None = None,
    ) -> Standing:
        return attendance.request_leave(
            meeting_id, person, reason=reason, proxy=proxy, proxy_duty=proxy_duty, **self._by(actor)
        )

    def decide_leave(self, meeting_id: str, person: str, *, granted: bool, by: str, note: str = "") -> Standing:
        return attendance.decide_leave(meeting_id, person, granted=granted, by=by, note=note, **self._by())

    def undo_attendance(
        self,
        meeting_id: str,
        person: str,
        *,
        of: str = "",
        leave: bool = False,
        sent: Sent = HERE,
        actor: Actor | None = None,
    ) -> Standing:
        return attendance.undo(meeting_id, person, of=of, leave=leave, sent=sent, **self._by(actor))

    def rank_people(
        self, meeting_id: str, ranks: Mapping[str, int], *, actor: Actor | None = None
    ) -> Sequence[Person]:
        return attendance.rank(meeting_id, ranks, **self._by(actor))

    # --- observers

    def moves(self, meeting_id: str, item: int | None = None) -> Moves:
        """Who comes in, goes out and waits (候会) for the item under way, or for another one."""
        return waiting.moves(meeting_id, item, desk=Desk(**self._all()))

    def enter(
        self, meeting_id: str, person: str, item: int | None = None, *, sent: Sent = HERE, actor: Actor | None = None
    ) -> Standing:
        """An observer comes in, at the present frame."""
        return waiting.enter(meeting_id, person, item, sent=sent, desk=Desk(**self._all(actor)))

    def exit(self, meeting_id: str, person: str, *, sent: Sent = HERE, actor: Actor | None = None) -> Standing:
        """An observer goes out, at the present frame."""
        return waiting.leave(meeting_id, person, sent=sent, desk=Desk(**self._all(actor)))
