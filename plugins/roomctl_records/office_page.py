"""文书模板 in the shell: the office's own values, and beside them a sample as shown and as printed."""

from base64 import b64encode
from dataclasses import dataclass, field

from roomctl.api import BadInput, PluginContext, RoomctlError, tr, ui
from roomctl_records import office
from roomctl_records.office import Sheet
from roomctl_records.render import html, pdf, template

_SHEETS = ("template", "tables")


@dataclass
class _Seat:
    """What one visitor looks at.

    Attributes:
        text: what was typed, before what stood in the file as it was read.
        drawn: the sample, after what it was drawn of: text, kind, language.

    """

    sheet: str = "template"
    kind: str = template.KINDS[0]
    text: str | None = None
    before: str = ""
    told: str = ""
    faults: list[str] = field(default_factory=list)
    drawn: tuple[str, str, str, ui.Part] | None = None


class Page:
    """For all visitors, each with a seat of his own by name."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._seats: dict[str, _Seat] = {}

    def build(self) -> ui.Part:
        """Called for each visitor, every few seconds."""
        seat = self._seats.setdefault(ui.visitor().name, _Seat())
        if seat.text is None:
            seat.text = seat.before = self._sheet(seat).text
        sample = self._sample(seat) if seat.sheet == "template" else ui.Part()
        return ui.tag("div", self._editor(seat), sample, class_="rc-col")

    def _sheet(self, seat: _Seat) -> Sheet:
        return office.the_template(self._ctx) if seat.sheet == "template" else office.the_tables(self._ctx)

    def _editor(self, seat: _Seat) -> ui.Part:
        sheet = self._sheet(seat)
        names = {"template": tr("版式模板", "Template"), "tables": tr("用语表", "Written forms")}

        def choose(name: str) -> ui.Press:
            def press(_values: ui.Values) -> None:
                self._seats[ui.visitor().name] = _Seat(sheet=name, kind=seat.kind)

            return press

        tabs = [
            ui.button(names[one], choose(one), kind="sm" if one == seat.sheet else "quiet sm", key=one)
            for one in _SHEETS
        ]
        hint = tr("只写和自带的不同的项；空着用自带的", "only what differs from what is shipped; empty: as shipped")
        wrong = [ui.tag("p", ui.state_glyph(ui.Look.CRIT, size="s"), one, class_="rc-row") for one in seat.faults]
        return ui.panel(
            names[seat.sheet],
            ui.tag("div", *tabs, class_="rc-row"),
            ui.form(
                ui.field("own", sheet.path.name, seat.text or "", hint=hint, kind="lines"),
                ui.tag(
                    "div",
                    ui.button(tr("检查", "Check"), self._check, kind="sm", key="check"),
                    ui.button(tr("保存", "Save"), self._save, kind="pri", key="save"),
                    ui.long_press(tr("按住恢复自带的", "Hold to use the shipped one"), self._reset, key="reset"),
                    ui.tag("span", seat.told, class_="rc-s2", role="status"),
                    class_="rc-row rc-wrapping",
                ),
                of=sheet.path.name,
            ),
            *wrong,
            ui.tag(
                "details",
                ui.tag("summary", tr("自带的全部项", "All that is shipped")),
                ui.tag("pre", sheet.shipped(), class_="rc-s2"),
                class_="rc-more rc-below",
            ),
        )

    def _typed(self, values: ui.Values) -> tuple[_Seat, Sheet, str]:
        visitor = ui.visitor()
        if not visitor.may(ui.Right.WRITE_RECORDS):
            raise BadInput(tr("你的角色不能改模板", "your role may not change it"))
        seat = self._seats.setdefault(visitor.name, _Seat())
        seat.text = str(values.get("own", ""))
        return seat, self._sheet(seat), seat.text

    def _check(self, values: ui.Values) -> None:
        seat, sheet, text = self._typed(values)
        seat.faults = [str(one) for one in sheet.check(text)]
        seat.told = "" if seat.faults else tr("没有问题", "nothing wrong")

    def _save(self, values: ui.Values) -> None:
        seat, sheet, text = self._typed(values)
        seat.faults = [str(one) for one in sheet.check(text)]
        seat.told = ""
        if seat.faults:
            return
        try:
            sheet.put(text, seat.before)
        except RoomctlError as error:
            seat.faults = [str(error)]
        else:
            seat.text = seat.before = sheet.text
            seat.told = tr("已保存，从下一次起草起用", "kept; used from the next draft on")

    def _reset(self, values: ui.Values) -> None:
        seat, sheet, _ = self._typed(values)
        sheet.reset()
        seat.text = seat.before = ""
        seat.faults, seat.told = [], tr("已恢复自带的", "the shipped one is in use")

    # --- the sample

    def _sample(self, seat: _Seat) -> ui.Part:
        made, wrong = template.read(seat.text or "", seat.kind)
        if made is None:
            return ui.panel(
                tr("样张", "Sample"), ui.empty_state(tr("改正后才能看样张", "mend it first"), str(wrong[0]))
            )
        key = (seat.text or "", seat.kind, tr("zh", "en"))
        if seat.drawn and seat.drawn[:3] == key:
            return seat.drawn[3]
        document = office.of_kind(seat.kind)
        shown = ui.Part(html.write(document, made))
        picture = b64encode(pdf.picture(document, made, at=office.SHOWN_AT)).decode()
        printed = ui.tag(
            "img",
            src=f"data:image/png;base64,{picture}",
            alt=tr("打印样张", "as printed"),
            style="width:100%;border:1px solid var(--line)",
        )
        lacking = [
            tr(f"缺字体 {name}，用 {other} 代替", f"{name} is missing; {other} stands in")
            for name, other in office.fonts(made).items()
            if other
        ]
        part = ui.panel(
            tr("样张", "Sample"),
            ui.tag("div", *self._kinds(seat), class_="rc-row rc-wrapping"),
            ui.tag("p", tr("；", "; ").join(lacking), class_="rc-s3 rc-below") if lacking else None,
            ui.tag(
                "div",
                ui.tag(
                    "div",
                    ui.tag("p", tr("预览", "Preview"), class_="rc-s3"),
                    ui.tag("div", shown, style="zoom:.72;border:1px solid var(--line)"),
                ),
                ui.tag("div", ui.tag("p", tr("打印（第 1 页）", "Printed, page 1"), class_="rc-s3"), printed),
                class_="rc-below",
                style="display:grid;grid-template-columns:1fr 1fr;gap:16px;overflow:auto;align-items:start",
            ),
        )
        seat.drawn = (*key, part)
        return part

    def _kinds(self, seat: _Seat) -> list[ui.Part]:
        def choose(kind: str) -> ui.Press:
            def press(_values: ui.Values) -> None:
                seat.kind = kind

            return press

        return [
            ui.button(kind, choose(kind), kind="sm" if kind == seat.kind else "quiet sm", key=f"kind {kind}")
            for kind in template.KINDS
        ]
