"""What one visitor does with the leaves of a meeting: puts one down, grants it, refuses it, takes it back."""

from collections.abc import Callable, Sequence

from roomctl.domain.access import Right
from roomctl.domain.attendance import MAX_NAME, Role, Standing
from roomctl.domain.lifecycle import OVER
from roomctl.domain.meeting import Meeting
from roomctl.errors import BadInput, RoomctlError
from roomctl.i18n import tr
from roomctl.web.pages.planning.typed import line, words
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import admit, allow, holders
from roomctl.web.ui import (
    Part,
    Values,
    button,
    empty_state,
    error_state,
    field,
    form,
    link_button,
    note_bar,
    panel,
    state_chip,
    tag,
    text_of,
)


class Desk:
    """One visitor at the leaves of one meeting."""

    def __init__(self, visitor: Visitor, meeting_id: str) -> None:
        self._visitor, self._id = visitor, meeting_id
        self._typed: Values = {}
        self._refusing = ""
        self._refused: RoomctlError | None = None
        self._done = ""

    def _look(self) -> tuple[Meeting, Sequence[Standing]]:
        meeting = self._visitor.use.meeting(self._id)
        admit(self._visitor.user, meeting.highest_secrecy.level)
        return meeting, self._visitor.use.attendance(self._id).members

    # --- above

    def head(self) -> Part:
        """The verdict, and what refused the last press."""
        meeting, members = self._look()
        pending = sum(one.pending_leave for one in members)
        granted = sum(one.leave is not None and one.leave.granted is True for one in members)
        said = (
            tr(f"请假：{pending} 人待批", f"Leave: {pending} to decide")
            if pending
            else tr(f"请假：{granted} 人", f"Leave: {granted}") if granted else tr("请假", "Leave")
        )  # fmt: skip
        refused = self._refused
        told = error_state(refused.what, refused.why, refused.mend) if refused else None
        done = note_bar("run", self._done) if self._done else None
        return tag(
            "div",
            tag(
                "div",
                tag(
                    "div", tag("h1", said, class_="rc-nw"), tag("p", meeting.title, class_="rc-s2"), class_="rc-grow"
                ),
                link_button(tr("名单", "Roster"), f"/meetings/{self._id}/roster"),
                link_button(tr("回会议", "The meeting"), f"/meetings/{self._id}", kind="quiet"),
                class_="rc-hd",
            ),
            tag("div", told, done, class_="rc-wrap") if told or done else None,
        )

    # --- a new one

    def form(self) -> Part:
        """Who asks, why, and who would come instead."""
        meeting, members = self._look()
        if not self._visitor.may(Right.SIGN_IN) or meeting.state in OVER:
            return Part()
        people = {"": "—"} | {
            one.person.id: f"{one.person.name}　{one.person.line}" for one in members if not one.present
        }
        typed = self._typed
        return tag(
            "div",
            panel(
                tr("报请假", "Put a leave down"),
                form(
                    field("person", tr("姓名、职务", "Who"), text_of(typed, "person"), choices=people),
                    field("reason", tr("理由", "Why"), text_of(typed, "reason")),
                    field(
                        "proxy",
                        tr("代替人选", "Who comes instead"),
                        text_of(typed, "proxy"),
                        hint=tr("没有就空着；批准后才能代会", "may be empty; signs in only when it is granted"),
                    ),
                    field("proxy_duty", tr("代替人职务", "Duty of that person"), text_of(typed, "proxy_duty")),
                    tag("div", button(tr("报请假", "Put it down"), self._ask, kind="pri", key="ask leave")),
                    of="ask leave",
                ),
            ),
            class_="rc-wrap",
        )

    def _ask(self, typed: Values) -> None:
        self._typed = typed

        def work() -> None:
            allow(self._visitor.user, Right.SIGN_IN)
            person = text_of(typed, "person")
            if not person:
                raise BadInput(tr("没有选人", "nobody is chosen"), mend=tr("先选谁请假", "choose who asks for leave"))
            standing = self._visitor.use.request_leave(
                self._id,
                person,
                reason=words(text_of(typed, "reason"), tr("理由", "why")),
                proxy=line(text_of(typed, "proxy"), tr("代替人选", "who comes instead"), MAX_NAME),
                proxy_duty=line(text_of(typed, "proxy_duty"), tr("代替人职务", "duty")),
            )
            self._typed = {}
            self._done = tr(f"已报，等审批人决定：{standing.person.name}", f"put down: {standing.person.name}")

        self._try(work)

    # --- those that are there

    def decisions(self) -> Part:
        """The undecided first."""
        meeting, members = self._look()
        asked = [one for one in members if one.leave is not None]
        if not asked:
            return tag("div", empty_state(tr("没有人请假", "nobody has asked for leave")), class_="rc-wrap")
        ordered = sorted(asked, key=lambda one: not one.pending_leave)
        may = self._visitor.may(Right.DECIDE_LEAVE)
        rows = [self._row(one, may=may, over=meeting.state in OVER) for one in ordered]
        who = holders(Right.DECIDE_LEAVE)
        waits = any(one.pending_leave for one in asked) and not may
        second = tr(f"由{who}决定", f"decided by: {who}") if waits else ""
        return tag("div", panel(tr("请假人员", "Who asks"), *rows, second=second), class_="rc-wrap")

    def _row(self, one: Standing, *, may: bool, over: bool) -> Part:
        leave, person = one.leave, one.person
        if leave is None:
            return Part()
        proxy = "　".join(part for part in (leave.proxy, leave.proxy_duty) if part)
        told = [
            tag("p", tr(f"理由：{leave.reason}", f"Why: {leave.reason}"), class_="rc-s2"),
            tag("p", tr(f"代替人选：{proxy}", f"Instead: {proxy}"), class_="rc-s2") if proxy else None,
            tag("p", _decided(leave.by, leave.note), class_="rc-s3") if leave.granted is not None else None,
        ]
        return tag(
            "div",
            tag(
                "div",
                tag("b", person.name),
                tag("span", person.line, class_="rc-s3 rc-grow"),
                _chip(one),
                class_="rc-row rc-wrapping",
            ),
            *told,
            self._acts(one) if may and not over and person.role is Role.MEMBER else None,
            class_="rc-leave",
        )

    def _acts(self, one: Standing) -> Part:
        person, name = one.person.id, one.person.name
        if self._refusing == person:
            return form(
                field("note", tr("不准的理由", "Why not"), ""),
                tag(
                    "div",
                    button(tr("不准假", "Refuse"), self._decide(person, granted=False), key=f"no {person}"),
                    button(tr("返回", "Back"), self._refuse(""), kind="quiet", key=f"back {person}"),
                    class_="rc-row",
                ),
                of=f"no {person}",
            )
        if one.pending_leave:
            grant = button(
                tr("准假", "Grant"),
                self._decide(person, granted=True),
                kind="sm",
                key=f"yes {person}",
                label=tr(f"准假 {name}", f"grant {name}"),
            )
        else:
            grant = button(
                tr("撤销决定", "Take it back"),
                self._undo(person),
                kind="sm",
                key=f"undo {person}",
                label=tr(f"撤销 {name} 的决定", f"take back the decision on {name}"),
            )
        refuse = (
            button(
                tr("不准", "Refuse"),
                self._refuse(person),
                kind="quiet sm",
                key=f"refuse {person}",
                label=tr(f"不准 {name}", f"refuse {name}"),
            )
            if one.pending_leave
            else None
        )
        return tag("div", grant, refuse, class_="rc-row rc-wrapping rc-below")

    def _refuse(self, person: str) -> Callable[[Values], None]:
        def press(_typed: Values) -> None:
            self._refusing, self._refused, self._done = person, None, ""

        return press

    def _decide(self, person: str, *, granted: bool) -> Callable[[Values], None]:
        def press(typed: Values) -> None:
            def work() -> None:
                allow(self._visitor.user, Right.DECIDE_LEAVE)
                note = line(text_of(typed, "note"), tr("理由", "why"))
                name = self._visitor.user.name
                self._visitor.use.decide_leave(self._id, person, granted=granted, by=name, note=note)
                self._refusing = ""

            self._try(work)

        return press

    def _undo(self, person: str) -> Callable[[Values], None]:
        def press(_typed: Values) -> None:
            def work() -> None:
                allow(self._visitor.user, Right.DECIDE_LEAVE)
                self._visitor.use.undo_attendance(self._id, person, leave=True)

            self._try(work)

        return press

    def _try(self, work: Callable[[], None]) -> None:
        """What refuses it stands on the page."""
        self._refused, self._done = None, ""
        try:
            work()
        except RoomctlError as refused:
            self._refused = refused


def _chip(one: Standing) -> Part:
    if one.leave is None or one.leave.granted is None:
        return state_chip(tr("待批", "to decide"), "warn")
    if one.proxy_arrived:
        return state_chip(tr("代会人已到", "the proxy is here"), "ok")
    if one.arrived:
        return state_chip(tr("本人到会", "came all the same"), "ok")
    return state_chip(tr("已准", "granted"), "ok") if one.leave.granted else state_chip(tr("不准", "refused"), "crit")


def _decided(by: str, note: str) -> str:
    said = tr(f"{by} 决定", f"decided by {by}")
    return tr(f"{said}：{note}", f"{said}: {note}") if note else said
