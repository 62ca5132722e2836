"""One step back: a copy takes the place of the database, which is set aside, never deleted."""

import shutil
import sqlite3
import stat
import tomllib
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from roomctl.domain.events import Actor, Event, Fault, Head
from roomctl.errors import Busy, Damaged, NotFound, RoomctlError
from roomctl.i18n import tr
from roomctl.services.ports import Clock
from roomctl.storage.audit import verify_log
from roomctl.storage.backup import Content, content, copy_database, opened, verify_copy
from roomctl.storage.copies import ASIDE, DATABASE, FOLDER, HEADS, MANIFEST, SETTINGS, copies, stamp
from roomctl.storage.database import look_into, open_database
from roomctl.storage.heads import Heads, Snapshot
from roomctl.storage.migrations import BUILT_IN, Migrations
from roomctl.storage.schema import settle
from roomctl.storage.uow import SqlUnitOfWork

TAIL = "heads.jsonl"
RESTORED = "storage.restored"
"""Kind of the room's event that says which copy was brought back, and how much was lost by it."""

_SIGN_ONS = {
    "sessions": "DELETE FROM sessions",
    "tokens": "DELETE FROM tokens",
    "admin_links": "DELETE FROM admin_links",
    "screen_keys": "DELETE FROM screen_keys",
}


@dataclass(frozen=True, slots=True)
class Lost:
    """A meeting, or the room, whose newest events the copy does not have.

    Attributes:
        events: how many; new: the copy does not know the meeting at all.

    """

    stream: str
    title: str
    events: int
    new: bool


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        held: what the copy held; aside: where the database that was there lies now; None where there was none.
        lost: what the present database, or what was noted of it, knew and the copy does not.
        settings: which settings came from the copy.
        older: the revision of its tables, where this roomctl will migrate it when it opens it.
        sessions, tokens: how many the copy held; they are in it no more.

    """

    source: Path
    held: Content
    aside: Path | None
    lost: Sequence[Lost] = field(default_factory=tuple)
    settings: Sequence[str] = field(default_factory=tuple)
    older: str = ""
    sessions: int = 0
    tokens: int = 0


def source_of(wanted: str, data: Path) -> Path:
    """The database file that is meant: a copy's name, its folder, or a file.

    Raises:
        NotFound: no such thing, with the names there are. Damaged: a copy whose files are not what they were.

    """
    backups = data / FOLDER
    for path in (backups / wanted, Path(wanted).expanduser()):
        if path.is_dir() and (path / DATABASE).is_file():
            copy = next((one for one in copies(path.parent) if one.path == path), None)
            made_by_us = path.parent == backups or (path / MANIFEST).exists()  # else what was set aside
            if copy is not None and made_by_us and not copy.sound():
                why = tr("它的文件与当时的摘要不符", "its files are not those whose digests were noted")
                raise _no_good(path / DATABASE, why, path.parent)
            return path / DATABASE
        if path.is_file():
            return path
    known = ", ".join(copy.name for copy in copies(backups)[:5])
    raise NotFound(
        tr(f"没有备份 {wanted}", f"there is no backup {wanted}"),
        mend=tr(f"最近的备份：{known or '无'}", f"the newest ones: {known or 'none'}"),
    )


def _no_good(source: Path, why: str, backups: Path) -> Damaged:
    others = ", ".join(one.name for one in copies(backups) if one.path != source.parent)
    return Damaged(
        tr(f"备份 {source} 不能用", f"the backup {source} is no good"),
        why,
        tr(f"请用另一个：{others or '无'}", f"take another: {others or 'none'}"),
    )


def restore(
    source: Path,
    data: Path,
    *,
    clock: Clock,
    actor: Actor,
    new_id: Callable[[], str],
    settings: bool = False,
    migrations: Migrations = BUILT_IN,
) -> Restored:
    """Puts a copy in the place of the database. The caller holds the data folder's lock.

    The copy is written beside the database and verified (integrity, references, the whole event log) before anything
    is moved. Accounts are as the copy has them; its sessions and tokens end, since some may have been ended since.

    Args:
        settings: take the copy's settings too; else only those that are missing or cannot be read.

    Raises:
        Damaged: the copy is no good; nothing was changed. Busy: another command has the database open.

    """
    database, part = data / DATABASE, data / f"{DATABASE}.restored.part"
    data.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    try:
        held = copy_database(source, part)
    except Damaged as error:
        raise _no_good(source, error.why, data / FOLDER) from None
    try:
        if faults := _faults(part):
            fault = f"{faults[0].stream} #{faults[0].n}: {faults[0].what}"
            raise _no_good(source, tr(f"事件日志 {fault}", f"event log {fault}"), data / FOLDER)
        sessions, tokens = _end_sign_ons(part)
        lost = _lost(database, held)
        aside = data / ASIDE / stamp(clock.now())
        _let_go(database)
        moved = [path for path in (database, *_beside(data)) if path.exists()]
        if moved:
            aside.mkdir(parents=True, exist_ok=True)
        for path in moved:
            path.rename(aside / path.name)
        part.rename(database)  # until here a missing database is told of, and not made anew
        Heads(data / HEADS).put(Snapshot(held.last, held.heads))
    finally:
        part.unlink(missing_ok=True)
    settle(data)
    taken = _settings(source.parent, data, aside, every=settings)
    verify_copy(database, database, held)
    older = held.revision if held.revision != migrations.head else ""
    there = aside if moved else None
    restored = Restored(source, held, there, lost, taken, older, sessions, tokens)
    if not older:
        _tell(restored, database, clock, actor, new_id, migrations)
    return restored


def _end_sign_ons(database: Path) -> tuple[int, int]:
    """Sessions and tokens that there were. Tables of the first revisions have none."""
    with opened(database) as there:
        known = {row[0] for row in there.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        gone = {table: there.execute(drop).rowcount for table, drop in _SIGN_ONS.items() if table in known}
    return gone.get("sessions", 0), gone.get("tokens", 0)


def _beside(data: Path) -> list[Path]:
    return [data / name for name in (f"{DATABASE}-wal", f"{DATABASE}-shm", HEADS, TAIL)]


def _let_go(database: Path) -> None:
    """Makes sure that nobody else has it open; a damaged one need not answer."""
    if not database.is_file():
        return
    try:
        with closing(sqlite3.connect(database, timeout=1, isolation_level=None)) as present:
            present.execute("PRAGMA journal_mode = DELETE")  # refused while another connection is open
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise Busy(
                tr(f"数据库 {database} 正被占用", f"the database {database} is in use"),
                tr("另一条 roomctl 命令还在运行", "another roomctl command is running"),
                tr("请等它结束后重试", "wait until it has ended, then retry"),
            ) from None
    except sqlite3.DatabaseError:
        return


def _faults(database: Path) -> list[Fault]:
    """Of the event log, row by row, without what lies outside of it."""
    nowhere = database.with_suffix(".heads")
    with look_into(database) as there:
        return [fault for fault in verify_log(there, nowhere) if fault.stream != nowhere.name]


def _lost(database: Path, held: Content) -> tuple[Lost, ...]:
    """What is newer than the copy: by the database, or, where that cannot be read, by what was noted of it."""
    titles: dict[str, str] = {}
    present: dict[str, Head] = {}
    with suppress(OSError, ValueError):
        present.update(Heads(database.with_name(HEADS)).read())
    if database.is_file():
        with suppress(RoomctlError, sqlite3.Error), opened(database) as there:
            present.update(content(there).heads)
            titles.update(there.execute("SELECT id, title FROM meetings"))
            titles.update(there.execute("SELECT id, name FROM rooms"))
    return tuple(
        Lost(stream, titles.get(stream, ""), missing, stream not in held.heads)
        for stream, head in sorted(present.items())
        if (missing := head.n - held.heads.get(stream, Head()).n) > 0
    )


def _settings(source: Path, data: Path, aside: Path, *, every: bool) -> tuple[str, ...]:
    taken = []
    for name in SETTINGS:
        there = data / name
        if not (source / name).is_file() or source == data or not (every or _unusable(there)):
            continue
        if there.exists():
            aside.mkdir(parents=True, exist_ok=True)
            there.rename(aside / name)
        shutil.copyfile(source / name, there)
        there.chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IROTH)
        taken.append(name)
    return tuple(taken)


def _unusable(path: Path) -> bool:
    if not path.exists():
        return True
    if path.suffix != ".toml":
        return False
    try:
        tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    return False


def _tell(
    restored: Restored, path: Path, clock: Clock, actor: Actor, new_id: Callable[[], str], migrations: Migrations
) -> None:
    """The log itself says that it was set back, and what by."""
    database = open_database(path, migrations=migrations)
    try:
        uow = SqlUnitOfWork(database, new_id)
        data = {
            "backup": restored.source.parent.name if restored.source.name == DATABASE else restored.source.name,
            "lost": {one.stream: one.events for one in restored.lost},
            "set_aside": restored.aside.name if restored.aside else "",
            "ended": {"sessions": restored.sessions, "tokens": restored.tokens},
        }
        with uow:
            uow.events.append(Event(stream=database.room.id, kind=RESTORED, actor=actor, at=clock.now(), data=data))
            uow.commit()
    finally:
        database.close()
