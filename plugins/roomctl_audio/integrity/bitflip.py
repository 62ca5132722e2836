"""One flipped bit in a journal is put back: each bit is tried, and the hash of the row proves which one it was."""

from roomctl_audio.journal import journal

LONGEST = 16_384
"""Bytes that are tried; the longest row, of 16 tracks, has about 6,000."""


def mended(data: bytes, parsed: journal.Parsed) -> bytes | None:
    """The journal as it was written, where one bit was flipped after `parsed.good`; None where more is amiss.

    A bit can also have joined two rows, or cut one in two: so that row is tried, then it and the one behind it.
    """
    prev, n = parsed.head, len(parsed.rows)
    for end in _ends(data, parsed.good):
        damaged = bytearray(data[parsed.good : end])
        if len(damaged) > LONGEST:
            return None
        for at in range(len(damaged)):
            for bit in range(8):
                damaged[at] ^= 1 << bit
                if _follows(damaged, prev, n):
                    return data[: parsed.good] + bytes(damaged) + data[end:]
                damaged[at] ^= 1 << bit
    return None


def _ends(data: bytes, start: int) -> list[int]:
    """After the first row from `start` on, and after the second."""
    first = data.find(b"\n", start) + 1 or len(data)
    second = data.find(b"\n", first) + 1 or len(data)
    return [first, second] if second > first else [first]


def _follows(lines: bytearray, prev: str, n: int) -> bool:
    """Whether they are whole rows that follow on a row of that hash, the n-th from 0 and on."""
    for line in lines.splitlines(keepends=True):
        row = journal.read(bytes(line))
        if row is None or row.get("prev") != prev or row.get("n") != n:
            return False
        prev, n = row["sha256"], n + 1
    return True
