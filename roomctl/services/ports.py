"""The protocols that use cases depend on, and that storage and host implement. What plugins offer: `offers.py`."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from roomctl.domain.archive import Package, PackageFile, Receipt, Verdict
from roomctl.domain.attendance import Person
from roomctl.domain.calendar import Entry
from roomctl.domain.checks import CheckReport, DeviceWatch, RunPurpose, Waiver
from roomctl.domain.events import Event, Head, LoggedEvent
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, Objection, Room
from roomctl.domain.record import RecordFile
from roomctl.domain.recording import Recording, RecordingHead, SealedSound
from roomctl.domain.secrecy import Level
from roomctl.domain.transcript import DraftPoint, Transcript, TranscriptHead, TranscriptSegment
from roomctl.services.account_store import AccountStore
from roomctl.services.archive_ports import Archivist, Outbox
from roomctl.services.offers import Check, DocumentOffer, EngineOffer, RecorderFactory, TargetFactory
from roomctl.services.print_offers import Typesetter
from roomctl.services.rank_offers import Ranking

if TYPE_CHECKING:
    from roomctl.services.drivers import DriverOffer  # it stands on pydantic, which a capture does without


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

    def ending(self, end: str) -> Sequence[str]:
        """Ids that end so, in their order."""
        ...

    def levels(self) -> Collection[Level]:
        """Each 密级 that a meeting or an item of one has."""
        ...

    def entries(
        self,
        *,
        first: datetime | None = None,
        last: datetime | None = None,
        states: frozenset[State] = frozenset(),
        holds: Callable[[str, str, str, str], bool] | None = None,
    ) -> Sequence[Entry]:
        """Lines of the calendar in order of their start, without reading whole meetings.

        Args:
            first, last: local time; those that begin from the one on, and before the other.
            holds: whether title, chair, kind and place, as they were written, are those of a line that is wanted.

        """
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

    def find(self, meeting_id: str, wanted: str) -> Sequence[Person]:
        """Those with this id or this name, without reading all of them."""
        ...

    def add(self, meeting_id: str, people: Iterable[Person]) -> None: ...
    def remove(self, meeting_id: str, people: Iterable[str]) -> None:
        """Takes them off, by id."""
        ...

    def rank(self, meeting_id: str, ranks: Mapping[str, int]) -> None:
        """Sets the rank of these people, by id."""
        ...

    def attend(self, meeting_id: str, items: Mapping[str, Sequence[int]]) -> None:
        """Sets the numbers of the items that these people attend, by id."""
        ...

    def seat(self, meeting_id: str, seats: Mapping[str, str]) -> None:
        """Sets the seat of these people, by id."""
        ...


class Directory(Protocol):
    """The office's people, from whom rosters are picked. One has a name, unit, duty and telephone, and no rank."""

    def all(self) -> Sequence[Person]:
        """By unit."""
        ...

    def add(self, people: Iterable[Person]) -> None: ...
    def set_phone(self, person_id: str, phone: str) -> None: ...
    def remove(self, person_id: str) -> bool:
        """Whether there was one."""
        ...


class Checks(Protocol):
    """Check runs, and what was accepted by name."""

    def add(self, report: CheckReport) -> None: ...
    def latest(self, meeting_id: str | None) -> CheckReport | None: ...
    def get(self, report_id: str) -> CheckReport | None: ...
    def runs(self, meeting_id: str | None, *, limit: int | None = None) -> Sequence[CheckReport]:
        """Of a meeting, or of the room, oldest first; the last ones, where there is a limit."""
        ...

    def proven(self) -> Sequence[CheckReport]:
        """Those whose evidence must be kept: the signed ones, and the newest of each meeting and of the room."""
        ...

    def purposes(self, meeting_id: str) -> frozenset[RunPurpose]:
        """Why the meeting's devices were checked so far."""
        ...

    def sign(self, report: CheckReport) -> None:
        """Keeps who signed it, and its rows as they were signed. Raises: NotFound."""
        ...

    def history(
        self, *, limit: int, until: datetime, usual: bool = False
    ) -> Mapping[tuple[str, str], Sequence[float]]:
        """The last figures of each device and check in the room, over all runs up to that instant, oldest first.

        A result without a figure (a word, a yes or no, nothing) has none here. One that is kept counts once.

        Args:
            usual: without those from before somebody took a figure as usual.

        """
        ...

    def take_as_usual(self, device: str, check: str, *, since: datetime, by: str) -> None: ...

    def waivers(self, meeting_id: str) -> Sequence[Waiver]: ...
    def waive(self, meeting_id: str, waiver: Waiver) -> None: ...
    def withdraw(self, meeting_id: str, device: str, check: str) -> bool:
        """Takes a waiver back; whether there was one."""
        ...

    def watches(self) -> Mapping[str, DeviceWatch]:
        """How each watched device stood last, by id."""
        ...

    def watch(self, stands: DeviceWatch) -> None: ...


class Recordings(Protocol):
    """Recordings: each with its segments, or as far as it is known without them."""

    def get(self, recording_id: str) -> Recording: ...
    def head(self, recording_id: str) -> RecordingHead: ...
    def of(self, meeting_id: str) -> Sequence[Recording]:
        """In order of their number, each with its segments; test takes among them."""
        ...

    def heads(self, meeting_id: str) -> Sequence[RecordingHead]:
        """As `of`, without segments."""
        ...

    def sealed(self, meeting_id: str) -> Mapping[str, SealedSound]:
        """By recording; one of which nothing is sealed is not among them."""
        ...

    def running(self) -> Sequence[RecordingHead]:
        """Of all meetings, those that are armed or not yet sealed, in the order they were armed."""
        ...

    def put(self, recording: Recording, before: Recording | None = None) -> None:
        """Adds it, or replaces what was known of it; segments are matched by track and seq.

        Args:
            before: as it was read in the same transaction, which saves reading its segments once more.

        """
        ...


class Transcripts(Protocol):
    """Transcripts, all versions."""

    def of(self, meeting_id: str) -> Sequence[Transcript]:
        """All versions, oldest first."""
        ...

    def latest(self, meeting_id: str) -> Transcript | None: ...
    def version(self, meeting_id: str, number: int) -> Transcript | None: ...
    def heads(self, meeting_id: str) -> Sequence[TranscriptHead]:
        """All versions, oldest first, without their sentences."""
        ...

    def sentence(self, transcript_id: str, sentence: str) -> TranscriptSegment | None: ...
    def put(self, transcript: Transcript) -> None: ...
    def sentences(self, transcript_id: str, first: int, count: int) -> Sequence[TranscriptSegment]:
        """So many that a reader sees, from that place on; places are counted from 0."""
        ...

    def put_sentence(self, transcript_id: str, sentence: TranscriptSegment) -> None:
        """In the place of the one with its id, which is there."""
        ...

    def following(self, transcript_id: str, sentence: str) -> Sequence[TranscriptSegment]:
        """From that one to the next that a reader sees, with those between them; none where it is not there."""
        ...

    def add_sentence(self, transcript_id: str, sentence: TranscriptSegment, *, behind: str) -> None:
        """Right behind the one with that id."""
        ...

    def put_points(self, transcript_id: str, points: Sequence[DraftPoint]) -> None:
        """In the place of all its points."""
        ...


class Documents(Protocol):
    """Papers drafted and signed."""

    def of(self, meeting_id: str) -> Sequence[RecordFile]: ...
    def put(self, document: RecordFile) -> None: ...


class Packages(Protocol):
    """Sealed packages and the receipts of their targets."""

    def of(self, meeting_id: str | None = None) -> Sequence[Package]:
        """Of a meeting, or of all, the first one first."""
        ...

    def add(self, package: Package) -> None: ...
    def receipts(self, meeting_id: str | None = None) -> Sequence[Receipt]:
        """Of a meeting, or of all."""
        ...

    def add_receipt(self, meeting_id: str, receipt: Receipt) -> None:
        """A second receipt of the same package and target changes nothing."""
        ...


class EventLog(Protocol):
    """The chained log, which is also the outbox."""

    def append(self, event: Event) -> LoggedEvent:
        """Chained to the stream's head, in the transaction that is open."""
        ...

    def stream(
        self, stream: str, kinds: Sequence[str] = (), saying: Mapping[str, str] | None = None
    ) -> Iterator[LoggedEvent]:
        """Rows of one stream in order; kinds may end in `*`.

        Args:
            saying: only rows whose data has one of these texts under its name.

        """
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
    def cursors(self) -> Mapping[str, int]:
        """Subscriber → the last `seq` it has been given; nothing of one that never was."""
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

    Attributes:
        machine: what tells this machine from others; what a machine was declared for counts on that one alone.

    """

    meetings: Meetings
    roster: Roster
    directory: Directory
    checks: Checks
    recordings: Recordings
    transcripts: Transcripts
    documents: Documents
    packages: Packages
    outbox: Outbox
    accounts: AccountStore
    events: EventLog
    room: Room
    machine: str

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
    def memory(self, name: str) -> int:
        """Bytes that its engine holds at work; 0 where that is not known. Raises: NotFound."""
        ...

    def verify(self, name: str) -> Verdict:
        """Reads every byte. Raises: MissingPart where there is nothing to read."""
        ...


# --- plugins ------------------------------------------------------------------------------------------------------


class Plugins(Protocol):
    """All loaded plugins, asked one by one, each with a deadline; what one raises costs only its own answer."""

    def strangers(self) -> Sequence[str]:
        """Those that did not come with roomctl, and are in use."""
        ...

    def gate(self, meeting: Meeting, target: State) -> Sequence[Objection]: ...
    def checks(self) -> Sequence[Check]: ...
    def drivers(self) -> "Mapping[str, DriverOffer]":
        """Kinds of device, by name."""
        ...

    def recorder(self, name: str) -> RecorderFactory:
        """Raises: NotFound with the known names."""
        ...

    def engines(self) -> Sequence[EngineOffer]: ...
    def target(self, kind: str) -> TargetFactory: ...
    def documents(self, meeting: Meeting) -> Sequence[DocumentOffer]: ...
    def room_documents(self) -> Sequence[DocumentOffer]: ...
    def typesetter(self) -> Typesetter:
        """Raises: MissingPart: no plugin sets pages."""
        ...

    def ranking(self) -> Ranking | None:
        """None: no plugin knows the order of rank."""
        ...

    def package_files(self, meeting: Meeting) -> Sequence[PackageFile]: ...
    def archivist(self) -> Archivist:
        """Raises: MissingPart: no plugin reads packages."""
        ...
