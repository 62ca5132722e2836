"""One streaming engine that keeps its word, and one for each way of breaking it. It hears a word a second of sound,
and takes a second of quiet for the end of an utterance.
"""

import time
from dataclasses import replace

import pytest

from roomctl.api import Hypothesis, Word
from roomctl.testing.contracts import StreamingTranscriberContract

np = pytest.importorskip("numpy")


class Simulated:
    def __init__(self, rate):
        self.rate, self.fed, self.begun = rate, 0, 0
        self.left = np.zeros(0, np.float32)
        self.words = []

    def feed(self, pcm):
        self.fed += len(pcm)
        self.left = np.concatenate([self.left, pcm])
        said = []
        while len(self.left) >= self.rate:
            second, self.left = self.left[: self.rate], self.left[self.rate :]
            if second.any():
                start = (self.fed - len(self.left)) / self.rate - 1
                self.words.append(Word("同意"[len(self.words) % 2], start, start + 0.5, 0.9))
                said.append(Hypothesis(tuple(self.words)))
            else:
                said += self.over()
        return said

    def over(self):
        words, self.words = tuple(self.words), []
        return [Hypothesis(words, final=True)] if words else []

    def finish(self):
        self.left = self.left[:0]
        return self.over()


class SaysNothingMeanwhile(Simulated):
    def feed(self, pcm):
        return [one for one in super().feed(pcm) if one.final]


class NeverFinal(Simulated):
    def finish(self):
        return [replace(one, final=False) for one in super().finish()]

    def feed(self, pcm):
        return [replace(one, final=False) for one in super().feed(pcm)]


class MisHears(Simulated):
    def feed(self, pcm):
        said = super().feed(pcm)
        self.words = [replace(word, text="不") for word in self.words]
        return said


class Repeats(Simulated):
    def feed(self, pcm):
        return [one for one in super().feed(pcm) for _ in range(2)]


class BeginsAtZero(Simulated):
    def finish(self):
        said = super().finish()
        self.fed = 0
        return said


class GoesBack(Simulated):
    def feed(self, pcm):
        return [replace(one, words=one.words[::-1]) for one in super().feed(pcm)]


class LooksAhead(Simulated):
    def feed(self, pcm):
        later = [tuple(replace(word, end=word.end + 9) for word in one.words) for one in super().feed(pcm)]
        return [Hypothesis(words) for words in later]


class KeepsTheLast(Simulated):
    def over(self):
        words = tuple(self.words)
        return [Hypothesis(words, final=True)] if words else []


class HearsSilence(Simulated):
    def feed(self, pcm):
        return super().feed(pcm + 1)


class NeedsWholeSeconds(Simulated):
    def feed(self, pcm):
        if len(pcm) % 100:
            raise ValueError
        return super().feed(pcm)


class NeedsAudio(Simulated):
    def feed(self, pcm):
        pcm.max()
        return super().feed(pcm)


class TakesItsTime(Simulated):
    def finish(self):
        time.sleep(0.3)
        return super().finish()


class WritesToTheAudio(Simulated):
    def feed(self, pcm):
        pcm *= 0.5
        return super().feed(pcm)


class Engine:
    def __init__(self, kind):
        self.stream = kind


class OneForAll:
    only = Simulated(16_000)

    def stream(self, _rate):
        return self.only


def suite(kind):
    class Suite(StreamingTranscriberContract):
        @pytest.fixture(scope="class")
        def engine(self):
            return OneForAll() if kind is OneForAll else Engine(kind)

        @pytest.fixture(scope="class")
        def speech(self):
            spoken = np.random.default_rng(1).normal(0, 0.1, 16_000 * 3)
            return np.concatenate([spoken, np.zeros(16_000)]).astype(np.float32)

        @pytest.fixture(scope="class")
        def expected(self):
            return "同意"

    return Suite


TestSimulated = suite(Simulated)
TestSaysNothingMeanwhile = suite(SaysNothingMeanwhile)
TestNeverFinal = suite(NeverFinal)
TestMisHears = suite(MisHears)
TestRepeats = suite(Repeats)
TestBeginsAtZero = suite(BeginsAtZero)
TestGoesBack = suite(GoesBack)
TestLooksAhead = suite(LooksAhead)
TestKeepsTheLast = suite(KeepsTheLast)
TestOneForAll = suite(OneForAll)
TestHearsSilence = suite(HearsSilence)
TestNeedsWholeSeconds = suite(NeedsWholeSeconds)
TestNeedsAudio = suite(NeedsAudio)
TestTakesItsTime = suite(TakesItsTime)
TestWritesToTheAudio = suite(WritesToTheAudio)
