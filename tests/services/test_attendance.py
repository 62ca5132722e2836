from datetime import timedelta

import pytest

from roomctl.domain.attendance import Method, Presence, Question, Role, Sent
from roomctl.errors import BadInput, NotFound, Refused


@pytest.fixture
def held(house, person):
    """A meeting being prepared, with two members and an observer."""
    meeting = house.opened(recorded=False)
    people = [person("张建国"), person("陈志强", 2), person("孙丽", 3, Role.OBSERVER)]
    house.use.add_people(meeting.id, people)
    return meeting


def _sign_in(house, meeting, name, **more):
    return house.use.sign_in(meeting.id, name, method=Method.TERMINAL, **more)


def test_who_comes_before_the_start_is_on_time_and_who_comes_after_is_late(house, held):
    assert _sign_in(house, held, "张建国").presence is Presence.PRESENT
    house.use.start(held.id)
    house.clock.advance(600)
    assert _sign_in(house, held, "陈志强").presence is Presence.LATE
    assert house.use.attendance(held.id).counts.late == 1


def test_twice_is_one_attendance_with_two_events(house, held):
    first = _sign_in(house, held, "张建国")
    house.clock.advance(60)
    assert _sign_in(house, held, "张建国").arrived == first.arrived
    assert house.use.attendance(held.id).counts.present == 1
    assert house.kinds(held.id).count("attendance.signed_in") == 2


def test_a_proxy_signs_in_only_when_the_leave_was_approved_and_counts_as_present(house, held):
    house.use.request_leave(held.id, "陈志强", reason="外出调研", proxy="刘伟")
    with pytest.raises(Refused, match="还没有批准"):
        _sign_in(house, held, "陈志强", proxy=True)
    house.use.decide_leave(held.id, "陈志强", granted=True, by="张建国")
    assert house.use.attendance(held.id).counts.leave == 1
    assert _sign_in(house, held, "陈志强", proxy=True).written == "刘伟（代陈志强）"
    counts = house.use.attendance(held.id).counts
    assert (counts.expected, counts.present, counts.proxy, counts.leave, counts.absent) == (2, 1, 1, 0, 1)


def test_a_refused_leave_gives_no_proxy(house, held):
    house.use.request_leave(held.id, "陈志强", reason="外出", proxy="刘伟")
    house.use.decide_leave(held.id, "陈志强", granted=False, by="张建国", note="请本人参加")
    with pytest.raises(Refused):
        _sign_in(house, held, "陈志强", proxy=True)


def test_a_proxy_of_whose_name_nothing_is_seen_is_none(house, held):
    house.use.request_leave(held.id, "陈志强", reason="外出", proxy="\u200b\u202e")
    house.use.decide_leave(held.id, "陈志强", granted=True, by="张建国")
    with pytest.raises(Refused, match="没有写代替人选"):
        _sign_in(house, held, "陈志强", proxy=True)


def test_an_undo_takes_back_the_newest_act_and_stays_in_the_log(house, held):
    _sign_in(house, held, "张建国")
    assert house.use.undo_attendance(held.id, "张建国").presence is Presence.EXPECTED
    assert house.kinds(held.id)[-2:] == ["attendance.signed_in", "attendance.undone"]
    with pytest.raises(Refused, match="撤销"):
        house.use.undo_attendance(held.id, "张建国")


def test_observers_stand_outside_the_sums(house, held):
    _sign_in(house, held, "孙丽")
    counts = house.use.attendance(held.id).counts
    assert (counts.expected, counts.present, counts.observer) == (2, 0, 1)


def test_who_leaves_early_was_present(house, held):
    _sign_in(house, held, "张建国")
    house.use.start(held.id)
    house.clock.advance(timedelta(minutes=5).total_seconds())
    assert house.use.leave_early(held.id, "张建国").presence is Presence.LEFT_EARLY
    assert house.use.attendance(held.id).counts.present == 1


def test_nobody_signs_in_before_the_meeting_is_open(house, person):
    meeting = house.meeting()
    house.use.add_people(meeting.id, [person("张建国")])
    with pytest.raises(Refused, match="现在不能签到"):
        _sign_in(house, meeting, "张建国")


def test_an_unknown_name_is_told(house, held):
    with pytest.raises(NotFound, match="王五"):
        _sign_in(house, held, "王五")


def test_two_people_of_one_name_are_told_apart_by_unit_and_id(house, held, person):
    twins = [person("李娜", 4, unit="市教育局"), person("李娜", 5, unit="市卫健委")]
    house.use.add_people(held.id, twins)
    with pytest.raises(Refused, match="市卫健委"):
        _sign_in(house, held, "李娜")
    assert _sign_in(house, held, twins[1].id).person.unit == "市卫健委"


def test_telephone_numbers_stay_out_of_the_log(house, held, person):
    house.use.add_people(held.id, [person("周明", 6, phone="13900001111")])
    assert "13900001111" not in "".join(row.data for row in house.events(held.id))


def test_what_is_sent_again_with_its_key_is_one_event(house, held):
    sent = Sent("a" * 36)
    first = _sign_in(house, held, "张建国", sent=sent)
    house.clock.advance(60)
    assert _sign_in(house, held, "张建国", sent=sent) == first
    assert house.kinds(held.id).count("attendance.signed_in") == 1


def test_a_key_belongs_to_one_event(house, held):
    _sign_in(house, held, "张建国", sent=Sent("k1"))
    with pytest.raises(Refused, match="另一条"):
        _sign_in(house, held, "陈志强", sent=Sent("k1"))
    with pytest.raises(Refused, match="另一条"):
        house.use.leave_early(held.id, "张建国", sent=Sent("k1"))
    assert house.use.attendance(held.id).counts.present == 1


def test_who_came_in_time_is_not_late_because_the_terminal_was_cut_off(house, held):
    house.use.start(held.id)
    house.clock.advance(600)
    standing = _sign_in(house, held, "张建国", sent=Sent("k1", ago=900))
    assert standing.presence is Presence.PRESENT
    assert house.use.attendance(held.id).of(standing.person.id) == standing


def test_who_signed_in_before_the_end_is_kept_when_the_terminal_tells_of_it_after(house, held):
    house.use.start(held.id)
    house.clock.advance(600)
    house.use.adjourn(held.id)
    house.clock.advance(60)
    assert _sign_in(house, held, "张建国", sent=Sent("k1", ago=300)).present
    for wrong in (Sent("k2"), Sent("k3", ago=30)):
        with pytest.raises(Refused, match="现在不能签到"):
            _sign_in(house, held, "陈志强", sent=wrong)


def test_a_proxy_let_in_while_the_line_was_cut_becomes_a_question_to_the_secretary(house, held):
    house.use.request_leave(held.id, "陈志强", reason="外出", proxy="刘伟")
    house.use.decide_leave(held.id, "陈志强", granted=False, by="张建国", note="请本人参加")
    standing = _sign_in(house, held, "陈志强", proxy=True, sent=Sent("k1", ago=60))
    assert (standing.present, standing.questions) == (False, (Question.PROXY_NOT_APPROVED,))
    assert (standing.leave.granted, standing.leave.note) == (False, "请本人参加")
    assert "attendance.signed_in" in house.kinds(held.id)


def test_an_undo_may_name_the_act_it_takes_back(house, held):
    _sign_in(house, held, "张建国", sent=Sent("k1"))
    house.use.leave_early(held.id, "张建国", sent=Sent("k2"))
    assert house.use.undo_attendance(held.id, "张建国", of="k1", sent=Sent("k3")).presence is Presence.EXPECTED
    again = house.use.undo_attendance(held.id, "张建国", of="k1", sent=Sent("k3"))
    assert again.presence is Presence.EXPECTED
    assert house.kinds(held.id).count("attendance.undone") == 1


def test_who_may_not_decide_takes_back_a_sign_in_and_never_a_decision(house, held):
    house.use.request_leave(held.id, "陈志强", reason="外出", proxy="刘伟")
    _sign_in(house, held, "陈志强")
    house.clock.advance(60)
    house.use.decide_leave(held.id, "陈志强", granted=True, by="张建国")
    undone = house.use.undo_attendance(held.id, "陈志强")
    assert (undone.arrived, undone.leave.granted) == (None, True)
    with pytest.raises(Refused, match="审批人"):
        house.use.undo_attendance(held.id, "陈志强")
    assert house.use.undo_attendance(held.id, "陈志强", leave=True).leave.granted is None


def test_a_decision_needs_a_request_and_a_refusal_a_reason(house, held):
    with pytest.raises(Refused, match="没有请假"):
        house.use.decide_leave(held.id, "陈志强", granted=True, by="张建国")
    house.use.request_leave(held.id, "陈志强", reason="外出")
    with pytest.raises(Refused, match="理由"):
        house.use.decide_leave(held.id, "陈志强", granted=False, by="张建国")
    with pytest.raises(BadInput, match="批准人"):
        house.use.decide_leave(held.id, "陈志强", granted=True, by=" ")


@pytest.mark.parametrize("wrong", [{"ago": -1}, {"ago": 86_401}, {"key": "k" * 65}, {"ago": float("nan")}])
def test_an_impossible_age_or_key_is_refused(wrong):
    with pytest.raises(BadInput):
        Sent(**wrong)


def test_an_observer_comes_in_for_an_item_and_goes_out_at_the_frames_of_the_recording(house, person):
    meeting = house.in_session()
    house.use.add_people(meeting.id, [person("张建国"), person("孙丽", 2, Role.OBSERVER, items=(1,))])
    house.use.next_item(meeting.id)
    assert [one.name for one in house.use.moves(meeting.id).enter] == ["孙丽"]
    assert house.use.enter(meeting.id, "孙丽").here
    assert [one.name for one in house.use.moves(meeting.id).stay] == ["孙丽"]
    assert not house.use.exit(meeting.id, "孙丽", sent=Sent("k1")).here
    recording = house.use.recordings(meeting.id)[0].id
    entered, exited = house.use.attendance_events(meeting.id)
    assert (entered.data["item"], entered.data["recording"], exited.data["recording"]) == (1, recording, recording)
    assert 0 <= entered.data["frame"] <= exited.data["frame"]
    with pytest.raises(Refused, match="出席人员"):
        house.use.enter(meeting.id, "张建国")


def test_who_came_in_while_the_line_was_cut_is_not_put_at_the_frame_of_the_telling(house, person):
    meeting = house.in_session()
    house.use.add_people(meeting.id, [person("孙丽", 1, Role.OBSERVER)])
    house.clock.advance(600)
    house.use.enter(meeting.id, "孙丽", 1, sent=Sent("k1", ago=300))
    house.use.exit(meeting.id, "孙丽", sent=Sent("k2", ago=60))
    entered, exited = house.use.attendance_events(meeting.id)
    assert (exited.at - entered.at).total_seconds() == 240
    assert not {"frame", "recording"} & {*entered.data, *exited.data}


def test_an_observer_may_come_in_where_nothing_is_recorded(house, held):
    assert house.use.enter(held.id, "孙丽", 1).here
    (fact,) = house.use.attendance_events(held.id)
    assert "frame" not in fact.data


def test_people_get_another_rank_and_the_log_says_so(house, held):
    ids = {one.name: one.id for one in house.use.roster(held.id)}
    after = house.use.rank_people(held.id, {ids["陈志强"]: 1, ids["张建国"]: 2})
    assert [one.name for one in after][:2] == ["陈志强", "张建国"]
    house.use.rank_people(held.id, {ids["陈志强"]: 1})
    assert house.kinds(held.id).count("roster.ranked") == 1
    with pytest.raises(NotFound):
        house.use.rank_people(held.id, {"nobody": 1})
