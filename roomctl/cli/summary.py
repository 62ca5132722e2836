"""`roomctl summary`: the way of a 会议纪要, step by step."""

from collections.abc import Sequence

import typer
from rich.markup import escape

from roomctl.cli import operating
from roomctl.cli.screen import JSON, answer, console
from roomctl.domain import summary_steps as way
from roomctl.domain.summary import NumberForm, Openness, Summary
from roomctl.i18n import tr

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help=tr("会议纪要，从起草到印发", "会议纪要, from draft to issue")
)

_ID = operating.ID
_OPINION = typer.Option("", help=tr("意见", "opinion"))
_REASON = typer.Option("", help=tr("理由", "reason"))
_UNIT = typer.Option(..., help=tr("单位", "unit"))


def _show(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        answer(
            {
                "id": summary.id,
                "stage": summary.stage.value,
                "due": summary.due.isoformat(),
                "number": summary.number,
                "document": summary.document,
                "final": summary.final,
                "waiting_for": list(summary.waiting_for),
                "openness": summary.openness.value if summary.openness else None,
                "sent_to": list(summary.sent_to),
            }
        )
        return
    told = [f"[stage]{summary.stage.label}[/]", escape(summary.number)]
    if summary.waiting_for:
        told.append(tr("等待：", "waiting for: ") + escape(tr("、", ", ").join(summary.waiting_for)))
    console().print("  ".join(filter(None, told)), soft_wrap=True)


@app.command(help=tr("办到哪一步", "How it stands"))
def show(meeting: str = _ID, *, as_json: bool = JSON) -> None:
    """The one in hand, and who took which step."""
    application, found = operating.begun(meeting)
    known = application.usecases.summaries(found.id)
    if not known:
        console().print(tr("没有纪要。起草：", "there is none: ") + f"roomctl summary start {found.id[-6:]}")
        return
    _show(known[-1], as_json=as_json)
    if not as_json:
        for step in known[-1].passed:
            what = tr(f"{step.stage.label}退回", f"{step.stage.label}: sent back") if step.back else step.stage.label
            console().print(f"  {step.at:%m-%d %H:%M}  {what}  {escape(step.by)}  {escape(step.opinion)}")


@app.command(way.START.name, help=tr(*way.START.about))
def start(
    meeting: str = _ID,
    *,
    drafted_by: str = typer.Option("", help=tr("代拟单位", "the unit that drafts it for the office")),
    as_json: bool = JSON,
) -> None:
    """A new one after an issued one names it."""
    application, found = operating.begun(meeting)
    _show(application.usecases.start_summary(found.id, drafted_by=drafted_by), as_json=as_json)


@app.command(way.REDRAFT.name, help=tr(*way.REDRAFT.about))
def redraft(meeting: str = _ID) -> None:
    """A new version."""
    application, found = operating.begun(meeting)
    paper = application.usecases.redraft_summary(found.id)
    console().print(f"[ok]✓[/] {escape(paper.path)}")


@app.command(way.SUBMIT.name, help=tr(*way.SUBMIT.about))
def submit(
    meeting: str = _ID,
    *,
    unit: list[str] = typer.Option([], help=tr("会签单位，可多次", "a unit that is asked; several times")),
    lead: str = typer.Option("", help=tr("主办单位", "who answers first")),
    as_json: bool = JSON,
) -> None:
    """主办 first."""
    application, found = operating.begun(meeting)
    units: Sequence[str] = unit
    _show(application.usecases.submit_summary(found.id, units=units, lead=lead), as_json=as_json)


@app.command(way.ANSWER.name, help=tr(*way.ANSWER.about))
def answer_(
    meeting: str = _ID,
    *,
    unit: str = _UNIT,
    agreed: bool = typer.Option(True, "--agree/--object", help=tr("同意或不同意", "agreed, or not")),
    opinion: str = _OPINION,
    as_json: bool = JSON,
) -> None:
    """会签."""
    application, found = operating.begun(meeting)
    told = application.usecases.countersign_summary(found.id, unit=unit, agreed=agreed, opinion=opinion)
    _show(told, as_json=as_json)


@app.command(way.SETTLE.name, help=tr(*way.SETTLE.about))
def settle(
    meeting: str = _ID,
    *,
    unit: str = _UNIT,
    adopted: bool = typer.Option(True, "--adopt/--reject", help=tr("采纳或不采纳", "adopted, or not")),
    reason: str = _REASON,
    as_json: bool = JSON,
) -> None:
    """An opinion that is not adopted needs a reason."""
    application, found = operating.begun(meeting)
    told = application.usecases.settle_opinion(found.id, unit=unit, adopted=adopted, reason=reason)
    _show(told, as_json=as_json)


@app.command(way.CONCLUDE.name, help=tr(*way.CONCLUDE.about))
def conclude(meeting: str = _ID, *, as_json: bool = JSON) -> None:
    """Once every unit has answered, and each opinion is settled."""
    application, found = operating.begun(meeting)
    _show(application.usecases.conclude_countersigning(found.id), as_json=as_json)


@app.command(way.OPENNESS.name, help=tr(*way.OPENNESS.about))
def openness(
    meeting: str = _ID,
    kind: Openness = typer.Argument(..., help=tr("公开属性", "which")),
    *,
    reason: str = _REASON,
    as_json: bool = JSON,
) -> None:
    """Before it is signed."""
    application, found = operating.begun(meeting)
    _show(application.usecases.set_openness(found.id, openness=kind, reason=reason), as_json=as_json)


@app.command(way.APPROVE.name, help=tr(*way.APPROVE.about))
def approve(meeting: str = _ID, *, opinion: str = _OPINION, as_json: bool = JSON) -> None:
    """On to who signs it."""
    application, found = operating.begun(meeting)
    _show(application.usecases.approve_summary(found.id, opinion=opinion), as_json=as_json)


@app.command(way.SIGN.name, help=tr(*way.SIGN.about))
def sign(
    meeting: str = _ID,
    *,
    by: str = typer.Option(..., help=tr("签发人", "who signs")),
    opinion: str = _OPINION,
    as_json: bool = JSON,
) -> None:
    """By a named person."""
    application, found = operating.begun(meeting)
    _show(application.usecases.sign_summary(found.id, by=by, opinion=opinion), as_json=as_json)


@app.command(way.REGISTER.name, help=tr(*way.REGISTER.about))
def register(
    meeting: str = _ID,
    *,
    form: NumberForm = typer.Option(None, help=tr("编号形式；不写同上一份", "its form; empty: as the last one")),
    series: str = typer.Option("", help=tr("序列；不写为会议类型", "series; empty: the kind of the meeting")),
    each_year: bool = typer.Option(True, help=tr("每年从 1 开始", "a new year begins at 1")),
    as_json: bool = JSON,
) -> None:
    """Without gaps."""
    application, found = operating.begun(meeting)
    told = application.usecases.register_summary(found.id, form=form, series=series, each_year=each_year)
    _show(told, as_json=as_json)


@app.command(way.PROOFREAD.name, help=tr(*way.PROOFREAD.about))
def proofread(meeting: str = _ID, *, opinion: str = _OPINION, as_json: bool = JSON) -> None:
    """On to the print."""
    application, found = operating.begun(meeting)
    _show(application.usecases.proofread_summary(found.id, opinion=opinion), as_json=as_json)


@app.command(way.ISSUE.name, help=tr(*way.ISSUE.about))
def issue(
    meeting: str = _ID,
    *,
    to: list[str] = typer.Option(..., help=tr("分送，可多次", "who gets it; several times")),
    as_json: bool = JSON,
) -> None:
    """And to whom it goes."""
    application, found = operating.begun(meeting)
    _show(application.usecases.issue_summary(found.id, sent_to=to), as_json=as_json)


@app.command(way.RETURN.name, help=tr(*way.RETURN.about))
def send_back(
    meeting: str = _ID,
    *,
    reason: str = typer.Option(..., help=tr("要改什么", "what to change")),
    as_json: bool = JSON,
) -> None:
    """A number that was drawn is void, and keeps the reason."""
    application, found = operating.begun(meeting)
    _show(application.usecases.send_summary_back(found.id, reason=reason), as_json=as_json)
