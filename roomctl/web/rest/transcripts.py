"""What was said: the newest version, or an older one; and a person's corrections."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.correction import NamePutIn, Suggestion, confirmed, corrected
from roomctl.domain.transcript import (
    Beside,
    Change,
    Doubt,
    DraftPoint,
    Hole,
    SpeakerKnownBy,
    Transcript,
    TranscriptSegment,
)
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.inputs import Name, Said, Shape, Text
from roomctl.services.transcripts import LONGEST
from roomctl.web.rest.desk import Desk, MeetingPath, as_json, router
from roomctl.web.rest.shapes import Id
from roomctl.web.session import Needs

routes = router("transcripts")

Reading = Annotated[User, Depends(Needs(Right.SEE_TRANSCRIPTS))]
Correcting = Annotated[User, Depends(Needs(Right.CORRECT_TRANSCRIPTS))]
Number = Annotated[int, Path(ge=1, le=1_000_000, description="of a version, from 1")]
SentencePath = Annotated[
    str, Path(pattern=r"^[0-9A-Za-z-]{1,64}$", description="id of a sentence", examples=["r1-t1-0007"])
]


class VersionShape(BaseModel):
    """A version without its text. Seconds of sound, of speech, and of speech that has text."""

    id: str
    version: int
    engine: str
    model: str
    at: datetime | None
    duration: float
    speech: float
    covered: float
    complete: bool
    segments: int

    @classmethod
    def of(cls, transcript: Transcript, sentences: int) -> Self:
        return cls(
            id=transcript.id,
            version=transcript.version,
            engine=transcript.engine,
            model=transcript.model,
            at=transcript.at,
            duration=transcript.duration,
            speech=transcript.speech,
            covered=transcript.covered,
            complete=transcript.complete,
            segments=sentences,
        )


class SentenceShape(BaseModel):
    """A sentence or two, tied to the sound by seconds from the recording's first frame."""

    id: str
    recording: str
    track: int
    start: float
    end: float
    speaker: str | None
    known_by: SpeakerKnownBy | None
    raw: str
    text: str
    changes: list[Change]
    corrected: bool = Field(description="a person wrote it otherwise than the machine")
    confirmed: bool = Field(description="a person has heard it, and it is right as it stands")
    confidence: float
    beside: Beside | None = Field(description="the passage of a paper that it follows")
    doubts: list[Doubt] = Field(description="figures that somebody has to look at")

    @classmethod
    def of(cls, one: TranscriptSegment) -> Self:
        return cls(
            id=one.id,
            recording=one.recording,
            track=one.track,
            start=one.start,
            end=one.end,
            speaker=one.speaker,
            known_by=one.known_by,
            raw=one.raw,
            text=one.text,
            changes=list(one.changes),
            corrected=corrected(one),
            confirmed=confirmed(one),
            confidence=one.confidence,
            beside=one.beside,
            doubts=list(one.doubts),
        )


class TranscriptShape(BaseModel):
    """One version in full."""

    version: VersionShape
    sentences: list[SentenceShape]
    holes: list[Hole]
    points: list[DraftPoint]

    @classmethod
    def of(cls, transcript: Transcript) -> Self:
        return cls(
            version=VersionShape.of(transcript, len(transcript.shown)),
            sentences=[SentenceShape.of(one) for one in transcript.shown],
            holes=list(transcript.holes),
            points=list(transcript.noted),
        )


@routes.get("/meetings/{meeting_id}/transcript", response_model=TranscriptShape, summary="The newest version")
def get_transcript(request: Request, user: Reading, meeting_id: MeetingPath) -> Response:
    """Inventions on silence are left out. 404 where nothing was transcribed yet."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    transcript = desk.use.transcript(meeting_id)
    if transcript is None:
        raise _none()
    return as_json(TranscriptShape.of(transcript))


@routes.get("/meetings/{meeting_id}/transcripts", summary="All versions, the oldest first")
def list_versions(request: Request, user: Reading, meeting_id: MeetingPath) -> list[VersionShape]:
    """A re-transcription is a new version beside the old one."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return [VersionShape.of(one.version, one.sentences) for one in desk.use.transcript_heads(meeting_id)]


@routes.get(
    "/meetings/{meeting_id}/transcripts/{version}", response_model=TranscriptShape, summary="One version in full"
)
def get_version(
    request: Request,
    user: Reading,
    meeting_id: MeetingPath,
    version: Number,
) -> Response:
    """By its number, from 1."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    found = desk.use.transcript_version(meeting_id, version)
    if found is None:
        raise _none()
    return as_json(TranscriptShape.of(found))


class RowShape(BaseModel):
    """A stretch of time in two versions."""

    same: bool
    old: list[SentenceShape]
    new: list[SentenceShape]


@routes.get("/meetings/{meeting_id}/transcripts/{version}/beside/{other}", summary="Two versions side by side")
def compare_versions(
    request: Request, user: Reading, meeting_id: MeetingPath, version: Number, other: Number
) -> list[RowShape]:
    """Sentences that belong to the same stretch of time, in order; `same` where the words are."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return [
        RowShape(
            same=row.same,
            old=[SentenceShape.of(one) for one in row.old],
            new=[SentenceShape.of(one) for one in row.new],
        )
        for row in desk.use.compare_versions(meeting_id, version, other)
    ]


class Correction(Shape):
    """A person's text of one sentence."""

    text: Said = Field(examples=["由市发改委负责。"])
    seen: Text | None = Field(
        default=None, description="the text that was on the screen; 409 where it is another by now"
    )


@routes.put("/meetings/{meeting_id}/transcript/sentences/{sentence}", summary="Correct a sentence")
def correct(
    request: Request, user: Correcting, meeting_id: MeetingPath, sentence: SentencePath, what: Correction
) -> SentenceShape:
    """What stood there before is kept; a later version of the transcript takes the correction over."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return SentenceShape.of(desk.use.correct_sentence(meeting_id, sentence, what.text, seen=what.seen))


@routes.delete(
    "/meetings/{meeting_id}/transcript/sentences/{sentence}/correction", summary="Take the newest correction back"
)
def take_back(request: Request, user: Correcting, meeting_id: MeetingPath, sentence: SentencePath) -> SentenceShape:
    """Without one nothing changes."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return SentenceShape.of(desk.use.take_back_correction(meeting_id, sentence))


@routes.put(
    "/meetings/{meeting_id}/transcript/sentences/{sentence}/confirmation", summary="Heard, and right as it stands"
)
def confirm(request: Request, user: Correcting, meeting_id: MeetingPath, sentence: SentencePath) -> SentenceShape:
    """Holds until its text changes."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return SentenceShape.of(desk.use.confirm_sentence(meeting_id, sentence))


class Speaker(Shape):
    """Who speaks; empty is nobody."""

    name: Annotated[str, Field(max_length=100)] = Field(examples=["李晓明"])


@routes.put("/meetings/{meeting_id}/transcript/sentences/{sentence}/speaker", summary="Say who speaks")
def name_speaker(
    request: Request, user: Correcting, meeting_id: MeetingPath, sentence: SentencePath, what: Speaker
) -> SentenceShape:
    """A person's word holds before seat, mark and voice."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return SentenceShape.of(desk.use.name_speaker(meeting_id, sentence, what.name))


class Cut(Shape):
    """Where a sentence is made two."""

    at: int = Field(ge=1, le=LONGEST, description="characters of its text before the cut", examples=[12])
    seen: Text | None = Field(default=None, description="the text on the screen; 409 where it is another by now")
    speaker: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="of the second part; null is the same one, empty is nobody"
    )


@routes.post("/meetings/{meeting_id}/transcript/sentences/{sentence}/split", summary="Make a sentence two")
def split(
    request: Request, user: Correcting, meeting_id: MeetingPath, sentence: SentencePath, where: Cut
) -> list[SentenceShape]:
    """The first keeps its id; each part keeps its words with their times. `merge` is the way back."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    parts = desk.use.split_sentence(meeting_id, sentence, where.at, seen=where.seen, speaker=where.speaker)
    return [SentenceShape.of(one) for one in parts]


class Junction(Shape):
    """The sentence that follows, and both texts as they were on the screen."""

    following: Id = Field(examples=["r1-t1-0008"])
    seen: tuple[Text, Text] | None = Field(default=None, description="409 where one of them is another by now")


@routes.post("/meetings/{meeting_id}/transcript/sentences/{sentence}/merge", summary="Make two sentences one")
def merge(
    request: Request, user: Correcting, meeting_id: MeetingPath, sentence: SentencePath, what: Junction
) -> SentenceShape:
    """Under the id of the first. 409 where the other one does not follow it, or is of another track."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return SentenceShape.of(desk.use.merge_sentences(meeting_id, sentence, what.following, seen=what.seen))


class Undone(BaseModel):
    """How many sentences that changed."""

    sentences: int


class Speakers(Shape):
    """Who speaks in many sentences: a turn of speech, a voice."""

    name: Annotated[str, Field(max_length=100)] = Field(examples=["李晓明"])
    sentences: list[Id] = Field(min_length=1, max_length=20_000, examples=[["r1-t1-0007", "r1-t1-0008"]])


@routes.post("/meetings/{meeting_id}/transcript/speakers", summary="Say who speaks, of many sentences at once")
def name_speakers(request: Request, user: Correcting, meeting_id: MeetingPath, what: Speakers) -> Undone:
    """One step and one event. Sentences that are not there any more are passed over."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return Undone(sentences=desk.use.name_speakers(meeting_id, what.sentences, what.name))


class Taken(Shape):
    """A name or term that the roster put in."""

    name: Name = Field(examples=["李晓明"])


@routes.post("/meetings/{meeting_id}/transcript/undone-names", summary="Take a name back everywhere")
def undo_name(request: Request, user: Correcting, meeting_id: MeetingPath, what: Taken) -> Undone:
    """Sentences that a person has changed are left alone."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return Undone(sentences=desk.use.undo_name(meeting_id, what.name))


@routes.post("/meetings/{meeting_id}/transcript/restored-names", summary="Put it in again everywhere")
def restore_name(request: Request, user: Correcting, meeting_id: MeetingPath, what: Taken) -> Undone:
    """The way back from `undone-names`; sentences that somebody has changed since are left alone."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return Undone(sentences=desk.use.restore_name(meeting_id, what.name))


@routes.get("/meetings/{meeting_id}/transcript/names", summary="What the roster and the terms put in")
def names_put_in(request: Request, user: Reading, meeting_id: MeetingPath) -> list[NamePutIn]:
    """With what was heard instead; the most frequent first."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return list(desk.use.names_put_in(meeting_id))


@routes.get("/meetings/{meeting_id}/transcript/suggestions", summary="Words for the glossary")
def suggestions(request: Request, user: Correcting, meeting_id: MeetingPath) -> list[Suggestion]:
    """What the corrections have in common, the most frequent first. Nothing is learned unasked."""
    desk = Desk(request, user)
    desk.meeting(meeting_id)
    return list(desk.use.suggestions(meeting_id))


def _none() -> NotFound:
    return NotFound(
        tr("没有转写稿", "there is no such transcript"),
        mend=tr("散会后自动转写；可用的版本见 transcripts", "it is made when the meeting adjourns; see transcripts"),
    )
