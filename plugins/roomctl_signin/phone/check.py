"""The check that a telephone can open the page: the address is fetched as it stands in the code, and followed."""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import CookieJar
from ipaddress import ip_address
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener
from zoneinfo import ZoneInfo

from roomctl.api import CheckState, Meeting, PluginContext, Result, State, lifecycle, tr
from roomctl_signin.phone import codes

PATIENCE = 4.0
"""Seconds for each of the pages; who waits longer at the door gives up."""
_MOST = 1 << 20
_BEFORE = (State.APPROVED, *lifecycle.MEETS)


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of fetching the address.

    Attributes:
        fault: why nothing came.
        ours: it is the page of that meeting.

    """

    url: str
    fault: str = ""
    status: int = 0
    ours: bool = False
    size: int = 0


@dataclass(slots=True)
class PhoneCheck:
    """Fetches it from this machine: whether the room's wireless network lets a telephone through is tried by one."""

    ctx: PluginContext
    device: str = codes.DEVICE
    name: str = codes.CHECK
    deadline: float = 15.0
    title: tuple[str, str] = ("手机能打开签到页", "A telephone can open the page")
    device_title: tuple[str, str] = ("手机签到", "Sign-in by telephone")

    def run(self, meeting: Meeting | None) -> Iterable[Result]:
        """By the code of the meeting, or of the next one of today."""
        wanted = meeting or self._next()
        if wanted is None or not codes.allowed(wanted):
            none = tr("今天没有用手机签到的会议", "no meeting of today signs in by telephone")
            yield self._result(CheckState.SKIPPED, none)
            return
        opened = fetch(codes.current(self.ctx, wanted.id).url, wanted.id)
        state, message, hint = judge(opened)
        yield self._result(state, message, hint, opened.size or None)

    def _next(self) -> Meeting | None:
        now = self.ctx.clock.now()
        today = [
            one
            for one in self.ctx.services.meetings(*_BEFORE)
            if one.starts.date() == now.astimezone(ZoneInfo(one.zone)).date() and codes.allowed(one)
        ]
        return min(today, key=lambda one: one.starts, default=None)

    def _result(self, state: CheckState, message: str, hint: str | None = None, size: int | None = None) -> Result:
        return Result(
            device=self.device,
            check=self.name,
            state=state,
            value=size,
            unit="B" if size else "",
            message=message,
            hint=hint,
            device_title=self.device_title,
            title=self.title,
        )


def fetch(url: str, meeting_id: str) -> Opened:
    """As a telephone: with its cookie, through the redirects, and past no proxy."""
    opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))
    try:
        with opener.open(url, timeout=PATIENCE) as answer:  # the scheme is held to http and https by the settings
            body = answer.read(_MOST)
            ours = f'data-meeting="{meeting_id}"'.encode() in body
            return Opened(url, status=answer.status, ours=ours, size=len(body))
    except HTTPError as error:
        with error:
            return Opened(url, status=error.code)
    except URLError as error:
        return Opened(url, fault=_why(error.reason))
    except (OSError, HTTPException, ValueError) as error:
        return Opened(url, fault=_why(error))


def _why(reason: object) -> str:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return tr(
            f"证书不受信任：{reason.verify_message}", f"its certificate is not trusted: {reason.verify_message}"
        )
    return " ".join(str(reason).split()) or type(reason).__name__


def judge(opened: Opened) -> tuple[CheckState, str, str | None]:
    """State, what was found, and what to do. The page is ours where it names the meeting whose code was shown."""
    site = urlsplit(opened.url)
    where = f"{site.scheme}://{site.netloc}"
    if opened.fault:
        return (
            CheckState.WARN,
            tr(f"{where} 打不开：{opened.fault}", f"{where} cannot be opened: {opened.fault}"),
            tr("核对 [plugins.signin] phone 和防火墙", "look after phone in [plugins.signin], and the firewall"),
        )
    if not opened.ours:
        return (
            CheckState.WARN,
            tr(f"{where} 答的不是签到页（HTTP {opened.status}）", f"{where} is not the page: HTTP {opened.status}"),
            tr("核对地址；主机名要写进 [web] hosts", "look after the address; list a host name in [web] hosts"),
        )
    if _loopback(site.hostname or ""):
        return (
            CheckState.WARN,
            tr(f"{where} 只有本机能打开", f"{where} opens on this machine alone"),
            tr("改成本机在会场网络里的地址", "write the address that this machine has in the room's network"),
        )
    return CheckState.OK, tr(f"{where} 打得开", f"{where} opens"), None


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
