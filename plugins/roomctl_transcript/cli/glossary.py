"""`roomctl glossary`: the office's own words."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from roomctl.api import NotFound, PluginContext, correction, tr
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg
from roomctl_transcript import glossary
from roomctl_transcript.roster import lines

Terms = Annotated[list[str], typer.Argument(help=tr("词", "terms"))]
Take = Annotated[bool, typer.Option("--take", help=tr("收入", "take them in"))]


def build(ctx: PluginContext) -> typer.Typer:
    """The commands, bound to the plugin's context."""
    about = tr("本单位词表：每场会议都用", "words of this office, for every meeting")
    app = typer.Typer(add_completion=False, no_args_is_help=True, help=about)
    desk = _Desk(ctx)
    app.command("list", help=tr("列出", "list them"))(desk.list)
    app.command("add", help=tr("收入", "take terms in"))(desk.add)
    app.command("remove", help=tr("删去", "leave terms out"))(desk.remove)
    app.command("import", help=tr("从文件收入，一行一个词", "take in a file, one term a line"))(desk.import_)
    learned = tr("从校改中学到的词，要收入请加 --take", "what the corrections suggest; --take takes them in")
    app.command("suggest", help=learned)(desk.suggest)
    return app


class _Desk:
    """The commands over one data folder."""

    def __init__(self, ctx: PluginContext) -> None:
        self._services = ctx.services
        self._screen = Console(stderr=True, highlight=False, markup=False)

    @property
    def _data(self) -> Path:
        return self._services.data

    def list(self, *, as_json: Json = False) -> None:
        known = glossary.terms(self._data)
        if as_json:
            print(json.dumps({"terms": known}, ensure_ascii=False))
            return
        for term in known:
            print(term)
        if not known:
            self._screen.print(tr("还没有词；roomctl glossary add 词", "none yet; roomctl glossary add TERM"))

    def add(self, terms: Terms) -> None:
        self._told(glossary.add(self._data, terms))

    def import_(self, file: Path) -> None:
        self._told(glossary.add(self._data, lines(file)))

    def remove(self, terms: Terms) -> None:
        gone = glossary.remove(self._data, terms)
        if missing := [term for term in terms if term not in gone]:
            what = tr(f"词表里没有 {'、'.join(missing)}", f"not there: {', '.join(missing)}")
            raise NotFound(what, mend="roomctl glossary list")
        self._screen.print(tr(f"删去 {len(gone)} 个词", f"{len(gone)} left out"))

    def suggest(
        self,
        meeting: MeetingArg,
        *,
        take: Take = False,
        as_json: Json = False,
    ) -> None:
        newest = self._services.transcript(find_meeting(self._services, meeting).id)
        known = glossary.terms(self._data)
        found = [one for one in (correction.suggestions(newest) if newest else ()) if one.meant not in known]
        if as_json:
            rows = [{"heard": one.heard, "meant": one.meant, "times": one.times} for one in found]
            print(json.dumps({"suggestions": rows}, ensure_ascii=False))
        for one in found:
            times = tr(f"（{one.times} 次）", f" ({one.times} times)")
            self._screen.print(f"{one.heard} → {one.meant}{times}")
        if take:
            self._told(glossary.add(self._data, (one.meant for one in found)))
        elif not found:
            self._screen.print(tr("校改里没有新词", "the corrections suggest nothing new"))

    def _told(self, taken: tuple[str, ...]) -> None:
        many = tr(f"收入 {len(taken)} 个词", f"{len(taken)} taken in")
        self._screen.print(many + (tr("：", ": ") + "、".join(taken) if taken else ""))
