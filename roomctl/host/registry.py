"""The plugins of this machine: loaded one by one, called one by one, and put out one by one."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, TypeVar

import pluggy
from pydantic import BaseModel

from roomctl import hookspecs
from roomctl.api import Missing, PluginContext
from roomctl.errors import NotFound, RoomctlError
from roomctl.host import loading, requirements
from roomctl.host.calls import Caller, CallThread, Failure, FailureKind, Outcome
from roomctl.host.manifest import BUILTIN, Found, Manifest
from roomctl.host.promises import promise
from roomctl.host.status import PluginStates, PluginStatus, Status, Strikes, enable_hint
from roomctl.i18n import Pair, paired, several, tr
from roomctl.services.offers import Service

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that one call may take.

    Attributes:
        load: an import, a config model.
        answer: any hook; reading an event counts as one.

    """

    load: float = 30.0
    answer: float = 10.0


@dataclass
class Loaded:
    """A plugin that can be asked, once it has a context."""

    manifest: Manifest
    module: ModuleType
    hooks: Mapping[str, pluggy.HookImpl]
    context: PluginContext | None = None
    services: Sequence[Service] | None = None


@dataclass(eq=False)
class _Stopped(Exception):  # noqa: N818 - never leaves this module
    """Loading ended before the plugin was enabled."""

    status: Status
    reason: str
    mend: str = ""
    trace: str = ""
    missing: tuple[Missing, ...] = ()


@dataclass
class Registry:
    """Which plugins there are, how each stands, and one call into one of them.

    Nothing is imported before it is needed: `load({name})` loads that plugin alone, a question to all loads what is
    left.

    Attributes:
        found: what `manifest.discover` gave.
        contexts: makes the context of a plugin with its validated configuration.
        states: what is remembered of plugins from one start to the next.
        settings: the sections `[plugins.<name>]` of roomctl.toml.
        model: whether a speech model is installed and complete.
        closed: whether this machine is declared for state secrets, which nobody else's code may come near.

    """

    found: Sequence[Found]
    contexts: Callable[[Manifest, Any], PluginContext]
    states: PluginStates
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    model: Callable[[str], bool] = lambda _name: False
    deadlines: Deadlines = Deadlines()
    closed: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        self._manager = pluggy.PluginManager("roomctl")
        self._manager.add_hookspecs(hookspecs)
        self.caller = Caller()
        self._strikes = Strikes(self.states)
        self.loaded: dict[str, Loaded] = {}
        self.models: dict[str, type[BaseModel]] = {}
        self._status: dict[str, PluginStatus] = {}
        self._loading = threading.RLock()
        self.before_load: Callable[[str], None] = lambda _name: None  # told the name of each plugin, just before

    # --- loading ---------------------------------------------------------------------------------------------------

    def load(self, only: Iterable[str] | None = None) -> None:
        """Loads the plugins named, or all; those that were tried before are left as they are.

        A plugin that asks while it is itself being loaded gets the answers of those already there.
        """
        inside = isinstance(threading.current_thread(), CallThread)
        if not self._loading.acquire(blocking=not inside):
            return
        try:
            wanted = None if only is None else set(only)
            for one in self.found:
                if (
                    isinstance(one, Manifest)
                    and one.name not in self._status
                    and (wanted is None or one.name in wanted)
                ):
                    self._status[one.name] = self._try(one)
        finally:
            self._loading.release()

    def _try(self, manifest: Manifest) -> PluginStatus:
        status = PluginStatus(
            name=manifest.name, version=manifest.version, source=manifest.source, status=Status.ENABLED
        )
        self.before_load(manifest.name)
        try:
            missing = self._load(manifest)
        except _Stopped as stop:
            self._forget(manifest.name)
            if stop.status is not Status.DISABLED:
                log.warning("plugin %s: %s: %s", manifest.name, stop.status, stop.reason)
            return replace(
                status,
                status=stop.status,
                reason=stop.reason,
                mend=stop.mend,
                trace=stop.trace,
                missing=stop.missing,
            )
        return replace(status, missing=missing, reason=_why(missing), mend=_mend(missing))

    def _load(self, manifest: Manifest) -> tuple[Missing, ...]:
        """What its self-check misses without being kept from work by it. Raises: _Stopped."""
        name = manifest.name
        state = self._strikes.of(name)
        if self._kept_out(manifest):
            raise _Stopped(Status.DISABLED, _kept_out())
        if not state.enabled:
            raise _Stopped(Status.DISABLED, tr("已停用", "disabled by a person"), f"roomctl plugins enable {name}")
        if state.out and name not in self._strikes.essential:
            raise _Stopped(Status.FAILED, state.reason, enable_hint(name), state.trace)
        with paired():  # what is wrong is read later, and by others
            _refuse_missing(requirements.missing(name, manifest.requires, self.model))
        module = self._step(name, Status.LOAD_ERROR, lambda: loading.import_plugin(manifest))
        hooks = self._step(name, Status.LOAD_ERROR, lambda: loading.register(self._manager, name, module))
        plugin = self.loaded[name] = Loaded(manifest, module, hooks)
        model: type[BaseModel] | None = None
        if "roomctl_config_model" in hooks:
            model = self.models[name] = self._expect(plugin, "roomctl_config_model", Status.CONFIG_ERROR)
        section = self.settings.get(name, {})
        with paired():
            config = self._step(name, Status.CONFIG_ERROR, lambda: loading.validated(name, model, section))
            plugin.context = self._step(name, Status.SETUP_ERROR, lambda: self.contexts(manifest, config))
            return self._self_check(plugin) if "roomctl_self_check" in hooks else ()

    def _self_check(self, plugin: Loaded) -> tuple[Missing, ...]:
        name = plugin.manifest.name
        try:
            missing: tuple[Missing, ...] = self._expect(plugin, "roomctl_self_check", Status.SELF_CHECK_ERROR)
            _refuse_missing(missing, among=lambda one: one.fatal)
        except _Stopped as stop:
            if name not in self._strikes.essential:
                raise
            log.warning("plugin %s: %s", name, stop.reason)  # a microphone pulled out must not cost the rest of it
            return stop.missing or (Missing("roomctl_self_check", stop.reason, stop.mend),)
        return missing

    def _step(self, name: str, status: Status, function: Callable[[], Any]) -> Any:
        outcome = self.caller.call(name, function, self.deadlines.load)
        return self._or_stop(name, status, "load", outcome)

    def _expect(self, plugin: Loaded, hook: str, status: Status) -> Any:
        outcome = self.caller.call(plugin.manifest.name, _call(plugin, hook, {}), self.deadlines.load)
        return self._or_stop(plugin.manifest.name, status, hook, outcome)

    def _or_stop(self, name: str, status: Status, hook: str, outcome: Outcome) -> Any:
        failure = outcome.failure
        if failure is None:
            return outcome.value
        if failure.kind is FailureKind.HANG:  # its thread is lost; the next start does not wait for another
            self._strikes.failure(name, hook, failure.reason, failure.trace, hang=True)
        reason, mend = failure.reason, turn_off(name)
        if failure.kind is FailureKind.HANG:
            mend = enable_hint(name)
        if isinstance(failure.error, RoomctlError):
            error = failure.error
            reason, mend = Pair.of(lambda: str(RoomctlError(error.what, error.why))), error.mend or mend
        raise _Stopped(status, reason, mend, failure.trace)

    def _forget(self, name: str) -> None:
        plugin = self.loaded.pop(name, None)
        if plugin is not None:
            self._manager.unregister(plugin.module)

    # --- for the plugins page and `roomctl plugins` ----------------------------------------------------------------

    def status(self) -> Sequence[PluginStatus]:
        """Every plugin that was found, in the order of discovery, those included that cannot even be read."""
        self.load()
        return tuple(
            self._status[one.name]
            if isinstance(one, Manifest)
            else PluginStatus(
                name=one.name,
                version=one.version,
                source=one.source,
                status=Status.LOAD_ERROR,
                reason=one.reason,
                mend=one.mend,
            )
            for one in self.found
        )

    def unknown_sections(self) -> Sequence[str]:
        """Names in the settings that no plugin goes by."""
        return sorted(set(self.settings) - {one.name for one in self.found})

    def enable(self, name: str) -> None:
        """From the next start on, its failures forgiven. Raises: NotFound."""
        self.named(name)
        self._strikes.want(name, enabled=True)

    def disable(self, name: str) -> None:
        """From the next start on. Raises: NotFound."""
        self.named(name)
        self._strikes.want(name, enabled=False)

    def protect(self, name: str) -> None:
        """It runs the recording, or is the source of it: whatever it does, it stays.

        Remembered over restarts, where neither earlier failures nor its self-check keep it out: a host that starts
        again needs it to adopt the capture.
        """
        self._strikes.protect(name)

    def named(self, name: str) -> Found:
        """Raises: NotFound, with the known names."""
        for one in self.found:
            if one.name == name:
                return one
        raise unknown(tr("插件", "plugin"), name, [one.name for one in self.found])

    # --- asking ----------------------------------------------------------------------------------------------------

    def call(self, name: str, hook: str, **arguments: Any) -> Outcome:
        """Asks one plugin, which implements the hook. Its failure is logged and counted."""
        plugin = self.loaded.get(name)
        if plugin is None:
            return Outcome(failure=Failure(FailureKind.OUT, tr("已停用", "put out meanwhile")))
        return self._counted(plugin, hook, _call(plugin, hook, arguments))

    def run(self, name: str, what: str, function: Callable[[], Any]) -> Outcome:
        """Calls what a plugin gave in answer to a hook: a page, a service. Counted as a hook is, under `what`."""
        plugin = self.loaded.get(name)
        if plugin is None:
            return Outcome(failure=Failure(FailureKind.OUT, tr("已停用", "put out meanwhile")))
        return self._counted(plugin, what, function)

    def strangers(self) -> Sequence[str]:
        """Those that did not come with roomctl, and are enabled."""
        return [
            one.name
            for one in self.found
            if isinstance(one, Manifest) and one.source != BUILTIN and self._strikes.of(one.name).enabled
        ]

    def _kept_out(self, manifest: Manifest) -> bool:
        return manifest.source != BUILTIN and self.closed()

    def _counted(self, plugin: Loaded, what: str, function: Callable[[], Any]) -> Outcome:
        name = plugin.manifest.name
        if self._kept_out(plugin.manifest):  # declared after the start of this process
            return Outcome(failure=Failure(FailureKind.OUT, _kept_out()))
        ended: list[Outcome] = []

        def late(outcome: Outcome) -> None:
            ended.append(outcome)
            self._take_back(plugin, what, outcome)

        outcome = self.caller.call(name, function, self.deadlines.answer, late)
        if outcome.failure is None:
            self._strikes.success(name, what)
        else:
            self._count(plugin, what, outcome.failure)
            for one in ended:  # while it was being put out
                self._take_back(plugin, what, one)
        return outcome

    def _count(self, plugin: Loaded, hook: str, failure: Failure) -> None:
        name = plugin.manifest.name
        reason = Pair.of(lambda: f"{hook}: {str(failure.reason).removeprefix(f'{hook}: ')}")
        hang = failure.kind is FailureKind.HANG
        out = self._strikes.failure(name, hook, reason, failure.trace, hang=hang)
        log.error("plugin %s: %s%s", name, reason, "; it is out, and asked no more" if out else "")
        log.debug("%s", failure.trace)
        if out:
            self.put_out(name, Status.FAILED, reason, failure.trace)

    def _take_back(self, plugin: Loaded, hook: str, outcome: Outcome) -> None:
        """A hang has come to an end: a machine that was too busy does not cost the meeting a plugin."""
        name = plugin.manifest.name
        with self._loading:
            if outcome.failure or name in self.loaded or not self._strikes.late(name, hook):
                return
            plugin.hooks = loading.register(self._manager, name, plugin.module)
            self._status[name] = replace(self._status[name], status=Status.ENABLED, reason="", mend="", trace="")
            self.loaded[name] = plugin
        log.warning("plugin %s: %s was slow; it has answered, and is asked again", name, hook)

    def put_out(self, name: str, status: Status, reason: str, trace: str) -> None:
        """It is asked nothing more in this process."""
        self._forget(name)
        self._status[name] = replace(
            self._status[name], status=status, reason=reason, mend=enable_hint(name), trace=trace
        )

    def ask(self, hook: str, *, among: Sequence[str] | None = None, **arguments: Any) -> list[tuple[str, Any]]:
        """Plugin and answer, of all that answered; among those named, which are loaded, or all."""
        answers = []
        for name in self.having(hook) if among is None else self._implementing(hook, among):
            outcome = self.call(name, hook, **arguments)
            if outcome.ok:
                answers.append((name, outcome.value))
        return answers

    def having(self, hook: str) -> Sequence[str]:
        """The plugins that implement a hook, in the order of discovery."""
        self.load()
        return self._implementing(hook, [one.name for one in self.found])

    def _implementing(self, hook: str, names: Iterable[str]) -> Sequence[str]:
        loaded = [self.loaded[name] for name in names if name in self.loaded]
        return [plugin.manifest.name for plugin in loaded if hook in plugin.hooks and plugin.context]


def _call(plugin: Loaded, hook: str, arguments: Mapping[str, Any]) -> Callable[[], Any]:
    one = plugin.hooks[hook]
    checked = promise(getattr(hookspecs, hook))
    given = {"ctx": plugin.context, **arguments}
    values = [given[name] for name in one.argnames]
    return lambda: checked(one.function(*values))


def _refuse_missing(missing: Iterable[Missing], among: Callable[[Missing], bool] = lambda _one: True) -> None:
    every = tuple(missing)
    if fatal := [one for one in every if among(one)]:
        raise _Stopped(Status.SELF_CHECK_ERROR, _why(fatal), _mend(fatal), missing=every)


def _why(missing: Sequence[Missing]) -> str:
    return Pair.of(lambda: several(str(RoomctlError(one.what, one.why)) for one in missing))


def _mend(missing: Sequence[Missing]) -> str:
    return Pair.of(lambda: several(one.mend for one in missing))


def _kept_out() -> str:
    return tr(
        "本机是登记的涉密计算机，或存有涉密会议，只用随 roomctl 提供的插件",
        "this machine is declared for state secrets, or holds one: plugins of roomctl alone may come near",
    )


def turn_off(name: str) -> str:
    """The mend where the fault is the plugin's own."""
    return tr(
        f"请更新这个插件，或运行 roomctl plugins disable {name}",
        f"update the plugin, or run: roomctl plugins disable {name}",
    )


def unknown(what: str, name: str, known: Sequence[str]) -> NotFound:
    """The error that lists what there is."""
    listed = ", ".join(sorted(known)) or "-"
    return NotFound(tr(f"没有{what}“{name}”", f"no {what} {name!r}"), mend=tr(f"可用：{listed}", f"known: {listed}"))
