"""Transcripts of the use cases in memory, and what is to be done again with them."""

from collections.abc import Sequence
from dataclasses import replace

from roomctl.api import (
    Actor,
    BadInput,
    Busy,
    EngineOffer,
    Hole,
    Meeting,
    NotFound,
    Transcript,
    TranscriptHead,
    TranscriptSegment,
)
from roomctl.domain import holes
from roomctl.domain.lifecycle import Need
from roomctl.domain.rework import Rework, ReworkKind, ReworkState, Tried
from roomctl.services.ports import Clock


class FakeWords:
    """Part of `FakeServices`, which has the fields."""

    clock: Clock
    held: dict[str, Meeting]
    versions: dict[str, list[Transcript]]
    wishes: dict[str, list[Rework]]
    offers: list[EngineOffer]

    def transcript(self, meeting_id: str) -> Transcript | None:
        versions = self.versions.get(meeting_id)
        return versions[-1] if versions else None

    def transcript_version(self, meeting_id: str, number: int) -> Transcript | None:
        return next((one for one in self.versions.get(meeting_id, []) if one.version == number), None)

    def put_transcript(self, transcript: Transcript) -> Transcript:
        """The same id again is more of the same version."""
        versions = self.versions.setdefault(transcript.meeting or "", [])
        if versions:
            transcript = holes.carry(versions[-1], transcript)
        versions[:] = [*(one for one in versions if one.id != transcript.id), transcript]
        if transcript.complete and transcript.meeting in self.held:
            self.held[transcript.meeting] = self.held[transcript.meeting].hold(Need.TRANSCRIPT)
        if transcript.complete:
            self.wishes[transcript.meeting or ""] = [
                replace(one, state=ReworkState.DONE) if one.id == transcript.id else one
                for one in self.reworks(transcript.meeting or "")
            ]
        return transcript

    def transcript_heads(self, meeting_id: str) -> Sequence[TranscriptHead]:
        return [
            TranscriptHead(replace(one, segments=()), len(one.shown)) for one in self.versions.get(meeting_id, ())
        ]

    def sentences(self, transcript_id: str, first: int, count: int) -> Sequence[TranscriptSegment]:
        every = (one for versions in self.versions.values() for one in versions)
        return next((one.shown[first : first + count] for one in every if one.id == transcript_id), ())

    def reworks(self, meeting_id: str) -> Sequence[Rework]:
        return tuple(self.wishes.get(meeting_id, ()))

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
        newest = self.transcript(meeting_id)
        if newest is None:
            raise NotFound("there is no transcript yet")
        if any(one.waiting for one in self.reworks(meeting_id)):
            raise Busy("something is done again already")
        if engine not in {"", "auto", *(offer.name for offer in self.offers)}:
            raise BadInput(f"no engine named {engine!r}")
        holes = newest.holes if kind is ReworkKind.HOLES else ()
        if kind is ReworkKind.HOLES and not holes:
            raise NotFound("there is no hole")
        if not all(1 <= number <= len(holes) for number in numbers):
            raise BadInput("no such hole")
        if kind is ReworkKind.AGAIN and not engine:
            engine, model = newest.engine, model or newest.model
        wish = Rework(
            id=f"rework-{len(self.reworks(meeting_id)) + 1}",
            kind=kind,
            engine=engine,
            model=model,
            by=actor.name if actor else "",
            at=self.clock.now(),
            holes=tuple(holes[number - 1] for number in numbers) or holes,
        )
        self.wishes.setdefault(meeting_id, []).append(wish)
        return wish

    def cancel_rework(self, meeting_id: str, *, actor: Actor | None = None) -> Rework:  # noqa: ARG002 - the port's shape
        wish = next((one for one in self.reworks(meeting_id) if one.waiting), None)
        if wish is None:
            raise NotFound("nothing is being done again")
        now = replace(wish, state=ReworkState.CANCELLED)
        self.wishes[meeting_id] = [now if one is wish else one for one in self.wishes[meeting_id]]
        return now

    def write_hole(
        self,
        meeting_id: str,
        number: int,
        text: str,
        *,
        speaker: str = "",
        start: float | None = None,  # noqa: ARG002 - the port's shape
        actor: Actor | None = None,
    ) -> TranscriptSegment:
        newest, hole = self._hole(meeting_id, number)
        by = actor.name if actor else ""
        made, said = holes.write(newest, hole, text, rate=48_000, by=by, speaker=speaker)
        self.versions[meeting_id][-1] = made
        return said

    def dismiss_hole(
        self,
        meeting_id: str,
        number: int,
        why: str,
        *,
        start: float | None = None,  # noqa: ARG002 - the port's shape
        actor: Actor | None = None,
    ) -> None:
        newest, hole = self._hole(meeting_id, number)
        self.versions[meeting_id][-1] = holes.dismiss(newest, hole, why, by=actor.name if actor else "")

    def _hole(self, meeting_id: str, number: int) -> tuple[Transcript, Hole]:
        newest = self.transcript(meeting_id)
        if newest is None or not newest.holes:
            raise NotFound("there is no hole")
        if not 1 <= number <= len(newest.holes):
            raise BadInput(f"there is no hole {number}")
        return newest, newest.holes[number - 1]

    def hole_tried(self, meeting_id: str, transcript: Transcript, hole: Hole, *, gained: int) -> Rework:
        wish = next((one for one in self.reworks(meeting_id) if one.waiting and one.left[:1] == (hole,)), None)
        if wish is None:
            raise NotFound("nothing is being done again")
        self.put_transcript(transcript)
        state = ReworkState.DONE if len(wish.left) == 1 else ReworkState.WAITING
        now = replace(wish, tried=(*wish.tried, Tried(hole, gained, 0.0)), state=state)
        self.wishes[meeting_id] = [now if one is wish else one for one in self.wishes[meeting_id]]
        return now
