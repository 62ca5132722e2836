"""The papers of a meeting on disk: each is read before it is taken, so that a bad one is told at once."""

import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from roomctl.api import BadInput, Meeting, NotFound, PluginContext, Refused, State, tr
from roomctl.api.files import changing, durable_rename, fsync_folder, writing
from roomctl_transcript import papers
from roomctl_transcript.draft import PAPERS

KINDS = ("docx", "pdf", "txt", "md")
MOST = 100
"""Papers of one meeting."""
LONGEST_NAME = 120

_NAME = re.compile(r'[^/\\\x00-\x1f<>:"|?*.~][^/\\\x00-\x1f<>:"|?*]*')
_OVER = frozenset({State.CLOSED, State.DEPOSITED, State.ARCHIVED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that lies there.

    Attributes:
        characters: of its text; people, terms: that it names.
        trouble: why it cannot be read; empty where it can.

    """

    name: str
    bytes: int
    characters: int = 0
    people: int = 0
    terms: int = 0
    trouble: str = ""


def folder(data: Path, meeting: str) -> Path:
    """Where they lie."""
    return data / "meetings" / meeting / PAPERS


def listed(data: Path, meeting: str) -> tuple[Paper, ...]:
    """In the order of their names, those included that somebody put there by hand."""
    place, found = folder(data, meeting), list[Paper]()
    for path in papers.files(place) if place.is_dir() else ():
        with suppress(FileNotFoundError):  # left out this moment
            found.append(_seen(path))
    return tuple(found)


def add(ctx: PluginContext, meeting: Meeting, name: str, data: bytes, *, by: str) -> Paper:
    """Takes one in; one of the same name is replaced.

    Raises:
        BadInput: its name, its kind, or what is in it: damaged, with a password, a scan. Refused: the meeting is
            closed. SecrecyRefused: this machine may not hold the meeting.

    """
    ctx.services.need_held(meeting.id, "papers")
    _need_open(meeting)
    name = _plain(name)
    place = folder(ctx.services.data, meeting.id)
    if not data:
        raise _bad(name, tr("文件是空的，0 字节", "the file is empty, 0 bytes"))
    if len(data) > papers.LARGEST:
        raise _bad(name, tr(f"大于 {papers.LARGEST >> 20} MB", f"larger than {papers.LARGEST >> 20} MB"))
    with writing(place / name):
        place.mkdir(parents=True, exist_ok=True)
        aside = tempfile.TemporaryDirectory(prefix=".", dir=place)
    with aside:
        fresh = Path(aside.name) / name
        with writing(place / name):
            fresh.write_bytes(data)
        text = papers.read(fresh)
        if not text.strip():
            raise _bad(name, papers.without_text())
        with changing(place):  # the host and a command take papers in at once
            replaced = (place / name).exists()
            if not replaced and len(papers.files(place)) >= MOST:
                raise Refused(
                    tr("材料太多", "too many papers"),
                    tr(f"一场会议最多 {MOST} 份", f"a meeting has {MOST} at most"),
                    tr("请先删去不用的", "remove some first"),
                )
            with writing(place / name):
                durable_rename(fresh, place / name)
    ctx.publish("paper_added", {"by": by, "name": name, "bytes": len(data), "replaced": replaced}, meeting.id)
    return _told(name, len(data), text)


def remove(ctx: PluginContext, meeting: Meeting, name: str, *, by: str) -> None:
    """Raises: NotFound. Refused: the meeting is closed."""
    _need_open(meeting)
    place = folder(ctx.services.data, meeting.id)
    find(ctx.services.data, meeting.id, name)  # before a lock is laid beside a folder that is not there
    with changing(place):
        path = find(ctx.services.data, meeting.id, name)
        with writing(path):
            path.unlink()
            fsync_folder(place)
    ctx.publish("paper_removed", {"by": by, "name": path.name}, meeting.id)


def find(data: Path, meeting: str, name: str) -> Path:
    """The file of that name. Raises: NotFound, with those that there are."""
    place = folder(data, meeting)
    known = papers.files(place) if place.is_dir() else []
    path = next((one for one in known if one.name == name), None)
    if path is None:
        raise NotFound(
            tr(f"没有材料 {name}", f"there is no paper {name}"),
            mend=tr("已有：", "there are: ") + ("、".join(one.name for one in known) or "-"),
        )
    return path


def _seen(path: Path) -> Paper:
    state = path.stat()
    return _read(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=256)
def _read(path: Path, size: int, _changed: int) -> Paper:
    try:
        text = papers.read(path)
    except BadInput as error:
        return Paper(path.name, size, trouble=error.why or error.what)
    if not text.strip():
        return Paper(path.name, size, trouble=papers.without_text())
    return _told(path.name, size, text)


def _told(name: str, size: int, text: str) -> Paper:
    return Paper(name, size, len(text), len(papers.people_of(text)), len(papers.terms_of(text)))


def _plain(name: str) -> str:
    """A name that is one file of any system's folder. Raises: BadInput."""
    name = name.strip()
    kind = name.rpartition(".")[2].lower()
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise BadInput(
            tr(f"文件名“{name[:40]}”不能用", f"the name {name[:40]!r} cannot be used"),
            tr(
                f'最多 {LONGEST_NAME} 字，不含 / \\ : * ? " < > |，不以点开头', "it is too long, or has a sign like /"
            ),
            tr("请改名后再加", "rename the file first"),
        )
    if kind not in KINDS:
        raise _bad(name, tr("只支持 docx、pdf 和 txt", "only docx, pdf and txt are read"))
    return name


def _need_open(meeting: Meeting) -> None:
    if meeting.state in _OVER:
        raise Refused(
            tr("不能再改材料", "the papers can no longer be changed"),
            tr(f"会议现在是“{meeting.state.label}”", f"the meeting is {meeting.state.label!r}"),
        )


def _bad(name: str, why: str) -> BadInput:
    return BadInput(
        tr(f"不能读取材料 {name}", f"cannot read paper {name}"), why, tr("请另存为 docx", "save it as docx")
    )
