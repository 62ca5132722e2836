"""What a plugin is given: its own folder, documents, events, children, and the public use cases."""

import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from roomctl.api import Child, PluginStore, Services
from roomctl.errors import BadInput, Busy
from roomctl.host.manifest import Manifest
from roomctl.host.supervisor import SupervisedChild
from roomctl.i18n import tr
from roomctl.services.ports import Clock

EVENTS_A_MINUTE = 600
"""Of one plugin. More than any room needs; a loop that publishes does not fill the disk."""

MINUTE = 60.0


class Quota:
    """So many within the last minute, by the clock."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self._limit, self._clock = limit, clock
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """One more; False where the limit is reached."""
        now = self._clock.monotonic()
        with self._lock:
            while self._times and now - self._times[0] >= MINUTE:
                self._times.popleft()
            if len(self._times) >= self._limit:
                return False
            self._times.append(now)
        return True


@dataclass
class Context:
    """`roomctl.api.PluginContext`."""

    manifest: Manifest
    config: Any
    services: Services
    clock: Clock
    log: logging.Logger
    _outside: "Contexts"
    _quota: Quota
    _children: list[SupervisedChild] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def secret(self) -> bytes:
        return self._outside.secret(self.name)

    def folder(self, meeting: str | None = None) -> Path:
        data = self._outside.data
        if meeting is None:
            path = data / "plugin-data" / self.name
        elif Path(meeting).name != meeting or meeting in {"", ".", ".."}:
            raise BadInput(tr(f"会议编号 {meeting!r} 不对", f"{meeting!r} is no meeting's id"))
        else:
            path = data / "meetings" / meeting / self.manifest.folder
        path.mkdir(parents=True, exist_ok=True)
        return path

    def store(self, meeting: str | None = None) -> PluginStore:
        return self._outside.stores(self.name, meeting)

    def publish(self, kind: str, data: Mapping[str, Any], meeting: str | None = None, *, once: bool = False) -> bool:
        """Raises: BadInput for what is no JSON, Busy beyond the quota."""
        if not kind or kind.startswith(".") or not kind.replace(".", "").replace("_", "").isalnum():
            raise BadInput(
                tr(f"事件类型 {kind!r} 不对", f"{kind!r} is no kind of event"),
                mend=tr("请只用字母、数字、下划线和点", "use letters, digits, _ and dots"),
            )
        try:
            plain = json.loads(json.dumps(dict(data), allow_nan=False))
        except (TypeError, ValueError) as error:
            raise BadInput(
                tr(f"事件 {kind} 的内容不是 JSON", f"the data of event {kind} is no JSON"), str(error)
            ) from None
        if not self._quota.take():
            raise Busy(
                tr(f"插件 {self.name} 发布事件过多", f"plugin {self.name} publishes too many events"),
                tr(f"每分钟最多 {EVENTS_A_MINUTE} 个", f"at most {EVENTS_A_MINUTE} a minute"),
                tr("请把多个事实合成一个事件", "put several facts into one event"),
            )
        return self._outside.publish(self.name, f"x.{self.name}.{kind}", plain, meeting, once=once)

    def child(
        self,
        argv: Sequence[str],
        *,
        heartbeat: float | None = None,
        restarts: int = 3,
        env: Mapping[str, str] | None = None,
    ) -> Child:
        child = SupervisedChild(
            argv, name=self.name, heartbeat=heartbeat, restarts=restarts, env=env, clock=self.clock
        )
        self._children = [one for one in self._children if one.alive]
        self._children.append(child)
        return child

    def close(self, timeout: float = 5.0) -> None:
        """Ends the children that are left, side by side."""
        ends = [threading.Thread(target=child.stop, args=(timeout,), daemon=True) for child in self._children]
        for end in ends:
            end.start()
        for end in ends:
            end.join()


class Publish(Protocol):
    """Whether the event was appended."""

    def __call__(
        self, plugin: str, kind: str, data: Mapping[str, Any], meeting: str | None, *, once: bool = False
    ) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Contexts:
    """Makes the context of each plugin from what the application brings.

    Attributes:
        data: the data folder.
        services: the public use cases, acting as the plugin of this name.
        stores: documents of a plugin, for a meeting or the room.
        publish: plugin, kind, data, meeting → an event in the log; once: as `PluginContext.publish` has it.
        secret: what a plugin seals its codes with.

    """

    data: Path
    clock: Clock
    services: Callable[[str], Services]
    stores: Callable[[str, str | None], PluginStore]
    publish: Publish
    secret: Callable[[str], bytes]

    def __call__(self, manifest: Manifest, config: Any) -> Context:
        return Context(
            manifest,
            config,
            self.services(manifest.name),
            self.clock,
            logging.getLogger(f"roomctl.plugins.{manifest.name}"),
            self,
            Quota(EVENTS_A_MINUTE, self.clock),
        )
