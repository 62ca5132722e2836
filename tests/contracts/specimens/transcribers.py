"""One engine that keeps its word, and one for each way of breaking it. It hears a word a second in any sound."""

from dataclasses import replace

import pytest

from roomctl.api import Word
from roomctl.testing.contracts import TranscriberContract

np = pytest.importorskip("numpy")


class Simulated:
    def decode(self, pcm, rate):
        seconds = len(pcm) // rate if pcm.any() else 0
        return [Word("同意"[n % 2], float(n), n + 0.5, 0.9) for n in range(seconds)]


class HearsSilence(Simulated):
    def decode(self, pcm, rate):
        return super().decode(pcm + 1, rate)


class MumblesInSilence(Simulated):
    def decode(self, pcm, rate):
        return super().decode(pcm, rate) or [Word("嗯", 0.0, 0.1, 0.1)][: len(pcm)]


class MisHears(Simulated):
    def decode(self, pcm, rate):
        return [replace(word, text="不") for word in super().decode(pcm, rate)]


class RunsOn(Simulated):
    def decode(self, pcm, rate):
        return [replace(word, end=word.end + 5) for word in super().decode(pcm, rate)]


class GoesBack(Simulated):
    def decode(self, pcm, rate):
        return super().decode(pcm, rate)[::-1]


class Remembers(Simulated):
    def __init__(self):
        self.before = []

    def decode(self, pcm, rate):
        self.before += super().decode(pcm, rate)
        return list(self.before)


class WritesToTheAudio(Simulated):
    def decode(self, pcm, rate):
        pcm *= 0.5
        return super().decode(pcm, rate)


class NeedsAudio(Simulated):
    def decode(self, pcm, rate):
        pcm.max()
        return super().decode(pcm, rate)


def suite(kind):
    class Suite(TranscriberContract):
        @pytest.fixture(scope="class")
        def engine(self):
            return kind()

        @pytest.fixture(scope="class")
        def speech(self):
            return np.random.default_rng(1).uniform(-0.5, 0.5, 16_000 * 4).astype("float32")

        @pytest.fixture(scope="class")
        def expected(self):
            return "意同"

    return Suite


TestSimulated = suite(Simulated)
TestHearsSilence = suite(HearsSilence)
TestMumblesInSilence = suite(MumblesInSilence)
TestMisHears = suite(MisHears)
TestRunsOn = suite(RunsOn)
TestGoesBack = suite(GoesBack)
TestRemembers = suite(Remembers)
TestWritesToTheAudio = suite(WritesToTheAudio)
TestNeedsAudio = suite(NeedsAudio)
