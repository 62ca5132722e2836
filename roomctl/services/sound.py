"""The use cases of sound under one roof: recordings, what the operator notes, alarms, listening, takes."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from roomctl.domain.alarms import AlarmKind, StandingAlarm
from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import State
from roomctl.domain.recording import (
    Envelope,
    Marker,
    MarkKind,
    Order,
    Purpose,
    RecorderStatus,
    Recording,
    RecordingHead,
    SealedSound,
)
from roomctl.services import alarms, custody, listening, marks, playing, recordings, syncing, takes
from roomctl.services.bound import Bound
from roomctl.services.marks import Desk
from roomctl.services.offers import Recorder, RecorderFactory
from roomctl.services.playing import Wave
from roomctl.services.recordings import Continuation, RoomSound
from roomctl.services.takes import Seen, Take


class SoundUseCases(Bound):
    """Part of `UseCases`."""

    def _desk(self) -> Desk:
        return Desk(**self._all())

    def room_sound(self) -> RoomSound:
        """The room's recorder, and what it records with, without a meeting."""
        return self._sound()

    def order(self, meeting_id: str, *, source: str = "") -> Order:
        """What the room records that meeting with: as its settings say, and who sits at which channel."""
        with self._open().reading() as uow:
            meeting, people = uow.meetings.get(meeting_id), uow.roster.of(meeting_id)
        return recordings.order_of(meeting, people, self._sound().order, self._clock.now(), source)

    def arm(self, meeting_id: str, order: Order | None = None, *, recorder: str = "") -> Recording:
        """With the room's recorder and its order for the meeting, where none is given."""
        meeting = self._held(meeting_id, "arm")
        if meeting.state is State.OPEN or not self.broke_off(meeting_id):
            custody.need_recording_approved(meeting, self._open())
        return recordings.arm(
            meeting_id,
            order or self.order(meeting_id),
            recorder=recorder or self._sound().recorder,
            **self._all(),
        )

    def begin_recording(self, meeting_id: str) -> Recording:
        return recordings.begin(meeting_id, **self._all())

    def stop_recording(self, meeting_id: str) -> Recording:
        return recordings.stop(meeting_id, **self._all())

    def recordings(self, meeting_id: str) -> Sequence[Recording]:
        """The meeting's own and the imported ones, in the order of their number."""
        with self._open().reading() as uow:
            return [one for one in uow.recordings.of(meeting_id) if one.purpose in recordings.KEPT]

    def recording_heads(self, meeting_id: str) -> Sequence[RecordingHead]:
        """As `recordings`, without their segments."""
        with self._open().reading() as uow:
            return [one for one in uow.recordings.heads(meeting_id) if one.purpose in recordings.KEPT]

    def sealed_sound(self, meeting_id: str) -> Mapping[str, SealedSound]:
        """How much of each recording is sealed, by its id; one of which nothing is sealed is not among them."""
        with self._open().reading() as uow:
            return uow.recordings.sealed(meeting_id)

    def test_takes(self, meeting_id: str) -> Sequence[Recording]:
        with self._open().reading() as uow:
            return [one for one in uow.recordings.of(meeting_id) if one.purpose is Purpose.TEST]

    def find_recording(self, meeting_id: str, recording_id: str) -> Recording:
        return recordings.find(meeting_id, recording_id, uow=self._open())

    def running_recordings(self) -> Sequence[RecordingHead]:
        """Of all meetings, whatever for: armed, or not yet sealed."""
        return recordings.running(uow=self._open())

    def recorder_of(self, recording: RecordingHead) -> Recorder:
        return syncing.attach(recording, plugins=self._plugins(), data=self.data)

    def current_recording(self, meeting_id: str) -> RecordingHead | None:
        return recordings.current(meeting_id, uow=self._open())

    def need_recording(self, meeting_id: str) -> RecordingHead:
        """The meeting's own that is armed or running. Raises: NotFound, where none is."""
        return recordings.need_current(meeting_id, uow=self._open())

    def recorder_status(self, meeting_id: str) -> RecorderStatus:
        """Of what is armed or running, this moment. Raises: NotFound."""
        return self.recorder_of(self.need_recording(meeting_id)).status()

    def follow_recording(self, recording_id: str) -> None:
        syncing.follow(recording_id, **self._all())

    def sync_recording(self, recording_id: str) -> Recording:
        return syncing.sync(recording_id, **self._all())

    def recover_recording(self, recording_id: str) -> Recording:
        return syncing.recover(recording_id, **self._all())

    def settle_recording(self, recording_id: str) -> Recording:
        return syncing.settle(recording_id, **self._all())

    def broke_off(self, meeting_id: str) -> bool:
        return recordings.broke_off(meeting_id, uow=self._open(), plugins=self._plugins(), data=self.data)

    def continue_recording(self, meeting_id: str, order: Order | None = None) -> RecordingHead:
        return recordings.go_on(meeting_id, order or self.order(meeting_id), **self._all())

    def continuation(self, meeting_id: str) -> Continuation | None:
        return recordings.continuation(meeting_id, uow=self._open())

    # --- what the operator notes

    def mark(self, meeting_id: str, kind: MarkKind, note: str = "", *, back: float = 0.0) -> int:
        return self.put_mark(meeting_id, kind, note, back=back).frame

    def put_mark(self, meeting_id: str, kind: MarkKind, note: str = "", *, back: float = 0.0) -> Marker:
        return marks.mark(meeting_id, kind, note, back=back, desk=self._desk())

    def marks(self, meeting_id: str) -> Sequence[Marker]:
        """Those that hold of the recording that is under way. Raises: Refused, where none is."""
        return marks.of_meeting(meeting_id, desk=self._desk())

    def undo_mark(self, meeting_id: str, number: int | None = None) -> Marker:
        return marks.undo(meeting_id, number, desk=self._desk())

    def annotate_mark(self, meeting_id: str, number: int, note: str) -> Marker:
        return marks.annotate(meeting_id, number, note, desk=self._desk())

    def item_now(self, meeting_id: str) -> int:
        return marks.item_now(meeting_id, desk=self._desk())

    def next_item(self, meeting_id: str, number: int | None = None) -> Marker:
        return marks.next_item(meeting_id, number, desk=self._desk())

    def speaker(self, meeting_id: str, who: str) -> Marker:
        return marks.speaker(meeting_id, who, desk=self._desk())

    def off_record(self, meeting_id: str, *, since: float = 0.0, asked_by: str = "") -> Marker:
        return marks.off_record(meeting_id, since=since, asked_by=asked_by, desk=self._desk())

    def on_record(self, meeting_id: str) -> Marker:
        return marks.on_record(meeting_id, desk=self._desk())

    def is_off_record(self, meeting_id: str) -> bool:
        return marks.is_off_record(meeting_id, desk=self._desk())

    # --- what it warns of, how loud it is

    def alarms(self, meeting_id: str) -> Sequence[StandingAlarm]:
        """Those that stand, the newest first, with who acknowledged them."""
        for one in recordings.running(meeting_id, uow=self._open()):
            syncing.follow(one.id, **self._all())
        return alarms.standing(meeting_id, uow=self._open())

    def acknowledge_alarms(
        self, meeting_id: str, kind: AlarmKind | None = None, track: int | None = None
    ) -> Sequence[StandingAlarm]:
        """One, or all that stand where none is named. Raises: NotFound."""
        return alarms.acknowledge(meeting_id, kind, track, **self._by())

    def envelope(
        self,
        meeting_id: str,
        recording_id: str = "",
        *,
        first: float = 0.0,
        last: float | None = None,
        points: int = 600,
    ) -> Envelope:
        """Of one recording, or of what runs where none is named. Raises: NotFound, Refused."""
        return listening.envelope(meeting_id, recording_id, first=first, last=last, points=points, desk=self._desk())

    def listen(
        self, meeting_id: str, recording_id: str = "", *, track: int | None = None, behind: float = 2.0
    ) -> Iterator[bytes]:
        """A WAV of what is on disk, as `Monitored.listen` gives it; somebody listening is an event."""
        return listening.listen(meeting_id, recording_id, track=track, behind=behind, desk=self._desk())

    def wave(
        self,
        meeting_id: str,
        recording_id: str,
        *,
        track: int | None = None,
        first: float = 0.0,
        last: float | None = None,
    ) -> Wave:
        """What is sealed of a recording, to be played. Raises: NotFound, BadInput, Refused."""
        return playing.wave(meeting_id, recording_id, track=track, first=first, last=last, desk=self._desk())

    def note_playing(self, wave: Wave) -> None:
        """Somebody playing it is an event."""
        playing.heard(wave, desk=self._desk())

    # --- test takes, and sound from elsewhere

    def test_take(
        self,
        meeting_id: str,
        *,
        seconds: float = 10.0,
        source: str = "",
        seen: Seen = lambda _done, _all: None,
    ) -> Take:
        self._held(meeting_id, "test take")
        return takes.make_test_take(
            meeting_id,
            self.order(meeting_id, source=source),
            seconds=seconds,
            recorder=self._sound().recorder,
            seen=seen,
            **self._all(),
        )

    def import_recording(
        self,
        meeting_id: str,
        path: Path,
        *,
        actor: Actor | None = None,
        seen: Seen = lambda _done, _all: None,
    ) -> Recording:
        self._held(meeting_id, "import recording")
        return takes.import_recording(
            meeting_id,
            path,
            room=self._sound().order,
            recorder=self._sound().recorder,
            seen=seen,
            **self._all(actor),
        )

    def recorder(self, name: str = "audio") -> RecorderFactory:
        return self._plugins().recorder(name)
