"""Processes of plugins: which of two a pid meant, and whether a child hangs or only has to wait."""

from roomctl.host.platform import ProcessIdentity, boot, new_session, process_identity, same_process
from roomctl.host.watchdog import Watchdog, guarded

__all__ = ["ProcessIdentity", "Watchdog", "boot", "guarded", "new_session", "process_identity", "same_process"]
