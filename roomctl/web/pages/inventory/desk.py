"""One visitor at the inventory: the list, the form of one device, and the ways in which many come at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from roomctl.domain.checks import Result
from roomctl.domain.devices import Device
from roomctl.errors import BadInput, NotFound, RoomctlError
from roomctl.i18n import tr
from roomctl.services.drivers import DriverOffer, Found
from roomctl.storage import inventory
from roomctl.web.pages.inventory import entry
from roomctl.web.pages.visitor import Visitor
from roomctl.web.ui import (
    CHECK_LOOKS,
    Part,
    Press,
    Values,
    button,
    empty_state,
    error_state,
    form,
    icon,
    link_button,
    long_press,
    note_bar,
    panel,
    state_chip,
    state_glyph,
    tag,
    text_of,
)
from roomctl.web.ui import field as typed_field

SECONDS = 4.0
"""For which a search listens."""
EXPORT = "/api/v1/devices/export"


@dataclass
class Open:
    """What stands open on the page.

    Attributes:
        chosen: id of the device whose form is shown; kind: of a new one.
        typed, errors: what was sent and not taken, and why, by field.
        tried: what a device answered to a test, and its id.
        found: what a search gave, with the kinds that failed.
        undo: how the changes made on this page are taken back, the last one last.

    """

    chosen: str = ""
    kind: str = ""
    typed: Values | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    tried: tuple[str, Sequence[Result]] = ("", ())
    found: tuple[Sequence[tuple[Found, Device | None]], Mapping[str, RoomctlError]] | None = None
    many: bool = False
    undo: list[tuple[str, Callable[[], None]]] = field(default_factory=list)

    def show(self, chosen: str = "", kind: str = "") -> None:
        """Another form, and nothing that was typed into the last one."""
        self.chosen, self.kind, self.typed, self.errors, self.tried = chosen, kind, None, {}, ("", ())


class Desk:
    """What one visitor does with the inventory."""

    def __init__(self, visitor: Visitor, chosen: str = "") -> None:
        self._visitor = visitor
        self.open = Open(chosen=chosen)

    def head(self) -> Part:
        """Title, the undo, and the ways in."""
        undo = self.open.undo[-1][0] if self.open.undo else ""
        return tag(
            "div",
            tag(
                "div",
                tag("h1", tr("设备清单", "Inventory")),
                tag("p", tr("与 devices.toml 同步，保留注释", "the same as devices.toml"), class_="rc-s2"),
                class_="rc-grow",
            ),
            button(
                tr(f"撤销：{undo}", f"Undo: {undo}"),
                self._undo,
                kind="quiet",
                icon_name="undo",
                key="undo",
                again=True,
            )
            if undo
            else None,
            link_button(tr("去检查", "Check"), "/check", kind="quiet"),
            button(tr("批量…", "Many…"), self._many, key="many"),
            class_="rc-hd",
        )

    def left(self) -> Part:
        """The devices by group, and a new one."""
        try:
            devices = self._visitor.use.devices()
            own = {device.id for device in self._visitor.use.own_devices()}
        except RoomctlError as error:
            return error_state(error.what, error.why, error.mend)
        groups: dict[str, list[Part]] = {}
        for device in devices:
            row = self._row(device, own=device.id in own)
            groups.setdefault(device.group or tr("其他", "Other"), []).append(row)
        none = empty_state(
            tr("清单是空的", "it is empty"),
            tr("加一台，或从“批量”用模板、搜索、导入", "add one; or a template, a search, an import by “Many”"),
        )
        offers = self._visitor.use.drivers()
        kinds = {kind: tr(*offer.title) for kind, offer in sorted(offers.items())}
        adding = form(
            typed_field("kind", tr("加一台", "Add one"), next(iter(kinds), ""), choices=kinds),
            _line(button(tr("填写…", "Fill in…"), self._new, kind="sm", key="new", icon_name="add")),
            of="new",
        )
        shown = [panel(title, *rows) for title, rows in groups.items()] or [none]
        return tag("div", *shown, panel(tr("新设备", "New device"), adding), class_="rc-col")

    def _row(self, device: Device, *, own: bool) -> Part:
        act, said = f"device {device.id}", tr("口令已设置", "its password is set")
        shown = tag(
            "button",
            tag("span", device.name, tag("span", f"{device.kind}　{device.place}", class_="rc-s3 rc-num"),
                class_="rc-grow rc-two-lines"),
            None if own else state_chip(tr("虚拟", "virtual"), "unk"),
            tag("span", icon("lock"), title=said, role="img", aria_label=said)
            if self._visitor.use.has_secret(device)
            else None,
            type="button",
            class_="rc-run1" + (" rc-on" if device.id == self.open.chosen else ""),
            data_act=act,
        )  # fmt: skip
        return Part(shown.html, {act: self._choose(device.id)})

    def right(self) -> Part:
        """The form, or the ways to take in many."""
        if self.open.many:
            return tag("div", self._search(), self._template(), self._import(), class_="rc-col")
        try:
            return self._form()
        except RoomctlError as error:
            return error_state(error.what, error.why, error.mend)

    # --- one device

    def _form(self) -> Part:
        use, open_ = self._visitor.use, self.open
        before = self._before()
        kind = before.kind if before else open_.kind
        if not kind:
            said = tr("选一台看和改，或加一台", "choose one, or add one")
            return empty_state(said, tr("每处改动都记入日志", "each change is logged"))
        offer = self._offer(kind)
        virtual = before is not None and before.id not in {one.id for one in use.own_devices()}
        shown = before or entry.blank(kind)
        rows = entry.fields(shown, offer, open_.typed, open_.errors, new=before is None, secret=use.has_secret(shown))
        acts = [
            button(tr("保存", "Save"), self._save, kind="pri", key="save"),
            button(tr("现在试一次", "Try it now"), self._try, key="try"),
            button(tr("返回", "Back"), self._choose(""), kind="quiet", key="back"),
        ]
        note = None
        if virtual:
            acts = acts[1:]
            note = note_bar("unk", tr("由 roomctl emulate 提供，不在文件里", "of roomctl emulate, not in the file"))
        elif before:
            acts.append(long_press(tr("按住删除", "Hold to remove"), self._remove, key="remove"))
        wrong = state_chip(tr("没有保存", "not saved"), "crit") if open_.errors else None
        title = before.name if before else tr("新设备", "New device")
        send = tag("div", *acts, wrong, class_="rc-row rc-wrapping rc-acts1")
        inside = form(*rows, send, of=f"{kind} {open_.chosen}")
        return panel(title, note, self._tried(), inside, second=f"{tr(*offer.title)}　{before.id if before else ''}")

    def _tried(self) -> Part | None:
        name, rows = self.open.tried
        if not rows or name != self.open.chosen:
            return None
        shown = [
            tag(
                "p", state_glyph(CHECK_LOOKS[row.state], size="s"), tag("b", row.name, class_="rc-nw"),
                tag("span", row.message, class_="rc-grow"), tag("span", row.hint or "", class_="rc-s2"),
                class_="rc-row rc-finding",
            )
            for row in rows
        ]  # fmt: skip
        return tag("div", *shown, class_="rc-tried", role="status")

    def _before(self) -> Device | None:
        """The entry whose form is open. Raises: NotFound."""
        return self._visitor.use.device(self.open.chosen) if self.open.chosen else None

    def _offer(self, kind: str) -> DriverOffer:
        offers = self._visitor.use.drivers()
        if kind not in offers:
            raise NotFound(
                tr(f"没有种类 {kind}", f"there is no kind {kind}"),
                mend=tr("现有：", "known: ") + ", ".join(sorted(offers)),
            )
        return offers[kind]

    def _typed(self, values: Values) -> Device | None:
        """The entry as it was typed; None where something is wrong, which then stands at its field."""
        before = self._before()
        offer = self._offer(before.kind if before else self.open.kind)
        device, errors = entry.read(values, offer, before, self._visitor.use.devices())
        hidden = {**values, "password": ""}  # a password is never sent back
        self.open.typed, self.open.errors = (None, {}) if device else (hidden, errors)
        return device

    def _save(self, values: Values) -> None:
        before, device = self._before(), self._typed(values)
        if device is None:
            return
        use = self._visitor.use
        use.put_devices([device])
        if device.secret:
            use.change_secret(device.secret, user=text_of(values, "user"), password=str(values.get("password", "")))
        self._undoable(device.name, [before] if before else [], [] if before else [device.id])
        self.open.show(device.id)

    def _try(self, values: Values) -> None:
        device = self._typed(values)
        if device is not None:
            rows = self._visitor.use.try_device(device)
            self.open.typed = {**values, "password": ""}
            self.open.tried = (self.open.chosen, rows)

    def _remove(self, _values: Values) -> None:
        before = self._before()
        if before is None:
            return
        self._visitor.use.remove_device(before.id)
        self._undoable(tr(f"删除 {before.name}", f"removal of {before.name}"), [before], [])
        self.open.show()

    # --- many at once

    def _search(self) -> Part:
        asked = form(
            typed_field("where", tr("在哪里", "Where"), "", hint=tr("空着找本网；或 192.168.10.0/24", "empty: here")),
            _line(button(tr("找 4 秒", "Search for 4 s"), self._look_around, kind="sm", key="search")),
            of="search",
        )
        rows: list[Part] = []
        found, failed = self.open.found or ((), {})
        for number, (one, made) in enumerate(found):
            place = f"{one.address}:{one.port}" if one.port else one.address
            act = (
                button(tr("写进清单", "Take it"), self._take(made), kind="sm", key=f"take {number}")
                if made
                else tag("span", tr("已在清单", "in the inventory"), class_="rc-s3")
            )
            said = tag("span", one.says, class_="rc-s2 rc-grow rc-ell")
            shown = (tag("b", place, class_="rc-num"), state_chip(one.kind), said, act)
            rows.append(tag("div", *shown, class_="rc-row"))
        rows += [tag("p", f"{name}：{error}", class_="rc-s2 rc-c-warn") for name, error in failed.items()]
        if self.open.found is not None and not rows:
            rows = [tag("p", tr("没有找到", "nothing was found"), class_="rc-s2")]
        return panel(tr("在网上找", "Search the network"), asked, *rows)

    def _look_around(self, values: Values) -> None:
        self.open.found = self._visitor.use.search_devices(SECONDS, text_of(values, "where"))

    def _take(self, device: Device) -> Press:
        def press(_values: Values) -> None:
            self._put_all([device], device.name)
            rows, failed = self.open.found or ((), {})
            self.open.found = ([(one, None if made is device else made) for one, made in rows], failed)

        return press

    def _template(self) -> Part:
        known = {one.name: tr(*one.title) for one in inventory.templates().values()}
        return panel(
            tr("会议室模板", "Room templates"),
            form(
                typed_field("template", tr("模板", "Template"), next(iter(known)), choices=known),
                _line(button(tr("放进清单", "Put it in"), self._use_template, kind="sm", key="template")),
                of="template",
            ),
            second=tr("之后改成真实地址", "the real addresses come after"),
        )

    def _use_template(self, values: Values) -> None:
        chosen = inventory.templates().get(text_of(values, "template"))
        if chosen is None:
            raise NotFound(tr("没有这个模板", "there is no such template"))
        taken = {one.id for one in self._visitor.use.devices()} & {one.id for one in chosen.devices}
        if taken:
            raise BadInput(
                tr("清单里已有这些编号", "these ids are in the inventory already"),
                ", ".join(sorted(taken)),
                tr("先删除或改名，再用模板", "remove them first"),
            )
        self._put_all(chosen.devices, tr(*chosen.title))

    def _import(self) -> Part:
        hint = tr("同编号的被替换；口令不在里面", "those of the same id are replaced; no passwords")
        return panel(
            tr("导入和导出", "Import and export"),
            form(
                typed_field("toml", tr("devices.toml 的内容", "Text of a devices.toml"), "", hint=hint, kind="lines"),
                tag(
                    "div",
                    tag("input", type="file", accept=".toml", data_into="toml", aria_label=tr("选文件", "file")),
                    button(tr("导入", "Import"), self._read_in, kind="sm", key="import"),
                    tag("a", tr("导出", "Export"), href=EXPORT, class_="rc-btn rc-sm", download="devices.toml"),
                    class_="rc-row rc-wrapping",
                ),
                of="import",
            ),
        )

    def _read_in(self, values: Values) -> None:
        devices = inventory.parse_text(text_of(values, "toml"), tr("导入的内容", "what was imported"))
        if not devices:
            raise BadInput(tr("里面没有设备", "there is no device in it"), mend="[[devices]]")
        self._put_all(devices, tr(f"导入 {len(devices)} 台", f"import of {len(devices)}"))

    # --- what every change does

    def _put_all(self, devices: Sequence[Device], label: str) -> None:
        before = {one.id: one for one in self._visitor.use.own_devices()}
        self._visitor.use.put_devices(devices)
        new = [one.id for one in devices if one.id not in before]
        self._undoable(label, [before[one.id] for one in devices if one.id in before], new)

    def _undoable(self, label: str, old: Sequence[Device], new: Sequence[str]) -> None:
        """Can be taken back: what was there is put back, what was not is removed, the last one first."""

        def back() -> None:
            if old:
                self._visitor.use.put_devices(old)
            for name in reversed(new):
                self._visitor.use.remove_device(name)

        self.open.undo.append((label, back))

    def _undo(self, _values: Values) -> None:
        _, back = self.open.undo[-1]
        back()
        self.open.undo.pop()
        self.open.show()

    def _choose(self, device: str) -> Press:
        def press(_values: Values) -> None:
            self.open.many = False
            self.open.show(device)

        return press

    def _new(self, values: Values) -> None:
        self.open.many = False
        self.open.show(kind=text_of(values, "kind"))

    def _many(self, _values: Values) -> None:
        self.open.many = not self.open.many


def _line(act: Part) -> Part:
    """A button of a form, as wide as its words."""
    return tag("div", act, class_="rc-row")
