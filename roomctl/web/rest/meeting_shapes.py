"""A meeting over the wire: as it stands, and as a line of the calendar."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from roomctl.domain.calendar import Entry
from roomctl.domain.lifecycle import Need, State, ways_out
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import Secrecy
from roomctl.services.planned import PLAIN


class ItemShape(BaseModel):
    """议题."""

    n: int
    title: str
    unit: str
    presenter: str
    minutes: int
    observers: list[str]
    secrecy: str = Field(description="密级 of this item")


class Way(BaseModel):
    """A step that leads on from where the meeting stands, and the needs that are not met yet."""

    to: State
    verb: str
    unmet: list[Need]


class MeetingShape(BaseModel):
    """A meeting as it stands."""

    id: str
    title: str
    starts: datetime
    zone: str
    planned_minutes: int
    kind: str
    place: str
    chair: str
    minute_taker: str
    contact: str
    scope: str
    multimedia: str
    press: str
    catering: str
    special: str
    secrecy: str = Field(description="密级: the highest of the meeting and its items")
    own_secrecy: str = Field(description="密级 of the meeting without its items")
    secrecy_basis: str
    secrecy_by: str
    recorded: bool
    recording_approved_by: str
    state: State
    label: str = Field(description="the state in the reader's language")
    urgent: bool
    started_at: datetime | None
    adjourned_at: datetime | None
    version: int
    agenda: list[ItemShape]
    ways: list[Way] = Field(description="where it can go from here")

    @classmethod
    def of(cls, meeting: Meeting) -> Self:
        return cls(
            id=meeting.id,
            **{name: getattr(meeting, name) for name in PLAIN},
            secrecy=_mark(meeting.highest_secrecy),
            own_secrecy=_mark(meeting.secrecy),
            secrecy_basis=meeting.secrecy.basis,
            secrecy_by=meeting.secrecy.by,
            state=meeting.state,
            label=meeting.state.label,
            urgent=meeting.urgent,
            started_at=meeting.started_at,
            adjourned_at=meeting.adjourned_at,
            version=meeting.version,
            agenda=[
                ItemShape(
                    n=item.n,
                    title=item.title,
                    unit=item.unit,
                    presenter=item.presenter,
                    minutes=item.minutes,
                    observers=list(item.observers),
                    secrecy=_mark(item.secrecy),
                )
                for item in meeting.agenda
            ],
            ways=[
                Way(to=way.target, verb=way.verb, unmet=sorted(meeting.unmet(way.target)))
                for way in ways_out(meeting.state)
            ],
        )


class EntryShape(BaseModel):
    """A line of the calendar."""

    id: str
    title: str
    starts: datetime = Field(description="local time of `zone`")
    ends: datetime
    zone: str
    kind: str
    place: str
    chair: str
    state: State
    label: str = Field(description="the state in the reader's language")
    secrecy: str = Field(description="level, the highest of the meeting and its items")
    urgent: bool

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            id=entry.id,
            title=entry.title,
            starts=entry.starts,
            ends=entry.ends,
            zone=entry.zone,
            kind=entry.kind,
            place=entry.place,
            chair=entry.chair,
            state=entry.state,
            label=entry.state.label,
            secrecy=entry.level.value,
            urgent=entry.urgent,
        )


class FoundShape(BaseModel):
    """Some of the lines, and how many there are in all."""

    total: int
    meetings: list[EntryShape]


def _mark(secrecy: Secrecy) -> str:
    return secrecy.mark or secrecy.level.value
