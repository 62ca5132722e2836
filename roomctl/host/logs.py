"""`<data>/logs/roomctl.log`: one JSON object a line, rotated, with a quota for each plugin.

Any logger below `roomctl` ends here; stderr belongs to the command. The host rotates the file, other processes
append to whichever is in place.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler, WatchedFileHandler
from pathlib import Path
from typing import Any

from roomctl.folders import is_data_folder

log = logging.getLogger(__name__)

FILE_BYTES, FILES = 10_000_000, 5
LINES, BYTES, WINDOW = 600, 1_000_000, 60.0
"""Of one plugin within so many seconds; what is beyond is counted, and the count is one line."""

LONGEST = 8_000
"""Characters of one line of a plugin."""

PLUGINS = ("roomctl.plugins.", "roomctl.child.")


def keep(data: Path, *, rotate: bool = False, monotonic: Callable[[], float] = time.monotonic) -> None:
    """From now on, where the data folder is there and can be written to. Once in a process.

    Args:
        rotate: this is the host.
        monotonic: the clock of the plugins' quota, in seconds.

    """
    root = logging.getLogger("roomctl")
    if root.handlers:
        return
    root.addHandler(logging.NullHandler())
    if rotate:
        root.setLevel(logging.DEBUG if os.environ.get("ROOMCTL_DEBUG") else logging.INFO)
    try:
        if rotate or (data / "logs").is_dir() or is_data_folder(data):
            (data / "logs").mkdir(exist_ok=True)
            root.addHandler(_handler(data / "logs" / "roomctl.log", rotate=rotate, monotonic=monotonic))
    except OSError:  # read-only: the command itself will say so where it matters
        return


def _handler(path: Path, *, rotate: bool, monotonic: Callable[[], float]) -> logging.Handler:
    handler = (
        RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES, delay=True, encoding="utf-8")
        if rotate
        else WatchedFileHandler(path, delay=True, encoding="utf-8")
    )
    handler.addFilter(Quota(monotonic))
    handler.setFormatter(Lines())
    return handler


def plugin_of(logger: str) -> str | None:
    """Whose logger this is; None for the host's own."""
    return next((logger.removeprefix(one).partition(".")[0] for one in PLUGINS if logger.startswith(one)), None)


@dataclass
class _Window:
    began: float
    lines: int = 0
    size: int = 0
    dropped: int = 0


class Quota(logging.Filter):
    """Lets a plugin write so much and no more; the host's own lines always pass."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = monotonic
        self._windows: dict[str, _Window] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        plugin = plugin_of(record.name)
        if plugin is None:
            return True
        now = self._now()
        with self._lock:
            window = self._windows.setdefault(plugin, _Window(now))
            if now - window.began >= WINDOW:
                window = self._windows[plugin] = _Window(now, dropped=window.dropped)
            if window.lines >= LINES or window.size >= BYTES:
                window.dropped += 1
                return False
        _shorten(record)
        with self._lock:
            window.lines += 1
            window.size += len(record.msg)
        return True

    def dropped(self, *, over: bool = True) -> Iterator[tuple[str, int]]:
        """Plugin and number of lines that were not written, each told once.

        Args:
            over: only those whose time is over.

        """
        now = self._now()
        with self._lock:
            for plugin, window in self._windows.items():
                if window.dropped and (not over or now - window.began >= WINDOW):
                    yield plugin, window.dropped
                    window.dropped = 0


def tell_dropped(*, over: bool = True) -> None:
    """One line for each plugin that wrote too much. The host calls it now and then, and at its end."""
    quotas = [one for handler in logging.getLogger("roomctl").handlers for one in handler.filters]
    for quota in quotas:
        if isinstance(quota, Quota):
            for plugin, count in list(quota.dropped(over=over)):
                log.warning("plugin %s: %d lines dropped, it may write %d a minute", plugin, count, LINES)


def _shorten(record: logging.LogRecord) -> None:
    """The message, finished and cut to size; one that cannot be finished says so."""
    try:
        text = record.getMessage()
    except Exception as error:  # noqa: BLE001 - a plugin's own arguments; its call must not raise for them
        text = f"{record.msg!r} ({type(error).__name__}: {error})"
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… ({len(text) - LONGEST} more characters)"
    record.msg, record.args = text, None


class Lines(logging.Formatter):
    """A line as one JSON object; what was raised stands in it with its trace."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "event": record.getMessage(),
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
        }
        if plugin := plugin_of(record.name):
            line["plugin"] = plugin
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
