"""`roomctl papers`: the papers of a meeting, read, checked for errors, taken away."""

import shutil
from dataclasses import asdict
from pathlib import Path

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli import operating
from roomctl.cli.screen import answer, console
from roomctl.domain.record import RecordFile
from roomctl.errors import BadInput, NotFound
from roomctl.i18n import tr

app = typer.Typer(add_completion=False, no_args_is_help=True, help=tr("会议的文件", "The papers of a meeting"))

_ID, _JSON = operating.ID, operating.JSON
_PAPER = typer.Argument("", help=tr("文件编号或种类；空着是最新的一份", "id or kind of the paper; empty: the newest"))
_OUTPUT = typer.Option(..., "--output", "-o", help=tr("写到：.docx、.pdf 或 .html", "where to: .docx, .pdf or .html"))


@app.command("list", help=tr("全部文件和每一稿", "All papers and their versions"))
def list_(meeting: str = _ID, *, as_json: bool = _JSON) -> None:
    """Kind, version, who signed."""
    application, found = operating.begun(meeting)
    papers = application.usecases.documents(found.id)
    if as_json:
        answer({"papers": [asdict(paper) for paper in papers]})
        return
    if not papers:
        console().print(tr("还没有文件。起草：", "no papers yet: ") + f"roomctl meetings draft {found.id[-6:]}")
        return
    table = Table(box=None, pad_edge=False)
    for head in (tr("编号", "id"), tr("种类", "kind"), tr("稿", "version"), tr("签字", "signed by"), "PDF"):
        table.add_column(head)
    for one in papers:
        table.add_row(one.id, escape(one.kind), str(one.version), escape(one.signed_by), "✓" if one.pdf else "")
    console().print(table)


@app.command("check", help=tr("零差错检查", "Read a paper for errors"))
def check(meeting: str = _ID, paper: str = _PAPER, *, as_json: bool = _JSON) -> None:
    """Names, posts, order, units, dates, sums, figures, punctuation. Exit code 1 where there is something."""
    application, found = operating.begun(meeting)
    chosen = _chosen(application.usecases.documents(found.id), paper)
    findings = application.usecases.proofread_document(found.id, chosen.id)
    if as_json:
        answer({"paper": chosen.id, "kind": chosen.kind, "findings": [asdict(one) for one in findings]})
    else:
        for one in findings:
            hint = tr(f"，应为 {one.hint}", f", should be {one.hint}") if one.hint else ""
            source = f"  [dim]{escape(one.source)}[/]" if one.source else ""
            console().print(f"[warn]![/] {escape(one.said + hint)}：…{escape(one.around)}…{source}")
        told = tr(f"{chosen.kind}：{len(findings)} 处", f"{chosen.kind}: {len(findings)}")
        console().print(told if findings else f"[ok]✓[/] {chosen.kind}" + tr("：没有发现问题", ": nothing found"))
    if findings:
        raise typer.Exit(1)


@app.command("export", help=tr("取出一份文件", "Take a paper away"))
def export(meeting: str = _ID, paper: str = _PAPER, *, output: Path = _OUTPUT) -> None:
    """As docx, as the PDF/A that was made of it as it was signed, or as a page of the browser."""
    application, found = operating.begun(meeting)
    use = application.usecases
    chosen = _chosen(use.documents(found.id), paper)
    match output.suffix.lower():
        case ".docx":
            shutil.copyfile(use.data / chosen.path, output)
        case ".pdf" if chosen.pdf:
            shutil.copyfile(use.data / chosen.pdf, output)
        case ".pdf":
            raise NotFound(
                tr(f"{chosen.kind}还没有 PDF", f"there is no PDF of this {chosen.kind}"),
                tr("签字时才生成", "it is made as the paper is signed"),
                tr("先签字，或用 .html 预览", "sign it first, or look at it as .html"),
            )
        case ".html":
            output.write_text(
                f'<!doctype html><meta charset="utf-8">{use.document_preview(found.id, chosen.id)}', encoding="utf-8"
            )
        case _:
            raise BadInput(
                tr(f"不支持的格式 {output.suffix or output.name}", f"cannot write {output.name}"),
                mend=tr("用 .docx、.pdf 或 .html", ".docx, .pdf or .html"),
            )
    console().print(f"[ok]✓[/] {escape(str(output))}")


def _chosen(papers: list[RecordFile], wanted: str) -> RecordFile:
    found = [one for one in papers if not wanted or one.kind == wanted or one.id.endswith(wanted)]
    if not found:
        kinds = tr("、", ", ").join(dict.fromkeys(one.kind for one in papers))
        raise NotFound(
            tr(
                f"没有文件“{wanted}”" if wanted else "还没有文件",
                f"no paper {wanted!r}" if wanted else "no papers yet",
            ),
            mend=tr(f"现有：{kinds}", f"there are: {kinds}") if kinds else "roomctl meetings draft",
        )
    return found[-1]
