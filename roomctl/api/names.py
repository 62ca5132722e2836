"""All names of `roomctl.api`; add a name here. It loads them when one is asked for that it does not have yet."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from roomctl.api.custody import Custody
from roomctl.api.deliveries import Deliveries
from roomctl.api.marker import hookimpl
from roomctl.api.printing import Printing
from roomctl.api.registration import Registrar
from roomctl.api.signing import SignIn
from roomctl.domain import (
    archive,
    attendance,
    checks,
    correction,
    cues,
    events,
    lifecycle,
    meeting,
    observers,
    passes,
    quorum,
    ranking,
    record,
    recording,
    revision,
    rework,
    secrecy,
    timing,
    transcript,
)
from roomctl.domain.access import Right
from roomctl.domain.alarms import Alarm, AlarmKind, AlarmTurn
from roomctl.domain.archive import Fault, Package, PackageFile, Receipt, Stored, Verdict
from roomctl.domain.attendance import Attendance, Method, Person, Presence, Role, Standing
from roomctl.domain.attendance import Fact as AttendanceFact
from roomctl.domain.checks import CheckReport, CheckState, Result
from roomctl.domain.events import Actor, LoggedEvent
from roomctl.domain.lifecycle import State
from roomctl.domain.macros import Macro, StepOutcome
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId, Objection, Room
from roomctl.domain.planning import Edit
from roomctl.domain.record import Document, Finding, RecordFile
from roomctl.domain.recording import (
    Envelope,
    Gap,
    Level,
    Marker,
    MarkKind,
    Order,
    Problem,
    Purpose,
    RecorderState,
    RecorderStatus,
    Recording,
    RecordingHead,
    RecordingReport,
    Segment,
)
from roomctl.domain.transcript import (
    Beside,
    Change,
    Doubt,
    DraftPoint,
    Hole,
    PointKind,
    SpeakerKnownBy,
    Transcript,
    TranscriptHead,
    TranscriptSegment,
    Word,
)
from roomctl.errors import BadInput, Busy, Damaged, Forbidden, MissingPart, NotFound, Refused, RoomctlError
from roomctl.i18n import language, several, tr
from roomctl.labels import label
from roomctl.services.offers import (
    ArchiveTarget,
    Check,
    DocumentOffer,
    EngineOffer,
    Health,
    Monitored,
    PageOffer,
    PanelOffer,
    Playable,
    Progress,
    Recorder,
    RecorderFactory,
    Revising,
    RoomSpeech,
    Service,
    Tap,
    TapOffer,
    Tapped,
    TargetFactory,
)
from roomctl.services.ports import Clock, PluginStore
from roomctl.services.recordings import RoomSound
from roomctl.services.screen_offers import ScreenOffer
from roomctl.services.speech_offers import Hypothesis, SpeechStream, StreamingTranscriber, Transcriber


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a plugin lacks.

    Attributes:
        what: `libportaudio2`, `model faster-whisper-base`.
        why: what does not work without it.
        mend: the exact command.
        fatal: the plugin cannot work at all; else only a part of it, and the plugin is still enabled.

    """

    what: str
    why: str
    mend: str
    fatal: bool = True


class Child(Protocol):
    """A supervised child process that talks in JSON, one object a line, over its pipes.

    It is started again with back-off when it dies or hangs (`PluginContext.child`: heartbeat), and ends when the
    pipe closes. Each start is told to the reader as `{"type": "started", "attempt": n}` before anything that
    the child itself says, so that the owner can hand out again what was under way.
    """

    @property
    def alive(self) -> bool: ...
    @property
    def complaint(self) -> str:
        """The last lines that the child wrote to stderr."""
        ...

    def send(self, message: Mapping[str, Any]) -> None:
        """Writes one line. A child that has just died takes nothing; it will be told again after its restart."""
        ...

    def receive(self, timeout: float | None = None) -> Mapping[str, Any] | None:
        """The next message, or None when `timeout` seconds have passed.

        Raises: RoomctlError when the child has died more often than allowed; the complaint is in it.
        """
        ...

    def stop(self, timeout: float = 5.0) -> None:
        """Closes the pipe, waits so many seconds, then kills. Idempotent."""
        ...


class Services(SignIn, Deliveries, Registrar, Custody, Printing, Protocol):
    """The public use cases. Each is one unit of work; the actor is the plugin unless another is named."""

    @property
    def data(self) -> Path:
        """The data folder."""
        ...

    @property
    def room(self) -> Room: ...

    # meetings
    def meeting(self, meeting_id: str) -> Meeting:
        """Raises: NotFound."""
        ...

    def meetings(self, *states: State) -> Sequence[Meeting]: ...
    def meetings_ending(self, end: str) -> Sequence[str]:
        """Ids that end so; of all meetings, without reading one."""
        ...

    def edits(self, meeting_id: str) -> Sequence[Edit]: ...

    # checks, sound, words
    def check_report(self, meeting_id: str | None) -> CheckReport | None: ...
    def waivers(self, meeting_id: str) -> Sequence[checks.Waiver]:
        """带故障使用 and 本次免查 of a meeting, each with name and reason."""
        ...

    def check(
        self,
        meeting_id: str | None,
        *,
        purpose: checks.RunPurpose = checks.RunPurpose.HAND,
        sound: bool = False,
    ) -> CheckReport:
        """Runs all checks, and reads all devices; waits until the last has answered, or is late.

        Args:
            sound: also those that make a sound in the room, after the others.

        """
        ...

    def macros(self) -> Sequence[Macro]:
        """Of macros.toml. Raises: BadInput, with file, line and key."""
        ...

    def run_macro(
        self, macro_id: str, *, meeting_id: str | None = None, cancelled: threading.Event | None = None
    ) -> tuple[StepOutcome, ...]:
        """Step by step, each read back; waits until the last is done, or one has failed."""
        ...

    def check_purposes(self, meeting_id: str) -> frozenset[checks.RunPurpose]:
        """Why the meeting's devices were checked so far."""
        ...

    def look_at_devices(self, meeting_id: str | None) -> Sequence[checks.DeviceWatch]:
        """One look of the watch: passive reads only; gives the devices that went down, or came back."""
        ...

    def room_sound(self) -> RoomSound:
        """The room's recorder, and what it records with, without a meeting."""
        ...

    def recordings(self, meeting_id: str) -> Sequence[Recording]:
        """The meeting's own and the imported ones, in the order of their number. Test takes are not among them."""
        ...

    def recording_heads(self, meeting_id: str) -> Sequence[RecordingHead]:
        """As `recordings`, without their segments: for who asks again and again."""
        ...

    def import_recording(
        self,
        meeting_id: str,
        path: Path,
        *,
        actor: Actor | None = None,
        seen: Callable[[float, float | None], None] = lambda _done, _all: None,
    ) -> Recording:
        """Brings a finished recording in, and waits until it is sealed; it is transcribed like the meeting's own.

        Args:
            seen: told the seconds that are kept, and of how many, where that is known.

        Raises:
            BadInput: no such file, or no sound in it. Refused: the meeting is not to be recorded, is not yet
                prepared, is closed, or is being recorded right now. RoomctlError: only a part of it could be read;
                that part is among the recordings.

        """
        ...

    def transcript(self, meeting_id: str) -> Transcript | None:
        """The newest version."""
        ...

    def transcript_version(self, meeting_id: str, number: int) -> Transcript | None:
        """By its number, from 1."""
        ...

    def put_transcript(self, transcript: Transcript) -> Transcript:
        """Saves a version, or more of it; a complete one lets the meeting be closed.

        Returns it as it was kept: with what a person put right in it, or in the version before it.
        """
        ...

    def transcript_heads(self, meeting_id: str) -> Sequence[TranscriptHead]:
        """All versions, oldest first, without their sentences: quick whatever their length."""
        ...

    def sentences(self, transcript_id: str, first: int, count: int) -> Sequence[TranscriptSegment]:
        """So many that a reader sees, from that place on: quick whatever the length."""
        ...

    def reworks(self, meeting_id: str) -> Sequence[rework.Rework]:
        """What people asked for to be done again with a complete transcript, the oldest first."""
        ...

    def ask_rework(
        self,
        meeting_id: str,
        kind: rework.ReworkKind,
        *,
        engine: str = "",
        model: str = "",
        numbers: Sequence[int] = (),
        actor: Actor | None = None,
    ) -> rework.Rework:
        """Wants all of a complete transcript, or its holes, done again; the meeting cannot be closed meanwhile.

        Args:
            engine, model: empty is what made the newest version; for holes what is configured.
            numbers: of holes, from 1; empty is all.

        Raises:
            BadInput, NotFound, Refused: it cannot be done. Busy: another wish waits.

        """
        ...

    def cancel_rework(self, meeting_id: str, *, actor: Actor | None = None) -> rework.Rework:
        """Gives up the one that waits; what it has filled already stays. Raises: NotFound."""
        ...

    def write_hole(
        self,
        meeting_id: str,
        number: int,
        text: str,
        *,
        speaker: str = "",
        start: float | None = None,
        actor: Actor | None = None,
    ) -> TranscriptSegment:
        """A person writes down what is said in a hole of the newest version; later versions take it over.

        Args:
            number: of the hole, from 1; start: where it begins, as it was seen.

        Raises:
            BadInput, NotFound, Refused: it cannot be done. Busy: the holes are other ones by now.

        """
        ...

    def dismiss_hole(
        self, meeting_id: str, number: int, why: str, *, start: float | None = None, actor: Actor | None = None
    ) -> None:
        """A person has listened: nobody speaks there. Args and errors as of `write_hole`."""
        ...

    def hole_tried(self, meeting_id: str, transcript: Transcript, hole: Hole, *, gained: int) -> rework.Rework:
        """Keeps what came of the next hole of the wish that waits; it stands as it is returned.

        Args:
            transcript: the newest version as `rework.fill` gives it; gained: characters.

        Raises:
            NotFound: it was cancelled meanwhile.

        """
        ...

    def room_speech(self) -> RoomSpeech:
        """What meetings are transcribed with."""
        ...

    def engines(self) -> Sequence[EngineOffer]: ...
    def model(self, name: str) -> Path:
        """Folder of an installed and complete model. Raises: MissingPart with the exact command."""
        ...

    def installed_models(self) -> Sequence[str]: ...
    def model_memory(self, name: str) -> int:
        """Bytes that its engine holds at work; 0 where that is not known."""
        ...

    def verify_model(self, name: str) -> Verdict:
        """Reads every byte of it against the catalogue. Raises: MissingPart where there is nothing to read."""
        ...

    def recorder(self, name: str = "audio") -> RecorderFactory: ...

    # papers and archive
    def documents(self, meeting_id: str) -> Sequence[RecordFile]: ...
    def package_files(self, meeting_id: str) -> Sequence[PackageFile]:
        """What every plugin, and the host, wants in the package."""
        ...

    def target(self, kind: str, config: Mapping[str, Any]) -> ArchiveTarget:
        """Made from its section of the settings; `secret` there names an entry of secrets.toml, which it is given.

        Raises: BadInput, NotFound.
        """
        ...

    def packages(self, meeting_id: str) -> Sequence[Package]: ...
    def add_package(self, package: Package) -> None: ...
    def receipts(self, meeting_id: str) -> Sequence[Receipt]: ...
    def add_receipt(self, meeting_id: str, receipt: Receipt) -> None:
        """With the last required one the meeting becomes deposited."""
        ...


class PluginContext(Protocol):
    """What a plugin may touch. `secret`: 32 bytes of its own, the same after a restart, to seal codes with."""

    @property
    def name(self) -> str: ...
    @property
    def config(self) -> Any:
        """The plugin's own model, filled from `[plugins.<name>]` of roomctl.toml; None where it has none."""
        ...

    @property
    def log(self) -> logging.Logger: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def services(self) -> Services: ...
    @property
    def secret(self) -> bytes: ...
    def folder(self, meeting: str | None = None) -> Path:
        """The plugin's own folder, for one meeting or for the room; made when asked for."""
        ...

    def store(self, meeting: str | None = None) -> PluginStore: ...
    def publish(self, kind: str, data: Mapping[str, Any], meeting: str | None = None, *, once: bool = False) -> bool:
        """Appends an event `x.<plugin>.<kind>` of the meeting or the room; `once`: not where there is one already."""
        ...

    def child(
        self,
        argv: Sequence[str],
        *,
        heartbeat: float | None = None,
        restarts: int = 3,
        env: Mapping[str, str] | None = None,
    ) -> Child:
        """Starts a supervised child.

        Args:
            argv: `[sys.executable, "-m", "roomctl_x.worker"]`.
            heartbeat: seconds for which it may be silent on stdout and idle while work is under way; then it counts
                as hung. Time in which it works, or in which the machine gives it no processor, is none of them, but
                ten times as long at work without a word is too long.
            restarts: how many deaths in a row are borne before `receive` raises; a message received resets it.

        """
        ...


CommandFactory = Callable[[PluginContext], Any]

__all__ = [
    "Actor", "AgendaItem", "Alarm", "AlarmKind", "AlarmTurn", "ArchiveTarget", "Attendance", "AttendanceFact",
    "BadInput", "Beside", "Busy", "Change", "Check", "CheckReport", "CheckState", "Child", "Clock", "CommandFactory",
    "Damaged", "Document", "DocumentOffer", "Doubt", "DraftPoint", "Edit", "EngineOffer", "Envelope", "Fault",
    "Finding", "Forbidden", "Gap", "Health", "Hole", "Hypothesis", "Level", "LoggedEvent", "Macro", "MarkKind",
    "Marker", "Meeting", "MeetingId", "Method", "Missing", "MissingPart", "Monitored", "NotFound", "Objection",
    "Order", "Package", "PackageFile", "PageOffer", "PanelOffer", "Person", "Playable", "PluginContext",
    "PluginStore", "PointKind", "Presence", "Problem", "Progress", "Purpose", "Receipt", "RecordFile", "Recorder",
    "RecorderFactory", "RecorderState", "RecorderStatus", "Recording", "RecordingHead", "RecordingReport", "Refused",
    "Result", "Revising", "Right", "Role", "Room", "RoomSound", "RoomSpeech", "RoomctlError", "ScreenOffer",
    "Segment", "Service", "Services", "SpeakerKnownBy", "SpeechStream", "Standing", "State", "StepOutcome", "Stored",
    "StreamingTranscriber", "Tap", "TapOffer", "Tapped", "TargetFactory", "Transcriber", "Transcript",
    "TranscriptHead", "TranscriptSegment", "Verdict", "Word", "archive", "attendance", "checks", "correction", "cues",
    "events", "hookimpl", "label", "language", "lifecycle", "meeting", "observers", "passes", "quorum", "ranking",
    "record", "recording", "revision", "rework", "secrecy", "several", "timing", "tr", "transcript",
]  # fmt: skip
