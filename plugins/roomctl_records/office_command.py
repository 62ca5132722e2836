"""`roomctl records template …` and `roomctl records tables …`: what an office sets for its papers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from roomctl.api import BadInput, NotFound, PluginContext, tr
from roomctl.api.terminal import Json
from roomctl_records import office
from roomctl_records.office import Sheet
from roomctl_records.render import template

FileArgument = Annotated[
    Path | None, typer.Argument(help=tr("TOML 文件；不写为本单位现用的", "a TOML file; empty: the one in use"))
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help=tr("写到；不写则输出到屏幕", "where to; else stdout"))
]


def build(ctx: PluginContext) -> typer.Typer:
    """The command group."""
    screen = Console(stderr=True, highlight=False, markup=False)
    group = typer.Typer(help=tr("文书模板和用语表", "Templates and written forms of papers"), no_args_is_help=True)
    forms = _sheet(
        lambda: office.the_template(ctx), screen, tr("版式模板：字体、红头、编号、版记", "Page and type of papers")
    )
    words = _sheet(
        lambda: office.the_tables(ctx), screen, tr("单位规范名称、用语、领导姓名", "Units, phrases, leaders' names")
    )

    @forms.command("list", help=tr("每种文件用哪个模板，缺什么字体", "which template each kind has, and its fonts"))
    def list_(*, as_json: Json = False) -> None:
        rows: list[dict[str, Any]] = []
        for kind in template.KINDS:
            form = template.load(ctx.config.template, ctx.services.data, kind)
            rows.append({"kind": kind, "origin": form.origin, "fonts": dict(office.fonts(form))})
        if as_json:
            print(json.dumps({"templates": rows}, ensure_ascii=False))
            return
        for row in rows:
            screen.print(f"{row['kind']}  {row['origin']}")
        for name, other in rows[0]["fonts"].items():
            if other:
                screen.print(tr(f"  缺字体 {name}，用 {other} 代替", f"  {name} is missing; {other} stands in"))

    @forms.command(help=tr("看样张", "Write a sample"))
    def preview(
        file: FileArgument = None,
        *,
        kind: Annotated[str, typer.Option(help=tr("文件种类", "kind of paper"))] = template.KINDS[0],
        output: Annotated[Path, typer.Option("--output", "-o", help=tr("写到：.html、.pdf 或 .docx", "where to"))],
    ) -> None:
        if file is None:
            form = template.load(ctx.config.template, ctx.services.data, kind)
        else:
            made, wrong = template.read(_read(file), kind)
            if made is None:
                raise BadInput(tr(f"模板不能用：{file}", f"cannot use {file}"), str(wrong[0]))
            form = made
        office.preview(form, kind, output)
        screen.print(f"✓ {output}")

    group.add_typer(forms, name="template")
    group.add_typer(words, name="tables")
    return group


def _sheet(sheet: Callable[[], Sheet], screen: Console, about: str) -> typer.Typer:
    group = typer.Typer(help=about, no_args_is_help=True)

    @group.command(help=tr("取出自带的，改后用", "The shipped one, to change"))
    def export(*, output: Output = None) -> None:
        _export(sheet().shipped(), output, screen)

    @group.command(help=tr("检查：每一处错的行、项、应为什么", "Check: line, key and what is expected of each fault"))
    def check(file: FileArgument = None, *, as_json: Json = False) -> None:
        own = sheet()
        wrong = own.check(own.text if file is None else _read(file))
        name = str(own.path if file is None else file)
        if as_json:
            rows = [{"line": one.line, "key": one.key, "said": one.said, "expected": one.expected} for one in wrong]
            print(json.dumps({"file": name, "ok": not wrong, "faults": rows}, ensure_ascii=False))
        for one in [] if as_json else wrong:
            screen.print(f"! {one}")
        if wrong:
            raise typer.Exit(1)
        if not as_json:
            screen.print(f"✓ {name}")

    @group.command("use", help=tr("检查后启用", "Check it, then use it"))
    def use_(file: Annotated[Path, typer.Argument(help=tr("TOML 文件", "a TOML file"))]) -> None:
        own = sheet()
        own.put(_read(file), own.text)
        screen.print(f"✓ {own.path}")

    @group.command(help=tr("恢复自带的；本单位的留作 .bak", "Back to what is shipped; the own one stays as .bak"))
    def reset() -> None:
        own = sheet()
        done = own.reset()
        screen.print(f"✓ {own.path}.bak" if done else tr("用的就是自带的", "the shipped one is in use already"))

    return group


def _export(text: str, output: Path | None, screen: Console) -> None:
    if output is None:
        print(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(tr(f"写不了 {output}", f"cannot write {output}"), error.strerror or "") from error
    screen.print(f"✓ {output}")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotFound(tr(f"找不到文件 {file}", f"no file {file}")) from error
    except (OSError, ValueError) as error:
        raise BadInput(tr(f"读不了 {file}", f"cannot read {file}"), str(error)) from error
