import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile
from roomctl_audio import control
from roomctl_audio.recorder import AudioRecorder

from roomctl.api import RoomctlError
from tests.plugins.audio.house import command, gone
from tests.waiting import until


@pytest.fixture(scope="module", autouse=True)
def runtime() -> Iterator[Path]:
    """A runtime folder of its own, in which captures open their sockets; none is left in it."""
    folder = Path(tempfile.mkdtemp(prefix="rt-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        yield folder
    left = sorted(path.name for path in folder.glob("roomctl-*"))
    shutil.rmtree(folder)
    assert left == []


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path) -> Iterator[None]:
    """After a test no process works in its folder, and no half-made file lies in it."""
    yield
    until(lambda: not working_in(tmp_path))
    assert [path.name for path in tmp_path.rglob("*.tmp")] == []


def working_in(folder: Path) -> list[str]:
    """Command lines of the processes that were told of a folder, zombies left out."""
    lines = ((one, " ".join(command(one))) for one in psutil.process_iter())
    return [line for one, line in lines if str(folder) in line and not gone(one)]


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
        elif card:
            control.remove_card(recorder.folder)


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


class Disk:
    """A small file system of its own, whose size and rights can be changed while it is written to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, *, leave: int = 0) -> None:
        """So many bytes are free afterwards, at most."""
        with suppress(OSError):  # the recording takes some of it at the same time
            self._ballast.write_bytes(bytes(max(0, shutil.disk_usage(self.folder).free - leave)))

    def empty(self) -> None:
        """What `fill` took is free again."""
        self._ballast.unlink()

    def resize(self, megabytes: int) -> None:
        _mount("-o", f"remount,size={megabytes}m", str(self.folder))

    def protect(self) -> None:
        """Nothing in it can be opened for writing any more; what is open already stays so."""
        _mount("--bind", str(self.folder), str(self.folder))
        _mount("-o", "remount,bind,ro", str(self.folder))

    def release(self) -> None:
        """The end of `protect`."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


def _mount(*argv: str) -> None:
    subprocess.run(["mount", *argv], check=True, capture_output=True)


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Disk]:
    """100 MB of tmpfs; `resize(20)` makes it small, as another program does that fills it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        assert sys.platform == "linux"
        _mount("-t", "tmpfs", "-o", "size=100m", "tmpfs", str(folder))
    except (AssertionError, OSError, subprocess.CalledProcessError) as error:
        why = f"no disk can be mounted here: {error}"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    yield Disk(folder)
    while folder.is_mount():
        for rec in folder.iterdir():
            with suppress(RoomctlError, OSError):
                if rec.is_dir():
                    AudioRecorder(rec).stop()
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
