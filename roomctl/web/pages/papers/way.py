"""The next steps of a 会议纪要, by the table of them, each with its form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from roomctl.domain import summary_steps as table
from roomctl.domain.summary import Openness, Summary
from roomctl.errors import BadInput
from roomctl.i18n import tr
from roomctl.web import ui
from roomctl.web.pages.steps import Step
from roomctl.web.pages.visitor import Visitor
from roomctl.web.ui import Part, Values, text_of

_APART = "、，,;；\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What a step asks for on the page, and what it does with that.

    Attributes:
        absent: there is nothing to do with it just now; blocked: why it cannot be taken yet.

    """

    act: Callable[[Values], object]
    asks: Callable[[Values], Sequence[Part]] | None = None
    absent: bool = False
    blocked: str = ""
    second: str = ""


def steps(visitor: Visitor, meeting: str, summary: Summary | None) -> list[Step]:
    """What this visitor may do next with it, in the order in which it is done."""
    stage = summary.stage if summary else None
    found = [one for one in table.STEPS if one.belongs(stage) and visitor.may(one.right)]
    made = [(one, _FORMS[one.name](visitor, meeting, summary)) for one in found]
    return [_step(one, form) for one, form in made if not form.absent]


def _step(one: table.Step, form: _Form) -> Step:
    return Step(
        name=one.name,
        text=tr(*one.text),
        right=one.right,
        act=lambda typed, _why: form.act(typed),
        asks=form.asks,
        hold=one.hold,
        main=one.main,
        blocked=form.blocked,
        second=form.second,
    )


def listed(text: str) -> list[str]:
    """Names that somebody typed one after the other."""
    for mark in _APART:
        text = text.replace(mark, "\n")
    return [one.strip() for one in text.split("\n") if one.strip()]


def _start(visitor: Visitor, meeting: str, _: Summary | None) -> _Form:
    def asks(typed: Values) -> Sequence[Part]:
        hint = tr("空着由本办起草；代拟时写单位", "empty: the office; else the unit")
        return [ui.field("unit", tr("起草单位", "Drafted by"), text_of(typed, "unit"), hint=hint)]

    return _Form(act=lambda typed: visitor.use.start_summary(meeting, drafted_by=text_of(typed, "unit")), asks=asks)


def _submit(visitor: Visitor, meeting: str, _: Summary | None) -> _Form:
    def asks(typed: Values) -> Sequence[Part]:
        hint = tr("用顿号隔开；都空着直接送审核", "with commas between; none: straight to 审核")
        return [
            ui.field("lead", tr("主办单位", "Leading unit"), text_of(typed, "lead")),
            ui.field("units", tr("会签单位", "Units asked"), text_of(typed, "units"), hint=hint),
        ]

    def act(typed: Values) -> object:
        return visitor.use.submit_summary(meeting, units=listed(text_of(typed, "units")), lead=text_of(typed, "lead"))

    return _Form(act=act, asks=asks)


def _redraft(visitor: Visitor, meeting: str, _: Summary | None) -> _Form:
    return _Form(act=lambda _typed: visitor.use.redraft_summary(meeting))


def _answer(visitor: Visitor, meeting: str, summary: Summary | None) -> _Form:
    waiting = summary.waiting_for if summary else ()

    def asks(typed: Values) -> Sequence[Part]:
        units = {unit: unit for unit in waiting}
        return [
            ui.field("unit", tr("单位", "Unit"), text_of(typed, "unit") or waiting[0], choices=units),
            ui.field("agreed", tr("同意", "Agreed"), bool(typed.get("agreed", True))),
            ui.field("opinion", tr("意见", "Opinion"), text_of(typed, "opinion")),
        ]

    def act(typed: Values) -> object:
        return visitor.use.countersign_summary(
            meeting,
            unit=text_of(typed, "unit"),
            agreed=bool(typed.get("agreed")),
            opinion=text_of(typed, "opinion"),
        )

    return _Form(act=act, asks=asks, absent=not waiting)


def _unsettled(summary: Summary | None) -> list[str]:
    units = summary.units if summary else ()
    return [one.unit for one in units if one.agreed is not None and not one.settled]


def _settle(visitor: Visitor, meeting: str, summary: Summary | None) -> _Form:
    units = _unsettled(summary)

    def asks(typed: Values) -> Sequence[Part]:
        choices = {one: one for one in units}
        return [
            ui.field("unit", tr("单位", "Unit"), text_of(typed, "unit") or units[0], choices=choices),
            ui.field("adopted", tr("采纳", "Adopted"), bool(typed.get("adopted", True))),
            ui.field("reason", tr("理由", "Reason"), text_of(typed, "reason"), hint=tr("不采纳时必填", "where not")),
        ]

    def act(typed: Values) -> object:
        return visitor.use.settle_opinion(
            meeting,
            unit=text_of(typed, "unit"),
            adopted=bool(typed.get("adopted")),
            reason=text_of(typed, "reason"),
        )

    return _Form(act=act, asks=asks, absent=not units)


def _conclude(visitor: Visitor, meeting: str, summary: Summary | None) -> _Form:
    waiting = [*(summary.waiting_for if summary else ()), *_unsettled(summary)]
    names = tr("、", ", ").join(waiting)
    return _Form(
        act=lambda _typed: visitor.use.conclude_countersigning(meeting),
        blocked=tr(f"还在等：{names}", f"waiting for: {names}") if waiting else "",
    )


def _approve(visitor: Visitor, meeting: str, _: Summary | None) -> _Form:
    return _Form(
        act=lambda typed: visitor.use.approve_summary(meeting, opinion=text_of(typed, "opinion")), asks=_opinion
    )


def _sign(visitor: Visitor, meeting: str, summary: Summary | None) -> _Form:
    name = visitor.user.name
    return _Form(
        act=lambda typed: visitor.use.sign_summary(meeting, by=name, opinion=text_of(typed, "opinion")),
        asks=_opinion,
        blocked="" if summary and summary.openness else tr("先定公开属性", "its 公开属性 first"),
        second=tr(f"以 {name} 的名义，签后锁定", f"as {name}; locked from then on"),
    )


def _register(visitor: Visitor, meeting: str, _: Summary | None) -> _Form:
    return _Form(act=lambda _typed: visitor.use.register_summary(meeting))


def _proofread(visitor: Visitor, meeting: str, _: Summary | None) -> _Form:
    return _Form(
        act=lambda typed: visitor.use.proofread_summary(meeting, opinion=text_of(typed, "opinion")), asks=_opinion
    )


def _issue(visitor: Visitor, meeting: str, _: Summary | None) -> _Form:
    def asks(typed: Values) -> Sequence[Part]:
        hint = tr("用顿号隔开", "with commas between")
        return [ui.field("to", tr("分送", "Sent to"), text_of(typed, "to"), hint=hint)]

    return _Form(
        act=lambda typed: visitor.use.issue_summary(meeting, sent_to=listed(text_of(typed, "to"))), asks=asks
    )


def _openness(visitor: Visitor, meeting: str, summary: Summary | None) -> _Form:
    now = (summary.openness if summary else None) or Openness.ON_REQUEST

    def asks(typed: Values) -> Sequence[Part]:
        choices = {one.value: one.value for one in Openness}
        why = text_of(typed, "reason") or (summary.openness_reason if summary else "")
        hint = tr("不予公开时写明依据哪一条", "of 不予公开: the article it rests on")
        return [
            ui.field(
                "openness", tr("公开属性", "Openness"), text_of(typed, "openness") or now.value, choices=choices
            ),
            ui.field("reason", tr("理由", "Reason"), why, hint=hint),
        ]

    def act(typed: Values) -> object:
        try:
            openness = Openness(text_of(typed, "openness"))
        except ValueError:
            raise BadInput(tr("没有这种公开属性", "there is no such 公开属性")) from None
        return visitor.use.set_openness(meeting, openness=openness, reason=text_of(typed, "reason"))

    return _Form(act=act, asks=asks)


def _return(visitor: Visitor, meeting: str, _: Summary | None) -> _Form:
    def asks(typed: Values) -> Sequence[Part]:
        return [ui.field("reason", tr("退回理由", "Why"), text_of(typed, "reason"))]

    return _Form(act=lambda typed: visitor.use.send_summary_back(meeting, reason=text_of(typed, "reason")), asks=asks)


def _opinion(typed: Values) -> Sequence[Part]:
    return [ui.field("opinion", tr("意见", "Opinion"), text_of(typed, "opinion"))]


_FORMS: Mapping[str, Callable[[Visitor, str, Summary | None], _Form]] = {
    table.START.name: _start,
    table.SUBMIT.name: _submit,
    table.REDRAFT.name: _redraft,
    table.ANSWER.name: _answer,
    table.SETTLE.name: _settle,
    table.CONCLUDE.name: _conclude,
    table.APPROVE.name: _approve,
    table.SIGN.name: _sign,
    table.REGISTER.name: _register,
    table.PROOFREAD.name: _proofread,
    table.ISSUE.name: _issue,
    table.OPENNESS.name: _openness,
    table.RETURN.name: _return,
}
