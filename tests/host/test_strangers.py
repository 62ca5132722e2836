"""A machine that is declared for state secrets: code that did not come with roomctl is kept away, at once."""

from datetime import date

import pytest

from roomctl.app import Application
from roomctl.domain.secrecy import Level, SecrecyRefused
from roomctl.host.status import Status
from tests.host.conftest import MEETING, DataFolder, status_of

CODE = """
@hookimpl
def roomctl_gate(meeting, target):
    return [Objection("weather", "rain")]
"""


def test_a_plugin_that_is_loaded_already_is_asked_nothing_more(data: DataFolder) -> None:
    data.drop("weather", CODE)
    host = data.host()
    assert [one.text for one in host.gate(MEETING, MEETING.state)] == ["rain"]
    host.closed = lambda: True
    assert not host.gate(MEETING, MEETING.state)
    assert status_of(host, "weather").status is Status.ENABLED  # it has done nothing wrong


def test_at_the_next_start_it_is_not_loaded_at_all(data: DataFolder) -> None:
    data.drop("weather", "raise RuntimeError('imported')\n")
    host = data.host()
    host.closed = lambda: True
    status = status_of(host, "weather")
    assert status.status is Status.DISABLED
    assert "涉密计算机" in status.reason


def test_the_use_cases_that_it_kept_end_at_once(data: DataFolder) -> None:
    application = Application(data.path)
    data.drop("weather")
    try:
        use = application._usecases_for("weather")
        assert not use.meetings()
        application.plugins.disable("weather")
        application.usecases.declare_machine(approval="7号", level=Level.SECRET, approved=date(2020, 1, 5))
        with pytest.raises(SecrecyRefused):
            use.meetings()
        assert not application.usecases.meetings()
    finally:
        application.close()
