"""A camera's stream over RTSP (RFC 2326): H.264 in RTP (RFC 6184), interleaved on the connection itself (10.12)."""

import asyncio
import base64
import contextlib
import re
import secrets
import struct
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar

from roomctl.domain.devices import Secret
from roomctl.testing.emulators.base import Fault, Line, TcpEmulator, digest_fits

USER, PASSWORD = "viewer", "see-the-hall"
REALM = "roomctl"
PATH = "main"
RATE = 25
PICTURES = 25
"""Of the loop that is sent again and again."""
KEYS = 2
"""Pictures from one that stands alone to the next."""
WIDTH, HEIGHT = 320, 180
CLOCK = 90_000
"""Ticks a second of video in RTP (RFC 6184, 8.2.1)."""
PAYLOAD = 96
"""The first dynamic payload type (RFC 3551, 6)."""
PIECE = 1400
"""Bytes of a NAL unit in one packet."""
FRAGMENT = 28
"""NAL unit type FU-A (RFC 6184, 5.8)."""
PARAMETERS = {7, 8}
"""NAL unit types: sequence and picture parameter sets."""
START = re.compile(rb"\x00\x00\x00?\x01")
SEEN = frozenset({Fault.NONE, Fault.SLOW, Fault.FROZEN, Fault.BLACK, Fault.BLURRED, Fault.MOVED})


def scene(fault: Fault = Fault.NONE) -> Sequence[Any]:
    """The pictures of one loop: a hall with edges in it, and the noise of a sensor."""
    import numpy as np  # noqa: PLC0415 - an extra's

    dice = np.random.default_rng(1)
    hall: Any = np.full((HEIGHT, WIDTH), 90.0)
    for _ in range(120):
        top, left = dice.integers(0, HEIGHT), dice.integers(0, WIDTH)
        hall[top : top + dice.integers(6, 40), left : left + dice.integers(6, 60)] = dice.integers(30, 220)
    match fault:
        case Fault.BLACK:
            hall[:] = 2
        case Fault.BLURRED:
            for axis in (0, 1):
                hall = sum(np.roll(hall, by, axis) for by in range(-4, 5)) / 9
        case Fault.MOVED:
            hall = np.roll(hall, WIDTH // 5, axis=1)
    noise = [dice.normal(0, 2.5 if fault is not Fault.BLACK else 0.5, hall.shape) for _ in range(PICTURES)]
    still = [noise[0]] * PICTURES if fault is Fault.FROZEN else noise
    return [np.clip(hall + one, 0, 255).astype(np.uint8) for one in still]


def encoded(pictures: Sequence[Any]) -> list[list[bytes]]:
    """NAL units of each picture."""
    import av  # noqa: PLC0415 - an extra's
    import numpy as np  # noqa: PLC0415

    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.gop_size = KEYS
    encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE, 1)
    encoder.options = {
        "preset": "ultrafast", "tune": "zerolatency", "qp": "18",
        "x264-params": "scenecut=0:threads=1",
    }  # fmt: skip
    packets = []
    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(np.stack([picture] * 3, axis=2), format="rgb24").reformat(format="yuv420p")
        frame.pts = number
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [[unit for unit in START.split(bytes(packet)) if unit] for packet in packets]


def packets(units: Sequence[bytes], stamp: int, sequence: int, source: int) -> Iterator[bytes]:
    """RTP packets of one picture; the last has the marker (RFC 6184, 5.1)."""
    payloads = [piece for unit in units for piece in _pieces(unit)]
    for number, payload in enumerate(payloads):
        last = 0x80 if number == len(payloads) - 1 else 0
        head = struct.pack("!BBHII", 0x80, last | PAYLOAD, (sequence + number) & 0xFFFF, stamp & 0xFFFFFFFF, source)
        yield head + payload


def _pieces(unit: bytes) -> Iterator[bytes]:
    if len(unit) <= PIECE:
        yield unit
        return
    indicator, kind = unit[0] & 0xE0 | FRAGMENT, unit[0] & 0x1F
    for at in range(1, len(unit), PIECE):
        start, end = 0x80 * (at == 1), 0x40 * (at + PIECE >= len(unit))
        yield bytes((indicator, start | end | kind)) + unit[at : at + PIECE]


class RtspEmulator(TcpEmulator):
    """Shows a hall, and wants user and password by digest (RFC 2326, 14)."""

    kind: ClassVar[str] = "rtsp"
    title = ("全景摄像机", "Overview camera")
    group = "摄像"
    faults = TcpEmulator.faults | {
        Fault.OTHER, Fault.PASSWORD, Fault.FROZEN, Fault.BLACK, Fault.BLURRED, Fault.MOVED, Fault.STALLED,
    }  # fmt: skip

    def __init__(self, *, user: str = USER, password: str = PASSWORD, seconds: float = 2.0) -> None:
        super().__init__()
        self.user, self.password, self.seconds = user, password, seconds
        self._loops: dict[Fault, list[list[bytes]]] = {}

    def options(self) -> Mapping[str, Any]:
        return {"path": PATH, "seconds": self.seconds}

    def secret(self) -> Secret | None:
        return Secret(user=self.user, password=self.password) if self.user else None

    async def listen(self) -> None:
        await self._loop(Fault.NONE)
        await super().listen()

    async def _loop(self, fault: Fault) -> list[list[bytes]]:
        shown = fault if fault in SEEN else Fault.NONE
        if shown not in self._loops:
            self._loops[shown] = await asyncio.to_thread(lambda: encoded(scene(shown)))
        return self._loops[shown]

    async def talk(self, line: Line) -> None:
        session = _Session(self, line, await self._loop(self.fault))
        try:
            while request := await _request(line.reader):
                await session.answer(*request)
        finally:
            await session.end()


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]] | None:
    """Method, URL, headers of the next one; RTCP that comes in between is passed over."""
    first = await reader.readexactly(1)
    while first == b"$":
        _, length = struct.unpack("!BH", await reader.readexactly(3))
        await reader.readexactly(length)
        first = await reader.readexactly(1)
    lines = (first + await reader.readuntil(b"\r\n\r\n")).decode("utf-8", "replace").split("\r\n")
    method, url, *_ = [*lines[0].split(), "", ""]
    pairs = (line.partition(":") for line in lines[1:] if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return (method, url, headers) if method else None


class _Session:
    """One connection of a viewer."""

    def __init__(self, camera: RtspEmulator, line: Line, loop: list[list[bytes]]) -> None:
        self._camera, self._line, self._loop = camera, line, loop
        self._nonce, self._id = secrets.token_hex(8), secrets.token_hex(4)
        self._playing: asyncio.Task[None] | None = None

    async def answer(self, method: str, url: str, headers: Mapping[str, str]) -> None:
        number = headers.get("cseq", "0")
        if self._camera.fault is Fault.OTHER:
            number = str(int(number) + 7)
        status, more, body = self._answer(method, url, headers)
        head = [f"RTSP/1.0 {status}", f"CSeq: {number}", "Server: roomctl", *more]
        if body:
            head += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        await self._line.send(("\r\n".join(head) + "\r\n\r\n").encode() + body)
        if method == "PLAY" and status == "200 OK" and self._camera.fault is not Fault.STALLED:
            self._playing = asyncio.create_task(self._play())

    def _answer(self, method: str, url: str, headers: Mapping[str, str]) -> tuple[str, list[str], bytes]:
        """Status, more headers, body."""
        if method == "OPTIONS":
            return "200 OK", ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"], b""
        if self._camera.user and not self._knows(method, headers.get("authorization", "")):
            return "401 Unauthorized", [f'WWW-Authenticate: Digest realm="{REALM}", nonce="{self._nonce}"'], b""
        if f"/{PATH}" not in url:
            return "404 Not Found", [], b""
        if method == "DESCRIBE":
            return "200 OK", [f"Content-Base: {url}/"], self._description()
        more = [f"Session: {self._id};timeout=60"]
        if method == "SETUP":
            if "interleaved" not in headers.get("transport", ""):
                return "461 Unsupported Transport", [], b""
            more.append("Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
        return "200 OK", more, b""

    def _knows(self, method: str, told: str) -> bool:
        if not told:
            return False
        self._camera.logins += method == "DESCRIBE"
        password = self._camera.password + ("!" if self._camera.fault is Fault.PASSWORD else "")
        return digest_fits(told, method, self._camera.user, password, self._nonce)

    def _description(self) -> bytes:
        sets = [unit for unit in self._loop[0] if unit[0] & 0x1F in PARAMETERS]
        profile = sets[0][1:4].hex()
        told = ",".join(base64.b64encode(unit).decode() for unit in sets)
        lines = (
            "v=0", f"o=- 1 1 IN IP4 {self._camera.host}", "s=hall", f"c=IN IP4 {self._camera.host}", "t=0 0",
            f"m=video 0 RTP/AVP {PAYLOAD}", f"a=rtpmap:{PAYLOAD} H264/{CLOCK}",
            f"a=fmtp:{PAYLOAD} packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={told}",
            f"a=framerate:{RATE}", "a=control:track1", "",
        )  # fmt: skip
        return "\r\n".join(lines).encode()

    async def _play(self) -> None:
        """As fast as a camera, from a picture that stands alone."""
        number = sequence = 0
        source = secrets.randbits(32)
        clock = asyncio.get_running_loop().time
        began = clock()
        with contextlib.suppress(ConnectionError):
            while True:
                units = self._loop[number % len(self._loop)]
                made = list(packets(units, number * CLOCK // RATE, sequence, source))
                sequence += len(made)
                await self._line.stream(b"".join(struct.pack("!cBH", b"$", 0, len(one)) + one for one in made))
                number += 1
                await asyncio.sleep(max(0.0, began + number / RATE - clock()))

    async def end(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)


EMULATOR = RtspEmulator
