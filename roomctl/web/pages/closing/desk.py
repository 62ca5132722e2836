"""One open close page: its areas, what is unfolded, and the step that closes the meeting."""

from collections.abc import Callable
from functools import partial

from nicegui import ui as gui

from roomctl.errors import RoomctlError
from roomctl.i18n import speaking, tr
from roomctl.web.pages import stepping
from roomctl.web.pages.closing import left, right, sight
from roomctl.web.pages.closing.doing import Doing
from roomctl.web.pages.closing.left import Hand
from roomctl.web.pages.closing.sight import Sight
from roomctl.web.pages.links import links
from roomctl.web.pages.steps import Step, steps
from roomctl.web.pages.technician.doing import Doing as Hands
from roomctl.web.pages.visitor import Area, Visitor, in_its_place
from roomctl.web.ui import Part, Press, Values, chain_strip, state_chip, tag

EACH = 1.0
"""Seconds between two looks of an open page."""

_STEPS = frozenset({"explain", "waive", "closed"})
"""Of a meeting's next steps those that are taken here."""


class Desk:
    """One visitor with one meeting after its session."""

    def __init__(self, visitor: Visitor, meeting: str) -> None:
        self.visitor = visitor
        self.doing = Doing(visitor, meeting)
        self.hands = Hands(visitor, meeting, lambda: None)
        self.stepping = stepping.Desk()
        self.open = ""
        self._meeting = meeting

    def look(self) -> Sight:
        """In a thread. Raises: NotFound, Forbidden, BadInput."""
        return sight.look(self.visitor, self._meeting)

    def title(self, seen: Sight) -> Part:
        """The meeting in the bar."""
        meeting = seen.facts.meeting
        return tag(
            "div", tag("i", class_="rc-sep"), tag("h1", meeting.title, class_="rc-ell rc-tt", title=meeting.title),
            state_chip(meeting.state.label, "run"), class_="rc-row",
        )  # fmt: skip

    def room(self, seen: Sight) -> Part:
        """清理会场."""
        hand = Hand(self.doing, self.hands, self.open, self._unfold)
        return tag("div", left.head(seen), left.rows(seen, hand))

    def steps(self, seen: Sight) -> Part:
        """What closes the meeting, with what it waits for; afterwards: the lights may go off."""
        if not seen.live:
            return tag("div", left.ready(seen), class_="rc-pbot")
        found = self._steps(seen)
        asked = stepping.under(self.visitor, found, self.stepping)
        rule = tr(
            "收不回的材料，由会务负责人写明去向后放行，同时通知机要人员；涉密编号文件不得放行。",
            "A paper that cannot be collected is released by the head of the service, who says where it is; the "
            "security officer is told. A secret one is never released.",
        )
        note = tag("p", rule, class_="rc-s3") if seen.room.handouts.out else None
        return tag("div", asked, tag("div", stepping.row(self.visitor, found, self.stepping), note, class_="rc-pbot"))

    def _steps(self, seen: Sight) -> list[Step]:
        return [one for one in steps(self.visitor, seen.facts) if one.name in _STEPS]

    def deposit(self, seen: Sight) -> Part:
        """送存."""
        return tag(
            "div",
            right.head(seen),
            right.package(seen),
            right.targets(seen, self.doing),
            right.inside(seen),
            tag("div", tag("span", right.rule(), class_="rc-s2 rc-grow"), class_="rc-pbot"),
        )

    def _unfold(self, what: str) -> Press:
        def press(_values: Values) -> None:
            self.open = "" if self.open == what else what

        return press


class Page:
    """The areas of the page in one browser."""

    def __init__(self, visitor: Visitor, meeting: str) -> None:
        self.desk, self._visitor = Desk(visitor, meeting), visitor
        self._client = gui.context.client
        area = partial(Area, visitor, self.look)
        with gui.teleport(".rc-top"):
            self._title = area("rc-about")
        with gui.element("div").classes("rc-close"):
            self._chain, self._notes = area(), area()
            with gui.element("div").classes("rc-ccols"):
                with gui.element("section").classes("rc-panel"):
                    self._list, self._steps = area("rc-clist"), area("rc-cend")
                self._deposit = area("rc-panel rc-cdep")
        gui.on("closing_pictured", lambda: self._visitor.in_turn(self.look))

    async def tick(self) -> None:
        """Never where nobody looks."""
        if self._client.has_socket_connection:
            await self.look(pressed=False)

    async def look(self, *, pressed: bool = True) -> None:
        """Everything anew; what somebody types into stays as it is until they press."""
        desk = self.desk
        try:
            seen: Sight = await self._visitor.run(desk.look)
        except RoomctlError as error:
            with speaking(self._visitor.language):
                gone = tag("div", in_its_place(error), class_="rc-wrap rc-below")
            for area in (self._list, self._steps, self._deposit):
                area.show(Part())
            self._notes.show(gone)
            return
        shown: list[tuple[Area, Callable[[], Part]]] = [
            (self._notes, Part),
            (self._title, lambda: desk.title(seen)),
            (self._chain, lambda: chain_strip(links(seen.facts))),
            (self._deposit, lambda: desk.deposit(seen)),
        ]
        if pressed or not self._typing(seen):
            shown.append((self._list, lambda: desk.room(seen)))
        if pressed or not (desk.stepping.asking or desk.stepping.refused):
            shown.append((self._steps, lambda: desk.steps(seen)))
        for area, make in shown:
            area.show(await self._visitor.draw(make))

    def _typing(self, seen: Sight) -> bool:
        """A field stands on the list: somebody may be writing in it."""
        return bool(self.desk.open) or (seen.live and bool(seen.room.list.homeless))
