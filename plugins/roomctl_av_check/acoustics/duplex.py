"""Child process that plays, and records what comes back: `python -m roomctl_av_check.acoustics.duplex`.

PortAudio and the drivers behind it run in here alone. It takes one order, a JSON line, the fields of `Order`. On its
way it tells `{"type": "progress", "at", "of"}` in seconds; at the end `{"type": "done", "tries"}` (0: each of them
broke) or what `apart.failure` says. When its stdin closes it is silent at once.

Both directions are one stream with one clock, so that the frame of what is heard tells the latency, buffers included.
The server behind PortAudio may start with holes: nothing is played before both directions have run for `SETTLED`
seconds without one; and what has a hole in it is played again.
"""

import json
import os
import re
import sys
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roomctl.api import BadInput, MissingPart, NotFound, RoomctlError, tr
from roomctl.api.words import paired
from roomctl_av_check.acoustics.apart import failure

SETTLED = 1.0
LONGEST_SETTLING = 10.0
TRIES = 4
TOLD = 0.25
"""Seconds between two words of progress."""
SERVER = "pulse:"
"""What stands before the name of a sound server's sink or source: `pulse:alsa_output.usb…`."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to play, and where.

    Attributes:
        play: a .npy of float32, shape (frames, loudspeakers). Where it is recorded, it ends with silence.
        record: where the recording goes, a .npy of float32, shape (frames, microphones); empty: nothing is recorded.
        speaker, microphone: names; empty is the system's default.
        microphones: how many channels of it.
        buffer: seconds that PortAudio holds in each direction.

    """

    play: str
    rate: int
    speaker: str = ""
    record: str = ""
    microphone: str = ""
    microphones: int = 1
    buffer: float = 0.3


class Program:
    """What the stream's callback goes through: silence until it is steady, then everything, again where it broke."""

    def __init__(self, played: NDArray[np.float32], microphones: int, rate: int, *, settle: float) -> None:
        self._played = played
        self.recorded = np.zeros((len(played), microphones), np.float32)
        self._settle, self._longest = round(settle * rate), round(LONGEST_SETTLING * rate)
        self._steady = self._waited = 0
        self._at = -1
        self.tries = 0
        self.broken = False
        """The last try broke too."""

    @property
    def at(self) -> int:
        """Frames of the present try that are played; 0 while it waits."""
        return max(self._at, 0)

    @property
    def playing(self) -> bool:
        """Not waiting."""
        return self._at >= 0

    def step(self, heard: NDArray[np.float32] | None, out: NDArray[np.float32], *, hole: bool) -> bool:
        """One block. Args: hole: PortAudio says that something was lost in it. Returns: whether all is done."""
        out[:] = 0
        if self._at < 0:
            self._waited += len(out)
            self._steady = 0 if hole else self._steady + len(out)
            if self._steady < self._settle and self._waited < self._longest:
                return False
            self._at, self.tries, self.broken = 0, self.tries + 1, False
            return False
        self.broken = self.broken or hole
        if self.broken and self.tries < TRIES:
            self._at, self._steady, self._waited = -1, 0, 0
            return False
        count = min(len(out), len(self._played) - self._at)
        out[:count] = self._played[self._at : self._at + count]
        if heard is not None:
            self.recorded[self._at : self._at + count] = heard[:count]
        self._at += count
        return self._at >= len(self._played)


def run(order: Order) -> int:
    """Plays it. How many tries it took; 0 where the last one broke too. Raises: RoomctlError."""
    device = _portaudio()
    played = np.load(order.play)
    held = round(2 * order.buffer * order.rate)  # what PortAudio holds at the end is not played any more
    played = np.pad(played, ((0, 0 if order.record else held), (0, 0)))
    speaker, microphone = (
        _named(device, order.speaker, "output"),
        _named(device, order.microphone, "input") if order.record else None,
    )
    program = Program(played, order.microphones, order.rate, settle=SETTLED if order.record else 0.0)
    ended, done = threading.Event(), threading.Event()

    def both(heard: Any, out: Any, _frames: int, _time: Any, status: Any) -> None:
        if program.step(heard, out, hole=bool(status)):
            done.set()
            raise device.CallbackStop

    def alone(out: Any, _frames: int, _time: Any, _status: Any) -> None:
        if program.step(None, out, hole=False):
            done.set()
            raise device.CallbackStop

    shape = {"samplerate": order.rate, "dtype": "float32", "latency": order.buffer, "finished_callback": ended.set}
    try:
        if microphone is None:
            stream = device.OutputStream(device=speaker, channels=played.shape[1], callback=alone, **shape)
        else:
            channels = (order.microphones, played.shape[1])
            stream = device.Stream(device=(microphone, speaker), channels=channels, callback=both, **shape)
        with stream:
            while not ended.wait(TOLD):
                _say({"type": "progress", "at": program.at / order.rate, "of": len(played) / order.rate})
    except (device.PortAudioError, ValueError) as error:
        raise BadInput(
            tr("不能同时放音和录音", "cannot play and record at once"),
            _reason(error),
            tr("核对扬声器、话筒的名称和采样率", "see the names of loudspeaker and microphone, and the rate"),
        ) from error
    if not done.is_set():
        raise RoomctlError(
            tr("放音中断了", "the sound broke off"),
            tr("扬声器或话筒断开", "loudspeaker or microphone is gone"),
            tr("检查接线后再测", "see the cables, then try again"),
        )
    if order.record:
        np.save(order.record, program.recorded)
    return 0 if program.broken else program.tries


def _portaudio() -> Any:
    try:
        import sounddevice  # noqa: PLC0415 - its import looks for the system's library
    except (OSError, ImportError) as error:
        raise MissingPart(
            tr("不能放音", "cannot play"),
            str(error),
            "apt-get install libportaudio2; pip install 'roomctl[audio]'",
        ) from error
    return sounddevice


def _named(device: Any, name: str, direction: str) -> Any:
    """The device of that name, else the only one whose name contains it; None is the default. Raises: NotFound."""
    if name.startswith(SERVER):  # a stream that is opened from now on is tied there, pulseaudio(1)
        os.environ["PULSE_SINK" if direction == "output" else "PULSE_SOURCE"] = name.removeprefix(SERVER)
        name = SERVER.rstrip(":")
    known = [one for one in device.query_devices() if one[f"max_{direction}_channels"] > 0]
    exact = [one for one in known if name in {one["name"], re.sub(r"\s*\(hw:\d+,\d+\)$", "", one["name"])}]
    if exact:
        return exact[0]["index"]
    near = [one for one in known if name.casefold() in one["name"].casefold()]
    if name and len(near) == 1:
        return near[0]["index"]
    if not name and known:
        return None
    names = ", ".join(f'"{one["name"]}"' for one in (near if name and near else known))
    zh, en = ("扬声器", "loudspeaker") if direction == "output" else ("话筒", "microphone")
    raise NotFound(
        tr(f"无法打开{zh}“{name}”", f'cannot open {en} "{name}"'),
        tr("名字对应多个设备", "several have that name") if name and near else tr("没有这个设备", "there is none"),
        tr(f"现有：{names or '没有'}", f"known: {names or 'none'}"),
    )


def _reason(error: Exception) -> str:
    return str(error.args[0]) if error.args else type(error).__name__


def _say(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _end_with_stdin() -> None:
    while sys.stdin.buffer.readline():
        pass
    os._exit(0)  # whatever hangs in a driver


def main() -> int:
    """One order from stdin."""
    line = sys.stdin.buffer.readline()
    if not line:
        return 0
    told = json.loads(line)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    try:
        with paired():
            _say({"type": "done", "id": told.pop("id", None), "tries": run(Order(**told))})
    except RoomctlError as error:
        _say(failure(error))
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # PortAudio's own end can hang
