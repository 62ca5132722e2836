"""The event log: rows chained within their stream, appended in the transaction of the change they tell of.

Every change of the system passes here, so appending speaks to the driver without SQLAlchemy in between: that halves
the time that a row costs beside its commit.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from roomctl.domain.events import SYSTEM, Event, Head, LoggedEvent, link
from roomctl.storage.schema import driver
from roomctl.storage.tables import CursorRow, EventRow
from roomctl.storage.work import Work

STREAM_HEAD = "stream.head"
"""Kind of the room's event that notes the head of a meeting's stream."""

NOTED = frozenset({"meeting.opened", "meeting.closed", "meeting.cancelled"})
"""With these the head of the meeting's stream is written into the room's."""

COLUMNS = tuple(EventRow.__table__.columns)
_FIELDS = tuple(column.name for column in COLUMNS)
_HEAD = "SELECT n, sha256, sm3 FROM events WHERE stream = ? ORDER BY n DESC LIMIT 1"
_LAST = "SELECT max(seq) FROM events"
_INSERT = """
INSERT INTO events (seq, id, room, stream, n, at, kind, v, actor, data, sha256, sm3)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class SqlEventLog:
    """`roomctl.services.ports.EventLog` on the open unit of work.

    Args:
        new_id: gives a UUIDv7 as text.

    """

    def __init__(self, work: Work, new_id: Callable[[], str]) -> None:
        self._work, self._new_id = work, new_id
        self.appended: list[LoggedEvent] = []

    def append(self, event: Event) -> LoggedEvent:
        row = self._append(event)
        room = self._work.database.room.id
        if event.kind in NOTED and event.stream != room:
            noted = {"stream": row.stream, "n": row.n, "sha256": row.sha256, "sm3": row.sm3}
            self._append(Event(stream=room, kind=STREAM_HEAD, actor=SYSTEM, at=event.at, data=noted))
        return row

    def _append(self, event: Event) -> LoggedEvent:
        room = self._work.database.room.id
        log = driver(self._work.connection(writing=True))
        seq = (log.execute(_LAST).fetchone()[0] or 0) + 1  # nobody else writes before this transaction ends
        row = link(event, head=self.head(event.stream), event_id=self._new_id(), room=room, seq=seq)
        told = (
            row.seq, row.id, row.room, row.stream, row.n, row.at, row.kind, row.v, row.actor, row.data, row.sha256,
            row.sm3,
        )  # fmt: skip
        log.execute(_INSERT, told)
        self.appended.append(row)
        return row

    def stream(
        self, stream: str, kinds: Sequence[str] = (), saying: Mapping[str, str] | None = None
    ) -> Iterator[LoggedEvent]:
        if saying:
            return self._saying(stream, kinds, saying)
        query = select(*COLUMNS).where(EventRow.stream == stream)
        # Both are the order of the log; by `n` SQLite would read the whole stream for what is asked of a kind.
        query = (
            query.where(or_(*map(_of_kind, kinds))).order_by(EventRow.seq) if kinds else query.order_by(EventRow.n)
        )
        return iter([logged(row) for row in self._work.connection().execute(query)])

    def _saying(self, stream: str, kinds: Sequence[str], saying: Mapping[str, str]) -> Iterator[LoggedEvent]:
        """Asked with each sign-in, and so without SQLAlchemy too. A kind that ends in `*` is a pattern of GLOB."""
        kind = " OR ".join("kind GLOB ?" for _ in kinds) or "1"
        said = " OR ".join("json_extract(data, ?) = ?" for _ in saying)
        wanted = [text for name, value in saying.items() for text in (f"$.{name}", value)]
        names = ", ".join(_FIELDS)
        found = driver(self._work.connection()).execute(
            f"SELECT {names} FROM events WHERE stream = ? AND ({kind}) AND ({said}) ORDER BY n",  # noqa: S608 - no text of anybody's is in it
            (stream, *kinds, *wanted),
        )
        return iter([LoggedEvent(**dict(zip(_FIELDS, row, strict=True))) for row in found])

    def since(self, seq: int, limit: int = 500) -> Sequence[LoggedEvent]:
        query = select(*COLUMNS).where(EventRow.seq > seq).order_by(EventRow.seq).limit(limit)
        return [logged(row) for row in self._work.connection().execute(query)]

    def find(
        self,
        *,
        stream: str = "",
        kinds: Sequence[str] = (),
        after: int = 0,
        before: int | None = None,
        newest: bool = True,
        limit: int = 100,
    ) -> Sequence[LoggedEvent]:
        query = select(*COLUMNS).where(EventRow.seq > after).limit(limit)
        query = query.order_by(EventRow.seq.desc() if newest else EventRow.seq)
        if before is not None:
            query = query.where(EventRow.seq < before)
        if stream:
            query = query.where(EventRow.stream == stream)
        if kinds:
            query = query.where(or_(*map(_of_kind, kinds)))
        return [logged(row) for row in self._work.connection().execute(query)]

    def last(self) -> int:
        return self._work.connection().execute(select(func.max(EventRow.seq))).scalar() or 0

    def head(self, stream: str) -> Head:
        row = driver(self._work.connection()).execute(_HEAD, (stream,)).fetchone()
        return Head(*row) if row else Head()

    def heads(self) -> Mapping[str, Head]:
        newest = select(EventRow.stream, func.max(EventRow.n).label("n")).group_by(EventRow.stream).subquery()
        query = select(EventRow.stream, EventRow.n, EventRow.sha256, EventRow.sm3).join(
            newest, (EventRow.stream == newest.c.stream) & (EventRow.n == newest.c.n)
        )
        return {row.stream: Head(row.n, row.sha256, row.sm3) for row in self._work.connection().execute(query)}

    def cursors(self) -> Mapping[str, int]:
        query = select(CursorRow.subscriber, CursorRow.seq)
        return {row.subscriber: row.seq for row in self._work.connection().execute(query)}

    def set_cursor(self, subscriber: str, seq: int) -> None:
        put = upsert(CursorRow).values(subscriber=subscriber, seq=seq)
        self._work.connection(writing=True).execute(
            put.on_conflict_do_update(index_elements=[CursorRow.subscriber], set_={"seq": put.excluded.seq})
        )


def _of_kind(kind: str) -> ColumnElement[bool]:
    if kind.endswith("*"):
        return EventRow.kind.startswith(kind[:-1], autoescape=True)
    return EventRow.kind == kind


def logged(row: Row[Any]) -> LoggedEvent:
    """The row of `COLUMNS` as the domain knows it."""
    return LoggedEvent(**row._asdict())
