"""Transcribes what the recorder has sealed: in session a few segments behind, and to the end after the meeting."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

import uuid_utils

from roomctl.api import (
    Health,
    Meeting,
    NotFound,
    PluginContext,
    Progress,
    RecorderState,
    Recording,
    RoomctlError,
    State,
    Transcript,
    rework,
    tr,
)
from roomctl.api.service_loop import ServiceLoop
from roomctl_transcript import filling, late
from roomctl_transcript.alone import Done, alone
from roomctl_transcript.config import Config
from roomctl_transcript.draft import Draft
from roomctl_transcript.engines import choose
from roomctl_transcript.runner import Gathered, Runner

LOOK = 5.0
"""Seconds between two looks for new work, where nobody wakes it."""
IDLE = 120.0
"""Seconds without work after which the worker and its model are let go of."""
SAVE = 15.0
"""Seconds between two savings of a transcript that grows."""
ASK = 1.0
"""Seconds between two looks at whether what is done again is still wanted."""
LIVE = (State.IN_SESSION, State.RECESS)


class TranscriptService:
    """`roomctl.api.Service`. What is to do follows from meetings, recordings and transcripts alone."""

    name = "transcript"

    def __init__(self, ctx: PluginContext, *, only: str = "") -> None:
        """Args: only: the meeting that is worked at; empty is all."""
        self._ctx, self._only = ctx, only
        self._config: Config = ctx.config or Config()
        self._runner = Runner(ctx)
        self._loop = ServiceLoop("transcript", self._run, log=ctx.log, again=LOOK, at_end=self._runner.stop)
        self._quiet = 0.0  # seconds without work
        self._lock = threading.Lock()  # over what follows
        self._failures: dict[str, str] = {}
        self._told: dict[str, str] = {}  # what the log has of each meeting, so that it is told once
        self._done = Done(ctx)

    # --- the port

    def start(self) -> None:
        self._loop.start()

    def stop(self, timeout: float) -> None:
        self._loop.stop(timeout)
        self._runner.stop(timeout)

    def wake(self) -> None:
        self._loop.wake()

    def health(self) -> Health:
        trouble = self._loop.trouble
        return Health(not trouble, trouble, tr("查看日志", "see the log") if trouble else "")

    def progress(self) -> Sequence[Progress]:
        return (*self._open(State.ADJOURNED), *self._late_open())

    def failures(self) -> Mapping[str, str]:
        with self._lock:
            return dict(self._failures)

    def _open(self, *states: State) -> Iterator[Progress]:
        for meeting in self._meetings(*states):
            done = self._done[meeting.id]
            if not _complete(self._newest(meeting.id)):
                total = sum(one.seconds for one in self._ctx.services.recording_heads(meeting.id))
                yield Progress(meeting.id, tr("转写", "transcript"), min(done, total), total, "s")
            elif wish := self._wish(meeting.id):
                total = sum(hole.end - hole.start for hole in wish.holes)
                if wish.kind is rework.ReworkKind.AGAIN:
                    total = sum(one.seconds for one in self._ctx.services.recording_heads(meeting.id))
                yield Progress(meeting.id, wish.kind.label, min(done, total), total, "s")

    def _late_open(self) -> Iterator[Progress]:
        for meeting_id in self._late():
            if left := late.due(self._ctx.services.transcript(meeting_id), self._sounds(meeting_id)):
                total = sum(one.seconds for one in left)
                yield Progress(meeting_id, tr("转写", "transcript"), min(self._done[meeting_id], total), total, "s")

    def _late(self) -> list[str]:
        return [one for one in late.noted(self._ctx) if self._only in {"", one}]

    def _meetings(self, *states: State) -> list[Meeting]:
        return [one for one in self._ctx.services.meetings(*states) if self._only in {"", one.id}]

    def _newest(self, meeting_id: str) -> Transcript | None:
        """Without its sentences: a day's are many, and this is asked often."""
        heads = self._ctx.services.transcript_heads(meeting_id)
        return heads[-1].version if heads else None

    def _wish(self, meeting_id: str) -> rework.Rework | None:
        """What somebody wants done again."""
        return next((one for one in self._ctx.services.reworks(meeting_id) if one.waiting), None)

    # --- its thread

    def _run(self) -> float:
        self._quiet = 0.0 if self._round() else self._quiet + LOOK
        if self._quiet >= IDLE:
            self._runner.stop()
        return LOOK

    def _round(self) -> bool:
        states = (State.ADJOURNED, *(LIVE if self._config.live else ()))
        services, worked, failed = self._ctx.services, False, dict[str, str]()
        for meeting in (*self._meetings(*states), *(services.meeting(one) for one in self._late())):
            if self._loop.stopping():
                return worked
            try:
                worked = (self._behind if meeting.state in late.STATES else self._meeting)(meeting) or worked
            except RoomctlError as error:
                failed[meeting.id] = str(error)
                if self._told.get(meeting.id) != str(error):
                    self._ctx.log.warning("%s: %s", meeting.id, error)
                if meeting.state not in LIVE:
                    with self._lock:
                        self._failures[meeting.id] = str(error)
        self._told = failed
        with self._lock:  # what came right, or is no work of ours any more: waived and closed, say
            self._failures = {one: why for one, why in self._failures.items() if one in failed}
        return worked

    def _meeting(self, meeting: Meeting) -> bool:
        """Brings one meeting's transcript as far as its sound goes. False: there was nothing to do here."""
        if _complete(self._newest(meeting.id)) and (
            meeting.state is not State.ADJOURNED or not self._wish(meeting.id)
        ):
            return False
        with alone(self._ctx.folder(meeting.id)) as mine:
            return mine and self._work(meeting)

    def _work(self, meeting: Meeting) -> bool:
        stored, over = self._newest(meeting.id), meeting.state is State.ADJOURNED
        if stored and stored.complete:
            wish = self._wish(meeting.id)
            return wish is not None and self._again(meeting, stored, wish)
        sounds = self._sounds(meeting.id)
        if over and any(one.state is not RecorderState.SEALED for one in sounds):
            return False  # the recorder is still at it; it wakes us
        if not over and not _grown(stored, sounds):
            return False
        if over and not any(one.segments for one in sounds):
            self._nothing(meeting, stored)
            return True
        return self._first(meeting, stored, sounds)

    def _first(self, meeting: Meeting, stored: Transcript | None, sounds: Sequence[Recording]) -> bool:
        """The version that a meeting gets by itself, as far as its sound goes."""
        over = meeting.state is State.ADJOURNED
        choice = choose(self._ctx.services, self._config.engine, self._config.model, of=meeting)
        same = stored is not None and (stored.engine, stored.model) == (choice.offer.name, choice.model)
        draft = Draft(
            self._ctx,
            self._config,
            meeting,
            choice,
            sounds,
            id=stored.id if stored and same else str(uuid_utils.uuid7()),
            version=stored.version + (not same) if stored else 1,
        )
        saved = self._ctx.clock.monotonic()

        def grown(gathered: Sequence[Gathered]) -> None:
            nonlocal saved
            if gathered[-1].finished or self._ctx.clock.monotonic() - saved >= SAVE:
                draft.save(gathered, complete=False)
                saved = self._ctx.clock.monotonic()

        gathered = self._decode(meeting.id, draft, sounds, over=over, grown=grown, stopping=self._loop.stopping)
        if gathered is not None:
            draft.save(gathered, complete=over)
            self._done.clear(meeting.id)
        return True

    def _decode(
        self,
        meeting_id: str,
        draft: Draft,
        sounds: Sequence[Recording],
        *,
        over: bool,
        stopping: Callable[[], bool],
        grown: Callable[[Sequence[Gathered]], None] = lambda _gathered: None,
    ) -> list[Gathered] | None:
        """All recordings in order, `grown` told what there is; None where it was stopped: the journals keep it."""
        behind = 0.0
        gathered: list[Gathered] = []
        for one in sounds:
            if not one.segments:
                continue

            def seen(now: Gathered, behind: float = behind) -> None:
                self._done.at(meeting_id, behind + now.seconds)
                grown([*gathered, now])

            final = over or one.state is RecorderState.SEALED
            result = self._runner.run(draft.work(one, final=final), draft.choice, seen=seen, stopping=stopping)
            gathered.append(result)
            if not result.finished:
                return None
            behind += result.seconds
            grown(gathered)
        return gathered

    def _again(self, meeting: Meeting, stored: Transcript, wish: rework.Rework) -> bool:
        """What somebody wants done again, until it is done or not wanted any more."""
        sounds = self._sounds(meeting.id)
        engine, model = wish.engine or self._config.engine, wish.model or self._config.model
        choice = choose(self._ctx.services, engine, model, of=meeting)
        draft = Draft(self._ctx, self._config, meeting, choice, sounds, id=wish.id, version=stored.version + 1)
        stopping = self._unwanted(meeting.id, wish)
        try:
            if wish.kind is rework.ReworkKind.HOLES:
                filling.fill(
                    self._ctx,
                    draft,
                    wish,
                    self._runner,
                    at=lambda done: self._done.at(meeting.id, done),
                    stopping=stopping,
                )
            else:
                gathered = self._decode(meeting.id, draft, sounds, over=True, stopping=stopping)
                if gathered is not None and not stopping():
                    draft.save(gathered, complete=True)
        except NotFound:
            self._ctx.log.info("%s: nobody wants it done again any more", meeting.id)
        self._done.clear(meeting.id)
        return True

    def _behind(self, meeting: Meeting) -> bool:
        """What was brought in after the deposit, as a version of its own."""
        with alone(self._ctx.folder(meeting.id)) as mine:
            if not mine:
                return False
            stored = self._ctx.services.transcript(meeting.id)
            sounds = late.due(stored, self._sounds(meeting.id))
            if stored is None or not sounds:
                late.settle(self._ctx, meeting.id)
                return False
            choice = choose(self._ctx.services, self._config.engine, self._config.model, of=meeting)
            made = str(uuid_utils.uuid7())
            draft = Draft(self._ctx, self._config, meeting, choice, sounds, id=made, version=stored.version + 1)
            gathered = self._decode(meeting.id, draft, sounds, over=True, stopping=self._loop.stopping)
            if gathered is not None:
                draft.save_behind(stored, gathered)
                self._done.clear(meeting.id)
            return True

    def _unwanted(self, meeting_id: str, wish: rework.Rework) -> Callable[[], bool]:
        """Asks whether to stop; of the log only now and then."""
        looked, gone = self._ctx.clock.monotonic(), False

        def ask() -> bool:
            nonlocal looked, gone
            if self._ctx.clock.monotonic() - looked >= ASK:
                now = self._wish(meeting_id)
                looked, gone = self._ctx.clock.monotonic(), now is None or now.id != wish.id
            return gone or self._loop.stopping()

        return ask

    def _sounds(self, meeting_id: str) -> list[Recording]:
        """Without what was armed once, and never begun."""
        return [one for one in self._ctx.services.recordings(meeting_id) if one.state is not RecorderState.IDLE]

    def _nothing(self, meeting: Meeting, stored: Transcript | None) -> None:
        """A meeting without sound has a complete transcript without text."""
        self._ctx.services.put_transcript(
            Transcript(
                id=stored.id if stored else str(uuid_utils.uuid7()),
                meeting=meeting.id,
                version=stored.version if stored else 1,
                engine="",
                model="",
                at=self._ctx.clock.now(),
                complete=True,
                report={"troubles": [tr("没有录音", "no sound was recorded")]},
            )
        )


def _complete(stored: Transcript | None) -> bool:
    return stored is not None and stored.complete


def _grown(stored: Transcript | None, sounds: Sequence[Recording]) -> bool:
    """Whether more sound is sealed than the last look saw, by at least the length of an utterance."""
    seen: Mapping[str, float] = stored.report.get("seconds", {}) if stored else {}
    for one in sounds:
        sealed = max((s.first_frame + s.frames for s in one.segments), default=0) / one.sample_rate
        if sealed > seen.get(one.id, 0.0) + 20.0:
            return True
    return False
