"""The full check of a recording: every byte is read, and every claim of the journal is held against what is there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from roomctl.api import Damaged, NotFound, Problem, RecordingReport, tr
from roomctl_audio import control
from roomctl_audio.integrity import claim
from roomctl_audio.journal import clocks, journal
from roomctl_audio.journal.file import load
from roomctl_audio.sealing.finishing import Finisher
from roomctl_audio.sound import envelope
from roomctl_audio.sound import part as parts

BESIDE = frozenset({journal.NAME, control.LOG, claim.NAME, envelope.NAME})
"""Files of a recording that hold no sound, and that the journal does not tell of."""
KEPT_ASIDE = (f"{journal.NAME}.torn-", f"{journal.NAME}.damaged-")
"""What recovery took out of a journal; it stays as proof."""
WORKING = frozenset({".tmp", ".flac", ".part", ".json", ".bin"})
"""Of a recording that is still being made: what the journal will tell of, or that goes at its end."""

Heard = Callable[[int, int], None]
"""Bytes read, and all bytes."""


def verify(folder: Path, progress: Heard = lambda _done, _total: None) -> RecordingReport:
    """Reads every byte: the journal's chain, each file's hashes, its sound decoded, that no frame is skipped or comes
    twice, that all tracks span the same frames, and that sound and clock agree.

    A recording that is still being made may be verified as far as it is sealed.

    Raises:
        NotFound: there is no recording in the folder.

    """
    need_folder(folder)
    if not (folder / journal.NAME).is_file():
        raise NotFound(
            tr(f"{folder} 里没有录音", f"there is no recording in {folder}"),
            tr(f"缺少 {journal.NAME}", f"{journal.NAME} is missing"),
            f"roomctl recording recover {folder}"
            if any(folder.glob("t01-*.flac"))
            else tr("请给出录音的文件夹", "give the folder of a recording"),
        )
    parsed = load(folder)
    rows = list(parsed.rows)
    card = control.read_card(folder)
    live = bool(card and card.alive)
    found = [
        *_chain(parsed, live=live),
        *rebuilt(rows),
        *_continuity(rows),
        *_clock(rows),
        *_unsealed(folder, rows, live=live),
        *_strangers(folder, rows, live=live),
        *_files(folder, rows, progress),
    ]
    return journal.report(rows, found)


def need_folder(folder: Path) -> None:
    """Raises: NotFound."""
    if not folder.is_dir():
        raise NotFound(
            tr(f"找不到录音 {folder}", f"no recording {folder}"),
            tr("没有这个文件夹", "there is no such folder"),
            tr("请检查路径", "check the path"),
        )


def rebuilt(rows: Sequence[journal.Row]) -> Iterator[Problem]:
    """A journal that had to be rebuilt stays a finding for ever: rows of it may be missing."""
    for row in journal.of_kind(rows, "rebuilt"):
        damaged, bad = row["damaged"], row["unreadable"]
        yield Problem(
            journal.NAME,
            tr(
                f"曾损坏并重建：{damaged} 里有 {bad} 行读不出，期间的标记可能缺失",
                f"it was damaged and was rebuilt: {bad} row(s) of {damaged} cannot be read, marks may be missing",
            ),
        )


def _chain(parsed: journal.Parsed, *, live: bool) -> Iterator[Problem]:
    if parsed.problem:
        yield Problem(journal.NAME, tr(f"{parsed.problem}，请运行 recover", f"{parsed.problem}: run recover"))
    if live:
        return
    if parsed.torn:
        yield Problem(journal.NAME, tr("最后一行不完整，请运行 recover", "its last row is cut off: run recover"))
    last = parsed.rows[-1] if parsed.rows else None
    if not parsed.problem and (last is None or last["kind"] != "sealed"):
        yield Problem(journal.NAME, tr("没有封存，请运行 recover", "it is not sealed: run recover"))


def _continuity(rows: Sequence[journal.Row]) -> Iterator[Problem]:
    opened = journal.first(rows, "opened")
    tracks = int(opened["tracks"]) if opened else 0
    gaps, frame = journal.gaps(rows), 0
    for seq, row in sorted(journal.sealed_parts(rows).items()):
        name, first = parts.segment_name(1, seq), int(row["first_frame"])
        if first < frame:
            yield Problem(name, tr(f"与前一段重叠 {frame - first} 帧", f"overlaps by {frame - first} frames"))
        elif first > frame:
            yield Problem(
                name, tr(f"之前缺 {first - frame} 帧，日志未声明", f"{first - frame} frames before it are missing")
            )
        if row["frames"] and [track["track"] for track in row["tracks"]] != list(range(1, tracks + 1)):
            yield Problem(name, tr("轨道不全", "not every track is there"))
        declared = sum(gap.frames for gap in gaps if gap.first_frame == first)
        if row["gap_before"] > declared:
            undeclared = row["gap_before"] - declared
            yield Problem(name, tr(f"之前 {undeclared} 帧的缺口未声明", f"its gap of {undeclared} is not declared"))
        frame = first + int(row["frames"])
    sealed = journal.first(rows, "sealed")
    if sealed and sealed["frames"] != frame:
        text = tr(
            f"应有 {sealed['frames']} 帧，实有 {frame}", f"{sealed['frames']} frames were sealed, {frame} are there"
        )
        yield Problem(journal.NAME, text)


def _clock(rows: Sequence[journal.Row]) -> Iterator[Problem]:
    for found in clocks.discrepancies(rows):
        size, allowed = abs(found.seconds), clocks.TOLERANCE_SECONDS
        if found.at_end:
            text = tr(
                f"按时钟，结束之前少了 {size:.2f} 秒，日志未声明（容差 {clocks.END_SECONDS} 秒）",
                f"by the clock {size:.2f} s before the end are missing, and no gap declares them "
                f"(tolerance {clocks.END_SECONDS} s)",
            )
        elif found.seconds > 0:
            text = tr(
                f"按时钟，之前少了 {size:.2f} 秒，日志未声明（容差 {allowed} 秒）",
                f"by the clock {size:.2f} s before it are missing, and no gap declares them (tolerance {allowed} s)",
            )
        else:
            text = tr(
                f"按时钟，之前多了 {size:.2f} 秒（容差 {allowed} 秒）",
                f"by the clock there are {size:.2f} s too much before it (tolerance {allowed} s)",
            )
        yield Problem(parts.segment_name(1, found.seq), text)


def _unsealed(folder: Path, rows: Sequence[journal.Row], *, live: bool) -> Iterator[Problem]:
    """Parts that were begun, and neither became segments nor lie there still."""
    sealed = journal.sealed_parts(rows)
    for seq in (int(row["seq"]) for row in journal.of_kind(rows, "part")):
        path, segment = folder / parts.name(seq), folder / parts.segment_name(1, seq)
        if not live and seq not in sealed and not path.is_file() and not segment.is_file():
            yield Problem(path.name, tr("没有封存，文件也不见了", "it was not sealed, and the file is missing"))


def _strangers(folder: Path, rows: Sequence[journal.Row], *, live: bool) -> Iterator[Problem]:
    known = {segment.path for segment in journal.segments(rows)} | BESIDE
    for path in sorted(folder.iterdir()):
        if path.name in known or path.name.startswith(KEPT_ASIDE) or (live and path.suffix in WORKING):
            continue
        if parts.NAME.fullmatch(path.name):
            yield Problem(path.name, tr("还没有封存，请运行 recover", "not sealed yet: run recover"))
        else:
            yield Problem(path.name, tr("日志里没有它", "the journal does not know it"))


def _files(folder: Path, rows: Sequence[journal.Row], progress: Heard) -> Iterator[Problem]:
    opened = journal.first(rows, "opened")
    told = [
        {**track, "frames": row["frames"], "rate": opened["sample_rate"], "bits": opened["bits"]}
        for _, row in sorted(journal.sealed_parts(rows).items())
        for track in row["tracks"]
        if opened
    ]
    sizes = [_size(folder / file["path"]) for file in told]
    owners = {file["sha256_file"]: file["path"] for file in told}
    done = 0
    with Finisher(folder) as finisher:
        for file, size in zip(told, sizes, strict=True):
            yield from _examine(folder, file, owners, finisher)
            done += size
            progress(done, sum(sizes))


def examine(finisher: Finisher, name: str) -> Mapping[str, Any]:
    """Frames, rate, bits and hashes of a file of the folder, or `error`; a file that kills its reader is one too."""
    try:
        return finisher.ask({"do": "examine", "path": name})
    except Damaged as error:
        return {"error": str(error)}


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _examine(
    folder: Path, told: Mapping[str, Any], owners: Mapping[str, str], finisher: Finisher
) -> Iterator[Problem]:
    name = str(told["path"])
    if not (folder / name).is_file():
        yield Problem(name, tr("文件不见了", "the file is missing"))
        return
    said = examine(finisher, name)
    if "error" in said:
        yield Problem(name, tr(f"无法解码：{said['error']}", f"cannot be decoded: {said['error']}"))
    elif (said["sha256_file"], said["sm3_file"]) != (told["sha256_file"], told["sm3_file"]):
        other = owners.get(said["sha256_file"])
        yield Problem(
            name,
            tr(f"其中是 {other} 的内容", f"it holds what belongs into {other}")
            if other
            else tr("文件与封存时不同", "the file is not what was sealed"),
        )
    elif any(said[key] != told[key] for key in ("sha256_pcm", "frames", "rate", "bits")):
        yield Problem(name, tr("声音与日志所述不同", "the sound is not what the journal tells of"))
