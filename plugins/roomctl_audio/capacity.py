"""Whether the disk holds what is planned."""

import shutil
from pathlib import Path

from roomctl.api import BadInput, tr
from roomctl_audio.pcm import Layout

RESERVE_BYTES = 64_000_000
"""Left for the database, logs and the system."""


def needed(seconds: float, layout: Layout, segment_seconds: float) -> int:
    """Bytes at the largest: FLAC of noise is as large as raw sound, and two parts lie open beside it."""
    return round((seconds + 2 * min(segment_seconds, seconds)) * layout.second) + RESERVE_BYTES


def seconds_left(folder: Path, layout: Layout) -> float:
    """How much longer the disk lasts at the present rate."""
    return max(0.0, (shutil.disk_usage(folder).free - RESERVE_BYTES) / layout.second)


def check(folder: Path, seconds: float, layout: Layout, segment_seconds: float) -> None:
    """Raises: BadInput with the numbers, where the disk is too small."""
    need, free = needed(seconds, layout, segment_seconds), shutil.disk_usage(folder).free
    if free >= need:
        return
    minutes = int(seconds_left(folder, layout) // 60)
    raise BadInput(
        tr(f"磁盘放不下 {seconds / 60:.0f} 分钟录音", f"the disk does not hold {seconds / 60:.0f} min of sound"),
        tr(
            f"{layout.tracks} 轨 × {layout.rate} Hz × {layout.bits} 位需要 {_size(need)}，"
            f"{folder} 只剩 {_size(free)}",
            f"{layout.tracks} tracks × {layout.rate} Hz × {layout.bits} bits need {_size(need)}, "
            f"{folder} has {_size(free)} left",
        ),
        tr("请腾出空间", "free some space")
        + (tr(f"，或把计划时长改到 {minutes} 分钟以内", f", or plan for less than {minutes} min") if minutes else ""),
    )


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"  # noqa: PLR2004 - from 0.1 GB on
