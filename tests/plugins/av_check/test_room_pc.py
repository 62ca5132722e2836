"""The checks on the machine that runs the tests, and the facts they read."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from roomctl_av_check import facts, roomctl_config_model, roomctl_device_checks
from roomctl_av_check.acoustics.sentence import proved
from roomctl_av_check.config import AvCheckConfig

from roomctl.api import CheckReport, CheckState, EngineOffer, Fault, Meeting, MeetingId, Order, RoomSound, RoomSpeech
from roomctl.testing.contracts import DeviceCheckContract
from roomctl.testing.fakes import FakeClock, FakeContext, FakeServices

NAMES = ["disk", "memory", "load", "power", "sleep", "clock", "clock-sync", "model", "fonts"]


def a_meeting(room, **changes):
    plain = Meeting(
        id=MeetingId("0199f000-0000-7000-8000-000000000001"),
        room=room.id,
        title="专题会议",
        starts=datetime(2026, 11, 12, 9, 0),
    )
    return replace(plain, **changes)


@pytest.fixture
def ctx(tmp_path):
    model = tmp_path / "base"
    model.mkdir()
    (model / "model.bin").write_bytes(b"weights")
    services = FakeServices(tmp_path, clock=FakeClock(datetime.now(UTC)), models={"base": model})
    services.offers.append(EngineOffer(name="whisper", entry="a:B", models=("base",), requires=("json",)))
    return FakeContext("av_check", tmp_path, AvCheckConfig(), services=services)


def result_of(ctx, name, meeting=None):
    (check,) = (check for check in roomctl_device_checks(ctx) if check.name == name)
    (result,) = check.run(meeting)
    return result


def test_the_hooks_give_what_the_host_expects(ctx):
    assert roomctl_config_model() is AvCheckConfig
    assert [check.name for check in roomctl_device_checks(ctx)] == [*NAMES, "chain"]


@pytest.mark.parametrize("name", NAMES)
class TestEveryCheck(DeviceCheckContract):
    @pytest.fixture
    def check(self, ctx, name):
        return next(check for check in roomctl_device_checks(ctx) if check.name == name)

    @pytest.fixture
    def meeting(self, ctx):
        return a_meeting(ctx.services.room)


@pytest.mark.parametrize(
    ("own", "meetings", "named"),
    [
        ("", RoomSpeech(), "whisper · base"),
        ("", RoomSpeech("vosk"), "vosk · cn"),
        ("", RoomSpeech("whisper", "turbo"), "whisper · turbo"),
        ("whisper", RoomSpeech("vosk"), "whisper · base"),
        ("auto", RoomSpeech("whisper", "gone"), "whisper · base"),
    ],
)
def test_the_engine_that_is_proved_is_the_one_of_meetings_unless_a_setting_says_otherwise(ctx, own, meetings, named):
    ctx.services.offers.append(EngineOffer(name="vosk", entry="c:D", models=("cn",), quality=-1))
    for model in ("cn", "turbo"):
        ctx.services.models[model] = ctx.services.models["base"]
    ctx.services.writes_with = meetings
    ctx.config = AvCheckConfig(engine=own)
    assert named in result_of(ctx, "model").message


def test_a_model_that_meetings_want_and_is_not_here_is_told_by_its_name(ctx):
    ctx.services.writes_with = RoomSpeech("whisper", "turbo")
    told = result_of(ctx, "model")
    assert (told.state, told.value) == (CheckState.CRIT, "turbo")
    assert "roomctl models pull turbo" in told.hint


def test_a_proof_of_another_engine_says_which_one_meetings_use(ctx):
    ctx.services.writes_with = RoomSpeech("vosk")
    chosen = facts.choice(ctx.services, "whisper")
    assert proved(ctx, chosen) == "whisper · base（会议转写用：没有能用的）"
    ctx.services.writes_with = RoomSpeech()
    assert proved(ctx, chosen) == "whisper · base"


def test_a_long_meeting_needs_more_disk(ctx):
    hour, day = (
        result_of(ctx, "disk", a_meeting(ctx.services.room, planned_minutes=minutes)) for minutes in (60, 1440)
    )
    assert day.threshold == pytest.approx(24 * hour.threshold, rel=0.01)


def test_the_disk_is_held_against_the_tracks_that_the_room_records(ctx):
    few = result_of(ctx, "disk")
    ctx.services.records_with = RoomSound(order=Order(source="mic", tracks=8))
    assert result_of(ctx, "disk").threshold == pytest.approx(4 * few.threshold, rel=0.01)


def test_a_model_is_verified_not_only_seen(ctx):
    assert result_of(ctx, "model").state is CheckState.OK
    ctx.services.model_faults["base"] = [Fault("model.bin", "SHA-256")]
    damaged = result_of(ctx, "model")
    assert damaged.state is CheckState.CRIT
    assert "model.bin" in damaged.message


def test_a_missing_model_names_the_command(ctx):
    ctx.services.models.clear()
    assert "roomctl models pull base" in result_of(ctx, "model").hint


def test_a_meeting_that_is_not_recorded_needs_no_model(ctx):
    ctx.services.models.clear()
    quiet = a_meeting(ctx.services.room, recorded=False)
    assert result_of(ctx, "model", quiet).state is CheckState.SKIPPED


def test_the_machines_own_clock_is_good_and_one_set_back_is_not(ctx):
    assert result_of(ctx, "clock").state is CheckState.OK
    ctx.clock.set(ctx.clock.now() - timedelta(days=3650))
    assert result_of(ctx, "clock").state is CheckState.CRIT


def test_a_clock_behind_the_last_check_went_back(ctx):
    later = ctx.clock.now() + timedelta(hours=2)
    ctx.services.reports[None] = CheckReport(id="1", meeting=None, at=later, results=())
    assert result_of(ctx, "clock").state is CheckState.CRIT


def test_an_unknown_zone_is_told(ctx):
    ctx.services.room = replace(ctx.services.room, zone="Asia/Nowhere")
    assert "tzdata" in result_of(ctx, "clock").hint


def test_logind_settings_are_read_as_systemd_reads_them(tmp_path):
    main = tmp_path / "etc/systemd"
    (main / "logind.conf.d").mkdir(parents=True)
    vendor = tmp_path / "usr/lib/systemd/logind.conf.d"
    vendor.mkdir(parents=True)
    (main / "logind.conf").write_text("[Login]\n#IdleAction=ignore\nIdleAction=suspend\nHandleLidSwitch=suspend\n")
    (vendor / "50-vendor.conf").write_text("[Login]\nHandleLidSwitch=lock\n")
    (main / "logind.conf.d" / "20-early.conf").write_text("[Login]\nHandleLidSwitch=poweroff\n")
    assert facts.logind(tmp_path) == {"IdleAction": "suspend", "HandleLidSwitch": "lock"}
    (main / "logind.conf.d" / "50-vendor.conf").write_text("[Login]\nHandleLidSwitch=ignore\n")
    assert facts.logind(tmp_path)["HandleLidSwitch"] == "ignore"


def test_a_machine_without_settings_has_none(tmp_path):
    assert facts.logind(tmp_path) == {}


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """A system whose commands answer what the test says, and in which systemd runs."""
    folder, root = tmp_path / "bin", tmp_path / "root"
    folder.mkdir()
    (root / "run/systemd/system").mkdir(parents=True)
    monkeypatch.setenv("PATH", str(folder))

    def answers(name, text, code=0):
        (folder / name).write_text(f"#!/bin/sh\nprintf '%s\\n' \"{text}\"\nexit {code}\n")
        (folder / name).chmod(0o755)

    return answers, root


@pytest.mark.parametrize(("said", "heard"), [("yes", True), ("no", False), ("perhaps", None)])
def test_timedatectl_is_asked(commands, said, heard):
    answers, root = commands
    answers("timedatectl", said)
    assert (facts.sync(root).asked, facts.sync(root).synchronized) == ("timedatectl", heard)


@pytest.mark.parametrize(("leap", "heard"), [("Normal", True), ("Not synchronised", False), ("?", None)])
def test_chrony_is_asked_where_systemd_is_not(commands, tmp_path, leap, heard):
    answers, _ = commands
    answers("chronyc", f"Reference ID : 7F000001\nLeap status     : {leap}")
    assert facts.sync(tmp_path / "no-systemd").synchronized is heard


def test_nobody_can_be_asked_for_the_time(commands, tmp_path):
    assert commands
    assert facts.sync(tmp_path / "no-systemd").asked == ""


def test_masked_targets_are_heard_although_systemctl_ends_with_1(commands):
    answers, root = commands
    answers("systemctl", "masked\nmasked\nstatic\nmasked-runtime", code=1)
    assert facts.sleep(root).masked == {"sleep.target", "suspend.target", "hybrid-sleep.target"}


def test_gnome_is_heard(commands):
    answers, root = commands
    answers("systemctl", "static\nstatic\nstatic\nstatic")
    answers("gsettings", "'suspend'")
    assert facts.sleep(root).desktop == "suspend"


def test_every_name_of_a_font_counts(commands):
    answers, _ = commands
    answers("fc-list", "FangSong,仿宋\nNoto Sans CJK SC")
    assert facts.fonts() == {"FangSong", "仿宋", "Noto Sans CJK SC"}


def test_no_fc_list_is_not_no_fonts(commands):
    assert commands
    assert facts.fonts() is None


def test_a_command_that_only_fails_says_nothing(commands):
    answers, _ = commands
    answers("fc-list", "", code=1)
    assert facts.fonts() is None


def test_free_disk_is_what_the_system_says(tmp_path):
    assert facts.disk(tmp_path).free == pytest.approx(
        os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize, rel=0.05
    )
