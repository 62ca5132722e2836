"""One open page: its areas, what is asked on it, and the verdict above everything."""

from collections.abc import Callable, Sequence
from functools import partial

from nicegui import ui as gui

from roomctl.domain.access import Right
from roomctl.domain.checks import CheckState, Result, RunPurpose
from roomctl.domain.macros import Macro
from roomctl.errors import RoomctlError
from roomctl.i18n import speaking, tr
from roomctl.services.device_checks import ONLINE
from roomctl.web.pages.links import links
from roomctl.web.pages.technician import detail, report, scenes, sight, tiles, todo
from roomctl.web.pages.technician.doing import Doing
from roomctl.web.pages.technician.sight import Pasts, Sight
from roomctl.web.pages.technician.todo import NOTHING, Asking
from roomctl.web.pages.visitor import Area, Visitor, in_its_place
from roomctl.web.ui import (
    Child,
    Look,
    Part,
    Press,
    Values,
    button,
    chain_strip,
    empty_state,
    error_state,
    join,
    link_button,
    note_bar,
    state_chip,
    state_glyph,
    tag,
)

IDLE, RUNNING = 2.0, 0.5
"""Seconds between two looks of an open page, and while a run is under way."""


class Desk:
    """One visitor at the devices of the room, before one meeting or before none."""

    def __init__(self, visitor: Visitor, meeting: str | None) -> None:
        self.visitor, self.meeting = visitor, meeting
        self.doing = Doing(visitor, meeting, self._decided)
        self.asking, self.chosen, self.scene, self.older, self.reporting = NOTHING, "", "", "", False
        self._pasts = Pasts()
        self._macros: Sequence[Macro] = ()
        self._unread: RoomctlError | None = None

    # --- what is drawn

    def look(self) -> Sight:
        """In a thread. Raises: NotFound, Forbidden."""
        try:
            self._macros, self._unread = self.visitor.use.macros(), None
        except RoomctlError as error:
            self._macros, self._unread = (), error
        return sight.look(self.visitor, self.meeting, self.older, self._pasts)

    def title(self, seen: Sight) -> Part:
        """The meeting in the bar."""
        if seen.facts is None:
            return Part()
        meeting = seen.facts.meeting
        said = tr(f"{meeting.title}，{meeting.starts:%H:%M} 开始", f"{meeting.title}, {meeting.starts:%H:%M}")
        return tag(
            "div", tag("i", class_="rc-sep"), tag("span", said, class_="rc-ell rc-tt", title=said),
            state_chip(meeting.state.label), class_="rc-row",
        )  # fmt: skip

    def chain(self, seen: Sight) -> Part:
        """Of the meeting; the room alone has none."""
        return chain_strip(links(seen.facts)) if seen.facts else Part()

    def verdict(self, seen: Sight) -> Part:
        """The answer, and the two buttons of the page."""
        look, said = _verdict(seen)
        may = seen.may(Right.RUN_CHECKS)
        filled = seen.run is None and not (seen.count(CheckState.CRIT) and may)
        if seen.run is not None:
            act = button(tr("停止检查", "Stop"), self.doing.cancel, key="cancel", icon_name="stop") if may else None
        else:
            act = (
                button(
                    tr("全部重查", "Check all") if seen.report else tr("检查设备", "Check"),
                    self.doing.check(), kind="pri" if filled else "", key="check", icon_name="refresh", hotkey="R",
                )
                if may
                else None
            )  # fmt: skip
        progress = sight.progress(seen)
        return tag(
            "div",
            state_glyph(look, size="xl", share=progress.share if progress else 0.0),
            tag(
                "div",
                tag("h1", said),
                tag("p", _summary(seen), class_="rc-s2 rc-num"),
                tiles.bar(progress) if progress else None,
                class_="rc-grow",
                role="status",
            ),
            tag(
                "div",
                link_button(tr("设备清单", "Inventory"), "/devices", kind="quiet")
                if seen.may(Right.EDIT_SETTINGS)
                else None,
                button(tr("报告和签字", "Report, sign"), self._report(not self.reporting), key="report"),
                act,
                class_="rc-row rc-wrapping",
            ),
            class_="rc-verdict",
        )

    def notes(self, seen: Sight) -> Part:
        """What keeps the inventory or the macros from being read, what broke off, and that an older run is shown."""
        errors = [one for one in (seen.trouble, self._unread, self.doing.trouble) if one is not None]
        made = [error_state(one.what, one.why, one.mend) for one in errors]
        if seen.emitting:
            said = tr("、", ", ").join(device.name for device in seen.emitting)
            strong = tr("涉密会议中没有关闭", "Not off in a meeting on state secrets")
            now = tr("，请立即关闭并拔掉电源", ": switch it off and pull its plug now")
            made.append(note_bar("crit", said + now, strong=strong))
        if seen.down:
            names = {device.id: device.name for device in seen.devices}
            said = tr("、", ", ").join(names.get(one, one) for one in seen.down)
            made.append(note_bar("crit", said, strong=tr("会中没有应答", "No answer in the meeting")))
        if not self.older and (early := self._early(seen)) is not None:
            made.append(early)
        if self.older and seen.report:
            back = button(tr("看最近一次", "The newest"), self._older(""), kind="sm", key="newest")
            at = seen.report.at.astimezone(seen.zone)
            made.append(note_bar("run", f"{at:%m-%d %H:%M:%S}", back, strong=tr("以前的一次", "An older run")))
        return tag("div", *made, class_="rc-wrap") if made else Part()

    def _early(self, seen: Sight) -> Part | None:
        """A check that ran by itself has found devices off: the rack may have been switched on since."""
        report = seen.report
        if report is None or report.purpose is RunPurpose.HAND or seen.run is not None:
            return None
        silent = list(dict.fromkeys(row.device for row in seen.rows if _silent(row)))
        if not silent:
            return None
        at = f"{report.at.astimezone(seen.zone):%H:%M}"
        strong = tr(f"截至 {at}，{len(silent)} 台设备没有开机", f"As of {at}, {len(silent)} devices were not up yet")
        names = {device.id: device.name for device in seen.devices}
        said = tr("、", ", ").join(names.get(one, one) for one in silent)
        again: Child = None
        if seen.may(Right.RUN_CHECKS):
            again = button(
                tr("再查这些", "Check them again"), self.doing.check(*silent), kind="sm", key="check early"
            )
        return note_bar("unk", said, again, strong=strong)

    def left(self, seen: Sight) -> Part:
        """The device that was pressed, else what is to be done; nothing where all is well."""
        if self.scene:
            return self._scene()
        if self.chosen:
            offers = self.visitor.use.drivers()
            entry = next((one for one in seen.devices if one.id == self.chosen), None)
            offer = offers.get(entry.kind) if entry else None
            return detail.device(seen, self.chosen, offer, self.asking, self._ask, self._choose(""), self.doing)
        return todo.listed(seen, self.asking, self._ask, self.doing) or Part()

    def right(self, seen: Sight) -> Part:
        """The tiles, or the report in their place."""
        if self.reporting:
            return report.pane(seen, self._older, self._report(False), self.doing)  # noqa: FBT003
        shown = scenes.row(seen, self._macros, self._choose_scene, self.scene)
        return join((tiles.room(seen, self._choose, self.chosen, self.doing), shown))

    def _scene(self) -> Part:
        macro = next((one for one in self._macros if one.id == self.scene), None)
        if macro is None:
            return Part()
        mine = self.scene in {self.doing.playing, self.doing.played}
        heard = tuple(self.doing.steps) if mine else ()
        planned = self.visitor.use.plan_macro(macro.id)
        return scenes.panel(macro, planned, heard, self._choose_scene(""), self.doing)

    # --- presses that change what is shown

    def _ask(self, asking: Asking) -> Press:
        def press(_values: Values) -> None:
            self.asking = asking

        return press

    def _decided(self) -> None:
        self.asking = NOTHING

    def _choose(self, device: str) -> Press:
        def press(_values: Values) -> None:
            self.chosen, self.scene, self.asking = ("" if device == self.chosen else device), "", NOTHING

        return press

    def _choose_scene(self, macro: str) -> Press:
        def press(_values: Values) -> None:
            self.scene, self.chosen, self.asking = ("" if macro == self.scene else macro), "", NOTHING

        return press

    def _older(self, report_id: str) -> Press:
        def press(_values: Values) -> None:
            self.older, self.asking = report_id, NOTHING

        return press

    def _report(self, open_: bool) -> Press:  # noqa: FBT001 - a state of the page
        def press(_values: Values) -> None:
            self.reporting = open_
            if not open_:
                self.older = ""

        return press


def _silent(row: Result) -> bool:
    """A device did not answer, and nobody said that it need not."""
    return row.check == ONLINE and row.value is False and row.state not in {CheckState.SKIPPED, CheckState.WAIVED}


def _verdict(seen: Sight) -> tuple[Look, str]:
    if (progress := sight.progress(seen)) is not None:
        done, total = progress.done, progress.total
        return Look.RUNNING, tr(f"正在检查 {done} / {total}", f"Checking {done} of {total}")
    return _stands(seen)


def _stands(seen: Sight) -> tuple[Look, str]:
    """Where no run is under way."""
    if bad := len(seen.emitting):
        return Look.CRIT, tr(f"立即关闭 {bad} 台", f"Switch {bad} off now")
    if seen.report is None:
        return Look.WAITING, tr("还没有检查", "Not checked yet")
    if bad := seen.count(CheckState.CRIT):
        return Look.CRIT, tr(f"先修 {bad} 项故障", f"Mend {bad} fault{'s' * (bad > 1)} first")
    if bad := seen.count(CheckState.UNKNOWN):
        return Look.UNKNOWN, tr(f"{bad} 项没有查到", f"{bad} could not be known")
    if left := sight.unasked(seen):
        return Look.WAITING, tr(f"还有 {left} 项没有查", f"{left} not checked yet")
    bad, ready = seen.count(CheckState.WARN), tr("可以开会", "Ready")
    return (Look.WARN, ready + tr(f"，注意 {bad} 项", f", {bad} to look at")) if bad else (Look.OK, ready)


_COUNTED = (
    (CheckState.OK, "正常", "good"), (CheckState.WARN, "注意", "to look at"), (CheckState.CRIT, "故障", "faults"),
    (CheckState.UNKNOWN, "未知", "unknown"), (CheckState.SKIPPED, "跳过", "skipped"),
    (CheckState.WAIVED, "带故障", "accepted"),
)  # fmt: skip


def _summary(seen: Sight) -> str:
    report = seen.report
    if seen.run is not None and seen.run.told:
        return seen.run.told
    if report is None:
        return tr("十几秒查完全部设备，会前做一次", "takes seconds; do it before each meeting")
    counts = [tr(f"{zh} {count}", f"{en} {count}") for state, zh, en in _COUNTED if (count := seen.count(state))]
    took, at = sight.took(seen, report), report.at.astimezone(seen.zone)
    head = tr(
        f"{len(seen.rows)} 项检查，用时 {took:.1f} 秒，{at:%H:%M:%S} 完成",
        f"{len(seen.rows)} results in {took:.1f} s, done at {at:%H:%M:%S}",
    )
    return "　".join([head, *counts])


class Page:
    """The areas of the page in one browser."""

    def __init__(self, visitor: Visitor, meeting: str | None) -> None:
        self.desk = Desk(visitor, meeting)
        self._visitor = visitor
        self._waited, self._signing = IDLE, False
        self._client = gui.context.client
        area = partial(Area, visitor, self.look)
        with gui.teleport(".rc-top"):
            self._title = area("rc-about")
        with gui.element("div").classes("rc-tech"):
            self._chain, self._verdict, self._notes = area(), area(), area()
            with gui.element("div").classes("rc-tcols"):
                self._left, self._right = area("rc-tleft"), area("rc-tright")
        self._left.redraw = self._pressed_left

    async def _pressed_left(self) -> None:
        await self.look(pressed=True)

    async def tick(self) -> None:
        """Often while a run is under way, else now and then; never where nobody looks."""
        self._waited += RUNNING
        if self._waited >= IDLE and self._client.has_socket_connection:
            await self.look(pressed=False)

    async def look(self, *, pressed: bool = True) -> None:
        """Everything anew; what somebody types into stays as it is until they press."""
        desk = self.desk
        try:
            seen: Sight = await self._visitor.run(desk.look)
        except RoomctlError as error:
            with speaking(self._visitor.language):
                gone = tag("div", in_its_place(error), class_="rc-wrap rc-below")
            self._notes.show(gone)
            return
        busy = desk.doing.signing
        self._waited = IDLE if seen.run is not None or desk.doing.playing or busy else 0.0
        again, self._signing = busy or self._signing, busy
        shown: list[tuple[Area, Callable[[], Part]]] = [
            (self._title, lambda: desk.title(seen)),
            (self._chain, lambda: desk.chain(seen)),
            (self._verdict, lambda: desk.verdict(seen)),
            (self._notes, lambda: desk.notes(seen)),
        ]
        if pressed or desk.asking == NOTHING:
            shown.append((self._left, lambda: desk.left(seen)))
        if pressed or again or not desk.reporting:
            shown.append((self._right, lambda: desk.right(seen)))
        for area, make in shown:
            area.show(await self._visitor.draw(make))


def choice(found: list[tuple[str, str, str]]) -> Part:
    """Which meeting, or the room alone: path, what it is, when."""
    head = tag("div", tag("h1", tr("设备检查", "Device checks"), class_="rc-grow"), class_="rc-hd")
    rows = [
        tag(
            "div", tag("b", when, class_="rc-num rc-nw"), tag("span", name, class_="rc-grow rc-ell"),
            link_button(tr("打开", "Open"), path, kind="sm"), class_="rc-panel rc-row rc-sec2",
        )
        for path, name, when in found
    ]  # fmt: skip
    return join((head, tag("div", *(rows or [empty_state(tr("没有会议", "no meeting"))]), class_="rc-wrap")))
