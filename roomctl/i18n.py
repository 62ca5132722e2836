"""Chinese first, English second: every text stands once, in both languages, where it is used.

A pair that stands together cannot fall out of step, and no key file has to be searched.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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


def tr(zh: str, en: str) -> str:
    """The text in the reader's language."""
    return zh if language() == "zh" else en


def several(parts: Iterable[str]) -> str:
    """On one line, as the reader's language sets them apart."""
    return tr("；", "; ").join(parts)
