"""What a kill costs a meeting that is being recorded: frames that were due and are not there, and how long it takes.

    python -m tests.bench.kills [--count 20]

The fault driver of the recorder's tests does it (`python -m tests.plugins.audio.faults`): numbered sound is played
into a real device; whoever takes part is killed at random moments, host and capture among them, and the
numbers tell to the frame what is missing. What the player played is what there was to be heard. Two or three minutes
in full size: four meetings at once, each of five kills.
"""

import random
import tempfile
from pathlib import Path

from tests.bench import Bench, Goal
from tests.plugins.audio import faults
from tests.plugins.audio.ordeal import VICTIMS
from tests.plugins.audio.sound import RATE

PLAYED = "the numbered frames that were played"
HEARS = {"capture", "source"}
"""Whose death is a moment in which nobody hears."""
BENCH = Bench(
    __file__,
    {
        "deaf": Goal("seconds lost by a kill of who hears, at most", "<=", 1.0, "s", PLAYED),
        "others": Goal("frames lost by a kill of anybody else, at most", "<=", 0, "", PLAYED),
        "faults": Goal("kills after which something was not as promised", "<=", 0, "", "kills"),
    },
    needs=("pulseaudio",),
)


def main(count: int, victims: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hits = faults.hosted(count, random.randrange(1 << 30), Path(folder), victims)
    for goal, among, unit in (("deaf", HEARS, RATE), ("others", set(VICTIMS) - HEARS, 1)):
        some = [hit for hit in hits if hit.victim in among]
        if some:
            lost = max(hit.lost for hit in some)
            back = sorted(hit.back for hit in some)
            BENCH.tell(
                goal, lost / unit, kills=len(some), frames=lost, back_s=[round(back[0], 1), round(back[-1], 1)]
            )
    bad = [hit for hit in hits if hit.faults]
    BENCH.tell(
        "faults",
        len(bad),
        ratio=len(bad) / len(hits),
        kills=len(hits),
        said=[f"{hit.victim}, seed {hit.seed}: {'; '.join(hit.faults)}" for hit in bad],
    )


if __name__ == "__main__":
    BENCH.run(main, __doc__, count=(20, 5), victims=(list(VICTIMS), ["host", "capture", "finisher", "watch"]))
