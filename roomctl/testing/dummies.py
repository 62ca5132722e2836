"""What stands in for plugins in tests of use cases: a recorder that counts, and plugins that answer from fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from roomctl.api import (
    AlarmTurn,
    Check,
    DocumentOffer,
    EngineOffer,
    Marker,
    MarkKind,
    Meeting,
    MissingPart,
    NotFound,
    Objection,
    Order,
    PackageFile,
    RecorderFactory,
    RecorderState,
    RecorderStatus,
    RecordingReport,
    Refused,
    Segment,
    State,
    TargetFactory,
)
from roomctl.api.devices import DriverOffer
from roomctl.api.printing import Typesetter
from roomctl.api.rosters import Ranking
from roomctl.testing.fake_registration import DummyArchivist

_RATE = 48_000


class DummyRecorder:
    """A recorder without sound: each command takes one second of frames, and is kept in `heard`.

    Attributes:
        refuses: commands that it refuses, as a device would that went away.
        told: what its status says beside state, tracks and frames.
        turns: its alarms, as its journal would have them.
        segments: what is sealed; journal: hash of the last row, of a recorder that chains them.
        until: planned end of the pause; limit: frames after which it ends by itself.
        length: frames of a file that comes to its end by itself; 0 where none does.

    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heard: list[str] = []
        self.refuses: set[str] = set()
        self.order: Order | None = None
        self.markers: list[Marker] = []
        self.told: dict[str, Any] = {}
        self.turns: list[AlarmTurn] = []
        self.segments: list[Segment] = []
        self.journal = ""
        self.until: datetime | None = None
        self.limit: int | None = None
        self.length = 0
        self._state, self._frames = RecorderState.IDLE, 0

    def _do(self, command: str, state: RecorderState) -> int:
        if command in self.refuses:
            raise Refused(f"the recorder refuses to {command}")
        self.heard.append(command)
        self._frames += _RATE if self._state is RecorderState.RECORDING else 0
        self._state = state
        return self._frames

    def arm(self, order: Order) -> RecorderStatus:
        self._do("arm", RecorderState.ARMED)
        self.order = order
        return self.status()

    def start(self, *, limit: int | None = None) -> int:
        self.limit = limit
        return self._do("start", RecorderState.RECORDING)

    def pause(self, *, until: datetime | None = None) -> int:
        self.until = until
        return self._do("pause", RecorderState.PAUSED)

    def resume(self) -> int:
        return self._do("resume", RecorderState.RECORDING)

    def mark(self, kind: str, note: str = "", *, back: float = 0.0, of: int = 0) -> int:
        frame = max(0, self._do("mark", self._state) - round(back * _RATE))
        self.markers.append(Marker(MarkKind(kind), frame, note, of))
        return frame

    def disarm(self) -> None:
        if self._state in {RecorderState.RECORDING, RecorderState.PAUSED}:
            raise Refused("the recorder has been started")
        if self._state is RecorderState.ARMED:
            self._do("disarm", RecorderState.SEALED)

    def stop(self) -> RecordingReport:
        self._do("stop", RecorderState.SEALED)
        return self.report()

    def crash(self) -> None:
        """As a kill does: what was kept is there, and nobody runs it any more."""
        self._state = RecorderState.IDLE

    def recover(self) -> RecordingReport:
        self.heard.append("recover")
        self._state = RecorderState.SEALED
        return replace(self.report(), recovered=1)

    def status(self) -> RecorderStatus:
        if self._state is RecorderState.RECORDING and (end := self.limit or self.length):
            self._frames, self._state = end, RecorderState.SEALED
        ended = bool(self.length) and self._frames == self.length
        said = {"state": self._state, "tracks": 1, "frames": self._frames, "ended": ended}
        return RecorderStatus(**{**said, **self.told})

    def report(self) -> RecordingReport:
        return RecordingReport(
            tracks=1,
            sample_rate=_RATE,
            frames=self._frames,
            markers=tuple(self.markers),
            segments=tuple(self.segments),
            alarms=tuple(self.turns),
            journal=self.journal,
        )

    def verify(self) -> RecordingReport:
        return self.report()

    def samples(self, segments: Sequence[Segment], at: int, frames: int) -> bytes:
        """Sound in which each frame says which one it is, and of how many tracks: never 0."""
        first = segments[0].first_frame + at
        return b"".join(
            (1 + 1000 * len(segments) + n % 1000).to_bytes(2, "little") for n in range(first, first + frames)
        )


@dataclass
class DummyPlugins:
    """`roomctl.services.ports.Plugins` that answers from its fields."""

    objections: list[Objection] = field(default_factory=list)
    device_checks: list[Check] = field(default_factory=list)
    device_drivers: dict[str, DriverOffer] = field(default_factory=dict)
    offers: list[EngineOffer] = field(default_factory=list)
    papers: list[DocumentOffer] = field(default_factory=list)
    files: list[PackageFile] = field(default_factory=list)
    targets: dict[str, TargetFactory] = field(default_factory=dict)
    archive: DummyArchivist = field(default_factory=DummyArchivist)
    ranks: Ranking | None = None
    recorders: dict[Path, DummyRecorder] = field(default_factory=dict)
    made: Callable[[Path], DummyRecorder] = DummyRecorder
    from_elsewhere: list[str] = field(default_factory=list)

    def strangers(self) -> Sequence[str]:
        return self.from_elsewhere

    def gate(self, meeting: Meeting, target: State) -> Sequence[Objection]:
        del meeting, target
        return tuple(self.objections)

    def checks(self) -> Sequence[Check]:
        return self.device_checks

    def drivers(self) -> Mapping[str, DriverOffer]:
        return self.device_drivers

    def recorder(self, name: str) -> RecorderFactory:
        del name
        return lambda folder: self.recorders.get(folder) or self.recorders.setdefault(folder, self.made(folder))

    @property
    def newest(self) -> DummyRecorder:
        return list(self.recorders.values())[-1]

    def engines(self) -> Sequence[EngineOffer]:
        return self.offers

    def target(self, kind: str) -> TargetFactory:
        if kind not in self.targets:
            raise NotFound(f"no target {kind}")
        return self.targets[kind]

    def archivist(self) -> DummyArchivist:
        return self.archive

    def typesetter(self) -> Typesetter:
        raise MissingPart("no plugin sets pages")

    def ranking(self) -> Ranking | None:
        return self.ranks

    def documents(self, meeting: Meeting) -> Sequence[DocumentOffer]:
        del meeting
        return self.papers

    def room_documents(self) -> Sequence[DocumentOffer]:
        return self.papers

    def package_files(self, meeting: Meeting) -> Sequence[PackageFile]:
        del meeting
        return self.files
