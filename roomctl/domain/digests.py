"""SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016), side by side wherever something is to be proven whole."""

import hashlib
from typing import Protocol


class Digest(Protocol):
    """Of what it was given so far."""

    def update(self, data: bytes, /) -> object:
        """More of it."""
        ...

    def hexdigest(self) -> str:
        """In lower case."""
        ...


def running_sm3() -> Digest:
    """SM3 of nothing yet. Python's own where its OpenSSL has it: the other library takes 6 MB of memory."""
    try:
        return hashlib.new("sm3")
    except ValueError:
        return _OfCryptography()


def sha256(data: bytes) -> str:
    """As hex."""
    return hashlib.sha256(data).hexdigest()


def sm3(data: bytes) -> str:
    """As hex."""
    digest = running_sm3()
    digest.update(data)
    return digest.hexdigest()


class _OfCryptography:
    def __init__(self) -> None:
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - as `running_sm3` says

        self._hash = hashes.Hash(hashes.SM3())

    def update(self, data: bytes) -> None:
        self._hash.update(data)

    def hexdigest(self) -> str:
        return self._hash.copy().finalize().hex()
