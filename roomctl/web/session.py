"""Who asks: the session's cookie, a program's token, or the key of a screen."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import IPv6Address, ip_address

from fastapi import Request, Response, WebSocket
from fastapi.openapi.models import APIKey, APIKeyIn
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from roomctl.domain.access import RIGHTS, Right, Role, User
from roomctl.domain.passes import PASS
from roomctl.domain.secrecy import Level, SecrecyRefused
from roomctl.errors import Forbidden, NotSignedOn
from roomctl.i18n import tr
from roomctl.services.accounts import SESSION, Accounts, digest
from roomctl.services.ports import Clock
from roomctl.services.screens import ScreenKeys
from roomctl.web import keys
from roomctl.web.run import run

COOKIE = "roomctl_session"

ATTENDANT = "roomctl_attendant"
"""A session too, of somebody who signed on at a screen: the browser sends it to one path of that alone."""

FRESH = 2.0
"""Seconds that a session is taken as good without asking the database again."""

_KEPT = 1024  # sessions remembered at once

__all__ = [
    "ATTENDANT", "COOKIE", "Needs", "Sessions", "User", "address_of", "bearer_of", "here", "keep", "let_go",
    "screen_of", "sessions_of", "user_of",
]  # fmt: skip


def user_of(request: Request | WebSocket) -> User | None:
    """Who is signed on, or whose token it is; None is nobody."""
    user: User | None = getattr(request.state, "user", None)
    return user


def address_of(request: HTTPConnection) -> str:
    """Where it comes from. Headers of a proxy are not believed."""
    return request.client.host if request.client else "local"


def here(request: HTTPConnection) -> bool:
    """Whether it comes from this machine itself. A proxy that runs here makes every visitor look so."""
    address = address_of(request)
    try:
        found = ip_address(address)
    except ValueError:
        return address == "local"
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback


def bearer_of(headers: Mapping[str, str]) -> str:
    """The token that a request carries, or nothing (RFC 6750 section 2.1)."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class Sessions:
    """Looks up who asks, and remembers it for a moment."""

    def __init__(self, accounts: Accounts, screens: ScreenKeys, clock: Clock) -> None:
        self.accounts, self._screens, self._clock = accounts, screens, clock
        self._known: OrderedDict[str, tuple[float, User]] = OrderedDict()

    async def find(self, *, token: str = "", cookie: str = "") -> User | None:
        """A token wins over a cookie; one that is not good is nobody."""
        if token:
            return await self._find(self.accounts.user_of_token, token)
        return await self._find(self.accounts.user_of_session, cookie) if cookie else None

    async def screen(self, text: str) -> User | None:
        """Which screen has this key; None where it is not good."""
        return await self._find(self._screens.user_of_key, text)

    async def _find(self, ask: Callable[[str], User | None], secret: str) -> User | None:
        key, now = f"{ask.__name__} {digest(secret)}", self._clock.monotonic()
        known = self._known.get(key)
        if known is not None and now < known[0]:
            return known[1]
        user = await run(self._asked, ask, secret)
        self._known.pop(key, None)
        if user is not None:
            self._known[key] = (now + FRESH, user)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return user

    def _asked(self, ask: Callable[[str], User | None], secret: str) -> User | None:
        user = ask(secret)
        return replace(user, machine=self.accounts.shown(user.roles)) if user else None

    def forget(self) -> None:
        """Something changed: ask the database again."""
        self._known.clear()


def sessions_of(request: Request) -> Sessions:
    """Those of the web that answers."""
    sessions: Sessions = request.app.state.sessions
    return sessions


NEEDS = "right:"
"""Before the name of a right, where FastAPI keeps it for the description."""


class Needs(SecurityBase):
    """A dependency of every route: who asks has this right.

    `Needs(Right.SEE_EVENTS)` gives the `User`. The walk of all routes reads `right` from it, and so does the
    OpenAPI description.

    Args:
        screen: the route answers the screen whose name and meeting stand in its path, too.

    """

    def __init__(self, right: Right, *, screen: bool = False) -> None:
        self.right, self.screen = right, screen
        self.model = APIKey.model_validate({"in": APIKeyIn.cookie, "name": COOKIE})
        self.scheme_name = f"{NEEDS}{right.value}"

    async def __call__(self, request: Request) -> User:
        user = user_of(request)
        if self.screen and (user is None or not user.may(self.right)):
            user = await screen_of(request) or user
        if user is None:
            if self.screen and request.cookies.get(keys.COOKIE, "").startswith(PASS):
                raise scan_again()
            raise NotSignedOn(
                tr("还没有登录", "nobody is signed on"),
                tr("没有登录过，或登录已过期", "not yet, or no longer"),
                tr("请在 /log-in 登录，或使用令牌", "sign on at /log-in, or send a token"),
            )
        if user.screen is None:
            allow(user, self.right)
        return user


def scan_again() -> NotSignedOn:
    """For a telephone that has no pass, or no longer."""
    return NotSignedOn(
        tr("这个页面要扫码打开", "this page is opened by a code"),
        tr("还没有扫码，或已超过 15 分钟", "it was not scanned, or more than 15 minutes ago"),
        tr("请扫签到终端上的码，或您的个人码", "scan the code of the terminal, or your own"),
    )


async def screen_of(request: Request) -> User | None:
    """The screen that asks, where its key opens this path."""
    if not (text := request.cookies.get(keys.COOKIE, "")):
        return None
    user = await sessions_of(request).screen(text)
    if user is None or user.screen is None or not keys.opens(user.screen, request.url.path):
        request.state.forged = user is not None or text.startswith(PASS)  # elsewhere no browser sends it by itself
        return None
    return user


CHANGE_FIRST = "/account"
"""The page on which a password is changed, which somebody whose password was set by another comes to first."""


def allow(user: User, right: Right) -> None:
    """Raises: Forbidden, where the user does not have the right, or has a password to change first."""
    if user.must_change:
        raise Forbidden(
            tr("密码还没有改过", "the password has not been changed yet"),
            tr("现在的密码是管理员设的", "the administrator has set it"),
            tr(f"请先在 {CHANGE_FIRST} 修改", f"change it first, at {CHANGE_FIRST}"),
        )
    if not user.may(right):
        raise Forbidden(
            tr(f"{user.name} 不能这样做", f"{user.name} may not do this"),
            tr(f"缺少权限 {right.value}", f"the right {right.value} is missing"),
            tr(f"可以这样做的是：{holders(right)}", f"who may: {holders(right)}"),
        )


def holders(right: Right) -> str:
    """The roles that have it, for a reader."""
    return tr("、", ", ").join(role.label for role in Role if role in RIGHTS[right])


def admit(user: User, level: Level) -> None:
    """Raises: Forbidden, where the user may not open a meeting of that 密级."""
    if not user.cleared(level):
        if level.degree > user.machine.degree and replace(user, machine=level).cleared(level):
            raise SecrecyRefused(
                tr(f"不能打开{level.value}会议", f"a {level.value} meeting is not opened here"),
                tr("本机现在没有登记到这一密级", "this machine is not declared for it now"),
                tr(
                    "请到登记的涉密计算机办理；登记撤销后由保密员或档案员移交",
                    "work at a machine that is; once revoked, let the security officer or the archivist hand it over",
                ),
                level=level,
            )
        if not user.here and replace(user, here=True).cleared(level):
            raise SecrecyRefused(
                tr(f"不能从其他计算机打开{level.value}会议", f"a {level.value} meeting is not opened from elsewhere"),
                tr("密级规定如此", "its 密级 says so"),
                tr("请在涉密计算机本机办理", "work at the approved machine itself"),
                level=level,
            )
        raise Forbidden(
            tr(f"{user.name} 不能打开{level.value}会议", f"{user.name} may not open a {level.value} meeting"),
            tr("角色不够", "no role that is cleared for it"),
            tr("请找保密员", "ask the security officer"),
        )


def keep(response: Response, cookie: str, *, secure: bool) -> None:
    """Gives the browser its session: no script reads it, no other site sends it."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(SESSION.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def let_go(response: Response, *, secure: bool) -> None:
    """Takes the session from the browser."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=secure)
