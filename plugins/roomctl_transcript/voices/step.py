"""The worker's last step, when all text is safe: whose voice each sentence is, and sentences cut where it changes."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomctl.api import Damaged, tr
from roomctl_transcript.audio import Piece, blocks
from roomctl_transcript.journal import Journal
from roomctl_transcript.listen import Heard
from roomctl_transcript.sentences import Writer
from roomctl_transcript.voices import turns
from roomctl_transcript.voices.prints import Print, of_rows, pack, prints, unpack

if TYPE_CHECKING:
    from roomctl_transcript.voices.campplus import CamPlus
    from roomctl_transcript.voices.turns import Labels, Vectors

MOST = 20
"""Voices there can be, where no roster says how many people are expected."""
GUESTS = 2
"""Voices there can be more than the roster has people: not everybody who is called in stands on it."""
NEAR = 1.0
"""Seconds from a window of speech within which a word still belongs to it; an engine's times are off by as much."""


@dataclass(frozen=True, slots=True)
class Told:
    """An utterance and its sentences: (id, start, end) in seconds."""

    heard: Heard
    sentences: tuple[tuple[str, float, float], ...]


class Timeline:
    """Which voice is heard when."""

    def __init__(self, windows: Sequence[Print], labels: Sequence[int]) -> None:
        order = sorted(range(len(windows)), key=lambda at: windows[at].start)
        self._windows = [windows[at] for at in order]
        self._labels = [int(labels[at]) for at in order]
        self._middles = [(one.start + one.end) / 2 for one in self._windows]

    def at(self, second: float) -> int | None:
        """The voice of the window that is nearest; None where nobody speaks."""
        right = bisect_left(self._middles, second)
        near = [at for at in (right - 1, right) if 0 <= at < len(self._middles)]
        if not near:
            return None
        one = min(near, key=lambda at: abs(self._middles[at] - second))
        here = self._windows[one]
        return self._labels[one] if here.start - NEAR <= second <= here.end + NEAR else None

    def mostly(self, start: float, end: float) -> int | None:
        """The voice that has most of a sentence."""
        steps = max(1, round((end - start) / 0.1))
        heard = Counter(self.at(start + (step + 0.5) * (end - start) / steps) for step in range(steps))
        heard.pop(None, None)
        return heard.most_common(1)[0][0] if heard else None


class Voices:
    """Holds the model from one job to the next."""

    def __init__(self) -> None:
        self._loaded: tuple[Path, CamPlus] | None = None

    def tell(
        self,
        job: Mapping[str, Any],
        pieces: Sequence[Piece],
        told: Sequence[Told],
        writer: Writer,
        say: Callable[..., None],
    ) -> None:
        """Says whose voice each sentence is.

        Args:
            job: its `voices` names the model's folder and the journal of prints.
            told: the utterances with the sentences that were made of them.
            say: writes a message.

        Raises:
            Damaged: the model cannot be read.

        """
        spoken = [one.heard for one in told if one.heard.words and not one.heard.dropped]
        windows = self._prints(job, pieces, spoken, say)
        if not windows:
            return
        vectors = unpack(one.vector for one in windows)
        people = job["prior"]["people"]
        found = grouped(windows, vectors, len(people) + GUESTS if people else MOST)
        of, cut = _sentences(told, writer, Timeline(windows, found.tolist()))
        centres = [vectors[found == voice].mean(axis=0) for voice in range(int(found.max()) + 1)]
        say("voices", of=of, cut=cut, prints=[pack(one) for one in centres])

    def _prints(
        self, job: Mapping[str, Any], pieces: Sequence[Piece], spoken: Sequence[Heard], say: Callable[..., None]
    ) -> list[Print]:
        folder = Path(job["voices"]["model"])
        with Journal(Path(job["voices"]["journal"]), f"{folder.name} {job['settings'].get('off')}") as journal:
            done = journal.written.position
            made = of_rows(journal.written.utterances)
            left = [heard.speech for heard in spoken if heard.start >= done]
            if left:
                begin = left[0][0].start
                sound = blocks(pieces, begin, lambda _: None)  # what cannot be read has been told with the text
                for span, more in prints(sound, left, self._model(folder), begin):
                    rows = [one.as_row() for one in more]
                    journal.finish({"start": span.start, "next": span.end, "prints": rows})
                    made += more
                    say("progress", seconds=round(span.end, 2))  # a sign of life
        return made

    def _model(self, folder: Path) -> "CamPlus":
        from roomctl_transcript.voices.campplus import CamPlus  # noqa: PLC0415 - only where it is installed

        if self._loaded is None or self._loaded[0] != folder:
            path = next(iter(sorted(folder.glob("*.pt"))), None)
            if path is None:
                raise Damaged(
                    tr(f"{folder.name} 里没有声纹模型", f"no speaker model in {folder.name}"),
                    mend=f"roomctl models verify {folder.name}",
                )
            self._loaded = (folder, CamPlus(path))
        return self._loaded[1]


def grouped(windows: Sequence[Print], vectors: "Vectors", most: int) -> "Labels":
    """The voice of each window, shape (windows,), of at most that many."""
    import numpy as np  # noqa: PLC0415 - only in the worker

    changes = [one.stretch != two.stretch for one, two in pairwise(windows)]
    filled = np.array([one.filled for one in windows], np.float32)
    return turns.tell(vectors, np.cumsum([0, *changes]), most, filled)


def _sentences(
    told: Sequence[Told], writer: Writer, line: Timeline
) -> tuple[dict[str, int], dict[str, list[dict[str, Any]]]]:
    """The voice of each sentence by its id, and the parts of those that are cut."""
    of: dict[str, int] = {}
    cut: dict[str, list[dict[str, Any]]] = {}
    for one in told:
        if one.heard.dropped or not one.sentences:
            continue
        voices = [line.at((word.start + word.end) / 2) for word in one.heard.words]
        parts: dict[str, list[dict[str, Any]]] = {}
        if len(set(voices) - {None}) > 1:
            parts = writer.cut(one.heard, [name for name, _, _ in one.sentences], voices)
            cut |= parts
        whole = [sentence for sentence in one.sentences if sentence[0] not in parts]
        pieces = [(row["id"], row["start"], row["end"]) for rows in parts.values() for row in rows]
        for name, start, end in (*whole, *pieces):
            if (voice := line.mostly(start, end)) is not None:
                of[name] = voice
    return of, cut
