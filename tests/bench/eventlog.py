"""Rows a second of the event log, one commit each, against plain SQLAlchemy Core inserts of the same row.

    python -m tests.bench.eventlog [--rows 2000]

Both write with WAL and `synchronous=FULL`, each into a database of
its own on the same disk, in turns of a few rows, so that what else the machine does hits both alike. The log's
way is the whole one: unit of work, newest head read, SHA-256 and SM3, row, commit, head noted beside the database.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import insert
from uuid_utils import uuid7

from roomctl.domain.events import SYSTEM, Event, Head, LoggedEvent, link
from roomctl.storage.audit import verify_log
from roomctl.storage.database import Database, open_database
from roomctl.storage.tables import EventRow
from roomctl.storage.uow import SqlUnitOfWork
from tests.bench import Bench, Goal

BENCH = Bench(
    __file__,
    {
        "append": Goal("rows a second of the event log", ">=", 0.6, "×", "SQLAlchemy Core inserts of the same rows"),
        "faults": Goal("faults that the check of the chain finds afterwards", "<=", 0, "", "rows appended"),
    },
)
TURN = 50
DATA = {"person": "01937b5e-6f7a-7c41-9d2e-3c1f5a7b9d2e", "method": "terminal", "device": "t1", "note": "签到"}


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours, plain = open_database(Path(folder, "ours.db")), open_database(Path(folder, "plain", "plain.db"))
        ready = [_row(plain, n) for n in range(1, rows + 1)]
        append, put = _log(ours), _core(plain)
        ratios, spent = [], [0.0, 0.0]
        for at in range(0, rows, TURN):
            turn = ready[at : at + TURN]
            first = _took(append, turn)
            second = _took(put, turn)
            spent = [spent[0] + first, spent[1] + second]
            ratios.append(second / first)
        faults = verify_log(ours, ours.heads.path)
        ours.close()
        plain.close()
    BENCH.tell(
        "append",
        spent[1] / spent[0],
        rows=rows,
        per_second=round(rows / spent[0]),
        core_per_second=round(rows / spent[1]),
        ratio_median=round(median(ratios), 3),
    )
    BENCH.tell("faults", len(faults), ratio=len(faults) / rows)


def _log(database: Database) -> Callable[[LoggedEvent], None]:
    def append(row: LoggedEvent) -> None:
        uow = SqlUnitOfWork(database, lambda: str(uuid7()))
        with uow:
            uow.events.append(Event(stream="bench", kind=row.kind, actor=SYSTEM, at=datetime.now(UTC), data=DATA))
            uow.commit()

    return append


def _core(database: Database) -> Callable[[LoggedEvent], None]:
    columns = [column.name for column in EventRow.__table__.columns if column.name != "seq"]
    statement = insert(EventRow)

    def put(row: LoggedEvent) -> None:
        with database.engine.begin() as connection:
            connection.execute(statement, {name: getattr(row, name) for name in columns})

    return put


def _row(database: Database, n: int) -> LoggedEvent:
    event = Event(stream="bench", kind="attendance.signed_in", actor=SYSTEM, at=datetime.now(UTC), data=DATA)
    return link(event, head=Head(n - 1), event_id=str(uuid7()), room=database.room.id)


def _took(step: Callable[[LoggedEvent], None], rows: list[LoggedEvent]) -> float:
    begin = time.perf_counter()
    for row in rows:
        step(row)
    return time.perf_counter() - begin


if __name__ == "__main__":
    BENCH.run(main, __doc__, rows=(2000, 300))
