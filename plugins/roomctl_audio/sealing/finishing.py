"""The near side of the finisher: asks it, and starts it again when it dies."""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from roomctl.api import Damaged, tr
from roomctl.api.process import guarded
from roomctl_audio.sound.layout import Layout

DEATHS = 3
"""In a row, over one request, after which it is given up: something in the request kills it."""
FIRST_PAUSE = 0.05
PATIENCE_SECONDS = 120.0
"""Without an answer to a request; one that hangs longer is killed and asked again (`Watchdog`: patience)."""
SLOWEST = 1_000_000
"""Bytes of a file for which it has a second more."""


def sweep(folder: Path, pid: str = "*") -> None:
    """Removes half-made files of a finisher that died; what they were made of is still in the part."""
    for path in folder.glob(f".t*.flac.{pid}.tmp"):
        path.unlink(missing_ok=True)


def sealing(
    part: str, seq: int, layout: Layout, titles: Sequence[tuple[int, str]], levels_from: int | None
) -> dict[str, Any]:
    """The request to seal a part. Args: levels_from: its first frame, where the finisher is to tell its levels."""
    return {
        "do": "seal",
        "part": part,
        "seq": seq,
        "tracks": layout.tracks,
        "bits": layout.bits,
        "rate": layout.rate,
        "titles": titles,
        "levels_from": levels_from,
    }


class Finisher:
    """One finisher process for one folder; a request that it died over is asked again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._child: subprocess.Popen[str] | None = None
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Starts it ahead of the first request, so that its libraries are loaded by then."""
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", "roomctl_audio.sealing.finisher", str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer, `{"error": …}` included. Raises: Damaged, where it died over it again and again."""
        for death in range(DEATHS):
            if death:
                self._closed.wait(FIRST_PAUSE * 2**death)
            self.start()
            said = self._exchange(json.dumps(request) + "\n", self._patience(request))
            if said:
                return dict(json.loads(said))
            self._bury()
        raise Damaged(
            tr(f"无法封存 {request.get('part') or request.get('path')}", f"cannot finish {dict(request)}"),
            tr(f"编码进程连续 {DEATHS} 次中断", f"the finisher died {DEATHS} times over it"),
            tr("声音仍在 .part 文件中", "the sound is still there"),
        )

    def _patience(self, request: Mapping[str, Any]) -> float:
        try:
            size = (self._folder / str(request.get("part") or request.get("path"))).stat().st_size
        except OSError:
            size = 0
        return PATIENCE_SECONDS + size / SLOWEST

    def _exchange(self, text: str, patience: float) -> str:
        child = self._child
        assert child is not None  # noqa: S101 - just started
        assert child.stdin is not None  # noqa: S101
        assert child.stdout is not None  # noqa: S101
        try:
            with guarded(child, patience):
                child.stdin.write(text)
                child.stdin.flush()
                said = child.stdout.readline()
        except OSError:
            return ""
        return said if said.endswith("\n") else ""

    def _bury(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                continue  # what could not be flushed into a dead child
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        sweep(self._folder, str(child.pid))

    def close(self) -> None:
        """Ends it. Idempotent."""
        self._closed.set()
        self._bury()
