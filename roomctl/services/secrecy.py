"""密级: whether this machine may hold a meeting, asked at every door."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from roomctl.domain import secrecy
from roomctl.domain.access import CLEARED, HAND_OVER, Role
from roomctl.domain.custody import Declaration
from roomctl.domain.events import LoggedEvent
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import Level, Way
from roomctl.services.ports import UnitOfWork

DECLARED, REVOKED = "secrecy.declared", "secrecy.revoked"
REFUSED = "secrecy.refused"


def declaration(uow: UnitOfWork) -> Declaration | None:
    """The one that stands for this machine; None where there is none.

    A database that was copied to another machine declares nothing there.
    """
    return next((one for at, one in reversed(declarations(uow)) if at == uow.machine and one.revoked is None), None)


def declarations(uow: UnitOfWork) -> Sequence[tuple[str, Declaration]]:
    """Each with the machine that it is for, oldest first."""
    found: dict[str, tuple[str, Declaration]] = {}
    with uow.reading():
        for row, told in told_of(uow, DECLARED, REVOKED):
            if row.kind == DECLARED:
                one = Declaration(
                    id=row.id,
                    approval=told["approval"],
                    level=Level(told["level"]),
                    approved=date.fromisoformat(told["approved"]),
                    by=told["by"],
                    at=row.instant,
                )
                found[row.id] = told["machine"], one
            elif told["declaration"] in found:
                at, one = found[told["declaration"]]
                ended = replace(one, revoked=row.instant, revoked_by=told["by"], reason=told["reason"])
                found[told["declaration"]] = at, ended
    return list(found.values())


def admit(meeting: Meeting, uow: UnitOfWork) -> None:
    """Whether this machine may hold the meeting.

    Raises:
        SecrecyRefused: 绝密, or a state secret on a machine that was not declared for it.

    """
    if not meeting.highest_secrecy.state_secret:
        return  # nobody is asked
    standing = declaration(uow)
    secrecy.admit(meeting.highest_secrecy, standing.level if standing else None)


def shown(roles: frozenset[Role], uow: UnitOfWork) -> Level:
    """The highest level that this machine shows to somebody with these roles.

    What it holds of a declaration that has ended is shown to those who hand it over; what came with a copy of another
    machine's database is shown to nobody.
    """
    if CLEARED[Level.SECRET].isdisjoint(roles):
        return Level.INTERNAL  # nobody is asked
    return here(uow, handing_over=not HAND_OVER.isdisjoint(roles))


def here(uow: UnitOfWork, *, handing_over: bool) -> Level:
    """The highest level that this machine shows at all; of a declaration that has ended, to hand it over."""
    mine = [one for at, one in declarations(uow) if at == uow.machine]
    count = [one.level for one in mine if one.revoked is None or handing_over]
    return max(count, key=lambda level: level.degree, default=Level.INTERNAL)


def closed_to(way: Way, uow: UnitOfWork) -> Level | None:
    """The level for which this machine opens no such way: it is declared for it, or holds it. None: it opens it."""
    standing = declaration(uow)
    with uow.reading():
        levels = {*uow.meetings.levels(), *([standing.level] if standing else [])}
    return max(
        (one for one in levels if one.degree >= Level.SECRET.degree and not secrecy.may(one, way)),
        key=lambda level: level.degree,
        default=None,
    )


def need_shown(meeting: Meeting, uow: UnitOfWork, *, handing_over: bool) -> None:
    """Whether a command of this machine may show the meeting. Raises: SecrecyRefused."""
    if meeting.highest_secrecy.state_secret:
        level = here(uow, handing_over=handing_over)
        secrecy.admit(meeting.highest_secrecy, level if level.degree >= Level.SECRET.degree else None)


def told_of(uow: UnitOfWork, *kinds: str) -> Iterator[tuple[LoggedEvent, Mapping[str, Any]]]:
    """Rows of the room's stream with what they tell, oldest first."""
    for row in uow.events.stream(uow.room.id, kinds):
        yield row, json.loads(row.data)
