"""Puts the web together: guard, sign-on, REST under /api/v1, and the pages."""

from fastapi import FastAPI

from roomctl import __version__
from roomctl.serving import Host
from roomctl.web.denials import Denials
from roomctl.web.description import described
from roomctl.web.door import Door
from roomctl.web.errors import tell_errors
from roomctl.web.feed import Feed
from roomctl.web.guard import Guard
from roomctl.web.levels import Levels
from roomctl.web.nonces import Nonces
from roomctl.web.rest import (
    accounts,
    archive,
    attendance,
    calendar,
    checks,
    clearing,
    deliveries,
    devices,
    events,
    lines,
    meetings,
    papers,
    plugins,
    points,
    recorder,
    recordings,
    revisions,
    reworks,
    roster,
    seats,
    secrecy,
    sound,
    transcripts,
)
from roomctl.web.rest.screens import routes as screen_links
from roomctl.web.rosters import SentRosters
from roomctl.web.screens import Screens
from roomctl.web.screens import routes as screen_pages
from roomctl.web.session import Sessions
from roomctl.web.status import status
from roomctl.web.working import Working


def build(host: Host, *, pages: bool = True) -> FastAPI:
    """The application: every error is problem+json (RFC 9457) with the mend.

    Args:
        pages: without them it is REST alone; NiceGUI serves one application per process.

    """
    application = host.application
    sessions = Sessions(application.accounts, application.screens, application.clock)
    web = FastAPI(
        title="roomctl",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # they would load scripts from outside
        redoc_url=None,
    )
    web.state.host, web.state.sessions = host, sessions
    web.state.ending = None
    web.state.denials = denials = Denials(application.accounts, application.clock)
    tell_errors(web, denials)
    web.add_middleware(Nonces)
    web.add_middleware(Guard, sessions=sessions, denials=denials, hosts=application.settings.web.hosts)
    web.include_router(Door(application.accounts, sessions).routes())
    web.include_router(status(host))
    web.include_router(calendar.feeds)
    web.state.feed = Feed(application.open_uow)
    web.state.screens = Screens(host)
    web.state.rosters = SentRosters(application.clock.monotonic)
    web.include_router(screen_pages)
    web.include_router(screen_links)
    web.state.levels, web.state.ears, web.state.players = Levels(), recordings.Ears(), sound.Players()
    web.state.working = Working(application.clock)
    for part in (
        meetings,
        calendar,
        attendance,
        seats,
        roster,
        recordings,
        recorder,
        transcripts,
        reworks,
        sound,
        lines,
        points,
        papers,
        revisions,
        checks,
        deliveries,
        archive,
        clearing,
        secrecy,
        devices,
        events,
        plugins,
        accounts,
    ):
        web.include_router(part.routes)
    web.openapi = described(web)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    if pages:
        from roomctl.web.pages import mount  # noqa: PLC0415 - NiceGUI takes long to load

        mount(web, host)
    return web
