"""Transcribes what the recorder has sealed: in session a few segments behind, and to the end after the meeting."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import uuid_utils

from roomctl.api import (
    Health,
    MarkKind,
    Meeting,
    PluginContext,
    Progress,
    RecorderState,
    Recording,
    RoomctlError,
    Segment,
    State,
    Transcript,
    recording,
    tr,
)
from roomctl_transcript import files, glossary, papers
from roomctl_transcript.assemble import Known, transcript
from roomctl_transcript.audio import Piece
from roomctl_transcript.config import Config
from roomctl_transcript.engines import Choice, choose
from roomctl_transcript.runner import Gathered, Runner, Work
from roomctl_transcript.sentences import Prior

LOOK = 5.0
"""Seconds between two looks for new work, where nobody wakes it."""
IDLE = 120.0
"""Seconds without work after which the worker and its model are let go of."""
SAVE = 15.0
"""Seconds between two savings of a transcript that grows."""
PAPERS = "papers"
"""In the meeting's folder: 讲话稿, 主持词, 汇报材料."""
LIVE = (State.IN_SESSION, State.RECESS)


class TranscriptService:
    """`roomctl.api.Service`. What is to do follows from meetings, recordings and transcripts alone."""

    name = "transcript"

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._config: Config = ctx.config or Config()
        self._runner = Runner(ctx)
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()  # over what follows
        self._failures: dict[str, str] = {}
        self._done: dict[str, float] = {}
        self._fault = ""

    # --- the port

    def start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="transcript", daemon=True)
            self._thread.start()

    def stop(self, timeout: float) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
        self._runner.stop(timeout)

    def wake(self) -> None:
        self._wake.set()

    def health(self) -> Health:
        with self._lock:
            return Health(not self._fault, self._fault, tr("查看日志", "see the log") if self._fault else "")

    def progress(self) -> Sequence[Progress]:
        return tuple(self._open(State.ADJOURNED))

    def failures(self) -> Mapping[str, str]:
        with self._lock:
            return dict(self._failures)

    def _open(self, *states: State) -> Iterator[Progress]:
        for meeting in self._ctx.services.meetings(*states):
            if not _complete(self._ctx.services.transcript(meeting.id)):
                total = sum(one.seconds for one in self._ctx.services.recordings(meeting.id))
                with self._lock:
                    done = min(self._done.get(meeting.id, 0.0), total)
                yield Progress(meeting.id, tr("转写", "transcript"), done, total, "s")

    # --- its thread

    def _run(self) -> None:
        quiet = 0.0
        while not self._stop.is_set():
            self._wake.clear()
            try:
                worked = self._round()
                self._fault = ""
            except Exception as error:
                self._ctx.log.exception("transcript service")
                self._fault, worked = f"{type(error).__name__}: {error}", False
            quiet = 0.0 if worked else quiet + LOOK
            if quiet >= IDLE:
                self._runner.stop()
            self._wake.wait(LOOK)
        self._runner.stop()

    def _round(self) -> bool:
        states = (State.ADJOURNED, *(LIVE if self._config.live else ()))
        worked = False
        for meeting in self._ctx.services.meetings(*states):
            if self._stop.is_set():
                break
            try:
                worked = self._meeting(meeting) or worked
                with self._lock:
                    self._failures.pop(meeting.id, None)
            except RoomctlError as error:
                if meeting.state is State.ADJOURNED:
                    with self._lock:
                        self._failures[meeting.id] = str(error)
                self._ctx.log.warning("%s: %s", meeting.id, error)
        return worked

    def _meeting(self, meeting: Meeting) -> bool:
        """Brings one meeting's transcript as far as its sound goes. False: there was nothing to do."""
        stored = self._ctx.services.transcript(meeting.id)
        if _complete(stored):
            return False
        kept = self._ctx.services.recordings(meeting.id)
        sounds = [one for one in kept if one.state is not RecorderState.IDLE]  # armed once, and never begun
        over = meeting.state is State.ADJOURNED
        if over and any(one.state is not RecorderState.SEALED for one in sounds):
            return False  # the recorder is still at it; it wakes us
        if not over and not _grown(stored, sounds):
            return False
        if over and not any(one.segments for one in sounds):
            self._nothing(meeting, stored)
            return True
        choice = choose(self._ctx.services, self._config.engine, self._config.model)
        draft = _Draft(self._ctx, self._config, meeting, choice, stored, sounds)
        behind, saved = 0.0, self._ctx.clock.monotonic()
        gathered: list[Gathered] = []
        for one in sounds:
            if not one.segments:
                continue

            def seen(now: Gathered, behind: float = behind) -> None:
                nonlocal saved
                with self._lock:
                    self._done[meeting.id] = behind + now.seconds
                if (at := self._ctx.clock.monotonic()) - saved >= SAVE:
                    draft.save([*gathered, now], complete=False)
                    saved = at

            final = over or one.state is RecorderState.SEALED
            result = self._runner.run(draft.work(one, final=final), choice, seen=seen, stopping=self._stop.is_set)
            gathered.append(result)
            if not result.finished:
                return True  # stopping: the journal keeps it
            behind += result.seconds
            draft.save(gathered, complete=False)
        draft.save(gathered, complete=over)
        with self._lock:
            self._done.pop(meeting.id, None)
        return True

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


class _Draft:
    """One version of one meeting's transcript, as it grows."""

    def __init__(
        self,
        ctx: PluginContext,
        config: Config,
        meeting: Meeting,
        choice: Choice,
        stored: Transcript | None,
        sounds: Sequence[Recording],
    ) -> None:
        self._ctx, self._config, self._meeting, self._choice, self._sounds = ctx, config, meeting, choice, sounds
        same = stored is not None and (stored.engine, stored.model) == (choice.offer.name, choice.model)
        self._id = stored.id if stored and same else str(uuid_utils.uuid7())
        self._version = stored.version + (not same) if stored else 1
        self._folder = ctx.folder(meeting.id)
        roster = ctx.services.roster(meeting.id)
        self._people = tuple((person.name, person.unit + person.duty) for person in roster)
        self._seats = _seats(config.seats, {person.seat: person.name for person in roster if person.seat})
        terms = [*config.terms, *glossary.terms(ctx.services.data), *(person.unit for person in roster)]
        for item in meeting.agenda:
            terms += [item.title, item.unit]
            extra = (item.presenter, *item.observers)
            self._people += tuple((name, "") for name in extra if name and name not in dict(self._people))
        if meeting.chair and meeting.chair not in dict(self._people):
            self._people += ((meeting.chair, ""),)
        found = _papers(ctx.services.data / "meetings" / meeting.id / PAPERS)
        self._people += tuple(one for one in found.people if one[0] not in dict(self._people))
        terms += found.terms
        self._prior = Prior(self._people, tuple(dict.fromkeys(term for term in terms if term)), found.texts)

    def work(self, one: Recording, *, final: bool) -> Work:
        folder = self._ctx.services.data / one.folder
        off = recording.off_record(one.markers, one.frames)
        seconds = tuple((start / one.sample_rate, end / one.sample_rate) for start, end in off)
        return Work(
            prefix=f"r{one.number}",
            recording=one.id,
            pieces=pieces(one, folder),
            rate=one.sample_rate,
            journal=self._folder / f"work-r{one.number}.jsonl",
            settings=self._config.settings(seconds),
            prior=self._prior,
            final=final,
            recycle=self._config.memory_mb * 1_000_000,
        )

    def save(self, gathered: Sequence[Gathered], *, complete: bool) -> None:
        known = Known(
            self._seats,
            {one.id: _marks(one) for one in self._sounds},
            tuple(name for name, _ in self._people),
            self._meeting.chair,
        )
        made = transcript(
            gathered,
            self._choice,
            known,
            id=self._id,
            meeting=self._meeting.id,
            version=self._version,
            at=self._ctx.clock.now(),
            complete=complete,
        )
        if complete:
            files.write(self._folder, made)  # before it may be closed
        kept = self._ctx.services.put_transcript(made)
        if complete and kept != made:
            files.write(self._folder, kept)
        if complete:
            for journal in self._folder.glob("work-*.jsonl"):
                with suppress(OSError):
                    journal.unlink()


def _papers(folder: Path) -> papers.Papers:
    """The meeting's papers, where there are any."""
    return papers.folder(folder) if folder.is_dir() else papers.Papers()


def pieces(one: Recording, folder: Path) -> tuple[Piece, ...]:
    """Sealed files in order, those of the same stretch side by side. A stretch that a track lacks ends it there."""
    found: list[Piece] = []
    by_seq: dict[int, list[Segment]] = {}
    for segment in one.segments:
        by_seq.setdefault(segment.seq, []).append(segment)
    width = max((segment.track for segment in one.segments), default=0)
    for seq in sorted(by_seq):
        tracks = sorted(by_seq[seq], key=lambda segment: segment.track)
        if len(tracks) < width:
            break
        first = tracks[0]
        found.append(Piece(tuple(folder / s.path for s in tracks), first.first_frame, first.frames, one.sample_rate))
    return tuple(found)


def _marks(one: Recording) -> tuple[tuple[float, str], ...]:
    speakers = (marker for marker in one.markers if marker.kind is MarkKind.SPEAKER)
    return tuple((m.frame / one.sample_rate, m.note) for m in sorted(speakers, key=lambda m: m.frame))


def _seats(tracks: Mapping[int, str], people: Mapping[str, str]) -> dict[int, str]:
    """Track → person: by the configured seat, else by a seat that is named with the track's number."""
    numbered = {int(seat): name for seat, name in people.items() if seat.isdecimal()}
    return numbered | {track: people[seat] for track, seat in tracks.items() if seat in people}


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
