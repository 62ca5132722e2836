"""Processes of plugins: which of two a pid meant, and whether a child hangs or only has to wait."""

from roomctl.host.platform import Effort, ProcessIdentity, boot, effort, new_session, process_identity, same_process
from roomctl.host.watchdog import Spent, Watchdog, guarded

__all__ = [
    "Effort",
    "ProcessIdentity",
    "Spent",
    "Watchdog",
    "boot",
    "effort",
    "guarded",
    "new_session",
    "process_identity",
    "same_process",
]
