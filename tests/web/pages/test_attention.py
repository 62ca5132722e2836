"""What needs a person on the home page: the worst first, and only for who can see to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.attendance import Attendance, Leave, Person, Presence, Standing
from roomctl.domain.checks import CheckReport, CheckState, Result
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.recording import Marker, MarkKind, RecorderState, Recording
from roomctl.i18n import Pair, speaking
from roomctl.web.pages.attention import SOON, matters
from roomctl.web.pages.home import second_line
from roomctl.web.pages.links import Facts

MEETING = Meeting(id=MeetingId("m"), room="r", title="专题会议", starts=datetime(2026, 11, 12, 9))
START = MEETING.starts_at.astimezone(UTC)
LONG_BEFORE = START - timedelta(hours=3)


@pytest.fixture(autouse=True)
def chinese():
    with speaking("zh"):
        yield


def seen(state=State.OPEN, **facts):
    changes = {name: facts.pop(name) for name in ("starts", "urgent", "urgent_reason", "facts") if name in facts}
    return Facts(meeting=replace(MEETING, state=state, **changes), **facts)


def why(*meetings, roles=(Role.ADMIN,), now=LONG_BEFORE):
    return [one.why for one in matters(meetings, User("赵敏", frozenset(roles)), now)]


def asking(*names):
    leave = Leave("出差")
    return Attendance(
        tuple(
            Standing(Person(id=name, name=name), Presence.EXPECTED, pending_leave=True, leave=leave) for name in names
        )
    )


def checked(state):
    result = Result(device="p", check="c", state=state, message="口令不对")
    return CheckReport(id="c", meeting="m", at=START, results=(result,))


def test_a_quiet_day_needs_nobody():
    assert why(seen(), seen(State.PLANNED)) == []


def test_what_a_check_found_is_told_in_the_readers_language():
    result = Result(device="p", check="c", state=CheckState.CRIT, message=Pair("口令不对", "wrong password"))
    report = CheckReport(id="c", meeting="m", at=START, results=(result,))
    with speaking("en"):
        assert why(seen(checks=report)) == ["p c, wrong password"]


def test_a_fault_comes_before_whatever_starts_earlier():
    late = seen(starts=datetime(2026, 11, 12, 16), checks=checked(CheckState.CRIT))
    found = matters([seen(attendance=asking("李晓明")), late], User("赵敏", frozenset({Role.ADMIN})), LONG_BEFORE)
    assert [one.strong for one in found] == ["16:00 的会议还不能开", "09:00 的会议要处理"]
    assert "口令不对" in found[0].why


@pytest.mark.parametrize(
    ("role", "said"),
    [
        (Role.APPROVER, ["还没有批准"]),
        (Role.OPERATOR, ["还没有批准，来不及就紧急开会"]),
        (Role.USHER, []),
        (Role.TECHNICIAN, []),
    ],
)
def test_a_meeting_that_begins_soon_ought_to_be_approved_by_who_can(role, said):
    assert why(seen(State.PLANNED), roles=[role], now=START - SOON) == said
    assert why(seen(State.PLANNED), roles=[role], now=START - SOON - timedelta(minutes=1)) == []


def test_an_approved_meeting_that_nobody_prepares_is_pointed_at():
    assert why(seen(State.APPROVED), roles=[Role.OPERATOR], now=START) == ["还没有开始会前准备"]


def test_leaves_wait_for_who_decides_them_and_until_it_is_too_late():
    waiting = asking("李晓明", "孙丽")
    assert why(seen(attendance=waiting), roles=[Role.APPROVER]) == ["请假 2 人待批"]
    assert why(seen(attendance=waiting), roles=[Role.SECRETARY]) == []
    assert why(seen(State.ADJOURNED, attendance=waiting)) == []


def test_an_urgent_meeting_is_explained_after_it_is_over():
    assert why(seen(State.ADJOURNED, urgent=True)) == ["紧急缘由还没有写"]
    assert why(seen(State.IN_SESSION, urgent=True)) == ["录音：没有在录音"]
    assert why(seen(State.ADJOURNED, urgent=True, urgent_reason="防汛")) == []
    assert why(seen(State.ADJOURNED, urgent=True, facts=frozenset({Need.URGENT_REASON}))) == []


@pytest.mark.parametrize("state", [State.CANCELLED, State.ARCHIVED])
def test_what_is_done_with_needs_nobody(state):
    assert why(seen(state, checks=checked(CheckState.CRIT))) == []


def test_a_password_to_change_first_hides_what_one_may_not_do_yet():
    user = User("赵敏", frozenset({Role.ADMIN}), must_change=True)
    assert not matters([seen(State.PLANNED)], user, START)


@pytest.mark.parametrize(("note", "item"), [("2", 2), ("", 0), ("二", 0), ("²", 0)])
def test_the_item_under_way_is_what_the_last_mark_says(note, item):
    marks = (Marker(MarkKind.ITEM, 0, "1"), Marker(MarkKind.ITEM, 48_000, note))
    sound = Recording(
        id="s", meeting="m", number=1, folder="f", source="mic", recorder="audio", state=RecorderState.RECORDING,
        markers=marks,
    )  # fmt: skip
    assert seen(State.IN_SESSION, recordings=[sound]).item == item
    assert seen(State.ADJOURNED, recordings=[sound]).item == 0


def test_the_row_says_which_item_is_under_way_and_who_reports():
    meeting = replace(
        MEETING, chair="张建国", agenda=(AgendaItem(1, "改造进展", presenter="李晓明"), AgendaItem(2, "大厅"))
    )
    assert "议题 1 / 2：改造进展　汇报人 李晓明" in second_line(meeting, 1)
    assert "议题 2 项" in second_line(meeting)
    assert "议题 2 项" in second_line(meeting, 9)
