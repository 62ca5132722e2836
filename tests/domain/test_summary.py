"""The way of a 纪要: which step may follow which, and what each asks for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain import summary as paper
from roomctl.domain import summary_steps
from roomctl.domain.summary import Fact, NumberForm, Openness, Stage
from roomctl.errors import BadInput, Refused

NOW = datetime(2026, 11, 12, 3, tzinfo=UTC)
STARTED = Fact(paper.STARTED, "赵云", NOW, {"id": "s1", "due": (NOW + paper.LIMIT).isoformat()})
UNITS = {"document": "d1", "sha256": "a", "units": [{"unit": "甲局", "lead": True}, {"unit": "乙局", "lead": False}]}


def facts(*steps):
    return [STARTED, *(Fact(kind, "赵云", NOW + timedelta(minutes=n), data) for n, (kind, data) in enumerate(steps))]


def current(*steps):
    return paper.fold(facts(*steps))[-1]


ROUND = (
    (paper.SUBMITTED, UNITS),
    (paper.COUNTERSIGNED, {"unit": "甲局", "agreed": True, "opinion": ""}),
    (paper.COUNTERSIGNED, {"unit": "乙局", "agreed": False, "opinion": "时限太紧"}),
    (paper.SETTLED, {"unit": "乙局", "adopted": False, "reason": "会议已定"}),
    (paper.CONCLUDED, {}),
    (paper.OPENNESS, {"openness": "不予公开", "reason": "第十六条"}),
    (paper.APPROVED, {"opinion": "同意"}),
    (paper.SIGNED, {"opinion": "同意印发"}),
    (paper.REGISTERED, {"number": "第1期", "document": "d2"}),
    (paper.PROOFREAD, {"opinion": ""}),
    (paper.ISSUED, {"sent_to": ["甲局"]}),
)


def test_the_whole_way_is_walked_step_by_step():
    stages = []
    for end in range(len(ROUND)):
        paper.allow(current(*ROUND[:end]), ROUND[end][0], ROUND[end][1])
        stages.append(current(*ROUND[: end + 1]).stage)
    assert stages == [
        *[Stage.COUNTERSIGNING] * 4, *[Stage.REVIEW] * 2, Stage.ISSUING, Stage.REGISTERING, Stage.PROOFREADING,
        Stage.PRINTING, Stage.DONE,
    ]  # fmt: skip
    done = current(*ROUND)
    assert (done.number, done.document, done.final, done.sent_to) == ("第1期", "d1", "d2", ("甲局",))
    assert [step.stage for step in done.passed if step.opinion] == [Stage.REVIEW, Stage.ISSUING]


@given(st.integers(0, len(ROUND) - 1), st.sampled_from(sorted(paper.KINDS - {paper.STARTED})))
def test_a_step_is_taken_only_where_it_belongs(end, kind):
    now = current(*ROUND[:end])
    data = {"units": [], "unit": "甲局", "agreed": True, "opinion": "x", "adopted": True, "openness": "主动公开"}
    if now.stage not in paper.ALLOWED[kind]:
        with pytest.raises(Refused):
            paper.allow(now, kind, data)


def test_without_units_it_goes_straight_to_review():
    assert current((paper.SUBMITTED, UNITS | {"units": []})).stage is Stage.REVIEW


def test_the_leading_unit_answers_first_then_all_at_once():
    submitted = current(ROUND[0])
    assert submitted.waiting_for == ("甲局",)
    with pytest.raises(Refused, match="甲局"):
        paper.allow(submitted, paper.COUNTERSIGNED, {"unit": "乙局", "agreed": True, "opinion": ""})
    assert current(*ROUND[:2]).waiting_for == ("乙局",)


def test_a_unit_answers_once_and_only_one_that_is_asked():
    answered = current(*ROUND[:2])
    for unit, error in (("甲局", Refused), ("丙局", BadInput)):
        with pytest.raises(error):
            paper.allow(answered, paper.COUNTERSIGNED, {"unit": unit, "agreed": True, "opinion": ""})


@pytest.mark.parametrize(
    ("steps", "kind", "data"),
    [
        (ROUND[:1], paper.COUNTERSIGNED, {"unit": "甲局", "agreed": False, "opinion": " \u200b"}),
        (ROUND[:3], paper.SETTLED, {"unit": "乙局", "adopted": False, "reason": ""}),
        (ROUND[:1], paper.SENT_BACK, {"opinion": " \u200b"}),
        (ROUND[:1], paper.OPENNESS, {"openness": "不予公开", "reason": ""}),
    ],
)
def test_what_needs_a_reason_is_refused_without_one(steps, kind, data):
    with pytest.raises(BadInput):
        paper.allow(current(*steps), kind, data)


def test_nothing_is_concluded_before_each_opinion_is_settled():
    for end in (1, 2, 3):
        with pytest.raises(Refused, match="乙局"):
            paper.allow(current(*ROUND[:end]), paper.CONCLUDED, {})


def test_nothing_is_signed_before_its_openness_is_known():
    steps = [step for step in ROUND[:7] if step[0] != paper.OPENNESS]
    with pytest.raises(Refused, match="公开属性"):
        paper.allow(current(*steps), paper.SIGNED, {})


def test_a_number_that_was_drawn_is_void_when_it_is_sent_back_and_keeps_the_reason():
    back = current(*ROUND[:9], (paper.SENT_BACK, {"opinion": "日期错"}))
    assert (back.stage, back.number, back.voided) == (Stage.DRAFTING, "", (("第1期", "日期错"),))
    assert back.passed[-1].back


def test_an_issued_one_is_locked_and_a_new_one_names_it():
    done = current(*ROUND)
    assert done.locked
    with pytest.raises(Refused):
        paper.allow(done, paper.SENT_BACK, {"opinion": "x"})
    second = Fact(paper.STARTED, "赵云", NOW, {"id": "s2", "due": NOW.isoformat(), "supersedes": "s1"})
    assert [one.id for one in paper.fold([*facts(*ROUND), second])] == ["s1", "s2"]
    assert paper.fold([*facts(*ROUND), second])[-1].supersedes == "s1"


def test_the_three_forms_of_a_number():
    assert [form.written(12, 2026) for form in NumberForm] == ["第12期", "〔2026〕12号", "第12次"]
    assert Openness("主动公开") is Openness.OPEN


def test_every_event_of_the_way_has_a_step_and_every_step_its_place():
    assert {one.event for one in summary_steps.STEPS} == paper.KINDS
    for stage in Stage:
        assert [one for one in summary_steps.STEPS if one.belongs(stage)], stage
    assert [one.name for one in summary_steps.STEPS if one.belongs(None)] == ["start"]
    assert len({one.name for one in summary_steps.STEPS}) == len({one.path for one in summary_steps.STEPS})
