"""归档登记: what an archivist counts, looks at and decides before packages are taken over. All of it from events."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from roomctl.domain.archive import Fault, Package
from roomctl.domain.events import Actor, LoggedEvent
from roomctl.domain.lines import legible
from roomctl.errors import BadInput
from roomctl.i18n import tr

COUNTED, ANSWERED, TERM = "package.counted", "package.answered", "package.term_set"
ACCEPTED, RESUBMITTED = "package.accepted", "package.resubmitted"
RETURNED, ARCHIVED = "meeting.returned", "meeting.archived"
SENT_BACK = "package.returned"
"""Of a supplement to a meeting that is archived, and stays so."""
KINDS = (COUNTED, ANSWERED, TERM, ACCEPTED, RESUBMITTED, RETURNED, SENT_BACK, ARCHIVED)
"""Events that a registration is made of."""

UNKNOWN_TERM = "不详"
_TERM = re.compile(r"永久|[1-9][0-9]{0,2}年")
LONGEST_NOTE = 1000  # characters


class Result(StrEnum):
    """What a person says to an item that no program may pass."""

    PASSED = "通过"
    FAILED = "不通过"
    NONE = "不适用"

    @property
    def label(self) -> str:
        return {"通过": tr("通过", "passed"), "不通过": tr("不通过", "failed"), "不适用": tr("不适用", "n/a")}[
            self.value
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An item of the four-property report that is 人工. Its number is that of DA/T 70-2018, see the report."""

    number: str
    title: str
    title_en: str
    property: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """件: one document with all its files, or one recording.

    Attributes:
        number: 电子文件号, unique in its package.
        record: id of the paper, where the host keeps it; empty for other files.
        term: 保管期限 by the office's table; 不详 where that names none.
        files, bytes: of all its files.
        pages: where they can be counted.
        secrecy: 密级 as it is written.
        seconds: of sound; 0 of a document.

    """

    number: str
    kind: str
    title: str
    formed: date
    term: str
    responsible: str
    secrecy: str
    files: int
    bytes: int
    record: str = ""
    pages: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a package says of itself: its 件 in their order, and what a person must look at."""

    entries: tuple[Entry, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The 档号 that share all but their 件号.

    Attributes:
        prefix: all that stands before the 件号. digits: of the 件号, with zeros before it.

    """

    prefix: str
    digits: int = 4

    def code(self, number: int) -> str:
        """The 档号 of a 件号."""
        return f"{self.prefix}{number:0{self.digits}}"

    def number(self, code: str) -> int:
        """The 件号 of one of its 档号; 0 where it is of another series."""
        rest = code.removeprefix(self.prefix) if code.startswith(self.prefix) else ""
        return int(rest) if rest.isdecimal() and len(rest) >= self.digits else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """清点: files and bytes of the payload as they were read, and what is wrong.

    Attributes:
        problems: the first of them; problem_count: of all.

    """

    files: int
    bytes: int
    problems: tuple[Fault, ...]
    problem_count: int
    by: str
    at: datetime

    @property
    def ok(self) -> bool:
        """Nothing counted is not ok."""
        return self.files > 0 and not self.problem_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Of one person to one item."""

    result: Result
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChange:
    """A 保管期限 that differs from the table's."""

    term: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """签收: who took a package over; `demo`: the demo's archivist, no person."""

    by: str
    at: datetime
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """退回, until the secretary hands it in again."""

    reason: str
    by: str
    at: datetime


Key = tuple[str, str]
"""Id of a package, and the number of an item or a 件 in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """How far the registration of a meeting's packages is.

    Attributes:
        version: place of its newest event in the meeting's stream; 0 where nothing was done yet.
        countings: the newest by package. answers: by package and number of the item. terms, codes: by package and 件.
        signed: by package. whole: who archived the meeting before packages were signed for one by one.
        handed_in: what the secretary said when handing it in again, empty otherwise.

    """

    version: int = 0
    countings: Mapping[str, Counting] = field(default_factory=dict)
    answers: Mapping[Key, Answer] = field(default_factory=dict)
    terms: Mapping[Key, TermChange] = field(default_factory=dict)
    codes: Mapping[Key, str] = field(default_factory=dict)
    signed: Mapping[str, Signed] = field(default_factory=dict)
    whole: Signed | None = None
    returned: Returned | None = None
    handed_in: str = ""

    def taken(self, package: Package) -> Signed | None:
        """Who signed for it; None where nobody has yet."""
        if package.id in self.signed or self.whole is None:
            return self.signed.get(package.id)
        return self.whole if package.at <= self.whole.at else None

    def term(self, package: str, entry: Entry) -> str:
        """The 保管期限 that holds."""
        change = self.terms.get((package, entry.number))
        return change.term if change else entry.term


def replay(rows: Iterable[LoggedEvent]) -> Registration:
    """From the events of one meeting, in their order; others are passed over."""
    made = Registration()
    for row in rows:
        if row.kind in KINDS:
            made = replace(_step(made, row), version=row.n)
    return made


def _step(made: Registration, row: LoggedEvent) -> Registration:  # noqa: PLR0911 - one for each kind
    data, at = json.loads(row.data), row.instant
    by = str(data.get("by") or Actor.parse(row.actor).name)
    match row.kind:
        case "package.counted":
            found = tuple(Fault(one["file"], one["what"]) for one in data["problems"])
            one = Counting(
                files=data["files"], bytes=data["bytes"], problems=found, problem_count=data["problem_count"], by=by,
                at=at,
            )  # fmt: skip
            return replace(made, countings={**made.countings, data["package"]: one})
        case "package.answered":
            answer = Answer(result=Result(data["result"]), note=data["note"], by=by, at=at)
            return replace(made, answers={**made.answers, (data["package"], data["number"]): answer})
        case "package.term_set":
            change = TermChange(term=data["term"], reason=data["reason"], by=by, at=at)
            return replace(made, terms={**made.terms, (data["package"], data["entry"]): change})
        case "package.accepted":
            signed = Signed(by=by, at=at, demo=bool(data["demo"]))
            codes = {(one["package"], one["entry"]): one["code"] for one in data["codes"]}
            return replace(
                made,
                signed={**made.signed, **dict.fromkeys(data["packages"], signed)},
                codes={**made.codes, **codes},
                returned=None,
                handed_in="",
            )
        case "meeting.archived":
            if "packages" in data:  # `package.accepted` tells it
                return made
            return replace(made, whole=Signed(by=by, at=at, demo=bool(data.get("demo"))), returned=None, handed_in="")
        case "meeting.returned" | "package.returned":
            reason = str(data.get("reason", ""))
            return replace(made, returned=Returned(reason=reason, by=by, at=at), handed_in="")
        case _:
            return replace(made, returned=None, handed_in=str(data["note"]))


def codes_of(row: LoggedEvent) -> Sequence[Mapping[str, Any]]:
    """The 档号 that one `package.accepted` has given: series, number, code."""
    given: Sequence[Mapping[str, Any]] = json.loads(row.data)["codes"]
    return given


def lacking(
    made: Registration, packages: Sequence[Package], contents: Mapping[str, Contents], arrived: frozenset[str]
) -> tuple[str, ...]:
    """What keeps an archivist from signing for these packages, each on one line; the mend is on the page.

    Args:
        packages: those that nobody has signed for. arrived: ids of those that every required target has read back.

    """
    said = []
    if made.returned:
        said.append(
            tr(
                f"{made.returned.by}已退回：{made.returned.reason}",
                f"{made.returned.by} has sent it back: {made.returned.reason}",
            )
        )
    for package in packages:
        where = "" if len(packages) == 1 else tr(f"（存档包 …{package.id[-6:]}）", f" (package …{package.id[-6:]})")
        said += [f"{one}{where}" for one in _lacking(made, package, contents.get(package.id), arrived)]
    return tuple(said)


def _lacking(made: Registration, package: Package, held: Contents | None, arrived: frozenset[str]) -> Sequence[str]:
    if package.id not in arrived:
        return [tr("还没有送到所有存储目标", "not every required target has it yet")]
    said, counting = [], made.countings.get(package.id)
    if counting is None:
        said.append(tr("还没有清点", "it was not counted yet"))
    elif not counting.ok:
        first = next((f"{one.file} {one.what}" for one in counting.problems), tr("没有文件", "no file"))
        said.append(
            tr(f"清点有 {counting.problem_count} 处不符：{first}", f"{counting.problem_count} faults: {first}")
        )
    if held is None:
        return [*said, tr("读不到存档包的内容", "what the package holds cannot be read")]
    asked = {one.number: made.answers.get((package.id, one.number)) for one in held.questions}
    if left := [number for number, answer in asked.items() if answer is None]:
        said.append(tr(f"还有 {len(left)} 项人工检查：", f"{len(left)} items to look at: ") + _some(left))
    if bad := [number for number, answer in asked.items() if answer and answer.result is Result.FAILED]:
        said.append(tr("人工检查不通过，应退回：", "failed, send it back: ") + _some(bad))
    if open_ := [one for one in held.entries if made.term(package.id, one) == UNKNOWN_TERM]:
        said.append(tr("没有保管期限：", "no retention period: ") + _some([one.title for one in open_]))
    return said


_SHOWN = 3
"""Titles that a text names."""


def _some(names: Sequence[str]) -> str:
    more = tr(f" 等 {len(names)} 项", f" and {len(names) - _SHOWN} more") if len(names) > _SHOWN else ""
    return "、".join(names[:_SHOWN]) + more


def checked_term(text: str) -> str:
    """永久, or a number of years such as 30年. Raises: BadInput."""
    term = text.strip()
    if not _TERM.fullmatch(term):
        raise BadInput(
            tr(f"保管期限“{term[:20]}”不能用", f"{term[:20]!r} is no retention period"),
            mend=tr("写 永久、30年、10年", "write it as the table of retention does"),
        )
    return term


def checked_note(text: str, *, needed: bool = False) -> str:
    """A remark on one line or several. Raises: BadInput: too long, or empty where it is needed."""
    note = "".join(char for char in text if char in "\n\t" or char.isprintable())
    note = legible(note)
    if needed and not note:
        raise BadInput(
            tr("还没有写原因", "the reason is empty"),
            mend=tr("写明原因，留给以后的人看", "say why, for who comes after"),
        )
    if len(note) > LONGEST_NOTE:
        raise BadInput(tr(f"说明超过 {LONGEST_NOTE} 字", f"a note has at most {LONGEST_NOTE} characters"))
    return note


def counting_data(package: str, *, files: int, bytes_: int, problems: Sequence[Fault]) -> dict[str, Any]:
    """Of `package.counted`: the first 50 faults, and how many there are. Not one file is a fault, too."""
    found = list(problems) or ([] if files else [Fault("", tr("一个文件也没有", "not one file"))])
    told = [{"file": one.file, "what": one.what} for one in found[:_TOLD]]
    return {"package": package, "files": files, "bytes": bytes_, "problems": told, "problem_count": len(found)}


_TOLD = 50
"""Problems that the log keeps of one counting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRow:
    """A line of the 归档文件目录: the columns of DA/T 22-2015 clause 5.5.

    Attributes:
        number: 序号, from 1; files: how many; seconds: of sound, 0 of a document.
        code: 档号; document_number: 文号; formed: 日期; term: 保管期限, which stands in the remark.
        secrecy: 密级 as it is marked, empty where it is open.

    """

    number: int
    code: str
    document_number: str
    responsible: str
    title: str
    formed: date
    secrecy: str
    pages: int | None
    term: str
    files: int
    seconds: float
    supplement: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What asking one place for all that lies there has found.

    Attributes:
        place: a target by its name, or empty for this machine.
        unknown: packages that lie there and that no row knows, by their path.
        gone: packages whose copy should lie there and does not: meeting and package.

    """

    place: str
    at: datetime
    unknown: tuple[str, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
