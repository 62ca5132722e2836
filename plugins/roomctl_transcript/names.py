"""Names and terms by sound: what the recogniser wrote wrongly, but sounds like somebody on the roster.

Windows of the text are compared with the roster and the terms in pinyin without tones, with the confusions of
southern Mandarin and of recognisers folded: z/zh c/ch s/sh n/l f/h in/ing en/eng an/ang. A common word never becomes
a name without context: a title beside it, a turn of speech (请…发言, 由…牵头), or another name in the same list.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from roomctl.api import Change
from roomctl_transcript import lexicon

READINGS = 8
"""Most readings of one name that are tried, where its characters have several."""
SHORTEST_TERM = 3
"""Characters; two syllables sound like too many things."""
FULL_NAME = 3
SURE = 3
"""Characters that are right already, so that grammar in the next one is a slip of the recogniser."""
LONG = 5
"""Syllables, all of them the same: nothing else sounds like that."""
MARKS = "，。？！；：、"

_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "l": "n", "h": "f"}
_FINALS = {"ing": "in", "eng": "en", "ang": "an", "iang": "ian", "uang": "uan"}


@dataclass(frozen=True, slots=True)
class Syllable:
    """A syllable with what is easily confused folded together.

    `fu` and `hu` are one only where a labial follows no other way of telling; they are folded as well.
    """

    exact: str
    folded: str


@lru_cache(20_000)
def syllables(character: str) -> tuple[Syllable, ...]:
    """All readings of a Chinese character, the usual one first; none for anything else."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - loads its dictionaries, only in the worker

    if not "\u4e00" <= character <= "\u9fff":
        return ()
    read = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    return tuple(Syllable(one, fold(one)) for one in dict.fromkeys(read))


def fold(syllable: str) -> str:
    """`zhang` → `zan`; what sounds the same to many ears is written the same."""
    for initial, kept in _INITIALS.items():
        if syllable.startswith(initial):
            syllable = kept + syllable[len(initial) :]
            break
    for final in sorted(_FINALS, key=len, reverse=True):
        if syllable.endswith(final):
            return syllable[: -len(final)] + _FINALS[final]
    return syllable


@dataclass(frozen=True, slots=True)
class Target:
    """A name or term as it must be written.

    Attributes:
        duty: of a person, empty for a term.
        sure: given by this meeting's papers, not by the general lexicon.

    """

    text: str
    person: bool
    duty: str = ""
    clause: bool = False


class Lexicon:
    """What may be corrected to.

    Args:
        people: (name, duty or unit); terms: any length, those of one or two characters are only protected.

    """

    def __init__(self, people: Iterable[tuple[str, str]] = (), terms: Iterable[str] = ()) -> None:
        self._by_sound: dict[tuple[str, ...], list[Target]] = {}
        self._known: set[str] = set()
        self._lengths: set[int] = set()
        self._names = {name for name, _ in people if len(name) > 1}
        for name, duty in people:
            self._add(Target(name, person=True, duty=duty))
        units = tuple(lexicon.UNITS) + tuple(level + unit for level in lexicon.LEVELS for unit in lexicon.UNITS)
        for term in dict.fromkeys((*terms, *units, *lexicon.PHRASES)):
            self._add(Target(term, person=False))
        for clause in lexicon.CLAUSES:
            self._add(Target(clause, person=False, clause=True))
        self._lengths_down = sorted(self._lengths, reverse=True)

    def _add(self, target: Target) -> None:
        text = target.text
        if not all("\u4e00" <= c <= "\u9fff" for c in text) or not text:
            return
        if not target.clause:
            self._known.add(text)
        if len(text) < (2 if target.person or target.clause else SHORTEST_TERM):
            return
        self._lengths.add(len(text))
        for index, reading in enumerate(product(*(syllables(c) for c in text))):
            if index == READINGS:
                break
            targets = self._by_sound.setdefault(tuple(one.folded for one in reading), [])
            if target not in targets:
                targets.append(target)

    def repair(self, text: str) -> tuple[str, tuple[Change, ...]]:
        """The text with names and terms put right, longest first, each place once."""
        fixed = self._protected(text)
        found: list[tuple[int, Target, str]] = []
        taken = [False] * len(text)
        for length in self._lengths_down:
            for at in range(len(text) - length + 1):
                window = text[at : at + length]
                if any(taken[at : at + length]) or window in self._known or not _all_han(window):
                    continue
                hit = self._match(text, at, window, fixed)
                if hit:
                    found.append((at, *hit))
                    taken[at : at + length] = [True] * length
        if not found:
            return text, ()
        out, changes, last = "", [], 0
        for at, target, reason in sorted(found, key=lambda one: one[0]):
            end = at + len(target.text)
            out += text[last:at] + target.text
            changes.append(Change("names" if target.person else "terms", text[at:end], target.text, reason, at))
            last = end
        return out + text[last:], tuple(changes)

    def _match(self, text: str, at: int, window: str, fixed: Sequence[bool]) -> tuple[Target, str] | None:
        for sound in _sounds(window):
            targets = [
                (_confusions(sound, t.text), t) for t in self._by_sound.get(tuple(s.folded for s in sound), ())
            ]
            nearest = sorted(targets, key=lambda one: (one[0], -_same(window, one[1].text)))
            for confusions, target in nearest:
                rivals = {t.text for c, t in targets if c == confusions and t.person}
                if target.person and len(rivals) > 1:
                    continue  # two people sound the same: nothing heard can tell them apart
                if self._fits(text, at, window, target, confusions, fixed):
                    kind = "roster" if target.person else "term"
                    how = "nearly the same pinyin" if confusions else "same pinyin"
                    return target, f"{kind}: {target.text} ({how})"
        return None

    def _fits(self, text: str, at: int, window: str, target: Target, confusions: int, fixed: Sequence[bool]) -> bool:
        changed = [i for i, (a, b) in enumerate(zip(window, target.text, strict=True)) if a != b]
        same = len(window) - len(changed)
        if any(fixed[at + i] for i in changed) or not _sayable(text, at, window, target, changed, confusions):
            return False
        if target.clause:
            return _whole_clause(text, at, len(window)) and confusions == 0
        if not target.person:
            stem = 1 if same >= SURE - 1 else 0
            return same >= 1 and confusions <= (len(window) - SHORTEST_TERM) // 2 + stem
        if confusions > max(1, len(window) - 2):
            return False
        # without context: only a full name that stands alone, its surname right, every syllable the same
        alone = _whole_clause(text, at, len(window)) and len(window) >= FULL_NAME
        surname = window[0] == target.text[0]
        return self._context(text, at, window, target, sure=surname or not confusions) or (
            alone and surname and not confusions
        )

    def _context(self, text: str, at: int, window: str, target: Target, *, sure: bool) -> bool:
        """`sure`: the surname was heard so, or every syllable was."""
        before, after = text[:at], text[at + len(window) :]
        if after.startswith(lexicon.TITLES):
            return not common(window)
        duty = target.duty[-2:]
        titled = any(before.endswith(title) for title in lexicon.TITLES if title != "代表") or (
            len(duty) > 1 and before.endswith(duty)
        )
        called = before.endswith(lexicon.BEFORE)
        acts = after.startswith(lexicon.AFTER)
        if titled and len(window) >= FULL_NAME:
            return not common(window)
        if called and acts:
            return not common(window)
        listed = any(before.endswith(name + joint) for name in self._names for joint in "、和，及") or any(
            after.startswith(joint + name) for name in self._names for joint in "、和，及"
        )
        counted = before.endswith(lexicon.COUNTED) and after[:1] in "、，和"
        return (listed or counted) and len(window) >= FULL_NAME and sure and not common(window)

    def _protected(self, text: str) -> list[bool]:
        """Characters of names and terms that are right already: never part of another."""
        fixed = [False] * len(text)
        for word in self._known:
            if len(word) < 2:  # noqa: PLR2004 - a single character protects nothing
                continue
            at = text.find(word)
            while at >= 0:
                fixed[at : at + len(word)] = [True] * len(word)
                at = text.find(word, at + 1)
        return fixed


def _sayable(text: str, at: int, window: str, target: Target, changed: Sequence[int], confusions: int) -> bool:
    """Whether what would be changed is no grammar, or grammar that can only be a slip."""
    grammar = [window[i] for i in changed if window[i] in lexicon.FUNCTION]
    if not grammar:
        return True
    same, end = len(window) - len(changed), at + len(window)
    acting = text[:at].endswith(lexicon.BEFORE) and text.startswith(lexicon.AFTER, end)  # 由…负责
    sure = acting if not target.person else text.startswith(lexicon.TITLES, end)
    long = len(window) >= LONG and not confusions
    return lexicon.HEARD_AS.issuperset(grammar) and (same >= SURE or ((sure or long) and same >= SURE - 1))


def slips(text: str) -> tuple[str, tuple[Change, ...]]:
    """Words of office put right that are no words as they were heard: 会报 → 汇报, 签头 → 牵头."""
    changes: list[Change] = []
    for pattern, meant in _slips():
        for match in reversed(list(pattern.finditer(text))):
            text = text[: match.start()] + meant + text[match.end() :]
            changes.append(Change("terms", match[0], meant, "office homophone", match.start()))
    return text, tuple(changes)


@lru_cache(1)
def _slips() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), meant) for pattern, meant in lexicon.SLIPS)


def _same(one: str, other: str) -> int:
    """Characters that are the same in the same place."""
    return sum(a == b for a, b in zip(one, other, strict=True))


def _all_han(text: str) -> bool:
    return all("\u4e00" <= c <= "\u9fff" for c in text)


def _sounds(window: str) -> Iterator[tuple[Syllable, ...]]:
    """The usual reading of each character: a text's characters are read as they usually are."""
    read = [syllables(c)[:1] for c in window]
    if all(read):
        yield tuple(one[0] for one in read)


def _confusions(sound: Sequence[Syllable], target: str) -> int:
    """Syllables that are the same only after folding."""
    return sum(all(one.exact != other.exact for other in syllables(c)) for one, c in zip(sound, target, strict=True))


def _whole_clause(text: str, at: int, length: int) -> bool:
    before, after = text[at - 1 : at] if at else "", text[at + length : at + length + 1]
    return (not before or before in MARKS) and (not after or after in MARKS)


@lru_cache(1)
def _words() -> frozenset[str]:
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415 - 47,000 words, only in the worker

    return frozenset(PHRASES_DICT) | frozenset(lexicon.PHRASES) | frozenset(lexicon.UNITS)


def common(window: str) -> bool:
    """Whether it is a word, so that a person's name would have to be heard very clearly instead of it."""
    return window in _words()
