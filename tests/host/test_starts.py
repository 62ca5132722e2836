import pytest

from roomctl.host.starts import Starts
from roomctl.host.status import PluginState, StatesFile


@pytest.fixture
def starts(tmp_path):
    return Starts(tmp_path)


def broken_off(starts, plugin="bad"):
    starts.begin()
    starts.loading(plugin)


def test_a_start_that_was_complete_leaves_nothing(starts):
    broken_off(starts)
    starts.complete()
    assert starts.begin() is None


def test_one_that_broke_off_leads_to_safe_mode_and_names_the_plugin(starts, tmp_path):
    broken_off(starts)
    mode = starts.begin()
    assert mode is not None
    assert mode.plugin == "bad"
    assert StatesFile(tmp_path / "plugins.json").load()["bad"].out


def test_safe_mode_lasts_until_it_is_left(starts):
    broken_off(starts)
    starts.begin()
    starts.complete()
    assert starts.begin() is not None
    starts.complete()
    starts.leave()
    assert starts.begin() is None


def test_enabling_the_plugin_leaves_it_too(starts, tmp_path):
    broken_off(starts)
    starts.begin()
    starts.complete()
    StatesFile(tmp_path / "plugins.json").save("bad", PluginState())
    assert starts.begin() is None


def test_the_recorders_plugin_is_never_put_out(starts, tmp_path):
    states = StatesFile(tmp_path / "plugins.json")
    states.save("bad", PluginState(essential=True))
    broken_off(starts)
    assert starts.begin() is not None
    assert not states.load()["bad"].out


def test_a_marker_that_cannot_be_read_is_a_start_that_broke_off(starts, tmp_path):
    (tmp_path / "starting.json").write_text("{")
    mode = starts.begin()
    assert mode is not None
    assert mode.plugin == ""


def test_the_plugin_is_still_known_when_safe_mode_breaks_off_as_well(starts):
    broken_off(starts)
    starts.begin()
    mode = starts.begin()
    assert mode is not None
    assert mode.plugin == "bad"
