import itertools
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from roomctl.domain.events import SYSTEM, Event
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.i18n import language, use
from roomctl.storage.backup import back_up
from roomctl.storage.copies import Copy
from roomctl.storage.database import Database, open_database
from roomctl.storage.migrations import BUILT_IN, Migrations
from roomctl.storage.uow import SqlUnitOfWork
from roomctl.testing.fakes import FakeClock

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    before = language()
    use("en")
    yield
    use(before)


@pytest.fixture
def data(fresh: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fresh, tmp_path / "data"))


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    opened = open_database(data / "roomctl.db")
    yield opened
    opened.close()


@pytest.fixture
def new_uow(database: Database) -> Callable[[], SqlUnitOfWork]:
    ids = (f"0193-{n:012}" for n in itertools.count(1))
    return lambda: SqlUnitOfWork(database, lambda: next(ids))


@pytest.fixture
def uow(new_uow: Callable[[], SqlUnitOfWork]) -> SqlUnitOfWork:
    return new_uow()


@pytest.fixture
def planned(uow: SqlUnitOfWork) -> Meeting:
    """A meeting in the database, with one event."""
    starts = datetime(2026, 11, 12, 9, 0)
    meeting = Meeting(id=MeetingId("m1"), room=uow.room.id, title="财源建设专题会议", starts=starts)
    with uow:
        uow.meetings.add(meeting)
        uow.events.append(Event(stream=meeting.id, kind="meeting.created", actor=SYSTEM, at=AT))
        uow.commit()
    return meeting


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(AT)


def copied(data: Path, clock: FakeClock) -> Copy:
    return back_up(data / "roomctl.db", data / "backups", clock)


def titles(path: Path) -> set[str]:
    """Of the meetings in a database file."""
    with closing(sqlite3.connect(path)) as opened:
        return {row[0] for row in opened.execute("SELECT title FROM meetings")}


def up_to(revision: str, folder: Path) -> Migrations:
    """The migrations as the release with that revision had them, in a folder that is made."""
    shutil.copytree(BUILT_IN.folder, folder)
    known = BUILT_IN.revisions[: BUILT_IN.revisions.index(revision) + 1]
    for script in folder.glob("versions/v*.py"):
        if script.name[1:5] not in known:
            script.unlink()
    return Migrations(folder, known)
