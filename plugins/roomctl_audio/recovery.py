"""After a crash: what lies open is sealed, nothing is deleted, and what is wrong is said. And the full check."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from roomctl.api import Busy, NotFound, Problem, RecordingReport, tr
from roomctl.api.files import fsync_folder
from roomctl_audio import control, journal
from roomctl_audio import part as parts
from roomctl_audio.finishing import Finisher, sweep
from roomctl_audio.journal_file import JournalFile, load
from roomctl_audio.pcm import Layout

AT_MOST_LOST_SECONDS = 1.0
"""A crash costs what was not yet on disk: at most the time between two syncs. How much exactly nobody knows."""


def recover(folder: Path) -> RecordingReport:
    """Seals what a crash left open. Idempotent: a second run finds nothing to do.

    Raises:
        NotFound: there is no such folder.
        Busy: a capture lives in it.

    """
    _need(folder)
    card = control.read_card(folder)
    if card and card.alive:
        raise Busy(
            tr(f"不能恢复 {folder}", f"cannot recover {folder}"),
            tr("录音还在进行", "it is still being recorded"),
            tr("请先停止录音", "stop the recording first"),
        )
    parsed = load(folder)
    if parsed.torn:
        _cut(folder, parsed)
    file = JournalFile(folder, parsed)
    found: list[Problem] = []
    if parsed.problem:  # a chain cannot be gone on with behind damage; what is on disk stays as it is
        found.append(Problem(journal.NAME, parsed.problem))
    else:
        with Finisher(folder) as finisher:
            found += _seal_open(folder, file, finisher)
        sweep(folder)
        if not found:
            _close(file)
    control.remove_card(folder)
    found += _absent(folder, file.rows)
    return journal.report(file.rows, found)


def _need(folder: Path) -> None:
    if not folder.is_dir():
        raise NotFound(
            tr(f"找不到录音 {folder}", f"no recording {folder}"),
            tr("没有这个文件夹", "there is no such folder"),
            tr("请检查路径", "check the path"),
        )


def _cut(folder: Path, parsed: journal.Parsed) -> None:
    """The half row goes to a file of its own, durably, before it leaves the journal."""
    number = 1
    while (aside := folder / f"{journal.NAME}.torn-{number}").exists():
        number += 1
    with aside.open("xb") as file:
        file.write(parsed.torn)
        file.flush()
        os.fsync(file.fileno())
    fsync_folder(folder)
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
        request = {
            "do": "seal",
            "part": path.name,
            "seq": seq,
            "tracks": layout.tracks,
            "bits": layout.bits,
            "rate": layout.rate,
            "titles": opened["order"]["channels"],
        }
        said = finisher.ask(request)
        if "error" in said:
            return str(said["error"])
        file.seal(seq, said["frames"], said["tracks"], recovered=True)
    path.unlink()
    fsync_folder(folder)
    return ""


def _whole(folder: Path, sealed: journal.Row, finisher: Finisher) -> bool:
    """Whether the files that a row speaks of are there, so that its part is no longer needed."""
    return all(
        (folder / track["path"]).is_file()
        and finisher.ask({"do": "examine", "path": track["path"]}).get("sha256_file") == track["sha256_file"]
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
    if moves and moves[-1]["kind"] in {"start", "resume"}:
        lost = 0 if opened["waits"] else round(AT_MOST_LOST_SECONDS * opened["sample_rate"])
        file.write("gap", first_frame=frames, frames=lost, reason="crash")
    file.write("sealed", frames=frames, ended=False, problem="", recovered=True)


def _absent(folder: Path, rows: list[journal.Row]) -> list[Problem]:
    return [
        Problem(segment.path, tr("文件不见了", "the file is missing"))
        for segment in journal.segments(rows)
        if not (folder / segment.path).is_file()
    ]


def verify(folder: Path) -> RecordingReport:
    """Reads every byte: the journal's chain, each file's hashes, its sound decoded, and that no frame is skipped.

    A recording that is still being made may be verified as far as it is sealed.

    Raises:
        NotFound: there is no recording in the folder.

    """
    _need(folder)
    if not (folder / journal.NAME).is_file():
        raise NotFound(
            tr(f"{folder} 里没有录音", f"there is no recording in {folder}"),
            tr(f"缺少 {journal.NAME}", f"{journal.NAME} is missing"),
            tr("请给出录音的文件夹", "give the folder of a recording"),
        )
    parsed = load(folder)
    rows = list(parsed.rows)
    card = control.read_card(folder)
    live = bool(card and card.alive)
    found = [*_journal_problems(parsed, live=live), *_continuity(rows), *_strangers(folder, rows, live=live)]
    with Finisher(folder) as finisher:
        for row in journal.sealed_parts(rows).values():
            for track in row["tracks"]:
                found += _examine(folder, row, track, finisher)
    return journal.report(rows, found)


def _journal_problems(parsed: journal.Parsed, *, live: bool) -> Iterator[Problem]:
    if parsed.problem:
        yield Problem(journal.NAME, parsed.problem)
    if live:
        return
    if parsed.torn:
        yield Problem(journal.NAME, tr("最后一行不完整，请运行 recover", "its last row is cut off: run recover"))
    last = parsed.rows[-1] if parsed.rows else None
    if not parsed.problem and (last is None or last["kind"] != "sealed"):
        yield Problem(journal.NAME, tr("没有封存，请运行 recover", "it is not sealed: run recover"))


def _continuity(rows: list[journal.Row]) -> Iterator[Problem]:
    opened = journal.first(rows, "opened")
    tracks = int(opened["tracks"]) if opened else 0
    frame = 0
    for seq, row in sorted(journal.sealed_parts(rows).items()):
        if row["first_frame"] != frame:
            text = tr(
                f"从第 {row['first_frame']} 帧开始，应为 {frame}", f"begins at {row['first_frame']}, not at {frame}"
            )
            yield Problem(parts.segment_name(1, seq), text)
        if row["frames"] and [track["track"] for track in row["tracks"]] != list(range(1, tracks + 1)):
            yield Problem(parts.segment_name(1, seq), tr("轨道不全", "not every track is there"))
        frame = row["first_frame"] + row["frames"]
    sealed = journal.first(rows, "sealed")
    if sealed and sealed["frames"] != frame:
        text = tr(
            f"应有 {sealed['frames']} 帧，实有 {frame}", f"{sealed['frames']} frames were sealed, {frame} are there"
        )
        yield Problem(journal.NAME, text)


def _strangers(folder: Path, rows: list[journal.Row], *, live: bool) -> Iterator[Problem]:
    known = {segment.path for segment in journal.segments(rows)} | {journal.NAME, control.LOG}
    for path in sorted(folder.iterdir()):
        if path.name in known or path.name.startswith(f"{journal.NAME}.torn-"):
            continue
        if live and (
            path.name == control.CARD or parts.NAME.fullmatch(path.name) or path.suffix in {".tmp", ".flac"}
        ):
            continue
        if parts.NAME.fullmatch(path.name):
            yield Problem(path.name, tr("还没有封存，请运行 recover", "not sealed yet: run recover"))
        else:
            yield Problem(path.name, tr("日志里没有它", "the journal does not know it"))


def _examine(folder: Path, row: journal.Row, track: dict[str, Any], finisher: Finisher) -> Iterator[Problem]:
    name = str(track["path"])
    if not (folder / name).is_file():
        yield Problem(name, tr("文件不见了", "the file is missing"))
        return
    said = finisher.ask({"do": "examine", "path": name})
    if "error" in said:
        yield Problem(name, tr(f"无法解码：{said['error']}", f"cannot be decoded: {said['error']}"))
    elif (said["sha256_file"], said["sm3_file"]) != (track["sha256_file"], track["sm3_file"]):
        yield Problem(name, tr("文件与封存时不同", "the file is not what was sealed"))
    elif (said["sha256_pcm"], said["frames"]) != (track["sha256_pcm"], row["frames"]):
        yield Problem(name, tr("声音与封存时不同", "the sound is not what was sealed"))
