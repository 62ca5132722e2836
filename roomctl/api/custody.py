"""What a plugin may ask about 密级, and do about 涉密介质: part of `roomctl.api.Services`."""

from collections.abc import Sequence
from typing import Protocol

from roomctl.domain.custody import LABEL, MEDIUM, Declaration, Handover, Medium, is_stub, place_name, serial_on
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import SecrecyRefused, Way, may

__all__ = [
    "LABEL",
    "MEDIUM",
    "Custody",
    "Declaration",
    "Handover",
    "Medium",
    "SecrecyRefused",
    "Way",
    "is_stub",
    "may",
    "place_name",
    "serial_on",
]


class Custody(Protocol):
    """The one table, and the register. What is refused is noted."""

    def need_held(self, meeting_id: str, what: str) -> Meeting:
        """Whether this machine may hold the meeting; asked before something comes into it.

        Args:
            what: is tried, in English, for the log.

        Raises:
            NotFound. SecrecyRefused.

        """
        ...

    def need_shown(self, meeting_id: str, *, handing_over: bool = False) -> Meeting:
        """A meeting for a command to show at this machine.

        Args:
            handing_over: the command serves to hand it over; then a declaration that has ended counts too.

        Raises:
            NotFound. SecrecyRefused: 绝密, or a state secret that this machine is not declared for.

        """
        ...

    def shown_meetings(self, *states: State) -> Sequence[Meeting]:
        """Those whose titles a list of a command may have, newest first; in one of the states, where any is named."""
        ...

    def need_way(self, meeting_id: str, way: Way) -> Meeting:
        """Whether something of the meeting may go this way. Raises: NotFound, SecrecyRefused."""
        ...

    def declaration(self) -> Declaration | None:
        """That stands for this machine."""
        ...

    def medium(self, serial: str) -> Medium:
        """Raises: NotFound."""
        ...

    def handovers(self, meeting_id: str | None = None) -> Sequence[Handover]:
        """Of a meeting or of all, in the order of their numbers."""
        ...

    def hand_package_over(
        self, meeting_id: str, *, package: str, medium: str, by: str, files: int, size: int, manifest_sha256: str
    ) -> Handover:
        """A package is on a registered medium, read back and equal. Raises: NotFound, Refused, BadInput."""
        ...
