"""Verified copies of the database and the settings, hourly, and which of them stay."""

import json
import logging
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from roomctl.domain.events import Head
from roomctl.errors import BadInput, NotFound, RoomctlError
from roomctl.i18n import tr
from roomctl.services.ports import Clock
from roomctl.storage.copies import (
    DATABASE,
    FOLDER,
    HEADS,
    MANIFEST,
    SETTINGS,
    Copy,
    before_migrations,
    copies,
    digest,
    kept,
    stamp,
)
from roomctl.storage.database import Database, faults_told
from roomctl.storage.faults import damaged
from roomctl.storage.heads import Heads, Snapshot
from roomctl.storage.schema import look_at_file, settle

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
AGAIN = 600.0
"""Seconds after a copy that failed: the fault (a full disk) lasts, and each try reads the whole database."""

BEFORE_MIGRATIONS = 5
"""Databases from before a migration that stay."""

_HEADS = """
SELECT stream, n, sha256, sm3 FROM events AS e
WHERE n = (SELECT max(n) FROM events WHERE stream = e.stream)
"""
_STALE = 3600.0  # seconds; what an unfinished copy left behind is nobody's any more


@dataclass(frozen=True, slots=True)
class Content:
    """What a database holds, as far as a person asks before bringing it back.

    Attributes:
        heads: the newest row of each stream; last: place of the newest row of all; revision: of its tables.

    """

    heads: Mapping[str, Head]
    last: int
    meetings: int
    revision: str

    @property
    def events(self) -> int:
        return sum(head.n for head in self.heads.values())


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """To read with. Raises: Damaged, BadInput."""
    with faults_told(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def content(connection: sqlite3.Connection) -> Content:
    """Of one state of the database. Raises: sqlite3.Error."""
    heads = {stream: Head(n, sha256, sm3) for stream, n, sha256, sm3 in connection.execute(_HEADS)}
    last = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
    meetings = connection.execute("SELECT count(*) FROM meetings").fetchone()[0]
    revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return Content(heads, last, meetings, str(revision[0]) if revision else "")


def copy_database(source: Path, target: Path) -> Content:
    """A verified copy of a database, also of one that is in use, as one file.

    Opened again after it was written: SQLite's whole integrity check, references, and the head of every stream equal
    to the source's in the same instant.

    Raises:
        Damaged: source or copy does not pass; nothing is left under `target` then.

    """
    look_at_file(source)
    try:
        with opened(source) as old:
            old.execute("BEGIN")
            expected = content(old)  # the transaction that begins here holds this state until the copy is done
            with opened(target) as new:
                old.backup(new)
                new.execute("PRAGMA journal_mode = DELETE")  # one file, without -wal and -shm beside it
        verify_copy(target, source, expected)
        settle(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return expected


def verify_copy(path: Path, source: Path, expected: Content | None = None) -> Content:
    """What a database file holds, once SQLite finds nothing wrong with it.

    Args:
        source: the file that is named where something is wrong; expected: what must be in it.

    """
    with opened(path) as connection:
        wrong = [row[0] for row in connection.execute("PRAGMA integrity_check(1)") if row[0] != "ok"]
        if not wrong and connection.execute("PRAGMA foreign_key_check").fetchone():
            wrong = [tr("有的行引用了不存在的行", "rows refer to nothing")]
        if wrong:
            raise damaged(source, wrong[0])
        found = content(connection)
    if expected is not None and found != expected:
        raise damaged(source, tr("副本与原件不一致", "the copy is not equal to it"))
    return found


def back_up(database: Path, folder: Path, clock: Clock) -> Copy:
    """One more copy in `folder`, of the database and the settings beside it; there only when it is verified.

    Raises:
        NotFound: there is no database. Damaged: it is no good, and no earlier copy makes room for it.
        RoomctlError: the folder cannot be written.

    """
    if not database.is_file():
        raise NotFound(tr(f"没有数据库 {database}", f"there is no database {database}"), mend="roomctl init")
    at = clock.now()
    part = folder / f".{stamp(at)}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder, at.timestamp())
        part.mkdir(mode=0o700)
        try:
            return _filled(part, database, folder / stamp(at))
        finally:
            if part.exists():
                remove(part)
    except OSError as error:
        raise BadInput(
            tr(f"不能在 {folder} 建立备份", f"cannot make a backup in {folder}"),
            error.strerror or str(error),
            tr(
                "请检查磁盘空间和权限，或用 --to 另选目录", "check space and permissions, or choose another with --to"
            ),
        ) from None


def _filled(part: Path, database: Path, target: Path) -> Copy:
    noted = _noted(database)  # before the copy: what is committed meanwhile is noted, and not in it
    held = copy_database(database, part / DATABASE)
    for stream, head in noted.items():
        if held.heads.get(stream, Head()).n < head.n:
            why = tr(f"事件日志 {stream} 的末尾不见了", f"the end of the event log {stream} is missing")
            raise damaged(database, why)
    Heads(part / HEADS).put(Snapshot(held.last, held.heads))
    for name in SETTINGS:
        if (database.parent / name).is_file():
            shutil.copyfile(database.parent / name, part / name)
    told: dict[str, Any] = {"events": held.events, "meetings": held.meetings, "revision": held.revision}
    told["files"] = {path.name: digest(path) for path in sorted(part.iterdir())}
    (part / MANIFEST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    for path in part.iterdir():
        settle(path)
        path.chmod(stat.S_IRUSR)  # the database holds names and digests of passwords: its owner's business
    settle(part)
    final, n = target, 1
    while final.exists():
        n += 1
        final = target.with_name(f"{target.name}-{n}")
    part.rename(final)
    settle(final.parent)
    log.info("backup %s: %d events, %d meetings", final, held.events, held.meetings)
    return next(copy for copy in copies(final.parent) if copy.path == final)


def _noted(database: Path) -> Mapping[str, Head]:
    """A log whose end was cut off is copied as well as a whole one; what was noted outside of it tells."""
    try:
        return Heads(database.with_name(HEADS)).read()
    except (FileNotFoundError, ValueError):  # `audit verify` says so
        return {}


def rotate(folder: Path) -> list[str]:
    """Removes what is neither of the last 24 hours, 14 days nor 8 weeks; the names of what went.

    Whatever was made in the last hour stays for now: somebody may just have been told of it. Of the databases from
    before a migration the newest few stay, whatever their age: they are the way back to an older roomctl.
    """
    there = copies(folder)
    staying = set(kept([copy.at for copy in there]))
    staying |= {copy.at for copy in there if there[0].at - copy.at < EVERY}
    going = [copy for copy in there if copy.at not in staying]
    for copy in going:
        remove(copy.path)
    older = before_migrations(folder)[BEFORE_MIGRATIONS:]
    for path in older:
        path.unlink()
    return [*(copy.name for copy in going), *(path.name for path in older)]


def _sweep(folder: Path, now: float) -> None:
    """What a copy that was killed left behind."""
    for path in folder.glob(".*.part"):
        with suppress(OSError):
            if now - path.stat().st_mtime > _STALE:
                remove(path)


def remove(folder: Path) -> None:
    """A copy, read-only as it is; first out of its name, so that half a copy never stands there."""
    going = folder.with_name(f".{folder.name.strip('.')}.{os.getpid()}.part")
    if going != folder:
        folder.rename(going)
    for path in going.iterdir():
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)  # Windows removes nothing that is read-only
    shutil.rmtree(going)


class BackupSchedule:
    """When the host makes its next copy: it calls `look` as often as it likes.

    Args:
        data: the data folder.
        failed: is told why no copy could be made, once for each reason that lasts.

    """

    def __init__(
        self, database: Database, data: Path, clock: Clock, failed: Callable[[str], None] = lambda _why: None
    ) -> None:
        self._database, self._folder, self._clock, self._failed = database, data / FOLDER, clock, failed
        self._next: float | None = None
        self._trouble = ""
        self._at_work: threading.Thread | None = None

    def look(self) -> None:
        """Makes a copy where one is due, in a thread of its own: of a large database it takes seconds."""
        if self.due() and (self._at_work is None or not self._at_work.is_alive()):
            self._at_work = threading.Thread(target=self.run, name="backup", daemon=True)
            self._at_work.start()

    def due(self) -> bool:
        """Whether the newest copy is an hour old; looks at the folder only when that may be."""
        now = self._clock.monotonic()
        if self._next is None:
            self._next = now + self._left()
        return now >= self._next

    def _left(self) -> float:
        newest = next(iter(copies(self._folder)), None)
        if newest is None:
            return 0.0
        age = self._clock.now() - newest.at
        return (EVERY - age).total_seconds() if timedelta() <= age < EVERY else 0.0  # a clock set back counts as due

    def run(self) -> Copy | None:
        """Makes it, and removes what is too old. None, and a line in the log, where it could not be made."""
        try:
            made = back_up(self._database.path, self._folder, self._clock)
            rotate(self._folder)
        except (RoomctlError, OSError) as error:
            log.warning("no backup was made, the earlier ones stay: %s", error)
            self._next = self._clock.monotonic() + AGAIN
            if str(error) != self._trouble:
                self._trouble = str(error)
                with suppress(RoomctlError):  # a damaged database takes no event either; the log has it
                    self._failed(self._trouble)
            return None
        self._next, self._trouble = self._clock.monotonic() + EVERY.total_seconds(), ""
        return made
