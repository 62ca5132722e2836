"""An archive target that is a folder: a disk, or the mount of a network share."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from roomctl.api import BadInput, MissingPart, RoomctlError, Stored, tr
from roomctl.api.files import fsync_folder
from roomctl.api.targets import PARTIAL, PROBE, checked, differs, missing, probe_name, unlike
from roomctl_archive import durable
from roomctl_archive.fixity import read

_KEYS = {"kind", "path", "required", "name"}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FolderTarget:
    """Files under one folder, each written to a temporary name, synced, then renamed.

    The temporary name is that of the bytes, so that only a try of the same bytes goes on with them.

    Args:
        root: the folder. Keys are paths below it.
        sleep: waits between two tries of a rename.
        make: makes the root where it is missing. A share's mount point is never made: writing into it while
            the share is away would fill the local disk and look like success.

    Attributes:
        readers: files that may be read back at once.

    """

    readers = 2

    def __init__(self, root: Path, sleep: Callable[[float], None], *, make: bool = False) -> None:
        self.root, self._sleep, self._make = root, sleep, make

    @classmethod
    def from_config(cls, config: Mapping[str, Any], data: Path, sleep: Callable[[float], None]) -> "FolderTarget":
        """A relative path lies inside the data folder and is made; an absolute one must be there.

        Raises:
            BadInput: no path, or a key that a folder does not know.

        """
        unknown = sorted(config.keys() - _KEYS)
        if unknown or not config.get("path"):
            raise BadInput(
                tr("存储目标（folder）的设置不对", "the settings of a folder target are wrong"),
                tr(f"不认识的项：{'、'.join(unknown)}", f"unknown: {', '.join(unknown)}")
                if unknown
                else tr("没有写 path", "it has no path"),
                tr('请写 kind = "folder" 和 path', 'write kind = "folder" and path'),
            )
        path = Path(str(config["path"])).expanduser()
        return cls(data / path, sleep, make=not path.is_absolute())

    def put(self, key: str, stream: BinaryIO, sha256: str) -> Stored:
        """Writes the stream under `key`, going on where an earlier try of the same bytes broke off.

        Raises:
            Damaged: what came does not have this SHA-256; nothing is left under the key that was not there before.
            RoomctlError: the folder is away, full, or may not be written.

        """
        place = self._place(key)
        with _told(self.root):
            self._ready()
            durable.make_folder(place.parent)
            partial = place.with_name(f".{sha256[:24]}{PARTIAL}")
            found = fill(partial, stream, afresh=False)
            if found.sha256 != sha256 and found.went_on:  # what lay there was no beginning of it
                found = fill(partial, stream, afresh=True)
            if found.sha256 != sha256:
                partial.unlink()
                raise differs(key, found.sha256, sha256)
            durable.tried(lambda: partial.replace(place), self._sleep)
        return Stored(found.bytes, found.sha256)

    def stat(self, key: str) -> Stored | None:
        """Size only: a digest that was not read just now proves nothing."""
        with _told(self.root):
            self._ready()
            try:
                return Stored(self._place(key).stat().st_size)
            except FileNotFoundError:
                return None

    @contextmanager
    def get(self, key: str) -> Iterator[BinaryIO]:
        """Its bytes from the first on.

        Raises:
            NotFound: there is no such file. OSError: while it is read, as on a bad sector.

        """
        with _told(self.root):
            try:
                stream = self._place(key).open("rb")
            except FileNotFoundError as error:
                raise missing(key) from error
        with stream:
            yield stream

    def finish(self, key: str) -> None:
        """Brings the package onto the disk, which has had time to write while other files came: bytes, then names.

        What a power cut takes before that is found when it is read back. Raises: RoomctlError.
        """
        with _told(self.root):
            durable.sync_tree(self._place(key), files=True)
            fsync_folder(self.root)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Every file below a key, partial ones and what else begins with a dot left out."""
        with _told(self.root):
            self._ready()
            start = self._place(prefix) if prefix else self.root
            for inner, folders, files in os.walk(start):
                folders.sort()
                for name in sorted(files):
                    if not name.startswith("."):
                        yield (Path(inner) / name).relative_to(self.root).as_posix()

    def probe(self) -> int:
        """Writes, reads back and removes a small file; gives the bytes that are free.

        Raises:
            RoomctlError: one of the three failed.

        """
        with _told(self.root):
            self._ready()
            place = self.root / f".{probe_name()}"
            try:
                place.write_bytes(PROBE)
                if place.read_bytes() != PROBE:
                    raise unlike(self.root)
            finally:
                place.unlink(missing_ok=True)
            return shutil.disk_usage(self.root).free

    def _place(self, key: str) -> Path:
        return self.root / checked(key)

    def _ready(self) -> None:
        if self._make:
            durable.make_folder(self.root)
        elif not self.root.is_dir():
            raise MissingPart(
                tr(f"存储文件夹不在：{self.root}", f"the archive folder is not there: {self.root}"),
                tr("可能没有挂载", "it may not be mounted"),
                tr("请挂载或新建它", "mount it, or make it"),
            )


@dataclass(frozen=True, slots=True)
class _Filled:
    """A partial file that holds all of a stream. `went_on`: a part of it was there before."""

    bytes: int
    sha256: str
    went_on: bool


def fill(partial: Path, stream: BinaryIO, *, afresh: bool) -> _Filled:
    """Brings a partial file to the end of the stream; what it holds already is hashed as it lies."""
    partial.touch()
    with partial.open("r+b") as out:
        if afresh or not stream.seekable():
            out.truncate(0)
        digest = hashlib.sha256()
        held = read(out, sm3=False, before=digest).bytes
        if stream.seekable():
            stream.seek(held)
        rest = read(stream, out, sm3=False, before=digest)
    return _Filled(held + rest.bytes, rest.sha256, went_on=held > 0)


@contextmanager
def _told(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in _FULL
        raise RoomctlError(
            tr(f"无法使用存储文件夹：{root}", f"cannot use the archive folder {root}"),
            error.strerror or str(error),
            tr("请腾出空间", "free some space")
            if full
            else tr("请检查连接和权限", "check its mount and permissions"),
        ) from error
