"""Files that survive a power cut, for plugins."""

from roomctl.durable import atomic_write, changing, durable_rename, fsync_folder, lock_file, locked, unlock_file
from roomctl.errors import writing

__all__ = [
    "atomic_write",
    "changing",
    "durable_rename",
    "fsync_folder",
    "lock_file",
    "locked",
    "unlock_file",
    "writing",
]
