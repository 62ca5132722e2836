"""The equipment of a meeting on its page: how far a check is while it runs, and that it can be stopped."""

import threading
from dataclasses import dataclass, field

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.checks import CheckState, Result
from roomctl.errors import RoomctlError
from roomctl.services.time import SystemClock
from roomctl.web.pages.board import Board
from roomctl.web.pages.meeting import Hands, Pasts, _equipment
from roomctl.web.pages.visitor import Visitor
from tests.waiting import until


@dataclass
class Quick:
    """Answers at once."""

    device: str = "pc"
    name: str = "disk"
    deadline: float = 300.0

    def run(self, meeting):
        del meeting
        yield Result(device=self.device, check=self.name, state=CheckState.OK, message="够用")


@dataclass
class Slow:
    """Answers when it is let go."""

    device: str = "clock"
    name: str = "offset"
    deadline: float = 300.0
    go: threading.Event = field(default_factory=threading.Event)

    def run(self, meeting):
        del meeting
        self.go.wait(60)
        yield Result(device=self.device, check=self.name, state=CheckState.OK, message="很准")


@pytest.fixture
def page(rest):
    """The panel as it stands, and what its buttons do."""
    application = rest.application
    application.plugins.device_checks = [Quick(), slow := Slow()]
    application.usecases._clock = SystemClock()
    visitor = Visitor(User("钱工", frozenset({Role.TECHNICIAN})), "zh", False, Board(rest.host), None, "")  # noqa: FBT003
    meeting = rest.opened().id
    hands, pasts = Hands(visitor, meeting, lambda: None), Pasts()

    def drawn():
        visitor.board.stale()
        return _equipment(visitor, visitor.board.facts(meeting), pasts, hands)

    yield drawn, slow, hands
    slow.go.set()
    until(lambda: not application.usecases.checks_under_way(meeting))


def test_a_check_that_runs_tells_how_far_it_is_until_it_is_done(page):
    drawn, slow, _ = page
    assert "还没有检查过" in drawn().html
    drawn().presses["check"]({})
    until(lambda: "已有 1 项结果" in drawn().html)
    assert "够用" in drawn().html
    assert "check" not in drawn().presses
    slow.go.set()
    until(lambda: "自检" in drawn().html)
    assert "很准" in drawn().html
    assert "check" in drawn().presses


def test_it_can_be_stopped(page):
    drawn, _, _ = page
    drawn().presses["check"]({})
    until(lambda: "已有 1 项结果" in drawn().html)
    drawn().presses["cancel"]({})
    until(lambda: "check" in drawn().presses)


def test_a_run_that_cannot_be_made_says_why(page, monkeypatch):
    drawn, _, hands = page

    def refused(*_args, **_named):
        raise RoomctlError("不能检查", "清单有错")

    monkeypatch.setattr(type(hands._visitor.use), "check", refused)
    drawn().presses["check"]({})
    until(lambda: "清单有错" in drawn().html)
