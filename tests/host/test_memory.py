from types import ModuleType

import pytest

from roomctl.host import memory
from roomctl.host.memory import Memory
from roomctl.testing.fakes import FakeClock


@pytest.fixture
def plugin(monkeypatch):
    made = ModuleType("roomctl_dropin.leaky")
    monkeypatch.setitem(memory.sys.modules, made.__name__, made)
    return made


def test_what_a_plugin_keeps_in_its_globals_is_known(plugin):
    before = memory.held(plugin)
    plugin.kept = {"a": [bytes(1_000_000)]}
    assert 1_000_000 <= memory.held(plugin) - before < 1_100_000


def test_what_it_keeps_in_objects_of_its_own_is_known(plugin):
    plugin.cache = type("Cache", (), {"__module__": plugin.__name__})()
    plugin.cache.rows = bytearray(1_000_000)
    assert memory.held(plugin) > 1_000_000


def test_what_belongs_to_others_is_not_counted(plugin):
    plugin.theirs = pytest
    plugin.Clock = FakeClock
    plugin.clock = FakeClock()
    assert memory.held(plugin) < 10_000


def test_it_tells_once_above_the_mark_and_again_only_when_much_more(plugin):
    clock = FakeClock()
    watch = Memory(1, clock)
    told = watch.look({"leaky": plugin})
    assert told is not None
    assert told.resident > 1
    clock.sleep(memory.LOOK)
    assert watch.look({"leaky": plugin}) is None


def test_another_host_is_worth_it_only_after_a_while():
    clock = FakeClock()
    watch = Memory(1, clock)
    watch.look({})
    assert not watch.overdue
    clock.sleep(memory.AGE + 1)
    watch.look({})
    assert watch.overdue
