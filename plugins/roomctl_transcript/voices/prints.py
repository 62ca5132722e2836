"""Voice prints of what was said: one of each window of speech, kept on disk, so that none is made twice."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roomctl_transcript.audio import RATE, Block
from roomctl_transcript.cutting import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

LONG, HOP = 1.5, 0.75
"""Seconds of one window, and between two: what the model's makers use for telling speakers apart."""
SHORTEST = 0.4
"""Seconds; less has no voice."""
JOINED = 0.25
"""Seconds of quiet inside one stretch, at most: nobody takes the floor in so little."""
LEVEL = 0.1
"""Root mean square that each utterance is brought to; far below it the model takes quiet for silence."""
BATCH = 8
"""Windows of one call; more take memory and no less time."""
SCALE = 127.0
"""The largest component of a vector, kept as a byte; a cosine is off by some thousandths."""


@dataclass(frozen=True, slots=True)
class Print:
    """The voice of one window.

    Attributes:
        start, end: seconds from the recording's start; stretch: where the speech begins that it is a part of.
        vector: as `pack` makes it.

    """

    start: float
    end: float
    stretch: float
    vector: str

    @property
    def filled(self) -> float:
        """How much of a window it is, 0 to 1."""
        return min(1.0, (self.end - self.start) / LONG)

    def as_row(self) -> list[Any]:
        """For the journal."""
        return [round(self.start, 3), round(self.end, 3), round(self.stretch, 3), self.vector]


def windows(speech: Sequence[Span]) -> Iterator[tuple[float, Span]]:
    """(beginning of the stretch, window): each stretch without a pause covered evenly."""
    stretches: list[Span] = []
    for run in speech:
        if stretches and run.start - stretches[-1].end <= JOINED:
            stretches[-1] = Span(stretches[-1].start, run.end)
        else:
            stretches.append(run)
    for one in stretches:
        if one.seconds < SHORTEST:
            continue
        steps = max(0, -int(-(one.seconds - LONG) // HOP))
        first_to_last = max(0.0, one.seconds - LONG)
        for step in range(steps + 1):
            start = one.start + (first_to_last * step / steps if steps else 0.0)
            yield one.start, Span(start, min(start + LONG, one.end))


def prints(
    blocks: Iterable[Block], speech: Iterable[Sequence[Span]], model: "Callable[[Vectors], Vectors]", start: float
) -> Iterator[tuple[Span, list[Print]]]:
    """Utterance by utterance, in order: where it lies, and its prints. Memory is one block and one utterance.

    Args:
        blocks: sound from `start` seconds on; speech: where somebody speaks, by utterance, from there on.

    """
    import numpy as np  # noqa: PLC0415 - only in the worker

    coming = iter(blocks)
    pcm, at = np.zeros(0, np.float32), start
    for group in speech:
        lower, upper = group[0].start, group[-1].end
        while at + len(pcm) / RATE < upper and (block := next(coming, None)) is not None:
            gone = min(len(pcm), max(0, int((lower - at) * RATE)))
            pcm, at = np.concatenate([pcm[gone:], block.pcm]), at + gone / RATE
        heard = pcm[max(0, int((lower - at) * RATE)) : max(0, int((upper - at) * RATE))]
        louder = np.float32(LEVEL / max(1e-6, float(np.sqrt(np.mean(np.square(heard))) if len(heard) else 0.0)))
        places = list(windows(group))
        cut = [
            _filled(pcm[max(0, int((one.start - at) * RATE)) : max(0, int((one.end - at) * RATE))] * louder)
            for _, one in places
        ]
        made = [model(np.stack(cut[i : i + BATCH])) for i in range(0, len(cut), BATCH)]
        yield (
            Span(lower, upper),
            [
                Print(one.start, one.end, stretch, pack(vector))
                for (stretch, one), vector in zip(places, (v for part in made for v in part), strict=True)
            ],
        )


def _filled(pcm: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """A window of full length: what is shorter is said again."""
    import numpy as np  # noqa: PLC0415

    return np.resize(pcm, int(LONG * RATE)) if len(pcm) else np.zeros(int(LONG * RATE), np.float32)


def pack(vector: "Vectors") -> str:
    """A vector as text, its length left out: a byte a component, base64."""
    import numpy as np  # noqa: PLC0415

    largest = max(float(np.abs(vector).max()), 1e-6)
    return b64encode(np.rint(vector * (SCALE / largest)).astype(np.int8).tobytes()).decode()


def unpack(kept: Iterable[str]) -> "Vectors":
    """What `pack` was given, of unit length, shape (n, numbers)."""
    import numpy as np  # noqa: PLC0415

    made = np.stack([np.frombuffer(b64decode(one), np.int8) for one in kept]).astype(np.float32)
    made /= np.maximum(np.linalg.norm(made, axis=1, keepdims=True), np.float32(1e-6))
    return made


def of_rows(rows: Iterable[Mapping[str, Any]]) -> list[Print]:
    """All prints of a journal, in order."""
    return [Print(*one) for row in rows for one in row["prints"]]
