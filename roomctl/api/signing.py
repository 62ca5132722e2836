"""What a plugin may do about who is there: part of `roomctl.api.Services`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from roomctl.domain.attendance import HERE, Attendance, Fact, Method, Person, Sent, Standing
from roomctl.domain.events import Actor
from roomctl.domain.observers import Moves
from roomctl.domain.seating import Chart


class SignIn(Protocol):
    """Each is one unit of work; the actor is the plugin unless another is named."""

    def roster(self, meeting_id: str) -> Sequence[Person]:
        """In order of rank."""
        ...

    def attendance(self, meeting_id: str) -> Attendance:
        """The roster with how each person stands now."""
        ...

    def attendance_events(self, meeting_id: str) -> Sequence[Fact]:
        """The events that everybody's standing derives from, in the order of the log."""
        ...

    def add_people(self, meeting_id: str, people: Iterable[Person], *, actor: Actor | None = None) -> None:
        """All or none. Raises: Refused: the meeting is over."""
        ...

    def sign_in(
        self,
        meeting_id: str,
        person: str,
        *,
        method: Method,
        device: str = "",
        proxy: bool = False,
        signature: str = "",
        sent: Sent = HERE,
        actor: Actor | None = None,
    ) -> Standing:
        """By name or id. Twice is one attendance with two events; twice with one key is one event.

        Args:
            signature: name of the file with what was signed on glass, without its ending.
            sent: the act's key, and how long ago it was done; what was done at the door is kept.

        Raises:
            NotFound: not on the roster. Refused: the meeting is not open, or the proxy is not approved.

        """
        ...

    def leave_early(self, meeting_id: str, person: str, *, sent: Sent = HERE, actor: Actor | None = None) -> Standing:
        """A member goes before the end; an observer goes out. Raises: NotFound, Refused."""
        ...

    def request_leave(
        self,
        meeting_id: str,
        person: str,
        *,
        reason: str,
        proxy: str = "",
        proxy_duty: str = "",
        actor: Actor | None = None,
    ) -> Standing:
        """请假, with who would come instead; somebody has to decide.

        Raises:
            NotFound: not on the roster. Refused: no reason, an observer, or somebody who is to come as a proxy.

        """
        ...

    def decide_leave(self, meeting_id: str, person: str, *, granted: bool, by: str, note: str = "") -> Standing:
        """The approver's word; a refusal says why in `note`. Raises: NotFound, Refused."""
        ...

    def undo_attendance(
        self,
        meeting_id: str,
        person: str,
        *,
        of: str = "",
        leave: bool = False,
        sent: Sent = HERE,
        actor: Actor | None = None,
    ) -> Standing:
        """Takes back the newest of the person's comings and goings, or the one whose key is `of`.

        Args:
            leave: for who decides on leaves: the newest event of any kind, a decision as well.

        Raises:
            NotFound: not on the roster. Refused: there is nothing to take back.

        """
        ...

    def rank_people(
        self, meeting_id: str, ranks: Mapping[str, int], *, actor: Actor | None = None
    ) -> Sequence[Person]:
        """Gives people another rank, by id; the roster as it is then. Raises: NotFound."""
        ...

    def seat_chart(self, meeting_id: str, board: Attendance | None = None) -> Chart:
        """Who sits where; without a layout where no seats were laid out. Raises: NotFound.

        Args:
            board: as `attendance` gives it, where the caller has it already, which saves the most of the work.

        """
        ...

    def copies_out(self, meeting_id: str) -> Mapping[str, Sequence[str]]:
        """份号 of the numbered papers that each person has now, by id; of papers without a 密级. Raises: NotFound."""
        ...

    def moves(self, meeting_id: str, item: int | None = None) -> Moves:
        """Which observers come in, go out and wait (候会) for the item under way, or for another one."""
        ...

    def enter(
        self, meeting_id: str, person: str, item: int | None = None, *, sent: Sent = HERE, actor: Actor | None = None
    ) -> Standing:
        """An observer comes in, at the present frame of the recording. Raises: NotFound, Refused."""
        ...

    def exit(self, meeting_id: str, person: str, *, sent: Sent = HERE, actor: Actor | None = None) -> Standing:
        """An observer goes out, at the present frame of the recording. Raises: NotFound, Refused."""
        ...
