"""The macros of the room: what one would do, a press that does it, and how each step went."""

from collections.abc import Callable, Sequence

from roomctl.domain.access import Right
from roomctl.domain.macros import Macro, StepOutcome, StepState
from roomctl.i18n import tr
from roomctl.web.pages.technician.doing import Doing
from roomctl.web.pages.technician.sight import Sight
from roomctl.web.ui import Look, Part, Press, button, state_chip, state_glyph, tag

_LOOKS = {
    StepState.PLANNED: Look.WAITING,
    StepState.DONE: Look.OK,
    StepState.FAILED: Look.CRIT,
    StepState.LEFT_OUT: Look.SKIPPED,
}


def row(sight: Sight, macros: Sequence[Macro], choose: Callable[[str], Press], chosen: str) -> Part | None:
    """A button for each; None where there are none, or the visitor may not run them."""
    if not macros or not sight.may(Right.RUN_CHECKS):
        return None
    made = [
        button(one.name, choose(one.id), kind="sm" + (" on" if one.id == chosen else ""), key=f"macro {one.id}")
        for one in macros
    ]
    head = tag("h3", tr("场景", "Macros"))
    return tag("section", head, tag("div", *made, class_="rc-row rc-wrapping"), class_="rc-grp rc-scenes")


def panel(
    macro: Macro, planned: Sequence[StepOutcome], heard: Sequence[StepOutcome], close: Press, doing: Doing
) -> Part:
    """The steps as they would be done, or as they went, and the press that does them.

    Args:
        heard: of the run that was begun on this page, as far as it is.

    """
    running = doing.playing == macro.id
    shown = [*heard, *planned[len(heard) :]]
    rows = [_step(one, now=running and place == len(heard)) for place, one in enumerate(shown)]
    by_itself = (
        state_chip(tr(f"转为“{macro.on.label}”时自动", f"by itself at {macro.on.label}"), "run") if macro.on else None
    )
    stop, go = tr("下一步前停止", "Stop before the next"), tr("现在执行", "Do it now")
    act = (
        button(stop, doing.stop_macro, kind="sm", key="stop macro", icon_name="stop")
        if running
        else button(go, doing.macro(macro.id), kind="sm", key="do macro", icon_name="play")
    )
    head = tag(
        "div",
        tag("h2", macro.name, class_="rc-grow"),
        button(tr("收起", "Close"), close, kind="quiet sm", key="close detail"),
        class_="rc-row rc-detail-head",
    )
    return tag(
        "section",
        head,
        *rows,
        tag("div", tag("div", act, by_itself, class_="rc-a"), class_="rc-it"),
        class_="rc-panel rc-todo rc-detail",
        id_="detail",
    )


def _step(one: StepOutcome, *, now: bool) -> Part:
    look = Look.RUNNING if now else _LOOKS[one.state]
    optional = tag("span", tr("可跳过", "may fail"), class_="rc-s3") if one.step.optional else None
    return tag(
        "div",
        tag(
            "div",
            state_glyph(look, size="s", share=0.3),
            tag("b", one.what, class_="rc-grow"),
            optional,
            class_="rc-t",
        ),
        tag("p", one.said, class_="rc-why") if one.said else None,
        class_="rc-it",
    )
