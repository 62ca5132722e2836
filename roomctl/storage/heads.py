"""The newest row of every stream, noted outside the database, so that a cut-off end is found.

`heads.json` is a snapshot, written whole (temporary file, fsync, rename). A snapshot after every commit would
cost as much as the commit itself, and grow with the number of meetings. So what was committed since the
snapshot stands in `heads.jsonl`, one line for each row, appended without an fsync: a line survives the death of
the process, and only a power cut within the seconds that the system keeps it in memory can take it; then the
log is still whole, and the next snapshot notes it again. A head is never ahead of the log.

Nothing noted is ever forgotten in favour of a log that contradicts it: a snapshot moves a stream on only where
the log still holds every row that was noted of it.
"""

import json
import logging
import os
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from roomctl.domain.events import Head, LoggedEvent
from roomctl.storage.schema import settle
from roomctl.storage.tables import EventRow

log = logging.getLogger(__name__)

TAIL_BYTES = 128 * 1024
"""Length of `heads.jsonl` after which a snapshot is made: some 600 rows, so its cost is spread thin."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What is known from outside the log: this row of this stream had these digests."""

    stream: str
    head: Head


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The content of `heads.json`: heads, and the `seq` up to which the log was looked at."""

    seq: int
    heads: Mapping[str, Head]


NOTHING = Snapshot(0, {})


class Heads:
    """`heads.json` and its tail `heads.jsonl`, beside the database."""

    def __init__(self, path: Path) -> None:
        self.path, self.tail = path, path.with_suffix(".jsonl")
        self._lock = threading.Lock()
        self._noted = self._unreadable = False

    @property
    def pending(self) -> bool:
        """Whether this process has noted something since the last snapshot."""
        return self._noted

    def note(self, rows: Iterable[LoggedEvent]) -> bool:
        """Appends a line for each committed row. True when the tail is long enough for a snapshot."""
        lines = "".join(
            f'{{"n":{row.n},"sha256":"{row.sha256}","sm3":"{row.sm3}","stream":{json.dumps(row.stream)}}}\n'
            for row in rows
        )
        with self._lock:
            handle = os.open(self.tail, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                os.write(handle, lines.encode())  # one write, so that two processes never mix their lines
                length = os.lseek(handle, 0, os.SEEK_CUR)
            finally:
                os.close(handle)
            self._noted = True
        return length > TAIL_BYTES and not self._unreadable

    def settle(self, connection: Connection) -> None:
        """Writes the snapshot, durably, and empties the tail.

        A line that another process appends in between is lost from the tail, not from the log: the next snapshot
        looks at every row after this one's `seq`.
        """
        with self._lock:
            try:
                before = self._snapshot()
            except ValueError as error:  # left as it is: `audit verify` says so
                self._unreadable, self._noted = True, False
                log.warning("heads.json is damaged and is not written any more: %s", error)
                return
            if before is None:
                log.warning("heads.json was gone and is made anew: what was noted in it is lost")
                before = NOTHING
            after = _moved_on(connection, before, self._lines())
            self._write(after)
            with suppress(FileNotFoundError):
                os.truncate(self.tail, 0)
            self._noted = False

    def begin(self) -> None:
        """An empty snapshot, for a new database; one that lies there is kept, whatever it knows."""
        if not self.path.exists():
            self._write(NOTHING)

    def put(self, snapshot: Snapshot) -> None:
        """In the place of whatever was known: beside a database that was copied or restored."""
        self._write(snapshot)

    def read(self) -> Mapping[str, Head]:
        """The newest known head of each stream."""
        newest: dict[str, Head] = {}
        for noted in self.noted():
            if noted.head.n >= newest.get(noted.stream, Head()).n:
                newest[noted.stream] = noted.head
        return newest

    def noted(self) -> list[Noted]:
        """All that is known, the oldest first.

        Raises:
            ValueError: `heads.json` cannot be read any more. FileNotFoundError: it is not there.

        """
        snapshot = self._snapshot()
        if snapshot is None:
            raise FileNotFoundError(self.path)
        return [*(Noted(stream, head) for stream, head in snapshot.heads.items()), *self._lines()]

    def _snapshot(self) -> Snapshot | None:
        try:
            content = json.loads(self.path.read_bytes())
            heads = {stream: _head(entry) for stream, entry in content["heads"].items()}
            return Snapshot(int(content["seq"]), heads)
        except FileNotFoundError:
            return None
        except (LookupError, TypeError, AttributeError, UnicodeDecodeError) as error:
            raise ValueError(f"{self.path}: {error}") from error

    def _lines(self) -> list[Noted]:
        found = []
        with suppress(FileNotFoundError):
            for line in self.tail.read_bytes().splitlines():
                with suppress(ValueError, LookupError, TypeError):  # torn by a power cut: knows nothing any more
                    entry = json.loads(line.lstrip(b"\x00"))
                    found.append(Noted(str(entry["stream"]), _head(entry)))
        return found

    def _write(self, snapshot: Snapshot) -> None:
        heads = {
            stream: {"n": head.n, "sha256": head.sha256, "sm3": head.sm3}
            for stream, head in sorted(snapshot.heads.items())
        }
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        part.write_text(json.dumps({"seq": snapshot.seq, "heads": heads}, indent=1) + "\n", encoding="utf-8")
        settle(part)
        part.replace(self.path)
        settle(self.path.parent)


def _head(entry: Mapping[str, Any]) -> Head:
    return Head(int(entry["n"]), str(entry["sha256"]), str(entry["sm3"]))


def _moved_on(connection: Connection, before: Snapshot, lines: Iterable[Noted]) -> Snapshot:
    """The snapshot after `before`, of the rows that this connection sees."""
    rows = connection.execute(
        select(EventRow.stream, EventRow.n, EventRow.sha256, EventRow.sm3)
        .where(EventRow.seq > before.seq)
        .order_by(EventRow.seq)
    )
    logged = {(row.stream, row.n): Head(row.n, row.sha256, row.sm3) for row in rows}
    heads = {**before.heads, **{stream: head for (stream, _), head in logged.items()}}
    moved = {stream for stream, _ in logged}
    noted = [Noted(stream, head) for stream, head in before.heads.items() if stream in moved]
    denied = {}
    for one in reversed([*noted, *lines]):  # so that the oldest of what is denied stays
        if logged.get((one.stream, one.head.n)) != one.head and not holds(connection, one.stream, one.head):
            denied[one.stream] = one.head
    heads.update(denied)
    last = connection.execute(select(func.max(EventRow.seq))).scalar() or 0
    return Snapshot(last, heads)


def holds(connection: Connection, stream: str, head: Head) -> bool:
    """Whether the log has this very row."""
    row = connection.execute(
        select(EventRow.sha256, EventRow.sm3).where(EventRow.stream == stream, EventRow.n == head.n)
    ).first()
    return row is not None and (row.sha256, row.sm3) == (head.sha256, head.sm3)
