"""A closed meeting with sealed sound, a record and its events, in a data folder of its own."""

import json
import struct
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from roomctl_archive import bag
from roomctl_archive.config import ArchiveConfig
from roomctl_archive.folder_target import FolderTarget

from roomctl.api import Actor, Gap, Meeting, MeetingId, PackageFile, Person, Recording, Segment, State, events
from roomctl.domain import digests
from roomctl.domain.custody import Declaration
from roomctl.domain.secrecy import Level
from roomctl.testing.fakes import A_MORNING, FakeContext, FakeServices

MEETING = "01993333-0000-7000-8000-000000000001"


def chained(number: int) -> bytes:
    """An event log of that many rows, as the host writes it into a package."""
    head, lines = events.Head(), []
    for n in range(number):
        event = events.Event(
            stream=MEETING, kind="meeting.noted", actor=Actor.person("张建国"), at=A_MORNING, data={"n": n}
        )
        row = events.link(event, head=head, event_id=f"e{n}", room="r")
        head = events.Head(row.n, row.sha256, row.sm3)
        lines.append(json.dumps(asdict(row), ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines).encode()


def seal(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o444)
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[PackageFile]:
    """Two sealed masters, a journal without hashes, a record, and the events."""
    source = tmp_path / "data" / "source"
    masters = []
    for n in (1, 2):
        content = bytes(range(256)) * 40 * n
        path = seal(source / f"t01-000{n}.flac", content)
        masters.append(PackageFile(f"audio/r1/t01-000{n}.flac", path, digests.sha256(content), digests.sm3(content)))
    (source / "journal.jsonl").write_bytes(b'{"n":1}\n{"n":2}\n')
    (source / "minutes.docx").write_bytes("会议记录".encode() * 30)
    (source / "events.jsonl").write_bytes(chained(4))
    return [
        *masters,
        PackageFile("audio/r1/journal.jsonl", source / "journal.jsonl"),
        PackageFile("records/minutes.docx", source / "minutes.docx"),
        PackageFile("events.jsonl", source / "events.jsonl"),
    ]


@pytest.fixture
def package(tmp_path: Path, files: list[PackageFile]) -> Path:
    """A finished package of those files."""
    folder = tmp_path / "data" / "package"
    tags = {"metadata/meeting.json": b"{}\n"}
    return bag.write(folder, files, info={"External-Identifier": MEETING}, tags=tags).folder


@pytest.fixture
def room(tmp_path: Path, files: list[PackageFile]) -> SimpleNamespace:
    """A host with one closed meeting, and contexts made from any configuration."""
    services = FakeServices(tmp_path / "data")
    clock = services.clock
    meeting = Meeting(
        id=MeetingId(MEETING),
        room=services.room.id,
        title="老旧小区改造专题会议",
        starts=datetime(2026, 11, 12, 9),
        chair="张建国",
        state=State.CLOSED,
    )
    services.hold(meeting, [Person(id="p1", name="张建国", unit="市政府", duty="副市长", rank=1)])
    services.payload[MEETING] = files
    services.targets["folder"] = lambda config: FolderTarget.from_config(config, services.data, clock.sleep)

    def context(targets: dict[str, dict[str, object]] | None = None) -> FakeContext:
        given = {"targets": targets} if targets else {}
        return FakeContext(
            "archive",
            services.data,
            ArchiveConfig.model_validate(given),
            services=services,
            meeting_folder="package",
        )

    return SimpleNamespace(services=services, clock=clock, meeting=meeting, context=context)


@pytest.fixture
def declared(room: SimpleNamespace) -> Declaration:
    """The machine is approved for 机密."""
    room.services.declared = made = Declaration(
        id="d1", approval="7号", level=Level.CONFIDENTIAL, approved=date(2020, 1, 5), by="赵敏", at=room.clock.now()
    )
    return made


@pytest.fixture
def tampered() -> Callable[[Path, bytes], None]:
    """Writes into a sealed file, as somebody with rights would."""

    def write(path: Path, content: bytes) -> None:
        path.unlink()
        path.write_bytes(content)

    return write


RATE, BITS, FRAMES = 48_000, 24, 2_880_000


@pytest.fixture
def flac_head() -> Callable[..., bytes]:
    """The first 42 bytes of a FLAC file: marker and STREAMINFO, as RFC 9639 section 8.2 lays them out."""

    def head(samples: int = FRAMES, bits: int = BITS, rate: int = RATE) -> bytes:
        packed = rate << 44 | 0 << 41 | (bits - 1) << 36 | samples
        sizes = struct.pack(">HH", 4096, 4096) + bytes(6)
        return b"fLaC" + bytes([0x80, 0, 0, 34]) + sizes + packed.to_bytes(8, "big") + bytes(16)

    return head


@pytest.fixture
def sound(room: SimpleNamespace, files: list[PackageFile], flac_head: Callable[..., bytes]) -> Recording:
    """One recording of two segments, of which the second says that something is missing before it."""
    masters = []
    for n, file in enumerate(files[:2], 1):
        content = flac_head() + bytes([n]) * 500
        file.source.chmod(0o644)
        file.source.write_bytes(content)
        file.source.chmod(0o444)
        files[n - 1] = replace(file, sha256=digests.sha256(content), sm3=digests.sm3(content))
        masters.append(
            Segment(
                track=1,
                seq=n,
                path=f"t01-000{n}.flac",
                first_frame=(n - 1) * FRAMES,
                frames=FRAMES,
                utc=datetime(2026, 11, 12, 1, tzinfo=UTC) + timedelta(minutes=n - 1),
                monotonic=0.0,
                sha256_pcm="",
                sha256_file=files[n - 1].sha256,
                sm3_file=files[n - 1].sm3,
            )
        )
    recording = Recording(
        id="r1", meeting=room.meeting.id, number=1, folder="x", source="mic:USB", recorder="audio", tracks=1,
        frames=2 * FRAMES, gaps=(Gap(FRAMES, 480, "overflow"),), segments=tuple(masters),
    )  # fmt: skip
    room.services.sound[room.meeting.id] = [recording]
    return recording
