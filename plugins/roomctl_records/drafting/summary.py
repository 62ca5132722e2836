"""会议纪要 from facts: the opening sentence, what was heard and decided by 议题, who was there, who gets it."""

import re
from collections.abc import Iterator, Sequence

from roomctl.api import (
    AgendaItem,
    Attendance,
    Document,
    DraftPoint,
    Meeting,
    PointKind,
    Recording,
    Standing,
    Transcript,
    record,
)
from roomctl_records.drafting import minutes, wording
from roomctl_records.render.template import Phrases

KIND = "会议纪要"
NO_NUMBER = "第　期"
_LEADS = ("会议决定", "会议议定", "会议要求", "会议强调", "会议明确", "会议认为", "会议指出", "我们决定")
_ANNOUNCES = re.compile(r"(?:决定|议定|明确|讲|说|强调)[一二两三四五六七八九十\d几]+(?:件|项|点|个)\w{0,3}[。：:]?$")
"""会议决定两件事: says that decisions follow, and is none itself."""


def draft(
    meeting: Meeting,
    attendance: Attendance,
    recordings: Sequence[Recording],
    transcript: Transcript | None,
    phrases: Phrases,
    *,
    office: str = "",
    mark: str = "",
) -> Document:
    """The draft, without number and date: they are drawn last.

    Args:
        office: 印发机关.
        mark: above the title; empty: the office's and the meeting's kind, 滨江市人民政府办公室专题会议纪要.

    """
    sections = minutes.sections(meeting, recordings, transcript)
    points = transcript.noted if transcript else ()
    titles = [item.title for item in minutes.ordered(meeting.agenda)]
    kind = meeting.kind.removesuffix("会议") + "会议"
    blocks: list[record.Block] = [record.Paragraph(_opening(meeting, attendance, titles, phrases))]
    blocks.extend(_body(meeting, sections, points, phrases))
    blocks.extend(_people(attendance))
    return Document(
        kind=KIND,
        title=f"{_called(meeting)}纪要",
        blocks=tuple(blocks),
        mark=meeting.highest_secrecy.mark,
        masthead=record.Masthead(mark or f"{office}{kind}纪要", NO_NUMBER, office, ""),
        imprint=record.Imprint(phrases.copies, _copies(attendance, points), office, ""),
    )


def _called(meeting: Meeting) -> str:
    """What the meeting is called, with the word 会议 once."""
    title = meeting.title.strip()
    return title if title.endswith("会议") else f"{title}会议"


def _opening(meeting: Meeting, attendance: Attendance, titles: Sequence[str], phrases: Phrases) -> str:
    """2026年11月12日上午，副市长张建国主持召开…会议，研究…。现将会议议定事项纪要如下："""
    chair = next((one.person for one in attendance.standings if one.person.name == meeting.chair), None)
    called = f"{chair.duty if chair else ''}{meeting.chair}"
    return phrases.opening.format(
        when=wording.half_day(minutes.began(meeting)),
        chair=f"{called}主持" if called else "",
        meeting=_called(meeting),
        subjects=phrases.subjects.format(titles=_listed([one.removesuffix("工作") for one in titles]))
        if titles
        else "",
    )


def _listed(titles: Sequence[str]) -> str:
    *head, last = titles
    return f"{'、'.join(head)}和{last}" if head else last


def _body(
    meeting: Meeting, sections: Sequence[minutes.Section], points: Sequence[DraftPoint], phrases: Phrases
) -> Iterator[record.Block]:
    """One first-level heading per 议题, in the order in which they came up; what belongs to none comes last."""
    agenda = {item.n: item for item in meeting.agenda}
    place = 0
    for section in sections:
        item = agenda.get(section.item)
        said = list(_decided(section, points, phrases))
        if item is None and not said:
            continue
        place += 1
        title = item.title if item else minutes.ELSE
        if len(sections) > 1 or item:
            yield record.Heading(1, f"{wording.numeral(place)}、{title}")
        if item:
            yield record.Paragraph(_heard(item, phrases))
        yield from said
    if not place:
        yield record.Paragraph("（待补记）")


def _heard(item: AgendaItem, phrases: Phrases) -> str:
    if item.unit or item.presenter:
        return phrases.heard.format(unit=item.unit or item.presenter, title=item.title)
    return phrases.considered.format(title=item.title.removesuffix("工作"))


def _decided(section: minutes.Section, points: Sequence[DraftPoint], phrases: Phrases) -> Iterator[record.Paragraph]:
    here = {segment.id for segment in section.segments}
    own = [point for point in points if point.segment in here]
    for point in own:
        said = point.what or point.text
        if point.kind is PointKind.DECISION and not _ANNOUNCES.search(said):
            yield record.Paragraph(phrases.decided.format(text=_bare(said)), segment=point.segment)
        elif point.kind is PointKind.ACTION:
            yield record.Paragraph(phrases.asked.format(text=_action(point)), segment=point.segment)


def _bare(text: str) -> str:
    """Without the words that the phrase before it says already."""
    for lead in _LEADS:
        text = text.rpartition(lead)[2]
    return text.strip().lstrip("：，,: ").rstrip("。")


def _action(point: DraftPoint) -> str:
    """由市住建局牵头，市财政局配合，12月底前完成选址."""
    if not point.what:
        return _bare(point.text)
    parts = [
        f"由{point.owner}牵头" if point.owner else "",
        f"{'、'.join(point.support)}配合" if point.support else "",
        f"{point.deadline}{point.what}"
        if point.deadline and not point.what.startswith(point.deadline)
        else point.what,
    ]
    return "，".join(filter(None, parts)).rstrip("。")


def _people(attendance: Attendance) -> Iterator[record.Block]:
    """After the text and an empty line: 出席, 请假, 列席, in the order of rank."""
    yield record.Space()
    for label, people in wording.who_came(attendance):
        yield record.Labelled(label, tuple(wording.flow([_named(one) for one in people])))


def _named(one: Standing) -> str:
    return one.written if one.proxy_arrived else wording.spaced(one.person.name)


def _copies(attendance: Attendance, points: Sequence[DraftPoint]) -> tuple[str, ...]:
    """The units that were there, and those that have something to do; each once, in that order."""
    there = [one.person.unit for one in attendance.members if one.person.unit]
    asked = [unit for point in points if point.kind is PointKind.ACTION for unit in (point.owner, *point.support)]
    units = list(dict.fromkeys(unit for unit in [*there, *asked] if unit))
    return ("、".join(units),) if units else ("有关单位",)
