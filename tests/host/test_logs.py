import json
import logging

import pytest

from roomctl.host import logs
from roomctl.host.logs import LINES, LONGEST, WINDOW, Lines, Quota
from roomctl.testing.fakes import FakeClock


def record(text, name="roomctl.plugins.loud", *arguments):
    return logging.LogRecord(name, logging.WARNING, __file__, 1, text, arguments, None)


def test_a_plugin_may_write_so_many_lines_and_the_rest_is_counted():
    clock = FakeClock()
    quota = Quota(clock.monotonic)
    passed = sum(quota.filter(record("x")) for _ in range(LINES + 7))
    assert passed == LINES
    assert list(quota.dropped()) == []
    clock.sleep(WINDOW)
    assert list(quota.dropped()) == [("loud", 7)]
    assert list(quota.dropped()) == []
    assert quota.filter(record("x"))


def test_few_long_lines_count_as_many_short_ones():
    quota = Quota(FakeClock().monotonic)
    passed = sum(quota.filter(record("x" * 30_000_000)) for _ in range(LINES))
    assert 100 < passed < 130


def test_one_plugin_does_not_use_up_the_quota_of_another_nor_of_the_host():
    quota = Quota(FakeClock().monotonic)
    for _ in range(LINES + 1):
        quota.filter(record("x"))
    assert quota.filter(record("x", "roomctl.plugins.quiet"))
    assert quota.filter(record("x", "roomctl.host.registry"))


def test_a_long_line_is_cut():
    long = record("y" * (LONGEST + 5))
    Quota(FakeClock().monotonic).filter(long)
    assert long.getMessage().endswith("… (5 more characters)")


def test_arguments_that_do_not_fit_cost_the_plugin_nothing():
    wrong = record("%d apples", "roomctl.plugins.loud", "many")
    assert Quota(FakeClock().monotonic).filter(wrong)
    assert "%d apples" in wrong.getMessage()


def test_a_line_is_json_with_the_plugin_and_the_trace():
    failed = record("it broke", "roomctl.plugins.lamp")
    failed.exc_info = (ValueError, ValueError("灯泡"), None)
    said = json.loads(Lines().format(failed))
    assert (said["event"], said["plugin"], said["level"]) == ("it broke", "lamp", "warning")
    assert "ValueError: 灯泡" in said["exception"]


@pytest.mark.parametrize(
    ("logger", "plugin"),
    [("roomctl.plugins.a", "a"), ("roomctl.plugins.a.b", "a"), ("roomctl.child.a", "a"), ("roomctl.host", None)],
)
def test_a_logger_belongs_to_a_plugin_by_its_name(logger, plugin):
    assert logs.plugin_of(logger) == plugin
