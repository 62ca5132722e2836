"""Two people at once, each with a microphone: what each of them says is decoded from their own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from roomctl.api import Transcriber, Word
from roomctl_transcript.audio import POWER_FRAMES, RATE
from roomctl_transcript.cutting import PAD, Span
from roomctl_transcript.talkers import spans

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AT_ONCE = 0.5
"""Seconds of two people speaking at the same time from which on they are decoded apart: less is a nod (嗯)."""
PAUSE = 1.0
"""Seconds between two stretches of one track that are decoded together."""
TOGETHER = 0.6
"""Seconds of pause that one's sentence bears while somebody else says a word."""
STEP = POWER_FRAMES / RATE


def stretches(active: "NDArray[np.bool_]", start: float) -> dict[int, list[Span]]:
    """When each track speaks, by its number from 1; empty unless two speak at once.

    Args:
        active: shape (steps, tracks), as `talkers.Talkers` gives it; start: seconds of the first step.

    """
    if not active.size or int((active.sum(axis=1) > 1).sum()) * STEP < AT_ONCE:
        return {}
    found: dict[int, list[Span]] = {}
    for track in range(active.shape[1]):
        for begin, end in spans(active[:, track]):
            held = found.setdefault(track + 1, [])
            span = Span(start + begin * STEP, start + end * STEP)
            if held and span.start - held[-1].end < PAUSE:
                held[-1] = Span(held[-1].start, span.end)
            else:
                held.append(span)
    return found


def decode(
    speaking: Mapping[int, Iterable[Span]],
    sound: "Callable[[int, float, float], tuple[NDArray[np.float32], float]]",
    engine: Transcriber,
) -> list[tuple[Word, int]]:
    """Words with their tracks, in order of time.

    Args:
        sound: gives the samples of a track between two seconds, and the second of the first of them.

    """
    found = []
    for track, parts in speaking.items():
        for part in parts:
            pcm, offset = sound(track, part.start - PAD, part.end + PAD)
            for word in engine.decode(pcm, RATE):
                moved = Word(word.text, offset + word.start, offset + word.end, word.confidence)
                if word.text and part.start - PAD <= (moved.start + moved.end) / 2 <= part.end + PAD:
                    found.append((moved, track))
    return sorted(found, key=lambda one: one[0].start)


def calm(tracks: Sequence[int]) -> tuple[int, ...]:
    """Without single words between two of another track: nobody takes the floor for one syllable, unless two speak
    at once.
    """
    made = list(tracks)
    for at in range(1, len(made) - 1):
        if made[at - 1] == made[at + 1] != made[at]:
            made[at] = made[at - 1]
    return tuple(made)


def streams(words: Sequence[Word], tracks: Sequence[int]) -> list[list[int]]:
    """Indices of the words that belong together: of one track, without a pause in which somebody else speaks."""
    found: list[list[int]] = []
    last: dict[int, list[int]] = {}
    for at, track in enumerate(tracks):
        held = last.get(track)
        alone = held is not None and held[-1] == at - 1
        if held is not None and (alone or words[at].start - words[held[-1]].end < TOGETHER):
            held.append(at)
        else:
            last[track] = [at]
            found.append(last[track])
    return found
