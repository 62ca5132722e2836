"""录音告知: that the meeting is recorded was told where people pass. One event of a meeting, whichever screen did."""

from roomctl.api import Meeting, PluginContext
from roomctl.api.routes import User

TOLD = "recording_notice"
"""Among the plugin's documents of a meeting, and the kind of its event."""


class RecordingNotice:
    """Notes it the first time that a screen shows it."""

    def __init__(self, ctx: PluginContext, at: str) -> None:
        self._ctx, self._at = ctx, at
        self._told: set[str] = set()

    def shown(self, meeting: Meeting, user: User) -> None:
        """To be called whenever a screen has asked."""
        if user.screen is None or not meeting.recorded or meeting.id in self._told:
            return
        store = self._ctx.store(meeting.id)
        if not store.get(TOLD):
            store.put(TOLD, value=True)
            self._ctx.publish(TOLD, {"at": self._at, "screen": user.name}, meeting.id)
        self._told.add(meeting.id)
