"""From sound to raw words: level, voice activity, cutting, decoding, a second try where text is missing."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

from roomctl.api import Transcriber, Word
from roomctl_transcript import apart
from roomctl_transcript.audio import POWER_FRAMES, RATE, Block
from roomctl_transcript.cutting import LONG_PAUSE, PAD, WARM_UP, WINDOW, Span, VoiceActivity, runs, split, utterances
from roomctl_transcript.level import Leveller, amplified
from roomctl_transcript.off_record import kept, kept_times
from roomctl_transcript.simplify import simplify
from roomctl_transcript.talkers import Talkers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEMORY = 20
"""Utterances over which the usual pace of speech is taken."""
MANDARIN = 4.4
"""Characters per second of speech, until this recording has its own figure; measured on read speech: 4.4 to 5.7."""
BARE = 1.2
"""Seconds of speech without a word that are worth a second try."""
FASTEST = 9.0
"""Characters a second; nobody speaks Mandarin faster for long: more is a loop of the engine."""
SPEECHLESS = 0.25
"""Share of an utterance's words' time that voice activity must call speech, or the words are an invention."""
FULL = 32767
"""Full scale in 16 bits."""
STRIDE = 2560
"""Frames: whole windows of voice activity and whole steps of power."""
SHORT = 0.3
"""Seconds; shorter speech is no measure of pace."""
_LOOP = re.compile(r"(.{2,12}?)\1{3,}")
"""Two or three times people say a thing (不行不行); what is longer than a syllable they do not say four times."""
_TITLES = re.compile(r"字幕|订阅|点赞|打赏|谢谢(观看|收看|收听)|(作词|作曲|编曲)|明镜|[Aa]mara|下期再见|下集再见")
"""Of films and channels; seen on silence and at the ends of utterances."""
EDGE = 2.0
"""Seconds at the end of what is there, in which speech may still go on while a meeting is in session."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to cut and when to doubt.

    Attributes:
        longest: seconds of one decoding. Longer is faster and has fewer wrong characters; the loss of sentences
            that comes with it is caught by `pace`.
        retry: seconds of one decoding of the second try.
        slowest: characters per second of speech below which sentences are missing, whatever the pace.
        pace: share of the usual pace below which they are missing.
        off: spans in seconds that are never decoded: 不入记录.
        within: seconds from which and up to which there is anything to decode; None is all.

    """

    longest: float = 27.0
    retry: float = 8.0
    slowest: float = 2.5
    pace: float = 0.75
    off: tuple[tuple[float, float], ...] = ()
    within: tuple[float, float] | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """As they come out of JSON."""
        within = row.get("within")
        off = tuple((float(lower), float(upper)) for lower, upper in row.get("off", ()))
        return cls(**{**row, "off": off, "within": (float(within[0]), float(within[1])) if within else None})


@dataclass(frozen=True, slots=True)
class Heard:
    """One decoded utterance.

    Attributes:
        speech: where voice activity hears somebody; words: with times from the recording's start.
        dropped: nobody spoke there, so the words are an invention.
        next: seconds from which the next utterance may begin; everything before is done.
        tracks: who says each word, by track; empty where there is one track.
        pause: seconds of quiet after it.

    """

    start: float
    end: float
    next: float
    speech: tuple[Span, ...]
    words: tuple[Word, ...] = ()
    dropped: bool = False
    retried: bool = False
    gave_up: bool = False
    took: float = 0.0
    gain_db: float | None = None
    tracks: tuple[int, ...] = ()
    pause: float = 0.0


@dataclass
class Pace:
    """Characters per second of speech, as usual in this recording."""

    slowest: float
    share: float
    seen: deque[float] = field(default_factory=lambda: deque(maxlen=MEMORY))

    def slow(self, characters: int, seconds: float) -> bool:
        """Whether so little text for so much speech means that sentences are missing."""
        if seconds < 1.0:
            return False
        usual = median(self.seen) if len(self.seen) >= 3 else MANDARIN  # noqa: PLR2004 - fewer say nothing
        return characters / seconds < max(self.slowest, self.share * usual)

    def learn(self, characters: int, seconds: float) -> None:
        if seconds >= 1.0:
            self.seen.append(characters / seconds)


def listen(
    blocks: Iterable[Block],
    engine: Transcriber,
    settings: Settings,
    *,
    start: float = 0.0,
    gain_db: float | None = None,
    gate: Callable[[float], bool],
    progress: Callable[[float], None],
    final: bool = True,
) -> Iterator[Heard]:
    """Utterances in order. Memory is one block, and the speech that goes on over its end.

    Args:
        blocks: sound from `start` seconds on.
        gain_db: where an earlier run left the level.
        gate: told the start of an utterance before it is decoded; False leaves it out.
        progress: told the seconds up to which all is done.
        final: no more sound will come; else speech near the end is left for the next time.

    """
    import numpy as np  # noqa: PLC0415 - only in the worker

    voice, level, pace = VoiceActivity(), Leveller(gain_db), Pace(settings.slowest, settings.pace)
    talkers = Talkers()
    sound = Sound(start)
    before: NDArray[np.float32] | None = None
    for block in blocks:
        pcm = level(kept(block.pcm, sound.end, settings.off), RATE)
        others = None
        if block.powers.shape[1] > 1:
            others = amplified(kept(block.tracks, sound.end, settings.off), level.gain_db), talkers(block.powers)
        sound.add(pcm, voice(pcm, before), block.powers, others)
        before = pcm[-WARM_UP * WINDOW :].copy()
        del block, pcm, others  # `sound` has what is needed of them; the engine needs the memory
        for group, pause in sound.take(settings.longest, last=False):
            heard = _decode(sound, group, engine, settings, pace, gate)
            yield _placed(heard, pause, level.gain_db, sound, settings.off)
            progress(heard.end)
        sound.forget()
        progress(sound.start)
    if final:
        for group, pause in sound.take(settings.longest, last=True):
            heard = _decode(sound, group, engine, settings, pace, gate)
            yield _placed(heard, pause, level.gain_db, sound, settings.off)
        progress(sound.end)


class Sound:
    """What is not decoded yet: samples, probabilities of speech; of each track its power, samples and who speaks.

    Attributes:
        start: seconds of its first sample.
        tracks, active: empty where there is one track. The samples in 16 bits: eight microphones of a minute are
            half of what they were, and hardly any of it is ever decoded.

    """

    def __init__(self, start: float) -> None:
        import numpy as np  # noqa: PLC0415 - only in the worker

        self.start = start
        self.pcm = np.zeros(0, np.float32)
        self.odds = np.zeros(0, np.float32)
        self.powers = np.zeros((0, 1), np.float32)
        self.tracks, self.active = np.zeros((0, 1), np.int16), np.zeros((0, 1), np.bool_)
        self._stay = start

    @property
    def end(self) -> float:
        return self.start + len(self.pcm) / RATE

    def add(
        self,
        pcm: "NDArray[np.float32]",
        odds: "NDArray[np.float32]",
        powers: "NDArray[np.float32]",
        others: "tuple[NDArray[np.float32], NDArray[np.bool_]] | None" = None,
    ) -> None:
        """`others`: samples of each track, and who speaks; where there are several."""
        import numpy as np  # noqa: PLC0415 - only in the worker

        self.pcm, self.odds = np.concatenate([self.pcm, pcm]), np.concatenate([self.odds, odds])
        self.powers = np.concatenate([self.powers, powers]) if len(self.powers) else powers
        if others is not None:
            tracks, active = (others[0] * FULL).astype(np.int16), others[1]
            self.tracks = np.concatenate([self.tracks, tracks]) if len(self.tracks) else tracks
            self.active = np.concatenate([self.active, active]) if len(self.active) else active

    def take(self, longest: float, *, last: bool) -> list[tuple[tuple[Span, ...], float]]:
        """Utterances that no later sound can change, each with the seconds of quiet after it."""
        speech = [part for run in runs(self.odds, self.start) for part in split(run, self.odds, self.start, longest)]
        groups = utterances(speech, longest)
        ready = len(groups) if last or not groups or self.end - groups[-1][-1].end > EDGE else len(groups) - 1
        silence = LONG_PAUSE if last else 0.0  # behind the last word there is nothing more
        starts = [*(group[0].start for group in groups[1:]), self.end + silence]
        self._stay = (
            self.end
            if last
            else min(self.end - EDGE, groups[ready][0].start - PAD if ready < len(groups) else self.end)
        )
        return [
            (group, max(0.0, upper - group[-1].end)) for group, upper in zip(groups[:ready], starts, strict=False)
        ]

    def forget(self) -> None:
        """Lets go of what was taken, in whole steps of every measure."""
        done = max(0, int((self._stay - self.start) * RATE)) // STRIDE * STRIDE
        self.pcm, self.odds, self.powers = (
            self.pcm[done:],
            self.odds[done // WINDOW :],
            self.powers[done // POWER_FRAMES :],
        )
        self.tracks, self.active = self.tracks[done:], self.active[done // POWER_FRAMES :]
        self.start += done / RATE

    def between(self, start: float, end: float) -> "tuple[NDArray[np.float32], float]":
        """Samples, and the second of the first of them."""
        low, high = max(0, int((start - self.start) * RATE)), max(0, int((end - self.start) * RATE))
        return self.pcm[low:high], self.start + low / RATE

    def of(self, track: int, start: float, end: float) -> "tuple[NDArray[np.float32], float]":
        """The same, of one track."""
        import numpy as np  # noqa: PLC0415 - only in the worker

        low, high = max(0, int((start - self.start) * RATE)), max(0, int((end - self.start) * RATE))
        pcm = np.divide(self.tracks[low:high, track - 1], FULL, dtype=np.float32)
        return pcm, self.start + low / RATE

    def speaking(self, start: float, end: float) -> dict[int, list[Span]]:
        """When each track speaks; empty unless two speak at once."""
        low, high = self._steps(start, end)
        return apart.stretches(self.active[low:high], self.start + low * apart.STEP)

    def speaker(self, start: float, end: float) -> int:
        """Track (from 1) that speaks most in the span; where none does, the one that has most power."""
        low, high = self._steps(start, end)
        active, powers = self.active[low:high], self.powers[low:high]
        if active.any():
            powers = powers * (active.sum(axis=0) == active.sum(axis=0).max())
        return int(powers.sum(axis=0).argmax()) + 1 if len(powers) else 1

    def _steps(self, start: float, end: float) -> tuple[int, int]:
        low, high = (max(0, int((at - self.start) * RATE / POWER_FRAMES)) for at in (start, end))
        return low, max(low + 1, high)


def _decode(
    sound: Sound,
    group: Sequence[Span],
    engine: Transcriber,
    settings: Settings,
    pace: Pace,
    gate: Callable[[float], bool],
) -> Heard:
    began = perf_counter()
    start, end = group[0].start, group[-1].end
    if not gate(start):
        return Heard(start, end, end, tuple(group), gave_up=True)
    if speaking := sound.speaking(start, end):
        said = apart.decode(speaking, sound.of, engine)
        words, tracks = tuple(word for word, _ in said), tuple(track for _, track in said)
        dropped = bool(words) and invented(words, group)
        took = perf_counter() - began
        return Heard(start, end, end, tuple(group), words, dropped=dropped, took=took, tracks=tracks)
    speech = sum(run.seconds for run in group)
    words = _words(sound, start, end, engine)
    first = words
    words = _filled(sound, words, group, engine)
    count = _characters(words)
    if pace.slow(count, speech) or count > FASTEST * max(speech, SHORT) or looping(words):
        again = _filled(sound, _pieces(sound, group, engine, settings.retry), group, engine)
        if _better(_characters(again), count, speech) or (looping(words) and not looping(again)):
            words, count = again, _characters(again)
        first = ()
    pace.learn(count, speech)
    return Heard(
        start,
        end,
        end,
        tuple(group),
        words,
        dropped=bool(words)
        and (invented(words, group) or looping(words) or count > FASTEST * (end - start + 2 * PAD)),
        retried=words is not first,
        took=perf_counter() - began,
    )


def _filled(sound: Sound, words: tuple[Word, ...], group: Sequence[Span], engine: Transcriber) -> tuple[Word, ...]:
    """The words, and those of each stretch of speech that has none, decoded by itself: a sentence that an engine
    passes over between two others is mostly there when it is asked for alone.
    """
    added: list[Word] = []
    for stretch in bare(words, group):
        more = _words(sound, stretch.start, stretch.end, engine)
        if _characters(more) <= FASTEST * max(stretch.seconds, SHORT):
            added += more
    return tuple(sorted((*words, *added), key=lambda word: word.start)) if added else words


def _pieces(sound: Sound, group: Sequence[Span], engine: Transcriber, longest: float) -> tuple[Word, ...]:
    """Words of the utterance decoded in shorter pieces, at most half as long as it is."""
    pieces = utterances(group, min(longest, (group[-1].end - group[0].start) / 2))
    return tuple(
        word
        for piece in pieces
        for word in _words(sound, piece[0].start, piece[-1].end, engine, wider=len(pieces) == 1)
    )


def _better(again: int, before: int, speech: float) -> bool:
    most = FASTEST * max(speech, SHORT)
    return again < before if before > most else before < again <= most


def _words(sound: Sound, start: float, end: float, engine: Transcriber, *, wider: bool = False) -> tuple[Word, ...]:
    pad = 2 * PAD if wider else PAD
    pcm, offset = sound.between(start - pad, end + pad)
    return tuple(
        Word(word.text, offset + word.start, offset + word.end, word.confidence)
        for word in engine.decode(pcm, RATE)
        if word.text
    )


def _characters(words: Sequence[Word]) -> int:
    return sum(character.isalnum() for word in words for character in word.text)


def bare(words: Sequence[Word], speech: Sequence[Span]) -> list[Span]:
    """Stretches of at least `BARE` seconds of speech on which no word lies, pauses between their runs included."""
    found: list[list[Span]] = [[]]
    for run in speech:
        if any(word.start < run.end and word.end > run.start for word in words):
            found.append([])
        else:
            found[-1].append(run)
    return [Span(part[0].start, part[-1].end) for part in found if sum(run.seconds for run in part) >= BARE]


def invented(words: Sequence[Word], speech: Sequence[Span]) -> bool:
    """Whether the words stand where voice activity heard hardly anybody."""
    total = sum(max(word.end - word.start, 0.01) for word in words)
    voiced = sum(
        max(0.0, min(word.end, run.end + PAD) - max(word.start, run.start - PAD)) for word in words for run in speech
    )
    return voiced < SPEECHLESS * total or sum(run.seconds for run in speech) < 0.15  # noqa: PLR2004 - seconds: a click


def looping(words: Sequence[Word]) -> bool:
    """Whether the engine went round in a circle: most of the text is one piece of it over and over."""
    text = "".join(word.text for word in words)
    loops = sum(len(match[0]) for match in _LOOP.finditer(text))
    return 2 * loops > len(text)


def phantom(words: Sequence[Word], speech: Sequence[Span]) -> bool:
    """Whether it is what engines are known to make up (the end titles that they were trained on), and stands in the
    quiet beside the speech of its utterance. The same words, said, stay.
    """
    text = "".join(word.text for word in words)
    if not _TITLES.search(simplify(text)[0]):
        return False
    voiced = sum(max(0.0, min(word.end, run.end) - max(word.start, run.start)) for word in words for run in speech)
    return len(text) > FASTEST * voiced


def _placed(
    heard: Heard, pause: float, gain_db: float | None, sound: Sound, off: Sequence[tuple[float, float]]
) -> Heard:
    times = [kept_times(word.start, word.end, off) for word in heard.words]
    words = tuple(
        replace(one, start=lower, end=upper) for one, (lower, upper) in zip(heard.words, times, strict=True)
    )
    speech = tuple(Span(*kept_times(run.start, run.end, off)) for run in heard.speech)
    tracks = heard.tracks
    if not tracks and sound.powers.shape[1] > 1:
        tracks = apart.calm([sound.speaker(word.start, word.end) for word in words])
    after = heard.end + min(PAD, pause)
    return replace(heard, next=after, words=words, speech=speech, pause=pause, gain_db=gain_db, tracks=tracks)


def as_row(heard: Heard) -> dict[str, Any]:
    """For the journal."""
    return {
        "start": round(heard.start, 3),
        "end": round(heard.end, 3),
        "next": round(heard.next, 3),
        "speech": [[round(run.start, 3), round(run.end, 3)] for run in heard.speech],
        "words": [[w.text, round(w.start, 3), round(w.end, 3), round(w.confidence, 3)] for w in heard.words],
        "tracks": list(heard.tracks),
        "dropped": heard.dropped,
        "retried": heard.retried,
        "gave_up": heard.gave_up,
        "took": round(heard.took, 3),
        "pause": round(heard.pause, 3),
        "gain_db": None if heard.gain_db is None else round(heard.gain_db, 2),
    }


def from_row(row: Mapping[str, Any]) -> Heard:
    """What `as_row` wrote."""
    return Heard(
        row["start"],
        row["end"],
        row["next"],
        tuple(Span(a, b) for a, b in row["speech"]),
        tuple(Word(*word) for word in row["words"]),
        row["dropped"],
        row["retried"],
        row["gave_up"],
        row["took"],
        row["gain_db"],
        tuple(row["tracks"]),
        row["pause"],
    )
