"""Before a 涉密 meeting, what could carry it out of the room is known to be off, and nobody can go round that."""

import errno
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from roomctl.domain.checks import WHOLE_DEVICE, CheckState, Waiver, WaiverKind
from roomctl.domain.devices import Device, Emission, Garbled, LoginRefused, Silent, Unreachable
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId, Objected, Overrule
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import BadInput, Refused
from roomctl.services import device_checks
from roomctl.services.device_ports import Rack
from roomctl.testing.emulators import Fault

SECRET = Secrecy(Level.SECRET, 10, "依据", "定密人")
BY_NAME = Overrule("赵敏", "急")
A_SECRET_ONE = Meeting(id=MeetingId("m"), room="r", title="专题", starts=datetime(2026, 11, 12, 9, 0), secrecy=SECRET)
EXCUSED = Waiver("left", WHOLE_DEVICE, "赵敏", "不用这台", WaiverKind.EXCUSED)


@pytest.fixture
def casting(room):
    """The room with something that casts, and a meeting that can be made secret."""
    room.inventory.put([replace(room.use.device("left"), emission=Emission.CASTING)])
    room.use.declare_machine(approval="市保密局 2026-1", level=Level.SECRET, approved=date(2026, 1, 5))
    meeting = room.house.opened(recorded=False)

    def secret(**changes):
        with room.house.open_uow() as uow:
            uow.meetings.save(replace(uow.meetings.get(meeting.id), **(changes or {"secrecy": SECRET})))
            uow.commit()
        for point, said in room.use.secrecy_points(meeting.id):
            if said is None:
                room.use.confirm_point(meeting.id, point, by="王保密", number="〔2026〕1号")

    room.id, room.secret = meeting.id, secret
    return room


class NobodyThere:
    """A prober to whom every device fails in the same way, as a network says it."""

    def __init__(self, error):
        self.error = error

    def warm(self, _offers):
        pass

    def read(self, *_):
        future = Future()
        future.set_exception(self.error)
        return future


def by(number):
    error = Unreachable("没有应答")
    error.__cause__ = OSError(number, "")
    return error


def test_what_is_on_stops_the_meeting_and_no_name_and_reason_start_it(casting):
    casting.secret()
    casting.rows(meeting=casting.id)
    with pytest.raises(Objected, match="任何人都不能放行") as refused:
        casting.use.start(casting.id, overrule=BY_NAME)
    assert [one.firm for one in refused.value.objections] == [True]
    casting.fault(casting.left, Fault.STANDBY)
    assert casting.rows(meeting=casting.id)["left", "emission"].state is CheckState.OK
    casting.use.start(casting.id)


def test_an_item_makes_the_whole_meeting_secret(casting):
    casting.secret(agenda=(AgendaItem(1, "人事", presenter="李晓明", secrecy=SECRET),))
    assert casting.rows(meeting=casting.id)["left", "emission"].firm


def test_what_was_excused_before_is_asked_all_the_same(casting):
    casting.use.accept_fault(casting.id, EXCUSED)
    casting.secret()
    assert casting.rows(meeting=casting.id)["left", "emission"].state is CheckState.CRIT
    with pytest.raises(Objected):
        casting.use.start(casting.id, overrule=BY_NAME)


def test_nobody_excuses_it_before_it_was_ever_asked(casting):
    casting.secret()
    for waiver in (EXCUSED, Waiver("left", "emission", "赵敏", "没关系")):
        with pytest.raises(Refused, match="不能免查"):
            casting.use.accept_fault(casting.id, waiver)
    casting.use.accept_fault(casting.id, replace(EXCUSED, device="right"))


def test_a_meeting_that_became_secret_after_its_check_waits_for_another(casting):
    casting.rows(meeting=casting.id)
    casting.secret()
    with pytest.raises(Objected, match="是否关闭还没有查过"):
        casting.use.start(casting.id, overrule=BY_NAME)
    casting.inventory.path.write_text("[[devices]\n", encoding="utf-8")
    with pytest.raises(Objected, match=r"devices\.toml"):
        casting.use.start(casting.id, overrule=BY_NAME)
    with pytest.raises(BadInput):
        casting.use.accept_fault(casting.id, EXCUSED)


@pytest.mark.parametrize(
    ("error", "off"),
    [
        (Unreachable("没有应答"), True),
        (by(errno.EHOSTUNREACH), True),
        (by(errno.ECONNREFUSED), False),
        (by(errno.ENETUNREACH), False),
        (by(None), False),
        (Silent("没有回答"), False),
        (Garbled("不是 PJLink"), False),
        (LoginRefused("口令不对"), False),
        (ValueError("driver"), False),
    ],
)
def test_only_what_has_no_power_is_known_to_be_off(error, off):
    device = Device(id="left", kind="pjlink", title=("", ""), emission=Emission.CASTING)
    online, emission = device_checks.unanswered(device, error, A_SECRET_ONE)
    assert emission.state is (CheckState.OK if off else CheckState.CRIT)
    assert emission.firm is not off
    assert (online.state is CheckState.SKIPPED) is off


def test_a_plug_that_is_pulled_is_as_it_should_be(casting):
    casting.secret()
    casting.inventory.put([replace(casting.use.device("left"), depends_on=())])
    casting.use._rack = Rack(casting.inventory, NobodyThere(by(errno.EHOSTUNREACH)))
    rows = casting.rows(meeting=casting.id, only=["left"])
    assert rows["left", "emission"].state is CheckState.OK
    assert rows["left", "online"].state is CheckState.SKIPPED


def test_behind_a_dead_switch_nothing_is_known_to_be_off(casting):
    casting.secret()
    casting.fault(casting.switch, Fault.DEAD)
    casting.fault(casting.left, Fault.DEAD)
    rows = casting.rows(meeting=casting.id)
    assert rows["left", "online"].state is CheckState.SKIPPED
    assert rows["left", "emission"].firm
    assert ("right", "emission") not in rows


# --- while it runs


def watched(room, *, looks=1):
    return [[one.device for one in room.use.look_at_devices(room.id)] for _ in range(looks)]


@pytest.fixture
def sitting(casting):
    """It was off when the meeting began; nobody can have accepted it since."""
    casting.secret()
    casting.fault(casting.left, Fault.STANDBY)
    casting.rows(meeting=casting.id)
    casting.use.start(casting.id)
    casting.meeting = casting.use.meeting(casting.id)
    return casting


def test_what_is_switched_on_in_the_meeting_is_told_once_and_so_is_its_end(sitting):
    assert watched(sitting) == [[]]
    sitting.fault(sitting.left, Fault.NONE)
    assert watched(sitting, looks=2) == [["left"], []]
    assert [one.id for one in sitting.use.emitting(sitting.meeting)] == ["left"]
    sitting.fault(sitting.left, Fault.STANDBY)
    assert watched(sitting, looks=2) == [["left"], []]
    assert not sitting.use.emitting(sitting.meeting)
    kinds = [kind for kind in sitting.house.kinds(sitting.id) if kind.startswith("device.")]
    assert kinds == ["device.emitting", "device.off"]


def test_a_waiver_of_before_does_not_keep_the_watch_from_telling(casting):
    casting.use.accept_fault(casting.id, EXCUSED)
    casting.secret()
    casting.fault(casting.left, Fault.NONE)
    assert watched(casting) == [["left"]]
    casting.fault(casting.left, Fault.PASSWORD)
    assert watched(casting) == [[]], "it answers, and nobody knows how it is: it stays as it was"
    assert casting.use.emitting(casting.use.meeting(casting.id))


def test_a_lost_answer_is_no_alarm_and_a_pulled_plug_is_as_it_should_be(sitting):
    sitting.inventory.put([replace(sitting.use.device("left"), depends_on=())])
    sitting.use._rack = Rack(sitting.inventory, NobodyThere(Silent("没有回答")))
    assert watched(sitting, looks=3)[0] == []
    assert [one.id for one in sitting.use.emitting(sitting.meeting)] == ["left"], "after two nobody knows"
    sitting.use._rack = Rack(sitting.inventory, NobodyThere(by(errno.EHOSTUNREACH)))
    assert "left" in watched(sitting)[0]
    assert not sitting.use.emitting(sitting.meeting)
    assert sitting.use.device_watches()["left"].up


def test_in_another_meeting_it_is_nobodys_business(sitting):
    sitting.fault(sitting.left, Fault.NONE)
    watched(sitting)
    other = sitting.house.opened(recorded=False)
    assert not sitting.use.look_at_devices(other.id)
    assert not sitting.use.emitting(sitting.use.meeting(other.id))
    assert sitting.use.emitting(sitting.meeting)


# --- an old check


def test_an_old_check_is_no_word_and_what_must_be_off_is_looked_at_again(casting):
    casting.secret()
    casting.fault(casting.left, Fault.STANDBY)
    casting.rows(meeting=casting.id)
    casting.use._rack = replace(casting.use._rack, good_for=timedelta(hours=12))
    with casting.house.open_uow() as uow:
        run = uow.checks.latest(casting.id)
        old = tuple(replace(row, started=row.started - timedelta(hours=13)) for row in run.results)
        uow.checks.add(replace(run, id="later", at=run.at + timedelta(microseconds=1), results=old))
        uow.commit()
    with pytest.raises(Objected, match="13 小时前") as refused:
        casting.use.start(casting.id, overrule=BY_NAME)
    assert [one.firm for one in refused.value.objections] == [False, True]
    casting.rows(meeting=casting.id)
    casting.use.start(casting.id)
