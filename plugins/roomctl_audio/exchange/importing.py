"""Recordings from elsewhere: what a file is, when it was recorded, in which order parts follow, what is between them.

`python -m roomctl_audio.exchange.importing PATH` prints what a file is as one JSON line; native code stays in
that child.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

from roomctl.api import BadInput, NotFound, RoomctlError, tr

PROBE_SECONDS = 60.0
TOGETHER_SECONDS = 1.5
"""Parts as close as this follow on one another: dictaphones tell whole seconds."""
OLDEST = 1990
"""A clock that was never set says 1904 or 1970."""

NAMED = re.compile(
    r"(?<!\d)(?:(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})|(\d{2})(\d{2})(\d{2}))[-_ T](\d{2})[-.:]?(\d{2})[-.:]?(\d{2})(?!\d)"
)
"""20260302_090000, 2026-03-02 09.00.00, 260302_090000: as dictaphones and phones name what they record."""


class KnownBy(StrEnum):
    """How it is known when a part was recorded."""

    METADATA = "metadata"
    NAME = "name"
    MODIFIED = "modified"

    @property
    def label(self) -> str:
        return {
            "metadata": tr("文件内信息", "metadata"),
            "name": tr("文件名", "name"),
            "modified": tr("修改时间", "modification time"),
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file that is to be imported.

    Attributes:
        seconds: as its head says; None where it does not.
        began: when it was recorded, where its metadata or its name tell; modified: when the file was last written.
        cut: why it looks cut off; empty where it does not.

    """

    path: Path
    bytes: int
    tracks: int
    codec: str
    seconds: float | None
    began: datetime | None
    known_by: KnownBy | None
    modified: datetime
    cut: str = ""


# --- what a file is -------------------------------------------------------------------------------------------------


def probe(path: Path, zone: tzinfo) -> Part:
    """Looks into a file, in a child. Args: zone: of times that name none.

    Raises: NotFound, BadInput with the reason, where it cannot be imported.
    """
    what = tr(f"不能导入 {path}", f"cannot import {path}")
    if not path.exists():
        raise NotFound(what, tr("没有这个文件", "no such file"), tr("请检查路径", "check the path"))
    if not path.is_file():
        raise BadInput(what, tr("它不是文件", "it is not a file"), tr("请给出音频文件", "give an audio file"))
    found = path.stat()
    if not found.st_size:
        raise BadInput(
            what, tr("文件是空的（0 字节）", "it is empty (0 bytes)"), tr("请另给文件", "give another file")
        )
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-m", "roomctl_audio.exchange.importing", str(path)],
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
        said = json.loads(child.stdout)
    except subprocess.TimeoutExpired as error:
        raise BadInput(what, tr("读取超时", "reading it takes too long")) from error
    except ValueError as error:  # native code fell over it
        raise BadInput(what, tr("文件损坏，无法读取", "it is damaged, and cannot be read")) from error
    if "error" in said:
        if unfinished(path):
            raise BadInput(
                what,
                tr("录音设备没有正常结束这个文件，索引缺失", "its device did not finish it: the index is missing"),
                tr(
                    "请把它放回原设备开机一次，或用修复工具重建索引",
                    "start its device with it once more, or rebuild the index with a repair tool",
                ),
            )
        raise BadInput(what, said["error"][1] or said["error"][0], said["error"][2])
    began, known_by = when(said["metadata"], path.name, zone)
    return Part(
        path=path,
        bytes=found.st_size,
        tracks=said["tracks"],
        codec=said["codec"],
        seconds=said["seconds"],
        began=began,
        known_by=known_by,
        modified=datetime.fromtimestamp(found.st_mtime, UTC),
        cut=cut_off(path),
    )


def cut_off(path: Path) -> str:
    """Of a WAV that is shorter than its head says (a dictaphone whose battery went); FFmpeg says nothing of it."""
    with path.open("rb") as file:
        head = file.read(4096)
    size = path.stat().st_size
    at = head.find(b"data", 12)
    if not head.startswith(b"RIFF") or at < 0:
        return ""
    said, there = int.from_bytes(head[at + 4 : at + 8], "little"), size - at - 8
    if said == (1 << 32) - 1 or said <= there:  # a stream's head says as much as it can
        return ""
    share = there / said
    return tr(f"文件不完整，只有 {share:.0%}", f"it is cut off, {share:.0%} of it are there")


def unfinished(path: Path) -> bool:
    """Of an MP4 without its index (ISO/IEC 14496-12, `moov`), which a device writes when it ends."""
    with path.open("rb") as file:
        at, size, kinds = 0, path.stat().st_size, set()
        while at + 8 <= size:
            file.seek(at)
            head = file.read(16)
            kinds.add(head[4:8])
            length = int.from_bytes(head[:4], "big")
            length = int.from_bytes(head[8:16], "big") if length == 1 else length
            if length < 8:  # noqa: PLR2004 - a box is at least its head; 0 is one that runs to the end
                break
            at += length
    return b"ftyp" in kinds and b"moov" not in kinds


def when(metadata: Mapping[str, str], name: str, zone: tzinfo) -> tuple[datetime | None, KnownBy | None]:
    """When it was recorded: by its metadata (MP4 `creation_time`, ID3 `date`, BWF origination), else by its name."""
    tags = {key.lower(): value.strip() for key, value in metadata.items()}
    created, date = tags.get("creation_time", ""), tags.get("date", "")
    for text in (created, f"{date}T{created}", date):  # BWF has the day in one and the hour in the other
        if found := _moment(text, zone):
            return found, KnownBy.METADATA
    if match := NAMED.search(name):
        fields = [int(field) for field in match.groups() if field]
        fields[0] += 2000 if match[4] else 0
        try:
            return datetime(*fields, tzinfo=zone).astimezone(UTC), KnownBy.NAME  # type: ignore[misc,arg-type]
        except ValueError:
            pass
    return None, None


def _moment(text: str, zone: tzinfo) -> datetime | None:
    """A day and an hour; a day alone is no moment."""
    if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}", text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    return found.astimezone(UTC) if found.year >= OLDEST else None


# --- the order ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Placed:
    """A part in its place.

    Attributes:
        gap: seconds of nothing just before it; negative where it overlaps the part before; None where not known.

    """

    part: Part
    gap: float | None


def order(parts: Sequence[Part]) -> tuple[list[Placed], KnownBy]:
    """Parts as they follow, and by what: when they were recorded, else their names, else their modification times."""
    if all(part.began for part in parts):
        by, placed = KnownBy.METADATA, sorted(parts, key=lambda part: (part.began, natural(part.path.name)))
        if any(part.known_by is KnownBy.NAME for part in parts):
            by = KnownBy.NAME
    elif _numbered(parts):
        by, placed = KnownBy.NAME, sorted(parts, key=lambda part: natural(part.path.name))
    else:
        by, placed = KnownBy.MODIFIED, sorted(parts, key=lambda part: (part.modified, natural(part.path.name)))
    return [Placed(part, _gap(before, part)) for before, part in zip([None, *placed], placed, strict=False)], by


def natural(name: str) -> list[tuple[int, int | str]]:
    """Key by which part 2 comes before part 10."""
    return [
        (0, int(piece)) if piece.isdecimal() else (1, piece.lower()) for piece in re.split(r"(\d+)", name) if piece
    ]


def _numbered(parts: Sequence[Part]) -> bool:
    """Whether the names differ by their numbers alone, as one device gives them."""
    bare = {re.sub(r"\d+", "#", part.path.stem) for part in parts}
    return len(bare) == 1 and "#" in bare.pop()


def _gap(before: Part | None, part: Part) -> float | None:
    if before is None:
        return 0.0
    if before.began is None or part.began is None or before.seconds is None:
        return None
    seconds = (part.began - before.began).total_seconds() - before.seconds
    return 0.0 if abs(seconds) <= TOGETHER_SECONDS else round(seconds, 3)


def gap_text(gap: float | None) -> str:
    """What is between a part and the one before it, for people."""
    if gap is None:
        return tr("与前一段的间隔未知", "how long after the part before it is not known")
    length = str(timedelta(seconds=round(abs(gap))))
    if gap < 0:
        return tr(f"与前一段重叠 {length}", f"overlaps the part before it by {length}")
    return tr(f"前一段之后缺 {length}", f"{length} are missing before it") if gap else ""


def as_event(placed: Placed, recording: str) -> dict[str, Any]:
    """A part as the event `x.audio.parts` tells of it."""
    return {
        "recording": recording,
        "file": placed.part.path.name,
        "began": placed.part.began.isoformat() if placed.part.began else None,
        "known_by": placed.part.known_by,
        "seconds": placed.part.seconds,
        "gap_before": placed.gap,
    }


# --- the child ------------------------------------------------------------------------------------------------------


def _look(path: Path) -> dict[str, Any]:
    """Opens it and decodes its first second. Raises: BadInput."""
    import av  # noqa: PLC0415 - only in the child

    from roomctl_audio.sources.reader import Reader  # noqa: PLC0415

    reader = Reader(path, 48_000, 24)
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        said = {
            "tracks": reader.tracks,
            "codec": stream.codec_context.name,
            "seconds": None if reader.total_frames is None else reader.total_frames / 48_000,
            "metadata": {**container.metadata, **stream.metadata},
        }
    try:
        next(reader.pieces())
    except (StopIteration, ValueError, av.error.FFmpegError) as error:
        raise BadInput(
            tr(f"无法读取 {path}", f"cannot read {path}"),
            tr("其中没有能解码的声音", "there is no sound in it that can be decoded"),
        ) from error
    return said


def main(argv: list[str]) -> int:
    """Prints what the file is, or `{"error": [what, why, mend]}`."""
    try:
        said = _look(Path(argv[0]))
    except RoomctlError as error:
        said = {"error": [error.what, error.why, error.mend]}
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
