"""材料 on its page: registered, handed out by number, taken back, undone by who may."""

from dataclasses import dataclass, replace

import pytest

from roomctl.domain.access import Role
from roomctl.domain.handouts import HandoutState
from roomctl.domain.meeting import Overrule
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import Forbidden
from roomctl.i18n import speaking
from roomctl.web.pages.handouts.desk import MOST, Desk
from tests.web.pages.sitting import Sitting


@dataclass
class Seat(Sitting):
    """Somebody at the papers."""

    DESK, PARTS, NAME = Desk, ("head", "forms", "copies"), "周强"

    role: Role = Role.USHER

    def give(self, name="李晓明", **typed):
        who = next(one.id for one in self.rest.use.roster(self.meeting) if one.name == name)
        return self.press("sign out", person=who, **typed)

    @property
    def copies(self):
        return {f"{one.document} {one.copy}": one for one in self.rest.use.clearing(self.meeting).handouts.copies}


@pytest.fixture(autouse=True)
def chinese():
    with speaking("zh"):
        yield


@pytest.fixture
def seat(rest):
    return Seat(rest, rest.opened("张建国", "李晓明").id)


def registered(seat, **typed):
    return seat.press("register", **{"document": "实施方案", "first": "1", "count": "3", **typed})


def test_copies_are_registered_and_the_next_one_goes_to_who_is_chosen(seat):
    assert "还没有登记材料" in seat.html
    assert "3 份已发 0 份" in registered(seat)
    html = seat.give()
    assert "已发出 实施方案 001 号：李晓明" in html
    assert "3 份已发 1 份" in html
    assert "未发 002–003" in html
    assert "李晓明（已领 001）" in html
    assert "已发出 实施方案 003 号" in seat.give("张建国", copy="3")


def test_the_last_act_is_undone_beside_what_it_said(seat):
    registered(seat)
    seat.give()
    assert "001 号未发出" in seat.press("undo last")
    assert seat.copies["实施方案 001"].state is HandoutState.STOCK
    assert "undo last" not in seat.presses


def test_a_number_is_of_the_paper_that_is_chosen(seat):
    registered(seat)
    registered(seat, document="主持词", count="1")
    seat.give(paper="主持词")
    assert seat.copies["主持词 001"].name == "李晓明"
    assert "没有未发出的份号" in seat.give("张建国", paper="主持词")
    assert "没有登记 9 号材料" in seat.give("张建国", paper="实施方案", copy="9")
    assert seat.copies["实施方案 001"].name == ""


@pytest.mark.parametrize("first", ["1234567", "-1", "一", "", "9" * 300])
def test_no_number_of_a_copy_is_cut_short(seat, first):
    html = registered(seat, first=first)
    assert "份号或份数不是数字" in html
    assert 'value="实施方案"' in html
    assert seat.copies == {}


def test_without_a_person_nothing_is_handed_out(seat):
    registered(seat)
    assert "没有选领用人" in seat.press("sign out", person="", copy="002")
    assert 'value="002"' in seat.html
    assert "没有" in seat.press("sign out", person="x" * 500)
    assert all(one.state is HandoutState.STOCK for one in seat.copies.values())


def test_what_the_secretary_released_the_usher_does_not_undo(seat):
    registered(seat)
    seat.give()
    meeting, copy = seat.meeting, seat.copies["实施方案 001"].id
    seat.rest.use.start(meeting, overrule=Overrule("李四", "不录音"))
    seat.rest.use.adjourn(meeting)
    usher = seat.presses[f"undo {copy}"]  # a page that was open before
    seat.rest.use.release_handout(meeting, copy, "<b>局里</b>")
    assert f"undo {copy}" not in seat.presses
    usher({})
    assert "缺少权限" in seat.html
    assert "&lt;b&gt;局里" in seat.html
    assert seat.copies["实施方案 001"].state is HandoutState.RELEASED
    assert "未收回" in Seat(seat.rest, meeting, Role.SECRETARY).press(f"undo {copy}")


def test_a_crowd_of_copies_is_counted(seat):
    registered(seat, count="300")
    for n in range(MOST + 5):
        seat.rest.use.sign_out_handout(seat.meeting, f"{n + 1:03}", "李晓明")
    html = seat.html
    assert "还有 5 份" in html
    assert f"300 份已发 {MOST + 5} 份" in html


def test_the_level_of_a_paper_is_shown_and_one_above_the_meetings_is_refused(seat):
    assert "内部" not in seat.html
    assert "不能登记" in registered(seat, secrecy="内部")
    with seat.rest.application.open_uow() as uow:
        uow.meetings.save(replace(uow.meetings.get(seat.meeting), secrecy=Secrecy(Level.INTERNAL)))
        uow.commit()
    registered(seat, secrecy="内部")
    assert "内部" in seat.desk.copies().html


def test_a_page_that_was_open_when_the_meeting_became_secret_does_nothing(seat):
    registered(seat)
    give = seat.presses["sign out"]
    with seat.rest.application.open_uow() as uow:
        uow.meetings.save(replace(uow.meetings.get(seat.meeting), secrecy=Secrecy(Level.SECRET, 3)))
        uow.commit()
    give({"person": seat.rest.use.roster(seat.meeting)[0].id})
    assert seat.copies["实施方案 001"].state is HandoutState.STOCK
    with pytest.raises(Forbidden):
        seat.desk.head()
