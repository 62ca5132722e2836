"""Who and which: ids, and whoever is signed on to this machine.

Ids are UUIDv7: they sort by time, and a centre can gather many rooms without a clash.
"""

import getpass

import uuid_utils


def new_id() -> str:
    """A UUIDv7 as text (RFC 9562 section 5.7)."""
    return str(uuid_utils.uuid7())


def local_user() -> str:
    """Name of whoever is signed on to this machine; `system` where that is a service account without one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "system"
