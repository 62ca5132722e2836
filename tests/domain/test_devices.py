from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.checks import (
    MISSES,
    UNTITLED,
    WHOLE_DEVICE,
    CheckState,
    DeviceWatch,
    Result,
    Waiver,
    WaiverKind,
    titled,
    waive,
)
from roomctl.domain.devices import (
    USUAL_RUNS,
    Deed,
    Device,
    Fact,
    Reading,
    Secret,
    behind,
    dependency_fault,
    garbled,
    usual,
)
from roomctl.i18n import speaking

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)


def device(name, *on):
    return Device(id=name, kind="host", title=("", ""), depends_on=on)


def test_a_title_is_in_the_readers_language_and_never_empty():
    with speaking("en"):
        assert [titled(one, "lamp") for one in (("灯泡", "Lamp"), ("灯泡", ""), UNTITLED)] == ["Lamp", "灯泡", "lamp"]
    with speaking("zh"):
        assert titled(("灯泡", "Lamp"), "lamp") == "灯泡"


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("192.168.10.21:4352", "192.168.10.21", 4352),
        ("projector.room.local:80", "projector.room.local", 80),
        ("[fe80::1]:161", "fe80::1", 161),
        ("[::1]", "::1", None),
        ("192.168.10.21", "192.168.10.21", None),
        ("fe80::1", "fe80::1", None),
        ("[fe80::1%eth0]:161", "fe80::1%eth0", 161),
        ("hw:1", "hw:1", None),
        ("USB 2.0 Camera:1", "USB 2.0 Camera:1", None),
        ("/dev/serial/by-path/pci-0000:00.0:1", "/dev/serial/by-path/pci-0000:00.0:1", None),
        ("10.0.0.5:0", "10.0.0.5:0", None),
        ("10.0.0.5:65536", "10.0.0.5:65536", None),
        ("10.0.0.5:５", "10.0.0.5:５", None),
        ("http://10.0.0.5:80", "http://10.0.0.5:80", None),
        ("", "", None),
    ],
)
def test_a_port_that_is_written_behind_the_address_is_its_port(address, host, port):
    one = Device(id="a", kind="pjlink", title=("", ""), address=address)
    assert (one.address, one.port) == (host, port)
    assert Device(id="a", kind="pjlink", title=("", ""), address=address, port=7).address == address


def test_a_reading_tells_what_it_has():
    reading = Reading(facts=(Fact("power", "on"),))
    assert (reading["power"], reading.get("lamp")) == ("on", None)
    with pytest.raises(KeyError):
        reading["lamp"]


def test_a_secret_shows_itself_to_nobody():
    assert "geheim" not in f"{Secret('admin', 'geheim', {'key': 'geheim'})!r} {Secret('', 'geheim')}"


def test_an_order_is_done_when_it_is_confirmed_or_cannot_be():
    assert [one.done for one in (Deed("on", "on"), Deed("on", "warming"), Deed("on"))] == [True, False, True]


@given(st.binary() | st.text())
def test_what_nobody_understands_is_shown_on_one_short_line(came):
    said = str(garbled(came, "VISCA"))
    assert "\n" not in said
    assert len(said) < 400
    assert "VISCA" in said


# --- what hangs on what


def test_dependencies_go_on_over_others_and_end_in_a_circle():
    known = {
        one.id: one for one in (device("a"), device("b", "a"), device("c", "b"), device("d", "e"), device("e", "d"))
    }
    assert behind("c", known) == {"a", "b"}
    assert behind("d", known) == {"d", "e"}
    assert behind("nobody", known) == frozenset()
    assert dependency_fault(known.values()) == ("d", "d")
    assert dependency_fault([device("a", "x")]) == ("a", "x")
    assert dependency_fault([known["a"], known["b"], known["c"]]) is None


# --- the usual range


def test_nothing_is_usual_before_there_is_a_past():
    assert usual([20.0] * (USUAL_RUNS - 1), 1.0) is None


def test_one_outlier_does_not_widen_what_is_usual():
    calm = usual([20.0, 21.0, 19.0, 20.0, 20.5, 19.5, 20.0, 20.0, 20.0], 1.0)
    shaken = usual([20.0, 21.0, 19.0, 20.0, 20.5, 19.5, 20.0, 20.0, 900.0], 1.0)
    assert 25.0 not in calm
    assert 25.0 not in shaken


def test_a_value_that_never_moved_may_move_by_its_floor():
    still = usual([20.0] * USUAL_RUNS, 2.0)
    assert 22.0 in still
    assert 22.1 not in still


numbers = st.floats(-1e6, 1e6)


@given(st.lists(numbers, min_size=USUAL_RUNS, max_size=40), st.floats(0, 1e3))
def test_half_of_the_past_is_usual_whatever_it_was(values, floor):
    known = usual(values, floor)
    assert known is not None
    assert 2 * sum(value in known for value in values) >= len(values)


@given(st.lists(numbers, min_size=USUAL_RUNS, max_size=40), st.floats(0.1, 10), numbers)
def test_the_range_moves_with_its_values(values, floor, shift):
    known, moved = usual(values, floor), usual([value + shift for value in values], floor)
    assert moved.low - known.low == pytest.approx(shift, abs=1e-6 * (1 + abs(shift) + max(map(abs, values))))


# --- waivers


def row(state, **more):
    return Result(device="left", check="lamp", state=state, **more)


@pytest.mark.parametrize("check", ["lamp", WHOLE_DEVICE])
@pytest.mark.parametrize(
    ("kind", "state"), [(WaiverKind.ACCEPTED, CheckState.WAIVED), (WaiverKind.EXCUSED, CheckState.SKIPPED)]
)
def test_two_acts_two_states_and_what_is_good_stays_good(kind, state, check):
    waiver = Waiver("left", check, "赵敏", "备用", kind)
    bad, good, firm = waive((row(CheckState.CRIT), row(CheckState.OK), row(CheckState.CRIT, firm=True)), [waiver])
    assert (bad.state, bad.remark) == (state, "赵敏: 备用")
    assert good.state is CheckState.OK
    assert firm.state is CheckState.CRIT


# --- the watch


@given(st.lists(st.booleans(), max_size=60))
def test_the_watch_turns_down_after_two_misses_and_up_at_once_and_tells_each_once(answers):
    stands, told, run = DeviceWatch("left"), [], 0
    for number, answered in enumerate(answers):
        stands, news = stands.heard(AT + timedelta(seconds=number), "" if answered else "nobody answers")
        run = 0 if answered else run + 1
        assert stands.misses == run
        assert stands.up == (run < MISSES)
        if news:
            told.append(stands.up)
    assert told == [bool(n % 2) for n in range(len(told))], "down, up, down, …"
