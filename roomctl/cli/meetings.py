"""`roomctl meetings`: the life cycle by hand."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.api.finding import find_meeting
from roomctl.cli import operating
from roomctl.cli.screen import answer, attendance_line, console
from roomctl.domain import secrecy
from roomctl.domain.lifecycle import Need, State, ways_out
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId, Overrule
from roomctl.errors import BadInput
from roomctl.i18n import tr

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help=tr("会议，从拟定到归档", "Meetings, from plan to archive")
)

_ID, _JSON = operating.ID, operating.JSON
_REASON = typer.Option("", help=tr("原因或理由", "reason"))
_OVERRULE = typer.Option("", help=tr("由谁决定不顾异议（要写 --reason）", "who overrules objections, with --reason"))


def _application(*, make: bool = False) -> Any:
    from roomctl.app import open_application  # noqa: PLC0415

    return open_application(make=make)


def _overrule(name: str, reason: str) -> Overrule | None:
    if name and not reason.strip():
        raise BadInput(
            tr("不顾异议要写理由", "overruling needs a reason"),
            mend=tr("请用 --reason 写明", "give it with --reason"),
        )
    return Overrule(name, reason) if name else None


def _show(meeting: Meeting, *, as_json: bool) -> None:
    if as_json:
        answer(as_dict(meeting))
    else:
        console().print(f"{meeting.id}  {escape(meeting.title)}  [stage]{meeting.state.label}[/]", soft_wrap=True)


def as_dict(meeting: Meeting) -> dict[str, Any]:
    """A meeting as scripts read it."""
    return {
        "id": meeting.id,
        "title": meeting.title,
        "kind": meeting.kind,
        "state": meeting.state.value,
        "starts": meeting.starts.isoformat(timespec="minutes"),
        "zone": meeting.zone,
        "minutes": meeting.planned_minutes,
        "place": meeting.place,
        "chair": meeting.chair,
        "secrecy": meeting.highest_secrecy.mark or meeting.highest_secrecy.level.value,
        "recorded": meeting.recorded,
        "agenda": [{"n": item.n, "title": item.title, "presenter": item.presenter} for item in meeting.agenda],
    }


@app.command("list", help=tr("全部会议，新的在前", "All meetings, newest first"))
def list_(*, as_json: bool = _JSON) -> None:
    """Id, time, title, state."""
    meetings = _application().usecases.meetings()
    if as_json:
        answer({"meetings": [as_dict(meeting) for meeting in meetings]})
        return
    table = Table(box=None, pad_edge=False)
    for head in (tr("编号", "id"), tr("时间", "time"), tr("主题", "title"), tr("状态", "state")):
        table.add_column(head)
    for meeting in meetings:
        table.add_row(meeting.id, f"{meeting.starts:%Y-%m-%d %H:%M}", escape(meeting.title), meeting.state.label)
    if meetings:
        console().print(table)
    else:
        console().print(
            tr(
                "还没有会议。新建：roomctl meetings new --title 主题",
                "no meetings yet: roomctl meetings new --title TITLE",
            )
        )


@app.command(help=tr("一场会议的详情，以及现在可以做什么", "One meeting, and what can be done now"))
def show(meeting: str = _ID, *, as_json: bool = _JSON) -> None:
    """Facts, counts, recordings, papers, packages, and the ways out of its state with what is missing."""
    application = _application()
    found = find_meeting(application.usecases, meeting)
    use = application.usecases
    recordings = [*use.recordings(found.id), *use.test_takes(found.id)]
    documents, packages = use.documents(found.id), use.packages(found.id)
    counted = use.attendance(found.id).counts
    if as_json:
        answer(
            {
                **as_dict(found),
                "attendance": asdict(counted),
                "recordings": [
                    {
                        "id": r.id,
                        "purpose": r.purpose.value,
                        "state": r.state.value,
                        "frames": r.frames,
                        "dropped": r.dropped,
                    }
                    for r in recordings
                ],
                "records": [
                    {"kind": d.kind, "version": d.version, "path": d.path, "signed_by": d.signed_by}
                    for d in documents
                ],
                "packages": [{"id": p.id, "path": p.path, "files": p.files, "bytes": p.bytes} for p in packages],
            }
        )
        return
    grid = Table.grid(padding=(0, 2))
    rows = [
        (tr("主题", "title"), found.title),
        (tr("状态", "state"), found.state.label),
        (tr("时间", "time"), f"{found.starts:%Y-%m-%d %H:%M}，{found.planned_minutes} " + tr("分钟", "min")),
        (tr("地点", "place"), found.place),
        (tr("主持人", "chair"), found.chair),
        (tr("密级", "密级"), found.highest_secrecy.mark or found.highest_secrecy.level.value),
        *((tr("议题", "item"), f"{item.n}. {item.title}  {item.presenter}") for item in found.agenda),
        (tr("签到", "sign-in"), attendance_line(counted)),
        *((r.purpose.label, f"{r.state.label}  {r.seconds:.1f} s  {r.folder}") for r in recordings),
        *((d.kind, f"v{d.version}  {d.path}  {d.signed_by}") for d in documents),
        *((tr("档案包", "package"), f"{p.path}  {p.files} " + tr("个文件", "files")) for p in packages),
    ]
    for row in rows:
        grid.add_row(f"[stage]{row[0]}[/]", escape(row[1]))
    for step in ways_out(found.state):
        missing = "；".join(need.label for need in sorted(found.unmet(step.target), key=list(Need).index))
        grid.add_row("→", f"{step.verb}  {step.target.label}  [dim]{missing}[/]")
    console().print(grid)


@app.command(help=tr("新建会议", "Plan a meeting"))
def new(
    *,
    title: str = typer.Option(..., help=tr("主题", "title")),
    starts: str = typer.Option(
        "", help=tr("当地时间，如 2026-11-12 09:00；不写为现在", "local time; now if left out")
    ),
    minutes: int = typer.Option(60, min=1, help=tr("时长（分钟）", "planned minutes")),
    kind: str = typer.Option("专题会议", help=tr("会议种类", "kind")),
    chair: str = typer.Option("", help=tr("主持人", "chair")),
    minute_taker: str = typer.Option("", help=tr("记录人", "minute taker")),
    place: str = typer.Option("", help=tr("地点；不写为本会议室", "place; this room if left out")),
    level: str = typer.Option("非密", "--secrecy", help="非密, 内部, 秘密★N年, 机密★N年"),
    record: bool = typer.Option(True, "--record/--no-record", help=tr("是否录音", "whether sound is kept")),
    item: list[str] = typer.Option(
        [], help=tr("议题：标题 或 标题|汇报人（可多次）", "agenda item: TITLE or TITLE|PRESENTER")
    ),
    as_json: bool = _JSON,
) -> None:
    """Plans it; nothing else happens yet."""
    from roomctl.services.identity import new_id  # noqa: PLC0415

    application = _application(make=True)
    room = application.usecases.room
    agenda = tuple(
        AgendaItem(n, part[0].strip(), presenter=part[1].strip() if len(part) > 1 else "")
        for n, part in enumerate((text.split("|", 1) for text in item), start=1)
    )
    meeting = Meeting(
        id=MeetingId(new_id()),
        room=room.id,
        zone=room.zone,
        title=title,
        starts=_local(starts, application, room.zone),
        planned_minutes=minutes,
        kind=kind,
        chair=chair,
        minute_taker=minute_taker,
        place=place or room.name,
        secrecy=secrecy.parse(level),
        recorded=record,
        agenda=agenda,
    )
    _show(application.usecases.create(meeting), as_json=as_json)
    application.deliver()


def _local(text: str, application: Any, zone: str) -> datetime:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    if not text:
        now: datetime = application.clock.now()
        return now.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            tr(f"时间“{text}”无法识别", f"cannot read the time {text!r}"),
            mend=tr("请写成 2026-11-12 09:00", "write it as 2026-11-12 09:00"),
        ) from None


def _step(target: State, meeting: str, *, as_json: bool, overrule: str = "", reason: str = "") -> None:
    application = _application()
    found = find_meeting(application.usecases, meeting)
    moved = application.usecases.transition(found.id, target, overrule=_overrule(overrule, reason), reason=reason)
    _show(moved, as_json=as_json)
    application.deliver()


@app.command(help=tr("批准", "Approve"))
def approve(meeting: str = _ID, *, as_json: bool = _JSON) -> None:
    """拟定 → 已批准."""
    _step(State.APPROVED, meeting, as_json=as_json)


@app.command("open", help=tr("开始会前准备；没批准的即为紧急会议", "Prepare it; urgent where it was not approved"))
def open_(meeting: str = _ID, *, reason: str = _REASON, as_json: bool = _JSON) -> None:
    """→ 会前准备."""
    _step(State.OPEN, meeting, as_json=as_json, reason=reason)


operating.add_to(app)


@app.command(help=tr("开会", "Begin the session"))
def start(meeting: str = _ID, *, overrule: str = _OVERRULE, reason: str = _REASON, as_json: bool = _JSON) -> None:
    """会前准备 → 会中; the recorder first."""
    _step(State.IN_SESSION, meeting, as_json=as_json, overrule=overrule, reason=reason)


@app.command(help=tr("继续", "Go on after a recess"))
def resume(meeting: str = _ID, *, as_json: bool = _JSON) -> None:
    """会间休息 → 会中."""
    _step(State.IN_SESSION, meeting, as_json=as_json)


@app.command(help=tr("散会：录音先停，然后转写", "Adjourn: the recorder stops, then the words are drafted"))
def adjourn(
    meeting: str = _ID,
    *,
    overrule: str = _OVERRULE,
    reason: str = _REASON,
    later: bool = typer.Option(False, "--later", help=tr("先不转写", "do not transcribe now")),
    yes: bool = operating.YES,
    as_json: bool = _JSON,
) -> None:
    """会中 → 散会. Asks a second time where it ends a recording."""
    application, found = operating.begun(meeting)
    operating.ask(application, found, yes=yes)
    moved = application.usecases.adjourn(found.id, overrule=_overrule(overrule, reason))
    application.deliver()
    if not later and application.usecases.recordings(found.id):
        _work(application, "transcript", found.id)
    _show(application.usecases.meeting(moved.id), as_json=as_json)


@app.command(help=tr("清理会场全部完成，由你一并确认", "The room is cleared: you vouch for all that is open"))
def clear(
    meeting: str = _ID,
    *,
    left_behind: str = typer.Option("", help=tr("遗留物品", "things left behind")),
    as_json: bool = _JSON,
) -> None:
    """One of the needs of close; `roomctl room` does it task by task."""
    application = _application()
    found = find_meeting(application.usecases, meeting)
    _show(application.usecases.clear(found.id, left_behind=left_behind), as_json=as_json)
    application.deliver()


@app.command(help=tr("起草会议记录", "Draft the papers"))
def draft(meeting: str = _ID) -> None:
    """A new version of each paper that is not signed."""
    application = _application()
    for document in application.usecases.draft(find_meeting(application.usecases, meeting).id):
        by = document.signed_by
        kept = tr(f"  已由 {by} 签字，不再起草", f"  signed by {by}, and stays as it is") if by else ""
        path = escape(str(application.data / document.path))
        console().print(f"{document.kind} v{document.version}  {path}{escape(kept)}", soft_wrap=True)
    application.deliver()


@app.command(help=tr("签字：锁定最新一版会议记录", "Sign the newest 会议记录; it is locked"))
def sign(meeting: str = _ID, *, by: str = typer.Option(..., help=tr("签字人", "who signs"))) -> None:
    """After close it is deposited as a supplement."""
    application = _application()
    found = find_meeting(application.usecases, meeting)
    document = application.usecases.sign(found.id, by=by)
    console().print(f"{document.kind} v{document.version}  {by}")
    application.deliver()
    if found.state in {State.CLOSED, State.DEPOSITED}:
        _work(application, "archive", found.id)


@app.command("waive-transcript", help=tr("由负责人批准免转写", "A named person waives the transcript"))
def waive_transcript(
    meeting: str = _ID, *, by: str = typer.Option(..., help=tr("批准人", "who")), reason: str = _REASON
) -> None:
    """Lets it close without one."""
    application = _application()
    _show(
        application.usecases.waive_transcript(find_meeting(application.usecases, meeting).id, by=by, reason=reason),
        as_json=False,
    )
    application.deliver()


@app.command(help=tr("补写紧急开会的原因", "Say why it was urgent"))
def explain(meeting: str = _ID, *, reason: str = typer.Option(..., help=tr("原因", "reason"))) -> None:
    """Asked for before close."""
    application = _application()
    _show(
        application.usecases.explain_urgency(find_meeting(application.usecases, meeting).id, reason=reason),
        as_json=False,
    )
    application.deliver()


@app.command(help=tr("结束：打包、送存、读回", "Close: package, deposit, read back"))
def close(
    meeting: str = _ID,
    *,
    overrule: str = _OVERRULE,
    reason: str = _REASON,
    later: bool = typer.Option(False, "--later", help=tr("先不送存", "do not deposit now")),
    as_json: bool = _JSON,
) -> None:
    """散会 → 送存中 → 已送存."""
    application = _application()
    found = find_meeting(application.usecases, meeting)
    signed = any(document.signed_by for document in application.usecases.documents(found.id))
    if not signed and found.state is State.ADJOURNED and not found.unmet(State.CLOSED):
        application.usecases.draft(found.id, corrected_too=False)
    application.usecases.transition(found.id, State.CLOSED, overrule=_overrule(overrule, reason))
    application.deliver()
    if not later:
        _work(application, "archive", found.id)
    _show(application.usecases.meeting(found.id), as_json=as_json)


@app.command(help=tr("取消", "Cancel"))
def cancel(meeting: str = _ID, *, reason: str = _REASON, as_json: bool = _JSON) -> None:
    """With a reason."""
    _step(State.CANCELLED, meeting, as_json=as_json, reason=reason)


@app.command(help=tr("把没做完的转写、送存做完", "Do what is left: transcripts, deposits"))
def work() -> None:
    """For every meeting; what was cut off goes on from where it stopped."""
    application = _application()
    for found in application.usecases.meetings(State.ADJOURNED):
        _work(application, "transcript", found.id)
    for found in application.usecases.meetings(State.CLOSED, State.DEPOSITED):
        _work(application, "archive", found.id)
    application.deliver()


def _work(application: Any, service: str, meeting_id: str) -> None:
    from roomctl.cli.stages import View  # noqa: PLC0415

    titles = {"transcript": tr("转写", "Transcribe"), "archive": tr("送存", "Deposit")}
    with View(console()).stage(service, titles[service]) as stage:
        application.work_off(service, meeting_id, lambda done, total, what: stage.at(done, total or None, what))
    application.deliver()
