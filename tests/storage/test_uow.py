import multiprocessing
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from uuid_utils import uuid7

from roomctl.domain.events import SYSTEM, Event
from roomctl.errors import NotFound
from roomctl.storage.audit import verify_log
from roomctl.storage.database import Database, open_database
from roomctl.storage.uow import SqlUnitOfWork
from tests.waiting import PATIENCE

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)


def _noted(stream: str) -> Event:
    return Event(stream=stream, kind="x.test.noted", actor=SYSTEM, at=AT)


def _append(database: Database, times: int) -> None:
    for _ in range(times):
        with SqlUnitOfWork(database, lambda: str(uuid7())) as uow:
            uow.events.append(_noted("m1"))
            uow.commit()


def _append_by_process(path: Path, times: int) -> None:
    database = open_database(path)
    _append(database, times)
    database.close()


def test_what_was_not_committed_is_rolled_back(uow, planned):
    with uow:
        uow.meetings.save(replace(planned, place="别处"))
        uow.events.append(_noted(planned.id))
    assert uow.peek(planned.id) == planned
    with uow.reading():
        assert uow.events.head(planned.id).n == 1


def test_an_error_inside_rolls_back_and_goes_on_to_the_caller(uow, planned):
    def fail() -> None:
        with uow:
            uow.meetings.save(replace(planned, place="别处"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert uow.peek(planned.id) == planned


def test_change_and_event_are_committed_together(new_uow, planned):
    with new_uow() as uow:
        uow.meetings.save(replace(planned, place="别处"))
        uow.events.append(_noted(planned.id))
        uow.commit()
    other = new_uow()
    with other.reading():
        assert other.meetings.get(planned.id).place == "别处"
        assert other.events.head(planned.id).n == 2


def test_one_object_serves_one_transaction_after_the_other(uow, planned):
    meeting = planned
    for place in ("甲", "乙"):
        with uow:
            meeting = uow.meetings.save(replace(meeting, place=place))
            uow.commit()
    assert uow.peek(planned.id).place == "乙"


def test_reading_inside_a_unit_of_work_sees_what_it_wrote(uow, planned):
    with uow:
        uow.meetings.save(replace(planned, place="别处"))
        assert uow.peek(planned.id).place == "别处"


def test_a_read_sees_one_state_and_waits_for_no_writer(new_uow, planned):
    reader, writer = new_uow(), new_uow()
    with writer:
        writer.meetings.save(replace(planned, place="别处"))
        with reader.reading():
            assert reader.meetings.get(planned.id).place == ""
            writer.commit()
            assert reader.meetings.get(planned.id).version == 0
            assert reader.events.head(planned.id).n == 1
    assert reader.peek(planned.id).place == "别处"


@pytest.mark.parametrize("inside", [False, True], ids=["outside", "while reading"])
def test_writing_needs_a_unit_of_work(uow, planned, inside):
    if not inside:
        with pytest.raises(RuntimeError):
            uow.meetings.save(planned)
        return
    with uow.reading():
        with pytest.raises(RuntimeError):
            uow.meetings.save(planned)
        with pytest.raises(RuntimeError):
            uow.events.append(_noted(planned.id))


def test_a_unit_of_work_inside_itself_is_a_mistake(uow, planned):
    with uow:
        with pytest.raises(RuntimeError), uow:
            pass
        assert uow.meetings.get(planned.id) == planned


def test_the_connection_of_a_failed_read_is_given_back(uow, planned):
    for _ in range(20):
        with pytest.raises(NotFound):
            uow.peek("m404")
    assert uow.peek(planned.id) == planned


@pytest.mark.usefixtures("planned")
def test_threads_that_write_at_once_all_succeed(database):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: _append(database, 10), range(4)))
    assert _length(database) == 41
    assert verify_log(database, database.heads.path) == []


@pytest.mark.usefixtures("planned")
def test_a_writer_waits_for_the_other_process_instead_of_failing(database, data):
    """Two of the same file, each with its own connections, as two processes have them."""
    other = open_database(data / "roomctl.db")
    began, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with SqlUnitOfWork(other, lambda: "held") as uow:
            uow.events.append(_noted("m1"))
            began.set()
            go_on.wait(PATIENCE)
            uow.commit()

    with ThreadPoolExecutor(2) as pool:
        holding = pool.submit(hold)
        assert began.wait(PATIENCE)
        waiting = pool.submit(_append, database, 1)
        assert not waiting.done()
        go_on.set()
        holding.result(PATIENCE)
        waiting.result(PATIENCE)
    assert _length(database) == 3
    other.close()


@pytest.mark.usefixtures("planned")
def test_processes_that_write_at_once_all_succeed(database, data):
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=_append_by_process, args=(data / "roomctl.db", 15)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0]
    assert _length(database) == 31
    assert verify_log(database, database.heads.path) == []


WRITER = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from uuid_utils import uuid7
from roomctl.domain.events import SYSTEM, Event
from roomctl.storage.database import open_database
from roomctl.storage.uow import SqlUnitOfWork

database = open_database(Path(sys.argv[1]))
for _ in range(100_000):
    with SqlUnitOfWork(database, lambda: str(uuid7())) as uow:
        row = uow.events.append(Event(stream="m1", kind="x.test.noted", actor=SYSTEM, at=datetime.now(UTC)))
        uow.commit()
    print(row.n, row.sha256, flush=True)
"""


@pytest.mark.usefixtures("planned")
def test_what_a_killed_process_had_committed_is_whole_and_noted(database, data):
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(data / "roomctl.db")], stdout=subprocess.PIPE, text=True
    ) as child:
        told = [child.stdout.readline().split() for _ in range(25)]
        child.kill()
    assert verify_log(database, database.heads.path) == []
    assert database.heads.read()["m1"].n >= int(told[-1][0])
    uow = SqlUnitOfWork(database, str)
    with uow.reading():
        stored = {str(row.n): row.sha256 for row in uow.events.stream("m1")}
    assert all(stored[n] == digest for n, digest in told)


def _length(database: Database) -> int:
    uow = SqlUnitOfWork(database, str)
    with uow.reading():
        return uow.events.head("m1").n
