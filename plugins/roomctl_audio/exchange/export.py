"""One file out of a recording's segments: WAV and FLAC are the same bit for bit; Opus is small, for sending."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import tzinfo
from glob import escape
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import soundfile
from numpy.typing import NDArray

from roomctl.api import (
    BadInput,
    Damaged,
    MissingPart,
    NotFound,
    RecordingReport,
    Refused,
    RoomctlError,
    recording,
    tr,
)
from roomctl.api.files import durable_rename
from roomctl_audio.exchange import spans
from roomctl_audio.exchange.encoders import Encoding
from roomctl_audio.exchange.spans import Span
from roomctl_audio.journal import clocks, journal
from roomctl_audio.journal.file import load

FORMATS = {".wav": "WAV", ".flac": "FLAC", ".opus": "OPUS", ".ogg": "OPUS"}
FLAC_CHANNELS = 8  # RFC 9639, section 9.1.3
WAV_BYTES = (1 << 32) - 4096  # the length field of a RIFF chunk has 32 bits; beyond it RF64 (EBU Tech 3306)
BLOCK_FRAMES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of a recording.

    Attributes:
        track: this one alone; mix: the mean of all tracks. Opus is mixed where neither is said.
        since, until: as `spans.frame` reads them; empty for begin and end.
        item: this agenda item alone.
        off_record: whether 不入记录 goes along; None: with WAV and FLAC it does, with Opus (for sending) not.
        correct_drift: resampled by the drift of the source's clock; not bit for bit then.

    """

    track: int | None = None
    mix: bool = False
    since: str = ""
    until: str = ""
    item: int | None = None
    off_record: bool | None = None
    correct_drift: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written.

    Attributes:
        kind: `WAV`, `RF64`, `FLAC`, `OPUS`.
        whole: the recording has ended; else only what was sealed so far could be exported.
        left_out: frames of 不入记录 that were left out.
        drift_ppm: by which it was corrected; None where it was not.

    """

    kind: str
    rate: int
    channels: int
    frames: int
    bytes: int
    whole: bool
    left_out: int = 0
    drift_ppm: float | None = None


def export(
    folder: Path,
    output: Path,
    wanted: Wanted,
    *,
    zone: Callable[[], tzinfo] = spans.local_zone,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    wav_bytes: int = WAV_BYTES,
) -> Exported:
    """Writes what is wanted. What exists is never written over, and what is interrupted leaves nothing.

    Args:
        zone: of times of day; progress: frames done, and all; wav_bytes: above them a WAV is an RF64.

    Raises:
        BadInput: an unknown format, an existing file, an empty stretch, more channels than the format holds.
        NotFound: no such track, no such item, no recording.
        Refused: a drift that nobody knows cannot be corrected; after damage nobody knows what is off the record.
        Damaged: a segment is missing, or the journal is damaged.
        RoomctlError: the disk is full.

    """
    kind = _format(output)
    rows = _rows(folder)
    report = journal.report(rows)
    if not report.frames:
        raise NotFound(tr(f"{folder} 里没有录音", f"there is no recording in {folder}"))
    stretches, left_out = _stretches(rows, report, wanted, sending=kind == "OPUS", zone=zone)
    mix = wanted.mix or (kind == "OPUS" and not wanted.track)
    tracks = _tracks(report, wanted.track)
    channels, bits = 1 if mix else len(tracks), int((journal.first(rows, "opened") or {})["bits"])
    ppm = _drift(rows) if wanted.correct_drift else None
    total = sum(last - first for first, last in stretches)
    size = total * channels * bits // 8
    if kind == "FLAC" and channels > FLAC_CHANNELS:
        raise BadInput(
            tr(f"FLAC 最多 {FLAC_CHANNELS} 个声道", f"FLAC holds at most {FLAC_CHANNELS} channels"),
            mend=tr("请用 .wav、--track 或 --mix", "use .wav, --track or --mix"),
        )
    if kind == "WAV":
        _need_room(output, size)
        kind = "RF64" if size > wav_bytes else "WAV"
    shape = _Shape(kind, report.sample_rate, channels, bits, total)
    found = blocks(folder, report, tracks, stretches)
    _sweep(output)
    beside = output.with_name(f".{output.name}.{os.getpid()}.tmp")
    try:
        written = _write(beside, shape, _mixed(found) if mix else found, ppm, progress)
        durable_rename(beside, output)
    except OSError as error:
        raise _cannot_write(output, error, size if kind in {"WAV", "RF64"} else 0) from error
    finally:
        beside.unlink(missing_ok=True)
    return Exported(
        kind=kind,
        rate=report.sample_rate,
        channels=channels,
        frames=written,
        bytes=output.stat().st_size,
        whole=journal.first(rows, "sealed") is not None,
        left_out=left_out,
        drift_ppm=ppm,
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: str
    rate: int
    channels: int
    bits: int
    total: int


def _write(
    path: Path, shape: _Shape, blocks: Iterator[NDArray[Any]], ppm: float | None, progress: Callable[[int, int], None]
) -> int:
    """Gives the frames written. Raises: OSError, Damaged where the file does not hold them."""
    done = written = 0
    stretch = _resampler(shape, ppm) if ppm is not None else None
    with Encoding(path, shape.kind, shape.rate, shape.channels, shape.bits) as file:
        for block in blocks:
            done += len(block)
            out = stretch(block, done == shape.total) if stretch else block
            file.write(out)
            written += len(out)
            progress(done, shape.total)
    if shape.kind != "OPUS" and soundfile.info(path).frames != written:
        raise Damaged(tr(f"{path.name} 没有写完整", f"{path.name} was not written whole"))
    return written


# --- what is wanted -------------------------------------------------------------------------------------------------


def _format(output: Path) -> str:
    what = tr(f"不能导出到 {output}", f"cannot export to {output}")
    if output.suffix.lower() not in FORMATS:
        raise BadInput(
            what,
            tr("不支持这种格式", "that format is not known"),
            mend=tr("请用 .wav、.flac 或 .opus", "use .wav, .flac or .opus"),
        )
    if output.exists():
        raise BadInput(what, tr("文件已存在", "it exists"), tr("请换一个文件名", "choose another name"))
    if not output.parent.is_dir():
        raise BadInput(what, tr("没有这个文件夹", "there is no such folder"), f"mkdir -p {output.parent}")
    return FORMATS[output.suffix.lower()]


def _rows(folder: Path) -> Sequence[journal.Row]:
    """Of the journal. Raises: Damaged, where what stands behind the damage would silently be missing."""
    parsed = load(folder)
    if parsed.problem:
        what = tr(f"不能导出 {folder}", f"cannot export {folder}")
        raise Damaged(what, parsed.problem, f"roomctl recording recover {folder}")
    return parsed.rows


def _tracks(report: RecordingReport, track: int | None) -> list[int]:
    if track is None:
        return list(range(1, report.tracks + 1))
    if not 1 <= track <= report.tracks:
        raise NotFound(tr(f"没有第 {track} 轨", f"no track {track}"), mend=f"1–{report.tracks}")
    return [track]


def _stretches(
    rows: Sequence[journal.Row], report: RecordingReport, wanted: Wanted, *, sending: bool, zone: Callable[[], tzinfo]
) -> tuple[list[Span], int]:
    """The stretches, and how many frames of 不入记录 were left out of them. Raises: BadInput, NotFound."""
    length, rate = report.frames, report.sample_rate
    began = report.segments[0].utc

    def frame(text: str, otherwise: int) -> int:
        if not text:
            return otherwise
        return spans.frame(text, length, rate, began, zone, lambda moment: clocks.frame_at(rows, moment))

    held = recording.standing(report.markers)
    chosen = spans.items(held, wanted.item, length) if wanted.item is not None else [(0, length)]
    chosen = spans.within(chosen, frame(wanted.since, 0), frame(wanted.until, length))
    before = sum(last - first for first, last in chosen)
    if sending and wanted.off_record is None:
        _need_all_marks(rows)
    if sending if wanted.off_record is None else not wanted.off_record:
        chosen = spans.without(chosen, recording.off_record(report.markers, length))
    if not chosen:
        raise BadInput(
            tr("没有可导出的内容", "there is nothing to export"),
            tr("全部是不入记录", "all of it is off the record")
            if before
            else tr(f"录音长 {length / rate:.1f} 秒", f"it is {length / rate:.1f} s"),
            tr("请检查 --from、--to 和 --item", "check --from, --to and --item"),
        )
    return chosen, before - sum(last - first for first, last in chosen)


def _need_all_marks(rows: Sequence[journal.Row]) -> None:
    """Raises: Refused, where a mark of 不入记录 may be among the rows that were lost: what is sent must not leak."""
    if any(row["unreadable"] for row in journal.of_kind(rows, "rebuilt")):
        raise Refused(
            tr("不能导出供发送的文件", "cannot export for sending"),
            tr(
                "日志曾损坏，“不入记录”的标记可能缺失",
                "the journal was damaged, and marks of what is off the record may be missing",
            ),
            tr(
                "请先听一遍，再用 --with-off-record 或 --without-off-record 明确选择",
                "listen to it, then choose --with-off-record or --without-off-record",
            ),
        )


def _drift(rows: Sequence[journal.Row]) -> float:
    ppm = clocks.drift_ppm(rows)
    if ppm is None:
        raise Refused(
            tr("不能校正时钟漂移", "cannot correct the drift"),
            tr("这段录音的漂移未知（太短，或来自文件）", "it is not known (too short, or recorded from a file)"),
            tr("请去掉 --correct-drift", "leave out --correct-drift"),
        )
    return ppm


# --- sound ----------------------------------------------------------------------------------------------------------


def blocks(
    folder: Path, report: RecordingReport, tracks: list[int], stretches: Sequence[Span]
) -> Iterator[NDArray[Any]]:
    """Samples of the stretches, one after another, shape (frames, tracks)."""
    files = {(segment.seq, segment.track): folder / segment.path for segment in report.segments}
    parts = sorted({(s.seq, s.first_frame, s.first_frame + s.frames) for s in report.segments})
    for first, last in stretches:
        for seq, begin, end in parts:
            for start, stop in spans.within([(begin, end)], first, last):
                yield from _segment([files.get((seq, track)) for track in tracks], start - begin, stop - begin)


def _segment(paths: Sequence[Path | None], start: int, stop: int) -> Iterator[NDArray[Any]]:
    with ExitStack() as stack:
        files = [_open(path, stack) for path in paths]
        for at in range(start, stop, BLOCK_FRAMES):
            count = min(BLOCK_FRAMES, stop - at)
            yield np.column_stack([_read(file, at, count) for file in files])


def _read(file: Any, at: int, count: int) -> NDArray[Any]:
    name = Path(file.name).name
    try:
        if file.tell() != at:
            file.seek(at)
        samples = file.read(count, dtype="int16" if file.subtype == "PCM_16" else "int32")
    except soundfile.LibsndfileError as error:
        raise _damaged(f"{name}: {error}") from error
    if len(samples) != count:
        raise _damaged(tr(f"{name} 比日志所述短", f"{name} is shorter than the journal says"))
    return np.asarray(samples)


def _open(path: Path | None, stack: ExitStack) -> Any:
    if path is None or not path.is_file():
        raise _damaged(tr(f"缺少 {path.name if path else '轨道'}", f"{path.name if path else 'a track'} is missing"))
    try:
        return stack.enter_context(soundfile.SoundFile(path))
    except soundfile.LibsndfileError as error:
        raise _damaged(f"{path.name}: {error}") from error


def _damaged(why: str) -> Damaged:
    return Damaged(tr("不能导出", "cannot export"), why, "roomctl recording verify")


def _mixed(blocks: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    """The mean of the tracks, which cannot clip."""
    for block in blocks:
        yield np.asarray(np.rint(block.mean(axis=1, dtype=np.float64)), block.dtype)[:, None]


def _resampler(shape: _Shape, ppm: float) -> Callable[[NDArray[Any], bool], NDArray[Any]]:
    """From the source's clock to the true one: a source that is fast gave too many frames a second."""
    try:
        import soxr  # noqa: PLC0415 - only where it is asked for
    except ImportError as error:
        raise MissingPart(
            tr("不能校正时钟漂移", "cannot correct the drift"),
            tr("没有安装 soxr", "soxr is not installed"),
            "pip install 'roomctl[audio]'",
        ) from error
    dtype = "int16" if shape.bits == 16 else "int32"  # noqa: PLR2004
    stream = soxr.ResampleStream(shape.rate * (1 + ppm / 1e6), shape.rate, shape.channels, dtype=dtype, quality="VHQ")
    return lambda block, last: np.asarray(stream.resample_chunk(np.ascontiguousarray(block), last=last))


# --- the disk -------------------------------------------------------------------------------------------------------


def _need_room(output: Path, size: int) -> None:
    if shutil.disk_usage(output.parent).free < size:
        raise _cannot_write(output, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), size)


def _cannot_write(output: Path, error: OSError, size: int) -> RoomctlError:
    why = error.strerror or str(error)
    if error.errno == errno.ENOSPC:
        free = shutil.disk_usage(output.parent).free / 1e6
        need = tr(f"需要 {size / 1e6:.1f} MB，", f"it needs {size / 1e6:.1f} MB, ") if size else ""
        why = tr(f"磁盘已满（{need}剩 {free:.1f} MB）", f"the disk is full ({need}{free:.1f} MB are left)")
    return RoomctlError(
        tr(f"不能写 {output}", f"cannot write {output}"),
        why,
        tr("请腾出空间，或用 --output 换一个地方", "free some space, or choose another place with --output"),
    )


def _sweep(output: Path) -> None:
    """Takes away what an export that was killed has left."""
    for path in output.parent.glob(f".{escape(output.name)}.*.tmp"):
        pid = path.name.split(".")[-2]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            path.unlink(missing_ok=True)
