import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Objected, Overrule
from roomctl.domain.recording import Cut, MarkKind, Order, RecorderState, Segment
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.services.recordings import RoomSound
from roomctl.storage.sound import SqlRecordings
from roomctl.testing.dummies import DummyRecorder


def test_arming_again_lets_go_of_the_first_device(house):
    meeting = house.opened()
    house.use.arm(meeting.id, Order(source="mic"))
    first = house.plugins.newest
    house.use.arm(meeting.id, Order(source="tone"))
    assert first.heard == ["arm", "disarm"]
    assert house.use.current_recording(meeting.id).source == "tone"
    house.use.start(meeting.id)
    house.use.adjourn(meeting.id)
    assert house.use.current_recording(meeting.id) is None


class Begun(DummyRecorder):
    """Somebody begins the meeting just after it was seen as armed, or as one that nobody is behind."""

    def status(self):
        seen = super().status()
        if self.heard == ["arm"]:
            self.start()
        return seen

    def disarm(self):
        self.status()
        super().disarm()


@pytest.mark.parametrize("act", ["arm", "settle_recording"])
def test_a_recording_that_begins_this_moment_goes_on(house, act):
    meeting = house.opened()
    house.plugins.made = Begun
    armed = house.use.arm(meeting.id)
    machine = house.plugins.newest
    if act == "arm":
        with pytest.raises(Refused, match="正在录音"):
            house.use.arm(meeting.id)
    else:
        house.use.settle_recording(armed.id)
    assert machine.heard == ["arm", "start"]
    assert house.use.current_recording(meeting.id).id == armed.id


@pytest.mark.parametrize("seen", [RecorderState.STOPPING, RecorderState.SEALED])
def test_no_meeting_begins_with_a_recorder_that_is_let_go_of_this_moment(house, seen):
    meeting = house.opened()
    house.use.arm(meeting.id)
    house.plugins.newest.told, house.plugins.newest.refuses = {"state": seen}, {"start"}
    with pytest.raises(Objected, match="recorder"):
        house.use.start(meeting.id)
    assert house.use.meeting(meeting.id).state is State.OPEN


@pytest.mark.parametrize("take", ["arm", "test_take"])
def test_a_device_that_was_opened_for_a_meeting_that_is_cancelled_meanwhile_is_let_go_of(house, take):
    meeting = house.opened()

    class Slow(DummyRecorder):
        def arm(self, order):
            house.use.transition(meeting.id, State.CANCELLED, reason="改期")
            return super().arm(order)

    house.plugins.made = Slow
    with pytest.raises(Refused, match="取消"):
        getattr(house.use, take)(meeting.id)
    assert house.plugins.newest.heard == ["arm", "stop"]
    assert not house.use.running_recordings()
    assert house.kinds(meeting.id)[-1] == "meeting.cancelled"


def test_of_two_who_arm_at_once_one_stays_and_the_other_is_told(house):
    meeting, both_open = house.opened(), threading.Barrier(2)

    class Slow(DummyRecorder):
        """A tone: both open it before either has written it down."""

        def arm(self, order):
            told = super().arm(order)
            both_open.wait(60)
            return told

    house.plugins.made = Slow
    for _ in range(10):
        refused, before = [], set(house.plugins.recorders)

        def arm(refused=refused):
            try:
                house.use.arm(meeting.id)
            except Refused as error:
                refused.append(error)

        both = [threading.Thread(target=arm) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        heard = [house.plugins.recorders[folder].heard for folder in house.plugins.recorders.keys() - before]
        assert sorted(heard) == [["arm"], ["arm", "stop"]]
        assert len(refused) == len(house.use.running_recordings()) == 1
        house.use.stop_recording(meeting.id)


def test_a_test_take_makes_way_for_what_was_armed_while_its_device_was_opened(house):
    meeting = house.opened()

    class Slow(DummyRecorder):
        def arm(self, order):
            house.plugins.made = DummyRecorder
            house.use.arm(meeting.id)
            return super().arm(order)

    house.plugins.made = Slow
    with pytest.raises(Refused, match="录音已经准备好"):
        house.use.test_take(meeting.id)
    assert sorted(one.heard for one in house.plugins.recorders.values()) == [["arm"], ["arm", "stop"]]
    assert house.use.current_recording(meeting.id).state is RecorderState.ARMED


def test_a_recorder_that_began_for_a_meeting_that_is_cancelled_meanwhile_is_stopped(house):
    meeting = house.opened()

    class Slow(DummyRecorder):
        def start(self, **more):
            frame = super().start(**more)
            house.use.transition(meeting.id, State.CANCELLED, reason="改期")
            return frame

    house.plugins.made = Slow
    house.use.arm(meeting.id)
    with pytest.raises(Refused, match="取消"):
        house.use.start(meeting.id)
    assert house.plugins.newest.heard == ["arm", "start", "stop"]
    assert not house.use.running_recordings()


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


def test_the_room_records_with_its_own_settings_and_whoever_sits_at_a_channel(house, person):
    meeting = house.opened(planned_minutes=90)
    house.use.add_people(
        meeting.id, [person("李晓明", seat="3"), person("张建国", seat="1"), person("王芳", seat="甲2")]
    )
    house.sound = RoomSound("audio", Order(source="mic:USB", standby="mic:备用", sample_rate=44_100, bits=16))
    house.use.arm(meeting.id)
    order = house.plugins.newest.order
    assert (order.source, order.standby, order.sample_rate, order.bits) == ("mic:USB", "mic:备用", 44_100, 16)
    assert order.channels == ((1, "张建国"), (3, "李晓明"))
    assert order.planned_seconds == 90 * 60
    armed = json.loads(house.events(meeting.id)[-1].data)
    assert armed["channels"] == {"1": "张建国", "3": "李晓明"}


def test_what_is_left_of_the_meeting_is_asked_of_the_disk(house):
    meeting = house.in_session()
    house.clock.advance(40 * 60)
    assert house.use.order(meeting.id).planned_seconds == 20 * 60
    house.clock.advance(60 * 60)
    assert house.use.order(meeting.id).planned_seconds == 15 * 60


@pytest.mark.parametrize("seat", ["0", "甲1", "", "1" * 500, "²", "-1"])
def test_a_seat_that_is_no_number_is_no_channel(house, person, seat):
    meeting = house.opened()
    house.use.add_people(meeting.id, [person("李晓明", seat=seat)])
    assert house.use.order(meeting.id).channels == ()


def test_a_test_take_that_is_armed_does_not_let_the_meeting_start(house):
    meeting = house.opened()
    take = house.use.test_take(meeting.id).recording
    with house.use._open() as uow:
        uow.recordings.put(replace(take, state=RecorderState.ARMED))
        uow.commit()
    with pytest.raises(Objected, match="录音没有准备好"):
        house.use.start(meeting.id)


def test_a_source_is_no_stand_by_of_itself(house):
    house.sound = RoomSound("audio", Order(source="mic:甲", standby="mic:乙"))
    assert house.use.order(house.opened().id, source="mic:乙").standby == ""


def test_a_file_that_stands_in_for_the_room_takes_its_own_time_but_not_in_a_test_take(house):
    house.sound = RoomSound("audio", Order(source="file:talk.wav"))
    meeting = house.opened()
    house.use.test_take(meeting.id)
    assert not house.plugins.newest.order.realtime
    house.use.arm(meeting.id)
    assert house.plugins.newest.order.realtime


def test_a_recess_may_have_a_planned_end_that_the_recorder_is_told(house):
    meeting = house.in_session()
    end = house.clock.now() + timedelta(minutes=10)
    house.use.pause(meeting.id, until=end)
    assert house.plugins.newest.until == end
    assert json.loads(house.events(meeting.id)[-1].data)["until"] == end.isoformat()


@pytest.mark.parametrize("minutes", [0, -5, 24 * 60 + 1])
def test_a_recess_that_is_over_before_it_begins_or_lasts_for_days_is_refused(house, minutes):
    meeting = house.in_session()
    with pytest.raises(BadInput, match="结束时间不对"):
        house.use.pause(meeting.id, until=house.clock.now() + timedelta(minutes=minutes))
    assert house.use.meeting(meeting.id).state is State.IN_SESSION
    assert house.plugins.newest.heard == ["arm", "start"]


def test_a_session_that_began_without_a_recorder_can_be_recorded_from_the_middle_on(house):
    meeting = house.opened()
    house.use.start(meeting.id, overrule=Overrule("张建国", "先开"))
    with pytest.raises(NotFound, match=r"没有在录音.*roomctl meetings arm"):
        house.use.begin_recording(meeting.id)
    house.use.arm(meeting.id, Order(source="tone"))
    assert house.use.begin_recording(meeting.id).state is RecorderState.RECORDING
    assert house.kinds(meeting.id)[-1] == "recording.started"


def test_a_recording_begins_with_its_meeting_and_not_before(house):
    meeting = house.opened()
    house.use.arm(meeting.id, Order(source="tone"))
    with pytest.raises(Refused, match="开会时录音一起开始"):
        house.use.begin_recording(meeting.id)


def test_a_recording_is_stopped_while_the_meeting_goes_on_and_nothing_begins_it_again(house):
    meeting = house.in_session()
    assert house.use.stop_recording(meeting.id).state is RecorderState.SEALED
    assert house.use.meeting(meeting.id).state is State.IN_SESSION
    assert not house.use.broke_off(meeting.id)
    (stopped,) = house.use.recordings(meeting.id)
    assert house.use.continue_recording(meeting.id).id == stopped.id
    with pytest.raises(NotFound):
        house.use.stop_recording(meeting.id)


def test_what_is_being_ended_by_somebody_is_not_gone_on_with(house):
    """散会 takes a while: the host looks for recordings that broke off before the meeting's state has changed."""
    meeting = house.in_session()
    house.plugins.newest.told = {"state": RecorderState.STOPPING, "stopped": True}
    assert not house.use.broke_off(meeting.id)
    house.plugins.newest.told = {"state": RecorderState.STOPPING}
    assert house.use.broke_off(meeting.id)


def test_an_armed_recorder_is_let_go_of(house):
    meeting = house.opened()
    house.use.arm(meeting.id, Order(source="tone"))
    house.use.stop_recording(meeting.id)
    assert house.use.current_recording(meeting.id) is None
    with pytest.raises(Objected, match="录音没有准备好"):
        house.use.start(meeting.id)


def test_a_meeting_that_is_cancelled_gives_its_device_back(house):
    meeting = house.opened()
    house.use.arm(meeting.id, Order(source="tone"))
    with pytest.raises(Refused, match="原因"):
        house.use.transition(meeting.id, State.CANCELLED)
    assert house.plugins.newest.heard == ["arm"]
    house.use.transition(meeting.id, State.CANCELLED, reason="改期")
    assert house.plugins.newest.heard == ["arm", "disarm"]
    assert house.use.running_recordings() == []


def test_a_recording_that_broke_off_is_told_from_one_that_ended(house):
    meeting = house.in_session()
    assert not house.use.broke_off(meeting.id)
    house.plugins.newest.crash()
    assert house.use.broke_off(meeting.id)
    house.use.continue_recording(meeting.id)
    assert not house.use.broke_off(meeting.id)


def test_the_gap_after_a_power_cut_is_told_by_the_clocks_of_both_recordings(house):
    meeting = house.in_session()
    began = house.clock.now()
    house.plugins.newest.segments.append(segment(began, 20 * 48_000))
    house.plugins.newest.crash()
    house.clock.advance(58)
    following = house.use.continue_recording(meeting.id)
    told = house.use.continuation(meeting.id)
    assert (told.recording, told.seconds) == (following.id, 38.0)
    assert json.loads(house.events(meeting.id)[-1].data)["gap_seconds"] == 38.0
    assert following.number == 2


@pytest.mark.parametrize(("restarted", "cut"), [(True, Cut.MACHINE), (False, Cut.CAPTURE), (None, Cut.UNKNOWN)])
def test_what_cut_a_recording_off_is_told_as_the_machine_has_it(house, restarted, cut):
    meeting = house.in_session()
    house.plugins.newest.crash()
    house.plugins.newest.told["restarted"] = restarted
    house.use.continue_recording(meeting.id)
    assert house.use.continuation(meeting.id).cut is cut


def test_a_recording_that_follows_nobody_has_no_gap(house):
    assert house.use.continuation(house.in_session().id) is None


def test_what_was_cut_off_before_its_first_segment_has_a_gap_of_unknown_length(house):
    meeting = house.in_session()
    house.plugins.newest.crash()
    house.use.continue_recording(meeting.id)
    assert house.use.continuation(meeting.id).seconds is None


def test_a_segment_is_told_once_however_many_look_at_once(house):
    meeting = house.in_session()
    (recording,) = house.use.recordings(meeting.id)
    house.plugins.newest.segments += [segment(house.clock.now(), 48_000, seq=n) for n in range(1, 5)]
    looks = [threading.Thread(target=house.use.sync_recording, args=(recording.id,)) for _ in range(5)]
    for look in looks:
        look.start()
    for look in looks:
        look.join()
    assert house.kinds(meeting.id).count("recording.segment_sealed") == 4


def test_a_look_at_a_journal_that_says_nothing_new_reads_no_segments(house, monkeypatch):
    """A day's are 15,000, and each second somebody looks."""
    meeting = house.in_session()
    (recording,) = house.use.recordings(meeting.id)
    recorder = house.plugins.newest
    recorder.segments.append(segment(house.clock.now(), 48_000))
    recorder.journal = "a"
    house.use.follow_recording(recording.id)
    assert house.use.recordings(meeting.id)[0].journal == "a"
    with monkeypatch.context() as patch:
        patch.setattr(SqlRecordings, "_segments", lambda *_: pytest.fail("the segments were read"))
        house.use.follow_recording(recording.id)
        house.use.alarms(meeting.id)
        assert house.use.broke_off(meeting.id) is False
    recorder.segments.append(segment(house.clock.now(), 48_000, seq=2))
    recorder.journal = "b"
    house.use.follow_recording(recording.id)
    assert house.kinds(meeting.id).count("recording.segment_sealed") == 2
    recorder.told["state"] = RecorderState.STOPPING  # it is nothing that the journal says
    house.use.follow_recording(recording.id)
    assert house.use.current_recording(meeting.id).state is RecorderState.STOPPING


def test_a_look_that_comes_late_takes_nothing_back(house):
    meeting = house.in_session()
    house.plugins.newest.segments.append(segment(house.clock.now(), 48_000))
    house.use.adjourn(meeting.id)
    (sealed,) = house.use.recordings(meeting.id)
    house.plugins.newest.segments.clear()  # as somebody saw it who read the journal before
    house.plugins.newest.told["state"] = RecorderState.RECORDING
    assert house.use.sync_recording(sealed.id) == sealed


def test_a_recording_whose_folder_is_away_for_a_moment_is_still_one_that_runs(house):
    meeting = house.opened()
    house.use.arm(meeting.id, Order(source="tone"))
    machine = house.plugins.newest
    machine.journal = "a1"
    house.use.start(meeting.id)
    begun = house.use.current_recording(meeting.id)
    assert begun.journal == "a1"
    machine.journal, machine.told = "", {"state": RecorderState.IDLE, "frames": 0}
    house.use.sync_recording(begun.id)
    assert house.use.current_recording(meeting.id) == begun
    machine.journal, machine.told = "a1", {}
    house.use.adjourn(meeting.id)
    assert machine.heard[-1] == "stop"


def test_what_nobody_is_behind_any_more_is_settled(house):
    meeting = house.opened()
    armed = house.use.arm(meeting.id, Order(source="tone"))
    house.use.settle_recording(armed.id)
    assert house.use.current_recording(meeting.id) is None
    again = house.use.arm(meeting.id, Order(source="tone"))
    house.use.start(meeting.id)
    assert house.use.settle_recording(again.id).state is RecorderState.RECORDING
    house.plugins.newest.crash()
    assert house.use.settle_recording(again.id).state is RecorderState.SEALED
    assert "recording.recovered" in house.kinds(meeting.id)


def segment(utc, frames, seq=1):
    return Segment(
        track=1, seq=seq, path=f"t01-{seq:04d}.flac", first_frame=0, frames=frames, utc=utc, monotonic=1.0,
        sha256_pcm="", sha256_file="", sm3_file="",
    )  # fmt: skip
