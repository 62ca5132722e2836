"""`roomctl screens`: links of screens that nobody signs on at."""

from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli.operating import ID, begun
from roomctl.cli.screen import JSON, answer, console
from roomctl.domain.access import ScreenKey
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.services.screen_offers import ScreenOffer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help=tr("无人登录的屏幕：发链接、收回", "Links of screens without sign-on"),
)


@app.command("list", help=tr("有哪些屏幕，发出了哪些链接", "What there is, and which links are out"))
def list_(meeting: str = ID, *, as_json: bool = JSON) -> None:
    """A link's key is told when it is made, and never again."""
    application, found = begun(meeting)
    screens, out = _offered(application), application.screens.of(found.id)
    if as_json:
        kinds = [{"plugin": plugin, "screen": one.name, "title": tr(*one.title)} for plugin, one in screens.values()]
        answer({"meeting": found.id, "offered": kinds, "links": [_told(one) for one in out]})
        return
    console().print(tr("屏幕：", "screens: ") + ("、".join(map(escape, screens)) or "-"))
    if not out:
        console().print(tr("没有发出链接", "no link is out"))
        return
    table = Table(
        tr("编号", "id"), tr("屏幕", "screen"), tr("位置", "where"), tr("谁发的", "by"), box=None, pad_edge=False
    )
    for one in out:
        table.add_row(one.id, f"{one.plugin}/{one.screen}", escape(one.label), escape(one.by))
    console().print(table)


@app.command(help=tr("发一个链接，只显示一次；会议结束即失效", "Make a link, shown once; it ends with the meeting"))
def link(
    meeting: str = ID,
    screen: str = typer.Argument(..., help=tr("插件/屏幕，见 list", "PLUGIN/SCREEN, see list")),
    *,
    label: str = typer.Option("", help=tr("放在哪里", "where it hangs")),
    url: str = typer.Option("", help=tr("本机在网络上的地址", "where this machine is reached on the network")),
    as_json: bool = JSON,
) -> None:
    """The link alone goes to stdout."""
    application, found = begun(meeting)
    screens = _offered(application)
    if screen not in screens:
        known = ", ".join(screens) or "-"
        raise NotFound(
            tr(f"没有屏幕“{screen}”", f"there is no screen {screen!r}"),
            mend=tr(f"可用的：{known}", f"known: {known}"),
        )
    plugin, offer = screens[screen]
    key, text = application.screens.make(found.id, plugin, offer.name, label=label)
    made = f"{(url or _reached(application)).rstrip('/')}/s/{text}"
    if as_json:
        answer({"url": made, "about": _told(key)})
    else:
        console().print(tr(f"链接 {key.id}，只显示这一次：", f"link {key.id}, shown this once:"))
        print(made)
    application.deliver()


@app.command(help=tr("收回链接", "Take a link back"))
def drop(meeting: str = ID, key: str = typer.Argument(..., help=tr("编号，见 list", "its id, see list"))) -> None:
    """The screen shows nothing more."""
    application, found = begun(meeting)
    application.screens.drop(found.id, key)
    console().print(tr("已收回", "taken back"))
    application.deliver()


def _offered(application: Any) -> dict[str, tuple[str, ScreenOffer]]:
    from roomctl.host.screens import offered  # noqa: PLC0415

    return {f"{plugin}/{one.name}": (plugin, one) for plugin, one in offered(application.plugins) if one.door is None}


def _told(key: ScreenKey) -> dict[str, Any]:
    told = {name: getattr(key, name) for name in ("id", "plugin", "screen", "label", "by")}
    return {**told, "made": key.made.isoformat()}


def _reached(application: Any) -> str:
    from roomctl.cli.serve import PORT  # noqa: PLC0415
    from roomctl.serving import running  # noqa: PLC0415

    return (running(application.data) or {}).get("url") or f"http://127.0.0.1:{PORT}"
