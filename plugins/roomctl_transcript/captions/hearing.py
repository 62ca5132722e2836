"""From the sound of all microphones to the lines of the captions. Loaded in the child alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from roomctl.api import Hypothesis, StreamingTranscriber, Word
from roomctl_transcript.audio import POWER_FRAMES, RATE, mixed
from roomctl_transcript.captions.board import agreed
from roomctl_transcript.cutting import Span
from roomctl_transcript.level import wanted_gain
from roomctl_transcript.listen import Heard
from roomctl_transcript.punctuation import COMMA_PAUSE, STOP_PAUSE
from roomctl_transcript.sentences import Sentence, Writer, sentences

BLOCK = RATE // 10
"""Samples that the engine is fed at a time, at most: it is asked for its words after each."""
REMEMBERED = 60.0
"""Seconds of each microphone's power that are kept: longer than any utterance of an engine."""
BEFORE = 10 * POWER_FRAMES
"""Samples of the block before, from which the mix goes on without a step."""
TURN = 0.5
"""Seconds; a shorter turn of another microphone is cross-talk, or a cough."""
LEVEL_OVER, LEVEL_EACH, MOST_DB = 20.0, 1.0, 1.0
"""The level is taken over so many seconds, each second, and moves by so many dB at most."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the child tells it.

    Attributes:
        key: number of the line, from 1; a row without text takes it away.
        start, end: seconds of the recording.

    """

    key: int
    track: int
    start: float
    end: float
    text: str = ""
    unsure: str = ""
    final: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Level:
    """A slow gain on a stream, which brings quiet microphones to a working level; the rule is the transcript's."""

    def __init__(self) -> None:
        self._heard = np.zeros(0, np.float32)
        self._since = 0
        self._gain_db: float | None = None

    def __call__(self, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
        self._heard = np.concatenate([self._heard, pcm])[-round(LEVEL_OVER * RATE) :]
        self._since += len(pcm)
        before = self._gain_db
        if self._since >= LEVEL_EACH * RATE:
            self._since = 0
            wanted = wanted_gain(self._heard, RATE)
            if wanted is not None:
                self._gain_db = (
                    wanted if before is None else before + float(np.clip(wanted - before, -MOST_DB, MOST_DB))
                )
        if self._gain_db is None:
            return pcm
        ramp = np.linspace(self._gain_db if before is None else before, self._gain_db, len(pcm), dtype=np.float32)
        return np.clip(pcm * 10 ** (ramp / 20), -1.0, 1.0).astype(np.float32)


class Mix:
    """All microphones to one, without a step between blocks; and how loud each of them was."""

    def __init__(self, tracks: int) -> None:
        self._tracks = tracks
        self._before = self._held = np.zeros((0, tracks), np.float32)
        self._powers = np.zeros((0, tracks), np.float32)
        self._start = 0

    def __call__(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """Sound of shape (n, tracks) at 16 kHz; gives as many whole steps of power as there are."""
        held = np.concatenate([self._held, sound])
        whole = len(held) // POWER_FRAMES * POWER_FRAMES
        new, self._held = held[:whole], held[whole:]
        block = mixed(np.concatenate([self._before, new]))
        skip, self._before = len(self._before), np.concatenate([self._before, new])[-BEFORE:]
        powers = np.concatenate([self._powers, block.powers[skip // POWER_FRAMES :]])
        kept = powers[-round(REMEMBERED * RATE / POWER_FRAMES) :]
        self._start += len(powers) - len(kept)
        self._powers = kept
        return block.pcm[skip:]

    def loudest(self, start: float, end: float) -> int:
        """Track (from 1) with the most power between two seconds of what was fed."""
        low, high = (int(at * RATE / POWER_FRAMES) - self._start for at in (start, end))
        part = self._powers[max(0, low) : max(1, low + 1, high)]
        return int(part.sum(axis=0).argmax()) + 1 if len(part) else 1


class Hearing:
    """Lines of one recording. Their keys are counted through.

    Args:
        rate, tracks: of the sound that it is fed.
        key: of the first line.

    """

    def __init__(self, engine: StreamingTranscriber, writer: Writer, *, rate: int, tracks: int, key: int = 1) -> None:
        self._writer, self._rate, self._tracks, self._key = writer, rate, tracks, key
        self._stream = engine.stream(RATE)
        self._mix, self._level = Mix(tracks), Level()
        self._fed = 0
        self._base = 0.0  # seconds of the recording at which the stream began
        self._shown: list[str] = []
        self._drafts: dict[tuple[str, str], str] = {}  # clauses of the utterance under way, written
        self._resampler = self._fresh()

    def _fresh(self) -> soxr.ResampleStream | None:
        if self._rate == RATE:
            return None
        return soxr.ResampleStream(self._rate, RATE, self._tracks, dtype="float32", quality="MQ")

    @property
    def key(self) -> int:
        """Of the next line that is new."""
        return self._key + len(self._shown)

    def begin(self, frame: int) -> list[Row]:
        """What follows begins at that frame of the recording; what was being said before is finished."""
        rows = self.finish()
        self._resampler = self._fresh()
        self._base = frame / self._rate - self._fed / RATE
        return rows

    def feed(self, sound: NDArray[np.float32]) -> list[Row]:
        """The next frames, shape (frames, tracks), -1 to 1; the lines that they change."""
        at_16k = sound if self._resampler is None else self._resampler.resample_chunk(sound)
        mono = self._level(self._mix(at_16k.reshape(-1, self._tracks)))
        rows: dict[int, Row] = {}
        for at in range(0, len(mono), BLOCK):
            block = mono[at : at + BLOCK]
            self._fed += len(block)
            rows |= {row.key: row for one in self._stream.feed(block) for row in self._rows(one)}
        return list(rows.values())

    def finish(self) -> list[Row]:
        """The utterance is over: its final lines."""
        return [row for one in self._stream.finish() for row in self._rows(one)]

    def _rows(self, said: Hypothesis) -> Iterator[Row]:
        """One line for each turn of an utterance; a turn that is no more takes its line away."""
        turns = self._turns(said.words)
        texts = [self._text(words, track, final=said.final) for track, words in turns]
        for index, ((track, words), text) in enumerate(zip(turns, texts, strict=True)):
            before = self._shown[index] if index < len(self._shown) else ""
            sure = len(text) if said.final else agreed(before, text)
            start, end = self._base + words[0].start, self._base + words[-1].end
            yield Row(self._key + index, track, round(start, 3), round(end, 3), text[:sure], text[sure:], said.final)
        for index in range(len(turns), len(self._shown)):
            yield Row(self._key + index, 1, 0.0, 0.0, final=True)
        self._shown = texts
        if said.final:
            self._key, self._shown = self._key + len(turns), []
            self._drafts.clear()

    def _turns(self, words: Sequence[Word]) -> list[tuple[int, list[Word]]]:
        """Words in runs of one microphone each."""
        if not words:
            return []
        if self._tracks == 1:
            return [(1, list(words))]
        runs = [
            (track, list(run)) for track, run in groupby(words, lambda one: self._mix.loudest(one.start, one.end))
        ]
        turns: list[tuple[int, list[Word]]] = []
        for track, run in runs:
            short = run[-1].end - run[0].start < TURN
            if turns and (short or turns[-1][0] == track):
                turns[-1][1].extend(run)
            else:
                turns.append((track, run))
        if len(turns) > 1 and turns[0][1][-1].end - turns[0][1][0].start < TURN:
            turns[:2] = [(turns[1][0], turns[0][1] + turns[1][1])]
        return turns

    def _text(self, words: Sequence[Word], track: int, *, final: bool) -> str:
        """As the transcript writes it: names, numbers, marks. What is still being said has no end mark."""
        pause = STOP_PAUSE if final else 0.0
        end = words[-1].end
        heard = Heard(
            words[0].start, end, end, tuple(_spans(words)), tuple(words), tracks=(track,) * len(words), pause=pause
        )
        parts = list(sentences(heard))
        if final:
            return "".join(self._writer.finish(one)[0] for one in parts)
        if parts:
            parts[-1].end = ""
        return "".join(self._draft(clause) for one in parts for clause in _clauses(one))

    def _draft(self, clause: Sentence) -> str:
        """Of a clause that may still change. Most have not since the last look, and to write one takes some 10 ms."""
        key = (clause.text, clause.end)
        text = self._drafts[key] if key in self._drafts else self._writer.finish(clause)[0]
        self._drafts[key] = text
        return text


def _clauses(sentence: Sentence) -> Iterator[Sentence]:
    """A sentence cut at its marks: no step of writing looks across one."""
    begin = 0
    for after, mark in sorted(sentence.marks.items()):
        yield Sentence(sentence.words[begin : after + 1], end=mark.mark)
        begin = after + 1
    yield Sentence(sentence.words[begin:], end=sentence.end)


def _spans(words: Iterable[Word]) -> Iterator[Span]:
    """Where somebody speaks, as far as words tell: what lies between two of them is a pause."""
    ordered = list(words)
    start = ordered[0].start
    for one, two in pairwise(ordered):
        if two.start - one.end >= COMMA_PAUSE:
            yield Span(start, one.end)
            start = two.start
    yield Span(start, ordered[-1].end)
