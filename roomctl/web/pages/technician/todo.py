"""What to do, the worst first: what was found, the steps that mend it, and what people may decide instead."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from roomctl.domain.access import Right
from roomctl.domain.checks import WHOLE_DEVICE, CheckState, Result, Waiver, WaiverKind
from roomctl.i18n import tr
from roomctl.web.pages.technician.doing import Doing
from roomctl.web.pages.technician.sight import Sight, figure, findings, steps
from roomctl.web.ui import (
    CHECK_LOOKS,
    Child,
    Look,
    Part,
    Press,
    button,
    field,
    form,
    icon,
    long_press,
    state_glyph,
    tag,
)

BASELINE = "baseline"
"""The row of the acoustic proof that tells who took what it is held against."""
PICTURES = frozenset({"png", "jpg", "jpeg", "svg", "webp"})
SOUNDS = frozenset({"wav", "flac", "ogg"})


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that stands open on the page: what is to be decided about which row."""

    what: str
    device: str
    check: str = ""


NOTHING = Asking("", "")
Ask = Callable[[Asking], Press]


def listed(sight: Sight, asking: Asking, ask: Ask, doing: Doing) -> Part | None:
    """All findings, then what was accepted and what is not used; None where there is nothing of either."""
    found = findings(sight)
    rows = [_item(sight, row, asking, ask, doing, first=number == 0) for number, row in enumerate(found)]
    decided = [_decided(sight, one, doing) for one in sight.waivers]
    if not rows and not decided:
        return None
    return tag(
        "section",
        tag("h2", tr("待处理", "To do")) if rows else None,
        *rows,
        tag("div", tag("b", tr("本次已定", "Decided for this meeting")), *decided, class_="rc-it rc-decided")
        if decided
        else None,
        class_="rc-panel rc-todo",
    )


def _item(sight: Sight, row: Result, asking: Asking, ask: Ask, doing: Doing, *, first: bool) -> Part:
    shown = figure(row)
    colour = {CheckState.CRIT: "crit", CheckState.WARN: "warn"}.get(row.state, "unk")
    hints = steps(row)
    head = tag(
        "div",
        state_glyph(CHECK_LOOKS[row.state]),
        tag("b", titled(row), class_="rc-grow"),
        tag("b", shown, class_=f"rc-num rc-nw rc-c-{colour}") if shown else None,
        class_="rc-t",
    )
    return tag(
        "div",
        head,
        tag("p", row.message, class_="rc-why"),
        tag("ol", *(tag("li", one) for one in hints), class_="rc-steps") if hints else None,
        tag("p", row.hint, class_="rc-why rc-mend1") if row.hint and not hints else None,
        proof(row),
        acts(sight, row, asking, ask, doing, filled=first and row.state is CheckState.CRIT),
        class_=f"rc-it rc-{CHECK_LOOKS[row.state].value}" + (" rc-one" if row.state is CheckState.CRIT else ""),
    )


def titled(row: Result) -> str:
    """Device and check, as people call them; of its being there at all the device alone."""
    return row.device_name if row.check == "online" else f"{row.device_name} · {row.name}"


def acts(
    sight: Sight, row: Result, asking: Asking, ask: Ask, doing: Doing, *, filled: bool = False, again: bool = True
) -> Part:
    """What can be done about one row; the form of what is being asked stands in place of the buttons."""
    key = f"{row.device} {row.check}"
    if asking.what in {"accept", "excuse"} and (asking.device, asking.check) == (row.device, row.check):
        return _why(sight, row, asking, ask, doing)
    made: list[Child] = []
    if again and sight.may(Right.RUN_CHECKS):
        pending = sight.pending(row.device)
        again_ = tr("发声再测", "Sound it again") if sight.sounds(row.device) else tr("只查这项", "Check this one")
        text = tr("正在查…", "being asked…") if pending else again_
        kind = "pri sm" if filled else "sm"
        made.append(
            tag("button", text, type="button", class_="rc-btn rc-sm", disabled=True)
            if pending
            else button(text, doing.check(row.device), kind=kind, key=f"again {key}", icon_name="refresh")
        )
    if sight.may(Right.WAIVE_CHECKS) and sight.meeting and not row.firm and row.state in _DECIDABLE:
        made += [
            button(
                tr("带故障使用…", "Use with fault…"), ask(Asking("accept", row.device, row.check)), kind="sm",
                key=f"accept {key}",
            ),
            button(
                tr("本次免查…", "Not used…"), ask(Asking("excuse", row.device, row.check)), kind="sm",
                key=f"excuse {key}",
            ),
        ]  # fmt: skip
    if row.state is CheckState.WARN and (row.device, row.check) in sight.usuals and sight.may(Right.RUN_CHECKS):
        text = tr("作为平时值", "Take as usual")
        made.append(button(text, doing.take_as_usual(row.device, row.check), kind="sm", key=f"usual {key}"))
    if sight.sounds(row.device) and row.check == BASELINE and sight.may(Right.RUN_CHECKS):
        text = tr("现在是正常的，作为基线", "As it should be: the baseline")
        made.append(button(text, doing.take_baseline(row.device), kind="sm", key=f"usual {key}"))
    if row.firm:
        made.append(tag("span", tr("涉密会议不能带此使用", "nobody may accept this"), class_="rc-s3"))
    return tag("div", *made, class_="rc-a") if made else Part()


_DECIDABLE = frozenset({CheckState.CRIT, CheckState.UNKNOWN, CheckState.WARN})


def _why(sight: Sight, row: Result, asking: Asking, ask: Ask, doing: Doing) -> Part:
    excused = asking.what == "excuse"
    kind = WaiverKind.EXCUSED if excused else WaiverKind.ACCEPTED
    check = WHOLE_DEVICE if excused else row.check
    said = (
        tr(f"{row.device_name}本次不用，不再检查。", f"{row.device_name} is not used, and not asked.")
        if excused
        else tr("故障还在，本次带着它使用。", "The fault stays, and is accepted for this meeting.")
    )
    name = sight.user.name
    key = f"waive {row.device} {row.check}"
    return form(
        tag("p", said, class_="rc-s2"),
        field("reason", tr("理由", "Reason"), "", hint=tr(f"记在 {name} 名下", f"in the name of {name}")),
        tag(
            "div",
            long_press(tr("长按确认", "Hold to confirm"), doing.waive(row.device, check, kind), key=key),
            button(tr("返回", "Back"), ask(NOTHING), kind="quiet sm", key="back"),
            class_="rc-row",
        ),
        of=f"{asking.what} {row.device} {row.check}",
    )


def _decided(sight: Sight, one: Waiver, doing: Doing) -> Part:
    """Who accepted what, and why; it can be taken back."""
    names = {row.device: row.device_name for row in sight.rows} | {device.id: device.name for device in sight.devices}
    row = next((row for row in sight.rows if (row.device, row.check) == (one.device, one.check)), None)
    what = names.get(one.device, one.device) + (f" · {row.name if row else one.check}" if one.check else "")
    excused = one.kind is WaiverKind.EXCUSED
    back = (
        button(tr("撤回", "Take back"), doing.withdraw(one.device, one.check), kind="quiet sm",
               key=f"withdraw {one.device} {one.check}")
        if sight.may(Right.WAIVE_CHECKS) and not (sight.report and sight.report.signed)
        else None
    )  # fmt: skip
    return tag(
        "div",
        state_glyph(Look.WAIVED if excused else Look.ACCEPTED, size="s"),
        tag("span", what, tag("span", f"{one.by}：{one.reason}", class_="rc-s2"), class_="rc-grow rc-two-lines"),
        back,
        class_="rc-row",
    )


def proof(row: Result) -> Part | None:
    """The file that proves it: a picture to look at, a sound to hear, anything else to fetch."""
    if not row.evidence:
        return None
    path = f"/api/v1/checks/evidence/{quote(row.evidence)}"
    suffix = row.evidence.rpartition(".")[2].lower()
    title = tr(f"{titled(row)} 的证据", f"evidence of {titled(row)}")
    if suffix in PICTURES:
        shown = Part(tag("img", src=path, alt=title, loading="lazy").html.removesuffix("</img>"))
        return tag("a", shown, href=path, target="_blank", class_="rc-shot", title=tr("放大", "larger"))
    if suffix in SOUNDS:
        return tag("audio", controls=True, preload="none", src=path, aria_label=title, class_="rc-shot")
    name = row.evidence.rpartition("/")[2]
    return tag("a", icon("export"), name, href=path, download=True, class_="rc-shot rc-row rc-s2")
