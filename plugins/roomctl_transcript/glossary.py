"""The office's own words, `glossary.txt` in the data folder: one a line, for every meeting; anybody may edit it.

A secretary's corrections suggest words. None is taken without somebody saying so.
"""

from collections.abc import Collection, Iterable
from pathlib import Path

from roomctl.api import BadInput, tr
from roomctl.api.files import atomic_write, changing, writing
from roomctl_transcript.papers import plain
from roomctl_transcript.roster import lines

NAME = "glossary.txt"
LONGEST = 30
"""Characters of a term; what is longer is a sentence."""


def terms(data: Path) -> tuple[str, ...]:
    """In the order of the file; none where there is no file. Raises: BadInput, where it is no text."""
    path = data / NAME
    return tuple(dict.fromkeys(lines(path))) if path.is_file() else ()


def add(data: Path, new: Iterable[str]) -> tuple[str, ...]:
    """Those that were not there yet. Raises: BadInput, where one is no term, or the file cannot be written."""
    given = tuple(term for term in dict.fromkeys(map(str.strip, new)) if term)
    with changing(data / NAME):
        wanted = _terms_of(given, known=terms(data))
        if wanted:
            _write(data / NAME, [*_text(data), *wanted])
    return wanted


def _terms_of(given: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """What is new. Raises: BadInput, where one is no term."""
    wanted = tuple(term for term in given if term not in known)
    for term in wanted:
        if len(term) > LONGEST or "#" in term or not term.isprintable():
            raise BadInput(
                tr(f"不能收入“{term[:LONGEST]}”", f"cannot take {term[:LONGEST]!r}"),
                tr(f"一个词最多 {LONGEST} 个字，不带 #", f"a term has at most {LONGEST} characters, and no #"),
                tr("请一行写一个词", "write one term a line"),
            )
    return wanted


def remove(data: Path, gone: Iterable[str]) -> tuple[str, ...]:
    """Those that were there; all other lines stay as they are. Raises: BadInput, where it cannot be written."""
    unwanted = set(map(str.strip, gone))
    with changing(data / NAME):
        found = tuple(term for term in terms(data) if term in unwanted)
        if found:
            _write(data / NAME, [line for line in _text(data) if line.split("#")[0].strip() not in found])
    return found


def _text(data: Path) -> list[str]:
    return plain(data / NAME).splitlines() if (data / NAME).is_file() else []


def _write(path: Path, text: Iterable[str]) -> None:
    """Whole or not at all."""
    with writing(path):
        atomic_write(path, "".join(f"{line}\n" for line in text))
