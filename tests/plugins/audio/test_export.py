"""What an export holds, what it leaves out, and what becomes of one that does not get to its end."""

import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import av
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roomctl_audio.exchange import spans
from roomctl_audio.exchange.encoders import OPUS_BITRATE, Sink
from roomctl_audio.exchange.export import Wanted, export
from roomctl_audio.integrity.recovery import recover
from roomctl_audio.journal import journal

from roomctl.api import BadInput, Damaged, Marker, MarkKind, NotFound, Refused, RoomctlError
from tests.plugins.audio.made import Made, recording, samples
from tests.waiting import until

SHANGHAI = timezone(timedelta(hours=8))
SOUND = samples(48_000)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """One second of two tracks in four segments."""
    return recording(tmp_path_factory.mktemp("audio") / "rec", SOUND, [14_400, 28_800, 43_200])


def read(path) -> np.ndarray:
    return soundfile.read(path, dtype="int32", always_2d=True)[0]


def write(folder, path, **wanted):
    return export(folder, path, Wanted(**wanted), zone=lambda: SHANGHAI)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([16, 24]),
    st.integers(1, 16),
    st.lists(st.integers(1, 700), min_size=1, max_size=4),
    st.booleans(),
)
def test_every_format_that_can_holds_the_recording_bit_for_bit(tmp_path_factory, bits, tracks, lengths, rf64):
    folder = tmp_path_factory.mktemp("x")
    sound = samples(sum(lengths), tracks, bits, seed=tracks)
    recording(folder / "rec", sound, np.cumsum(lengths)[:-1], bits=bits)
    suffixes = [".wav", ".flac"] if tracks <= 8 else [".wav"]
    for suffix in suffixes:
        path = folder / f"all{suffix}"
        said = export(folder / "rec", path, Wanted(), wav_bytes=0 if rf64 else 1 << 32)
        assert (said.frames, said.channels) == (len(sound), tracks)
        assert soundfile.info(path).subtype == f"PCM_{bits}"
        assert np.array_equal(read(path), sound)


def test_above_the_limit_a_wav_is_an_rf64_that_players_read(recorded, tmp_path):
    path = tmp_path / "long.wav"
    assert export(recorded, path, Wanted(), wav_bytes=200_000).kind == "RF64"
    head = path.read_bytes()[:80]
    assert (head[:4], head[8:16]) == (b"RF64", b"WAVEds64")  # EBU Tech 3306, section 3
    assert head[4:8] == b"\xff\xff\xff\xff"
    assert int.from_bytes(head[28:36], "little") == SOUND.size * 3  # the size of the data, in 64 bits
    assert int.from_bytes(head[20:28], "little") == path.stat().st_size - 8
    with av.open(str(path)) as container:
        decoded = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert np.array_equal(decoded.reshape(-1, 2), SOUND)


def test_below_the_limit_it_is_a_plain_wav(recorded, tmp_path):
    assert write(recorded, tmp_path / "x.wav").kind == "WAV"
    assert (tmp_path / "x.wav").read_bytes()[:4] == b"RIFF"


def test_a_stretch_of_one_track_across_segments(recorded, tmp_path):
    write(recorded, tmp_path / "x.wav", track=2, since="0.25", until="0:00.75")
    assert np.array_equal(read(tmp_path / "x.wav")[:, 0], SOUND[12_000:36_000, 1])


def test_a_mix_is_the_mean(recorded, tmp_path):
    write(recorded, tmp_path / "mix.wav", mix=True)
    found = read(tmp_path / "mix.wav")[:, 0]
    assert np.abs(found - SOUND.mean(axis=1)).max() <= 256  # one step of 24 bits


@pytest.mark.parametrize("rate", [48_000, 44_100])
def test_opus_is_a_mono_mix_small_enough_to_send(tmp_path, rate):
    tone = np.sin(np.arange(rate * 3) * 2 * np.pi * 440 / rate) * 2**30
    sound = np.column_stack([tone, np.zeros(len(tone))]).astype(np.int32) & ~255
    folder = recording(tmp_path / "rec", sound, rate=rate)
    said = write(folder, tmp_path / "x.opus")
    assert (said.kind, said.channels) == ("OPUS", 1)
    assert said.bytes * 8 / 3 < 2 * OPUS_BITRATE
    with av.open(str(tmp_path / "x.opus")) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.codec_context.channels) == ("libopus", 1) or (
            stream.codec_context.name == "opus"
        )
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(stream)])
    assert len(heard) / 48_000 == pytest.approx(3, abs=0.1)
    middle = heard[48_000:96_000] / (1 if heard.dtype.kind == "f" else 2**15)
    spectrum = np.abs(np.fft.rfft(middle))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.25 / np.sqrt(2), rel=0.1)  # half of it is silence


@pytest.fixture(scope="module")
def meeting(tmp_path_factory):
    """Six seconds at 8 kHz, begun at 09:00:00 in Shanghai: item 1, off the record, item 2, a break, item 1 again."""
    made = Made(tmp_path_factory.mktemp("meeting") / "rec", rate=8_000)
    made.mark("item", "1")
    made.part(samples(8_000, seed=1))
    made.mark("off_record")
    made.part(samples(8_000, seed=2))
    made.mark("on_record")
    made.part(samples(8_000, seed=3))
    made.mark("item", "2")
    made.part(samples(8_000, seed=4))
    made.clock += 60
    made.gap(480_000, "pause")
    made.part(samples(8_000, seed=5))
    made.mark("item", "1")
    made.part(samples(8_000, seed=6))
    return made.end()


def seconds_of(path) -> list[int]:
    """Which seconds of the meeting a file holds."""
    sound = read(path)
    return [
        next(seed for seed in range(1, 7) if np.array_equal(samples(8_000, seed=seed), block))
        for block in np.split(sound, range(8_000, len(sound), 8_000))
    ]


@pytest.mark.parametrize(
    ("wanted", "seconds"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"off_record": False}, [1, 3, 4, 5, 6]),
        ({"item": 1}, [1, 2, 3, 6]),
        ({"item": 1, "off_record": False}, [1, 3, 6]),
        ({"item": 2}, [4, 5]),
        ({"item": 1, "since": "2"}, [3, 6]),
        ({"since": "9:00:03"}, [4, 5, 6]),
        ({"since": "@09:00:02", "until": "09:01:05"}, [3, 4, 5]),
        ({"since": "09:00:30"}, [5, 6]),  # in the break: from the next that was kept
        ({"since": "0:00:05"}, [6]),  # so far into it, since it is that long
    ],
)
def test_an_item_a_stretch_and_what_is_off_the_record(meeting, tmp_path, wanted, seconds):
    write(meeting, tmp_path / "x.wav", **wanted)
    assert seconds_of(tmp_path / "x.wav") == seconds


def test_what_is_sent_leaves_out_what_is_off_the_record_unless_it_is_asked_for(meeting, tmp_path):
    assert write(meeting, tmp_path / "a.opus").left_out == 8_000
    assert write(meeting, tmp_path / "b.opus", off_record=True).left_out == 0
    assert write(meeting, tmp_path / "c.wav").left_out == 0


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (NotFound, {"item": 3}),
        (BadInput, {"since": "@08:00"}),
        (BadInput, {"since": "@10:00"}),
        (BadInput, {"since": "1", "until": "2", "off_record": False}),
    ],
)
def test_what_is_not_in_the_meeting_is_refused(meeting, tmp_path, error, wanted):
    with pytest.raises(error):
        write(meeting, tmp_path / "x.wav", **wanted)
    assert list(tmp_path.iterdir()) == []


def test_a_file_has_no_time_of_day(tmp_path):
    folder = recording(tmp_path / "rec", samples(9_000), device=False)
    with pytest.raises(BadInput):
        write(folder, tmp_path / "x.wav", since="@09:00:00")


def test_drift_is_corrected_by_resampling(tmp_path):
    tone = (np.sin(np.arange(96_000) * 2 * np.pi * 1000 / 48_000) * 2**30).astype(np.int32)[:, None] & ~255
    made = Made(tmp_path / "rec", tracks=1)
    made.part(tone)
    made.journal.write("stop", frame=96_000, drift_ppm=1_000.0)
    said = write(made.folder, tmp_path / "x.wav", correct_drift=True)
    assert said.drift_ppm == 1_000.0
    assert said.frames == pytest.approx(96_000 / 1.001, abs=2)
    heard = read(tmp_path / "x.wav")[:, 0] / 2**31
    true = np.sin(np.arange(len(heard)) * 2 * np.pi * 1001 / 48_000) / 2  # a clock that is fast heard it too low
    assert np.abs(heard[2_000:-2_000] - true[2_000:-2_000]).max() < 0.01


def test_a_drift_that_nobody_knows_is_not_corrected(recorded, tmp_path):
    with pytest.raises(Refused):
        write(recorded, tmp_path / "x.wav", correct_drift=True)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(recorded, tmp_path):
    (tmp_path / "mine.wav").write_text("mine")
    with pytest.raises(BadInput):
        write(recorded, tmp_path / "mine.wav")
    assert (tmp_path / "mine.wav").read_text() == "mine"


@pytest.mark.parametrize(
    ("error", "name", "wanted"),
    [
        (BadInput, "x.mp3", {}),
        (BadInput, "no/x.wav", {}),
        (BadInput, "x.wav", {"since": "9"}),
        (BadInput, "x.wav", {"since": "noon"}),
        (BadInput, "x.wav", {"since": "@25:00"}),
        (NotFound, "x.wav", {"track": 3}),
        (NotFound, "x.wav", {"item": 1}),
    ],
)
def test_what_cannot_be_exported_leaves_nothing(recorded, tmp_path, error, name, wanted):
    with pytest.raises(error):
        write(recorded, tmp_path / name, **wanted)
    assert list(tmp_path.iterdir()) == []


def test_more_channels_than_flac_holds_are_refused_with_the_way_out(tmp_path):
    folder = recording(tmp_path / "rec", samples(100, 9))
    with pytest.raises(BadInput, match="--mix"):
        write(folder, tmp_path / "x.flac")
    assert write(folder, tmp_path / "x.flac", mix=True).channels == 1


def test_a_recording_that_is_not_there(tmp_path):
    with pytest.raises(NotFound):
        write(tmp_path, tmp_path / "x.wav")


def test_a_segment_that_is_gone_or_damaged_leaves_nothing(recorded, tmp_path):
    folder = shutil.copytree(recorded, tmp_path / "rec")
    (folder / "t02-0003.flac").write_bytes((folder / "t02-0003.flac").read_bytes()[:500])
    with pytest.raises(Damaged):
        write(folder, tmp_path / "x.wav")
    (folder / "t02-0003.flac").unlink()
    with pytest.raises(Damaged, match="t02-0003"):
        write(folder, tmp_path / "x.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["rec"]


def test_behind_a_damaged_journal_nothing_is_silently_left_out(meeting, tmp_path):
    folder = shutil.copytree(meeting, tmp_path / "rec")
    path = folder / journal.NAME
    lines = path.read_bytes().splitlines(keepends=True)
    mark = next(n for n, line in enumerate(lines) if b'"off_record"' in line)
    path.write_bytes(b"".join([*lines[:mark], lines[mark].replace(b"off_record", b"rubbish"), *lines[mark + 1 :]]))
    with pytest.raises(Damaged, match="recover"):
        write(folder, tmp_path / "x.wav")
    recover(folder)
    with pytest.raises(Refused, match="--without-off-record"):
        write(folder, tmp_path / "x.opus")
    assert write(folder, tmp_path / "x.opus", off_record=True).frames == 48_000
    assert write(folder, tmp_path / "x.wav").frames == 48_000


def test_of_a_recording_that_goes_on_it_says_that_it_is_not_whole(recorded, tmp_path):
    made = Made(tmp_path / "rec")
    made.part(samples(4_800))
    assert not write(made.folder, tmp_path / "x.wav").whole
    assert write(recorded, tmp_path / "y.wav").whole


def test_one_sees_how_far_it_is(recorded, tmp_path):
    seen: list[tuple[int, int]] = []
    export(recorded, tmp_path / "x.wav", Wanted(), progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (48_000, 48_000)


def test_a_disk_that_takes_nothing_says_why():
    if not sys.platform.startswith("linux"):
        pytest.skip("/dev/full is Linux's")
    from pathlib import Path  # noqa: PLC0415

    sink = Sink.__new__(Sink)
    sink._file, sink.error = Path("/dev/full").open("wb", buffering=0), None  # noqa: SIM115
    assert sink.write(b"x") == 0
    with pytest.raises(OSError, match="space"):
        sink.close()


@pytest.fixture
def disk(tmp_path):
    """2 MB of a file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    argv = [mount or "mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if sys.platform != "linux" or not mount or subprocess.run(argv, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    yield place
    subprocess.run([shutil.which("umount") or "umount", "--lazy", str(place)], check=True)


@pytest.mark.parametrize("name", ["x.wav", "x.flac", "x.opus"])
def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path, disk, name):
    folder = recording(tmp_path / "rec", samples(500_000))  # 3 MB
    (disk / "ballast").write_bytes(bytes(2_080_000 if name == "x.opus" else 1_000_000))
    with pytest.raises(RoomctlError) as told:
        write(folder, disk / name)
    assert "\n" not in str(told.value)
    assert "full" in str(told.value) or "已满" in str(told.value)
    assert "MB" in str(told.value)
    assert [path.name for path in disk.iterdir()] == ["ballast"]


def test_what_an_export_that_was_killed_left_goes_with_the_next_one(recorded, tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".x.wav.{dead.pid}.tmp").write_bytes(b"RIFF")
    write(recorded, tmp_path / "x.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["x.wav"]


SCRIPT = """
import sys, typer
from roomctl_audio.cli.commands import build
app = typer.Typer()
app.add_typer(build(None)["recording"])
app(["export", *sys.argv[1:]])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signals to a child there")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_export_that_is_interrupted_leaves_nothing_half_made(tmp_path, how):
    folder = recording(tmp_path / "rec", np.zeros((48_000 * 1200, 1), np.int32), range(0, 48_000 * 1200, 48_000 * 60))
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", SCRIPT, str(folder), "--output", str(tmp_path / "x.opus")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until(lambda: any(path.name.startswith(".x.opus") for path in tmp_path.iterdir()))
    child.send_signal(how)
    _, err = child.communicate(timeout=30)
    assert child.returncode != 0
    assert b"Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["rec"]


def test_times_are_read_as_people_write_them():
    assert [spans.seconds(text) for text in ("90", "1:30", "0:01:30.5")] == [90, 90, 90.5]


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("90", 9_000),
        ("0:30", 3_000),
        ("1:00:00", 360_000),
        ("22:00:00", 720_000),  # 22 h into it would be beyond its end: ten in the evening is meant
        ("@22:00", 720_000),
        ("@22:00:00.5", 720_050),
        ("@3:00", 2_520_000),  # the next day
        ("99:00:00", 2_880_000),  # no time of day: the end
    ],
)
def test_a_time_of_day_is_told_from_a_length(text, frame):
    began, rate, length = datetime(2026, 3, 2, 12, tzinfo=UTC), 100, 2_880_000  # eight hours from 20:00

    def at(moment: datetime) -> int | None:
        found = round(Fraction((moment - began).total_seconds()) * rate)
        return found if 0 <= found <= length else None

    assert spans.frame(text, length, rate, began, lambda: SHANGHAI, at) == frame


marks = st.lists(st.integers(0, 50), max_size=6)


@given(marks, marks)
def test_what_is_left_out_is_out_and_all_else_is_in(wanted, holes):
    def pairs(numbers):
        ordered = sorted(set(numbers))
        return list(zip(ordered[::2], ordered[1::2], strict=False))

    def frames(of):
        return {frame for first, last in of for frame in range(first, last)}

    left = spans.without(pairs(wanted), pairs(holes))
    assert frames(left) == frames(pairs(wanted)) - frames(pairs(holes))
    assert left == sorted(left)


def test_an_item_that_was_taken_back_or_put_right_is_none_or_another(tmp_path):
    made = Made(tmp_path / "rec")
    for number in ("1", "2", "3"):
        made.mark("item", number)
        made.part(samples(4_800, seed=int(number)))
    made.mark("undo", of=2)
    made.mark("note", "4", of=3)
    folder = made.end()
    assert write(folder, tmp_path / "1.wav", item=1).frames == 9_600
    assert write(folder, tmp_path / "4.wav", item=4).frames == 4_800
    with pytest.raises(NotFound):
        write(folder, tmp_path / "2.wav", item=2)


def test_an_item_that_comes_twice_is_both_stretches():
    marked = [Marker(MarkKind.ITEM, frame, note) for frame, note in ((0, "1"), (10, "2"), (20, "1"))]
    assert spans.items(marked, 1, 30) == [(0, 10), (20, 30)]
