"""Files that survive a power cut, for plugins."""

from roomctl.errors import writing
from roomctl.host.platform import atomic_write, durable_rename, fsync_folder, lock_file, unlock_file

__all__ = ["atomic_write", "durable_rename", "fsync_folder", "lock_file", "unlock_file", "writing"]
