"""Screens that nobody signs on at: what plugins offer, and how a browser gets one.

A link `/s/<key>` hands the browser its key and leads to the screen; from then on its cookie opens that, and no more.
Who is signed on and has the screen's right opens the screen without a link. A screen with a door hands out no links:
a code in the address (`?c=`) lets a telephone in for a while.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from roomctl.domain.access import Right, ScreenKey, User
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import Way
from roomctl.errors import Forbidden, NotFound, NotSignedOn, Refused, RoomctlError
from roomctl.host.screens import INDEX, offered
from roomctl.i18n import tr
from roomctl.services.screen_offers import ScreenOffer
from roomctl.serving import Host
from roomctl.web import keys
from roomctl.web.notice import notice
from roomctl.web.plugins import answer_of
from roomctl.web.rest.desk import MeetingPath, as_json, host_of
from roomctl.web.run import run
from roomctl.web.session import admit, scan_again, screen_of, sessions_of, user_of

routes = APIRouter(prefix=keys.PAGES, include_in_schema=False)


ABOUT = "about.json"
"""Beside the files of every screen: what any of them may want to say, whichever plugin it is of."""


class About(BaseModel):
    """The meeting that a screen belongs to."""

    room: str
    zone: str = Field(description="of the room's clock, as IANA names it")
    meeting: str = Field(description="its title")
    starts: str = Field(description="as planned, local time of the zone")


@dataclass(frozen=True, slots=True)
class Screen:
    """A plugin's screen.

    Attributes:
        files: serves what stands in its folder.

    """

    plugin: str
    offer: ScreenOffer
    files: StaticFiles

    @property
    def title(self) -> str:
        return tr(*self.offer.title)


class Screens:
    """Asks the plugins once, when they are loaded; until then there is nothing of theirs."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._lock = threading.Lock()
        self._found: tuple[Screen, ...] | None = None

    def all(self) -> Sequence[Screen]:
        """Of plugins that run. In a thread: the plugins answer in their own time."""
        plugins = self._host.application.plugins
        with self._lock:
            if self._found is None and self._host.plugins_up:
                found = offered(plugins)
                self._found = tuple(Screen(name, one, StaticFiles(directory=one.folder)) for name, one in found)
        return [one for one in self._found or () if one.plugin in plugins.loaded]

    def open_to(self, user: User) -> Sequence[Screen]:
        """Those whose links this person may hand out."""
        return [
            one
            for one in self.all()
            if one.offer.door is None and user.may(Right.OPEN_SCREENS) and user.may(one.offer.right)
        ]

    def linked(self, plugin: str, name: str) -> Screen:
        """One whose links are handed out. Raises: NotFound. Refused: it lets telephones in by their codes."""
        found = self.named(plugin, name)
        if found.offer.door is not None:
            raise Refused(
                tr(f"{found.title}不发链接", f"no link is handed out for {found.title}"),
                tr("手机扫码进入", "telephones come in by a code"),
                tr("请扫签到终端上的码，或用个人码", "scan the code of the terminal, or a personal one"),
            )
        return found

    def let_in(self, one: Screen, meeting_id: str, code: str, before: str) -> tuple[ScreenKey, str]:
        """The pass of who shows a good code: as a key, and its text.

        Raises: Forbidden: the code is not good, as the screen's door says. NotFound, Refused.
        """
        door, application = one.offer.door, self._host.application
        assert door is not None  # noqa: S101 - asked before
        what = f"door of {one.offer.name}"
        holder = answer_of(application.plugins, one.plugin, what, lambda: door(meeting_id, code))
        text = application.screens.let_in(meeting_id, one.plugin, one.offer.name, holder=str(holder), before=before)
        user = application.screens.user_of_key(text)
        if user is None or user.screen is None:
            raise _closed()
        return user.screen, text

    def named(self, plugin: str, name: str) -> Screen:
        """Raises: NotFound."""
        known = self.all()
        for one in known:
            if (one.plugin, one.offer.name) == (plugin, name):
                return one
        there = ", ".join(f"{one.plugin}/{one.offer.name}" for one in known) or "-"
        raise NotFound(
            tr(f"没有屏幕 {plugin}/{name}", f"there is no screen {plugin}/{name}"),
            tr("插件没有运行，或不提供它", "its plugin does not run, or offers none"),
            tr(f"可用的：{there}", f"known: {there}"),
        )


def those_of(offered: Sequence[Screen], links: Sequence[ScreenKey]) -> Sequence[ScreenKey]:
    """The links of these screens."""
    known = {(one.plugin, one.offer.name) for one in offered}
    return [one for one in links if (one.plugin, one.screen) in known]


@routes.get("/{key}")
async def enter(request: Request, key: str) -> Response:
    """The link: the browser gets its key, and the screen."""
    user = await sessions_of(request).screen(key)
    if user is None or user.screen is None:
        request.state.forged = True
        await request.app.state.denials.note(request, _closed(), f"{keys.PAGES}/…")
        return notice(_closed())
    answer = RedirectResponse(f"{keys.place(user.screen)}/", 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    keys.hand_over(answer, user.screen, key, secure=request.url.scheme == "https")
    return answer


Plugin = Annotated[str, "as its plugin.toml names it"]


@routes.get("/{plugin}/{screen}/{meeting_id}")
async def without_slash(request: Request, plugin: Plugin, screen: str, meeting_id: MeetingPath) -> Response:
    """A page's files stand beside it."""
    asked = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{keys.PAGES}/{quote(plugin)}/{quote(screen)}/{meeting_id}/{asked}", 307)


@routes.get("/{plugin}/{screen}/{meeting_id}/{file:path}")
async def show(
    request: Request, plugin: Plugin, screen: str, meeting_id: MeetingPath, file: str, c: str = ""
) -> Response:
    """The page of a screen, and the files beside it. Args: c: a code, for the screen's door."""
    screens: Screens = request.app.state.screens
    try:
        found = await run(screens.named, plugin, screen)
        if c and not file and found.offer.door is not None:
            return await _let_in(request, found, meeting_id, c)
        user, meeting = await _admit(request, found, meeting_id)
        if file == ABOUT:
            return as_json(_about(request, found, user, meeting))
        if found.offer.page and not file:
            at = f"{keys.ROUTES}/{quote(plugin)}/{quote(screen)}/{meeting_id}/{found.offer.page}"
            return RedirectResponse(at, 303)
        answer = await found.files.get_response(file or INDEX, request.scope)
    except RoomctlError as error:
        return notice(error, log_in=isinstance(error, NotSignedOn) and not file)
    except HTTPException as error:
        return notice(NotFound(tr("没有这个文件", "there is no such file"), file), error.status_code)
    answer.headers["Cache-Control"] = "no-cache"  # after an update the next look gets the new one
    return answer


async def _let_in(request: Request, screen: Screen, meeting_id: str, code: str) -> Response:
    """The code is looked at this once; from now on the telephone shows its pass."""
    screens: Screens = request.app.state.screens
    before = request.cookies.get(keys.COOKIE, "")
    try:
        key, text = await run(screens.let_in, screen, meeting_id, code, before)
    except Forbidden as error:
        await request.app.state.denials.note(request, error)
        raise
    answer = RedirectResponse(f"{keys.place(key)}/", 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    keys.hand_over(answer, key, text, secure=request.url.scheme == "https")
    return answer


def _about(request: Request, screen: Screen, user: User, meeting: Meeting) -> About:
    """On a wall that everybody passes, the title of an internal meeting is read by everybody."""
    shown = user.screen is None or screen.offer.inside or not meeting.highest_secrecy.mark
    return About(
        room=host_of(request).application.database.room.name,
        zone=meeting.zone,
        meeting=meeting.title if shown else tr("内部会议", "Internal meeting"),
        starts=meeting.starts.isoformat(),
    )


async def _admit(request: Request, screen: Screen, meeting_id: str) -> tuple[User, Meeting]:
    """Raises: NotSignedOn: neither a key that opens it, nor a person who may. NotFound. Forbidden."""
    user = user_of(request)
    if user is None or not user.may(screen.offer.right):
        user = await screen_of(request)
    if user is None:
        raise scan_again() if screen.offer.door else _closed()
    use = host_of(request).application.usecases
    meeting = await run(use.meeting, meeting_id)
    admit(user, meeting.highest_secrecy.level)
    if screen.offer.door is not None:
        await run(use.need_way, meeting_id, Way.PHONE)
    return user, meeting


def _closed() -> NotSignedOn:
    return NotSignedOn(
        tr("这个屏幕没有打开", "this screen is not open"),
        tr("链接已收回，或会议已结束", "its link was taken back, or the meeting is over"),
        tr("请会务人员重新发链接", "ask for a new link"),
    )
