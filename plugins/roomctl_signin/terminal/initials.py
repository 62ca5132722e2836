"""What somebody types to find a name: the initials of its pinyin, and the pinyin itself."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, product

MOST_WAYS = 12
"""Ways to read one name that are kept, of its initials and of its pinyin: few names have more than four."""

ANY = "?"
"""In place of a letter that nobody knows: the terminal lets any letter stand for it."""


@lru_cache(maxsize=4096)
def keys(name: str) -> tuple[str, ...]:
    """`ZJ` and `ZHAOJIAN` for 赵健: capitals A to Z; every reading of a 多音字, since names have them.

    A character without a reading is `?`; Latin words give their first letters and themselves.
    """
    read = [ways for part in name.replace("·", " ").split() for ways in _ways(part)]
    short = _joined([list(dict.fromkeys(one[0] for one in ways)) for ways in read])
    return tuple(dict.fromkeys([*short, *_joined(read)])) if read else (ANY,)


def _ways(part: str) -> list[list[str]]:
    """Of each character, or of the whole where it is a Latin word."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - loads its dictionaries, for a terminal alone

    letters = "".join(char for char in part if char.isalnum())
    if letters.isascii():
        return [[letters.upper()]] if letters else []
    found = (pinyin(char, style=Style.NORMAL, heteronym=True, errors=lambda _char: ANY)[0] for char in letters)
    return [list(dict.fromkeys(_capitals(one) for one in ways)) for ways in found]


def _joined(read: list[list[str]]) -> list[str]:
    return ["".join(way) for way in islice(product(*read), MOST_WAYS)]


def _capitals(syllable: str) -> str:
    """Lü is typed LV, as on every keyboard for Chinese."""
    return syllable.upper().replace("Ü", "V")


def fits(known: Sequence[str], typed: str) -> bool:
    """Whether one of a name's keys begins with the capitals that were typed, as the terminal's own page looks."""
    return any(
        len(typed) <= len(key) and all(of in {ANY, char} for of, char in zip(key, typed, strict=False))
        for key in known
    )
