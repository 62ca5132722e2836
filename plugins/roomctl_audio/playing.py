"""Sealed sound for somebody's ears: a stretch of a segment as mono samples of 16 bits.

Decoding is done by a child process, `python -m roomctl_audio.playing`: a file that kills a decoder costs the host
nothing. One child serves everybody, keeps the files open that were asked for last, and ends when nobody asks.
"""

import json
import logging
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from roomctl.api.process import guarded

log = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
"""Without a question after which the child is let go of."""
PATIENCE_SECONDS = 15.0
"""A child that has not answered and is idle for so long hangs, and is ended."""
OPEN_FILES = 16
"""As many as the tracks of a recording."""
ARGV = [sys.executable, "-P", "-m", "roomctl_audio.playing"]


class Reader:
    """The child seen from the host. Safe to ask from several threads."""

    def __init__(self, argv: Sequence[str] = ARGV, *, idle: float = IDLE_SECONDS) -> None:
        self._argv, self._idle = argv, idle
        self._lock = threading.Lock()  # over what follows
        self._child: subprocess.Popen[bytes] | None = None
        self._end: threading.Timer | None = None

    def samples(self, files: Sequence[Path], at: int, frames: int) -> bytes:
        """The mean of the files from frame `at` on; what cannot be read is silence.

        Args:
            files: one per track, of the same length.

        Returns:
            `2 * frames` bytes, little-endian.

        """
        asked = json.dumps({"files": [str(file) for file in files], "at": at, "frames": frames}).encode() + b"\n"
        with self._lock:
            said = self._ask(asked)
        if len(said) < 2 * frames:
            log.warning("%s cannot be played from frame %d on", files[0] if files else "nothing", at + len(said) // 2)
        return said[: 2 * frames].ljust(2 * frames, b"\0")

    def _ask(self, asked: bytes) -> bytes:
        if self._end is not None:
            self._end.cancel()
        child = self._started()
        assert child.stdin is not None  # noqa: S101 - both were asked for
        assert child.stdout is not None  # noqa: S101
        said = b""
        try:
            with guarded(child, PATIENCE_SECONDS):
                child.stdin.write(asked)
                child.stdin.flush()
                size = int.from_bytes(child.stdout.read(4), "little")
                said = child.stdout.read(size)
        except OSError:
            log.warning("the process that reads sound has died")
        self._end = threading.Timer(self._idle, self.close)
        self._end.daemon = True
        self._end.start()
        return said

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._child is not None and self._child.poll() is not None:
            self._gone()
        if self._child is None:
            self._child = subprocess.Popen(self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._child

    def _gone(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        child.kill()
        child.wait()

    def close(self) -> None:
        """Ends the child. Idempotent; the next question starts another one."""
        with self._lock:
            if self._end is not None:
                self._end.cancel()
            self._gone()


reader = Reader()
"""For all recordings of this process."""


# --- the child ------------------------------------------------------------------------------------------------------


class _Files:
    """Those that were asked for last, open."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Any] = OrderedDict()

    def read(self, path: str, at: int, frames: int) -> Any:
        """As many frames as there are, shape (n,), int32."""
        import soundfile  # noqa: PLC0415 - only in the child

        if path not in self._open:
            self._open[path] = soundfile.SoundFile(path)
            if len(self._open) > OPEN_FILES:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(path)
        file = self._open[path]
        try:
            file.seek(min(at, file.frames))
            return file.read(frames, dtype="int32", always_2d=True)[:, 0]
        except Exception:
            self._open.pop(path).close()  # what it says next would be of no known place
            raise


def _answer(files: _Files, asked: dict[str, Any]) -> bytes:
    import numpy as np  # noqa: PLC0415 - only in the child

    from roomctl_audio.monitor import mean  # noqa: PLC0415
    from roomctl_audio.sound.pcm import pack  # noqa: PLC0415 - loads numpy

    heard = []
    for path in asked["files"]:
        with suppress(Exception):  # a track that cannot be read is one less; all of them, and it is silence
            heard.append(files.read(path, asked["at"], asked["frames"]))
    if not heard:
        return b""
    frames = max(map(len, heard))
    if len(heard) == 1:
        return pack(heard[0], 16)
    return mean(np.column_stack([np.pad(one, (0, frames - len(one))) for one in heard]))


def serve(asked: BinaryIO, out: BinaryIO) -> None:
    """One JSON line in, the length and the samples out, until there is no more line."""
    files = _Files()
    for line in asked:
        said = _answer(files, json.loads(line))
        out.write(len(said).to_bytes(4, "little") + said)
        out.flush()


if __name__ == "__main__":
    with suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, sys.stdout.buffer)
