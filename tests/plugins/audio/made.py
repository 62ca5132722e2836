"""Recordings made in no time: parts written by hand, sealed by the real finisher, told by the real journal."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from roomctl_audio.journal.file import JournalFile
from roomctl_audio.sealing.finisher import seal
from roomctl_audio.sound.pcm import Layout, pack

from roomctl.api import Order

BEGAN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai."""


def samples(frames: int, tracks: int = 2, bits: int = 24, seed: int = 1) -> np.ndarray:
    """Noise at the upper end of int32, shape (frames, tracks)."""
    low = 1 << (bits - 1)
    return np.random.default_rng(seed).integers(-low, low, (frames, tracks), dtype=np.int32) << (32 - bits)


class Made:
    """A recording that is written step by step, at a clock of its own."""

    def __init__(
        self, folder: Path, *, tracks: int = 2, bits: int = 24, rate: int = 48_000, device: bool = True
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.layout, self.frame, self.seq = folder, Layout(tracks, bits, rate), 0, 0
        self.clock = 1_000.0
        self.journal = JournalFile(folder)
        self.journal.write(
            "opened",
            order=asdict(Order(source="mic" if device else "file:/x.wav", sample_rate=rate, bits=bits)),
            tracks=tracks,
            sample_rate=rate,
            bits=bits,
            source="mic",
            waits=not device,
            total_frames=None,
            utc=self.utc,
            monotonic=self.clock,
        )
        self.journal.write("start", frame=0)

    @property
    def utc(self) -> str:
        return (BEGAN + timedelta(seconds=self.clock - 1_000.0)).isoformat()

    def open(self, sound: np.ndarray, *, row: bool = True) -> Path:
        """A part that is not sealed yet."""
        self.seq += 1
        path = self.folder / f"{self.seq:04d}.part"
        path.write_bytes(pack(sound, self.layout.bits))
        if row:
            self.journal.write("part", seq=self.seq, first_frame=self.frame, utc=self.utc, monotonic=self.clock)
        return path

    def part(self, sound: np.ndarray, *, clock: float | None = None) -> None:
        """A sealed part; `clock` seconds pass, or as many as it is long."""
        path = self.open(sound)
        layout = self.layout
        said = seal(self.folder, path.name, self.seq, layout, {})
        self.journal.seal(self.seq, said["frames"], said["tracks"])
        path.unlink()
        self.frame += len(sound)
        self.clock += len(sound) / layout.rate if clock is None else clock

    def mark(self, kind: str, note: str = "", of: int = 0) -> None:
        self.journal.write("mark", mark=kind, frame=self.frame, note=note, back=0.0, of=of)

    def gap(self, frames: int, reason: str) -> None:
        self.journal.write("gap", first_frame=self.frame, frames=frames, reason=reason)

    def end(self) -> Path:
        self.journal.write("stop", frame=self.frame)
        self.journal.write("sealed", frames=self.frame, ended=False, problem="", recovered=False)
        return self.folder


def recording(folder: Path, sound: np.ndarray, cuts: Sequence[int] = (), **facts: Any) -> Path:
    """A whole recording of that sound, cut into parts at those frames."""
    made = Made(folder, tracks=sound.shape[1], **facts)
    for piece in np.split(sound, list(cuts)):
        if len(piece):
            made.part(piece)
    return made.end()
