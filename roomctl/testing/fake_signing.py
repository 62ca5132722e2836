"""The roster and sign-in of the use cases in memory."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from roomctl.api import Actor, Attendance, Meeting, Method, Person, Refused, Standing
from roomctl.domain import attendance, observers
from roomctl.domain.attendance import HERE, Fact, Sent
from roomctl.domain.lifecycle import OVER
from roomctl.domain.seating import Chart
from roomctl.services.ports import Clock


class FakeSigning(ABC):
    """Part of `FakeServices`, which has the fields."""

    clock: Clock
    people: dict[str, list[Person]]
    facts: dict[str, list[Fact]]
    charts: dict[str, Chart]
    copies: dict[str, dict[str, list[str]]]
    items: dict[str, int]

    @abstractmethod
    def meeting(self, meeting_id: str) -> Meeting: ...

    def seat_chart(self, meeting_id: str, board: Attendance | None = None) -> Chart:
        del board
        return self.charts.get(self.meeting(meeting_id).id, Chart())

    def copies_out(self, meeting_id: str) -> Mapping[str, Sequence[str]]:
        return self.copies.get(self.meeting(meeting_id).id, {})

    def roster(self, meeting_id: str) -> Sequence[Person]:
        return sorted(self.people.get(meeting_id, ()), key=attendance.by_rank)

    def attendance(self, meeting_id: str) -> Attendance:
        meeting = self.meeting(meeting_id)
        return attendance.derive(
            self.people.get(meeting_id, ()),
            self.facts.get(meeting_id, ()),
            began_at=max(meeting.starts_at, meeting.started_at) if meeting.started_at else None,
            ended=meeting.state in OVER,
        )

    def attendance_events(self, meeting_id: str) -> Sequence[Fact]:
        return tuple(self.facts.get(self.meeting(meeting_id).id, ()))

    def add_people(self, meeting_id: str, people: Iterable[Person], *, actor: Actor | None = None) -> None:  # noqa: ARG002 - the port's shape
        meeting = self.meeting(meeting_id)
        if meeting.state in OVER:
            raise Refused("the roster can no longer be changed")
        self.people.setdefault(meeting.id, []).extend(people)

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
        actor: Actor | None = None,  # noqa: ARG002 - the port's shape
    ) -> Standing:
        found = self._person(meeting_id, person)
        if proxy and not sent.ago:
            attendance.check_proxy(self.attendance(meeting_id).of(found.id))
        data = {"method": method.value, "device": device, "proxy": proxy, "signature": signature}
        return self._fact(meeting_id, found, attendance.SIGNED_IN, data, sent)

    def leave_early(
        self,
        meeting_id: str,
        person: str,
        *,
        sent: Sent = HERE,
        actor: Actor | None = None,  # noqa: ARG002 - the port's shape
    ) -> Standing:
        return self._fact(meeting_id, self._person(meeting_id, person), attendance.LEFT, {}, sent)

    def request_leave(
        self,
        meeting_id: str,
        person: str,
        *,
        reason: str,
        proxy: str = "",
        proxy_duty: str = "",
        actor: Actor | None = None,  # noqa: ARG002 - the port's shape
    ) -> Standing:
        data = {"reason": reason, "proxy": proxy, "proxy_duty": proxy_duty}
        return self._fact(meeting_id, self._person(meeting_id, person), attendance.LEAVE_REQUESTED, data)

    def decide_leave(self, meeting_id: str, person: str, *, granted: bool, by: str, note: str = "") -> Standing:
        data = {"granted": granted, "by": by, "note": note}
        return self._fact(meeting_id, self._person(meeting_id, person), attendance.LEAVE_DECIDED, data)

    def undo_attendance(
        self,
        meeting_id: str,
        person: str,
        *,
        of: str = "",
        leave: bool = False,
        sent: Sent = HERE,
        actor: Actor | None = None,  # noqa: ARG002 - the port's shape
    ) -> Standing:
        found = self._person(meeting_id, person)
        own = [fact for fact in self.facts.get(meeting_id, []) if fact.data["person"] == found.id]
        if sent.key and any(fact.data.get("key") == sent.key for fact in own):
            return self.attendance(meeting_id).of(found.id)
        standing = attendance.undoable(own, key=of, leave=leave)
        if not standing:
            raise Refused(f"nothing to take back for {found.name}")
        return self._fact(meeting_id, found, attendance.UNDONE, {"event": standing[-1].id}, sent)

    def rank_people(
        self,
        meeting_id: str,
        ranks: Mapping[str, int],
        *,
        actor: Actor | None = None,  # noqa: ARG002 - the port's shape
    ) -> Sequence[Person]:
        people = self.people.get(meeting_id, [])
        for wanted in ranks:
            attendance.find_person(people, wanted)
        people[:] = [replace(one, rank=ranks.get(one.id, one.rank)) for one in people]
        return self.roster(meeting_id)

    def moves(self, meeting_id: str, item: int | None = None) -> observers.Moves:
        return observers.moves(
            self.roster(meeting_id),
            self.attendance_events(meeting_id),
            self.items.get(meeting_id, 0) if item is None else item,
        )

    def enter(
        self,
        meeting_id: str,
        person: str,
        item: int | None = None,
        *,
        sent: Sent = HERE,
        actor: Actor | None = None,  # noqa: ARG002 - the port's shape
    ) -> Standing:
        found = self._person(meeting_id, person)
        return self._fact(meeting_id, found, attendance.ENTERED, {"item": item or 0}, sent)

    def exit(
        self,
        meeting_id: str,
        person: str,
        *,
        sent: Sent = HERE,
        actor: Actor | None = None,  # noqa: ARG002 - the port's shape
    ) -> Standing:
        return self._fact(meeting_id, self._person(meeting_id, person), attendance.EXITED, {}, sent)

    def _person(self, meeting_id: str, wanted: str) -> Person:
        self.meeting(meeting_id)
        return attendance.find_person(self.people.get(meeting_id, ()), wanted)

    def _fact(
        self,
        meeting_id: str,
        person: Person,
        kind: str,
        data: Mapping[str, object],
        sent: Sent = HERE,
    ) -> Standing:
        facts = self.facts.setdefault(meeting_id, [])
        if not (sent.key and any(fact.data.get("key") == sent.key for fact in facts)):
            at = self.clock.now() - timedelta(seconds=sent.ago)
            told = {"person": person.id, "key": sent.key, **data}
            facts.append(Fact(f"{len(facts) + 1:06d}", kind, at, told))
        return self.attendance(meeting_id).of(person.id)
