"""What a plugin's failures cost it: it is put out after three in a row, or one hang, unless it runs the recording."""

import time

import pytest

from roomctl.host.calls import Caller
from roomctl.host.status import StatesFile, Status, Strikes
from roomctl.i18n import speaking
from tests.host.conftest import DataFolder, status_of
from tests.host.gates import GOOD, gate, objections
from tests.waiting import until


def test_what_one_plugin_raises_costs_its_own_answer_only(data: DataFolder) -> None:
    data.drop("bad", gate("raise KeyError('seat 7')"))
    data.drop("good", GOOD)
    assert objections(data.host()) == ["good"]


def test_three_failures_in_a_row_put_a_plugin_out_until_it_is_enabled(data: DataFolder) -> None:
    data.drop("bad", gate("raise KeyError('seat 7')"))
    data.drop("good", GOOD)
    host = data.host()
    for _ in range(2):
        objections(host)
    assert status_of(host, "bad").status is Status.ENABLED
    objections(host)
    found = status_of(host, "bad")
    assert found.status is Status.FAILED
    assert found.reason == "roomctl_gate: KeyError: 'seat 7'"
    assert "roomctl plugins enable bad" in found.mend
    assert "raise KeyError" in found.trace

    assert status_of(data.host(), "bad").status is Status.FAILED  # the next start remembers
    host.enable("bad")
    assert status_of(data.host(), "bad").status is Status.ENABLED


@pytest.mark.parametrize(("code", "wording"), [("zh", "没有返回"), ("en", "did not return")])
def test_who_reads_it_later_learns_in_their_language_what_a_plugin_did(tmp_path, code, wording):
    caller = Caller()
    with speaking("zh"):
        hang = caller.call("slow", lambda: time.sleep(0.5), 0.01).failure
    Strikes(StatesFile(tmp_path / "plugins.json")).failure("slow", "gate", hang.reason, "", hang=True)
    with speaking(code):
        assert wording in str(Strikes(StatesFile(tmp_path / "plugins.json")).of("slow").reason)


def test_strikes_add_up_over_short_lived_hosts(data: DataFolder) -> None:
    data.drop("bad", gate("raise KeyError('seat 7')"))
    for _ in range(3):
        objections(data.host())
    assert status_of(data.host(), "bad").status is Status.FAILED


def test_a_good_answer_forgives_earlier_failures(data: DataFolder) -> None:
    data.drop("moody", gate("ctx.asked = getattr(ctx, 'asked', 0) + 1; return [] if ctx.asked == 3 else 1 / 0"))
    host = data.host()
    for _ in range(5):
        objections(host)
    assert status_of(host, "moody").status is Status.ENABLED
    objections(host)
    assert status_of(host, "moody").status is Status.FAILED


def test_another_hook_that_works_does_not_forgive(data: DataFolder) -> None:
    code = gate("raise KeyError('seat 7')") + "\n@hookimpl\ndef roomctl_device_checks():\n    return []\n"
    data.drop("half", code)
    host = data.host()
    for _ in range(3):
        objections(host)
        host.checks()
    assert status_of(host, "half").status is Status.FAILED


def test_one_hang_puts_a_plugin_out_and_says_where_it_hung(data: DataFolder) -> None:
    data.drop("hung", gate("threading.Event().wait(60)  # for the projector"))
    data.drop("good", GOOD)
    host = data.host()
    assert objections(host) == ["good"]
    found = status_of(host, "hung")
    assert found.status is Status.FAILED
    assert "for the projector" in found.trace
    assert objections(host) == ["good"]


def test_one_that_was_slow_is_asked_again_once_it_has_answered(data: DataFolder) -> None:
    door = data.path / "door"
    body = f"while not Path({str(door)!r}).exists(): time.sleep(0.01)\n    return [Objection('', 'late', 'wait')]"
    data.drop("slow", "from pathlib import Path\n" + gate(body))
    host = data.host()
    assert objections(host) == []
    assert status_of(host, "slow").status is Status.FAILED
    door.touch()
    until(lambda: status_of(host, "slow").status is Status.ENABLED)
    assert objections(host) == ["slow"]
    assert not host.states.load()["slow"].out  # nor is it after a restart


def test_who_is_slow_three_times_in_a_row_is_out_until_somebody_enables_it(tmp_path) -> None:
    strikes = Strikes(StatesFile(tmp_path / "plugins.json"))
    back = []
    for _ in range(3):
        assert strikes.failure("slow", "gate", "10 s", "", hang=True)
        back.append((strikes.late("slow", "page"), strikes.late("slow", "gate")))
    assert back == [(False, True), (False, True), (False, False)]
    assert strikes.of("slow").out
    strikes.want("slow", enabled=True)
    strikes.failure("slow", "gate", "10 s", "", hang=True)
    assert strikes.late("slow", "gate")
    strikes.success("slow", "gate")
    assert strikes.of("slow").strikes == 0


def test_a_plugin_that_runs_the_recording_is_never_put_out(data: DataFolder) -> None:
    recorder = "\n@hookimpl\ndef roomctl_recorders():\n    return {'tape': lambda folder: None}\n"
    data.drop("tape", gate("raise KeyError('belt')") + recorder)
    host = data.host()
    host.recorder("tape")
    for _ in range(4):
        objections(host)
    assert status_of(host, "tape").status is Status.ENABLED
    assert host.recorder("tape")


def test_a_protected_plugin_is_loaded_in_spite_of_earlier_failures_and_of_its_self_check(data: DataFolder) -> None:
    check = "\n@hookimpl\ndef roomctl_self_check():\n    return [Missing('a microphone', 'no sound', 'plug it in')]\n"
    data.drop("tape", gate("raise KeyError('belt')") + "\n@hookimpl\ndef roomctl_recorders():\n    return {}\n")
    for _ in range(3):
        objections(data.host())
    assert status_of(data.host(), "tape").status is Status.FAILED
    code = data.path / "plugins" / "tape" / "__init__.py"
    code.write_text(code.read_text() + check)
    host = data.host()
    host.protect("tape")
    found = status_of(host, "tape")
    assert found.status is Status.ENABLED
    assert found.mend == "plug it in"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 'no'", "str"),
        ("return None", "None"),
        ("return ['no']", "str among"),
        ("yield 1", "generator"),
    ],
)
def test_rubbish_is_a_failure_too(data: DataFolder, body: str, said: str) -> None:
    data.drop("odd", gate(body))
    host = data.host()
    for _ in range(3):
        assert objections(host) == []
    found = status_of(host, "odd")
    assert found.status is Status.FAILED
    assert said in found.reason
    assert "Objection" in found.reason


def test_who_gave_the_recorder_once_is_never_put_out_again_over_restarts(data: DataFolder) -> None:
    data.drop("tape", "@hookimpl\ndef roomctl_on_event(event):\n    1 / 0\n")
    data.host().protect("tape")
    states = StatesFile(data.path / "plugins.json")
    assert not states.fail("tape", hook="host", reason="it held up the host", trace="")
    for _ in range(5):
        host = data.host()
        host.load()
        assert not host.call("tape", "roomctl_on_event", event=None).ok
        assert status_of(host, "tape").status is Status.ENABLED


def test_a_hook_may_end_neither_the_thread_nor_the_host(data: DataFolder) -> None:
    data.drop("quitter", gate("raise SystemExit(3)"))
    data.drop("good", GOOD)
    assert objections(data.host()) == ["good"]
