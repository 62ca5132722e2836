from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from roomctl_audio.integrity.bitflip import LONGEST, mended
from roomctl_audio.journal import journal

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def written(notes) -> bytes:
    data, prev = b"", journal.GENESIS
    for n, note in enumerate(notes):
        row = journal.row(prev, n, "mark", AT, {"note": note})
        data, prev = data + journal.line(row), row["sha256"]
    return data


notes = st.lists(st.text(max_size=5), min_size=1, max_size=4)


@given(notes, st.data())
def test_whichever_bit_was_flipped_it_is_put_back(said, data):
    whole = written(said)
    damaged = bytearray(whole)
    damaged[data.draw(st.integers(0, len(whole) - 2))] ^= 1 << data.draw(st.integers(0, 7))
    parsed = journal.parse(bytes(damaged))
    if parsed.problem:  # else it means the same, or looks like a row that was cut off
        assert journal.parse(mended(bytes(damaged), parsed)).rows == journal.parse(whole).rows


def test_a_newline_that_was_flipped_parts_its_two_rows_again():
    whole = written(["a", "b", "c"])
    at = whole.index(b"\n")
    damaged = whole[:at] + bytes([whole[at] ^ 64]) + whole[at + 1 :]
    assert mended(damaged, journal.parse(damaged)) == whole


def test_more_than_one_bit_is_not_guessed_at():
    whole = written(["a", "b", "c"])
    damaged = whole.replace(b'"b"', b'"q"')  # two bits
    assert mended(damaged, journal.parse(damaged)) is None


def test_a_row_that_was_taken_out_is_not_put_back():
    lines = written(["a", "b", "c"]).splitlines(keepends=True)
    cut = lines[0] + lines[2]
    assert mended(cut, journal.parse(cut)) is None


def test_what_is_too_long_to_be_a_row_is_not_tried():
    rubbish = bytes(LONGEST + 1) + b"\n\n"
    assert mended(rubbish, journal.parse(rubbish)) is None


def test_a_bit_that_makes_half_a_surrogate_is_put_back():
    whole = written(["a\ud7ff"])  # the last character before them: ED 9F BF
    at = whole.index(b"\xed\x9f\xbf") + 1
    damaged = whole[:at] + bytes([whole[at] ^ 32]) + whole[at + 1 :]
    parsed = journal.parse(damaged)
    assert parsed.problem
    assert mended(damaged, parsed) == whole
