"""One device: all that it told, how its figures went, and what it can be told to do."""

from roomctl.domain.access import Right
from roomctl.domain.checks import Result
from roomctl.domain.devices import Device
from roomctl.i18n import tr
from roomctl.services.drivers import ActionOffer, DriverOffer
from roomctl.web.pages.technician.doing import Doing, Told
from roomctl.web.pages.technician.sight import Sight, figure
from roomctl.web.pages.technician.todo import NOTHING, Ask, Asking, acts, proof
from roomctl.web.ui import (
    CHECK_LOOKS,
    Child,
    Look,
    Part,
    Press,
    button,
    field,
    form,
    history_line,
    link_button,
    state_glyph,
    tag,
)


def device(
    sight: Sight, target: str, offer: DriverOffer | None, asking: Asking, ask: Ask, close: Press, doing: Doing
) -> Part:
    """The panel that a press on a tile opens: a device, or one microphone of the acoustic proof."""
    id_, _, part = target.partition("#")
    entry = next((one for one in sight.devices if one.id == id_), None)
    rows = sight.of(target) if part or not sight.sounds(id_) else sight.of_none(id_)
    name = entry.name if entry else rows[0].device_name if rows else id_
    name = tr(f"话筒 {part}", f"Microphone {part}") if part else name
    head = tag(
        "div",
        tag("h2", name, class_="rc-grow"),
        button(tr("收起", "Close"), close, kind="quiet sm", key="close detail"),
        class_="rc-row rc-detail-head",
    )
    return tag(
        "section",
        head,
        _entry(entry, offer) if entry else None,
        *(_row(sight, row, asking, ask, doing) for row in rows),
        tag("p", tr("还没有回答", "no answer yet"), class_="rc-it rc-s2") if not rows else None,
        _below(sight, id_, entry, offer, asking, ask, doing),
        class_="rc-panel rc-todo rc-detail",
        id_="detail",
    )


def _entry(entry: Device, offer: DriverOffer | None) -> Part:
    kind = tr(*offer.title) if offer else entry.kind
    parts = [kind, entry.model, entry.place if entry.address else ""]
    return tag("p", "　".join(part for part in parts if part), class_="rc-it rc-s2 rc-num")


def _row(sight: Sight, row: Result, asking: Asking, ask: Ask, doing: Doing) -> Part:
    key = (row.device, row.check)
    look = CHECK_LOOKS[row.state]
    usual = sight.usuals.get(key)
    said = tr(f"平时 {usual.low:.4g}–{usual.high:.4g}", f"usually {usual.low:.4g}–{usual.high:.4g}") if usual else ""
    return tag(
        "div",
        tag(
            "div",
            state_glyph(look, size="s"),
            tag("b", row.name, class_="rc-grow"),
            history_line(sight.past.get(key, ()), look, usual),
            tag("span", figure(row), class_="rc-num rc-nw"),
            class_="rc-t",
        ),
        tag("p", row.message, class_="rc-why"),
        tag("p", said, class_="rc-why rc-num") if said else None,
        tag("p", row.remark, class_="rc-why rc-mend1") if row.remark else None,
        proof(row),
        acts(sight, row, asking, ask, doing, again=False),
        class_="rc-it",
    )


def _below(
    sight: Sight, id_: str, entry: Device | None, offer: DriverOffer | None, asking: Asking, ask: Ask, doing: Doing
) -> Part | None:
    if not sight.may(Right.RUN_CHECKS):
        return None
    if entry and offer and asking.what.startswith("order ") and asking.device == id_:
        action = asking.what.removeprefix("order ")
        if action in offer.actions:
            return _sure(entry, action, offer.actions[action], ask, doing)
    again = (
        tr("发声实测，约半分钟", "Sound it, half a minute") if sight.sounds(id_) else tr("只查这台", "Check this one")
    )
    made: list[Child] = [button(again, doing.check(id_), kind="sm", key="again device")]
    made += [
        button(f"{tr(*order.title)}…", ask(Asking(f"order {name}", id_)), kind="sm", key=f"order {name}")
        for name, order in (offer.actions if entry and offer else {}).items()
    ]
    if entry and sight.may(Right.EDIT_SETTINGS):
        made.append(link_button(tr("改清单", "Edit"), f"/devices?device={id_}", kind="quiet sm"))
    return tag("div", _told(doing.told.get(id_)), tag("div", *made, class_="rc-a"), class_="rc-it")


def _told(told: Told | None) -> Part | None:
    """What it was told last, and what came of it."""
    if told is None:
        return None
    look = Look.RUNNING if not told.said else Look.OK if told.well else Look.CRIT
    said = told.said or tr("正在做…", "being done…")
    return tag(
        "p", state_glyph(look, size="s", share=0.3), tag("span", f"{told.title}：{said}"), class_="rc-row rc-s2",
        role="status",
    )  # fmt: skip


def _sure(entry: Device, name: str, action: ActionOffer, ask: Ask, doing: Doing) -> Part:
    """A device is told to do something only after it was asked twice."""
    title = tr(*action.title)
    wait = entry.warm_up + entry.cool_down
    waits = tr(f"最多等 {action.deadline + wait:.0f} 秒", f"waits up to {action.deadline + wait:.0f} s")
    argument = None
    if action.arguments:
        choices = {key: tr(*one) for key, one in action.arguments.items()}
        argument = field("argument", tr("选择", "Choose"), next(iter(choices)), choices=choices)
    elif any(action.takes):
        argument = field("argument", tr(*action.takes), "")
    return tag(
        "div",
        form(
            tag("p", tr(f"{entry.name}：{title}？", f"{entry.name}: {title}?")),
            tag("p", waits, class_="rc-s3"),
            argument,
            tag(
                "div",
                button(title, doing.order(entry.id, name, title), kind="sm", key=f"do {name}"),
                button(tr("返回", "Back"), ask(NOTHING), kind="quiet sm", key="back"),
                class_="rc-row",
            ),
            of=f"{entry.id} {name}",
        ),
        class_="rc-it",
    )
