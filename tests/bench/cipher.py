"""Enciphering a package against the plain tool, in the same run.

Run: `python -m tests.bench.cipher [--mb 256] [--dir FOLDER]`. One JSON line: `ratio` of time on the wall, `cpu_ratio`
of user and system time. The baseline is `openssl enc -sm4-ctr -pbkdf2` of a file of the same bytes, not authenticated
and not synced; ours makes a tar, authenticates every part, and syncs.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from roomctl_archive.enciphered import decipher, encipher

WORDS = "河边 的 第七 把 椅子 没人坐"
MIB = 1 << 20
GOAL = 0.8


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mb", type=int, default=256)
    options.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()))
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.dir) as folder:
        print(json.dumps(measure(Path(folder), asked.mb)))


def measure(home: Path, size: int) -> dict[str, object]:
    """Seconds and ratios for so many MiB of real bytes."""
    package = home / "package"
    package.mkdir()
    with (package / "sound.flac").open("wb") as out:
        for _ in range(size):
            out.write(os.urandom(MIB))
    tool = shutil.which("openssl")
    assert tool, "no openssl on the path"
    command = [tool, "enc", "-sm4-ctr", "-pbkdf2", "-pass", "pass:x", "-in", str(package / "sound.flac")]
    plain = timed(lambda: subprocess.run([*command, "-out", str(home / "plain.enc")], check=True))
    ours = timed(lambda: encipher([package], home / "ours.rcp", WORDS))
    back = timed(lambda: decipher(home / "ours.rcp", home / "back", WORDS))
    assert (home / "back/package/sound.flac").stat().st_size == size * MIB
    return {
        "bench": "cipher",
        "mib": size,
        "baseline": "openssl enc -sm4-ctr",
        "seconds": {"openssl": plain[0], "encrypt": ours[0], "open": back[0]},
        "mib_per_second": round(size / ours[0], 1),
        "ratio": round(plain[0] / ours[0], 2),
        "cpu_ratio": round(plain[1] / ours[1], 2),
        "open_cpu_ratio": round(plain[1] / back[1], 2),
        "goal": GOAL,
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall, and of user and system time, of this process and its children."""
    before, began = os.times(), time.perf_counter()
    work()
    after = os.times()
    return round(time.perf_counter() - began, 3), round(sum(after[:4]) - sum(before[:4]), 3)


if __name__ == "__main__":
    main()
