"""会议记录 from facts: who was there, what was said item by item, what was decided, who does what until when.

Pure: facts in, a document out. The words are the speakers' own; nothing is summed up, and nothing is made up.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from roomctl.api import (
    AgendaItem,
    Attendance,
    Document,
    DraftPoint,
    Edit,
    MarkKind,
    Meeting,
    PointKind,
    Presence,
    Recording,
    Standing,
    Transcript,
    TranscriptSegment,
    record,
    recording,
)
from roomctl_records.drafting import wording

PARAGRAPH = 300  # characters: a long turn is broken at a sentence, so that each part leads to its place in the sound
FULL_LINES = 20  # people; up to here each has a line with unit and duty, above it the names alone, line after line
UNKNOWN = "发言人（待核）"
SPOKEN, DECIDED, TO_DO, ELSE = "发言", "决定", "落实事项", "其他议定事项"

_OPENING = 0  # number of no agenda item: what is said before the first item mark


def draft(
    meeting: Meeting,
    attendance: Attendance,
    recordings: Sequence[Recording],
    transcript: Transcript | None,
    *,
    place: str = "",
    edits: Sequence[Edit] = (),
) -> Document:
    """The draft.

    Args:
        recordings: in order of their number. Item marks part the text by 议题, 不入记录 spans are left out.
        transcript: None where there is none; the secretary then writes under the headings of the agenda.
        place: where the meeting does not say it.
        edits: of the plan; of an urgent meeting the record says what was filled in afterwards.

    """
    said = sections(meeting, recordings, transcript)
    blocks: list[record.Block] = [*_head(meeting, attendance, place)]
    if any(one.frames for one in recordings):
        blocks.append(record.Note("本次会议由办公室统一录音，供整理记录使用。"))
    if meeting.urgent:
        blocks.append(record.Note(_urgent(meeting, edits)))
    blocks.extend(_body(meeting, said, transcript.noted if transcript else ()))
    blocks.append(record.Signatures(("主持人", "记录人")))
    title = meeting.title.strip()
    title += "" if title.endswith("会议记录") else "记录" if title.endswith("会议") else "会议记录"
    return Document(kind="会议记录", title=title, blocks=tuple(blocks), mark=meeting.highest_secrecy.mark)


def _urgent(meeting: Meeting, edits: Sequence[Edit]) -> str:
    """That nobody approved it before, why, and when the rest was filled in."""
    why = meeting.urgent_reason.strip().rstrip("。")
    late = [one.at for one in edits if one.late]
    filled = wording.day(late[-1].astimezone(ZoneInfo(meeting.zone))) if late else ""
    return "".join(
        (
            "本次会议紧急召开，会前未经审批。",
            f"事由：{why}。" if why else "",
            f"会议有关事项于{filled}补充登记。" if filled else "",
        )
    )


def began(meeting: Meeting) -> datetime:
    """The start as it was, else as it was planned, in the time of the meeting's place."""
    zone = ZoneInfo(meeting.zone)
    return meeting.started_at.astimezone(zone) if meeting.started_at else meeting.starts.replace(tzinfo=zone)


# --- the head -----------------------------------------------------------------------------------------------------


def _head(meeting: Meeting, attendance: Attendance, place: str) -> Iterator[record.Labelled]:
    by_name = {one.person.name: one for one in reversed(attendance.standings)}  # of two, the one of the higher rank

    def named(name: str) -> str:
        known = by_name.get(name)
        return _line(known, name) if known else wording.spaced(name)

    members = attendance.members
    rows: list[tuple[str, Sequence[str]]] = [
        ("时间", [wording.moment(began(meeting))]),
        ("地点", [meeting.place or place]),
        ("主持人", [named(meeting.chair)] if meeting.chair else []),
        ("出席", _people([one for one in members if one.present])),
        ("请假", [_on_leave(one) for one in members if one.presence is Presence.ON_LEAVE]),
        ("列席", _observers(meeting, [one for one in attendance.observers if one.present])),
        ("缺席", _people([one for one in members if one.presence in {Presence.ABSENT, Presence.EXPECTED}])),
        ("记录人", [wording.spaced(meeting.minute_taker)] if meeting.minute_taker else []),
    ]
    if len(meeting.agenda) > 0:
        rows.append(("议题", [f"{item.n}. {item.title}" for item in ordered(meeting.agenda)]))
    for label, entries in rows:
        if any(entries):
            yield record.Labelled(label, tuple(entries))


def _people(standings: Sequence[Standing]) -> Sequence[str]:
    """In the order given, which is that of rank."""
    if len(standings) > FULL_LINES:
        return wording.flow([_name(one) for one in standings])
    return [_line(one) for one in standings]


def _name(standing: Standing) -> str:
    return standing.written if standing.proxy_arrived else wording.spaced(standing.person.name)


def _line(standing: Standing, name: str = "") -> str:
    """Name, then unit and duty, of who came; of `name`, where it is given, the duty on the roster."""
    written = wording.spaced(name) if name else _name(standing)
    post = wording.post(standing.person) if name else wording.standing_for(standing)
    return wording.SPACE.join(filter(None, (written, post)))


def _on_leave(standing: Standing) -> str:
    return _line(standing) + (f"（{standing.reason}）" if standing.reason else "")


def _observers(meeting: Meeting, standings: Sequence[Standing]) -> Sequence[str]:
    """Those of the whole meeting, then those of some items, each with its items."""
    every = {item.n for item in meeting.agenda}
    whole, partly = [], []
    for one in standings:
        own = set(one.person.items) | {item.n for item in meeting.agenda if one.person.name in item.observers}
        if own and own != every:
            partly.append(f"{_line(one)}（{wording.items(own)}）")
        else:
            whole.append(_line(one))
    return [*whole, *partly]


# --- what was said ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Section:
    """What was said under one agenda item, turn by turn; `item` is `_OPENING` before the first."""

    item: int
    turns: list[list[TranscriptSegment]] = field(default_factory=list)

    @property
    def segments(self) -> Iterator[TranscriptSegment]:
        return chain.from_iterable(self.turns)

    @property
    def named(self) -> bool:
        """Somebody is known here; who is not is then marked, for the secretary to fill in."""
        return any(segment.speaker for segment in self.segments)


def sections(meeting: Meeting, recordings: Sequence[Recording], transcript: Transcript | None) -> Sequence[Section]:
    """The transcript by agenda item, in the order the items came up; one that came up twice is one section.

    Where there is one item alone, it needs no mark to be told.
    """
    found = _by_marks(recordings, transcript)
    if len(meeting.agenda) == 1 and not any(section.item for section in found):
        return [replace(section, item=meeting.agenda[0].n) for section in found]
    return found


def _by_marks(recordings: Sequence[Recording], transcript: Transcript | None) -> Sequence[Section]:
    order = {one.id: place for place, one in enumerate(recordings)}
    marks = sorted(
        (order[one.id], mark.frame, number)
        for one in recordings
        for mark in one.markers
        if mark.kind is MarkKind.ITEM and (number := _number(mark.note))
    )
    sections: dict[int, Section] = {}
    segments = sorted(
        _on_record(recordings, transcript.shown if transcript else ()),
        key=lambda segment: (order.get(segment.recording, -1), segment.first_frame, segment.track),
    )
    before: tuple[int, str | None] | None = None
    for segment in segments:
        here = (order.get(segment.recording, -1), segment.first_frame)
        item = next((number for place, frame, number in reversed(marks) if (place, frame) <= here), _OPENING)
        turns = sections.setdefault(item, Section(item)).turns
        if (item, segment.speaker) != before:
            turns.append([])
        turns[-1].append(segment)
        before = (item, segment.speaker)
    for _, _, item in marks:
        sections.setdefault(item, Section(item))
    return list(sections.values())


def _number(note: str) -> int:
    """Of the agenda item that a mark names; 0 where it names none."""
    return int(note) if note.strip().isdecimal() else 0


def _on_record(recordings: Sequence[Recording], segments: Iterable[TranscriptSegment]) -> Iterator[TranscriptSegment]:
    """Without the 不入记录 spans, also those that were marked after the transcript was made."""
    spans = {one.id: recording.off_record(one.markers, max(one.frames, 1)) for one in recordings}
    for segment in segments:
        touched = spans.get(segment.recording, ())
        if not any(first < segment.last_frame and segment.first_frame < end for first, end in touched):
            yield segment


# --- the body -----------------------------------------------------------------------------------------------------


def _body(meeting: Meeting, sections: Sequence[Section], points: Sequence[DraftPoint]) -> Iterator[record.Block]:
    if any(section.item for section in sections):
        yield from _by_item(meeting, sections, points)
    elif sections:
        yield from _parts(sections[0], points, level=1)
    else:
        for place, item in enumerate(ordered(meeting.agenda), 1):
            yield record.Heading(1, f"{wording.numeral(place)}、{item.title}")
            yield from _presented(item)
            yield record.Paragraph("（待补记）")
        if not meeting.agenda:
            yield record.Paragraph("（待补记）")


def _by_item(meeting: Meeting, sections: Sequence[Section], points: Sequence[DraftPoint]) -> Iterator[record.Block]:
    agenda = {item.n: item for item in meeting.agenda}
    place = 0
    for section in sections:
        if section.item == _OPENING:
            yield from _speeches(section)
            continue
        place += 1
        item = agenda.get(section.item) or AgendaItem(section.item, f"第{wording.numeral(section.item)}项议题")
        yield record.Heading(1, f"{wording.numeral(place)}、{item.title}")
        yield from _presented(item)
        yield from _parts(section, points, level=2)
    opening = [section for section in sections if section.item == _OPENING]
    outside = [part for section in opening for part in _outcomes(section, points).items() if part[1]]
    if outside:
        yield record.Heading(1, f"{wording.numeral(place + 1)}、{ELSE}")
        yield from _numbered(outside, level=2)


def _presented(item: AgendaItem) -> Iterator[record.Paragraph]:
    if item.presenter or item.unit:
        names = wording.SPACE.join(filter(None, (item.unit, wording.spaced(item.presenter))))
        yield record.Paragraph(names, lead="汇报：")


def _parts(section: Section, points: Sequence[DraftPoint], *, level: int) -> Iterator[record.Block]:
    """Speeches, decisions, actions: each under its heading, where there are any."""
    parts = [(SPOKEN, list(_speeches(section))), *_outcomes(section, points).items()]
    present = [(title, blocks) for title, blocks in parts if blocks]
    yield from _numbered(present, level=level)
    if not present:
        yield record.Paragraph("（待补记）")


def _numbered(parts: Iterable[tuple[str, Sequence[record.Block]]], *, level: int) -> Iterator[record.Block]:
    for place, (title, blocks) in enumerate(parts, 1):
        number = wording.numeral(place)
        yield record.Heading(level, f"{number}、{title}" if level == 1 else f"（{number}）{title}")
        yield from blocks


def _outcomes(section: Section, points: Sequence[DraftPoint]) -> Mapping[str, Sequence[record.Block]]:
    """What was decided while the section was under way, and what is to be done."""
    here = {segment.id for segment in section.segments}
    own = [point for point in points if point.segment in here]
    decisions = [point for point in own if point.kind is PointKind.DECISION]
    actions = [point for point in own if point.kind is PointKind.ACTION]
    return {
        DECIDED: [
            record.Paragraph(f"{place}. {(point.what or point.text).strip()}", segment=point.segment)
            for place, point in enumerate(decisions, 1)
        ],
        TO_DO: [
            record.Paragraph(f"{place}. {_action(point)}", segment=point.segment)
            for place, point in enumerate(actions, 1)
        ],
    }


def _speeches(section: Section) -> Iterator[record.Paragraph]:
    """A turn of speech is one paragraph, or several where it is long; the speaker leads the first."""
    for turn in section.turns:
        lead = f"{turn[0].speaker or UNKNOWN}：" if section.named else ""
        for part in _paragraphs(turn):
            yield record.Paragraph(wording.joined(one.text for one in part), lead=lead, segment=part[0].id)
            lead = ""


def _paragraphs(turn: Sequence[TranscriptSegment]) -> Iterator[list[TranscriptSegment]]:
    part: list[TranscriptSegment] = []
    length = 0
    for segment in turn:
        if part and length + len(segment.text) > PARAGRAPH:
            yield part
            part, length = [], 0
        part.append(segment)
        length += len(segment.text)
    if part:
        yield part


def _action(point: DraftPoint) -> str:
    """What is to be done, then who, with whom, until when, as far as it was said or written."""
    parts = {
        "责任单位": point.owner,
        "配合单位": "、".join(point.support),
        "责任人": point.person,
        "时限": point.deadline,
    }
    said = "；".join(f"{label}：{text}" for label, text in parts.items() if text)
    what = (point.what or point.text).strip().rstrip("。")
    return f"{what}（{said}）。" if said else f"{what}。"


def ordered(agenda: Sequence[AgendaItem]) -> Sequence[AgendaItem]:
    """By their numbers."""
    return sorted(agenda, key=lambda item: item.n)
