"""Where the copies of a package lie: on this machine, and at each target. All of them are read the same way."""

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, runtime_checkable

from roomctl.api import ArchiveTarget, Damaged, Fault, NotFound, Package, PluginContext, RoomctlError, Stored, tr
from roomctl.api.deliveries import LOCAL
from roomctl_archive import delivery, manifest
from roomctl_archive.bag import SEALED
from roomctl_archive.courier import alone, opened
from roomctl_archive.fixity import Tick, read
from roomctl_archive.folder_target import FolderTarget

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@runtime_checkable
class Listed(Protocol):
    """A target that can say what lies in it."""

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Every file below a key; partial ones left out."""
        ...


class LocalCopy:
    """The package on this machine, as a target of its own: the same put, stat and get."""

    def __init__(self, ctx: PluginContext, package: Package) -> None:
        self._folder = ctx.services.data / package.path
        self._inner = FolderTarget(self._folder.parent, ctx.clock.sleep, make=True)
        self._key = delivery.key_of(package)

    def put(self, key: str, stream: BinaryIO, sha256: str) -> Stored:
        stored = self._inner.put(self._mine(key), stream, sha256)
        (self._folder.parent / self._mine(key)).chmod(SEALED)
        return stored

    def stat(self, key: str) -> Stored | None:
        return self._inner.stat(self._mine(key))

    @contextmanager
    def get(self, key: str) -> Iterator[BinaryIO]:
        with self._inner.get(self._mine(key)) as stream:
            yield stream

    def finish(self, key: str) -> None:
        self._inner.finish(self._mine(key))

    def keys(self, prefix: str = "") -> Iterator[str]:
        for path in self._inner.keys(self._mine(prefix)):
            yield f"{prefix}/{path.partition('/')[2]}"

    def _mine(self, key: str) -> str:
        return f"{self._folder.name}{key.removeprefix(self._key)}"


def places(ctx: PluginContext, package: Package) -> Sequence[str]:
    """Where the package should lie: here, unless it was given up, and at each target that has a receipt of it."""
    held = {one.target for one in ctx.services.receipts(package.meeting) if one.package == package.id}
    there = [name for name in ctx.config.targets if name in held]
    return there if package.id in ctx.services.pruned_packages() else [LOCAL, *there]


@contextmanager
def copy_at(ctx: PluginContext, package: Package, place: str) -> Iterator[ArchiveTarget]:
    """The copy at a place. Raises: what the target says."""
    if place == LOCAL:
        yield LocalCopy(ctx, package)
        return
    with opened(ctx, ctx.config.targets[place]) as target:
        yield target


def listing(package: Package, copy: ArchiveTarget, place: str) -> Mapping[str, str]:
    """SHA-256 of every file by path, from the manifests at that place.

    Raises:
        Damaged: they are not those that were registered, or cannot be read.

    """
    key, raw = delivery.key_of(package), {}
    for name in (*manifest.PAYLOAD, *reversed(manifest.TAGS)):
        try:
            with copy.get(f"{key}/{name}") as stream:
                raw[name] = stream.read()
        except NotFound as error:
            raise Damaged(tr(f"{place} 缺少 {name}", f"{place} lacks {name}")) from error
        except OSError as error:
            raise Damaged(
                tr(f"{place} 的 {name} 读取失败", f"{name} at {place} cannot be read"), error.strerror or str(error)
            ) from error
    return delivery.listed(raw, package, place)


def compare(
    package: Package, copy: ArchiveTarget, wanted: Mapping[str, str], tick: Tick
) -> tuple[int, int, Sequence[Fault]]:
    """Reads every file of a copy. One that cannot be read, as on a bad sector, is a fault like any other.

    Returns:
        How many files and bytes were read, and what is wrong with which.

    """
    key, files, size, faults = delivery.key_of(package), 0, 0, []
    for path, sha256 in wanted.items():
        try:
            with copy.get(f"{key}/{path}") as stream:
                found = read(stream, sm3=False, tick=tick)
        except NotFound:
            faults.append(Fault(path, tr("缺少", "missing")))
            continue
        except OSError as error:
            why = error.strerror or str(error)
            faults.append(Fault(path, tr(f"读取失败（{why}）", f"cannot be read ({why})")))
            continue
        files, size = files + 1, size + found.bytes
        if found.sha256 != sha256:
            faults.append(Fault(path, tr("内容与清单不符", "its bytes are not those of the manifest")))
    if isinstance(copy, Listed):
        known = {manifest.normal(path) for path in wanted}
        for one in copy.keys(key):
            path = one.removeprefix(f"{key}/")
            if manifest.normal(path) not in known:
                faults.append(Fault(path, tr("多出的文件，清单里没有", "in no manifest: it was added")))
    return files, size, faults


def present(
    package: Package, copy: ArchiveTarget, wanted: Mapping[str, str], place: str, other: ArchiveTarget
) -> None:
    """Every file of the package lies there, as long as in another copy that has it.

    Raises:
        Damaged: with the first that does not.

    """
    key = delivery.key_of(package)
    for path in wanted:
        there, known = copy.stat(f"{key}/{path}"), other.stat(f"{key}/{path}")
        if there is None:
            raise Damaged(tr(f"{place} 缺少 {path}", f"{place} lacks {path}"))
        if known is not None and there.bytes != known.bytes:
            raise Damaged(
                tr(f"{place} 的 {path} 大小不符", f"{path} at {place} has another size"),
                tr(f"{there.bytes} 字节，应为 {known.bytes} 字节", f"{there.bytes} bytes, not {known.bytes}"),
            )


def mend(
    ctx: PluginContext, package: Package, place: str, wanted: Mapping[str, str], bad: Sequence[str], source: str
) -> Sequence[str]:
    """Puts files right at one place from another, which must have them whole; gives the paths that are right now.

    Raises:
        Busy: another delivers, or repairs, at that place. RoomctlError: what either place says.

    """
    key, done = delivery.key_of(package), []
    spool = ctx.folder() / f"repair-{package.id}-{place}"  # one place has one who repairs it
    with alone(ctx, place), copy_at(ctx, package, source) as good, copy_at(ctx, package, place) as spoilt:
        try:
            for path in bad:
                if fetch(good, f"{key}/{path}", spool) != wanted[path]:
                    continue
                with spool.open("rb") as stream:
                    spoilt.put(f"{key}/{path}", stream, wanted[path])
                if delivery.read_back(spoilt, f"{key}/{path}") == wanted[path]:
                    done.append(path)
        finally:
            spool.unlink(missing_ok=True)
        spoilt.finish(key)
    return done


def fetch(copy: ArchiveTarget, key: str, spool: Path) -> str:
    """A file of a copy onto this disk; its SHA-256, empty where there is none that can be read.

    Raises:
        RoomctlError: what the copy says, or this disk.

    """
    try:
        with _Spool(spool) as out, copy.get(key) as stream:
            found = read(stream, out, sm3=False)
            out.sync()
    except (NotFound, OSError):  # what this disk says is no OSError: `_Spool`
        return ""
    return found.sha256


class _Spool(io.BufferedWriter):
    """A file on this disk; what goes wrong with it would else be told as the place's that is read from."""

    def __init__(self, path: Path) -> None:
        with _here(path):
            super().__init__(io.FileIO(path, "wb"))

    def write(self, chunk: "ReadableBuffer", /) -> int:
        with _here(self.name):
            return super().write(chunk)

    def flush(self) -> None:
        with _here(self.name):
            super().flush()

    def sync(self) -> None:
        """Onto the disk."""
        self.flush()
        with _here(self.name):
            os.fsync(self.fileno())


@contextmanager
def _here(path: object) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RoomctlError(
            tr(f"本机磁盘写入失败：{path}", f"cannot write {path} on this machine"),
            error.strerror or str(error),
            tr("请在本机腾出空间", "free some space on this machine"),
        ) from error
