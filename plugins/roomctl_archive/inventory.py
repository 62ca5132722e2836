"""What a package holds, as an archivist counts it: documents by 件, and sound by recording."""

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from roomctl.api import Meeting, RecordFile, Recording, Segment
from roomctl_archive import flac
from roomctl_archive.fixity import Digests
from roomctl_archive.retention import UNKNOWN, Table, settle

AUDIO = "data/audio/"
_SOUND = "录音"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of the package: its path in it, its bytes and digests."""

    path: str
    digests: Digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """件: one document with all files of it.

    Attributes:
        number: 电子文件号, unique in the meeting's packages.
        kind: 文种; 不详 where neither the document nor the table of retention names it.
        title: drawn up from the meeting's title and the kind, hence in brackets (DA/T 18-1999).
        formed: day of its date in the room's zone.
        record: as the host keeps it; None for other files.

    """

    number: str
    kind: str
    title: str
    formed: date
    term: str
    files: tuple[Stored, ...]
    record: RecordFile | None = None


@dataclass(frozen=True, slots=True)
class Sounding:
    """A sealed segment with the file it lies in, and what that file says of itself."""

    segment: Segment
    file: Stored
    info: flac.StreamInfo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """One recording.

    Attributes:
        missing: segments that the recording knows, and whose file is not in the package.
        beside: its other files, such as the journal.

    """

    recording: Recording
    title: str
    term: str
    heard: tuple[Sounding, ...]
    missing: tuple[Segment, ...] = ()
    beside: tuple[Stored, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Of one package.

    Attributes:
        organization: 立档单位; empty where it is not configured.
        at: when it was packed, in the room's zone; by this machine's own clock.
        loose: sound files that belong to no known recording.

    """

    meeting: Meeting
    organization: str
    at: datetime
    supplement_to: str
    items: tuple[Item, ...]
    sound: tuple[Sound, ...]
    loose: tuple[Stored, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.meeting.zone)


def take(
    root: Path,
    payload: Mapping[str, Digests],
    *,
    meeting: Meeting,
    documents: Iterable[RecordFile],
    recordings: Iterable[Recording],
    table: Table,
    organization: str,
    at: datetime,
    supplement_to: str,
) -> Inventory:
    """Counts the payload of a package.

    Args:
        root: of the package, with the payload in it; payload: digests by path, `data/…`.
        recordings: that belong into this package: all, or none of a supplement's.
        at: with an offset.

    """
    files = [Stored(path, digests) for path, digests in sorted(payload.items())]
    papers = _items([file for file in files if not file.path.startswith(AUDIO)], meeting, documents, table)
    sounding = [file for file in files if file.path.startswith(AUDIO)]
    longest = [item.term for item in papers]
    found, loose = _sound(root, sounding, recordings, meeting, table)
    return Inventory(
        meeting=meeting,
        organization=organization,
        at=at.astimezone(ZoneInfo(meeting.zone)),
        supplement_to=supplement_to,
        items=tuple(replace(item, term=settle(item.term, longest)) for item in papers),
        sound=tuple(replace(one, term=settle(one.term, longest)) for one in found),
        loose=tuple(loose),
    )


def _items(
    files: Sequence[Stored], meeting: Meeting, documents: Iterable[RecordFile], table: Table
) -> Sequence[Item]:
    records = _Records(documents)
    groups: dict[str, list[Stored]] = {}
    known: dict[str, RecordFile] = {}
    for file in files:
        record = records.of(file)
        number = record.id if record else f"{meeting.id}/{posixpath.splitext(file.path)[0].removeprefix('data/')}"
        groups.setdefault(number, []).append(file)
        if record:
            known[number] = record
    return [_item(number, group, known.get(number), meeting, table) for number, group in groups.items()]


def _item(number: str, files: Sequence[Stored], record: RecordFile | None, meeting: Meeting, table: Table) -> Item:
    kept = table.of(files[0].path.removeprefix("data/"), record.kind if record else "")
    name = kept.kind if kept.kind != UNKNOWN else posixpath.basename(files[0].path)
    zone = ZoneInfo(meeting.zone)
    return Item(
        number=number,
        kind=kept.kind,
        title=f"[{meeting.title}{name}]",
        formed=(record.signed_at or record.at).astimezone(zone).date() if record else meeting.starts.date(),
        term=kept.term,
        files=tuple(files),
        record=record,
    )


class _Records:
    """Finds the document that a file is: by its bytes, or, where somebody has corrected a draft, by its name."""

    def __init__(self, documents: Iterable[RecordFile]) -> None:
        self._by_digest: dict[str, RecordFile] = {}
        self._by_name: dict[str, RecordFile] = {}
        for one in documents:
            self._by_digest |= {digest: one for digest in (one.sha256, one.pdf_sha256) if digest}
            self._by_name |= {f"data/records/{Path(path).name}": one for path in (one.path, one.pdf) if path}

    def of(self, file: Stored) -> RecordFile | None:
        return self._by_digest.get(file.digests.sha256) or self._by_name.get(file.path)


def _sound(
    root: Path, files: Sequence[Stored], recordings: Iterable[Recording], meeting: Meeting, table: Table
) -> tuple[Sequence[Sound], Sequence[Stored]]:
    left = {file.path: file for file in files}
    found: list[Sound] = []
    for one in recordings:
        inside = f"{AUDIO}{one.id}/"
        heard, missing = [], []
        for segment in one.segments:
            file = left.pop(inside + segment.path, None)
            if file is None:
                missing.append(segment)
            else:
                heard.append(Sounding(segment, file, flac.stream_info(root / file.path)))
        beside = tuple(left.pop(path) for path in [path for path in left if path.startswith(inside)])
        found.append(
            Sound(
                recording=one,
                title=f"[{meeting.title}{_SOUND}{one.number}]",
                term=table.of(inside.removeprefix("data/"), _SOUND).term,
                heard=tuple(heard),
                missing=tuple(missing),
                beside=beside,
            )
        )
    return found, list(left.values())
