"""Transcripts: saved as they grow; a complete one lets the meeting be closed."""

from dataclasses import asdict

from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import Need
from roomctl.domain.transcript import Transcript
from roomctl.services.ports import Clock, UnitOfWork


def put(transcript: Transcript, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> None:
    """Saves a version, or more of it. Completion is one event, however often it is saved."""
    if transcript.meeting is None:
        raise ValueError("a transcript without a meeting is not kept")
    with uow:
        before = uow.transcripts.latest(transcript.meeting)
        fresh = before is None or before.id != transcript.id or not before.complete
        uow.transcripts.put(transcript)
        if transcript.complete and fresh:
            uow.meetings.save(uow.meetings.get(transcript.meeting).hold(Need.TRANSCRIPT))
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
            uow.events.append(
                Event(stream=transcript.meeting, kind="transcript.completed", actor=actor, at=clock.now(), data=told)
            )
        uow.commit()
