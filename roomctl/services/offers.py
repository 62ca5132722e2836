"""What plugins implement and offer: recorders, engines, targets, checks, documents, pages, services.

The protocols that the host itself implements stand in `ports.py`.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, runtime_checkable

from roomctl.domain.archive import Stored
from roomctl.domain.checks import Result
from roomctl.domain.devices import Evidence
from roomctl.domain.meeting import Meeting
from roomctl.domain.record import Finding
from roomctl.domain.recording import Envelope, Level, Order, RecorderStatus, RecordingReport, Segment
from roomctl.domain.revision import Review

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Recorder(Protocol):
    """One recording in one folder; made by the factory that a plugin gives under a name.

    A factory takes the folder: `factory(folder)`. Where a capture already runs in it, the recorder adopts it.
    """

    def arm(self, order: Order) -> RecorderStatus:
        """Device open, levels moving, disk enough, nothing written. Raises: RoomctlError with the numbers."""
        ...

    def start(self, *, limit: int | None = None) -> int:
        """Frame number from which on everything is kept; where there is a limit, up to so many frames."""
        ...

    def pause(self, *, until: datetime | None = None) -> int:
        """Nothing is kept from here on; `until` is the planned end, after which the recorder warns each minute."""
        ...

    def resume(self) -> int: ...
    def mark(self, kind: str, note: str = "", *, back: float = 0.0, of: int = 0) -> int:
        """A row of the journal, and the frame it stands at: the present one, or `back` seconds earlier.

        Args:
            of: for an `undo` or a `note`, the number (from 1) of the mark that it speaks of.

        """
        ...

    def status(self) -> RecorderStatus: ...
    def disarm(self) -> None:
        """Lets go of the device of one that is only armed; what has ended, or was never armed, stays as it is.

        Looks and acts in one step: whatever else is commanded at the same time comes before it or after it.

        Raises:
            Refused: it has been started, and goes on.

        """
        ...

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


@runtime_checkable
class Monitored(Protocol):
    """What a recorder can offer beside: a look at, and an ear on, what is on disk. The operator's page uses it."""

    def envelope(self, *, first: float = 0.0, last: float | None = None, points: int = 600) -> Envelope:
        """How loud it is from second `first` to `last` (None: as far as it goes), in at most `points` points.

        Quick whatever the length: it reads what the watch wrote beside the sound, never the sound.
        """
        ...

    def listen(self, *, track: int | None = None, behind: float = 2.0) -> Iterator[bytes]:
        """A WAV (mono, 16 bits, the recording's rate) of what is on disk, from `behind` seconds before its end on.

        It goes on while the recording does, at the pace of the sound. Track None is the mean of all.
        Raises: Refused, where nothing is on disk.
        """
        ...


@runtime_checkable
class Playable(Protocol):
    """What a recorder can offer beside: what is sealed, for somebody's ears."""

    def samples(self, segments: Sequence[Segment], at: int, frames: int) -> bytes:
        """A stretch of sealed segments that lie side by side, one per track, as their mean.

        Quick wherever it begins: the rest of the files is not read. What cannot be read is silence.

        Args:
            at: first frame, counted from the segments' own beginning.

        Returns:
            `2 * frames` bytes: mono, 16 bits, little-endian.

        """
        ...


@runtime_checkable
class Metered(Protocol):
    """What a recorder can offer beside: its meters, read so often that the capture is not asked."""

    def levels(self, tracks: int) -> Sequence[Level]:
        """Of each track in the newest tenth of a second on disk; empty where there is none."""
        ...


class Tap(Protocol):
    """The sound of a running recording as it comes, read by a process of its own. The recorder never waits for it.

    Made as `Tap(options)`, with the options of its offer.

    Attributes:
        rate: frames a second; tracks: how many.
        at: the recording's frame that is read next.

    """

    rate: int
    tracks: int

    @property
    def at(self) -> int: ...

    def read(self) -> "NDArray[np.float32]":
        """What comes next on disk, at most a second: shape (frames, tracks), -1 to 1. It never waits: there may be
        no frames.
        """
        ...

    def behind(self) -> int:
        """Frames on disk that were not read yet."""
        ...

    def skip(self) -> int:
        """Goes on from the newest frame; how many were passed over."""
        ...

    def over(self) -> bool:
        """Nothing more will come, and all was read."""
        ...


@dataclass(frozen=True, slots=True)
class TapOffer:
    """A tap by import path: who opens it is not the host.

    Attributes:
        entry: `package.module:Class`, a `Tap`.
        options: JSON.

    """

    entry: str
    options: Mapping[str, Any]


@runtime_checkable
class Tapped(Protocol):
    """What a recorder can offer beside: its sound while it comes. Live captions need it."""

    def tap(self) -> TapOffer:
        """For the recording as it runs. Raises: Refused, where nothing is on disk."""
        ...


AUTO = "auto"
"""What a setting says in place of an engine's name: the best that is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOffer:
    """An engine as a plugin offers it. Named by import path, so that the host never loads speech code.

    Attributes:
        entry: `package.module:Class`, a `Transcriber`.
        streams: it is a `StreamingTranscriber` too; live captions need one.
        models: names in the catalogue, the preferred first, the lightest last; the last is what somebody without
            any is told to fetch. Empty where its packages bring the model: `bundled` is its name then, under which
            transcripts tell what made them, and the folder that it is made with says nothing.
        requires: Python packages that must be importable, such as `faster_whisper`.
        quality: `auto` takes the installed engine with the highest. One below 0 is taken by its name alone.
        outside: it sends the sound to a service outside of this machine, which only 非密 may be.

    """

    name: str
    entry: str
    models: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    quality: int = 0
    streams: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    outside: bool = False
    bundled: str = ""

    def __post_init__(self) -> None:
        if bool(self.models) == bool(self.bundled):
            raise ValueError(f"{self.name}: name its `models`, or the one that its packages bring as `bundled`")

    def model(self, installed: Container[str]) -> str:
        """The one that it would use, of those that are here; empty where none of its own is."""
        return self.bundled or next((name for name in self.models if name in installed), "")


@dataclass(frozen=True, slots=True)
class RoomSpeech:
    """What the room's meetings are transcribed with, as its settings say.

    Attributes:
        engine: name of an engine, or `auto`.
        model: in the catalogue; empty: the engine's own choice.

    """

    engine: str = AUTO
    model: str = ""


def candidates(offers: Iterable[EngineOffer], wanted: str) -> list[EngineOffer]:
    """Engines that a setting means, the best first: the one of that name, or for `auto` all that offer themselves."""
    meant = [one for one in offers if (one.quality >= 0 if wanted == AUTO else one.name == wanted)]
    return sorted(meant, key=lambda offer: -offer.quality)


class ArchiveTarget(Protocol):
    """Where packages go. Keys are relative paths with `/`."""

    def put(self, key: str, stream: BinaryIO, sha256: str) -> Stored:
        """To a temporary name, then renamed; may go on where a try of these bytes broke off. Raises: RoomctlError."""
        ...

    def stat(self, key: str) -> Stored | None: ...
    def get(self, key: str) -> AbstractContextManager[BinaryIO]: ...
    def finish(self, key: str) -> None:
        """All of the package `key` is there, its manifest last; makes it durable."""
        ...


TargetFactory = Callable[[Mapping[str, Any]], ArchiveTarget]
"""Takes the target's section of the configuration."""


class Check(Protocol):
    """A check as the run engine sees it.

    It may also have `title` and `device_title`, each in Chinese and in English: what people read instead of the keys.
    """

    device: str
    name: str
    deadline: float
    """Seconds after which its result is UNKNOWN."""

    def run(self, meeting: Meeting | None) -> Iterable[Result]:
        """Reads, then judges. May raise: the result is then UNKNOWN with the reason."""
        ...


@runtime_checkable
class Sounding(Check, Protocol):
    """A check that makes a sound. It runs where somebody asks for it, after all the others, and never in a meeting.

    Attributes:
        evidence: files that prove its results; whole when `run` has ended.
        tell: what it calls with what it is at, in the reader's language; given to it before it runs.

    """

    evidence: Sequence[Evidence]
    tell: Callable[[str], None]

    def hush(self) -> None:
        """Be silent at once; called from any thread, also after it has ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Revising:
    """What a plugin can do with a file of its kind that was worked on elsewhere.

    Each raises BadInput where it cannot.

    Attributes:
        look: whether the file may be taken at all; it answers with the id of the document that `pack` wrote into it,
            empty where there is none.
        lines: its text by paragraph, with every open change accepted (True) or refused (False).
        around: the same of what stands outside of the text: headers, footers, notes; each with what it stands in.
        review: its tracked changes and comments.
        settle: writes the first file to the second, with the changes of these ids accepted or refused.
        pack: writes the file of the document of this id to a zip for a unit that drafts it for the office (代拟),
            with the facts and what the unit may see of the transcript.

    """

    look: Callable[[Path], str]
    lines: Callable[[Path, bool], Sequence[str]]
    around: Callable[[Path, bool], Sequence[str]]
    review: Callable[[Path], Review]
    settle: Callable[[Path, Path, Mapping[str, bool]], None]
    pack: Callable[[Path, Path, str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOffer:
    """A document that a plugin can draft.

    Attributes:
        kind: 会议记录 …; file_name: ASCII, inside the records' folder.
        write: drafts it to this path.
        print: sets the file of the first path, as somebody has left it, as PDF/A at the second, and tells what stood
            in for what: fonts, and characters that no font here has. None: this kind has no print.
        preview: the file as HTML, for a page to show. None: it can only be fetched.
        sketch: what would be drafted now, as HTML, without a file: of three hours of text within a second. None: it
            can only be drafted.
        proofread: reads the file against the facts of the meeting and the standards. None: nobody can.
        finish: writes the signed file of the first path, with its number and the day it is issued, to the second.
        on_demand: drafted where a meeting asks for it, and not with the others.
        revising: compares versions, and takes in what somebody else has corrected. None: nobody can.
        days: from the end of the meeting to the print, as the office wants it. None: it says nothing.
        by_hand: only the scan of what people signed by hand counts as signed.

    """

    kind: str
    file_name: str
    write: Callable[[Path], None]
    print: Callable[[Path, Path], Mapping[str, str]] | None = None
    preview: Callable[[Path], str] | None = None
    sketch: Callable[[], str] | None = None
    proofread: Callable[[Path], Sequence[Finding]] | None = None
    finish: Callable[[Path, Path, str, date], None] | None = None
    on_demand: bool = False
    revising: Revising | None = None
    days: int | None = None
    by_hand: bool = False


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


@dataclass(frozen=True, slots=True)
class Progress:
    """What a service is at: `done` of `total`, both of `unit`; a total of 0 is not known."""

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
