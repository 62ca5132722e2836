"""Delivery formats: a file per track as the receiving archive wants it. `python -m roomctl_audio.exchange.delivery`.

A WAV grows by each segment that is sealed, from where it ends: a kill costs the samples of one call at most, and they
are written again. An MP3 is made of the whole track once the recording is sealed: its frames depend on each other.
A file gets its name when it is whole. As a child it takes `{"folder": …, "kind": …}` a line and answers a line.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from roomctl.api import Damaged, RecordingReport, RoomctlError, tr
from roomctl.api.files import fsync_folder
from roomctl_audio import delivered
from roomctl_audio.exchange.encoders import Encoding
from roomctl_audio.exchange.export import WAV_BYTES, blocks
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load

HALF = ".partial"
MP3_RATES = frozenset({8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000})
"""Sampling frequencies of ISO/IEC 11172-3 and 13818-3, and of the half-rate extension in common use."""


@dataclass(frozen=True, slots=True)
class Made:
    """How far the files of one format are.

    Attributes:
        frames: of the shortest; complete: all are whole and have their names.

    """

    frames: int
    complete: bool


def extend(folder: Path, kind: str, *, wav_bytes: int = WAV_BYTES) -> Made:
    """Brings the files of a format up to what is sealed.

    Raises:
        Damaged: a segment is missing or cannot be read. RoomctlError: no MP3 has this sampling rate.
        OSError: the disk.

    """
    rows = load(folder).rows
    report = journal.report(rows)
    if not report.frames:
        return Made(0, complete=False)
    ended = journal.first(rows, "sealed") is not None
    (folder / delivered.FOLDER).mkdir(exist_ok=True)
    bits = int((journal.first(rows, "opened") or {})["bits"])
    done = []
    for track in range(1, report.tracks + 1):
        target = delivered.path(folder, kind, track)
        if target.is_file():
            done.append(report.frames)
        elif kind == "wav":
            done.append(_wav(folder, report, track, target, bits, wav_bytes, ended=ended))
        elif ended:
            done.append(_mp3(folder, report, track, target, bits))
        else:
            done.append(0)
    return Made(min(done), complete=ended and delivered.whole(folder, [kind], report.tracks))


def _wav(
    folder: Path, report: RecordingReport, track: int, target: Path, bits: int, wav_bytes: int, *, ended: bool
) -> int:
    half = target.with_name(target.name + HALF)
    held = _held(half, report.frames)
    large = report.frames * bits // 8 > wav_bytes
    if held and large and soundfile.info(half).format == "WAV":  # its length field is too short for what comes
        half.unlink()
        held = 0
    if held < report.frames:
        how: dict[str, Any] = {"mode": "r+"}
        if not held:
            kind = "RF64" if large else "WAV"
            how = {
                "mode": "w",
                "samplerate": report.sample_rate,
                "channels": 1,
                "subtype": f"PCM_{bits}",
                "format": kind,
            }
        with soundfile.SoundFile(half, **how) as file:
            file.seek(held)
            for block in _samples(folder, report, track, held):
                file.write(block)
    if ended:
        _settle(half, target, report.frames)
    return report.frames


def _held(half: Path, most: int) -> int:
    """Frames that are there already; 0 where the file is none, or holds more than there are."""
    try:
        frames = int(soundfile.info(half).frames)
    except (soundfile.LibsndfileError, OSError):
        half.unlink(missing_ok=True)
        return 0
    if frames <= most:
        return frames
    half.unlink()
    return 0


def _mp3(folder: Path, report: RecordingReport, track: int, target: Path, bits: int) -> int:
    if report.sample_rate not in MP3_RATES:
        raise RoomctlError(
            tr("不能生成 MP3", "cannot make an MP3"),
            tr(f"没有 {report.sample_rate} Hz 的 MP3", f"no MP3 has {report.sample_rate} Hz"),
            tr("改用 wav，或按 48000 Hz 录音", "use wav, or record at 48000 Hz"),
        )
    half = target.with_name(target.name + HALF)
    half.unlink(missing_ok=True)
    with Encoding(half, "MP3", report.sample_rate, 1, bits) as file:
        for block in _samples(folder, report, track, 0):
            file.write(block)
    _settle(half, target, 0)
    return report.frames


def _samples(folder: Path, report: RecordingReport, track: int, since: int) -> Iterator[NDArray[np.int32]]:
    yield from blocks(folder, report, [track], [(since, report.frames)])


def _settle(half: Path, target: Path, frames: int) -> None:
    """Durable, then named. Raises: Damaged: it does not hold the frames (0: it cannot tell to the frame)."""
    if frames and soundfile.info(half).frames != frames:
        raise Damaged(tr(f"{half.name} 没有写完整", f"{half.name} was not written whole"))
    with half.open("r+b") as file:
        os.fsync(file.fileno())
    half.replace(target)
    fsync_folder(target.parent)


def main() -> int:
    """Answers line by line until stdin closes."""
    for text in sys.stdin:
        asked = json.loads(text)
        try:
            told: dict[str, Any] = {"type": "made", **asdict(extend(Path(asked["folder"]), asked["kind"]))}
        except (RoomctlError, OSError, RuntimeError) as error:  # libsndfile's own is a RuntimeError
            told = {"type": "failed", "error": str(error) or type(error).__name__}
        print(json.dumps(asked | told, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
