"""秩序/后勤 log of a session: who noted what, when, and where in the sound. A correction is a new entry.

It is beside the 会议记录, for the secretary, and goes into the package; nothing of it comes into the 会议记录 by
itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roomctl.domain.checks import Title, titled
from roomctl.domain.events import Actor
from roomctl.domain.observers import Place
from roomctl.errors import BadInput, NotFound
from roomctl.i18n import tr

NOTED = "order_log.noted"


@dataclass(frozen=True, slots=True)
class LogKind:
    """What an entry is about: 秩序, 后勤, 设备, or as the office has it."""

    id: str
    title: Title

    @property
    def name(self) -> str:
        """The title in the reader's language."""
        return titled(self.title, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One entry.

    Attributes:
        id: of its event.
        kind: as it was called when it was written, in both languages.
        corrects: id of the entry that this one puts right; empty for none.
        corrected: another entry puts this one right.

    """

    id: str
    kind: LogKind
    text: str
    by: str
    at: datetime
    place: Place
    corrects: str = ""
    corrected: bool = False

    def as_json(self) -> dict[str, Any]:
        """As REST and the package have it; the instant in UTC."""
        return {
            "id": self.id,
            "kind": self.kind.id,
            "title": self.kind.name,
            "text": self.text,
            "by": self.by,
            "at": self.at.isoformat(),
            "recording": self.place.recording,
            "frame": self.place.frame,
            "corrects": self.corrects,
            "corrected": self.corrected,
        }


@dataclass(frozen=True, slots=True)
class LogFact:
    """An event of the log as the derivation reads it."""

    id: str
    at: datetime
    data: Mapping[str, Any]
    by: str


def derive(facts: Iterable[LogFact]) -> tuple[LogEntry, ...]:
    """All entries, in the order of the log; those that were corrected are among them."""
    rows = list(facts)
    corrected = {str(row.data.get("corrects")) for row in rows if row.data.get("corrects")}
    return tuple(
        LogEntry(
            id=row.id,
            kind=LogKind(str(row.data["kind"]), (str(row.data["title"][0]), str(row.data["title"][1]))),
            text=str(row.data["text"]),
            by=Actor.parse(row.by).name,
            at=row.at,
            place=Place.told(row.data),
            corrects=str(row.data.get("corrects") or ""),
            corrected=row.id in corrected,
        )
        for row in rows
    )


def find(entries: Iterable[LogEntry], entry: str) -> LogEntry:
    """The entry of that id. Raises: NotFound; BadInput: it was corrected, and its correction is meant."""
    for one in entries:
        if one.id == entry:
            if one.corrected:
                raise BadInput(
                    tr("这一条已经更正过", "this entry was corrected already"),
                    mend=tr("请更正更正后的那一条", "correct the entry that corrects it"),
                )
            return one
    raise NotFound(tr("没有这条记事", "there is no such entry"), entry[:64])


def kind_of(kinds: Sequence[LogKind], wanted: str) -> LogKind:
    """By id, or by its title in either language. Raises: BadInput, with the ids that there are."""
    for one in kinds:
        if wanted in {one.id, *one.title}:
            return one
    raise BadInput(
        tr(f"没有“{wanted[:40]}”这一类记事", f"the log has no kind {wanted[:40]!r}"),
        mend=tr("可用：", "known: ") + ", ".join(f"{one.id} ({one.name})" for one in kinds),
    )
