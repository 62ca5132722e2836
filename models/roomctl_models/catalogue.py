"""What models there are: name, engine, licence, files with size and SHA-256, and where each can be had."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from roomctl.api import BadInput, NotFound, tr

SHIPPED = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, slots=True)
class Pin:
    """A file that is known: its relative path with `/`, bytes, SHA-256 as hex."""

    name: str
    size: int
    sha256: str
    parts: tuple["Pin", ...] = ()
    """Files that make this one when joined in this order; some sources can only carry it in pieces."""


@dataclass(frozen=True, slots=True)
class Official:
    """The makers' own address: of a folder that ends in `/`, or of the archive."""

    url: str


@dataclass(frozen=True, slots=True)
class Packages:
    """Python packages that carry the files as data; `size` in bytes, of all of them together."""

    names: tuple[str, ...]
    size: int


Source = Official | Packages


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One model.

    Attributes:
        files: what its folder holds; empty where it comes as an `archive`, whose files are pinned when unpacked.
        sources: in the order they are tried.
        memory: bytes that its engine holds with it at work; 0 where nobody has measured or stated it.

    """

    name: str
    engine: str
    language: str
    licence: str
    purpose: str
    files: tuple[Pin, ...]
    archive: Pin | None
    sources: tuple[Source, ...]
    memory: int = 0

    @property
    def size(self) -> int:
        """Bytes of the model, or of its archive."""
        return self.archive.size if self.archive else sum(pin.size for pin in self.files)

    @property
    def digest(self) -> str:
        """SHA-256 over all pins: the model's content in one number, for the records made with it."""
        pins = (self.archive,) if self.archive else self.files
        lines = "".join(f"{pin.sha256}  {pin.name}\n" for pin in sorted(pins, key=lambda pin: pin.name))
        return hashlib.sha256(lines.encode()).hexdigest()

    @property
    def packages(self) -> tuple[str, ...]:
        return tuple(name for source in self.sources if isinstance(source, Packages) for name in source.names)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All known models by name."""

    entries: Mapping[str, Entry]

    def __getitem__(self, name: str) -> Entry:
        """Raises: NotFound with the known names."""
        try:
            return self.entries[name]
        except KeyError:
            known = "、".join(self.entries)
            raise NotFound(
                tr(f"没有名为“{name}”的模型", f"there is no model named {name!r}"),
                mend=tr(f"可选：{known}", f"known: {known}"),
            ) from None


def load(own: Path | None = None) -> Catalogue:
    """The shipped catalogue, and the entries of `own` where that file exists.

    Args:
        own: an office's models, in the same form. It cannot replace a shipped entry, so no pin can be weakened.

    Raises:
        BadInput: the file, the entry and what is wrong with it.

    """
    entries = _read(SHIPPED)
    if own is not None and own.is_file():
        further = _read(own)
        if double := sorted(set(entries) & set(further)):
            raise BadInput(
                tr(f"模型目录 {own} 不能使用", f"cannot use catalogue {own}"),
                tr(f"重名：{double[0]}", f"{double[0]} is a name of the shipped catalogue"),
                tr("请换一个名称", "give the model another name"),
            )
        entries |= further
    return Catalogue(entries)


def _read(path: Path) -> dict[str, Entry]:
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(
            tr(f"模型目录 {path} 读不出来", f"cannot read catalogue {path}"), str(error), _mend()
        ) from error
    entries = {}
    for name, row in rows.items():
        try:
            entries[name] = _entry(name, row)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadInput(
                tr(f"模型目录 {path} 的 [{name}] 不对", f"[{name}] of catalogue {path} is wrong"),
                tr(f"{error} 缺少或不合格式", f"{error} is missing or not of its form"),
                _mend(),
            ) from error
    return entries


def _mend() -> str:
    return tr("请改正它，或把这个文件移走", "correct it, or move the file away")


def _entry(name: str, row: Mapping[str, Any]) -> Entry:
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise ValueError(f"name {name!r} (letters, digits, - and _)")
    files, archive = tuple(_pin(pin) for pin in row.get("files", ())), row.get("archive")
    if bool(files) == bool(archive):
        raise ValueError("files, or archive")
    purpose = row["purpose"]
    return Entry(
        name=name,
        engine=str(row["engine"]),
        language=str(row["language"]),
        licence=str(row["licence"]),
        purpose=purpose if isinstance(purpose, str) else tr(purpose["zh"], purpose["en"]),
        files=files,
        archive=_pin(archive) if archive else None,
        sources=tuple(_source(source) for source in row.get("sources", ())),
        memory=int(row.get("memory_mb", 0)) * 1_000_000,
    )


def _pin(row: Mapping[str, Any]) -> Pin:
    name, size, sha256 = str(row["name"]), int(row["size"]), str(row["sha256"]).lower()
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts:
        raise ValueError(f"name {name!r}")
    if len(sha256) != hashlib.sha256().digest_size * 2 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError(f"sha256 of {name}")
    return Pin(name, size, sha256, tuple(_pin(part) for part in row.get("parts", ())))


def _source(row: Mapping[str, Any]) -> Source:
    if "https" in row:
        return Official(str(row["https"]))
    return Packages(tuple(row["pip"]), int(row["size"]))
