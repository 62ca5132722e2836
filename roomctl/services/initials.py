"""Chinese text found by the initials of its pinyin: `CQTCC` finds 城区停车场."""

from functools import lru_cache


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


def matches(wanted: str, text: str) -> bool:
    """Whether the text holds what is wanted: as it is written, or by the initials of characters in a row."""
    if not wanted:
        return True
    if wanted.casefold() in text.casefold():
        return True
    typed = wanted.upper()
    if not typed.isascii() or not typed.isalnum():
        return False
    read = [letters(char) for char in text if char.isalnum()]
    return any(all(typed[n] in read[at + n] for n in range(len(typed))) for at in range(len(read) - len(typed) + 1))
