"""What plugins offer to screens that nobody signs on at."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from roomctl.domain.access import Right


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenOffer:
    """A screen that nobody signs on at: the room's own, a terminal, one in the waiting room.

    It is served as it stands under `/s/<plugin>/<name>/<meeting>/`, and asks the plugin's routes below
    `/<name>/{meeting…}`, those of them that are made with `needs(right, screen=True)`.

    Attributes:
        name: a to z, 0 to 9 and `-`.
        title: in Chinese and in English.
        folder: holds `index.html` and the files beside it. Scripts and styles are files: nothing inline runs.
        right: what somebody who is signed on needs to open it, and to hand out its link.
        inside: it hangs where the meeting is, and may show the title of an internal one (内部).
        page: name of the plugin's route below `/<name>/{meeting}` that makes its first page, for one that has to work
            without a script; empty: `index.html`.
        door: given, nobody hands out links: `/s/<plugin>/<name>/<meeting>/?c=CODE` lets a telephone in for a while.
            Is told the meeting and the code, and tells whom the code belongs to; empty where it belongs to nobody.
            Raises Forbidden, in words that the person reads.

    """

    name: str
    title: tuple[str, str]
    folder: Path
    right: Right
    inside: bool = False
    page: str = ""
    door: Callable[[str, str], str] | None = None
