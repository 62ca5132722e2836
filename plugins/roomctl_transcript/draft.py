"""One version of one meeting's transcript: what is known beforehand, the work of each recording, and its saving."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from roomctl.api import (
    MarkKind,
    Meeting,
    PluginContext,
    Recording,
    RecordingHead,
    Segment,
    SpeakerKnownBy,
    Transcript,
    recording,
)
from roomctl_transcript import files, glossary, late, papers
from roomctl_transcript.assemble import Known, transcript
from roomctl_transcript.audio import Piece
from roomctl_transcript.config import Config
from roomctl_transcript.engines import Choice
from roomctl_transcript.runner import Gathered, Work
from roomctl_transcript.sentences import Prior
from roomctl_transcript.voices import model

PAPERS = "papers"
"""In the meeting's folder: 讲话稿, 主持词, 汇报材料."""


class Draft:
    """A version as it grows.

    Args:
        id, version: of the transcript that is made.

    """

    def __init__(
        self,
        ctx: PluginContext,
        config: Config,
        meeting: Meeting,
        choice: Choice,
        sounds: Sequence[Recording],
        *,
        id: str,  # noqa: A002 - the field's name
        version: int,
    ) -> None:
        self._ctx, self._config, self._chair, self._id, self._version = ctx, config, meeting.chair, id, version
        self.meeting, self.choice, self.sounds = meeting.id, choice, sounds
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
        self.prior = Prior(self._people, tuple(dict.fromkeys(term for term in terms if term)), found.texts)

    def work(self, one: Recording, *, final: bool) -> Work:
        folder = self._ctx.services.data / one.folder
        off = recording.off_record(one.markers, one.frames)
        seconds = tuple((start / one.sample_rate, end / one.sample_rate) for start, end in off)
        return Work(
            prefix=f"r{one.number}",
            recording=one.id,
            pieces=pieces(one, folder),
            rate=one.sample_rate,
            journal=self._folder / f"work-{_plain(self.choice)}-r{one.number}.jsonl",
            settings=self._config.settings(seconds),
            prior=self.prior,
            final=final,
            recycle=self._config.memory_mb * 1_000_000,
            voices=model(self._ctx.services) if self._config.voices else None,
            prints=self._folder / f"work-voices-r{one.number}.jsonl",
        )

    @property
    def known(self) -> Known:
        """What tells who speaks."""
        return Known(
            self._seats,
            {one.id: marks(one) for one in self.sounds},
            tuple(name for name, _ in self._people),
            self._chair,
            self._said(),
        )

    def _said(self) -> dict[str, list[tuple[float, float, str]]]:
        """What the secretary put right: recording → (from, to, name)."""
        stored = self._ctx.services.transcript(self.meeting)
        said: dict[str, list[tuple[float, float, str]]] = {}
        for one in stored.segments if stored else ():
            if one.speaker and one.known_by is SpeakerKnownBy.PERSON:
                said.setdefault(one.recording, []).append((one.start, one.end, one.speaker))
        return said

    def save(self, gathered: Sequence[Gathered], *, complete: bool) -> None:
        """What there is of it. The journals of a complete one stay: with another roster or paper, or for another
        version, the same words are written again and nothing is decoded twice. What was set aside may hold what is
        off the record by now, and goes.
        """
        self._keep(self._made(gathered, complete=complete))

    def save_behind(self, stored: Transcript, gathered: Sequence[Gathered]) -> None:
        """A complete version of what stands there, and of these recordings behind it."""
        made = self._made(gathered, complete=True, voices=stored.report.get("voices", 0))
        self._keep(late.behind(stored, made))

    def _made(self, gathered: Sequence[Gathered], *, complete: bool, voices: int = 0) -> Transcript:
        return transcript(
            gathered,
            self.choice,
            self.known,
            id=self._id,
            meeting=self.meeting,
            version=self._version,
            at=self._ctx.clock.now(),
            complete=complete,
            voices=voices,
        )

    def _keep(self, made: Transcript) -> None:
        complete = made.complete
        if complete:
            files.write(self._folder, made)  # before it may be closed
        kept = self._ctx.services.put_transcript(made)
        if complete and kept != made:
            files.write(self._folder, kept)
        if complete:
            for journal in self._folder.glob("work-*.old.jsonl"):
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


def marks(one: RecordingHead) -> tuple[tuple[float, str], ...]:
    """(second, name) of who speaks from there on, as the operator set them, in order."""
    speakers = (marker for marker in one.markers if marker.kind is MarkKind.SPEAKER)
    return tuple((m.frame / one.sample_rate, m.note) for m in sorted(speakers, key=lambda m: m.frame))


def _seats(tracks: Mapping[int, str], people: Mapping[str, str]) -> dict[int, str]:
    """Track → person: by the configured seat, else by a seat that is named with the track's number."""
    numbered = {int(seat): name for seat, name in people.items() if seat.isdecimal()}
    return numbered | {track: people[seat] for track, seat in tracks.items() if seat in people}


def _plain(choice: Choice) -> str:
    """Engine and model as a part of a file's name."""
    return re.sub(r"[^\w.-]+", "-", f"{choice.offer.name}-{choice.model}")
