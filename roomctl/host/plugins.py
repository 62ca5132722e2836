"""What the host, and the use cases, ask plugins."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from roomctl.domain.archive import PackageFile
from roomctl.domain.events import LoggedEvent
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, Objection
from roomctl.errors import MissingPart, NotFound, Refused
from roomctl.host.manifest import BadManifest
from roomctl.host.promises import promise
from roomctl.host.registry import Loaded, Registry, turn_off, unknown
from roomctl.host.status import PluginStatus, Status, enable_hint
from roomctl.i18n import several, tr
from roomctl.services.archive_ports import Archivist
from roomctl.services.drivers import DriverOffer
from roomctl.services.offers import (
    Check,
    DocumentOffer,
    EngineOffer,
    Health,
    Progress,
    RecorderFactory,
    Service,
    TargetFactory,
)
from roomctl.services.print_offers import Typesetter
from roomctl.services.rank_offers import Ranking

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """How a service is, by its own words; where it has none, that is what is wrong with it.

    Attributes:
        failures: meetings whose work is stuck, with what, why and the mend.

    """

    name: str
    health: Health
    progress: Sequence[Progress]
    failures: Mapping[str, str]


class PluginHost(Registry):
    """`roomctl.services.ports.Plugins`, and what the host itself asks: commands, services."""

    def _tables(self, hook: str, among: Sequence[str] | None = None) -> dict[str, tuple[str, Any]]:
        """Name → plugin and thing, over all plugins or those named; the first one keeps a name."""
        table: dict[str, tuple[str, Any]] = {}
        for plugin, answer in self.ask(hook, among=among):
            for name, thing in answer.items():
                if table.setdefault(name, (plugin, thing))[0] != plugin:
                    log.warning("plugin %s: %s: the name %r is taken by %s", plugin, hook, name, table[name][0])
        return table

    def gate(self, meeting: Meeting, target: State) -> Sequence[Objection]:
        asked = self.ask("roomctl_gate", meeting=meeting, target=target)
        return [replace(one, by=name) for name, objections in asked for one in objections]

    def checks(self) -> Sequence[Check]:
        return [one for _, checks in self.ask("roomctl_device_checks") for one in checks]

    def drivers(self) -> Mapping[str, DriverOffer]:
        """Kinds of device; the first plugin that offers a kind keeps it."""
        table: dict[str, DriverOffer] = {}
        for plugin, offers in self.ask("roomctl_device_drivers"):
            for offer in offers:
                if table.setdefault(offer.kind, offer) is not offer:
                    log.warning("plugin %s: the kind of device %r is taken", plugin, offer.kind)
        return table

    def identify(self, meeting: Meeting, evidence: Mapping[str, str]) -> str | None:
        """The first plugin that knows the card or code decides."""
        asked = self.ask("roomctl_identify", meeting=meeting, evidence=evidence)
        return next((person for _, person in asked if person is not None), None)

    def recorder(self, name: str) -> RecorderFactory:
        self.load(self._strikes.essential)  # after a crash the sound comes first; the others may take their time
        table = self._tables("roomctl_recorders", [one for one in self._strikes.essential if one in self.loaded])
        if name not in table:
            table = self._tables("roomctl_recorders")
        if name not in table:
            raise self._nothing(tr("录音器", "recorder"), name, list(table))
        plugin, factory = table[name]
        self.protect(plugin)
        return factory  # type: ignore[no-any-return]  # the promise was checked

    def engines(self) -> Sequence[EngineOffer]:
        return [offer for _, offer in self._tables("roomctl_transcribers").values()]

    def target(self, kind: str) -> TargetFactory:
        table = self._tables("roomctl_archive_targets")
        if kind not in table:
            raise self._nothing(tr("存储目标", "archive target"), kind, list(table))
        return table[kind][1]  # type: ignore[no-any-return]  # the promise was checked

    def documents(self, meeting: Meeting) -> Sequence[DocumentOffer]:
        return [one for _, offers in self.ask("roomctl_record_documents", meeting=meeting) for one in offers]

    def room_documents(self) -> Sequence[DocumentOffer]:
        return [one for _, offers in self.ask("roomctl_room_documents") for one in offers]

    def typesetter(self) -> Typesetter:
        found = next((one for _, one in self.ask("roomctl_typesetter")), None)
        if found is None:
            raise MissingPart(
                tr("没有插件能排版打印", "no plugin sets pages"),
                mend=tr("启用 records 插件", "enable the plugin `records`"),
            )
        return found  # type: ignore[no-any-return]  # the promise was checked

    def ranking(self) -> Ranking | None:
        return next((one for _, one in self.ask("roomctl_ranking")), None)

    def package_files(self, meeting: Meeting) -> Sequence[PackageFile]:
        return [one for _, files in self.ask("roomctl_package_files", meeting=meeting) for one in files]

    def archivist(self) -> Archivist:
        found = next((one for _, one in self.ask("roomctl_archivist")), None)
        if found is None:
            raise MissingPart(
                tr("没有插件能读存档包", "no plugin reads packages"),
                mend=tr("启用 archive 插件", "enable the plugin `archive`"),
            )
        return found  # type: ignore[no-any-return]  # the promise was checked

    def names(self) -> Sequence[str]:
        """Who wants events: with `tell`, this is `delivery.Subscribers`."""
        return self.having("roomctl_on_event")

    def tell(self, name: str, event: LoggedEvent) -> bool:
        """Whether the plugin took it."""
        return self.call(name, "roomctl_on_event", event=event).ok

    def commands(self, name: str) -> Mapping[str, Callable[..., Any]]:
        """The commands of one plugin, which is loaded alone for it.

        Raises:
            NotFound: no such plugin.
            Refused, MissingPart: it is not enabled; why, and the mend.

        """
        one = self.named(name)
        self.load({name})
        if isinstance(one, BadManifest):
            raise Refused(tr(f"插件 {name} 不能用", f"plugin {name} cannot be used"), one.reason, one.mend)
        if name in self.loaded and "roomctl_commands" in self.loaded[name].hooks:
            outcome = self.call(name, "roomctl_commands")
            if outcome.failure is None:
                return outcome.value  # type: ignore[no-any-return]  # the promise was checked
            raise Refused(
                tr(f"插件 {name} 的命令不能用", f"the commands of plugin {name} cannot be used"),
                outcome.failure.reason,
                turn_off(name),
            )
        if name in self.loaded:
            return {}
        raise _unusable(self._status[name])

    def _nothing(self, what: str, name: str, known: Sequence[str]) -> NotFound:
        """Where plugins are down, the one that is meant may be among them."""
        down = [one for one in self.status() if one.status not in {Status.ENABLED, Status.DISABLED}]
        error = unknown(what, name, known)
        error.why = several(
            tr(f"{one.name}（{one.status.label}）：{one.reason}", f"{one.name} ({one.status.label}): {one.reason}")
            for one in down
        )
        return error

    # --- services --------------------------------------------------------------------------------------------------

    def services(self) -> Sequence[Service]:
        """The long-running work of all plugins; each is made once."""
        return [service for _, services in self._services() for service in services]

    def _services(self) -> list[tuple[str, Sequence[Service]]]:
        found = []
        for name in self.having("roomctl_services"):
            plugin = self.loaded.get(name)
            if plugin is None:
                continue
            if plugin.services is None:
                plugin.services = self.call(name, "roomctl_services").value or ()
            found.append((name, plugin.services))
        return found

    def start_services(self) -> None:
        """Starts them; a plugin whose service does not start is put out with `setup_error`, the others go on."""
        for name, services in self._services():
            for service in services:
                outcome = self.caller.call(name, service.start, self.deadlines.load)
                if failure := outcome.failure:
                    log.error("plugin %s: service does not start: %s", name, failure.reason)
                    log.debug("%s", failure.trace)
                    self.put_out(name, Status.SETUP_ERROR, failure.reason, failure.trace)
                    break

    def wake_services(self) -> None:
        """Something happened; each looks whether it is concerned."""
        for name, services in self._services():
            for service in services:
                self.run(name, f"{service.name}.wake", service.wake)

    def reports(self) -> Sequence[Report]:
        """Of all services, each asked alone and with a deadline, as a hook is."""
        return [self._report(name, service) for name, services in self._services() for service in services]

    def _report(self, plugin: str, service: Service) -> Report:
        asked = [
            self.run(plugin, f"{service.name}.{what}", lambda what=what, fits=fits: fits(getattr(service, what)()))  # type: ignore[misc]  # bound now
            for what, fits in _REPORTED.items()
        ]
        health, progress, failures = asked
        wrong = next((one.failure.reason for one in asked if one.failure), "")
        mend = turn_off(plugin) if plugin in self.loaded else enable_hint(plugin)
        return Report(
            service.name,
            Health(ok=False, why=wrong, mend=mend) if wrong else health.value,
            progress.value or (),
            failures.value or {},
        )

    def busy(self) -> bool:
        """Whether any service is at work, or will not say."""
        asked = [
            self.run(name, f"{service.name}.progress", service.progress)
            for name, services in self._services()
            for service in services
        ]
        return any(not one.ok or one.value for one in asked)

    def close(self, timeout: float = 5.0) -> None:
        """Stops the services and their children of all plugins side by side, each with the same deadline."""
        ends = [
            threading.Thread(target=self._end, args=(name, plugin, timeout), daemon=True)
            for name, plugin in self.loaded.items()
        ]
        for end in ends:
            end.start()
        for end in ends:
            end.join()
        self.caller.close()

    def _end(self, name: str, plugin: Loaded, timeout: float) -> None:
        until = time.monotonic() + timeout
        for service in plugin.services or ():
            left = max(until - time.monotonic(), 0.0)
            stop = service.stop
            self.caller.call(name, lambda stop=stop, left=left: stop(left), left + _SLACK)  # type: ignore[misc]  # bound now
        if close := getattr(plugin.context, "close", None):
            left = max(until - time.monotonic(), 0.0)
            self.caller.call(name, lambda: close(left), left + _SLACK)


_REPORTED = {one.__name__: promise(one) for one in (Service.health, Service.progress, Service.failures)}
_SLACK = 0.5  # seconds by which a service may be late


def _unusable(status: PluginStatus) -> Refused | MissingPart:
    kind = MissingPart if status.status is Status.SELF_CHECK_ERROR else Refused
    what = tr(
        f"插件 {status.name} 不能用（{status.status.label}）",
        f"plugin {status.name} is not usable ({status.status.label})",
    )
    return kind(what, status.reason, status.mend)
