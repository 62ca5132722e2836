"""The next steps of a 会议纪要, each with its form."""

from collections.abc import Callable, Iterator, Sequence

from roomctl.domain.access import Right
from roomctl.domain.summary import Openness, Stage, Summary
from roomctl.errors import BadInput
from roomctl.i18n import tr
from roomctl.web import ui
from roomctl.web.pages.steps import Step, text_of
from roomctl.web.pages.visitor import Visitor
from roomctl.web.ui import Part, Values

_APART = "、，,;；\n"


def steps(visitor: Visitor, meeting: str, summary: Summary | None) -> list[Step]:
    """What this visitor may do next with it, in the order in which it is done."""
    return [one for one in _all(visitor, meeting, summary) if visitor.may(one.right)]


def _all(visitor: Visitor, meeting: str, summary: Summary | None) -> Iterator[Step]:
    if summary is None or summary.stage is Stage.DONE:
        yield _start(visitor, meeting)
        return
    ways: dict[Stage, Callable[[Visitor, str, Summary], Iterator[Step]]] = {
        Stage.DRAFTING: _drafting,
        Stage.COUNTERSIGNING: _countersigning,
        Stage.REVIEW: _review,
        Stage.ISSUING: _issuing,
        Stage.REGISTERING: _registering,
        Stage.PROOFREADING: _proofreading,
        Stage.PRINTING: _printing,
    }
    yield from ways[summary.stage](visitor, meeting, summary)
    if summary.stage in {Stage.DRAFTING, Stage.COUNTERSIGNING, Stage.REVIEW, Stage.ISSUING}:
        yield _openness(visitor, meeting, summary)
    if summary.stage not in {Stage.DRAFTING, Stage.PRINTING}:
        yield _back(visitor, meeting)


def listed(text: str) -> list[str]:
    """Names that somebody typed one after the other."""
    for mark in _APART:
        text = text.replace(mark, "\n")
    return [one.strip() for one in text.split("\n") if one.strip()]


def _start(visitor: Visitor, meeting: str) -> Step:
    def asks(typed: Values) -> Sequence[Part]:
        hint = tr("空着由本办起草；代拟时写单位", "empty: the office; else the unit")
        return [ui.field("unit", tr("起草单位", "Drafted by"), text_of(typed, "unit"), hint=hint)]

    def act(typed: Values, _: str) -> None:
        visitor.use.start_summary(meeting, drafted_by=text_of(typed, "unit"))

    return Step(name="start", text=tr("起草纪要", "Draft a 纪要"), right=Right.WRITE_RECORDS, act=act, asks=asks)


def _drafting(visitor: Visitor, meeting: str, _: Summary) -> Iterator[Step]:
    def asks(typed: Values) -> Sequence[Part]:
        return [
            ui.field("lead", tr("主办单位", "Leading unit"), text_of(typed, "lead")),
            ui.field(
                "units",
                tr("会签单位", "Units asked"),
                text_of(typed, "units"),
                hint=tr("用顿号隔开；都空着直接送审核", "with commas between; none: straight to 审核"),
            ),
        ]

    def act(typed: Values, _why: str) -> None:
        visitor.use.submit_summary(meeting, units=listed(text_of(typed, "units")), lead=text_of(typed, "lead"))

    yield Step(name="submit", text=tr("送会签", "Send round"), right=Right.WRITE_RECORDS, act=act, asks=asks)

    def again(_typed: Values, _why: str) -> None:
        visitor.use.redraft_summary(meeting)

    yield Step(name="redraft", text=tr("重新起草", "Draft again"), right=Right.WRITE_RECORDS, act=again, main=False)


def _countersigning(visitor: Visitor, meeting: str, summary: Summary) -> Iterator[Step]:
    open_ = [one for one in summary.units if one.agreed is not None and not one.settled]
    if summary.waiting_for:
        yield _answer(visitor, meeting, summary)
    if open_:
        yield _settle(visitor, meeting, [one.unit for one in open_])

    def act(_typed: Values, _why: str) -> None:
        visitor.use.conclude_countersigning(meeting)

    waiting = [*summary.waiting_for, *(one.unit for one in open_)]
    names = tr("、", ", ").join(waiting)
    yield Step(
        name="conclude",
        text=tr("会签完成", "End the 会签"),
        right=Right.WRITE_RECORDS,
        act=act,
        blocked=tr(f"还在等：{names}", f"waiting for: {names}") if waiting else "",
    )


def _answer(visitor: Visitor, meeting: str, summary: Summary) -> Step:
    def asks(typed: Values) -> Sequence[Part]:
        units = {unit: unit for unit in summary.waiting_for}
        return [
            ui.field("unit", tr("单位", "Unit"), text_of(typed, "unit") or next(iter(units)), choices=units),
            ui.field("agreed", tr("同意", "Agreed"), bool(typed.get("agreed", True))),
            ui.field("opinion", tr("意见", "Opinion"), text_of(typed, "opinion")),
        ]

    def act(typed: Values, _why: str) -> None:
        visitor.use.countersign_summary(
            meeting,
            unit=text_of(typed, "unit"),
            agreed=bool(typed.get("agreed")),
            opinion=text_of(typed, "opinion"),
        )

    return Step(name="answer", text=tr("登记会签", "Enter an answer"), right=Right.WRITE_RECORDS, act=act, asks=asks)


def _settle(visitor: Visitor, meeting: str, units: Sequence[str]) -> Step:
    def asks(typed: Values) -> Sequence[Part]:
        return [
            ui.field(
                "unit", tr("单位", "Unit"), text_of(typed, "unit") or units[0], choices={one: one for one in units}
            ),
            ui.field("adopted", tr("采纳", "Adopted"), bool(typed.get("adopted", True))),
            ui.field("reason", tr("理由", "Reason"), text_of(typed, "reason"), hint=tr("不采纳时必填", "where not")),
        ]

    def act(typed: Values, _why: str) -> None:
        visitor.use.settle_opinion(
            meeting,
            unit=text_of(typed, "unit"),
            adopted=bool(typed.get("adopted")),
            reason=text_of(typed, "reason"),
        )

    return Step(
        name="settle", text=tr("意见采纳否", "Settle an opinion"), right=Right.WRITE_RECORDS, act=act, asks=asks
    )


def _review(visitor: Visitor, meeting: str, _: Summary) -> Iterator[Step]:
    def act(typed: Values, _why: str) -> None:
        visitor.use.approve_summary(meeting, opinion=text_of(typed, "opinion"))

    yield Step(name="approve", text=tr("审核通过", "Approve"), right=Right.SIGN_RECORDS, act=act, asks=_opinion)


def _issuing(visitor: Visitor, meeting: str, summary: Summary) -> Iterator[Step]:
    def act(typed: Values, _why: str) -> None:
        visitor.use.sign_summary(meeting, by=visitor.user.name, opinion=text_of(typed, "opinion"))

    yield Step(
        name="sign",
        text=tr("签发", "Sign"),
        right=Right.SIGN_RECORDS,
        act=act,
        asks=_opinion,
        hold=True,
        blocked="" if summary.openness else tr("先定公开属性", "its 公开属性 first"),
        second=tr(f"以 {visitor.user.name} 的名义，签后锁定", f"as {visitor.user.name}; locked from then on"),
    )


def _registering(visitor: Visitor, meeting: str, _: Summary) -> Iterator[Step]:
    def act(_typed: Values, _why: str) -> None:
        visitor.use.register_summary(meeting)

    yield Step(name="register", text=tr("登记取号", "Draw its number"), right=Right.WRITE_RECORDS, act=act, hold=True)


def _proofreading(visitor: Visitor, meeting: str, _: Summary) -> Iterator[Step]:
    def act(typed: Values, _why: str) -> None:
        visitor.use.proofread_summary(meeting, opinion=text_of(typed, "opinion"))

    yield Step(
        name="proofread", text=tr("校对无误", "Proof is clean"), right=Right.WRITE_RECORDS, act=act, asks=_opinion
    )


def _printing(visitor: Visitor, meeting: str, _: Summary) -> Iterator[Step]:
    def asks(typed: Values) -> Sequence[Part]:
        hint = tr("用顿号隔开", "with commas between")
        return [ui.field("to", tr("分送", "Sent to"), text_of(typed, "to"), hint=hint)]

    def act(typed: Values, _why: str) -> None:
        visitor.use.issue_summary(meeting, sent_to=listed(text_of(typed, "to")))

    yield Step(name="issue", text=tr("印发", "Issue"), right=Right.WRITE_RECORDS, act=act, asks=asks)


def _openness(visitor: Visitor, meeting: str, summary: Summary) -> Step:
    def asks(typed: Values) -> Sequence[Part]:
        now = text_of(typed, "openness") or (summary.openness or Openness.ON_REQUEST).value
        return [
            ui.field("openness", tr("公开属性", "Openness"), now, choices={one.value: one.value for one in Openness}),
            ui.field(
                "reason",
                tr("理由", "Reason"),
                text_of(typed, "reason") or summary.openness_reason,
                hint=tr("不予公开时写明依据哪一条", "of 不予公开: the article it rests on"),
            ),
        ]

    def act(typed: Values, _why: str) -> None:
        try:
            openness = Openness(text_of(typed, "openness"))
        except ValueError:
            raise BadInput(tr("没有这种公开属性", "there is no such 公开属性")) from None
        visitor.use.set_openness(meeting, openness=openness, reason=text_of(typed, "reason"))

    return Step(
        name="openness", text=tr("公开属性", "Openness"), right=Right.WRITE_RECORDS, act=act, asks=asks, main=False
    )


def _back(visitor: Visitor, meeting: str) -> Step:
    def asks(typed: Values) -> Sequence[Part]:
        return [ui.field("reason", tr("退回理由", "Why"), text_of(typed, "reason"))]

    def act(typed: Values, _why: str) -> None:
        visitor.use.send_summary_back(meeting, reason=text_of(typed, "reason"))

    return Step(name="back", text=tr("退回", "Send back"), right=Right.WRITE_RECORDS, act=act, asks=asks, main=False)


def _opinion(typed: Values) -> Sequence[Part]:
    return [ui.field("opinion", tr("意见", "Opinion"), text_of(typed, "opinion"))]
