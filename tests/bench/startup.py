"""`roomctl --help` against a typer app that lists the same commands with empty bodies, each as a whole process.

python -m tests.bench.startup [--rounds 15]
"""

import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import typer.main

from roomctl.cli.main import app
from tests.bench import Bench, Goal

BENCH = Bench(
    __file__, {"help": Goal("`roomctl --help`", "<=", 1.5, "×", "typer app of the same commands with empty bodies")}
)


def baseline(folder: Path) -> Path:
    """A script with the same names and helps, and nothing in them."""
    root = typer.main.get_command(app)
    root.listing = True
    lines = ["import typer", "app = typer.Typer(add_completion=False, rich_markup_mode=None)"]
    for name in root.list_commands(None):
        help_text = root.get_command(None, name).help
        lines += [f"@app.command({name!r}, help={help_text!r})", f"def c_{name.replace('-', '_')}(): pass"]
    script = folder / "baseline.py"
    script.write_text("\n".join([*lines, "app()"]), encoding="utf-8")
    return script


def seconds(argv: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def main(rounds: int) -> None:
    ours = [str(Path(sysconfig.get_path("scripts"), "roomctl")), "--help"]
    with tempfile.TemporaryDirectory() as folder:
        bare = [sys.executable, str(baseline(Path(folder))), "--help"]
        pairs = [(seconds(ours), seconds(bare)) for _ in range(rounds + 1)][1:]
    BENCH.tell(
        "help",
        statistics.median(one / other for one, other in pairs),
        ours_s=round(statistics.median(one for one, _ in pairs), 4),
        baseline_s=round(statistics.median(other for _, other in pairs), 4),
    )


if __name__ == "__main__":
    BENCH.run(main, __doc__, rounds=(15, 5))
