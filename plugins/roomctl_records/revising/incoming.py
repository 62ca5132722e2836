"""Looks at a docx that somebody sent, before anything reads it: what could hurt is refused in words."""

import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from roomctl.api import BadInput, tr

LARGEST = 64 << 20
"""Bytes of the file; a record of three hours has a hundredth of it."""
MOST_UNPACKED = 256 << 20
MOST_ENTRIES = 2000
_TEXT = "word/document.xml"
_LARGEST_TEXT = 64 << 20
"""Bytes of the text's part alone: it is read into memory as a tree."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # MS-CFB: a .doc, or a docx under a password
_ACTIVE = re.compile(
    r"vbaProject\.bin|vbaData\.xml|/activeX/|/embeddings/.*\.(?:bin|exe|js|vbs|ps1|bat)", re.IGNORECASE
)
_FETCHED = re.compile(rb"<[^>]*\bTargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
_LINK = re.compile(rb"/relationships/hyperlink[\"']", re.IGNORECASE)


def look(path: Path) -> None:
    """Nothing is unpacked to disk, and no part is read further than its limit.

    Raises:
        BadInput: too large, no zip, no docx, under a password; it unpacks to too much; it carries a macro or a
            program, names something that a word processor would fetch from elsewhere, or declares XML entities.

    """
    size = path.stat().st_size
    if size > LARGEST:
        raise refused(tr(f"大于 {LARGEST >> 20} MB", f"larger than {LARGEST >> 20} MB"))
    with path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            raise refused(
                tr("是旧版 doc，或设了打开密码", "it is an old .doc, or has a password"),
                tr("请去掉密码，另存为 docx", "take the password off, save it as docx"),
            )
    try:
        with ZipFile(path) as zipped:
            _entries(zipped.infolist())
            for entry in zipped.infolist():
                if entry.filename.endswith((".xml", ".rels")):
                    _part(zipped, entry)
    except (BadZipFile, OSError, EOFError, RuntimeError, ValueError) as error:
        raise refused(tr("不是完整的 docx 文件", "it is no whole docx file")) from error


def refused(why: str, mend: str = "") -> BadInput:
    """A file that is not taken, with the reason."""
    return BadInput(
        tr("这个文件不能收", "this file is not taken"),
        why,
        mend or tr("请用文字处理软件另存为 docx 再传", "save it as docx in a word processor, then send it again"),
    )


def _entries(entries: list[ZipInfo]) -> None:
    if _TEXT not in {one.filename for one in entries}:
        raise refused(tr("不是 docx 文件", "it is no docx file"))
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_UNPACKED:
        raise refused(
            tr("解压后太大，可能是压缩炸弹", "it unpacks to far too much"),
            tr("请用原来的文件修改", "work on the file that was sent out"),
        )
    for one in entries:
        if _ACTIVE.search(f"/{one.filename}"):
            raise refused(
                tr(f"里面有宏或程序：{one.filename}", f"there is a macro or a program in it: {one.filename}"),
                tr("请另存为不带宏的 docx", "save it as docx without macros"),
            )


def _part(zipped: ZipFile, entry: ZipInfo) -> None:
    """Of a part of XML: a zip may lie about sizes, so it is read by the limit and not by its word."""
    with zipped.open(entry) as part:
        raw = part.read(_LARGEST_TEXT + 1)
    if len(raw) > _LARGEST_TEXT:
        raise refused(
            tr(f"{entry.filename} 太大", f"{entry.filename} is too large"),
            tr("请用原来的文件修改", "work on the file that was sent out"),
        )
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise refused(tr(f"{entry.filename} 里有实体声明", f"{entry.filename} declares XML entities"))
    if entry.filename.endswith(".rels"):
        for found in _FETCHED.finditer(raw):
            if not _LINK.search(found[0]):  # a hyperlink is followed by hand alone
                raise refused(
                    tr(
                        "会从别处取内容（外部模板或图片）",
                        "it fetches something from elsewhere: a template, a picture",
                    ),
                    tr("请断开外部链接，另存为 docx", "break the links, save it as docx"),
                )
