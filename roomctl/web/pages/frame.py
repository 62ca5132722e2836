"""What every page has: the shell, the menu by role, the styles, and the way from a request to a shown page."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, signature
from typing import Any, Concatenate
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from nicegui import ui as gui

from roomctl import __version__
from roomctl.domain.access import Right, Role
from roomctl.i18n import tr, use
from roomctl.web.levels import Levels
from roomctl.web.pages.board import Board
from roomctl.web.pages.visitor import Area, Visitor, visitor_of
from roomctl.web.plugins import Extras
from roomctl.web.rosters import SentRosters
from roomctl.web.screens import Screens
from roomctl.web.session import CHANGE_FIRST, Sessions, holders
from roomctl.web.ui import MenuItem, Part, app_shell, error_state, link_button

STATIC = "/static/ui"
"""Where the style sheet and the script of the pages are served."""

RightNeeded = Right | None
Page = Callable[Concatenate[Visitor, ...], Awaitable[None]]


def assets(style: str, *scripts: str) -> str:
    """The style sheet and the scripts of these names, as the head of a page loads them; anew with each release."""
    at = f"?v={__version__}"
    loaded = "".join(f'<script defer src="{STATIC}/{one}.js{at}"></script>' for one in scripts)
    return f'<link rel="stylesheet" href="{STATIC}/{style}.css{at}">{loaded}'


def head() -> str:
    """Of every page: our own files only."""
    return assets("style", "still", "typed", "page")


def menu_of(visitor: Visitor, extras: Extras) -> list[MenuItem]:
    """What the visitor's roles open; pages of plugins stand after those of the host."""
    if visitor.user.must_change:
        return []
    items = [MenuItem(path="/", title=tr("今日", "Today"), icon="today")]
    items.append(MenuItem(path="/calendar", title=tr("日历", "Calendar"), icon="calendar"))
    if visitor.may(Right.SEE_CHECKS):
        items.append(MenuItem(path="/check", title=tr("设备", "Devices"), icon="checklist"))
    if visitor.may(Right.SEE_RECORDINGS):
        items.append(MenuItem(path="/record", title=tr("录音", "Sound"), icon="mic"))
    if visitor.may(Right.SEE_TRANSCRIPTS):
        items.append(MenuItem(path="/words", title=tr("记录", "Words"), icon="description"))
    if visitor.may(Right.CLEAR_ROOM):
        items.append(MenuItem(path="/close", title=tr("散会", "Close"), icon="lock"))
    if visitor.may(Right.RETRY_ARCHIVE):
        items.append(MenuItem(path="/archive", title=tr("归档", "Archive"), icon="archive"))
    items += [
        MenuItem(path=page.path, title=tr(*page.offer.title), icon=page.offer.icon)
        for page in extras.pages
        if page.open_to(visitor.user.roles)
    ]
    if any(map(visitor.may, (Right.RECEIVE_MEDIA, Right.DECLARE_MACHINE, Right.CONFIRM_SECRECY))):
        items.append(MenuItem(path="/secrecy", title=tr("保密", "Secrecy"), icon="flag", low=True))
    for right, path, title, icon in (
        (Right.MANAGE_ACCOUNTS, "/accounts", tr("账号", "Accounts"), "person"),
        (Right.SEE_EVENTS, "/events", tr("日志", "Events"), "history"),
        (Right.EDIT_SETTINGS, "/settings", tr("设置", "Settings"), "settings"),
        (Right.SEE_PLUGINS, "/plugins", tr("插件", "Plugins"), "extension"),
    ):
        if visitor.may(right):
            items.append(MenuItem(path=path, title=title, icon=icon, low=True))
    return items


class Frame:
    """Registers pages, and puts the shell around each."""

    def __init__(
        self,
        board: Board,
        extras: Extras,
        sessions: Sessions,
        screens: Screens,
        levels: Levels,
        rosters: SentRosters,
    ) -> None:
        self.board, self.extras, self._sessions = board, extras, sessions
        self.screens, self.levels, self.rosters = screens, levels, rosters
        self._paths: set[str] = set()

    def has(self, path: str) -> bool:
        """Whether such a page was registered."""
        return path in self._paths

    def page(self, path: str, title: Callable[[], str], right: RightNeeded = None) -> Callable[[Page], None]:
        """Registers a page: `build(visitor, …path parameters)` draws what stands inside the shell."""

        def register(build: Page) -> None:
            extra = list(signature(build).parameters.values())[1:]

            async def shown(request: Request, **arguments: Any) -> Response | None:
                visitor = visitor_of(request, self.board, self._sessions)
                if visitor is None:
                    return to_log_in(request)
                if visitor.user.must_change and path != CHANGE_FIRST:
                    return RedirectResponse(CHANGE_FIRST, status_code=303)
                use(visitor.language)
                shell = await self._shell(visitor, request.url.path, title())
                with shell, gui.element("div").classes("rc-page").props('id="page" tabindex="-1"'):
                    await self._body(visitor, build, right, arguments)
                return None

            named = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
            shown.__signature__ = signature(shown).replace(parameters=[named, *extra])  # type: ignore[attr-defined]
            self._paths.add(path)
            gui.page(path, response_timeout=15)(shown)

        return register

    async def _body(self, visitor: Visitor, build: Page, right: RightNeeded, arguments: Mapping[str, Any]) -> None:
        if right is not None and not visitor.may(right):
            area = Area(visitor)
            area.box.classes("rc-wrap")
            area.show(forbidden(right))
            return
        await build(visitor, **arguments)

    async def _shell(self, visitor: Visitor, path: str, title: str) -> gui.element:
        gui.page_title(f"{title} · roomctl")
        gui.add_head_html(head())
        lang = "zh-CN" if visitor.language == "zh" else "en"
        gui.add_head_html(f'<script>document.documentElement.lang = "{lang}"</script>')
        gui.dark_mode(visitor.dark)
        if visitor.dark:  # before the first drawing: no white flash
            gui.add_head_html("<style>body { background: #0E1514; }</style>")
        menu = await visitor.run(menu_of, visitor, self.extras)
        user = " · ".join([visitor.user.name, *role_names(visitor)[:1]])
        room = self.board.application.database.room
        elsewhere = {"/devices": "/check"}
        of_a_meeting = ("/record", "/words", "/check", "/close", "/archive")  # of whichever
        here = elsewhere.get(path) or next((one for one in of_a_meeting if path.endswith(one)), path)
        rail, bar = app_shell(menu, here=here, room=room.name, user=user, zone=room.zone, dark=visitor.dark)
        shell = gui.element("div").classes("rc-shell")
        with shell:
            label = tr("主菜单", "main menu")
            gui.html(_inner(rail), sanitize=False, tag="nav").classes("rc-rail").props(f'aria-label="{label}"')
            gui.html(_inner(bar), sanitize=False, tag="header").classes("rc-top")
        return shell


def _inner(part: Part) -> str:
    """Of an element that the page itself makes, what stands inside."""
    return part.html.partition(">")[2].rpartition("<")[0]


def role_names(visitor: Visitor) -> list[str]:
    """The administrator's first, the others in the order of the table; in the visitor's language."""
    held = [role for role in Role if role in visitor.user.roles]
    return [role.label for role in sorted(held, key=lambda role: role is not Role.ADMIN)]


def to_log_in(request: Request) -> RedirectResponse:
    """Where nobody is signed on; afterwards one comes back to the page that was asked for."""
    return RedirectResponse(f"/log-in?next={quote(request.url.path)}", status_code=303)


def forbidden(right: Right) -> Part:
    """In place of a page that the visitor's roles do not open."""
    return error_state(
        tr("你的角色不能看这一页", "your role does not open this page"),
        tr(f"缺少权限 {right.value}", f"the right {right.value} is missing"),
        tr(f"可以看的是：{holders(right)}", f"who may see it: {holders(right)}"),
        link_button(tr("回今日", "Today"), "/", kind="sm"),
    )
