import errno
import json
import os
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import JournalFile, load
from roomctl_audio.journal.following import follow

from roomctl.api import Gap, Marker, MarkKind

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
facts = st.dictionaries(
    st.sampled_from(["frame", "note", "track", "first_frame", "utc", "x"]),
    st.one_of(st.integers(), st.text(), st.floats(allow_nan=False, allow_infinity=False), st.booleans()),
)


def written(rows) -> bytes:
    data, prev = b"", journal.GENESIS
    for n, (kind, said) in enumerate(rows):
        row = journal.row(prev, n, kind, AT, said)
        data, prev = data + journal.line(row), row["sha256"]
    return data


rows = st.lists(st.tuples(st.sampled_from(["mark", "gap", "part"]), facts), min_size=1, max_size=8)


@given(rows)
def test_a_journal_reads_back_as_it_was_written(given_rows):
    parsed = journal.parse(written(given_rows))
    assert [{k: row[k] for k in said} for row, (_, said) in zip(parsed.rows, given_rows, strict=True)] == [
        said for _, said in given_rows
    ]
    assert (parsed.torn, parsed.problem) == (b"", "")


@given(rows, st.data())
def test_a_write_cut_off_anywhere_costs_its_own_row_alone(given_rows, data):
    whole = written(given_rows)
    last = whole[:-1].rfind(b"\n") + 1
    cut = data.draw(st.integers(last + 1, len(whole) - 1))
    parsed = journal.parse(whole[:cut])
    assert len(parsed.rows) == len(given_rows) - 1
    assert (parsed.good, parsed.torn, parsed.problem) == (last, whole[last:cut], "")


@given(rows, st.data())
def test_a_changed_byte_anywhere_is_noticed(given_rows, data):
    whole = bytearray(written(given_rows))
    at = data.draw(st.integers(0, len(whole) - 2))
    whole[at] ^= 1 << data.draw(st.integers(0, 6))
    parsed = journal.parse(bytes(whole))
    assert len(parsed.rows) < len(given_rows)
    assert parsed.problem or parsed.torn


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"NaN", b"Infinity", b"1.50", b"15e-1"])
def test_a_number_that_is_written_otherwise_is_noticed(number):
    whole = written([("segments", {"seq": 1, "drift_ppm": 1.5})])
    assert journal.parse(whole.replace(b"1.5", number)).problem


@pytest.mark.parametrize(
    "rubbish", [b"[" * 100_000 + b"\n", b"null\n", b'{"kind":1,"sha256":"\\ud800"}\n', b"\xff\xfe\n"]
)
def test_rubbish_is_no_row(rubbish):
    whole = written([("start", {"frame": 0})])
    parsed = journal.parse(whole + rubbish)
    assert (parsed.good, bool(parsed.problem)) == (len(whole), True)


@given(rows.filter(lambda r: len(r) > 1), st.data())
def test_a_row_taken_out_is_noticed(given_rows, data):
    lines = written(given_rows).splitlines(keepends=True)
    del lines[data.draw(st.integers(0, len(lines) - 2))]
    assert journal.parse(b"".join(lines)).problem


def test_a_row_written_anew_by_someone_without_the_chain_is_noticed():
    lines = written([("mark", {"frame": 1}), ("mark", {"frame": 2})]).splitlines(keepends=True)
    forged = json.loads(lines[0])
    forged["frame"] = 9
    forged["sha256"] = journal.digest(forged)
    assert journal.parse(journal.line(forged) + lines[1]).problem


turns = st.lists(st.tuples(st.sampled_from(["start", "stop"]), facts), min_size=1, max_size=4)


@given(st.lists(turns, min_size=1, max_size=4), st.data())
def test_a_journal_that_is_followed_says_what_it_says_when_it_is_read_whole(tmp_path_factory, batches, data):
    """However it grows, half rows and rows that were taken back included."""
    folder = tmp_path_factory.mktemp("journal")
    path = folder / journal.NAME
    for n in range(len(batches)):
        whole = written([row for batch in batches[: n + 1] for row in batch])
        if data.draw(st.booleans()):
            path.write_bytes(whole[:-1] + data.draw(st.sampled_from([b"", b"\n", b"}\n"])))
            assert follow(folder).parsed == load(folder)
        path.write_bytes(whole)
        assert follow(folder).parsed == load(folder)


def test_what_was_read_once_is_not_read_again(tmp_path):
    file = JournalFile(tmp_path)
    file.write("opened", tracks=1)
    first = follow(tmp_path)
    assert follow(tmp_path) is first
    file.write("gap", first_frame=10, frames=7, reason="overflow")
    grown = follow(tmp_path)
    assert grown.parsed.rows[0] is first.parsed.rows[0]
    assert grown.report.dropped == 7
    (tmp_path / journal.NAME).unlink()
    assert follow(tmp_path).report.dropped == 0


def test_a_row_that_was_changed_in_its_place_is_noticed_by_whoever_follows(tmp_path):
    path = tmp_path / journal.NAME
    path.write_bytes(written([("mark", {"mark": "mark", "frame": n, "note": ""}) for n in range(3)]))
    assert len(follow(tmp_path).report.markers) == 3
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"frame":1', b'"frame":7'))
    os.utime(path, ns=(0, 0))  # however coarse the file system's clock is
    assert (len(follow(tmp_path).report.markers), bool(follow(tmp_path).parsed.problem)) == (1, True)


def test_the_report_counts_losses_but_not_pauses():
    rows = journal.parse(
        written([
            ("opened", {"tracks": 2, "sample_rate": 48_000}),
            ("mark", {"mark": "item", "frame": 10, "note": "2"}),
            ("gap", {"first_frame": 100, "frames": 7, "reason": "overflow"}),
            ("gap", {"first_frame": 200, "frames": 90, "reason": "pause"}),
        ])
    ).rows  # fmt: skip
    report = journal.report(rows)
    assert (report.tracks, report.sample_rate, report.dropped) == (2, 48_000, 7)
    assert report.gaps == (Gap(100, 7, "overflow"), Gap(200, 90, "pause"))
    assert report.markers == (Marker(MarkKind.ITEM, 10, "2"),)


def failing(*_):
    raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.mark.parametrize("broken", [("fsync",), ("fsync", "ftruncate")])
def test_a_row_that_could_not_be_made_durable_is_not_in_the_journal_and_the_next_one_is_chained(tmp_path, broken):
    file = JournalFile(tmp_path)
    file.write("opened", tracks=1)
    with pytest.MonkeyPatch.context() as disk:
        for name in broken:
            disk.setattr(os, name, failing)
        for _ in range(2):
            with pytest.raises(OSError, match=os.strerror(errno.EIO)):
                file.write("mark", frame=1)
    file.write("mark", frame=2)
    found = load(tmp_path)
    assert (found.problem, found.torn) == ("", b"")
    assert [(row["kind"], row.get("frame")) for row in found.rows] == [("opened", None), ("mark", 2)]


def test_a_journal_that_was_taken_away_and_could_not_be_restored_at_once_is_restored_later(tmp_path):
    file = JournalFile(tmp_path)
    file.write("opened", tracks=1)
    (tmp_path / journal.NAME).unlink()
    with pytest.MonkeyPatch.context() as disk:
        disk.setattr(os, "fsync", failing)
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            file.restore()
    assert file.restore()
    file.write("mark", frame=1)
    assert [row["kind"] for row in load(tmp_path).rows] == ["opened", "mark"]
