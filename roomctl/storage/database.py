"""The database file: opened safely, up to date, and one connection at a time that writes."""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic_core import from_json
from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DBAPIError
from uuid_utils import uuid7

from roomctl.domain.meeting import DEFAULT_ZONE, Room
from roomctl.errors import BadInput, RoomctlError
from roomctl.i18n import tr
from roomctl.storage.copies import ASIDE, FOLDER, before_migrations, copies
from roomctl.storage.faults import busy, damaged, gone, told
from roomctl.storage.heads import Heads
from roomctl.storage.migrations import BUILT_IN, Migrations
from roomctl.storage.schema import bring_up_to_date, count_connection, driver, look_at_file, migrate, settle
from roomctl.storage.tables import RoomRow

WAIT = 10.0
"""Seconds that a writer waits for another one. A unit of work lasts milliseconds; 5 s is asked for at least."""

READING = "roomctl_reading"
"""Execution option of a connection whose transactions only read."""


@dataclass(slots=True)
class Database:
    """One file, shared by the threads of a process; other processes may have it open too."""

    path: Path
    engine: Engine
    room: Room
    heads: Heads
    _writer: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def writer(self) -> Iterator[Connection]:
        """A connection whose next statement begins an IMMEDIATE transaction; rolled back unless committed.

        Threads of this process queue here, in the order they came; SQLite's own waiting polls.

        Raises:
            Busy: another writer did not finish within `WAIT`.

        """
        if not self._writer.acquire(timeout=WAIT):
            raise busy(self.path)
        try:
            with faults_told(self.path), self.engine.connect() as connection:
                yield connection
        finally:
            self._writer.release()

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """A connection that reads one state of the database and waits for nobody."""
        with faults_told(self.path), self.engine.connect().execution_options(**{READING: True}) as connection:
            yield connection

    def close(self) -> None:
        """Settles the heads and gives the file back. A database that is never closed loses nothing but speed."""
        if self.heads.pending:
            with suppress(OSError, RoomctlError), self.reader() as connection:
                self.heads.settle(connection)
        self.engine.dispose()


@contextmanager
def faults_told(path: Path) -> Iterator[None]:
    """What SQLite raises inside becomes a `RoomctlError`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise told(error, path) from error


def open_database(
    path: Path, *, room_name: str = "", zone: str = DEFAULT_ZONE, migrations: Migrations = BUILT_IN
) -> Database:
    """Opens it, and makes it with its room where it is not there yet; an older one is backed up and migrated.

    Args:
        room_name, zone: of the room, where the database is made; an existing one keeps its own.

    Raises:
        Damaged: not a database, or a damaged one. It is left as it is. Or it was there once, and is gone.
        Refused: of a newer roomctl. BadInput: the folder may not be written to.

    """
    with faults_told(path):
        if not path.exists():
            if _was_there(path) and not path.exists():  # another process may just have made it
                raise gone(path)
            _create(path, room_name or tr("会议室", "meeting room"), zone, migrations)
        look_at_file(path)
        engine = _engine(path)
        try:
            bring_up_to_date(engine, path, migrations)
            _write_ahead(engine)
            room = _room(engine, path)
        except BaseException:
            engine.dispose()
            raise
    return Database(path, engine, room, Heads(path.with_name("heads.json")))


@contextmanager
def look_into(path: Path) -> Iterator[Database]:
    """A copy, to be read as it is: it is not migrated, and its room is not asked for."""
    with faults_told(path):
        look_at_file(path)
        engine = _engine(path)
        try:
            yield Database(path, engine, Room("", ""), Heads(path.with_name("heads.json")))
        finally:
            engine.dispose()


def _was_there(path: Path) -> bool:
    """Whether copies of it, or heads of its log, are left, or it was set aside and nothing came in its place."""
    backups = path.parent / FOLDER
    if copies(backups) or before_migrations(backups) or (path.parent / ASIDE).is_dir():
        return True
    try:
        return bool(Heads(path.with_name("heads.json")).read())
    except OSError:
        return False
    except ValueError:
        return True


def _room(engine: Engine, path: Path) -> Room:
    with engine.connect().execution_options(**{READING: True}) as connection:
        row = connection.execute(select(RoomRow.id, RoomRow.name, RoomRow.zone)).first()
    if row is None:
        raise damaged(path, tr("里面没有会议室", "it holds no room"))
    return Room(row.id, row.name, row.zone)


def _create(path: Path, room_name: str, zone: str, migrations: Migrations) -> None:
    """Made whole under another name first: a crash leaves no half database, and of two makers one wins."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
        part.unlink(missing_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise BadInput(
            tr(f"数据库 {path} 打不开", f"cannot open the database {path}"),
            error.strerror or str(error),
            tr("请检查路径，或另选数据目录", "check the path, or choose another data folder"),
        ) from error
    except OSError as error:
        raise told(sqlite3.OperationalError(f"unable to open: {error.strerror}"), path) from error
    engine = _engine(part)
    try:
        _write_ahead(engine)
        migrate(engine, migrations)
        with engine.begin() as connection:
            connection.execute(insert(RoomRow).values(id=str(uuid7()), name=room_name, zone=zone))
        engine.dispose()  # the last connection folds the -wal file into the database
        settle(part)
        Heads(path.with_name("heads.json")).begin()
        _name(part, path)
        settle(path.parent)
    finally:
        engine.dispose()
        for suffix in ("", "-wal", "-shm"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def _name(part: Path, path: Path) -> None:
    try:
        os.link(part, path)  # unlike a rename, it never takes the place of what another process has just made
    except FileExistsError:
        return
    except OSError:  # a file system without links, such as FAT
        if not path.exists():
            part.rename(path)


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": WAIT},
        json_serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
        json_deserializer=from_json,  # six times as fast as the standard library's: a long day has 10,000 sentences
        max_overflow=-1,  # a reader never waits for a connection
    )
    real = os.path.realpath(path)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "connect", lambda *_: count_connection(real, 1))
    event.listen(engine, "close", lambda *_: count_connection(real, -1))
    event.listen(engine, "begin", _on_begin)
    return engine


def _write_ahead(engine: Engine) -> None:
    """The file itself keeps this mode, so only a file that is known to be ours is given it."""
    with engine.connect() as connection:
        driver(connection).execute("PRAGMA journal_mode = WAL")


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # pysqlite's own transactions begin late, so that a read turns into a write
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _on_begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READING, False)
    driver(connection).execute("BEGIN" if reading else "BEGIN IMMEDIATE")
