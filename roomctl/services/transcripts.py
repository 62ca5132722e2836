"""Transcripts: saved as they grow, put right by a person; a complete one lets the meeting be closed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from typing import NoReturn

from roomctl.domain import correction, holes, points
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.lines import seen, tidied
from roomctl.domain.transcript import Transcript, TranscriptSegment
from roomctl.errors import BadInput, Busy, NotFound, Refused
from roomctl.i18n import tr
from roomctl.services.ports import Clock, UnitOfWork

LONGEST = 2000
"""Characters of one sentence."""
ALL = 1_000_000
"""Sentences: more than any transcript has."""
OPEN = frozenset({State.IN_SESSION, State.RECESS, State.ADJOURNED})
"""While a meeting is in one of these its transcript can be put right: afterwards it is in the package."""


def put(transcript: Transcript, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> Transcript:
    """Saves a version, or more of it; what a person put right in it, or in the one before it, is kept.

    Completion is one event, however often it is saved.

    Returns:
        It, as it was kept.

    """
    if transcript.meeting is None:
        raise ValueError("a transcript without a meeting is not kept")
    with uow:
        before = uow.transcripts.latest(transcript.meeting)
        fresh = before is None or before.id != transcript.id or not before.complete
        for earlier in _earlier(transcript, before, uow):
            transcript = holes.carry(earlier, transcript)
        uow.transcripts.put(transcript)
        if transcript.complete and fresh:
            uow.meetings.save(uow.meetings.get(transcript.meeting or "").hold(Need.TRANSCRIPT))
            told = {
                "transcript": transcript.id,
                "version": transcript.version,
                "engine": transcript.engine,
                "model": transcript.model,
                "model_sha256": transcript.model_sha256,
                "segments": len(transcript.segments),
                "speech": round(transcript.speech, 2),
                "covered": round(transcript.covered, 2),
                "holes": [asdict(hole) for hole in transcript.holes],
            }
            _tell(transcript.meeting or "", "transcript.completed", told, actor=actor, clock=clock, uow=uow)
        uow.commit()
    return transcript


def _earlier(transcript: Transcript, before: Transcript | None, uow: UnitOfWork) -> list[Transcript]:
    """What a person may have corrected: this version as it is kept, then the one before it."""
    if before is None or transcript.version == 1:
        return [before] if before else []
    versions = uow.transcripts.of(transcript.meeting or "")
    return [v for v in reversed(versions) if v.version in {transcript.version, transcript.version - 1}]


def correct(
    meeting_id: str,
    sentence: str,
    text: str,
    *,
    seen: str | None = None,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> TranscriptSegment:
    """A person's text of one sentence.

    Args:
        seen: the text that was on the screen; where it is another by now, nothing is written over.

    Raises:
        NotFound: no such sentence. Busy: somebody else was quicker; both texts are in it. Refused: it is archived.
        BadInput: nothing is left of the sentence, or it is far too long.

    """
    text = sentence_of(text)

    def change(segment: TranscriptSegment) -> TranscriptSegment:
        if seen is not None and seen != segment.text:
            raise changed(segment, text)
        return correction.correct(segment, text, by=actor.name)

    return _one(meeting_id, sentence, change, "transcript.corrected", actor=actor, clock=clock, uow=uow)


def changed(segment: TranscriptSegment, yours: str) -> Busy:
    """Somebody else was quicker."""
    return Busy(
        tr(f"{_last(segment)} 刚改过这句", f"{_last(segment)} has just changed this sentence"),
        tr(f"现在是“{segment.text}”，您的是“{yours}”", f"it is now {segment.text!r}, yours is {yours!r}"),
        tr("看过后再改一次", "look at it, then change it again"),
    )


def sentence_of(text: str) -> str:
    """What a person typed, as a sentence. Raises: BadInput."""
    text = text.strip()
    if not seen(text) or len(text) > LONGEST or "\n" in text:
        raise BadInput(
            tr("不能这样改", "it cannot be corrected like that"),
            tr(f"一句话应为 1–{LONGEST} 个字，不换行", f"a sentence has 1–{LONGEST} characters, on one line"),
        )
    return text


def take_back(meeting_id: str, sentence: str, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> TranscriptSegment:
    """Undoes the newest correction of a sentence. Raises: NotFound, Refused."""

    def change(segment: TranscriptSegment) -> TranscriptSegment:
        return correction.take_back(segment, by=actor.name)

    return _one(meeting_id, sentence, change, "transcript.taken_back", actor=actor, clock=clock, uow=uow)


def confirm(meeting_id: str, sentence: str, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> TranscriptSegment:
    """A person has heard the sentence, and it is right as it stands. Raises: NotFound, Refused."""

    def change(segment: TranscriptSegment) -> TranscriptSegment:
        return correction.confirm(segment, by=actor.name)

    return _one(meeting_id, sentence, change, "transcript.confirmed", actor=actor, clock=clock, uow=uow)


def name_speaker(
    meeting_id: str, sentence: str, speaker: str, *, actor: Actor, clock: Clock, uow: UnitOfWork
) -> TranscriptSegment:
    """A person says who speaks; empty is nobody. Raises: NotFound, Refused."""

    def change(segment: TranscriptSegment) -> TranscriptSegment:
        return correction.name_speaker(segment, speaker)

    return _one(meeting_id, sentence, change, "transcript.speaker_named", actor=actor, clock=clock, uow=uow)


def name_speakers(
    meeting_id: str, sentences: Collection[str], speaker: str, *, actor: Actor, clock: Clock, uow: UnitOfWork
) -> int:
    """The same of many sentences: a turn of speech, a voice. Those that are not there any more are passed over.

    Returns: how many changed. Raises: NotFound, Refused.
    """
    named = frozenset(sentences)

    def change(segment: TranscriptSegment) -> TranscriptSegment:
        return correction.name_speaker(segment, speaker) if segment.id in named else segment

    return _all(meeting_id, tidied(speaker), change, "transcript.speakers_named", actor=actor, clock=clock, uow=uow)


def undo_name(meeting_id: str, name: str, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> int:
    """Everywhere that the roster or the terms put in `name`, the words are again as they were heard.

    Returns:
        How many sentences that changed.

    """

    def undo(segment: TranscriptSegment) -> TranscriptSegment:
        return correction.as_heard(segment, name, by=actor.name)

    return _all(meeting_id, name, undo, "transcript.name_undone", actor=actor, clock=clock, uow=uow)


def restore_name(meeting_id: str, name: str, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> int:
    """The way back: sentences that somebody has changed since stay as they are. Returns: how many changed."""

    def again(segment: TranscriptSegment) -> TranscriptSegment:
        return correction.as_named(segment, name, by=actor.name)

    return _all(meeting_id, name, again, "transcript.name_restored", actor=actor, clock=clock, uow=uow)


def _all(
    meeting_id: str,
    name: str,
    change: Callable[[TranscriptSegment], TranscriptSegment],
    kind: str,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> int:
    with uow:
        need_open(meeting_id, uow)
        transcript = newest(meeting_id, uow)
        others = [
            (before, after)
            for before in transcript.segments
            if (after := change(before)) is not before and after != before
        ]
        kept = transcript.points
        for before, after in others:
            uow.transcripts.put_sentence(transcript.id, after)
            kept = points.follow(kept, before.text, after)
        if kept != transcript.points:
            uow.transcripts.put_points(transcript.id, points.ordered(kept, transcript.segments))
        if others:
            told = {"transcript": transcript.id, "name": name, "sentences": len(others)}
            _tell(meeting_id, kind, told, actor=actor, clock=clock, uow=uow)
            uow.commit()
    return len(others)


def compare(meeting_id: str, old: int, new: int, *, uow: UnitOfWork) -> tuple[correction.Row, ...]:
    """Two versions side by side, by their numbers. Raises: NotFound."""
    with uow.reading():
        found = [uow.transcripts.version(meeting_id, number) for number in (old, new)]
        known = [head.version.version for head in uow.transcripts.heads(meeting_id)]
    before, after = found
    if before is None or after is None:
        raise NotFound(
            tr(
                f"没有第 {old if before is None else new} 稿", f"there is no version {old if before is None else new}"
            ),
            mend=tr("可选：", "known: ") + "、".join(map(str, known)),
        )
    return correction.beside(before, after)


def _one(
    meeting_id: str,
    sentence: str,
    change: Callable[[TranscriptSegment], TranscriptSegment],
    kind: str,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> TranscriptSegment:
    with uow:
        need_open(meeting_id, uow)
        transcript = head(meeting_id, uow)
        before = uow.transcripts.sentence(transcript.id, sentence)
        if before is None:
            raise no_sentence(sentence)
        after = change(before)
        if after != before:
            uow.transcripts.put_sentence(transcript.id, after)
            kept = points.follow(transcript.points, before.text, after)
            if kept != transcript.points:
                if all(one.segment != sentence for one in transcript.points):
                    kept = points.ordered(kept, uow.transcripts.sentences(transcript.id, 0, ALL))
                uow.transcripts.put_points(transcript.id, kept)
            told = {"transcript": transcript.id, "sentence": sentence, "before": before.text, "after": after.text}
            if after.speaker != before.speaker:
                told |= {"speaker": after.speaker or ""}
            _tell(meeting_id, kind, told, actor=actor, clock=clock, uow=uow)
            uow.commit()
    return after


def need_open(meeting_id: str, uow: UnitOfWork) -> None:
    """Raises: Refused, where the transcript is in the package by now."""
    meeting = uow.meetings.get(meeting_id)
    if meeting.state not in OPEN:
        raise Refused(
            tr("不能再改转写稿", "the transcript can no longer be changed"),
            tr(f"会议现在是“{meeting.state.label}”，转写稿已在档案包里", f"the meeting is {meeting.state.label!r}"),
            tr("需要更正请另附说明", "add a supplement"),
        )


def no_sentence(sentence: str) -> NotFound:
    """It is not there, or not any more."""
    return NotFound(
        tr(f"没有句子 {sentence}", f"no sentence {sentence}"),
        tr("可能已重新转写", "it may have been transcribed again"),
        tr("请刷新页面", "load the page again"),
    )


def newest(meeting_id: str, uow: UnitOfWork) -> Transcript:
    """The version that is worked on, in a unit of work. Raises: NotFound, where nothing was transcribed yet."""
    return uow.transcripts.latest(meeting_id) or _none()


def head(meeting_id: str, uow: UnitOfWork) -> Transcript:
    """The same without its sentences: quick whatever the length."""
    heads = uow.transcripts.heads(meeting_id)
    return heads[-1].version if heads else _none()


def _none() -> NoReturn:
    raise NotFound(
        tr("还没有转写稿", "there is no transcript yet"),
        mend=tr("录音封存后自动转写", "it is made as the sound is sealed"),
    )


def _last(segment: TranscriptSegment) -> str:
    """Who changed it last."""
    by = (change.reason for change in reversed(segment.changes) if change.step == correction.PERSON)
    return next(by, tr("转写", "The transcription"))


def _tell(
    meeting_id: str, kind: str, told: Mapping[str, object], *, actor: Actor, clock: Clock, uow: UnitOfWork
) -> None:
    uow.events.append(Event(stream=meeting_id, kind=kind, actor=actor, at=clock.now(), data=told))
