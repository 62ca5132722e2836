"""How the room's PC stands now, without a check run: for whoever looks at the home page."""

from roomctl.api import PluginContext, Result, language, ui
from roomctl_av_check.room_pc import checks

SHOWN = ("disk", "memory", "load", "clock")
"""Those that are quick to read, and that change by themselves."""

AGE = 30.0
"""Seconds that a reading is good for."""


class RoomPanel:
    """Reads the facts at most twice a minute in each language, however many look."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._read: dict[str, tuple[float, tuple[Result, ...]]] = {}

    def build(self) -> ui.Part:
        """A tile a fact."""
        now = self._ctx.clock.monotonic()
        at, results = self._read.get(language(), (now - AGE, ()))
        if now - at >= AGE:
            chosen = [check for check in checks(self._ctx) if check.name in SHOWN]
            results = tuple(result for check in chosen for result in check.run(None))
            self._read[language()] = now, results
        return ui.tag("div", *(ui.result_tile(result) for result in results), class_="rc-tl")
