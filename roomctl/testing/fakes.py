"""What stands in for the host in a plugin's tests: a clock turned by hand, use cases in memory, a context.

services = FakeServices(tmp_path)
ctx = FakeContext("hello", tmp_path, HelloConfig(), services=services)
"""

import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from roomctl.api import (
    Actor,
    ArchiveTarget,
    BadInput,
    CheckReport,
    Child,
    EngineOffer,
    Fault,
    Macro,
    Meeting,
    MissingPart,
    NotFound,
    Order,
    Package,
    PackageFile,
    Person,
    Purpose,
    Receipt,
    RecorderFactory,
    RecorderState,
    RecordFile,
    Recording,
    RecordingHead,
    Refused,
    Room,
    RoomSound,
    RoomSpeech,
    State,
    StepOutcome,
    TargetFactory,
    Transcript,
    Verdict,
)
from roomctl.api.registration import Reconciled, Registration
from roomctl.domain import attendance, checks
from roomctl.domain.lifecycle import Need
from roomctl.domain.planning import Edit
from roomctl.domain.rework import Rework
from roomctl.domain.seating import Chart
from roomctl.testing.fake_custody import FakeCustody
from roomctl.testing.fake_deliveries import FakeDeliveries
from roomctl.testing.fake_registration import FakeRegistrar
from roomctl.testing.fake_signing import FakeSigning
from roomctl.testing.fake_words import FakeWords

A_MORNING = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai; where a FakeClock begins."""

T = TypeVar("T")

_IMPORTABLE = frozenset(
    {State.OPEN, State.IN_SESSION, State.RECESS, State.ADJOURNED, State.DEPOSITED, State.ARCHIVED}
)
_OVER = frozenset({State.ADJOURNED, State.CLOSED, State.DEPOSITED, State.ARCHIVED})


class FakeClock:
    """Stands still until somebody turns it; `sleep` turns it and returns at once."""

    def __init__(self, now: datetime = A_MORNING) -> None:
        self._now, self._monotonic = now, 1000.0
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self._monotonic += seconds

    def set(self, now: datetime) -> None:
        """Another time of day, as when somebody sets the machine's clock: `monotonic` does not move."""
        self._now = now


class FakeStore:
    """JSON documents in memory. What is no JSON is refused, as the real one does."""

    def __init__(self) -> None:
        self.documents: dict[str, str] = {}

    def get(self, key: str, default: Any = None) -> Any:
        return json.loads(self.documents[key]) if key in self.documents else default

    def put(self, key: str, value: Any) -> None:
        self.documents[key] = json.dumps(value, ensure_ascii=False, allow_nan=False)

    def delete(self, key: str) -> None:
        self.documents.pop(key, None)

    def keys(self) -> Sequence[str]:
        return sorted(self.documents)


@dataclass
class FakeServices(FakeWords, FakeSigning, FakeDeliveries, FakeRegistrar, FakeCustody):
    """`roomctl.api.Services` in memory. A test fills the fields; the methods answer from them.

    It asks no meeting for its state, so that a test may set up what was: people sign in to a meeting that is over.

    Attributes:
        data: the data folder.
        held: meetings by id; changed: edits of their plans; people: roster by meeting; facts: attendance events by
            meeting; charts: seats by meeting; copies: numbers of papers by who has them, by meeting;
            items: number of the agenda item under way, by meeting.
        reports: check reports, `None` for the room's own; waived: waivers by meeting; sound: recordings by meeting.
        versions: transcripts by meeting, oldest first; wishes: what is to be done again with the newest.
        papers, payload, sealed, proofs: documents, package files, packages and receipts by meeting.
        registrations: 归档登记 by meeting; places: what asking them for all that lies there has found.
        offers: engines; models: folder by name, memory: bytes it needs; model_faults: what is wrong in one, by name.
        recorders, targets: factories by name.
        import_seconds: how long a file is that somebody imports.
        checked: runs that were asked for, meeting and purpose; sounded: purposes of those with sound.
        looked: looks of the watch. records_with: what the room records with.

    """

    data: Path
    room: Room = field(default_factory=lambda: Room("01990000-0000-7000-8000-000000000001", "第一会议室"))
    clock: FakeClock = field(default_factory=FakeClock)
    held: dict[str, Meeting] = field(default_factory=dict)
    changed: dict[str, list[Edit]] = field(default_factory=dict)
    people: dict[str, list[Person]] = field(default_factory=dict)
    facts: dict[str, list[attendance.Fact]] = field(default_factory=dict)
    charts: dict[str, Chart] = field(default_factory=dict)
    copies: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    reports: dict[str | None, CheckReport] = field(default_factory=dict)
    waived: dict[str, list[checks.Waiver]] = field(default_factory=dict)
    scenes: list[Macro] = field(default_factory=list)
    played: list[tuple[str, str | None]] = field(default_factory=list)
    sound: dict[str, list[Recording]] = field(default_factory=dict)
    versions: dict[str, list[Transcript]] = field(default_factory=dict)
    wishes: dict[str, list[Rework]] = field(default_factory=dict)
    papers: dict[str, list[RecordFile]] = field(default_factory=dict)
    payload: dict[str, list[PackageFile]] = field(default_factory=dict)
    sealed: dict[str, list[Package]] = field(default_factory=dict)
    proofs: dict[str, list[Receipt]] = field(default_factory=dict)
    registrations: dict[str, Registration] = field(default_factory=dict)
    places: list[Reconciled] = field(default_factory=list)
    offers: list[EngineOffer] = field(default_factory=list)
    writes_with: RoomSpeech = field(default_factory=RoomSpeech)
    models: dict[str, Path] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    model_faults: dict[str, list[Fault]] = field(default_factory=dict)
    recorders: dict[str, RecorderFactory] = field(default_factory=dict)
    targets: dict[str, TargetFactory] = field(default_factory=dict)
    import_seconds: float = 60.0
    checked: list[tuple[str | None, checks.RunPurpose]] = field(default_factory=list)
    sounded: list[checks.RunPurpose] = field(default_factory=list)
    records_with: RoomSound = field(default_factory=lambda: RoomSound(order=Order(source="tone")))
    looked: list[str | None] = field(default_factory=list)

    def typeset(self, page: Path, told: Mapping[str, Any], target: Path, *, at: datetime) -> Mapping[str, str]:
        """Keeps what would have been set, as JSON."""
        del page, at
        target.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        return {}

    # meetings

    def hold(self, meeting: Meeting, people: Iterable[Person] = ()) -> Meeting:
        """Puts a meeting there, with its roster."""
        self.held[meeting.id] = meeting
        self.people.setdefault(meeting.id, []).extend(people)
        return meeting

    def meeting(self, meeting_id: str) -> Meeting:
        return _named(self.held, meeting_id, "meeting")

    def edits(self, meeting_id: str) -> Sequence[Edit]:
        return tuple(self.changed.get(self.meeting(meeting_id).id, ()))

    def meetings_ending(self, end: str) -> Sequence[str]:
        return sorted(one for one in self.held if one.endswith(end))

    def meetings(self, *states: State) -> Sequence[Meeting]:
        held = sorted(self.held.values(), key=lambda one: (one.starts, one.id), reverse=True)
        return [one for one in held if not states or one.state in states]

    # checks, sound, words

    def check_report(self, meeting_id: str | None) -> CheckReport | None:
        return self.reports.get(meeting_id)

    def waivers(self, meeting_id: str) -> Sequence[checks.Waiver]:
        return self.waived.get(meeting_id, ())

    def check(
        self,
        meeting_id: str | None,
        *,
        purpose: checks.RunPurpose = checks.RunPurpose.HAND,
        sound: bool = False,
    ) -> CheckReport:
        """A report without rows; each is kept in `checked`, and the purposes of those with sound in `sounded`."""
        if sound:
            self.sounded.append(purpose)
        report = CheckReport(id=f"run-{len(self.checked)}", meeting=meeting_id, at=self.clock.now(), results=())
        self.checked.append((meeting_id, purpose))
        self.reports[meeting_id] = report
        return report

    def macros(self) -> Sequence[Macro]:
        return self.scenes

    def run_macro(
        self, macro_id: str, *, meeting_id: str | None = None, cancelled: threading.Event | None = None
    ) -> tuple[StepOutcome, ...]:
        """Does nothing; each is kept in `played`."""
        del cancelled
        self.played.append((macro_id, meeting_id))
        return ()

    def check_purposes(self, meeting_id: str) -> frozenset[checks.RunPurpose]:
        return frozenset(purpose for meeting, purpose in self.checked if meeting == meeting_id)

    def look_at_devices(self, meeting_id: str | None) -> Sequence[checks.DeviceWatch]:
        """Nothing changes; each look is kept in `looked`."""
        self.looked.append(meeting_id)
        return ()

    def room_sound(self) -> RoomSound:
        return self.records_with

    def recordings(self, meeting_id: str) -> Sequence[Recording]:
        return sorted(self.sound.get(meeting_id, ()), key=lambda recording: recording.number)

    def recording_heads(self, meeting_id: str) -> Sequence[RecordingHead]:
        return self.recordings(meeting_id)

    def import_recording(
        self,
        meeting_id: str,
        path: Path,
        *,
        actor: Actor | None = None,  # noqa: ARG002 - the port's shape
        seen: Callable[[float, float | None], None] = lambda _done, _all: None,
    ) -> Recording:
        """It decodes nothing: each file is `import_seconds` long."""
        meeting = self.meeting(meeting_id)
        if not meeting.recorded or meeting.state not in _IMPORTABLE:
            raise Refused(f"nothing can be imported into a meeting that is {meeting.state.value}")
        if not path.is_file():
            raise BadInput(f"cannot read {path}")
        number = len(self.recordings(meeting_id)) + 1
        made = Recording(
            id=f"imported-{number}",
            meeting=meeting_id,
            number=number,
            folder=f"meetings/{meeting_id}/audio/imported-{number}",
            source=f"file:{path}",
            recorder="audio",
            state=RecorderState.SEALED,
            tracks=1,
            frames=round(self.import_seconds * 48_000),
            purpose=Purpose.IMPORT,
        )
        seen(made.seconds, made.seconds)
        self.sound.setdefault(meeting_id, []).append(made)
        newest = self.transcript(meeting_id)
        if newest is not None:
            self.put_transcript(replace(newest, complete=False))
        self.held[meeting_id] = meeting.lack(Need.TRANSCRIPT)
        return made

    def room_speech(self) -> RoomSpeech:
        return self.writes_with

    def engines(self) -> Sequence[EngineOffer]:
        return tuple(self.offers)

    def model(self, name: str) -> Path:
        if name not in self.models:
            raise MissingPart(f"model {name} is not installed", mend=f"roomctl models pull {name}")
        return self.models[name]

    def installed_models(self) -> Sequence[str]:
        return sorted(self.models)

    def model_memory(self, name: str) -> int:
        return self.memory.get(name, 0)

    def verify_model(self, name: str) -> Verdict:
        files = [path for path in self.model(name).rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        return Verdict(len(files), size, tuple(self.model_faults.get(name, ())))

    def recorder(self, name: str = "audio") -> RecorderFactory:
        return _named(self.recorders, name, "recorder")

    # papers and archive

    def documents(self, meeting_id: str) -> Sequence[RecordFile]:
        return tuple(self.papers.get(meeting_id, ()))

    def package_files(self, meeting_id: str) -> Sequence[PackageFile]:
        return tuple(self.payload.get(meeting_id, ()))

    def target(self, kind: str, config: Mapping[str, Any]) -> ArchiveTarget:
        return _named(self.targets, kind, "archive target")(config)

    def packages(self, meeting_id: str) -> Sequence[Package]:
        return tuple(self.sealed.get(meeting_id, ()))

    def add_package(self, package: Package) -> None:
        self.sealed.setdefault(package.meeting, []).append(package)
        self.enqueue(package, package.targets)

    def receipts(self, meeting_id: str) -> Sequence[Receipt]:
        return tuple(self.proofs.get(meeting_id, ()))

    def add_receipt(self, meeting_id: str, receipt: Receipt) -> None:
        proofs = self.proofs.setdefault(meeting_id, [])
        if any((one.package, one.target) == (receipt.package, receipt.target) for one in proofs):
            return
        proofs.append(receipt)
        self.settle(meeting_id, receipt)
        wanted = {(package.id, target) for package in self.packages(meeting_id) for target in package.targets}
        meeting = self.held.get(meeting_id)
        if meeting and meeting.state is State.CLOSED and wanted <= {(one.package, one.target) for one in proofs}:
            self.held[meeting_id] = replace(meeting.hold(Need.RECEIPTS), state=State.DEPOSITED)


@dataclass(frozen=True, slots=True)
class Published:
    """An event that a plugin published, its kind with the prefix."""

    kind: str
    data: Mapping[str, Any]
    meeting: str | None


class FakeContext:
    """A plugin's context for its tests. Children are real, supervised processes on the real clock; `close` ends them.

    Args:
        name: the plugin's.
        folder: becomes the data folder, as far as `services` brings none of its own.
        config: an instance of the plugin's model.

    Attributes:
        published: what the plugin published, in order.

    """

    def __init__(
        self,
        name: str,
        folder: Path,
        config: Any = None,
        *,
        services: FakeServices | None = None,
        clock: FakeClock | None = None,
        meeting_folder: str | None = None,
    ) -> None:
        self.name, self.config = name, config
        self.clock = clock or (services.clock if services else FakeClock())
        self.services = services or FakeServices(folder, clock=self.clock)
        self.log = logging.getLogger(f"roomctl.plugins.{name}")
        self.published: list[Published] = []
        self.stores: dict[str | None, FakeStore] = {}
        self.children: list[Child] = []
        self._meeting_folder = meeting_folder or name

    @property
    def secret(self) -> bytes:
        return self.name.encode().ljust(32, b".")

    def folder(self, meeting: str | None = None) -> Path:
        data = self.services.data
        path = data / "meetings" / meeting / self._meeting_folder if meeting else data / "plugin-data" / self.name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def store(self, meeting: str | None = None) -> FakeStore:
        return self.stores.setdefault(meeting, FakeStore())

    def publish(self, kind: str, data: Mapping[str, Any], meeting: str | None = None, *, once: bool = False) -> bool:
        told = Published(f"x.{self.name}.{kind}", json.loads(json.dumps(dict(data))), meeting)
        if once and any((one.kind, one.meeting) == (told.kind, meeting) for one in self.published):
            return False
        self.published.append(told)
        return True

    def child(
        self,
        argv: Sequence[str],
        *,
        heartbeat: float | None = None,
        restarts: int = 3,
        env: Mapping[str, str] | None = None,
    ) -> Child:
        from roomctl.host.supervisor import SupervisedChild  # noqa: PLC0415 - few tests need a process

        child = SupervisedChild(argv, name=self.name, heartbeat=heartbeat, restarts=restarts, env=env)
        self.children.append(child)
        return child

    def close(self) -> None:
        """Ends what is still running."""
        for child in self.children:
            child.stop()


def _named(table: Mapping[str, T], name: str, what: str) -> T:
    if name not in table:
        raise NotFound(f"no {what} named {name!r}", mend=f"known: {', '.join(table) or '-'}")
    return table[name]
