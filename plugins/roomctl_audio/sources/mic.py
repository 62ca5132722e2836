"""Child process that listens to a microphone: `python -m roomctl_audio.sources.mic NAME RATE BITS SEATS TRACKS`.

PortAudio and the drivers behind it run in here alone: what crashes or hangs in them ends this process, which is
started again with a fresh list of devices. NAME empty is the system's default of this moment. SEATS is the highest
channel that a seat has, or 0; TRACKS is how many the recording has, or 0 while nobody has said.

On stdout comes first one JSON line, `{"name", "tracks"}` or `{"error": …}`; then blocks, each a `HEADER` (frames, the
clock when the last of them was there, frames lost before it, whether PortAudio says that it lost something) and the
sound. Where nobody takes them they are held, for `HELD_SECONDS`. It ends when its stdin closes.
"""

import json
import os
import queue
import sys
import threading
from dataclasses import replace
from typing import BinaryIO

import numpy as np

from roomctl.api import RoomctlError
from roomctl.api.words import paired
from roomctl_audio.crossing import failure
from roomctl_audio.sound.layout import Layout
from roomctl_audio.sources import devices, pulse
from roomctl_audio.sources.chunks import HEADER

HELD_SECONDS = 30.0
"""A capture that is stopped for that long loses nothing."""
GONE = 4

Block = tuple[bytes, float, int, bool]


def widen(data: bytes, channels: int, layout: Layout) -> bytes:
    """Sound of fewer channels on the first tracks; exact zeros on the others."""
    wide = np.zeros((len(data) // (channels * layout.width), layout.tracks * layout.width), np.uint8)
    wide[:, : channels * layout.width] = np.frombuffer(data, np.uint8).reshape(len(wide), -1)
    return wide.tobytes()


class Listener:
    """Reads in the main thread, so that nothing but the device is waited for; a thread writes."""

    def __init__(self, microphone: devices.Microphone, layout: Layout, out: BinaryIO) -> None:
        """Raises: RoomctlError."""
        self._layout, self._out = layout, out
        self._channels = min(microphone.channels, layout.tracks)
        self._stream = devices.Stream(microphone, Layout(self._channels, layout.bits, layout.rate))
        self._blocks: queue.Queue[Block] = queue.Queue(round(HELD_SECONDS / devices.BLOCK_SECONDS))

    def run(self) -> None:
        """Until the device breaks off. Raises: OSError."""
        threading.Thread(target=self._write, name="writer", daemon=True).start()
        lost = 0
        while True:
            data, at, overflowed = self._stream.read()
            if self._channels < self._layout.tracks:
                data = widen(data, self._channels, self._layout)
            try:
                self._blocks.put_nowait((data, at, lost, overflowed))
                lost = 0
            except queue.Full:
                lost += len(data) // self._layout.frame

    def _write(self) -> None:
        try:
            while True:
                data, at, lost, overflowed = self._blocks.get()
                self._out.write(HEADER.pack(len(data) // self._layout.frame, at, lost, overflowed))
                self._out.write(data)
                if self._blocks.empty():
                    self._out.flush()
        except OSError:
            os._exit(0)  # nobody listens any more


def choose(name: str) -> devices.Microphone:
    """The microphone of that name, or the default; a sound server's default is tied down. Raises: RoomctlError."""
    known = devices.microphones()
    return devices.pinned(devices.choose(name, known) if name else devices.default(), known)


def _guarded(microphone: devices.Microphone, layout: Layout) -> devices.Microphone:
    """A source of a sound server, its channels by their numbers. Raises: BadInput; KeyError, where it is gone."""
    source = pulse.sources()[microphone.source]
    name, source = pulse.by_number(microphone.source, source, min(microphone.channels, layout.tracks))
    pulse.guard(source, lambda: os._exit(GONE))
    return replace(microphone, source=name)


def main(argv: list[str]) -> int:
    """Listens. Exit code 2: it cannot be opened; 4: it is gone."""
    name, rate, bits, seats, asked, tracks = argv[0], *(int(number) for number in argv[1:6])
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    out = sys.stdout.buffer
    try:
        with paired():
            microphone = choose(name)
            layout = Layout(tracks or devices.tracks(microphone, seats, asked), bits, rate)
            listener = Listener(_guarded(microphone, layout) if microphone.source else microphone, layout, out)
    except (RoomctlError, KeyError) as error:
        said = failure(error) if isinstance(error, RoomctlError) else failure(RoomctlError(str(error)))
        out.write(json.dumps({"error": said}).encode() + b"\n")
        out.flush()
        return 2
    out.write(json.dumps({"name": microphone.name, "tracks": layout.tracks}).encode() + b"\n")
    out.flush()
    try:
        listener.run()
    except OSError as error:
        print(error, file=sys.stderr)
    return GONE


def _end_with_stdin() -> None:
    sys.stdin.buffer.read()
    os._exit(0)  # whatever hangs in a driver


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # PortAudio's own end can hang
