"""Macros that run by themselves when a meeting comes into a state: found by looking at the meetings, not told."""

import threading
from collections.abc import Iterable, Mapping, Sequence

from roomctl.api import Meeting, PluginContext, RoomctlError, State

WATCHED = (
    State.PLANNED, State.APPROVED, State.OPEN, State.IN_SESSION, State.RECESS, State.ADJOURNED, State.CLOSED,
)  # fmt: skip

ENDED = frozenset({State.ADJOURNED, State.CLOSED})


def entered(before: Mapping[str, State] | None, now: Iterable[Meeting]) -> Sequence[Meeting]:
    """Meetings in another state than at the last look; none at the first one: a restart moves nothing.

    One that was not there is new, and was planned: an urgent one may be opened before anybody has looked.
    """
    if before is None:
        return ()
    return [one for one in now if before.get(one.id, State.PLANNED) is not one.state]


class LifeCycle:
    """Looks at the meetings whenever its service does; the macros run one after the other, in threads of their own.

    Where a meeting ends, what is left of those that began it is left out: the room would end switched on.
    """

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._before: dict[str, State] | None = None
        self._cancels: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()

    def look(self) -> None:
        """Begins what is due. Raises: RoomctlError, where macros.toml cannot be read and one is due: it stays due."""
        now = self._ctx.services.meetings(*WATCHED)
        due = entered(self._before, now)
        macros = self._ctx.services.macros() if due else ()
        self._before = {one.id: one.state for one in now}
        for meeting in due:
            if meeting.state in ENDED:
                self._cancel(meeting.id)
            for macro in macros:
                if macro.on is meeting.state:
                    self._begin(macro.id, meeting)
        for gone in self._cancels.keys() - self._before.keys():
            self._cancel(gone)

    def stop(self) -> None:
        """No further step is begun; the one that is under way is not waited for."""
        self._stopped.set()
        for meeting in list(self._cancels):
            self._cancel(meeting)

    def wait(self, seconds: float) -> None:
        """Until those that were begun are over."""
        for thread in self._threads:
            thread.join(seconds)

    def _cancel(self, meeting: str) -> None:
        if (cancelled := self._cancels.pop(meeting, None)) is not None:
            cancelled.set()

    def _begin(self, macro: str, meeting: Meeting) -> None:
        if self._stopped.is_set():
            return
        ends = (
            meeting.state in ENDED
        )  # what switches the room off is not left out when the meeting is closed meanwhile
        cancelled = self._stopped if ends else self._cancels.setdefault(meeting.id, threading.Event())
        self._threads = [one for one in self._threads if one.is_alive()]
        before = self._threads[-1] if self._threads else None

        def work() -> None:
            if before is not None:
                before.join()
            try:
                self._ctx.services.run_macro(macro, meeting_id=meeting.id, cancelled=cancelled)
            except RoomctlError as error:
                self._ctx.log.error("macro %s: %s", macro, error)  # noqa: TRY400 - told in full
            except Exception:
                self._ctx.log.exception("macro %s failed", macro)

        thread = threading.Thread(target=work, name=f"macro {macro}", daemon=True)
        self._threads.append(thread)
        thread.start()
