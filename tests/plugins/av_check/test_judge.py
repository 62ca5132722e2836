"""Every verdict on facts that no test machine has: full disks, flat batteries, sleepy desktops."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_av_check import judge
from roomctl_av_check.config import AvCheckConfig
from roomctl_av_check.facts import SLEEPS, Clock, Disk, Load, Memory, Power, Sleep, Speech, Sync

from roomctl.api import CheckState, EngineOffer, Fault, Verdict

CONFIG = AvCheckConfig()
GIB = 1 << 30
NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
OK, WARN, CRIT = CheckState.OK, CheckState.WARN, CheckState.CRIT
UNKNOWN, SKIPPED = CheckState.UNKNOWN, CheckState.SKIPPED
HOUR = 2 * 48_000 * 3 * 3600 * 2
"""Two tracks, 48 kHz, three bytes, an hour, as recorded and again in the package."""

WHISPER = EngineOffer(name="whisper", entry="a:B", models=("small", "base"), requires=("faster_whisper",), quality=2)
VOSK = EngineOffer(name="vosk", entry="a:C", models=("cn",), requires=("vosk",), quality=1)
OWN = EngineOffer(name="own", entry="a:D", bundled="en", quality=-1)


@pytest.mark.parametrize(("free", "state"), [(HOUR - 1, CRIT), (HOUR, WARN), (2 * HOUR - 1, WARN), (2 * HOUR, OK)])
def test_the_disk_holds_the_planned_meeting_twice(free, state):
    assert judge.disk(Disk("/data", free), 60, CONFIG).state is state


def test_the_disk_states_its_formula_and_the_mend():
    result = judge.disk(Disk("/data", 0), 90, CONFIG)
    assert "2 × 48000 Hz × 3 B × 5400 s × 2" in result.message
    assert "/data" in result.hint
    assert (result.unit, result.value) == ("GiB", 0.0)
    assert result.threshold == round(2 * 1.5 * HOUR / GIB, 2)


@given(st.floats(1, 600), st.floats(1, 600), st.integers(0, 1 << 44))
def test_a_longer_meeting_never_needs_less_disk(one, other, free):
    order = [OK, WARN, CRIT]
    states = [judge.disk(Disk("/data", free), minutes, CONFIG).state for minutes in sorted((one, other))]
    assert order.index(states[0]) <= order.index(states[1])


@pytest.mark.parametrize(("gib", "state"), [(0.9, CRIT), (1.0, WARN), (1.9, WARN), (2.0, OK), (16, OK)])
def test_memory(gib, state):
    assert judge.memory(Memory(round(gib * GIB) + 1, 16 * GIB), CONFIG).state is state


@pytest.mark.parametrize(("load", "cores", "state"), [(2.0, 4, OK), (6.0, 4, OK), (6.1, 4, WARN), (400.0, 4, WARN)])
def test_load_is_never_more_than_a_warning(load, cores, state):
    assert judge.load(Load(load, cores), CONFIG).state is state


def test_a_system_that_counts_no_load():
    assert judge.load(Load(None, 4), CONFIG).state is SKIPPED


@pytest.mark.parametrize(
    ("floor", "zone_known", "state"),
    [
        (NOW - timedelta(days=1), True, OK),
        (NOW, True, OK),
        (NOW + timedelta(minutes=90), True, CRIT),
        (NOW - timedelta(days=1), False, CRIT),
    ],
)
def test_a_clock_before_an_instant_that_is_past_is_wrong(floor, zone_known, state):
    assert judge.clock(Clock(NOW, floor, "Asia/Shanghai", zone_known)).state is state


def test_a_slow_clock_says_by_how_much():
    assert "90" in judge.clock(Clock(NOW, NOW + timedelta(minutes=90), "Asia/Shanghai", zone_known=True)).message


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (Sync("timedatectl", synchronized=True), OK),
        (Sync("timedatectl", synchronized=False), WARN),
        (Sync("chronyc", None, "Leap of faith"), UNKNOWN),
        (Sync(""), SKIPPED),
    ],
)
def test_time_service(facts, state):
    assert judge.sync(facts).state is state


ALL = frozenset(SLEEPS)


@pytest.mark.parametrize(
    ("facts", "state", "told"),
    [
        (Sleep(manager=True, masked=ALL, laptop=True), OK, ""),
        (Sleep(manager=True, masked=ALL, desktop="suspend", desktop_seconds=900), OK, ""),
        (Sleep(manager=True), OK, ""),
        (Sleep(manager=True, desktop="nothing", desktop_seconds=900), OK, ""),
        (Sleep(manager=True, desktop="suspend", desktop_seconds=0), OK, ""),
        (Sleep(manager=True, desktop="suspend", desktop_seconds=900), CRIT, "gsettings set"),
        (Sleep(manager=True, logind={"IdleAction": "suspend"}), CRIT, "systemctl mask"),
        (Sleep(manager=True, logind={"IdleAction": "lock"}), OK, ""),
        (Sleep(manager=True, masked=ALL - {"suspend.target"}, laptop=True), WARN, "systemctl mask"),
        (Sleep(manager=True, laptop=True, logind={"HandleLidSwitch": "ignore"}), OK, ""),
        (Sleep(manager=False), SKIPPED, ""),
        (Sleep(manager=False, desktop="hibernate", desktop_seconds=60), CRIT, "gsettings set"),
    ],
)
def test_sleep(facts, state, told):
    result = judge.sleep(facts)
    assert result.state is state
    assert told in (result.hint or "")


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (Power(known=True), OK),
        (Power(known=True, plugged=True, percent=3), OK),
        (Power(known=True, plugged=False, percent=90), WARN),
        (Power(known=True, plugged=False, percent=19), CRIT),
        (Power(known=True, plugged=None, percent=50), UNKNOWN),
        (Power(known=False), SKIPPED),
    ],
)
def test_power(facts, state):
    assert judge.power(facts).state is state


WHOLE = Verdict(4, 148_000_000)


def speech(wanted="auto", *, lacking=(), installed=("base",), verdict=WHOLE, offers=(VOSK, WHISPER)):
    packages = {offer.name: offer.requires if offer.name in lacking else () for offer in offers}
    return judge.speech(Speech(wanted, offers, packages, frozenset(installed), verdict))


@pytest.mark.parametrize(
    ("result", "state", "told"),
    [
        (speech(), OK, "base"),
        (speech(installed=["small"]), OK, "small"),
        (speech(installed=["base", "cn"]), OK, "whisper"),
        (speech("vosk", installed=["base", "cn"]), OK, "cn"),
        (speech("own", installed=[], verdict=None, offers=(OWN, VOSK)), OK, "en"),
        (speech(installed=[], verdict=None, offers=(OWN, VOSK)), CRIT, "roomctl models pull cn"),
        (speech(installed=["base", "cn"], lacking=["whisper"]), OK, "cn"),
        (speech(installed=[], verdict=None), CRIT, "roomctl models pull base"),
        (speech("vosk", verdict=None), CRIT, "roomctl models pull cn"),
        (speech(lacking=["whisper"], verdict=None), CRIT, "roomctl[speech]"),
        (speech("sphinx", verdict=None), CRIT, "vosk"),
        (speech(offers=(), verdict=None), CRIT, "roomctl plugins list"),
        (speech(verdict=Verdict(4, 9, (Fault("model.bin", "SHA-256"),))), CRIT, "model.bin"),
        (speech(verdict=Verdict(0, 0)), CRIT, "roomctl models pull base"),
    ],
)
def test_the_engine_that_would_be_used_is_ready(result, state, told):
    assert result.state is state
    assert told in f"{result.message} {result.hint} {result.value}"


@pytest.mark.parametrize(
    ("families", "state", "told"),
    [
        ({"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"}, OK, ""),
        ({"FZXiaoBiaoSong-B05S", "FangSong", "SimHei", "KaiTi", "Noto Sans CJK SC"}, OK, ""),
        ({"FangSong", "SimHei", "KaiTi", "Noto Serif CJK SC"}, WARN, "小标宋"),
        ({"Noto Sans CJK SC", "DejaVu Sans"}, WARN, "Noto Sans CJK SC"),
        ({"DejaVu Sans"}, WARN, "fonts-noto-cjk"),
    ],
)
def test_fonts_of_the_record(families, state, told):
    result = judge.fonts(frozenset(families))
    assert result.state is state
    assert told in f"{result.message} {result.hint}"


def test_fonts_where_nobody_can_be_asked():
    assert judge.fonts(None).state is SKIPPED


def test_limits_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match="memory_crit"):
        AvCheckConfig(memory_warn=1, memory_crit=2)
