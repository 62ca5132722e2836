"""Judges of the four-property report: each looks at one thing in a package, and says what it found with a figure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from roomctl.api import PackageFile, events
from roomctl_archive import xmlio
from roomctl_archive.fixity import Digests
from roomctl_archive.inventory import Inventory
from roomctl_archive.retention import UNKNOWN
from roomctl_archive.verify import EVENTS, event_rows

LONGEST_TITLE = 500  # characters; our own limit, the standard leaves it to the receiving archive
FOLDERS = {"audio", "transcript", "records", "plan", "checks", "events.jsonl"}
"""Of the payload, as docs/package.md lists them."""

MINUTES = "会议记录"

MARKS = {
    ".docx": (b"PK\x03\x04",),
    ".flac": (b"fLaC",),
    ".jpg": (b"\xff\xd8\xff",),
    ".json": (b"{", b"["),
    ".jsonl": (b"{",),
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG",),
    ".svg": (b"<svg", b"<?xml"),
    ".tif": (b"II*\x00", b"MM\x00*"),
    ".wav": (b"RIFF",),
    ".xlsx": (b"PK\x03\x04",),
}
"""How a file of that format begins."""
_PLAIN = {".csv", ".txt", ".md"}  # text has no mark


class Result(StrEnum):
    """Of one item."""

    PASSED = "通过"
    FAILED = "不通过"
    PERSON = "人工"
    NONE = "不适用"


Outcome = tuple[Result, str]
"""A result with its figure."""

_SHOWN = 5  # faults that a figure names; the others are counted


@dataclass(frozen=True, slots=True)
class Evidence:
    """A package as it stands before its manifests of tags are written.

    Attributes:
        root: its folder; given: the files that were asked for; payload: what came of them.
        named: files that the XML names, with their bytes; its XSDs have been met.

    """

    root: Path
    held: Inventory
    given: Sequence[PackageFile]
    payload: Mapping[str, Digests]
    named: Mapping[str, int]


def _outcome(faults: Sequence[str], figure: str) -> Outcome:
    return (Result.FAILED, _some(faults)) if faults else (Result.PASSED, figure)


def _some(names: Sequence[str]) -> str:
    more = f" 等 {len(names)} 处" if len(names) > _SHOWN else ""
    return "；".join(names[:_SHOWN]) + more


def fixity(seen: Evidence) -> Outcome:
    """What was sealed has been read again, and is what it was: packing ends where it is not."""
    sealed = sum(bool(file.sha256) for file in seen.given)
    said = (
        f"{len(seen.payload)} 个文件有 SHA-256 和 SM3，其中 {sealed} 个与封存时的摘要一致；没有电子签名和可信时间戳"
    )
    return (Result.PASSED if sealed else Result.PERSON), said


def length(seen: Evidence) -> Outcome:
    """No title is longer than any archive takes."""
    longest = max((len(title) for title in _titles(seen)), default=0)
    said = f"最长题名 {longest} 字，限 {LONGEST_TITLE} 字"
    return _outcome([said] if longest > LONGEST_TITLE else [], said)


def schema(seen: Evidence) -> Outcome:
    """The XML was read back and held to its XSDs before any judge was asked."""
    return Result.PASSED, f"{len(seen.held.items)} 件文件、{len(seen.held.sound)} 段录音的元数据读回并符合 XSD"


def plausible(seen: Evidence) -> Outcome:
    """Nothing was formed after it was packed, and no meeting ended before it began; by this machine's clock."""
    held, meeting = seen.held, seen.held.meeting
    late = [item.title for item in held.items if item.formed > held.at.date()]
    late += [each.file.path for one in held.sound for each in one.heard if each.segment.utc > held.at]
    faults = [f"{what} 的日期晚于打包时间" for what in late]
    if meeting.started_at and meeting.adjourned_at and meeting.adjourned_at < meeting.started_at:
        faults.append("休会早于开会")
    dates = len(held.items) + sum(len(one.heard) for one in held.sound)
    return _outcome(faults, f"比对 {dates} 个日期，都不晚于打包时间（本机时钟）")


def characters(seen: Evidence) -> Outcome:
    """Nothing stood in the metadata that XML cannot hold, so that nothing had to be replaced."""
    texts = [*_titles(seen), seen.held.organization, *(one.recording.source for one in seen.held.sound)]
    bad = [text for text in texts if xmlio.clean(text) != text or "\ufffd" in text]
    return _outcome([f"含不能写入 XML 的字符：{xmlio.clean(text)}" for text in bad], f"{len(texts)} 项，没有特殊字符")


def _titles(seen: Evidence) -> Sequence[str]:
    return [*(item.title for item in seen.held.items), *(one.title for one in seen.held.sound)]


def unique(seen: Evidence) -> Outcome:
    """No two documents or recordings share a number."""
    numbers = [item.number for item in seen.held.items] + [one.recording.id for one in seen.held.sound]
    twice = sorted(number for number, times in Counter(numbers).items() if times > 1)
    return _outcome([f"电子文件号重复：{number}" for number in twice], f"{len(numbers)} 个电子文件号，没有重复")


def attributes(seen: Evidence) -> Outcome:
    """Bytes on the disk against the metadata; samples and rate against what each FLAC file says of itself."""
    faults = [
        f"{path} 实有 {size} 字节"
        for path, size in ((path, (seen.root / path).stat().st_size) for path in seen.named)
        if size != seen.named[path]
    ]
    heard = [(one.recording, each) for one in seen.held.sound for each in one.heard]
    for recording, each in heard:
        if each.info is None:
            faults.append(f"{each.file.path} 不是 FLAC")
        elif each.info.sample_rate != recording.sample_rate:
            faults.append(f"{each.file.path} 采样率 {each.info.sample_rate}，应为 {recording.sample_rate}")
        elif each.info.samples not in {0, each.segment.frames}:  # 0: the encoder did not know
            faults.append(f"{each.file.path} 有 {each.info.samples} 个样本，应为 {each.segment.frames}")
    return _outcome(faults, f"{len(seen.named)} 个文件的字节数、{len(heard)} 个录音文件的采样率和样本数一致")


def linked(seen: Evidence) -> Outcome:
    """Each file of the payload is named by the XML, and the XML names no other."""
    faults = [f"{path} 没有著录" for path in sorted(seen.payload.keys() - seen.named.keys())]
    faults += [f"{path} 不在包内" for path in sorted(seen.named.keys() - seen.payload.keys())]
    return _outcome(faults, f"{len(seen.named)} 个文件逐一著录")


def declared(seen: Evidence) -> Outcome:
    """The bag says what it is, and what is in it."""
    wanted = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sm3.txt")
    missing = [f"缺少 {name}" for name in wanted if not (seen.root / name).is_file()]
    return _outcome(missing, "BagIt 1.0（RFC 8493）的声明、说明和两份清单都在")


def layout(seen: Evidence) -> Outcome:
    """A folder that the docs do not know is for a person to judge."""
    tops = {PurePosixPath(path).parts[1] for path in seen.payload}
    other = sorted(tops - FOLDERS)
    if other:
        return Result.PERSON, f"说明里没有的文件夹：{_some(other)}"
    return Result.PASSED, f"{len(tops)} 个顶层文件夹或文件，都在说明里"


def count(seen: Evidence) -> Outcome:
    """As many files were asked for as are listed, and lie there."""
    there = sum(path.is_file() for path in (seen.root / "data").rglob("*"))
    said = f"应有 {len(seen.given)} 个文件，清单列出 {len(seen.payload)} 个，实有 {there} 个"
    return _outcome([] if len(seen.given) == len(seen.payload) == there else [said], said)


def size(seen: Evidence) -> Outcome:
    """As many bytes were read as lie there."""
    there = sum(path.stat().st_size for path in (seen.root / "data").rglob("*") if path.is_file())
    wanted = sum(each.bytes for each in seen.payload.values())
    said = f"读入 {wanted} 字节，实有 {there} 字节"
    return _outcome([] if wanted == there else [said], said)


def filled(seen: Evidence) -> Outcome:
    """What must be known of each document is known."""
    faults = [] if seen.held.organization else ["立档单位和责任者不详：请在设置里填移交单位"]
    faults += [f"{item.title} 文种不详" for item in seen.held.items if item.kind == UNKNOWN]
    return _outcome(faults, f"{len(seen.held.items) + len(seen.held.sound)} 件的必填项都有")


def process(seen: Evidence) -> Outcome:
    """The meeting's events follow one from the other, by their chain."""
    try:
        rows = list(event_rows((seen.root / EVENTS).read_bytes()))
    except FileNotFoundError:
        return Result.FAILED, f"缺少 {EVENTS}"
    except ValueError as error:
        return Result.FAILED, f"{EVENTS} 读不懂：{error}"
    broken = [f"第 {each.n} 条：{each.what}" for each in events.verify(rows)]
    return _outcome(broken, f"{len(rows)} 条事件，链条完整")


def sequence(seen: Evidence) -> Outcome:
    """Segments are numbered from 1, and each begins where the one before it ended."""
    faults, number = [], 0
    for one in seen.held.sound:
        ends: dict[int, tuple[int, int]] = {}
        for segment in sorted(one.recording.segments, key=lambda each: (each.track, each.seq)):
            seq, frame = ends.get(segment.track, (0, 0))
            if (segment.seq, segment.first_frame) != (seq + 1, frame):
                faults.append(f"录音 {one.recording.number} 声道 {segment.track} 第 {segment.seq} 段不接上一段")
            ends[segment.track] = segment.seq, segment.first_frame + segment.frames
            number += 1
    if not number:
        return Result.NONE, "没有录音"
    return _outcome(faults, f"{number} 段录音，序号和样本号连续")


def content(seen: Evidence) -> Outcome:
    """Every sealed segment is there; what was never recorded is declared, and a person must listen.

    So must one look where the 会议记录 is not signed yet; whether it was signed by hand or here, the figure says.
    """
    held = seen.held
    if held.supplement_to:
        return Result.NONE, "补充包：录音和其他文件在首包"
    missing = [f"缺少录音 {segment.path}" for one in held.sound for segment in one.missing]
    if held.meeting.recorded and not any(one.heard for one in held.sound):
        missing.append("会议要录音，包内没有录音")
    gaps = [(gap, one.recording.sample_rate) for one in held.sound for gap in one.recording.gaps]
    seconds = sum(one.recording.seconds for one in held.sound)
    signed, how = _signature(held)
    said = f"录音 {seconds:.1f} 秒，{how}"
    if missing:
        return Result.FAILED, _some(missing)
    if gaps:
        lost = sum(gap.frames / rate for gap, rate in gaps)
        return Result.PERSON, f"{said}，其中声明缺失 {len(gaps)} 处共 {lost:.3f} 秒，请听一遍"
    return Result.PASSED if signed else Result.PERSON, f"{said}，没有缺失"


def _signature(held: Inventory) -> tuple[bool, str]:
    """Whether the 会议记录 is signed, and how."""
    signed = [one.record for one in held.items if one.record and one.record.kind == MINUTES and one.record.signed_by]
    if not signed:
        return False, "会议记录还没有签字"
    how = "签字扫描件" if any(one.by_hand for one in signed) else "系统内签字，没有扫描件"
    return True, f"会议记录：{how}（{'、'.join(dict.fromkeys(one.signed_by for one in signed))}）"


def scope(seen: Evidence) -> Outcome:
    """Each document has a rule in the table of retention."""
    terms: Iterable[tuple[str, str]] = [(item.title, item.term) for item in seen.held.items]
    terms = [*terms, *((one.title, one.term) for one in seen.held.sound)]
    open_ones = [title for title, term in terms if term == UNKNOWN]
    if open_ones:
        return Result.PERSON, f"保管期限表里没有，请定保管期限：{_some(open_ones)}"
    return Result.PASSED, f"{len(terms)} 件都有保管期限"


def formats(seen: Evidence) -> Outcome:
    """Each file begins as its suffix promises; whether it can be read to its end is for a person."""
    faults, unknown = [], []
    for path in sorted(seen.payload):
        suffix = PurePosixPath(path).suffix.lower()
        if suffix in MARKS:
            with (seen.root / path).open("rb") as stream:
                if not stream.read(8).lstrip(b"\xef\xbb\xbf").startswith(MARKS[suffix]):
                    faults.append(f"{path} 开头不是 {suffix} 格式")
        elif suffix not in _PLAIN:
            unknown.append(path)
    if unknown and not faults:
        return Result.PERSON, f"不认识的格式：{_some(unknown)}"
    return _outcome(faults, f"{len(seen.payload)} 个文件的开头与后缀相符")


def plain(seen: Evidence) -> Outcome:
    """The form of a package: nothing has to be unpacked or opened with a key."""
    return Result.PASSED, f"普通文件夹，{len(seen.payload)} 个文件原样存放，整包没有压缩和加密"


def surplus(seen: Evidence) -> Outcome:
    """Nothing lies in the payload that was not put there."""
    inside = {path.relative_to(seen.root).as_posix() for path in seen.root.rglob("*") if not path.is_dir()}
    tops = {path for path in inside if "/" not in path or path.startswith("metadata/")}
    other = sorted(inside - tops - seen.payload.keys())
    return _outcome([f"多出 {path}" for path in other], f"{len(inside)} 个文件，没有多余的")


JUDGES: Mapping[str, Callable[[Evidence], Outcome]] = {
    each.__name__: each
    for each in (
        fixity, length, schema, plausible, characters, unique, attributes, linked, declared, layout, count, size,
        filled, process, sequence, content, scope, formats, plain, surplus,
    )
}  # fmt: skip
