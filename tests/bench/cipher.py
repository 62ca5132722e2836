"""Enciphering a package against the plain tool, in the same run.

    python -m tests.bench.cipher [--mb 1024] [--dir FOLDER]

`cpu_ratio` is of user and system time. The baseline is `openssl enc -sm4-ctr -pbkdf2` of a file of the same bytes,
not authenticated and not synced; ours makes a tar, authenticates every part, and syncs. Ours also takes half a second
for scrypt, whatever the size: of little it is most of the time.
"""

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from roomctl_archive.enciphered import decipher, encipher

from tests.bench import Bench, Goal

WORDS = "河边 的 第七 把 椅子 没人坐"
MIB = 1 << 20
PLAIN = "openssl enc -sm4-ctr of the same bytes"
BENCH = Bench(
    __file__,
    {
        "encrypt": Goal("a package is enciphered", ">=", 0.8, "×", PLAIN),
        "open": Goal("it is opened again", ">=", 0.8, "×", PLAIN),
    },
    needs=("openssl",),
)


def main(mb: int, dir: Path) -> None:  # noqa: A002 - as the option is called
    with tempfile.TemporaryDirectory(dir=dir) as folder:
        measure(Path(folder), mb)


def measure(home: Path, size: int) -> None:
    """Seconds and ratios for so many MiB of real bytes."""
    package = home / "package"
    package.mkdir()
    with (package / "sound.flac").open("wb") as out:
        for _ in range(size):
            out.write(os.urandom(MIB))
    command = ["openssl", "enc", "-sm4-ctr", "-pbkdf2", "-pass", "pass:x", "-in", str(package / "sound.flac")]
    plain = timed(lambda: subprocess.run([*command, "-out", str(home / "plain.enc")], check=True))
    ours = timed(lambda: encipher([package], home / "ours.rcp", WORDS))
    back = timed(lambda: decipher(home / "ours.rcp", home / "back", WORDS))
    assert (home / "back/package/sound.flac").stat().st_size == size * MIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    for name, took in (("encrypt", ours), ("open", back)):
        BENCH.tell(
            name,
            plain[0] / took[0],
            mib=size,
            seconds=took[0],
            baseline_s=plain[0],
            cpu_ratio=round(plain[1] / took[1], 2),
            peak_rss_mib=peak,
        )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall, and of user and system time, of this process and its children."""
    before, began = os.times(), time.perf_counter()
    work()
    after = os.times()
    return round(time.perf_counter() - began, 3), round(sum(after[:4]) - sum(before[:4]), 3)


if __name__ == "__main__":
    BENCH.run(main, __doc__, mb=(1024, 32), dir=Path(tempfile.gettempdir()))
