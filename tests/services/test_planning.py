"""Planning, editing, and the room that is taken."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from roomctl.api.finding import find_meeting
from roomctl.domain.attendance import Person, Role
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Overrule
from roomctl.domain.recording import Order
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import BadInput, Busy, Forbidden, NotFound, Refused
from roomctl.services.calendar import Booking, Wish, named
from roomctl.services.planned import MeetingChanges, NewMeeting

FREE = Booking()
NINE = datetime(2026, 11, 12, 9, 0)


def planned(house, title="安全生产月度例会", booking=FREE, **facts):
    plain = house.meeting(title=title, starts=datetime(2020, 1, 1), **facts)
    return house.use.edit(plain.id, {"starts": NINE}, booking=booking)


def test_an_edit_is_one_event_and_raises_the_version(house):
    meeting = house.meeting()
    after = house.use.edit(meeting.id, {"catering": "盒饭 30 份"}, booking=FREE, version=meeting.version)
    assert (after.catering, after.version) == ("盒饭 30 份", meeting.version + 1)
    assert house.use.meeting(meeting.id) == after
    assert house.kinds(meeting.id)[-1] == "meeting.edited"


@pytest.mark.parametrize("unseen", ["\u200b\u202e", " \u3164 "])
def test_what_nobody_sees_is_no_fact_of_a_meeting(unseen):
    said = {
        "title": "例会",
        "starts": NINE,
        "chair": unseen,
        "special": unseen,
        "agenda": [{"title": "甲", "presenter": unseen}],
    }
    made = NewMeeting.model_validate(said).made("r")
    assert (made.chair, made.special, made.agenda[0].presenter) == ("", "", "")
    with pytest.raises(ValidationError):
        NewMeeting.model_validate({**said, "title": unseen})
    with pytest.raises(ValidationError):
        NewMeeting.model_validate({**said, "agenda": [{"title": unseen}]})
    with pytest.raises(BadInput):
        replace(made, title=unseen)
    changed = MeetingChanges.model_validate({"version": 0, "chair": unseen, "press": unseen}).of(made)
    assert changed == {"chair": "", "press": ""}


def test_a_title_that_was_copied_over_two_lines_is_one_line():
    copied = NewMeeting.model_validate({"title": "城区停车场\n 建设\ufeff专题\t研究", "starts": NINE})
    assert copied.title == "城区停车场 建设专题 研究"


def test_who_saw_an_older_version_changes_nothing(house):
    meeting = house.meeting()
    house.use.edit(meeting.id, {"chair": "王海燕"}, booking=FREE, version=meeting.version)
    with pytest.raises(Busy, match="别人刚刚改过"):
        house.use.edit(meeting.id, {"chair": "陈志强"}, booking=FREE, version=meeting.version)
    assert house.use.meeting(meeting.id).chair == "王海燕"


def test_an_edit_that_changes_nothing_writes_nothing(house):
    meeting = house.meeting()
    before = house.kinds(meeting.id)
    assert house.use.edit(meeting.id, {"title": meeting.title}, booking=FREE) == house.use.meeting(meeting.id)
    assert house.kinds(meeting.id) == before


def test_a_room_that_is_taken_is_refused_with_the_name_of_the_other_meeting(house):
    house.meeting(title="财源建设专题会议")
    second = house.meeting(title="例会", starts=datetime(2026, 11, 13, 9, 0))
    with pytest.raises(Refused, match="财源建设专题会议"):
        house.use.edit(second.id, {"starts": datetime(2026, 11, 12, 9, 30)}, booking=FREE)
    assert house.use.meeting(second.id) == second


def test_the_name_of_a_meeting_that_the_reader_may_not_see_is_not_told(house):
    house.meeting(title="人事安排", secrecy=Secrecy(Level.INTERNAL))
    blind = Booking(sees=lambda level: level is Level.OPEN)
    with pytest.raises(Refused, match="内部会议") as refused:
        planned(house, booking=blind)
    assert "人事安排" not in str(refused.value)


def test_a_named_person_takes_the_room_all_the_same_and_stands_by_it(house):
    first = house.meeting()
    with pytest.raises(BadInput, match="写理由"):
        planned(house, booking=Booking(overrule=Overrule("张建国", " ")))
    second = planned(house, booking=Booking(overrule=Overrule("张建国", "前一场提前结束")))
    told = house.events(second.id)[-1].data
    assert first.id in told
    assert "前一场提前结束" in told


def test_a_meeting_that_cannot_wait_is_held_and_the_log_tells_which_it_collides_with(house):
    first = house.meeting()
    urgent = house.meeting(title="紧急会议")
    assert [one.id for one in house.use.collisions(urgent)] == [first.id]
    assert first.id in house.events(urgent.id)[-1].data
    assert named(house.use.collisions(urgent), lambda _level: False).endswith("内部会议")


def test_time_is_kept_free_between_meetings_where_the_office_wants_it(house):
    house.meeting(starts=NINE - timedelta(minutes=70))
    with pytest.raises(Refused, match="会间留 15 分钟"):
        planned(house, booking=Booking(buffer=timedelta(minutes=15)))
    assert planned(house, booking=Booking(buffer=timedelta(minutes=10))).starts == NINE


def test_two_people_are_never_given_the_same_hour(house):
    rivals = [house.meeting(title=f"第{n}场", starts=datetime(2026, 11, 13 + n, 9, 0)) for n in range(4)]

    def wish(meeting):
        try:
            house.use.edit(meeting.id, {"starts": NINE}, booking=FREE)
        except Refused:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(wish, rivals)) == 1


def test_nobody_makes_a_meeting_that_he_could_not_open_himself(house):
    meeting = house.meeting()
    with pytest.raises(Forbidden):
        house.use.edit(
            meeting.id,
            {"agenda": (AgendaItem(1, "人事", secrecy=Secrecy(Level.INTERNAL)),)},
            booking=Booking(sees=lambda level: level is Level.OPEN),
        )
    assert house.use.meeting(meeting.id) == meeting


def test_observers_follow_their_items_and_keep_the_last_one_on_the_agenda(house):
    agenda = tuple(AgendaItem(n, title) for n, title in enumerate(("停车场", "安全", "财源"), 1))
    meeting = house.meeting(agenda=agenda)
    house.use.add_people(meeting.id, [
        Person(id=name, name=name, role=Role.OBSERVER, items=items)
        for name, items in (("甲", (1,)), ("乙", (3, 2)), ("丙", ()), ("丁", (9,)))
    ])  # fmt: skip

    def change(*titles):
        house.use.edit(meeting.id, {"agenda": tuple(AgendaItem(*one) for one in enumerate(titles, 1))}, booking=FREE)
        return {one.name: one.items for one in house.use.roster(meeting.id)}

    assert change("财源", "停车场", "安全") == {"甲": (2,), "乙": (1, 3), "丙": (), "丁": (9,)}
    assert change("财源建设", "停车场") == {"甲": (2,), "乙": (1,), "丙": (), "丁": (9,)}
    before = house.use.meeting(meeting.id)
    with pytest.raises(Refused, match="甲只列席这一项"):
        change("财源建设")
    assert house.use.meeting(meeting.id) == before


def test_a_meeting_whose_recorder_is_ready_does_not_become_one_without_a_recording(house):
    meeting = house.opened()
    house.use.arm(meeting.id, Order(source="tone"))
    with pytest.raises(Refused, match="录音已经准备好"):
        house.use.edit(meeting.id, {"recorded": False}, booking=FREE)


def test_an_approved_plan_that_changes_cannot_be_opened_before_it_is_approved_again(house):
    meeting = house.meeting()
    house.use.transition(meeting.id, State.APPROVED)
    assert house.use.edit(meeting.id, {"planned_minutes": 120}, booking=FREE).state is State.PLANNED


# --- the list


def test_a_meeting_is_meant_by_the_end_of_its_id_alone(house):
    first, second = house.meeting(), house.meeting(title="例会")
    assert find_meeting(house.use, second.id[-12:]) == second
    assert find_meeting(house.use, first.id) == first
    common = next(one for n in range(30) if len(house.use.meetings_ending(one := first.id[-1 - n :])) == 1)
    assert find_meeting(house.use, common) == first
    for wanted in ("", "%", "_" * 12, "nobody"):
        with pytest.raises(NotFound):
            find_meeting(house.use, wanted)


def found(house, **wish):
    return [one.title for one in house.use.find_meetings(Wish(**wish)).entries]


@pytest.mark.parametrize("text", ["停车场", "TCC", "cqtcc", "张建国", "zjg 停车", "专题会议"])
def test_a_meeting_is_found_by_what_is_written_or_by_initials(house, text):
    house.meeting()
    house.meeting(title="老旧小区改造", chair="王海燕", kind="常务会议")
    assert found(house, text=text) == ["城区停车场建设专题研究"]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Q3 数据安全 GB/T 22239", "q3sjaqgbt22239"),  # letters and numbers between the characters
        ("IT strategy", "itst"),
        ("行长和银行乐队" * 12, "XCHYX"),  # read in more ways than anybody writes down
        ("Straße", "STRASSE"),
        ("𬭎字", "𬭎"),  # beyond the first 65,536 characters
    ],
)
def test_texts_of_any_kind_are_found_by_their_initials(house, title, text):
    house.meeting(title=title)
    house.meeting(title="例会", chair="周强")
    assert found(house, text=text) == [title]
    assert found(house, text=f"{text}x") == []


def test_a_meeting_is_found_by_its_day_state_place_and_level(house):
    house.meeting(title="早", starts=datetime(2026, 11, 11, 9, 0))
    house.meeting(title="中", place="二楼报告厅", secrecy=Secrecy(Level.INTERNAL))
    late = house.meeting(title="晚", starts=datetime(2026, 11, 13, 9, 0))
    house.use.transition(late.id, State.APPROVED)
    assert found(house) == ["晚", "中", "早"]
    assert found(house, first=datetime(2026, 11, 12), last=datetime(2026, 11, 13)) == ["中"]
    assert found(house, states=frozenset({State.APPROVED})) == ["晚"]
    assert found(house, place="二楼报告厅") == ["中"]
    assert found(house, level=Level.INTERNAL) == ["中"]


def test_what_the_reader_may_not_open_is_neither_listed_nor_counted(house):
    house.meeting(title="人事", agenda=(AgendaItem(1, "任免", secrecy=Secrecy(Level.INTERNAL)),))
    house.meeting(title="例会")
    seen = house.use.find_meetings(Wish(), sees=lambda level: level is Level.OPEN)
    assert [one.title for one in seen.entries] == ["例会"]
    assert seen.total == 1


def test_a_list_is_read_page_by_page_without_one_twice_or_lost(house):
    for n in range(7):
        house.meeting(title=f"第{n}场")
    pages = [house.use.find_meetings(Wish(newest=False), skip=at, most=3) for at in (0, 3, 6)]
    assert [one.title for page in pages for one in page.entries] == [f"第{n}场" for n in range(7)]
    assert {page.total for page in pages} == {7}


def test_what_was_filled_in_after_an_urgent_opening_is_told_apart(house):
    meeting = house.meeting()
    house.use.edit(meeting.id, {"chair": "王海燕"}, booking=FREE)
    house.use.transition(meeting.id, State.OPEN)
    house.use.edit(meeting.id, {"title": "防汛会商", "scope": "各区县"}, booking=FREE)
    assert [(one.facts, one.late) for one in house.use.edits(meeting.id)] == [
        (("chair",), False),
        (("scope", "title"), True),
    ]
