"""Benchmarks: each compares with a named baseline of the same run, and tells one JSON line for each figure.

    python -m tests.bench [--quick] [--only NAME]     all of them, a table, docs/benchmarks.md
    python -m tests.bench.NAME [--quick]              one

A file here is a benchmark and has a `BENCH` with its goals; what several of them need stands in a folder below.
"""

import argparse
import json
import operator
import statistics
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from roomctl.testing.parts import missing

HOLDS: Mapping[str, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge}


def median(work: Callable[[], object], rounds: int) -> float:
    """Seconds of so many rounds, after one that does not count."""
    work()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached.

    Attributes:
        what: is measured.
        sign: `<=` or `>=`.
        limit: the goal itself, in `unit`.
        unit: of what is reached; `×` where that is the ratio to the baseline.
        baseline: what stands beside it in the same run; for a count, that of which it is one.

    """

    what: str
    sign: str
    limit: float
    unit: str
    baseline: str

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:g} {self.unit}".rstrip()

    def met(self, reached: float) -> bool:
        return HOLDS[self.sign](reached, self.limit)


@dataclass
class Bench:
    """The goals of one file, and the way to tell what was reached.

    Attributes:
        goals: by a short name.
        needs: parts of the machine without which nothing is measured, as `roomctl.testing.parts` names them.
        told: names of the goals that have been told of.

    """

    file: str
    goals: Mapping[str, Goal]
    needs: tuple[str, ...] = ()
    missed: bool = False
    told: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return Path(self.file).stem

    def tell(self, goal: str, reached: float, *, ratio: float | None = None, case: str = "", **extra: object) -> None:
        """One JSON line.

        Args:
            goal: its short name.
            reached: in the goal's unit.
            ratio: to the baseline, where the goal is for something else than the ratio.
            case: which of several, such as a recording or a load.
            extra: figures that explain it.

        """
        aim = self.goals[goal]
        self.told.add(goal)
        met = aim.met(reached)
        self.missed |= not met
        of_baseline = reached if aim.unit == "×" else ratio
        print(
            json.dumps(
                {
                    "bench": self.name,
                    "name": goal,
                    "what": aim.what,
                    "case": case,
                    "reached": short(reached),
                    "unit": aim.unit,
                    "goal": str(aim),
                    "met": met,
                    "ratio": None if of_baseline is None else short(of_baseline),
                    "baseline": aim.baseline,
                    "extra": extra,
                },
                ensure_ascii=False,
            ),
            flush=True,
        )

    def lack(self, why: str, *names: str) -> None:
        """Says which figures there are not, and why; all that were not told of, where none is named."""
        for name in names or sorted(self.goals.keys() - self.told):
            self.told.add(name)
            print(json.dumps({"bench": self.name, "name": name, "lacks": why}, ensure_ascii=False), flush=True)

    def run(self, main: Callable[..., None], doc: str | None, **options: Any) -> None:
        """Ends the process: with 0, with 1 where a goal is missed, with 2 where a part is missing.

        Args:
            main: called with the options.
            doc: of the module.
            options: each becomes an option with this default; a pair is (default, default with `--quick`).

        """
        parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--quick", action="store_true", help="smaller sizes: a look whether it works")
        sizes = {name: one if isinstance(one, tuple) else (one, one) for name, one in options.items()}
        for name, (full, _) in sizes.items():
            _add(parser, "--" + name.replace("_", "-"), full)
        asked = vars(parser.parse_args())
        quick = asked.pop("quick")
        if why := [reason for part in self.needs if (reason := missing(part))]:
            self.lack("; ".join(why))
            sys.exit(2)
        try:
            main(**{name: size[quick] if asked[name] is None else asked[name] for name, size in sizes.items()})
        except Exception as error:  # noqa: BLE001 - the others of this run go on, and the table says so
            traceback.print_exc()
            self.lack(f"failed: {_short(error)}")
            sys.exit(2)
        self.lack("not measured in this run")
        sys.exit(int(self.missed))


def _short(error: Exception) -> str:
    """On one line; of a process that failed, the last that it said."""
    if isinstance(error, subprocess.CalledProcessError) and error.stderr:
        return str(error.stderr).strip().splitlines()[-1]
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _add(parser: argparse.ArgumentParser, flag: str, default: Any) -> None:
    if default is False:
        parser.add_argument(flag, action="store_true", default=None)
    elif isinstance(default, list):
        parser.add_argument(flag, nargs="+", type=type(default[0]), help=f"instead of {default}")
    else:
        parser.add_argument(flag, type=type(default), help=f"instead of {default}")


def short(value: float) -> float:
    """With three figures, or whole where it is large."""
    return float(f"{value:.3g}") if abs(value) < 1000 else round(value)
