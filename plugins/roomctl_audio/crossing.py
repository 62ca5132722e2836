"""Errors as they cross from one process to another."""

from collections.abc import Mapping

from roomctl.api import BadInput, Busy, MissingPart, NotFound, Refused, RoomctlError

KINDS: Mapping[str, type[RoomctlError]] = {
    kind.__name__: kind for kind in (BadInput, Busy, MissingPart, NotFound, Refused)
}


def failure(error: RoomctlError) -> dict[str, str]:
    """What is sent of an error."""
    return {"kind": type(error).__name__, "what": error.what, "why": error.why, "mend": error.mend}


def raised(said: Mapping[str, str]) -> RoomctlError:
    """The error as it was raised on the other side, of its own kind."""
    return KINDS.get(said["kind"], RoomctlError)(said["what"], said["why"], said["mend"])
