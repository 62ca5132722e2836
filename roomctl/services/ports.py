"""The protocols that use cases depend on; storage, host and plugins implement them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, Self, runtime_checkable

from roomctl.domain.archive import Package, PackageFile, Receipt, Stored, Verdict
from roomctl.domain.attendance import Person
from roomctl.domain.checks import CheckReport, Result, Waiver
from roomctl.domain.events import Event, Head, LoggedEvent
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, Objection, Room
from roomctl.domain.record import RecordFile
from roomctl.domain.recording import Order, RecorderStatus, Recording, RecordingReport
from roomctl.domain.transcript import Transcript, Word
from roomctl.services.account_store import AccountStore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Clock(Protocol):
    """Time from outside. Tests give one that they turn themselves."""

    def now(self) -> datetime:
        """Aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    def sleep(self, seconds: float) -> None: ...


# --- storage ---------------------------------------------------------------------------------------------------


class Meetings(Protocol):
    """Meetings of this machine."""

    def get(self, meeting_id: str) -> Meeting:
        """Raises: NotFound."""
        ...

    def all(self, *states: State) -> Sequence[Meeting]:
        """Newest first; only those in one of the states, where any is named."""
        ...

    def add(self, meeting: Meeting) -> None: ...

    def save(self, meeting: Meeting) -> Meeting:
        """With its version raised by one. Raises: Busy, where somebody else saved it since."""
        ...


class Roster(Protocol):
    """The people of each meeting."""

    def of(self, meeting_id: str) -> Sequence[Person]:
        """In order of rank."""
        ...

    def add(self, meeting_id: str, people: Iterable[Person]) -> None: ...


class Checks(Protocol):
    """Check runs, and what was accepted by name."""

    def add(self, report: CheckReport) -> None: ...
    def latest(self, meeting_id: str | None) -> CheckReport | None: ...
    def waivers(self, meeting_id: str) -> Sequence[Waiver]: ...
    def waive(self, meeting_id: str, waiver: Waiver) -> None: ...


class Recordings(Protocol):
    """Recordings, each with its segments."""

    def get(self, recording_id: str) -> Recording: ...
    def of(self, meeting_id: str) -> Sequence[Recording]:
        """In order of their number, each with its segments."""
        ...

    def put(self, recording: Recording) -> None:
        """Adds it, or replaces what was known of it; segments are matched by track and seq."""
        ...


class Transcripts(Protocol):
    """Transcripts, all versions."""

    def of(self, meeting_id: str) -> Sequence[Transcript]:
        """All versions, oldest first."""
        ...

    def latest(self, meeting_id: str) -> Transcript | None: ...
    def put(self, transcript: Transcript) -> None: ...


class Documents(Protocol):
    """Papers drafted and signed."""

    def of(self, meeting_id: str) -> Sequence[RecordFile]: ...
    def put(self, document: RecordFile) -> None: ...


class Packages(Protocol):
    """Sealed packages and the receipts of their targets."""

    def of(self, meeting_id: str) -> Sequence[Package]: ...
    def add(self, package: Package) -> None: ...
    def receipts(self, meeting_id: str) -> Sequence[Receipt]: ...
    def add_receipt(self, meeting_id: str, receipt: Receipt) -> None:
        """A second receipt of the same package and target changes nothing."""
        ...


class EventLog(Protocol):
    """The chained log, which is also the outbox."""

    def append(self, event: Event) -> LoggedEvent:
        """Chained to the stream's head, in the transaction that is open."""
        ...

    def stream(self, stream: str, kinds: Sequence[str] = ()) -> Iterator[LoggedEvent]:
        """Rows of one stream in order; kinds may end in `*`."""
        ...

    def since(self, seq: int, limit: int = 500) -> Sequence[LoggedEvent]: ...
    def find(
        self,
        *,
        stream: str = "",
        kinds: Sequence[str] = (),
        after: int = 0,
        before: int | None = None,
        newest: bool = True,
        limit: int = 100,
    ) -> Sequence[LoggedEvent]:
        """Rows between two places of the log, both exclusive, the newest or the oldest of them first."""
        ...

    def last(self) -> int:
        """`seq` of the newest row; 0 where there is none."""
        ...

    def head(self, stream: str) -> Head: ...
    def heads(self) -> Mapping[str, Head]: ...
    def cursor(self, subscriber: str) -> int:
        """The last `seq` this subscriber has been given; 0 where it never was."""
        ...

    def set_cursor(self, subscriber: str, seq: int) -> None: ...


class PluginStore(Protocol):
    """JSON documents of one plugin, for one meeting or for the room."""

    def get(self, key: str, default: Any = None) -> Any: ...
    def put(self, key: str, value: Any) -> None: ...
    def delete(self, key: str) -> None: ...
    def keys(self) -> Sequence[str]: ...


class UnitOfWork(Protocol):
    """`with uow:` is one `BEGIN IMMEDIATE` transaction, rolled back unless `commit` was called.

    It is short, and never calls a plugin, device or network while it is open.
    """

    meetings: Meetings
    roster: Roster
    checks: Checks
    recordings: Recordings
    transcripts: Transcripts
    documents: Documents
    packages: Packages
    accounts: AccountStore
    events: EventLog
    room: Room

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...
    def commit(self) -> None: ...
    def reading(self) -> AbstractContextManager[Self]:
        """A transaction that only reads, and so waits for nobody."""
        ...

    def peek(self, meeting_id: str) -> Meeting:
        """The meeting as it stands, in a short read of its own. Raises: NotFound."""
        ...


class Models(Protocol):
    """Models on this machine."""

    def folder(self, name: str) -> Path:
        """Raises: MissingPart with the exact command, where it is not installed and complete."""
        ...

    def installed(self) -> Sequence[str]: ...
    def verify(self, name: str) -> Verdict:
        """Reads every byte. Raises: MissingPart where there is nothing to read."""
        ...


# --- devices and engines -----------------------------------------------------------------------------------------


class Recorder(Protocol):
    """One recording in one folder; made by the factory that a plugin gives under a name.

    A factory takes the folder: `factory(folder)`. Where a capture already runs in it, the recorder adopts it.
    """

    def arm(self, order: Order) -> RecorderStatus:
        """Device open, levels moving, disk enough, nothing written. Raises: RoomctlError with the numbers."""
        ...

    def start(self) -> int:
        """Frame number from which on everything is kept."""
        ...

    def pause(self) -> int: ...
    def resume(self) -> int: ...
    def mark(self, kind: str, note: str = "") -> int: ...
    def status(self) -> RecorderStatus: ...
    def stop(self) -> RecordingReport:
        """Ends it, waits until the last segment is sealed, and tells what there is."""
        ...

    def recover(self) -> RecordingReport:
        """After a crash: seals what lies open, never deletes. Idempotent."""
        ...

    def report(self) -> RecordingReport:
        """What the journal says; reads no sound."""
        ...

    def verify(self) -> RecordingReport:
        """Journal chain, hashes of every file, continuity."""
        ...


RecorderFactory = Callable[[Path], Recorder]


class Transcriber(Protocol):
    """An engine. It knows no meeting; it is made and used in a child process of its own.

    The class is constructed as `Engine(model_folder, options)`; loading may take seconds.
    """

    def decode(self, pcm: "NDArray[np.float32]", rate: int) -> Sequence[Word]:
        """Words of one utterance.

        Args:
            pcm: shape (frames,), mono, -1 to 1, at most 30 s; rate: 16,000.

        Returns:
            Words in order, times in seconds from the utterance's start. Nothing heard gives nothing.

        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOffer:
    """An engine as a plugin offers it. Named by import path, so that the host never loads speech code.

    Attributes:
        entry: `package.module:Class`, a `Transcriber`.
        models: names in the catalogue, the preferred first, the lightest last; the last is what somebody without
            any is told to fetch.
        requires: Python packages that must be importable, such as `faster_whisper`.
        quality: `auto` takes the installed engine with the highest.

    """

    name: str
    entry: str
    models: tuple[str, ...]
    requires: tuple[str, ...] = ()
    quality: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)


class ArchiveTarget(Protocol):
    """Where packages go. Keys are relative paths with `/`."""

    def put(self, key: str, stream: BinaryIO, sha256: str) -> Stored:
        """Writes to a temporary name, then renames. Raises: RoomctlError."""
        ...

    def stat(self, key: str) -> Stored | None: ...
    def get(self, key: str) -> AbstractContextManager[BinaryIO]: ...
    def finish(self, key: str) -> None:
        """All of the package `key` is there, its manifest last; makes it durable."""
        ...


TargetFactory = Callable[[Mapping[str, Any]], ArchiveTarget]
"""Takes the target's section of the configuration."""


class Check(Protocol):
    """A check as the run engine sees it."""

    device: str
    name: str
    deadline: float
    """Seconds after which its result is UNKNOWN."""

    def run(self, meeting: Meeting | None) -> Iterable[Result]:
        """Reads, then judges. May raise: the result is then UNKNOWN with the reason."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOffer:
    """A document that a plugin can draft.

    Attributes:
        kind: 会议记录 …; file_name: ASCII, inside the records' folder.
        write: drafts it to this path.

    """

    kind: str
    file_name: str
    write: Callable[[Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOffer:
    """A page that only this plugin needs, in the shell's menu.

    Attributes:
        path: below `/p/<plugin>/`, ASCII; empty is the plugin's first page.
        title: in Chinese and in English.
        icon: one that the shell has (`checklist`, `group`, `mic`, `description`, `archive`, `history`, …).
        roles: who sees it; empty means whoever is signed in.
        build: gives what stands inside the shell, a `roomctl.api.ui.Part`. Called for each visitor and every few
            seconds, in a thread of its own, with a deadline.

    """

    path: str
    title: tuple[str, str]
    build: Callable[[], Any]
    icon: str = "extension"
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelOffer:
    """A panel in a slot of one of the host's pages.

    Attributes:
        slot: `home` or `meeting`.
        build: gives a `roomctl.api.ui.Part`; takes the meeting that the page shows, or None. Called as a page's is.

    """

    slot: str
    title: tuple[str, str]
    build: Callable[[Meeting | None], Any]
    roles: frozenset[str] = frozenset()


# --- plugins ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """What a service is at.

    Attributes:
        done, total: of `unit`; total 0 means not known.

    """

    meeting: str
    what: str
    done: float = 0
    total: float = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a service works, and what to do where it does not."""

    ok: bool
    why: str = ""
    mend: str = ""


@runtime_checkable
class Service(Protocol):
    """Long-running work of a plugin.

    It looks for what is left to do in the state of the world, so that a restart at any moment loses nothing.
    """

    name: str

    def start(self) -> None: ...
    def stop(self, timeout: float) -> None: ...
    def wake(self) -> None:
        """Something may have changed: look for work now. Returns at once."""
        ...

    def health(self) -> Health: ...
    def progress(self) -> Sequence[Progress]:
        """What is under way or waiting; empty when there is nothing left to do."""
        ...

    def failures(self) -> Mapping[str, str]:
        """Meetings whose work is stuck, with what, why and the mend on one line."""
        ...


class Plugins(Protocol):
    """All loaded plugins, asked one by one, each with a deadline; what one raises costs only its own answer."""

    def gate(self, meeting: Meeting, target: State) -> Sequence[Objection]: ...
    def checks(self) -> Sequence[Check]: ...
    def recorder(self, name: str) -> RecorderFactory:
        """Raises: NotFound with the known names."""
        ...

    def engines(self) -> Sequence[EngineOffer]: ...
    def target(self, kind: str) -> TargetFactory: ...
    def documents(self, meeting: Meeting) -> Sequence[DocumentOffer]: ...
    def package_files(self, meeting: Meeting) -> Sequence[PackageFile]: ...
