"""The papers of a meeting, 讲话稿, 主持词, 汇报材料: their text, and the units, terms and people that they name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from roomctl.api import BadInput, RoomctlError, tr
from roomctl_transcript import lexicon

LARGEST = 50 << 20
"""Bytes of one paper; more is no paper."""
MOST_UNPACKED = 400 << 20
"""Bytes of a docx when it is unpacked."""
REPEATED = 2
"""Times that a term stands in the papers before it counts, unless it is quoted."""

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""In which a docx says once more, for old programs, what stands in a box."""
_ORGAN = re.compile(
    r"[\u4e00-\u9fff]{2,10}?(?:局|委员会|委|办公室|厅|学院|医院|公司|集团|中心|工程|项目|街道|社区|小区|园区|开发区|方案|条例|办法|规划|大道|大桥|水库)"
)
_QUOTED = re.compile(r"[《“「]([\u4e00-\u9fff]{3,16})[》”」]")
_LEADS = re.compile(
    r"^.*(?:的|和|与|及|由|在|对|将|把|向|请|是|按|为|了|关于|各|本|该|建设|推进|完成|研究|听取|启动)"
)


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of a meeting.

    Attributes:
        texts: (file name, text), in order of the names.
        left: files that could not be read, with the reason.

    """

    texts: tuple[tuple[str, str], ...] = ()
    left: tuple[tuple[str, str], ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        return terms_of("\n".join(text for _, text in self.texts))

    @property
    def people(self) -> tuple[tuple[str, str], ...]:
        return people_of("\n".join(text for _, text in self.texts))


def folder(path: Path) -> Papers:
    """The papers in a folder: docx, PDF and txt. One that cannot be read is left out and told.

    Raises:
        BadInput: no such folder.

    """
    if not path.is_dir():
        raise BadInput(
            tr(f"没有文件夹 {path}", f"no folder {path}"),
            mend=tr("请用 --papers 给出材料文件夹", "give one with --papers DIR"),
        )
    texts: list[tuple[str, str]] = []
    left: list[tuple[str, str]] = []
    for file in files(path):
        try:
            text = read(file)
        except BadInput as error:
            left.append((file.name, error.why or error.what))
            continue
        if text.strip():
            texts.append((file.name, text))
        else:
            left.append((file.name, without_text()))
    return Papers(tuple(texts), tuple(left))


def files(path: Path) -> list[Path]:
    """Those in a folder, in the order of their names."""
    return sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith((".", "~$")))
    # ~$: what Word leaves beside an open document


def without_text() -> str:
    """Why a paper is of no use that can be read."""
    return tr("里面没有文字，可能是扫描件", "there is no text in it: perhaps a scan")


def read(file: Path) -> str:
    """Text of one paper. Raises: BadInput, where it cannot be read."""
    readers = {".docx": _docx, ".pdf": _pdf, ".txt": plain, ".md": plain}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise BadInput(
            tr(f"不能读取材料 {file.name}", f"cannot read paper {file.name}"),
            tr("只支持 docx、pdf 和 txt", "only docx, pdf and txt are read"),
            tr("请另存为 docx", "save it as docx"),
        )
    if file.stat().st_size > LARGEST:
        raise BadInput(
            tr(f"不能读取材料 {file.name}", f"cannot read paper {file.name}"),
            tr(f"大于 {LARGEST >> 20} MB", f"larger than {LARGEST >> 20} MB"),
        )
    try:
        return reader(file)
    except RoomctlError:
        raise
    except Exception as error:  # whatever a library raises over a file that somebody else made
        raise BadInput(
            tr(f"不能读取材料 {file.name}", f"cannot read paper {file.name}"),
            tr("文件已损坏，或不能读", "it is damaged, or cannot be read"),
            tr("请另存为 docx", "save it as docx"),
        ) from error


def terms_of(text: str) -> tuple[str, ...]:
    """Names of units, projects and papers in a text: what is quoted, and what ends like one and is repeated."""
    counts: dict[str, int] = {}
    for match in _ORGAN.finditer(text):
        term = _LEADS.sub("", match[0])
        if len(term) > 2:  # noqa: PLR2004 - two characters sound like too much
            counts[term] = counts.get(term, 0) + 1
    quoted = {match[1] for match in _QUOTED.finditer(text)}
    return tuple(sorted(quoted | {term for term, count in counts.items() if count >= REPEATED}))


def plain(path: Path) -> str:
    """A text file, in UTF-8 or GB 18030. Raises: BadInput."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(
            tr(f"不能读取 {path}", f"cannot read {path}"),
            error.strerror or "",
            tr("请检查文件名", "check the file's name"),
        ) from error
    for encoding in ("utf-8-sig", "gb18030"):  # what Excel and WPS write
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput(
        tr(f"{path.name} 不是文本文件", f"{path.name} is no text"),
        mend=tr("请另存为 UTF-8 文本", "save it as UTF-8 text"),
    )


def _docx(path: Path) -> str:
    """Every paragraph once, in its order: those of tables, merged cells, boxes and fields to fill in among them."""
    from docx import Document  # noqa: PLC0415 - heavy, and only for docx
    from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.text.paragraph import Paragraph  # noqa: PLC0415

    try:
        _need_small(path)
        document = Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError, BadZipFile) as error:
        raise BadInput(
            tr(f"不能读取材料 {path.name}", f"cannot read paper {path.name}"),
            tr("不是 docx 文件", "not a docx file"),
            tr("请另存为 docx", "save it as docx"),
        ) from error
    return "\n".join(
        Paragraph(element, document).text
        for element in document.element.body.iter(qn("w:p"))
        if next(element.iterancestors(_FALLBACK), None) is None
    )


def _need_small(path: Path) -> None:
    """A file of some kilobytes can unpack to more than there is memory. Raises: BadInput."""
    with ZipFile(path) as packed:
        if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
            raise BadInput(
                tr(f"不能读取材料 {path.name}", f"cannot read paper {path.name}"),
                tr(f"解开后大于 {MOST_UNPACKED >> 20} MB", f"unpacked it is larger than {MOST_UNPACKED >> 20} MB"),
                tr("请删去图片后另存为 docx", "leave its pictures out, and save it as docx"),
            )


def _pdf(path: Path) -> str:
    import logging  # noqa: PLC0415

    from pypdf import PdfReader  # noqa: PLC0415 - heavy, and only for PDF
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every slip of a producer
    what = tr(f"不能读取材料 {path.name}", f"cannot read paper {path.name}")
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise BadInput(
                what,
                tr("PDF 有密码", "the PDF has a password"),
                tr("请另存为没有密码的文件", "save it without a password"),
            )
        return "\n".join(_joined(page.extract_text()) for page in reader.pages)
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            what,
            tr("PDF 已损坏，或不能读", "the PDF is damaged, or cannot be read"),
            tr("请另存为 docx", "save it as docx"),
        ) from error


_APART = re.compile(r"(?<=[\u4e00-\u9fff])[ \t]+(?=[0-9])|(?<=[0-9%])[ \t]+(?=[\u4e00-\u9fff])")
_BROKEN = re.compile(r"(?<=[\u4e00-\u9fff，、；：0-9])[ \t]*\n[ \t]*(?=[\u4e00-\u9fff0-9，。、；：！？”）》])")


def _joined(page: str) -> str:
    """Lines of a page put together again: a PDF breaks sentences where its lines end, and sets figures apart."""
    return _APART.sub("", _BROKEN.sub("", page))


SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁"
    "岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟"
)
"""The most common ones: what begins otherwise is taken for a word."""
DOUBLE_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "端木")
_ENDS = r"(?=[，。、；：！？（）\s]|同志|汇报|发言|讲话|主持|介绍|补充|出席|列席|参加|$)"


def people_of(text: str) -> tuple[tuple[str, str], ...]:
    """(name, unit and duty) of those whom a text names with their duty, or as 同志."""
    return tuple(dict(_people(text)).items())


def _people(text: str) -> Iterator[tuple[str, str]]:
    name = rf"((?:{'|'.join(DOUBLE_SURNAMES)})[\u4e00-\u9fff]{{1,2}}?|[\u4e00-\u9fff]{{2,3}}?)"
    titles = "|".join(sorted((t for t in lexicon.TITLES if t not in {"同志", "代表", "委员"}), key=len, reverse=True))
    for match in re.finditer(rf"([\u4e00-\u9fff]{{0,12}}?(?:{titles})){name}{_ENDS}", text):
        if _is_name(match[2]):
            yield match[2], _LEADS.sub("", match[1])
    for match in re.finditer(rf"{name}同志", text):
        for length in (4, 3, 2):
            if _is_name(match[1][-length:]) and len(match[1]) >= length:
                yield match[1][-length:], ""
                break


def _is_name(text: str) -> bool:
    double = text.startswith(DOUBLE_SURNAMES)
    lengths = (3, 4) if double else (2, 3)
    return len(text) in lengths and (double or text[0] in SURNAMES)
