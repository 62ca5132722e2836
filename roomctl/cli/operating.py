"""`roomctl meetings`, while it records: what the operator does by hand, on the command line."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from roomctl.cli.screen import JSON, answer, console
from roomctl.domain.alarms import AlarmKind, StandingAlarm
from roomctl.domain.meeting import Meeting
from roomctl.domain.recording import Marker, MarkKind, RecorderState
from roomctl.errors import BadInput, Refused
from roomctl.i18n import tr
from roomctl.services.finding import find_meeting

ID = typer.Argument(..., help=tr("会议编号，或它唯一的末几位", "meeting id, or the unique end of it"))
YES = typer.Option(False, "--yes", "-y", help=tr("不再询问", "ask no more"))


def begun(meeting: str, *, handing_over: bool = False) -> tuple[Any, Meeting]:
    """The application, and the meeting that is meant; arguments and errors as of `find_meeting`."""
    from roomctl.app import open_application  # noqa: PLC0415

    application = open_application()
    return application, find_meeting(application.usecases, meeting, handing_over=handing_over)


def ask(application: Any, meeting: Meeting, *, yes: bool) -> None:
    """Asks a second time before a running recording is ended. Raises: Refused."""
    current = application.usecases.current_recording(meeting.id)
    if yes or current is None or current.state not in {RecorderState.RECORDING, RecorderState.PAUSED}:
        return
    if not sys.stdin.isatty():
        raise Refused(
            tr("停止录音要确认", "ending a recording has to be confirmed"),
            tr("这里没有人可以回答", "nobody is here to answer"),
            tr("确定要停止，请加 --yes", "if it is meant, add --yes"),
        )
    if not typer.confirm(
        tr("停止录音？停止后不能接着录在同一段里", "End the recording? It cannot be gone on with"), err=True
    ):
        raise Refused(tr("没有停止，录音还在继续", "nothing was ended; the recording goes on"))


def _tell(application: Any, mark: Marker, *, as_json: bool, said: str) -> None:
    if as_json:
        answer({"number": mark.number, "kind": mark.kind.value, "frame": mark.frame, "note": mark.note})
    else:
        console().print(
            f"{escape(said)}  [dim]#{mark.number}  " + tr(f"第 {mark.frame} 帧", f"frame {mark.frame}") + "[/]"
        )
    application.deliver()


def arm(
    meeting: str = ID,
    *,
    source: str = typer.Option(
        "", help="mic, mic:NAME, file:PATH" + tr("；不写为本会议室的", "; the room's own if left out")
    ),
    realtime: bool = typer.Option(
        True,
        "--realtime/--fast",
        help=tr("文件按原速播放，或尽快读完", "a file at its own pace as if live, or as fast as it goes"),
    ),
    as_json: bool = JSON,
) -> None:
    """Refuses what the disk cannot hold, and a meeting that is not to be recorded."""
    application, found = begun(meeting)
    order = replace(application.usecases.order(found.id, source=source), realtime=realtime)
    recording = application.usecases.arm(found.id, order)
    if as_json:
        answer(
            {
                "recording": recording.id,
                "source": recording.source,
                "standby": order.standby,
                "tracks": recording.tracks,
                "channels": {str(channel): who for channel, who in order.channels},
            }
        )
    else:
        what = escape(recording.source)
        console().print(tr(f"录音就绪：{what}，{recording.tracks} 轨", f"armed: {what}, {recording.tracks} track(s)"))
    application.deliver()


def begin(meeting: str = ID, *, as_json: bool = JSON) -> None:
    """Where the session began without a recorder."""
    application, found = begun(meeting)
    recording = application.usecases.begin_recording(found.id)
    if as_json:
        answer({"recording": recording.id, "state": recording.state.value})
    else:
        console().print(tr("正在录音", "recording"))
    application.deliver()


def pause(
    meeting: str = ID,
    *,
    minutes: float | None = typer.Option(None, min=0.1, max=1440, help=tr("休息多少分钟", "how long the recess is")),
    until: str = typer.Option("", help=tr("休息到几点，如 10:30", "its end by the room's clock: 10:30")),
    as_json: bool = JSON,
) -> None:
    """会中 → 会间休息. After the planned end the recorder warns each minute; it never resumes by itself."""
    application, found = begun(meeting)
    end = _end(application.clock.now(), minutes, until, found.zone)
    moved = application.usecases.pause(found.id, until=end)
    if as_json:
        answer(
            {"id": moved.id, "state": moved.state.value, "until": end.isoformat(timespec="seconds") if end else None}
        )
    else:
        planned = f"  → {end.astimezone(ZoneInfo(found.zone)):%H:%M}" if end else ""
        console().print(f"{moved.id}  {escape(moved.title)}  [stage]{moved.state.label}[/]{planned}", soft_wrap=True)
    application.deliver()


def _end(now: datetime, minutes: float | None, until: str, zone: str) -> datetime | None:
    if minutes is not None and until:
        raise BadInput(
            tr("--minutes 和 --until 不能同时用", "--minutes and --until exclude each other"),
            mend=tr("请只写一个", "give one of them"),
        )
    if minutes is not None:
        return now + timedelta(minutes=minutes)
    if not until:
        return None
    local = now.astimezone(ZoneInfo(zone))
    try:
        at = time.fromisoformat(until)
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None:
        raise BadInput(
            tr(f"时间“{until}”无法识别", f"cannot read the time {until!r}"),
            mend=tr("请写成 10:30", "write it as 10:30"),
        )
    end = local.replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=0)
    return end if end > local else end + timedelta(days=1)


def stop(meeting: str = ID, *, yes: bool = YES, as_json: bool = JSON) -> None:
    """The recording is sealed while the meeting goes on. An armed recorder is let go of."""
    application, found = begun(meeting)
    ask(application, found, yes=yes)
    recording = application.usecases.stop_recording(found.id)
    if as_json:
        answer({"recording": recording.id, "state": recording.state.value, "frames": recording.frames})
    else:
        console().print(tr(f"录音已停止，{recording.seconds:.1f} 秒", f"stopped after {recording.seconds:.1f} s"))
    application.deliver()


def mark(
    meeting: str = ID,
    note: str = typer.Argument(
        "", help=tr("说明；议题写序号，发言人写姓名", "note; an item's number, a speaker's name")
    ),
    *,
    kind: MarkKind = typer.Option(
        MarkKind.MARK,
        help=tr("种类：mark、item、speaker、off_record、on_record", "mark, item, speaker, off_record, on_record"),
    ),
    back: float = typer.Option(0.0, min=0, help=tr("标在多少秒之前", "so many seconds ago")),
    as_json: bool = JSON,
) -> None:
    """A journal row at a frame. A plain mark covers the 30 s before it."""
    application, found = begun(meeting)
    made = application.usecases.put_mark(found.id, kind, note, back=back)
    _tell(application, made, as_json=as_json, said=tr("已标记", "marked"))


def marks(meeting: str = ID, *, as_json: bool = JSON) -> None:
    """Those that hold of the running recording."""
    application, found = begun(meeting)
    held: Sequence[Marker] = application.usecases.marks(found.id)
    if as_json:
        rows = [{"number": m.number, "kind": m.kind.value, "frame": m.frame, "note": m.note} for m in held]
        answer({"marks": rows})
        return
    for one in held:
        console().print(f"#{one.number}  {one.kind.value}  {one.frame}  {escape(one.note)}")


def note(
    meeting: str = ID,
    number: int = typer.Argument(..., min=1, help=tr("标记的序号", "number of the mark")),
    text: str = typer.Argument(..., help=tr("新的说明", "the new text")),
    *,
    as_json: bool = JSON,
) -> None:
    """The journal keeps the first text too."""
    application, found = begun(meeting)
    made = application.usecases.annotate_mark(found.id, number, text)
    _tell(application, made, as_json=as_json, said=made.note)


def undo(
    meeting: str = ID,
    number: int | None = typer.Argument(None, min=1, help=tr("标记的序号；不写为最近的", "the newest if left out")),
    *,
    as_json: bool = JSON,
) -> None:
    """The journal keeps both rows."""
    application, found = begun(meeting)
    taken = application.usecases.undo_mark(found.id, number)
    said = tr(f"已撤销 {taken.kind.value} {taken.note}", f"taken back: {taken.kind.value} {taken.note}")
    _tell(application, taken, as_json=as_json, said=said)


def item(
    meeting: str = ID,
    number: int | None = typer.Argument(None, min=1, help=tr("议题序号；不写为下一项", "the next one if left out")),
    *,
    as_json: bool = JSON,
) -> None:
    """A mark of its own kind."""
    application, found = begun(meeting)
    made = application.usecases.next_item(found.id, number)
    title = next((one.title for one in found.agenda if str(one.n) == made.note), "")
    _tell(application, made, as_json=as_json, said=tr(f"第 {made.note} 项  {title}", f"item {made.note}  {title}"))


def speaker(
    meeting: str = ID,
    who: str = typer.Argument(..., help=tr("姓名或座位号", "name, or number of the seat")),
    *,
    as_json: bool = JSON,
) -> None:
    """From now on, until another one is named."""
    application, found = begun(meeting)
    made = application.usecases.speaker(found.id, who)
    _tell(application, made, as_json=as_json, said=tr(f"发言人：{made.note}", f"speaker: {made.note}"))


def off_record(
    meeting: str = ID,
    *,
    since: float = typer.Option(0.0, min=0, help=tr("从多少秒之前起", "from so many seconds ago")),
    asked_by: str = typer.Option("", help=tr("谁要求的", "who asked for it")),
    as_json: bool = JSON,
) -> None:
    """The master keeps the sound; text, record and export leave it out."""
    application, found = begun(meeting)
    made = application.usecases.off_record(found.id, since=since, asked_by=asked_by)
    _tell(application, made, as_json=as_json, said=tr("不入记录", "off the record"))


def on_record(meeting: str = ID, *, as_json: bool = JSON) -> None:
    """From here on it counts again."""
    application, found = begun(meeting)
    made = application.usecases.on_record(found.id)
    _tell(application, made, as_json=as_json, said=tr("恢复记录", "on the record again"))


def alarms(meeting: str = ID, *, as_json: bool = JSON) -> None:
    """The newest first, with what to do."""
    application, found = begun(meeting)
    _list(application.usecases.alarms(found.id), as_json=as_json)
    application.deliver()


def acknowledge(
    meeting: str = ID,
    kind: AlarmKind | None = typer.Argument(None, help=tr("哪一种；不写为全部", "which; all if left out")),
    *,
    track: int | None = typer.Option(None, min=1, help=tr("哪一路", "of which channel")),
    as_json: bool = JSON,
) -> None:
    """In your name, until the alarm ends."""
    application, found = begun(meeting)
    application.usecases.alarms(found.id)
    _list(application.usecases.acknowledge_alarms(found.id, kind, track), as_json=as_json)
    application.deliver()


def _list(held: Sequence[StandingAlarm], *, as_json: bool) -> None:
    if as_json:
        rows = [
            {
                "kind": one.alarm.kind.value,
                "track": one.alarm.track,
                "since": one.alarm.since.isoformat(timespec="seconds"),
                "severe": one.alarm.severe,
                "what": one.alarm.what(),
                "mend": one.alarm.mend(),
                "acknowledged_by": one.acknowledged_by,
            }
            for one in held
        ]
        answer({"alarms": rows})
        return
    for one in held:
        look = "crit" if one.alarm.severe else "warn"
        seen = (
            tr(f"（{one.acknowledged_by}已知）", f" (seen by {one.acknowledged_by})") if one.acknowledged_by else ""
        )
        console().print(f"[{look}]{escape(one.alarm.what())}[/]{escape(seen)}  {escape(one.alarm.mend())}")
    if not held:
        console().print(tr("没有告警", "no alarms"))


def take(
    meeting: str = ID,
    *,
    seconds: float = typer.Option(10.0, min=1, max=60, help=tr("录几秒", "how many seconds")),
    source: str = typer.Option("", help="mic, mic:NAME" + tr("；不写为本会议室的", "; the room's own if left out")),
    as_json: bool = JSON,
) -> None:
    """A recording of its own: never transcribed, never in the package. Says how loud each channel was."""
    application, found = begun(meeting)
    if not as_json:
        console().print(tr(f"试录 {seconds:g} 秒，请讲话", f"test take of {seconds:g} s: please speak"))
    heard = application.usecases.test_take(found.id, seconds=seconds, source=source)
    made = heard.recording
    if as_json:
        peaks = [round(peak, 1) if peak > _SILENT else None for peak in heard.peaks]
        answer({"recording": made.id, "seconds": made.seconds, "peaks": peaks, "folder": made.folder})
    else:
        for track, peak in enumerate(heard.peaks, 1):
            level = f"{peak:.1f} dBFS" if peak > _SILENT else tr("没有声音", "no sound")
            console().print(tr(f"第 {track} 路  {level}", f"channel {track}  {level}"))
        console().print(f"[dim]{escape(str(application.data / made.folder))}[/]", soft_wrap=True)
    application.deliver()


_SILENT = -200.0


def add_to(app: typer.Typer) -> None:
    """Puts them among the commands of `roomctl meetings`."""
    for name, command, words in (
        ("test-take", take, tr("试录：录几秒，看每一路有没有声音", "Record some seconds, to hear each channel")),
        ("arm", arm, tr("准备录音：打开设备，不写任何声音", "Arm the recorder: device open, nothing kept")),
        ("pause", pause, tr("休息：暂停期间不录音", "Recess: nothing is kept")),
        ("begin", begin, tr("会议已开始而没有录音时，从现在录起", "Record from the middle of a session on")),
        ("stop", stop, tr("停止录音，会议继续", "End the recording; the meeting goes on")),
        ("mark", mark, tr("在录音里做标记", "Mark the recording")),
        ("marks", marks, tr("列出标记", "List the marks")),
        ("note", note, tr("修改标记的说明", "Another text for a mark")),
        ("undo", undo, tr("撤销标记", "Take a mark back")),
        ("item", item, tr("下一项议题", "The next item of the agenda")),
        ("speaker", speaker, tr("注明谁在发言", "Say who speaks")),
        ("off-record", off_record, tr("不入记录：从现在起", "Off the record, from now on")),
        ("on-record", on_record, tr("不入记录到此为止", "On the record again")),
        ("alarms", alarms, tr("现在有哪些告警", "Alarms that stand")),
        ("acknowledge", acknowledge, tr("确认告警：已经知道", "Somebody has seen an alarm")),
    ):
        app.command(name, help=words)(command)
