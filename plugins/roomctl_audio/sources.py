"""Where the sound comes from: `file:PATH`, `tone` or `tone:TRACKS`, `mic` or `mic:NAME`."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Protocol

from roomctl.api import BadInput, NotFound, Order, RoomctlError, tr
from roomctl_audio import devices
from roomctl_audio.pcm import MAX_TRACKS, WIDTHS, Layout, pack
from roomctl_audio.ring import Ring
from roomctl_audio.tone import tone

BLOCK_SECONDS = 0.1
LAG_FADES = 0.995
"""A read: a lag that was seen once is forgotten within half a minute."""


class Source(Protocol):
    """An open source.

    Attributes:
        waits: it can be held without loss (a file); a device cannot.
        total_frames: its length, where it has one that is known.
        problem: why it broke off, once it has.
        overflows: how often PortAudio said that it lost something.
        lag: seconds by which a device delivers late, at most.

    """

    layout: Layout
    waits: bool
    total_frames: int | None
    problem: str
    overflows: int
    lag: float

    def run(self, ring: Ring) -> None:
        """Fills the ring until the source ends or is closed; runs in a thread of its own."""
        ...

    def sample(self, seconds: float) -> bytes:
        """The first seconds of a source that is not run: to hear whether it has a level."""
        ...

    def close(self) -> None: ...


def check(order: Order) -> None:
    """What can be told of an order without opening anything. Raises: BadInput, NotFound."""
    kind, _, name = order.source.partition(":")
    if kind not in {"file", "tone", "mic"} or (kind == "file" and not name):
        raise BadInput(
            tr(f"未知的音源 {order.source}", f"unknown source {order.source}"),
            mend=tr("请用 file:路径、tone[:声道数] 或 mic[:名称]", "use file:PATH, tone[:TRACKS] or mic[:NAME]"),
        )
    if order.bits not in WIDTHS:
        raise BadInput(tr(f"位深 {order.bits} 不支持", f"cannot record {order.bits} bits"), mend="16 / 24")
    if not 8_000 <= order.sample_rate <= 192_000:  # noqa: PLR2004 - from telephony up to the fastest interfaces
        raise BadInput(
            tr(f"采样率 {order.sample_rate} Hz 不支持", f"cannot record {order.sample_rate} Hz"), mend="8000–192000"
        )
    if order.segment_seconds <= 0 or order.planned_seconds <= 0 or order.skip_frames < 0:
        raise BadInput(tr("时长必须大于零", "lengths must be above zero"))
    if kind == "file":
        _check_file(Path(name))
    if kind == "tone" and name and not (name.isdecimal() and 1 <= int(name) <= MAX_TRACKS):
        raise BadInput(
            tr(f"未知的音源 {order.source}", f"unknown source {order.source}"),
            tr(f"声道数应为 1–{MAX_TRACKS}", f"tracks go from 1 to {MAX_TRACKS}"),
        )


def _check_file(path: Path) -> None:
    what = tr(f"无法读取 {path}", f"cannot read {path}")
    if not path.exists():
        raise NotFound(what, tr("没有这个文件", "no such file"), tr("请检查路径", "check the path"))
    if not path.is_file():
        raise BadInput(what, tr("它不是文件", "it is not a file"), tr("请给出音频文件", "give an audio file"))
    if not path.stat().st_size:
        raise BadInput(
            what, tr("文件是空的（0 字节）", "it is empty (0 bytes)"), tr("请另给文件", "give another file")
        )


def open_source(order: Order) -> Source:
    """Raises: RoomctlError, one line, where it cannot be recorded."""
    check(order)
    kind, _, name = order.source.partition(":")
    if kind == "file":
        return FileSource(Path(name), order)
    if kind == "tone":
        return ToneSource(int(name or 1), order)
    return MicSource(name, order)


class FileSource:
    """A file, decoded by a child process, so that no codec runs in here."""

    waits = True
    overflows = 0
    lag = 0.0

    def __init__(self, path: Path, order: Order) -> None:
        argv = [str(path), str(order.sample_rate), str(order.bits), str(order.skip_frames)]
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "roomctl_audio.reader", *argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._child.stdout is not None  # noqa: S101 - it was asked for
        self._out = self._child.stdout
        self.problem = ""
        try:
            head = json.loads(self._out.readline() or b"{}")
        except ValueError:
            head = {}
        if "tracks" not in head:
            what, why, mend = head.get("error") or (
                tr(f"无法读取 {path}", f"cannot read {path}"),
                self._complaint(),
                "",
            )
            self.close()
            raise BadInput(what, why, mend)
        self.layout = Layout(int(head["tracks"]), order.bits, order.sample_rate)
        total = head["total_frames"]
        self.total_frames = None if total is None else max(0, int(total) - order.skip_frames)

    def run(self, ring: Ring) -> None:
        block = self.layout.frame * round(self.layout.rate * BLOCK_SECONDS)
        while data := self._out.read(block):
            ring.put(data[: len(data) - len(data) % self.layout.frame])
        if self._child.wait() > 0:
            self.problem = self._complaint()
        ring.end()

    def sample(self, seconds: float) -> bytes:
        return self._out.read(round(seconds * self.layout.rate) * self.layout.frame)

    def _complaint(self) -> str:
        assert self._child.stderr is not None  # noqa: S101
        lines = self._child.stderr.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else tr("解码中断", "decoding broke off")

    def close(self) -> None:
        self._child.kill()
        self._child.wait()


class ToneSource:
    """The numbered tone, for tests and for trying out; it lasts as long as was planned."""

    waits = True
    problem = ""
    overflows = 0
    lag = 0.0

    def __init__(self, tracks: int, order: Order) -> None:
        self.layout = Layout(tracks, order.bits, order.sample_rate)
        self._first = order.skip_frames
        self.total_frames: int | None = max(0, round(order.planned_seconds * order.sample_rate) - order.skip_frames)
        self._closed = threading.Event()

    def run(self, ring: Ring) -> None:
        block = round(self.layout.rate * BLOCK_SECONDS)
        left = self.total_frames or 0
        frame = self._first
        while left and not self._closed.is_set():
            now = min(block, left)
            ring.put(pack(tone(frame, now, self.layout), self.layout.bits))
            frame, left = frame + now, left - now
        ring.end()

    def sample(self, seconds: float) -> bytes:
        return pack(tone(self._first, round(seconds * self.layout.rate), self.layout), self.layout.bits)

    def close(self) -> None:
        self._closed.set()


class MicSource:
    """A microphone. What it loses is told by the clock."""

    waits = False
    total_frames: int | None = None

    def __init__(self, name: str, order: Order) -> None:
        microphone = devices.choose(name, devices.microphones()) if name else devices.default()
        wanted = max((number for number, _ in order.channels), default=0)
        self.layout = Layout(devices.tracks(microphone.channels, wanted), order.bits, order.sample_rate)
        self.problem = ""
        self.overflows = 0
        self.lag = 0.0
        self._stream = devices.Stream(microphone, self.layout)
        self._watch = devices.ClockWatch(order.sample_rate)
        self._closed = threading.Event()

    def run(self, ring: Ring) -> None:
        try:
            before = 0.0
            while not self._closed.is_set():
                data, overflowed = self._stream.read()
                now = time.monotonic()
                self.lag = max(self.lag * LAG_FADES, min(now - before, devices.BUFFER_SECONDS)) if before else 0.0
                before = now
                self.overflows += overflowed
                ring.put(data, self._watch.observe(len(data) // self.layout.frame, now))
        except OSError as error:
            self.problem = tr(f"麦克风中断：{error}", f"the microphone broke off: {error}")
        self._stream.close()
        ring.end()

    def sample(self, seconds: float) -> bytes:
        heard = b""
        while len(heard) < seconds * self.layout.second:
            heard += self._stream.read()[0]
        self._stream.close()
        return heard

    def close(self) -> None:
        self._closed.set()


def failure(error: RoomctlError) -> dict[str, str]:
    """An error as it crosses from one process to another."""
    return {"kind": type(error).__name__, "what": error.what, "why": error.why, "mend": error.mend}
