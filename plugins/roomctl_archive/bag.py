"""Writes a package as a bag, BagIt 1.0 (RFC 8493): nothing half-made ever stands under its final name.

bagit.txt  bag-info.txt  manifest-{sha256,sm3}.txt  tagmanifest-{sha256,sm3}.txt  data/…  metadata/…
"""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from roomctl.api import BadInput, Damaged, PackageFile, Refused, RoomctlError, tr
from roomctl.api.files import fsync_folder
from roomctl.api.targets import inside
from roomctl_archive import durable, manifest
from roomctl_archive.fixity import Digests, Tick, read, silent

PARTIAL = ".partial"
WORKERS = 2  # files that are read at once: a hash keeps one core busy
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
SEALED = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH

Create = Callable[[Path], BinaryIO]

Tag = bytes | Callable[[BinaryIO], None]
"""A tag file: its bytes, or what writes them."""

Describe = Callable[[Path, Mapping[str, Digests]], Iterable[tuple[str, Tag]]]
"""Tag files by path that tell of the payload: they are asked for when it is in the bag and hashed, one by one."""


def nothing(_root: Path, _payload: Mapping[str, Digests]) -> Iterable[tuple[str, Tag]]:
    """A bag that tells no more of its payload."""
    return ()


def create(path: Path) -> BinaryIO:
    """A file that was not there before."""
    return path.open("xb")


@dataclass(frozen=True, slots=True)
class Bagged:
    """A finished bag. `files` and `bytes` are those of its payload; `manifest_sha256` names all the rest."""

    folder: Path
    files: int
    bytes: int
    manifest_sha256: str


def write(
    folder: Path,
    files: Iterable[PackageFile],
    *,
    info: Mapping[str, str],
    tags: Mapping[str, bytes],
    describe: Describe = nothing,
    tick: Tick = silent,
    create: Create = create,
) -> Bagged:
    """Builds the bag beside `folder` and renames it when it is whole and on the disk.

    Args:
        folder: where the bag will stand; must not exist.
        files: the payload; sealed ones are hard-linked where that works.
        info: labels of bag-info.txt besides Payload-Oxum, in order; empty ones are left out.
        tags: further tag files by path, such as `metadata/meeting.json`.
        describe: gives more of them, once the payload is there.
        tick: told the bytes of the payload as they go through.
        create: opens a new file for writing.

    Raises:
        BadInput: a path leaves the package, or two files want the same one.
        Damaged: a source is gone, or is not what it was when it was sealed.
        RoomctlError: the disk is full, or could not be written.

    """
    payload = _checked(files)
    partial = folder.with_name(folder.name + PARTIAL)
    try:
        with _told(folder):
            durable.make_folder(folder.parent)
            partial.mkdir()
            bagged = _fill(partial, payload, info, tags, describe, tick, create)
            durable.sync_tree(partial)
            partial.rename(folder)
            fsync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return Bagged(folder, *bagged)


def discard_partials(folder: Path) -> None:
    """Removes what a killed build left behind."""
    for partial in folder.glob(f"*{PARTIAL}"):
        shutil.rmtree(partial, ignore_errors=True)


def _checked(files: Iterable[PackageFile]) -> dict[str, PackageFile]:
    payload: dict[str, PackageFile] = {}
    folded: set[str] = set()
    for file in files:
        path = manifest.normal(f"data/{file.path}")
        if not inside(path):
            raise BadInput(
                tr(f"存档文件的路径“{file.path}”不能用", f"cannot archive under the path {file.path!r}"),
                tr("路径会离开存档包", "it leads out of the package"),
            )
        if path.casefold() in folded:
            raise BadInput(
                tr(f"两个存档文件都叫“{file.path}”", f"two files want the path {file.path!r} in the package"),
                tr("大小写不同也算同名", "names that differ by case alone are the same on some systems"),
            )
        folded.add(path.casefold())
        payload[path] = file
    if not payload:
        raise Refused(
            tr("没有可存档的文件", "there is nothing to archive"),
            tr("录音、记录和事件都不在", "neither sound nor record nor events are there"),
        )
    return payload


def _fill(
    root: Path,
    payload: Mapping[str, PackageFile],
    info: Mapping[str, str],
    tags: Mapping[str, bytes],
    describe: Describe,
    tick: Tick,
    create: Create,
) -> tuple[int, int, str]:
    for path in payload:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = {path: pool.submit(_take, file, root / path, tick, create) for path, file in payload.items()}
        try:
            held = {path: job.result() for path, job in jobs.items()}
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    total = sum(each.bytes for each in held.values())
    labels = {**info, "Payload-Oxum": f"{total}.{len(payload)}"}
    texts: dict[str, Tag] = {
        "bagit.txt": DECLARATION,
        "bag-info.txt": "".join(_label(*each) for each in labels.items() if each[1]).encode(),
        **tags,
        manifest.PAYLOAD[0]: manifest.render({path: each.sha256 for path, each in held.items()}),
        manifest.PAYLOAD[1]: manifest.render({path: each.sm3 for path, each in held.items()}),
    }
    named = {path: _put(root / path, text, create) for path, text in chain(texts.items(), describe(root, held))}
    newest = _put(
        root / manifest.TAGS[0], manifest.render({path: each.sha256 for path, each in named.items()}), create
    )
    _put(root / manifest.TAGS[1], manifest.render({path: each.sm3 for path, each in named.items()}), create)
    return len(payload), total, newest.sha256


def _label(label: str, text: str) -> str:
    """One line of bag-info.txt; a line end inside the text would begin another label."""
    return f"{label}: {' '.join(text.split())}\n"


def _take(file: PackageFile, place: Path, tick: Tick, create: Create) -> Digests:
    """The file into the bag: linked where its seal allows it, else copied; hashed either way."""
    with _source(file) as (source, mode):
        if file.sha256 and file.sm3 and not mode & _WRITABLE and _link(file.source, place):
            with place.open("rb") as linked:
                found = read(linked, sm3=False, tick=tick)
            digests = Digests(found.bytes, found.sha256, file.sm3)
        else:
            with create(place) as out:
                digests = read(source, out, tick=tick)
                _flush(out)
            place.chmod(SEALED)
    for name, known, now in (("SHA-256", file.sha256, digests.sha256), ("SM3", file.sm3, digests.sm3)):
        if known and known != now:
            raise Damaged(
                tr(f"{file.source} 与封存时不同", f"{file.source} is not what it was when it was sealed"),
                tr(f"{name} 应为 {known[:12]}…，现为 {now[:12]}…", f"{name} {known[:12]}… became {now[:12]}…"),
                tr("请从备份取回原文件再存档", "restore it from a backup, then archive again"),
            )
    return digests


@contextmanager
def _source(file: PackageFile) -> Iterator[tuple[BinaryIO, int]]:
    try:
        source = _open_regular(file.source)
    except OSError as error:
        raise Damaged(
            tr(f"待存档的文件读不到：{file.source}", f"cannot read a file of the package: {file.source}"),
            error.strerror or str(error),
            tr("请找回该文件再存档", "put it back, then archive again"),
        ) from error
    with source:
        yield source, os.fstat(source.fileno()).st_mode


def _open_regular(path: Path) -> BinaryIO:
    """A pipe would be waited for without end."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, tr("不是普通文件", "it is not a regular file"))
    return path.open("rb")


def _link(source: Path, place: Path) -> bool:
    """A hard link; False where the file system, or the border between two, has none.

    A symbolic link is never linked: the package would hold the link, not the file.
    """
    if source.is_symlink():
        return False
    try:
        os.link(source, place)
    except OSError as error:
        if error.errno in _FULL:
            raise
        return False
    return True


def _put(place: Path, text: Tag, create: Create) -> Digests:
    place.parent.mkdir(parents=True, exist_ok=True)
    with create(place) as out:
        if isinstance(text, bytes):
            out.write(text)
        else:
            text(out)
        _flush(out)
    place.chmod(SEALED)
    with place.open("rb") as written:
        return read(written)


def _flush(out: BinaryIO) -> None:
    out.flush()
    os.fsync(out.fileno())


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What the disk says, in a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise RoomctlError(
                tr("存档包写不下", "the package does not fit on the disk"),
                tr(f"{folder.parent} 所在磁盘已满", f"the disk of {folder.parent} is full"),
                tr("请腾出空间，系统会自动重试", "free some space; it is tried again by itself"),
            ) from error
        raise RoomctlError(
            tr(f"存档包写不进 {folder.parent}", f"cannot write the package into {folder.parent}"),
            error.strerror or str(error),
            tr("请检查磁盘和权限", "check the disk and its permissions"),
        ) from error
