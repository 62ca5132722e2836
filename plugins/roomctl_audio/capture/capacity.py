"""Whether the disk holds what is planned, and what is kept back for a clean end."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from roomctl.api import BadInput, tr
from roomctl_audio import delivered
from roomctl_audio.sound.layout import Layout

RESERVE, PROBE = "reserve.bin", ".probe-"
ROWS_BYTES = 1_000_000
"""For the journal's last rows, with plenty to spare."""
MARGIN_BYTES = 64_000_000
"""Left for the database, logs and the system; of a small disk a twentieth."""
MARGIN_SHARE = 20
PARTS_OPEN = 2
"""Raw parts beside what is sealed of them: one is written, one is being sealed."""


def margin(total: int) -> int:
    """Bytes of a disk that are not for sound."""
    return min(MARGIN_BYTES, total // MARGIN_SHARE)


def reserve_bytes(seconds: float, layout: Layout, segment_seconds: float) -> int:
    """What a clean end needs on a full disk: the files of the last part, at their largest, and its rows."""
    return round(min(segment_seconds, seconds) * layout.second) + ROWS_BYTES


def needed(
    seconds: float, layout: Layout, segment_seconds: float, *, copies: int = 1, delivery: Sequence[str] = ()
) -> int:
    """Bytes at the largest: FLAC of noise is as large as raw sound.

    Args:
        copies: 2 where the package cannot hold the very files by hard links, and holds a copy of them.
        delivery: formats that are made of every track besides.

    """
    open_parts = PARTS_OPEN * min(segment_seconds, seconds)
    besides = copies * seconds * delivered.bytes_a_second(delivery, layout.tracks, layout.second)
    sound = (copies * seconds + open_parts) * layout.second
    return round(sound + besides) + reserve_bytes(seconds, layout, segment_seconds)


def sweep(folder: Path) -> None:
    """Removes what a capture left that died over `copies`."""
    for probe in folder.glob(f"{PROBE}*"):
        shutil.rmtree(probe, ignore_errors=True)


def copies(folder: Path) -> int:
    """How often the sound will lie on this disk once it is packed: once where there are hard links, else twice."""
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=PROBE) as probe:
            first = Path(probe) / "a"
            first.touch()
            os.link(first, first.with_name("b"))
    except OSError:
        return 2
    return 1


def seconds_left(folder: Path, layout: Layout, *, rate: float = 0.0) -> float:
    """How much longer the disk lasts. Args: rate: bytes a second as measured; 0: as raw sound. Raises: OSError."""
    disk = shutil.disk_usage(folder)
    return max(0.0, (disk.free - margin(disk.total)) / (rate or layout.second))


def check(
    folder: Path, seconds: float, layout: Layout, segment_seconds: float, *, delivery: Sequence[str] = ()
) -> None:
    """Raises: BadInput with the numbers, where the disk is too small."""
    disk, times = shutil.disk_usage(folder), copies(folder)
    need = needed(seconds, layout, segment_seconds, copies=times, delivery=delivery) + margin(disk.total)
    if disk.free >= need:
        return
    second = layout.second + delivered.bytes_a_second(delivery, layout.tracks, layout.second)
    minutes = int(seconds_left(folder, layout, rate=times * second) // 60)
    twice = (
        tr("（含存档的一份副本，此磁盘不支持硬链接）", " (with the archive's copy: this disk has no hard links)")
        if times > 1
        else ""
    )
    raise BadInput(
        tr(f"磁盘放不下 {seconds / 60:.0f} 分钟录音", f"the disk does not hold {seconds / 60:.0f} min of sound"),
        tr(
            f"{layout.tracks} 轨 × {layout.rate} Hz × {layout.bits} 位需要 {_size(need)}{twice}，"
            f"{folder} 只剩 {_size(disk.free)}",
            f"{layout.tracks} tracks × {layout.rate} Hz × {layout.bits} bits need {_size(need)}{twice}, "
            f"{folder} has {_size(disk.free)} left",
        ),
        tr("请腾出空间", "free some space")
        + (tr(f"，或把计划时长改到 {minutes} 分钟以内", f", or plan for less than {minutes} min") if minutes else ""),
    )


def _size(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"  # noqa: PLR2004 - from 0.1 GB on


class Reserve:
    """A file that holds room on the disk, for the end of a recording."""

    def __init__(self, folder: Path, size: int) -> None:
        self._path, self._size = folder / RESERVE, size

    def make(self) -> bool:
        """Whether the room is held now. It takes no more than half of what is left."""
        if self._path.exists():
            return True
        try:
            if shutil.disk_usage(self._path.parent).free < 2 * self._size:
                return False
            with self._path.open("xb") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, self._size)
                else:
                    file.write(bytes(self._size))
        except OSError:
            self.give_back()
            return False
        return True

    def give_back(self) -> bool:
        """Whether there is more room than before."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
