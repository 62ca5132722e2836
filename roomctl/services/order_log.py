"""The log of order and logistics: what somebody noted, at a frame where the meeting is being recorded."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from roomctl.domain import order_log
from roomctl.domain.archive import PackageFile
from roomctl.domain.events import Event
from roomctl.domain.lifecycle import MEETS, State
from roomctl.domain.lines import one_line
from roomctl.domain.order_log import LogEntry, LogFact
from roomctl.errors import Refused
from roomctl.i18n import speaking, tr
from roomctl.services import marks, office_files, recordings, whole_file
from roomctl.services.marks import Desk
from roomctl.services.ports import UnitOfWork

ANNOUNCED, SHOWN = "recording.announced", "x.signin.recording_notice"
"""录音告知: said aloud, as somebody has pressed; or shown by a screen of the plugin that has them."""

_WRITABLE = MEETS | {State.ADJOURNED}


def note(meeting_id: str, kind: str, text: str, *, corrects: str = "", desk: Desk) -> LogEntry:
    """A new entry, or one that puts another right; the other stays as it was written.

    Args:
        kind: id or title of a kind of the office's list.
        corrects: id of the entry that is put right; the new one keeps its place in the sound.

    Raises:
        BadInput: no text, too long, no such kind; the entry was corrected already. NotFound: no such entry.
        Refused: the meeting is not prepared yet, or is closed.

    """
    said = one_line(tr("记事", "the note"), text)
    meant = order_log.kind_of(office_files.log_kinds(desk.data), kind)
    place = {} if corrects else marks.place_now(meeting_id, desk=desk)
    with desk.uow as uow:
        meeting = uow.meetings.get(meeting_id)
        if meeting.state not in _WRITABLE:
            raise Refused(
                tr("现在不能记事", "nothing can be noted now"),
                tr(f"会议是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
            )
        if corrects:
            old = order_log.find(_read(meeting_id, uow), corrects)
            place = {"recording": old.place.recording, "frame": old.place.frame}
        told = {"kind": meant.id, "title": list(meant.title), "text": said, "corrects": corrects, **place}
        row = uow.events.append(
            Event(stream=meeting_id, kind=order_log.NOTED, actor=desk.actor, at=desk.clock.now(), data=told)
        )
        made = order_log.find(_read(meeting_id, uow), row.id)
        uow.commit()
    return made


def entries(meeting_id: str, *, uow: UnitOfWork) -> Sequence[LogEntry]:
    """All of a meeting, the oldest first; those that were corrected are among them. Raises: NotFound."""
    with uow.reading():
        uow.meetings.get(meeting_id)
        return _read(meeting_id, uow)


def announce(meeting_id: str, *, desk: Desk) -> None:
    """录音告知 was said aloud, at a frame where it is recorded; once is enough.

    Raises:
        Refused: the meeting's 录音 is 否, or it does not meet.

    """
    if told(meeting_id, uow=desk.uow) is not None:
        return
    place = marks.place_now(meeting_id, desk=desk)
    with desk.uow as uow:
        meeting = uow.meetings.get(meeting_id)
        recordings.need_recorded(meeting)
        if meeting.state not in MEETS:
            raise Refused(
                tr("现在不能登记录音告知", "the notice cannot be put down now"),
                tr(f"会议是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
            )
        event = Event(stream=meeting_id, kind=ANNOUNCED, actor=desk.actor, at=desk.clock.now(), data=place)
        uow.events.append(event)
        uow.commit()


def told(meeting_id: str, *, uow: UnitOfWork) -> datetime | None:
    """When 录音告知 was first told, aloud or by a screen."""
    with uow.reading():
        rows = uow.events.find(stream=meeting_id, kinds=[ANNOUNCED, SHOWN], newest=False, limit=1)
    return rows[0].instant if rows else None


def package_files(meeting_id: str, *, uow: UnitOfWork, data: Path) -> tuple[PackageFile, ...]:
    """The log as JSON; none where nothing was noted. Inside no transaction."""
    with speaking("zh"):  # whoever closes the meeting, it is the office's paper
        rows: list[dict[str, Any]] = [one.as_json() for one in entries(meeting_id, uow=uow)]
    if not rows:
        return ()
    path = data / "meetings" / meeting_id / "package" / "order-log.json"
    whole_file.put(path, json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    return (PackageFile("records/order-log.json", path),)


def _read(meeting_id: str, uow: UnitOfWork) -> tuple[LogEntry, ...]:
    rows = uow.events.stream(meeting_id, [order_log.NOTED])
    return order_log.derive(LogFact(row.id, row.instant, json.loads(row.data), row.actor) for row in rows)
