"""Processes of plugins: which of two a pid meant, whether a child hangs or only has to wait, the memory it keeps."""

from roomctl.host.platform import (
    Effort,
    ProcessIdentity,
    boot,
    effort,
    few_arenas,
    give_back,
    new_session,
    process_identity,
    same_process,
)
from roomctl.host.watchdog import Spent, Watchdog, guarded

__all__ = [
    "Effort",
    "ProcessIdentity",
    "Spent",
    "Watchdog",
    "boot",
    "effort",
    "few_arenas",
    "give_back",
    "guarded",
    "new_session",
    "process_identity",
    "same_process",
]
