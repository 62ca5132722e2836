"""A recording: frames are the truth, and what is missing is declared."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from roomctl.domain.alarms import Alarm, AlarmTurn
from roomctl.i18n import tr


class RecorderState(StrEnum):
    """What the operator sees: idle → armed → recording ⇄ paused → stopping → sealed."""

    IDLE = "idle"
    ARMED = "armed"
    RECORDING = "recording"
    PAUSED = "paused"
    STOPPING = "stopping"
    SEALED = "sealed"

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return {
            "idle": tr("未录音", "idle"),
            "armed": tr("已就绪", "armed"),
            "recording": tr("正在录音", "recording"),
            "paused": tr("已暂停", "paused"),
            "stopping": tr("正在结束", "stopping"),
            "sealed": tr("已封存", "sealed"),
        }[self.value]


class MarkKind(StrEnum):
    """Journal rows at a frame number."""

    MARK = "mark"
    """标记, with a note; covers the 30 s before it."""
    ITEM = "item"
    """The next agenda item begins; the note is its number."""
    SPEAKER = "speaker"
    """The operator says who speaks; the note is the name."""
    OFF_RECORD = "off_record"
    """不入记录 begins; `on_record` ends it."""
    ON_RECORD = "on_record"
    UNDO = "undo"
    """Takes back the mark whose number is `of`; both rows stay."""
    NOTE = "note"
    """Another text for the mark whose number is `of`; the first one stays in the journal."""


MARK_SECONDS = 30.0
"""What a mark covers, up to its frame: whoever presses has just heard it."""


class Purpose(StrEnum):
    """What a recording is for."""

    MEETING = "meeting"
    TEST = "test"
    """试录: a few seconds to hear how it sounds; never in the package, never transcribed."""
    IMPORT = "import"
    """Recorded elsewhere, and brought in as a file."""

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return {
            "meeting": tr("会议录音", "meeting"),
            "test": tr("试录", "test take"),
            "import": tr("导入", "imported"),
        }[self.value]


class Cut(StrEnum):
    """What ended a recording that nobody ended."""

    MACHINE = "machine"
    """It was started anew since."""
    CAPTURE = "capture"
    """The machine ran on, the capture died."""
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, *, restarted: bool | None) -> Self:
        """Args: restarted: as of `RecorderStatus`."""
        return cls.UNKNOWN if restarted is None else cls.MACHINE if restarted else cls.CAPTURE

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return {
            "machine": tr("断电或重启", "power cut or restart"),
            "capture": tr("录音进程中断", "the capture process died"),
            "unknown": tr("录音中断", "it broke off"),
        }[self.value]


@dataclass(frozen=True, slots=True)
class Gap:
    """Frames that were lost, or a pause in which nothing was kept, just before `first_frame`.

    Attributes:
        first_frame: number of the first frame after the gap; numbers do not jump over it.
        frames: how many frames of sound are not there (by the clock, where no better is known).
        reason: `overflow`, `crash`, `device`, `disk`, `pause`; `damaged` in a file that was brought in.

    """

    first_frame: int
    frames: int
    reason: str


@dataclass(frozen=True, slots=True)
class Marker:
    """A mark at a frame.

    Attributes:
        of: number of the mark that an `undo` or a `note` speaks of; 0 for all others.
        number: its place among the marks of its recording, from 1; 0 where it was not counted yet.

    """

    kind: MarkKind
    frame: int
    note: str = ""
    of: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One sealed file of one track.

    Attributes:
        track, seq: from 1.
        path: relative to the recording's folder.
        first_frame, frames: in frames of the recording's rate.
        utc: when its first frame was heard; monotonic: seconds of the machine's clock then.
        sha256_pcm: of the samples as little-endian integers of the file's width.
        sha256_file, sm3_file: of the file.
        overflows: as PortAudio counted them; a hint, not a proof.
        gap_before: frames missing just before it.
        recovered: sealed after a crash, from what was on disk.

    """

    track: int
    seq: int
    path: str
    first_frame: int
    frames: int
    utc: datetime
    monotonic: float
    sha256_pcm: str
    sha256_file: str
    sm3_file: str
    overflows: int = 0
    gap_before: int = 0
    recovered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a recorder is asked to do.

    Attributes:
        source: `file:PATH`, `tone`, `mic` or `mic:NAME`.
        sample_rate: Hz.
        bits: of the master; 24 unless the device has no more than 16.
        realtime: a file is played at its own pace instead of as fast as it goes.
        segment_seconds: length after which a segment is sealed.
        planned_seconds: the capacity check refuses what the disk cannot hold.
        skip_frames: of a file source, frames that an earlier recording of it already holds.
        tracks: how many channels of a device are recorded; 0: those where somebody sits, or all it has.
        channels: channel number (from 1) → seat or person, for the segments' metadata.
        standby: `mic:NAME` that takes the place of a missing source; empty where none is named. Nothing else does.
        watch: the signal is watched, and its alarms are raised.

    """

    source: str
    sample_rate: int = 48_000
    bits: int = 24
    realtime: bool = False
    segment_seconds: float = 60.0
    planned_seconds: float = 3600.0
    skip_frames: int = 0
    tracks: int = 0
    channels: tuple[tuple[int, str], ...] = ()
    standby: str = ""
    watch: bool = True


@dataclass(frozen=True, slots=True)
class Level:
    """Of one track over a tenth of a second, in dBFS: 0 is full scale, for the RMS of a square wave too."""

    peak: float
    rms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """How loud a stretch of a recording is, in points of equal length, for meters and pictures.

    Attributes:
        start: second of the first point; seconds: length of a point.
        peaks: by track, of each point the loudest sample in dBFS; -200 where there is none.

    """

    start: float
    seconds: float
    peaks: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderStatus:
    """A recorder as it stands.

    Attributes:
        tracks: how many are recorded; sample_rate: Hz.
        frames: kept so far (on disk), counted in `sample_rate`; total_frames: of a file, all that it has.
        dropped: frames known to be lost.
        peak_dbfs: loudest sample of the last second per track, in dBFS.
        seconds_left: of disk at the present rate.
        ended: the source came to its end by itself (a file).
        stopped: somebody asked for its end; a signal to the process is nobody's wish.
        problem: why it stopped or cannot go on, if so.
        bits: of a sample.
        source: what is recorded this moment: the order's, or its stand-by.
        standby: the stand-by source; empty where none is named.
        started: when frame 0 was heard.
        sealed_frames: of `frames`, those in sealed segments.
        levels: per track, of the last tenth of a second on disk; of the input while nothing is kept.
        alarms: that stand this moment, the newest first.
        drift_ppm: by which the source's clock is fast (positive) or slow; None while not yet known.
        paused_since: when the pause began, while there is one; pause_until: its planned end, where told.
        realtime: as the order has it: a file is played at its own pace.
        restarted: the machine was started anew since it last ran; None while it runs, or where nobody can tell.

    """

    state: RecorderState
    tracks: int = 0
    sample_rate: int = 48_000
    frames: int = 0
    dropped: int = 0
    gaps: tuple[Gap, ...] = ()
    segments: int = 0
    peak_dbfs: tuple[float, ...] = ()
    seconds_left: float | None = None
    total_frames: int | None = None
    ended: bool = False
    stopped: bool = False
    problem: str = ""
    bits: int = 24
    source: str = ""
    standby: str = ""
    started: datetime | None = None
    sealed_frames: int = 0
    levels: tuple[Level, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    drift_ppm: float | None = None
    paused_since: datetime | None = None
    pause_until: datetime | None = None
    realtime: bool = False
    restarted: bool | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What `verify` or `recover` found in one file."""

    file: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingReport:
    """Outcome of stop, verify or recover over a recording's folder.

    Attributes:
        sample_rate: Hz; frames: kept, of each track; dropped: known to be lost.
        recovered: segments that were sealed after a crash.
        markers: every row that was written, in order: also those that were taken back, and what took them back.
        alarms: every row, in order.
        journal: hash of the last row that this was read from, chained to all before it; empty where none is kept.

    """

    tracks: int
    sample_rate: int
    frames: int
    dropped: int = 0
    gaps: tuple[Gap, ...] = ()
    markers: tuple[Marker, ...] = ()
    segments: tuple[Segment, ...] = ()
    alarms: tuple[AlarmTurn, ...] = ()
    recovered: int = 0
    problems: tuple[Problem, ...] = ()
    journal: str = ""

    @property
    def ok(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingHead:
    """A meeting's recording as the database knows it, without its segments: a day's are 15,000.

    A meeting has as many recordings as it needs, numbered from 1.

    Attributes:
        folder: relative to the data folder; its name is the recording's id.
        number: imported ones are counted with the meeting's own, test takes by themselves.
        sample_rate: Hz; frames: kept, of each track; dropped: known to be lost.
        markers: those that hold.
        alarm_rows: rows of the journal about alarms that are events already.
        journal: `RecordingReport.journal` of what is known.

    """

    id: str
    meeting: str
    number: int
    folder: str
    source: str
    recorder: str
    state: RecorderState = RecorderState.ARMED
    tracks: int = 0
    sample_rate: int = 48_000
    frames: int = 0
    dropped: int = 0
    gaps: tuple[Gap, ...] = ()
    markers: tuple[Marker, ...] = ()
    purpose: Purpose = Purpose.MEETING
    alarm_rows: int = 0
    journal: str = ""

    @property
    def seconds(self) -> float:
        """Of sound that was kept; what was lost is no part of it."""
        return self.frames / self.sample_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording(RecordingHead):
    """A recording with its segments."""

    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSound:
    """How much of a recording is sealed: what is shown of its segments.

    Attributes:
        parts: of each track; segments: of all tracks.
        end: frame behind the last of them.
        began: when frame 0 was heard; None before the first is sealed.

    """

    parts: int = 0
    segments: int = 0
    end: int = 0
    began: datetime | None = None


def standing(markers: Iterable[Marker]) -> tuple[Marker, ...]:
    """The marks that hold, in the order they were made, each with its number and its newest text.

    Args:
        markers: every row of one recording, in order.

    """
    held: dict[int, Marker] = {}
    for number, marker in enumerate(markers, 1):
        if marker.kind is MarkKind.UNDO:
            held.pop(marker.of, None)
        elif marker.kind is MarkKind.NOTE:
            if marker.of in held:
                held[marker.of] = replace(held[marker.of], note=marker.note)
        else:
            held[number] = replace(marker, number=number)
    return tuple(held.values())


def off_record(markers: Iterable[Marker], end: int) -> tuple[tuple[int, int], ...]:
    """不入记录 spans as (first, last + 1) frames before `end`; one that nobody ended runs to it.

    Args:
        markers: those that hold, in any order; or every row of a recording, in order: what was taken back is no end.

    """
    spans: list[tuple[int, int]] = []
    since: int | None = None
    for marker in sorted(standing(markers), key=lambda m: m.frame):
        if marker.kind is MarkKind.OFF_RECORD and since is None:
            since = marker.frame
        elif marker.kind is MarkKind.ON_RECORD and since is not None:
            spans.append((since, marker.frame))
            since = None
    if since is not None:
        spans.append((since, end))
    return tuple((first, min(last, end)) for first, last in spans if first < min(last, end))
