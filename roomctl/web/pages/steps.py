"""The next steps of a meeting's life: who may take which, and what each asks for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from roomctl.domain.access import MOVES, Right
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import Meeting
from roomctl.domain.recording import RecorderState
from roomctl.errors import BadInput
from roomctl.i18n import tr
from roomctl.web import ui
from roomctl.web.moves import take
from roomctl.web.pages.links import RUNNING, Facts
from roomctl.web.pages.visitor import Visitor
from roomctl.web.ui import Part, Values, text_of

CLOSING = "/meetings/{meeting_id}/close"
"""The page on which the room is cleared."""

OPERATOR = "/meetings/{meeting_id}/record"
"""The page on which a running meeting is operated, where there is one."""

_LONGEST_BREAK = 240  # minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do next.

    Attributes:
        name: tells it apart from the others; text: on its button.
        right: what it takes.
        act: does it, with what was typed and why objections do not hold (empty: they do).
        asks: fields of its form; none where a press is enough.
        hold: cannot be undone, and is pressed long.
        blocked: why it cannot be done yet.
        main: may be the one filled button.
        second: said under the title of its form.
        path: of the page on which it is done; nothing is done here.

    """

    name: str
    text: str
    right: Right
    act: Callable[[Values, str], object]
    asks: Callable[[Values], Sequence[Part]] | None = None
    hold: bool = False
    blocked: str = ""
    main: bool = True
    second: str = ""
    path: str = ""


def steps(visitor: Visitor, facts: Facts) -> list[Step]:
    """What this visitor may do next, in the order in which it is done."""
    return [one for one in _all(visitor, facts) if visitor.may(one.right)]


def _all(visitor: Visitor, facts: Facts) -> Iterator[Step]:
    meeting = facts.meeting
    match meeting.state:
        case State.PLANNED:
            yield _move(visitor, meeting, State.APPROVED, tr("批准", "Approve"))
            yield _urgent(visitor, meeting)
        case State.APPROVED:
            yield _move(visitor, meeting, State.OPEN, tr("开始会前准备", "Prepare"))
        case State.OPEN:
            yield from _beginning(visitor, facts)
        case State.IN_SESSION:
            yield _recess(visitor, meeting)
            yield _move(visitor, meeting, State.ADJOURNED, tr("散会", "Adjourn"), hold=True, main=False)
        case State.RECESS:
            yield _move(visitor, meeting, State.IN_SESSION, tr("继续开会", "Resume"))
            yield _move(visitor, meeting, State.ADJOURNED, tr("散会", "Adjourn"), hold=True, main=False)
        case State.ADJOURNED:
            yield from _closing(visitor, meeting)
        case State.DEPOSITED | State.ARCHIVED:
            yield from _registering(visitor, facts)
        case _:
            pass
    if meeting.state in {State.OPEN, *RUNNING} and Need.URGENT_REASON in _lacking(meeting):
        yield _explain(visitor, meeting, main=False)
    if meeting.state in {State.PLANNED, State.APPROVED, State.OPEN}:
        yield _cancel(visitor, meeting)


def _move(
    visitor: Visitor,
    meeting: Meeting,
    target: State,
    text: str,
    *,
    hold: bool = False,
    blocked: str = "",
    main: bool = True,
) -> Step:
    return Step(
        name=target.value,
        text=text,
        right=MOVES[target],
        act=lambda _typed, why: take(visitor.use, visitor.user.name, meeting.id, target, overrule=why),
        hold=hold,
        blocked=blocked,
        main=main,
    )


def _lacking(meeting: Meeting) -> frozenset[Need]:
    """What must be held before close, whatever the state now."""
    needs = frozenset({Need.CLEARED, Need.TRANSCRIPT, Need.URGENT_REASON})
    held = meeting.facts if meeting.urgent and not meeting.urgent_reason else meeting.facts | {Need.URGENT_REASON}
    return needs - held


def _urgent(visitor: Visitor, meeting: Meeting) -> Step:
    def act(typed: Values, _why: str) -> object:
        return take(visitor.use, visitor.user.name, meeting.id, State.OPEN, reason=text_of(typed, "reason"))

    later = tr("可以先空着，结束会议前补上", "may be left empty now, and given before the close")
    return Step(
        name="urgent",
        text=tr("紧急开会", "Open it urgently"),
        right=MOVES[State.OPEN],
        act=act,
        asks=lambda typed: [_reason(typed, tr("紧急缘由", "Why it is urgent"), hint=later)],
        main=False,
        second=tr("不等批准，直接会前准备", "without approval, straight to the preparations"),
    )


def _beginning(visitor: Visitor, facts: Facts) -> Iterator[Step]:
    meeting = facts.meeting
    armed = facts.current is not None and facts.current.state is RecorderState.ARMED
    if meeting.recorded:
        text = tr("重新准备录音", "Arm the recorder again") if armed else tr("准备录音", "Arm the recorder")
        yield Step(
            name="arm",
            text=text,
            right=Right.RUN_MEETINGS,
            act=lambda _typed, _why: visitor.use.arm(meeting.id),
            main=not armed,
        )
    yield _move(visitor, meeting, State.IN_SESSION, tr("开始会议", "Begin the meeting"))


def _recess(visitor: Visitor, meeting: Meeting) -> Step:
    def act(typed: Values, _why: str) -> object:
        until = _until(visitor.board.application.clock.now(), text_of(typed, "minutes"))
        return visitor.use.pause(meeting.id, until=until)

    choices = {
        "": tr("不定", "not known"),
        **{str(n): tr(f"{n} 分钟", f"{n} minutes") for n in (5, 10, 15, 20, 30, 60)},
    }
    return Step(
        name="recess",
        text=tr("会间休息", "Recess"),
        right=MOVES[State.RECESS],
        act=act,
        asks=lambda typed: [
            ui.field(
                "minutes",
                tr("休息多久", "How long"),
                text_of(typed, "minutes") or "15",
                choices=choices,
                hint=tr("到点没有继续，会报警", "an alarm is raised when it is over and nobody resumed"),
            )
        ],
        second=tr("休息期间不保存声音", "nothing is recorded meanwhile"),
    )


def _until(now: datetime, minutes: str) -> datetime | None:
    if not minutes:
        return None
    if not minutes.isdigit() or not 1 <= int(minutes) <= _LONGEST_BREAK:
        raise BadInput(
            tr("休息时间不对", "the length of the break is wrong"),
            minutes[:20],
            tr(f"填 1 到 {_LONGEST_BREAK} 分钟", f"give 1 to {_LONGEST_BREAK} minutes"),
        )
    return now + timedelta(minutes=int(minutes))


def _closing(visitor: Visitor, meeting: Meeting) -> Iterator[Step]:
    lacking = _lacking(meeting)
    yield Step(
        name="room",
        text=tr("清理会场", "Clear the room"),
        right=Right.CLEAR_ROOM,
        act=lambda _typed, _why: None,
        path=CLOSING.format(meeting_id=meeting.id),
        main=Need.CLEARED in lacking,
    )
    if Need.CLEARED in lacking:
        yield Step(
            name="clear",
            text=tr("清理会场完成", "The room is cleared"),
            right=Right.CLEAR_ROOM,
            main=False,
            act=lambda typed, _why: visitor.use.clear(meeting.id, left_behind=text_of(typed, "left_behind")),
            asks=lambda typed: [
                ui.field(
                    "left_behind",
                    tr("遗留物品", "Left behind"),
                    text_of(typed, "left_behind"),
                    hint=tr("没有就空着", "empty where there is nothing"),
                )
            ],
            second=tr("材料已收回，白板已擦，设备已关", "papers collected, whiteboard clean, devices switched off"),
        )
    if Need.URGENT_REASON in lacking:
        yield _explain(visitor, meeting, main=True)
    if Need.TRANSCRIPT in lacking:
        yield Step(
            name="waive",
            text=tr("免转写", "Do without the transcript"),
            right=Right.OVERRULE,
            act=lambda typed, _why: visitor.use.waive_transcript(
                meeting.id, by=visitor.user.name, reason=text_of(typed, "reason")
            ),
            asks=lambda typed: [_reason(typed, tr("理由", "Reason"))],
            main=False,
            second=tr("由你批准，写进会议日志", "you take it upon yourself; it stands in the log"),
        )
    order = [need for need in Need if need in lacking]
    missing = tr("还差：", "still open: ") + "；".join(need.label for need in order) if order else ""
    yield _move(visitor, meeting, State.CLOSED, tr("结束会议，开始送存", "Close and deposit"), blocked=missing)


def _explain(visitor: Visitor, meeting: Meeting, *, main: bool) -> Step:
    def act(typed: Values, _why: str) -> object:
        reason = text_of(typed, "reason")
        if not reason:
            raise BadInput(
                tr("紧急缘由还空着", "the reason is empty"),
                mend=tr("写明为什么来不及批准", "say why it could not wait for the approval"),
            )
        return visitor.use.explain_urgency(meeting.id, reason=reason)

    return Step(
        name="explain",
        text=tr("写明紧急缘由", "Say why it was urgent"),
        right=Right.RUN_MEETINGS,
        act=act,
        asks=lambda typed: [_reason(typed, tr("紧急缘由", "Why it was urgent"))],
        main=main,
        second=tr("没有批准就开的会，结束前要写明", "asked for before the close, where nobody approved it"),
    )


def _registering(visitor: Visitor, facts: Facts) -> Iterator[Step]:
    meeting = facts.meeting
    if facts.returned:
        yield _hand_in_again(visitor, meeting)
    elif meeting.state is State.ARCHIVED:  # of which a supplement alone may be sent back
        return
    yield Step(
        name="register",
        text=tr("归档登记", "Register in the archive"),
        right=MOVES[State.ARCHIVED],
        act=lambda _typed, _why: None,
        path=f"/meetings/{meeting.id}/archive",
    )


def _hand_in_again(visitor: Visitor, meeting: Meeting) -> Step:
    return Step(
        name="again",
        text=tr("补正后再交", "Hand in again"),
        right=Right.CLOSE_MEETINGS,
        act=lambda typed, _why: visitor.use.hand_in_again(meeting.id, note=text_of(typed, "note")),
        asks=lambda typed: [ui.field("note", tr("补正了什么", "What was put right"), text_of(typed, "note"))],
        second=tr("档案员会再看一遍", "the archivist looks at it once more"),
    )


def _cancel(visitor: Visitor, meeting: Meeting) -> Step:
    return Step(
        name="cancel",
        text=tr("取消会议", "Cancel the meeting"),
        right=MOVES[State.CANCELLED],
        act=_for_a_reason(visitor, meeting, State.CANCELLED),
        asks=lambda typed: [_reason(typed, tr("取消原因", "Why it is cancelled"))],
        hold=True,
        main=False,
        second=tr("取消后不能恢复", "it cannot be undone"),
    )


def _for_a_reason(visitor: Visitor, meeting: Meeting, to: State) -> Callable[[Values, str], object]:
    """Takes the meeting there, with the reason that was typed."""
    return lambda typed, _why: take(visitor.use, visitor.user.name, meeting.id, to, reason=text_of(typed, "reason"))


def _reason(typed: Values, label: str, *, hint: str = "") -> Part:
    return ui.field("reason", label, text_of(typed, "reason"), hint=hint)
