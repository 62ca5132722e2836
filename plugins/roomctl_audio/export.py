"""One file out of a recording's segments: encoded anew, bit for bit the same samples."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from roomctl.api import BadInput, Damaged, NotFound, RecordingReport, tr
from roomctl.api.files import durable_rename
from roomctl_audio.recorder import AudioRecorder

FORMATS = {".wav": "WAV", ".flac": "FLAC"}
FLAC_CHANNELS = 8  # RFC 9639, section 9.1.3
WAV_BYTES = (1 << 32) - 4096  # the length field of a RIFF chunk has 32 bits
BLOCK_FRAMES = 1 << 16


def seconds(text: str) -> float:
    """`90`, `1:30`, `0:01:30.5`. Raises: BadInput."""
    try:
        value = 0.0
        for field in text.split(":"):
            value = value * 60 + float(field)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise BadInput(tr(f"看不懂时间 {text}", f"cannot read the time {text}"), mend="90 / 1:30 / 0:01:30")
    return value


def export(
    recorder: AudioRecorder, output: Path, *, track: int | None = None, mix: bool = False, since: str, until: str
) -> int:
    """Writes the stretch and gives its frames. What exists is never written over.

    Raises:
        BadInput: an unknown format, an existing file, an empty stretch, more channels or bytes than the format holds.
        NotFound: no such track, no recording.
        Damaged: a segment is missing.

    """
    report = recorder.report()
    kind = _format(output)
    if not report.frames:
        raise NotFound(tr(f"{recorder.folder} 里没有录音", f"there is no recording in {recorder.folder}"))
    first = round(seconds(since or "0") * report.sample_rate)
    last = min(report.frames, round(seconds(until) * report.sample_rate) if until else report.frames)
    if first >= last:
        raise BadInput(
            tr("没有可导出的内容", "there is nothing to export"),
            tr(
                f"录音长 {report.frames / report.sample_rate:.1f} 秒",
                f"it is {report.frames / report.sample_rate:.1f} s",
            ),
            tr("请检查 --from 和 --to", "check --from and --to"),
        )
    tracks = _tracks(report, track)
    subtype = soundfile.info(recorder.folder / report.segments[0].path).subtype
    channels = 1 if mix else len(tracks)
    _check_size(kind, channels, (last - first) * channels * int(subtype.removeprefix("PCM_")) // 8)
    beside = output.with_name(f".{output.name}.{secrets.token_hex(4)}.tmp")
    try:
        with soundfile.SoundFile(beside, "w", report.sample_rate, channels, subtype=subtype, format=kind) as file:
            for block in _blocks(recorder.folder, report, tracks, first, last):
                file.write(_mix(block) if mix else block)
        if soundfile.info(beside).frames != last - first:
            raise Damaged(tr(f"{output} 没有写完整", f"{output} was not written whole"))
        durable_rename(beside, output)
    except soundfile.LibsndfileError as error:
        raise BadInput(tr(f"不能写 {output}", f"cannot write {output}"), str(error)) from error
    finally:
        beside.unlink(missing_ok=True)
    return last - first


def _format(output: Path) -> str:
    what = tr(f"不能导出到 {output}", f"cannot export to {output}")
    if output.suffix.lower() not in FORMATS:
        raise BadInput(
            what, tr("不支持这种格式", "that format is not known"), mend=tr("请用 .wav 或 .flac", "use .wav or .flac")
        )
    if output.exists():
        raise BadInput(what, tr("文件已存在", "it exists"), tr("请换一个文件名", "choose another name"))
    if not output.parent.is_dir():
        raise BadInput(what, tr("没有这个文件夹", "there is no such folder"), f"mkdir -p {output.parent}")
    return FORMATS[output.suffix.lower()]


def _tracks(report: RecordingReport, track: int | None) -> list[int]:
    if track is None:
        return list(range(1, report.tracks + 1))
    if track > report.tracks:
        raise NotFound(tr(f"没有第 {track} 轨", f"no track {track}"), mend=f"1–{report.tracks}")
    return [track]


def _check_size(kind: str, channels: int, size: int) -> None:
    if kind == "FLAC" and channels > FLAC_CHANNELS:
        raise BadInput(
            tr(f"FLAC 最多 {FLAC_CHANNELS} 个声道", f"FLAC holds at most {FLAC_CHANNELS} channels"),
            mend=tr("请用 .wav、--track 或 --mix", "use .wav, --track or --mix"),
        )
    if kind == "WAV" and size > WAV_BYTES:
        raise BadInput(
            tr("WAV 最大 4 GiB", "WAV holds at most 4 GiB"),
            mend=tr("请用 .flac、--track 或 --mix", "use .flac, --track or --mix"),
        )


def _blocks(
    folder: Path, report: RecordingReport, tracks: list[int], first: int, last: int
) -> Iterator[NDArray[Any]]:
    """Samples from `first` to `last`, shape (frames, tracks)."""
    by_seq: dict[int, dict[int, Path]] = {}
    spans: dict[int, tuple[int, int]] = {}
    for segment in report.segments:
        by_seq.setdefault(segment.seq, {})[segment.track] = folder / segment.path
        spans[segment.seq] = (segment.first_frame, segment.first_frame + segment.frames)
    for seq, (begin, end) in sorted(spans.items()):
        start, stop = max(first, begin) - begin, min(last, end) - begin
        if start < stop:
            yield from _segment([by_seq[seq][track] for track in tracks], start, stop)


def _segment(paths: list[Path], start: int, stop: int) -> Iterator[NDArray[Any]]:
    for path in paths:
        if not path.is_file():
            raise Damaged(tr(f"缺少 {path.name}", f"{path.name} is missing"), mend="roomctl recording verify")
    dtype = "int16" if soundfile.info(paths[0]).subtype == "PCM_16" else "int32"
    for at in range(start, stop, BLOCK_FRAMES):
        count = min(BLOCK_FRAMES, stop - at)
        yield np.column_stack([soundfile.read(path, count, at, dtype=dtype)[0] for path in paths])


def _mix(block: NDArray[Any]) -> NDArray[Any]:
    """The mean of the tracks, which cannot clip."""
    return np.asarray(np.rint(block.mean(axis=1, dtype=np.float64)), block.dtype)
