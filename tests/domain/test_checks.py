from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.checks import CheckReport, CheckState, Result, Waiver, above, below, waive

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
results = st.lists(
    st.builds(Result, device=st.sampled_from("ab"), check=st.sampled_from("xy"), state=st.sampled_from(CheckState))
).map(tuple)


@pytest.mark.parametrize(
    ("value", "state"), [(5, CheckState.CRIT), (10, CheckState.WARN), (19, CheckState.WARN), (20, CheckState.OK)]
)
def test_small_values_are_bad_below_their_limits(value, state):
    assert below(value, warn=20, crit=10) is state


@pytest.mark.parametrize(
    ("value", "state"), [(0.5, CheckState.OK), (1, CheckState.OK), (1.5, CheckState.WARN), (2.5, CheckState.CRIT)]
)
def test_large_values_are_bad_above_their_limits(value, state):
    assert above(value, warn=1, crit=2) is state


@given(found=results)
def test_every_result_is_counted_once_and_every_state_is_named(found):
    report = CheckReport(id="c", meeting=None, at=AT, results=found)
    assert set(report.counts) == {"ok", "warn", "crit", "unknown", "skipped", "waived"}
    assert sum(report.counts.values()) == len(found)
    assert set(report.blocking) <= set(report.findings)


@given(found=results)
def test_a_waiver_changes_only_the_fault_it_names(found):
    after = waive(found, [Waiver("a", "x", "张建国", "会后更换")])
    for before, now in zip(found, after, strict=True):
        named = (before.device, before.check) == ("a", "x")
        if named and before.state not in {CheckState.OK, CheckState.SKIPPED}:
            assert now.state is CheckState.WAIVED
            assert now.remark == "张建国: 会后更换"
            assert now.as_found == before
        else:
            assert now == before


def test_a_waived_fault_blocks_nobody():
    found = (Result(device="a", check="x", state=CheckState.CRIT),)
    waived = waive(found, [Waiver("a", "x", "张建国", "备用")])
    assert CheckReport(id="c", meeting=None, at=AT, results=found).blocking == found
    assert CheckReport(id="c", meeting=None, at=AT, results=waived).findings == ()
