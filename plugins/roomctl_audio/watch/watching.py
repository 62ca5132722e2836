"""The near side of the watch: starts it, tells it which part is open, and starts it again when it dies or hangs."""

import contextlib
import json
import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from roomctl.api.process import Watchdog
from roomctl_audio.sound import part
from roomctl_audio.sound.layout import Layout

SILENT_SECONDS = 15.0
"""The watch says something each second; one that is silent and idle for that long hangs."""
START_SECONDS = 60.0
"""Until its first word: on a machine that has much to do it takes long to load."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before it is started again; doubled with each death in a row."""
HEALTHY_SECONDS = 60.0
"""After a life that long, a death is the first in a row again."""
END_SECONDS = 5.0

log = logging.getLogger("roomctl.audio.capture")


@dataclass(frozen=True, slots=True)
class Heard:
    """An alarm of the signal that was raised (`on`), or whose cause has ended.

    Attributes:
        alarm: `kind, track, frame, value, detail` as of `roomctl.api.Alarm`; track from 1. The frame is the one at
            which it was raised, or ended.

    """

    alarm: Mapping[str, Any]
    on: bool


class Watching:
    """One watch over one recording. Whatever befalls it costs nothing: neither call waits for it.

    An alarm that stands when the watch dies goes on standing; the next one is told of it, and ends it when its cause
    has ended. So of each cause `said` hears once that it began and once that it ended.

    Args:
        said: called in a thread of this object.

    """

    def __init__(self, folder: Path, layout: Layout, said: Callable[[Heard], None]) -> None:
        self._folder, self._layout, self._said = folder, layout, said
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._parts: dict[int, int] = {}  # those that may still be there: seq → first frame
        self._standing: dict[tuple[str, int], Mapping[str, Any]] = {}
        self._closed = threading.Event()
        self.silent = SILENT_SECONDS
        """After so many seconds without a word it is taken to hang."""
        self._thread: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        child = self._child
        return child.pid if child else None

    def start(self) -> None:
        """Starts the watch, and keeps it running until `close`. Returns at once."""
        self._thread = threading.Thread(target=self._keep, name="watching", daemon=True)
        self._thread.start()

    def follow(self, seq: int, first_frame: int) -> None:
        """A part was opened: NNNN.part begins at that frame. The watch reads the one before it to its end first."""
        with self._lock:
            self._parts = {old: frame for old, frame in self._parts.items() if self._there(old)}
            self._parts[seq] = first_frame
            self._tell({"part": seq, "first": first_frame})

    def close(self) -> None:
        """The watch looks at what is left, and ends. Idempotent."""
        self._closed.set()
        with self._lock:
            child = self._child
            if child and child.stdin:
                with contextlib.suppress(OSError):
                    child.stdin.close()
        if child:
            try:
                child.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
        if self._thread:
            self._thread.join(END_SECONDS)

    def _there(self, seq: int) -> bool:
        return (self._folder / part.name(seq)).exists()

    def _tell(self, message: Mapping[str, Any]) -> None:
        """To a watch that lives; one that starts is told everything anyway."""
        if self._child and self._child.stdin:
            with contextlib.suppress(OSError, ValueError):
                self._child.stdin.write(json.dumps(message).encode() + b"\n")
                self._child.stdin.flush()

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._closed.is_set():
            began = time.monotonic()
            try:
                self._live()
            except OSError as error:
                log.warning("the watch cannot be started: %s", error)
            if self._closed.is_set():
                return
            if time.monotonic() - began > HEALTHY_SECONDS:
                pause = FIRST_PAUSE
            log.warning("the watch ended; it is started again in %.1f s", pause)
            self._closed.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _live(self) -> None:
        """One life of the watch, from its start to its burial. Raises: OSError, where it cannot be started."""
        child = self._spawn()
        said: queue.Queue[bytes] = queue.Queue()
        assert child.stdout is not None  # noqa: S101 - it was asked for
        threading.Thread(target=_pump, args=(child.stdout, said), name="watched", daemon=True).start()
        for text in _lines(said, child.pid, self.silent):
            self._hear(text)
        with self._lock:
            self._child = None
            if child.stdin:
                with contextlib.suppress(OSError):
                    child.stdin.close()
        child.kill()
        child.wait()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        facts = [str(number) for number in (self._layout.tracks, self._layout.bits, self._layout.rate)]
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "roomctl_audio.watch.watcher", str(self._folder), *facts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with self._lock:
            self._child = child
            if self._closed.is_set() and child.stdin:
                child.stdin.close()  # `close` came while it was being started
            for kind, track in self._standing:
                self._tell({"standing": kind, "track": track})
            for seq, first in self._parts.items():
                if self._there(seq):
                    self._tell({"part": seq, "first": first})
        return child

    def _hear(self, text: bytes) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return  # the half line of one that was killed
        if "alarm" not in message:
            return  # a heartbeat
        alarm, on = message["alarm"], bool(message["on"])
        key = (str(alarm["kind"]), int(alarm["track"]))
        if on == (key in self._standing):
            return  # known
        if on:
            self._standing[key] = alarm
        else:
            del self._standing[key]
        self._said(Heard(alarm, on))


def _pump(pipe: IO[bytes], to: "queue.Queue[bytes]") -> None:
    with pipe:
        for text in pipe:
            to.put(text)
    to.put(b"")


def _lines(said: "queue.Queue[bytes]", pid: int, silent: float) -> Iterator[bytes]:
    """What the watch says, until it ends or hangs."""
    dog = Watchdog(START_SECONDS)
    while True:
        try:
            text = said.get(timeout=dog.pause)
        except queue.Empty:
            if dog.expired(pid):
                log.warning("the watch hangs: %s", dog)
                return
            continue
        if not text:
            return
        dog = Watchdog(silent)
        yield text
