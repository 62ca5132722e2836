"""`roomctl doctor`: what is missing on this machine, and the exact mend."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from roomctl.api import Missing
from roomctl.cli.screen import JSON, answer, console
from roomctl.folders import data_folder
from roomctl.i18n import tr

app = typer.Typer(add_completion=False)

_ROOM_GB = 5.0  # of disk: a day of one track at 48 kHz, 24 bit, with its package, is about that
_FONTS = {
    "小标宋": ("FZXiaoBiaoSong", "方正小标宋"),
    "仿宋": ("FangSong", "仿宋"),
    "楷体": ("KaiTi", "楷体"),
    "黑体": ("SimHei", "黑体"),
}


@app.command(help=tr("缺什么、怎么补", "What is missing, and the exact mend"))
def doctor(*, as_json: bool = JSON) -> None:
    """Plugins' own self-checks, models, disk, fonts. Exit code 1 where something needs a hand."""
    from roomctl.app import open_application  # noqa: PLC0415

    application = open_application()
    found = [*_plugins(application), *_settings(application), *_models(application), *_disk(data_folder()), *_fonts()]
    needed = [one for one in found if one.fatal]
    if as_json:
        rows = [{"what": one.what, "why": one.why, "mend": one.mend, "needed": one.fatal} for one in found]
        answer({"ok": not needed, "python": sys.version.split()[0], "data": str(application.data), "missing": rows})
    screen = console()
    for one in found:
        mark = "[crit]✗[/]" if one.fatal else "[warn]![/]"
        screen.print(f"{mark} [stage]{escape(one.what)}[/]  {escape(one.why)}  [dim]→ {escape(one.mend)}[/]")
    if not found:
        screen.print(tr("[ok]✓[/] 一样不缺", "[ok]✓[/] nothing is missing"))
    elif not needed:
        screen.print(
            tr("[ok]✓[/] 必需的都在，以上可选", "[ok]✓[/] all that is needed is here; the above is optional")
        )
    if needed:
        raise typer.Exit(1)


def _plugins(application: Any) -> Iterator[Missing]:
    for status in application.plugins.status():
        if status.missing:
            yield from status.missing
        elif status.reason and status.status.value != "disabled":
            yield Missing(tr(f"插件 {status.name}", f"plugin {status.name}"), status.reason, status.mend)


def _settings(application: Any) -> Iterator[Missing]:
    """A misspelt name of a plugin would go unnoticed: its section is nobody's."""
    names = ", ".join(one.name for one in application.plugins.status())
    for section in application.plugins.unknown_sections():
        yield Missing(
            f"roomctl.toml [plugins.{section}]",
            tr("没有这个插件，这一节不起作用", "no plugin goes by this name: the section has no effect"),
            tr(f"请改成已有的插件名：{names}", f"take the name of a plugin: {names}"),
            fatal=False,
        )


def _models(application: Any) -> Iterator[Missing]:
    """Some engine must have a model, or nothing is transcribed."""
    from roomctl.services.offers import AUTO, candidates  # noqa: PLC0415 - asked of a whole host alone

    offers = candidates(application.plugins.engines(), AUTO)
    installed = application.models.installed()
    if offers and not any(offer.model(installed) for offer in offers):
        best = offers[0].models[-1]
        yield Missing(
            tr(f"模型 {best}", f"model {best}"),
            tr("没有模型就不能转写", "nothing can be transcribed without a model"),
            f"roomctl models pull {best}",
        )


def _disk(folder: Path) -> Iterator[Missing]:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    if free < _ROOM_GB:
        yield Missing(
            tr("磁盘空间", "disk space"),
            tr(
                f"{folder} 只剩 {free:.1f} GB，至少要 {_ROOM_GB:g} GB",
                f"{free:.1f} GB free in {folder}, {_ROOM_GB:g} needed",
            ),
            tr("请清理，或用 --data 换到别的盘", "make room, or move the data folder with --data"),
        )


def _fonts() -> Iterator[Missing]:
    """Faces of GB/T 9704-2012; a docx names them, and the reader's machine must have them to look right."""
    import subprocess  # noqa: PLC0415

    lister = shutil.which("fc-list")
    if lister is None:
        return
    listed = subprocess.run([lister, ":", "family"], capture_output=True, text=True, check=False).stdout
    lacking = [face for face, names in _FONTS.items() if not any(name in listed for name in names)]
    if lacking:
        yield Missing(
            tr("公文字体：", "official fonts: ") + tr("、", ", ").join(lacking),
            tr("本机预览时由别的字体代替", "others stand in for them when a document is looked at here"),
            tr(
                "请安装方正小标宋、仿宋_GB2312、楷体_GB2312、黑体",
                "install 方正小标宋, 仿宋_GB2312, 楷体_GB2312, 黑体",
            ),
            fatal=False,
        )
