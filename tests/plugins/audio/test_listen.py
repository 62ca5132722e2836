import pytest
from roomctl_audio.sound.levels import SILENCE
from roomctl_audio.sources.listen import Heard, SourceCheck, hear, judge

from roomctl.api import CheckState, Order


def states(heard: Heard) -> list[tuple[str, CheckState]]:
    return [(result.check, result.state) for result in judge(heard, "mic", -60.0)]


def test_a_source_that_cannot_be_opened_is_critical_with_the_mend():
    (result,) = judge(Heard(fault="no such device", mend="plug it in"), "mic", -60.0)
    assert (result.state, result.message, result.hint) == (CheckState.CRIT, "no such device", "plug it in")


@pytest.mark.parametrize(
    ("peak", "state"),
    [
        (SILENCE, CheckState.CRIT),
        (-90.0, CheckState.WARN),
        (-60.0, CheckState.OK),
        (-6.0, CheckState.OK),
        (0.0, CheckState.WARN),
    ],
)
def test_a_level_is_judged_by_its_peak(peak, state):
    assert states(Heard((peak,))) == [("present", CheckState.OK), ("level", state)]


def test_each_track_is_judged_for_itself():
    assert states(Heard((-20.0, SILENCE)))[1:] == [("level 1", CheckState.OK), ("level 2", CheckState.CRIT)]


def test_the_demo_clip_is_there_and_loud_enough(demo_clip):
    check = SourceCheck(Order(source=f"file:{demo_clip}"), -60.0)
    assert {result.state for result in check.run(None)} == {CheckState.OK}


def test_a_missing_file_is_a_fault(tmp_path):
    assert "gone.wav" in hear(Order(source=f"file:{tmp_path / 'gone.wav'}")).fault


def test_a_microphone_that_nobody_has_is_a_fault():
    heard = hear(Order(source="mic:no such microphone"))
    assert heard.fault
    assert heard.peaks == ()
