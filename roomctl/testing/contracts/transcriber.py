"""What every speech engine must do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from roomctl.api import Transcriber, Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
UNSURE = 0.5
"""Below this confidence the pipeline may drop a word that an engine invents on silence."""

ROUNDING = 0.1
"""Seconds that a time may lie outside the audio: engines count in frames of 10 to 80 ms."""


def text_of(words: Sequence[Word]) -> str:
    """Without spaces, which engines set as they please between Chinese words."""
    return "".join("".join(word.text for word in words).split())


class TranscriberContract:
    """Give it three fixtures: `engine` (loading is slow: scope="class"), `speech`, and `expected`.

    `speech` is float32, shape (frames,), 16 kHz, at most 30 s; `expected` some characters that must be in its text.
    """

    @pytest.fixture(scope="class")
    def engine(self) -> Transcriber:
        raise LookupError("give a fixture `engine`")

    @pytest.fixture(scope="class")
    def speech(self) -> "NDArray[np.float32]":
        raise LookupError("give a fixture `speech`")

    @pytest.fixture(scope="class")
    def expected(self) -> str:
        raise LookupError("give a fixture `expected`")

    def test_it_hears_what_is_said(self, engine: Transcriber, speech: "NDArray[np.float32]", expected: str) -> None:
        heard = text_of(engine.decode(speech, RATE))
        assert "".join(expected.split()) in heard, f"{expected} is not in {heard!r}"

    def test_words_have_times_in_order_inside_the_audio(
        self, engine: Transcriber, speech: "NDArray[np.float32]"
    ) -> None:
        words, seconds = engine.decode(speech, RATE), len(speech) / RATE
        assert words, "no words"
        for word in words:
            assert word.text, "a word without text"
            assert 0 <= word.confidence <= 1, f"{word.text}: confidence {word.confidence}"
            assert -ROUNDING <= word.start <= word.end <= seconds + ROUNDING, f"{word} in {seconds:.2f} s"
        starts = [word.start for word in words]
        assert starts == sorted(starts), f"times go back: {starts}"

    def test_the_same_audio_gives_as_many_words_again(
        self, engine: Transcriber, speech: "NDArray[np.float32]"
    ) -> None:
        first, second = engine.decode(speech, RATE), engine.decode(speech, RATE)
        assert len(first) == len(second), f"{text_of(first)!r}, then {text_of(second)!r}"

    def test_one_utterance_leaves_nothing_in_the_next(
        self, engine: Transcriber, speech: "NDArray[np.float32]"
    ) -> None:
        alone = text_of(engine.decode(speech, RATE))
        engine.decode(speech[: len(speech) // 2], RATE)
        assert text_of(engine.decode(speech, RATE)) == alone

    def test_silence_says_nothing(self, engine: Transcriber, speech: "NDArray[np.float32]") -> None:
        sure = [word for word in engine.decode(speech[: RATE * 3] * 0, RATE) if word.confidence >= UNSURE]
        assert not sure, f"heard {text_of(sure)!r} in silence"

    def test_no_audio_gives_no_words(self, engine: Transcriber, speech: "NDArray[np.float32]") -> None:
        assert list(engine.decode(speech[:0], RATE)) == []

    def test_the_audio_is_not_written_to(self, engine: Transcriber, speech: "NDArray[np.float32]") -> None:
        before = speech.copy()
        engine.decode(speech, RATE)
        changed = int((speech != before).sum())
        assert not changed, f"{changed} samples were written to"
