"""The steps of a meeting on its page: buttons in the head, and below it a form, or what stands against the step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from roomctl.domain.access import Right
from roomctl.domain.meeting import Objected, Objection
from roomctl.errors import BadInput, RoomctlError
from roomctl.i18n import tr
from roomctl.web import ui
from roomctl.web.pages.links import Facts
from roomctl.web.pages.steps import Step, steps
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import allow, holders
from roomctl.web.ui import Look, Part, Values, text_of

NOWHERE: Mapping[str, str] = MappingProxyType({})


@dataclass
class Desk:
    """What one visitor is about to do with one meeting.

    Attributes:
        asking: name of the step whose form is open; typed: what stood in it when it was sent.
        refused: why the last step was not taken; tried: that step, tried_with: what it was given.

    """

    asking: str = ""
    typed: Values = field(default_factory=dict)
    refused: RoomctlError | None = None
    tried: Step | None = None
    tried_with: Values = field(default_factory=dict)

    def clear(self) -> None:
        """Nothing is asked, nothing was refused."""
        self.asking, self.typed, self.refused, self.tried, self.tried_with = "", {}, None, None, {}


def buttons(visitor: Visitor, facts: Facts, desk: Desk, lead: Part | None = None) -> Part:
    """Of the steps that are open to the visitor, below them what the last one waits for; one is filled.

    Args:
        lead: another button that stands first, and is filled itself.

    """
    return row(visitor, steps(visitor, facts), desk, lead)


def row(visitor: Visitor, found: Sequence[Step], desk: Desk, lead: Part | None = None) -> Part:
    """Buttons of these steps, as `buttons`."""
    free = not (desk.asking or lead)
    first = next((one.name for one in found if one.main and not one.blocked), "") if free else ""
    shown = [lead, *(_button(visitor, one, desk, filled=one.name == first) for one in found)]
    waits = [ui.tag("p", one.blocked, class_="rc-s3 rc-below") for one in found if one.blocked]
    return ui.tag("div", ui.tag("div", *shown, class_="rc-row rc-wrapping"), *waits)


def _button(visitor: Visitor, step: Step, desk: Desk, *, filled: bool) -> Part:
    key = f"step {step.name}"
    kind = "pri" if filled else ""
    if step.path:
        return ui.link_button(step.text, step.path, kind=kind)
    if step.asks is not None:
        return ui.button(step.text, lambda _values: _ask(desk, step), key=key, kind=kind)
    if step.hold:
        return ui.long_press(_held(step.text), lambda typed: do(visitor, desk, step, typed), key=key)
    made = ui.button(step.text, lambda typed: do(visitor, desk, step, typed), key=key, kind=kind)
    if step.blocked:
        return ui.tag("button", step.text, type="button", class_="rc-btn", disabled=True)
    return made


def _held(text: str) -> str:
    return tr(f"按住{text}", f"Hold to {text[:1].lower()}{text[1:]}")


def _ask(desk: Desk, step: Step) -> None:
    desk.clear()
    desk.asking = step.name


def do(visitor: Visitor, desk: Desk, step: Step, typed: Values, why: str = "") -> None:
    """Takes the step; what refuses it stands on the page until something else is done."""
    desk.typed = typed
    try:
        allow(visitor.user, step.right)
        if why:
            allow(visitor.user, Right.OVERRULE)
        step.act(typed, why)
    except RoomctlError as refused:
        desk.refused, desk.tried, desk.tried_with = refused, step, typed
        return
    desk.clear()


def below(visitor: Visitor, facts: Facts, desk: Desk) -> Part:
    """Under the head: what was refused, then the form of the step that asks something."""
    mends = {"checks": f"/meetings/{facts.meeting.id}/check"} if visitor.may(Right.SEE_CHECKS) else {}
    return under(visitor, steps(visitor, facts), desk, mends)


def under(visitor: Visitor, found: Sequence[Step], desk: Desk, mends: Mapping[str, str] = NOWHERE) -> Part:
    """What was refused, then the form of that of these steps that asks something.

    Args:
        mends: who objects → path of the page on which that is mended.

    """
    step = next((one for one in found if one.name == desk.asking), None)
    parts = [_refusal(visitor, desk, mends), _form(visitor, desk, step) if step else None]
    shown = [one for one in parts if one is not None]
    return ui.tag("div", *shown, class_="rc-wrap") if shown else Part()


def _form(visitor: Visitor, desk: Desk, step: Step) -> Part:
    def back(_values: Values) -> None:
        desk.clear()

    def press(typed: Values) -> None:
        do(visitor, desk, step, typed)

    key = f"do {step.name}"
    confirm = (
        ui.long_press(_held(step.text), press, key=key)
        if step.hold
        else ui.button(step.text, press, kind="pri", key=key)
    )
    return ui.panel(
        step.text,
        ui.form(
            *(step.asks(desk.typed) if step.asks else ()),
            ui.tag("div", confirm, ui.button(tr("返回", "Back"), back, kind="quiet"), class_="rc-row rc-wrapping"),
            of=key,
        ),
        second=step.second,
    )


def _refusal(visitor: Visitor, desk: Desk, mends: Mapping[str, str]) -> Part | None:
    error = desk.refused
    if error is None:
        return None

    def seen(_values: Values) -> None:
        desk.refused, desk.tried = None, None

    taken = ui.button(tr("知道了", "Got it"), seen, kind="sm", key="seen")
    if isinstance(error, Objected):
        return _objected(visitor, desk, error, taken, mends)
    return ui.error_state(error.what, error.why, error.mend, taken)


def _objected(visitor: Visitor, desk: Desk, error: Objected, taken: Part, mends: Mapping[str, str]) -> Part:
    rows = [_objection(visitor, one, mends.get(one.by, "")) for one in error.objections]
    may = visitor.may(Right.OVERRULE) and not error.firm
    what = desk.tried.text if desk.tried else error.target.label
    return ui.panel(
        tr(f"还不能{what}", f"{what}: not yet"),
        *rows,
        _overruling(visitor, desk, taken)
        if may
        else ui.tag(
            "div",
            ui.tag("span", error.mend if error.firm else _who_may(), class_="rc-s2 rc-grow"),
            taken,
            class_="rc-row rc-below",
        ),
        second=tr("修好后再按一次", "mend it, then press again"),
    )


def _objection(visitor: Visitor, one: Objection, mend: str) -> Part:
    return ui.tag(
        "div",
        ui.state_glyph(Look.CRIT, size="s"),
        ui.tag("b", _title(visitor, one.by)),
        ui.tag("span", one.text, class_="rc-grow"),
        ui.tag("span", one.hint, class_="rc-s2"),
        ui.link_button(tr("去处理", "Mend it"), mend, kind="sm") if mend else None,
        class_="rc-row rc-finding",
        role="alert",
    )


def _title(visitor: Visitor, by: str) -> str:
    own = {"checks": tr("设备", "Equipment"), "recorder": tr("录音", "Recording"), "handouts": tr("材料", "Papers")}
    return own.get(by) or str(getattr(visitor.board.application.plugins.named(by), "title", "") or by)


def _overruling(visitor: Visitor, desk: Desk, taken: Part) -> Part:
    def press(typed: Values) -> None:
        step, why = desk.tried, text_of(typed, "overrule")
        if step is None:
            return
        if not why:
            raise BadInput(
                tr("不顾异议要写理由", "overruling needs a reason"),
                mend=tr(
                    f"写明为什么可以，以 {visitor.user.name} 的名义记入日志",
                    f"say why; it is logged in the name of {visitor.user.name}",
                ),
            )
        do(visitor, desk, step, desk.tried_with, why)

    return ui.form(
        ui.field(
            "overrule",
            tr("不顾异议的理由", "Why it does not hold"),
            "",
            hint=tr(f"以 {visitor.user.name} 的名义记入日志", f"logged in the name of {visitor.user.name}"),
        ),
        ui.tag(
            "div",
            ui.long_press(_held(tr("带问题继续", "Go on all the same")), press, key="overrule"),
            taken,
            class_="rc-row rc-wrapping",
        ),
        of="overrule",
    )


def _who_may() -> str:
    names = holders(Right.OVERRULE)
    return tr(f"修不好时，由{names}写明理由后放行", f"where it cannot be mended, one of these may go on: {names}")
