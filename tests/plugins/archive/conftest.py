"""A closed meeting with sealed sound, a record and its events, in a data folder of its own."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from roomctl_archive import bag
from roomctl_archive.config import ArchiveConfig
from roomctl_archive.folder_target import FolderTarget

from roomctl.api import Actor, Meeting, MeetingId, PackageFile, Person, State, events
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
        masters.append(PackageFile(f"audio/r1/t01-000{n}.flac", path, events.sha256(content), events.sm3(content)))
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
def tampered() -> Callable[[Path, bytes], None]:
    """Writes into a sealed file, as somebody with rights would."""

    def write(path: Path, content: bytes) -> None:
        path.unlink()
        path.write_bytes(content)

    return write
