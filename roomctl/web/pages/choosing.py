"""Pages of the menu that belong to a meeting: they lead to the one that is meant, or ask which."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.i18n import tr
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.ui import Part, empty_state, link_button, state_chip, tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a page of the menu asks.

    Attributes:
        path: `/close`: the page of one meeting is `/meetings/<id>/close`.
        meetings: those to choose from, in the order in which they are shown.
        meant: which of them the page leads to by itself; None asks.
        lit: states whose chip is lit.
        nothing: what is said where there is none, and what comes next.
        when: how a meeting's start is written.

    """

    path: str
    title: Callable[[], str]
    right: Right
    meetings: Callable[[Visitor], Sequence[Meeting]]
    meant: Callable[[Sequence[Meeting]], Meeting | None]
    lit: frozenset[State]
    nothing: Callable[[], tuple[str, str]]
    when: str

    def register(self, frame: Frame) -> None:
        """The page of the menu."""

        @frame.page(self.path, self.title, self.right)
        async def choose(visitor: Visitor) -> None:
            found: Sequence[Meeting] = await visitor.run(self.meetings, visitor)
            if (meant := self.meant(found)) is not None:
                gui.navigate.to(self._of(meant))
                return
            area = Area(visitor)
            area.box.classes("rc-fill")
            area.show(await visitor.draw(lambda: self.draw(found)))

    def draw(self, found: Sequence[Meeting]) -> Part:
        """A row a meeting."""
        head = tag("div", tag("h1", self.title(), class_="rc-grow"), class_="rc-hd")
        if not found:
            nothing = empty_state(*self.nothing(), link_button(tr("回今日", "Today"), "/", kind="sm"))
            return tag("div", head, tag("div", nothing, class_="rc-wrap"))
        return tag("div", head, tag("div", *map(self._row, found), class_="rc-wrap"))

    def _row(self, meeting: Meeting) -> Part:
        return tag(
            "div",
            tag("b", f"{meeting.starts:{self.when}}", class_="rc-num rc-nw"),
            tag("span", meeting.title, class_="rc-grow rc-ell", title=meeting.title),
            state_chip(meeting.state.label, "run" if meeting.state in self.lit else ""),
            link_button(tr("打开", "Open"), self._of(meeting), kind="sm"),
            class_="rc-panel rc-row rc-sec2 rc-choose",
        )

    def _of(self, meeting: Meeting) -> str:
        return f"/meetings/{meeting.id}{self.path}"


def only(found: Sequence[Meeting]) -> Meeting | None:
    """The one meeting that there is."""
    return found[0] if len(found) == 1 else None
