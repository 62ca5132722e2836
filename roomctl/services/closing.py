"""The use cases of the room under one roof: 清理会场, the handouts, the log of order and logistics."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from roomctl.domain.access import Right
from roomctl.domain.clearing import LeftBehind
from roomctl.domain.handouts import Handout
from roomctl.domain.meeting import Meeting
from roomctl.domain.order_log import LogEntry, LogKind
from roomctl.domain.secrecy import OPEN, Secrecy
from roomctl.services import clearing, handouts, marks, office_files, order_log
from roomctl.services.bound import Bound
from roomctl.services.clearing import Room
from roomctl.services.marks import Desk


class ClosingUseCases(Bound):
    """Part of `UseCases`."""

    def _hand(self) -> Desk:
        return Desk(**self._all())

    # --- the list

    def clearing(self, meeting_id: str) -> Room:
        return clearing.look(meeting_id, uow=self._open(), data=self.data)

    def press_task(self, meeting_id: str, task: str) -> Room:
        return clearing.press(meeting_id, task, desk=self._hand())

    def undo_task(self, meeting_id: str, task: str) -> Room:
        return clearing.undo(meeting_id, task, desk=self._hand())

    def clear(self, meeting_id: str, *, left_behind: str = "") -> Meeting:
        """Somebody vouches for all that is open. Raises: Refused: a paper is out, a thing has gone to nobody."""
        return clearing.press_all(meeting_id, left_behind, desk=self._hand())

    # --- things left behind

    def find_thing(self, meeting_id: str, what: str, *, place: str = "", to: str = "") -> LeftBehind:
        return clearing.find_thing(meeting_id, what, place, to, desk=self._hand())

    def hand_over(self, meeting_id: str, thing: str, to: str) -> LeftBehind:
        return clearing.hand_over(meeting_id, thing, to, desk=self._hand())

    def add_picture(self, meeting_id: str, thing: str, content: bytes) -> LeftBehind:
        return clearing.add_picture(meeting_id, thing, content, desk=self._hand())

    def picture(self, meeting_id: str, thing: str) -> Path:
        return clearing.picture(meeting_id, thing, uow=self._open(), data=self.data)

    # --- handouts

    def register_handouts(
        self, meeting_id: str, document: str, copies: Sequence[str], *, secrecy: Secrecy = OPEN
    ) -> Sequence[Handout]:
        return handouts.register(meeting_id, document, copies, secrecy, desk=self._hand())

    def sign_out_handout(self, meeting_id: str, handout: str, person: str) -> Handout:
        return handouts.sign_out(meeting_id, handout, person, desk=self._hand())

    def take_back_handout(self, meeting_id: str, handout: str) -> Handout:
        return handouts.take_back(meeting_id, handout, desk=self._hand())

    def release_handout(self, meeting_id: str, handout: str, where: str) -> Handout:
        return handouts.release(meeting_id, handout, where, desk=self._hand())

    def transfer_handout(self, meeting_id: str, handout: str, where: str) -> Handout:
        return handouts.transfer(meeting_id, handout, where, desk=self._hand())

    def see_release(self, meeting_id: str, handout: str) -> Handout:
        return handouts.see_release(meeting_id, handout, desk=self._hand())

    def copies_out(self, meeting_id: str) -> Mapping[str, Sequence[str]]:
        """份号 of the copies that each person has now, by their id; of papers without a 密级. Raises: NotFound."""
        with self._open().reading() as uow:
            out = clearing.register_of(uow.meetings.get(meeting_id).id, uow).out
        held: dict[str, list[str]] = {}
        for one in out:
            if not one.secrecy.mark:
                held.setdefault(one.holder, []).append(one.copy)
        return held

    def unseen_releases(self, meeting_id: str) -> Sequence[Handout]:
        """Copies that were released, and nobody of the 机要 has seen it."""
        with self._open().reading() as uow:
            return clearing.register_of(meeting_id, uow).unseen

    def undo_handout(
        self, meeting_id: str, handout: str, *, allow: Callable[[Right], None] = lambda _right: None
    ) -> Handout:
        """Args: allow: is asked for the right that the act which is taken back was done with."""
        return handouts.undo_handout(meeting_id, handout, allow=allow, desk=self._hand())

    def contact_holder(self, meeting_id: str, handout: str) -> str:
        """The telephone of who has a copy; that it was looked up is an event."""
        return handouts.contact(meeting_id, handout, desk=self._hand())

    # --- the log

    def log_kinds(self) -> Sequence[LogKind]:
        return office_files.log_kinds(self.data)

    def note_log(self, meeting_id: str, kind: str, text: str, *, corrects: str = "") -> LogEntry:
        return order_log.note(meeting_id, kind, text, corrects=corrects, desk=self._hand())

    def order_log(self, meeting_id: str) -> Sequence[LogEntry]:
        return order_log.entries(meeting_id, uow=self._open())

    # --- what a meeting tells of itself

    def begun_item(self, meeting_id: str) -> tuple[int, datetime] | None:
        """Of a meeting that is not recorded: the item under way, and since when."""
        return marks.last_begun(meeting_id, uow=self._open())

    def announce_recording(self, meeting_id: str) -> None:
        """录音告知 was said aloud. Raises: Refused: the meeting is not recorded, or does not meet."""
        order_log.announce(meeting_id, desk=self._hand())

    def recording_told(self, meeting_id: str) -> datetime | None:
        """When 录音告知 was first told: by a screen, or aloud."""
        return order_log.told(meeting_id, uow=self._open())
