"""请假 on its page: put down, granted, refused with a reason, taken back."""

from dataclasses import dataclass

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.attendance import Method
from roomctl.i18n import speaking
from roomctl.web.pages.leave.desk import Desk
from tests.web.pages.sitting import Sitting


@dataclass
class Seat(Sitting):
    """Somebody at the leaves."""

    DESK, PARTS, NAME = Desk, ("head", "form", "decisions"), "王海燕"

    role: Role = Role.SECRETARY

    def leave(self, name="李晓明"):
        found = {one.person.name: one.leave for one in self.rest.use.attendance(self.meeting).standings}
        return found[name]


@pytest.fixture(autouse=True)
def chinese():
    with speaking("zh"):
        yield


@pytest.fixture
def seat(rest):
    return Seat(rest, rest.opened("张建国", "李晓明").id)


def person(seat, name="李晓明"):
    return next(one.id for one in seat.rest.use.roster(seat.meeting) if one.name == name)


def asked(seat, **changes):
    typed = {"person": person(seat), "reason": "赴省里<b>开会</b>", "proxy": "刘伟", "proxy_duty": "副局长"}
    return seat.press("ask leave", **{**typed, **changes})


def test_a_leave_that_was_put_down_waits_for_the_approver(seat):
    html = asked(seat)
    assert "1 人待批" in html
    assert "赴省里&lt;b&gt;开会" in html
    assert "刘伟" in html
    assert "由审批人、管理员决定" in html
    assert not any(name.startswith("yes ") for name in seat.presses)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"person": ""}, "没有选人"),
        ({"reason": "　"}, "请假要写理由"),
        ({"proxy": "名" * 41}, "太长"),
        ({"person": "x"}, "没有"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(seat, typed, said):
    html = asked(seat, **typed)
    assert said in html
    assert 'value="副局长"' in html
    assert seat.leave() is None


def test_the_approver_grants_it_and_the_proxy_may_come(seat):
    asked(seat)
    approver = Seat(seat.rest, seat.meeting, Role.APPROVER)
    assert "已准" in approver.press(f"yes {person(seat)}")
    assert (seat.leave().granted, seat.leave().by) == (True, "王海燕")
    seat.rest.use.sign_in(seat.meeting, "李晓明", method=Method.DESK, proxy=True)
    assert "代会人已到" in approver.html


def test_a_refusal_needs_a_reason(seat):
    asked(seat)
    approver, who = Seat(seat.rest, seat.meeting, Role.APPROVER), person(seat)
    approver.press(f"refuse {who}")
    assert "要写理由" in approver.press(f"no {who}", note=" ")
    assert seat.leave().granted is None
    assert "必须到会" in approver.press(f"no {who}", note="必须到会")
    assert seat.leave().granted is False


def test_a_decision_is_taken_back_by_who_decides(seat):
    asked(seat)
    approver, who = Seat(seat.rest, seat.meeting, Role.APPROVER), person(seat)
    approver.press(f"yes {who}")
    assert "待批" in approver.press(f"undo {who}")


def test_who_lost_the_right_while_the_page_was_open_decides_nothing(seat):
    asked(seat)
    approver = Seat(seat.rest, seat.meeting, Role.APPROVER)
    grant = approver.presses[f"yes {person(seat)}"]
    approver.desk._visitor.user = User("王海燕", frozenset({Role.USHER}))
    grant({})
    assert seat.leave().granted is None


def test_an_approver_puts_none_down_and_somebody_who_only_looks_does_nothing(seat):
    assert "ask leave" not in Seat(seat.rest, seat.meeting, Role.APPROVER).presses
    assert not Seat(seat.rest, seat.meeting, Role.ARCHIVIST).presses
