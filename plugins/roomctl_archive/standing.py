"""For `roomctl archive status`: each package at each target, and what reading them again has found."""

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table

from roomctl.api import Meeting, PluginContext, tr
from roomctl.api.deliveries import Delivery, FixityCheck
from roomctl_archive import reconcile
from roomctl_archive.courier import name_of

UNITS = ("B", "kB", "MB", "GB", "TB")


def as_json(ctx: PluginContext, meeting: Meeting | None) -> dict[str, Any]:
    """One object; `ok` is false where something does not go on, or was found damaged."""
    rows, checks = _deliveries(ctx, meeting), _checks(ctx, meeting)
    return {
        "ok": not any(row.trouble for row in rows) and all(check.ok for check in checks),
        "deliveries": [
            {**row.as_json(), "required": _required(ctx, row.target), "trouble_text": str(row.trouble or "")}
            for row in rows
        ],
        "fixity": [check.as_json() for check in checks],
        "unregistered": {one.place: list(one.unknown) for one in reconcile.newest(ctx) if one.unknown},
        "gone": {one.place: [package for _, package in one.gone] for one in reconcile.newest(ctx) if one.gone},
    }


def table(ctx: PluginContext, meeting: Meeting | None) -> Table:
    """A line for each package and target that is on its way, or of the meeting that was asked for."""
    made = Table(box=None, pad_edge=False)
    made.add_column(tr("会议", "meeting"), overflow="fold", min_width=12)
    for title in (
        tr("目标", "target"),
        tr("进度", "step"),
        tr("大小", "size"),
        tr("已送/已核对", "sent/read back"),
        tr("速率", "rate"),
        tr("下次重试", "next try"),
    ):
        made.add_column(title, no_wrap=True)
    zone = ZoneInfo(ctx.services.room.zone)
    titles = {str(one.id): one.title for one in ctx.services.shown_meetings()}
    for row in _deliveries(ctx, meeting):
        made.add_row(
            f"{titles.get(row.meeting, '')} …{row.meeting[-6:]}",
            name_of(row.target),
            row.step.label,
            size(row.bytes) if row.bytes else "",
            f"{100 * row.sent // row.bytes}% / {100 * row.checked // row.bytes}%" if row.bytes else "",
            f"{size(row.rate)}/s" if row.rate and not row.done else "",
            f"{row.next_try.astimezone(zone):%m-%d %H:%M}" if row.next_try else "",
        )
    return made


def lines(ctx: PluginContext, meeting: Meeting | None) -> Iterator[str]:
    """What does not go on, and what was found damaged; with the mend."""
    for row in _deliveries(ctx, meeting):
        if row.trouble:
            again = tr(f"（已试 {row.tries} 次）", f" ({row.tries} tries)")
            yield f"{name_of(row.target)}: {row.trouble}{again}"
    for check in _checks(ctx, meeting):
        for fault in check.problems:
            yield f"{name_of(check.place)}: {check.package}: {fault.file}: {fault.what}"
    for one in reconcile.newest(ctx):
        name = name_of(one.place)
        for key in one.unknown:
            yield tr(f"{name}: {key} 不在登记里", f"{name}: {key} is in no register")
        for held, package in one.gone:
            yield tr(
                f"{name}: 存档包 {package} 不见了。请运行 roomctl archive reverify {held}",
                f"{name}: package {package} is gone. Run roomctl archive reverify {held}",
            )


def size(count: float) -> str:
    """Bytes for people: 1.5 GB."""
    unit = 0
    while count >= 1000 and unit < len(UNITS) - 1:  # noqa: PLR2004 - SI prefixes
        count, unit = count / 1000, unit + 1
    return f"{count:.0f} {UNITS[unit]}" if unit == 0 else f"{count:.1f} {UNITS[unit]}"


def _deliveries(ctx: PluginContext, meeting: Meeting | None) -> Sequence[Delivery]:
    if meeting:
        return ctx.services.deliveries(meeting.id)
    return ctx.services.deliveries(open_only=True)


def _checks(ctx: PluginContext, meeting: Meeting | None) -> Sequence[FixityCheck]:
    return ctx.services.fixity_checks(meeting.id) if meeting else ctx.services.fixity_checks(damaged_only=True)


def _required(ctx: PluginContext, target: str) -> bool:
    section = ctx.config.targets.get(target)
    return bool(section and section.required)
