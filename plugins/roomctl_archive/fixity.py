"""SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016) of a stream, in one pass over it."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO, Self

from roomctl.api.digests import running_sm3

CHUNK = 1 << 20  # bytes: large enough that hashing dominates, small enough that memory stays flat

PIECE = 1 << 17
"""Bytes that are written at once. Of 1 MiB, Linux makes large folios in the page cache of ext4: measured, a copy then
costs up to six times the processor time."""

Tick = Callable[[int], None]
"""Told how many bytes have just gone through; what it raises ends the work."""


def silent(_: int) -> None:
    """A tick that nobody listens to."""


@dataclass(frozen=True, slots=True)
class Digests:
    """What was read: how many bytes, and its digests as lower-case hex. `sm3` is empty where it was not asked for."""

    bytes: int
    sha256: str
    sm3: str = ""


class _Beside:
    """One thing at a time on another core; hashes and files let go of the interpreter while they work."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown()
        self.wait()

    def do(self, work: Callable[[bytes], None], chunk: bytes) -> None:
        """As soon as the last is done."""
        self.wait()
        self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix="digest")
        self._last = self._pool.submit(work, chunk)

    def wait(self) -> None:
        if self._last:
            self._last.result()


def read(
    source: BinaryIO,
    out: BinaryIO | None = None,
    *,
    sm3: bool = True,
    tick: Tick = silent,
    before: "hashlib._Hash | None" = None,
) -> Digests:
    """Reads to the end, hashing, and writes the same bytes to `out` where one is given, both at once.

    Args:
        before: SHA-256 of what stands before them; the digest is then that of both, `bytes` that of these.

    """
    first, second = before or hashlib.sha256(), running_sm3() if sm3 else None

    def digest(chunk: bytes) -> None:
        first.update(chunk)
        if second:
            second.update(chunk)

    total = 0
    with _Beside() as beside:
        while chunk := source.read(CHUNK):
            if out and len(chunk) == CHUNK:
                beside.do(digest, chunk)
                for at in range(0, CHUNK, PIECE):
                    out.write(memoryview(chunk)[at : at + PIECE])
            else:
                beside.wait()
                digest(chunk)
                if out:
                    out.write(chunk)
            total += len(chunk)
            tick(len(chunk))
    return Digests(total, first.hexdigest(), second.hexdigest() if second else "")
