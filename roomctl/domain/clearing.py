"""清理会场: what is left to do in the room after a session, who did it and when, and what was left behind.

All of it derives from append-only events; an undo is an event too. The list is the office's, and from the first
press on it is the one that this meeting began with: a template that is changed later changes no meeting.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from roomctl.domain.checks import Title, titled
from roomctl.domain.events import Actor
from roomctl.errors import NotFound, Refused
from roomctl.i18n import several, tr

BEGUN = "clearing.begun"
DONE = "clearing.done"
UNDONE = "clearing.undone"
FOUND = "clearing.found"
PICTURED = "clearing.pictured"
HANDED = "clearing.handed"
CONTACTED = "clearing.contacted"
"""Somebody has looked up a telephone number, to ask for a paper."""


class TaskKind(StrEnum):
    """What a task asks for besides a press."""

    HAND = "hand"
    HANDOUTS = "handouts"
    """Done by itself where handouts are registered and each is accounted for."""
    LEFT_BEHIND = "left_behind"
    """Cannot be done while somebody has found a thing and handed it to nobody."""
    DEVICES = "devices"
    """May run a macro of the room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearingTask:
    """A row of the office's template.

    Attributes:
        id: ASCII, unique in the list.
        macro: of the room, which the press “全部关闭” runs; empty for none.

    """

    id: str
    title: Title
    kind: TaskKind = TaskKind.HAND
    macro: str = ""

    @property
    def name(self) -> str:
        """The title in the reader's language."""
        return titled(self.title, self.id)

    def as_json(self) -> dict[str, Any]:
        """As the event keeps it."""
        return {"id": self.id, "title": list(self.title), "kind": self.kind.value, "macro": self.macro}

    @classmethod
    def told(cls, data: Mapping[str, Any]) -> "ClearingTask":
        """As the event has it."""
        zh, en = data["title"]
        return cls(id=str(data["id"]), title=(zh, en), kind=TaskKind(data["kind"]), macro=str(data["macro"]))


@dataclass(frozen=True, slots=True)
class Press:
    """Who did it, and when.

    Attributes:
        by: the name alone.

    """

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClearingRow:
    """A task, and whether it is done."""

    task: ClearingTask
    done: Press | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """A thing that somebody forgot.

    Attributes:
        picture: name of the photo's file, empty where there is none; sha256: of its bytes.
        handed_to: who keeps it now: a duty office, or its owner.

    """

    id: str
    what: str
    place: str
    found: Press
    picture: str = ""
    sha256: str = ""
    handed_to: str = ""
    handed: Press | None = None


@dataclass(frozen=True, slots=True)
class ClearingFact:
    """An event of the list as the derivation reads it.

    Attributes:
        by: who did it, as the log writes an actor.

    """

    kind: str
    at: datetime
    data: Mapping[str, Any]
    by: str

    @property
    def press(self) -> Press:
        return Press(Actor.parse(self.by).name, self.at)


@dataclass(frozen=True, slots=True)
class ClearingList:
    """How far it is.

    Attributes:
        begun: somebody has pressed something; the template is no longer asked.
        contacted: the last look at each person's telephone number, by id of the person.

    """

    rows: tuple[ClearingRow, ...]
    things: tuple[LeftBehind, ...] = ()
    begun: bool = False
    contacted: Mapping[str, Press] = field(default_factory=dict)

    @property
    def open(self) -> tuple[ClearingRow, ...]:
        """What is still to be done, in the order of the list."""
        return tuple(row for row in self.rows if row.done is None)

    @property
    def complete(self) -> bool:
        return not self.open

    def row(self, task: str) -> ClearingRow:
        """Raises: NotFound, with the ids that there are."""
        for one in self.rows:
            if one.task.id == task:
                return one
        raise NotFound(
            tr(f"清理会场清单里没有 {task}", f"the clearing list has no {task!r}"),
            mend=tr("现有：", "known: ") + "、".join(one.task.id for one in self.rows),
        )

    def thing(self, thing: str) -> LeftBehind:
        """Raises: NotFound."""
        for one in self.things:
            if one.id == thing:
                return one
        raise NotFound(tr("没有登记这件物品", "no such thing was put down"), thing[:64])

    @property
    def homeless(self) -> tuple[LeftBehind, ...]:
        """Things that nobody keeps yet."""
        return tuple(one for one in self.things if one.handed is None)

    def need_pressable(self, row: ClearingRow) -> None:
        """Raises: Refused: a thing that was found has gone to nobody yet."""
        if row.task.kind is TaskKind.LEFT_BEHIND and self.homeless:
            raise Refused(
                tr(f"“{row.task.name}”还不能完成", f"{row.task.name!r} cannot be done yet"),
                several(tr(f"{one.what}还没有写交给谁", f"{one.what}: handed to nobody") for one in self.homeless),
                tr("先写明交给谁", "say first who keeps it"),
            )


def derive(template: Sequence[ClearingTask], facts: Iterable[ClearingFact], settled: Press | None) -> ClearingList:
    """The list as it stands.

    Args:
        template: the office's; asked where nothing was pressed yet.
        facts: of one meeting, in the order of the log.
        settled: when the last handout was accounted for; None where one is out, or where none was registered.

    """
    tasks, begun = tuple(template), False
    done: dict[str, Press] = {}
    things: dict[str, LeftBehind] = {}
    contacted: dict[str, Press] = {}
    for fact in facts:
        data = fact.data
        match fact.kind:
            case "clearing.begun" if not begun:
                tasks, begun = tuple(ClearingTask.told(one) for one in data["tasks"]), True
            case "clearing.done":
                done.setdefault(str(data["task"]), fact.press)
            case "clearing.undone":
                done.pop(str(data["task"]), None)
            case "clearing.found":
                made = LeftBehind(id=data["thing"], what=data["what"], place=data["place"], found=fact.press)
                things[made.id] = made
            case "clearing.pictured":
                old = things[data["thing"]]
                things[old.id] = replace(old, picture=data["picture"], sha256=data["sha256"])
            case "clearing.handed":
                old = things[data["thing"]]
                things[old.id] = replace(old, handed_to=data["to"], handed=fact.press)
            case "clearing.contacted":
                contacted[str(data["person"])] = fact.press
            case _:
                pass
    rows = tuple(
        ClearingRow(task, settled or done.get(task.id) if task.kind is TaskKind.HANDOUTS else done.get(task.id))
        for task in tasks
    )
    return ClearingList(rows, tuple(things.values()), begun, contacted)
