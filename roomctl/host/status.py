"""How each plugin stands, and when it has failed too often."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from roomctl.durable import atomic_write
from roomctl.i18n import crossed, crossing, tr

if TYPE_CHECKING:
    from roomctl.api import Missing  # the launcher reads states, and loads nothing of what plugins see

STRIKES = 3
"""Failures in a row after which a plugin is disabled; a hang alone is enough."""


class Status(StrEnum):
    """Of a plugin."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    """By a person."""
    LOAD_ERROR = "load_error"
    """Bad manifest, unknown API, taken name, or its import failed."""
    CONFIG_ERROR = "config_error"
    SELF_CHECK_ERROR = "self_check_error"
    """Something it requires is missing."""
    SETUP_ERROR = "setup_error"
    FAILED = "failed"
    """Disabled by the host, after failures at work."""

    @property
    def label(self) -> str:
        """For people; programs read the value."""
        return tr(*_LABELS[self])


_LABELS = {
    Status.ENABLED: ("已启用", "enabled"),
    Status.DISABLED: ("已停用", "disabled"),
    Status.LOAD_ERROR: ("加载错误", "load error"),
    Status.CONFIG_ERROR: ("配置错误", "config error"),
    Status.SELF_CHECK_ERROR: ("自检未过", "self-check"),
    Status.SETUP_ERROR: ("启动错误", "start error"),
    Status.FAILED: ("运行失败", "failed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginStatus:
    """One row of `roomctl plugins list`.

    Attributes:
        missing: what its self-check found; where nothing of it is fatal, the plugin is enabled all the same.
        trace: of what it raised, or where it hung.

    """

    name: str
    version: str
    source: str
    status: Status
    reason: str = ""
    mend: str = ""
    trace: str = ""
    missing: "tuple[Missing, ...]" = ()

    def as_json(self) -> dict[str, str | None]:
        return {
            "name": self.name,
            "version": self.version,
            "status": self.status.value,
            "reason": str(self.reason) or None,
            "mend": str(self.mend) or None,
        }


@dataclass(frozen=True, slots=True)
class PluginState:
    """What is remembered of a plugin from one start to the next.

    Attributes:
        enabled: as a person wants it.
        strikes: failures in a row; hook: where the newest one was.
        reason, trace: of the newest one; the reason in both languages, where the host knows it in both.
        essential: it has given the recorder; then nothing but a person ever puts it out.

    """

    enabled: bool = True
    strikes: int = 0
    reason: str = ""
    trace: str = ""
    hook: str = ""
    essential: bool = False

    @property
    def out(self) -> bool:
        """Failed too often: not loaded until a person enables it."""
        return self.strikes >= STRIKES


class PluginStates(Protocol):
    """Where that is kept."""

    def load(self) -> Mapping[str, PluginState]: ...
    def save(self, name: str, state: PluginState) -> None: ...


class StatesFile:
    """In a JSON file of the data folder, so that it can be read when the database cannot."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Mapping[str, PluginState]:
        """An unreadable file is an empty one: at worst a bad plugin gets three tries more."""
        try:
            raw = json.loads(self._path.read_text(encoding="utf-8"))
            return {name: _state(written) for name, written in raw.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def save(self, name: str, state: PluginState) -> None:
        every = {**self.load(), name: state}
        written = {key: {**asdict(value), "reason": crossing(value.reason)} for key, value in every.items()}
        text = json.dumps(written, ensure_ascii=False, indent=1)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(self._path, text)

    def fail(self, name: str, *, hook: str, reason: str, trace: str) -> bool:
        """Puts a plugin out from the next start on, for what it did to the host; False for an essential one."""
        state = self.load().get(name, PluginState())
        strikes = STRIKES - 1 if state.essential else STRIKES
        self.save(name, replace(state, strikes=strikes, hook=hook, reason=reason, trace=trace))
        return not state.essential


def _state(written: Mapping[str, Any]) -> PluginState:
    """Raises: TypeError."""
    return PluginState(**{**written, "reason": crossed(written.get("reason", ""))})


class Strikes:
    """Counts failures in a row.

    A plugin in `essential` (it runs the recorder) is never put out by them.
    """

    def __init__(self, states: PluginStates) -> None:
        self._states = states
        self._known = dict(states.load())
        self._before: dict[str, int] = {}  # strikes of a plugin before it hung
        self.essential = {name for name, state in self._known.items() if state.essential}

    def of(self, name: str) -> PluginState:
        return self._known.get(name, PluginState())

    def success(self, name: str, hook: str) -> None:
        """Forgets the failures, where this is the hook that failed: what else works proves nothing of it."""
        state = self.of(name)
        if 0 < state.strikes < STRIKES and state.hook == hook:
            self._save(name, PluginState(enabled=state.enabled, essential=state.essential))

    def failure(self, name: str, hook: str, reason: str, trace: str, *, hang: bool) -> bool:
        """Counts one. True where the plugin is out now."""
        state = self.of(name)
        strikes = STRIKES if hang else state.strikes + 1
        if hang:
            self._before.setdefault(name, state.strikes)
        if name in self.essential:
            strikes = min(strikes, STRIKES - 1)
        self._save(name, replace(state, strikes=strikes, reason=reason, trace=trace, hook=hook))
        return strikes >= STRIKES

    def late(self, name: str, hook: str) -> bool:
        """The hang for which it is out has ended: it was a failure like any other. Whether it may be asked again."""
        state = self.of(name)
        if not state.out or state.hook != hook or name not in self._before:
            return False
        strikes = self._before.pop(name) + 1
        self._save(name, replace(state, strikes=strikes))
        return strikes < STRIKES

    def want(self, name: str, *, enabled: bool) -> None:
        """A person decides; enabling also forgives what was."""
        state = self.of(name)
        forgiven = PluginState(essential=state.essential)
        self._save(name, forgiven if enabled else replace(state, enabled=False))

    def protect(self, name: str) -> None:
        """Remembered over restarts: a host that starts after a crash needs the recorder before it asks anybody."""
        if name not in self.essential:
            self.essential.add(name)
            self._save(name, replace(self.of(name), essential=True))

    def _save(self, name: str, state: PluginState) -> None:
        self._known[name] = state
        self._states.save(name, state)


def enable_hint(name: str) -> str:
    """The mend of whatever was disabled."""
    return tr(f"修好后运行 roomctl plugins enable {name}", f"mend it, then run: roomctl plugins enable {name}")
