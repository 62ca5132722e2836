"""What the operator notes while it records: marks, items, speakers, 不入记录. Each is a row of the journal.

Nothing is ever taken out of the journal: an undo, and another text for a mark, are rows too.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from roomctl.domain.attendance import Person
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import State
from roomctl.domain.lines import one_line
from roomctl.domain.meeting import Meeting
from roomctl.domain.recording import Marker, MarkKind, Purpose, RecorderState, RecordingHead, standing
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import tr
from roomctl.services import recordings, syncing
from roomctl.services.offers import Recorder
from roomctl.services.ports import Clock, Plugins, UnitOfWork

FARTHEST_BACK = 600.0
"""Seconds before the press at which a mark can stand: ten minutes, more than any sentence."""

UNDONE, NOTED = "recording.mark_undone", "recording.mark_noted"
ITEM_BEGUN = "meeting.item_begun"
"""Of a meeting that is not recorded; in a recording an item is a mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every one of these use cases needs."""

    actor: Actor
    clock: Clock
    uow: UnitOfWork
    plugins: Plugins
    data: Path

    def all(self) -> dict[str, Any]:
        """For a use case that takes them one by one."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def running(self, meeting_id: str) -> tuple[RecordingHead, Recorder]:
        """The recording that is under way, and its recorder. Raises: Refused."""
        meeting = self.uow.peek(meeting_id)
        recording = recordings.current(meeting_id, uow=self.uow)
        state = RecorderState.IDLE
        if recording is not None:
            recorder = syncing.attach(recording, plugins=self.plugins, data=self.data)
            state = recorder.status().state
            if state in _MARKABLE:
                return recording, recorder
        raise Refused(
            tr("不能标记", "cannot mark"),
            tr("现在没有在录音", "nothing is being recorded"),
            recordings.how_to_record(meeting, state),
        )

    def tell(self, kind: str, recording: RecordingHead, told: dict[str, Any]) -> None:
        """One event of the meeting."""
        with self.uow:
            self.uow.events.append(
                Event(
                    stream=recording.meeting,
                    kind=kind,
                    actor=self.actor,
                    at=self.clock.now(),
                    data={"recording": recording.id, **told},
                )
            )
            self.uow.commit()


_MARKABLE = frozenset({RecorderState.RECORDING, RecorderState.PAUSED})


def mark(meeting_id: str, kind: MarkKind, note: str = "", *, back: float = 0.0, desk: Desk) -> Marker:
    """A mark at the present frame, or some seconds earlier.

    Raises:
        Refused: nothing is being recorded; 不入记录 is on already, or is not. BadInput: the agenda has no item of
            that number; a mark of a kind that speaks of another mark; further back than ten minutes.

    """
    if kind is MarkKind.OFF_RECORD:
        return off_record(meeting_id, since=back, asked_by=note, desk=desk)
    if kind is MarkKind.ON_RECORD:
        return on_record(meeting_id, desk=desk)
    return _put(meeting_id, kind, note, back=back, desk=desk)


def _put(meeting_id: str, kind: MarkKind, note: str = "", *, back: float = 0.0, desk: Desk) -> Marker:
    if kind in {MarkKind.UNDO, MarkKind.NOTE}:
        raise BadInput(
            tr(f"{kind.value} 不是单独的标记", f"{kind.value} is no mark by itself"),
            mend=tr("请改用撤销标记、修改说明", "take a mark back, or give it another text"),
        )
    if not 0.0 <= back <= FARTHEST_BACK:
        raise BadInput(
            tr("标记不能在那么早之前", "a mark cannot stand that far back"),
            tr(f"可以是 0 至 {FARTHEST_BACK:.0f} 秒之前", f"0 to {FARTHEST_BACK:.0f} s before now"),
        )
    if kind is MarkKind.ITEM:
        _need_item(note, desk.uow.peek(meeting_id))
    recording, recorder = desk.running(meeting_id)
    frame = recorder.mark(kind.value, note, back=back)
    rows = recorder.report().markers
    number = next((n for n, row in reversed(list(enumerate(rows, 1))) if _same(row, kind, frame, note)), len(rows))
    made = Marker(kind, frame, note, number=number)
    desk.tell(recordings.MARKED, recording, {"kind": kind.value, "frame": frame, "note": note, "number": number})
    return made


def _same(row: Marker, kind: MarkKind, frame: int, note: str) -> bool:
    return (row.kind, row.frame, row.note) == (kind, frame, note)


def _need_item(note: str, meeting: Meeting) -> None:
    numbers = [str(item.n) for item in meeting.agenda]
    if numbers and note.strip() not in numbers:
        raise BadInput(
            tr(f"没有第“{note}”项议题", f"the agenda has no item {note!r}"),
            mend=tr("可选：", "known: ") + "、".join(numbers),
        )


def of_meeting(meeting_id: str, *, desk: Desk) -> Sequence[Marker]:
    """Marks that hold of the recording that is under way, as its journal has them this moment."""
    _, recorder = desk.running(meeting_id)
    return standing(recorder.report().markers)


def undo(meeting_id: str, number: int | None = None, *, desk: Desk) -> Marker:
    """Takes back the newest mark that holds, or the one of that number; which one it was.

    Raises:
        Refused: nothing is being recorded. NotFound: there is no such mark.

    """
    recording, recorder = desk.running(meeting_id)
    meant = _meant(standing(recorder.report().markers), number, meeting_id)
    recorder.mark(MarkKind.UNDO.value, of=meant.number)
    desk.tell(
        UNDONE,
        recording,
        {"kind": meant.kind.value, "frame": meant.frame, "note": meant.note, "number": meant.number},
    )
    return meant


def annotate(meeting_id: str, number: int, note: str, *, desk: Desk) -> Marker:
    """Another text for a mark; the journal keeps the first one too.

    Raises:
        Refused: nothing is being recorded. NotFound: there is no such mark. BadInput: it is an item or 不入记录,
            whose text is not free.

    """
    recording, recorder = desk.running(meeting_id)
    meant = _meant(standing(recorder.report().markers), number, meeting_id)
    if meant.kind not in {MarkKind.MARK, MarkKind.SPEAKER}:
        raise BadInput(
            tr("这条标记的内容不能改", "the text of this mark cannot be changed"),
            tr("它是议题或不入记录", "it is an item, or 不入记录"),
            tr("请撤销它，再标一次", "take it back, and mark again"),
        )
    recorder.mark(MarkKind.NOTE.value, note, of=meant.number)
    desk.tell(NOTED, recording, {"number": meant.number, "before": meant.note, "note": note})
    return replace(meant, note=note)


def _meant(held: Sequence[Marker], number: int | None, meeting_id: str) -> Marker:
    found = [one for one in held if number is None or one.number == number]
    if not found:
        raise NotFound(
            tr("没有可以撤销的标记", "there is no mark to take back")
            if number is None
            else tr(f"没有第 {number} 条标记", f"there is no mark {number}"),
            tr("现有：", "there are: ") + ("、".join(str(one.number) for one in held) or "-"),
            f"roomctl meetings marks {meeting_id}",
        )
    return max(found, key=lambda one: one.number)


def item_now(meeting_id: str, *, desk: Desk) -> int:
    """Number of the agenda item that is being treated; 0 before the first."""
    with desk.uow.reading():
        own = [one for one in desk.uow.recordings.heads(meeting_id) if one.purpose is Purpose.MEETING]
    marks = [mark for one in own[:-1] for mark in one.markers]
    for one in own[-1:]:  # the database may be a second behind its journal
        marks += standing(syncing.attach(one, plugins=desk.plugins, data=desk.data).report().markers)
    notes = [mark.note.strip() for mark in marks if mark.kind is MarkKind.ITEM]
    if notes and notes[-1].isdecimal():
        return int(notes[-1])
    begun = last_begun(meeting_id, uow=desk.uow)
    return begun[0] if begun else 0


def last_begun(meeting_id: str, *, uow: UnitOfWork) -> tuple[int, datetime] | None:
    """Of a meeting that is not recorded: the item that was begun last, and when."""
    with uow.reading():
        rows = uow.events.find(stream=meeting_id, kinds=[ITEM_BEGUN], limit=1)
    return (int(json.loads(rows[0].data)["item"]), rows[0].instant) if rows else None


def place_now(meeting_id: str, *, desk: Desk) -> dict[str, Any]:
    """Where the recording is, as an event tells it; nothing where none runs, which hinders nobody."""
    try:
        recording, recorder = desk.running(meeting_id)
    except Refused:
        return {}
    return {"recording": recording.id, "frame": recorder.status().frames}


def next_item(meeting_id: str, number: int | None = None, *, desk: Desk) -> Marker:
    """The next item of the agenda begins, or the one of that number.

    A meeting whose 录音 is 否 has items too: they are events of the meeting then, at no frame.

    Raises:
        Refused: nothing is being recorded, or the last item is under way. BadInput: no item of that number.

    """
    meeting = desk.uow.peek(meeting_id)
    if number is None:
        number = _following(meeting, item_now(meeting_id, desk=desk))
    if not meeting.recorded:
        return _begin(meeting_id, number, desk)
    return mark(meeting_id, MarkKind.ITEM, str(number), desk=desk)


def _begin(meeting_id: str, number: int, desk: Desk) -> Marker:
    with desk.uow as uow:
        meeting = uow.meetings.get(meeting_id)
        _need_item(str(number), meeting)
        if meeting.state is not State.IN_SESSION:
            raise Refused(
                tr("现在不能开始议题", "no item can begin now"),
                tr(f"会议是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
            )
        told = {"item": number}
        uow.events.append(Event(stream=meeting_id, kind=ITEM_BEGUN, actor=desk.actor, at=desk.clock.now(), data=told))
        uow.commit()
    return Marker(MarkKind.ITEM, 0, str(number))


def _following(meeting: Meeting, now: int) -> int:
    numbers = [item.n for item in meeting.agenda]
    if not numbers:
        return now + 1
    later = [n for n in numbers if n > now]
    if not later:
        raise Refused(
            tr("没有下一项议题", "there is no next item"),
            tr(f"现在是第 {now} 项，也是最后一项", f"item {now} is the last one"),
            tr("要回到前面的议题，请写明序号", "give a number to go back to an earlier one"),
        )
    return min(later)


def speaker(meeting_id: str, who: str, *, desk: Desk) -> Marker:
    """Who speaks from now on: the name or the seat of somebody on the roster, or any other name.

    Raises:
        Refused: nothing is being recorded. NotFound: nobody sits there. BadInput: nobody is named.

    """
    with desk.uow.reading():
        people = desk.uow.roster.of(meeting_id)
    named = one_line(tr("发言人", "who speaks"), who, needed=False)
    return mark(meeting_id, MarkKind.SPEAKER, _name(named, people), desk=desk)


def _name(who: str, people: Sequence[Person]) -> str:
    if not who:
        raise BadInput(
            tr("没有写明谁在发言", "nobody is named"),
            mend=tr("请写姓名或座位号", "give a name or the number of a seat"),
        )
    for person in people:
        if who in {person.seat, person.id}:
            return person.name
    if who.isdecimal():
        seats = "、".join(person.seat for person in people if person.seat) or "-"
        raise NotFound(
            tr(f"座位 {who} 没有人", f"nobody sits at {who}"),
            mend=tr(f"有人的座位：{seats}；也可以写姓名", f"taken seats: {seats}; or give a name"),
        )
    return who


def off_record(meeting_id: str, *, since: float = 0.0, asked_by: str = "", desk: Desk) -> Marker:
    """不入记录 begins, `since` seconds ago: from the last sentence on. It never reaches into an earlier span.

    Args:
        asked_by: who asked for it; the journal says so.

    Raises:
        Refused: nothing is being recorded, or it is on already.

    """
    recording, recorder = desk.running(meeting_id)
    turns = _turns(recorder)
    if turns and turns[-1].kind is MarkKind.OFF_RECORD:
        raise Refused(
            tr("已经在不入记录", "it is off the record already"),
            mend=f"roomctl meetings on-record {meeting_id}",
        )
    if turns:
        status = recorder.status()
        since = min(since, max(0.0, (status.frames - turns[-1].frame) / status.sample_rate))
    asked = one_line(tr("要求的人", "who asked for it"), asked_by, needed=False)
    return _put(recording.meeting, MarkKind.OFF_RECORD, asked, back=since, desk=desk)


def on_record(meeting_id: str, *, desk: Desk) -> Marker:
    """不入记录 ends.

    Raises:
        Refused: nothing is being recorded, or it is not on.

    """
    recording, recorder = desk.running(meeting_id)
    turns = _turns(recorder)
    if not turns or turns[-1].kind is not MarkKind.OFF_RECORD:
        raise Refused(
            tr("现在没有不入记录", "it is on the record"),
            mend=f"roomctl meetings off-record {meeting_id}",
        )
    return _put(recording.meeting, MarkKind.ON_RECORD, desk=desk)


def _turns(recorder: Recorder) -> Sequence[Marker]:
    held = standing(recorder.report().markers)
    return [one for one in held if one.kind in {MarkKind.OFF_RECORD, MarkKind.ON_RECORD}]


def last_turn(meeting_id: str, *, desk: Desk) -> Marker | None:
    """The mark with which 不入记录 last began or ended in what runs; None where there is none."""
    recording = recordings.current(meeting_id, uow=desk.uow)
    if recording is None:
        return None
    turns = _turns(syncing.attach(recording, plugins=desk.plugins, data=desk.data))
    return turns[-1] if turns else None


def is_off_record(meeting_id: str, *, desk: Desk) -> bool:
    """Whether 不入记录 is on this moment."""
    last = last_turn(meeting_id, desk=desk)
    return last is not None and last.kind is MarkKind.OFF_RECORD
