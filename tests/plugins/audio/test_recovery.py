"""What recovery makes of a damaged journal, orphans, and a disk without room. Kills are in test_crash."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from roomctl_audio.exchange.export import Wanted, export
from roomctl_audio.integrity.recovery import recover
from roomctl_audio.integrity.verifying import verify
from roomctl_audio.journal import journal
from roomctl_audio.recorder import AudioRecorder
from roomctl_audio.sealing.finishing import Finisher
from roomctl_audio.sound.pcm import pack

from roomctl.api import Damaged, NotFound, RoomctlError
from roomctl.domain.recording import standing
from tests.plugins.audio.faults import sound
from tests.plugins.audio.made import Made, recording, samples

SOUND = samples(9_000)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    made = Made(tmp_path_factory.mktemp("whole") / "rec")
    made.part(SOUND[:3_000])
    made.mark("item", "1")
    made.part(SOUND[3_000:6_000])
    made.mark("item", "2")
    made.part(SOUND[6_000:])
    return made.end()


@pytest.fixture
def folder(whole, tmp_path):
    """Three segments of two tracks, a mark after the first and the second."""
    return shutil.copytree(whole, tmp_path / "rec")


def lines(folder) -> list[bytes]:
    return (folder / journal.NAME).read_bytes().splitlines(keepends=True)


def contents(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def damage(folder, row: int, *, bits: int = 8) -> bytes:
    """Bits of a row flip; gives the journal as it is then."""
    path, said = folder / journal.NAME, lines(folder)
    line = bytearray(said[row])
    for bit in range(bits):
        line[len(line) // 2 + bit] ^= 1
    data = b"".join([*said[:row], bytes(line), *said[row + 1 :]])
    path.write_bytes(data)
    return data


def row_of(folder, kind: str, nth: int = 0) -> int:
    numbers = [n for n, line in enumerate(lines(folder)) if f'"kind":"{kind}"'.encode() in line]
    return numbers[nth]


@pytest.mark.parametrize("row", range(12))
def test_one_flipped_bit_in_any_row_is_put_back(folder, row):
    before = contents(folder)
    damaged = damage(folder, row, bits=1)
    assert recover(folder).ok
    assert contents(folder) == {**before, "journal.jsonl.damaged-1": damaged}
    assert verify(folder).ok


def test_a_bit_here_and_one_there_are_both_put_back(folder):
    before = contents(folder)
    damage(folder, 2, bits=1)
    damage(folder, 9, bits=1)
    assert recover(folder).ok
    assert (folder / journal.NAME).read_bytes() == before[journal.NAME]


@pytest.mark.parametrize("row", range(12))
def test_damage_in_any_row_costs_no_sound(folder, row):
    damaged = damage(folder, row)
    report = recover(folder)
    assert (folder / "journal.jsonl.damaged-1").read_bytes() == damaged
    assert np.array_equal(sound(folder, report), SOUND[:, 0])
    assert np.array_equal(sound(folder, report, 2), SOUND[:, 1])
    assert [problem.file for problem in report.problems] == [journal.NAME]
    checked = verify(folder)
    assert [problem.file for problem in checked.problems] == [journal.NAME]  # declared for ever, and nothing else
    assert "damaged-1" in checked.problems[0].what


def test_rows_before_the_damage_stay_as_they_were_and_those_behind_it_keep_what_they_say(folder):
    before = lines(folder)
    row = row_of(folder, "mark")
    damage(folder, row)
    report = recover(folder)
    assert lines(folder)[:row] == before[:row]
    assert [mark.kind.value for mark in report.markers] == ["mark", "item"]
    assert report.markers[1].note == "2"
    assert [(s.frames, s.recovered) for s in report.segments] == [(3_000, False)] * 6


def test_a_lost_mark_keeps_its_place_so_that_what_speaks_of_later_ones_still_does(tmp_path):
    made = Made(tmp_path / "rec")
    for note in ("one", "two", "three"):
        made.mark("mark", note)
        made.part(SOUND[:1_000])
    made.mark("undo", of=2)
    made.mark("note", "drei", of=3)
    folder = made.end()
    damage(folder, row_of(folder, "mark"))
    marks = standing(recover(folder).markers)
    assert [mark.note for mark in marks[1:]] == ["drei"]
    assert [(mark.number, mark.frame) for mark in marks] == [(1, 0), (3, 2_000)]


def test_a_segment_whose_row_cannot_be_read_gets_one_from_its_files(folder):
    damage(folder, row_of(folder, "segments", 1))
    report = recover(folder)
    assert [(s.seq, s.first_frame, s.recovered) for s in report.segments if s.track == 1] == [
        (1, 0, False),
        (2, 3_000, True),
        (3, 6_000, False),
    ]
    assert report.recovered == 2


def test_a_recording_that_had_ended_well_is_not_told_as_crashed(folder):
    damage(folder, 3)
    assert recover(folder).gaps == ()


def test_a_crash_with_a_damaged_journal_seals_what_lay_open_too(tmp_path):
    made = Made(tmp_path / "rec")
    made.part(SOUND[:3_000])
    made.mark("item", "1")
    made.part(SOUND[3_000:6_000])
    made.open(SOUND[6_000:])
    damage(made.folder, row_of(made.folder, "mark"))
    report = recover(made.folder)
    assert np.array_equal(sound(made.folder, report), SOUND[:, 0])
    assert [gap.reason for gap in report.gaps] == ["crash"]


def test_recovery_of_a_damaged_journal_twice_is_once(folder):
    damage(folder, 5)
    first, files = recover(folder), contents(folder)
    assert recover(folder) == first
    assert contents(folder) == files


def test_a_second_damage_is_kept_beside_the_first(folder):
    damage(folder, 5)
    recover(folder)
    second = damage(folder, 3)
    recover(folder)
    assert (folder / "journal.jsonl.damaged-2").read_bytes() == second
    assert np.array_equal(sound(folder, verify(folder)), SOUND[:, 0])


def test_a_journal_that_is_gone_is_made_anew_from_the_files(folder):
    (folder / journal.NAME).unlink()
    with pytest.raises(NotFound, match="recording recover"):
        verify(folder)
    report = recover(folder)
    assert np.array_equal(sound(folder, report, 2), SOUND[:, 1])
    assert report.recovered == 6
    assert verify(folder).problems == report.problems != ()


def test_a_journal_of_rubbish_with_nothing_beside_it_is_left_alone(tmp_path):
    (tmp_path / journal.NAME).write_bytes(b"rubbish\nrubbish\n")
    report = recover(tmp_path)
    assert [problem.file for problem in report.problems] == [journal.NAME]
    assert contents(tmp_path) == {journal.NAME: b"rubbish\nrubbish\n"}


def test_rows_cut_off_at_the_end_are_made_anew_and_the_recording_is_whole(folder):
    path = folder / journal.NAME
    path.write_bytes(b"".join(lines(folder)[:-3]))
    report = recover(folder)
    assert report.ok
    assert np.array_equal(sound(folder, report), SOUND[:, 0])
    assert verify(folder).ok


def test_segments_that_cannot_be_read_are_neither_adopted_nor_touched(folder):
    damage(folder, row_of(folder, "segments", 2))
    broken = b"fLaC" + bytes(50)
    (folder / "t02-0003.flac").write_bytes(broken)
    report = recover(folder)
    assert {problem.file for problem in report.problems} == {journal.NAME, "t02-0003.flac"}
    assert (folder / "t02-0003.flac").read_bytes() == broken
    assert report.frames == 6_000


def test_a_part_without_a_row_becomes_a_recovered_segment(tmp_path):
    made = Made(tmp_path / "rec")
    made.part(SOUND[:3_000])
    made.open(SOUND[3_000:], row=False)
    report = recover(made.folder)
    assert report.ok
    assert [s.recovered for s in report.segments] == [False, False, True, True]
    assert np.array_equal(sound(made.folder, report, 2), SOUND[:, 1])
    assert verify(made.folder).ok


def test_a_file_that_kills_its_decoder_hinders_no_other_part(folder, monkeypatch):
    rows = [json.loads(line) for line in lines(folder)]
    (folder / journal.NAME).write_bytes(b"".join(lines(folder)[: row_of(folder, "segments", 2)]))
    for part in ("0002.part", "0003.part"):  # the row of one was durable, and the part had not gone yet
        first = 3_000 * (int(part[:4]) - 1)
        (folder / part).write_bytes(pack(SOUND[first : first + 3_000], 24))
    for file in folder.glob("t*-0003.flac"):
        file.unlink()
    deadly, ask = rows[row_of(folder, "segments", 1)]["tracks"][0]["path"], Finisher.ask

    def dies(self, request):
        if request.get("path") == deadly:
            raise Damaged("the finisher died over it")
        return ask(self, request)

    monkeypatch.setattr(Finisher, "ask", dies)
    report = recover(folder)
    assert report.ok
    assert report.frames == 9_000
    assert not list(folder.glob("*.part"))
    monkeypatch.undo()
    assert np.array_equal(sound(folder, report), SOUND[:, 0])
    assert verify(folder).problems == ()


def test_an_export_goes_on_after_the_journal_was_rebuilt(folder, tmp_path):
    damage(folder, 4)
    recover(folder)
    assert export(folder, tmp_path / "x.wav", Wanted()).frames == 9_000


@pytest.fixture
def disk(tmp_path):
    """8 MB of a file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    argv = [mount or "mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    if sys.platform != "linux" or not mount or subprocess.run(argv, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    yield place
    subprocess.run([shutil.which("umount") or "umount", "--lazy", str(place)], check=True)


@pytest.mark.parametrize("broken", [False, True])
def test_a_full_disk_is_one_line_and_another_run_goes_on_with_it(disk, broken):
    made = Made(disk / "rec")
    noise = samples(100_000)
    made.part(noise[:1_000])
    made.open(noise[1_000:])
    if broken:
        damage(made.folder, 3)
    before = contents(made.folder)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free))
    with pytest.raises(RoomctlError) as told:
        AudioRecorder(made.folder).recover()
    assert "\n" not in str(told.value)
    assert "space" in str(told.value) or "空间" in str(told.value)
    assert contents(made.folder) == before
    ballast.unlink()
    report = AudioRecorder(made.folder).recover()
    assert np.array_equal(sound(made.folder, report), noise[:, 0])


def test_a_recording_that_is_whole_is_left_as_it_is(tmp_path):
    folder = recording(tmp_path / "rec", SOUND, [3_000])
    before = contents(folder)
    assert recover(folder).ok
    assert contents(folder) == before
