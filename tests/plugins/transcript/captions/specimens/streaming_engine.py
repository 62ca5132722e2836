"""A streaming engine for tests: a character for each quarter of a second of sound, an utterance of two seconds."""

import time
from pathlib import Path

from roomctl.api import Hypothesis, Word

SAID = "今天研究停车场建设工作"


class Streaming:
    """Options: `slow` (seconds of work for a second of sound), `hog` (bytes of memory that it takes, once), `mark` (a
    file that tells that it has), `hang` (a file: once it is there, it is taken away, and nothing more happens)."""

    def __init__(self, model_folder, options):
        self.model_folder, self.options = model_folder, options

    def decode(self, pcm, rate):
        del pcm, rate
        return []

    def stream(self, rate):
        return Stream(rate, self.options)


class Stream:
    def __init__(self, rate, options):
        self.rate, self.options, self.fed, self.said, self.start = rate, options, 0, 0, 0.0

    def feed(self, pcm):
        self.fed += len(pcm)
        time.sleep(self.options.get("slow", 0.0) * len(pcm) / self.rate)
        at = self.fed / self.rate
        if (size := self.options.get("hog")) and not (mark := Path(self.options["mark"])).exists():
            mark.touch()
            self.hoard = b"x" * size
        if (gate := self.options.get("hang")) and Path(gate).exists():
            Path(gate).unlink()
            time.sleep(3600)
        count = int((at - self.start) / 0.25)
        if count == self.said:
            return []
        self.said = count
        if count >= 8:
            return self.finish()
        return [Hypothesis(self.words())]

    def words(self):
        return tuple(
            Word(SAID[n % len(SAID)], self.start + n * 0.25, self.start + (n + 1) * 0.25, 0.9)
            for n in range(self.said)
        )

    def finish(self):
        words, self.said, self.start = self.words(), 0, self.fed / self.rate
        return [Hypothesis(words, final=True)] if words else []
