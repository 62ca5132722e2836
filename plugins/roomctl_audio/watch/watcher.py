"""Child process that watches the signal. `python -m roomctl_audio.watch.watcher DIR TRACKS BITS RATE`.

It is told one JSON object a line on stdin: `{"part": seq, "first": frame}`, a part was opened, and before the first
of them `{"standing": kind, "track": n}`, an alarm that an earlier watch has left standing. It reads the parts as they
grow, appends to `levels.bin`, and says one JSON object a line on stdout: `{"alarm": {…}, "on": true | false}`, and
each second `{"frame": n}`, how far it has come. When stdin closes it reads what is left, and ends.

It goes on where `levels.bin` ends. Frames that no part holds any more, since they were sealed meanwhile, are told as
nothing there.
"""

import contextlib
import json
import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from roomctl.api import AlarmKind
from roomctl_audio.sound import envelope, part
from roomctl_audio.sound.deinterleave import deinterleave
from roomctl_audio.sound.levels import encoded
from roomctl_audio.sound.pcm import Layout
from roomctl_audio.watch.signals import Block, Change, Signals

TURN_SECONDS = 0.1
BEAT_SECONDS = 1.0
AT_ONCE = 10
"""Records of a turn: enough to catch up quickly, little enough to stay small."""
BEHIND_SECONDS = 10.0
"""An alarm is for now: sound that is older is measured, for its picture, and raises none."""
HELD = 4
"""Parts that are held open at most."""
NICER = 5
"""It gives way to the recording."""

Say = Callable[[Mapping[str, Any]], None]


class Watch:
    """One recording, watched. Args: say: takes what is to be said."""

    def __init__(self, folder: Path, layout: Layout, say: Say) -> None:
        self._folder, self._layout, self._say = folder, layout, say
        self._writer = envelope.Writer(folder, layout.tracks)
        self._owed = b""  # records that a full disk has not taken yet
        self.step = envelope.step(layout.rate)
        """Frames of a record."""
        self._signals = Signals(layout.tracks, layout.rate)
        self._stale = False
        self._parts: deque[tuple[int, int]] = deque()
        self._open: dict[int, IO[bytes]] = {}
        self._records = self._writer.records
        self._record = b""  # what there is of the next one
        self.frame = self._records * self.step
        """Up to which it has come."""

    def told(self, message: Mapping[str, Any]) -> None:
        """A line of stdin."""
        if "part" in message:
            seq = int(message["part"])
            self._parts.append((seq, int(message["first"])))
            self._keep(seq, _opened(self._folder / part.name(seq)))
        elif "standing" in message:
            self._signals.stand(AlarmKind(message["standing"]), int(message["track"]) - 1)

    def turn(self) -> int:
        """Takes what has come, up to a second of it. How many frames it was."""
        if not self._parts:
            return 0
        seq, first = self._parts[0]
        whole = len(self._parts) > 1  # another is open: what is not in this one now never comes
        self._jump(first)
        data = self._read(seq, first)
        self._take(data)
        if whole and not data:
            self._parts.popleft()
            if file := self._open.pop(seq, None):
                file.close()
        return len(data) // self._layout.frame

    def close(self) -> None:
        """Reads what is left; the last record may be of less than a tenth of a second. Idempotent."""
        parts = -1
        while self.turn() or len(self._parts) != parts:
            parts = len(self._parts)
        if self._record:
            self._pad(self.step)
        self._parts.clear()
        while self._open:
            self._open.popitem()[1].close()

    def _jump(self, first: int) -> None:
        """Over frames that are nowhere any more: silence to the ends of the records around them, none between."""
        if first <= self.frame:
            return
        record = first // self.step
        if record > self._records and self._record:
            self._pad(self.step)
        self._write(bytes([envelope.NOTHING]) * (envelope.width(self._layout.tracks) * (record - self._records)))
        self._pad(first % self.step)
        self.frame = first

    def _pad(self, frames: int) -> None:
        """The record grows to that many frames."""
        self._take(bytes(frames * self._layout.frame - len(self._record)))

    def _read(self, seq: int, first: int) -> bytes:
        """Whole frames from where it stands, up to `AT_ONCE` records of them."""
        size = self._layout.frame
        path = self._folder / part.name(seq)
        file = self._open.pop(seq, None) or _opened(path)
        if file is None:
            return b""
        file.seek((self.frame - first) * size)
        data = file.read(AT_ONCE * self.step * size - len(self._record))
        if not data and _replaced(file, path):  # the folder was taken away, and the part was written anew
            file.close()
            return b""
        self._keep(seq, file)
        return data[: len(data) - len(data) % size]

    def _keep(self, seq: int, file: IO[bytes] | None) -> None:
        """A part stays open, so that it can be read to its end though it is sealed meanwhile: its file is unlinked.

        Where an open file cannot be unlinked, and beyond a few, which would hold the room of sealed parts, it is not.
        """
        if file and (sys.platform == "win32" or len(self._open) >= HELD):
            file.close()
        elif file:
            self._open[seq] = file

    def _take(self, data: bytes) -> None:
        """Measures each record that is full now, and asks the detectors about it."""
        self.frame += len(data) // self._layout.frame
        self._record += data
        size = self.step * self._layout.frame
        levels, detect = [], len(self._record) >= size and not self._behind()
        while len(self._record) >= size:
            block = self._measure(self._record[:size])
            self._record = self._record[size:]
            levels.append(encoded(block.peak[None], block.rms[None]))
            if detect:
                self._detect(block, (self._records + len(levels)) * self.step)
        self._stale = self._stale or (bool(levels) and not detect)
        self._write(b"".join(levels))

    def _behind(self) -> bool:
        if not self._parts:
            return False
        seq, first = self._parts[-1]
        try:
            there = first + (self._folder / part.name(seq)).stat().st_size // self._layout.frame
        except FileNotFoundError:
            return False
        return there - self.frame > BEHIND_SECONDS * self._layout.rate

    def _measure(self, data: bytes) -> Block:
        samples = deinterleave(np.frombuffer(b"\0" + data, np.uint8), self._layout)
        if samples.dtype.itemsize == 2:  # noqa: PLR2004 - bytes of 16 bits
            samples = samples.astype(np.int32) << 16
        return self._signals.measure(samples)

    def _detect(self, block: Block, frame: int) -> None:
        if self._stale:  # what the detectors remember is of long ago
            fresh = Signals(self._layout.tracks, self._layout.rate)
            for kind, track in self._signals.standing():
                fresh.stand(kind, track)
            self._signals, self._stale = fresh, False
        for change in self._signals.feed(block):
            self._say(_message(change, frame))

    def _write(self, data: bytes) -> None:
        """A full disk is waited out: levels are small."""
        self._records += len(data) // envelope.width(self._layout.tracks)
        self._owed += data
        with contextlib.suppress(OSError):
            self._writer.write(self._owed)
            self._owed = b""


def _opened(path: Path) -> IO[bytes] | None:
    try:
        return path.open("rb", buffering=0)
    except FileNotFoundError:
        return None


def _replaced(file: IO[bytes], path: Path) -> bool:
    try:
        return not os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False  # it is gone, and what is open is the last of it


def _message(change: Change, frame: int) -> Mapping[str, Any]:
    alarm = {
        "kind": change.kind.value,
        "track": change.track + 1,
        "frame": frame,
        "value": change.value,
        "detail": "",
    }
    return {"alarm": alarm, "on": change.on}


def _pump(to: "queue.Queue[str | None]") -> None:
    for text in sys.stdin:
        to.put(text)
    to.put(None)


def run(watch: Watch, inbox: "queue.Queue[str | None]", say: Say) -> None:
    """Until the inbox gives None: ten times a second, and at once while there is more."""
    more, beat = False, 0.0
    while True:
        if time.monotonic() - beat >= BEAT_SECONDS:
            beat = time.monotonic()
            say({"frame": watch.frame})
        try:
            text = inbox.get_nowait() if more else inbox.get(timeout=TURN_SECONDS)
        except queue.Empty:
            more = watch.turn() > watch.step
            continue
        if text is None:
            watch.close()
            return
        watch.told(json.loads(text))


def main(argv: list[str]) -> int:
    """Watches until stdin closes."""
    if hasattr(os, "nice"):
        os.nice(NICER)
    folder, layout = Path(argv[0]), Layout(int(argv[1]), int(argv[2]), int(argv[3]))
    inbox: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_pump, args=(inbox,), daemon=True).start()

    def say(message: Mapping[str, Any]) -> None:
        print(json.dumps(message), flush=True)

    run(Watch(folder, layout, say), inbox, say)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
