"""SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016) of a stream, in one pass over it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes

CHUNK = 1 << 20  # bytes: large enough that hashing dominates, small enough that memory stays flat

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


def read(
    source: BinaryIO,
    out: BinaryIO | None = None,
    *,
    sm3: bool = True,
    tick: Tick = silent,
    before: "hashlib._Hash | None" = None,
) -> Digests:
    """Reads to the end, hashing, and writes the same bytes to `out` where one is given.

    Args:
        before: SHA-256 of what stands before them; the digest is then that of both, `bytes` that of these.

    """
    first, second = before or hashlib.sha256(), hashes.Hash(hashes.SM3()) if sm3 else None
    total = 0
    while chunk := source.read(CHUNK):
        first.update(chunk)
        if second:
            second.update(chunk)
        if out:
            out.write(chunk)
        total += len(chunk)
        tick(len(chunk))
    return Digests(total, first.hexdigest(), second.finalize().hex() if second else "")
