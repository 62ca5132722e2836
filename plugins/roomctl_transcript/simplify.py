"""Traditional to simplified: Whisper mixes both."""

from functools import lru_cache
from typing import Any

from roomctl.api import Change


@lru_cache(1)
def _converter() -> Any:
    from opencc import OpenCC  # noqa: PLC0415 - loads its dictionaries

    return OpenCC("t2s")


def simplify(text: str) -> tuple[str, tuple[Change, ...]]:
    """The text in simplified characters, and one change for each run of characters that differ."""
    after = str(_converter().convert(text))
    if after == text:
        return text, ()
    if len(after) != len(text):  # a phrase of another length: told as a whole
        return after, (Change("simplify", text, after, "OpenCC t2s"),)
    changes: list[Change] = []
    at = 0
    while at < len(text):
        end = at
        while end < len(text) and text[end] != after[end]:
            end += 1
        if end > at:
            changes.append(Change("simplify", text[at:end], after[at:end], "OpenCC t2s", at))
        at = end + 1
    return after, tuple(changes)
