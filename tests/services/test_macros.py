"""Macros: what one would do, doing it step by step on real talks, and never half of one that cannot be done."""

import threading

import pytest
from roomctl_av_check.drivers.pjlink import OFFER

from roomctl import toml_text
from roomctl.domain.lifecycle import State
from roomctl.domain.macros import MacroStep, StepState
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.host.prober import Prober
from roomctl.services.device_ports import Rack
from roomctl.services.macros import well
from roomctl.services.time import SystemClock
from roomctl.storage.inventory import InventoryFile
from roomctl.storage.macros import MacroFile
from roomctl.testing.emulators import Fault, Running
from roomctl.testing.emulators.pjlink import PjlinkEmulator
from tests.waiting import until

START = """
# 开会
[[macros]]
id = "start"
title = { zh = "开始会议", en = "Start" }
on = "in_session"

[[macros.steps]]
device = "left"
action = "input"
argument = "31"

[[macros.steps]]
wait = 0.05

[[macros.steps]]
device = "right"
action = "input"
argument = "32"
optional = true

[[macros.steps]]
device = "left"
action = "input"
argument = "32"
"""


@pytest.fixture
def room(house, tmp_path):
    house.use._clock = SystemClock()
    house.plugins.device_drivers = {"pjlink": OFFER}
    inventory, prober = InventoryFile(tmp_path), Prober(tmp_path / "locks")
    house.use._rack = Rack(inventory, prober, MacroFile(tmp_path))
    left, right = PjlinkEmulator(), PjlinkEmulator()
    with Running(left, right) as running:
        inventory.keep_secret("pjlink", left.secret())
        inventory.put([left.device(id="left", title=("左", "")), right.device(id="right", title=("右", ""))])
        (tmp_path / "macros.toml").write_text(START, encoding="utf-8")
        house.fault = lambda emulator, fault: running.do(emulator.switch(fault))
        house.left, house.right, house.data = left, right, tmp_path
        yield house
    prober.close()


def test_a_dry_run_says_each_step_and_talks_to_nobody(room):
    room.fault(room.left, Fault.DEAD)
    (macro,) = room.use.macros()
    assert (macro.name, macro.on) == ("开始会议", State.IN_SESSION)
    found = room.use.plan_macro("start")
    assert [one.state for one in found] == [StepState.PLANNED] * 4
    assert found[0].what == "左：切换输入 31"
    assert found[1].what == "等 0.05 秒"


def test_it_is_done_step_by_step_read_back_and_logged(room):
    meeting, heard = room.opened().id, []
    found = room.use.run_macro("start", meeting_id=meeting, heard=heard.append)
    assert well(found)
    assert list(found) == heard
    assert found[3].said == "要求 32，确认 32"
    assert room.kinds(meeting)[-4:] == ["device.ordered"] * 3 + ["macro.ran"]


def test_the_first_that_fails_ends_it_and_an_optional_one_does_not(room):
    room.fault(room.right, Fault.DEAD)
    found = room.use.run_macro("start")
    assert [one.state for one in found] == [StepState.DONE, StepState.DONE, StepState.FAILED, StepState.DONE]
    assert well(found)
    room.fault(room.left, Fault.DEAD)
    found = room.use.run_macro("start")
    assert [one.state for one in found] == [StepState.FAILED] + [StepState.LEFT_OUT] * 3
    assert not well(found)


def test_nothing_is_begun_where_a_step_could_never_be_done(room):
    text = START + '[[macros.steps]]\ndevice = "left"\naction = "dance"\n'
    (room.data / "macros.toml").write_text(text, encoding="utf-8")
    found = room.use.run_macro("start")
    assert [one.state for one in found] == [StepState.LEFT_OUT] * 4 + [StepState.FAILED]
    assert "power_on" in found[4].said


def test_it_is_ended_between_two_steps(room):
    cancelled = threading.Event()
    found = room.use.run_macro("start", cancelled=cancelled, heard=lambda _one: cancelled.set())
    assert [one.state for one in found] == [StepState.DONE] + [StepState.LEFT_OUT] * 3


def test_one_runs_after_the_other_and_none_twice_at_once(room):
    text = START + '[[macros]]\nid = "end"\nsteps = [{ device = "left", action = "input", argument = "31" }]\n'
    (room.data / "macros.toml").write_text(text, encoding="utf-8")
    log, waiting, ended = [], threading.Event(), threading.Event()

    def end():
        waiting.set()
        room.use.run_macro("end", heard=lambda _one: log.append("end"))
        ended.set()

    other = threading.Thread(target=end)

    def heard(_one):
        if not log:
            other.start()
            assert waiting.wait(30)
            with pytest.raises(Refused, match="正在执行"):
                room.use.run_macro("start")
        log.append("start")

    assert well(room.use.run_macro("start", heard=heard))
    other.join(30)
    assert log == ["start"] * 4 + ["end"]
    assert well(room.use.run_macro("start")), "it may run again"


def test_one_that_the_end_of_the_program_cuts_off_is_logged(room):
    room.fault(room.left, Fault.SILENT)
    steps = threading.Thread(target=lambda: room.use.run_macro("start"))
    steps.start()
    until(lambda: room.left.open)
    room.use._rack.prober.close()
    steps.join(30)
    ran = [row for row in room.events(room.room) if row.kind == "macro.ran"]
    assert len(ran) == 1
    assert "已取消" in ran[0].data


def test_a_dry_run_reads_the_inventory_once(room, monkeypatch):
    inventory, reads = room.use._rack.inventory, []
    devices = InventoryFile.devices
    monkeypatch.setattr(InventoryFile, "devices", lambda self: reads.append(1) or devices(self))
    assert inventory.devices()
    reads.clear()
    room.use.plan_macro("start")
    assert len(reads) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[macros]\n", "第 1 行"),
        ('[[macros]]\nid = "a"\n', "steps"),
        ('[[macros]]\nid = "a"\nsteps = [{ device = "x" }]\n', "action"),
        ('[[macros]]\nid = "a"\non = "planned"\nsteps = [{ wait = 1 }]\n', "on"),
        ('[[macros]]\nid = "a"\nsteps = [{ wait = 1, dvice = "x" }]\n', "optional"),
        ('[[macros]]\nid = "a"\nsteps = [{ wait = 1 }]\n[[macros]]\nid = "a"\nsteps = [{ wait = 1 }]\n', "用了两次"),
    ],
)
def test_a_wrong_file_names_what_is_wrong(tmp_path, text, words):
    (tmp_path / "macros.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as told:
        MacroFile(tmp_path).macros()
    assert words in str(told.value)
    assert "macros.toml" in str(told.value)


def test_a_file_is_read_again_when_it_has_changed(tmp_path, monkeypatch):
    file, reads = MacroFile(tmp_path), []
    read = toml_text.read
    monkeypatch.setattr(toml_text, "read", lambda path: reads.append(path) or read(path))
    file.path.write_text('[[macros]]\nid = "a"\nsteps = [{ wait = 1 }]\n', encoding="utf-8")
    assert [file.macros()[0].id, file.macros()[0].id, len(reads)] == ["a", "a", 1]
    file.path.write_text('[[macros]]\nid = "bb"\nsteps = [{ wait = 1 }]\n', encoding="utf-8")
    assert [file.macros()[0].id, file.macros()[0].id, len(reads)] == ["bb", "bb", 2]
    file.path.write_text("[[macros]\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(BadInput):
            file.macros()
    file.path.unlink()
    assert file.macros() == ()


def test_an_unknown_one_lists_the_known(room):
    with pytest.raises(NotFound, match="start"):
        room.use.run_macro("none")
    assert MacroStep(wait=1.0).device == ""
