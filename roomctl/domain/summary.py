"""会议纪要: the way of a paper from its first draft to its print, derived from append-only events.

Draft (or 代拟 by a unit), 会签 by the units it binds, 审核, 签发, 登记 with its 期号, 校对, 印发. Each step has a
name, an opinion and a time; a paper that is sent back has a reason, and begins again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from roomctl.domain.lines import seen
from roomctl.errors import BadInput, Refused
from roomctl.i18n import tr

KIND = "会议纪要"
LIMIT = timedelta(days=3)
"""From the end of the meeting to the print, where the office sets no other."""
MOST_UNITS, LONGEST = 200, 2000


class Stage(StrEnum):
    """Where the paper lies."""

    DRAFTING = "drafting"
    COUNTERSIGNING = "countersigning"
    REVIEW = "review"
    ISSUING = "issuing"
    REGISTERING = "registering"
    PROOFREADING = "proofreading"
    PRINTING = "printing"
    DONE = "done"

    @property
    def label(self) -> str:
        return tr(*_STAGES[self])


_STAGES = {
    Stage.DRAFTING: ("起草", "drafting"),
    Stage.COUNTERSIGNING: ("会签", "countersigning"),
    Stage.REVIEW: ("审核", "review"),
    Stage.ISSUING: ("签发", "to be signed"),
    Stage.REGISTERING: ("登记", "to be registered"),
    Stage.PROOFREADING: ("校对", "proofreading"),
    Stage.PRINTING: ("印发", "to be printed"),
    Stage.DONE: ("已印发", "issued"),
}


class Openness(StrEnum):
    """公开属性 (政府信息公开条例 art. 13 to 16)."""

    OPEN = "主动公开"
    ON_REQUEST = "依申请公开"
    CLOSED = "不予公开"


class NumberForm(StrEnum):
    """How offices write the number of a 纪要."""

    ISSUE = "第{n}期"
    DOCUMENT = "〔{year}〕{n}号"
    TIMES = "第{n}次"

    def written(self, n: int, year: int) -> str:
        """As it stands on the paper. Args: n: from 1; year: of four digits."""
        return self.value.format(n=n, year=year)


# Kinds of event, as they stand in the log.
STARTED = "summary.started"
SUBMITTED = "summary.submitted"
COUNTERSIGNED = "summary.countersigned"
SETTLED = "summary.opinion_settled"
CONCLUDED = "summary.countersigning_concluded"
OPENNESS = "summary.openness_set"
APPROVED = "summary.approved"
SIGNED = "summary.signed"
REGISTERED = "summary.registered"
PROOFREAD = "summary.proofread"
ISSUED = "summary.issued"
SENT_BACK = "summary.sent_back"
KINDS = frozenset(
    {
        STARTED, SUBMITTED, COUNTERSIGNED, SETTLED, CONCLUDED, OPENNESS, APPROVED, SIGNED, REGISTERED, PROOFREAD,
        ISSUED, SENT_BACK,
    }
)  # fmt: skip

ALLOWED: Mapping[str, frozenset[Stage]] = {
    SUBMITTED: frozenset({Stage.DRAFTING}),
    COUNTERSIGNED: frozenset({Stage.COUNTERSIGNING}),
    SETTLED: frozenset({Stage.COUNTERSIGNING}),
    CONCLUDED: frozenset({Stage.COUNTERSIGNING}),
    OPENNESS: frozenset({Stage.DRAFTING, Stage.COUNTERSIGNING, Stage.REVIEW, Stage.ISSUING}),
    APPROVED: frozenset({Stage.REVIEW}),
    SIGNED: frozenset({Stage.ISSUING}),
    REGISTERED: frozenset({Stage.REGISTERING}),
    PROOFREAD: frozenset({Stage.PROOFREADING}),
    ISSUED: frozenset({Stage.PRINTING}),
    SENT_BACK: frozenset({Stage.COUNTERSIGNING, Stage.REVIEW, Stage.ISSUING, Stage.REGISTERING, Stage.PROOFREADING}),
}
"""Where each step belongs."""
_NEXT = {
    CONCLUDED: Stage.REVIEW,
    APPROVED: Stage.ISSUING,
    SIGNED: Stage.REGISTERING,
    REGISTERED: Stage.PROOFREADING,
    PROOFREAD: Stage.PRINTING,
    ISSUED: Stage.DONE,
    SENT_BACK: Stage.DRAFTING,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """An event of a 纪要 as the derivation reads it."""

    kind: str
    by: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Countersign:
    """One line of the 会签 table: 单位, 意见, 采纳否, 理由.

    Attributes:
        lead: 主办, who answers first. agreed: None until the unit has answered.
        adopted: None until the drafter says; an agreement without an opinion needs none.

    """

    unit: str
    lead: bool = False
    opinion: str = ""
    agreed: bool | None = None
    by: str = ""
    at: datetime | None = None
    adopted: bool | None = None
    reason: str = ""

    @property
    def settled(self) -> bool:
        """The unit has answered, and of its opinion it was said whether it is adopted."""
        return self.agreed is not None and (not self.opinion or self.adopted is not None)


@dataclass(frozen=True, slots=True)
class Passed:
    """A step that was taken: who, when, with which opinion; `back` where the paper was sent back."""

    stage: Stage
    by: str
    at: datetime
    opinion: str = ""
    back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A 纪要 as it stands.

    Attributes:
        id: of the paper; a later one names it in `supersedes`.
        drafted_by: the unit that drafts it for the office (代拟); empty: the office itself.
        document: id of the file that goes round; `final`: of the one that carries the number.
        number: as written; `voided`: those it had before it was sent back, each with the reason.
        due: until when it is to be issued.
        sent_to: 分送.

    """

    id: str
    started: datetime
    due: datetime
    drafted_by: str = ""
    supersedes: str = ""
    stage: Stage = Stage.DRAFTING
    document: str = ""
    final: str = ""
    units: tuple[Countersign, ...] = ()
    passed: tuple[Passed, ...] = ()
    openness: Openness | None = None
    openness_reason: str = ""
    number: str = ""
    voided: tuple[tuple[str, str], ...] = ()
    sent_to: tuple[str, ...] = ()
    issued: datetime | None = None

    @property
    def locked(self) -> bool:
        """Its text is signed, and never changes again."""
        return self.stage in {Stage.REGISTERING, Stage.PROOFREADING, Stage.PRINTING, Stage.DONE}

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """Units that may answer now: the 主办 first, then all others at once."""
        if self.stage is not Stage.COUNTERSIGNING:
            return ()
        open_ = [one for one in self.units if one.agreed is None]
        leads = [one.unit for one in open_ if one.lead]
        return tuple(leads) or tuple(one.unit for one in open_)


def fold(facts: Iterable[Fact]) -> tuple[Summary, ...]:
    """All 纪要 of a meeting, oldest first; the last is the one in hand."""
    done: list[Summary] = []
    for fact in facts:
        if fact.kind == STARTED:
            done.append(_started(fact))
        elif done:
            done[-1] = _after(done[-1], fact)
    return tuple(done)


def allow(summary: Summary, kind: str, data: Mapping[str, Any]) -> None:
    """Whether the step may be taken now. Raises: Refused, BadInput."""
    if summary.stage not in ALLOWED[kind]:
        stages = tr("、", ", ").join(stage.label for stage in Stage if stage in ALLOWED[kind])
        raise Refused(
            tr(f"纪要现在是“{summary.stage.label}”", f"the 纪要 is at {summary.stage.label!r}"),
            tr("这一步不能办", "this step cannot be taken there"),
            tr(f"应在：{stages}", f"it belongs to: {stages}"),
        )
    if kind == SUBMITTED and len(data["units"]) > MOST_UNITS:
        raise BadInput(
            tr("会签单位太多", "too many units"), mend=tr(f"最多 {MOST_UNITS} 个", f"at most {MOST_UNITS}")
        )
    check = {
        SENT_BACK: _needs_reason,
        OPENNESS: _openness_reason,
        COUNTERSIGNED: _turn,
        SETTLED: _settling,
        CONCLUDED: _all_settled,
        SIGNED: _openness_known,
    }.get(kind)
    if check:
        check(summary, data)


def _started(fact: Fact) -> Summary:
    return Summary(
        id=fact.data["id"],
        started=fact.at,
        due=datetime.fromisoformat(fact.data["due"]),
        drafted_by=fact.data.get("drafted_by", ""),
        supersedes=fact.data.get("supersedes", ""),
    )


def _after(summary: Summary, fact: Fact) -> Summary:
    data = fact.data
    step = Passed(summary.stage, fact.by, fact.at, data.get("opinion", ""), back=fact.kind == SENT_BACK)
    passed = summary.passed if fact.kind in {OPENNESS, SETTLED, COUNTERSIGNED} else (*summary.passed, step)
    after = replace(summary, passed=passed, stage=_NEXT.get(fact.kind, summary.stage))
    change = _CHANGES.get(fact.kind)
    return replace(after, **change(summary, fact)) if change else after


def _submitted(_: Summary, fact: Fact) -> dict[str, Any]:
    units = tuple(Countersign(one["unit"], one["lead"]) for one in fact.data["units"])
    stage = Stage.COUNTERSIGNING if units else Stage.REVIEW
    return {"document": fact.data["document"], "units": units, "stage": stage}


def _countersigned(summary: Summary, fact: Fact) -> dict[str, Any]:
    said = {"opinion": fact.data["opinion"], "agreed": fact.data["agreed"], "by": fact.by, "at": fact.at}
    return {"units": _line(summary, fact.data["unit"], **said)}


def _settled(summary: Summary, fact: Fact) -> dict[str, Any]:
    said = {"adopted": fact.data["adopted"], "reason": fact.data.get("reason", "")}
    return {"units": _line(summary, fact.data["unit"], **said)}


def _openness_set(_: Summary, fact: Fact) -> dict[str, Any]:
    return {"openness": Openness(fact.data["openness"]), "openness_reason": fact.data.get("reason", "")}


def _registered(_: Summary, fact: Fact) -> dict[str, Any]:
    return {"number": fact.data["number"], "final": fact.data["document"]}


def _issued(_: Summary, fact: Fact) -> dict[str, Any]:
    return {"sent_to": tuple(fact.data["sent_to"]), "issued": fact.at}


def _sent_back(summary: Summary, fact: Fact) -> dict[str, Any]:
    voided = ((summary.number, fact.data["opinion"]),) if summary.number else ()
    return {"number": "", "final": "", "voided": (*summary.voided, *voided)}


_CHANGES: Mapping[str, Callable[[Summary, Fact], dict[str, Any]]] = {
    SUBMITTED: _submitted,
    COUNTERSIGNED: _countersigned,
    SETTLED: _settled,
    OPENNESS: _openness_set,
    REGISTERED: _registered,
    ISSUED: _issued,
    SENT_BACK: _sent_back,
}


def _line(summary: Summary, unit: str, **changes: Any) -> tuple[Countersign, ...]:
    return tuple(replace(one, **changes) if one.unit == unit else one for one in summary.units)


# --- what each step asks for ---------------------------------------------------------------------------------------


def _needs_reason(_: Summary, data: Mapping[str, Any]) -> None:
    if not seen(data["opinion"]):
        raise BadInput(
            tr("退回要有理由", "sending it back needs a reason"), mend=tr("写明要改什么", "say what to change")
        )


def _openness_reason(_: Summary, data: Mapping[str, Any]) -> None:
    if data["openness"] == Openness.CLOSED and not seen(data.get("reason", "")):
        raise BadInput(
            tr("不予公开要写明理由", "不予公开 needs a reason"),
            tr("《政府信息公开条例》第十四至十六条", "政府信息公开条例, articles 14 to 16"),
            tr("写明依据哪一条", "say which article it rests on"),
        )


def _turn(summary: Summary, data: Mapping[str, Any]) -> None:
    unit = data["unit"]
    if unit in summary.waiting_for:
        if not data["agreed"] and not seen(data["opinion"]):
            raise BadInput(tr("不同意要写明意见", "an objection needs an opinion"))
        return
    if unit not in {one.unit for one in summary.units}:
        known = tr("、", ", ").join(one.unit for one in summary.units)
        raise BadInput(tr(f"会签单位里没有“{unit}”", f"{unit!r} is not asked"), mend=tr(f"可选：{known}", known))
    waiting = tr("、", ", ").join(summary.waiting_for)
    raise Refused(
        tr(f"“{unit}”现在不能会签", f"{unit!r} cannot answer now"),
        tr("已经会签，或主办单位还没有会签", "it has answered, or the leading unit has not"),
        tr(f"等待：{waiting}", f"waiting for: {waiting}") if waiting else "",
    )


def _settling(summary: Summary, data: Mapping[str, Any]) -> None:
    line = next((one for one in summary.units if one.unit == data["unit"]), None)
    if line is None or line.agreed is None or not line.opinion:
        raise Refused(tr(f"“{data['unit']}”没有待处理的意见", f"{data['unit']!r} has no opinion to settle"))
    if not data["adopted"] and not seen(data.get("reason", "")):
        raise BadInput(tr("不采纳要写明理由", "an opinion that is not adopted needs a reason"))


def _all_settled(summary: Summary, _: Mapping[str, Any]) -> None:
    waiting = [one.unit for one in summary.units if one.agreed is None]
    open_ = [one.unit for one in summary.units if one.agreed is not None and not one.settled]
    if waiting or open_:
        raise Refused(
            tr("会签还没有完成", "countersigning is not done"),
            tr("、", ", ").join([*waiting, *open_]),
            tr("等各单位会签，并逐条说明意见采纳否", "wait for them, and say of each opinion whether it is adopted"),
        )


def _openness_known(summary: Summary, _: Mapping[str, Any]) -> None:
    if summary.openness is None:
        raise Refused(
            tr("签发前要定公开属性", "the 公开属性 is to be set before it is signed"),
            mend=tr("选：主动公开、依申请公开、不予公开", "one of 主动公开, 依申请公开, 不予公开"),
        )
