"""What plugins add to the web: a bad page, panel or route costs itself, and the others go on."""

from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from roomctl.domain.access import Role, User
from roomctl.errors import MissingPart, NotFound, RoomctlError
from roomctl.host.plugins import PluginHost
from roomctl.host.status import Status
from roomctl.web.plugins import Extras
from roomctl.web.problems import problem
from roomctl.web.screens import Screens
from tests.host.conftest import MEETING, DataFolder, status_of

PAGE = """
from roomctl.api import ui
@hookimpl
def roomctl_pages(ctx):
    return [PageOffer(path="", title=("灯泡", "Lamps"), build=lambda: ui.panel("灯泡", ui.line("1", "2860 <h>")))]
"""
PANELS = """
from roomctl.api import ui
@hookimpl
def roomctl_panels(ctx):
    def build(meeting):
        return ui.panel(meeting.title)
    return [PanelOffer(slot="home", title=("灯泡", "Lamps"), build=build, roles=frozenset({"technician"}))]
"""
ROUTES = """
from fastapi import APIRouter
from roomctl.api.routes import Right, needs
router = APIRouter()
@router.get("/lamps", dependencies=[needs(Right.SEE_STATUS)])
def lamps():
    return {"hours": 2860}
@router.get("/broken", dependencies=[needs(Right.SEE_STATUS)])
def broken():
    raise Refused("the lamp is off", "no power", "switch it on")
@hookimpl
def roomctl_api_routes():
    return router
"""


SCREENS = """
from pathlib import Path
from roomctl.api import Right, ScreenOffer
@hookimpl
def roomctl_screens(ctx):
    folder = Path(__file__).parent
    (folder / "index.html").write_text("<!doctype html>")
    return [ScreenOffer(name="wall", title=("灯", "Lamps"), folder=folder, right=Right.SEE_STATUS)]
"""


@dataclass
class Ready:
    """As far as `Extras` asks a host."""

    plugins: PluginHost
    plugins_up: bool = True

    @property
    def application(self):
        return self


def extras(data: DataFolder, routes: FastAPI | None = None) -> Extras:
    return Extras(Ready(data.host()), routes or FastAPI())


def test_a_page_of_a_plugin_stands_under_its_name_and_escapes_its_texts(data: DataFolder) -> None:
    data.drop("lamps", PAGE)
    found = extras(data)
    page = found.page("lamps", "")
    assert page is not None
    assert "2860 &lt;h&gt;" in found.build(page).html


def test_a_panel_is_drawn_for_the_meeting_and_for_its_roles(data: DataFolder) -> None:
    data.drop("lamps", PANELS)
    found = extras(data)
    (panel,) = found.panels("home")
    assert MEETING.title in found.build(panel, MEETING).html
    assert panel.open_to({Role.TECHNICIAN})
    assert not panel.open_to({Role.SECRETARY})
    assert not found.panels("close")


def test_nothing_of_a_plugin_is_there_before_the_host_is_ready(data: DataFolder) -> None:
    data.drop("lamps", PAGE)
    host = Ready(data.host(), plugins_up=False)
    found = Extras(host, FastAPI())
    assert not found.pages
    host.plugins_up = True
    assert [page.path for page in found.pages] == ["/p/lamps"]


@pytest.mark.parametrize("build", ["lambda: 1 / 0", "lambda: 'a text'", "lambda: __import__('time').sleep(9)"])
def test_a_page_that_raises_lies_or_hangs_says_so_in_its_place(data: DataFolder, build: str) -> None:
    data.drop(
        "bad", f"@hookimpl\ndef roomctl_pages():\n    return [PageOffer(path='', title=('坏', 'x'), build={build})]"
    )
    data.drop("lamps", PAGE)
    found = extras(data)
    bad, good = found.pages
    with pytest.raises(MissingPart, match="bad"):
        found.build(bad)
    assert found.build(good).html


def test_a_route_of_a_plugin_asks_for_the_right_that_it_names(data: DataFolder) -> None:
    data.drop("lamps", ROUTES)
    web = FastAPI()
    extras(data, web).ask()

    @web.middleware("http")
    async def sign_on(request, call):
        role = request.headers.get("role")
        request.state.user = User("周强", frozenset({Role(role)})) if role else None
        return await call(request)

    with TestClient(web, raise_server_exceptions=False) as client:
        assert client.get("/lamps/lamps", headers={"role": "technician"}).json() == {"hours": 2860}
        assert client.get("/lamps/lamps").status_code != 200
        assert client.get("/lamps/lamps", headers={"role": "usher"}).status_code != 200


def test_what_a_route_refuses_is_no_fault_of_its_plugin(data: DataFolder) -> None:
    data.drop("lamps", ROUTES)
    web = FastAPI()
    made = extras(data, web)
    made.ask()

    @web.middleware("http")
    async def sign_on(request, call):
        request.state.user = User("王敏", frozenset({Role.TECHNICIAN}))
        return await call(request)

    with TestClient(web, raise_server_exceptions=False) as client:
        for _ in range(9):
            client.get("/lamps/broken")
        assert client.get("/lamps/lamps").json() == {"hours": 2860}
    assert status_of(made.plugins, "lamps").status is Status.ENABLED


def test_a_plugin_that_is_out_is_logged_once_however_many_screens_go_on_asking(data: DataFolder, caplog) -> None:
    data.drop("lamps", ROUTES.replace('raise Refused("the lamp is off", "no power", "switch it on")', "1 / 0"))
    web = FastAPI()
    web.add_exception_handler(RoomctlError, lambda _request, error: problem(error))
    made = extras(data, web)
    made.ask()

    @web.middleware("http")
    async def sign_on(request, call):
        request.state.user = User("王敏", frozenset({Role.TECHNICIAN}))
        return await call(request)

    with TestClient(web, raise_server_exceptions=False) as client:
        for _ in range(3):
            assert client.get("/lamps/broken").status_code == 500
        assert status_of(made.plugins, "lamps").status is Status.FAILED
        caplog.clear()
        for _ in range(20):
            assert client.get("/lamps/lamps").status_code == 424
    assert caplog.text == ""


def test_routes_without_a_right_are_not_served_and_the_plugin_says_why(data: DataFolder) -> None:
    data.drop("open", ROUTES.replace(", dependencies=[needs(Right.SEE_STATUS)]", ""))
    web, host = FastAPI(), data.host()
    Extras(Ready(host), web).ask()
    assert not [route for route in web.routes if getattr(route, "path", "").startswith("/open/")]
    assert status_of(host, "open").status is Status.SETUP_ERROR
    assert "no right" in status_of(host, "open").reason


def test_a_screen_of_a_plugin_is_there_once_the_host_is_ready_and_goes_with_its_plugin(data: DataFolder) -> None:
    data.drop("lamps", SCREENS)
    host = Ready(data.host(), plugins_up=False)
    found = Screens(host)
    assert not found.all()
    host.plugins_up = True
    assert found.named("lamps", "wall").title in {"灯", "Lamps"}
    with pytest.raises(NotFound, match="lamps/wall"):
        found.named("lamps", "door")
    host.plugins.put_out("lamps", Status.SETUP_ERROR, "broken", "")
    assert not found.all()


@pytest.mark.parametrize(
    ("good", "bad", "why"),
    [
        ('name="wall"', 'name="../wall"', "no name"),
        ("folder=folder", "folder=folder / 'nowhere'", "no index.html"),
        ("right=Right.SEE_STATUS", "right='everything'", "no right"),
    ],
)
def test_a_screen_that_cannot_be_served_puts_its_plugin_out(data: DataFolder, good: str, bad: str, why: str) -> None:
    data.drop("lamps", SCREENS.replace(good, bad))
    host = data.host()
    assert not Screens(Ready(host)).all()
    assert why in status_of(host, "lamps").reason
