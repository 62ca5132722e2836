"""The package of a meeting, and the proof that a target holds it whole."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A file that belongs into the archive.

    Attributes:
        path: inside the package's payload, such as `audio/<recording>/t01-0001.flac`; ASCII, `/` between parts.
        source: where it lies now.
        sha256, sm3: what is known from when it was sealed; empty where nothing is. What is read must equal it.

    """

    path: str
    source: Path
    sha256: str = ""
    sm3: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A sealed package.

    Attributes:
        path: relative to the data folder.
        files, bytes: of the payload.
        manifest_sha256: digest of the tag manifest, which names every other manifest: the package in one number.
        documents: ids of the signed papers in it; a 会议记录 among them lets the meeting be archived.
        targets: names of the targets that must read it back before the meeting counts as deposited.

    """

    id: str
    meeting: str
    path: str
    files: int
    bytes: int
    manifest_sha256: str
    at: datetime
    documents: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    supplement_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A target has read back every byte and found it equal.

    Attributes:
        key: under which the target keeps it.
        files, bytes: of the whole package, that were read back.

    """

    package: str
    target: str
    key: str
    files: int
    bytes: int
    manifest_sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """What a target says of one key.

    Attributes:
        bytes: its size; sha256: in hex, empty where the target keeps none.

    """

    bytes: int
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a package: which file, and what."""

    file: str
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome of a verification.

    Attributes:
        files, bytes: that were read.

    """

    files: int
    bytes: int
    problems: tuple[Fault, ...] = ()

    @property
    def ok(self) -> bool:
        """Nothing checked is not ok."""
        return self.files > 0 and not self.problems

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "files": self.files,
            "bytes": self.bytes,
            "problems": [{"file": fault.file, "what": str(fault.what)} for fault in self.problems],
        }
