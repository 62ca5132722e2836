"""涉密: what a machine was declared for, the media that may carry state secrets, who handed what to whom.

What is asked of such a meeting before it opens, each point confirmed by name, stands here too.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from roomctl.domain.archive import Package
from roomctl.domain.lines import one_line
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import Level, Way
from roomctl.errors import BadInput, Forbidden, Refused
from roomctl.i18n import tr

DECLARABLE = (Level.SECRET, Level.CONFIDENTIAL)
"""绝密 is handled on no machine with roomctl."""

MEDIUM = "registered-medium"
"""Stands for a registered 涉密介质 where a package names its targets; no target of the settings is ever it."""

LABEL = "roomctl-medium.txt"
"""The file at the root of a registered medium that says which one it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The admin says that this machine is approved for state secrets.

    Attributes:
        approval: 批准文号.
        approved: the date of the approval.
        by: who declared it, at that instant.
        revoked: when it ended; None while it stands.

    """

    id: str
    approval: str
    level: Level
    approved: date
    by: str
    at: datetime
    revoked: datetime | None = None
    revoked_by: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.level not in DECLARABLE:
            raise Forbidden(
                tr(f"本机不能登记为{self.level.value}", f"a machine cannot be declared for {self.level.value}"),
                tr("只能登记秘密或机密；绝密一律不受理", "秘密 or 机密 alone; 绝密 is always refused"),
            )

    def as_json(self) -> Mapping[str, Any]:
        return {
            "approval": self.approval,
            "level": self.level.value,
            "approved": self.approved.isoformat(),
            "by": self.by,
            "at": self.at.isoformat(),
            "revoked": self.revoked.isoformat() if self.revoked else None,
            "revoked_by": self.revoked_by,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """A registered 涉密介质: a disk or a stick that carries a serial, in a file on it as well as on its label.

    Attributes:
        serial: 介质编号, as it is written on it.
        level: the highest 密级 that it may carry.
        keeper: 保管处.
        withdrawn: when it went out of use; None while it is good.

    """

    serial: str
    label: str
    level: Level
    keeper: str
    by: str
    at: datetime
    withdrawn: datetime | None = None
    withdrawn_by: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.level not in DECLARABLE:
            raise BadInput(
                tr(
                    f"涉密介质的密级不能是{self.level.value}", f"a medium cannot be registered for {self.level.value}"
                ),
                mend=tr("请写秘密或机密", "write 秘密 or 机密"),
            )

    def take(self, level: Level) -> None:
        """Raises: Refused, where it may not carry that level."""
        if self.withdrawn is not None:
            why = tr("它已停用", "it was withdrawn")
        elif level.degree > self.level.degree:
            why = tr(f"它只能存{self.level.value}级", f"it may carry {self.level.value} at most")
        else:
            return
        raise Refused(
            tr(f"介质 {self.serial} 不能用", f"the medium {self.serial} cannot be used"),
            why,
            tr("请换一个登记的涉密介质", "take another registered one"),
        )

    def as_json(self) -> Mapping[str, Any]:
        return {
            "serial": self.serial,
            "label": self.label,
            "level": self.level.value,
            "keeper": self.keeper,
            "by": self.by,
            "at": self.at.isoformat(),
            "withdrawn": self.withdrawn.isoformat() if self.withdrawn else None,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """移交: one package on one medium, from one person to another; both have signed when `received` is set.

    Attributes:
        number: of the list, 1, 2, 3 … on this machine without gaps.
        files, bytes, manifest_sha256: of the package, as it was read back from the medium.
        handed_by, received_by: 移交人, 接收人, never the same.
        keeper: 保管处, where it lies from then on.

    """

    id: str
    number: int
    meeting: str
    package: str
    medium: str
    files: int
    bytes: int
    manifest_sha256: str
    handed_by: str
    at: datetime
    keeper: str
    received_by: str = ""
    received: datetime | None = None

    def receive(self, by: str, at: datetime) -> "Handover":
        """The other side has counted, and signed. Raises: Refused. BadInput: nobody is named."""
        if self.received is not None:
            raise Refused(
                tr(f"第 {self.number} 号移交清单已签收", f"handover list {self.number} is signed already"),
                tr(f"接收人 {self.received_by}", f"received by {self.received_by}"),
            )
        name = one_line(tr("接收人", "who receives it"), by)
        if name == self.handed_by:
            raise Refused(
                tr("移交人和接收人不能是同一人", "who hands over and who receives are two people"),
                name,
                tr("请由接收的一方签收", "let the other side sign"),
            )
        return replace(self, received_by=name, received=at)

    def as_json(self) -> Mapping[str, Any]:
        return {
            "id": self.id,
            "number": self.number,
            "meeting": self.meeting,
            "package": self.package,
            "medium": self.medium,
            "files": self.files,
            "bytes": self.bytes,
            "manifest_sha256": self.manifest_sha256,
            "handed_by": self.handed_by,
            "at": self.at.isoformat(),
            "keeper": self.keeper,
            "received_by": self.received_by,
            "received": self.received.isoformat() if self.received else None,
        }


def place_name(target: str) -> str:
    """A target as people read it."""
    return Way.REGISTERED.label if target == MEDIUM else target


def label_of(serial: str) -> str:
    """What stands in `LABEL` of a medium, for people as well."""
    return f"涉密介质，专物专用，请勿带离保管处\nserial: {serial}\n"


def serial_on(text: str) -> str:
    """The serial that a `LABEL` tells; empty where it tells none."""
    lines = (line.partition(":") for line in text.splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == "serial"), "")


def is_stub(meeting: Meeting, package: Package) -> bool:
    """Whether a package stands in the ordinary archive for one that lies on a registered medium."""
    return meeting.highest_secrecy.state_secret and MEDIUM not in package.targets


class Point(StrEnum):
    """What a 涉密 meeting must have before it opens; that nothing sends is a check of the devices."""

    PLAN = "plan"
    PEOPLE = "people"
    PROXIES = "proxies"
    PHONES = "phones"
    RECORDING = "recording"
    PAPERS = "papers"

    @property
    def label(self) -> str:
        return tr(*_POINTS[self])


_POINTS = {
    Point.PLAN: ("保密方案", "the plan for secrecy"),
    Point.PEOPLE: ("人员名单固定，身份已核验", "the list of people is fixed, each identity checked"),
    Point.PROXIES: ("代会经主办单位重新批准", "the host unit has approved each proxy again"),
    Point.PHONES: ("手机已入柜", "telephones are in the locker"),
    Point.RECORDING: ("录音已批准", "the recording is approved"),
    Point.PAPERS: ("材料已编号登记", "the papers are numbered and signed out"),
}

NUMBERED = frozenset({Point.PLAN, Point.PROXIES, Point.RECORDING})
"""Points that rest on a paper, whose number is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """One point, confirmed by name.

    Attributes:
        number: of the plan or the approval.
        of: what it was confirmed of, as a digest; it counts no more where that has changed.
        level: 密级 of the meeting then; it counts no more where that was raised. None: nobody noted it.

    """

    point: Point
    by: str
    at: datetime
    number: str = ""
    of: str = ""
    level: Level | None = None

    def covers(self, level: Level) -> bool:
        """Whether it was given for that 密级, or a higher one."""
        return self.level is None or self.level.degree >= level.degree

    def as_json(self) -> Mapping[str, Any]:
        return {
            "point": self.point.value,
            "by": self.by,
            "at": self.at.isoformat(),
            "number": self.number,
        }


def points(meeting: Meeting, *, proxies: bool) -> Sequence[Point]:
    """Those that this meeting must have; none where it is no state secret.

    Args:
        proxies: somebody comes for somebody else.

    """
    if not meeting.highest_secrecy.state_secret:
        return ()
    asked = {Point.PROXIES: proxies, Point.RECORDING: meeting.recorded}
    return [point for point in Point if asked.get(point, True)]


def missing(
    meeting: Meeting, confirmed: Iterable[Confirmation], of: Mapping[Point, str], *, proxies: bool
) -> Sequence[Point]:
    """Points that nobody has confirmed as things stand now: all of them, where the 密级 was raised since.

    Args:
        of: what each point is about, as it stands now.

    """
    level = meeting.highest_secrecy.level
    good = {one.point for one in confirmed if one.of == of.get(one.point, "") and one.covers(level)}
    return [point for point in points(meeting, proxies=proxies) if point not in good]


def digest(parts: Iterable[str]) -> str:
    """Of a list that was confirmed, whatever its order."""
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()


def paper_number(point: Point, number: str) -> str:
    """The number of the paper that a point rests on. Raises: BadInput, where it must have one."""
    if point in NUMBERED or number.strip():
        return one_line(tr("文号或编号", "the number of the paper"), number)
    return ""
