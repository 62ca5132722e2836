"""清理会场: each press is an event, and the last one lets the meeting be closed. The handouts: `handouts.py`."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roomctl.domain import clearing, handouts
from roomctl.domain.archive import PackageFile
from roomctl.domain.clearing import ClearingFact, ClearingList, LeftBehind, TaskKind
from roomctl.domain.events import Event
from roomctl.domain.handouts import Handout, Handouts
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.lines import one_line
from roomctl.domain.meeting import Meeting
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import several, speaking, tr
from roomctl.services import office_files, whole_file
from roomctl.services.identity import new_id
from roomctl.services.marks import Desk
from roomctl.services.ports import UnitOfWork

FOLDER = "clearing"
"""Of the photos, in a meeting's folder."""
MAX_PICTURE = 1_000_000
"""Bytes of one photo, as one request carries it; the page makes it smaller before it sends it."""

OVER = frozenset({State.CLOSED, State.DEPOSITED})
"""The package is sealed; a paper may still turn up."""
LIVE = frozenset({State.PLANNED, State.APPROVED, State.OPEN, State.IN_SESSION, State.RECESS, State.ADJOURNED})
"""While papers are handed out and collected."""
_PICTURES = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
"""By the first bytes (ISO/IEC 10918-1 Annex B; PNG, section 5.2)."""


@dataclass(frozen=True, slots=True)
class Room:
    """How the room stands after a session."""

    meeting: Meeting
    list: ClearingList
    handouts: Handouts


Acts = Iterable[tuple[str, dict[str, Any]]]
"""Events to be: kind and data."""


def look(meeting_id: str, *, uow: UnitOfWork, data: Path) -> Room:
    """How far it is. Raises: NotFound; BadInput: the office's list cannot be read, and nothing was pressed yet."""
    with uow.reading():
        return _read(uow.meetings.get(meeting_id), data, uow)


def press(meeting_id: str, task: str, *, desk: Desk) -> Room:
    """A task is done; once more changes nothing.

    Raises:
        NotFound: no such task. Refused: the meeting is not adjourned, or is closed; a handout is out; a thing that
            was found has gone to nobody.

    """

    def acts(room: Room) -> Acts:
        row = room.list.row(task)
        if row.done is None:
            _need_collected(room, row.task.kind)
            room.list.need_pressable(row)
            yield clearing.DONE, {"task": task}

    return act(meeting_id, acts, desk)


def press_all(meeting_id: str, left_behind: str, *, desk: Desk) -> Meeting:
    """Somebody vouches for all that is still open, in one press.

    Args:
        left_behind: what was found and where it is now; empty for nothing.

    Raises:
        Refused: as for `press`. BadInput: the text is too long.

    """
    said = one_line(tr("遗留物品", "things left behind"), left_behind, needed=False)

    def acts(room: Room) -> Acts:
        if said:
            thing = new_id()
            yield clearing.FOUND, {"thing": thing, "what": said, "place": ""}
            yield clearing.HANDED, {"thing": thing, "to": desk.actor.name}
        for row in room.list.open:
            _need_collected(room, row.task.kind)
            room.list.need_pressable(row)
            yield clearing.DONE, {"task": row.task.id}

    act(meeting_id, acts, desk)
    return desk.uow.peek(meeting_id)


def undo(meeting_id: str, task: str, *, desk: Desk) -> Room:
    """It is not done after all; both events stay. The meeting waits for it again."""

    def acts(room: Room) -> Acts:
        row = room.list.row(task)
        if row.task.kind is TaskKind.HANDOUTS and room.handouts.settled:
            raise Refused(
                tr("材料已逐份销号", "each copy was accounted for"),
                mend=tr("要撤销，请在那一份上撤销", "undo it at the copy that is meant"),
            )
        if row.done is not None:
            yield clearing.UNDONE, {"task": task}

    return act(meeting_id, acts, desk)


# --- things left behind


def find_thing(meeting_id: str, what: str, place: str, to: str = "", *, desk: Desk) -> LeftBehind:
    """Somebody has found something. The task of the list is open again, until the thing is handed to somebody.

    Args:
        to: who keeps it already; empty: nobody yet.

    """
    said = one_line(tr("物品", "the thing"), what)
    where = one_line(tr("地点", "the place"), place, needed=False)
    keeper = _keeper(to, needed=False)
    thing = new_id()

    def acts(room: Room) -> Acts:
        yield clearing.FOUND, {"thing": thing, "what": said, "place": where}
        if keeper:
            yield clearing.HANDED, {"thing": thing, "to": keeper}
        for row in room.list.rows:
            if row.task.kind is TaskKind.LEFT_BEHIND and row.done is not None:
                yield clearing.UNDONE, {"task": row.task.id}

    return act(meeting_id, acts, desk).list.thing(thing)


def hand_over(meeting_id: str, thing: str, to: str, *, desk: Desk) -> LeftBehind:
    """Who keeps it now; said again, the newer holds."""
    said = _keeper(to)

    def acts(room: Room) -> Acts:
        if room.list.thing(thing).handed_to != said:
            yield clearing.HANDED, {"thing": thing, "to": said}

    return act(meeting_id, acts, desk).list.thing(thing)


def _keeper(to: str, *, needed: bool = True) -> str:
    return one_line(tr("交给谁", "who keeps it"), to, needed=needed)


def add_picture(meeting_id: str, thing: str, content: bytes, *, desk: Desk) -> LeftBehind:
    """A photo of it, JPEG or PNG. An earlier one stays in the folder. Raises: BadInput: neither, or too large."""
    suffix = next((one for head, one in _PICTURES.items() if content.startswith(head)), "")
    if not suffix or len(content) > MAX_PICTURE:
        raise BadInput(
            tr("照片不能保存", "the photo cannot be kept"),
            tr("不是 JPEG 或 PNG", "it is neither JPEG nor PNG")
            if not suffix
            else tr(f"大于 {MAX_PICTURE // 1_000_000} MB", f"it is larger than {MAX_PICTURE // 1_000_000} MB"),
            tr("请换一张", "take another"),
        )
    meeting = desk.uow.peek(meeting_id)
    need_state(meeting, {State.ADJOURNED})
    look(meeting_id, uow=desk.uow, data=desk.data).list.thing(thing)
    sha256 = hashlib.sha256(content).hexdigest()
    folder = desk.data / "meetings" / meeting_id / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{thing}-{sha256[:8]}.{suffix}"
    half = folder / f"{name}.{new_id()}.partial"  # two people may send the same one at once
    try:
        half.write_bytes(content)
        half.replace(folder / name)
    finally:
        half.unlink(missing_ok=True)

    def acts(room: Room) -> Acts:
        if room.list.thing(thing).sha256 != sha256:
            yield clearing.PICTURED, {"thing": thing, "picture": name, "sha256": sha256, "bytes": len(content)}

    return act(meeting_id, acts, desk).list.thing(thing)


def picture(meeting_id: str, thing: str, *, uow: UnitOfWork, data: Path) -> Path:
    """The photo's file. Raises: NotFound."""
    name = look(meeting_id, uow=uow, data=data).list.thing(thing).picture
    path = data / "meetings" / meeting_id / FOLDER / name
    if not name or not path.is_file():
        raise NotFound(tr("这件物品没有照片", "there is no photo of it"))
    return path


# --- for the package


def package_files(meeting_id: str, *, uow: UnitOfWork, data: Path) -> tuple[PackageFile, ...]:
    """The list, the register and the photos; none where nothing of it was used. Inside no transaction."""
    room = look(meeting_id, uow=uow, data=data)
    if not room.list.begun and not room.handouts.copies:
        return ()
    folder = data / "meetings" / meeting_id / "package"
    path = folder / "clearing.json"
    with speaking("zh"):  # whoever closes the meeting, it is the office's paper
        told = as_json(room)
    whole_file.put(path, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    photos = data / "meetings" / meeting_id / FOLDER
    shown = [one.picture for one in room.list.things if one.picture and (photos / one.picture).is_file()]
    return (
        PackageFile("records/clearing.json", path),
        *(PackageFile(f"records/left-behind/{name}", photos / name) for name in shown),
    )


def as_json(room: Room) -> dict[str, Any]:
    """As REST, the command line and the package have it; instants in UTC."""
    return {
        "complete": room.list.complete and not room.handouts.out,
        "tasks": [
            {"id": one.task.id, "title": one.task.name, "kind": one.task.kind.value, **_pressed(one.done)}
            for one in room.list.rows
        ],
        "left_behind": [
            {
                "id": one.id,
                "what": one.what,
                "place": one.place,
                **_pressed(one.found),
                "picture": one.picture,
                "sha256": one.sha256,
                "handed_to": one.handed_to,
            }
            for one in room.list.things
        ],
        "handouts": [handout_as_json(one) for one in room.handouts.copies],
    }


def handout_as_json(one: Handout) -> dict[str, Any]:
    """A copy as REST, the command line and the package have it."""
    return {
        "id": one.id,
        "document": one.document,
        "copy": one.copy,
        "secrecy": one.secrecy.mark or one.secrecy.level.value,
        "state": one.state.value,
        "holder": one.holder,
        "name": one.name,
        "where": one.where,
        "by": one.last.by,
        "at": one.last.at.isoformat(),
        "seen_by": one.seen.by if one.seen else "",
    }


def _pressed(press: clearing.Press | None) -> dict[str, Any]:
    return {"by": press.by if press else "", "at": press.at.isoformat() if press else None}


# --- how an act is done


def act(
    meeting_id: str,
    acts: Callable[[Room], Acts],
    desk: Desk,
    states: Iterable[State] = (State.ADJOURNED,),
    *,
    begins: bool = True,
) -> Room:
    """What `acts` makes of the room is appended, and the meeting's need follows, all in one transaction.

    Args:
        acts: called with the room as it is then.
        begins: the list is this meeting's from now on.

    """
    with desk.uow as uow:
        meeting = uow.meetings.get(meeting_id)
        need_state(meeting, states)
        before = _read(meeting, desk.data, uow)
        made = list(acts(before))
        if not made:
            return before
        closing = meeting.state is State.ADJOURNED
        if closing and begins and not before.list.begun:
            made.insert(0, (clearing.BEGUN, {"tasks": [row.task.as_json() for row in before.list.rows]}))
        for kind, told in made:
            _append(uow, meeting_id, kind, told, desk)
        after = _read(meeting, desk.data, uow)
        if closing:
            _settle(meeting, after, uow, desk)
        uow.commit()
    return after


def _settle(meeting: Meeting, room: Room, uow: UnitOfWork, desk: Desk) -> None:
    """The meeting may be closed, or may no longer."""
    held, whole = Need.CLEARED in meeting.facts, room.list.complete and not room.handouts.out
    if whole and not held:
        uow.meetings.save(meeting.hold(Need.CLEARED))
        kept = "；".join(f"{one.what} → {one.handed_to}" for one in room.list.things)  # in nobody's own language
        _append(uow, meeting.id, "meeting.cleared", {"left_behind": kept}, desk)
    elif held and not whole:
        uow.meetings.save(meeting.lack(Need.CLEARED))


def _append(uow: UnitOfWork, meeting_id: str, kind: str, told: dict[str, Any], desk: Desk) -> None:
    event = Event(stream=meeting_id, kind=kind, actor=desk.actor, at=desk.clock.now(), data=told)
    uow.events.append(event)


def register_of(meeting_id: str, uow: UnitOfWork) -> Handouts:
    """The copies of a meeting's papers. Inside a transaction."""
    return handouts.derive(_facts(meeting_id, uow, "handout.*"))


def _read(meeting: Meeting, data: Path, uow: UnitOfWork) -> Room:
    """Inside a transaction. The office's file is read only where nothing was pressed yet."""
    facts = _facts(meeting.id, uow, "clearing.*", "handout.*")
    register = handouts.derive(facts)
    begun = any(fact.kind == clearing.BEGUN for fact in facts)
    template = () if begun else office_files.clearing_tasks(data)
    return Room(meeting, clearing.derive(template, facts, register.settled), register)


def _facts(meeting_id: str, uow: UnitOfWork, *kinds: str) -> list[ClearingFact]:
    rows = uow.events.stream(meeting_id, kinds)
    return [ClearingFact(row.kind, row.instant, json.loads(row.data), row.actor) for row in rows]


def _need_collected(room: Room, kind: TaskKind) -> None:
    out = room.handouts.out
    if kind is TaskKind.HANDOUTS and out:
        raise Refused(
            tr(f"还有 {len(out)} 份材料没有收回", f"{len(out)} copies are still out"),
            several(f"{one.line} {one.name}" for one in out[:5]),
            tr("请逐份收回；收不回的写明去向", "collect each, or say where it is"),
        )


def need_state(meeting: Meeting, states: Iterable[State]) -> None:
    """Raises: Refused: the meeting is in none of them."""
    if meeting.state not in states:
        raise Refused(
            tr("现在不能登记", "this cannot be put down now"),
            tr(f"会议是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
            tr("先散会", "adjourn it first") if meeting.state in LIVE else "",
        )
