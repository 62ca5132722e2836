"""Stands before every request: host, size, origin, who asks; and gives every answer its headers."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address
from socket import gethostname
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from roomctl.errors import BadInput, Forbidden, RoomctlError, TooLarge
from roomctl.i18n import language, speaking, tr
from roomctl.web import keys
from roomctl.web.denials import Denials
from roomctl.web.problems import problem, unforeseen
from roomctl.web.session import ATTENDANT, COOKIE, Sessions, bearer_of, here

API = "/api/"

MAX_BODY = {f"{API}v1/x/": 64 << 20, API: 1 << 20, "/": 64 << 20}
"""Bytes of a request, by the beginning of its path, the longest first; a page takes uploads, and so may a plugin."""

UPLOAD = re.compile(r"/api/v1/meetings/[^/]+/(papers/(versions|signed)|roster-files)")
"""A roster, a corrected paper, or the scan of a signed one: with its pictures larger than what the API takes else."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none at all a browser sends `Origin: null` with our own forms
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

CSP_API = "default-src 'none'; frame-ancestors 'none'"
CSP_FILE = "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
"""Of what is neither an answer of the API nor a page; pages have their own, see `nonces`."""


class Guard:
    """ASGI middleware.

    Args:
        hosts: names under which the machine is called, besides its own, localhost, and any address. Another name
            in the Host header is another site that points here (DNS rebinding).

    """

    def __init__(self, app: ASGIApp, sessions: Sessions, denials: Denials, hosts: Iterable[str] = ()) -> None:
        self.app, self.sessions, self.denials = app, sessions, denials
        self.hosts = {"localhost", gethostname().lower(), *(host.lower() for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        with speaking(_language(Headers(scope=scope))):
            await self._guarded(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(receive, _limit(scope["path"]), scope["app"].state.ending)
        answer = _Answer(send, scope["path"], body)
        try:
            self._refuse(scope, body.limit)
            await self._who(scope)
        except RoomctlError as error:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008, "reason": error.what})
            else:
                await self.denials.note(Request(scope), error)
                await problem(error)(scope, receive, answer.send)
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, body.receive, answer.send)
        except Exception as error:
            if answer.started:
                raise
            if not body.exceeded:
                await unforeseen(error)(scope, receive, answer.send)
        if body.exceeded and not answer.started:
            await problem(_too_large(body.limit))(scope, receive, answer.say)
        await answer.end()

    def _refuse(self, scope: Scope, limit: int) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._known(host):
            raise BadInput(
                tr("不认识这个主机名", "this host name is not known here"),
                host[:100],
                tr(
                    "请用本机地址访问，或在 roomctl.toml 的 [web] hosts 里写上",
                    "list it in [web] hosts of roomctl.toml",
                ),
            )
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > limit:
            raise _too_large(limit)
        if scope["type"] == "websocket" or scope["method"] not in _SAFE:
            _same_origin(headers, host, unsafe=scope["type"] == "http")

    def _known(self, host: str) -> bool:
        name = urlsplit(f"//{host}").hostname or "" if _readable(host) else ""
        try:
            ip_address(name)
        except ValueError:
            return name in self.hosts
        return True

    async def _who(self, scope: Scope) -> None:
        request = HTTPConnection(scope)
        bearer = bearer_of(request.headers)
        cookie = "" if bearer else request.cookies.get(COOKIE, "")
        user = await self.sessions.find(token=bearer, cookie=cookie)
        state = scope.setdefault("state", {})
        state["user"] = replace(user, here=here(request)) if user else None
        state["forged"] = user is None and bool(bearer or cookie)


def _language(headers: Headers) -> str:
    """The first language that the browser asks for, of those we speak (RFC 9110 section 12.5.4, without weights)."""
    for wanted in headers.get("accept-language", "").lower().split(","):
        code = wanted.strip()[:2]
        if code in {"zh", "en"}:
            return code
    return language()


def _readable(host: str) -> bool:
    try:
        _ = urlsplit(f"//{host}").port
    except ValueError:
        return False
    return bool(host) and not set(host) & set("/\\@?# \t")


def _same_origin(headers: Headers, host: str, *, unsafe: bool) -> None:
    """A browser says where a request was written; a token is never sent by itself, so it needs no such proof.

    Raises: Forbidden: another site wrote it, or nothing says that we did.
    """
    if bearer_of(headers):
        return
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    ours = urlsplit(origin).netloc.lower() == host.lower() if origin is not None else site in {"same-origin", "none"}
    silent = origin is None and site is None
    with_cookie = any(f"{name}=" in headers.get("cookie", "") for name in (COOKIE, ATTENDANT, keys.COOKIE))
    if ours or (silent and not (unsafe and with_cookie)):
        return
    raise Forbidden(
        tr("拒绝了来自别处的请求", "a request that was not written here is refused"),
        tr("Origin 与本站不符，或没有 Origin", "its Origin is another, or missing"),
        tr("请在本站页面里操作；程序请用令牌", "use the pages of this site; a program uses a token"),
    )


def _limit(path: str) -> int:
    if UPLOAD.fullmatch(path):
        return MAX_BODY["/"]
    return next((most for begin, most in MAX_BODY.items() if path.startswith(begin)), MAX_BODY[API])


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        tr("请求太大", "the request is too large"),
        tr(f"最多 {limit >> 20} MiB", f"{limit >> 20} MiB at most"),
        tr("请分成几次", "send it in parts"),
    )


class _Body:
    """Counts what comes in; past the limit the rest is as if the client had gone.

    Attributes:
        endless: what is answered goes on until the client has gone, or the host ends.

    """

    def __init__(self, receive: Receive, limit: int, ending: asyncio.Event | None) -> None:
        self._receive, self.limit, self._ending = receive, limit, ending
        self._seen, self._whole = 0, False
        self.exceeded = self.endless = False

    async def receive(self) -> Message:
        if self._whole and self._ending is not None:
            return await self._gone(self._ending)
        message = await self._receive()
        self._whole = not message.get("more_body", False)
        self._seen += len(message.get("body", b""))
        if self._seen > self.limit:
            self.exceeded = True
            return {"type": "http.disconnect"}
        return message

    async def _gone(self, ending: asyncio.Event) -> Message:
        """That the client has gone; or the host has to, and nobody waits for the end of what has none."""
        client, host = asyncio.ensure_future(self._receive()), asyncio.ensure_future(ending.wait())
        try:
            await asyncio.wait({client, host}, return_when=asyncio.FIRST_COMPLETED)
            if self.endless and not client.done():
                return {"type": "http.disconnect"}
            return await client
        finally:
            client.cancel()
            host.cancel()


class _Answer:
    """Puts the headers on. What the application makes of a body that was cut off is nobody's answer."""

    def __init__(self, send: Send, path: str, body: _Body) -> None:
        self._send, self._body, self._api = send, body, path.startswith(API)
        self.started = self._complete = False

    async def send(self, message: Message) -> None:
        if self.started or not self._body.exceeded:
            await self.say(message)

    async def say(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Content-Security-Policy", CSP_API if self._api else CSP_FILE)
            if self._api:
                headers.setdefault("Cache-Control", "no-store")
            self._body.endless = headers.get("content-type", "").startswith("text/event-stream")
        else:
            self._complete = not message.get("more_body", False)
        await self._send(message)

    async def end(self) -> None:
        """What never ends by itself is given its end, which a server misses else."""
        if self._body.endless and not self._complete:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
