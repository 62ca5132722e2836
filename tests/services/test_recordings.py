import pytest

from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem
from roomctl.domain.recording import MarkKind, Order, RecorderState
from roomctl.errors import BadInput, Refused


def test_arming_again_lets_go_of_the_first_device(house):
    meeting = house.opened()
    house.use.arm(meeting.id, Order(source="mic"))
    first = house.plugins.newest
    house.use.arm(meeting.id, Order(source="tone"))
    assert first.heard == ["arm", "stop"]
    assert house.use.current_recording(meeting.id).source == "tone"
    house.use.start(meeting.id)
    house.use.adjourn(meeting.id)
    assert house.use.current_recording(meeting.id) is None


def test_a_second_recording_is_not_armed_beside_a_running_one(house):
    meeting = house.in_session()
    with pytest.raises(Refused, match="正在录音"):
        house.use.arm(meeting.id, Order(source="tone"))


def test_an_item_that_is_not_on_the_agenda_is_no_mark(house):
    meeting = house.in_session()
    with pytest.raises(BadInput, match=r"没有第“9”项议题.*可选：1"):
        house.use.mark(meeting.id, MarkKind.ITEM, "9")
    house.use.mark(meeting.id, MarkKind.ITEM, "1")


def test_a_meeting_without_an_agenda_takes_any_number(house):
    meeting = house.opened(agenda=())
    house.use.arm(meeting.id, Order(source="tone"))
    house.use.start(meeting.id)
    house.use.mark(meeting.id, MarkKind.ITEM, "2")
    assert house.plugins.newest.markers[-1].note == "2"


def test_a_crash_between_recorder_and_meeting_does_not_keep_it_from_starting(house):
    meeting = house.opened(agenda=(AgendaItem(1, "停车场建设"),))
    house.use.arm(meeting.id, Order(source="tone"))
    house.plugins.newest.start()  # and then the host was killed, before it could say so
    assert house.use.start(meeting.id).state is State.IN_SESSION
    assert house.plugins.newest.status().state is RecorderState.RECORDING
