"""The use cases of words under one roof: transcripts, what a person puts right in them, engines and models."""

from collections.abc import Collection, Sequence
from pathlib import Path

from roomctl.domain import correction
from roomctl.domain.archive import Verdict
from roomctl.domain.events import Actor
from roomctl.domain.rework import HoleSeen, Rework, ReworkKind
from roomctl.domain.transcript import DraftPoint, Hole, Transcript, TranscriptHead, TranscriptSegment
from roomctl.services import cutting, points, reworks, transcripts
from roomctl.services.bound import Bound
from roomctl.services.offers import EngineOffer, RoomSpeech
from roomctl.services.points import Wording


class WordUseCases(Bound):
    """Part of `UseCases`."""

    def transcript(self, meeting_id: str) -> Transcript | None:
        with self._open().reading() as uow:
            return uow.transcripts.latest(meeting_id)

    def transcripts(self, meeting_id: str) -> Sequence[Transcript]:
        with self._open().reading() as uow:
            return uow.transcripts.of(meeting_id)

    def transcript_version(self, meeting_id: str, number: int) -> Transcript | None:
        """By its number, from 1."""
        with self._open().reading() as uow:
            return uow.transcripts.version(meeting_id, number)

    def transcript_heads(self, meeting_id: str) -> Sequence[TranscriptHead]:
        """All versions, oldest first, without their sentences: quick whatever the length."""
        with self._open().reading() as uow:
            return uow.transcripts.heads(meeting_id)

    def sentence(self, transcript_id: str, sentence: str) -> TranscriptSegment | None:
        with self._open().reading() as uow:
            return uow.transcripts.sentence(transcript_id, sentence)

    def sentences(self, transcript_id: str, first: int, count: int) -> Sequence[TranscriptSegment]:
        """So many that a reader sees, from that place on: quick whatever the length."""
        with self._open().reading() as uow:
            return uow.transcripts.sentences(transcript_id, first, count)

    def put_transcript(self, transcript: Transcript) -> Transcript:
        return transcripts.put(transcript, **self._by())

    def correct_sentence(
        self, meeting_id: str, sentence: str, text: str, *, seen: str | None = None
    ) -> TranscriptSegment:
        return transcripts.correct(meeting_id, sentence, text, seen=seen, **self._by())

    def take_back_correction(self, meeting_id: str, sentence: str) -> TranscriptSegment:
        return transcripts.take_back(meeting_id, sentence, **self._by())

    def confirm_sentence(self, meeting_id: str, sentence: str) -> TranscriptSegment:
        return transcripts.confirm(meeting_id, sentence, **self._by())

    def name_speaker(self, meeting_id: str, sentence: str, speaker: str) -> TranscriptSegment:
        return transcripts.name_speaker(meeting_id, sentence, speaker, **self._by())

    def name_speakers(self, meeting_id: str, sentences: Collection[str], speaker: str) -> int:
        return transcripts.name_speakers(meeting_id, sentences, speaker, **self._by())

    def split_sentence(
        self, meeting_id: str, sentence: str, at: int, *, seen: str | None = None, speaker: str | None = None
    ) -> tuple[TranscriptSegment, TranscriptSegment]:
        return cutting.split(meeting_id, sentence, at, seen=seen, speaker=speaker, **self._by())

    def merge_sentences(
        self, meeting_id: str, sentence: str, following: str, *, seen: tuple[str, str] | None = None
    ) -> TranscriptSegment:
        return cutting.merge(meeting_id, sentence, following, seen=seen, **self._by())

    def add_point(self, meeting_id: str, sentence: str, wording: Wording) -> DraftPoint:
        return points.add(meeting_id, sentence, wording, **self._by())

    def write_point(self, meeting_id: str, name: str, wording: Wording, *, seen: Wording | None = None) -> DraftPoint:
        return points.write(meeting_id, name, wording, seen=seen, **self._by())

    def strike_point(self, meeting_id: str, name: str, *, seen: Wording | None = None) -> DraftPoint:
        return points.strike(meeting_id, name, seen=seen, **self._by())

    def undo_name(self, meeting_id: str, name: str) -> int:
        return transcripts.undo_name(meeting_id, name, **self._by())

    def restore_name(self, meeting_id: str, name: str) -> int:
        return transcripts.restore_name(meeting_id, name, **self._by())

    def names_put_in(self, meeting_id: str) -> Sequence[correction.NamePutIn]:
        """What the roster put in, in the newest version, the most frequent first."""
        newest = self.transcript(meeting_id)
        return correction.names_put_in(newest) if newest else ()

    def suggestions(self, meeting_id: str) -> Sequence[correction.Suggestion]:
        """Words that corrections of the newest version have in common."""
        newest = self.transcript(meeting_id)
        return correction.suggestions(newest) if newest else ()

    def compare_versions(self, meeting_id: str, old: int, new: int) -> Sequence[correction.Row]:
        """Side by side. Raises: NotFound."""
        return transcripts.compare(meeting_id, old, new, uow=self._open())

    def reworks(self, meeting_id: str) -> Sequence[Rework]:
        """What was asked for to be done again, the oldest first."""
        return reworks.wishes(meeting_id, uow=self._open())

    def ask_rework(
        self,
        meeting_id: str,
        kind: ReworkKind,
        *,
        engine: str = "",
        model: str = "",
        numbers: Sequence[int] = (),
        actor: Actor | None = None,
    ) -> Rework:
        return reworks.ask(
            meeting_id,
            kind,
            engine=engine,
            model=model,
            numbers=numbers,
            plugins=self._plugins(),
            models=self._models,
            **self._by(actor),
        )

    def cancel_rework(self, meeting_id: str, *, actor: Actor | None = None) -> Rework:
        return reworks.cancel(meeting_id, **self._by(actor))

    def hole_tried(self, meeting_id: str, transcript: Transcript, hole: Hole, *, gained: int) -> Rework:
        return reworks.tried(meeting_id, transcript, hole, gained=gained, **self._by())

    def holes(self, meeting_id: str) -> Sequence[HoleSeen]:
        """Of the newest version."""
        return reworks.holes(meeting_id, uow=self._open())

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
        return reworks.write(meeting_id, number, text, speaker=speaker, start=start, **self._by(actor))

    def dismiss_hole(
        self, meeting_id: str, number: int, why: str, *, start: float | None = None, actor: Actor | None = None
    ) -> None:
        reworks.dismiss(meeting_id, number, why, start=start, **self._by(actor))

    def room_speech(self) -> RoomSpeech:
        """What meetings are transcribed with."""
        return self._speech()

    def engines(self) -> Sequence[EngineOffer]:
        return self._plugins().engines()

    def model(self, name: str) -> Path:
        return self._models.folder(name)

    def installed_models(self) -> Sequence[str]:
        return self._models.installed()

    def model_memory(self, name: str) -> int:
        return self._models.memory(name)

    def verify_model(self, name: str) -> Verdict:
        return self._models.verify(name)
