"""All use cases under one roof, bound to an actor: what a plugin sees as `ctx.services`, and the host itself uses."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from roomctl.domain.archive import Package, PackageFile, Receipt
from roomctl.domain.calendar import Entry
from roomctl.domain.events import LoggedEvent
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, Overrule, Room
from roomctl.domain.planning import Edit
from roomctl.domain.secrecy import Level
from roomctl.services import (
    archive,
    calendar,
    meetings,
    sessions,
)
from roomctl.services.calendar import MOST, Booking, Found, Wish, everybody
from roomctl.services.closing import ClosingUseCases
from roomctl.services.custody import CustodyUseCases
from roomctl.services.deliveries import DeliveryUseCases
from roomctl.services.equipment import EquipmentUseCases
from roomctl.services.offers import ArchiveTarget
from roomctl.services.papers import PaperUseCases
from roomctl.services.registry import RegistrationUseCases
from roomctl.services.rosters import RosterUseCases
from roomctl.services.seats import SeatUseCases
from roomctl.services.signing import SigningUseCases
from roomctl.services.sound import SoundUseCases
from roomctl.services.words import WordUseCases

_HELD = frozenset({State.APPROVED, State.OPEN, State.IN_SESSION})
"""Steps that only a machine takes that may hold the meeting."""


class UseCases(
    SoundUseCases,
    SigningUseCases,
    WordUseCases,
    PaperUseCases,
    EquipmentUseCases,
    DeliveryUseCases,
    RegistrationUseCases,
    CustodyUseCases,
    ClosingUseCases,
    RosterUseCases,
    SeatUseCases,
):
    """Implements `roomctl.api.Services`, and the use cases that only the host may call."""

    @property
    def room(self) -> Room:
        return self._open().room

    def events(
        self,
        *,
        stream: str = "",
        kinds: Sequence[str] = (),
        after: int = 0,
        before: int | None = None,
        newest: bool = True,
        limit: int = 100,
    ) -> Sequence[LoggedEvent]:
        """Rows of the whole log, or of one stream; kinds may end in `*`."""
        with self._open().reading() as uow:
            return uow.events.find(stream=stream, kinds=kinds, after=after, before=before, newest=newest, limit=limit)

    # --- meetings

    def create(self, meeting: Meeting, *, booking: Booking | None = None) -> Meeting:
        with self._noting(meeting.id, "create"):
            return meetings.create(meeting, booking=booking, **self._by())

    def edit(
        self, meeting_id: str, changes: Mapping[str, Any], *, booking: Booking, version: int | None = None
    ) -> Meeting:
        with self._noting(meeting_id, "edit"):
            return meetings.edit(meeting_id, changes, booking=booking, version=version, **self._by())

    def edits(self, meeting_id: str) -> Sequence[Edit]:
        return meetings.edits(meeting_id, uow=self._open())

    def find_meetings(
        self, wish: Wish, *, sees: Callable[[Level], bool] = everybody, skip: int = 0, most: int = MOST
    ) -> Found:
        return calendar.find(wish, sees=sees, skip=skip, most=most, uow=self._open())

    def collisions(self, meeting: Meeting) -> Sequence[Entry]:
        with self._open().reading() as uow:
            return calendar.collisions(meeting, uow=uow)

    def meeting(self, meeting_id: str) -> Meeting:
        return self._open().peek(meeting_id)

    def meetings_ending(self, end: str) -> Sequence[str]:
        with self._open().reading() as uow:
            return uow.meetings.ending(end)

    def meetings(self, *states: State) -> Sequence[Meeting]:
        with self._open().reading() as uow:
            return uow.meetings.all(*states)

    def transition(
        self, meeting_id: str, target: State, *, overrule: Overrule | None = None, reason: str = ""
    ) -> Meeting:
        if target in _HELD:
            self._held(meeting_id, target.value)
        step = {State.RECESS: self.pause, State.ADJOURNED: self.adjourn}.get(target)
        if step is not None:
            return step(meeting_id, overrule=overrule)
        if target is State.IN_SESSION:
            resumes = self.meeting(meeting_id).state is State.RECESS
            return self.resume(meeting_id) if resumes else self.start(meeting_id, overrule=overrule)
        moved = meetings.transition(
            meeting_id, target, overrule=overrule, reason=reason, plugins=self._plugins(), **self._by()
        )
        if target is State.CANCELLED:  # an armed recorder would hold its device for ever
            for one in self.running_recordings():
                if one.meeting == meeting_id:
                    self.settle_recording(one.id)
        return moved

    def start(self, meeting_id: str, *, overrule: Overrule | None = None) -> Meeting:
        self._held(meeting_id, State.IN_SESSION.value)
        return sessions.start(meeting_id, overrule=overrule, desk=self._desk(), rack=self._rack)

    def pause(self, meeting_id: str, *, overrule: Overrule | None = None, until: datetime | None = None) -> Meeting:
        del overrule  # nobody objects to a recess
        return sessions.pause(meeting_id, until=until, desk=self._desk())

    def resume(self, meeting_id: str) -> Meeting:
        return sessions.resume(meeting_id, order=self.order(meeting_id), desk=self._desk())

    def adjourn(self, meeting_id: str, *, overrule: Overrule | None = None) -> Meeting:
        return sessions.adjourn(meeting_id, overrule=overrule, desk=self._desk())

    def waive_transcript(self, meeting_id: str, *, by: str, reason: str) -> Meeting:
        return meetings.waive_transcript(meeting_id, by=by, reason=reason, **self._by())

    def explain_urgency(self, meeting_id: str, *, reason: str) -> Meeting:
        return meetings.explain_urgency(meeting_id, reason=reason, **self._by())

    # --- archive

    def package_files(self, meeting_id: str) -> Sequence[PackageFile]:
        return archive.package_files(meeting_id, uow=self._open(), plugins=self._plugins(), data=self.data)

    def target(self, kind: str, config: Mapping[str, Any]) -> ArchiveTarget:
        return self._plugins().target(kind)(self._with_credentials(config))

    def packages(self, meeting_id: str) -> Sequence[Package]:
        with self._open().reading() as uow:
            return uow.packages.of(meeting_id)

    def add_package(self, package: Package) -> None:
        archive.add_package(package, **self._by())

    def receipts(self, meeting_id: str) -> Sequence[Receipt]:
        with self._open().reading() as uow:
            return uow.packages.receipts(meeting_id)

    def add_receipt(self, meeting_id: str, receipt: Receipt) -> None:
        archive.add_receipt(meeting_id, receipt, **self._by())
