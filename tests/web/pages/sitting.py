"""Somebody at a page of one meeting, without a browser: reads its parts, types, presses."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from roomctl.domain.access import Role, User
from roomctl.web.pages.board import Board
from roomctl.web.pages.visitor import Visitor


@dataclass
class Sitting:
    """A page says what its desk is, which methods give its parts, and who sits there."""

    DESK: ClassVar[Any]
    PARTS: ClassVar[tuple[str, ...]]
    NAME: ClassVar[str]

    rest: Any
    meeting: str
    role: Role
    desk: Any = field(init=False)

    def __post_init__(self):
        user = User(self.NAME, frozenset({self.role}))
        self.desk = self.DESK(Visitor(user, "zh", False, Board(self.rest.host), None, ""), self.meeting)  # noqa: FBT003

    @property
    def parts(self):
        return [getattr(self.desk, name)() for name in self.PARTS]

    @property
    def html(self):
        return "".join(part.html for part in self.parts)

    @property
    def presses(self):
        return {name: press for part in self.parts for name, press in part.presses.items()}

    def press(self, button, /, **typed):
        self.presses[button](typed)
        return self.html
