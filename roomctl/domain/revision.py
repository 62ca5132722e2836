"""Two versions of a paper beside each other, and the changes that somebody tracked in one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

_TOKEN = re.compile(r"[0-9０-９][0-9０-９.,%％]*|[A-Za-z]+|\s+|.", re.DOTALL)
"""A figure or a Latin word is read as one; of Chinese each character is a word."""
_CLAUSE = re.compile(r"[^，。；：、？！]*[，。；：、？！]?")
_LONG = 4000
"""Characters of a paragraph above which clauses are compared, since the time grows by the square."""
_ALIKE = 0.4
"""Share of common words from which two paragraphs are one that was changed."""
_AHEAD = 30
"""Paragraphs among which one that was changed is looked for."""


class Kind(StrEnum):
    """What became of some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a paragraph, and what became of them."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """A paragraph that differs.

    Attributes:
        old, new: its place in either version, from 0; None where it is not there.
        pieces: both readings in one: without the added ones it is the old text, without the removed ones the new.

    """

    old: int | None
    new: int | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedChange:
    """A change that an author marked in a word processor (修订).

    Attributes:
        id: its place among those of the file, from "1".
        paragraph: place of the paragraph in the file, from 0.
        removed, added: the words; both where one stands for the other.
        format: what was done to the look, or to where a paragraph or a row ends; empty where words changed.
        before, after: the words beside it.
        at: as the author's machine told it; None where it did not, or no calendar has it.

    """

    id: str
    paragraph: int
    author: str
    at: datetime | None
    removed: str = ""
    added: str = ""
    format: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """批注: what somebody wrote beside the text.

    Attributes:
        paragraph: place of the paragraph in the file, from 0.
        on: the words that it is about.

    """

    paragraph: int
    author: str
    at: datetime | None
    text: str
    on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that is still open in a file, in the order of the text."""

    changes: tuple[TrackedChange, ...] = ()
    comments: tuple[Comment, ...] = ()


def compare(old: Sequence[str], new: Sequence[str]) -> tuple[ParagraphChange, ...]:
    """What differs between the paragraphs of two versions, in the order of the newer one."""
    return tuple(_compared(old, new))


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[ParagraphChange]:
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for one, other in _paired(old[old_from:old_to], new[new_from:new_to]):
            before = None if one is None else old_from + one
            after = None if other is None else new_from + other
            gone = "" if before is None else old[before]
            come = "" if after is None else new[after]
            yield ParagraphChange(before, after, words(gone, come))


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Which became which: each new one takes the first old one that is like it and comes after those taken."""
    left = 0
    for place, text in enumerate(new):
        matcher = SequenceMatcher(None, "", text, autojunk=False)
        for candidate in range(left, min(left + _AHEAD, len(old))):
            if _alike(old[candidate], matcher):
                yield from ((skipped, None) for skipped in range(left, candidate))
                yield candidate, place
                left = candidate + 1
                break
        else:
            yield None, place
    yield from ((skipped, None) for skipped in range(left, len(old)))


def _alike(old: str, matcher: SequenceMatcher[str]) -> bool:
    """Of long ones the letters that they share must do."""
    matcher.set_seq1(old)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return False
    return len(old) > _LONG or matcher.ratio() >= _ALIKE


def words(old: str, new: str) -> tuple[Piece, ...]:
    """What was taken out of a text and put into it; a word alone between two changes belongs to them."""
    split = _CLAUSE if max(len(old), len(new)) > _LONG else _TOKEN
    one, other = split.findall(old), split.findall(new)
    found: list[Piece] = []
    codes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    for place, (tag, old_from, old_to, new_from, new_to) in enumerate(codes):
        gone, come = "".join(one[old_from:old_to]), "".join(other[new_from:new_to])
        between = 0 < place < len(codes) - 1
        if tag == "equal" and not (between and len(gone) == 1):
            found.append(Piece(Kind.SAME, gone))
        else:
            found += [Piece(Kind.REMOVED, gone), Piece(Kind.ADDED, come)]
    return tuple(_joined([piece for piece in found if piece.text]))


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Between two pieces that stayed, all that was taken out, then all that was put in."""
    for stayed, run in groupby(pieces, key=lambda piece: piece.kind is Kind.SAME):
        if stayed:
            yield Piece(Kind.SAME, "".join(piece.text for piece in run))
            continue
        changed = list(run)
        for kind in (Kind.REMOVED, Kind.ADDED):
            if text := "".join(piece.text for piece in changed if piece.kind is kind):
                yield Piece(kind, text)
