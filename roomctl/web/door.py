"""Signing on and off, and the first administrator."""

from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, Role, User, rights_of
from roomctl.errors import NotSignedOn, RoomctlError
from roomctl.i18n import tr
from roomctl.services.accounts import MAX_NAME, MAX_PASSWORD, Accounts
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

    @classmethod
    def of(cls, user: User) -> "SignedOn":
        held = rights_of(user.roles)
        return cls(
            name=user.name,
            roles=sorted(user.roles),
            rights=sorted(held if user.rights is None else held & user.rights),
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
        """Ends every session of the account, this one too."""
        user, address = _somebody(request), address_of(request)
        await run(self._accounts.change_password, user.name, passwords.old, passwords.new, address=address)
        return await self._leave(request, Response(status_code=204))

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
        return await run(self._accounts.sign_on, name, password, address=address_of(request), old=old)

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


def _tls(request: Request) -> bool:
    return request.url.scheme == "https"


def _inside(path: str) -> str:
    """A path of this site and nothing else: two slashes, either way round, are another site to a browser."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside else "/"
