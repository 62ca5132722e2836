"""Whatever happens is one event; the events of a stream are chained by SHA-256 and SM3.

The chain runs within a stream (a meeting, or the room for everything else), so a meeting's rows
verify by themselves in its package. What is hashed is the row as it stands, byte for byte:
the previous digest, the canonical JSON of the envelope, and the canonical JSON of the data.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import rfc8785

from roomctl.domain.digests import sha256, sm3
from roomctl.i18n import tr

_LARGEST = 2**53  # of the numbers that canonical JSON can hold (RFC 8785 section 3.2.2.3)

GENESIS = ""
"""Digest before the first row of a stream."""


class By(StrEnum):
    """What kind of actor it was."""

    PERSON = "person"
    PLUGIN = "plugin"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. Written `person:张建国`, `plugin:archive`, `system:host`."""

    by: By
    name: str

    def __str__(self) -> str:
        return f"{self.by.value}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> "Actor":
        """From its text in the log, `person:张建国`. Raises: ValueError."""
        by, _, name = text.partition(":")
        return cls(By(by), name)

    @classmethod
    def person(cls, name: str) -> "Actor":
        return cls(By.PERSON, name)


SYSTEM = Actor(By.SYSTEM, "host")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, before it has a place in the log.

    Attributes:
        stream: a meeting's id, or a room's.
        kind: `meeting.opened`, `attendance.signed_in`; a plugin's own are `x.<plugin>.*`.
        v: version of the data's shape for this kind.
        at: aware, UTC.
        data: JSON values only; integers stay below 2**53 (RFC 8785 section 3.2.2.3).

    """

    stream: str
    kind: str
    actor: Actor
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    v: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """A row of the log, as stored.

    Attributes:
        seq: place in the whole log; n: in its stream; both from 1.
        at: UTC text with microseconds, as `instant_text` gives it.
        v: version of the data's shape for this kind.
        data: canonical JSON (RFC 8785), exactly as hashed.
        sha256, sm3: hex, of the row and of the one before it in its stream.

    """

    seq: int
    id: str
    room: str
    stream: str
    n: int
    at: str
    kind: str
    v: int
    actor: str
    data: str
    sha256: str
    sm3: str

    @property
    def instant(self) -> datetime:
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row of a stream: how many there are, and the digests of the last."""

    n: int = 0
    sha256: str = GENESIS
    sm3: str = GENESIS


def instant_text(at: datetime) -> str:
    """UTC with microseconds, always the same length: `2026-11-12T01:00:00.000000+00:00`.

    Raises:
        ValueError: without an offset.

    """
    if at.tzinfo is None:
        raise ValueError(f"an instant needs its UTC offset: {at.isoformat()}")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def link(event: Event, *, head: Head, event_id: str, room: str, seq: int = 0) -> LoggedEvent:
    """The row that follows `head` in its stream, and has the place `seq` in the whole log."""
    n, at, actor = head.n + 1, instant_text(event.at), str(event.actor)
    data = rfc8785.dumps(dict(event.data)).decode()
    body = _body(seq, event_id, room, event.stream, n, at, event.kind, event.v, actor, data)
    return LoggedEvent(
        seq=seq,
        id=event_id,
        room=room,
        stream=event.stream,
        n=n,
        at=at,
        kind=event.kind,
        v=event.v,
        actor=actor,
        data=data,
        sha256=sha256(head.sha256.encode() + body),
        sm3=sm3(head.sm3.encode() + body),
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of a stream, by its place in it from 1, that is not what it was, and how one sees it."""

    stream: str
    n: int
    what: str


def verify(rows: Iterable[LoggedEvent], head: Head | None = None) -> Iterator[Fault]:
    """Walks one stream in the order of `n` and names each row altered, removed, inserted or moved.

    Args:
        rows: of one stream, in the order they are stored.
        head: what the stream's newest row is known to be (heads.json, a receipt); finds a cut-off end.

    """
    last = Head()
    stream = ""
    for row in rows:
        stream = row.stream
        if not _readable(row):
            yield Fault(
                stream, last.n + 1, tr("被改动：有的列不是原来的类型", "altered: a column is of another type")
            )
            last = Head(last.n + 1, str(row.sha256), str(row.sm3))
            continue
        if row.n > last.n + 1:
            yield Fault(stream, last.n + 1, tr("缺失", "removed"))
        elif row.n != last.n + 1:
            yield Fault(stream, last.n + 1, tr("被插入或调换了次序", "inserted or reordered"))
        elif not _follows(row, last):
            yield Fault(stream, row.n, tr("被改动", "altered"))
        if head is not None and row.n == head.n and (row.sha256, row.sm3) != (head.sha256, head.sm3):
            yield Fault(stream, row.n, rewritten())
        last = Head(row.n, row.sha256, row.sm3)
    if head is not None and last.n < head.n:
        yield Fault(stream, last.n + 1, cut_off(head.n - last.n))


def rewritten() -> str:
    """Of a row whose digest is known from outside the log."""
    return tr(
        "被重写：摘要与日志之外的记载不符", "rewritten: its digest is not the one that was noted outside the log"
    )


def cut_off(rows: int) -> str:
    """Of an end that is known from outside the log. Args: rows: how many are missing."""
    return tr(f"末尾被截断：少了 {rows} 行", f"cut off: {rows} rows missing at the end")


def _readable(row: LoggedEvent) -> bool:
    """Whether each column can be hashed at all: SQLite stores anything in any column."""
    numbers, texts = (row.seq, row.n, row.v), (row.id, row.room, row.at, row.kind, row.actor, row.data)
    return all(type(n) is int and abs(n) < _LARGEST for n in numbers) and all(
        isinstance(text, str) for text in (*texts, row.sha256, row.sm3)
    )


def _follows(row: LoggedEvent, last: Head) -> bool:
    body = _body(row.seq, row.id, row.room, row.stream, row.n, row.at, row.kind, row.v, row.actor, row.data)
    return sha256(last.sha256.encode() + body) == row.sha256 and sm3(last.sm3.encode() + body) == row.sm3


def _body(
    seq: int, event_id: str, room: str, stream: str, n: int, at: str, kind: str, v: int, actor: str, data: str
) -> bytes:
    envelope = rfc8785.dumps([seq, event_id, room, stream, n, at, kind, v, actor])
    return b"\n" + envelope + b"\n" + data.encode()
