"""T−15: the report to 领导 and 主持人, as a page, as a line to read out, and who is to be called (督促)."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from roomctl.api import Attendance, Meeting, Presence, Standing, quorum, tr
from roomctl_signin import lists

MOST_READ_OUT = 15
"""Names of one kind: more are read by nobody, and stand in the list below."""


class AwayShape(BaseModel):
    """Somebody who is not here."""

    name: str
    line: str = Field(description="unit and duty", examples=["市教育局　局长"])
    phone: str = Field(description="for the 督促")
    why: str = Field(description="of a leave: its reason, and who approved it")


class QuorumShape(BaseModel):
    """法定人数."""

    said: str
    met: bool


class ReportShape(BaseModel):
    """What the chair is told before the meeting begins."""

    room: str
    title: str
    date: str = Field(examples=["2026-11-12"])
    starts: str = Field(examples=["10:00"])
    at: str = Field(description="HH:MM of the room", examples=["09:45"])
    minutes: int = Field(description="to the planned start; negative after it")
    chair: str
    said: str = Field(examples=["应到 32　实到 27（代会 1）　请假 3　未到 2"])
    read_out: str = Field(description="the same to be read out, with names")
    quorum: QuorumShape | None
    absent: list[AwayShape]
    leave: list[AwayShape]
    proxies: list[str] = Field(examples=[["刘伟（代陈志强）"]])
    questions: list[str] = Field(description="for the secretary: what contradicts a decision")


def said(board: Attendance) -> str:
    """应到 32　实到 27（代会 1）　请假 3　未到 2."""
    n = board.counts
    proxies = tr(f"（代会 {n.proxy}）", f" ({n.proxy} by proxy)") if n.proxy else ""
    return tr(
        f"应到 {n.expected}　实到 {n.present}{proxies}　请假 {n.leave}　未到 {n.absent}",
        f"expected {n.expected}, here {n.present}{proxies}, on leave {n.leave}, not here {n.absent}",
    )


def read_out(board: Attendance) -> str:
    """应到 32 人，实到 27 人（其中代会 1 人），请假 3 人，未到 2 人。请假：王芳。未到：孙丽、周涛."""
    n = board.counts
    proxies = tr(f"（其中代会 {n.proxy} 人）", f" ({n.proxy} by proxy)") if n.proxy else ""
    text = tr(
        f"应到 {n.expected} 人，实到 {n.present} 人{proxies}，请假 {n.leave} 人，未到 {n.absent} 人。",
        f"{n.expected} expected, {n.present} here{proxies}, {n.leave} on leave, {n.absent} not here. ",
    )
    for title, people in (
        (tr("代会", "By proxy"), [one.written for one in board.members if one.proxy_arrived]),
        (tr("请假", "On leave"), [one.person.name for one in _on_leave(board)]),
        (tr("未到", "Not here"), [one.person.name for one in _absent(board)]),
    ):
        if 0 < len(people) <= MOST_READ_OUT:
            text += tr(f"{title}：{'、'.join(people)}。", f"{title}: {', '.join(people)}. ")
    return text.strip()


def of(meeting: Meeting, board: Attendance, stands: quorum.Quorum | None, *, room: str, now: datetime) -> ReportShape:
    """The whole report. Args: now: aware."""
    return ReportShape(
        room=room,
        title=meeting.title,
        date=f"{meeting.starts:%Y-%m-%d}",
        starts=f"{meeting.starts:%H:%M}",
        at=lists.minute(now, ZoneInfo(meeting.zone)),
        minutes=round((meeting.starts_at - now).total_seconds() / 60),
        chair=meeting.chair,
        said=said(board),
        read_out=read_out(board),
        quorum=QuorumShape(said=stands.said, met=stands.met) if stands else None,
        absent=[_away(one) for one in _absent(board)],
        leave=[_away(one) for one in _on_leave(board)],
        proxies=[one.written for one in board.members if one.proxy_arrived],
        questions=[f"{one.person.name}：{question.label}" for one in board.standings for question in one.questions],
    )


def _absent(board: Attendance) -> Iterable[Standing]:
    return [one for one in board.members if one.presence in {Presence.EXPECTED, Presence.ABSENT}]


def _on_leave(board: Attendance) -> Iterable[Standing]:
    return [one for one in board.members if one.presence is Presence.ON_LEAVE]


def _away(one: Standing) -> AwayShape:
    person = one.person
    approved = tr(f"{one.approver}批准", f"approved by {one.approver}") if one.approver else ""
    proxy = tr(f"代会 {one.proxy} 未到", f"proxy {one.proxy} is not here") if one.proxy else ""
    asked = tr("请假待批", "leave to be decided") if one.pending_leave else ""
    return AwayShape(
        name=person.name,
        line=person.line,
        phone=person.phone,
        why="，".join(filter(None, (one.reason, approved, proxy, asked))),
    )
