"""Puts the web together: guard, sign-on, REST under /api/v1, and the pages."""

from importlib import import_module
from importlib.util import find_spec

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from roomctl import __version__
from roomctl.errors import RoomctlError
from roomctl.serving import Host
from roomctl.web.denials import Denials
from roomctl.web.description import described
from roomctl.web.door import Door
from roomctl.web.feed import Feed
from roomctl.web.guard import Guard
from roomctl.web.problems import invalid, plain, problem
from roomctl.web.rest import accounts, attendance, checks, events, meetings, plugins, recordings, transcripts
from roomctl.web.session import Sessions
from roomctl.web.status import status

PAGES = "roomctl.web.pages"


def build(host: Host, *, pages: bool = True) -> FastAPI:
    """The application: every error is problem+json (RFC 9457) with the mend.

    Args:
        pages: without them it is REST alone; NiceGUI serves one application per process.

    """
    application = host.application
    sessions = Sessions(application.accounts, application.clock)
    web = FastAPI(
        title="roomctl",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # they would load scripts from outside
        redoc_url=None,
    )
    web.state.host, web.state.sessions = host, sessions
    web.state.denials = denials = Denials(application.accounts, application.clock)
    _errors(web)
    web.add_middleware(Guard, sessions=sessions, denials=denials, hosts=application.settings.web.hosts)
    web.include_router(Door(application.accounts, sessions).routes())
    web.include_router(status(host))
    web.state.feed = Feed(application.open_uow)
    for part in (meetings, attendance, recordings, transcripts, checks, events, plugins, accounts):
        web.include_router(part.routes)
    web.openapi = described(web)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    if pages and find_spec(PAGES) is not None and hasattr(drawn := import_module(PAGES), "mount"):
        drawn.mount(web, host)
    return web


def _errors(web: FastAPI) -> None:
    @web.exception_handler(RoomctlError)
    async def refused(request: Request, error: RoomctlError) -> Response:
        await web.state.denials.note(request, error)
        return problem(error)

    @web.exception_handler(RequestValidationError)
    async def wrong(_request: Request, error: RequestValidationError) -> Response:
        return problem(invalid(error.errors()))

    @web.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        return plain(error.status_code, request.url.path, error.headers)
