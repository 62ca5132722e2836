"""Signing on and off, and the first administrator."""

from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Body, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, Role, Session, User, rights_of
from roomctl.domain.events import Actor
from roomctl.errors import Forbidden, NotSignedOn, RoomctlError
from roomctl.i18n import tr
from roomctl.services.accounts import MAX_NAME, MAX_PASSWORD, Accounts, digest
from roomctl.web.rest.desk import PROBLEMS
from roomctl.web.run import run
from roomctl.web.session import COOKIE, Sessions, address_of, keep, let_go, user_of

LOG_IN = "/log-in"
LOG_OUT = "/log-out"


class Credentials(BaseModel):
    """Name and password."""

    name: str = Field(max_length=MAX_NAME, examples=["赵敏"])
    password: str = Field(max_length=MAX_PASSWORD, examples=["correct horse battery"], repr=False)


class FirstAdministrator(Credentials):
    """The link's key, and the account that it makes."""

    key: str = Field(max_length=128, repr=False)


class NewPassword(BaseModel):
    """The old one proves who asks."""

    old: str = Field(max_length=MAX_PASSWORD, repr=False)
    new: str = Field(max_length=MAX_PASSWORD, repr=False)


class SignedOn(BaseModel):
    """Who is signed on, and what that person may do."""

    name: str = Field(examples=["赵敏"])
    roles: list[Role]
    rights: list[Right]
    must_change: bool = Field(description="the password was set by the administrator; nothing goes before a new one")

    @classmethod
    def of(cls, user: User) -> "SignedOn":
        held = rights_of(user.roles)
        return cls(
            name=user.name,
            roles=sorted(user.roles),
            rights=sorted(held if user.rights is None else held & user.rights),
            must_change=user.must_change,
        )


class SessionShape(BaseModel):
    """A browser in which one is signed on."""

    handle: str = Field(description="to end it with")
    created: datetime
    expires: datetime
    address: str
    browser: str
    here: bool = Field(description="it is the one that asks")

    @classmethod
    def of(cls, session: Session, *, here: bool) -> "SessionShape":
        return cls(
            handle=session.handle,
            created=session.created,
            expires=session.expires,
            address=session.address,
            browser=session.browser,
            here=here,
        )


class Door:
    """The routes that anybody may call; each proves who it is by itself."""

    def __init__(self, accounts: Accounts, sessions: Sessions) -> None:
        self._accounts, self._sessions = accounts, sessions

    def routes(self) -> APIRouter:
        """Under /api/v1 for programs and scripts, and the two forms of the pages."""
        api = APIRouter(tags=["sign-on"], responses=PROBLEMS)
        api.post("/api/v1/session", status_code=201, summary="Sign on", response_model=SignedOn)(self.sign_on)
        api.get("/api/v1/session", summary="Who is signed on")(self.who)
        api.delete("/api/v1/session", status_code=204, summary="Sign off")(self.sign_off)
        api.put("/api/v1/session/password", status_code=204, summary="Change one's own password")(self.password)
        api.get("/api/v1/sessions", summary="Where one is signed on")(self.sessions)
        api.delete("/api/v1/sessions", status_code=204, summary="End all other sessions")(self.end_others)
        api.delete("/api/v1/sessions/{handle}", status_code=204, summary="End one of one's sessions")(self.end)
        api.post(
            "/api/v1/first-administrator",
            status_code=201,
            summary="Make the first administrator",
            response_model=SignedOn,
        )(self.first)
        api.post(LOG_IN, include_in_schema=False)(self.log_in)
        api.post(LOG_OUT, include_in_schema=False)(self.log_out)
        return api

    async def sign_on(self, request: Request, who: Annotated[Credentials, Body()]) -> JSONResponse:
        """Sets the session's cookie. A few failures in a row are free, then each doubles the wait."""
        user, cookie = await self._enter(request, who.name, who.password)
        answer = JSONResponse(SignedOn.of(user).model_dump(mode="json"), status_code=201)
        keep(answer, cookie, secure=_tls(request))
        return answer

    async def who(self, request: Request) -> SignedOn:
        """The name, its roles and rights; 401 for nobody."""
        return SignedOn.of(_somebody(request))

    async def sign_off(self, request: Request) -> Response:
        """The session ends at once, in every tab."""
        return await self._leave(request, Response(status_code=204))

    async def password(self, request: Request, passwords: Annotated[NewPassword, Body()]) -> Response:
        """Ends every other session of the account; this one stays. A program's token does not change it."""
        user, here = _at_a_browser(request)
        accounts = self._accounts.acting_as(Actor.person(user.name))
        address = address_of(request)
        await run(accounts.change_password, user.name, passwords.old, passwords.new, address=address, here=here)
        self._sessions.forget()
        return Response(status_code=204)

    async def sessions(self, request: Request) -> list[SessionShape]:
        """Of who asks, the newest first."""
        user, here = _at_a_browser(request)
        found = await run(self._accounts.sessions, user.name)
        return [SessionShape.of(one, here=one.id == digest(here)) for one in found]

    async def end_others(self, request: Request) -> Response:
        """Of who asks; this one stays."""
        user, here = _at_a_browser(request)
        await run(self._accounts.acting_as(Actor.person(user.name)).end_other_sessions, user.name, here)
        self._sessions.forget()
        return Response(status_code=204)

    async def end(self, request: Request, handle: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]) -> Response:
        """Of who asks, and of nobody else."""
        user, _here = _at_a_browser(request)
        await run(self._accounts.acting_as(Actor.person(user.name)).end_session, user.name, handle)
        self._sessions.forget()
        return Response(status_code=204)

    async def first(self, request: Request, who: Annotated[FirstAdministrator, Body()]) -> JSONResponse:
        """By the key that `roomctl serve` printed, once and within 30 minutes; signs on as well."""
        await run(self._accounts.add_first, who.key, who.name, who.password)
        return await self.sign_on(request, who)

    async def log_in(self, request: Request) -> RedirectResponse:
        """The form of the log-in page: `name`, `password`, `next`."""
        form = {key: values[-1] for key, values in parse_qs((await request.body()).decode(errors="replace")).items()}
        following = _inside(form.get("next", "/"))
        password = form.get("password", "")[: MAX_PASSWORD + 1]
        try:
            _user, cookie = await self._enter(request, form.get("name", ""), password)
        except RoomctlError as error:
            await request.app.state.denials.note(request, error)
            why = urlencode({"error": error.why or error.what, "next": following})
            return RedirectResponse(f"{LOG_IN}?{why}", 303)
        answer = RedirectResponse(following, 303)
        keep(answer, cookie, secure=_tls(request))
        return answer

    async def log_out(self, request: Request) -> Response:
        """The shell's button."""
        return await self._leave(request, RedirectResponse(LOG_IN, 303))

    async def _enter(self, request: Request, name: str, password: str) -> tuple[User, str]:
        old = request.cookies.get(COOKIE, "")
        self._sessions.forget()
        browser = named(request.headers.get("user-agent", ""))
        return await run(
            self._accounts.sign_on, name, password, address=address_of(request), old=old, browser=browser
        )

    async def _leave(self, request: Request, answer: Response) -> Response:
        if cookie := request.cookies.get(COOKIE):
            await run(self._accounts.sign_off, cookie)
            self._sessions.forget()
        let_go(answer, secure=_tls(request))
        return answer


def _somebody(request: Request) -> User:
    user = user_of(request)
    if user is None:
        raise NotSignedOn(
            tr("还没有登录", "nobody is signed on"),
            tr("没有登录过，或登录已过期", "not yet, or no longer"),
            tr(f"请在 {LOG_IN} 登录", f"sign on at {LOG_IN}"),
        )
    return user


def _at_a_browser(request: Request) -> tuple[User, str]:
    """Who is signed on in a browser, and the cookie. Raises: NotSignedOn, Forbidden: a program's token."""
    user, cookie = _somebody(request), request.cookies.get(COOKIE, "")
    if user.rights is not None or not cookie:
        raise Forbidden(
            tr("令牌不能管理登录和密码", "a token changes no passwords and ends no sessions"),
            mend=tr("请在浏览器里登录后再做", "sign on in a browser"),
        )
    return user, cookie


_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"),
    ("iPad", "iPad"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def named(agent: str) -> str:
    """`Chrome · Windows`, of what a browser calls itself (RFC 9110, 10.1.5); others as they are, cut."""
    parts = [next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(one for one in parts if one) or "".join(char for char in agent if char.isprintable())[:40]


def _tls(request: Request) -> bool:
    return request.url.scheme == "https"


def _inside(path: str) -> str:
    """A path of this site and nothing else: two slashes, either way round, are another site to a browser."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside else "/"
