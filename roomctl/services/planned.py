"""A meeting as somebody wants it planned or changed, over the wire or from a file: 确定会议."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints

from roomctl.domain.meeting import DEFAULT_ZONE, AgendaItem, Meeting, MeetingId
from roomctl.domain.secrecy import Secrecy, parse
from roomctl.inputs import MOST_ITEMS, Line, Name, Shape, Text
from roomctl.services.identity import new_id

LONGEST = 1440
"""Minutes of a meeting, and of an item: a day."""


class NewItem(Shape):
    """议题."""

    title: Annotated[Line, StringConstraints(min_length=1)] = Field(examples=["停车场建设"])
    unit: Line = Field(default="", description="汇报单位", examples=["城管局"])
    presenter: Line = Field(default="", description="汇报人", examples=["李晓明"])
    minutes: int = Field(default=0, ge=0, le=LONGEST)
    observers: list[Name] = Field(default_factory=list, max_length=MOST_ITEMS, description="列席 of this item")
    secrecy: Line = Field(default="非密", description="密级 of this item; the meeting takes the highest")

    def made(self, n: int) -> AgendaItem:
        return AgendaItem(
            n,
            self.title,
            self.unit,
            self.presenter,
            self.minutes,
            tuple(self.observers),
            parse(self.secrecy),
        )


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such IANA zone")
    return name


def _planned(at: datetime) -> datetime:
    if at.tzinfo is not None:
        raise ValueError("local time of the zone, without an offset")
    if not datetime(2000, 1, 1) <= at < datetime(2100, 1, 1):  # noqa: DTZ001 - local time
        raise ValueError("between 2000 and 2099")
    return at


Title = Annotated[Line, StringConstraints(min_length=1)]
Starts = Annotated[datetime, AfterValidator(_planned)]
Minutes = Annotated[int, Field(ge=1, le=LONGEST)]


class NewMeeting(Shape):
    """A meeting to be planned: 确定会议."""

    title: Title = Field(description="主题", examples=["城区停车场建设专题研究"])
    starts: Starts = Field(description="local time of `zone`, without an offset", examples=["2026-11-12T09:00:00"])
    zone: Annotated[str, AfterValidator(_zone)] = DEFAULT_ZONE
    planned_minutes: Minutes = 60
    kind: Line = Field(default="专题会议", description="会议种类")
    scope: Text = Field(default="", description="范围: who is to come", examples=["各区县、市直各部门主要负责人"])
    place: Line = Field(default="", description="场所; empty is this room")
    chair: Line = Field(default="", description="主持人", examples=["张建国"])
    minute_taker: Line = Field(default="", description="记录人")
    contact: Line = Field(default="", description="联系人", examples=["孙丽 88886666"])
    multimedia: Text = Field(default="", description="多媒体", examples=["投影、视频连线"])
    press: Text = Field(default="", description="媒体报道", examples=["市电视台，会前五分钟"])
    catering: Text = Field(default="", description="用餐", examples=["工作餐 30 份"])
    special: Text = Field(default="", description="特殊要求")
    secrecy: Line = Field(
        default="非密",
        description="密级: 非密, 内部, 秘密★3年, 机密★6个月, 秘密★长期, 秘密★2027年6月1日, 秘密★公布前",
        examples=["内部"],
    )
    secrecy_basis: Line = Field(default="", description="定密依据")
    secrecy_by: Line = Field(default="", description="定密责任人")
    recorded: bool = Field(default=True, description="录音 是/否")
    recording_approved_by: Line = Field(default="", description="who approved that it is, or is not, recorded")
    agenda: list[NewItem] = Field(default_factory=list, max_length=MOST_ITEMS)
    share_room: Text = Field(
        default="", description="why the room is taken although another meeting holds it; asks for meetings.overrule"
    )

    def made(self, room: str) -> Meeting:
        """The domain's value. Raises: BadInput, where a 密级 cannot be read."""
        return Meeting(
            id=MeetingId(new_id()),
            room=room,
            secrecy=replace(parse(self.secrecy), basis=self.secrecy_basis, by=self.secrecy_by),
            agenda=tuple(item.made(n) for n, item in enumerate(self.agenda, 1)),
            **{name: getattr(self, name) for name in PLAIN},
        )


PLAIN = (
    "title", "starts", "zone", "planned_minutes", "kind", "scope", "place", "chair", "minute_taker", "contact",
    "multimedia", "press", "catering", "special", "recorded", "recording_approved_by",
)  # fmt: skip
"""Attributes that are the same in the domain and over the wire."""


class MeetingChanges(Shape):
    """What is to be different; what is left out stays."""

    version: int = Field(ge=0, description="of the meeting as it was read: 409 where somebody else changed it since")
    title: Title | None = None
    starts: Starts | None = None
    planned_minutes: Minutes | None = None
    kind: Line | None = None
    scope: Text | None = None
    place: Line | None = None
    chair: Line | None = None
    minute_taker: Line | None = None
    contact: Line | None = None
    multimedia: Text | None = None
    press: Text | None = None
    catering: Text | None = None
    special: Text | None = None
    secrecy: Line | None = None
    secrecy_basis: Line | None = None
    secrecy_by: Line | None = None
    recorded: bool | None = None
    recording_approved_by: Line | None = None
    agenda: list[NewItem] | None = Field(default=None, max_length=MOST_ITEMS, description="the whole agenda")
    share_room: Text = ""

    def of(self, meeting: Meeting) -> Mapping[str, Any]:
        """Attribute → value, for `planning.edit`. Raises: BadInput, where a 密级 cannot be read."""
        given = {name: value for name in PLAIN if (value := getattr(self, name, None)) is not None}
        if self.secrecy is not None or self.secrecy_basis is not None or self.secrecy_by is not None:
            given["secrecy"] = self._secrecy(meeting.secrecy)
        if self.agenda is not None:
            given["agenda"] = tuple(item.made(n) for n, item in enumerate(self.agenda, 1))
        return given

    def _secrecy(self, before: Secrecy) -> Secrecy:
        level = before if self.secrecy is None else parse(self.secrecy)
        return replace(
            level,
            basis=before.basis if self.secrecy_basis is None else self.secrecy_basis,
            by=before.by if self.secrecy_by is None else self.secrecy_by,
        )
