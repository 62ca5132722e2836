"""Names, 职务 and order against the roster: every list of a paper has to say the same."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from roomctl.api import Attendance, Finding, Meeting, Person, Presence, tr
from roomctl_records.drafting import wording
from roomctl_records.proof.text import Line

LISTS = ("出席", "请假", "列席", "缺席")
RANKED = ("出席", "请假", "缺席")
"""列席 come by 议题, those of the whole meeting first."""
NAME_COLUMN, POST_COLUMN = "姓名", "单位及职务"
_SHORTEST = 2  # characters of a name: one alone is found in every second word
_People = Mapping[str, Sequence[Person]]
"""By name: two may have the same, and are told apart by unit and duty."""


def check(text: Sequence[Line], meeting: Meeting, attendance: Attendance) -> Iterator[Finding]:
    """Who is on a list but not on the roster, with another post than there, in another order, or missing."""
    people: dict[str, list[Person]] = {}
    for one in attendance.standings:
        people.setdefault(one.person.name, []).append(one.person)
    proxies = {one.proxy for one in attendance.standings if one.proxy}
    yield from _chair(text, meeting)
    for label in LISTS:
        own = [line for line in text if line.label == label]
        if own:
            yield from _listed(own, people, proxies)
    yield from _missing(text, people, attendance)
    yield from _sheet(text, people)
    yield from _alike(text, people)


def _missing(text: Sequence[Line], people: _People, attendance: Attendance) -> Iterator[Finding]:
    """Where a paper has a list of who was there, no member who came or had leave is on none of its lists.

    Of namesakes each stands there: by unit or duty where the paper has them, else the name as often as they are many.
    """
    lists = [line for line in text if line.label in LISTS]
    if not any(line.label == "出席" for line in lists):
        return
    proxies = {one.proxy for one in attendance.standings if one.proxy}
    persons, names = _on_lists([line for line in lists if line.label != "列席"], people, proxies)
    beside, guests = _on_lists([line for line in lists if line.label == "列席"], people, proxies)
    names += guests - Counter(one.person.name for one in attendance.observers if one.person.id not in beside)
    expected = [one for one in attendance.members if one.present or one.presence is Presence.ON_LEAVE]
    called_alike = Counter(one.person.name for one in expected)
    for one in expected:
        name = one.person.name
        if one.person.id in persons or one.person.id in beside or (one.proxy and one.proxy in names):
            continue
        if names[name] > 0:
            names[name] -= 1
            continue
        said = (
            tr(f"名单里有{name}，稿子里没有", f"{name} is on the roster, and on no list here")
            if called_alike[name] == 1
            else tr(
                f"名单里有 {called_alike[name]} 位{name}，稿子里少一位",
                f"{called_alike[name]} of the roster are called {name}, and one of them is on no list here",
            )
        )
        yield lists[0].finding("missing", 0, len(lists[0].text), said, name)


def _on_lists(
    lists: Sequence[Line], people: _People, proxies: Collection[str]
) -> tuple[Collection[str], Counter[str]]:
    """Ids of those whom a post beside the name tells from namesakes; and how often each other name is written."""
    persons, names = set[str](), Counter[str]()
    for line in lists:
        every = _occurrences(line, {*people, *proxies})
        alone = every[0] if len(every) == 1 else ""
        meant = [one.id for one in people.get(alone, ()) if _written(line, one) in _posts(one) - {""}]
        if len(meant) == 1:
            persons.update(meant)
        else:
            names.update(every)
    return persons, names


def _sheet(text: Sequence[Line], people: _People) -> Iterator[Finding]:
    """签到表: its names are those of the roster, with their posts, in the order of rank within a table."""
    posts = {(line.block, line.entry): line for line in text if line.label == POST_COLUMN}
    last: dict[int, Person] = {}
    for line in text:
        if line.label != NAME_COLUMN or (line.block, line.entry) not in posts:
            continue
        called = people.get(_bare(line.text).split("（")[0])
        if called is None:
            if "代" not in line.text:
                yield line.finding(
                    "name", 0, len(line.text), tr("名单里没有这个人", "nobody of that name on the roster")
                )
            continue
        beside = posts[line.block, line.entry]
        meant = [one for one in called if _bare(beside.text) in _posts(one)]
        person, before = (meant or called)[0], last.get(line.block)
        if before and before.rank and person.rank and person.rank < before.rank:
            yield line.finding(
                "order", 0, len(line.text), tr(f"名次应在{before.name}之前", f"comes before {before.name}")
            )
        last[line.block] = person
        if "代" not in line.text and not meant:
            post = wording.post(person)
            said = tr(f"名单里是“{post}”", f"the roster has {post!r}")
            yield beside.finding("post", 0, len(beside.text), said, post)


def _chair(text: Sequence[Line], meeting: Meeting) -> Iterator[Finding]:
    for line in text:
        name = _bare(line.text).split(wording.SPACE)[0]
        if line.label == "主持人" and meeting.chair and meeting.chair not in _bare(line.text):
            said = tr(f"会议方案里主持人是{meeting.chair}", f"the plan has {meeting.chair}")
            yield line.finding("name", 0, len(name), said, meeting.chair)


def _listed(lines: Sequence[Line], people: _People, proxies: Collection[str]) -> Iterator[Finding]:
    """Rank rises down a list; each name is one of the roster, with the post it has there."""
    last: Person | None = None
    for line in lines:
        here = _named(line, {*people, *proxies})
        if not here:
            yield line.finding("name", 0, len(line.text), tr("名单里没有这个人", "nobody of that name on the roster"))
        for name in here:
            called = people.get(name, ())
            meant = [
                one for one in called if len(called) == 1 or (len(here) == 1 and _written(line, one) in _posts(one))
            ]
            if len(meant) != 1:
                continue  # a proxy, or one of two who have the name
            (person,) = meant
            at = max(0, line.text.find(name[0]))
            if line.label in RANKED and last and last.rank and person.rank and person.rank < last.rank:
                said = tr(f"名次应在{last.name}之前", f"comes before {last.name}")
                yield line.finding("order", at, at + len(name), said)
            last = person
        if len(here) == 1 and here[0] not in proxies:
            yield from _post(line, people[here[0]])


def _named(line: Line, names: Collection[str]) -> Sequence[str]:
    """Those that stand in a line, each once, in its order."""
    return list(dict.fromkeys(_occurrences(line, names)))


def _occurrences(line: Line, names: Collection[str]) -> Sequence[str]:
    """Each time that one of them stands in a line; where one is the beginning of another, the longer one."""
    either = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.findall(either, _bare(line.text)) if either else []


def _written(line: Line, person: Person) -> str:
    """What stands beside the name of that person."""
    return _bare(line.text).replace(_bare(wording.spaced(person.name)), "", 1).split("（")[0].strip()


def _posts(person: Person) -> set[str]:
    """The ways to write what somebody is."""
    return {_bare(wording.post(person)), _bare(person.duty), _bare(person.unit)}


def _post(line: Line, called: Sequence[Person]) -> Iterator[Finding]:
    """Beside one name alone: what stands there is the post of the roster, of one who is called so, or nothing."""
    written, posts = _written(line, called[0]), [_bare(wording.post(one)) for one in called]
    if written and all(posts) and not any(written in _posts(one) for one in called):
        start, post = line.text.find(written[0]), "、".join(posts)
        said = tr(f"名单里是“{post}”", f"the roster has {post!r}")
        yield line.finding("post", max(0, start), len(line.text), said, post)


def _alike(text: Sequence[Line], people: _People) -> Iterator[Finding]:
    """A name of the roster with one other character in it, where nobody is called so: 张建国 and 张建围."""
    for name, called in people.items():
        if len(name) <= _SHORTEST:
            continue
        for line in text:
            bare = line.text
            for start in range(len(bare) - len(name) + 1):
                seen = bare[start : start + len(name)]
                differs = [place for place in range(len(name)) if seen[place] != name[place]]
                if differs in ([1], [2]) and seen not in people and _spoken_to(bare, start, len(name), called):
                    said = tr(f"名单里是{name}", f"the roster has {name}")
                    yield line.finding("name", start, start + len(name), said, name)


def _spoken_to(text: str, start: int, length: int, called: Sequence[Person]) -> bool:
    """What stands beside it calls a person: 同志, a post, a colon. Without that a word may be just alike."""
    after, before = text[start + length :], text[:start]
    duties = tuple(one.duty or "同志" for one in called)
    return after.startswith(("同志", "：", "主持", *duties)) or before.endswith((*duties, "主持人："))


def _bare(text: str) -> str:
    return text.replace(wording.SPACE, "").replace(" ", "")
