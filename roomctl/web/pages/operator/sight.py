"""What the operator sees of one meeting, at one moment; and the way between frames and the clock on the wall."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from roomctl.domain.access import Right, User
from roomctl.domain.alarms import Alarm, AlarmKind
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.observers import Moves
from roomctl.domain.order_log import LogEntry, LogKind
from roomctl.domain.recording import Gap, Marker, MarkKind, RecorderState, RecorderStatus, RecordingHead, SealedSound
from roomctl.domain.transcript import TranscriptSegment
from roomctl.web.pages.links import Facts


class Scene(StrEnum):
    """Which of its faces the page shows."""

    UNRECORDED = "unrecorded"
    """The meeting's 录音 is 否."""
    EARLY = "early"
    """It is not being prepared yet."""
    IDLE = "idle"
    ARMED = "armed"
    RECORDING = "recording"
    PAUSED = "paused"
    STOPPING = "stopping"
    SILENT = "silent"
    """In session, and nothing is being recorded: it should be."""
    OVER = "over"


_OF_STATE = {
    RecorderState.ARMED: Scene.ARMED,
    RecorderState.RECORDING: Scene.RECORDING,
    RecorderState.PAUSED: Scene.PAUSED,
    RecorderState.STOPPING: Scene.STOPPING,
}
_PREPARED = frozenset({State.OPEN, State.IN_SESSION, State.RECESS})
BY_RESUMING = frozenset({AlarmKind.SPEECH_IN_PAUSE, AlarmKind.BREAK_OVER, AlarmKind.ITEM_IN_PAUSE})
"""What one press of 继续录音 mends."""

KEPT = frozenset({Scene.RECORDING, Scene.PAUSED, Scene.STOPPING})
"""A recording is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """All that the page is drawn from.

    Attributes:
        recording: the one that is armed or under way, else the last of the meeting; None where there was none.
        status: of that recording, where it is armed or under way and its recorder answers.
        test: a test take is under way; the page shows it as such.
        roster: in order of rank.
        acknowledged: keys of the standing alarms that somebody has seen, with who.
        said: the newest sentences, the newest last.
        log: of order and logistics; kinds: what an entry may be about.
        moves: who comes in and goes out with the next item; None where the roster has no observers.
        begun: the item under way and since when, of a meeting that is not recorded.
        told: when 录音告知 was first told in this meeting.
        now: local time of the room.

    """

    facts: Facts
    user: User
    now: datetime
    recording: RecordingHead | None = None
    status: RecorderStatus | None = None
    test: bool = False
    roster: Sequence[Person] = ()
    acknowledged: Mapping[tuple[str, int | None], str] = field(default_factory=dict)
    said: Sequence[TranscriptSegment] = ()
    log: Sequence[LogEntry] = ()
    kinds: Sequence[LogKind] = ()
    moves: Moves | None = None
    begun: tuple[int, datetime] | None = None
    told: datetime | None = None

    def may(self, right: Right) -> bool:
        return self.user.may(right)

    @property
    def scene(self) -> Scene:
        meeting = self.facts.meeting
        if self.status is not None and self.status.state in _OF_STATE:
            return _OF_STATE[self.status.state]
        if not meeting.recorded:
            return Scene.UNRECORDED
        if meeting.state is State.IN_SESSION:
            return Scene.SILENT
        if meeting.state in _PREPARED:
            return Scene.IDLE
        return Scene.EARLY if meeting.started_at is None else Scene.OVER

    @property
    def kept(self) -> bool:
        return self.scene in KEPT

    @property
    def keeps(self) -> bool:
        """Sound comes to disk this moment: not while the source is gone, or the disk is full."""
        kinds = {one.kind for one in self.status.alarms} if self.status else set()
        stalled = AlarmKind.DISK_FULL in kinds or (AlarmKind.DEVICE in kinds and AlarmKind.STANDBY not in kinds)
        return self.scene is Scene.RECORDING and not stalled

    @property
    def frames(self) -> int:
        """On disk, of the recording that is shown."""
        if self.status is not None:
            return self.status.frames
        return self.recording.frames if self.recording else 0

    @property
    def seconds(self) -> float:
        """Of sound kept, over all recordings of the meeting."""
        shown = self.recording.id if self.recording else ""
        rate = self.status.sample_rate if self.status else 0
        earlier = sum(one.seconds for one in self.facts.recordings if one.id != shown or not rate)
        return earlier + (self.frames / rate if rate else 0.0)

    @property
    def face(self) -> "Face":
        """The clock of the recording that is shown."""
        sealed = self.facts.sealed_of(self.recording) if self.recording else None
        return Face.of(self.recording, self.status, sealed)

    @property
    def markers(self) -> tuple[Marker, ...]:
        return self.recording.markers if self.recording else ()

    @property
    def off_record(self) -> bool:
        """不入记录 is on."""
        kinds = [one.kind for one in self.markers if one.kind in {MarkKind.OFF_RECORD, MarkKind.ON_RECORD}]
        return bool(kinds) and kinds[-1] is MarkKind.OFF_RECORD

    @property
    def marked(self) -> tuple["Marked", ...]:
        """Marks of all recordings of the meeting, in order."""
        shown = self.recording.id if self.recording else ""
        found: list[Marked] = []
        for one in self.facts.recordings:
            live = self.status if one.id == shown else None
            face = Face.of(one, live, self.facts.sealed_of(one))
            found += [Marked(marker, face.at(marker.frame), live=live is not None) for marker in one.markers]
        return tuple(found)

    @property
    def _items(self) -> list["Marked"]:
        items = [one for one in self.marked if one.marker.kind is MarkKind.ITEM]
        return [one for one in items if one.marker.note.strip().isdecimal()]

    @property
    def item(self) -> int:
        """Number of the agenda item under way; 0 before the first."""
        if self._items:
            return int(self._items[-1].marker.note)
        return self.begun[0] if self.begun else 0

    @property
    def item_since(self) -> datetime | None:
        """When the item under way began."""
        if self._items:
            return self._items[-1].at
        return self.begun[1] if self.begun else None

    @property
    def next_item(self) -> int:
        """Number of the item that comes next; 0 where there is none."""
        numbers = sorted(one.n for one in self.facts.meeting.agenda)
        return next((n for n in numbers if n > self.item), 0)

    @property
    def speaker(self) -> str:
        """As the operator said last; empty where nobody was named."""
        named = [one.marker.note for one in self.marked if one.marker.kind is MarkKind.SPEAKER]
        return named[-1].strip() if named else ""

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """That stand and nobody has seen yet, the severe first, then the newest."""
        raised = self.status.alarms if self.status else ()
        fresh = [one for one in raised if (one.kind.value, one.track) not in self.acknowledged]
        return tuple(sorted(fresh, key=lambda one: (not one.severe, -one.since.timestamp())))


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark, and when it was made.

    Attributes:
        at: None where the clock of its recording is not known.
        live: of the recording that is under way.

    """

    marker: Marker
    at: datetime | None
    live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """From frames to the clock on the wall: pauses and gaps are in between.

    Attributes:
        started: when frame 0 was heard; None while that is not known.

    """

    started: datetime | None
    rate: int
    gaps: tuple[Gap, ...] = ()

    @classmethod
    def of(
        cls, recording: RecordingHead | None, status: RecorderStatus | None, sealed: SealedSound | None = None
    ) -> "Face":
        if status is not None and status.started is not None:
            return cls(started=status.started, rate=status.sample_rate, gaps=status.gaps)
        if recording is None:
            return cls(started=None, rate=48_000)
        if sealed is None or sealed.began is None:
            return cls(started=None, rate=recording.sample_rate)
        return cls(started=sealed.began, rate=recording.sample_rate, gaps=recording.gaps)

    def at(self, frame: int) -> datetime | None:
        """When that frame was heard."""
        if self.started is None:
            return None
        missing = sum(gap.frames for gap in self.gaps if gap.first_frame <= frame)
        return self.started + timedelta(seconds=(frame + missing) / self.rate)

    def runs(self, frames: int) -> Iterator[tuple[float, float, float]]:
        """Stretches without a gap: second of sound from, to, and instant (POSIX seconds) of its beginning."""
        if self.started is None:
            return
        begin, instant, rate = 0, self.started.timestamp(), self.rate
        for gap in sorted(self.gaps, key=lambda one: one.first_frame):
            if gap.first_frame > begin:
                yield begin / rate, gap.first_frame / rate, instant
                instant += (gap.first_frame - begin) / rate
                begin = gap.first_frame
            instant += gap.frames / rate
        if frames > begin:
            yield begin / rate, frames / rate, instant


def local(at: datetime, sight: Sight) -> datetime:
    """The instant on the room's clock."""
    return at.astimezone(sight.now.tzinfo)
