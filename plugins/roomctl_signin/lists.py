"""The attendance list as rows, for people, programs and the archive."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from roomctl.api import Attendance, Meeting, PackageFile, Person, PluginContext, Standing, tr
from roomctl.api.files import atomic_write
from roomctl.api.seating import Chart

COLUMNS = {
    "排序": "rank", "姓名": "name", "单位": "unit", "职务": "duty", "身份": "role", "议题": "items", "座位": "seat",
    "状态": "presence", "签到时间": "arrived", "离开时间": "left", "代会人": "proxy", "代会人职务": "proxy_duty",
    "请假理由": "reason", "批准人": "approver",
}  # fmt: skip
"""Column of the CSV → key of the row. Telephone numbers are not needed for the record and stay out of it."""


def row(standing: Standing) -> dict[str, Any]:
    """One person; instants as ISO 8601 in UTC, None where there is none."""
    person = standing.person
    return {
        "id": person.id,
        "name": person.name,
        "unit": person.unit,
        "duty": person.duty,
        "role": person.role.value,
        "rank": person.rank,
        "seat": person.seat,
        "items": list(person.items),
        "presence": standing.presence.value,
        "present": standing.present,
        "written": standing.written,
        "arrived": _iso(standing.arrived or standing.proxy_arrived),
        "left": _iso(standing.left),
        "proxy": standing.proxy or None,
        "proxy_duty": standing.proxy_duty or None,
        "proxy_present": standing.proxy_arrived is not None,
        "reason": standing.reason or None,
        "approver": standing.approver or None,
        "pending_leave": standing.pending_leave,
        "signature": standing.signature or None,
        "questions": [question.value for question in standing.questions],
    }


def as_json(meeting: Meeting, board: Attendance) -> dict[str, Any]:
    """The whole list: who the meeting is, the counts, and everybody in order of rank."""
    return {
        "meeting": meeting.id,
        "title": meeting.title,
        "counts": asdict(board.counts),
        "people": [row(standing) for standing in board.standings],
    }


def as_csv(meeting: Meeting, board: Attendance) -> str:
    """The same as a table with Chinese heads; times are local, as in the record."""
    zone = ZoneInfo(meeting.zone)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for standing in board.standings:
        cells = row(standing) | {
            "items": "、".join(str(item) for item in standing.person.items),
            "arrived": clock(standing.arrived or standing.proxy_arrived, zone),
            "left": clock(standing.left, zone),
        }
        writer.writerow([_harmless(cells[key]) for key in COLUMNS.values()])
    return out.getvalue()


def package_files(ctx: PluginContext, meeting: Meeting) -> Sequence[PackageFile]:
    """Writes both and names them. A meeting without a roster has no list.

    Each row of the JSON carries the ids of the events that made it, which stand in the meeting's event log.
    """
    board = ctx.services.attendance(meeting.id)
    if not board.standings:
        return []
    whole = as_json(meeting, board)
    events: dict[str, list[str]] = {}
    for fact in ctx.services.attendance_events(meeting.id):
        events.setdefault(str(fact.data["person"]), []).append(fact.id)
    for person in whole["people"]:
        person["events"] = events.get(person["id"], [])
    folder = ctx.folder(meeting.id)
    atomic_write(folder / "attendance.json", json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
    # the mark tells Excel that it is UTF-8
    atomic_write(folder / "attendance.csv", as_csv(meeting, board).encode("utf-8-sig"))
    return [PackageFile(f"records/{name}", folder / name) for name in ("attendance.csv", "attendance.json")]


def seat_of(chart: Chart, person: Person) -> str:
    """Where somebody sits, as a reader finds it: by the plan, else as the roster has it."""
    place = chart.place_of(person.id)
    if place is None:
        return person.seat
    channel = chart.channels.get(place.id)
    return place.label + (tr(f"，话筒 {channel}", f", microphone {channel}") if channel else "")


def clock(at: datetime | None, zone: ZoneInfo) -> str:
    """`09:03:12` of the room; empty for None."""
    return at.astimezone(zone).strftime("%H:%M:%S") if at else ""


def minute(at: datetime | None, zone: ZoneInfo) -> str:
    """`09:44` of the room; empty for None."""
    return f"{at.astimezone(zone):%H:%M}" if at else ""


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _harmless(cell: Any) -> Any:
    """A cell that a spreadsheet would take for a formula is marked as text (CWE-1236)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
