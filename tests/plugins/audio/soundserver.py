"""A sound server of its own with a null sink, whose monitor is a real PortAudio device named `pulse`."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from roomctl_audio.sound.pcm import Layout
from roomctl_audio.sources.tone import tone

from tests.plugins.audio.sound import PERIOD, RATE, numbers
from tests.waiting import PATIENCE, until

BLOCK = RATE // 10
STARTS = 3
FIRST = 1
"""Number of the frame that is played when the server is new."""
ROOM = f"sink_name=room format=s32le rate={RATE} channels=1"
"""A sink that is wide enough for 24 bits."""
SHAPE = ("--format=s32le", "--channels=1")
"""In which the witness hears it."""
AIR = ("nice", "-n", "-10")
"""Before the command of what is the room here: no busy machine holds up a room.

Where that is not allowed, `nice` says so, and runs the command all the same.
"""


class SoundServer:
    """PulseAudio with null sinks, whose monitors are its sources; that of `room` is the default.

    Attributes:
        heard: raw file of all that was in `room`, which grows while the server runs.

    """

    def __init__(self, folder: Path, *sinks: str, shape: Sequence[str] = SHAPE) -> None:
        """Args: folder: made by the caller, for its owner alone; it is the server's runtime folder too.

        shape: of `heard`.
        """
        self.address = f"unix:{folder / 'native'}"
        names = ("XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH", "HOME")
        own = dict.fromkeys(
            names, str(folder)
        )  # two servers of one user in one runtime folder: the second ends at once
        self.environment = {**own, "PULSE_SERVER": self.address}
        argv = [*AIR, "pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "-n", "--realtime=no"]
        socket = f"--load=module-native-protocol-unix auth-anonymous=1 socket={folder / 'native'}"
        argv += ["--high-priority=no", socket]
        for _ in range(STARTS):  # on a busy machine it has been seen to end at once
            self._server = subprocess.Popen(
                argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **own}
            )
            until(lambda: self._answers(folder) or self._server.poll() is not None, what="the sound server")
            if self._server.poll() is None:
                break
        self._modules: dict[str, str] = {}
        for sink in sinks:
            self.plug(sink)
        self.control("set-default-source", "room.monitor")
        self.heard = folder / "heard"
        argv = [*AIR, "parec", "--device=room.monitor", f"--rate={RATE}", *shape, "--raw"]
        with self.heard.open("wb") as heard:
            self._witness = subprocess.Popen(argv, stdout=heard, env={**os.environ, **self.environment})
        self._began = time.monotonic()
        self._players: list[tuple[subprocess.Popen[bytes], threading.Event]] = []

    def _answers(self, folder: Path) -> bool:
        """Its socket is there before it listens, and on a busy machine for longer than a client waits."""
        asks = ["pactl", "info"]
        return (folder / "native").exists() and not subprocess.run(
            asks, env={**os.environ, **self.environment}, capture_output=True, check=False
        ).returncode

    def control(self, *argv: str) -> str:
        """What `pactl` says."""
        said = subprocess.run(
            ["pactl", *argv], env={**os.environ, **self.environment}, capture_output=True, text=True, check=True
        )
        return said.stdout.strip()

    def unplug(self, sink: str = ROOM) -> None:
        """A sink is gone, and its monitor with it."""
        self.control("unload-module", self._modules.pop(sink))

    def plug(self, sink: str = ROOM) -> None:
        self._modules[sink] = self.control("load-module", "module-null-sink", *sink.split())

    def play_numbers(self) -> None:
        """From now on the numbered tone is in the room, until the sink is gone or the server ends.

        Its first number tells the time: played again after a while, it has gone on in between.
        """
        argv = ["pacat", "--device=room", "--format=s32le", f"--rate={RATE}", "--channels=1", "--latency-msec=1500"]
        player = subprocess.Popen([*AIR, *argv], stdin=subprocess.PIPE, env={**os.environ, **self.environment})
        end = threading.Event()
        first = FIRST + round((time.monotonic() - self._began) * RATE)
        threading.Thread(target=_feed, args=(player, first, end), daemon=True).start()
        self._players.append((player, end))

    def holes(self) -> set[tuple[int, int]]:
        """Where the room itself left out numbers, as a player on a busy machine does: (number, how many)."""
        found = runs(numbers(np.fromfile(self.heard, "<i4")))
        return {((a[1] + a[2]) % PERIOD, missing) for a, b in pairwise(found) if (missing := between(a, b))}

    def close(self) -> None:
        self._witness.kill()
        self._witness.wait(PATIENCE)
        for player, end in self._players:
            end.set()
            player.kill()
            player.wait(PATIENCE)
        self._server.terminate()
        self._server.wait(PATIENCE)


def _feed(player: "subprocess.Popen[bytes]", frame: int, end: threading.Event) -> None:
    assert player.stdin is not None
    with suppress(OSError, ValueError):
        while not end.is_set():
            player.stdin.write(tone(frame, BLOCK, Layout(1, 24, RATE)).astype("<i4").tobytes())
            frame += BLOCK
    with suppress(OSError):
        player.stdin.close()


@contextmanager
def sound_server(folder: Path, *sinks: str, shape: Sequence[str] = SHAPE) -> Iterator[SoundServer]:
    """A server, and the environment in which PortAudio finds it and no other."""
    folder.mkdir(mode=0o700)
    server = SoundServer(folder, *(sinks or (ROOM,)), shape=shape)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        try:
            yield server
        finally:
            server.close()


def runs(heard: np.ndarray) -> list[tuple[int, int, int]]:
    """Stretches of the recording in which each frame is the next one: (first frame of the recording, first number,
    length). What is no tone, such as the silence of an empty room, is left out.
    """
    cuts = np.flatnonzero(np.diff(heard) % PERIOD != 1) + 1
    found = []
    for first, last in zip([0, *cuts], [*cuts, len(heard)], strict=True):
        if last - first > SHORTEST:
            found.append((int(first), int(heard[first]), int(last - first)))
    return found


def between(before: tuple[int, int, int], after: tuple[int, int, int]) -> int:
    """Frames that were played between two runs, and are not there. It must be shorter than half of `PERIOD`."""
    ahead = (after[1] - before[1] - before[2]) % PERIOD
    return ahead if ahead < PERIOD // 2 else ahead - PERIOD


SHORTEST = 240
"""Frames, 5 ms: chance makes no run of numbers that long."""
