"""`metadata/documents.xml` after DA/T 46-2009, and `metadata/sound.xml` after DA/T 63-2017, each with our own XSD.

Names and numbers of the elements are the standards', as far as they are known from what is public; see README for
what was not checked against the printed text. What is not known is left out, or is 不详 where an element must be.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from roomctl.api import RecordFile
from roomctl_archive import xmlio
from roomctl_archive.inventory import Inventory, Item, Sound, Sounding, Stored
from roomctl_archive.retention import UNKNOWN
from roomctl_archive.xmlio import Node

DOCUMENTS, SOUND = "metadata/documents.xml", "metadata/sound.xml"
SCHEMAS = {DOCUMENTS: "documents.xsd", SOUND: "sound.xsd"}
DOCUMENTS_NAMESPACE, SOUND_NAMESPACE = "urn:roomctl:package:documents:2", "urn:roomctl:package:sound:2"

FORMATS = {
    ".csv": ("CSV", "text/csv"),
    ".docx": ("DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".flac": ("FLAC", "audio/flac"),
    ".jpg": ("JPEG", "image/jpeg"),
    ".json": ("JSON", "application/json"),
    ".jsonl": ("JSON Lines", ""),
    ".md": ("Markdown", "text/markdown"),
    ".mp3": ("MP3", "audio/mpeg"),
    ".ofd": ("OFD", ""),
    ".pdf": ("PDF", "application/pdf"),
    ".png": ("PNG", "image/png"),
    ".svg": ("SVG", "image/svg+xml"),
    ".tif": ("TIFF", "image/tiff"),
    ".txt": ("TXT", "text/plain"),
    ".wav": ("WAV", "audio/vnd.wave"),
    ".xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".xml": ("XML", "application/xml"),
}
"""Name of a format and its media type by suffix; a type that is not registered with IANA is left out."""


_FILES = ("电子属性", "计算机文件", "附属文件")
"""Elements that stand for one file."""


def named(path: Path) -> Iterator[tuple[str, int]]:
    """Every file that one of the two names, with its bytes; the XML is held against its XSD on the way.

    Raises:
        ValueError: it is not as the schema says; with the line.
        OSError: it cannot be read.

    """
    for node in xmlio.read(path, SCHEMAS[f"metadata/{path.name}"], *_FILES):
        yield node.findtext("{*}计算机文件名"), int(node.findtext("{*}计算机文件大小"))


def documents(out: BinaryIO, held: Inventory) -> None:
    """Every 件 of the package that is no sound."""
    with xmlio.document(out, "电子文件元数据", DOCUMENTS_NAMESPACE, _about(held, "DA/T 46-2009")) as writer:
        for item in held.items:
            writer.add(Node("文件", list(_item(held, item))))


def _about(held: Inventory, standard: str) -> dict[str, str]:
    about = {"依据": standard, "会议": held.meeting.id, "打包时间": held.at.isoformat(timespec="seconds")}
    return about | ({"补充": held.supplement_to} if held.supplement_to else {})


def _item(held: Inventory, item: Item) -> Iterator[Node]:
    yield Node("聚合层次", "件", "M1")
    yield Node("来源", [Node("立档单位名称", held.organization or UNKNOWN, "M6")], "M2")
    yield Node("电子文件号", item.number, "M7")
    kept = [Node("年度", str(item.formed.year), "M11"), Node("保管期限", item.term, "M12")]
    yield Node("档号", kept, "M8")  # its other parts are given by the archivist
    yield Node("内容描述", list(_content(held, item)), "M21")
    if item.record:
        yield Node("形式特征", [Node("稿本", "定稿" if item.record.signed_by else "草稿", "M45")], "M40")
    for file in item.files:
        yield Node("电子属性", list(_electronic(file)), "M46")
    if item.record and item.record.demo:
        yield Node("附注", "演示数据，不是真实签字", "M75")
    if item.record and item.record.signed_by:
        yield Node("业务实体", list(_signed(held, item.record)))


def _content(held: Inventory, item: Item) -> Iterator[Node]:
    yield Node("题名", item.title, "M22")
    yield Node("责任者", held.organization or UNKNOWN, "M32")
    yield Node("日期", item.formed.isoformat(), "M33")
    yield Node("文种", item.kind, "M34")
    yield from _secrecy(held, "M38", "M39")


def _secrecy(held: Inventory, level: str = "", term: str = "") -> Iterator[Node]:
    secrecy = held.meeting.highest_secrecy
    yield Node("密级", secrecy.level.value, level)
    if secrecy.term:
        yield Node("保密期限", secrecy.term, term)


def _electronic(file: Stored) -> Iterator[Node]:
    suffix = PurePosixPath(file.path).suffix.lower()
    name, media = FORMATS.get(suffix, (suffix.removeprefix(".").upper() or UNKNOWN, ""))
    form = [Node("格式名称", name), *([Node("媒体类型", media)] if media else [])]
    yield Node("格式信息", form, "M47")
    yield Node("计算机文件名", file.path, "M48")
    yield Node("计算机文件大小", str(file.digests.bytes), "M49")
    yield from _fixity(file)


def _fixity(file: Stored) -> Sequence[Node]:
    """Our own addition: neither standard has an element for a digest."""
    return [
        Node("固化信息", file.digests.sha256, attributes={"算法": "SHA-256"}),
        Node("固化信息", file.digests.sm3, attributes={"算法": "SM3"}),
    ]


def _signed(held: Inventory, record: RecordFile) -> Iterator[Node]:
    """A name that was entered, by the machine's clock: no electronic signature (M57) is claimed."""
    yield Node("业务行为", "签字登记", "M81")
    if record.signed_at:
        yield Node("行为时间", record.signed_at.astimezone(held.zone).isoformat(timespec="seconds"), "M82")
    yield Node("机构人员名称", record.signed_by, "M77")


def sound(out: BinaryIO, held: Inventory) -> None:
    """Every recording of the package with all its files."""
    with xmlio.document(out, "录音电子档案元数据", SOUND_NAMESPACE, _about(held, "DA/T 63-2017")) as writer:
        for one in held.sound:
            with writer.inside("录音"):
                for node in _recording(held, one):
                    writer.add(node)
                for each in one.heard:
                    writer.add(Node("计算机文件", list(_segment(held, each))))
                for file in one.beside:
                    writer.add(Node("附属文件", list(_of_sound(file))))
        for file in held.loose:
            writer.add(Node("附属文件", list(_of_sound(file))))


def _recording(held: Inventory, one: Sound) -> Iterator[Node]:
    recording = one.recording
    yield Node("聚合层次", "件")
    yield Node("电子文件号", recording.id)
    yield Node("题名", one.title, "M7")
    yield Node("责任者", held.organization or UNKNOWN)
    if recording.segments:
        first = min(segment.utc for segment in recording.segments)
        yield Node("形成时间", first.astimezone(held.zone).isoformat(timespec="milliseconds"), attributes=_OWN_CLOCK)
    yield Node("年度", str(held.meeting.starts.year))
    yield from _secrecy(held)
    yield Node("保管期限", one.term)
    yield Node("信号来源", recording.source.strip() or UNKNOWN)
    infos = {each.info for each in one.heard}
    yield Node("编码", "FLAC" if infos and None not in infos else UNKNOWN)
    yield Node("采样率", str(recording.sample_rate), attributes={"单位": "Hz"})
    depths = {info.bits for info in infos if info}
    if len(depths) == 1 and None not in infos:
        yield Node("量化位数", str(*depths), attributes={"单位": "bit"})
    yield Node("声道数", str(recording.tracks))
    yield Node("时长", f"{recording.seconds:.3f}", attributes={"单位": "s"})
    yield Node("样本数", str(recording.frames))
    for gap in recording.gaps:
        about = {"起始样本": str(gap.first_frame), "样本数": str(gap.frames)}
        yield Node("缺失", gap.reason, attributes=about)


_OWN_CLOCK = {"时间来源": "本机时钟"}
"""No trusted time stamp stands behind it, and none is claimed."""


def _segment(held: Inventory, each: Sounding) -> Iterator[Node]:
    segment = each.segment
    yield Node("声道", str(segment.track))
    yield Node("序号", str(segment.seq))
    yield Node("起始样本", str(segment.first_frame))
    yield Node("样本数", str(segment.frames))
    yield Node(
        "开始时间", segment.utc.astimezone(held.zone).isoformat(timespec="milliseconds"), attributes=_OWN_CLOCK
    )
    yield from _of_sound(each.file)


def _of_sound(file: Stored) -> Iterator[Node]:
    yield Node("计算机文件名", file.path)
    yield Node("计算机文件大小", str(file.digests.bytes))
    yield from _fixity(file)
