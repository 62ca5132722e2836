"""Verifies a package from itself alone: every byte flipped, removed, added, renamed or swapped is named.

Each file is hashed twice over in one pass. Where one of the two digests agrees the file is whole, and it is the
manifest of the other that was altered.
"""

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from roomctl.api import Fault, LoggedEvent, NotFound, Verdict, events, tr
from roomctl.api.targets import inside
from roomctl_archive import describe, inventory, manifest
from roomctl_archive.bag import DECLARATION
from roomctl_archive.fixity import Digests, Tick, read, silent

WORKERS = 2  # SM3 is the slower hash; two files at a time keep a second core busy
EVENTS = "data/events.jsonl"
FORMAT, FORMAT_LABEL = 2, "Roomctl-Package-Format"
"""Of a package as docs/package.md describes it. One without the label is of format 1, which had no XML."""
KIND_LABEL, STUB, STUB_FILE = "Roomctl-Package-Kind", "stub", "stub.json"
"""Of the stub of a state secret, which has one file, and no XML."""
STUB_FIELDS = frozenset(
    {"number", "meeting", "date", "secrecy", "keeper", "medium", "package", "manifest_sha256", "title"}
)

_FORMAT = re.compile(rf"^{FORMAT_LABEL}: (\S+)$", re.MULTILINE)
_OXUM = re.compile(r"^Payload-Oxum: (\d+)\.(\d+)$", re.MULTILINE)


def verify(folder: Path, tick: Tick = silent, *, registered: str = "") -> Verdict:
    """Checks every file of a package against both manifests, and the chain of its events.

    Args:
        folder: of the package.
        tick: told the bytes as they are read.
        registered: SHA-256 of the tag manifest as a receipt or the register has it; it names everything else, so
            that a package that was made anew from end to end is found too. Empty where nobody knows.

    Raises:
        NotFound: there is no such folder. Whatever is wrong inside one is a problem of the verdict.

    """
    if not folder.is_dir():
        raise NotFound(
            tr(f"没有存档包 {folder}", f"no package {folder}"),
            tr("它不是文件夹", "it is not a folder"),
            tr("请给出存档包的文件夹", "name the folder of a package"),
        )
    package = _Package(folder)
    package.walk()
    package.compare(tick)
    package.weigh()
    package.follow_events()
    package.follow_metadata()
    package.match_register(registered.strip().lower())
    return Verdict(
        files=len(package.payload),
        bytes=sum(package.payload.values()),
        problems=tuple(sorted(set(package.faults), key=lambda fault: (fault.file, fault.what))),
    )


@dataclass(slots=True)
class _Package:
    """One verification under way.

    Attributes:
        found: regular files by path in the package.
        payload: bytes of each payload file that was read.
        agreed: manifests that were right about one file at least.

    """

    root: Path
    found: dict[str, Path] = field(default_factory=dict)
    payload: dict[str, int] = field(default_factory=dict)
    agreed: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, file: str, zh: str, en: str) -> None:
        self.faults.append(Fault(file, tr(zh, en)))

    def walk(self) -> None:
        """Lists what is there; links, devices and empty folders do not belong into a package."""
        for inner, folders, files in os.walk(self.root, onerror=self._unreadable):
            where = Path(inner)
            for name in [*folders, *files]:
                path = where / name
                mode = path.lstat().st_mode
                if name in folders and stat.S_ISDIR(mode):
                    continue
                key = manifest.normal(_printable(path.relative_to(self.root).as_posix()))
                if not stat.S_ISREG(mode):
                    self.fault(key, "不是普通文件（链接或设备）", "not a regular file (a link or a device)")
                elif key in self.found:
                    self.fault(key, "两个文件同名", "two files have this name")
                else:
                    self.found[key] = path
            if not folders and not files and where != self.root:
                key = _printable(where.relative_to(self.root).as_posix())
                self.fault(key, "多出的空文件夹", "an empty folder that nothing names")

    def _unreadable(self, error: OSError) -> None:
        path = Path(error.filename)
        self.fault(_printable(path.relative_to(self.root).as_posix()), "读不到", f"cannot be read: {error.strerror}")

    def compare(self, tick: Tick) -> None:
        """Every file against what the manifests say of it."""
        if "bagit.txt" not in self.found:
            self.fault("bagit.txt", "缺少", "missing")
        elif self.raw("bagit.txt") != DECLARATION:
            self.fault("bagit.txt", "不是 BagIt 1.0 的声明", "not the declaration of BagIt 1.0")
        listed: set[str] = set(manifest.TAGS)
        for names, payload in ((manifest.PAYLOAD, True), (manifest.TAGS, False)):
            expected = {name: self.manifest(name, payload=payload) for name in names}
            every = sorted(set().union(*expected.values()))
            listed.update(every)
            self.read_all([path for path in every if path in self.found], expected, tick)
            for path in every:
                self.place(path, expected)
            for name in expected.keys() - self.agreed:
                if expected[name]:
                    self.fault(name, "与任何文件都不符", "agrees with no file at all")
        for path in sorted(self.found.keys() - listed):
            self.fault(path, "多出的文件，清单里没有", "in no manifest: it was added")

    def read_all(self, paths: list[str], expected: Mapping[str, Mapping[str, str]], tick: Tick) -> None:
        with ThreadPoolExecutor(WORKERS) as pool:
            for path, digests in zip(paths, pool.map(lambda p: self.digest(p, tick), paths), strict=True):
                if digests is None:
                    continue
                if path.startswith("data/"):
                    self.payload[path] = digests.bytes
                self.judge(path, expected, digests)

    def place(self, path: str, expected: Mapping[str, Mapping[str, str]]) -> None:
        """What a manifest lists is there, and what one lists the other lists too."""
        if path not in self.found:
            self.fault(path, "缺少", "missing")
        for name in expected:
            if path not in expected[name] and name in self.found:
                self.fault(path, f"{name} 里没有它", f"not listed in {name}")
                self.fault(name, f"没有列出 {path}", f"does not list {path}")

    def manifest(self, name: str, *, payload: bool) -> Mapping[str, str]:
        """The usable entries of one manifest."""
        if name not in self.found:
            self.fault(name, "缺少", "missing")
            return {}
        parsed = manifest.parse(self.raw(name))
        for problem in parsed.problems:
            self.faults.append(Fault(name, problem))
        usable = {}
        for path, digest in parsed.digests.items():
            if not inside(path):
                self.fault(path, f"{name} 里的路径离开了存档包", f"a path in {name} that leads out of the package")
            elif path.startswith("data/") != payload or path in manifest.TAGS:
                self.fault(name, f"不该列出 {path}", f"must not list {path}")
            else:
                usable[manifest.normal(path)] = digest
        return usable

    def digest(self, path: str, tick: Tick) -> Digests | None:
        try:
            with self.found[path].open("rb") as stream:
                return read(stream, tick=tick)
        except OSError as error:
            self.fault(path, f"读不到：{error.strerror}", f"cannot be read: {error.strerror}")
            return None

    def judge(self, path: str, expected: Mapping[str, Mapping[str, str]], digests: Digests) -> None:
        wrong = [
            name
            for name, now in zip(expected, (digests.sha256, digests.sm3), strict=True)
            if expected[name].get(path, now) != now
        ]
        named = [name for name in expected if path in expected[name]]
        self.agreed.update(name for name in named if name not in wrong)
        if wrong and wrong == named:
            self.fault(path, "内容与清单不符", "its bytes are not those of the manifest")
        for name in wrong:
            if wrong != named or len(named) < len(expected):
                self.fault(name, f"{path} 的摘要被改动", f"the digest of {path} was altered")

    def weigh(self) -> None:
        """Payload-Oxum: bytes and files of the payload at a glance (RFC 8493 section 2.2.2)."""
        text = self.raw("bag-info.txt").decode(errors="replace")
        said = _OXUM.search(text)
        if said is None:
            self.fault("bag-info.txt", "没有 Payload-Oxum", "has no Payload-Oxum")
            return
        sizes = [path.stat().st_size for key, path in self.found.items() if key.startswith("data/")]
        if (int(said[1]), int(said[2])) != (sum(sizes), len(sizes)):
            self.fault(
                "bag-info.txt",
                f"Payload-Oxum 为 {said[1]}.{said[2]}，实有 {sum(sizes)}.{len(sizes)}",
                f"Payload-Oxum says {said[1]}.{said[2]}, the payload is {sum(sizes)}.{len(sizes)}",
            )

    def follow_events(self) -> None:
        """The meeting's part of the event log, by its own chain."""
        if EVENTS not in self.found:
            return
        try:
            broken_rows = list(events.verify(event_rows(self.raw(EVENTS))))
        except (ValueError, RecursionError) as error:
            self.fault(EVENTS, f"不是事件日志：{error}", f"not an event log: {error}")
            return
        for broken in broken_rows:
            self.fault(EVENTS, f"第 {broken.n} 条事件：{broken.what}", f"event {broken.n}: {broken.what}")

    def match_register(self, registered: str) -> None:
        last = manifest.TAGS[0]
        if registered and hashlib.sha256(self.raw(last)).hexdigest() != registered:
            self.fault(last, "不是登记的那一份", "not the one that was registered")

    def follow_metadata(self) -> None:
        """The XML is as its XSD says, and names every file of the payload with its bytes."""
        said = _FORMAT.search(self.raw("bag-info.txt").decode(errors="replace"))
        version = said[1] if said else "1"
        if version not in {str(known) for known in range(1, FORMAT + 1)}:
            self.fault(
                "bag-info.txt",
                f"存档包格式 {version} 不认识，本程序认识到 {FORMAT}",
                f"package format {version} is not known, this program knows up to {FORMAT}",
            )
        elif kind_of(self.root) == STUB:
            self.match_stub()
        elif version != "1":
            self.match_metadata()

    def match_stub(self) -> None:
        """It tells what a stub tells, and nothing else comes with it."""
        key = f"data/{STUB_FILE}"
        try:
            told = json.loads(self.raw(key))
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict) or told.keys() != STUB_FIELDS:
            self.fault(key, "不是存根", "is no stub")
        for path in sorted(self.payload.keys() - {key}):
            self.fault(path, "存根里不该有它", "does not belong into a stub")

    def match_metadata(self) -> None:
        told: dict[str, int] = {}
        sound = any(path.startswith(inventory.AUDIO) for path in self.found)
        for key in (describe.DOCUMENTS, describe.SOUND) if sound else (describe.DOCUMENTS,):
            told |= self.named_by(key)
        for path, size in told.items():
            if path not in self.found:
                self.fault(path, "元数据里有，存档包里没有", "the metadata names it, the package has it not")
            elif path in self.payload and self.payload[path] != size:
                self.fault(path, f"元数据记为 {size} 字节", f"the metadata says {size} bytes")
        for path in sorted(path for path in self.found if path.startswith("data/") and path not in told):
            self.fault(path, "元数据里没有它", "the metadata does not name it")

    def named_by(self, key: str) -> Mapping[str, int]:
        if key not in self.found:
            self.fault(key, "缺少", "missing")
            return {}
        try:
            return {manifest.normal(path): size for path, size in describe.named(self.found[key])}
        except (ValueError, OSError) as error:
            self.fault(key, f"不符合它的 XSD：{error}", f"not as its XSD says: {error}")
            return {}

    def raw(self, key: str) -> bytes:
        """The bytes of a file; none where it is not there, or cannot be read."""
        try:
            return self.found[key].read_bytes() if key in self.found else b""
        except OSError as error:
            self.fault(key, f"读不到：{error.strerror}", f"cannot be read: {error.strerror}")
            return b""


def kind_of(folder: Path) -> str:
    """`stub`, or nothing for a package that holds what it stands for."""
    try:
        text = (folder / "bag-info.txt").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    said = re.search(rf"^{KIND_LABEL}: (\S+)$", text, re.MULTILINE)
    return said[1] if said else ""


def event_rows(raw: bytes) -> Iterator[LoggedEvent]:
    """The rows of an event log, `data/events.jsonl`.

    Raises:
        ValueError: it is none; with the line.

    """
    known = {each.name: each.type for each in fields(LoggedEvent)}
    for number, line in enumerate(raw.decode().removesuffix("\n").split("\n"), 1):
        row: Any = json.loads(line)
        if not isinstance(row, dict) or row.keys() != known.keys():
            raise ValueError(tr(f"第 {number} 行的字段不对", f"line {number} has other fields"))
        if any(not isinstance(row[name], kind) for name, kind in known.items() if isinstance(kind, type)):
            raise ValueError(tr(f"第 {number} 行的类型不对", f"line {number} has a value of another type"))
        yield LoggedEvent(**row)


def _printable(path: str) -> str:
    """A name that is not UTF-8 can still be told."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
