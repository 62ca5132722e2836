"""A run over emulated devices: what is dead, what hangs on it, what nobody may accept, what is unlike itself."""

import threading
from dataclasses import replace

import pytest
from roomctl_av_check.drivers import host, sip
from roomctl_av_check.drivers.pjlink import PjlinkOptions

from roomctl.domain.checks import WHOLE_DEVICE, CheckState, Waiver, WaiverKind
from roomctl.domain.devices import Device, Emission
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.testing.emulators import Fault


def test_every_row_has_its_titles_and_its_unit(room):
    rows = room.rows()
    assert all(all(row.title) and row.device_title[0] for row in rows.values())
    assert rows["left", "lamp"].unit == "h"
    assert rows["left", "lamp"].hint is None
    stored = room.use.check_report(None)
    assert {(row.device, row.check): row for row in stored.results} == rows


def test_what_hangs_on_a_dead_device_is_not_known_because_of_it(room):
    room.fault(room.switch, Fault.DEAD)
    room.fault(room.left, Fault.DEAD)
    room.fault(room.right, Fault.SILENT)
    heard = []
    rows = room.rows(heard=heard.append)
    assert rows["switch", "online"].state is CheckState.CRIT
    for name in ("left", "right"):
        assert rows[name, "online"].state is CheckState.SKIPPED
        assert "投影switch" in rows[name, "online"].message
    assert [row for row in heard if row.device == "left"] == [rows["left", "online"]], "told once, and right"


def test_what_answers_although_its_switch_is_dead_keeps_its_rows(room):
    room.fault(room.switch, Fault.DEAD)
    rows = room.rows()
    assert rows["left", "online"].state is CheckState.OK
    assert rows["left", "power"].value == "on"


def test_dead_is_crit_and_rubbish_is_unknown_with_what_came(room):
    room.fault(room.switch, Fault.DEAD)
    room.fault(room.left, Fault.RUBBISH)
    room.inventory.put([replace(room.use.device("left"), depends_on=())])
    rows = room.rows()
    assert rows["switch", "online"].state is CheckState.CRIT
    assert rows["left", "online"].state is CheckState.UNKNOWN
    assert "b'" in rows["left", "online"].message


def test_one_device_is_checked_again_and_the_others_keep_their_rows(room):
    before = room.rows()
    room.fault(room.left, Fault.STANDBY)
    after = room.rows(only=["left"])
    assert after["left", "power"].value == "off"
    assert after["right", "power"] == before["right", "power"]
    with pytest.raises(NotFound):
        room.rows(only=["none"])


def test_a_wrong_entry_costs_its_own_device(room):
    room.put("odd", room.left)
    room.inventory.put(
        [replace(room.use.device("odd"), kind="pjlnk"), replace(room.use.device("left"), options={"x": 1})]
    )
    rows = room.rows()
    assert "devices.toml" in rows["odd", "entry"].message
    assert "pjlink" in rows["odd", "entry"].hint
    assert "lamp_warn" in rows["left", "entry"].hint
    assert rows["right", "online"].state is CheckState.OK


@pytest.mark.parametrize(
    ("address", "port"), [("projector:4352", None), ("10.0.0.5:99999", None), ("10.0.0.5:4352", 4352), ("", None)]
)
def test_an_address_that_is_none_is_told_where_it_stands(room, address, port):
    odd = replace(room.use.device("left"), id="odd", address=address, port=port)
    with pytest.raises(BadInput, match="odd"):
        room.use.put_devices([odd])
    room.inventory.put([odd])
    row = room.rows(only=["odd"])["odd", "entry"]
    assert "devices.toml" in row.message
    assert "address" in row.message
    assert row.hint


def test_a_broken_inventory_is_a_row_and_the_pc_is_checked_all_the_same(room):
    room.inventory.path.write_text("[[devices]\n", encoding="utf-8")
    rows = room.rows()
    assert rows["inventory", "file"].state is CheckState.CRIT
    with pytest.raises(BadInput):
        room.use.devices()


def test_an_excused_device_is_not_even_asked(room):
    meeting = room.house.opened()
    waiver = Waiver("left", WHOLE_DEVICE, "赵敏", "不用这台", WaiverKind.EXCUSED)
    room.use.accept_fault(meeting.id, waiver)
    before = room.left.logins
    rows = room.rows(meeting=meeting.id)
    assert rows["left", "online"].state is CheckState.SKIPPED
    assert "赵敏" in rows["left", "online"].hint
    assert room.left.logins == before
    room.use.withdraw_waiver(meeting.id, "left", WHOLE_DEVICE)
    assert room.rows(meeting=meeting.id)["left", "online"].state is CheckState.OK


def test_in_a_secret_meeting_nobody_accepts_an_open_way_out(room):
    meeting = room.house.opened()
    secret = replace(meeting, secrecy=Secrecy(Level.SECRET, 10, "依据", "定密人"))
    room.inventory.put([replace(room.use.device("left"), emission=Emission.CASTING)])
    with room.house.open_uow() as uow:
        uow.meetings.save(secret)
        uow.commit()
    rows = room.rows(meeting=meeting.id)
    assert rows["left", "emission"].state is CheckState.CRIT
    with pytest.raises(Refused):
        room.use.accept_fault(meeting.id, Waiver("left", "emission", "赵敏", "没关系"))
    with pytest.raises(Refused):
        room.use.accept_fault(meeting.id, Waiver("left", WHOLE_DEVICE, "赵敏", "没关系", WaiverKind.EXCUSED))
    room.fault(room.left, Fault.STANDBY)
    assert room.rows(meeting=meeting.id)["left", "emission"].state is CheckState.OK


def test_a_value_unlike_itself_is_a_warning_even_inside_its_limits(room):
    for _ in range(9):
        room.rows()
    assert room.rows()["left", "lamp"].state is CheckState.OK
    room.left.lamps = [(2500, True)]
    lamp = room.rows()["left", "lamp"]
    assert lamp.state is CheckState.WARN
    assert lamp.value < PjlinkOptions().lamp_warn
    assert "1150" in lamp.message


def test_two_runs_at_once_queue_up(room):
    room.running.do(room.left.switch(Fault.SLOW, delay=0.05))
    reports = []
    runs = [threading.Thread(target=lambda: reports.append(room.rows())) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [report["left", "online"].state for report in reports] == [CheckState.OK] * 2


def test_a_cancel_ends_the_run_and_what_was_heard_stays(room):
    room.fault(room.left, Fault.SILENT)
    cancelled = threading.Event()

    def heard(row):
        if row.device == "right":
            cancelled.set()

    rows = room.rows(heard=heard, cancelled=cancelled)
    assert rows["right", "power"].value == "on"
    assert rows["left", "online"].state is CheckState.UNKNOWN


def test_an_order_is_logged_with_what_was_asked_and_confirmed(room):
    meeting = room.house.opened()
    deed = room.use.order_device("left", "input", "32", meeting_id=meeting.id)
    assert (deed.asked, deed.confirmed, deed.done) == ("32", "32", True)
    ordered = list(room.house.events(meeting.id))[-1]
    assert ordered.kind == "device.ordered"
    assert '"confirmed":"32"' in ordered.data
    assert '"title":["切换输入：32"' in ordered.data
    for action, argument in (("dance", ""), ("power_on", "now"), ("input", "")):
        with pytest.raises(BadInput):
            room.use.order_device("left", action, argument)
    room.fault(room.left, Fault.DEAD)
    with pytest.raises(Exception, match="没有应答"):
        room.use.order_device("left", "power_off", meeting_id=meeting.id)
    assert room.house.kinds(meeting.id)[-1] == "device.order_failed"


def test_the_watch_tells_down_after_two_misses_and_up_at_once(room, caplog):
    meeting = room.house.opened()

    def look():
        return [(one.device, one.up) for one in room.use.look_at_devices(meeting.id)]

    assert look() == []
    room.fault(room.right, Fault.DEAD)
    assert [look(), look(), look()] == [[], [("right", False)], []]
    room.fault(room.right, Fault.NONE)
    assert [look(), look()] == [[("right", True)], []]
    assert room.house.kinds(meeting.id)[-2:] == ["device.down", "device.up"]
    assert [record.levelname for record in caplog.records if "right" in record.message] == ["ERROR", "WARNING"]


def test_only_a_report_without_a_fault_is_signed_and_only_once(room):
    meeting = room.house.opened()
    room.fault(room.right, Fault.DEAD)
    room.rows(meeting=meeting.id)
    with pytest.raises(Refused, match="投影right"):
        room.use.sign_checks(meeting.id, by="刘洋")
    room.use.accept_fault(meeting.id, Waiver("right", "online", "赵敏", "用左边的"))
    room.rows(meeting=meeting.id)
    signed = room.use.sign_checks(meeting.id, by="刘洋", note="右侧停用")
    assert room.use.check_report(meeting.id) == signed
    assert signed.signed.by == "刘洋"
    with pytest.raises(Refused):
        room.use.sign_checks(meeting.id, by="刘洋")


def test_a_kind_that_goes_by_another_name_is_pointed_to_it(room):
    """H.323 is not spoken: a terminal is asked by SIP, or by its port."""
    room.house.plugins.device_drivers = {one.kind: one for one in (sip.OFFER, host.OFFER)}
    with pytest.raises(BadInput, match=r"没有种类 h323.*请用 sip、host"):
        room.use.put_devices([Device(id="mcu", kind="h323", title=("终端", ""), address="192.0.2.3")])
