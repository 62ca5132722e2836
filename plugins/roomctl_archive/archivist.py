"""What the 归档登记 asks: what a package holds by its own metadata, whether it is all there, its 档号, its list."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from roomctl.api import Damaged, Fault, NotFound, Package, PluginContext, Verdict, tr
from roomctl.api.registration import CatalogueRow, Contents, Entry, Question, Reconciled, Series
from roomctl_archive import archival_code, catalogue, describe, four_properties, reconcile, xmlio
from roomctl_archive.config import ArchiveConfig
from roomctl_archive.fixity import Tick
from roomctl_archive.judges import Result
from roomctl_archive.retention import FOREVER
from roomctl_archive.verify import STUB, STUB_FILE, kind_of, verify

_KEPT = "contents:"
OPEN = "非密"


class PackageReader:
    """`roomctl.services.archive_ports.Archivist`, for packages of format 2."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._config: ArchiveConfig = ctx.config

    def contents(self, package: Package) -> Contents:
        """Read once, then kept beside the meeting: the copy on this machine may be given up one day."""
        store, key = self._ctx.store(package.meeting), f"{_KEPT}{package.id}"
        kept = store.get(key)
        if kept is None:
            kept = json.loads(json.dumps(asdict(self._read(package)), default=str, ensure_ascii=False))
            store.put(key, kept)
        return Contents(
            entries=tuple(Entry(**one | {"formed": date.fromisoformat(one["formed"])}) for one in kept["entries"]),
            questions=tuple(Question(**one) for one in kept["questions"]),
        )

    def count(self, package: Package, tick: Tick) -> Verdict:
        folder = self._folder(package)
        found = verify(folder, tick, registered=package.manifest_sha256)
        faults = list(found.problems)
        for was, should, zh, en in (
            (found.files, package.files, "个文件", "files"),
            (found.bytes, package.bytes, "字节", "bytes"),
        ):
            if was != should:
                said = tr(f"查到 {was} {zh}，登记为 {should}", f"{was} {en} are there, {should} are registered")
                faults.append(Fault("", said))
        return Verdict(found.files, found.bytes, tuple(faults))

    def series(self, entry: Entry, term: str) -> Series | None:
        rule = archival_code.load(self._config.archival_code, self._ctx.services.data)
        return rule.series(entry, term, fonds=self._config.fonds.strip(), office=self._config.office_code.strip())

    def catalogue(self, rows: Sequence[CatalogueRow], title: str, target: Path) -> None:
        catalogue.write(
            rows, target, title=title, organization=self._config.source_organization.strip(),
            fonds=self._config.fonds.strip(),
        )  # fmt: skip

    def reconciled(self) -> Sequence[Reconciled]:
        return reconcile.newest(self._ctx)

    def _folder(self, package: Package) -> Path:
        folder = self._ctx.services.data / package.path
        if not folder.is_dir():
            raise NotFound(
                tr(f"本机没有存档包 {package.id}", f"package {package.id} is not on this machine"),
                tr("本机副本已清理或丢失", "the local copy was given up, or is lost"),
                f"roomctl archive reverify {package.meeting}",
            )
        return folder

    def _read(self, package: Package) -> Contents:
        folder = self._folder(package)
        try:
            if kind_of(folder) == STUB:
                return _stub(folder, package, self._config.source_organization.strip())
            report = json.loads((folder / four_properties.REPORT).read_text(encoding="utf-8"))
            documents = [_document(node, folder) for node in _nodes(folder, describe.DOCUMENTS, "文件")]
            sound = []
            if (folder / describe.SOUND).is_file():
                sound = [_sound(node) for node in _nodes(folder, describe.SOUND, "录音")]
            questions = [_question(row) for row in report["items"] if row["result"] == Result.PERSON]
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise Damaged(
                tr(f"读不到存档包 {package.id} 的元数据", f"the metadata of package {package.id} cannot be read"),
                " ".join(str(error).split()) or type(error).__name__,
                f"roomctl archive verify {folder}",
            ) from error
        return Contents(entries=(*documents, *sound), questions=tuple(questions))


def _nodes(folder: Path, name: str, tag: str) -> Iterator[Any]:
    return xmlio.read(folder / name, describe.SCHEMAS[name], tag)


def _text(node: Any, *path: str) -> str:
    return str(node.findtext("/".join(f"{{*}}{one}" for one in path)) or "")


def _document(node: Any, folder: Path) -> Entry:
    files = [(_text(one, "计算机文件名"), int(_text(one, "计算机文件大小"))) for one in node.findall("{*}电子属性")]
    number = _text(node, "电子文件号")
    return Entry(
        number=number,
        kind=_text(node, "内容描述", "文种"),
        title=_text(node, "内容描述", "题名"),
        formed=date.fromisoformat(_text(node, "内容描述", "日期")),
        term=_text(node, "档号", "保管期限"),
        responsible=_text(node, "内容描述", "责任者"),
        secrecy=_secrecy(_text(node, "内容描述", "密级"), _text(node, "内容描述", "保密期限")),
        files=len(files),
        bytes=sum(size for _, size in files),
        record="" if "/" in number else number,
        pages=_pages([folder / path for path, _ in files]),
    )


def _stub(folder: Path, package: Package, organization: str) -> Contents:
    """One 件 that stands for what lies on a registered medium, with the number that it has there."""
    told = json.loads((folder / "data" / STUB_FILE).read_text(encoding="utf-8"))
    entry = Entry(
        number=f"{package.meeting}/stub",
        kind="涉密存档包存根",
        title=told["title"] or f"[涉密会议，编号 {told['number']}]",
        formed=date.fromisoformat(told["date"]),
        term=FOREVER,
        responsible=organization,
        secrecy=told["secrecy"],
        files=package.files,
        bytes=package.bytes,
    )
    return Contents(entries=(entry,), questions=())


def _sound(node: Any) -> Entry:
    sizes = [int(one.text) for one in node.iterfind(".//{*}计算机文件大小")]
    at = _text(node, "形成时间")
    return Entry(
        number=_text(node, "电子文件号"),
        kind="录音",
        title=_text(node, "题名"),
        formed=datetime.fromisoformat(at).date() if at else date(int(_text(node, "年度")), 1, 1),
        term=_text(node, "保管期限"),
        responsible=_text(node, "责任者"),
        secrecy=_secrecy(_text(node, "密级"), _text(node, "保密期限")),
        files=len(sizes),
        bytes=sum(sizes),
        seconds=float(_text(node, "时长")),
    )


def _secrecy(level: str, term: str) -> str:
    """As it is marked: 秘密★3年; 内部 has no star; what is open has no mark."""
    if level == OPEN:
        return ""
    return f"{level}★{term}" if term else level


def _question(row: dict[str, str]) -> Question:
    return Question(
        number=row["number"],
        title=row["title"],
        title_en=row["title_en"],
        property=row["property"],
        why=row["figure"],
    )


_PICTURES = {".jpg", ".jpeg", ".png", ".tif", ".tiff"}


def _pages(paths: Sequence[Path]) -> int | None:
    """Of the print of a 件, or of its pictures; None where nobody can count them without laying them out."""
    prints = [path for path in paths if path.suffix.lower() == ".pdf"]
    pictures = [path for path in paths if path.suffix.lower() in _PICTURES]
    if not prints:
        return len(pictures) or None
    try:
        from pypdf import PdfReader  # noqa: PLC0415 - an extra, and only for PDF

        return sum(len(PdfReader(path).pages) for path in prints)
    except Exception:  # noqa: BLE001 - pypdf lets whatever a broken file raises come through; pages are no reason to stop
        return None
