"""密级 in memory: the real table, and a register that a test fills."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from roomctl.domain import secrecy
from roomctl.domain.custody import Declaration, Handover, Medium
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import Level, Way
from roomctl.errors import NotFound


class FakeCustody:
    """Part of `FakeServices`.

    Attributes:
        declared: of this machine. registered: media by serial. handed: in order.

    """

    declared: Declaration | None = None

    @property
    def registered(self) -> dict[str, Medium]:
        return self.__dict__.setdefault("_registered", {})  # type: ignore[no-any-return]

    @property
    def handed(self) -> list[Handover]:
        return self.__dict__.setdefault("_handed", [])  # type: ignore[no-any-return]

    if TYPE_CHECKING:

        def meeting(self, meeting_id: str) -> Meeting: ...
        def meetings(self, *states: State) -> Sequence[Meeting]: ...

    def need_held(self, meeting_id: str, what: str) -> Meeting:
        del what
        meeting = self.meeting(meeting_id)
        secrecy.admit(meeting.highest_secrecy, self.declared.level if self.declared else None)
        return meeting

    def need_shown(self, meeting_id: str, *, handing_over: bool = False) -> Meeting:
        del handing_over
        return self.need_held(meeting_id, "show")

    def shown_meetings(self, *states: State) -> Sequence[Meeting]:
        most = self.declared.level if self.declared else Level.INTERNAL
        return [one for one in self.meetings(*states) if one.highest_secrecy.level.degree <= most.degree]

    def need_way(self, meeting_id: str, way: Way) -> Meeting:
        meeting = self.meeting(meeting_id)
        secrecy.ask(meeting.highest_secrecy, way)
        return meeting

    def declaration(self) -> Declaration | None:
        return self.declared

    def medium(self, serial: str) -> Medium:
        if serial not in self.registered:
            raise NotFound(f"no medium {serial}")
        return self.registered[serial]

    def handovers(self, meeting_id: str | None = None) -> Sequence[Handover]:
        return [one for one in self.handed if meeting_id in {None, one.meeting}]

    def hand_package_over(
        self, meeting_id: str, *, package: str, medium: str, by: str, files: int, size: int, manifest_sha256: str
    ) -> Handover:
        held = self.medium(medium)
        held.take(self.meeting(meeting_id).highest_secrecy.level)
        one = Handover(
            id=f"h{len(self.handed) + 1}",
            number=len(self.handed) + 1,
            meeting=meeting_id,
            package=package,
            medium=medium,
            files=files,
            bytes=size,
            manifest_sha256=manifest_sha256,
            handed_by=by,
            at=datetime(2026, 11, 12, 4, tzinfo=UTC),
            keeper=held.keeper,
        )
        self.handed.append(one)
        return one

    def receive(self, number: int, by: str) -> Handover:
        """The other side signs."""
        one = self.handed[number - 1]
        self.handed[number - 1] = signed = replace(one.receive(by, one.at))
        return signed
