"""座签 against the roster: who is expected has a place, and who is not coming has none."""

from collections.abc import Iterator
from dataclasses import replace

from roomctl.api import Attendance, Finding, tr
from roomctl.api.seating import Chart, seated_name
from roomctl_records.proof.text import Line

PAPER = "座签"


def check(chart: Chart, attendance: Attendance) -> Iterator[Finding]:
    """Nothing where no seats were laid out. `block` is the person's place on the roster, from 0."""
    if chart.layout is None:
        return
    for place, one in enumerate(attendance.members):
        name = seated_name(one)
        seat = chart.place_of(one.person.id)
        away = one.person.id in chart.away
        if seat is None and not away:
            said = tr(f"{name}没有座位", f"{name} has no place")
        elif seat is not None and away:
            said = tr(f"{name}已请假，还排着座位", f"{name} has leave, and still has a place")
        else:
            continue
        yield replace(Line(place, name).finding("seat", 0, len(name), said), paper=PAPER)
