"""What every speech engine must do that offers words while somebody speaks (`EngineOffer.streams`)."""

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from roomctl.api import Hypothesis, StreamingTranscriber
from roomctl.testing.contracts.transcriber import RATE, ROUNDING, UNSURE, text_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = RATE // 10
"""Samples that come at a time: a tenth of a second."""


class StreamingTranscriberContract:
    """Give it three fixtures: `engine` (loading is slow: scope="class"), `speech`, and `expected`.

    `speech` is float32, shape (frames,), 16 kHz, a few seconds long with a second of quiet at its end;
    `expected` some characters that must be in its text.
    """

    @pytest.fixture(scope="class")
    def engine(self) -> StreamingTranscriber:
        raise LookupError("give a fixture `engine`")

    @pytest.fixture(scope="class")
    def speech(self) -> "NDArray[np.float32]":
        raise LookupError("give a fixture `speech`")

    @pytest.fixture(scope="class")
    def expected(self) -> str:
        raise LookupError("give a fixture `expected`")

    def heard(
        self, engine: StreamingTranscriber, speech: "NDArray[np.float32]", block: int = BLOCK
    ) -> list[Hypothesis]:
        """All that one stream says, to its end."""
        stream = engine.stream(RATE)
        said = [one for part in _blocks(speech, block) for one in stream.feed(part)]
        return [*said, *stream.finish()]

    def test_words_come_while_somebody_speaks_and_then_the_final_ones(
        self, engine: StreamingTranscriber, speech: "NDArray[np.float32]", expected: str
    ) -> None:
        stream = engine.stream(RATE)
        meanwhile: list[Hypothesis] = []
        for part in _blocks(speech, BLOCK):
            meanwhile += stream.feed(part)
        said = [*meanwhile, *stream.finish()]
        assert any(not one.final and one.words for one in meanwhile), "nothing is heard before the end"
        assert said[-1].final, "the last word is not the final one"
        heard = "".join(text_of(one.words) for one in said if one.final)
        assert "".join(expected.split()) in heard, f"{expected} is not in {heard!r}"

    def test_nothing_is_said_twice_in_a_row(
        self, engine: StreamingTranscriber, speech: "NDArray[np.float32]"
    ) -> None:
        said = [(one.final, text_of(one.words)) for one in self.heard(engine, speech)]
        twice = [one for one, two in pairwise(said) if one == two]
        assert not twice, f"said again: {twice}"

    def test_times_are_in_order_and_inside_what_was_fed(
        self, engine: StreamingTranscriber, speech: "NDArray[np.float32]"
    ) -> None:
        stream = engine.stream(RATE)
        fed, over = 0, 0.0
        for part in _blocks(speech, BLOCK):
            fed += len(part)
            over = _in_order(stream.feed(part), fed / RATE, over)
        _in_order(stream.finish(), fed / RATE, over)

    def test_times_run_on_from_one_utterance_to_the_next(
        self, engine: StreamingTranscriber, speech: "NDArray[np.float32]"
    ) -> None:
        stream, seconds = engine.stream(RATE), len(speech) / RATE
        stream.feed(speech)
        stream.finish()
        second = [one for part in _blocks(speech, BLOCK) for one in stream.feed(part)] + list(stream.finish())
        starts = [word.start for one in second for word in one.words]
        assert starts, "nothing is heard the second time"
        assert min(starts) >= seconds - ROUNDING, f"a word at {min(starts):.2f} s of a second utterance"
        assert max(starts) <= 2 * seconds + ROUNDING

    def test_what_is_finished_is_not_in_the_next_utterance(
        self, engine: StreamingTranscriber, speech: "NDArray[np.float32]"
    ) -> None:
        stream = engine.stream(RATE)
        for part in _blocks(speech, BLOCK):
            stream.feed(part)
        stream.finish()
        assert not [one for one in stream.finish() if one.words], "finished twice"
        quiet = [one for part in _blocks(speech[:RATE] * 0, BLOCK) for one in stream.feed(part)]
        left = text_of([word for one in (*quiet, *stream.finish()) for word in one.words])
        assert not left, f"{left!r} is left of the utterance before"

    def test_two_streams_know_nothing_of_each_other(
        self, engine: StreamingTranscriber, speech: "NDArray[np.float32]"
    ) -> None:
        alone = _final(self.heard(engine, speech))
        one, other = engine.stream(RATE), engine.stream(RATE)
        said: list[Hypothesis] = []
        for part in _blocks(speech, BLOCK):
            said += one.feed(part)
            other.feed(part * 0)
        assert _final([*said, *one.finish()]) == alone
        assert not _final(other.finish())

    def test_blocks_may_be_of_any_size(
        self, engine: StreamingTranscriber, speech: "NDArray[np.float32]", expected: str
    ) -> None:
        for block in (331, RATE):
            heard = _final(self.heard(engine, speech, block))
            assert "".join(expected.split()) in heard, f"in blocks of {block}: {heard!r}"

    def test_silence_says_nothing(self, engine: StreamingTranscriber, speech: "NDArray[np.float32]") -> None:
        said = self.heard(engine, speech[: RATE * 3] * 0)
        sure = [word for one in said if one.final for word in one.words if word.confidence >= UNSURE]
        assert not sure, f"heard {text_of(sure)!r} in silence"

    def test_no_audio_gives_no_words(self, engine: StreamingTranscriber, speech: "NDArray[np.float32]") -> None:
        stream = engine.stream(RATE)
        assert not [*stream.finish(), *stream.feed(speech[:0]), *stream.finish()]

    def test_the_end_is_prompt(self, engine: StreamingTranscriber, speech: "NDArray[np.float32]") -> None:
        stream, clock = engine.stream(RATE), time.perf_counter
        began = clock()
        for part in _blocks(speech, BLOCK):
            stream.feed(part)
        spoken = clock()
        stream.finish()
        ending, hearing = clock() - spoken, spoken - began
        assert ending <= hearing, f"{ending:.2f} s to finish what took {hearing:.2f} s to hear"

    def test_the_audio_is_not_written_to(self, engine: StreamingTranscriber, speech: "NDArray[np.float32]") -> None:
        before = speech.copy()
        self.heard(engine, speech)
        changed = int((speech != before).sum())
        assert not changed, f"{changed} samples were written to"


def _blocks(speech: "NDArray[np.float32]", size: int) -> "Iterator[NDArray[np.float32]]":
    return (speech[at : at + size] for at in range(0, len(speech), size))


def _final(said: Iterable[Hypothesis]) -> str:
    return "".join(text_of(one.words) for one in said if one.final)


def _in_order(said: Sequence[Hypothesis], fed: float, over: float) -> float:
    """Seconds up to which the utterances are over, after looking at what was said so far."""
    for one in said:
        for word in one.words:
            assert word.text, "a word without text"
            assert 0 <= word.confidence <= 1, f"{word.text}: confidence {word.confidence}"
            assert over - ROUNDING <= word.start <= word.end <= fed + ROUNDING, f"{word} of {over:.2f}-{fed:.2f} s"
        starts = [word.start for word in one.words]
        assert starts == sorted(starts), f"times go back: {starts}"
        if one.final and one.words:
            over = one.words[-1].end
    return over
