import pytest
from roomctl_archive.checks import GIB, TargetCheck, judge
from roomctl_archive.config import TargetConfig

from roomctl.api import CheckState


def run(room, **config):
    target = TargetConfig.model_validate(config)
    return next(iter(TargetCheck(room.context(), "nas", target).run(room.meeting)))


def test_a_good_target_is_ok_with_its_free_space(room):
    result = run(room, kind="folder", path="archive")
    assert (result.state, result.unit, result.check) == (CheckState.OK, "GiB", "target-nas")
    assert list((room.services.data / "archive").iterdir()) == []


@pytest.mark.parametrize(("required", "state"), [(True, CheckState.CRIT), (False, CheckState.WARN)])
def test_a_target_that_is_away_has_a_hint(room, tmp_path, required, state):
    result = run(room, kind="folder", path=str(tmp_path / "away"), required=required)
    assert result.state is state
    assert "away" in result.message
    assert result.hint


def test_an_unknown_kind_of_target_is_told(room):
    assert run(room, kind="tape").state is CheckState.CRIT


@pytest.mark.parametrize(
    ("free", "state"),
    [(3 * GIB, CheckState.OK), (GIB, CheckState.WARN), (GIB // 2, CheckState.CRIT), (None, CheckState.OK)],
)
def test_free_space_is_held_against_the_planned_meeting(free, state):
    assert judge("archive", "target-nas", free, GIB).state is state
