"""Brings a package to a target and proves that it arrived: put, finish, read back, compare, receipt.

What an earlier attempt brought over is read, and skipped where it is equal, so that an attempt goes on where the
last one ended. Nothing is ever removed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from roomctl.api import ArchiveTarget, Clock, Damaged, NotFound, Package, Receipt, tr
from roomctl_archive import manifest
from roomctl_archive.fixity import Tick, read, silent


@dataclass(frozen=True, slots=True)
class Item:
    """One file of the package: its path, size, and what its manifest says of it."""

    path: str
    bytes: int
    sha256: str


def contents(folder: Path, package: Package) -> Sequence[Item]:
    """Every file of the package, manifests last, the tag manifest that names all others at the very end.

    Raises:
        Damaged: the tag manifest is not the one that was registered, or a file it leads to is gone.

    """
    try:
        raw = {name: (folder / name).read_bytes() for name in (*manifest.PAYLOAD, *reversed(manifest.TAGS))}
    except OSError as error:
        raise _damaged(folder, error.strerror or str(error)) from error
    last = manifest.TAGS[0]
    if hashlib.sha256(raw[last]).hexdigest() != package.manifest_sha256:
        raise _damaged(folder, tr(f"{last} 不是登记时的那一份", f"{last} is not the one that was registered"))
    payload, tags = manifest.parse(raw[manifest.PAYLOAD[0]]), manifest.parse(raw[last])
    known = {**payload.digests, **{path: digest for path, digest in tags.digests.items() if path not in raw}}
    known |= {name: hashlib.sha256(raw[name]).hexdigest() for name in raw}
    try:
        return [Item(path, (folder / path).stat().st_size, digest) for path, digest in known.items()]
    except OSError as error:
        raise _damaged(folder, tr(f"缺少 {error.filename}", f"{error.filename} is missing")) from error


def key_of(package: Package) -> str:
    """Where the package lies in every target."""
    return f"{package.meeting}/{package.id}"


def deliver(
    package: Package, folder: Path, target: ArchiveTarget, *, name: str, clock: Clock, tick: Tick = silent
) -> Receipt:
    """Puts every file, then reads every one back.

    Args:
        tick: told bytes as they are put and as they are read back: twice the package in all. What it raises
            ends the attempt, and the next one goes on from there.

    Raises:
        Damaged: the local package is not whole, or the target gave other bytes back than it was given.
        RoomctlError: what the target says.

    """
    items, key = contents(folder, package), key_of(package)
    arrived: set[str] = set()
    for item in items:
        place = f"{key}/{item.path}"
        stored = target.stat(place)
        if stored and stored.bytes == item.bytes and _read_back(target, place) == item.sha256:
            arrived.add(item.path)
            tick(2 * item.bytes)
            continue
        with (folder / item.path).open("rb") as stream:
            target.put(place, stream, item.sha256)
        tick(item.bytes)
    target.finish(key)
    for item in items:
        if item.path in arrived:
            continue
        if _read_back(target, f"{key}/{item.path}") != item.sha256:
            raise Damaged(
                tr(
                    f"存储目标 {name} 读回的 {item.path} 不一致",
                    f"target {name} gives back other bytes for {item.path}",
                ),
                tr("本地存档包没有动", "the local package is untouched"),
                tr("请检查该存储，系统会自动重试", "check that storage; it is tried again by itself"),
            )
        tick(item.bytes)
    return receipt(package, name, clock.now())


def receipt(package: Package, target: str, at: datetime) -> Receipt:
    """What the target has proven."""
    return Receipt(
        package=package.id,
        target=target,
        key=key_of(package),
        files=package.files,
        bytes=package.bytes,
        manifest_sha256=package.manifest_sha256,
        at=at,
    )


def _read_back(target: ArchiveTarget, place: str) -> str:
    """SHA-256 of what the target holds; empty where it holds nothing, though it said it did."""
    try:
        with target.get(place) as stream:
            return read(stream, sm3=False).sha256
    except NotFound:
        return ""


def _damaged(folder: Path, why: str) -> Damaged:
    return Damaged(
        tr(f"本地存档包 {folder.name} 已损坏", f"the local package {folder.name} is damaged"),
        why,
        tr(f"请运行 roomctl archive verify {folder}", f"run roomctl archive verify {folder}"),
    )
