"""`roomctl transcript papers`: 讲话稿, 主持词, 汇报材料 of a meeting, and what was said beside them."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from roomctl.api import BadInput, PluginContext, RoomctlError, tr
from roomctl.api.durations import hms
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg, person
from roomctl_transcript import paper_store
from roomctl_transcript.paper_store import Paper


def build(ctx: PluginContext) -> typer.Typer:
    """The commands, bound to the plugin's context."""
    about = tr("会议材料：加、列、删、与发言对照", "papers of a meeting: add, list, remove, beside what was said")
    app = typer.Typer(add_completion=False, no_args_is_help=True, help=about)
    desk = _Desk(ctx)
    app.command("add", help=tr("加材料：docx、pdf、txt", "take papers in: docx, pdf, txt"))(desk.add)
    app.command("list", help=tr("列出", "list them"))(desk.known)
    app.command("remove", help=tr("删去", "leave papers out"))(desk.remove)
    beside = tr("照材料念的话与材料对照，标出存疑的数字", "speech beside the papers, with the figures that differ")
    app.command("beside", help=beside)(desk.beside)
    return app


class _Desk:
    """The commands over one data folder."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx, self._services = ctx, ctx.services
        self._screen = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

    def add(
        self,
        meeting: MeetingArg,
        files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=tr("材料文件", "papers"))],
        *,
        as_json: Json = False,
    ) -> None:
        """Each by itself: a bad one is told, and the others are in."""
        found, taken, bad = find_meeting(self._services, meeting), [], []
        for file in files:
            try:
                data = _bytes(file)
                taken.append(paper_store.add(self._ctx, found, file.name, data, by=person().name))
                self._told(taken[-1])
            except RoomctlError as error:
                if len(files) == 1:
                    raise
                bad.append((file.name, str(error)))
                self._screen.print(f"! {error}")
        if as_json:
            refused = [{"name": name, "why": why} for name, why in bad]
            print(json.dumps({"meeting": found.id, "papers": list(map(asdict, taken)), "refused": refused},
                             ensure_ascii=False))  # fmt: skip
        elif taken and (newest := self._services.transcript(found.id)) and newest.complete:
            again = f"roomctl transcript again {found.id}"
            self._screen.print(tr(f"要让已有的转写稿用上它们：{again}", f"for the transcript that is there: {again}"))
        if bad:
            raise typer.Exit(2)

    def known(self, meeting: MeetingArg, *, as_json: Json = False) -> None:
        found = find_meeting(self._services, meeting)
        known = paper_store.listed(self._services.data, found.id)
        if as_json:
            print(json.dumps({"meeting": found.id, "papers": list(map(asdict, known))}, ensure_ascii=False))
            return
        for one in known:
            self._told(one)
        if not known:
            add = f"roomctl transcript papers add {found.id} FILE"
            self._screen.print(tr(f"还没有材料；{add}", f"none yet; {add}"))

    def remove(self, meeting: MeetingArg, names: Annotated[list[str], typer.Argument(metavar="NAME…")]) -> None:
        found = find_meeting(self._services, meeting)
        for name in names:
            paper_store.find(self._services.data, found.id, name)  # all of them are there, or none goes
        for name in names:
            paper_store.remove(self._ctx, found, name, by=person().name)
        self._screen.print(tr(f"删去 {len(names)} 份", f"{len(names)} removed"))

    def beside(self, meeting: MeetingArg, *, as_json: Json = False) -> None:
        found = find_meeting(self._services, meeting)
        newest = self._services.transcript(found.id)
        rows = [one for one in newest.shown if one.beside or one.doubts] if newest else []
        if as_json:
            told = [
                {
                    "id": one.id,
                    "start": one.start,
                    "end": one.end,
                    "speaker": one.speaker,
                    "text": one.text,
                    "beside": asdict(one.beside) if one.beside else None,
                    "doubts": [{**asdict(doubt), "told": doubt.told()} for doubt in one.doubts],
                }
                for one in rows
            ]
            print(json.dumps({"meeting": found.id, "sentences": told}, ensure_ascii=False))
            return
        for one in rows:
            print(f"@ {hms(one.start)}  {one.text}")
            if one.beside:
                print(f"  {one.beside.file}（{one.beside.alike:.0%}）  {one.beside.passage}")
            for doubt in one.doubts:
                print(tr(f"  存疑：{doubt.told()}", f"  to be checked: {doubt.told()}"))
        if not rows:
            self._screen.print(tr("没有照材料念的话", "nothing that was said follows a paper"))

    def _told(self, one: Paper) -> None:
        said = one.trouble or tr(
            f"{one.characters} 字，{one.people} 个人名，{one.terms} 个名称",
            f"{one.characters} characters, {one.people} people, {one.terms} terms",
        )
        self._screen.print(f"{'!' if one.trouble else '✓'} {one.name}  {said}")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(
            tr(f"不能读取 {file}", f"cannot read {file}"),
            error.strerror or "",
            tr("请检查文件名", "check the file's name"),
        ) from error
