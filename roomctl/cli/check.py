"""`roomctl check`: the devices of the room, before the meeting."""

from contextlib import nullcontext
from pathlib import Path

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli.screen import JSON, SYMBOLS, answer, console
from roomctl.domain.checks import CheckReport, Result
from roomctl.i18n import tr
from roomctl.services.finding import find_meeting

app = typer.Typer(add_completion=False)


@app.command(help=tr("会前设备检查；有问题时退出码为 1", "Check the devices; exit code 1 where something is found"))
def check(
    meeting: str = typer.Argument("", help=tr("会议编号；不写则只查会议室", "meeting; without it the room alone")),
    *,
    device: list[str] = typer.Option(
        [], "--device", "-d", help=tr("只查这台，可写多次", "this device alone; several times")
    ),
    acoustic: bool = typer.Option(
        False,
        "--acoustic",
        help=tr(
            "再做声学实测：会议室会响约半分钟", "the acoustic proof too: it sounds in the room for half a minute"
        ),
    ),
    report_to: Path = typer.Option(
        None,
        "--report",
        help=tr("把检查报告写成文件：.docx .pdf .html", "write the report as a paper: .docx .pdf .html"),
    ),
    as_json: bool = JSON,
) -> None:
    """Each row as it comes; what to do first at the end."""
    from roomctl.app import open_application  # noqa: PLC0415
    from roomctl.services.check_papers import form_of  # noqa: PLC0415

    if report_to is not None:
        form_of(report_to)  # told before anybody waits for the run
    screen = console()
    heard = None if as_json else lambda result: screen.print(line(result), soft_wrap=True)
    use = open_application(make=not meeting).usecases
    with screen.status(tr("正在检查", "checking")) if screen.is_terminal else nullcontext() as bar:
        report = use.check(
            find_meeting(use, meeting).id if meeting else None,
            only=device,
            sound=acoustic,
            heard=heard,
            tell=lambda what: bar.update(escape(what)) if bar else None,
        )
    if as_json:
        answer({"meeting": report.meeting, "results": [as_dict(result) for result in report.results]})
    else:
        screen.print(summary(report))
    if report_to is not None:
        use.write_check_report(report.meeting, report_to)
    if report.findings:
        raise typer.Exit(1)


def line(result: Result) -> str:
    """One result for people."""
    mend = escape(f" → {result.remark}") if result.remark else ""
    mark = f"[{result.state.lower()}]{SYMBOLS[result.state]}[/]"
    return f"{mark} {escape(result.device_name)} · {escape(result.name)}  {escape(result.message)}[dim]{mend}[/]"


def summary(report: CheckReport) -> Table:
    """Counts by state."""
    table = Table.grid(padding=(0, 2))
    table.add_row(*(f"[{state}]{state} {count}[/]" for state, count in report.counts.items() if count))
    return table


def as_dict(result: Result) -> dict[str, object]:
    """A result as scripts read it."""
    return {
        "device": result.device,
        "check": result.check,
        "device_title": result.device_name,
        "title": result.name,
        "state": result.state.value,
        "found": result.as_found.state.value,
        "value": result.value,
        "unit": result.unit,
        "threshold": result.threshold,
        "message": result.message,
        "hint": result.hint,
        "evidence": result.evidence,
        "took": round(result.took, 3),
    }
