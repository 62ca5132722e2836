"""方案 and roster against each other and the office's tables: what is wrong there is wrong in every paper."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from roomctl.api import Attendance, Finding, Meeting, Person, tr
from roomctl_records.proof import figures, leaders, punctuation, units
from roomctl_records.proof.tables import Tables
from roomctl_records.proof.text import Line

PAPER = "方案"


def check(meeting: Meeting, attendance: Attendance, tables: Tables) -> Iterator[Finding]:
    """Its findings have 方案 as their paper; `block` is the number of the agenda item, or of the person, from 0."""
    people = [one.person for one in attendance.standings]
    text = [Line(-1, meeting.title), *(Line(place, item.title) for place, item in enumerate(meeting.agenda))]
    posts = [Line(place, _post(one), label=one.name) for place, one in enumerate(people)]
    found = [
        *figures.check(text),
        *punctuation.check(text),
        *units.check([*text, *posts], tables),
        *leaders.check(text, tables),
        *_known(meeting, people),
        *_apart(people),
        *_led(people, tables),
    ]
    for one in found:
        yield replace(one, paper=PAPER)


def _post(one: Person) -> str:
    return one.duty if one.duty.startswith(one.unit) else one.unit + one.duty


def _known(meeting: Meeting, people: Sequence[Person]) -> Iterator[Finding]:
    """Who leads, reports or attends is on the roster, once there is one."""
    names = {one.name for one in people}
    if not names:
        return
    asked: list[tuple[int, str, str]] = [(-1, meeting.chair, tr("主持人", "the chair"))]
    for place, item in enumerate(meeting.agenda):
        asked.append((place, item.presenter, tr("汇报人", "who reports")))
        asked += [(place, name, tr("列席人", "who attends")) for name in item.observers]
    for place, name, what in asked:
        if name and name not in names:
            yield Line(place, name).finding(
                "name", 0, len(name), tr(f"{what}不在名单里", f"{what} is not on the roster")
            )


def _apart(people: Sequence[Person]) -> Iterator[Finding]:
    """Nobody twice, no rank and no seat for two; 座签 are made from this."""
    ways: Mapping[str, tuple[Sequence[object], str]] = {
        "name": ([(one.name, one.unit) for one in people], tr("名单里有两次", "stands twice on the roster")),
        "order": ([one.rank or None for one in people], tr("名次与别人相同", "has the rank of another")),
        "seat": ([one.seat or None for one in people], tr("座位与别人相同", "has the seat of another")),
    }
    for rule, (keys, said) in ways.items():
        often = Counter(key for key in keys if key is not None)
        for place, (one, key) in enumerate(zip(people, keys, strict=True)):
            if often[key] > 1:
                yield Line(place, one.name).finding(rule, 0, len(one.name), said)


def _led(people: Sequence[Person], tables: Tables) -> Iterator[Finding]:
    """A leader of the list stands on the roster with the post that he has there."""
    for place, one in enumerate(people):
        post = tables.leaders.get(one.name)
        if post and one.duty and not one.duty.endswith(post):
            said = tr(f"{one.name}的职务是{post}", f"the list has {one.name} as {post}")
            yield Line(place, one.duty, label=one.name).finding("post", 0, len(one.duty), said, post)
