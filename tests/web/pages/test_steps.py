"""The next steps of a meeting as its page offers them, each in the name of who looks."""

import re
from dataclasses import dataclass, field

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.archive import Package, Receipt
from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import Objection
from roomctl.domain.recording import Order
from roomctl.errors import BadInput, Refused
from roomctl.i18n import speaking
from roomctl.services.identity import new_id
from roomctl.services.offers import DocumentOffer
from roomctl.web.pages import meeting as meeting_page
from roomctl.web.pages import planning, stepping, steps
from roomctl.web.pages.attention import matters
from roomctl.web.pages.board import Board
from roomctl.web.pages.stepping import Desk
from roomctl.web.pages.visitor import Visitor

ALL = (Role.ADMIN, Role.ARCHIVIST)


@dataclass
class Room:
    """Somebody at the page of one meeting."""

    rest: object
    meeting_id: str
    roles: tuple = ALL
    desk: Desk = field(default_factory=Desk)

    @property
    def visitor(self):
        return Visitor(User("赵敏", frozenset(self.roles)), "zh", False, Board(self.rest.host), None, "")  # noqa: FBT003

    @property
    def facts(self):
        return self.visitor.board.facts(self.meeting_id)

    @property
    def state(self):
        return self.rest.use.meeting(self.meeting_id).state

    def buttons(self):
        return stepping.buttons(self.visitor, self.facts, self.desk)

    def below(self):
        return stepping.below(self.visitor, self.facts, self.desk)

    def offered(self):
        return re.findall(r"<button[^>]*>([^<]+)</button>", self.buttons().html)

    def press(self, name, **typed):
        """The button in the head; where it asks something, then the one of its form."""
        self.buttons().presses[f"step {name}"]({})
        if self.desk.asking == name:
            self.send(name, **typed)

    def send(self, name, **typed):
        self.below().presses[f"do {name}"](typed)


@pytest.fixture
def at(rest):
    def made(meeting, *roles):
        return Room(rest, meeting.id, roles or ALL)

    return made


def close_up_to(rest, meeting):
    rest.application.plugins.papers = [
        DocumentOffer(kind="会议记录", file_name="minutes.docx", write=lambda p: p.write_text("a", encoding="utf-8"))
    ]
    rest.use.adjourn(meeting.id)
    return meeting


def test_a_meeting_goes_from_plan_to_archive_by_the_buttons_of_its_page(rest, at):
    room = at(rest.meeting())
    for name, state in [("approved", State.APPROVED), ("open", State.OPEN), ("arm", State.OPEN),
                        ("in_session", State.IN_SESSION)]:  # fmt: skip
        room.press(name)
        assert room.state is state
        assert room.desk.refused is None
    room.press("recess", minutes="10")
    assert room.state is State.RECESS
    room.press("in_session")
    close_up_to(rest, rest.use.meeting(room.meeting_id))
    room.press("clear", left_behind="黑色保温杯 1 个")
    room.press("waive", reason="领导决定不转写")
    room.press("closed")
    assert room.state is State.CLOSED
    assert room.offered() == []
    paper = rest.use.sign(room.meeting_id, by="孙丽")
    package = Package(
        id=new_id(), meeting=room.meeting_id, path="p", files=1, bytes=1, manifest_sha256="ab",
        at=rest.clock.now(), documents=(paper.id,), targets=("nas",),
    )  # fmt: skip
    rest.use.add_package(package)
    receipt = Receipt(
        package=package.id, target="nas", key="k", files=1, bytes=1, manifest_sha256="ab", at=rest.clock.now()
    )
    rest.use.add_receipt(room.meeting_id, receipt)
    assert room.state is State.DEPOSITED
    assert f"/meetings/{room.meeting_id}/archive" in room.buttons().html
    rest.use.return_package(room.meeting_id, by="赵敏", reason="缺签到表")
    assert "缺签到表" in room.facts.returned
    room.press("again", note="补上签到表")
    assert not room.facts.returned
    rest.use.count_packages(room.meeting_id)
    rest.use.acting_as(Actor.person("赵敏")).accept(room.meeting_id, by="赵敏")
    assert room.state is State.ARCHIVED
    by = {row.kind: row.actor for row in rest.use.events(stream=room.meeting_id, limit=500)}
    assert by["meeting.cleared"] == by["meeting.archived"] == "person:赵敏"


@pytest.mark.parametrize("role", list(Role))
def test_nobody_is_offered_a_step_that_is_not_theirs(rest, at, role):
    room = at(rest.opened(), role)
    offered = {one.name for one in steps.steps(room.visitor, room.facts)}
    runs = role in {Role.OPERATOR, Role.SECRETARY, Role.ADMIN}
    assert ({"arm", "in_session"} <= offered) == runs
    assert ("cancel" in offered) == (role in {Role.SECRETARY, Role.APPROVER, Role.ADMIN})


def every_state(rest):
    planned, opened, running = rest.meeting(), rest.opened(), rest.in_session()
    over = close_up_to(rest, rest.in_session())
    urgent = planning.open_urgently(Room(rest, "").visitor).rpartition("/")[2]
    return [planned, opened, running, over, rest.use.meeting(urgent)]


def test_one_button_at_most_is_filled_whoever_looks_and_whatever_the_state(rest, at):
    for meeting in every_state(rest):
        facts = at(meeting).facts
        for role in Role:
            visitor, desk = at(meeting, role).visitor, Desk()
            html = stepping.buttons(visitor, facts, desk).html
            assert html.count("rc-pri") <= 1, (meeting.state, role)
            for step in steps.steps(visitor, facts):
                if step.asks is not None:
                    desk.asking = step.name
                    both = stepping.buttons(visitor, facts, desk).html + stepping.below(visitor, facts, desk).html
                    assert both.count("rc-pri") == (0 if step.hold else 1), step.name
                    desk.clear()


def test_what_cannot_be_undone_is_pressed_long(rest, at):
    room = at(rest.in_session())
    assert re.search(r'data-act="step adjourned" data-hold="1.5"', room.buttons().html)
    room = at(rest.opened())
    room.buttons().presses["step cancel"]({})
    assert 'data-act="do cancel" data-hold="1.5"' in room.below().html


def test_a_step_that_needs_a_reason_says_so_and_keeps_its_form(rest, at):
    room = at(rest.opened())
    room.press("cancel", reason=" ")
    assert room.state is State.OPEN
    html = room.below().html
    assert isinstance(room.desk.refused, Refused)
    assert room.desk.refused.what in html
    assert room.desk.refused.mend in html
    assert 'name="reason"' in html
    room.send("cancel", reason="改期")
    assert room.state is State.CANCELLED
    assert room.below().html == ""


def test_a_wrong_break_is_refused_and_what_was_typed_stays(rest, at):
    room = at(rest.in_session())
    room.press("recess", minutes="999")
    assert room.state is State.IN_SESSION
    assert isinstance(room.desk.refused, BadInput)
    assert "填 1 到 240 分钟" in room.below().html


def test_an_objection_is_shown_with_who_why_and_the_mend(rest, at):
    rest.application.plugins.objections = [Objection("av_check", "投影机密码不对", "重新输入投影机密码")]
    meeting = rest.opened()
    rest.use.arm(meeting.id, Order(source="tone"))
    room = at(meeting, Role.OPERATOR)
    room.press("in_session")
    html = room.below().html
    for text in ("还不能开始会议", "投影机密码不对", "重新输入投影机密码", "秘书、审批人、管理员"):
        assert text in html
    assert 'name="overrule"' not in html
    rest.application.plugins.objections = []
    room.press("in_session")
    assert room.state is State.IN_SESSION


def test_an_objection_is_overruled_with_a_reason_by_who_may(rest, at):
    rest.application.plugins.objections = [Objection("av_check", "投影机密码不对", "")]
    meeting = rest.opened()
    rest.use.arm(meeting.id, Order(source="tone"))
    room = at(meeting, Role.SECRETARY)
    room.press("in_session")
    overrule = room.below().presses["overrule"]
    with pytest.raises(BadInput, match="理由"):
        overrule({"overrule": "  "})
    assert room.state is State.OPEN
    overrule({"overrule": "改用白板"})
    assert room.state is State.IN_SESSION
    (row,) = rest.use.events(stream=meeting.id, kinds=["meeting.started"])
    assert '"by":"赵敏"' in row.data.replace(" ", "")
    assert "改用白板" in row.data


def test_nobody_is_offered_to_overrule_what_nobody_can(rest, at):
    rest.application.plugins.objections = [Objection("checks", "涉密会议不得开启无线投屏", "拔掉电源", firm=True)]
    meeting = rest.opened()
    rest.use.arm(meeting.id, Order(source="tone"))
    room = at(meeting, Role.SECRETARY)
    room.press("in_session")
    below = room.below()
    assert "任何人都不能放行" in below.html
    assert "overrule" not in below.presses
    assert room.state is State.OPEN


def test_a_recorder_that_is_not_armed_is_the_first_thing_to_do(rest, at):
    room = at(rest.opened())
    assert re.search(r'rc-pri" data-act="step arm"', room.buttons().html)
    room.press("in_session")
    assert "先按“准备录音”" in room.below().html
    room.press("arm")
    assert re.search(r'rc-pri" data-act="step in_session"', room.buttons().html)


def test_a_role_that_was_lost_since_the_page_was_drawn_takes_no_step(rest, at):
    room = at(rest.opened(), Role.ADMIN)
    press = room.buttons().presses["step in_session"]
    visitor = next(cell.cell_contents for cell in press.__closure__ if isinstance(cell.cell_contents, Visitor))
    visitor.user = User("赵敏", frozenset({Role.USHER}))
    press({})
    assert room.state is State.OPEN
    assert "meetings.run" in room.desk.refused.why


def test_an_urgent_meeting_is_open_at_once_and_asks_why_before_the_close(rest, at):
    where = planning.open_urgently(at(rest.meeting(), Role.SECRETARY).visitor)
    meeting = rest.use.meeting(where.rpartition("/")[2])
    assert meeting.state is State.OPEN
    assert meeting.urgent
    assert re.fullmatch(r"紧急会议 \d\d:\d\d", meeting.title)
    room = at(meeting)
    room.press("arm")
    room.press("in_session")
    close_up_to(rest, meeting)
    room.press("clear")
    room.press("waive", reason="急事急办")
    assert "紧急开会的原因还没有填写" in room.buttons().html
    assert "step closed" not in room.buttons().presses
    room.press("explain", reason="")
    assert isinstance(room.desk.refused, BadInput)
    room.send("explain", reason="防汛会商")
    assert Need.URGENT_REASON in rest.use.meeting(meeting.id).facts
    room.press("closed")
    assert room.state is State.CLOSED


def test_an_urgent_meeting_says_whose_hour_it_takes_and_the_other_is_told(rest, at):
    urgent = planning.open_urgently(at(rest.meeting(), Role.SECRETARY).visitor).rpartition("/")[2]
    starts = rest.use.meeting(urgent).starts
    there = rest.meeting(title="财源建设", starts=starts)
    visitor = at(there, Role.SECRETARY).visitor
    board = visitor.board
    assert "财源建设" in meeting_page._collisions(visitor, board.facts(urgent)).html
    found = matters([board.facts(there.id)], visitor.user, board.today().now)
    told = [one for one in found if f"紧急会议占用场所：{starts:%m-%d}" in one.why]
    assert [one.href for one in told] == [f"/meetings/{there.id}/edit"]
    rest.use.transition(there.id, State.CANCELLED, reason="改期")
    assert there.id not in {one.id for one in board.facts(urgent).collisions}


@pytest.mark.parametrize("role", [Role.APPROVER, Role.OPERATOR, Role.USHER, Role.TECHNICIAN])
def test_an_urgent_meeting_is_not_for_everybody(rest, at, role):
    assert not planning.may_open_urgently(at(rest.meeting(), role).visitor)


def test_a_planned_meeting_is_opened_urgently_with_the_reason_at_once(rest, at):
    room = at(rest.meeting(), Role.SECRETARY)
    room.press("urgent", reason="防汛会商")
    assert room.state is State.OPEN
    assert rest.use.meeting(room.meeting_id).urgent_reason == "防汛会商"
    assert "explain" not in {one.name for one in steps.steps(room.visitor, room.facts)}


def test_every_step_speaks_english_too(rest, at):
    with speaking("en"):
        for meeting in every_state(rest):
            room = at(meeting)
            for step in steps.steps(room.visitor, room.facts):
                assert not re.search(r"[\u4e00-\u9fff]", step.text + step.second.replace("赵敏", "") + step.blocked)
