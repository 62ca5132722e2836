"""Alarms of the machine and of a pause: raised when their cause begins, raised anew while it lasts, ended with it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile
from roomctl_audio.capture.alarms import Alarms
from roomctl_audio.capture.machine import Facts, Machine
from roomctl_audio.capture.pausing import Break, Due, Overtime, SpeechMeter
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import JournalFile, load

from roomctl.api import AlarmKind, BadInput, RecorderState
from tests.plugins.audio.faults import order
from tests.waiting import until

RATE = 16_000
SPOKEN = Path(__file__).parents[3] / "roomctl" / "demo" / "clip" / "demo_60s.flac"


# --- speech -------------------------------------------------------------------------------------------------------


def tenths(samples: np.ndarray) -> Sequence[float]:
    """RMS of each tenth of a second, in dBFS."""
    blocks = samples[: len(samples) // (RATE // 10) * (RATE // 10)].reshape(-1, RATE // 10)
    return [float(level) for level in 20 * np.log10(np.sqrt((blocks**2).mean(axis=1)) + 1e-9)]


def speech(seconds: float = 40.0) -> np.ndarray:
    samples, rate = soundfile.read(SPOKEN)
    assert rate == RATE
    return samples[: round(seconds * RATE)]


def noise(seconds: float, dbfs: float, low: float = 20.0, high: float = 7_000.0) -> np.ndarray:
    """Steady noise of a band, such as a fan's or a projector's."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(3).normal(size=count))
    pitch = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(pitch < low) | (pitch > high)] = 0
    samples = np.fft.irfft(spectrum, count)
    return samples / np.sqrt((samples**2).mean()) * 10 ** (dbfs / 20)


def heard(*tracks: Sequence[float]) -> float | None:
    """The second at which it was known that somebody speaks; None where it never was."""
    meter = SpeechMeter()
    for n, levels in enumerate(zip(*tracks, strict=True), 1):
        meter.hear(levels)
        if meter.speaking:
            return n / 10
    return None


def test_speech_is_known_after_twenty_seconds():
    assert heard(tenths(speech())) == pytest.approx(20, abs=3)


def test_speech_on_one_track_of_many_is_enough_even_over_a_fan():
    spoken = speech()
    fan = noise(40, -45)
    still = [-70.0] * 400
    assert heard(still, tenths(spoken + fan), still) == pytest.approx(20, abs=5)


@pytest.mark.parametrize("dbfs", [-70.0, -45.0, -20.0])
@pytest.mark.parametrize(("low", "high"), [(20, 7_000), (20, 200), (100, 400)])
def test_steady_noise_is_nobody_however_loud(low, high, dbfs):
    assert heard(tenths(noise(90, dbfs, low, high))) is None


def test_a_fan_that_starts_in_the_break_is_nobody():
    assert heard(tenths(np.concatenate([noise(30, -70), noise(60, -35)]))) is None


def test_a_tone_or_digital_silence_is_nobody():
    hum = 0.1 * np.sin(2 * np.pi * 50 * np.arange(60 * RATE) / RATE)
    assert heard(tenths(hum)) is None
    assert heard([-200.0] * 600) is None


def test_a_few_words_in_the_break_are_not_yet_a_meeting():
    words = np.concatenate([speech(8), np.full(40 * RATE, 1e-4)])
    assert heard(tenths(words)) is None


# --- a pause ------------------------------------------------------------------------------------------------------


def raised(look: Callable[[float], Sequence[Due]], moments: Sequence[float]) -> list[tuple[float, AlarmKind, bool]]:
    return [(at, due.kind, due.on) for at in moments for due in look(at)]


def test_a_break_that_is_over_is_told_at_its_end_and_each_minute_again():
    pause = Break(until=100.0)
    told = raised(pause.look, [50, 99.5, 100.5, 130, 160, 160.6, 190, 221])
    assert told == [(at, AlarmKind.BREAK_OVER, True) for at in (100.5, 160.6, 221)]


def test_a_break_without_an_end_is_never_over():
    assert raised(Break().look, range(0, 36_000, 60)) == []


def test_an_item_that_begins_in_the_pause_is_told_each_minute():
    pause = Break()
    pause.item()
    assert raised(pause.look, [1, 30, 61]) == [(at, AlarmKind.ITEM_IN_PAUSE, True) for at in (1, 61)]


def test_speech_in_the_pause_is_told_each_minute_and_ends_when_it_has_ended():
    pause = Break()
    levels = [*tenths(speech(50)), *([-65.0] * 400)]
    told = []
    for n, level in enumerate(levels, 1):
        pause.speech.hear([level])
        told += raised(pause.look, [n / 10])
    (first, *_), last = told, told[-1]
    assert first[1:] == (AlarmKind.SPEECH_IN_PAUSE, True)
    assert first[0] == pytest.approx(20, abs=3)
    assert last == (pytest.approx(first[0] + 60, abs=1), AlarmKind.SPEECH_IN_PAUSE, False)


def test_a_recording_that_nobody_stops_asks_after_half_an_hour_of_silence_and_each_half_hour_again():
    over = Overtime(ends=3_600)
    assert not over.wanted(3_599)
    assert over.wanted(3_600)
    told = raised(over.look, range(3_600, 3_600 + 2 * 3_600, 60))
    assert [(at, on) for at, _, on in told] == [(5_400, True), (7_200, True), (9_000, True)]


def test_whoever_speaks_takes_the_question_back():
    over = Overtime(ends=0)
    assert raised(over.look, [1_800]) == [(1_800, AlarmKind.OVERTIME, True)]
    for level in tenths(speech(25)):
        over.speech.hear([level])
    assert raised(over.look, [1_830]) == [(1_830, AlarmKind.OVERTIME, False)]
    over.speech = SpeechMeter()
    assert raised(over.look, [1_900, 3_629]) == []
    assert raised(over.look, [3_631]) == [(3_631, AlarmKind.OVERTIME, True)]


# --- the machine --------------------------------------------------------------------------------------------------


@pytest.fixture
def rows(tmp_path) -> JournalFile:
    return JournalFile(tmp_path)


@pytest.fixture
def alarms(rows) -> Alarms:
    alarms = Alarms(rows)
    alarms.open()
    return alarms


def turns(rows: JournalFile) -> list[tuple[str, bool]]:
    return [(row["alarm"], row["on"]) for row in journal.of_kind(rows.rows, "alarm")]


def looked(alarms: Alarms, *facts: Facts, seconds: float = 1.0) -> None:
    machine = Machine(alarms)
    for n, each in enumerate(facts):
        machine.look(each, n * seconds)


def left(minutes: float) -> Facts:
    return Facts(seconds_left=minutes * 60)


def test_the_disk_is_warned_of_at_an_hour_and_alarms_at_a_quarter_and_is_told_once_each(alarms, rows):
    looked(alarms, left(61), left(59), left(60.5), left(14), left(15.2), left(16), left(59), left(64))
    assert turns(rows) == [
        ("disk_low", True), ("disk", True), ("disk_low", False),
        ("disk", False), ("disk_low", True), ("disk_low", False),
    ]  # fmt: skip
    assert alarms.standing == []


def test_a_full_disk_is_that_and_nothing_less(alarms):
    looked(alarms, left(10), Facts(seconds_left=0, disk_full=True))
    assert [alarm["kind"] for alarm in alarms.standing] == ["disk_full"]


def test_frames_that_were_lost_stand_for_a_minute_with_their_number(alarms, rows):
    looked(alarms, Facts(), Facts(lost=480), Facts(lost=960))
    assert [(alarm["kind"], alarm["value"]) for alarm in alarms.standing] == [("overflow", 960)]
    looked(alarms, *[Facts(lost=960)] * 62)
    assert turns(rows) == [("overflow", True), ("overflow", False)]


def test_a_clock_that_is_off_is_an_alarm_from_the_bound_on(alarms, rows):
    drifts = [None, 190.0, -201.0, -170.0, -150.0]
    looked(alarms, *[Facts(drift_ppm=ppm) for ppm in drifts])
    assert turns(rows) == [("drift", True), ("drift", False)]
    Machine(alarms, bound=20.0).look(Facts(drift_ppm=25.0), 0)
    assert alarms.standing[0]["value"] == 25.0


def test_parts_that_wait_too_long_to_be_sealed_are_told(alarms):
    looked(alarms, Facts(waiting=4, waits=119))
    assert alarms.standing == []
    looked(alarms, Facts(waiting=5, waits=121))
    assert [(alarm["kind"], alarm["value"]) for alarm in alarms.standing] == [("unsealed", 5)]


def test_a_source_that_is_gone_and_its_stand_by_are_named(alarms):
    looked(alarms, Facts(gone="mic:Desk", standby="mic:Ceiling"))
    assert {(alarm["kind"], alarm["detail"]) for alarm in alarms.standing} == {
        ("device", "mic:Desk"),
        ("standby", "mic:Ceiling"),
    }


def test_what_stood_before_the_start_is_told_at_frame_0(rows):
    alarms = Alarms(rows)
    alarms.begin(AlarmKind.DISK_LOW, frame=7, value=50)
    assert rows.rows == []
    alarms.open()
    assert [(row["alarm"], row["on"], row["frame"]) for row in rows.rows] == [("disk_low", True, 0)]


class FullDisk(JournalFile):
    full = True

    def write(self, kind: str, **facts: object) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        super().write(kind, **facts)


def test_rows_that_a_full_disk_does_not_take_are_written_when_there_is_room(tmp_path):
    rows = FullDisk(tmp_path)
    alarms = Alarms(rows)
    alarms.open()
    alarms.begin(AlarmKind.DISK_FULL, frame=5)
    alarms.end(AlarmKind.DISK_FULL, frame=9)
    assert rows.rows == []
    rows.full = False
    alarms.tell()
    assert turns(rows) == [("disk_full", True), ("disk_full", False)]


def test_an_outage_is_told_as_long_as_it_was_though_its_rows_are_written_after_it(tmp_path):
    rows = FullDisk(tmp_path)
    alarms = Alarms(rows)
    alarms.open()
    alarms.begin(AlarmKind.FOLDER, frame=5)
    began = datetime.fromisoformat(alarms.standing[0]["since"])
    until(lambda: datetime.now(UTC) - began >= timedelta(seconds=0.05))
    alarms.end(AlarmKind.FOLDER, frame=9)
    ended = datetime.now(UTC)
    until(lambda: datetime.now(UTC) - ended >= timedelta(seconds=0.05))
    rows.full = False
    alarms.tell()
    raised, over = journal.alarms(rows.rows)
    assert (raised.alarm.since, raised.at, over.alarm.since) == (began, began, began)
    assert began + timedelta(seconds=0.05) <= over.at <= ended


def test_a_row_that_does_not_tell_since_when_is_told_by_when_it_was_written(rows):
    rows.write("alarm", alarm="disk", on=True, track=None, frame=5, value=None, detail="")
    (turn,) = journal.alarms(rows.rows)
    assert turn.alarm.since.isoformat() == rows.rows[0]["at"]


def test_of_an_alarm_that_stands_value_and_detail_are_brought_up_to_date(alarms, rows):
    alarms.begin(AlarmKind.FOLDER, frame=5, value=1.0, detail="it is gone")
    alarms.begin(AlarmKind.FOLDER, frame=7, value=2.0, detail="it cannot be written to")
    (alarm,) = alarms.standing
    assert (alarm["frame"], alarm["value"], alarm["detail"]) == (5, 2.0, "it cannot be written to")
    assert turns(rows) == [("folder", True)]


def test_when_a_recording_ends_nothing_stands_any_more(alarms, rows):
    alarms.begin(AlarmKind.CLIPPING, track=2, frame=5, value=0.0)
    alarms.close(frame=9)
    assert [(row["track"], row["on"], row["frame"]) for row in rows.rows] == [(2, True, 5), (2, False, 9)]


# --- a real recording ---------------------------------------------------------------------------------------------


def test_a_pause_past_its_end_raises_an_alarm_and_never_resumes_by_itself(record):
    recorder = record()
    recorder.arm(order())
    recorder.start()
    until(lambda: recorder.status().frames > 0)
    began = datetime.now(UTC)
    frame = recorder.pause(until=began + timedelta(seconds=0.3))
    status = recorder.status()
    assert abs(status.paused_since - began) < timedelta(seconds=10)
    assert status.pause_until == began + timedelta(seconds=0.3)
    until(lambda: [alarm.kind for alarm in recorder.status().alarms] == [AlarmKind.BREAK_OVER])
    recorder.mark("item", "2")
    until(lambda: {alarm.kind for alarm in recorder.status().alarms} > {AlarmKind.BREAK_OVER})
    status = recorder.status()
    assert (status.state, status.frames) == (RecorderState.PAUSED, frame)
    assert [alarm.kind for alarm in status.alarms] == [AlarmKind.ITEM_IN_PAUSE, AlarmKind.BREAK_OVER]
    recorder.resume()
    status = recorder.status()
    assert (status.alarms, status.paused_since, status.pause_until) == ((), None, None)
    turns = [(turn.alarm.kind, turn.on, turn.alarm.frame) for turn in recorder.stop().alarms]
    assert set(turns) == {
        (kind, on, frame) for kind in (AlarmKind.BREAK_OVER, AlarmKind.ITEM_IN_PAUSE) for on in (True, False)
    }
    pause = journal.first(load(recorder.folder).rows, "pause")
    assert pause["until"] == (began + timedelta(seconds=0.3)).isoformat()


def test_a_planned_end_that_is_no_time_is_refused_and_the_recording_goes_on(record):
    recorder = record()
    recorder.arm(order())
    recorder.start()
    with pytest.raises(BadInput, match="noon"):
        recorder._command({"do": "pause", "until": "noon"})
    assert recorder.status().state is RecorderState.RECORDING


def test_status_tells_of_source_beginning_and_what_is_sealed(record):
    recorder = record()
    armed = recorder.arm(order(bits=16))
    assert (armed.source, armed.standby, armed.bits, armed.started) == ("tone:2", "", 16, None)
    assert len(armed.levels) == 2
    recorder.start()
    until(lambda: recorder.status().sealed_frames > 0)
    status = recorder.status()
    assert 0 < status.sealed_frames <= status.frames
    assert timedelta(0) <= datetime.now(UTC) - status.started < timedelta(seconds=60)
    report = recorder.stop()
    past = recorder.status()
    assert (past.source, past.bits, past.started) == (status.source, 16, status.started)
    assert past.sealed_frames == past.frames == report.frames


def test_without_a_watch_nothing_watches(record):
    recorder = record()
    recorder.arm(order(watch=False))
    recorder.start()
    until(lambda: recorder.status().frames > 10_000)
    recorder.stop()
    assert not (recorder.folder / "levels.bin").exists()
