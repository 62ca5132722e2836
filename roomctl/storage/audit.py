"""Whether the event log is what it was: the chain of every stream, and all that was noted of it elsewhere."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from sqlalchemy import Connection, func, select

from roomctl.domain.events import Fault, Head, cut_off, rewritten, verify
from roomctl.i18n import tr
from roomctl.storage.database import Database
from roomctl.storage.eventlog import COLUMNS, STREAM_HEAD, logged
from roomctl.storage.heads import Heads, Noted, holds
from roomctl.storage.tables import EventRow


def verify_log(database: Database, heads_path: Path) -> list[Fault]:
    """Every row altered, removed, inserted or moved, in every stream, and every end that was cut off.

    Finds accident and partial tampering. Who rewrites the log, `heads.json` and all receipts is not found:
    there is no key.

    Args:
        heads_path: `heads.json`, as it lies beside the database or in a copy.

    """
    with database.reader() as connection:
        faults = [*_chains(connection), *_places(connection)]
        try:
            noted = Heads(heads_path).noted()
        except FileNotFoundError:
            noted = []
            faults.append(
                Fault(
                    heads_path.name,
                    0,
                    tr("不见了：末尾被截断将无法发现", "missing: a cut-off end can no longer be found"),
                )
            )
        except ValueError:
            noted = []
            faults.append(
                Fault(
                    heads_path.name,
                    0,
                    tr("读不出来：末尾被截断将无法发现", "cannot be read: a cut-off end can no longer be found"),
                )
            )
        faults += _denied(connection, [*noted, *_room_heads(connection)])
    return faults


def _chains(connection: Connection) -> Iterator[Fault]:
    streams = connection.execute(select(EventRow.stream).distinct().order_by(EventRow.stream)).scalars().all()
    for stream in streams:
        rows = connection.execute(select(*COLUMNS).where(EventRow.stream == stream).order_by(EventRow.seq))
        yield from verify(map(logged, rows))


def _places(connection: Connection) -> Iterator[Fault]:
    """Nothing is ever removed, so `seq` counts from 1 without a hole, over all streams."""
    last = 0
    for seq, stream, n in connection.execute(
        select(EventRow.seq, EventRow.stream, EventRow.n).order_by(EventRow.seq)
    ):
        if seq != last + 1:
            what = tr(f"位置不对：日志里 {last} 之后是 {seq}", f"out of place: {seq} follows {last} in the log")
            yield Fault(stream, n, what)
        last = seq


def _room_heads(connection: Connection) -> Iterator[Noted]:
    """What the room's stream tells of the others. A row that was altered is found by its chain."""
    query = select(EventRow.data).where(EventRow.stream == EventRow.room, EventRow.kind == STREAM_HEAD)
    for data in connection.execute(query).scalars():
        with suppress(ValueError, LookupError, TypeError):
            told = json.loads(data)
            yield Noted(str(told["stream"]), Head(int(told["n"]), str(told["sha256"]), str(told["sm3"])))


def _denied(connection: Connection, noted: Iterable[Noted]) -> Iterator[Fault]:
    """Where the log contradicts what was noted outside of it."""
    by_stream = attrgetter("stream")
    for stream, group in groupby(sorted(set(noted), key=lambda one: (one.stream, one.head.n)), key=by_stream):
        known = select(func.max(EventRow.n)).where(EventRow.stream == stream, func.typeof(EventRow.n) == "integer")
        last = connection.execute(known).scalar() or 0
        heads = [one.head for one in group]
        newest = heads[-1].n
        if last == 0:
            yield Fault(
                stream,
                1,
                tr(f"整条链不见了：原有 {newest} 行", f"the whole stream is missing: {newest} rows were noted"),
            )
            continue
        if last < newest:
            yield Fault(stream, last + 1, cut_off(newest - last))
        for n in sorted({head.n for head in heads if head.n <= last and not holds(connection, stream, head)}):
            yield Fault(stream, n, rewritten())
