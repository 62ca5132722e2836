"""An engine for tests of the worker: says a character every 0.25 s, and dies where it is told to."""

import os
import time
from pathlib import Path

from roomctl.api import Word

SAID = "今天研究停车场建设工作"


class StandIn:
    """Options: `log` (a line for each decoding), `die_at` (which of them kills, once), `poison` (seconds that kill),
    `every` (seconds a character takes), `lazy` (seconds from
    which on sentences are left out), `noisy` (prints where messages go), `wait_for` (a file, before it answers),
    `deaf` (hears nothing), `loads` (a line for each loading)."""

    def __init__(self, model_folder, options):
        self.model_folder = model_folder
        self.options = options
        if loads := options.get("loads"):
            with Path(loads).open("a") as file:
                file.write("loaded\n")

    def decode(self, pcm, rate):
        if log := self.options.get("log"):
            with Path(log).open("a") as file:
                file.write(f"{len(pcm)}\n")
            count = len(Path(log).read_text().splitlines())
            marker = Path(log).with_suffix(".died")
            if self.options.get("die_at") == count and not marker.exists():
                marker.touch()
                os._exit(9)
        low, high = self.options.get("poison", (0, 0))
        if low <= len(pcm) / rate < high:
            os._exit(9)
        if self.options.get("noisy"):
            print("a native library prints on stdout", flush=True)
            os.write(1, b"\x00\xff garbage\n")
        if (lazy := self.options.get("lazy")) and len(pcm) / rate > lazy:  # says its first second only
            return [Word("今天开会", 0.2, 1.0, 0.9)]
        if self.options.get("deaf"):
            return []
        while (gate := self.options.get("wait_for")) and not Path(gate).exists():
            time.sleep(0.05)
        every = self.options.get("every", 0.25)
        return [
            Word(SAID[index % len(SAID)], index * every, (index + 1) * every, 0.9)
            for index in range(int(len(pcm) / rate / every))
        ]
