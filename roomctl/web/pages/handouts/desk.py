"""What one visitor does with the papers of a meeting: registers copies, hands them out, takes an act back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from zoneinfo import ZoneInfo

from roomctl.domain.access import Right
from roomctl.domain.attendance import Person
from roomctl.domain.handouts import Handout, Handouts, HandoutState, numbers
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import parse
from roomctl.errors import BadInput, RoomctlError
from roomctl.i18n import several, tr
from roomctl.services.clearing import LIVE
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import admit, allow
from roomctl.web.ui import (
    Child,
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
    table,
    tag,
    text_of,
)

MOST = 60
"""Copies of a paper that are listed at once; the others are counted."""

NOTHING: Values = MappingProxyType({})
_DIGITS = 6
"""Of a 份号: GB/T 9704-2012 section 7.2.1."""

_READY = (HandoutState.STOCK, HandoutState.BACK)

_CHIPS = {
    HandoutState.OUT: "warn",
    HandoutState.BACK: "ok",
    HandoutState.RELEASED: "warn",
    HandoutState.TRANSFERRED: "crit",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One meeting's papers as they stand."""

    meeting: Meeting
    register: Handouts
    people: Mapping[str, Person]

    @property
    def live(self) -> bool:
        return self.meeting.state in LIVE

    def chip(self, state: HandoutState) -> tuple[str, str]:
        """Word and kind of a state. A copy that is out is as it should be, until the meeting is over."""
        if state is HandoutState.OUT and self.live and self.meeting.state is not State.ADJOURNED:
            return tr("已发出", "handed out"), "run"
        return state.label, _CHIPS.get(state, "")

    @property
    def papers(self) -> dict[str, list[Handout]]:
        """Copies by the title of their paper, in the order in which they were registered."""
        found: dict[str, list[Handout]] = {}
        for one in self.register.copies:
            found.setdefault(one.document, []).append(one)
        return found


class Desk:
    """One visitor at the papers of one meeting."""

    def __init__(self, visitor: Visitor, meeting_id: str) -> None:
        self._visitor, self._id = visitor, meeting_id
        self._typed: dict[str, Values] = {}  # by form: what was refused stands in it until it is sent again
        self._paper = ""
        self._refused: RoomctlError | None = None
        self._done, self._last = "", ""

    def _look(self) -> Seen:
        use = self._visitor.use
        meeting = use.meeting(self._id)
        admit(self._visitor.user, meeting.highest_secrecy.level)
        people = {one.id: one for one in use.roster(self._id)}
        return Seen(meeting, use.clearing(self._id).handouts, people)

    # --- above

    def head(self) -> Part:
        """The verdict, what the last press did or why it was refused."""
        seen = self._look()
        refused = self._refused
        told = error_state(refused.what, refused.why, refused.mend) if refused else None
        mark = seen.meeting.highest_secrecy.mark
        collect: Child = None
        if seen.meeting.state is State.ADJOURNED:
            collect = link_button(tr("到散会页收回", "Collect on the close page"), f"/meetings/{self._id}/close")
        return tag(
            "div",
            tag(
                "div",
                tag(
                    "div",
                    tag("h1", _verdict(seen), class_="rc-nw"),
                    tag("p", seen.meeting.title, class_="rc-s2"),
                    class_="rc-grow",
                ),
                state_chip(mark, "warn") if mark else None,
                collect,
                link_button(tr("回会议", "The meeting"), f"/meetings/{self._id}", kind="quiet"),
                class_="rc-hd",
            ),
            tag("div", told, self._did(seen), class_="rc-wrap") if told or self._done else None,
        )

    def _did(self, seen: Seen) -> Part | None:
        if not self._done:
            return None
        last = next((one for one in seen.register.copies if one.id == self._last), None)
        undo: Child = None
        if last is not None and seen.live and last.state is not HandoutState.STOCK:
            undo = button(tr("撤销", "Undo"), self._undo(last.id), kind="sm", key="undo last")
        return note_bar("run", self._done, undo)

    # --- what is written

    def forms(self) -> Part:
        """A copy goes to somebody; copies are given numbers."""
        seen = self._look()
        if not seen.live:
            return Part()
        ready = any(one.state in _READY for one in seen.register.copies)
        return tag(
            "div",
            tag(
                "div",
                tag("div", self._give(seen) if ready else self._nothing(seen), class_="rc-col"),
                tag("div", self._new(seen), class_="rc-col"),
                class_="rc-two",
            ),
            class_="rc-wrap",
        )

    def _nothing(self, seen: Seen) -> Part:
        said = (
            tr("都发出了", "all are handed out")
            if seen.register.copies
            else tr("还没有登记材料", "no paper is registered yet")
        )
        return panel(tr("发出", "Hand out"), empty_state(said, tr("先在旁边登记份号", "register copies beside this")))

    def _give(self, seen: Seen) -> Part:
        papers, typed = list(seen.papers), self._typed.get("sign out", {})
        paper = self._paper if self._paper in papers else papers[0]
        which = field("paper", tr("材料", "Paper"), paper, choices={one: one for one in papers})
        has = {one.holder: one.copy for one in seen.papers[paper] if one.state is HandoutState.OUT}
        people = sorted(seen.people.values(), key=lambda one: one.id in has)
        choices = {"": "—"} | {one.id: _choice(one, has.get(one.id, "")) for one in people}
        return panel(
            tr("发出", "Hand out"),
            form(
                which if len(papers) > 1 else None,
                field(
                    "copy",
                    tr("份号", "Number"),
                    text_of(typed, "copy"),
                    hint=tr("空着发下一份；可以扫码", "empty is the next one; may be scanned"),
                ),
                field("person", tr("领用人", "To"), text_of(typed, "person"), choices=choices),
                tag("div", button(tr("发出", "Hand out"), self._sign_out, kind="pri", key="sign out")),
                of="sign out",
            ),
        )

    def _new(self, seen: Seen) -> Part:
        mark = seen.meeting.highest_secrecy.mark
        typed = self._typed.get("register", {})
        return panel(
            tr("登记材料", "Register a paper"),
            form(
                field("document", tr("材料", "Paper"), text_of(typed, "document")),
                field("first", tr("起始份号", "First number"), text_of(typed, "first") or "1", kind="number"),
                field("count", tr("份数", "Copies"), text_of(typed, "count") or "1", kind="number"),
                field(
                    "secrecy",
                    tr("密级", "密级"),
                    text_of(typed, "secrecy") or mark or "非密",
                    hint=tr("不高于会议的密级", "at most the meeting's"),
                ),
                tag("div", button(tr("登记", "Register"), self._register, key="register")),
                of="register",
            ),
        )

    # --- what is there

    def copies(self) -> Part:
        """Each paper with how many are out, and each copy that has left the service."""
        seen = self._look()
        papers = seen.papers
        if not papers:
            return Part()
        return tag("div", *(self._panel(seen, title, every) for title, every in papers.items()), class_="rc-wrap")

    def _panel(self, seen: Seen, title: str, every: Sequence[Handout]) -> Part:
        gone = [one for one in every if one.state is not HandoutState.STOCK]
        gone.sort(key=lambda one: one.state is HandoutState.BACK)
        mark = every[0].secrecy.mark
        rule = tr("涉密文件，逐份收回，不得放行", "secret: each is collected, none is released")
        share = 100 * len(gone) / len(every)
        stock = [one.copy for one in every if one.state is HandoutState.STOCK]
        left = tr(f"未发 {_ranges(stock)}", f"not handed out: {_ranges(stock)}")
        rest = len(gone) - MOST
        zone = ZoneInfo(seen.meeting.zone)
        head = (tr("份号", "Number"), tr("领用人", "With"), tr("状态", "State"), "")
        return panel(
            title,
            tag("div", tag("i"), class_="rc-prog", style=f"--v:{share:.0f}", aria_hidden="true"),
            tag("p", left, class_="rc-s2 rc-num rc-below") if stock else None,
            tag("p", state_chip(mark, "warn"), " ", rule if every[0].secrecy.state_secret else "") if mark else None,
            table(head, [list(self._row(seen, one, zone)) for one in gone[:MOST]]) if gone else None,
            tag("p", tr(f"还有 {rest} 份", f"{rest} more"), class_="rc-s3") if rest > 0 else None,
            second=_counted(seen, every),
        )

    def _row(self, seen: Seen, one: Handout, zone: ZoneInfo) -> Iterator[Child]:
        who = seen.people.get(one.holder)
        yield tag("b", one.copy)
        yield tag("div", one.name, tag("div", who.line, class_="rc-s3") if who else None)
        by = tag("div", f"{one.last.by} {one.last.at.astimezone(zone):%m-%d %H:%M}", class_="rc-s3")
        yield tag("div", state_chip(*seen.chip(one.state)), one.where, by)
        acts: list[Child] = []
        if one.state is HandoutState.OUT:
            label = tr(f"收回 {one.line}", f"collect {one.line}")
            acts.append(
                button(tr("收回", "Collect"), self._take_back(one.id), kind="sm", key=f"back {one.id}", label=label)
            )
        if seen.live and self._visitor.may(one.undone_with):
            label = tr(f"撤销 {one.line}", f"undo {one.line}")
            acts.append(
                button(tr("撤销", "Undo"), self._undo(one.id), kind="quiet sm", key=f"undo {one.id}", label=label)
            )
        yield tag("div", *acts, class_="rc-row rc-wrapping")

    # --- presses

    def _sign_out(self, typed: Values) -> None:
        def work() -> None:
            paper = self._paper = text_of(typed, "paper") or self._paper
            person, number = text_of(typed, "person"), text_of(typed, "copy")
            if not person:
                raise BadInput(
                    tr("没有选领用人", "nobody is chosen"), mend=tr("先选谁领用", "choose who takes the copy")
                )
            copies = self._visitor.use.clearing(self._id).handouts.copies
            own = Handouts(tuple(one for one in copies if not paper or one.document == paper))
            found = own.find(number) if number else _next(own)
            given = self._visitor.use.sign_out_handout(self._id, found.id, person)
            self._last = given.id
            self._done = tr(f"已发出 {given.line}：{given.name}", f"handed out: {given.line}, to {given.name}")

        self._try(work, "sign out", typed)

    def _register(self, typed: Values) -> None:
        def work() -> None:
            first, count = text_of(typed, "first"), text_of(typed, "count")
            if not (first.isdecimal() and count.isdecimal()) or max(len(first), len(count)) > _DIGITS:
                raise BadInput(
                    tr("份号或份数不是数字", "the first number, or the count, is no number"),
                    mend=tr("例如：从 1 起，32 份", "such as: from 1, 32 copies"),
                )
            copies = numbers(int(first), int(count))
            secrecy = parse(text_of(typed, "secrecy") or "非密")
            document = text_of(typed, "document")
            made = self._visitor.use.register_handouts(self._id, document, copies, secrecy=secrecy)
            self._paper = made[0].document
            self._done = tr(
                f"已登记 {made[0].document}，{len(made)} 份", f"registered: {made[0].document}, {len(made)} copies"
            )

        self._try(work, "register", typed)

    def _take_back(self, handout: str) -> Callable[[Values], None]:
        def work() -> None:
            back = self._visitor.use.take_back_handout(self._id, handout)
            self._done, self._last = tr(f"已收回 {back.line}", f"collected: {back.line}"), back.id

        return lambda _typed: self._try(work)

    def _undo(self, handout: str) -> Callable[[Values], None]:
        def work() -> None:
            one = self._visitor.use.undo_handout(self._id, handout, allow=partial(allow, self._visitor.user))
            self._done = tr(f"已撤销，{one.line}{one.state.label}", f"undone: {one.line} is {one.state.label}")

        return lambda _typed: self._try(work)

    def _try(self, work: Callable[[], None], of: str = "", typed: Values = NOTHING) -> None:
        """In the visitor's rights as they are now. What refuses it stands on the page, with what was typed."""
        self._refused, self._done, self._last = None, "", ""
        try:
            allow(self._visitor.user, Right.HANDLE_PAPERS)
            admit(self._visitor.user, self._visitor.use.meeting(self._id).highest_secrecy.level)
            work()
        except RoomctlError as refused:
            self._refused = refused
            self._typed[of] = typed
        else:
            self._typed.pop(of, None)


def _verdict(seen: Seen) -> str:
    every = seen.register.copies
    if not every:
        return tr("材料", "Papers")
    out, gone = len(seen.register.out), sum(one.state is not HandoutState.STOCK for one in every)
    if gone and (not seen.live or seen.meeting.state is State.ADJOURNED):
        return (
            tr(f"材料：{out} 份未收回", f"Papers: {out} out") if out else tr("材料：都有着落", "Papers: none is out")
        )
    return tr(f"材料：{len(every)} 份已发 {gone} 份", f"Papers: {gone} of {len(every)} handed out")


def _next(register: Handouts) -> Handout:
    found = next((one for one in register.copies if one.state is HandoutState.STOCK), None)
    if found is None:
        raise BadInput(
            tr("没有未发出的份号", "every copy was handed out"),
            mend=tr("写收回过的份号，或登记新的", "give the number of one that is back, or register more"),
        )
    return found


def _counted(seen: Seen, every: Sequence[Handout]) -> str:
    """32 份：未发出 12；已发出 20."""
    counts = {state: sum(one.state is state for one in every) for state in HandoutState}
    told = several(f"{seen.chip(state)[0]} {n}" for state, n in counts.items() if n)
    return tr(f"{len(every)} 份：{told}", f"{len(every)}: {told}")


def _choice(person: Person, copy: str) -> str:
    has = tr(f"（已领 {copy}）", f" (has {copy})") if copy else ""
    return f"{person.name}{has}　{person.line}".strip()


def _ranges(copies: Sequence[str]) -> str:
    """001–012、015: numbers that follow one another as one."""
    runs: list[list[str]] = []
    for copy in copies:
        before = runs[-1][-1] if runs else ""
        if copy.isdecimal() and before.isdecimal() and int(copy) == int(before) + 1:
            runs[-1].append(copy)
        else:
            runs.append([copy])
    return tr("、", ", ").join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
