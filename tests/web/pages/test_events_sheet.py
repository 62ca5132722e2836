"""The log page without a browser: what a row tells of a recording."""

import re

from roomctl.domain.access import Role, User
from roomctl.domain.recording import MarkKind, Order
from roomctl.i18n import speaking
from roomctl.web.pages.board import Board
from roomctl.web.pages.events import Sight, _first_sheet
from roomctl.web.pages.visitor import Visitor


def test_a_place_in_a_recording_is_a_time_and_no_number_of_frames(rest):
    meeting = rest.opened().id
    rest.use.arm(meeting, Order(source="tone"))
    rest.use.start(meeting)
    rest.use.mark(meeting, MarkKind.MARK)
    mark = rest.use.mark(meeting, MarkKind.ITEM, "1")
    assert mark == 2 * 48_000  # the recorder of these tests takes a second for each command
    assert "录音时间 00:00:02，种类 换议题，说明 1" in log(rest, meeting)


def test_a_test_take_is_told_in_times_too(rest):
    meeting = rest.opened().id
    rest.use.test_take(meeting, seconds=1)
    told = log(rest, meeting)
    assert "试录" in told
    assert "48000" not in told


def log(rest, meeting):
    """What an administrator reads on the log page."""
    visitor = Visitor(User("赵敏", frozenset({Role.ADMIN})), "zh", False, Board(rest.host), None, "")  # noqa: FBT003
    with speaking("zh"):
        return re.sub(r"<[^>]+>", "", _first_sheet(visitor, Sight(meeting=meeting)).html)
