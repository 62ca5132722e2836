"""The calendar as iCalendar (RFC 5545): hour, title, place and state of each meeting, nothing of what is in it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from roomctl import __version__
from roomctl.domain.calendar import Entry
from roomctl.domain.lifecycle import State
from roomctl.domain.secrecy import Level

EACH = timedelta(minutes=15)
"""How often a calendar program may ask again (REFRESH-INTERVAL, RFC 7986, 5.7)."""

_STATUS = {State.PLANNED: "TENTATIVE", State.CANCELLED: "CANCELLED"}


def feed(entries: Iterable[Entry], *, room: str, now: datetime) -> bytes:
    """One VEVENT each, none of them recurring; instants are in UTC, so that no zone has to be described.

    Args:
        room: name of the room: of the calendar, and of the place where none is written.
        now: an instant.

    """
    calendar = Calendar()
    calendar.add("prodid", f"-//roomctl//roomctl {__version__}//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", room)
    calendar.add("x-wr-calname", room)
    calendar.add("refresh-interval", EACH, parameters={"VALUE": "DURATION"})
    for one in entries:
        calendar.add_component(_event(one, room, now))
    made: bytes = calendar.to_ical()
    return made


def _event(one: Entry, room: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{one.id}@roomctl")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", one.from_instant)
    event.add("dtend", one.to_instant)
    event.add("sequence", one.version)
    event.add("summary", _clean(one.title))
    event.add("location", _clean(one.at(room)))
    event.add("status", _STATUS.get(one.state, "CONFIRMED"))
    event.add("class", "PUBLIC" if one.level is Level.OPEN else "PRIVATE")
    return event


def _clean(text: str) -> str:
    """Without characters that TEXT may not hold (RFC 5545, 3.3.11)."""
    return "".join(char for char in text if char == "\n" or char.isprintable())
