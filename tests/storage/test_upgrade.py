"""From the first migration, with data, to the newest; and back by the copy that was made before."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from roomctl.domain.access import Account, Role
from roomctl.domain.attendance import Person
from roomctl.domain.events import SYSTEM, Event, verify
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.storage.database import open_database
from roomctl.storage.migrations import BUILT_IN, Migrations
from roomctl.storage.uow import SqlUnitOfWork

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A data folder as the first roomctl left it."""
    made = tmp_path_factory.mktemp("first")
    folder = shutil.copytree(BUILT_IN.folder, made / "migrations")
    for script in folder.glob("versions/v*.py"):
        if not script.name.startswith("v0001_"):
            script.unlink()
    database = open_database(
        made / "data" / "roomctl.db", room_name="常委会议室", migrations=Migrations(folder, ("0001",))
    )
    ids = iter(f"e{n}" for n in range(100))
    uow = SqlUnitOfWork(database, lambda: next(ids))
    meeting = Meeting(
        id=MeetingId("m1"),
        room=database.room.id,
        title="财源建设专题会议",
        starts=datetime(2026, 11, 12, 9, 0),
        agenda=(AgendaItem(1, "停车场建设", presenter="李晓明"),),
    )
    with uow:
        uow.meetings.add(meeting)
        uow.roster.add("m1", [Person(id="p1", name="𠮷田·㛃", rank=1)])
        for n in range(50):
            uow.events.append(Event(stream="m1", kind="meeting.noted", actor=SYSTEM, at=AT, data={"n": n}))
        uow.commit()
    database.close()
    return made / "data", meeting


@pytest.fixture
def old(first, tmp_path):
    return shutil.copytree(first[0], tmp_path / "data"), first[1]


def test_an_upgrade_keeps_every_row_and_the_chain(old):
    data, meeting = old
    database = open_database(data / "roomctl.db")
    uow = SqlUnitOfWork(database, iter("abc").__next__)
    with uow.reading():
        assert uow.meetings.get("m1") == meeting
        assert [person.name for person in uow.roster.of("m1")] == ["𠮷田·㛃"]
        rows = list(uow.events.stream("m1"))
    assert len(rows) == 50
    assert not list(verify(rows))
    assert database.room.name == "常委会议室"
    database.close()


def test_after_an_upgrade_one_can_be_given_an_account(old):
    database = open_database(old[0] / "roomctl.db")
    uow = SqlUnitOfWork(database, iter("abc").__next__)
    account = Account(
        name="赵敏",
        password="x",  # noqa: S106 - no hash is looked at here
        roles=frozenset({Role.ADMIN}),
        created=AT,
        changed=AT,
    )
    with uow:
        uow.accounts.put(account)
        uow.commit()
    with uow.reading():
        assert uow.accounts.all() == [account]
    database.close()


def test_the_copy_made_before_is_the_database_as_it_was(old):
    data, _meeting = old
    open_database(data / "roomctl.db").close()
    (copy,) = (data / "backups").glob(f"roomctl-before-{BUILT_IN.head}.db")
    with closing(sqlite3.connect(copy)) as before:
        assert before.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert before.execute("SELECT count(*) FROM events").fetchone() == (50,)
        assert not before.execute("SELECT 1 FROM sqlite_master WHERE name = 'accounts'").fetchone()


def test_a_step_back_and_forward_again_loses_nothing_of_before(old):
    data, meeting = old
    open_database(data / "roomctl.db").close()
    (copy,) = (data / "backups").glob("roomctl-before-*.db")
    for name in ("roomctl.db-wal", "roomctl.db-shm"):
        (data / name).unlink(missing_ok=True)
    copy.replace(data / "roomctl.db")
    database = open_database(data / "roomctl.db")
    assert SqlUnitOfWork(database, iter("abc").__next__).peek("m1") == meeting
    database.close()
