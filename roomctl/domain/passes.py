"""Codes that let a telephone in for a moment, and the short pass that it gets for one.

A rotating code stands on a terminal and is good for the step it was made in, and the one after (RFC 6238 section 5.2:
at most one step of grace). A personal code stands on somebody's notice and is good until it is revoked. Either is
looked at once, when the page is opened; from then on the telephone holds a pass, so that who types slowly is not sent
back. All are sealed by HMAC-SHA-256 (RFC 2104) with a secret that never leaves the host: nothing of them is stored.
"""

import base64
import binascii
import hmac
import json
from dataclasses import asdict, dataclass
from enum import StrEnum

STEP = 30
"""Seconds of one code on the terminal (RFC 6238 section 5.2 recommends 30)."""

LASTS = 15 * 60
"""Seconds that a pass is good: somebody finds the name, signs, and waits for the line."""

PASS = "rcp_"  # noqa: S105 - how the text of a pass begins; a screen's key begins otherwise
_SEAL = 15
"""Bytes of a seal that are kept: 120 bits, and no padding in Base64 (RFC 2104 section 5 asks for half or more of the
digest where it is kept for long; a code lives for a minute, a pass for a quarter of an hour)."""
_DIGITS = 12  # of a number in a code
_LONGEST = 4096  # characters of a text that is looked at: what a browser keeps of a cookie (RFC 6265 section 6.1)


class Judged(StrEnum):
    """What a code turned out to be."""

    GOOD = "good"
    EXPIRED = "expired"
    FORGED = "forged"


def rotating(secret: bytes, meeting: str, at: float) -> str:
    """The code of the step that `at`, seconds since the epoch, lies in."""
    return _rotating(secret, meeting, int(at // STEP))


def left(at: float) -> int:
    """Whole seconds until the next step begins, from 1."""
    return STEP - int(at % STEP)


def judge_rotating(secret: bytes, meeting: str, code: str, at: float) -> Judged:
    """Good in its own step and the next; a code of a step to come was not made by us."""
    step = _number(code.partition("-")[0])
    if step is None or not _same(_rotating(secret, meeting, step), code):
        return Judged.FORGED
    age = int(at // STEP) - step
    return Judged.GOOD if 0 <= age <= 1 else Judged.EXPIRED if age > 1 else Judged.FORGED


def _rotating(secret: bytes, meeting: str, step: int) -> str:
    return f"{step}-{_seal(secret, 'rotating', meeting, str(step))}"


def personal(secret: bytes, meeting: str, person: str, serial: int = 1) -> str:
    """The code of one person for one meeting. Args: serial: raised by one, it makes all earlier ones worthless."""
    return f"{person}.{serial}.{_seal(secret, 'personal', meeting, person, str(serial))}"


def of_person(secret: bytes, meeting: str, code: str) -> tuple[str, int] | None:
    """Person and serial of a personal code; None where it was not made here, or for another meeting."""
    person, _, rest = code.partition(".")
    serial = _number(rest.partition(".")[0])
    if serial is None or not _same(personal(secret, meeting, person, serial), code):
        return None
    return person, serial


@dataclass(frozen=True, slots=True)
class Pass:
    """What a telephone was let in with.

    Attributes:
        plugin, screen, meeting: the one screen that it opens.
        holder: whom the code belonged to, as the plugin writes it; empty for one that anybody could read.
        device: tells this telephone from others of the meeting; it keeps it when it is let in again.
        since, ends: seconds since the epoch: first let in, and good until then.

    """

    plugin: str
    screen: str
    meeting: str
    holder: str
    device: str
    since: int
    ends: int


def sealed(secret: bytes, one: Pass) -> str:
    """The text that the telephone keeps."""
    facts = json.dumps(asdict(one), separators=(",", ":"), ensure_ascii=False)
    body = base64.urlsafe_b64encode(facts.encode(errors="surrogatepass")).decode().rstrip("=")
    return f"{PASS}{body}.{_seal(secret, 'pass', body)}"


def opened(secret: bytes, text: str) -> Pass | None:
    """What was sealed here, however old; None for anything else."""
    if not text.startswith(PASS) or len(text) > _LONGEST:
        return None
    body, _, seal = text.removeprefix(PASS).partition(".")
    if not _same(_seal(secret, "pass", body), seal):
        return None
    try:
        return Pass(**json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    except (ValueError, TypeError, binascii.Error):  # of another version
        return None


def for_plugin(secret: bytes, plugin: str) -> bytes:
    """What a plugin seals its codes with: it can make no pass, and no code of another plugin."""
    return hmac.digest(secret, f"plugin {plugin}".encode(), "sha256")


def _seal(secret: bytes, *parts: str) -> str:
    """Each part with its length before it: two texts that differ in where a part ends are not sealed alike."""
    told = b"".join(len(raw := part.encode("utf-8", "surrogatepass")).to_bytes(4, "big") + raw for part in parts)
    return base64.urlsafe_b64encode(hmac.digest(secret, told, "sha256")[:_SEAL]).decode()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def _same(wanted: str, given: str) -> bool:
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "surrogatepass"))
