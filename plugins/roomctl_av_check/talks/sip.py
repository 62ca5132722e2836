"""OPTIONS to a SIP terminal (RFC 3261, 11), over UDP or TCP; a codec of what that needs, and no more."""

import asyncio
import contextlib
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from roomctl.api import tr
from roomctl.api.devices import Device, Secret, garbled
from roomctl_av_check.talks.datagrams import open_to
from roomctl_av_check.talks.heads import LONGEST, head
from roomctl_av_check.talks.places import authority
from roomctl_av_check.talks.troubles import broken_off, refused

T1, T2 = 0.5, 4.0
"""Seconds to the first repetition of a request, and between two at the most (17.1.2.2)."""
STEP = 4.0
"""Seconds for one answer."""
COOKIE = "z9hG4bK"
"""With it begins the branch of whoever follows RFC 3261 (8.1.1.7)."""
BEGINS = b"SIP/2.0 "
BODY = 65_535
"""Bytes; an answer to OPTIONS has a body of some hundred, its abilities in SDP."""
LINE = re.compile(r"SIP/2\.0 ([1-6]\d\d) ?(.*)")
COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "l": "content-length", "c": "content-type"}
"""Short names of headers (7.3.3)."""
DIGESTS: Mapping[str, Callable[[bytes], Any]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
"""RFC 3261, 22.4, and RFC 8760."""
PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')
"""Of a challenge; some terminals leave the quotation marks out where RFC 7616, 3.3 wants them."""
CHALLENGES = {401: ("www-authenticate", "Authorization"), 407: ("proxy-authenticate", "Proxy-Authorization")}


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `headers` have small names; of those that come several times the values stand in their order."""

    status: int
    reason: str
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def first(self, name: str) -> str:
        """Empty where it is not there."""
        return next(iter(self.headers.get(name, ())), "")

    def listed(self, name: str) -> tuple[str, ...]:
        """Values of a header that is a list, be it in one line or in several (7.3.1)."""
        return tuple(one.strip() for line in self.headers.get(name, ()) for one in line.split(",") if one.strip())


def parse(packet: bytes) -> Response:
    """Raises: Garbled, where it is no response."""
    head = packet.partition(b"\r\n\r\n")[0]
    try:
        first, *lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8")).split("\r\n")  # folded lines (7.3.1)
    except UnicodeDecodeError:
        raise garbled(packet, "SIP") from None
    status = LINE.fullmatch(first)
    if status is None:
        raise garbled(packet, "SIP")
    headers: dict[str, tuple[str, ...]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise garbled(line, "SIP")
        key = name.strip().lower()
        key = COMPACT.get(key, key)
        headers[key] = (*headers.get(key, ()), value.strip())
    return Response(int(status[1]), status[2].strip(), headers)


@dataclass(frozen=True, slots=True)
class Request:
    """One OPTIONS and whatever belongs to it.

    Attributes:
        uri: of whom it is asked, and its number in the dialogue. via: `UDP 10.0.0.2:5060`.

    """

    uri: str
    via: str
    call: str = field(default_factory=lambda: secrets.token_hex(12))
    tag: str = field(default_factory=lambda: secrets.token_hex(6))
    branch: str = field(default_factory=lambda: COOKIE + secrets.token_hex(8))
    number: int = 1
    more: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """With all headers that a request has to have (8.1.1)."""
        here = self.via.partition(" ")[2]
        lines = (
            f"OPTIONS {self.uri} SIP/2.0",
            f"Via: SIP/2.0/{self.via};rport;branch={self.branch}",
            "Max-Forwards: 70",
            f"From: <sip:roomctl@{here}>;tag={self.tag}",
            f"To: <{self.uri}>",
            f"Call-ID: {self.call}",
            f"CSeq: {self.number} OPTIONS",
            f"Contact: <sip:roomctl@{here}>",
            "Accept: application/sdp",
            "User-Agent: roomctl",
            *self.more,
            "Content-Length: 0",
        )
        return "\r\n".join((*lines, "", "")).encode()

    def answered_by(self, response: Response) -> bool:
        """Same branch and same method, or it belongs to somebody else (17.1.3)."""
        branch = re.search(r";\s*branch\s*=\s*([^;,\s]+)", response.first("via"))
        return bool(branch and branch[1] == self.branch) and response.first("cseq").split() == [
            str(self.number),
            "OPTIONS",
        ]

    def signed(self, response: Response, secret: Secret) -> "Request | None":
        """The same once more, with an answer to the challenge; None where there is none that we know (22.4)."""
        asks, answers = CHALLENGES[response.status]
        for challenge in response.headers.get(asks, ()):
            told = {name.lower(): quoted or bare for name, quoted, bare in PARAMETER.findall(challenge)}
            algorithm = told.get("algorithm", "MD5").upper()
            if challenge[:7].lower() != "digest " or algorithm not in DIGESTS or "nonce" not in told:
                continue
            value = _credentials(told, algorithm, self.uri, secret)
            return Request(
                self.uri, self.via, self.call, self.tag, number=self.number + 1, more=(f"{answers}: {value}",)
            )
        return None


def proof(algorithm: str, secret: Secret, realm: str, nonce: str, asked: str, once: str = "") -> str:
    """The digest of RFC 7616, 3.4.1; with `once`, of quality “auth”. `asked` is such as `OPTIONS:sip:8001@hall`."""

    def digest(text: str) -> str:
        return str(DIGESTS[algorithm](text.encode()).hexdigest())

    between = f":00000001:{once}:auth:" if once else ":"
    return digest(digest(f"{secret.user}:{realm}:{secret.password}") + f":{nonce}{between}" + digest(asked))


def _credentials(told: Mapping[str, str], algorithm: str, uri: str, secret: Secret) -> str:
    """The answer to one challenge."""
    once = secrets.token_hex(8) if "auth" in told.get("qop", "") else ""
    realm, nonce = told.get("realm", ""), told["nonce"]
    parts = {"username": secret.user, "realm": realm, "nonce": nonce, "uri": uri}
    parts["response"] = proof(algorithm, secret, realm, nonce, f"OPTIONS:{uri}", once)
    parts |= {"cnonce": once} if once else {}
    parts |= {"opaque": told["opaque"]} if "opaque" in told else {}
    bare = f"algorithm={algorithm}" + (", qop=auth, nc=00000001" if once else "")
    return "Digest " + ", ".join(f'{name}="{value}"' for name, value in parts.items()) + f", {bare}"


Ask = Callable[[Request], Awaitable[Response]]


async def options(device: Device, secret: Secret, uri: str, *, tcp: bool) -> Response:
    """The final answer. Raises: LoginRefused, Silent, Garbled, OSError, TimeoutError."""
    async with _tcp(device) if tcp else _udp(device) as (ask, here):
        request = Request(uri, f"{'TCP' if tcp else 'UDP'} {here}")
        response = await ask(request)
        if response.status not in CHALLENGES or not secret.user:
            return response
        again = request.signed(response, secret)
        if again is None:
            return response
        response = await ask(again)
        if response.status in CHALLENGES:
            raise refused(secret)
        return response


@contextlib.asynccontextmanager
async def _udp(device: Device) -> AsyncIterator[tuple[Ask, str]]:
    """Repeats until something comes (17.1.2.2)."""
    loop = asyncio.get_running_loop()
    transport, packets = await open_to(device.address, device.port or 5060)

    async def ask(request: Request) -> Response:
        wait, heard = T1, False
        until = loop.time() + STEP
        while True:
            if not heard:
                transport.sendto(request.encode())
            try:
                async with asyncio.timeout_at(min(until, loop.time() + (T2 if heard else wait))):
                    response: Response = parse(await packets.next())
            except TimeoutError:
                if loop.time() >= until:
                    raise
                wait = min(2 * wait, T2)
                continue
            if not request.answered_by(response):
                raise garbled(
                    f"{response.status} {response.reason}", tr("本次询问的回答", "the answer to this question")
                )
            if response.status >= 200:  # noqa: PLR2004 - below, it only says that it goes on (21.1)
                return response
            heard = True

    try:
        yield ask, authority(*transport.get_extra_info("sockname")[:2])
    finally:
        transport.abort()


@contextlib.asynccontextmanager
async def _tcp(device: Device) -> AsyncIterator[tuple[Ask, str]]:
    reader, writer = await asyncio.open_connection(device.address, device.port or 5060, limit=LONGEST)

    async def ask(request: Request) -> Response:
        writer.write(request.encode())
        async with asyncio.timeout(STEP):
            while True:
                response = await read_one(reader)
                if not request.answered_by(response):
                    raise garbled(
                        f"{response.status} {response.reason}", tr("本次询问的回答", "the answer to this question")
                    )
                if response.status >= 200:  # noqa: PLR2004 - see above
                    return response

    try:
        yield ask, authority(*writer.get_extra_info("sockname")[:2])
    finally:
        writer.transport.abort()


async def read_one(reader: asyncio.StreamReader) -> Response:
    """A message from a stream, its body passed over (18.3). Raises: Silent, Garbled."""
    response = parse(await head(reader, BEGINS, "SIP"))
    length = response.first("content-length") or "0"
    if not length.isdecimal() or int(length) > BODY:
        raise garbled(f"Content-Length: {length}", "SIP")
    try:
        await reader.readexactly(int(length))
    except asyncio.IncompleteReadError:
        raise broken_off() from None
    return response
