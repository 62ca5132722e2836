"""The form: what the meeting is, who, the items, what it needs, its 密级; and what stands in its way."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from roomctl.domain.access import Right
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.domain.planning import FACTS, name_of, open_facts
from roomctl.domain.secrecy import Level
from roomctl.errors import Busy, RoomctlError
from roomctl.i18n import tr
from roomctl.services.calendar import RoomTaken
from roomctl.services.identity import new_id
from roomctl.web.booking import booking_of
from roomctl.web.pages.planning import typed as reading
from roomctl.web.pages.planning.typed import Row
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import admit, allow
from roomctl.web.ui import (
    Child,
    Part,
    Values,
    button,
    error_state,
    field,
    form,
    link_button,
    note_bar,
    panel,
    tag,
    text_of,
)

KINDS = ("常务会议", "全体会议", "专题会议", "办公会议", "协调会议", "汇报会", "座谈会", "视频会议")
"""会议种类 that are offered; any other may be written."""

_LEVELS = (Level.OPEN, Level.INTERNAL, Level.SECRET, Level.CONFIDENTIAL)


class Desk:
    """One visitor at the plan of one meeting, or of a new one.

    Args:
        starts: what stands in the field of a new one at first, as `2026-11-12T09:00`.

    """

    def __init__(self, visitor: Visitor, meeting_id: str, starts: str = "") -> None:
        self._visitor, self._id, self._starts = visitor, meeting_id, starts[:16]
        self._before: Meeting | None = None
        self._typed: dict[str, Any] = {}
        self._rows: list[Row] = []
        self._refused: RoomctlError | None = None
        self._seen = False

    def draw(self) -> Part:
        """The whole page."""
        if not self._seen:
            self._read()
        before = self._before
        title = tr("修改会议", "Change the meeting") if before else tr("新建会议", "New meeting")
        back = f"/meetings/{before.id}" if before else "/"
        return tag(
            "div",
            tag(
                "div",
                tag("h1", title, class_="rc-nw"),
                tag("span", before.title if before else "", class_="rc-s2 rc-grow rc-ell"),
                class_="rc-hd",
            ),
            form(
                self._note(),
                self._said(),
                tag(
                    "div",
                    tag("div", self._what(), self._agenda(), class_="rc-col"),
                    tag("div", self._who(), self._needs(), self._secrecy(), class_="rc-col"),
                    class_="rc-two",
                ),
                tag(
                    "div",
                    button(
                        tr("保存", "Save") if before else tr("新建", "Make it"),
                        self._save,
                        kind="pri",
                        key="save plan",
                    ),
                    link_button(tr("返回", "Back"), back, kind="quiet"),
                    class_="rc-row rc-wrapping",
                ),
            ),
            class_="rc-plan",
        )

    def _read(self) -> None:
        if self._id:
            meeting = self._visitor.use.meeting(self._id)
            admit(self._visitor.user, meeting.highest_secrecy.level)
            self._before = meeting
            self._typed, self._rows = reading.shown(meeting), [Row.of(item) for item in meeting.agenda]
        else:
            today = self._visitor.board.today()
            at = (today.now + timedelta(hours=1)).replace(minute=0, tzinfo=None)
            self._typed = {
                "starts": self._starts or f"{at:%Y-%m-%dT%H:%M}", "minutes": "60", "kind": "专题会议",
                "place": today.room, "recorded": "yes", "secrecy": Level.OPEN.value,
            }  # fmt: skip
            self._rows = [Row()]
        self._seen = True

    # --- what stands above

    def _note(self) -> Part | None:
        before = self._before
        if before is None:
            return None
        if before.state is State.APPROVED:
            return note_bar(
                "warn",
                tr(
                    "改了主题、时间、议题这些，要重新批准；联系人和保障事项不用",
                    "for another title, time or agenda it has to be approved again; not for contact or arrangements",
                ),
                strong=tr("已批准", "approved"),
            )
        if before.state is State.PLANNED:
            return None
        return note_bar(
            "run",
            tr("改动记入日志，标明是补填", "changes are logged as made afterwards"),
            strong=tr(f"会议是“{before.state.label}”", f"the meeting is {before.state.label}"),
        )

    def _said(self) -> Part | None:
        """What refused the last press."""
        error = self._refused
        if error is None:
            return None
        told = error_state(error.what, error.why, error.mend)
        if isinstance(error, Busy):
            again = button(tr("看新内容", "Show what it says now"), self._again, kind="sm", key="read again")
            return tag("div", told, tag("div", again, class_="rc-row rc-below"))
        if isinstance(error, RoomTaken) and self._visitor.may(Right.OVERRULE):
            who = self._visitor.user.name
            return tag(
                "div",
                told,
                field(
                    "share_room",
                    tr("仍要占用的理由", "Why it is taken all the same"),
                    text_of(self._typed, "share_room"),
                    hint=tr(f"写了再保存，以 {who} 的名义记入日志", f"then save; logged in the name of {who}"),
                ),
            )
        return told

    def _again(self, _values: Values) -> None:
        self._seen, self._refused = False, None

    # --- the sections

    def _what(self) -> Part:
        kinds = tag("datalist", *(tag("option", value=one) for one in KINDS), id_="kinds")
        return panel(
            tr("会议", "The meeting"),
            self._text("title"),
            self._text("kind", datalist="kinds"),
            kinds,
            self._one("starts", "starts", kind="datetime-local"),
            self._one(
                "minutes", "planned_minutes", kind="number", hint=tr("分钟", "minutes"),
            ),
            self._text("place"),
            self._text("scope", lines=True),
        )  # fmt: skip

    def _who(self) -> Part:
        return panel(
            tr("人员", "People"), self._text("chair"), self._text("minute_taker"), self._text("contact"),
        )  # fmt: skip

    def _needs(self) -> Part:
        return panel(
            tr("保障", "Arrangements"),
            *(self._text(name, lines=True) for name in ("multimedia", "press", "catering", "special")),
        )

    def _secrecy(self) -> Part:
        levels = {one.value: one.value for one in _LEVELS}
        recorded = {"yes": tr("录音", "recorded"), "no": tr("不录音", "not recorded")}
        return panel(
            tr("密级和录音", "密级 and recording"),
            self._one(
                "secrecy", "secrecy", choices=levels, hint=tr("会议取各议题中最高的", "the highest item counts")
            ),
            self._one(
                "term",
                "secrecy",
                label=tr("保密期限", "Term"),
                hint=tr(
                    "秘密、机密要写：3年、6个月、长期，解密时间如“2027年6月1日”，或解密条件如“公布前”",
                    "of 秘密 and 机密: 3年 (years), 6个月 (months), 长期 (no end), 2027年6月1日 (a day), "
                    "or what ends it, such as 公布前",
                ),
            ),
            self._one("basis", "secrecy", label=tr("定密依据", "Basis")),
            self._one("by", "secrecy", label=tr("定密责任人", "Classified by")),
            self._one("recorded", "recorded", choices=recorded),
            self._text("recording_approved_by"),
        )

    def _agenda(self) -> Part:
        shut = "agenda" not in self._open()
        if shut:
            rows = [tag("p", f"{n}. {row.title}", class_="rc-s2") for n, row in enumerate(self._rows, 1)]
            return panel(tr("议题", "Agenda"), *rows)
        fixed = len(self._before.agenda) if self._before and self._before.state not in _BEFORE else 0
        return panel(
            tr("议题", "Agenda"),
            *(self._item(n, row, fixed=n < fixed) for n, row in enumerate(self._rows)),
            tag(
                "div",
                button(
                    tr("加一项", "Add an item"),
                    self._change(lambda rows: rows.append(Row())),
                    kind="sm",
                    key="add item",
                ),
                class_="rc-row rc-below",
            ),
            second=tr(f"共 {self._minutes()} 分钟", f"{self._minutes()} min in all") if self._minutes() else "",
        )

    def _item(self, n: int, row: Row, *, fixed: bool) -> Part:
        def up(rows: list[Row]) -> None:
            rows[n - 1], rows[n] = rows[n], rows[n - 1]

        named = f"item{n}_"
        levels = [tag("option", one.value, value=one.value, selected=one.value == row.secrecy) for one in _LEVELS]
        number = n + 1
        cell = partial(_cell, number)
        rise, drop = (
            tr(f"第 {number} 项上移", f"item {number} up"),
            tr(f"删去第 {number} 项", f"take item {number} off"),
        )
        acts = []
        if not fixed:
            acts = [button("×", self._change(lambda rows: rows.pop(n)), kind="quiet sm", key=f"drop {n}", label=drop)]
            if n:
                acts.insert(0, button("↑", self._change(up), kind="quiet sm", key=f"up {n}", label=rise))
        return tag(
            "div",
            tag("b", str(number), class_="rc-num"),
            cell(f"{named}title", tr("题目", "title"), row.title, wide=True),
            tag("div", *acts, class_="rc-row"),
            cell(f"{named}unit", tr("汇报单位", "unit"), row.unit),
            cell(f"{named}presenter", tr("汇报人", "presenter"), row.presenter),
            cell(f"{named}minutes", tr("分钟", "min"), row.minutes, kind="number"),
            cell(f"{named}observers", tr("本项列席（顿号隔开）", "observers of this item"), row.observers, wide=True),
            tag(
                "select",
                *levels,
                class_="rc-in",
                name=f"{named}secrecy",
                aria_label=tr(f"第 {number} 项密级", f"密级 of item {number}"),
            ),
            cell(f"{named}term", tr("保密期限", "term"), row.term),
            class_="rc-item",
        )

    def _change(self, work: Callable[[list[Row]], object]) -> Callable[[Values], None]:
        """Changes the rows, after keeping what was typed."""

        def press(typed: Values) -> None:
            self._keep(typed)
            work(self._rows)

        return press

    def _minutes(self) -> int:
        return sum(int(row.minutes) for row in self._rows if row.minutes.isdecimal() and len(row.minutes) < 5)  # noqa: PLR2004

    # --- fields

    def _open(self) -> frozenset[str]:
        return open_facts(self._before.state) if self._before else FACTS

    def _text(self, name: str, *, lines: bool = False, datalist: str = "") -> Part:
        return self._one(name, name, kind="lines" if lines else "text", datalist=datalist)

    def _one(
        self,
        name: str,
        fact: str,
        *,
        label: str = "",
        kind: str = "text",
        hint: str = "",
        choices: dict[str, str] | None = None,
        datalist: str = "",
    ) -> Part:
        said, value = label or _capital(name_of(fact)), text_of(self._typed, name)
        if fact not in self._open():
            shown = (choices or {}).get(value, value).replace("T", " ") or "—"
            return tag("div", tag("span", said, class_="rc-fixed"), tag("span", shown), class_="rc-lab")
        made = field(name, said, value, hint=hint, choices=choices, kind=kind)
        if datalist:
            return Part(made.html.replace('class="rc-in"', f'class="rc-in" list="{datalist}"', 1))
        return made

    # --- saving

    def _keep(self, typed: Values) -> None:
        self._rows = reading.rows(typed, len(self._rows)) if "agenda" in self._open() else self._rows
        self._typed |= {name: value for name, value in typed.items() if not name.startswith("item")}

    def _save(self, typed: Values) -> str | None:
        self._keep(typed)
        try:
            return self._saved(typed)
        except RoomctlError as refused:
            self._refused = refused
            return None

    def _saved(self, typed: Values) -> str:
        visitor = self._visitor
        allow(visitor.user, Right.PLAN_MEETINGS)
        before = self._before
        given = dict(reading.facts(typed, before))
        if "agenda" in self._open():
            given["agenda"] = reading.agenda(self._rows)
        booking = booking_of(visitor.board.application, visitor.user, text_of(typed, "share_room"))
        if before is not None:
            visitor.use.edit(before.id, given, booking=booking, version=before.version)
            return f"/meetings/{before.id}"
        room = visitor.use.room
        meeting = Meeting(id=MeetingId(new_id()), room=room.id, zone=room.zone, **given)
        admit(visitor.user, meeting.highest_secrecy.level)
        visitor.use.create(meeting, booking=booking)
        return f"/meetings/{meeting.id}"


_BEFORE = frozenset({State.PLANNED, State.APPROVED})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(number: int, name: str, label: str, value: str, *, wide: bool = False, kind: str = "text") -> Child:
    return tag(
        "input",
        type=kind,
        name=name,
        value=value,
        placeholder=label,
        aria_label=tr(f"第 {number} 项{label}", f"item {number}: {label}"),
        class_="rc-in rc-wide1" if wide else "rc-in",
        min="0" if kind == "number" else None,
    )
