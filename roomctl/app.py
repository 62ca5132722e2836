"""Puts it together: settings → storage → host. The only place that knows everything."""

import logging
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from roomctl import config
from roomctl.domain import passes
from roomctl.domain.archive import Verdict
from roomctl.domain.events import SYSTEM, Actor, By, Event, Fault
from roomctl.domain.lifecycle import State
from roomctl.domain.recording import Order, Purpose
from roomctl.domain.secrecy import SecrecyRefused, Way
from roomctl.errors import BadInput, MissingPart, NotFound, RoomctlError
from roomctl.folders import data_folder, is_data_folder
from roomctl.host import logs
from roomctl.host.context import Contexts
from roomctl.host.delivery import Delivery
from roomctl.host.lock import HostLock
from roomctl.host.manifest import Found, discover
from roomctl.host.platform import machine
from roomctl.host.plugins import PluginHost
from roomctl.host.prober import Prober
from roomctl.host.refusals import Refusals
from roomctl.host.registry import Deadlines
from roomctl.host.status import StatesFile
from roomctl.i18n import several, tr
from roomctl.services import secrecy
from roomctl.services.accounts import Accounts
from roomctl.services.calendar_links import CalendarLinks
from roomctl.services.counting import CountRuns
from roomctl.services.device_ports import Rack
from roomctl.services.facade import UseCases
from roomctl.services.identity import local_user, new_id
from roomctl.services.offers import RoomSpeech, Service
from roomctl.services.ports import Clock
from roomctl.services.recordings import RoomSound
from roomctl.services.screens import ScreenKeys
from roomctl.services.time import SystemClock
from roomctl.storage.audit import verify_log
from roomctl.storage.database import Database, open_database
from roomctl.storage.inventory import InventoryFile
from roomctl.storage.macros import MacroFile
from roomctl.storage.plugin_store import SqlPluginStore
from roomctl.storage.secret import own_secret
from roomctl.storage.uow import SqlUnitOfWork

log = logging.getLogger(__name__)


class InstalledModels:
    """Implements `ports.Models` by the models package, which is loaded when first asked."""

    def __init__(self, data: Path) -> None:
        self._data = data

    @cached_property
    def store(self) -> Any:
        from roomctl_models.store import Store  # noqa: PLC0415 - most commands need no model

        return Store.here(self._data)

    def has(self, name: str) -> bool:
        return bool(self.store.installed(name))

    def folder(self, name: str) -> Path:
        return Path(self.store.folder(name))

    def installed(self) -> Sequence[str]:
        return tuple(self.store.names())

    def memory(self, name: str) -> int:
        return int(self.store.catalogue[name].memory)

    def verify(self, name: str) -> Verdict:
        verdict: Verdict = self.store.verify(name)
        return verdict


@dataclass(frozen=True, slots=True)
class Audit:
    """What `audit verify` walked and found."""

    streams: int
    events: int
    faults: tuple[Fault, ...]


class Application:
    """roomctl on one data folder. Everything is opened when first needed, so a command pays for what it uses.

    Args:
        actor: who acts; the person at the keyboard unless told otherwise.
        make: the data folder may be a new one; else a folder that is none stays as it is.

    """

    def __init__(
        self, data: Path, *, clock: Clock | None = None, actor: Actor | None = None, make: bool = True
    ) -> None:
        self.data, self.clock, self._make = data, clock or SystemClock(), make
        self.actor = actor or Actor.person(local_user())
        self.safe = False  # built-in plugins only, and whichever records; set before the plugins are asked for

    @cached_property
    def settings(self) -> config.Settings:
        return config.load(self.data)

    @property
    def database_path(self) -> Path:
        return self.data / "roomctl.db"

    @cached_property
    def database(self) -> Database:
        """Raises: NotFound, where there is none and none may be made; what `open_database` raises."""
        if not self._make and not is_data_folder(self.data):
            raise _no_data_folder(self.data)
        room = self.settings.room
        try:
            self.data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.data, error) from None
        return open_database(self.database_path, room_name=room.name, zone=room.zone)

    def open_uow(self) -> SqlUnitOfWork:
        """A new one for each use case; threads never share one."""
        return SqlUnitOfWork(self.database, new_id, machine())

    @cached_property
    def models(self) -> InstalledModels:
        return InstalledModels(self.data)

    @cached_property
    def plugins(self) -> PluginHost:
        return PluginHost(
            found=self._found(),
            contexts=Contexts(
                data=self.data,
                clock=self.clock,
                services=lambda name: self._usecases_for(name).acting_as(Actor(By.PLUGIN, name)),
                stores=lambda plugin, meeting: SqlPluginStore(self.database, plugin, meeting),
                publish=self._publish,
                secret=lambda name: passes.for_plugin(self.seal, name),
            ),
            states=StatesFile(self.data / "plugins.json"),
            settings=self.settings.plugins,
            model=self.models.has,
            deadlines=Deadlines(load=self.settings.host.load, answer=self.settings.host.answer),
            closed=self._closed,
        )

    def _closed(self) -> bool:
        """Whether this machine is declared for what no plugin of somebody else may see, or holds it."""
        return is_data_folder(self.data) and secrecy.closed_to(Way.PLUGIN, self.open_uow()) is not None

    def _usecases_for(self, plugin: str) -> UseCases:
        """Those of a plugin that did not come with roomctl end at once where the machine is closed to it."""
        strange = plugin in self.plugins.strangers()
        return self._make_usecases(self._open_unless_closed) if strange else self.usecases

    def _open_unless_closed(self) -> SqlUnitOfWork:
        uow = self.open_uow()
        if level := secrecy.closed_to(Way.PLUGIN, uow):
            raise SecrecyRefused(
                tr("第三方插件不能使用本机的数据", "a plugin of somebody else cannot use what is on this machine"),
                tr(
                    f"本机登记为{level.value}级，或存有{level.value}会议",
                    f"it is declared for {level.value}, or holds it",
                ),
                "roomctl plugins disable",
                level=level,
            )
        return uow

    def _found(self) -> Sequence[Found]:
        if not self.safe:
            return discover(self.data)
        known = StatesFile(self.data / "plugins.json").load()
        records = {name for name, state in known.items() if state.essential}
        return discover(self.data, safe=True, keep=records)

    @cached_property
    def usecases(self) -> UseCases:
        return self._make_usecases(self.open_uow)

    def _make_usecases(self, open_uow: Callable[[], SqlUnitOfWork]) -> UseCases:
        return UseCases(
            data=self.data,
            actor=self.actor,
            clock=self.clock,
            open_uow=open_uow,
            plugins=lambda: self.plugins,
            models=self.models,
            sound=self._sound,
            speech=self._speech,
            rack=self.rack,
            counts=self.counts,
        )

    @cached_property
    def counts(self) -> CountRuns:
        """Packages that are being counted."""
        return CountRuns()

    @cached_property
    def rack(self) -> Rack:
        """The room's devices."""
        inventory = InventoryFile(self.data)
        refusals = Refusals(self.data / "refusals.json", inventory.stamp)
        good_for = timedelta(hours=self.settings.checks.good_hours)
        return Rack(inventory, Prober(self.data / "locks", refusals), MacroFile(self.data), good_for=good_for)

    def _sound(self) -> RoomSound:
        """The section of the recorder that the room uses: whichever plugin it is, these keys mean the same."""
        section = self.settings.plugins.get(self.settings.recorder, {})
        known = {key: section[key] for key, kind in _SOUND_KEYS.items() if isinstance(section.get(key), kind)}
        return RoomSound(self.settings.recorder, Order(**{"source": "mic", **known}))

    def _speech(self) -> RoomSpeech:
        section = self.settings.plugins.get("transcript", {})
        known = {key: section[key] for key in ("engine", "model") if isinstance(section.get(key), str)}
        return RoomSpeech(**known)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.open_uow, self.clock, self.actor)

    @cached_property
    def seal(self) -> bytes:
        """What this machine seals codes and passes with."""
        return own_secret(self.data)

    @cached_property
    def calendar_links(self) -> CalendarLinks:
        return CalendarLinks(self.open_uow, self.clock, self.actor)

    @cached_property
    def screens(self) -> ScreenKeys:
        return ScreenKeys(self.open_uow, self.clock, self.actor, lambda: self.seal)

    def _publish(
        self, plugin: str, kind: str, data: Mapping[str, Any], meeting: str | None, *, once: bool = False
    ) -> bool:
        stream = meeting or self.database.room.id
        event = Event(stream=stream, kind=kind, actor=Actor(By.PLUGIN, plugin), at=self.clock.now(), data=data)
        with self.open_uow() as uow:
            if once and any(uow.events.stream(stream, [kind])):
                return False
            uow.events.append(event)
            uow.commit()
        return True

    def command(self, plugin: str, name: str) -> Any:
        """A plugin's command, by the name in its plugin.toml."""
        made = self.plugins.commands(plugin)
        if name not in made:
            raise MissingPart(
                tr(f"插件 {plugin} 没有给出命令 {name}", f"plugin {plugin} does not give its command {name}"),
                mend=f"roomctl plugins info {plugin}",
            )
        return made[name]

    def deliver(self, lock: HostLock | None = None) -> int:
        """Tells plugins what happened, where no other process does; how many times somebody was told."""
        return Delivery(self.open_uow(), self.plugins, lock or HostLock(self.data / "host.lock")).run()

    def recover(self, *, go_on: bool = False) -> bool:
        """After a crash: seals what lies open of meetings that are over. One that fails does not keep the others.

        Args:
            go_on: also go on recording, by itself, where a meeting is in session; a living capture is adopted.

        Returns:
            Whether all went well; what did not is in the log, and tried again by the host.

        """
        use = self.usecases.acting_as(SYSTEM)
        over = {meeting.id for meeting in use.meetings(State.ADJOURNED)}
        left = [one for one in use.running_recordings() if one.purpose is not Purpose.MEETING or one.meeting in over]
        work = [(meeting.id, partial(self._go_on, use, meeting.id)) for meeting in use.meetings(State.IN_SESSION)]
        well = True
        for meeting_id, step in (
            *(work if go_on else ()),
            *((one.meeting, partial(use.settle_recording, one.id)) for one in left),
        ):
            try:
                step()
            except Exception:
                log.exception("meeting %s: its recording is not recovered", meeting_id)
                well = False
        return well

    def _go_on(self, use: UseCases, meeting_id: str) -> None:
        known = {one.id for one in use.recordings(meeting_id) if one.purpose is Purpose.MEETING}
        if not known:
            return
        following = use.continue_recording(meeting_id)
        if following.id not in known:
            told = use.continuation(meeting_id)
            gap, cut = (told.seconds, told.cut) if told else (None, "")
            log.error(
                "meeting %s: recording %d follows a dead one (%s), gap %s s", meeting_id, following.number, cut, gap
            )

    def work_off(self, service: str, meeting_id: str, seen: Callable[[float, float, str], None]) -> None:
        """Lets one plugin's service do what there is to do for a meeting, and waits for it.

        Args:
            seen: told what is done, of how much, and of what, several times a second.

        Raises:
            NotFound: no plugin gives such a service. RoomctlError: its work is stuck; why, and the mend.

        """
        self.recover()
        worker = self._service(service)
        worker.start()
        worker.wake()
        try:
            stands, since = "", time.monotonic()
            while rows := [row for row in worker.progress() if row.meeting == meeting_id]:
                seen(sum(row.done for row in rows), sum(row.total for row in rows), rows[0].what)
                if (now := repr(rows)) != stands:
                    stands, since = now, time.monotonic()
                trouble = worker.failures().get(meeting_id)
                if trouble and time.monotonic() - since >= _PATIENCE:
                    raise RoomctlError(trouble)
                time.sleep(_LOOK)
            if trouble := worker.failures().get(meeting_id):
                raise RoomctlError(trouble)
        finally:
            worker.stop(_STOP)

    def _service(self, name: str) -> Service:
        for service in self.plugins.services():
            if service.name == name:
                return service
        down = [s for s in self.plugins.status() if s.reason and s.status.value != "enabled"]
        raise NotFound(
            tr(f"没有服务 {name}", f"there is no service {name}"),
            several(str(RoomctlError(s.name, s.reason)) for s in down),
            several(s.mend for s in down) or "roomctl plugins list",
        )

    def audit(self) -> Audit:
        """Walks the whole event log."""
        faults = verify_log(self.database, self.data / "heads.json")
        with self.open_uow().reading() as uow:
            heads = uow.events.heads()
        return Audit(len(heads), sum(head.n for head in heads.values()), tuple(faults))

    def close(self, timeout: float = 5.0) -> None:
        """Stops what was started, within so many seconds, and gives the database back."""
        if "rack" in self.__dict__:
            self.rack.prober.close()
        if "counts" in self.__dict__:
            self.counts.close(timeout)
        if "plugins" in self.__dict__:
            self.plugins.close(timeout)
        if "database" in self.__dict__:
            self.database.close()


_SOUND_KEYS = {
    "source": str,
    "standby": str,
    "tracks": int,
    "sample_rate": int,
    "bits": int,
    "segment_seconds": int | float,
}
_LOOK = 0.1  # seconds between two looks at a service's progress
_STOP = 5.0  # seconds that a service has to stop
_PATIENCE = 2.0  # seconds without progress; what is not stuck, as another archive target, comes to its end first


def open_application(data: Path | None = None, *, clock: Clock | None = None, make: bool = False) -> Application:
    """Roomctl on the data folder that the command line, the environment or the system names.

    Args:
        make: as in `Application`: most commands work on what is there, and a misspelt --data is to be told of.

    """
    data = data or data_folder()
    logs.keep(data)
    return Application(data, clock=clock, make=make)


def unwritable(folder: Path, error: OSError) -> BadInput:
    """The data folder cannot be used."""
    return BadInput(
        tr(f"不能使用数据目录 {folder}", f"cannot use the data folder {folder}"),
        error.strerror or str(error),
        tr("请检查权限，或用 --data 另选目录", "check its permissions, or choose another with --data"),
    )


def _no_data_folder(folder: Path) -> NotFound:
    init = f"roomctl init --data {shlex.quote(str(folder))}"
    return NotFound(
        tr(f"{folder} 不是 roomctl 的数据目录", f"{folder} is not a data folder of roomctl"),
        tr("里面没有数据库和设置", "it has neither database nor settings")
        if folder.is_dir()
        else tr("没有这个目录", "there is no such folder"),
        tr(
            f"请检查 --data 或 ROOMCTL_DATA；要新建，运行 {init}",
            f"check --data or ROOMCTL_DATA; to set one up: {init}",
        ),
    )
