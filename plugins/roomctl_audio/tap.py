"""The sound of a recording as it comes on disk, for a process of its own that reads along (`roomctl.api.Tap`).

It reads the open `.part` and holds no file open: capture and finisher never wait for it, nor know of it.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from roomctl_audio import monitor
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load
from roomctl_audio.sound import part as parts
from roomctl_audio.sound.pcm import unpack

LOOK = 1.0
"""Seconds between two looks at whether the capture lives, while nothing comes."""


class Tap:
    """Begins at the newest frame.

    Args:
        options: `folder`, that of the recording.

    Raises:
        Refused: nothing is on disk.

    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._folder = Path(options["folder"])
        self._layout = monitor.layout_of(self._folder)
        self.rate, self.tracks = self._layout.rate, self._layout.tracks
        self._seq = self._first = self._next = 0  # the part, the recording's frame it begins at, the next frame in it
        self._looked, self._dead = time.monotonic(), False
        self._go(monitor.newest(self._folder))
        self.skip()

    @property
    def at(self) -> int:
        return self._first + self._next

    def read(self) -> NDArray[np.float32]:
        following = monitor.there(self._folder, self._seq + 1)  # before it is read: what is read then is all of it
        samples = self._read()
        self._next += len(samples)
        if following and not len(samples):
            self._turn()
            return self.read()
        return samples

    def behind(self) -> int:
        frames, seq = -self._next, self._seq
        while monitor.there(self._folder, seq):
            frames += monitor.frames_of(self._folder, seq, self._layout)
            seq += 1
        return max(0, frames)

    def skip(self) -> int:
        before = self.at
        newest = monitor.newest(self._folder)
        while self._seq < newest:
            self._turn()
        self._next = monitor.frames_of(self._folder, self._seq, self._layout)
        return self.at - before

    def over(self) -> bool:
        if self._dead:
            return not self.behind()
        if time.monotonic() - self._looked >= LOOK:
            self._looked, self._dead = time.monotonic(), not monitor.alive(self._folder)
        return False  # what came between the last read and this look is read first

    def _turn(self) -> None:
        self._first += max(self._next, monitor.frames_of(self._folder, self._seq, self._layout))
        self._seq, self._next = self._seq + 1, 0

    def _go(self, seq: int) -> None:
        """To the beginning of a part: the journal says which frame of the recording that is."""
        rows = journal.of_kind(load(self._folder).rows, "part")
        self._first = next((int(row["first_frame"]) for row in rows if row["seq"] == seq), 0)
        self._seq, self._next = seq, 0

    def _read(self) -> NDArray[np.float32]:
        """What there is of the part from the next frame on, at most a second of it; shape (frames, tracks)."""
        layout = self._layout
        try:
            with (self._folder / parts.name(self._seq)).open("rb") as file:
                file.seek(self._next * layout.frame)
                raw = file.read(layout.second)
        except FileNotFoundError:  # sealed meanwhile
            return self._sealed()
        samples = unpack(raw[: len(raw) - len(raw) % layout.frame], layout)
        return samples.astype(np.float32) / np.float32(2.0 ** (8 * samples.dtype.itemsize - 1))

    def _sealed(self) -> NDArray[np.float32]:
        paths = [self._folder / parts.segment_name(track, self._seq) for track in range(1, self.tracks + 1)]
        try:
            columns = [soundfile.read(path, self.rate, self._next, dtype="float32")[0] for path in paths]
        except (soundfile.LibsndfileError, OSError):  # between the two names, or damaged: what follows is heard
            return np.zeros((0, self.tracks), np.float32)
        return np.column_stack(columns)
