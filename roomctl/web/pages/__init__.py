"""The pages of the host, drawn in the browser by NiceGUI, and those of plugins inside the same shell."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from fastapi import FastAPI
from nicegui import core
from nicegui import ui as gui
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from roomctl.serving import Host
from roomctl.web import keys, ui
from roomctl.web.errors import tell_errors
from roomctl.web.pages import (
    accounts,
    archive,
    calendar,
    closing,
    events,
    extra,
    handouts,
    home,
    inventory,
    leave,
    login,
    meeting,
    nowhere,
    operator,
    papers,
    planning,
    plugins,
    roster,
    seats,
    secrecy,
    secretary,
    settings,
    technician,
)
from roomctl.web.pages.board import Board
from roomctl.web.pages.frame import STATIC, Frame
from roomctl.web.plugins import Extras


def mount(web: FastAPI, host: Host) -> None:
    """Everything that a browser sees. The last thing that is mounted: whatever no route answers is a page's."""
    folder = Path(ui.__file__).parent / "static"
    routes = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    tell_errors(routes, web.state.denials)
    routes.state.sessions = web.state.sessions  # a stream asks now and then whether its reader still may read
    extras, board = Extras(host, routes), Board(host)
    host.when_ready(extras.ask)
    web.mount(keys.ROUTES, routes)
    web.mount(STATIC, StaticFiles(directory=folder), name="ui")
    login.register(web, board)
    frame = Frame(board, extras, web.state.sessions, web.state.screens, web.state.levels, web.state.rosters)
    for page in (
        home,
        calendar,
        accounts,
        planning,
        roster,
        leave,
        handouts,
        meeting,
        operator,
        secretary,
        papers,
        seats,
        archive,
        closing,
        technician,
        inventory,
        plugins,
        secrecy,
        settings,
        events,
        extra,
    ):
        page.register(frame)
    nowhere.register(core.app)
    begin(web, folder / "mark.svg")
    web.router.routes[-1] = _Pages("/", app=core.app)


def begin(web: FastAPI, favicon: Path) -> None:
    """Mounts NiceGUI, which begins and ends with the application.

    As it begins, it looks for its server among all objects of the process. Plugins' threads are at work by then, and
    what one of them is just making with `tuple(…)` fails with a SystemError in CPython before 3.14 (gh-127058). Only
    `app.shutdown()` would ask for that server, which a host has no use for: it finds none.
    """
    import_module("nicegui.ui_run_with").gc = SimpleNamespace(get_objects=tuple)  # type: ignore[attr-defined]
    gui.run_with(
        web,
        title="roomctl",
        favicon=favicon,
        tailwind=False,
        binding_refresh_interval=None,  # nothing is bound: an idle host has nothing to refresh
        show_welcome_message=False,
        reconnect_timeout=10.0,
    )


class _Pages(Mount):
    """All paths but those of the API, whose unknown ones are told as problems."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["path"].startswith("/api/"):
            return Match.NONE, {}
        return super().matches(scope)
