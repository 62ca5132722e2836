"""Who somebody at a telephone is. Only who fits what was typed is told, and never the whole list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from roomctl.api import Standing
from roomctl_signin.terminal.initials import fits, keys
from roomctl_signin.terminal.sight import NameShape

MOST, LEAST = 4, 2
"""Names of one answer, and letters or characters that have to be typed: with one letter a list could be read off."""


@dataclass(frozen=True, slots=True)
class Found:
    """Attributes: more: too many fit, and none is told; refused: names of proxies whom nobody has approved."""

    names: Sequence[NameShape] = ()
    more: bool = False
    refused: Sequence[str] = ()


def find(names: Iterable[NameShape], standings: Iterable[Standing], typed: str) -> Found:
    """By initials, pinyin, or the beginning of the name."""
    wanted = "".join(typed.split()).replace("·", "")
    if not wanted:
        return Found()
    fitting = [one for one in names if _fits(one.name, one.keys, wanted)]
    asked = (one.leave.proxy for one in standings if one.leave and one.leave.proxy and not one.leave.granted)
    refused = [name for name in asked if _is(name, keys(name), wanted)]
    if len(fitting) > MOST:
        return Found(more=True, refused=refused)
    return Found(fitting, refused=refused)


def _fits(name: str, known: Sequence[str], wanted: str) -> bool:
    plain = name.replace("·", "").replace(" ", "")
    if not wanted.isascii():
        return plain == wanted or (len(wanted) >= LEAST and plain.startswith(wanted))
    capitals = wanted.upper()
    return plain.upper() == capitals or (len(capitals) >= LEAST and fits(known, capitals))


def _is(name: str, known: Sequence[str], wanted: str) -> bool:
    return name.replace("·", "").replace(" ", "") == wanted or wanted.upper() in known
