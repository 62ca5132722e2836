"""Speech of which the recogniser is unsure, compared by sound with what is expected to be said.

A far microphone blurs initials and vowels, so that more is wrong than a confused n and l: 市政府办公室 becomes
时中复办公室. How far a syllable may be off depends on how unsure the recogniser was of the characters that would be
changed; what it heard clearly stays, whatever it sounds like.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from roomctl.api import Change
from roomctl_transcript import lexicon
from roomctl_transcript.names import Syllable, common, fold, syllables
from roomctl_transcript.phrases import PHRASES

SHORTEST = 4
"""Syllables of a phrase or term; shorter ones sound like too many things."""
FULL_NAME = 3
FOLDED, NEAR, HALF, OTHER = 0.2, 0.45, 0.7, 1.5
"""Distance of two syllables: confused by many ears; by a far microphone; one half of them the same; nothing."""
DOUBT = 0.9
"""Confidence of the changed characters from which on nothing is changed."""
SLOPE = 0.4
"""Mean distance of a syllable that is allowed per confidence that is missing."""
GUESSED = 0.45
"""Confidence below which a surname says little."""
SAME = 0.2
"""What each character that was heard so counts for a fit."""

_NEAR_INITIALS = ("bp", "dt", "gk", "jqx", "zcs", "mn", "bf", "rn", "gf", "ny")
_NEAR_FINALS = (
    "o u uo ou e", "a ai", "ai ei e", "an en ian", "ao ou", "ui ei", "un en ong in", "i ei ie", "u v iu", "ie ian ia",
    "uan an ian van", "in ian vn", "ao iao", "iu ou", "ve uo ie", "a ua",
)  # fmt: skip


def _pairs(groups: Iterable[Sequence[str]]) -> frozenset[tuple[str, str]]:
    return frozenset((one, other) for group in groups for one in group for other in group if one != other)


_INITIALS = _pairs(_NEAR_INITIALS)
_FINALS = _pairs(group.split() for group in _NEAR_FINALS)


@lru_cache(2_000)
def halves(folded: str) -> tuple[str, str]:
    """Initial and final of a folded syllable as they are spoken: `yuan` is van, `wei` is uei, `ju` is jv."""
    if folded.startswith("y"):
        rest = folded[1:]
        return "y", "v" + rest[1:] if rest.startswith("u") else rest if rest.startswith("i") else "i" + rest
    if folded.startswith("w"):
        rest = folded[1:]
        return "w", rest if rest == "u" else {"ei": "ui", "en": "un"}.get(rest, "u" + rest)
    if folded[:1] in "jqx" and folded[1:2] == "u":
        return folded[:1], "v" + folded[2:]
    return (folded[:1], folded[1:]) if folded[:1] not in "aeo" else ("", folded)


@lru_cache(50_000)
def distance(one: Syllable, other: Syllable) -> float:
    """How unlike two syllables sound, 0 to `OTHER`."""
    if one.exact == other.exact:
        return 0.0
    if one.folded == other.folded:
        return FOLDED
    (initial, final), (another, ending) = halves(one.folded), halves(other.folded)
    if final == ending:
        return NEAR if (initial, another) in _INITIALS else HALF
    if initial == another and initial:
        return NEAR if (final, ending) in _FINALS else HALF
    return HALF + NEAR / 2 if (initial, another) in _INITIALS and (final, ending) in _FINALS else OTHER


@lru_cache(5_000)
def spoken(text: str) -> tuple[Syllable, ...]:
    """Its syllables as they are read in this text (重 in 重要 is `zhong`), without tones; none where anything in it
    is no Chinese character.
    """
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - loads its dictionaries, only in the worker

    if not all("\u4e00" <= character <= "\u9fff" for character in text):
        return ()
    return tuple(Syllable(one, fold(one)) for one in lazy_pinyin(text))


@dataclass(frozen=True, slots=True)
class Expectation:
    """A phrase, term or name, with its sound.

    Attributes:
        name: characters of a person's name with which it begins.

    """

    text: str
    sound: tuple[Syllable, ...]
    name: int = 0

    def off(self, heard: Sequence[Syllable]) -> list[float]:
        """Distance of each syllable."""
        return [distance(one, other) for one, other in zip(heard, self.sound, strict=True)]


class Expected:
    """What may be said.

    Args:
        people: (name, duty or unit) of the roster; terms: of this meeting.

    """

    def __init__(self, people: Iterable[tuple[str, str]] = (), terms: Iterable[str] = ()) -> None:
        self._index: dict[tuple[int, int, str], list[Expectation]] = defaultdict(list)
        self._known: set[str] = set()
        self._lengths: set[int] = set()
        for name, duty in people:
            title = next((t for t in lexicon.TITLES if duty.endswith(t)), "")
            if len(name) >= FULL_NAME:
                for said in (name, f"{name}同志", name + title, f"{name}同志汇报", f"{name}同志发言"):
                    self._add(said, len(name))
            self._add(duty)
            self._add(duty.removesuffix(title))
        for text in (*terms, *PHRASES, *lexicon.PHRASES, *_units()):
            self._add(text)

    def _add(self, text: str, name: int = 0) -> None:
        sound = spoken(text)
        if text in self._known or not sound or (len(text) < SHORTEST and not name):
            return
        one = Expectation(text, sound, name)
        self._known.add(text)
        self._lengths.add(len(text))
        for at, syllable in enumerate(sound):
            self._index[len(text), at, syllable.folded].append(one)

    def repair(self, text: str, confidence: Sequence[float]) -> tuple[str, tuple[Change, ...]]:
        """The text with doubtful stretches put right, the best fit first, each place once.

        Args:
            confidence: 0 to 1 of each character of `text`.

        """
        right = self._right(text)
        kept: list[_Fit] = []
        for fit in sorted(self._fits(text, confidence), key=lambda one: one.rank):
            if not any(right[i] for i in fit.changed) and not any(one.overlaps(fit) for one in kept):
                kept.append(fit)
        out, changes, last = "", [], 0
        for fit in sorted(kept, key=lambda one: one.at):
            meant, end = fit.meant.text, fit.at + len(fit.meant.text)
            out += text[last : fit.at] + meant
            reason = f"expected: {meant} (doubtful, sounds alike)"
            changes.append(Change("names" if fit.meant.name else "terms", text[fit.at : end], meant, reason, fit.at))
            last = end
        return out + text[last:], tuple(changes)

    def _right(self, text: str) -> list[bool]:
        """Characters of what is expected and was heard so."""
        right = [False] * len(text)
        for length in self._lengths:
            for at in range(len(text) - length + 1):
                if text[at : at + length] in self._known:
                    right[at : at + length] = [True] * length
        return right

    def _fits(self, text: str, confidence: Sequence[float]) -> Iterator["_Fit"]:
        sound = [syllables(character)[:1] for character in text]
        for length in self._lengths:
            for at in range(len(text) - length + 1):
                window, read = text[at : at + length], sound[at : at + length]
                if not all(read) or window in self._known or min(confidence[at : at + length]) >= DOUBT:
                    continue
                heard = [one[0] for one in read]
                for meant in self._alike(heard):
                    if fit := _fit(text, at, heard, meant, confidence):
                        yield fit

    def _alike(self, heard: Sequence[Syllable]) -> Iterator[Expectation]:
        """Those of which at least half of the syllables are the same after folding."""
        votes: dict[Expectation, int] = defaultdict(int)
        for at, syllable in enumerate(heard):
            for one in self._index.get((len(heard), at, syllable.folded), ()):
                votes[one] += 1
        return (one for one, count in votes.items() if 2 * count >= len(heard))


@dataclass(frozen=True, slots=True)
class _Fit:
    """An expectation at a place of the text; `changed` are its characters that are others there."""

    rank: float
    at: int
    meant: Expectation
    changed: tuple[int, ...]

    def overlaps(self, other: "_Fit") -> bool:
        return self.at < other.at + len(other.meant.text) and other.at < self.at + len(self.meant.text)


def _fit(
    text: str, at: int, heard: Sequence[Syllable], meant: Expectation, confidence: Sequence[float]
) -> _Fit | None:
    changed = [i for i, one in enumerate(meant.text) if text[at + i] != one]
    doubt = DOUBT - sum(confidence[at + i] for i in changed) / len(changed)
    most = SLOPE * doubt * len(heard)
    off = meant.off(heard)
    if doubt <= 0 or sum(off) > most or not _free(text[at : at + len(heard)], off, changed, meant):
        return None
    if meant.name and not _is_that_person(text, at, off, meant, confidence[at]):
        return None
    return _Fit(sum(off) - SAME * (len(heard) - len(changed)), at, meant, tuple(at + i for i in changed))


def _free(window: str, off: Sequence[float], changed: Sequence[int], meant: Expectation) -> bool:
    """Whether nothing is changed that another phrase may hold: a word that was heard, or a single character at an
    edge, gives way only to what sounds the same. (Of names see `_is_that_person`.)
    """
    for first, last in _stretches(changed):
        edge = first == last and first in {0, len(window) - 1} and not meant.name
        if (edge or common(window[first : last + 1])) and max(off[first : last + 1]) > FOLDED:
            return False
    return True


def _stretches(indices: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of neighbours."""
    start = indices[0]
    for one, two in pairwise([*indices, -1]):
        if two != one + 1:
            yield start, one
            start = two


def _units() -> Iterator[str]:
    """市住建局, 由市住建局, …"""
    for unit in lexicon.UNITS:
        for level in lexicon.LEVELS:
            yield level + unit
            yield f"由{level}{unit}"


def _is_that_person(text: str, at: int, off: Sequence[float], meant: Expectation, sure: float) -> bool:
    """Whether each syllable sounds alike, and a title or a call stands beside the name: there are many people who are
    not on the roster. A surname that was only guessed at may be farther off, if the rest is the same.
    """
    surname, given = off[0], max(off[1 : meant.name])
    guessed = sure < GUESSED and surname <= NEAR and given <= FOLDED
    if not guessed and (surname > FOLDED or given > NEAR):
        return False
    before, after = text[:at], text[at + len(off) :]
    called = before.endswith(lexicon.BEFORE) and after.startswith(lexicon.AFTER)
    return meant.name < len(off) or called or after.startswith(lexicon.TITLES)
