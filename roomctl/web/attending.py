"""Somebody of the staff signs on at a screen that nobody signs on at, for a while, to do there what the desk does.

The session's cookie goes to one path of that screen alone. Everything else there is done by nobody, as before, and
whoever passes when the staff has gone finds no more than a screen.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from fastapi import Request, Response

from roomctl.domain.access import Right, User
from roomctl.errors import NotSignedOn, RoomctlError
from roomctl.i18n import tr
from roomctl.web.door import Credentials, named
from roomctl.web.run import run
from roomctl.web.session import ATTENDANT, Needs, address_of, allow, here, screen_of, sessions_of

LASTS = timedelta(minutes=30)
"""Then one signs on again, whatever the screen says."""


class Attended(Needs):
    """A dependency: who signed on at this screen has the right. It gives that `User`, not the screen."""

    async def __call__(self, request: Request) -> User:
        return await _attendant(request, request.cookies.get(ATTENDANT, ""), self.right)


async def begin(
    request: Request, response: Response, who: Credentials, right: Right, admit: Callable[[User], object]
) -> User:
    """Signs on, for what lies below the path that was asked.

    Args:
        admit: raises where that person may not open the meeting.

    Raises:
        NotSignedOn, TooSoon: as at any sign-on. Forbidden: no such right, or not this meeting; the session has ended.

    """
    sessions, address = sessions_of(request), await _where(request)
    old, browser = request.cookies.get(ATTENDANT, ""), named(request.headers.get("user-agent", ""))
    _user, cookie = await run(
        sessions.accounts.sign_on, who.name, who.password, address=address, old=old, browser=browser, lasts=LASTS
    )
    sessions.forget()
    try:
        user = await _attendant(request, cookie, right)
        await run(admit, user)
    except RoomctlError:
        await run(sessions.accounts.sign_off, cookie)
        raise
    response.set_cookie(
        ATTENDANT,
        cookie,
        path=request.url.path,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return user


async def end(request: Request, response: Response) -> None:
    """Signs off again; nothing where nobody is signed on."""
    if cookie := request.cookies.get(ATTENDANT):
        sessions = sessions_of(request)
        await run(sessions.accounts.sign_off, cookie)
        sessions.forget()
    response.delete_cookie(ATTENDANT, path=request.url.path, httponly=True, samesite="strict")


async def _where(request: Request) -> str:
    """With the name of the screen: who guesses passwords at a public one keeps nobody else from signing on."""
    asks = await screen_of(request)
    key = asks.screen if asks else None
    return f"{address_of(request)} {key.label or key.id}" if key else address_of(request)


async def _attendant(request: Request, cookie: str, right: Right) -> User:
    user = await sessions_of(request).find(cookie=cookie)
    if user is None:
        raise NotSignedOn(
            tr("会务员没有登录", "nobody of the staff is signed on here"),
            tr("没有登录过，或已过 30 分钟", "not yet, or 30 minutes have passed"),
            tr("请在这台终端上重新登录", "sign on again at this terminal"),
        )
    allow(user, right)
    return replace(user, here=here(request))
