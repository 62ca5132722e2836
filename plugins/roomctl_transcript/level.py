"""Brings quiet speech to a working level. Meeting microphones are often at −40 to −48 dB RMS.

Only the copy for the engine is touched, never the master. The gain follows speech, slowly; noise alone, however
long, does not raise it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TARGET_DB = -23.0
"""RMS of speech in dBFS; the level of programme material by EBU R 128."""
MOST_DB, LEAST_DB = 36.0, -12.0
FRAME = 0.032
"""Seconds; a window of the voice activity model."""
LIFT_DB = 9.0
"""Speech stands out of the room's noise by at least this much; steady noise stays within a few dB."""
STEP = 0.5
"""Share of the way to the new gain that is taken with each block of half a minute."""
SILENCE_DB = -75.0
"""Below it there is only the converter's own noise."""


class Leveller:
    """Slow gain over consecutive blocks.

    Attributes:
        gain_db: of the latest block; None before any speech was heard. It is kept in the journal.

    """

    def __init__(self, gain_db: float | None = None) -> None:
        self.gain_db = gain_db

    def __call__(self, pcm: "NDArray[np.float32]", rate: int) -> "NDArray[np.float32]":
        """The block at working level, limited at full scale; its length stays."""
        import numpy as np  # noqa: PLC0415 - only in the worker

        wanted, before = wanted_gain(pcm, rate), self.gain_db
        if wanted is not None:
            self.gain_db = wanted if before is None else before + STEP * (wanted - before)
        if self.gain_db is None:
            return pcm
        ramp = np.linspace(self.gain_db if before is None else before, self.gain_db, len(pcm), dtype=np.float32)
        return np.clip(pcm * 10 ** (ramp / 20), -1.0, 1.0).astype(np.float32)


def amplified(pcm: "NDArray[np.float32]", gain_db: float | None) -> "NDArray[np.float32]":
    """By that gain, limited at full scale; as it is where there is none."""
    import numpy as np  # noqa: PLC0415 - only in the worker

    if gain_db is None:
        return pcm
    made: NDArray[np.float32] = np.clip(pcm * np.float32(10 ** (gain_db / 20)), -1.0, 1.0)
    return made


def wanted_gain(pcm: "NDArray[np.float32]", rate: int) -> float | None:
    """Gain in dB that brings what stands out of the noise to the target; None where nothing stands out."""
    import numpy as np  # noqa: PLC0415 - only in the worker

    size = int(FRAME * rate)
    count = len(pcm) // size
    if count < 2:  # noqa: PLR2004 - nothing to compare
        return None
    power = np.square(pcm[: count * size].astype(np.float64)).reshape(count, size).mean(axis=1)
    db = 10 * np.log10(power + 1e-12)
    floor = max(float(np.percentile(db, 10)), SILENCE_DB - LIFT_DB)
    loud = db > floor + LIFT_DB
    if loud.sum() * FRAME < 0.5 or float(np.percentile(db, 95)) < SILENCE_DB:  # noqa: PLR2004 - seconds: a cough
        return None
    level = 10 * np.log10(power[loud].mean())
    return float(np.clip(TARGET_DB - level, LEAST_DB, MOST_DB))
