"""What the buttons of the close page do: one use case each, in the name of who presses."""

from dataclasses import dataclass, field
from functools import partial

from roomctl.domain.access import Right
from roomctl.errors import BadInput
from roomctl.i18n import tr
from roomctl.services.facade import UseCases
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import admit, allow
from roomctl.web.ui import Press, Values, text_of


@dataclass(slots=True)
class Doing:
    """Of one visitor with one meeting. Every press looks at the visitor's rights again.

    Attributes:
        phones: telephone numbers that this page has looked up, by id of the copy.
        collected: what the field for 份号 has done last.
        back: id of the copy that this page has taken back last.

    """

    visitor: Visitor
    meeting: str
    phones: dict[str, str] = field(default_factory=dict)
    collected: str = ""
    back: str = ""

    @property
    def _use(self) -> UseCases:
        return self.visitor.use

    def _needs(self, right: Right) -> None:
        """Also of the 密级, which may have been raised since the page was opened."""
        allow(self.visitor.user, right)
        admit(self.visitor.user, self._use.meeting(self.meeting).highest_secrecy.level)

    # --- the list

    def press(self, task: str) -> Press:
        def press(_values: Values) -> None:
            self._needs(Right.CLEAR_ROOM)
            self._use.press_task(self.meeting, task)

        return press

    def undo(self, task: str) -> Press:
        def press(_values: Values) -> None:
            self._needs(Right.CLEAR_ROOM)
            self._use.undo_task(self.meeting, task)

        return press

    # --- things left behind

    def found(self, values: Values) -> None:
        self._needs(Right.CLEAR_ROOM)
        place, to = text_of(values, "place"), text_of(values, "to")
        self._use.find_thing(self.meeting, text_of(values, "what"), place=place, to=to)

    def hand_over(self, thing: str) -> Press:
        def press(values: Values) -> None:
            self._needs(Right.CLEAR_ROOM)
            self._use.hand_over(self.meeting, thing, text_of(values, f"to-{thing}"))

        return press

    # --- papers

    def collect(self, values: Values) -> None:
        """By the number that somebody types, or scans."""
        self._needs(Right.HANDLE_PAPERS)
        number = text_of(values, "copy")
        if not number:
            raise BadInput(tr("没有写份号", "no number"), mend=tr("写份号后回车", "type one, then Enter"))
        back = self._use.take_back_handout(self.meeting, number)
        self.back = back.id
        self.collected = tr(f"已收回 {back.line}", f"collected: {back.line}")

    def take_back(self, handout: str) -> Press:
        def press(_values: Values) -> None:
            self._needs(Right.HANDLE_PAPERS)
            self.back = self._use.take_back_handout(self.meeting, handout).id

        return press

    def undo_copy(self, handout: str) -> Press:
        def press(_values: Values) -> None:
            self._needs(Right.SEE_ROSTER)
            self._use.undo_handout(self.meeting, handout, allow=partial(allow, self.visitor.user))

        return press

    def contact(self, handout: str) -> Press:
        """The number stands on this page alone; that it was looked up stands in the log."""

        def press(_values: Values) -> None:
            self._needs(Right.HANDLE_PAPERS)
            self.phones[handout] = self._use.contact_holder(self.meeting, handout)

        return press

    def release(self, handout: str) -> Press:
        def press(values: Values) -> None:
            self._needs(Right.RELEASE_PAPERS)
            self._use.release_handout(self.meeting, handout, text_of(values, "where"))

        return press

    def transfer(self, handout: str) -> Press:
        def press(values: Values) -> None:
            self._needs(Right.ANSWER_FOR_PAPERS)
            self._use.transfer_handout(self.meeting, handout, text_of(values, "where"))

        return press

    def see(self, handout: str) -> Press:
        def press(_values: Values) -> None:
            self._needs(Right.ANSWER_FOR_PAPERS)
            self._use.see_release(self.meeting, handout)

        return press

    # --- the archive

    def retry(self, target: str) -> Press:
        def press(_values: Values) -> None:
            self._needs(Right.RETRY_ARCHIVE)
            self._use.retry_deliveries(self.meeting, target=target)

        return press
