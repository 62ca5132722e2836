"""The worker seen from the host: hands out a job, hands it out again after a death, gathers what comes back."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from roomctl.api import Child, MissingPart, PluginContext, TranscriptSegment
from roomctl_transcript.audio import Piece
from roomctl_transcript.carry import from_json
from roomctl_transcript.coverage import Utterance
from roomctl_transcript.cutting import Span
from roomctl_transcript.engines import Choice
from roomctl_transcript.findings import Finding
from roomctl_transcript.sentences import Prior

HEARTBEAT = 180.0
"""Seconds of silence, of the worker's own and not of a busy PC's, after which it counts as hung."""
WORKER = (sys.executable, "-m", "roomctl_transcript.worker")
VOICES = ".voices.jsonl"
"""How the journal of voice prints ends that lies beside a file's own."""
TICK = 0.5
"""Seconds between two looks at whether to stop."""


@dataclass(frozen=True, slots=True)
class Work:
    """One recording to transcribe, or as much of it as there is.

    Attributes:
        prefix: `r1`, begins the ids of its segments.
        journal: its file in the work folder.
        final: no more sound will come.
        recycle: bytes of memory above which the worker ends itself between two utterances; it is started anew.
        voices: folder of the model that tells voices apart, where there is one; prints: the journal of that step,
            the same for all engines.

    """

    prefix: str
    recording: str
    pieces: tuple[Piece, ...]
    rate: int
    journal: Path
    settings: Mapping[str, Any]
    prior: Prior
    final: bool = True
    recycle: int = 0
    voices: Path | None = None
    prints: Path | None = None

    def job(self, number: int, choice: Choice) -> dict[str, Any]:
        """As the worker is told it. The journal depends on all that changes the words, not on what changes only
        the text: after a new roster the same words are written again without decoding.
        """
        engine = {"entry": choice.offer.entry, "model": str(choice.folder), "options": dict(choice.offer.options)}
        depends = {"entry": choice.offer.entry, "model": choice.model, "options": engine["options"], **self.settings}
        return {
            "type": "job",
            "id": number,
            "prefix": self.prefix,
            "recording": self.recording,
            "journal": str(self.journal),
            "work": json.dumps(depends, sort_keys=True, ensure_ascii=False),
            "engine": engine,
            "pieces": [
                {"files": [str(f) for f in p.files], "first_frame": p.first_frame, "frames": p.frames, "rate": p.rate}
                for p in self.pieces
            ],
            "settings": dict(self.settings),
            "prior": self.prior.as_json(),
            "rate": self.rate,
            "final": self.final,
            "recycle": self.recycle,
            "voices": {"model": str(self.voices), "journal": str(self.prints or self.journal.with_suffix(VOICES))}
            if self.voices
            else None,
        }


@dataclass
class Gathered:
    """What the worker has told of one recording.

    Attributes:
        seconds: up to which all is done; took: seconds of decoding.
        lost: where nothing could be read.
        sha256: of the model's weights.
        roster: what looks wrong in the roster.
        voices: id of a sentence → number of its voice, from 0; prints: of each voice, as `pack` writes it.

    """

    recording: str
    segments: list[TranscriptSegment] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    lost: list[Span] = field(default_factory=list)
    seconds: float = 0.0
    took: float = 0.0
    retried: int = 0
    sha256: str = ""
    finished: bool = False
    roster: tuple[Finding, ...] = ()
    voices: dict[str, int] = field(default_factory=dict)
    prints: tuple[str, ...] = ()

    def hear(self, message: Mapping[str, Any]) -> None:
        """Takes one message in."""
        kind = message["type"]
        if kind == "utterance":
            row = message["row"]
            self.segments += [from_json(segment) for segment in message["segments"]]
            speech = tuple(Span(start, end) for start, end in row["speech"])
            self.utterances.append(Utterance(speech, row["gave_up"]))
            self.took += row["took"]
            self.retried += row["retried"]
        elif kind == "progress":
            self.seconds = max(self.seconds, message["seconds"])
        elif kind == "trouble":
            self.troubles.append(message["what"])
        elif kind == "lost":
            self.lost.append(Span(message["start"], message["end"]))
        elif kind == "loaded":
            self.sha256 = message["sha256"]
        elif kind == "roster":
            self.roster = tuple(Finding(**found) for found in message["findings"])
        elif kind == "voices":
            self.voices, self.prints = dict(message["of"]), tuple(message["prints"])
            cut = {name: [from_json(row) for row in rows] for name, rows in message["cut"].items()}
            self.segments = [part for one in self.segments for part in cut.get(one.id, [one])]


class Runner:
    """Keeps one worker from one job to the next, so that the model is loaded once."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._child: Child | None = None
        self._number = 0
        self._sha256 = ""

    def run(
        self,
        work: Work,
        choice: Choice,
        *,
        seen: Callable[[Gathered], None] = lambda gathered: None,  # noqa: ARG005 - a default that does nothing
        stopping: Callable[[], bool] = lambda: False,
    ) -> Gathered:
        """Does one job to its end, over the worker's deaths.

        Args:
            seen: told after every utterance and every step.
            stopping: True ends it early; the journal keeps what is done.

        Raises:
            MissingPart: the engine or its model cannot be loaded. RoomctlError: the worker keeps dying.

        """
        self._number += 1
        gathered = Gathered(work.recording, sha256=self._sha256)
        if self._child is None or not self._child.alive:
            self.stop()
            self._child = self._ctx.child(WORKER, heartbeat=HEARTBEAT)
        else:
            self._child.send(work.job(self._number, choice))
        while not stopping():
            message = self._child.receive(TICK)
            if message is None:
                continue
            if message["type"] == "started":
                gathered = Gathered(work.recording)
                self._child.send(work.job(self._number, choice))
            elif message["type"] == "failed" and message.get("id") in {self._number, None}:
                raise MissingPart(message["what"], message["why"], message["mend"])
            elif message["type"] == "done" and message.get("id") == self._number:
                gathered.seconds = message["seconds"]
                gathered.finished = True
                return gathered
            else:
                gathered.hear(message)
                self._sha256 = gathered.sha256
                seen(gathered)
        self.stop()
        return gathered

    def stop(self, timeout: float = 5.0) -> None:
        """Ends the worker. Idempotent."""
        if self._child is not None:
            self._child.stop(timeout)
            self._child = None


def one_file(
    path: Path,
    journal: Path,
    settings: Mapping[str, Any],
    prior: Prior,
    *,
    recycle: int = 0,
    voices: Path | None = None,
) -> Work:
    """Work over a single file of any kind; its frames are counted in milliseconds, since it may change its rate."""
    return Work("r1", path.stem, (Piece((path,)),), 1000, journal, settings, prior, recycle=recycle, voices=voices)
