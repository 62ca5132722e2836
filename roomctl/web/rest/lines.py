"""A version of the transcript as a page reads it: every sentence with its looks, and where its words are heard."""

from typing import Annotated, Self

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from roomctl.domain import correction
from roomctl.domain.access import Right, User
from roomctl.domain.transcript import (
    Beside,
    Change,
    Doubt,
    Hole,
    SpeakerKnownBy,
    Transcript,
    TranscriptSegment,
    placed,
)
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.web.rest.desk import Desk, MeetingPath, as_json, router
from roomctl.web.rest.points import PointShape
from roomctl.web.rest.transcripts import Number, SentencePath
from roomctl.web.session import Needs
from roomctl.web.ui.words import UNSURE

routes = router("transcripts")

MOST = 1_000_000
"""Sentences of one version."""

Reading = Annotated[User, Depends(Needs(Right.SEE_TRANSCRIPTS))]


class LineShape(BaseModel):
    """A sentence or two. Places are offsets in `text`, in characters; times are seconds of the recording."""

    id: str
    recording: str
    track: int
    start: float
    end: float
    speaker: str | None
    known_by: SpeakerKnownBy | None
    text: str
    raw: str | None = Field(description="null where it is the text")
    changes: list[Change]
    confidence: float
    beside: Beside | None
    doubts: list[Doubt]
    confirmed: bool = Field(description="a person has heard it, and says that it is right")
    corrected: bool = Field(description="a person has changed it")
    unsure: list[tuple[int, int]] = Field(description="from, to: words that the engine was not sure of")
    words: list[int] = Field(description="place, and hundredths of a second from `start`, in turns, of each word")

    @classmethod
    def of(cls, one: TranscriptSegment) -> Self:
        unsure, words = [], []
        for word, first, last in placed(one.text, one.words):
            words += [first, max(0, round(100 * (word.start - one.start)))]
            if word.confidence < UNSURE:
                unsure.append((first, last))
        return cls(
            id=one.id,
            recording=one.recording,
            track=one.track,
            start=one.start,
            end=one.end,
            speaker=one.speaker,
            known_by=one.known_by,
            text=one.text,
            raw=one.raw if one.raw != one.text else None,
            changes=list(one.changes),
            confidence=one.confidence,
            beside=one.beside,
            doubts=list(one.doubts),
            confirmed=correction.confirmed(one),
            corrected=correction.corrected(one),
            unsure=unsure,
            words=words,
        )


@routes.get(
    "/meetings/{meeting_id}/transcripts/{version}/lines",
    response_model=list[LineShape],
    summary="The sentences of a version, as a page reads them",
)
def get_lines(
    request: Request,
    user: Reading,
    meeting_id: MeetingPath,
    version: Number,
    after: Annotated[int, Query(ge=0, le=MOST, description="sentences that are left out at the beginning")] = 0,
    count: Annotated[int, Query(ge=1, le=MOST, description="at most so many")] = MOST,
) -> Response:
    """In their order, without inventions on silence: the first hundred are there at once, whatever the length."""
    desk = Desk(request, user)
    head = _head(desk, meeting_id, version)
    return as_json([LineShape.of(one) for one in desk.use.sentences(head.id, after, count)])


@routes.get(
    "/meetings/{meeting_id}/transcripts/{version}/lines/{sentence}",
    response_model=LineShape,
    summary="One sentence, as a page reads it",
)
def get_line(
    request: Request, user: Reading, meeting_id: MeetingPath, version: Number, sentence: SentencePath
) -> Response:
    """As it stands now."""
    desk = Desk(request, user)
    found = desk.use.sentence(_head(desk, meeting_id, version).id, sentence)
    if found is None or found.dropped:
        raise _none()
    return as_json(LineShape.of(found))


class NotesShape(BaseModel):
    """What stands beside the sentences of a version."""

    points: list[PointShape]
    holes: list[Hole]


@routes.get("/meetings/{meeting_id}/transcripts/{version}/notes", summary="Draft points and holes of a version")
def get_notes(request: Request, user: Reading, meeting_id: MeetingPath, version: Number) -> NotesShape:
    """Without the sentences."""
    head = _head(Desk(request, user), meeting_id, version)
    return NotesShape(points=[PointShape.of(one) for one in head.noted], holes=list(head.holes))


def _head(desk: Desk, meeting_id: str, version: int) -> Transcript:
    """Raises: NotFound. Forbidden: the 密级 of the meeting is too high."""
    desk.meeting(meeting_id)
    heads = desk.use.transcript_heads(meeting_id)
    found = next((one.version for one in heads if one.version.version == version), None)
    if found is None:
        raise _none()
    return found


def _none() -> NotFound:
    return NotFound(
        tr("没有这一稿，或稿里没有这一句", "there is no such version, or no such sentence in it"),
        tr("可能已重新转写", "it may have been transcribed again"),
        tr("可用的版本见 transcripts", "see transcripts for the versions there are"),
    )
