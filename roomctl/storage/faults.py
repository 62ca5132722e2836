"""What SQLite says, told as what, why and the mend."""

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from roomctl.errors import Busy, Damaged, Refused, RoomctlError
from roomctl.i18n import tr
from roomctl.storage.copies import FOLDER, before_migrations, newest_sound, restore_command

_DAMAGED = ("malformed", "not a database", "corrupt", "could not decode")
_BUSY = ("locked", "busy")
_FULL = ("is full", "disk i/o error")
_CLOSED = ("readonly", "unable to open", "permission denied")


def damaged(path: Path, why: str) -> Damaged:
    """The file stays where it is: nobody but a person decides that it is lost."""
    return Damaged(tr(f"数据库 {path} 已损坏", f"the database {path} is damaged"), why, _bring_back(path.parent))


def gone(path: Path) -> Damaged:
    """It was there once: a fresh one in its place would look like a room that never held a meeting."""
    return Damaged(
        tr(f"数据库 {path} 不见了", f"the database {path} is gone"),
        tr("数据目录里还有它的备份或日志摘要", "the data folder still has its copies, or heads of its log"),
        _bring_back(path.parent),
    )


def _bring_back(data: Path) -> str:
    """The newest good copy, with the exact command. Restoring sets the present file aside; it deletes nothing."""
    newest = newest_sound(data / FOLDER)
    name = newest.name if newest else next((path.name for path in before_migrations(data / FOLDER)), "")
    if not name:
        return tr(
            f"{data / FOLDER} 里没有完好的备份；请留存数据目录，用 roomctl restore 文件 恢复别处的备份",
            f"no good copy in {data / FOLDER}; keep the folder, and bring another back with roomctl restore FILE",
        )
    command = restore_command(name, data)
    return tr(
        f"最近的完好备份是 {name}，恢复它（现有文件会移到一旁留存）：{command}",
        f"the newest good copy is {name}; bring it back (what is there is set aside): {command}",
    )


def told(error: DBAPIError | sqlite3.Error, path: Path) -> RoomctlError:
    """The same error as a user should read it."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    why = str(cause)
    said = why.lower()
    if isinstance(cause, sqlite3.IntegrityError):
        return Refused(
            tr("数据没有保存", "nothing was saved"),
            tr(f"与已有记录冲突：{why}", f"it contradicts what is stored: {why}"),
            tr("请刷新后重试", "read it again, then retry"),
        )
    if any(word in said for word in _DAMAGED):
        return damaged(path, why)
    if any(word in said for word in _BUSY):
        return busy(path)
    if any(word in said for word in _FULL):
        return RoomctlError(
            tr(f"数据库 {path} 写不进去", f"cannot write the database {path}"),
            why,
            tr("请清理磁盘空间，或检查磁盘", "free some space, or look after the disk"),
        )
    if any(word in said for word in _CLOSED):
        return RoomctlError(  # no fault of who asks: what a terminal sends then is kept there, and sent again
            tr(f"数据库 {path} 打不开", f"cannot open the database {path}"),
            why,
            tr(
                "请检查文件夹的权限，或用 --data 换一个",
                "check who may write there, or choose another with --data DIR",
            ),
        )
    return RoomctlError(
        tr(f"数据库 {path} 出错", f"the database {path} failed"),
        why,
        tr("请重试；仍不行，运行 roomctl audit verify", "try again; if it stays so, run: roomctl audit verify"),
    )


def busy(path: Path) -> Busy:
    """Somebody else has been writing for longer than anybody should."""
    return Busy(
        tr(f"数据库 {path} 正被占用", f"the database {path} is in use"),
        tr("另一个 roomctl 正在写入，一直没有结束", "another roomctl is writing and has not finished"),
        tr("请稍后重试", "try again in a moment"),
    )
