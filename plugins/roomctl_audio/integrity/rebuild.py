"""A damaged journal is rebuilt beside the old one: no recording becomes useless by some flipped bits.

A single bit is put back, which the hashes prove; then nothing is lost, and nothing is left to say. Else rows before
the damage stay byte for byte. Behind it, each row whose own hash still holds is taken over and chained anew. A
segment whose row cannot be read gets one from its files, and the row `rebuilt` says for ever that this happened. The
damaged journal is kept as `journal.jsonl.damaged-1`.

    rebuilt   damaged, unreadable, taken_over, sealed: {ended, problem} where the old journal had come to its end
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from roomctl.api import Order, Problem, tr
from roomctl.api.files import atomic_write, fsync_folder
from roomctl_audio.integrity import bitflip
from roomctl_audio.integrity.verifying import examine
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import JournalFile
from roomctl_audio.sealing.finishing import Finisher
from roomctl_audio.sound import part as parts

MARK_SIGNS = (b'"kind":"mark"', b'"mark":"', b'"back":', b'"of":')
"""Of which the row of a mark has all; with two of them left a damaged one is still known as a mark."""
FRAME = re.compile(rb'"frame":(\d+),')
SEGMENT = re.compile(r"t(\d{2})-(\d{4,})\.flac")


def needed(folder: Path, parsed: journal.Parsed) -> bool:
    """Whether rows are damaged, or the journal is missing where its segments are there."""
    return bool(parsed.problem) or (not parsed.rows and bool(segment_files(folder)))


def segment_files(folder: Path) -> dict[int, dict[int, Path]]:
    """Files of segments by seq, then track."""
    found: dict[int, dict[int, Path]] = {}
    for path in sorted(folder.iterdir()):
        if match := SEGMENT.fullmatch(path.name):
            found.setdefault(int(match[2]), {})[int(match[1])] = path
    return dict(sorted(found.items()))


def rebuild(folder: Path, parsed: journal.Parsed, finisher: Finisher) -> journal.Parsed | None:
    """The journal as it stands after it; None, and nothing is changed, where not even the layout can be known.

    Raises: OSError, and the journal is as it was.
    """
    path = folder / journal.NAME
    data = path.read_bytes() if path.is_file() else b""
    if parsed.problem and (whole := bitflip.mended(data, parsed)):
        keep_aside(folder, data, "damaged")
        atomic_write(path, whole)
        return _further(folder, whole, finisher)
    good, behind = data[: parsed.good], data[parsed.good :].splitlines(keepends=True)
    sound = [row for row in map(_sound, behind) if row]
    opened = journal.first([*parsed.rows, *sound], "opened")
    made = None if opened else _opened(folder, finisher)
    if not opened and not made:
        return None
    aside = keep_aside(folder, data, "damaged") if data else ""
    ending = next(journal.of_kind(sound, "sealed"), None)
    head = {
        "damaged": aside,
        "unreadable": len(behind) - len(sound),
        "taken_over": len(sound),
        "sealed": {key: ending[key] for key in ("ended", "problem")} if ending else None,
    }
    now = datetime.now(UTC)
    following = [("rebuilt", now, head), *([("opened", now, made)] if made else [])]
    for line in behind:
        row = _sound(line) or _lost_mark(line)
        if row and row["kind"] != "sealed":
            following.append((row["kind"], datetime.fromisoformat(row.get("at", now.isoformat())), row))
    prev, lines = parsed.head, [good]
    for n, (kind, at, facts) in enumerate(following, len(parsed.rows)):
        row = journal.row(prev, n, kind, at, {k: v for k, v in facts.items() if k != "sha256"})
        prev = row["sha256"]
        lines.append(journal.line(row))
    atomic_write(path, b"".join(lines))
    return journal.parse(b"".join(lines))


def _further(folder: Path, data: bytes, finisher: Finisher) -> journal.Parsed | None:
    """The next damage, where there is more than one."""
    parsed = journal.parse(data)
    return rebuild(folder, parsed, finisher) if parsed.problem else parsed


def _sound(line: bytes) -> dict[str, Any] | None:
    """The row of a line, where its own hash holds, whatever became of the one before it."""
    row = journal.read(line)
    return row if row and isinstance(row.get("kind"), str) and isinstance(row.get("at"), str) else None


def _lost_mark(line: bytes) -> dict[str, Any] | None:
    """A mark in the place of one that cannot be read: others speak of marks by their number, which must not move."""
    if sum(sign in line for sign in MARK_SIGNS) < 2:  # noqa: PLR2004 - as `MARK_SIGNS` says
        return None
    frame = FRAME.search(line)
    note = tr("（此处的标记已损坏）", "(a mark that is damaged)")
    return {
        "kind": "mark",
        "mark": "mark",
        "frame": int(frame[1]) if frame else 0,
        "note": note,
        "back": 0.0,
        "of": 0,
    }


def keep_aside(folder: Path, data: bytes, why: str) -> str:
    """Keeps bytes of the journal in a file of their own, durably; gives its name. Twice the same is one file."""
    number = 1
    while (aside := folder / f"{journal.NAME}.{why}-{number}").exists():
        if aside.read_bytes() == data:
            return aside.name
        number += 1
    try:
        with aside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    fsync_folder(folder)
    return aside.name


def _opened(folder: Path, finisher: Finisher) -> dict[str, Any] | None:
    """The first row anew, from the files themselves; the source and the seats are not known any more."""
    files = segment_files(folder)
    for tracks in files.values():
        said = examine(finisher, next(iter(tracks.values())).name)
        if "error" not in said:
            return {
                "order": asdict(Order(source="", sample_rate=said["rate"], bits=said["bits"])),
                "tracks": max(max(each) for each in files.values()),
                "sample_rate": said["rate"],
                "bits": said["bits"],
                "source": "",
                "waits": False,
                "total_frames": None,
                "utc": _before(next(iter(tracks.values())), said["frames"] / said["rate"]),
                "monotonic": 0.0,
            }
    return None


def _before(path: Path, seconds: float) -> str:
    """When it began, by when it was last written to."""
    return datetime.fromtimestamp(path.stat().st_mtime - seconds, UTC).isoformat()


def adopt_files(folder: Path, file: JournalFile, finisher: Finisher) -> Iterator[Problem]:
    """Segments without a row get one from their files. Nothing that cannot be read whole is adopted, or touched."""
    opened = journal.first(file.rows, "opened")
    if opened is None or journal.first(file.rows, "sealed"):
        return
    waiting = parts.open_parts(folder)
    for seq, tracks in segment_files(folder).items():
        if seq in journal.sealed_parts(file.rows) or seq in waiting:
            continue
        said = [(path, examine(finisher, path.name)) for path in tracks.values()]
        if problem := _unfit(opened, tracks, said):
            yield problem
            continue
        frames = said[0][1]["frames"]
        if not any(row["seq"] == seq for row in journal.of_kind(file.rows, "part")):
            began = _before(said[0][0], frames / opened["sample_rate"])
            file.write("part", seq=seq, first_frame=_end(file, seq), utc=began, monotonic=0.0, recovered=True)
        rows = [
            {"track": track, "path": path.name}
            | {key: found[key] for key in ("sha256_pcm", "sha256_file", "sm3_file")}
            for track, (path, found) in zip(tracks, said, strict=True)
        ]
        file.seal(seq, frames, rows, recovered=True)


def _unfit(
    opened: journal.Row, tracks: Mapping[int, Path], said: Sequence[tuple[Path, Mapping[str, Any]]]
) -> Problem | None:
    for path, found in said:
        if "error" in found:
            why = found["error"]
            return Problem(path.name, tr(f"无法解码：{why}", f"cannot be decoded: {why}"))
        if (found["rate"], found["bits"]) != (opened["sample_rate"], opened["bits"]):
            return Problem(path.name, tr("格式与录音不符", "it is of another format than the recording"))
    if list(tracks) != list(range(1, opened["tracks"] + 1)) or len({found["frames"] for _, found in said}) > 1:
        return Problem(said[0][0].name, tr("轨道不全", "not every track is there"))
    return None


def _end(file: JournalFile, seq: int) -> int:
    """The frame after the last of the parts before `seq`."""
    before = [row for number, row in journal.sealed_parts(file.rows).items() if number < seq]
    return max((int(row["first_frame"]) + int(row["frames"]) for row in before), default=0)
