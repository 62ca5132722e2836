"""The papers below their row: what is out and with whom, and what was released."""

from collections.abc import Callable

from roomctl.domain.access import Right
from roomctl.domain.handouts import Handout, HandoutState
from roomctl.i18n import tr
from roomctl.web.pages.closing.doing import Doing
from roomctl.web.pages.closing.sight import Sight
from roomctl.web.ui import Child, Part, Press, button, field, form, join, long_press, note_bar, tag

MOST = 60
"""Copies that are listed at once; by its number any other one is collected."""


def said(seen: Sight) -> str:
    """32 份已收 31 份，缺 017 号，领用人 马德福."""
    copies = [one for one in seen.room.handouts.copies if one.state is not HandoutState.STOCK]
    if not copies:
        return ""
    out = seen.room.handouts.out
    back = sum(one.state is HandoutState.BACK for one in copies)
    text = tr(f"{len(copies)} 份已收 {back} 份", f"{back} of {len(copies)} collected")
    if len(out) == 1:
        name = out[0].name if seen.may(Right.SEE_ROSTER) else ""
        text += tr(f"，缺 {out[0].copy} 号", f", {out[0].copy} is out")
        text += tr(f"，领用人 {name}", f", with {name}") if name else ""
    elif out:
        text += tr(f"，缺 {len(out)} 份", f", {len(out)} are out")
    gone = sum(one.state in {HandoutState.RELEASED, HandoutState.TRANSFERRED} for one in copies)
    return text + (tr(f"，{gone} 份写明去向", f", {gone} accounted for elsewhere") if gone else "")


def notes(seen: Sight, doing: Doing) -> Part:
    """The copy that was collected last, for who took the wrong one; those that were not: where each is, whether the
    security officer has seen it, and who took it over.
    """
    bars = []
    for one in seen.room.handouts.copies:
        if one.id == doing.back and one.state is HandoutState.BACK and seen.live:
            undo = button(tr("撤销", "Undo"), doing.undo_copy(one.id), kind="sm", key=f"undo {one.id}")
            strong = tr(f"{one.line} {one.name}", f"{one.line}, {one.name}")
            bars.append(note_bar("unk", tr("刚收回", "collected just now"), undo, strong=strong))
        if one.state is HandoutState.TRANSFERRED:
            strong = tr(f"{one.line}已移交机要", f"{one.line}: with the security officer")
            bars.append(note_bar("crit", one.where, _back(seen, one, doing), strong=strong))
        elif one.state is HandoutState.RELEASED:
            strong = tr(f"{one.line}已放行", f"{one.line}: released")
            told = (
                tr(f"机要人员 {one.seen.by} 已知", f"seen by {one.seen.by}")
                if one.seen
                else tr("机要人员还没有看", "not seen by the security officer yet")
            )
            see: Child = None
            if one.seen is None and seen.may(Right.ANSWER_FOR_PAPERS):
                see = button(tr("已知", "Seen"), doing.see(one.id), kind="sm", key=f"see {one.id}")
            bars.append(
                note_bar(
                    "warn", one.where + tr(f"（{told}）", f" ({told})"), see, _back(seen, one, doing), strong=strong
                )
            )
    return tag("div", *bars, class_="rc-bars") if bars else Part()


def _back(seen: Sight, one: Handout, doing: Doing) -> Part | None:
    if not seen.may(Right.HANDLE_PAPERS):
        return None
    return button(tr("收回了", "It is back"), doing.take_back(one.id), kind="sm", key=f"back {one.id}")


def out(seen: Sight, doing: Doing, asked: str, unfold: Callable[[str], Press]) -> Part:
    """By number, and one by one with the holder."""
    by_number = form(
        field("copy", tr("份号", "Number"), "", hint=doing.collected or tr("可以扫码", "may be scanned")),
        button(tr("收回", "Collect"), doing.collect, kind="sm", key="collect"),
        of="collect",
    )
    every = seen.room.handouts.out
    rows = [_copy(seen, one, doing, asked, unfold) for one in every[:MOST]]
    rest = len(every) - MOST
    more = (
        tag("p", tr(f"还有 {rest} 份，按份号收回", f"{rest} more, by number"), class_="rc-s3") if rest > 0 else None
    )
    return join((by_number, tag("ul", *rows, class_="rc-sub"), more))


def _copy(seen: Sight, one: Handout, doing: Doing, asked: str, unfold: Callable[[str], Press]) -> Part:
    phone = doing.phones.get(one.id)
    secret = one.secrecy.state_secret
    release, transfer = f"release {one.id}", f"transfer {one.id}"
    buttons: list[Child] = [
        button(tr("已收回", "Collected"), doing.take_back(one.id), kind="sm", key=f"back {one.id}")
    ]
    if phone:
        buttons.append(tag("a", phone, href=f"tel:{phone}", class_="rc-btn rc-sm rc-num"))
    else:
        buttons.append(button(tr("联系领用人", "Call"), doing.contact(one.id), kind="sm", key=f"call {one.id}"))
    if seen.live and not secret and seen.may(Right.RELEASE_PAPERS):
        buttons.append(button(tr("放行", "Release"), unfold(release), kind="quiet sm", key=release))
    if seen.live and seen.may(Right.ANSWER_FOR_PAPERS):
        buttons.append(button(tr("移交机要", "Take over"), unfold(transfer), kind="quiet sm", key=transfer))
    rule = tr("涉密文件，不得放行", "secret: it cannot be released") if secret else ""
    mark = f"{one.secrecy.mark} " if one.secrecy.mark else ""
    asks: Child = None
    if asked == release:
        asks = _where(tr("现在在哪里、何时送回", "Where it is, and when it comes back"), tr("放行", "Release"),
                      doing.release(one.id), f"do {release}")  # fmt: skip
    elif asked == transfer:
        asks = _where(tr("情况和文号", "What is known, and the reference"), tr("移交机要", "Take over"),
                      doing.transfer(one.id), f"do {transfer}")  # fmt: skip
    return tag(
        "li",
        tag(
            "span",
            tag("b", f"{one.copy} {one.name}"),
            tag("span", f"{mark}{one.document} {rule}".strip(), class_="rc-s3"),
            class_="rc-grow",
        ),
        tag("div", *buttons, class_="rc-acts"),
        asks,
        data_copy=one.copy,
    )


def _where(label: str, text: str, press: Press, key: str) -> Part:
    return form(field("where", label, ""), long_press(tr(f"按住{text}", f"Hold: {text}"), press, key=key), of=key)
