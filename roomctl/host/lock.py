"""`<data>/host.lock`: who holds it delivers the events of this data folder."""

import os
from pathlib import Path
from typing import Self

from roomctl.durable import lock_file, unlock_file
from roomctl.errors import Busy
from roomctl.i18n import tr


class HostLock:
    """One holder at a time; the system frees it when the holder dies. The file keeps the last holder's pid."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """By this object."""
        return self._handle is not None

    def acquire(self) -> bool:
        """Takes it without waiting; False where somebody else has it."""
        if self._handle is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        if not lock_file(handle):
            os.close(handle)
            return False
        os.lseek(handle, 0, os.SEEK_SET)
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._handle = handle
        return True

    def release(self) -> None:
        """Idempotent. The file stays: removing it would let two processes hold two files of one name."""
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        unlock_file(handle)
        os.close(handle)

    def holder(self) -> int | None:
        """Pid of whoever held it last; it holds it still where `acquire` says False."""
        try:
            return int(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def __enter__(self) -> Self:
        """Raises: Busy, with the holder's pid."""
        if not self.acquire():
            raise Busy(
                tr(f"数据目录 {self._path.parent} 正在使用", f"the data folder {self._path.parent} is in use"),
                tr(f"进程 {self.holder()} 已在运行", f"process {self.holder()} runs on it"),
                tr("请先停止它，或换一个 --data 目录", "stop it first, or choose another folder with --data"),
            )
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()
