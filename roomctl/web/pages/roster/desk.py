"""What one visitor does with the roster: looks, takes people in from a table, picks them, adds one by hand."""

from collections.abc import Callable, Sequence

from roomctl.domain.access import Right
from roomctl.domain.attendance import Person, Role
from roomctl.domain.lifecycle import OVER
from roomctl.domain.meeting import Meeting
from roomctl.domain.roster_sheet import REQUIRED, Draft, Problem, letters
from roomctl.errors import RoomctlError
from roomctl.i18n import tr
from roomctl.services.identity import new_id
from roomctl.web.pages.planning.typed import line as checked
from roomctl.web.pages.planning.typed import whole
from roomctl.web.pages.visitor import Visitor
from roomctl.web.rest.roster import need_good
from roomctl.web.rosters import Sent, SentRosters
from roomctl.web.session import admit, allow
from roomctl.web.ui import (
    Look,
    Part,
    Values,
    button,
    error_state,
    field,
    form,
    link_button,
    note_bar,
    panel,
    person_row,
    state_glyph,
    table,
    tag,
    text_of,
)

_NAMES = {
    "name": ("姓名", "Name"), "unit": ("单位", "Unit"), "duty": ("职务", "Duty"), "phone": ("手机", "Phone"),
    "seat": ("座位", "Seat"), "role": ("身份", "Role"), "items": ("议题", "Items"), "rank": ("排序", "Rank"),
}  # fmt: skip
"""Columns that are taken in here; cards are given at the sign-in desk."""

_SHOWN = 60  # problems on the page; the others are counted
_PICKED = 40  # of the office's people at once


class Desk:
    """One visitor at the roster of one meeting."""

    def __init__(self, visitor: Visitor, meeting_id: str, sent: SentRosters) -> None:
        self._visitor, self._id, self._sent = visitor, meeting_id, sent
        self._file = ""
        self._chosen: dict[str, int] | None = None
        self._text = ""
        self._refused: RoomctlError | None = None
        self._typed: Values = {}
        self._done = ""

    def choose(self, name: str, value: str) -> None:
        """Another column for something, or another word to look for. What is no choice is left out."""
        key = name.removeprefix("column_")
        if name == "text":
            self._text = value[:100]
        elif self._chosen is not None and name.startswith("column_") and key in _NAMES:
            self._chosen.pop(key, None)
            if value.isascii() and value.isdigit() and len(value) < 4:  # noqa: PLR2004 - a table has 200 columns
                self._chosen[key] = int(value)

    def draw(self) -> Part:
        """The whole page."""
        use = self._visitor.use
        meeting = use.meeting(self._id)
        admit(self._visitor.user, meeting.highest_secrecy.level)
        people = use.roster(self._id)
        may = self._visitor.may(Right.EDIT_ROSTER) and meeting.state not in OVER
        export = f"/api/v1/meetings/{self._id}/roster.xlsx"
        head = tag(
            "div",
            tag("h1", tr("名单", "Roster"), class_="rc-nw"),
            tag("span", meeting.title, class_="rc-s2 rc-grow rc-ell"),
            tag("a", tr("导出 xlsx", "Export xlsx"), href=export, class_="rc-btn", download=True) if people else None,
            link_button(tr("请假", "Leave"), f"/meetings/{self._id}/leave", kind=""),
            link_button(tr("回会议", "The meeting"), f"/meetings/{self._id}", kind="quiet"),
            class_="rc-hd",
        )
        refused = self._refused
        said = error_state(refused.what, refused.why, refused.mend) if refused else None
        done = note_bar("run", self._done) if self._done else None
        right = [self._pick(people), self._by_hand()] if may else []
        columns = tag(
            "div",
            tag("div", self._import(meeting, people) if may else None, self._list(people), class_="rc-col"),
            tag("div", *right, class_="rc-col"),
            class_="rc-two" if may else "rc-col",
        )
        return tag("div", head, tag("div", said, done, columns, class_="rc-wrap rc-roster"))

    # --- who is on it

    def _list(self, people: Sequence[Person]) -> Part:
        rows = [
            tag(
                "div",
                tag("span", str(one.rank or "—"), class_="rc-rank rc-num rc-s3"),
                person_row(one.name, one.line, state=_beside(one)),
                class_="rc-ranked",
            )
            for one in people
        ]
        if not rows:
            rows = [tag("p", tr("还没有人", "nobody yet"), class_="rc-s2")]
        return panel(
            tr("名单", "Who is to come"), *rows, second=tr(f"{len(people)} 人", f"{len(people)}") if people else ""
        )

    # --- from a table

    def _import(self, meeting: Meeting, people: Sequence[Person]) -> Part:
        undo = [
            tag(
                "div",
                tag("span", f"{one.source} · {len(one.people)} {tr('人', 'people')}", class_="rc-grow rc-ell"),
                button(tr("撤销导入", "Take it back"), self._undo(one.id), kind="sm", key=f"undo {one.id}"),
                class_="rc-row rc-person",
            )
            for one in self._visitor.use.imports(self._id)[-3:]
        ]  # fmt: skip
        upload = tag(
            "label",
            tag("span", tr("选择文件", "Choose a file")),
            tag("input", type="file", accept=".xlsx,.csv,.txt", class_="rc-hidden-file",
                data_roster=f"/api/v1/meetings/{self._id}/roster-files"),
            class_="rc-btn",
        )  # fmt: skip
        hint = tr(
            "xlsx 或 CSV（UTF-8、GBK），表头有姓名、单位、职务",
            "xlsx, or CSV in UTF-8 or GBK, with heads 姓名 单位 职务 (name, unit, duty)",
        )
        send = form(
            tag("input", type="hidden", name="file", value=""),
            button("", self._opened, key="file sent"),
            tag("div", upload, tag("span", hint, class_="rc-s3"), class_="rc-row rc-wrapping"),
            tag("span", "", class_="rc-err rc-upload-told", role="status"),
        )
        preview = self._preview(meeting, people) if self._file else None
        return panel(tr("从表格导入", "From a table"), send, preview, *undo)

    def _opened(self, typed: Values) -> None:
        sent = self._sent.get(self._id, self._visitor.user.name, text_of(typed, "file"))
        self._file, self._chosen = sent.id, {key: one for key, one in sent.columns.of.items() if key in _NAMES}
        self._refused, self._done = None, ""

    def _read(self, meeting: Meeting, people: Sequence[Person]) -> tuple[Sent, Draft]:
        sent = self._sent.get(self._id, self._visitor.user.name, self._file)
        return sent, sent.draft(meeting, people, self._chosen, self._visitor.use.rank_table())

    def _preview(self, meeting: Meeting, people: Sequence[Person]) -> Part:
        try:
            sent, draft = self._read(meeting, people)
        except RoomctlError as error:
            self._file = ""
            return error_state(error.what, error.why, error.mend)
        lacking = [tr(*_NAMES[key]) for key in draft.columns.missing]
        good, bad = len(draft.drafted), draft.wrong_rows
        verdict = tr(f"可导入 {good} 人", f"{good} can be taken in") + (
            tr(f"，{bad} 行有错", f", {bad} rows are wrong") if bad else ""
        )
        text = (
            tr(f"导入 {good} 人", f"Take in {good}")
            if not bad
            else tr(f"导入 {good} 人，跳过 {bad} 行", f"Take in {good}, skip {bad} rows")
        )
        press = button(text, self._take_in(skip_wrong=bool(bad)), kind="pri", key="take in") if good else None
        notes = (
            [note_bar("warn", tr("、", ", ").join(lacking), strong=tr("没有这些列", "no such columns"))]
            if lacking
            else []
        )
        remember = tr("同时记入人员库", "put them into the office's list as well")
        leave = button(tr("不导了", "Leave it"), self._leave, kind="quiet", key="leave file")
        return tag(
            "div",
            tag("p", tag("b", sent.name), " ", tag("span", verdict, class_="rc-s2 rc-num")),
            *notes,
            self._mapping(draft),
            _problems(draft.problems),
            form(
                tag(
                    "label",
                    tag("input", type="checkbox", name="remember", class_="rc-tick"),
                    remember,
                    class_="rc-row",
                ),
                _order(draft),
                tag("div", press, leave, class_="rc-row rc-wrapping"),
                of="take in",
            ),
            class_="rc-preview",
        )  # fmt: skip

    def _mapping(self, draft: Draft) -> Part:
        heads = draft.columns.heads
        choices = {"": "—"} | {str(n): f"{letters(n)} {head}".strip()[:24] for n, head in enumerate(heads)}
        selects = []
        for key, said in _NAMES.items():
            chosen = draft.columns.of.get(key)
            options = [
                tag("option", shown, value=one, selected=one == ("" if chosen is None else str(chosen)))
                for one, shown in choices.items()
            ]
            name = tr(*said)
            select = tag("select", *options, name=f"column_{key}", class_="rc-in", data_typed=True, aria_label=name)
            selects.append(tag("label", tag("span", name + ("*" if key in REQUIRED else ""), class_="rc-s3"), select))
        return tag("div", *selects, class_="rc-mapping")

    def _take_in(self, *, skip_wrong: bool) -> Callable[[Values], None]:
        def work(typed: Values) -> None:
            use = self._visitor.use
            sent, draft = self._read(use.meeting(self._id), use.roster(self._id))
            need_good(draft, skip_wrong=skip_wrong)
            people = draft.people(by_table=typed.get("order") == "table")
            added = use.import_people(self._id, people, source=sent.name)
            if typed.get("remember") is True:
                use.remember_people(people)
            self._sent.drop(sent)
            self._file = ""
            self._done = tr(f"名单增加 {len(added)} 人", f"{len(added)} people came onto the roster")

        return self._trying(work)

    def _leave(self, _values: Values) -> None:
        self._file, self._refused = "", None

    def _undo(self, import_id: str) -> Callable[[Values], None]:
        def work(_typed: Values) -> None:
            gone = self._visitor.use.undo_import(self._id, import_id)
            self._done = tr(f"已撤销，去掉 {len(gone)} 人", f"taken back: {len(gone)} people")

        return self._trying(work)

    # --- from the office's list, and by hand

    def _pick(self, people: Sequence[Person]) -> Part:
        here = {(one.name, one.unit, one.duty) for one in people}
        found = self._visitor.use.directory(self._text)
        free = [one for one in found if (one.name, one.unit, one.duty) not in here]
        rows = [
            tag(
                "div",
                person_row(one.name, one.line),
                button(
                    tr("加入", "Add"),
                    self._add(one),
                    kind="sm",
                    key=f"pick {one.id}",
                    label=tr(f"加入 {one.name}", f"add {one.name}"),
                ),
                class_="rc-picked",
            )
            for one in free[:_PICKED]
        ]  # fmt: skip
        more = len(free) - _PICKED
        if not rows:
            nobody = tr(
                "人员库是空的；导入时勾选“记入人员库”", "the list is empty: tick the box when you take a table in"
            )
            rows = [tag("p", nobody if not self._text else tr("没有找到", "nobody is found"), class_="rc-s2")]
        elif more > 0:
            rows.append(tag("p", tr(f"还有 {more} 人，多打几个字", f"{more} more: type some more"), class_="rc-s3"))
        search = tag(
            "input",
            type="search",
            name="text",
            value=self._text,
            placeholder=tr("姓名、单位、职务，可用拼音首字母", "name, unit, duty; or pinyin initials"),
            aria_label=tr("查找人员", "look for people"),
            class_="rc-in",
            data_typed=True,
        )
        return panel(tr("从人员库选", "From the office's list"), search, *rows)

    def _add(self, one: Person) -> Callable[[Values], None]:
        def work(_typed: Values) -> None:
            new = Person(id=new_id(), name=one.name, unit=one.unit, duty=one.duty, phone=one.phone)
            self._visitor.use.import_people(self._id, [new], source=tr("人员库", "the office's list"))

        return self._trying(work)

    def _by_hand(self) -> Part:
        roles = {Role.MEMBER.value: tr("出席", "member"), Role.OBSERVER.value: tr("列席", "observer")}
        typed = self._typed
        return panel(
            tr("加一个人", "Somebody by hand"),
            form(
                *(field(key, tr(*_NAMES[key]), text_of(typed, key)) for key in ("name", "unit", "duty", "phone")),
                field("role", tr(*_NAMES["role"]), text_of(typed, "role"), choices=roles),
                field(
                    "rank",
                    tr(*_NAMES["rank"]),
                    text_of(typed, "rank"),
                    kind="number",
                    hint=tr("可空", "may be empty"),
                ),
                tag("div", button(tr("加入名单", "Put on the roster"), self._one, key="add one")),
                of="add one",
            ),
        )

    def _one(self, typed: Values) -> None:
        self._typed = typed

        def work(_again: Values) -> None:
            unit, duty, phone = (checked(text_of(typed, key), tr(*_NAMES[key])) for key in ("unit", "duty", "phone"))
            rank = whole(text_of(typed, "rank") or "0", 0, 10_000, tr("排序", "the rank"))
            role = Role.OBSERVER if text_of(typed, "role") == Role.OBSERVER.value else Role.MEMBER
            name = checked(text_of(typed, "name"), tr("姓名", "the name"))
            person = Person(id=new_id(), name=name, role=role, rank=rank, unit=unit, duty=duty, phone=phone)
            added = self._visitor.use.import_people(self._id, [person], source=tr("手工添加", "by hand"))
            self._typed = {}
            self._done = (
                tr(f"已加入 {name}", f"{name} added") if added else tr(f"{name}已在名单上", f"{name} is on it")
            )

        self._trying(work)(typed)

    def _trying(self, work: Callable[[Values], None]) -> Callable[[Values], None]:
        """What refuses it stands on the page."""

        def press(typed: Values) -> None:
            self._refused, self._done = None, ""
            try:
                allow(self._visitor.user, Right.EDIT_ROSTER)
                work(typed)
            except RoomctlError as refused:
                self._refused = refused

        return press


def _order(draft: Draft) -> Part | None:
    """Whose 排序 counts, where the file's and the table's differ."""
    if not draft.reordered:
        return None
    count = draft.reranked
    choices = {"file": tr("照文件", "as in the file"), "table": tr("按排序表", "as in the table of rank")}
    hint = tr(f"按排序表有 {count} 人的排序不同", f"{count} people have another rank in the table")
    return field("order", tr("排序", "Rank"), "file", choices=choices, hint=hint)


def _beside(one: Person) -> str:
    parts = [
        one.role.value if one.role is Role.OBSERVER else "",
        tr(f"座位 {one.seat}", f"seat {one.seat}") if one.seat else "",
    ]
    return " ".join(part for part in parts if part)


def _problems(problems: Sequence[Problem]) -> Part | None:
    """By the cell: where, what, the mend."""
    if not problems:
        return None
    ordered = sorted(problems, key=lambda one: not one.wrong)
    rows = [
        (
            tag(
                "span", state_glyph(Look.CRIT if one.wrong else Look.WARN, size="s"), one.cell, class_="rc-row rc-num"
            ),
            one.what,
            one.mend,
        )
        for one in ordered[:_SHOWN]
    ]
    more = len(problems) - _SHOWN
    head = (tr("单元格", "Cell"), tr("问题", "What"), tr("怎么改", "Mend"))
    counted = tag("p", tr(f"还有 {more} 处", f"{more} more"), class_="rc-s3") if more > 0 else None
    return tag("div", table(head, rows), counted)
