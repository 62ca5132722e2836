"""What `recording verify` finds, one damage each."""

import shutil
from datetime import UTC, datetime

import pytest
from roomctl_audio.integrity.verifying import verify
from roomctl_audio.journal import clocks, journal
from roomctl_audio.sealing.finisher import seal

from tests.plugins.audio.made import BEGAN, Made, recording, samples


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return recording(tmp_path_factory.mktemp("whole") / "rec", samples(9_000), [3_000, 6_000])


@pytest.fixture
def folder(whole, tmp_path):
    """Two tracks, three segments."""
    return shutil.copytree(whole, tmp_path / "rec")


def found(folder) -> dict[str, str]:
    return {problem.file: problem.what for problem in verify(folder).problems}


def flip(path, at: float = 0.5) -> None:
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 4
    path.write_bytes(data)


def swap(a, b) -> None:
    aside = a.with_name("aside")
    a.rename(aside)
    b.rename(a)
    aside.rename(b)


def test_what_is_whole_has_no_findings_and_tells_how_far_it_has_read(folder):
    seen: list[tuple[int, int]] = []
    assert verify(folder, lambda done, total: seen.append((done, total))).ok
    size = sum(path.stat().st_size for path in folder.glob("*.flac"))
    assert seen == sorted(seen)
    assert (len(seen), seen[-1]) == (6, (size, size))


@pytest.mark.parametrize("at", [0.0, 0.3, 0.7, 0.99])
def test_a_bit_flipped_anywhere_in_the_journal_is_found(folder, at):
    flip(folder / journal.NAME, at)
    assert journal.NAME in found(folder)


def test_a_bit_flipped_in_a_flac_is_found_in_that_file_alone(folder):
    flip(folder / "t02-0002.flac")
    assert set(found(folder)) == {"t02-0002.flac"}


def test_a_segment_that_was_removed(folder):
    (folder / "t01-0002.flac").unlink()
    assert set(found(folder)) == {"t01-0002.flac"}


def test_two_segments_that_were_swapped_are_told_apart(folder):
    swap(folder / "t01-0001.flac", folder / "t01-0003.flac")
    said = found(folder)
    assert set(said) == {"t01-0001.flac", "t01-0003.flac"}
    assert "t01-0003.flac" in said["t01-0001.flac"]


def test_a_row_that_was_cut_out_of_the_middle(folder):
    path = folder / journal.NAME
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3] + lines[4:]))
    assert journal.NAME in found(folder)


def test_a_row_cut_in_two_at_the_end(folder):
    path = folder / journal.NAME
    path.write_bytes(path.read_bytes()[:-9])
    assert "recover" in found(folder)[journal.NAME]


def test_a_file_that_does_not_belong(folder):
    (folder / "notes.txt").write_text("x")
    assert set(found(folder)) == {"notes.txt"}


def test_what_the_watch_wrote_beside_the_sound_belongs(folder):
    (folder / "levels.bin").write_bytes(bytes(40))
    assert verify(folder).ok


def test_a_part_that_is_not_sealed_and_one_that_is_gone(tmp_path):
    made = Made(tmp_path / "rec")
    made.part(samples(2_000))
    made.open(samples(2_000))
    gone = made.open(samples(2_000))
    gone.unlink()
    said = found(made.folder)
    assert {"0002.part", "0003.part", journal.NAME} == set(said)
    assert "recover" in said["0002.part"]


@pytest.mark.parametrize(("jump", "word"), [(+500, "500"), (-500, "500")])
def test_frames_that_are_skipped_or_come_twice(tmp_path, jump, word):
    made = Made(tmp_path / "rec")
    made.part(samples(3_000))
    made.frame += jump
    made.part(samples(3_000))
    said = found(made.end())
    assert word in said["t01-0002.flac"]


def test_a_gap_that_a_segment_claims_and_no_row_declares(tmp_path):
    made = Made(tmp_path / "rec")
    made.part(samples(3_000))
    made.open(samples(3_000))
    said = seal(made.folder, "0002.part", 2, made.layout, {})
    part = next(row for row in journal.of_kind(made.journal.rows, "part") if row["seq"] == 2)
    facts = {key: part[key] for key in ("seq", "first_frame", "utc", "monotonic")}
    made.journal.write(
        "segments", **facts, frames=3_000, overflows=0, gap_before=77, recovered=False, tracks=said["tracks"]
    )
    (made.folder / "0002.part").unlink()
    made.frame = 6_000
    assert "77" in found(made.end())["t01-0002.flac"]


def test_tracks_that_do_not_span_the_same_frames(tmp_path):
    made = Made(tmp_path / "rec")
    made.open(samples(3_000))
    said = seal(made.folder, "0001.part", 1, made.layout, {})
    made.journal.seal(1, 3_000, said["tracks"][:1])
    (made.folder / "0001.part").unlink()
    (made.folder / "t02-0001.flac").unlink()
    made.frame = 3_000
    assert set(found(made.end())) == {"t01-0001.flac"}


def test_sound_that_is_missing_by_the_clock_and_that_no_gap_declares(tmp_path):
    made = Made(tmp_path / "rec")
    made.part(samples(4_800), clock=0.1)
    made.part(samples(4_800), clock=2.1)  # two seconds more than there is sound
    made.part(samples(4_800))
    said = found(made.end())
    assert set(said) == {"t01-0003.flac"}
    assert "2.00" in said["t01-0003.flac"]


def test_a_declared_gap_explains_the_clock(tmp_path):
    made = Made(tmp_path / "rec")
    made.part(samples(4_800), clock=2.1)
    made.gap(96_000, "device")
    made.part(samples(4_800))
    assert verify(made.end()).ok


def rows(parts, *, waits=False, gaps=(), rate=48_000, **more):
    """Journal rows of parts (frame, monotonic); nothing of them is on disk."""
    said = [{"kind": "opened", "waits": waits, "sample_rate": rate, "order": {}, **more}]
    said += [
        {"kind": "part", "seq": n, "first_frame": frame, "monotonic": monotonic}
        for n, (frame, monotonic) in enumerate(parts, 1)
    ]
    return said + [{"kind": "gap", "first_frame": f, "frames": n, "reason": "x"} for f, n in gaps]


MINUTE = 60 * 48_000


@pytest.mark.parametrize(
    ("parts", "gaps", "seqs"),
    [
        ([(0, 5.0), (MINUTE, 65.0), (2 * MINUTE, 125.0)], (), []),
        ([(0, 5.0), (MINUTE, 65.5), (2 * MINUTE, 125.1)], (), []),  # lumps of a sound server
        ([(0, 5.0), (MINUTE, 66.0), (2 * MINUTE, 126.0)], (), [2]),
        ([(0, 5.0), (MINUTE, 66.0), (2 * MINUTE, 126.0)], [(MINUTE, 48_000)], []),
        ([(0, 5.0), (MINUTE, 67.0), (2 * MINUTE, 125.0)], (), []),  # begun late, and made up for
        ([(0, 5.0), (MINUTE, 64.0)], (), []),  # begun a second late, as a busy machine does
        ([(0, 5.0), (MINUTE, 63.0)], (), [2]),  # too much
        ([(n * MINUTE, 5 + n * 60.4) for n in range(5)], (), [3, 5]),  # little by little; anew from there
        ([(n * MINUTE, 5 + n * 60.006) for n in range(200)], (), []),  # 100 ppm of drift is no loss
        ([(0, 5.0), (MINUTE, 0.0), (2 * MINUTE, 125.0)], (), []),  # one that recovery adopted was not timed
    ],
)
def test_the_clock_is_believed_beyond_lumps_and_drift(parts, gaps, seqs):
    assert [found.seq for found in clocks.discrepancies(rows(parts, gaps=gaps))] == seqs


@pytest.mark.parametrize(
    ("stop", "gaps", "missing"),
    [(63.0, (), False), (69.0, (), True), (69.0, [(2 * MINUTE, 10 * 48_000)], False), (None, (), False)],
)
def test_what_is_missing_before_the_end_is_seen_too(stop, gaps, missing):
    said = rows([(0, 5.0), (MINUTE, 65.0)], gaps=gaps)
    ending = {"kind": "stop", "frame": 2 * MINUTE, **({} if stop is None else {"monotonic": 62.0 + stop})}
    found = list(clocks.discrepancies([*said, ending]))
    assert [(each.seq, each.at_end) for each in found] == ([(2, True)] if missing else [])


def test_a_file_is_not_held_to_the_clock():
    parts = [(0, 5.0), (MINUTE, 5.1), (2 * MINUTE, 5.2)]
    assert list(clocks.discrepancies(rows(parts, waits=True))) == []
    assert clocks.drift_ppm(rows(parts, waits=True)) is None


def test_the_drift_of_a_clock_that_is_fast_is_positive():
    fast = [(round(n * MINUTE * (1 + 50e-6)), 5.0 + n * 60) for n in range(30)]
    assert clocks.drift_ppm(rows(fast)) == pytest.approx(50, abs=1)
    assert clocks.drift_ppm(rows(fast[:5])) is None  # too short to tell it from the lumps
    measured = {"kind": "sealed", "drift_ppm": -12.5}
    assert clocks.drift_ppm([*rows(fast), measured]) == -12.5


def test_a_moment_of_the_wall_clock_is_a_frame(tmp_path):
    made = Made(tmp_path / "rec", rate=8_000)
    made.part(samples(8_000))
    made.clock += 10  # a break
    made.part(samples(8_000))
    made.end()
    at = [BEGAN.timestamp() + seconds for seconds in (-1, 0.5, 5, 11.25, 13)]
    frames = [clocks.frame_at(made.journal.rows, datetime.fromtimestamp(each, UTC)) for each in at]
    assert frames == [None, 4_000, 8_000, 10_000, None]
