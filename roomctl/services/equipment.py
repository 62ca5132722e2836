"""The use cases of equipment under one roof: checks, devices, what people decide about them."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from roomctl.domain.checks import CheckReport, DeviceWatch, Result, RunPurpose, Waiver
from roomctl.domain.devices import NO_SECRET, Deed, Device, Secret, Usual
from roomctl.domain.macros import Macro, StepOutcome
from roomctl.domain.meeting import Meeting
from roomctl.errors import BadInput, MissingPart, RoomctlError
from roomctl.i18n import tr
from roomctl.services import check_decisions, check_papers, checks, devices, evidence, macros
from roomctl.services.bound import Bound
from roomctl.services.check_run import Heard
from roomctl.services.device_ports import Rack
from roomctl.services.devices import PlannedOrder
from roomctl.services.drivers import DriverOffer, Found
from roomctl.services.macros import Heard as StepHeard
from roomctl.services.offers import Check, Sounding
from roomctl.services.under_way import UnderWay


class EquipmentUseCases(Bound):
    """Part of `UseCases`."""

    def check(
        self,
        meeting_id: str | None,
        *,
        only: Collection[str] = (),
        purpose: RunPurpose = RunPurpose.HAND,
        sound: bool = False,
        heard: Heard | None = None,
        tell: Callable[[str], None] | None = None,
        cancelled: threading.Event | None = None,
    ) -> CheckReport:
        """All at once; `only` names devices to look at again, the others keep their rows. With `sound` also what
        makes one, last.
        """
        by = self._by()
        offered = () if sound else self._plugins().checks()
        silent = {one.device for one in offered if isinstance(one, Sounding)}
        with self._under_way.begin(
            meeting_id, only, purpose, self._actor.name, self._clock.now(), cancelled, silent
        ) as run:

            def told(result: Result) -> None:
                run.heard(result)
                if heard is not None:
                    heard(result)

            def at(what: str) -> None:
                run.tell(what)
                if tell is not None:
                    tell(what)

            asked = checks.Asked(
                meeting=meeting_id,
                only=only,
                purpose=purpose,
                sound=sound,
                heard=told,
                tell=at,
                cancelled=run.cancelled,
            )
            return checks.run(asked, plugins=self._plugins(), rack=self._rack, data=self.data, **by)

    def checks_under_way(self, meeting_id: str | None) -> Sequence[UnderWay]:
        """Runs of this process that have not ended, the oldest first."""
        return self._under_way.of(meeting_id)

    def cancel_checks(self, meeting_id: str | None) -> int:
        """Ends them early; what has not answered keeps its rows of before. How many there were."""
        return self._under_way.cancel(meeting_id)

    def planned_checks(self) -> Sequence[Check]:
        """What plugins check beside the devices of the inventory."""
        return self._plugins().checks()

    def accept_fault(self, meeting_id: str, waiver: Waiver) -> None:
        """带故障使用, or 本次免查."""
        check_decisions.accept(meeting_id, waiver, rack=self._rack, **self._by())

    def withdraw_waiver(self, meeting_id: str, device: str, check: str) -> None:
        check_decisions.withdraw(meeting_id, device, check, **self._by())

    def waivers(self, meeting_id: str) -> Sequence[Waiver]:
        with self._open().reading() as uow:
            return uow.checks.waivers(meeting_id)

    def sign_checks(self, meeting_id: str, *, by: str, note: str = "") -> CheckReport:
        """The technician's word; the report is kept as a paper from then on."""
        signed = check_decisions.sign(meeting_id, by=by, note=note, **self._by())
        check_papers.keep(signed, **self._all())
        return signed

    def write_check_report(self, meeting_id: str | None, path: Path) -> None:
        """The newest report as a paper: `.docx`, `.pdf`, `.html`."""
        check_papers.write(meeting_id, path, uow=self._open(), plugins=self._plugins(), data=self.data)

    def check_report(self, meeting_id: str | None) -> CheckReport | None:
        with self._open().reading() as uow:
            return checks.current(meeting_id, uow)

    def check_runs(self, meeting_id: str | None, *, limit: int | None = None) -> Sequence[CheckReport]:
        """As they were found, oldest first; the last ones, where there is a limit."""
        with self._open().reading() as uow:
            return uow.checks.runs(meeting_id, limit=limit)

    def check_run(self, report_id: str) -> CheckReport | None:
        """One report by its id, as it was found; None where there is none."""
        with self._open().reading() as uow:
            return uow.checks.get(report_id)

    def check_purposes(self, meeting_id: str) -> frozenset[RunPurpose]:
        with self._open().reading() as uow:
            return uow.checks.purposes(meeting_id)

    def check_history(self, report: CheckReport, *, limit: int = 12) -> Mapping[tuple[str, str], Sequence[float]]:
        return checks.history(report, limit=limit, uow=self._open())

    def check_usuals(self, report: CheckReport) -> Mapping[tuple[str, str], Usual]:
        """The usual range of each figure of a report, where it has one."""
        return checks.usuals(report, uow=self._open(), plugins=self._plugins(), rack=self._rack)

    def take_as_usual(self, meeting_id: str | None, device: str, check: str) -> None:
        """From the newest report on, this figure is as it should be; of the acoustic proof, all that it measured."""
        check_decisions.take_as_usual(meeting_id, device, check, plugins=self._plugins(), **self._by())

    def evidence(self, name: str) -> Path:
        """A file that a row names. Raises: NotFound."""
        return evidence.path_of(self.data, name)

    # --- devices

    def devices(self) -> Sequence[Device]:
        """The inventory. Raises: BadInput, with file, line and key."""
        return self._rack.inventory.devices() if self._rack else ()

    def own_devices(self) -> Sequence[Device]:
        """Those that stand in devices.toml, without a virtual room's. Raises: BadInput."""
        return self._room_rack().inventory.own()

    def has_secret(self, device: Device) -> bool:
        """Whether what the device asks for is kept."""
        try:
            return bool(device.secret) and self._room_rack().inventory.secret(device) != NO_SECRET
        except RoomctlError:
            return False

    def try_device(self, device: Device) -> Sequence[Result]:
        """Talks to it once, whether it is in the inventory or not; nothing is kept."""
        return devices.attempt(device, rack=self._room_rack(), plugins=self._plugins(), clock=self._clock)

    def search_devices(
        self, seconds: float, where: str = "", kind: str = ""
    ) -> tuple[Sequence[tuple[Found, Device | None]], Mapping[str, RoomctlError]]:
        """What answers on the network, each with the entry that it would be; None: it is in the inventory.

        Args:
            seconds: for which it is listened. where: address or network; empty: this machine's own.
            kind: by whose search alone; empty: by all.

        Raises:
            NotFound: no such kind. Refused: one that cannot be searched for. BadInput: no such place.

        """
        return devices.proposed(seconds, where, kind, rack=self._room_rack(), plugins=self._plugins())

    def device(self, device_id: str) -> Device:
        return devices.find(self._room_rack(), device_id)

    def drivers(self) -> Mapping[str, DriverOffer]:
        return self._plugins().drivers()

    def put_devices(self, added: Sequence[Device], *, new: bool = False) -> None:
        """Adds them, or replaces those of the same id unless all are `new`; kind and options are checked first."""
        devices.put(added, new=new, rack=self._room_rack(), plugins=self._plugins(), **self._by())

    def remove_device(self, device_id: str) -> None:
        devices.remove(device_id, rack=self._room_rack(), **self._by())

    def keep_secret(self, name: str, secret: Secret) -> None:
        self._room_rack().inventory.keep_secret(name, secret)

    def change_secret(self, name: str, *, user: str = "", password: str = "") -> None:
        """Of what is kept under a name, what is given; what is empty stays as it is."""
        if not user and not password:
            return
        inventory = self._room_rack().inventory
        try:
            kept = inventory.credentials(name)
        except BadInput:
            kept = NO_SECRET
        inventory.keep_secret(name, Secret(user or kept.user, password or kept.password, kept.more))

    def plan_order(self, device_id: str, action: str, argument: str = "") -> PlannedOrder:
        """What it would do; the device is not talked to."""
        return devices.plan_order(device_id, action, argument, rack=self._room_rack(), plugins=self._plugins())

    def order_device(self, device_id: str, action: str, argument: str = "", *, meeting_id: str | None = None) -> Deed:
        """Waits until the device says that it has done it."""
        return devices.order(
            device_id,
            action,
            argument,
            meeting=meeting_id,
            rack=self._room_rack(),
            plugins=self._plugins(),
            **self._by(),
        )

    # --- macros

    def macros(self) -> Sequence[Macro]:
        """Of macros.toml. Raises: BadInput, with file, line and key."""
        return self._rack.macros.macros() if self._rack and self._rack.macros else ()

    def plan_macro(self, macro_id: str) -> tuple[StepOutcome, ...]:
        """The dry run: no device is talked to."""
        return macros.plan(macros.find(self._room_rack(), macro_id), rack=self._room_rack(), plugins=self._plugins())

    def run_macro(
        self,
        macro_id: str,
        *,
        meeting_id: str | None = None,
        heard: StepHeard | None = None,
        cancelled: threading.Event | None = None,
    ) -> tuple[StepOutcome, ...]:
        """Step by step, each read back; waits until the last is done, or one has failed."""
        return macros.run(
            macros.find(self._room_rack(), macro_id),
            meeting=meeting_id,
            heard=heard or (lambda _outcome: None),
            cancelled=cancelled or threading.Event(),
            rack=self._room_rack(),
            plugins=self._plugins(),
            **self._by(),
        )

    def look_at_devices(self, meeting_id: str | None) -> Sequence[DeviceWatch]:
        """One look of the watch; devices whose state changed."""
        if self._rack is None:
            return ()
        return devices.look(meeting_id, rack=self._rack, plugins=self._plugins(), **self._by())

    def emitting(self, meeting: Meeting) -> Sequence[Device]:
        """What must be off in this 涉密 meeting, and was not known to be at the last look of the watch."""
        return devices.emitting(meeting, rack=self._rack, uow=self._open())

    def device_watches(self) -> Mapping[str, DeviceWatch]:
        with self._open().reading() as uow:
            return uow.checks.watches()

    def _room_rack(self) -> Rack:
        if self._rack is None:
            raise MissingPart(tr("这里没有设备清单", "there is no inventory here"))
        return self._rack
