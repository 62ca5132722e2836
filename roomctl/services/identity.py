"""Ids are UUIDv7: they sort by time, and a centre can gather many rooms without a clash."""

import uuid_utils


def new_id() -> str:
    """A UUIDv7 as text (RFC 9562 section 5.7)."""
    return str(uuid_utils.uuid7())
