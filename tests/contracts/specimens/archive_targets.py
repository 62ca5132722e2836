# ruff: noqa: ARG002 - a broken implementation leaves out what it should have used
"""One target that keeps its word, and one for each way of breaking it."""

import hashlib
import io

import pytest

from roomctl.api import BadInput, Damaged, NotFound, Stored
from roomctl.testing.contracts import ArchiveTargetContract


class Memory:
    def __init__(self):
        self.files = {}

    def put(self, key, stream, sha256):
        self.safe(key)
        content = (
            stream.read(-1) if not isinstance(stream, io.BytesIO) else b"".join(iter(lambda: stream.read(65536), b""))
        )
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Damaged("not the bytes that were promised")
        self.files[key] = content
        return Stored(len(content), sha256)

    def stat(self, key):
        return (
            Stored(len(self.files[key]), hashlib.sha256(self.files[key]).hexdigest()) if key in self.files else None
        )

    def get(self, key):
        self.safe(key)
        if key not in self.files:
            raise NotFound(key)
        return io.BytesIO(self.files[key])

    def finish(self, key):
        pass

    def safe(self, key):
        if not key or key.startswith("/") or "\\" in key or ".." in key.split("/"):
            raise BadInput(key)


class GivesOtherBytes(Memory):
    def get(self, key):
        return io.BytesIO(super().get(key).read()[:-1] + b"?")


class TakesAnyDigest(Memory):
    def put(self, key, stream, sha256):
        self.safe(key)
        self.files[key] = b"".join(iter(lambda: stream.read(65536), b""))
        return Stored(len(self.files[key]))


class WritesInPlace(Memory):
    def put(self, key, stream, sha256):
        self.safe(key)
        self.files[key] = b""
        while block := stream.read(65536):
            self.files[key] += block
        return super().put(key, io.BytesIO(self.files[key]), sha256)


class JoinsWhatItHas(Memory):
    """Goes on with whatever broke off, and believes that its beginning is the same."""

    def __init__(self):
        super().__init__()
        self.parts = {}

    def put(self, key, stream, sha256):
        held = self.parts.setdefault(key, bytearray())
        stream.seek(len(held))
        while chunk := stream.read(65536):
            held += chunk
        whole = bytes(self.parts.pop(key))
        if hashlib.sha256(stream.getvalue()).hexdigest() != sha256:
            raise Damaged("not the bytes that were promised")
        self.safe(key)
        self.files[key] = whole
        return Stored(len(whole), sha256)


class SendsTheRestTwice(Memory):
    """Notes that it has less than it took."""

    def __init__(self):
        super().__init__()
        self.parts = {}

    def put(self, key, stream, sha256):
        self.safe(key)
        held = self.parts.setdefault((key, sha256), bytearray())
        stream.seek(max(0, len(held) - 1))
        while chunk := stream.read(65536):
            held += chunk
        whole = bytes(self.parts.pop((key, sha256)))
        if hashlib.sha256(stream.getvalue()).hexdigest() != sha256:
            raise Damaged("not the bytes that were promised")
        self.files[key] = whole
        return Stored(len(whole), sha256)


class LetsKeysOut(Memory):
    def safe(self, key):
        pass


class KeepsTheFirst(Memory):
    def put(self, key, stream, sha256):
        if key in self.files:
            return self.stat(key)
        return super().put(key, stream, sha256)


class GivesNothingForMissing(Memory):
    def get(self, key):
        self.safe(key)
        return io.BytesIO(self.files.get(key, b""))


class FinishesOnce(Memory):
    def finish(self, key):
        self.files = {name: content for name, content in self.files.items() if not name.startswith(f"{key}/data")}


class KnowsNoFolders(Memory):
    def put(self, key, stream, sha256):
        stored = super().put(key, stream, sha256)
        self.files = dict.fromkeys([*self.files, key], self.files[key])
        return stored


class CountsWrong(Memory):
    def stat(self, key):
        return Stored(len(self.files[key]) + 1, "0" * 64) if key in self.files else None


def suite(kind):
    class Suite(ArchiveTargetContract):
        @pytest.fixture
        def target(self):
            return kind()

    return Suite


TestMemory = suite(Memory)
TestGivesOtherBytes = suite(GivesOtherBytes)
TestTakesAnyDigest = suite(TakesAnyDigest)
TestWritesInPlace = suite(WritesInPlace)
TestJoinsWhatItHas = suite(JoinsWhatItHas)
TestSendsTheRestTwice = suite(SendsTheRestTwice)
TestLetsKeysOut = suite(LetsKeysOut)
TestKeepsTheFirst = suite(KeepsTheFirst)
TestGivesNothingForMissing = suite(GivesNothingForMissing)
TestFinishesOnce = suite(FinishesOnce)
TestKnowsNoFolders = suite(KnowsNoFolders)
TestCountsWrong = suite(CountsWrong)
