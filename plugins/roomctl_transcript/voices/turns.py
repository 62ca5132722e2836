"""How many voices there are, and which one each window of speech belongs to: agglomerative clustering that is tuned
by the recording itself.

Two windows of one voice are as alike as the sound allows: in a dry room more, in a noisy one less. So what two
groups have in common is set against what each of them has within itself, and 1 means: no way to tell them apart.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Labels = NDArray[np.int64]

PIECE = 4
"""Windows that are grouped as one to begin with, at most: under 4 s without a pause, seldom of two people."""
MOST_PIECES = 3000
"""Pieces that are compared with each other (a working day has more); what is left goes to the nearest voice."""
ALIKE = 0.72
"""Likeness above which a group too small to be judged joins another."""
OTHER = 0.80
"""Likeness of two large groups below which they are two people."""
SAME = 0.875
"""Likeness above which they are one; between the two it depends on the gap."""
GAP = 3.0
"""Distance of two groups in standard deviations that makes them two people. One voice, cut in half, shows 2.7."""
LARGE = (4, 8.0)
"""Pieces and windows from which on a group is large enough to be judged by its gap."""
SMALLEST = 3.0
"""Windows (about 2 s); whoever speaks less is counted to the nearest voice."""
SWITCH, SWITCH_IN_PAUSE = 0.15, 0.05
"""Cosine that a change of voice costs, so that one odd window, or one word between pauses, is no change."""
USUAL = 0.7
"""Likeness of windows of one voice where the recording is too short to show its own."""
NEVER = -9.0


@dataclass
class _Group:
    """Pieces taken for one voice so far.

    Attributes:
        total: sum of the vectors of their windows; windows: how many these are.

    """

    members: list[int]
    total: "Vectors"
    windows: float

    @property
    def large(self) -> bool:
        return len(self.members) >= LARGE[0] and self.windows >= LARGE[1]


def tell(vectors: "Vectors", stretches: "Labels", most: int, filled: "Vectors | float" = 1.0) -> "Labels":
    """The voice of each window, numbered from 0 in the order in which they are first heard.

    Args:
        vectors: shape (windows, n), unit length, in order of time, each window overlapping half of the one before.
        stretches: shape (windows,), rising; windows of the same stretch have no pause between them.
        most: people there can be at most.
        filled: shape (windows,), how much of each is speech, 0 to 1: a short word tells little of its voice.

    """
    import numpy as np  # noqa: PLC0415 - only in the worker

    if not len(vectors):
        return np.zeros(0, np.int64)
    piece = _pieces(stretches)
    sums = np.zeros((int(piece[-1]) + 1, vectors.shape[1]), np.float32)
    np.add.at(sums, piece, vectors)
    windows = np.bincount(piece).astype(np.float32)
    taken = np.sort(np.argsort(-windows, kind="stable")[:MOST_PIECES])
    groups = _Merging(sums[taken], windows[taken], _usual(vectors, piece)).groups()
    centres = _centres(groups, sums, max(1, most))
    pauses = np.diff(stretches, prepend=stretches[0]) > 0
    found = _path((vectors @ centres.T) * np.reshape(filled, (-1, 1)), np.where(pauses, SWITCH_IN_PAUSE, SWITCH))
    _, firsts, numbered = np.unique(found, return_index=True, return_inverse=True)
    order: Labels = np.argsort(np.argsort(firsts)).astype(np.int64)[numbered]
    return order


def _pieces(stretches: "Labels") -> "Labels":
    """Number of each window's piece: stretches cut in even parts of at most `PIECE` windows."""
    import numpy as np  # noqa: PLC0415

    made: list[int] = []
    count = 0
    for length in np.unique(stretches, return_counts=True)[1].tolist():
        parts = -(-length // PIECE)
        made += [count + at * parts // length for at in range(length)]
        count += parts
    return np.array(made, np.int64)


def _usual(vectors: "Vectors", piece: "Labels") -> float:
    """Mean cosine of two windows of one piece that do not overlap."""
    near = [float(a @ b) for a, b, i, j in zip(vectors, vectors[2:], piece, piece[2:], strict=False) if i == j]
    return max(0.1, sum(near) / len(near)) if near else USUAL


class _Merging:
    """The two groups with the highest mean cosine become one, unless they are two people; until nothing is left."""

    def __init__(self, sums: "Vectors", windows: "Vectors", usual: float) -> None:
        import numpy as np  # noqa: PLC0415

        self._sums, self._windows, self._usual = sums, windows, usual
        self._held = {
            at: _Group([at], total.copy(), float(count))
            for at, (total, count) in enumerate(zip(sums, windows, strict=True))
        }
        means = sums / windows[:, None]
        self._alike = (means @ means.T).astype(np.float32)
        np.fill_diagonal(self._alike, NEVER)
        self._open = self._alike.copy()  # without those that are known to be two people
        self._best = self._open.argmax(axis=1)

    def groups(self) -> list[_Group]:
        import numpy as np  # noqa: PLC0415

        rows = np.arange(len(self._best))
        while True:
            values = self._open[rows, self._best]
            one = int(values.argmax())
            other = int(self._best[one])
            if values[one] <= NEVER:
                return list(self._held.values())
            if self._two(self._held[one], self._held[other], float(values[one])):
                self._open[one, other] = self._open[other, one] = NEVER
                for row in (one, other):
                    self._best[row] = self._open[row].argmax()
            else:
                self._merge(one, other)

    def _merge(self, one: int, other: int) -> None:
        import numpy as np  # noqa: PLC0415

        into, gone = self._held[one], self._held.pop(other)
        share = into.windows / (into.windows + gone.windows)
        row = self._alike[one] * share + self._alike[other] * (1 - share)
        row[self._alike[one] <= NEVER] = NEVER
        row[[one, other]] = NEVER
        for table in (self._alike, self._open):
            table[one] = table[:, one] = row
            table[other] = table[:, other] = NEVER
        into.members += gone.members
        into.total += gone.total
        into.windows += gone.windows
        stale = np.flatnonzero((self._best == one) | (self._best == other))
        nearer = np.flatnonzero(row > self._open[np.arange(len(row)), self._best])
        self._best[nearer] = one
        for at in {one, other, *stale.tolist()}:
            self._best[at] = self._open[at].argmax()

    def _two(self, one: _Group, other: _Group, alike: float) -> bool:
        """Whether two groups are two people."""
        if not (one.large and other.large):
            return alike < ALIKE * self._usual
        likeness = alike / max(1e-3, self._within(one) * self._within(other)) ** 0.5
        return likeness < OTHER or (likeness < SAME and self._gap(one, other) > GAP)

    def _within(self, group: _Group) -> float:
        """Mean cosine of two windows of different pieces of a group."""
        sums, windows = self._sums[group.members], self._windows[group.members]
        pairs = float(group.windows**2 - (windows**2).sum())
        return max(0.0, float(group.total @ group.total - (sums**2).sum()) / pairs) if pairs else self._usual

    def _gap(self, one: _Group, other: _Group) -> float:
        """How far the pieces of two groups lie apart, in standard deviations, each piece judged by the others."""
        import numpy as np  # noqa: PLC0415

        sides = []
        for own, foreign in ((one, other), (other, one)):
            pieces = self._sums[own.members]
            near = _unit(own.total - pieces) - _unit(foreign.total)
            sides.append((_unit(pieces) * near).sum(axis=1))
        spread = float(np.sqrt((sides[0].var() + sides[1].var()) / 2))
        return float(sides[0].mean() + sides[1].mean()) / max(spread, 1e-3)


def _centres(groups: list[_Group], sums: "Vectors", most: int) -> "Vectors":
    """Unit vectors of at most `most` voices: those that speak long enough, the most alike joined while too many."""
    import numpy as np  # noqa: PLC0415

    kept = [group for group in groups if group.windows >= SMALLEST] or [max(groups, key=lambda one: one.windows)]
    totals = np.stack([group.total for group in kept])
    while len(totals) > most:
        alike = _unit(totals) @ _unit(totals).T
        np.fill_diagonal(alike, NEVER)
        one, other = divmod(int(alike.argmax()), len(totals))
        totals[one] += totals[other]
        totals = np.delete(totals, other, axis=0)
    nearest = (sums @ _unit(totals).T).argmax(axis=1)
    return _unit(
        np.stack([sums[nearest == at].sum(axis=0) if at in nearest else totals[at] for at in range(len(totals))])
    )


def _path(alike: "Vectors", prices: "Vectors") -> "Labels":
    """The likeliest voice of each window, where a change has its price.

    Args:
        alike: shape (windows, voices); prices: shape (windows,), of a change right before each.

    """
    import numpy as np  # noqa: PLC0415

    stays = np.arange(alike.shape[1])
    score, back = alike[0], []
    for row, price in zip(alike[1:], prices[1:], strict=True):
        best = int(score.argmax())
        change = score[best] - price > score
        back.append(np.where(change, best, stays))
        score = np.where(change, score[best] - price, score) + row
    path = [int(score.argmax())]
    for came in reversed(back):
        path.append(int(came[path[-1]]))
    return np.array(path[::-1], np.int64)


def _unit(vectors: "Vectors") -> "Vectors":
    import numpy as np  # noqa: PLC0415

    made: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
    return made
