"""Making a database, and bringing an older one up to date."""

import os
import sqlite3
import threading
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from roomctl.errors import Damaged, Refused
from roomctl.i18n import tr
from roomctl.storage.faults import damaged
from roomctl.storage.migrations import Migrations

# SQLite's file format, section 1.3: magic, page size at 16, change counter at 24, pages at 28, valid for at 92.
_HEADER = 100
_MAGIC = b"SQLite format 3\x00"
_LARGEST_PAGE = 65_536


_ALEMBIC = threading.Lock()  # its `context` and `op` are one for the whole process


_open: Counter[str] = Counter()  # real paths of the databases that this process has connections to
_counting = threading.Lock()


def count_connection(path: str, more: int) -> None:
    """One connection of this process to that real path more, or one less (-1)."""
    with _counting:
        _open[path] += more


def look_at_file(path: Path) -> None:
    """Refuses what is no database, before SQLite opens it and writes files beside it.

    One that this process has open is left alone: closing the file once more would end all POSIX locks that the
    process holds on it (How To Corrupt An SQLite Database File, section 2.2), and the next process that closes the
    database would take the write-ahead log away from under this one.

    Raises:
        Damaged: empty, something else, or shorter than its header says.

    """
    if _open[os.path.realpath(path)] > 0:
        return
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(_HEADER)
    if size == 0:
        raise damaged(path, tr("文件是空的", "the file is empty"))
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        raise damaged(path, tr("文件内容不是数据库", "what it holds is no database"))
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    told = pages * (_LARGEST_PAGE if page == 1 else page)
    log = path.with_name(path.name + "-wal")
    settled = not log.exists() or log.stat().st_size == 0  # else the newest pages are in the log
    if settled and header[24:28] == header[92:96] and size < told:
        raise damaged(path, tr(f"文件只有 {size} 字节，应有 {told}", f"it has {size} bytes of {told}"))


def revision(engine: Engine) -> str | None:
    """The revision a database is at; None where it has none."""
    with engine.connect() as connection:
        if not connection.execute(
            text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
        ).first():
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def bring_up_to_date(engine: Engine, path: Path, migrations: Migrations) -> None:
    """Migrates where the database is older; the database as it was lies in `backups/` then.

    Raises:
        Damaged: a database, but not of roomctl.
        Refused: of a newer roomctl.

    """
    current = revision(engine)
    if current == migrations.head:
        return
    if current is None:
        raise Damaged(
            tr(f"{path} 不是 roomctl 的数据库", f"{path} is not a database of roomctl"),
            tr("里面没有版本记录", "it names no revision"),
            tr("请移开这个文件，或用 --data 换一个文件夹", "move it away, or choose another folder with --data DIR"),
        )
    if current not in migrations.revisions:
        raise Refused(
            tr(f"数据库 {path} 由更新版本的 roomctl 写成", f"the database {path} was written by a newer roomctl"),
            tr(f"本版本不认识修订 {current}", f"this version does not know revision {current}"),
            tr(
                "请升级 roomctl；要留在本版本，用 roomctl restore 恢复升级前的备份",
                "update roomctl; or, to stay, bring back the copy made before the update: roomctl restore",
            ),
        )
    copy(path, _free_name(path.parent / "backups", f"{path.stem}-before-{migrations.head}"))
    migrate(engine, migrations)


def migrate(engine: Engine, migrations: Migrations) -> None:
    """All missing migrations, in one transaction."""
    from alembic import command  # noqa: PLC0415 - costs a start-up what a database at head does not need
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations.folder).replace("%", "%%"))
    with _ALEMBIC, engine.connect() as connection:
        # a table that is made anew would take its references along; they are checked before the commit instead
        driver(connection).execute("PRAGMA foreign_keys = OFF")  # nothing, once a transaction is open
        try:
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
                    raise Damaged(
                        tr("数据库升级没有完成", "the database was not migrated"),
                        tr(f"{len(broken)} 行引用的行不存在", f"{len(broken)} rows refer to nothing"),
                        tr(
                            "数据没有改动；请先用原来的版本，并把这句话告诉开发者",
                            "nothing was changed: go on with the earlier version, and tell the developers",
                        ),
                    )
        finally:
            driver(connection).execute("PRAGMA foreign_keys = ON")


def driver(connection: Connection) -> Any:
    """The `sqlite3.Connection` underneath, in the transaction that is open."""
    return connection.connection.dbapi_connection


def copy(source: Path, target: Path) -> None:
    """A whole copy of a database, also of one that is in use; under its name only when it is complete and sound.

    Raises:
        Damaged: the copy does not pass SQLite's own check.

    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(part)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")  # one file, without -wal and -shm beside it
            found = new.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise damaged(source, found)
        settle(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)  # on a full disk each start would leave one more
    settle(target.parent)


def settle(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk; not every system can do the latter."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _free_name(folder: Path, stem: str) -> Path:
    name, n = folder / f"{stem}.db", 1
    while name.exists():
        n += 1
        name = folder / f"{stem}-{n}.db"
    return name
