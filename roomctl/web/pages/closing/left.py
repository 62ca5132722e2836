"""清理会场: what is left to do stands first; a press records who and when."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from roomctl.domain.access import Right
from roomctl.domain.clearing import ClearingRow, LeftBehind, TaskKind
from roomctl.domain.lifecycle import State
from roomctl.i18n import tr
from roomctl.web.pages.closing import papers
from roomctl.web.pages.closing.doing import Doing
from roomctl.web.pages.closing.sight import Checked, Sight
from roomctl.web.pages.technician.doing import Doing as Hands
from roomctl.web.ui import Child, Look, Part, Press, button, field, form, join, link_button, state_glyph, tag

FINDS, PAPERS = "finds", "papers"
"""What may be open below a row."""

TICK = Part('<svg class="rc-ic rc-s" viewBox="0 0 24 24" aria-hidden="true"><path d="M5 12.5l4.5 4.5L19 7"/></svg>')


@dataclass(frozen=True, slots=True)
class Hand:
    """What the rows are pressed with.

    Attributes:
        open: what is unfolded, `release <id>` and `transfer <id>` among it; unfold: opens it, or nothing.
        hands: run the macro of a task.

    """

    doing: Doing
    hands: Hands
    open: str
    unfold: Callable[[str], Press]


def head(seen: Sight) -> Part:
    """How many are done: the answer of the page."""
    done, total = seen.done, seen.total
    second = tr("点选即记录经办人和时间", "a press notes who and when")
    return tag(
        "div",
        tag("h2", tr("清理会场", "Clear the room")),
        tag("span", second, class_="rc-s3"),
        tag("span", f"{done} / {total}", class_="rc-big rc-num" + (" rc-c-ok" if done == total else "")),
        class_="rc-head",
        role="status",
    )


def rows(seen: Sight, hand: Hand) -> Part:
    """All tasks, those to be done first."""
    every: list[tuple[bool, Part]] = [(row.done is None, _task(seen, row, hand)) for row in seen.room.list.rows]
    every += [(not one.done, _checked(one)) for one in seen.checked]
    todo = [part for left, part in every if left]
    return tag("ul", *todo, *(part for left, part in every if not left), class_="rc-cks")


def _task(seen: Sight, row: ClearingRow, hand: Hand) -> Part:
    task, done = row.task, row.done
    counted = task.kind is TaskKind.HANDOUTS and any(one.name for one in seen.room.handouts.copies)
    may = seen.live and seen.may(Right.CLEAR_ROOM)
    said = f"{done.by} {seen.clock(done.at)}" if done else ""
    facts = [said, *_facts(seen, row, hand)]
    return tag(
        "li",
        _box(row, hand.doing.press(task.id) if may and done is None and not counted else None),
        tag("p", tag("b", task.name), tag("span", "，".join(filter(None, facts)), class_="rc-s2 rc-num")),
        tag("div", *_buttons(seen, row, hand, may=may, counted=counted), class_="rc-acts"),
        *_below(seen, row, hand),
        class_="rc-ck rc-done" if done else "rc-ck rc-todo",
        data_task=task.id,
    )


def _box(row: ClearingRow, press: Press | None) -> Part:
    act = f"task {row.task.id}"
    shown = tag(
        "button" if press else "span",
        TICK if row.done else None,
        type="button" if press else None,
        class_="rc-box rc-on" if row.done else "rc-box",
        role="checkbox",
        aria_checked="true" if row.done else "false",
        aria_label=row.task.name,
        data_act=act if press else None,
        aria_disabled=None if press else "true",
    )
    return Part(shown.html, {act: press} if press else {})


def _facts(seen: Sight, row: ClearingRow, hand: Hand) -> Iterator[str]:
    """The second line: what stands in the way, or what came of it."""
    match row.task.kind:
        case TaskKind.HANDOUTS:
            yield papers.said(seen)
        case TaskKind.LEFT_BEHIND:
            for one in seen.room.list.things:
                to = tr(f"交{one.handed_to}", f"→ {one.handed_to}") if one.handed_to else tr("未交", "kept by nobody")
                yield f"{one.what} {to}"
        case TaskKind.DEVICES:
            yield _devices(seen, row, hand)
        case _:
            pass


def _devices(seen: Sight, row: ClearingRow, hand: Hand) -> str:
    macro = seen.macro_of(row.task)
    if macro is not None and hand.hands.playing == macro.id:
        done = len(hand.hands.steps)
        return tr(f"正在关闭，已做 {done} / {len(macro.steps)} 步", f"step {done} of {len(macro.steps)}")
    if hand.hands.trouble is not None:
        return str(hand.hands.trouble)
    if seen.ran is None:
        return ""
    return seen.ran or tr("场景已执行，设备都已关闭", "the macro was run, everything is off")


def _buttons(seen: Sight, row: ClearingRow, hand: Hand, *, may: bool, counted: bool) -> Iterator[Child]:
    task, done = row.task, row.done
    if task.kind is TaskKind.HANDOUTS and seen.may(Right.HANDLE_PAPERS):
        if seen.room.handouts.out:
            yield _fold(hand, PAPERS, tr("逐份收回", "Collect"))
        if seen.live:
            path = f"/meetings/{seen.facts.meeting.id}/handouts"
            yield link_button(tr("登记", "Register"), path, kind="quiet sm")
    if task.kind is TaskKind.LEFT_BEHIND and may:
        yield _fold(hand, FINDS, tr("登记物品", "Put down"))
    macro = seen.macro_of(task)
    if macro is not None and may and done is None and seen.may(Right.RUN_CHECKS):
        key = f"macro {macro.id}"
        if hand.hands.playing:
            yield button(tr("停止", "Stop"), hand.hands.stop_macro, kind="sm", key=key)
        else:
            yield button(tr("全部关闭", "All off"), hand.hands.macro(macro.id), kind="sm", key=key)
    if done is not None and may and not counted:
        yield button(
            tr("撤销", "Undo"),
            hand.doing.undo(task.id),
            kind="quiet sm",
            key=f"undo {task.id}",
            label=tr(f"撤销 {task.name}", f"Undo {task.name}"),
        )


def _fold(hand: Hand, what: str, text: str) -> Part:
    shown = tr("收起", "Fold") if hand.open == what else text
    return button(shown, hand.unfold(what), kind="sm", key=f"fold {what}")


def _below(seen: Sight, row: ClearingRow, hand: Hand) -> Iterator[Part]:
    if row.task.kind is TaskKind.HANDOUTS:
        if seen.may(Right.SEE_ROSTER):
            yield papers.notes(seen, hand.doing)
        is_open = hand.open == PAPERS or hand.open.startswith(("release ", "transfer "))
        if is_open and seen.room.handouts.out:
            yield papers.out(seen, hand.doing, hand.open, hand.unfold)
    if row.task.kind is TaskKind.LEFT_BEHIND:
        things = seen.room.list.things
        if things and (hand.open == FINDS or row.done is None):
            yield tag("ul", *(_thing(seen, one, hand) for one in things), class_="rc-sub")
        if hand.open == FINDS:
            yield _find(hand)


def _thing(seen: Sight, one: LeftBehind, hand: Hand) -> Part:
    place = tr(f"在{one.place}", f"at {one.place}") if one.place else ""
    found = tr(f"{one.found.by} {seen.clock(one.found.at)} 登记", f"put down by {one.found.by}")
    path = f"/api/v1/meetings/{seen.facts.meeting.id}/left-behind/{one.id}/photo"
    photo: Child = None
    if one.picture:
        photo = tag("a", tr("看照片", "Photo"), href=path, target="_blank", rel="noopener", class_="rc-btn rc-sm")
    elif seen.live and seen.may(Right.CLEAR_ROOM):
        photo = tag(
            "button", tr("加照片", "Add a photo"), type="button", class_="rc-btn rc-sm", data_photo=path,
            aria_label=tr(f"给{one.what}加照片", f"add a photo of {one.what}"),
        )  # fmt: skip
    hand_over: Child = None
    if one.handed is None and seen.live and seen.may(Right.CLEAR_ROOM):
        key = f"hand {one.id}"
        hand_over = form(
            field(f"to-{one.id}", tr("交给谁", "Handed to"), ""),
            button(tr("已交", "Handed"), hand.doing.hand_over(one.id), kind="sm", key=key),
            of=key,
        )
    return tag(
        "li",
        tag(
            "span",
            tag("b", one.what),
            tag("span", "，".join(filter(None, [place, found])), class_="rc-s3 rc-num"),
            class_="rc-grow",
        ),
        photo,
        hand_over,
        data_thing=one.id,
    )


def _find(hand: Hand) -> Part:
    return form(
        field("what", tr("物品", "What"), ""),
        field("place", tr("在哪里", "Where"), ""),
        field("to", tr("交给谁", "Handed to"), "", hint=tr("可以以后再写", "may be said later")),
        button(tr("登记", "Put down"), hand.doing.found, kind="sm", key="found"),
        of="found",
    )


def _checked(one: Checked) -> Part:
    mark = TICK if one.done else state_glyph(Look.WARN if one.stuck else Look.RUNNING, size="s", share=0.4)
    box = tag("span", mark, class_="rc-box rc-on" if one.done else "rc-box rc-self")
    return tag(
        "li",
        box,
        tag("p", tag("b", one.title), tag("span", one.said, class_="rc-s2 rc-num")),
        class_="rc-ck rc-done" if one.done else "rc-ck rc-todo",
    )


def ready(seen: Sight) -> Part:
    """Where the list is not pressed: what is left to do in the room is nothing any more, or nothing yet."""
    if seen.closed:
        said = tr("会场可以关灯锁门。送存会自己做完。", "Lights off, doors locked. The deposit goes on by itself.")
    elif seen.facts.meeting.state is State.CANCELLED:
        said = tr("会议已取消，没有要清理的。", "The meeting was cancelled: there is nothing to clear.")
    else:
        said = tr("散会后在这里清理会场。", "The room is cleared here once the meeting has ended.")
    glyph = state_glyph(Look.OK if seen.closed else Look.WAITING)
    return join((glyph, tag("span", said, class_="rc-grow")))
