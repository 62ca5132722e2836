"""How true a text is to what was said: characters, names, figures, deadlines, marks. Pure functions."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from roomctl_transcript import numbers
from roomctl_transcript.beside import tokens
from roomctl_transcript.simplify import simplify

from roomctl.api import TranscriptSegment
from roomctl.demo.score import plain, score
from roomctl.domain.cues import draft

_MARKS = re.compile(r"[，。？！；：、]")
_ENDS = "。？！；"


@dataclass(frozen=True, slots=True)
class Found:
    """What is right of what was said, and what was never said."""

    right: int
    said: int
    false: int = 0


def characters(said: str, text: str) -> dict[str, float]:
    """Error rate and its edits; traditional characters and the writing of numbers make no difference."""
    found = score(said, simplify(text)[0])
    return {
        "cer": round(found.rate, 4),
        "sub": found.substitutions,
        "del": found.deletions,
        "ins": found.insertions,
        "chars": found.characters,
    }


def names(said: str, text: str, people: Iterable[str]) -> Found:
    """Each mention counts."""
    counts = [(said.count(name), text.count(name)) for name in people]
    return Found(sum(map(min, counts)), sum(a for a, _ in counts), sum(max(0, b - a) for a, b in counts))


def figures(said: str, text: str) -> Found:
    """Figures with what they count, whatever their writing: 三点六亿元 is 3.6亿元."""
    wanted, got = (
        Counter((t.amount, t.share, t.unit) for t in tokens(one) if t.amount is not None) for one in (said, text)
    )
    return Found(sum((wanted & got).values()), sum(wanted.values()), sum((got - wanted).values()))


def written(said: str, text: str) -> Found:
    """Figures that stand in the text as minutes write them: 3.6亿元, not 三点六亿元."""
    wanted, got = (
        Counter(one[t.start : t.end] + t.unit for t in tokens(one) if t.amount is not None)
        for one in (_written(said), text)
    )
    return Found(sum((wanted & got).values()), sum(wanted.values()), sum((got - wanted).values()))


def deadlines(said: str, text: str) -> Found:
    """Deadlines of the actions that are drafted from a text, in the form of minutes."""
    wanted, got = (
        Counter(point.deadline for point in draft(_segments(one)) if point.deadline) for one in (_written(said), text)
    )
    return Found(sum((wanted & got).values()), sum(wanted.values()), sum((got - wanted).values()))


def _written(said: str) -> str:
    return numbers.write(said)[0]


def _segments(text: str) -> list[TranscriptSegment]:
    parts = re.findall(r"[^。？！]+[。？！]?", text)
    return [
        TranscriptSegment(
            id=f"r1-t1-{i:04}",
            recording="rec",
            track=1,
            start=i,
            end=i + 1,
            first_frame=0,
            last_frame=1,
            raw=part,
            text=part,
        )
        for i, part in enumerate(parts)
    ]


def marks(said: str, text: str, *, ends: bool = False) -> float:
    """F1 of the marks: one is right where the reference has one of its kind (end of a sentence, or inside it) behind
    the same character. `ends`: of ends of sentences alone.
    """
    (one, wanted), (other, got) = _marked(said), _marked(simplify(text)[0])
    place = {}
    for block in SequenceMatcher(None, other, one, autojunk=False).get_matching_blocks():
        for by in range(block.size + 1):
            place.setdefault(block.a + by, block.b + by)
    kept = [(at, end) for at, end in wanted if end or not ends]
    mine = [(place.get(at), end) for at, end in got if end or not ends]
    right = len(set(kept) & set(mine))
    return round(2 * right / (len(kept) + len(mine)), 3) if kept or mine else 1.0


def _marked(text: str) -> tuple[str, list[tuple[int, bool]]]:
    """Characters alone, and (characters before it, whether it ends a sentence) of each mark."""
    bare, found = "", []
    for clause, mark in zip(_MARKS.split(text), [*_MARKS.findall(text), ""], strict=True):
        bare += plain(clause)
        if mark:
            found.append((len(bare), mark in _ENDS))
    return bare, found
