"""Marks and notes: what happened when, the way back from the last mark, and the field for a note."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from roomctl.domain.access import Right
from roomctl.domain.attendance import Presence
from roomctl.domain.order_log import LogEntry
from roomctl.domain.recording import MarkKind
from roomctl.i18n import tr
from roomctl.web.pages.operator.middle import headed, nothing
from roomctl.web.pages.operator.sight import Scene, Sight, local
from roomctl.web.ui import Look, Part, Press, button, clock_text, icon, join, state_glyph, tag

_MINUTE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the list.

    Attributes:
        mark: number of the mark that may be taken back; 0 for what cannot be.
        entry: id of the entry of the log that may be corrected; empty for what cannot be.

    """

    at: datetime
    glyph: Part
    text: str
    mark: int = 0
    entry: str = ""


SHOWN = 60
"""Rows of the list; the rest stands in the journal."""


def lines(sight: Sight, alarms: Iterable[tuple[datetime, str, bool]]) -> Sequence[Line]:
    """What happened, the newest first.

    Args:
        alarms: when, what, and whether it was severe.

    """
    found = [*_of_marks(sight), *_of_gaps(sight), *_of_people(sight), *_of_log(sight)]
    for at, what, severe in alarms:
        look = Look.CRIT if severe else Look.WARN
        found.append(Line(at=at, glyph=state_glyph(look, size="s"), text=what))
    return sorted(found, key=lambda one: one.at, reverse=True)[:SHOWN]


def _of_marks(sight: Sight) -> Iterator[Line]:
    titles = {str(item.n): item.title for item in sight.facts.meeting.agenda}
    speaker = ""
    for one in sight.marked:
        kind, note = one.marker.kind, one.marker.note.strip()
        if kind is MarkKind.SPEAKER:
            speaker = note
        elif one.at is not None:
            glyph, text = _said(kind, note, speaker, titles)
            own = kind is MarkKind.MARK and one.live  # an earlier recording is closed
            yield Line(at=one.at, glyph=glyph, text=text, mark=one.marker.number if own else 0)
    if sight.status is not None and sight.face.started is not None and sight.kept:
        tracks = sight.status.tracks
        yield Line(
            at=sight.face.started,
            glyph=state_glyph(Look.RECORDING, size="s"),
            text=tr(f"开始录音，{tracks} 路", f"recording began, {tracks} channels"),
        )


def _said(kind: MarkKind, note: str, speaker: str, titles: Mapping[str, str]) -> tuple[Part, str]:
    match kind:
        case MarkKind.MARK if note:
            return icon("note"), note
        case MarkKind.ITEM:
            title = titles.get(note, "")
            return icon("checklist"), tr(f"议题 {note} 开始：{title}", f"item {note}: {title}")
        case MarkKind.OFF_RECORD:
            return icon("off"), tr("不入记录开始", "off the record")
        case MarkKind.ON_RECORD:
            return icon("off"), tr("恢复记录", "back on the record")
    who = f"{speaker}{tr('：', ': ')}" if speaker else ""
    return icon("flag"), who + tr("标记前 30 秒", "the 30 s before")


_REASONS = {
    "pause": ("暂停了 {s}", "paused for {s}"),
    "device": ("音源断开，缺 {s}", "source gone, {s} missing"),
    "disk": ("磁盘已满，缺 {s}", "disk full, {s} missing"),
    "crash": ("录音进程中断，缺 {s}", "capture died, {s} missing"),
    "overflow": ("溢出，缺 {s}", "overflow, {s} missing"),
    "damaged": ("原文件损坏，缺 {s}", "the file was damaged, {s} missing"),
}


def _of_gaps(sight: Sight) -> Iterator[Line]:
    face = sight.face
    for gap in face.gaps:
        at = face.at(gap.first_frame)
        if at is None:
            continue
        seconds = gap.frames / face.rate
        short = tr(f"{seconds:.1f} 秒", f"{seconds:.1f} s")
        length = short if seconds < _MINUTE else clock_text(seconds)
        text = tr(*_REASONS.get(gap.reason, ("缺 {s}", "{s} missing"))).format(s=length)
        glyph = state_glyph(Look.PAUSED if gap.reason == "pause" else Look.WARN, size="s")
        yield Line(at=at, glyph=glyph, text=text)


def _of_people(sight: Sight) -> Iterator[Line]:
    """Who came late: it is asked for in the record."""
    if not sight.may(Right.SEE_ROSTER):
        return
    for one in sight.facts.attendance.standings:
        if one.presence is Presence.LATE and one.arrived is not None:
            at = local(one.arrived, sight)
            text = tr(f"{one.written}迟到，{at:%H:%M} 签到", f"{one.written} came late, at {at:%H:%M}")
            yield Line(at=one.arrived, glyph=icon("group"), text=text)


def _of_log(sight: Sight) -> Iterator[Line]:
    """秩序/后勤: what was corrected stays, and says so."""
    for one in sight.log:
        done = tr("（已更正）", " (corrected)") if one.corrected else ""
        what = f"{one.kind.name}{tr('：', ': ')}{one.text}{done}"
        yield Line(at=one.at, glyph=icon("pencil"), text=what, entry="" if one.corrected else one.id)


def marks(
    sight: Sight,
    shown: Sequence[Line],
    undo: Callable[[int], Press],
    correct: Callable[[str], Press] | None = None,
) -> Part:
    """Times, what happened, the way back from the last mark, and a correction for what was noted."""
    can_undo = sight.may(Right.MARK_RECORDINGS) and sight.scene is Scene.RECORDING
    newest = max((one.mark for one in shown), default=0) if can_undo else 0
    rows = [_row(one, sight, undo(one.mark) if one.mark and one.mark == newest else None, correct) for one in shown]
    second = tr(f"{len(shown)} 条", f"{len(shown)}") if shown else ""
    later = tr("录音时的标记、记事和报警列在这里", "marks, notes and alarms of the recording stand here")
    none = nothing(
        tr("还没有；按 M 标记最近 30 秒", "none yet; press M to mark the last 30 s") if can_undo else later
    )
    return join(
        (
            headed(tr("标记和记事", "Marks and notes"), second),
            tag("ul", *rows, class_="rc-marks rc-num") if rows else none,
        )
    )


def _row(one: Line, sight: Sight, undo: Press | None, correct: Callable[[str], Press] | None) -> Part:
    back = None
    if undo is not None:
        shown = tag(
            "button",
            icon("undo"),
            tr("撤回", "Undo"),
            type="button",
            class_="rc-btn rc-quiet rc-tiny",
            data_act="undo",
        )
        back = Part(shown.html, {"undo": undo})
    if one.entry and correct is not None and sight.may(Right.NOTE_LOG):
        back = button(
            tr("更正", "Correct"),
            correct(one.entry),
            kind="quiet tiny",
            key=f"correct {one.entry}",
            label=tr(f"更正 {one.text}", f"Correct {one.text}"),
        )
    return tag(
        "li",
        tag("time", f"{local(one.at, sight):%H:%M:%S}"),
        one.glyph,
        tag("span", one.text, class_="rc-ell", title=one.text),
        back,
    )


MARK = "mark"
"""In place of a kind of the log: the text stands at a mark of the recording."""

_LOGGED = frozenset({Scene.RECORDING, Scene.PAUSED, Scene.ARMED, Scene.IDLE, Scene.SILENT, Scene.UNRECORDED})


def note_field(sight: Sight, save: Press, correcting: LogEntry | None = None) -> Part | None:
    """One line: N comes here, Enter saves. A mark with a text, or an entry of the log, as the list before it says.

    Args:
        correcting: the entry that the text puts right.

    """
    marking = sight.may(Right.MARK_RECORDINGS) and sight.scene is Scene.RECORDING and not sight.test
    logging = sight.may(Right.NOTE_LOG) and sight.scene in _LOGGED and not sight.test
    kinds = {MARK: tr("记事", "note")} if marking and correcting is None else {}
    kinds |= {one.id: one.name for one in sight.kinds} if logging else {}
    if not kinds:
        return None
    chosen = correcting.kind.id if correcting else next(iter(kinds))
    hint = tr("写一条记事，回车保存", "a note; Enter saves")
    options = [tag("option", shown, value=one, selected=one == chosen) for one, shown in kinds.items()]
    choice = tag("select", *options, name="kind", class_="rc-note-kind", aria_label=tr("类别", "kind of note"))
    field = tag(
        "input", type="text", name="note", class_="rc-note-in", placeholder=hint, maxlength="200", autocomplete="off",
        value=correcting.text if correcting else None, aria_label=tr("记事", "note"), data_hotkey="N",
        data_enter=True,
    )  # fmt: skip
    press = Part(
        tag("button", type="button", class_="rc-key", tabindex="-1", aria_hidden="true", data_act="note").html,
        {"note": save},
    )
    head = tag("b", tr("更正", "correct"), class_="rc-nw") if correcting else icon("pencil")
    of = f"note {correcting.id if correcting else ''}"
    return tag("div", head, choice, field, press, tag("kbd", "N"), class_="rc-field", data_form=of)
