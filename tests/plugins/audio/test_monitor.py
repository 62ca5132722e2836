"""Listening to what is on disk."""

import io
import itertools
import subprocess
import sys
import wave

import numpy as np
import psutil
import pytest
from roomctl_audio import control, monitor
from roomctl_audio.sealing.finisher import seal
from roomctl_audio.sound.layout import Layout

from roomctl.api import NotFound, Refused
from tests.plugins.audio.faults import commands
from tests.plugins.audio.made import Made, recording, samples
from tests.waiting import until

RATE = 8_000


@pytest.fixture
def made(tmp_path):
    """A recording that still goes on: this test is its capture."""
    made = Made(tmp_path / "rec", rate=RATE)
    control.write_card(made.folder, "nowhere", b"k")
    return made


def end(made: Made) -> None:
    (made.folder / control.CARD).unlink()


def upper(sound: np.ndarray) -> bytes:
    """The upper 16 bits, as a listener hears them."""
    return (sound >> 16).astype("<i2").tobytes()


def until_quiet(heard) -> bytes:
    """What is heard until nothing new comes, or it ends."""
    return b"".join(itertools.takewhile(bool, heard))


def finish(made: Made, seq: int) -> None:
    """A part that is sealed, and gone."""
    said = seal(made.folder, f"{seq:04d}.part", seq, made.layout, {})
    made.journal.seal(seq, said["frames"], said["tracks"])
    (made.folder / f"{seq:04d}.part").unlink()


def test_it_is_a_wav_of_one_channel_and_16_bits_that_has_no_end(made):
    made.open(samples(800))
    heard = monitor.listen(made.folder, track=1)
    head = next(heard)
    with wave.open(io.BytesIO(head)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        assert file.getnframes() > 24 * 3600 * RATE
    assert head[4:8] == head[40:44] == b"\xff\xff\xff\xff"


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize("track", [1, 3])
def test_one_track_from_so_many_seconds_before_the_end(tmp_path, bits, track):
    made = Made(tmp_path / "rec", tracks=3, bits=bits, rate=RATE)
    sound = samples(4 * RATE, 3, bits)
    made.open(sound)
    head, *blocks = monitor.listen(made.folder, track=track, behind=1.5)
    assert b"".join(blocks) == upper(sound[-3 * RATE // 2 :, track - 1])
    assert head == monitor.header(RATE)


def test_half_a_frame_is_not_heard(made):
    sound = samples(RATE)
    path = made.open(sound)
    with path.open("ab") as file:
        file.write(b"\x01\x02\x03\x04")
    heard = monitor.listen(made.folder, track=2, behind=9)
    next(heard)
    assert until_quiet(heard) == upper(sound[:, 1])


def test_it_goes_on_as_the_part_grows_over_its_turn_and_a_pause(made):
    sound = samples(6 * RATE)
    path = made.open(sound[:RATE])
    heard = monitor.listen(made.folder, track=1, behind=0.5)
    next(heard)
    assert until_quiet(heard) == upper(sound[RATE // 2 : RATE, 0])
    with path.open("ab") as file:
        aside = Made(made.folder.parent / "aside", rate=RATE)
        file.write(aside.open(sound[RATE : 2 * RATE]).read_bytes())
    made.frame = 2 * RATE
    made.open(sound[2 * RATE : 3 * RATE])  # the turn
    finish(made, 1)
    assert until_quiet(heard) == upper(sound[RATE : 3 * RATE, 0])  # the end of a part that was sealed meanwhile too
    finish(made, 2)  # a pause: no part is open
    assert [next(heard) for _ in range(3)] == [b"", b"", b""]
    made.frame = 3 * RATE
    made.open(sound[3 * RATE : 4 * RATE])
    assert until_quiet(heard) == upper(sound[3 * RATE : 4 * RATE, 0])
    end(made)
    assert list(heard) == []


@pytest.mark.parametrize("track", [2, None])
def test_right_after_a_turn_what_is_sealed_is_heard_without_a_hole(made, track):
    sound = samples(3 * RATE) & ~0xFF
    made.part(sound[: 2 * RATE])
    made.open(sound[2 * RATE :])
    wanted = sound[RATE // 2 :]
    end(made)
    heard = b"".join(itertools.islice(monitor.listen(made.folder, track=track, behind=2.5), 1, None))
    if track:
        assert heard == upper(wanted[:, 1])
    else:
        mean = wanted.astype(np.float64).mean(axis=1) / 65_536
        assert np.abs(np.frombuffer(heard, "<i2") - mean).max() <= 0.5


def test_of_a_recording_that_is_sealed_its_end_is_heard(tmp_path):
    sound = samples(2 * RATE)
    folder = recording(tmp_path / "rec", sound, [RATE], rate=RATE)
    assert b"".join(itertools.islice(monitor.listen(folder, track=1, behind=1.5), 1, None)) == upper(
        sound[RATE // 2 :, 0]
    )


def test_the_mean_of_all_tracks_is_made_by_a_child_that_goes_with_its_listener(made):
    sound = samples(RATE)
    made.open(sound)
    heard = monitor.listen(made.folder, behind=9)
    next(heard)
    mean = np.rint(sound.mean(axis=1) / 65_536)
    assert np.abs(np.frombuffer(until_quiet(heard), "<i2") - mean).max() <= 1
    assert any("roomctl_audio.monitor" in line for line in commands(made.folder))
    heard.close()
    assert not any("roomctl_audio.monitor" in line for line in commands(made.folder))


def test_a_child_whose_host_is_killed_ends_by_itself(made):
    made.open(samples(RATE))
    script = (
        "import sys, time; from pathlib import Path; from roomctl_audio import monitor; "
        "heard = monitor.listen(Path(sys.argv[1])); next(heard); next(heard); print('on', flush=True); time.sleep(60)"
    )
    host = subprocess.Popen([sys.executable, "-c", script, str(made.folder)], stdout=subprocess.PIPE)
    assert host.stdout.readline() == b"on\n"
    children = psutil.Process(host.pid).children()
    assert len(children) == 1
    host.kill()
    host.communicate()
    until(lambda: not children[0].is_running() or children[0].status() == psutil.STATUS_ZOMBIE)


def test_it_is_never_much_ahead_of_the_sound(made, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr(monitor.time, "sleep", slept.append)
    monkeypatch.setattr(monitor.time, "monotonic", lambda: sum(slept))
    sound = samples(20 * RATE)
    layout = Layout(2, 24, RATE)

    def follow(behind: float):
        return monitor.follow(made.folder, layout, behind, lambda raw: monitor.pick(raw, layout, 1), lambda *_: b"")

    path = made.open(sound)
    late = follow(0.0)
    assert next(late) == b""
    (made.folder / "0002.part").write_bytes(path.read_bytes())  # much at once, as a file is recorded
    end(made)
    assert b"".join(late) == upper(sound[:, 0])
    assert 20 / monitor.PACE - 2 < sum(slept) < 20
    slept.clear()
    assert b"".join(follow(20.0)) == upper(sound[:, 0])  # what was asked for comes at once
    assert sum(slept) < 1


def test_where_nothing_is_on_disk_it_is_refused(tmp_path, made):
    with pytest.raises(Refused):
        monitor.listen(tmp_path)
    with pytest.raises(Refused):
        monitor.listen(made.folder)


def test_a_track_that_is_not_there(made):
    made.open(samples(100))
    with pytest.raises(NotFound, match="3"):
        monitor.listen(made.folder, track=3)


def test_a_host_that_listens_loads_no_library_for_it(made):
    made.part(samples(RATE))
    made.open(samples(RATE))
    end(made)
    script = (
        "import sys; from pathlib import Path; from roomctl_audio import monitor; "
        "print(sum(len(b) for b in monitor.listen(Path(sys.argv[1]), track=1, behind=1.5)), "
        "[m for m in ('numpy', 'soundfile', 'av') if m in sys.modules])"
    )
    child = subprocess.run(
        [sys.executable, "-c", script, str(made.folder)], capture_output=True, text=True, check=True
    )
    assert child.stdout.strip() == f"{44 + 3 * RATE} []"
