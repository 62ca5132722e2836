"""Brings a package to a target and proves that it arrived: put, finish, read back, compare, receipt.

What arrived so far stands in the outbox, so that an attempt goes on where the last one ended, within a file as well
where the target can. Nothing is ever removed. What a read-back finds different is sent again by the next attempt.
"""

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Protocol

from roomctl.api import ArchiveTarget, Clock, Damaged, NotFound, Package, Receipt, tr
from roomctl.api.deliveries import SentFile
from roomctl_archive import manifest
from roomctl_archive.fixity import Tick, read, silent


@dataclass(frozen=True, slots=True)
class Item:
    """One file of the package: its path, size, and what its manifest says of it."""

    path: str
    bytes: int
    sha256: str


class Journal(Protocol):
    """What is known of the files that a target has taken; it outlives a kill."""

    def held(self) -> Mapping[str, SentFile]:
        """By path."""
        ...

    def note(self, file: SentFile) -> None: ...
    def forget(self, paths: Sequence[str]) -> None: ...


class Memory:
    """A journal that ends with the process: each attempt reads what is there already."""

    def __init__(self) -> None:
        self.files: dict[str, SentFile] = {}

    def held(self) -> Mapping[str, SentFile]:
        return dict(self.files)

    def note(self, file: SentFile) -> None:
        self.files[file.path] = file

    def forget(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.files.pop(path, None)


@dataclass(slots=True)
class Tally:
    """How far a delivery is: files and bytes, of how many, there and back again.

    Attributes:
        moved: bytes that this attempt has moved, there or back; what had arrived before is not among them.

    """

    files: int = 0
    bytes: int = 0
    sent_files: int = 0
    sent: int = 0
    checked_files: int = 0
    checked: int = 0
    moved: int = 0


Seen = Callable[[Tally], None]
"""Told how far it is, often; what it raises ends the attempt, and the next one goes on from there."""


def unseen(_: Tally) -> None:
    """Nobody looks."""


def contents(folder: Path, package: Package) -> Sequence[Item]:
    """Every file of the package, manifests last, the tag manifest that names all others at the very end.

    Raises:
        Damaged: the tag manifest is not the one that was registered, or a file it leads to is gone.

    """
    try:
        raw = {name: (folder / name).read_bytes() for name in (*manifest.PAYLOAD, *reversed(manifest.TAGS))}
    except OSError as error:
        raise _damaged(folder, error.strerror or str(error)) from error
    try:
        known = listed(raw, package, folder.name)
        return [Item(path, (folder / path).stat().st_size, digest) for path, digest in known.items()]
    except Damaged as error:
        raise _damaged(folder, error.what) from error
    except OSError as error:
        raise _damaged(folder, tr(f"缺少 {error.filename}", f"{error.filename} is missing")) from error


def listed(raw: Mapping[str, bytes], package: Package, where: str) -> dict[str, str]:
    """SHA-256 of every file of a package by path, from the bytes of its manifests, in the order of a delivery.

    Args:
        raw: the manifests; the last is the tag manifest that the register knows.

    Raises:
        Damaged: that is not the one that was registered, or it does not agree with one that it names.

    """
    last = manifest.TAGS[0]
    if hashlib.sha256(raw[last]).hexdigest() != package.manifest_sha256:
        raise Damaged(tr(f"{last} 不是登记时的那一份", f"{last} is not the one that was registered"))
    payload, tags = manifest.parse(raw[manifest.PAYLOAD[0]]), manifest.parse(raw[last])
    own = {name: hashlib.sha256(content).hexdigest() for name, content in raw.items()}
    for name in manifest.PAYLOAD:
        if tags.digests.get(name) != own[name]:
            raise Damaged(tr(f"{where} 的 {name} 被改动", f"{name} of {where} was altered"))
    known = {**payload.digests, **{path: digest for path, digest in tags.digests.items() if path not in raw}}
    return known | own


def key_of(package: Package) -> str:
    """Where the package lies in every target."""
    return f"{package.meeting}/{package.id}"


def deliver(
    package: Package,
    folder: Path,
    target: ArchiveTarget,
    *,
    name: str,
    clock: Clock,
    journal: Journal | None = None,
    seen: Seen = unseen,
) -> Receipt:
    """Puts every file, then reads every one back.

    Args:
        journal: what earlier attempts brought over.

    Raises:
        Damaged: the local package is not whole, or the target gave other bytes back than it was given.
        RoomctlError: what the target says.

    """
    items = contents(folder, package)
    run = _Run(target, key_of(package), name, journal or Memory(), seen, items)
    run.send(folder)
    target.finish(run.key)
    run.check()
    return receipt(package, name, clock.now())


@dataclass
class _Run:
    """One attempt."""

    target: ArchiveTarget
    key: str
    name: str
    journal: Journal
    seen: Seen
    items: Sequence[Item]
    tally: Tally = field(default_factory=Tally)
    telling: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.tally.files, self.tally.bytes = len(self.items), sum(item.bytes for item in self.items)
        whole = {item.path: item.sha256 for item in self.items}
        self.held = {
            path: file for path, file in self.journal.held().items() if whole.get(path) == file.sha256
        }  # what was sent before its package was sealed counts only where its bytes are still those

    def place(self, item: Item) -> str:
        return f"{self.key}/{item.path}"

    def send(self, folder: Path) -> None:
        for item in self.items:
            if not self.arrived(item):
                with _Watched(folder / item.path, self.at) as stream:
                    self.target.put(self.place(item), stream, item.sha256)
                self.note(item, checked=False)
            self.tally.sent_files += 1
            self.tally.sent += item.bytes
            self.seen(self.tally)

    def at(self, position: int, size: int) -> None:
        """Inside the file that is on its way: bytes up to here, and those that were just read for it."""
        before = self.tally.sent
        self.tally.moved += size
        self.tally.sent += position
        try:
            self.seen(self.tally)
        finally:
            self.tally.sent = before

    def arrived(self, item: Item) -> bool:
        """Whether the target has it from before: by the journal, or, where that knows nothing, by its bytes."""
        stored = self.target.stat(self.place(item))
        if stored is None or stored.bytes != item.bytes:
            if item.path in self.held:
                self.forget([item.path])
            return False
        if item.path in self.held:
            return True
        if self.read_back(item, self.move) != item.sha256:
            return False
        self.note(item, checked=True)
        return True

    def check(self) -> None:
        """Reads back what was not read back yet.

        Raises:
            Damaged: with the first file that differs, and how many do; they are sent again next time.

        """
        wrong = []
        for item in self.items:
            if self.held[item.path].checked:
                self.tick(item.bytes)
                self.tally.checked_files += 1
        for item, digest in self.back([one for one in self.items if not self.held[one.path].checked]):
            if digest != item.sha256:
                wrong.append(item.path)
                continue
            self.note(item, checked=True)
            self.tally.checked_files += 1
        self.seen(self.tally)
        if wrong:
            self.forget(wrong)
            raise lied(self.name, wrong)

    def back(self, items: Sequence[Item]) -> Iterator[tuple[Item, str]]:
        """Each with the digest of what the target holds; several at once where the target says that it can."""
        readers = int(getattr(self.target, "readers", 1))
        if readers == 1:
            yield from ((item, self.read_back(item, self.come)) for item in items)
            return
        with ThreadPoolExecutor(readers) as pool:
            jobs = [(item, pool.submit(self.read_back, item, self.come)) for item in items]
            try:
                yield from ((item, job.result()) for item, job in jobs)
            finally:
                pool.shutdown(cancel_futures=True)

    def move(self, size: int) -> None:
        """Read over the line, to see what lies there."""
        self.tally.moved += size
        self.seen(self.tally)

    def come(self, size: int) -> None:
        """Read over the line as what was sent; several readers may say so at once."""
        with self.telling:
            self.tally.moved += size
            self.tally.checked += size
            self.seen(self.tally)

    def tick(self, size: int) -> None:
        with self.telling:
            self.tally.checked += size
            self.seen(self.tally)

    def note(self, item: Item, *, checked: bool) -> None:
        self.held[item.path] = SentFile(item.path, item.sha256, item.bytes, checked)
        self.journal.note(self.held[item.path])

    def forget(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.held.pop(path, None)
        self.journal.forget(paths)

    def read_back(self, item: Item, tick: Tick) -> str:
        return read_back(self.target, self.place(item), tick)


class _Watched(io.BufferedReader):
    """A file that is being sent; tells where it is read at."""

    def __init__(self, path: Path, at: Callable[[int, int], None]) -> None:
        super().__init__(io.FileIO(path))
        self._at = at

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            chunk = super().read(size)
        except OSError as error:  # else it would be told as the target's
            raise Damaged(
                tr(f"本地文件读不出来：{self.name}", f"cannot read the local file {self.name}"),
                error.strerror or str(error),
                tr("请检查本机磁盘，再校验本地存档包", "check the local disk, then verify the local package"),
            ) from error
        self._at(self.tell(), len(chunk))
        return chunk


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


def read_back(target: ArchiveTarget, place: str, tick: Tick = silent) -> str:
    """SHA-256 of what the target holds; empty where it holds nothing, though it said it did."""
    try:
        with target.get(place) as stream:
            return read(stream, sm3=False, tick=tick).sha256
    except NotFound:
        return ""


def lied(name: str, wrong: Sequence[str]) -> Damaged:
    """The first of the files that came back as something else."""
    more = tr(f" 等 {len(wrong)} 个文件", f" and {len(wrong) - 1} more") if len(wrong) > 1 else ""
    return Damaged(
        tr(
            f"存储目标 {name} 读回的 {wrong[0]}{more} 不一致",
            f"target {name} gives back other bytes for {wrong[0]}{more}",
        ),
        tr("本机的文件没有动", "the files on this machine are untouched"),
        tr("请检查该存储，系统会自动重试", "check that storage; it is tried again by itself"),
    )


def _damaged(folder: Path, why: str) -> Damaged:
    return Damaged(
        tr(f"本地存档包 {folder.name} 已损坏", f"the local package {folder.name} is damaged"),
        why,
        tr(f"请运行 roomctl archive verify {folder}", f"run roomctl archive verify {folder}"),
    )
