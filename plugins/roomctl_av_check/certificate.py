"""The certificate that this host shows to browsers: read from the host itself, judged by when it expires.

It is asked for by a handshake, not read from its file: the host goes on with the one that it was started with.
"""

import json
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from roomctl.api import CheckState, Result, tr
from roomctl_av_check.judge import DEVICE

STATE_FILE = "host.json"
"""In the data folder: what the host tells of itself."""
TIMEOUT = 5.0
"""Seconds for the handshake."""
ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - all addresses of this machine: it is reached at one of them
WARN = timedelta(days=30)
"""Before the end: an office's authority takes its weeks."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """When it begins and ends to be valid; None where the host shows none."""

    begins: datetime | None = None
    ends: datetime | None = None


def place(data: Path) -> tuple[str, int] | None:
    """Where the host serves TLS, or served it last; None where it does not."""
    try:
        url = urlsplit(json.loads((data / STATE_FILE).read_text(encoding="utf-8"))["url"])
        if url.scheme != "https" or not url.hostname or not url.port:
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return ANY.get(url.hostname, url.hostname), url.port


def read(at: tuple[str, int]) -> Certificate:
    """What is shown there, whoever has signed it."""
    from cryptography import x509  # noqa: PLC0415

    try:
        shown = x509.load_pem_x509_certificate(ssl.get_server_certificate(at, timeout=TIMEOUT).encode())
    except (OSError, ValueError):
        return Certificate()
    return Certificate(shown.not_valid_before_utc, shown.not_valid_after_utc)


def judge(facts: Certificate, now: datetime, until: datetime) -> Result:
    """Whether browsers take it until the meeting is over.

    Args:
        until: the planned end of the meeting; now, where there is none.

    """
    if facts.begins is None or facts.ends is None:
        return Result(
            device=DEVICE,
            check="certificate",
            state=CheckState.SKIPPED,
            message=tr("本机服务没有运行", "the host does not run"),
        )
    left, told = facts.ends - now, f"{facts.ends.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"
    state, message = CheckState.OK, tr(f"有效期至 {told}", f"valid until {told}")
    if now < facts.begins:
        begins = f"{facts.begins.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"
        state, message = CheckState.CRIT, tr(f"{begins} 才生效", f"not valid before {begins}")
    elif left <= timedelta(0):
        state, message = CheckState.CRIT, tr(f"已于 {told} 过期", f"expired {told}")
    elif facts.ends <= until:
        state, message = CheckState.CRIT, tr(f"会议结束前过期：{told}", f"expires before the meeting ends: {told}")
    elif left <= WARN:
        state = CheckState.WARN
    hint = tr(
        "换上新证书，再以 --certificate、--key 重新启动 roomctl serve",
        "get a new one, and start roomctl serve with it: --certificate, --key",
    )
    return Result(
        device=DEVICE,
        check="certificate",
        state=state,
        message=message,
        value=round(left / timedelta(days=1), 1),
        unit="d",
        threshold=WARN.days,
        hint=None if state is CheckState.OK else hint,
    )
