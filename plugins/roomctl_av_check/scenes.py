"""Macros that run by themselves when a meeting comes into a state: found by looking at the meetings, not told."""

import threading
from collections.abc import Iterable, Mapping, Sequence

from roomctl.api import Meeting, PluginContext, RoomctlError, State

WATCHED = (
    State.PLANNED, State.APPROVED, State.OPEN, State.IN_SESSION, State.RECESS, State.ADJOURNED, State.CLOSED,
)  # fmt: skip


def entered(before: Mapping[str, State] | None, now: Iterable[Meeting]) -> Sequence[Meeting]:
    """Meetings in another state than at the last look; none at the first one: a restart moves nothing."""
    if before is None:
        return ()
    return [one for one in now if one.id in before and before[one.id] is not one.state]


class LifeCycle:
    """Looks at the meetings whenever its service does; each macro runs in a thread of its own."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._before: dict[str, State] | None = None
        self._cancelled = threading.Event()
        self._threads: list[threading.Thread] = []

    def look(self) -> None:
        """Begins what is due. Raises: RoomctlError, where macros.toml cannot be read and one might be due."""
        now = self._ctx.services.meetings(*WATCHED)
        due = entered(self._before, now)
        self._before = {one.id: one.state for one in now}
        for meeting in due:
            for macro in self._ctx.services.macros():
                if macro.on is meeting.state:
                    self._begin(macro.id, meeting.id)

    def stop(self) -> None:
        """No further step is begun; the one that is under way is not waited for."""
        self._cancelled.set()

    def wait(self, seconds: float) -> None:
        """Until those that were begun are over."""
        for thread in self._threads:
            thread.join(seconds)

    def _begin(self, macro: str, meeting: str) -> None:
        def work() -> None:
            try:
                self._ctx.services.run_macro(macro, meeting_id=meeting, cancelled=self._cancelled)
            except RoomctlError as error:
                self._ctx.log.error("macro %s: %s", macro, error)  # noqa: TRY400 - told in full
            except Exception:
                self._ctx.log.exception("macro %s failed", macro)

        self._threads = [one for one in self._threads if one.is_alive()]
        thread = threading.Thread(target=work, name=f"macro {macro}", daemon=True)
        self._threads.append(thread)
        thread.start()
