"""Which microphone really is at which channel: by how each hears each loudspeaker."""

from collections.abc import Sequence
from dataclasses import dataclass

MILLISECOND, DECIBEL = 0.001, 1.0
"""A difference of either counts the same: 34 cm of way, or the ripple of two measurements."""
CLEAR = 9.0
"""By how much (squared, of the units above) the better order has to be better: three of them."""


UNLIKE = 100.0
"""Where one of the two does not hear the loudspeaker at all."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How one microphone hears one loudspeaker: seconds after it was played, and dB. Seconds None: not at all."""

    seconds: float | None
    level: float


def order(now: Sequence[Sequence[Heard]], baseline: Sequence[Sequence[Heard]]) -> tuple[int, ...]:
    """For each channel the one of the baseline whose microphone is there now; `(0, 1, 2)` where nothing is swapped.

    For each loudspeaker the microphones are compared by arrival and level, each less the mean of all: buffers change
    from run to run, and a turned knob is no other microphone. Two are exchanged while that brings all nearer to the
    baseline by more than `CLEAR`; what is not clear stays as it is.

    Args:
        now, baseline: for each loudspeaker, each microphone. Same shape.

    """
    count = len(now[0]) if now else 0
    cost = [[0.0] * count for _ in range(count)]
    for new, old in zip(now, baseline, strict=True):
        fresh, known = _centred(new), _centred(old)
        for here in range(count):
            for there in range(count):
                cost[here][there] += _difference(fresh[here], known[there])
    found = list(range(count))
    while (better := _best_exchange(found, cost)) is not None:
        one, other = better
        found[one], found[other] = found[other], found[one]
    return tuple(found)


def nearest(now: Sequence[Sequence[Heard]]) -> tuple[int | None, ...]:
    """For each microphone the loudspeaker that it hears first; None where it hears none."""

    def first(microphone: int) -> int | None:
        known = {at: one for at, row in enumerate(now) if (one := row[microphone].seconds) is not None}
        return min(known, key=lambda at: known[at], default=None)

    return tuple(first(microphone) for microphone in range(len(now[0]) if now else 0))


def _difference(one: Heard, other: Heard) -> float:
    if one.seconds is None or other.seconds is None:
        return 0.0 if one.seconds is other.seconds else UNLIKE
    seconds, level = (one.seconds - other.seconds) / MILLISECOND, (one.level - other.level) / DECIBEL
    return seconds**2 + level**2


def _best_exchange(found: Sequence[int], cost: Sequence[Sequence[float]]) -> tuple[int, int] | None:
    best, gain = None, CLEAR
    for one in range(len(found)):
        for other in range(one):
            before = cost[one][found[one]] + cost[other][found[other]]
            after = cost[one][found[other]] + cost[other][found[one]]
            if before - after > gain:
                best, gain = (one, other), before - after
    return best


def _centred(row: Sequence[Heard]) -> Sequence[Heard]:
    heard = [(one.seconds, one.level) for one in row if one.seconds is not None]
    if not heard:
        return row
    seconds, level = sum(one for one, _ in heard) / len(heard), sum(one for _, one in heard) / len(heard)
    return [one if one.seconds is None else Heard(one.seconds - seconds, one.level - level) for one in row]
