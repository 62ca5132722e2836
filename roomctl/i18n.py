"""Chinese first, English second: every text stands once, in both languages, where it is used.

A pair that stands together cannot fall out of step, and no key file has to be searched.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Self

_language: ContextVar[str | None] = ContextVar("language", default=None)


_SAID_BY = ("ROOMCTL_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides (POSIX.1-2017, 8.2, without LANGUAGE)."""


def language() -> str:
    """`zh` or `en`: what the task set, else ROOMCTL_LANG, else the locale; Chinese where nothing says English."""
    chosen = _language.get()
    if chosen:
        return chosen
    wanted = next((os.environ[name] for name in _SAID_BY if os.environ.get(name)), "")
    return "en" if wanted.lower().startswith("en") else "zh"


def use(code: str) -> None:
    """Sets the language of this task or thread: `zh` or `en`."""
    _language.set(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """The language of one answer: `zh` or `en`; afterwards it is what it was."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


class Pair(str):
    """A text that keeps both wordings, for readers who come later.

    It is a string of the language in which it was made; where it is put into another text, it is said in the language
    of that moment.
    """

    __slots__ = ("en", "zh")
    zh: str
    en: str

    def __new__(cls, zh: str, en: str) -> Self:
        """Of two pairs, such as one text that was made twice, it takes from each its own wording."""
        zh, en = chinese(zh), english(en)
        made = super().__new__(cls, zh if language() == "zh" else en)
        made.zh, made.en = zh, en
        return made

    @classmethod
    def of(cls, make: Callable[[], str]) -> Self:
        """A text that is made once in each language."""
        with speaking("zh"):
            zh = str(make())
        with speaking("en"):
            en = str(make())
        return cls(zh, en)

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]  # of a copy, which takes both
        return self.zh, self.en

    def __str__(self) -> str:
        return self.zh if language() == "zh" else self.en

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def chinese(text: str) -> str:
    """The Chinese of a text; one that is there in one language alone is as it is."""
    return text.zh if isinstance(text, Pair) else text


def english(text: str) -> str:
    """Its English, in the same way."""
    return text.en if isinstance(text, Pair) else text


def crossing(text: str) -> str | list[str]:
    """A text as JSON takes it to another process, or to a later one: of a pair both wordings. `crossed` reads it."""
    return [text.zh, text.en] if isinstance(text, Pair) and text.zh != text.en else text


def crossed(said: str | list[str]) -> str:
    """What `crossing` made, on the other side."""
    return said if isinstance(said, str) else Pair(*said)


_paired: ContextVar[bool] = ContextVar("paired", default=False)


@contextmanager
def paired() -> Iterator[None]:
    """What `tr` tells in here is kept for readers of either language: a `Pair`."""
    token = _paired.set(True)
    try:
        yield
    finally:
        _paired.reset(token)


def tr(zh: str, en: str) -> str:
    """The text in the reader's language."""
    if _paired.get():
        return Pair(zh, en)
    return zh if language() == "zh" else en


def several(parts: Iterable[str]) -> str:
    """On one line, as the reader's language sets them apart."""
    told = list(parts)
    return tr("；".join(map(chinese, told)), "; ".join(map(english, told)))
