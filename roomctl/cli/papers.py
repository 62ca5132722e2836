"""`roomctl papers`: the papers of a meeting, read, checked for errors, taken away."""

import shutil
from dataclasses import asdict
from pathlib import Path
from pathlib import PurePosixPath as File

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli import operating
from roomctl.cli.screen import JSON, answer, console
from roomctl.domain.record import RecordFile
from roomctl.domain.revision import Kind, ParagraphChange
from roomctl.domain.summary import KIND as SUMMARY
from roomctl.errors import BadInput, NotFound
from roomctl.i18n import tr
from roomctl.services.revisions import Returned

app = typer.Typer(add_completion=False, no_args_is_help=True, help=tr("会议的文件", "The papers of a meeting"))

_ID = operating.ID
_PAPER = typer.Argument("", help=tr("文件编号或种类；不写为最新的一份", "id or kind of the paper; empty: the newest"))
_OUTPUT = typer.Option(..., "--output", "-o", help=tr("写到：.docx、.pdf 或 .html", "where to: .docx, .pdf or .html"))


@app.command("list", help=tr("全部文件和每一稿", "All papers and their versions"))
def list_(meeting: str = _ID, *, as_json: bool = JSON) -> None:
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
def check(
    meeting: str = _ID,
    paper: str = _PAPER,
    *,
    every: bool = typer.Option(
        False, "--all", help=tr("方案和全部文件，列成一张表", "方案 and all papers, in one list")
    ),
    as_json: bool = JSON,
) -> None:
    """Names, posts, order, units, dates, sums, figures, punctuation. Exit code 1 where there is something."""
    application, found = operating.begun(meeting)
    use = application.usecases
    chosen = None if every else _chosen(use.documents(found.id), paper)
    findings = use.proofread_document(found.id, chosen.id) if chosen else use.proofread_papers(found.id)
    kind = chosen.kind if chosen else tr("全部文件", "all papers")
    if as_json:
        about = {"paper": chosen.id, "kind": chosen.kind} if chosen else {}
        answer(about | {"findings": [asdict(one) for one in findings]})
    else:
        for one in findings:
            hint = tr(f"，应为 {one.hint}", f", should be {one.hint}") if one.hint else ""
            source = f"  [dim]{escape(one.source)}[/]" if one.source else ""
            where = f"{one.paper}  " if one.paper else ""
            console().print(f"[warn]![/] {escape(where + one.said + hint)}：…{escape(one.around)}…{source}")
        told = tr(f"{kind}：{len(findings)} 处", f"{kind}: {len(findings)}")
        console().print(told if findings else f"[ok]✓[/] {kind}" + tr("：没有发现问题", ": nothing found"))
    if findings:
        raise typer.Exit(1)


@app.command(
    "draft", help=tr("起草一份需要时才做的文件，如座签、座位图", "Draft a paper that is asked for: 座签, 座位图")
)
def draft(
    meeting: str = _ID,
    kind: str = typer.Argument(..., help=tr("种类", "its kind")),
    *,
    output: Path | None = typer.Option(None, "--output", "-o", help=tr("同时写到这里", "and write it here")),
    as_json: bool = JSON,
) -> None:
    """A new version, from the facts as they are."""
    application, found = operating.begun(meeting)
    use = application.usecases
    made = use.draft_paper(found.id, kind, output.suffix if output else "")
    path = use.data / made.path
    if output:
        shutil.copyfile(path, output)
    if as_json:
        answer({**asdict(made), "file": str(output or path)})
        return
    console().print(f"[ok]✓[/] {escape(str(output or path))}", soft_wrap=True)


@app.command("export", help=tr("取出一份文件", "Take a paper away"))
def export(meeting: str = _ID, paper: str = _PAPER, *, output: Path = _OUTPUT) -> None:
    """As docx, as the PDF/A that was made of it as it was signed, or as a page of the browser."""
    application, found = operating.begun(meeting)
    use = application.usecases
    chosen = _chosen(use.documents(found.id), paper)
    match output.suffix.lower():
        case suffix if suffix == File(chosen.path).suffix:
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


@app.command("import", help=tr("收进别处改过的稿子", "Take in a paper that was corrected elsewhere"))
def import_(
    meeting: str = _ID,
    file: Path = typer.Argument(..., help=tr("改过的 docx", "the corrected docx")),
    *,
    kind: str = typer.Option(SUMMARY, help=tr("种类", "its kind")),
    unit: str = typer.Option("", help=tr("谁改的", "who worked on it")),
    as_json: bool = JSON,
) -> None:
    """As the next version; its tracked changes are decided by `papers settle`."""
    application, found = operating.begun(meeting)
    if not file.is_file():
        raise NotFound(tr(f"找不到文件 {file}", f"no file {file}"))
    use = application.usecases
    taken = use.take_in_document(found.id, kind, file, unit=unit, name=file.name)
    if as_json:
        answer(asdict(taken))
        return
    console().print(tr(f"[ok]✓[/] 第 {taken.version} 稿", f"[ok]✓[/] version {taken.version}"))
    _told(use.returned_document(found.id, taken.id))


@app.command(help=tr("稿子里的修订和批注", "Tracked changes and comments of a paper"))
def changes(meeting: str = _ID, paper: str = _PAPER, *, as_json: bool = JSON) -> None:
    """Each with its number, author and time; and what was changed without being tracked."""
    application, found = operating.begun(meeting)
    chosen = _chosen(application.usecases.documents(found.id), paper)
    back = application.usecases.returned_document(found.id, chosen.id)
    if as_json:
        answer({"paper": chosen.id} | asdict(back))
    else:
        _told(back)


@app.command(help=tr("接受或不接受修订", "Accept or refuse tracked changes"))
def settle(
    meeting: str = _ID,
    paper: str = _PAPER,
    *,
    accept: list[str] = typer.Option([], help=tr("接受这一处，可多次；all 全部", "a change; several times; all")),
    refuse: list[str] = typer.Option([], help=tr("不接受这一处，可多次；all 全部", "a change; several times; all")),
    as_json: bool = JSON,
) -> None:
    """In a new version; those that are not named stay open."""
    application, found = operating.begun(meeting)
    use = application.usecases
    chosen = _chosen(use.documents(found.id), paper)
    every = [one.id for one in use.returned_document(found.id, chosen.id).review.changes]
    decided: dict[str, bool] = {}
    for words, accepted in ((refuse, False), (accept, True)):
        decided |= dict.fromkeys(every if words == ["all"] else words, accepted)
    made = use.settle_changes(found.id, chosen.id, decided)
    if as_json:
        answer(asdict(made))
    else:
        console().print(tr(f"[ok]✓[/] 第 {made.version} 稿", f"[ok]✓[/] version {made.version}"))


@app.command(help=tr("比较两稿", "Compare two versions"))
def compare(
    meeting: str = _ID,
    old: str = typer.Argument(..., help=tr("旧稿的编号", "id of the older one")),
    new: str = typer.Argument(..., help=tr("新稿的编号", "id of the newer one")),
    *,
    as_json: bool = JSON,
) -> None:
    """By paragraph and word. Exit code 1 where something differs."""
    application, found = operating.begun(meeting)
    use = application.usecases
    papers = use.documents(found.id)
    one, other = _chosen(papers, old), _chosen(papers, new)
    differs = use.compare_documents(found.id, one.id, other.id)
    if as_json:
        answer({"old": one.id, "new": other.id, "changes": [asdict(change) for change in differs]})
    else:
        for change in differs:
            console().print(_marked(change), soft_wrap=True)
        if not differs:
            console().print(tr("[ok]✓[/] 两稿文字相同", "[ok]✓[/] the same text"))
    if differs:
        raise typer.Exit(1)


@app.command(help=tr("代拟：打包给一个单位", "Pack a paper for the unit that drafts it"))
def pack(
    meeting: str = _ID,
    paper: str = _PAPER,
    *,
    unit: str = typer.Option(..., help=tr("代拟单位", "the unit")),
    output: Path = typer.Option(..., "--output", "-o", help=tr("写到：.zip", "where to: .zip")),
) -> None:
    """The docx with its changes tracked, the facts, what the unit may see of the transcript, and what to do."""
    application, found = operating.begun(meeting)
    chosen = _chosen(application.usecases.documents(found.id), paper)
    half = output.with_name(f"{output.name}.partial")
    try:
        application.usecases.pack_document(found.id, chosen.id, half, unit=unit)
        half.replace(output)
    except OSError as error:
        raise BadInput(
            tr(f"写不了 {output}", f"cannot write {output}"),
            error.strerror or "",
            tr("换个位置", "choose another place"),
        ) from error
    finally:
        half.unlink(missing_ok=True)
    console().print(f"[ok]✓[/] {escape(str(output))}")


def _told(back: Returned) -> None:
    for one in back.review.changes:
        who = "  ".join(filter(None, (one.author, f"{one.at:%m-%d %H:%M}" if one.at else "")))
        words = "".join(
            filter(
                None,
                (
                    one.format and f"({one.format}) ",
                    one.removed and f"[crit]-{escape(one.removed)}[/]",
                    one.added and f"[ok]+{escape(one.added)}[/]",
                ),
            )
        )
        console().print(
            f"{one.id:>3}  …{escape(one.before)}{words}{escape(one.after)}…  [dim]{escape(who)}[/]", soft_wrap=True
        )
    for note in back.review.comments:
        console().print(
            tr("批注", "comment") + f"  {escape(note.author)}：{escape(note.text)}  [dim]{escape(note.on)}[/]"
        )
    if back.untracked:
        count = len(back.untracked)
        console().print(
            tr(f"[warn]![/] 另有 {count} 段改了没有留修订：", f"[warn]![/] {count} paragraphs changed untracked:")
        )
        for change in back.untracked:
            console().print(_marked(change), soft_wrap=True)
    if not (back.review.changes or back.untracked):
        console().print(tr("[ok]✓[/] 没有待处理的修订", "[ok]✓[/] nothing is open"))


def _marked(change: ParagraphChange) -> str:
    looks = {Kind.SAME: "{}", Kind.ADDED: "[ok]+{}[/]", Kind.REMOVED: "[crit]-{}[/]"}
    place = (change.new if change.new is not None else change.old) or 0
    return f"{place + 1:>4}  " + "".join(looks[piece.kind].format(escape(piece.text)) for piece in change.pieces)


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
