"""Errors as they cross from one process to another."""

from collections.abc import Mapping
from typing import Any

from roomctl.api import BadInput, Busy, MissingPart, NotFound, Refused, RoomctlError
from roomctl.api.words import crossed, crossing

KINDS: Mapping[str, type[RoomctlError]] = {
    kind.__name__: kind for kind in (BadInput, Busy, MissingPart, NotFound, Refused)
}


def failure(error: RoomctlError) -> dict[str, Any]:
    """What is sent of an error, in both languages where it was raised in `paired`."""
    told = {"what": error.what, "why": error.why, "mend": error.mend}
    return {"kind": type(error).__name__, **{part: crossing(text) for part, text in told.items()}}


def raised(said: Mapping[str, Any]) -> RoomctlError:
    """The error as it was raised on the other side, of its own kind."""
    return KINDS.get(said["kind"], RoomctlError)(*(crossed(said[part]) for part in ("what", "why", "mend")))
