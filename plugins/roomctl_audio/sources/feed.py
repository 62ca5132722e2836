"""The near side of a microphone's process: one opening of it, from its head to its end."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from roomctl.api import Order, tr
from roomctl_audio.sound.layout import Layout
from roomctl_audio.sources.chunks import HEADER


@dataclass(frozen=True, slots=True)
class Opened:
    """It listens. Attributes: name: the device's own, by which it is opened again."""

    name: str
    tracks: int


@dataclass(frozen=True, slots=True)
class Block:
    """Sound. Attributes: at: the clock when its last frame was there; lost: frames that were lost just before it."""

    data: bytes
    at: float
    lost: int = 0
    overflowed: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """It listens no more. Attributes: error: as `failure` tells it, where it never opened."""

    why: str
    error: Mapping[str, str] | None = None


Said = Opened | Block | Ended


class Feed:
    """One process that listens to a microphone.

    Args:
        tracks: of the recording; 0 where the microphone is to say.
        said: called in a thread of this object, at last with an `Ended`.

    """

    def __init__(self, name: str, order: Order, tracks: int, said: Callable[["Feed", Said], None]) -> None:
        self._said = said
        seats = max((number for number, _ in order.channels), default=0)
        facts = [str(number) for number in (order.sample_rate, order.bits, seats, order.tracks, tracks)]
        self._layout = Layout(tracks, order.bits, order.sample_rate)
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "roomctl_audio.sources.mic", name, *facts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # ALSA complains of every device that is not there
        )
        threading.Thread(target=self._pump, name="feed", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._child.pid

    def _pump(self) -> None:
        ended = Ended("")
        try:
            ended = self._read()
        except (OSError, ValueError) as error:
            ended = Ended(str(error))
        code = self._child.wait()
        if not ended.error and not ended.why:
            signal = tr(f"收音进程中断（{code}）", f"its process ended ({code})")
            ended = Ended(signal if code < 0 else tr("设备不见了", "the device is gone"))
        self._said(self, ended)

    def _read(self) -> Ended:
        out = self._child.stdout
        assert out is not None  # noqa: S101 - it was asked for
        with out:
            head: Mapping[str, Any] = json.loads(out.readline() or b"{}")
            if "tracks" not in head:
                return Ended("", head.get("error"))
            width = self._layout.width * head["tracks"]
            self._said(self, Opened(head["name"], head["tracks"]))
            while len(raw := out.read(HEADER.size)) == HEADER.size:
                frames, at, lost, overflowed = HEADER.unpack(raw)
                data = out.read(frames * width)
                if len(data) < frames * width:
                    break
                self._said(self, Block(data, at, lost, overflowed))
        return Ended("")

    def close(self) -> None:
        """Ends it, whatever it is at. What it has said already still comes. Idempotent."""
        self._child.kill()
