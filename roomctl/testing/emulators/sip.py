"""A conference terminal that answers OPTIONS (RFC 3261, 11.2), over UDP or TCP, with or without a password."""

import re
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from roomctl.domain.devices import Secret
from roomctl.testing.emulators.base import Fault, Line, TcpEmulator, UdpEmulator, digest_fits

REALM = "hall"
AGENT = "roomctl emulated terminal"
METHODS = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY"
SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n"
FIELD = re.compile(r"([A-Za-z-]+)\s*:\s*(.*)")
ECHOED = ("Via", "From", "To", "Call-ID", "CSeq")
"""Headers that an answer takes over from its question (8.2.6.2)."""


class _Terminal:
    """What it says, whatever brings the question.

    Attributes:
        status: of the answer, and its reason. number: registered here; empty: it is asked itself.

    """

    fault: Fault
    logins: int

    def __init__(self, *, user: str = "", password: str = "", number: str = "", status: str = "200 OK") -> None:
        super().__init__()
        self.user, self.password, self.number, self.status = user, password, number, status
        self.nonce = secrets.token_hex(8)

    def secret(self) -> Secret | None:
        return Secret(user=self.user, password=self.password) if self.user else None

    def options(self) -> Mapping[str, Any]:
        return {"number": self.number} if self.number else {}

    def says(self, packet: bytes) -> bytes | None:
        """To one request; None to what is none."""
        first, *lines = packet.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")
        fields = [match.groups() for line in lines if (match := FIELD.fullmatch(line))]
        told = {name.lower(): value for name, value in fields}
        method, _, rest = first.partition(" ")
        if not rest.endswith(" SIP/2.0") or "cseq" not in told:
            return None
        status, more = self._status(method, rest.removesuffix(" SIP/2.0"), told)
        head = [f"SIP/2.0 {status}"]
        for name, value in fields:
            if name in ECHOED:
                tag = f";tag={self.nonce}" if name == "To" and "tag=" not in value else ""
                stray = self.fault is Fault.OTHER and name == "Via"
                head.append(f"{name}: {value.replace('z9hG4bK', 'z9hG4bKx') if stray else value}{tag}")
        body = SDP if status.startswith("2") else b""
        head += [f"Allow: {METHODS}", f"User-Agent: {AGENT}", *more]
        if body:
            head.append("Content-Type: application/sdp")
        head.append(f"Content-Length: {len(body)}")
        return "\r\n".join((*head, "", "")).encode() + body

    def _status(self, method: str, uri: str, told: Mapping[str, str]) -> tuple[str, list[str]]:
        if method != "OPTIONS":
            return "405 Method Not Allowed", []
        if self.user and not self._knows(told.get("authorization", "")):
            return "401 Unauthorized", [f'WWW-Authenticate: Digest realm="{REALM}", nonce="{self.nonce}", qop="auth"']
        if self.number and not uri.startswith(f"sip:{self.number}@"):
            return "404 Not Found", []
        return self.status, []

    def _knows(self, told: str) -> bool:
        if not told:
            return False
        self.logins += 1
        wanted = self.password + ("!" if self.fault is Fault.PASSWORD else "")
        return digest_fits(told, "OPTIONS", self.user, wanted, self.nonce)


class SipEmulator(_Terminal, UdpEmulator):
    """Over UDP."""

    kind: ClassVar[str] = "sip"
    title = ("视频会议终端", "Conference terminal")
    group = "视频会议"
    faults = UdpEmulator.faults | {Fault.OTHER, Fault.PASSWORD}

    def answer(self, packet: bytes) -> bytes | None:
        return self.says(packet)


class SipTcpEmulator(_Terminal, TcpEmulator):
    """Over TCP; first it says that it is trying (21.1.1)."""

    kind: ClassVar[str] = "sip"
    title = SipEmulator.title
    group = SipEmulator.group
    faults = TcpEmulator.faults | {Fault.OTHER, Fault.PASSWORD}

    def options(self) -> Mapping[str, Any]:
        return {**super().options(), "transport": "tcp"}

    async def talk(self, line: Line) -> None:
        while packet := await line.reader.readuntil(b"\r\n\r\n"):
            if said := self.says(packet):
                trying = re.sub(rb"SIP/2\.0 \d[^\r]*", b"SIP/2.0 100 Trying", said.partition(b"\r\n\r\n")[0])
                trying = re.sub(rb"\r\nContent-[^\r]*", b"", trying)
                await line.send(trying + b"\r\nContent-Length: 0\r\n\r\n" + said)


EMULATOR = SipEmulator
