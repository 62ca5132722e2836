"""After a crash: what lies open is sealed, nothing is deleted, and what is wrong is said."""

import errno
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from roomctl.api import Busy, Damaged, Problem, RecordingReport, tr
from roomctl.api.files import fsync_folder
from roomctl_audio import control
from roomctl_audio.capture import capacity
from roomctl_audio.integrity import claim, rebuild
from roomctl_audio.integrity.verifying import examine, need_folder, rebuilt, verify
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import JournalFile, load
from roomctl_audio.sealing.finishing import Finisher, sealing, sweep
from roomctl_audio.sound import part as parts
from roomctl_audio.sound.layout import Layout

__all__ = ["recover", "verify"]

AT_MOST_LOST_SECONDS = 1.0
"""A crash costs what was not yet on disk: at most the time between two syncs. How much exactly nobody knows."""


def recover(folder: Path) -> RecordingReport:
    """Seals what a crash left open, and rebuilds a damaged journal. Idempotent: a second run finds nothing to do.

    Raises:
        NotFound: there is no such folder.
        Busy: a capture lives in it, or somebody else recovers it and does not end.
        OSError: no room, or no way to write; nothing is lost, and another run goes on with it.

    """
    need_folder(folder)
    card = control.read_card(folder)
    if card and card.alive:
        raise Busy(
            tr(f"不能恢复 {folder}", f"cannot recover {folder}"),
            tr("录音还在进行", "it is still being recorded"),
            tr("请先停止录音", "stop the recording first"),
        )
    with claim.alone(folder):
        return _recover(folder)


def _recover(folder: Path) -> RecordingReport:
    capacity.Reserve(folder, 0).give_back()  # of the capture that died; what is done here needs the room
    found: list[Problem] = []
    with Finisher(folder) as finisher:
        file = _journal(folder, finisher, found)
        if not found:
            found += rebuild.adopt_files(folder, file, finisher)
            open_before = list(_seal_open(folder, file, finisher))
            found += open_before
            if not open_before:
                _close(file)
    sweep(folder)
    control.remove_card(folder)
    found += [*rebuilt(file.rows), *_absent(folder, file.rows)]
    return journal.report(file.rows, found)


def _journal(folder: Path, finisher: Finisher, found: list[Problem]) -> JournalFile:
    """The journal to go on with, its half row cut off, its damage left behind; where that cannot be, it is told."""
    parsed = load(folder)
    if parsed.torn:
        _cut(folder, parsed)
    if rebuild.needed(folder, parsed):
        made = rebuild.rebuild(folder, parsed, finisher)
        if made is None:
            found.append(Problem(journal.NAME, parsed.problem or tr("日志不见了", "the journal is missing")))
        parsed = made or parsed
    return JournalFile(folder, parsed)


def _cut(folder: Path, parsed: journal.Parsed) -> None:
    """The half row goes to a file of its own, durably, before it leaves the journal."""
    rebuild.keep_aside(folder, parsed.torn, "torn")
    with (folder / journal.NAME).open("r+b") as file:
        file.truncate(parsed.good)
        os.fsync(file.fileno())


def _seal_open(folder: Path, file: JournalFile, finisher: Finisher) -> Iterator[Problem]:
    opened = journal.first(file.rows, "opened")
    for seq, path in parts.open_parts(folder).items():
        known = any(row["seq"] == seq for row in journal.of_kind(file.rows, "part"))
        if opened is None:
            yield Problem(path.name, tr("日志里没有它", "the journal does not know it"))
        elif not known and not path.stat().st_size:
            path.unlink()  # made a moment before the crash, and nothing was written to it
        elif not known and seq != max(journal.sealed_parts(file.rows), default=0) + 1:
            yield Problem(path.name, tr("日志里没有它", "the journal does not know it"))
        else:
            if not known:
                _adopt(file, path, seq, _layout(opened))
            if problem := _seal(folder, path, seq, opened, file, finisher):
                yield Problem(path.name, problem)


def _layout(opened: journal.Row) -> Layout:
    return Layout(opened["tracks"], opened["bits"], opened["sample_rate"])


def _adopt(file: JournalFile, path: Path, seq: int, layout: Layout) -> None:
    """The row of a part whose own row was torn off. When it began is told by when it was last written to."""
    found = path.stat()
    utc = datetime.fromtimestamp(found.st_mtime - found.st_size / layout.second, UTC)
    first = journal.frames(file.rows)
    file.write("part", seq=seq, first_frame=first, utc=utc.isoformat(), monotonic=0.0, recovered=True)


def _seal(folder: Path, path: Path, seq: int, opened: journal.Row, file: JournalFile, finisher: Finisher) -> str:
    """Why the part could not be sealed; empty where it is, and then the part is gone."""
    done = journal.sealed_parts(file.rows).get(seq)
    layout = _layout(opened)
    if done is None and path.stat().st_size < layout.frame:
        file.seal(seq, 0, (), recovered=True)
    elif done is None or not _whole(folder, done, finisher):
        first = next(row["first_frame"] for row in journal.of_kind(file.rows, "part") if row["seq"] == seq)
        try:  # where the watch died with its capture, the picture is whole again
            said = finisher.ask(sealing(path.name, seq, layout, opened["order"]["channels"], first))
        except Damaged as error:  # it dies over this part; the others may be sound
            return str(error)
        if "error" in said:
            _need_room(folder, path.stat().st_size)
            return str(said["error"])
        file.seal(seq, said["frames"], said["tracks"], recovered=True)
    path.unlink()
    fsync_folder(folder)
    return ""


def _need_room(folder: Path, size: int) -> None:
    """What the encoder tells of a full disk says nothing of it. Raises: OSError, where that was the cause."""
    if shutil.disk_usage(folder).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _whole(folder: Path, sealed: journal.Row, finisher: Finisher) -> bool:
    """Whether the files that a row speaks of are there, so that its part is no longer needed."""
    return all(
        (folder / track["path"]).is_file()
        and examine(finisher, track["path"]).get("sha256_file") == track["sha256_file"]
        for track in sealed["tracks"]
    )


def _close(file: JournalFile) -> None:
    """Declares what the crash cost, and seals the journal."""
    rows = file.rows
    if not rows or journal.first(rows, "sealed"):
        return
    opened = journal.first(rows, "opened") or {}
    frames = journal.frames(rows)
    moves = list(journal.of_kind(rows, "start", "pause", "resume", "stop"))
    ending = next((row["sealed"] for row in reversed(rows) if row["kind"] == "rebuilt" and row["sealed"]), None)
    if not ending and moves and moves[-1]["kind"] in {"start", "resume"}:
        lost = 0 if opened["waits"] else round(AT_MOST_LOST_SECONDS * opened["sample_rate"])
        file.write("gap", first_frame=frames, frames=lost, reason="crash")
    file.write("sealed", **(ending or {"ended": False, "problem": ""}), frames=frames, recovered=True)


def _absent(folder: Path, rows: list[journal.Row]) -> list[Problem]:
    return [
        Problem(segment.path, tr("文件不见了", "the file is missing"))
        for segment in journal.segments(rows)
        if not (folder / segment.path).is_file()
    ]
