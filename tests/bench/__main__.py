"""All benchmarks, one after the other, each in a process of its own: a table, and docs/benchmarks.md.

    python -m tests.bench [--only NAME …] [--quick] [--lines FILE] [--write FILE]

A whole run in full size writes docs/benchmarks.md; another only where `--write` says. With `--lines` the figures are
kept in FILE as JSON lines, as each benchmark ends, and what this run does not measure is taken from there: so one
benchmark can be repeated and the rest stands, and a run that is broken off has lost nothing. What needs a part that
this machine lacks is named in the table with the mend.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from roomctl.host.platform import kill_session, new_session

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
NAMES = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))
LONGEST = 1800.0
"""Seconds of one benchmark; one that hangs does not cost the others."""

FOREWORD = """`python -m tests.bench` writes this page: every figure beside a named baseline of the same run, the
ratio of the two, and the goal. A goal is a promise to the user, or was set by the design; where it is for something
else than the ratio, its unit stands with it. How each is measured stands at the top of its file in tests/bench."""

Row = Mapping[str, Any]


def lines(name: str, *, quick: bool) -> Iterator[Row]:
    """What a benchmark tells, as it tells it. Nothing that it started outlives it."""
    argv = [sys.executable, "-m", f"tests.bench.{name}", *(["--quick"] if quick else [])]
    told = 0
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=complaints, text=True, cwd=ROOT, **new_session()
        ) as process,
    ):
        assert process.stdout is not None
        ended = threading.Timer(LONGEST, kill_session, (process,))  # what it started may hold the pipe as well
        ended.start()
        try:
            for line in process.stdout:
                with suppress(ValueError):
                    yield {**json.loads(line), "at": datetime.now(UTC).date().isoformat(), "quick": quick}
                    told += 1
            if process.wait() not in {0, 1, 2} or not told:
                complaints.seek(0)
                said = [line for line in complaints.read().splitlines() if line.strip()]
                why = f"ended with {process.returncode}: {said[-1] if said else ''}"
                yield {"bench": name, "name": "", "lacks": why}
        finally:
            ended.cancel()
            kill_session(process)


def machine() -> Mapping[str, str]:
    """Where it was measured."""
    system = platform.freedesktop_os_release()["PRETTY_NAME"] if sys.platform == "linux" else platform.platform()
    return {
        "CPU": _processor(),
        "Cores": f"{psutil.cpu_count(logical=False) or '?'} ({psutil.cpu_count()} logical)",
        "Memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "System": f"{system}, kernel {platform.release()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Load before the run": f"{os.getloadavg()[0]:.1f}",
    }


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def in_order(rows: Iterable[Row]) -> Sequence[Row]:
    """What is missed, what there is no figure of, what is met; each by its benchmark."""
    return sorted(rows, key=lambda row: (row.get("met", 0.5), NAMES.index(row["bench"])))


def cells(row: Row) -> tuple[str, ...]:
    """Benchmark, what (which), reached, goal, ratio, baseline."""
    if "lacks" in row:
        return row["bench"], row["name"], f"no figure: {row['lacks']}", "", "", ""
    what = f"{row['what']} ({row['case']})" if row["case"] else row["what"]
    ratio = "" if row["ratio"] is None else f"{row['ratio']:g}"
    return row["bench"], what, f"{row['reached']:g} {row['unit']}".rstrip(), row["goal"], ratio, row["baseline"]


HEADS = ("benchmark", "what", "reached", "goal", "ratio", "baseline of the same run")


def table(rows: Iterable[Row]) -> Table:
    made = Table(*HEADS, "met")
    for row in in_order(rows):
        met = row.get("met")
        made.add_row(*cells(row), "–" if met is None else "yes" if met else "NO", style=None if met else "bold")
    return made


def page(rows: Sequence[Row], where: Mapping[str, str]) -> str:
    """docs/benchmarks.md: what is missed stands first."""
    days = sorted({row["at"] for row in rows if "at" in row})
    quick = any(row.get("quick") for row in rows)
    parts = [
        "# Benchmarks",
        FOREWORD,
        f"Measured on {' to '.join(dict.fromkeys((days[0], days[-1]))) if days else 'no day'}"
        + (", **in small sizes (`--quick`): these figures prove that it runs, nothing more**." if quick else "."),
        _markdown(("machine", ""), where.items()),
    ]
    kinds = (
        ("Goals that are not met", [row for row in rows if row.get("met") is False]),
        ("No figure", [row for row in rows if "lacks" in row]),
        ("Goals that are met", [row for row in rows if row.get("met")]),
    )
    for head, some in kinds:
        parts.append(f"## {head}")
        parts.append(_markdown(HEADS, map(cells, in_order(some))) if some else "None.")
    return "\n\n".join(parts) + "\n"


def _markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    made = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in made)


def kept(file: Path | None) -> list[Row]:
    """Figures of an earlier run."""
    if file is None or not file.exists():
        return []
    told = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [row for row in told if row["bench"] in NAMES]


def renewed(rows: Iterable[Row], name: str, measured: Iterable[Row]) -> list[Row]:
    """With the figures of one benchmark in the place of its earlier ones."""
    return [*(row for row in rows if row["bench"] != name), *measured]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", action="append", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    options.add_argument("--quick", action="store_true", help="small sizes: a look whether all of it works")
    options.add_argument("--lines", type=Path, help="keeps the figures, and gives those that are not measured anew")
    options.add_argument("--write", type=Path, help="the page, instead of docs/benchmarks.md")
    asked = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # with what it has started
    names, where = asked.only or NAMES, machine()
    rows, say = kept(asked.lines), Console(stderr=True)
    for name in names:
        began, measured = time.monotonic(), []
        for row in lines(name, quick=asked.quick):
            measured.append(row)
            say.print("  ", *(cell for cell in cells(row)[1:4] if cell), markup=False, highlight=False)
        say.print(f"{name}: {time.monotonic() - began:.0f} s", markup=False)
        rows = renewed(rows, name, measured)
        if asked.lines:
            told = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            asked.lines.write_text(told, encoding="utf-8")
    Console().print(table(rows))
    whole = {row["bench"] for row in rows} == set(NAMES) and not any(row.get("quick") for row in rows)
    if target := asked.write or (PAGE if whole else None):
        target.write_text(page(rows, where), encoding="utf-8")
        say.print(f"written: {target}", markup=False)
    return int(any(row.get("met") is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
