"""代拟: what goes out to a unit that drafts a paper for the office, and how it is known when it comes back.

A unit sees of the transcript what it heard: all items where one of its people attended the whole meeting, else those
that its people attended (列席) or that it reported on. Of who was away, the reason stays here.
"""

import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from roomctl.api import Attendance, Meeting, Recording, Role, Standing, Transcript, tr
from roomctl_records.drafting import minutes, wording
from roomctl_records.render.docx import OF_MEETING
from roomctl_records.revising import tracked
from roomctl_records.revising.incoming import refused

IDENTIFIER = "urn:roomctl:document:"
"""Before the document's id, in the file's own properties (dc:identifier)."""
_FOR_EDITORS = "\ufeff"  # by which an editor of Windows knows UTF-8
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can tell


def identifier(path: Path, meeting: str, kind: str) -> str:
    """Id of the document that the file was made from; empty where it says none.

    Raises: BadInput: it says that it is of another meeting, or another kind of paper.
    """
    core = tracked.opened(path).core_properties
    told = str(core.identifier or "")
    ours = told.startswith((IDENTIFIER, OF_MEETING))
    if told.startswith(OF_MEETING) and told != OF_MEETING + meeting:
        raise refused(
            tr("它是另一次会议的", "it is of another meeting"),
            tr("核对是不是传错了文件", "see whether it is the right file"),
        )
    if ours and core.subject and core.subject != kind:
        raise refused(
            tr(f"它是{core.subject}，不是{kind}", f"it is a {core.subject}, no {kind}"),
            tr("核对是不是传错了文件", "see whether it is the right file"),
        )
    return told.removeprefix(IDENTIFIER) if told.startswith(IDENTIFIER) else ""


def write(
    source: Path,
    target: Path,
    *,
    document: str,
    kind: str,
    unit: str,
    meeting: Meeting,
    attendance: Attendance,
    recordings: Sequence[Recording],
    transcript: Transcript | None,
    place: str = "",
) -> None:
    """The zip: the paper with its changes tracked from now on, the facts, what was said, and what to do."""
    seen = may_see(unit, meeting, attendance)
    files: dict[str, str | bytes] = {
        f"{kind}.docx": _tracked(source, document),
        "会议情况.txt": _text(_facts(meeting, attendance, place)),
        "发言摘录.txt": _text(_said(meeting, recordings, transcript, seen)),
        "请先读.txt": _text(_what_to_do(kind, unit, meeting, seen)),
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            out.writestr(entry, content)


def may_see(unit: str, meeting: Meeting, attendance: Attendance) -> frozenset[int]:
    """Numbers of the agenda items that people of this unit heard, or that it reported on; 0 is the opening."""
    every = frozenset({0, *(item.n for item in meeting.agenda)})
    seen = {item.n for item in meeting.agenda if item.unit == unit}
    for one in attendance.standings:
        if one.person.unit != unit or not one.present:
            continue
        own = {*one.person.items, *(item.n for item in meeting.agenda if one.person.name in item.observers)}
        if one.person.role is not Role.OBSERVER or not own:
            return every
        seen |= own
    return frozenset(seen)


def _tracked(source: Path, document: str) -> bytes:
    paper = tracked.opened(source)
    paper.core_properties.identifier = IDENTIFIER + document
    tracked.track(paper)
    raw = BytesIO()
    paper.save(raw)
    return raw.getvalue()


def _text(lines: Iterator[str]) -> str:
    return _FOR_EDITORS + "\r\n".join(lines) + "\r\n"


def _facts(meeting: Meeting, attendance: Attendance, place: str) -> Iterator[str]:
    yield f"会议：{meeting.title.strip()}"
    yield f"时间：{wording.moment(minutes.began(meeting))}"
    yield f"地点：{meeting.place or place}"
    if meeting.chair:
        yield f"主持人：{meeting.chair}"
    for label, people in wording.who_came(attendance):
        yield f"{label}："
        yield from (f"  {_person(one)}" for one in people)
    for item in minutes.ordered(meeting.agenda):
        by = "、".join(filter(None, (item.unit, item.presenter)))
        yield f"议题{item.n}：{item.title}" + (f"（汇报：{by}）" if by else "")


def _person(one: Standing) -> str:
    return f"{one.written} {wording.standing_for(one)}".strip()


def _said(
    meeting: Meeting, recordings: Sequence[Recording], transcript: Transcript | None, seen: frozenset[int]
) -> Iterator[str]:
    titles = {item.n: f"议题{item.n}：{item.title}" for item in meeting.agenda}
    found = [one for one in minutes.sections(meeting, recordings, transcript) if one.item in seen]
    if not any(section.turns for section in found):
        yield "（没有可以提供的发言）"
    for section in found:
        if section.turns:
            yield f"【{titles.get(section.item, '开场')}】"
        for turn in section.turns:
            speaker = turn[0].speaker or (minutes.UNKNOWN if section.named else "")
            yield (f"{speaker}：" if speaker else "") + wording.joined(one.text for one in turn)


def _what_to_do(kind: str, unit: str, meeting: Meeting, seen: frozenset[int]) -> Iterator[str]:
    yield f"{unit}：请代拟《{meeting.title.strip()}》的{kind}。"
    if mark := meeting.highest_secrecy.mark:
        yield f"密级：{mark}。请按规定保管、传递，不经互联网发送。"
    yield ""
    yield f"1. 用 Word 或 WPS 打开“{kind}.docx”修改。文件已打开修订，请不要关闭。"
    yield "2. 红头、期号、版记、样式不动，期号和日期由办公室最后填写。"
    yield "3. 有疑问的地方用批注写明。"
    yield "4. 改完把这个 docx 原样发回，不另存为别的格式，不加宏。"
    every = {item.n for item in meeting.agenda}
    if every - seen:
        yield "5. “发言摘录.txt”只有贵单位参加或汇报的议题。"
