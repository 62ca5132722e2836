"""Who speaks, where everybody has a microphone: each one hears the others too, later and duller.

A track counts where it is louder than its own noise, and louder than what comes over from those who speak. How much
comes over is learned for each pair of microphones while one of the two speaks alone; it is held for a while, so that
an echo or a delayed copy is nobody's speech. Levels are taken above each track's own noise, which rises and falls
with the gain of its microphone.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Levels = NDArray[np.float32]
    Active = NDArray[np.bool_]

REMEMBERED = 3000
"""Steps of 20 ms (a minute) that noise and cross-talk are learned from."""
QUIETEST = 1e-9
"""Mean square at −90 dBFS: below it is no noise, but a microphone that is shut."""
QUIET = 0.1
"""Share of the time in which nobody near a microphone speaks, at least: its noise is what it has then."""
APART = 12.0
"""Decibels by which a track's noise may set it off from the others: more is a fan beside it, not its gain."""
SPEECH = 10.0
"""Decibels above the noise from which on somebody speaks."""
CLEAR = 15.0
"""Decibels above the noise from which on cross-talk is learned."""
LEARNED = 25
"""Steps (0.5 s) that it takes to learn it."""
USUAL = -9.0
"""Decibels of cross-talk, where it is not learned yet."""
OVER = 6.0
"""Decibels above the cross-talk from which on a track speaks for itself."""
HELD, TAIL = 5, 20
"""Steps for which cross-talk is expected at full level, and those over which it falls."""
FALL = 2.0
"""Decibels a step, as sound falls in a room that reverberates for 0.6 s."""
SMOOTH = 3
"""Steps over which levels are averaged."""
GAP, SHORTEST = 20, 10
"""Steps that are bridged in one's speech, and the least that is speech: 0.4 and 0.2 s."""


class Talkers:
    """Called with powers block after block."""

    def __init__(self) -> None:
        self._before: Levels | None = None

    def __call__(self, powers: "Levels") -> "Active":
        """Whether each track speaks.

        Args:
            powers: mean squares, shape (steps, tracks), a step every 20 ms.

        Returns:
            Shape (steps, tracks).

        """
        import numpy as np  # noqa: PLC0415 - only in the worker

        heard = powers if self._before is None else np.concatenate([self._before, powers])
        self._before = heard[-REMEMBERED:]
        smooth = _smoothed(heard)
        noise = np.maximum(np.quantile(smooth, QUIET, axis=0), QUIETEST)
        above = 10 * np.log10(np.maximum(smooth, QUIETEST) / noise)
        usual = 10 * np.log10(noise)
        fair = np.clip(usual, np.median(usual) - APART, np.median(usual) + APART)
        levels = 10 * np.log10(np.maximum(smooth, QUIETEST)) - fair
        active = (above > SPEECH) & (levels > _copies(levels, _crosstalk(levels, above)) + OVER)
        return _steady(active)[-len(powers) :]


def _smoothed(powers: "Levels") -> "Levels":
    import numpy as np  # noqa: PLC0415

    total = np.cumsum(np.pad(powers, ((SMOOTH - SMOOTH // 2, SMOOTH // 2), (0, 0)), mode="edge"), axis=0, dtype=float)
    made: Levels = ((total[SMOOTH:] - total[:-SMOOTH]) / SMOOTH).astype(np.float32)
    return made


def _crosstalk(levels: "Levels", above: "Levels") -> "Levels":
    """Decibels by which each track (column) is below the one that speaks (row)."""
    import numpy as np  # noqa: PLC0415

    width = levels.shape[1]
    made = np.full((width, width), USUAL, np.float32)
    loudest = levels.argmax(axis=1)
    for one in range(width):
        alone = (loudest == one) & (above[:, one] > CLEAR)
        if np.count_nonzero(alone) >= LEARNED:
            made[one] = np.median(levels[alone] - levels[alone, one : one + 1], axis=0)
    return made


def _copies(levels: "Levels", crosstalk: "Levels") -> "Levels":
    """The level that comes over to each track from the loudest of the others, now or a while ago."""
    import numpy as np  # noqa: PLC0415

    held = levels.copy()
    for late in range(1, HELD + TAIL + 1):
        fallen = levels[:-late] - FALL * max(0, late - HELD)
        held[late:] = np.maximum(held[late:], fallen)
    made = np.full_like(levels, -np.inf)
    for one in range(levels.shape[1]):
        others = [other for other in range(levels.shape[1]) if other != one]
        made[:, others] = np.maximum(made[:, others], held[:, one : one + 1] + crosstalk[one, others])
    return made


def _steady(active: "Active") -> "Active":
    """Without gaps between syllables, and without clicks."""
    made = active.copy()
    for track in range(active.shape[1]):
        for begin, end in spans(~active[:, track]):
            if end - begin <= GAP and begin > 0 and end < len(active):
                made[begin:end, track] = True
        for begin, end in spans(made[:, track]):
            if end - begin < SHORTEST:
                made[begin:end, track] = False
    return made


def spans(flags: "Active") -> list[tuple[int, int]]:
    """Stretches of steps that are true, ends left out."""
    import numpy as np  # noqa: PLC0415

    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(begin), int(end)) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
