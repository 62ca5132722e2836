"""Where somebody speaks, and where to cut: pure functions over the probabilities of voice activity."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW = 512
"""Frames of one probability: 32 ms at 16 kHz, fixed by the Silero model."""
STEP = WINDOW / 16_000
WARM_UP = 32
"""Windows before a block that the model hears first, because its state begins empty: about a second."""

ON, OFF = 0.5, 0.35
"""Speech begins above the first and ends below the second: the model's published values."""
SHORT_PAUSE = 0.1
"""Seconds of quiet that end a run: enough for a cut between two syllables that is not heard."""
SHORTEST = 0.1
"""Seconds; shorter runs are clicks."""
PAD = 0.2
"""Seconds kept before and after: the model is late at soft beginnings and endings."""
END_PAUSE = 0.3
"""Seconds of pause at which an utterance may end."""
LONG_PAUSE = 1.5
"""Seconds of pause at which it must."""


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds from the start of the recording."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


class VoiceActivity:
    """Silero's model over consecutive blocks, its context carried over."""

    def __init__(self) -> None:
        from faster_whisper.vad import get_vad_model  # noqa: PLC0415 - loads onnxruntime, only in the worker

        self._model = get_vad_model()

    def __call__(
        self, pcm: "NDArray[np.float32]", before: "NDArray[np.float32] | None" = None
    ) -> "NDArray[np.float32]":
        """Probability of speech per window of `pcm`; `before` is what was heard just before, for the state."""
        import numpy as np  # noqa: PLC0415 - only in the worker

        windows = -(-len(pcm) // WINDOW)
        if not windows:
            return np.zeros(0, np.float32)
        lead = WARM_UP if before is not None and len(before) >= WARM_UP * WINDOW else 0
        heard = np.concatenate([before[-lead * WINDOW :], pcm]) if lead and before is not None else pcm
        heard = np.pad(heard, (0, -len(heard) % WINDOW))
        return np.asarray(self._model(heard), np.float32).reshape(-1)[lead : lead + windows]


def runs(probabilities: Iterable[float], start: float = 0.0, *, pause: float = SHORT_PAUSE) -> list[Span]:
    """Stretches of speech without a pause, with hysteresis."""
    found: list[Span] = []
    began: int | None = None
    quiet: int | None = None
    at = -1
    for at, value in enumerate(probabilities):
        if began is None:
            if value >= ON:
                began, quiet = at, None
        elif value >= ON:
            quiet = None
        elif value < OFF:
            quiet = at if quiet is None else quiet
            if (at - quiet) * STEP >= pause:
                found.append(Span(start + began * STEP, start + quiet * STEP))
                began = None
    if began is not None:
        found.append(Span(start + began * STEP, start + (at + 1 if quiet is None else quiet) * STEP))
    return [run for run in found if run.seconds >= SHORTEST]


def utterances(speech: Sequence[Span], longest: float) -> list[tuple[Span, ...]]:
    """Packs runs into utterances of at most `longest` seconds, cut at the longest pauses.

    Runs are joined while they fit; an utterance that would grow too long is cut at its longest pause of at least
    `END_PAUSE`, counted from a third of its length on, else between the last two runs. A run longer than
    `longest` stays whole here: see `split`.
    """
    packed: list[tuple[Span, ...]] = []
    held: list[Span] = []
    for run in speech:
        if held and run.start - held[-1].end >= LONG_PAUSE:
            packed.append(tuple(held))
            held = []
        while held and run.end - held[0].start > longest:
            cut = _best_cut([*held, run], longest)
            packed.append(tuple(held[:cut]))
            held = held[cut:]
        held.append(run)
    if held:
        packed.append(tuple(held))
    return packed


def _best_cut(held: Sequence[Span], longest: float) -> int:
    """Index of the run before which to cut."""
    pauses = [(held[i].start - held[i - 1].end, i) for i in range(1, len(held))]
    late = [(gap, i) for gap, i in pauses if held[i - 1].end - held[0].start >= longest / 3 and gap >= END_PAUSE]
    return max(late or pauses[-1:])[1]


def split(
    run: Span, probabilities: "Sequence[float] | NDArray[np.float32]", start: float, longest: float
) -> list[Span]:
    """A run longer than `longest`, cut at its least voiced windows, so that no piece is longer than that."""
    if run.seconds <= longest:
        return [run]
    low = int((run.start + longest / 2 - start) / STEP)
    high = int((run.start + longest - start) / STEP)
    window = list(probabilities[low:high])
    if not window:
        middle = run.start + longest
    else:
        middle = start + (low + min(range(len(window)), key=window.__getitem__)) * STEP
    return [Span(run.start, middle), *split(Span(middle, run.end), probabilities, start, longest)]
