from dataclasses import replace

import pytest

from roomctl.domain import secrecy
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import Objected, Objection, Overrule
from roomctl.domain.recording import MarkKind, Order, RecorderState
from roomctl.domain.transcript import Transcript
from roomctl.errors import BadInput, Forbidden, Refused, RoomctlError
from roomctl.services.identity import new_id


def test_the_recorder_starts_before_the_meeting_and_gives_the_frame(house):
    meeting = house.in_session()
    assert house.plugins.newest.heard == ["arm", "start"]
    assert meeting.state is State.IN_SESSION
    assert house.kinds(meeting.id)[-1] == "meeting.started"
    assert '"frame":0' in house.events(meeting.id)[-1].data


def test_adjourn_stops_the_recorder_and_seals_the_recording(house):
    meeting = house.in_session()
    house.use.adjourn(meeting.id)
    (recording,) = house.use.recordings(meeting.id)
    assert recording.state is RecorderState.SEALED
    assert recording.frames == 48_000
    assert house.kinds(meeting.id)[-2:] == ["meeting.adjourned", "recording.sealed"]


def test_a_recess_pauses_the_recorder_and_the_session_goes_on_after_it(house):
    meeting = house.in_session()
    assert house.use.pause(meeting.id).state is State.RECESS
    assert house.use.resume(meeting.id).state is State.IN_SESSION
    assert house.plugins.newest.heard == ["arm", "start", "pause", "resume"]


def test_a_recorder_that_refuses_is_an_objection_that_a_named_person_may_overrule(house):
    meeting = house.in_session()
    house.plugins.newest.refuses.add("stop")
    with pytest.raises(Objected, match="refuses to stop"):
        house.use.adjourn(meeting.id)
    assert house.use.meeting(meeting.id).state is State.IN_SESSION
    house.use.adjourn(meeting.id, overrule=Overrule("张建国", "人都走了"))
    assert "人都走了" in house.events(meeting.id)[-1].data


def test_nothing_is_armed_where_the_meeting_is_not_to_be_recorded(house):
    meeting = house.opened(recorded=False)
    with pytest.raises(Refused, match="录音"):
        house.use.arm(meeting.id, Order(source="tone"))
    assert house.use.start(meeting.id).state is State.IN_SESSION


def test_starting_without_an_armed_recorder_is_objected_to(house):
    meeting = house.opened()
    with pytest.raises(Objected, match="录音没有准备好"):
        house.use.start(meeting.id)


def test_a_plugin_that_objects_stops_the_start_until_somebody_overrules_it(house):
    meeting = house.opened(recorded=False)
    house.plugins.objections.append(Objection("signin", "法定人数不足", "再等 2 人"))
    with pytest.raises(Objected, match="法定人数不足（再等 2 人）"):
        house.use.start(meeting.id)
    assert house.use.start(meeting.id, overrule=Overrule("张建国", "先开")).state is State.IN_SESSION


def test_close_waits_for_the_clearing_list_and_the_transcript(house):
    meeting = house.in_session()
    house.use.adjourn(meeting.id)
    with pytest.raises(Refused, match="清理会场"):
        house.use.transition(meeting.id, State.CLOSED)
    house.use.clear(meeting.id)
    with pytest.raises(Refused, match="转写"):
        house.use.transition(meeting.id, State.CLOSED)
    house.use.put_transcript(
        Transcript(id=new_id(), meeting=meeting.id, version=1, engine="w", model="m", complete=True)
    )
    assert house.use.transition(meeting.id, State.CLOSED).state is State.CLOSED


def test_a_named_person_may_waive_the_transcript_with_a_reason(house):
    meeting = house.in_session()
    house.use.adjourn(meeting.id)
    with pytest.raises(Refused, match="原因"):
        house.use.waive_transcript(meeting.id, by="赵敏", reason=" ")
    with pytest.raises(BadInput, match="批准人"):
        house.use.waive_transcript(meeting.id, by=" ", reason="设备故障")
    assert Need.TRANSCRIPT in house.use.waive_transcript(meeting.id, by="赵敏", reason="设备故障").facts


def test_an_urgent_meeting_opens_at_once_and_is_asked_for_its_reason_before_close(house):
    meeting = house.meeting(recorded=False)
    assert house.use.transition(meeting.id, State.OPEN).urgent
    house.use.start(meeting.id)
    house.use.adjourn(meeting.id)
    house.use.clear(meeting.id)
    house.use.waive_transcript(meeting.id, by="赵敏", reason="未录音")
    with pytest.raises(Refused, match="紧急开会的原因"):
        house.use.transition(meeting.id, State.CLOSED)
    with pytest.raises(Refused, match="紧急开会要写原因"):
        house.use.explain_urgency(meeting.id, reason=" \n")
    house.use.explain_urgency(meeting.id, reason="暴雨红色预警")
    closed = house.use.transition(meeting.id, State.CLOSED)
    assert (closed.state, closed.urgent_reason) == (State.CLOSED, "暴雨红色预警")


def test_what_the_close_asked_for_is_not_said_anew_once_it_is_in_the_package(house):
    meeting = house.meeting(recorded=False)
    house.use.transition(meeting.id, State.CANCELLED, reason="改期")
    before = house.kinds(meeting.id)
    with pytest.raises(Refused, match="会议已结束"):
        house.use.explain_urgency(meeting.id, reason="另一个原因")
    with pytest.raises(Refused, match="会议已结束"):
        house.use.waive_transcript(meeting.id, by="赵敏", reason="另一个原因")
    assert house.kinds(meeting.id) == before


@pytest.mark.parametrize("mark", ["秘密★3年", "机密★10年", "绝密"])
def test_a_machine_that_was_not_declared_holds_no_state_secret(house, mark):
    with pytest.raises(Forbidden):
        house.meeting(secrecy=secrecy.parse(mark))
    assert not house.use.meetings()


def test_the_meeting_takes_the_highest_level_of_its_items(house):
    item = house.meeting().agenda[0]
    with pytest.raises(Forbidden):
        house.meeting(agenda=(replace(item, secrecy=secrecy.parse("秘密★3年")),))


@pytest.mark.parametrize("realtime", [True, False])
def test_a_dead_recording_is_sealed_and_a_new_one_follows_where_the_file_stopped(house, realtime):
    meeting = house.opened()
    house.use.arm(meeting.id, Order(source="file:talk.wav", realtime=realtime))
    house.plugins.newest.told = {"realtime": realtime}
    house.use.start(meeting.id)
    house.use.mark(meeting.id, MarkKind.MARK)
    house.plugins.newest.crash()
    following = house.use.continue_recording(meeting.id, Order(source="ignored", realtime=not realtime))
    first, second = house.use.recordings(meeting.id)
    assert (first.number, second.number, following.id) == (1, 2, second.id)
    assert first.state is RecorderState.SEALED
    assert house.plugins.newest.order.source == "file:talk.wav"
    assert house.plugins.newest.order.skip_frames == first.frames == 48_000
    assert house.plugins.newest.order.realtime is realtime, "or what is left of the file is over in a moment"
    assert house.plugins.newest.heard == ["arm", "start"]


def test_where_the_first_try_to_go_on_fails_the_second_one_does(house):
    meeting = house.in_session()
    house.plugins.newest.crash()
    house.use.recover_recording(house.use.recordings(meeting.id)[0].id)
    assert house.use.current_recording(meeting.id) is None
    following = house.use.continue_recording(meeting.id, Order(source="tone"))
    assert following.number == 2
    assert house.use.current_recording(meeting.id).id == following.id


def test_a_living_recording_is_adopted_as_it_is(house):
    meeting = house.in_session()
    (before,) = house.use.recordings(meeting.id)
    assert house.use.continue_recording(meeting.id, Order(source="tone")).id == before.id
    assert house.plugins.newest.heard == ["arm", "start"]


def test_a_mark_stands_at_a_frame(house):
    meeting = house.in_session()
    assert house.use.mark(meeting.id, MarkKind.ITEM, "1") == 48_000
    house.use.adjourn(meeting.id)
    assert house.use.recordings(meeting.id)[0].markers[0].note == "1"


def test_marking_without_a_recording_says_so(house):
    with pytest.raises(Refused, match="没有在录音"):
        house.use.mark(house.opened().id, MarkKind.MARK)


def test_cancelling_needs_a_reason(house):
    meeting = house.meeting()
    with pytest.raises(Refused, match="原因"):
        house.use.transition(meeting.id, State.CANCELLED, reason="\u200b")
    assert house.use.transition(meeting.id, State.CANCELLED, reason="改期").state is State.CANCELLED


def test_a_step_that_the_table_does_not_have_lists_those_it_has(house):
    with pytest.raises(RoomctlError, match="approve"):
        house.use.transition(house.meeting().id, State.CLOSED)


def test_a_recording_that_died_in_the_recess_is_followed_by_a_new_one_on_resume(house):
    meeting = house.in_session()
    house.use.pause(meeting.id)
    house.plugins.newest.crash()
    assert house.use.resume(meeting.id).state is State.IN_SESSION
    first, second = house.use.recordings(meeting.id)
    assert first.state is RecorderState.SEALED
    assert second.state is RecorderState.RECORDING
