"""Every meeting with its packages, at every place: how far, why not and the mend, what reading them again found."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from roomctl.domain.access import Right
from roomctl.domain.delivery import LOCAL, Delivery, FixityCheck
from roomctl.domain.registration import Reconciled
from roomctl.errors import RoomctlError
from roomctl.i18n import tr
from roomctl.services.archive_overview import Chosen, Copy, MeetingRow, PackageRow
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import allow
from roomctl.web.ui import (
    Look,
    Part,
    Press,
    Values,
    button,
    empty_state,
    link_button,
    note_bar,
    state_chip,
    state_glyph,
    tag,
)
from roomctl.web.ui import field as typed_field

AT_ONCE = 50
"""Meetings that are drawn; more at a press."""

_FAULTS = 3  # of a copy, that are named
_UNITS = ("B", "kB", "MB", "GB", "TB")


class Overview:
    """What one visitor sees of the archive."""

    def __init__(self, visitor: Visitor, show: str = "", text: str = "") -> None:
        self._visitor = visitor
        self._chosen = Chosen(show) if show in set(Chosen) else None
        self._text, self._most = text[:100], AT_ONCE
        self._kept: tuple[object, Sequence[MeetingRow]] | None = None
        self._drawn: tuple[object, Part] | None = None

    def find(self, text: str) -> None:
        """Meetings that say these words."""
        self._text, self._most, self._drawn = text.strip()[:100], AT_ONCE, None

    def head(self) -> Part:
        rows = self._look()
        open_ = sum(row.fits(Chosen.TO_SEE_TO) for row in rows)
        verdict = (
            tr(f"{open_} 场要处理", f"{open_} to see to")
            if open_
            else tr("都在按计划进行", "all goes on as it should")
        )
        return tag(
            "div",
            tag("div", tag("h1", tr("归档", "Archive")), tag("p", verdict, class_="rc-s2"), class_="rc-grow"),
            class_="rc-hd",
        )

    def bar(self) -> Part:
        rows, chosen = self._look(), self._now()
        counts = Counter(one for row in rows for one in Chosen if row.fits(one))
        chips = [
            button(
                f"{one.label} {counts[one]}",
                self._choose(one),
                kind="sm rc-on" if one is chosen else "sm quiet",
                key=f"show {one.value}",
            )
            for one in Chosen
        ]
        words = typed_field("text", tr("查找", "Find"), self._text, hint=tr("名称、日期或编号", "title, date, id"))
        return tag("div", tag("div", *chips, class_="rc-row rc-wrapping"), words, class_="rc-wrap rc-archive-bar")

    def reconciled(self) -> Part:
        """What lies where nobody knows it, and what no longer lies where it should."""
        if not self._visitor.may(Right.ACCEPT_ARCHIVE):
            return Part()
        try:
            found = self._visitor.use.reconciled()
        except RoomctlError as error:
            return note_bar("unk", str(error))
        return tag("div", *(bar for one in found for bar in _reconciled(one)))

    def rows(self) -> Part:
        rows = self._look()
        fitting = [row for row in rows if row.fits(self._now()) and row.says(self._text)]
        shown = fitting[: self._most]
        key = (self._kept and self._kept[0], self._now(), self._text, self._most)
        if self._drawn is not None and self._drawn[0] == key:
            return self._drawn[1]
        if not shown:
            made = tag(
                "div",
                empty_state(
                    tr("没有这样的会议", "no such meeting"),
                    tr("散会收尾后，存档包会出现在这里", "packages appear here after the close"),
                ),
                class_="rc-list",
            )
        else:
            more = len(fitting) - len(shown)
            made = tag(
                "div",
                *(self._meeting(row) for row in shown),
                button(tr(f"再看 {more} 场", f"{more} more"), self._more, key="more") if more else None,
                class_="rc-list",
            )
        self._drawn = (key, made)
        return made

    def _look(self) -> Sequence[MeetingRow]:
        """Of the meetings that this visitor may open; read again only where something has changed."""
        use, user = self._visitor.use, self._visitor.user
        stamp = (use.archive_stamp(), user.roles)
        if self._kept is None or self._kept[0] != stamp:
            rows = [one for one in use.archive_overview() if user.cleared(one.meeting.highest_secrecy.level)]
            self._kept = (stamp, rows)
        return self._kept[1]

    def _now(self) -> Chosen:
        """What was chosen; before that, what there is to see to, else all."""
        if self._chosen is not None:
            return self._chosen
        rows = self._look()
        return Chosen.TO_SEE_TO if any(row.fits(Chosen.TO_SEE_TO) for row in rows) else Chosen.ALL

    def _choose(self, one: Chosen) -> Press:
        def press(_values: Values) -> None:
            self._chosen, self._most, self._drawn = one, AT_ONCE, None

        return press

    def _more(self, _values: Values) -> None:
        self._most, self._drawn = self._most + AT_ONCE, None

    def _meeting(self, row: MeetingRow) -> Part:
        meeting = row.meeting
        zone = ZoneInfo(meeting.zone)
        returned = (
            note_bar(
                "warn", row.returned.reason, strong=tr(f"{row.returned.by}退回", f"sent back by {row.returned.by}")
            )
            if row.returned
            else None
        )
        packages = [self._package(one, zone) for one in row.packages]
        if not packages:
            packages = [tag("p", tr("正在打存档包", "the package is being made"), class_="rc-s2")]
        waits = row.fits(Chosen.WAITING) and self._visitor.may(Right.ACCEPT_ARCHIVE)
        return tag(
            "section",
            tag(
                "div",
                tag("h2", meeting.title, class_="rc-ell", title=meeting.title),
                tag("span", f"{meeting.starts:%Y-%m-%d %H:%M}", class_="rc-s3 rc-num rc-nw rc-grow rc-held-on"),
                state_chip(meeting.state.label, "ok" if row.fits(Chosen.ARCHIVED) else "run"),
                link_button(
                    tr("归档登记", "Register") if waits else tr("查看", "See"),
                    f"/meetings/{meeting.id}/archive",
                    kind="sm",
                )
                if self._visitor.may(Right.SEE_RECORDS)
                else None,
                class_="rc-row rc-wrapping",
            ),
            returned,
            *packages,
            class_="rc-panel rc-sec2",
            aria_label=meeting.title,
        )

    def _package(self, row: PackageRow, zone: ZoneInfo) -> Part:
        one = row.package
        name = tr("补充包", "Supplement") if one.supplement_to else tr("存档包", "Package")
        said = tr(f"{one.files} 个文件，{size(one.bytes)}", f"{one.files} files, {size(one.bytes)}")
        signed = state_chip(tr("已签收", "signed for"), "ok") if row.signed else None
        gone = _day(row.pruned, zone)
        given_up = tr(f"本机副本 {gone} 已清理", f"local copy given up on {gone}")
        return tag(
            "div",
            tag(
                "div",
                tag("b", name),
                tag("span", said, class_="rc-num rc-s2"),
                tag("code", f"{one.manifest_sha256[:12]}…", title=one.manifest_sha256, class_="rc-s3"),
                signed,
                class_="rc-row rc-wrapping",
            ),
            *(self._copy(row, copy, zone) for copy in row.copies),
            tag("p", given_up, class_="rc-s3") if row.pruned else None,
            class_="rc-held",
        )

    def _copy(self, row: PackageRow, copy: Copy, zone: ZoneInfo) -> Part:
        look, said, share = _step(copy)
        name = tr("本机", "this machine") if copy.place == LOCAL else copy.place
        optional = copy.place != LOCAL and not copy.required
        delivery = copy.delivery
        again = None
        if delivery is not None and not delivery.done and delivery.trouble and self._visitor.may(Right.RETRY_ARCHIVE):
            act = self._retry(row.package.meeting, copy.place)
            again = button(tr("重试", "Try again"), act, kind="sm", key=f"retry {row.package.id} {copy.place}")
        return tag(
            "div",
            state_glyph(look, size="s"),
            tag("b", name, tag("span", tr("（可选）", " (optional)"), class_="rc-s3") if optional else None),
            tag(
                "div",
                tag("span", said),
                tag("div", tag("i"), class_="rc-go", style=f"--v:{share:.0f}") if share is not None else None,
                class_="rc-col",
            ),
            tag("span", _when(copy, zone), class_="rc-s3 rc-num"),
            tag("span", again, class_="rc-nw"),
            *(tag("p", line, class_="rc-s2 rc-why") for line in _why(copy, zone)),
            class_="rc-copy",
        )

    def _retry(self, meeting: str, place: str) -> Press:
        def press(_values: Values) -> None:
            allow(self._visitor.user, Right.RETRY_ARCHIVE)
            self._visitor.use.retry_deliveries(meeting, target=place)

        return press


def size(count: float) -> str:
    """Bytes for people: 1.5 GB."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:  # noqa: PLR2004 - SI prefixes
        count, unit = count / 1000, unit + 1
    return f"{count:.0f} {_UNITS[unit]}" if unit == 0 else f"{count:.1f} {_UNITS[unit]}"


def _step(copy: Copy) -> tuple[Look, str, float | None]:
    """Look, words, and how much of the way is done in percent, where it is under way."""
    if copy.check is not None and not copy.check.ok:
        return Look.CRIT, tr("已损坏", "damaged"), None
    if copy.place == LOCAL:
        return Look.OK, tr("在本机", "here"), None
    if copy.receipt is not None:
        return Look.OK, tr("已送到并核对", "arrived, read back"), None
    one = copy.delivery
    if one is None:
        return Look.WAITING, tr("等待", "waiting"), None
    if one.trouble is not None:
        return Look.WARN, tr(f"送不到，已试 {one.tries} 次", f"does not arrive, {one.tries} tries"), _share(one)
    figure = f"{size(one.rate)}/s" if one.rate else ""
    left = _left(one.left)
    said = "，".join(filter(None, (one.step.label, figure, left)))
    return (Look.RUNNING if one.bytes else Look.WAITING), said, _share(one)


def _share(one: Delivery) -> float | None:
    return 100 * (one.sent + one.checked) / one.total if one.total else None


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    return tr(f"还要约 {max(1, minutes)} 分", f"about {max(1, minutes)} min left")


def _when(copy: Copy, zone: ZoneInfo) -> str:
    parts = []
    if copy.receipt is not None:
        parts.append(tr(f"回执 {_day(copy.receipt.at, zone)}", f"received {_day(copy.receipt.at, zone)}"))
    if copy.check is not None:
        read = _day(copy.check.at, zone)
        parts.append(tr(f"复核 {read}，{copy.check.files} 个文件", f"read again {read}, {copy.check.files} files"))
    return "，".join(parts)


def _why(copy: Copy, zone: ZoneInfo) -> Sequence[str]:
    said = []
    one = copy.delivery
    if one is not None and one.trouble is not None and copy.receipt is None:
        at = f"{one.next_try.astimezone(zone):%m-%d %H:%M}" if one.next_try else tr("马上", "at once")
        said.append(f"{one.trouble}{tr(f'（下次重试 {at}）', f' (next try {at})')}")
    if copy.check is not None and not copy.check.ok:
        said += _faults(copy.check)
    return said


def _faults(check: FixityCheck) -> Sequence[str]:
    shown = [f"{one.file} {one.what}".strip() for one in check.problems[:_FAULTS]]
    if more := len(check.problems) - len(shown):
        shown.append(tr(f"还有 {more} 处", f"{more} more"))
    mend = f"roomctl archive reverify {check.meeting}"
    return [*shown, tr(f"请运行 {mend}，用完好的副本修复", f"run {mend}: it is repaired from a whole copy")]


def _reconciled(one: Reconciled) -> Sequence[Part]:
    name = tr("本机", "this machine") if one.place == LOCAL else one.place
    bars = []
    if one.unknown:
        count = len(one.unknown)
        bars.append(
            note_bar(
                "unk",
                tr(
                    f"{'、'.join(one.unknown[:_FAULTS])}。可能是别的会议室的，或数据库恢复成了旧副本；没有动它们",
                    f"{', '.join(one.unknown[:_FAULTS])}. They may be another room's, or the database was restored "
                    "from an older copy; they were left alone",
                ),
                strong=tr(
                    f"{name} 有 {count} 个存档包不在登记里", f"{name} holds {count} packages that are in no register"
                ),
            )
        )
    bars += [
        note_bar(
            "crit",
            tr(
                f"请运行 roomctl archive reverify {meeting}，用其他副本补回",
                f"run roomctl archive reverify {meeting}: it is brought back from another copy",
            ),
            strong=tr(f"{name} 的存档包 …{package[-6:]} 不见了", f"package …{package[-6:]} is gone from {name}"),
        )
        for meeting, package in one.gone
    ]
    return bars


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d}" if at else ""
