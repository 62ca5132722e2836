"""Hands finished parts to the finisher, in a thread of capture, and brings back what became of them."""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roomctl.api import Damaged
from roomctl_audio.sealing.finishing import Finisher

TRIES = 4
"""Once the recording is to end; until then a part is tried for as long as it takes."""
HOPELESS = 2
"""Parts given up in a row, after which the others are left as they are: it is not the part, it is the finisher."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds before a part is tried again after an error, such as a full disk."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A part that is done, or that could not be."""

    part: str
    seq: int
    overflows: int
    frames: int = 0
    tracks: tuple[Mapping[str, Any], ...] = ()
    error: str = ""


class Sealer:
    """Args: done: called in its thread with each outcome."""

    def __init__(self, folder: Path, done: Callable[[Sealed], None]) -> None:
        self._finisher = Finisher(folder)
        self._done = done
        self._parts: queue.Queue[tuple[Mapping[str, Any], int]] = queue.Queue()
        self._ending = threading.Event()
        self.trouble = ""
        """Why the present part is not sealed yet, where it should be."""
        self._given_up = 0  # in a row
        self._submitted = 0
        self._handled = 0

    def start(self) -> None:
        self._finisher.start()
        threading.Thread(target=self._run, name="sealer", daemon=True).start()

    def submit(self, request: Mapping[str, Any], overflows: int) -> None:
        """Called by the main thread."""
        self._submitted += 1
        self._parts.put((request, overflows))

    def ending(self) -> None:
        """What cannot be sealed soon is left for the recovery."""
        self._ending.set()

    @property
    def waiting(self) -> int:
        """Parts whose outcome the main thread has not had yet."""
        return self._submitted - self._handled

    def handled(self) -> None:
        """The main thread is done with an outcome."""
        self._handled += 1

    def _run(self) -> None:
        while True:
            request, overflows = self._parts.get()
            self._done(self._finish(request, overflows))

    def _finish(self, request: Mapping[str, Any], overflows: int) -> Sealed:
        part, seq, tries, pause = request["part"], request["seq"], 0, FIRST_PAUSE
        while True:
            if self._ending.is_set() and self._given_up >= HOPELESS:
                return Sealed(part, seq, overflows, error=self.trouble)
            died = False
            try:
                said = self._finisher.ask(request)
            except Damaged as error:
                said, died = {"error": str(error)}, True
            self.trouble = said.get("error", "")
            if not self.trouble:
                self._given_up = 0
                return Sealed(part, seq, overflows, frames=said["frames"], tracks=tuple(said["tracks"]))
            tries += self._ending.is_set()
            if tries >= (1 if died or self._given_up else TRIES):
                self._given_up += 1
                return Sealed(part, seq, overflows, error=self.trouble)
            self._ending.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            if self._ending.is_set():
                time.sleep(FIRST_PAUSE)

    def close(self) -> None:
        self._finisher.close()
