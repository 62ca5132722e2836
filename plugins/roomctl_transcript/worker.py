"""The child that turns sound into text: `python -m roomctl_transcript.worker`, JSON lines on stdin and stdout.

It is told a job, one object a line:

    {"type": "job", "id": 1, "prefix": "r1", "recording": "<id>", "journal": "work/r1.jsonl",
     "work": "<what the journal depends on>",
     "engine": {"entry": "package.module:Class", "model": "<folder>", "options": {}},
     "pieces": [{"files": ["…/t01-0001.flac"], "first_frame": 0, "frames": 2880000, "rate": 48000}],
     "settings": {"longest": 27.0, …, "off": [[60.0, 75.5]]}, "prior": {"people": [["姓名", "职务"]], "terms": […]},
     "rate": 48000, "final": true, "recycle": 2000000000, "voices": {"model": "<folder>", "journal": "…"} or null}

and says, each utterance only after it is safe in the journal:

    {"type": "loaded", "sha256": "…"}                the model's weights
    {"type": "roster", "findings": [{"name": "…", "why": "…", "harmless": false}]}
    {"type": "progress", "seconds": 12.5}
    {"type": "utterance", "row": {…}, "segments": [{…}]}
    {"type": "trouble", "what": "…"}                 a file that cannot be read; it goes on behind it
    {"type": "lost", "start": 12.5, "end": 12.75}    nothing could be read there
    {"type": "voices", "of": {"<sentence>": 0}, "cut": {"<sentence>": [{…}, {…}]}, "prints": ["…"]}
                                                     voices of sentences; sentences cut where it changes; each voice
    {"type": "failed", "id": 1, "what": "…"}         the job cannot be done
    {"type": "done", "id": 1, "seconds": 57.7}

What an earlier run of the same job has finished is said again first, from the journal. It ends with its stdin, and
between two utterances once it holds more memory than `recycle` (engines grow): whoever started it starts it anew.
"""

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psutil

from roomctl.api import RoomctlError, Transcriber, Word, tr
from roomctl.api.process import few_arenas, give_back
from roomctl_transcript import engines
from roomctl_transcript.audio import Piece, blocks
from roomctl_transcript.journal import Journal
from roomctl_transcript.listen import Heard, Settings, as_row, from_row, listen
from roomctl_transcript.sentences import Prior, Writer
from roomctl_transcript.voices.step import Told, Voices

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NICER = 15
"""A text for later has the processor last: the recording comes first, then what is for now."""

ORPHAN = 1.0
"""Seconds between two looks at whether whoever started it is still there."""


def give_way(by: int) -> None:
    """This process takes what others leave it. Args: by: added to its nice value; Windows knows one step alone."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(by)


def end_with(parent: int) -> None:
    """This process ends with that one, also in the middle of an utterance: nobody reads what an orphan says, and the
    journal is whole at any moment. On Windows it ends with its stdin alone. Args: parent: its process id.
    """

    def watch() -> None:
        while os.getppid() == parent:  # at once another's, also where nobody has reaped the dead one
            time.sleep(ORPHAN)
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(psutil.Process().memory_info().rss)


class Mouth:
    """Writes one JSON object a line."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def say(self, kind: str, **data: Any) -> None:
        self._out.write(json.dumps({"type": kind, **data}, ensure_ascii=False) + "\n")
        self._out.flush()


class Later:
    """An engine that is loaded when there is something to decode: words that are in the journal need none.

    Before each sound it has the memory that was freed since the last: what reading and writing down keep would stand
    beside the engine's own peak.
    """

    def __init__(self, load: Callable[[], Transcriber]) -> None:
        self._load = load
        self._engine: Transcriber | None = None

    def ready(self) -> None:
        """Raises: MissingPart."""
        if self._engine is None:
            self._engine = self._load()

    def decode(self, pcm: "NDArray[np.float32]", rate: int) -> Sequence[Word]:
        self.ready()
        assert self._engine is not None  # noqa: S101 - it is ready
        give_back()
        return self._engine.decode(pcm, rate)


class Worker:
    """Holds the engine from one job to the next."""

    def __init__(self, mouth: Mouth) -> None:
        self._mouth = mouth
        self._loaded: tuple[Any, Later] | None = None
        self._voices = Voices()

    def do(self, job: Mapping[str, Any]) -> None:
        """One job, from where its journal stops."""
        pieces = [
            Piece(tuple(Path(file) for file in row["files"]), row["first_frame"], row["frames"], row["rate"])
            for row in job["pieces"]
        ]
        settings = Settings.of(job["settings"])
        prior = Prior.of(job.get("prior", {}))
        writer = Writer(job["prefix"], job["recording"], job["rate"], prior)
        self._mouth.say("roster", findings=[asdict(found) for found in prior.findings()])
        end = 0.0

        def moved(seconds: float) -> None:
            nonlocal end
            end = max(end, seconds)
            self._mouth.say("progress", seconds=round(seconds, 2))

        with Journal(Path(job["journal"]), job["work"]) as journal:
            last: Heard | None = None
            told: list[Told] = []
            for row in journal.written.utterances:
                last = from_row(row)
                told.append(self._tell(last, writer))
            moved(journal.written.position)
            begin, stop = settings.within or (0.0, None)
            begin = max(begin, journal.written.position)
            sound = blocks(
                pieces,
                begin,
                lambda error: self._mouth.say("trouble", what=str(error)),
                stop=stop,
                gap=journal.lose,
            )
            engine = self._engine(job["engine"])

            def begin_one(at: float) -> bool:
                engine.ready()  # one that cannot be loaded begins nothing
                return journal.begin(at)

            for heard in listen(
                sound,
                engine,
                settings,
                start=begin,
                gain_db=last.gain_db if last else None,
                gate=begin_one,
                progress=moved,
                final=job["final"],
            ):
                journal.finish(as_row(heard))
                told.append(self._tell(from_row(as_row(heard)), writer))
                if 0 < job.get("recycle", 0) < resident():
                    raise SystemExit(0)
            for low, high in journal.lost:
                self._mouth.say("lost", start=low, end=high)
        if job.get("voices") and settings.within is None and all(len(one.files) == 1 for one in pieces):
            self._who(job, pieces, told, writer)
        self._mouth.say("done", id=job["id"], seconds=round(end, 3))

    def _tell(self, heard: Heard, writer: Writer) -> Told:
        row = as_row(heard)
        row.pop("words")
        segments = writer.write(heard)
        self._mouth.say("utterance", row=row, segments=segments)
        while writer.complaints:
            self._mouth.say("trouble", what=writer.complaints.pop(0))
        return Told(heard, tuple((one["id"], one["start"], one["end"]) for one in segments))

    def _who(self, job: Mapping[str, Any], pieces: Sequence[Piece], told: Sequence[Told], writer: Writer) -> None:
        try:
            self._voices.tell(job, pieces, told, writer, self._mouth.say)
        except Exception as error:  # noqa: BLE001 - the text is safe, and nothing that goes wrong here may cost it
            why = str(error) if isinstance(error, RoomctlError) else f"{type(error).__name__}: {error}"
            self._mouth.say(
                "trouble",
                what=tr(f"发言人没有按声音区分：{why}", f"speakers were not told apart by their voices: {why}"),
            )

    def _engine(self, wanted: Mapping[str, Any]) -> "Later":
        if self._loaded is None or self._loaded[0] != wanted:
            self._loaded = None  # let go of the old model's memory first
            entry, model, options = wanted["entry"], Path(wanted["model"]), wanted["options"]
            self._loaded = (wanted, Later(lambda: engines.load(entry, model, options)))
            self._mouth.say("loaded", sha256=engines.weights_sha256(model))
        return self._loaded[1]


@contextlib.contextmanager
def stdout_for_messages() -> Iterator[IO[str]]:
    """Where messages go. Native libraries print where they like: they get stderr, nobody but us the real stdout."""
    real = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(real, "w", encoding="utf-8") as out:
        yield out


def main() -> int:
    """Reads jobs until stdin closes, or whoever started it ends."""
    end_with(os.getppid())
    give_way(NICER)
    few_arenas(1)  # its threads hardly ever ask at once
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's small products: two threads wait more than they do
    with stdout_for_messages() as out:
        mouth = Mouth(out)
        worker = Worker(mouth)
        for line in sys.stdin:
            job = None
            try:
                job = json.loads(line)
                worker.do(job)
            except RoomctlError as error:
                mouth.say("failed", id=job["id"] if job else None, what=error.what, why=error.why, mend=error.mend)
            except (ValueError, KeyError, TypeError) as error:
                known = job.get("id") if isinstance(job, dict) else None
                why = f"{type(error).__name__}: {error}"
                mouth.say(
                    "failed", id=known, what=tr("不是可以做的任务", "not a job that can be done"), why=why, mend=""
                )
            except (BrokenPipeError, KeyboardInterrupt):
                break
    return 0


if __name__ == "__main__":
    sys.exit(main())
