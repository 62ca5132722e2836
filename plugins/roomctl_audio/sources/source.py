"""Where the sound comes from: `file:PATH`, `tone` or `tone:TRACKS`, `mic` or `mic:NAME`."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Protocol

from roomctl.api import BadInput, Order, tr
from roomctl_audio.sound.layout import Layout
from roomctl_audio.sources.chunks import HEAD
from roomctl_audio.sources.ordered import check
from roomctl_audio.sources.ring import Loss, Ring

BLOCK_SECONDS = 0.1
READERS = 3
"""Of a file, that were killed one after the other before they gave anything, after which it is given up."""
DEVICE = "device"
"""The reason of a gap: the source was gone."""


class Source(Protocol):
    """An open source.

    Attributes:
        name: what is heard this moment; the order's source, or its stand-by.
        standby: that was ordered; empty where none was.
        waits: it can be held without loss (a file); a device cannot.
        total_frames: its length, where it has one that is known.
        problem: why it broke off, or which of its devices is gone.
        overflows: how often PortAudio said that it lost something.
        lag: seconds by which a device delivers late, at most.
        drift_ppm: by which its clock is fast; None while not known.
        gone: it delivers nothing, and is being opened again; replaced: by its stand-by.

    """

    layout: Layout
    waits: bool
    total_frames: int | None
    overflows: int
    lag: float
    standby: str

    @property
    def name(self) -> str: ...
    @property
    def problem(self) -> str: ...
    @property
    def drift_ppm(self) -> float | None: ...
    @property
    def gone(self) -> bool: ...
    @property
    def replaced(self) -> bool: ...

    def run(self, ring: Ring) -> None:
        """Fills the ring until the source ends or is closed; runs in a thread of its own."""
        ...

    def sample(self, seconds: float) -> bytes:
        """The first seconds of a source that is not run: to hear whether it has a level."""
        ...

    def missing(self, now: float) -> Loss:
        """What it owes up to `now`, since it is gone or since this was asked last."""
        ...

    def close(self) -> None: ...


class Held:
    """What is alike in all sources that can be held: they are never gone, and have no clock of their own."""

    waits = True
    standby = ""
    overflows = 0
    lag = 0.0
    drift_ppm: float | None = None
    gone = replaced = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.problem = ""

    def missing(self, now: float) -> Loss:  # noqa: ARG002 - of a device it would be more
        return Loss(0, DEVICE)


def open_source(order: Order) -> Source:
    """Raises: RoomctlError, one line, where it cannot be recorded."""
    check(order)
    kind, _, name = order.source.partition(":")
    if kind == "file":
        return FileSource(Path(name), order)
    if kind == "tone":
        return ToneSource(int(name or 1), order)
    from roomctl_audio.sources.microphone import MicSource  # noqa: PLC0415 - which is built on what stands here

    return MicSource(name, order)


class FileSource(Held):
    """A file, decoded by a child process, so that no codec runs in here."""

    def __init__(self, path: Path, order: Order) -> None:
        super().__init__(order.source)
        self._argv = [str(path), str(order.sample_rate), str(order.bits)]
        self._skip, self._closed = order.skip_frames, False
        head = self._spawn(order.skip_frames)
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

    def _spawn(self, skip: int) -> dict[str, Any]:
        """A reader from that frame on, and what it says of the file."""
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "roomctl_audio.sources.reader", *self._argv, str(skip)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._child.stdout is not None  # noqa: S101 - it was asked for
        self._out = self._child.stdout
        try:
            return dict(json.loads(self._out.readline() or b"{}"))
        except ValueError:
            return {}

    def run(self, ring: Ring) -> None:
        """A reader that was killed is followed by another, which goes on where it stopped."""
        done, idle = 0, 0
        while True:
            read = self._pour(ring)
            done, idle = done + read, 0 if read else idle + 1
            code = self._child.wait()
            if code >= 0 or self._closed or idle >= READERS:
                break
            self._spawn(self._skip + done)
        if code and not self._closed:
            self.problem = self._complaint()
        ring.end()

    def _pour(self, ring: Ring) -> int:
        """Frames that the reader gave until its end."""
        frames = 0
        while len(head := self._out.read(HEAD.size)) == HEAD.size:
            size, lost = HEAD.unpack(head)
            data = self._out.read(size)
            if whole := len(data) // self.layout.frame:  # else the next reader tells what is lost before it
                ring.put(data[: whole * self.layout.frame], [Loss(lost, "damaged")])
            frames += whole
        return frames

    def sample(self, seconds: float) -> bytes:
        heard, wanted = b"", round(seconds * self.layout.rate) * self.layout.frame
        while len(heard) < wanted and len(head := self._out.read(HEAD.size)) == HEAD.size:
            heard += self._out.read(HEAD.unpack(head)[0])
        return heard[:wanted]

    def _complaint(self) -> str:
        assert self._child.stderr is not None  # noqa: S101
        lines = self._child.stderr.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else tr("解码中断", "decoding broke off")

    def close(self) -> None:
        self._closed = True
        self._child.kill()
        self._child.wait()


class ToneSource(Held):
    """The numbered tone, for tests and for trying out; it lasts as long as was planned."""

    def __init__(self, tracks: int, order: Order) -> None:
        super().__init__(order.source)
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
            ring.put(self._tone(frame, now))
            frame, left = frame + now, left - now
        ring.end()

    def sample(self, seconds: float) -> bytes:
        return self._tone(self._first, round(seconds * self.layout.rate))

    def _tone(self, first: int, frames: int) -> bytes:
        from roomctl_audio.sound.pcm import pack  # noqa: PLC0415 - numpy, which no other source needs in a capture
        from roomctl_audio.sources.tone import tone  # noqa: PLC0415

        return pack(tone(first, frames, self.layout), self.layout.bits)

    def close(self) -> None:
        self._closed.set()
