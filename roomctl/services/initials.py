"""Chinese text found by the initials of its pinyin: `CQTCC` finds 城区停车场."""

from collections.abc import Callable
from functools import cache, lru_cache
from itertools import product


@lru_cache(maxsize=20_000)
def letters(char: str) -> frozenset[str]:
    """The first letters that a character may be read with, capitals; itself where it is no Chinese character.

    Every reading of a 多音字 counts. Where pypinyin is not installed (it comes with the pages) there is none.
    """
    if char.isascii():
        return frozenset({char.upper()})
    try:
        from pypinyin import Style, pinyin  # noqa: PLC0415 - loads its dictionaries, for a search alone
    except ImportError:
        return frozenset()
    found = pinyin(char, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    return frozenset(one[:1].upper() for one in found[0] if one) if found else frozenset()


@lru_cache(maxsize=50_000)
def _sought_in(text: str) -> tuple[str, bool]:
    """What is looked through: the text, then its initials, once for each way to read it; all in small letters.

    The second says whether the initials are there: not where there are too many ways, or nothing is to be read.
    """
    folded = text.casefold()
    if text.isascii():
        return f"{folded}\n{''.join(filter(str.isalnum, folded))}", True
    read = [letters(char) for char in text if char.isalnum()]
    ways = 1
    for one in read:
        ways *= max(len(one), 1)
    if ways > _MOST:
        return folded, False
    spelt = ("".join(chosen) for chosen in product(*(sorted(one) or [_NONE] for one in read)))
    return "\n".join((folded, *spelt)).casefold(), True


_NONE = "\0"  # of a character that nobody reads: no letter is like it
_MOST = 64
"""Ways to read one text: a title has two or three characters with two readings each."""


def matches(wanted: str, text: str) -> bool:
    """Whether the text holds what is wanted: as it is written, or by the initials of characters in a row."""
    return matcher(wanted)(text)


def matcher(wanted: str) -> Callable[[str], bool]:
    """The same for many texts, most of which come again and again: rooms, chairs, kinds."""
    typed = wanted.casefold()
    spelt = typed.isascii() and typed.isalnum()

    @cache
    def holds(text: str) -> bool:
        if not spelt:
            return wanted in text or typed in text.casefold()
        sought, read = _sought_in(text)
        return typed in sought or (not read and _slowly(typed.upper(), text))

    return holds


def _slowly(typed: str, text: str) -> bool:
    """Character by character, where a text can be read in too many ways."""
    read = [letters(char) for char in text if char.isalnum()]
    places = range(len(read) - len(typed) + 1)
    return any(all(typed[n] in read[at + n] for n in range(len(typed))) for at in places)
