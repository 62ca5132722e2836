from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from roomctl_audio import control
from roomctl_audio.recorder import AudioRecorder


@pytest.fixture
def record(tmp_path) -> Iterator[Callable[[str], AudioRecorder]]:
    """Makes a recorder for a folder of that name; what still runs at the end of a test is stopped."""
    made: list[AudioRecorder] = []

    def make(name: str = "rec") -> AudioRecorder:
        made.append(AudioRecorder(tmp_path / name))
        return made[-1]

    yield make
    for recorder in made:
        card = control.read_card(recorder.folder)
        if card and card.alive:
            recorder.stop()


@pytest.fixture
def noise(tmp_path) -> Callable[..., tuple[Path, np.ndarray]]:
    """Writes a WAV of noise; gives its path and its samples, at the upper end of int32."""

    def make(tracks: int, bits: int, frames: int, seed: int = 1) -> tuple[Path, np.ndarray]:
        low = 1 << (bits - 1)
        samples = np.random.default_rng(seed).integers(-low, low, (frames, tracks), dtype=np.int32) << (32 - bits)
        path = tmp_path / f"noise{tracks}x{bits}.wav"
        soundfile.write(path, samples, 48_000, subtype=f"PCM_{bits}")
        return path, samples

    return make
