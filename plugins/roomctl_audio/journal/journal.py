"""The journal: one JSON object a line, each chained to the one before it. Pure: text in, rows and reports out.

Rows are written after the file they speak of, so what the journal tells of is there. Kinds:

    opened    order, source (as it was found), tracks, sample_rate, bits, waits, total_frames, utc, monotonic,
              boot: which run of the machine
    part      seq, first_frame, utc, monotonic: NNNN.part exists, and begins at that frame
    start     frame
    segments  seq, first_frame, frames, overflows, gap_before, recovered, utc, monotonic, drift_ppm (of the source's
              clock, null while not known), tracks: one file a track
    pause     frame, until: its planned end or null;   resume frame
    mark      mark, frame, note, back: seconds before it was pressed, of: number of the mark that it speaks of
    alarm     alarm, on, track (from 1, or null), frame, value, detail: raised, or its cause has ended; since: when it
              was so, which is before the row was written where the disk did not take it
    source    source, frame: another source is heard from that frame on (the stand-by, or the main one again)
    restored  frame: the folder was taken away while it was recorded into, and was made again
    gap       first_frame, frames, reason
    stop      frame, asked: by somebody, monotonic: at that moment; nothing more is kept, and all of it is on disk
    sealed    frames, ended, problem, recovered: nothing comes after it
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from roomctl.api import Alarm, AlarmKind, AlarmTurn, Gap, Marker, MarkKind, Problem, RecordingReport, Segment, tr

NAME = "journal.jsonl"
GENESIS = "0" * 64
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a journal's bytes say.

    Attributes:
        rows: those whose chain holds, up to the first that does not.
        good: bytes up to the end of the last of them.
        torn: what lies after `good`, where it is the half row of a write that was cut off.
        problem: why rows after `good` cannot be believed; empty where none, or only a half row, follows.

    """

    rows: tuple[Row, ...]
    good: int
    torn: bytes = b""
    problem: str = ""

    @property
    def head(self) -> str:
        """Hash that the next row is chained to."""
        return str(self.rows[-1]["sha256"]) if self.rows else GENESIS


def digest(row: Row) -> str:
    """SHA-256 of the row without its own hash: keys sorted, no spaces, UTF-8."""
    body = {key: value for key, value in row.items() if key != "sha256"}
    return hashlib.sha256(_text(body)).hexdigest()


def row(prev: str, n: int, kind: str, at: datetime, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A row chained to `prev`, the n-th from 0."""
    body = {**facts, "n": n, "kind": kind, "at": at.astimezone(UTC).isoformat(), "prev": prev}
    return {**body, "sha256": digest(body)}


def line(of: Row) -> bytes:
    """The row as it stands in the file, its newline included."""
    return _text(of) + b"\n"


def _text(value: Row) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def read(text: bytes) -> dict[str, Any] | None:
    """The row of a line, newline included, whose own hash holds; None where it is no whole row, or was altered.

    The hash is taken of the bytes, not of what they say: 0.1 and 0.10 say the same, but only one of them was written.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    own = said.get("sha256") if isinstance(said, dict) else None
    if not isinstance(own, str) or "kind" not in said or not text.endswith(b"\n"):
        return None
    member = f',"sha256":"{own}"'.encode(errors="surrogatepass")  # never the first: "at" and "kind" stand before it
    body = text[:-1].replace(member, b"", 1)
    return said if hashlib.sha256(body).hexdigest() == own else None


def parse(data: bytes, before: Parsed | None = None) -> Parsed:
    """Rows of a journal, the chain checked. A half row at the end is told apart from damage further up.

    Args:
        before: what was parsed of it earlier; `data` is then what stands behind `before.good`.

    """
    rows: list[Row] = list(before.rows) if before else []
    ahead = good = before.good if before else 0
    prev = before.head if before else GENESIS
    for text in data.splitlines(keepends=True):
        said = read(text)
        if said is None or said.get("prev") != prev or said.get("n") != len(rows):
            rest = data[good - ahead :]
            if b"\n" not in rest:  # a row is complete with its newline; one that lacks it was cut off
                return Parsed(tuple(rows), good, torn=rest)
            return Parsed(tuple(rows), good, problem=_broken(len(rows)))
        rows.append(said)
        good += len(text)
        prev = str(said["sha256"])
    return Parsed(tuple(rows), good)


def _broken(n: int) -> str:
    return tr(f"日志第 {n + 1} 行被改动或损坏", f"row {n + 1} of the journal was altered or is damaged")


def of_kind(rows: Iterable[Row], *kinds: str) -> Iterator[Row]:
    """Rows of any of the kinds, in order."""
    return (each for each in rows if each["kind"] in kinds)


def first(rows: Iterable[Row], kind: str) -> Row | None:
    """The first row of a kind."""
    return next(of_kind(rows, kind), None)


def sealed_parts(rows: Iterable[Row]) -> dict[int, Row]:
    """The valid `segments` row of each seq: the last, since recovery may have had to make files anew."""
    return {int(each["seq"]): each for each in of_kind(rows, "segments")}


def segments(rows: Iterable[Row]) -> tuple[Segment, ...]:
    """All sealed segments by seq, then track."""
    return tuple(
        Segment(
            track=int(file["track"]),
            seq=seq,
            path=str(file["path"]),
            first_frame=int(each["first_frame"]),
            frames=int(each["frames"]),
            utc=datetime.fromisoformat(each["utc"]),
            monotonic=float(each["monotonic"]),
            sha256_pcm=str(file["sha256_pcm"]),
            sha256_file=str(file["sha256_file"]),
            sm3_file=str(file["sm3_file"]),
            overflows=int(each["overflows"]),
            gap_before=int(each["gap_before"]),
            recovered=bool(each["recovered"]),
        )
        for seq, each in sorted(sealed_parts(rows).items())
        for file in each["tracks"]
    )


def gaps(rows: Iterable[Row]) -> tuple[Gap, ...]:
    """What was declared missing, pauses too."""
    return tuple(Gap(int(g["first_frame"]), int(g["frames"]), str(g["reason"])) for g in of_kind(rows, "gap"))


def dropped(known: Iterable[Gap]) -> int:
    """Frames that were lost. A pause loses nothing: nothing was to be kept."""
    return sum(gap.frames for gap in known if gap.reason != "pause")


def markers(rows: Iterable[Row]) -> tuple[Marker, ...]:
    """Marks in the order they were made."""
    return tuple(
        Marker(MarkKind(m["mark"]), int(m["frame"]), str(m["note"]), int(m.get("of", 0)))
        for m in of_kind(rows, "mark")
    )


def alarms(rows: Iterable[Row]) -> tuple[AlarmTurn, ...]:
    """Each time that an alarm was raised or ended, in order."""
    turns: list[AlarmTurn] = []
    began: dict[tuple[AlarmKind, int | None], datetime] = {}
    for each in of_kind(rows, "alarm"):
        at, key = datetime.fromisoformat(each.get("since", each["at"])), (AlarmKind(each["alarm"]), each["track"])
        since = began.setdefault(key, at) if each["on"] else began.pop(key, at)
        alarm = Alarm(
            kind=key[0], since=since, frame=each["frame"], track=key[1], value=each["value"], detail=each["detail"]
        )
        turns.append(AlarmTurn(alarm, bool(each["on"]), at))
    return tuple(turns)


def frames(rows: Iterable[Row]) -> int:
    """Frames in sealed segments."""
    return sum(int(each["frames"]) for each in sealed_parts(rows).values())


def report(rows: Sequence[Row], problems: Iterable[Problem] = ()) -> RecordingReport:
    """What the rows tell, as the host sees it."""
    opened = first(rows, "opened") or {}
    known = gaps(rows)
    sealed = segments(rows)
    return RecordingReport(
        tracks=int(opened.get("tracks", 0)),
        sample_rate=int(opened.get("sample_rate", 0)),
        frames=frames(rows),
        dropped=dropped(known),
        gaps=known,
        markers=markers(rows),
        segments=sealed,
        alarms=alarms(rows),
        recovered=sum(segment.recovered for segment in sealed),
        problems=tuple(problems),
        journal=str(rows[-1]["sha256"]) if rows else "",
    )
