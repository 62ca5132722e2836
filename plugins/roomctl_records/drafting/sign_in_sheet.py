"""签到表: who was expected and who came, by whom and when, in the order of rank.

At its head stands a check code, which says of which meeting it is and which version, so that a printed or signed
sheet is held against the list of papers. It lets nobody in, on purpose. The code for telephones on the terminal is
good for half a minute and cannot be printed. Personal codes are good for their person until they are revoked: a sheet
that goes from hand to hand would give every one of them to whoever photographs it; and each would be 25 mm high,
seven people to a page. They go out with the notice.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import segno

from roomctl.api import Attendance, Document, Meeting, Presence, Standing, record
from roomctl.api.custody import Way, may
from roomctl_records.drafting import wording
from roomctl_records.drafting.minutes import began

KIND = "签到表"
_HEADER = ("序号", "姓名", "单位及职务", "时间", "情况", "签名")
_CODE_HEIGHT = 20.0
"""Millimetres: 41 modules with the quiet zone, each half a millimetre."""
_WIDTHS = (3, 6, 8, 4, 5, 6)


def draft(
    meeting: Meeting,
    attendance: Attendance,
    signatures: Mapping[str, bytes] | None = None,
    *,
    place: str = "",
    version: int | None = None,
) -> Document:
    """The sheet as it stands. Members first, then those who attend (列席), each list by itself numbered.

    Args:
        signatures: what was written on glass, as PNG, by `Standing.signature`. Who has none there signs by hand.
        version: that the sheet will be; None: it has no check code, as one of a meeting without telephones never has.

    """
    coded = version is not None and may(meeting.highest_secrecy.level, Way.PHONE)
    blocks: list[record.Block] = [
        *([_check_code(meeting, version)] if coded else ()),
        record.Labelled("时间", (wording.moment(began(meeting)),)),
        record.Labelled("地点", (meeting.place or place,)),
    ]
    if meeting.chair:
        blocks.append(record.Labelled("主持人", (wording.spaced(meeting.chair),)))
    blocks.append(record.Note(_sum(attendance)))
    if coded:
        blocks.append(record.Note(f"本次会议签到表第{version}版。右上方是核对码，不能用来签到。"))
    lists = [("出席", attendance.members), ("列席", attendance.observers)]
    present = [(title, people) for title, people in lists if people]
    for place_, (title, people) in enumerate(present, 1):
        if len(present) > 1:
            blocks.append(record.Heading(1, f"{wording.numeral(place_)}、{title}"))
        blocks.append(record.Table(_HEADER, tuple(_rows(people, meeting, signatures or {})), _WIDTHS))
    title = meeting.title.strip()
    return Document(
        kind=KIND,
        title=f"{title}{'' if title.endswith('会议') else '会议'}{KIND}",
        blocks=tuple(blocks),
        mark=meeting.highest_secrecy.mark,
    )


def _check_code(meeting: Meeting, version: int | None) -> record.Picture:
    """In alphanumeric mode (ISO/IEC 18004:2015 clause 7.3.4): the smallest code, and any scanner types it."""
    drawn = BytesIO()
    code = segno.make(f"ROOMCTL:SIGN-IN-SHEET:{meeting.id.upper()}:{version}", micro=False, error="m")
    code.save(drawn, kind="png", scale=8)
    return record.Picture(drawn.getvalue(), "核对码", height=_CODE_HEIGHT, aside=True)


def _sum(attendance: Attendance) -> str:
    """The counts of the members; observers stand outside all sums."""
    counts = attendance.counts
    parts = [f"应到{counts.expected}人", f"实到{counts.present}人"]
    others = {"代会": counts.proxy, "迟到": counts.late, "早退": counts.left_early}
    if among := "、".join(f"{label}{number}人" for label, number in others.items() if number):
        parts.append(f"其中{among}")
    parts += [
        f"{label}{number}人" for label, number in {"请假": counts.leave, "缺席": counts.absent}.items() if number
    ]
    return "，".join(parts) + "。"


def _rows(
    people: Sequence[Standing], meeting: Meeting, signatures: Mapping[str, bytes]
) -> Iterator[tuple[record.Cell, ...]]:
    zone = ZoneInfo(meeting.zone)

    def clock(at: datetime | None) -> str:
        return at.astimezone(zone).strftime("%H:%M") if at else ""

    for number, one in enumerate(people, 1):
        arrived = one.proxy_arrived or one.arrived
        how = _how(one, clock(one.left))
        signed = _signed(one, signatures)
        yield (str(number), one.written, wording.standing_for(one), clock(arrived), how, signed)


def _signed(one: Standing, signatures: Mapping[str, bytes]) -> record.Cell:
    content = signatures.get(one.signature) if one.signature else None
    return record.Picture(content, f"{one.written}签名") if content is not None else ""


def _how(one: Standing, left: str) -> str:
    """What there is to say beside the name; who simply came needs nothing."""
    if one.presence is Presence.ON_LEAVE:
        return f"请假（{one.reason}）" if one.reason else "请假"
    if one.presence is Presence.PRESENT:
        return "代会" if one.proxy_arrived else ""
    said = ("代会，" if one.proxy_arrived else "") + one.presence.value
    return f"{said}（{left}离开）" if one.presence is Presence.LEFT_EARLY and left else said
