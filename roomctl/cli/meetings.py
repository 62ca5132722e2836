"""`roomctl meetings`: the life cycle by hand."""

from dataclasses import asdict
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli import operating, planning
from roomctl.cli.screen import JSON, answer, attendance_line, console
from roomctl.domain.lifecycle import Need, State, ways_out
from roomctl.domain.lines import seen
from roomctl.domain.meeting import Meeting, Overrule
from roomctl.domain.planning import name_of
from roomctl.errors import BadInput
from roomctl.i18n import tr
from roomctl.services.calendar import Wish

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help=tr("会议，从拟定到归档", "Meetings, from plan to archive")
)

_ID = operating.ID
_REASON = typer.Option("", help=tr("原因或理由", "reason"))
_OVERRULE = typer.Option("", help=tr("由谁决定不顾异议（要写 --reason）", "who overrules objections, with --reason"))


def _application() -> Any:
    from roomctl.app import open_application  # noqa: PLC0415

    return open_application()


def _overrule(name: str, reason: str) -> Overrule | None:
    if name and not seen(reason):
        raise BadInput(
            tr("不顾异议要写理由", "overruling needs a reason"),
            mend=tr("请用 --reason 写明", "give it with --reason"),
        )
    return Overrule(name, reason) if name else None


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
        "scope": meeting.scope,
        "chair": meeting.chair,
        "contact": meeting.contact,
        **{name: getattr(meeting, name) for name in ("multimedia", "press", "catering", "special")},
        "secrecy": meeting.highest_secrecy.mark or meeting.highest_secrecy.level.value,
        "recorded": meeting.recorded,
        "recording_approved_by": meeting.recording_approved_by,
        "version": meeting.version,
        "agenda": [
            {
                "n": item.n,
                "title": item.title,
                "presenter": item.presenter,
                "unit": item.unit,
                "minutes": item.minutes,
                "secrecy": item.secrecy.mark or item.secrecy.level.value,
            }
            for item in meeting.agenda
        ],
    }


_TOLD = ("scope", "contact", "multimedia", "press", "catering", "special", "recording_approved_by")


@app.command("list", help=tr("全部会议，新的在前", "All meetings, newest first"))
def list_(
    *,
    find: str = typer.Option(
        "", help=tr("主题、主持人、场所，可用拼音首字母", "title, chair, place; or pinyin initials")
    ),
    as_json: bool = JSON,
) -> None:
    """Id, time, title, state."""
    use = _application().usecases
    meetings = use.shown_meetings()
    if find:
        found = {one.id for one in use.find_meetings(Wish(text=find), most=len(meetings)).entries}
        meetings = [one for one in meetings if one.id in found]
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
def show(meeting: str = _ID, *, as_json: bool = JSON) -> None:
    """Facts, counts, recordings, papers, packages, and the ways out of its state with what is missing."""
    application, found = operating.begun(meeting)
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
        *((name_of(fact), said) for fact in _TOLD if (said := getattr(found, fact))),
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


planning.add_to(app)


def _step(target: State, meeting: str, *, as_json: bool, overrule: str = "", reason: str = "") -> None:
    application, found = operating.begun(meeting)
    moved = application.usecases.transition(found.id, target, overrule=_overrule(overrule, reason), reason=reason)
    planning.show(moved, as_json=as_json)
    application.deliver()


@app.command(help=tr("批准", "Approve"))
def approve(meeting: str = _ID, *, as_json: bool = JSON) -> None:
    """拟定 → 已批准."""
    _step(State.APPROVED, meeting, as_json=as_json)


@app.command("open", help=tr("开始会前准备；没批准的即为紧急会议", "Prepare it; urgent where it was not approved"))
def open_(meeting: str = _ID, *, reason: str = _REASON, as_json: bool = JSON) -> None:
    """→ 会前准备."""
    _step(State.OPEN, meeting, as_json=as_json, reason=reason)


operating.add_to(app)


@app.command(help=tr("开会", "Begin the session"))
def start(meeting: str = _ID, *, overrule: str = _OVERRULE, reason: str = _REASON, as_json: bool = JSON) -> None:
    """会前准备 → 会中; the recorder first."""
    _step(State.IN_SESSION, meeting, as_json=as_json, overrule=overrule, reason=reason)


@app.command(help=tr("继续", "Go on after a recess"))
def resume(meeting: str = _ID, *, as_json: bool = JSON) -> None:
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
    as_json: bool = JSON,
) -> None:
    """会中 → 散会. Asks a second time where it ends a recording."""
    application, found = operating.begun(meeting)
    operating.ask(application, found, yes=yes)
    moved = application.usecases.adjourn(found.id, overrule=_overrule(overrule, reason))
    application.deliver()
    if not later and application.usecases.recordings(found.id):
        _work(application, "transcript", found.id)
    planning.show(application.usecases.meeting(moved.id), as_json=as_json)


@app.command(help=tr("清理会场全部完成，由你一并确认", "The room is cleared: you vouch for all that is open"))
def clear(
    meeting: str = _ID,
    *,
    left_behind: str = typer.Option("", help=tr("遗留物品", "things left behind")),
    as_json: bool = JSON,
) -> None:
    """One of the needs of close; `roomctl room` does it task by task."""
    application, found = operating.begun(meeting, handing_over=True)
    planning.show(application.usecases.clear(found.id, left_behind=left_behind), as_json=as_json)
    application.deliver()


@app.command(help=tr("起草会议记录", "Draft the papers"))
def draft(meeting: str = _ID) -> None:
    """A new version of each paper that is not signed."""
    application, found = operating.begun(meeting)
    for document in application.usecases.draft(found.id):
        by = document.signed_by
        kept = tr(f"  已由 {by} 签字，不再起草", f"  signed by {by}, and stays as it is") if by else ""
        path = escape(str(application.data / document.path))
        console().print(f"{document.kind} v{document.version}  {path}{escape(kept)}", soft_wrap=True)
    application.deliver()


@app.command(help=tr("签字：锁定最新一版会议记录", "Sign the newest 会议记录; it is locked"))
def sign(meeting: str = _ID, *, by: str = typer.Option(..., help=tr("签字人", "who signs"))) -> None:
    """After close it is deposited as a supplement."""
    application, found = operating.begun(meeting)
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
    application, found = operating.begun(meeting, handing_over=True)
    planning.show(application.usecases.waive_transcript(found.id, by=by, reason=reason), as_json=False)
    application.deliver()


@app.command(help=tr("补写紧急开会的原因", "Say why it was urgent"))
def explain(meeting: str = _ID, *, reason: str = typer.Option(..., help=tr("原因", "reason"))) -> None:
    """Asked for before close."""
    application, found = operating.begun(meeting, handing_over=True)
    planning.show(application.usecases.explain_urgency(found.id, reason=reason), as_json=False)
    application.deliver()


@app.command(help=tr("结束：打包、送存、读回", "Close: package, deposit, read back"))
def close(
    meeting: str = _ID,
    *,
    overrule: str = _OVERRULE,
    reason: str = _REASON,
    later: bool = typer.Option(False, "--later", help=tr("先不送存", "do not deposit now")),
    as_json: bool = JSON,
) -> None:
    """散会 → 送存中 → 已送存."""
    application, found = operating.begun(meeting, handing_over=True)
    signed = any(document.signed_by for document in application.usecases.documents(found.id))
    if not signed and found.state is State.ADJOURNED and not found.unmet(State.CLOSED):
        application.usecases.draft(found.id, corrected_too=False)
    application.usecases.transition(found.id, State.CLOSED, overrule=_overrule(overrule, reason))
    application.deliver()
    if not later:
        _work(application, "archive", found.id)
    planning.show(application.usecases.meeting(found.id), as_json=as_json)


@app.command(help=tr("取消", "Cancel"))
def cancel(meeting: str = _ID, *, reason: str = _REASON, as_json: bool = JSON) -> None:
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
