"""On what terms somebody who is signed on takes a room: the buffer of the settings, and what he may see and do."""

from datetime import timedelta

from roomctl.app import Application
from roomctl.domain.access import Right, User
from roomctl.domain.lines import legible
from roomctl.domain.meeting import Overrule
from roomctl.services.calendar import Booking
from roomctl.web.session import allow


def booking_of(application: Application, user: User, why: str = "") -> Booking:
    """The terms.

    Args:
        why: the room is taken although another meeting holds it; who asks stands by it.

    Raises:
        Forbidden: it is to be taken all the same, which this user may not do.

    """
    said = legible(why)
    if said:
        allow(user, Right.OVERRULE)
    return Booking(
        buffer=timedelta(minutes=application.settings.meetings.buffer),
        sees=user.cleared,
        overrule=Overrule(user.name, said) if said else None,
    )
