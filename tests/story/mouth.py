"""The air of the room: a hum, and whatever is to be said, one block after the other, as raw frames on stdout.

A process of its own, since a busy test keeps its threads from running for seconds: where PulseAudio gets nothing for
so long, it makes silence up, which one listener has heard already, and another one has not.
"""

import pickle
import sys
import threading
from collections import deque
from contextlib import suppress

import numpy as np

from tests.story.hall import BLOCK, MICROPHONES, NOISE


class Mouth:
    """What it is told comes pickled on stdin: an array is to be said, None makes the room quite silent."""

    def __init__(self) -> None:
        self._said: deque[np.ndarray] = deque()
        self._hums = True

    def listen(self) -> None:
        with suppress(EOFError):
            while True:
                told = pickle.load(sys.stdin.buffer)  # noqa: S301 - of the test that started this process
                if told is None:
                    self._hums = False
                else:
                    self._said.extend(np.array_split(told, range(BLOCK, len(told), BLOCK)))

    def speak(self) -> None:
        """Until nobody takes it any more."""
        noise = np.random.default_rng(1)
        with suppress(BrokenPipeError):
            while True:
                block = noise.integers(-NOISE, NOISE, (BLOCK, MICROPHONES), endpoint=True) * self._hums
                if self._said:
                    said = self._said.popleft()
                    block[: len(said)] += said
                sys.stdout.buffer.write(block.clip(-32768, 32767).astype("<i2").tobytes())
                sys.stdout.buffer.flush()


if __name__ == "__main__":
    mouth = Mouth()
    threading.Thread(target=mouth.listen, daemon=True).start()
    mouth.speak()
