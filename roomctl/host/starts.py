"""How starts of the host ended: a marker for the one under way, and the safe mode that follows an incomplete one.

Both are small JSON files of the data folder, so that they can be read when nothing else can.
"""

import json
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from roomctl.durable import atomic_write
from roomctl.host.status import PluginState, StatesFile
from roomctl.i18n import Pair, tr

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SafeMode:
    """Built-in plugins only, until a person leaves it.

    Attributes:
        plugin: what was being loaded when the start broke off; empty where none was.
        since: UTC.
        out: the plugin was put out for it; enabling it then leaves safe mode too.

    """

    plugin: str
    since: str
    out: bool = False

    @property
    def reason(self) -> str:
        if self.plugin:
            return tr(
                f"上次启动没有完成，当时正在加载插件 {self.plugin}",
                f"the last start was not complete: plugin {self.plugin} was being loaded",
            )
        return tr("上次启动没有完成", "the last start was not complete")

    @property
    def mend(self) -> str:
        leave = "roomctl serve --leave-safe-mode"
        return f"roomctl plugins enable {self.plugin} · {leave}" if self.plugin else leave

    def as_json(self) -> dict[str, str]:
        return {"plugin": self.plugin, "since": self.since, "reason": self.reason, "mend": self.mend}


class Starts:
    """Of one data folder; used by the holder of its lock, and by the launcher while there is none."""

    def __init__(self, data: Path) -> None:
        self._marker = data / "starting.json"
        self._safe = data / "safe-mode.json"
        self._states = StatesFile(data / "plugins.json")

    def begin(self) -> SafeMode | None:
        """Marks a start as under way. Where the marker of another lies there, that one broke off: safe mode."""
        if (left := _read(self._marker)) is not None:
            self._enter(str(left.get("plugin", "")))
        mode = self.safe_mode()
        self.loading("")
        return mode

    def loading(self, plugin: str) -> None:
        """What is being loaded now."""
        atomic_write(self._marker, json.dumps({"pid": os.getpid(), "plugin": plugin}))

    def under_way(self) -> str | None:
        """The plugin that was being loaded; None where no start is under way."""
        left = _read(self._marker)
        return None if left is None else str(left.get("plugin", ""))

    def complete(self) -> None:
        """The start came to its end, or was ended by a person."""
        self._marker.unlink(missing_ok=True)

    def give_up(self) -> None:
        """The next start is in safe mode, whatever the last one was."""
        atomic_write(self._marker, json.dumps({"pid": os.getpid(), "plugin": ""}))

    def safe_mode(self) -> SafeMode | None:
        """As it stands; enabling the plugin that was put out for it has left it."""
        found = _read(self._safe)
        if found is None:
            return None
        mode = SafeMode(str(found.get("plugin", "")), str(found.get("since", "")), bool(found.get("out")))
        if mode.out and not self._states.load().get(mode.plugin, PluginState()).out:
            self.leave()
            return None
        return mode

    def leave(self) -> None:
        """From the next start on, all plugins but those that have failed."""
        self._safe.unlink(missing_ok=True)

    def _enter(self, plugin: str) -> None:
        reason = Pair("主程序在加载它时中断", "the host broke off while it was being loaded")
        out = bool(plugin) and self._states.fail(plugin, hook="load", reason=reason, trace="")
        earlier = _read(self._safe)
        if earlier is None or plugin:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            atomic_write(self._safe, json.dumps({"plugin": plugin, "since": now, "out": out}))
        log.error("safe mode: the last start was not complete; %s was being loaded", plugin or "no plugin")


def _read(path: Path) -> dict[str, Any] | None:
    """None where there is no such file; a damaged one says nothing, but is there."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
