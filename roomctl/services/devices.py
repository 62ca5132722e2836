"""Use cases of devices: what can be told to one, and the watch over all of them while a meeting runs."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from functools import partial

from roomctl.domain.checks import WHOLE_DEVICE, DeviceWatch, Result, Title, Waiver, WaiverKind
from roomctl.domain.devices import Busy, Deed, Device, Reading, Silent, Unreachable, behind
from roomctl.domain.events import Actor, Event
from roomctl.domain.meeting import Meeting
from roomctl.errors import BadInput, NotFound, RoomctlError
from roomctl.i18n import tr
from roomctl.services import device_checks, discovery
from roomctl.services.check_run import DeviceJob, Run
from roomctl.services.device_ports import Rack
from roomctl.services.drivers import ActionOffer, DriverOffer, Found
from roomctl.services.ports import Clock, Plugins, UnitOfWork

log = logging.getLogger(__name__)

GRACE = 1.0
"""Seconds by which a talk may be late in a look of the watch."""


def find(rack: Rack, device_id: str) -> Device:
    """Raises: NotFound, with the ids that there are."""
    return among(rack.inventory.devices(), device_id)


def among(devices: Sequence[Device], device_id: str) -> Device:
    """Raises: NotFound, with the ids that there are."""
    for device in devices:
        if device.id == device_id:
            return device
    raise NotFound(
        tr(f"没有设备 {device_id}", f"there is no device {device_id}"),
        mend=tr("现有：", "known: ") + (", ".join(device.id for device in devices) or "-"),
    )


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """What an order would do, before anybody has confirmed it.

    Attributes:
        what: device, action and argument in the reader's words.
        waits: seconds that it may take.

    """

    what: str
    waits: float


def planned(device: Device, offer: DriverOffer, action: str, argument: str) -> PlannedOrder:
    """No device is talked to. Raises: BadInput, where such a device takes no such order."""
    known = takes(offer, action, argument)
    chosen = tr(*known.arguments[argument]) if argument in known.arguments else argument
    what = f"{device.name}：{tr(*known.title)} {chosen}".strip()
    return PlannedOrder(what, known.deadline + device.warm_up + device.cool_down)


def plan_order(device_id: str, action: str, argument: str, *, rack: Rack, plugins: Plugins) -> PlannedOrder:
    """Raises: what `order` raises before it talks to the device."""
    one = device_checks.prepare(find(rack, device_id), plugins.drivers(), rack.inventory)
    return planned(one.device, one.offer, action, argument)


def order(
    device_id: str,
    action: str,
    argument: str = "",
    *,
    meeting: str | None,
    rack: Rack,
    plugins: Plugins,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> Deed:
    """Tells a device to do something, and waits until it says that it has; kept in the log either way.

    Raises:
        NotFound: no such device. BadInput: no such action, or an argument that it does not take.
        RoomctlError: the device did not do it.

    """
    prepared = device_checks.prepare(find(rack, device_id), plugins.drivers(), rack.inventory)
    meant = takes(prepared.offer, action, argument)
    told = {"device": device_id, "action": action, "argument": argument, "title": list(_title(meant, argument))}
    try:
        deed = rack.prober.act(prepared.device, prepared.offer, action, argument, prepared.secret).result()
    except (RoomctlError, CancelledError) as error:
        why = str(error) or tr("已取消", "cancelled")
        _log(uow, meeting, "device.order_failed", {**told, "why": why}, actor, clock)
        raise
    told = {**told, "asked": deed.asked, "confirmed": deed.confirmed or "", "done": deed.done}  # type: ignore[dict-item]
    _log(uow, meeting, "device.ordered", told, actor, clock)
    return deed


def _title(meant: ActionOffer, argument: str) -> Title:
    """What was told to the device, in words: `信号源：HDMI 1`."""
    zh, en = meant.title
    if not argument:
        return zh, en
    told = meant.arguments.get(argument, (argument, argument))
    return f"{zh}：{told[0]}", f"{en or zh}: {told[1] or told[0]}"


def put(
    added: Sequence[Device],
    *,
    new: bool = False,
    rack: Rack,
    plugins: Plugins,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> None:
    """Adds devices, or replaces those of the same id.

    Args:
        new: they are added alone.

    Raises:
        BadInput: an unknown kind, an option that it does not take, no address where it needs one.
        Refused: one that is to be new has the id of another. Nothing is changed then.

    """
    offers = plugins.drivers()
    for device in added:
        device_checks.options_of(device, offers, partial(_wrong, device.id))
    rack.inventory.put(added, new=new)
    for device in added:
        _log(uow, None, "device.put", {"device": device.id, "kind": device.kind}, actor, clock)


def proposed(
    seconds: float, where: str, kind: str, *, rack: Rack, plugins: Plugins
) -> tuple[Sequence[tuple[Found, Device | None]], Mapping[str, RoomctlError]]:
    """What answers a search, each with the entry that it would be; None: it is in the inventory.

    Args:
        kind: by whose search alone; empty: by all.

    Raises:
        What `discovery.search` and `Inventory.devices` raise.

    """
    offers, devices = plugins.drivers(), rack.inventory.devices()
    found, failed = discovery.search(offers, rack, kind, seconds, where)
    ids = {device.id for device in devices}
    rows: list[tuple[Found, Device | None]] = []
    for one in found:
        made = None if discovery.known(one, devices, offers) else discovery.entry(one, ids)
        ids |= {made.id} if made else set()
        rows.append((one, made))
    return rows, failed


def attempt(device: Device, *, rack: Rack, plugins: Plugins, clock: Clock) -> tuple[Result, ...]:
    """Talks to a device once, whether it is in the inventory or not; nothing is kept.

    Raises:
        BadInput: an unknown kind, a wrong option, a secret that is not there.

    """
    prepared = device_checks.prepare(device, plugins.drivers(), rack.inventory)
    rack.prober.warm([prepared.offer])
    return Run([DeviceJob(prepared, rack.prober, None, {}, clock)], clock, lambda _row: None).all()


def _wrong(device_id: str, key: str) -> str:
    return tr(f"设备 {device_id} 的 {key} 不对", f"{key} of device {device_id} is wrong")


def remove(device_id: str, *, rack: Rack, actor: Actor, clock: Clock, uow: UnitOfWork) -> None:
    """Raises: NotFound; BadInput, where another depends on it."""
    rack.inventory.remove(device_id)
    _log(uow, None, "device.removed", {"device": device_id}, actor, clock)


def takes(offer: DriverOffer, action: str, argument: str) -> ActionOffer:
    """Raises: BadInput, where such a device knows no such action, or not with that argument."""
    known = offer.actions.get(action)
    if known is None:
        raise BadInput(
            tr(f"{offer.title[0]}没有动作 {action}", f"{offer.title[1]} knows no action {action}"),
            mend=tr("可用：", "known: ") + (", ".join(offer.actions) or "-"),
        )
    if known.arguments and argument not in known.arguments:
        raise BadInput(
            tr(f"动作 {action} 不接受 {argument!r}", f"action {action} does not take {argument!r}"),
            mend=tr("可用：", "known: ") + ", ".join(known.arguments),
        )
    if bool(argument) != bool(known.arguments or any(known.takes)):
        wanted = known.takes[0] or tr("参数", "an argument")
        raise BadInput(
            tr(f"动作 {action} 要写{wanted}", f"action {action} wants {known.takes[1] or 'an argument'}")
            if not argument
            else tr(f"动作 {action} 不带参数", f"action {action} takes no argument")
        )
    return known


def look(
    meeting_id: str | None, *, rack: Rack, plugins: Plugins, actor: Actor, clock: Clock, uow: UnitOfWork
) -> Sequence[DeviceWatch]:
    """One look of the watch: passive reads only. Who is down, or up again, is told once each.

    So is what must be off in a 涉密 meeting and is on, or not known to be off: nobody can have accepted that.

    Returns:
        Devices whose state changed.

    """
    meeting = uow.peek(meeting_id) if meeting_id else None
    with uow.reading():
        known = dict(uow.checks.watches())
        waivers = uow.checks.waivers(meeting_id) if meeting_id else ()
    unused = {one.device for one in waivers if one.kind is WaiverKind.EXCUSED and one.check == WHOLE_DEVICE}
    entries = {
        device.id: device
        for device in rack.inventory.devices()
        if device.id not in unused or device_checks.is_controlled(device, meeting)
    }
    heard = _heard(entries.values(), rack, plugins, clock)
    missed = {name for name, one in heard.items() if one.why}
    quiet, turned = untold(waivers), []
    for name, one in heard.items():
        if missed & behind(name, entries):
            continue  # one dead switch is one alarm
        before = known.get(name) or DeviceWatch(name)
        controlled = device_checks.is_controlled(entries[name], meeting)
        stands, news = _after(before, one, clock, controlled=controlled, quiet=name in quiet)
        if controlled and meeting_id:
            stands = replace(stands, emitting=_emits(stands, one, meeting_id))
        if stands != before:
            _keep(uow, stands)
        carried = stands.emitting == meeting_id
        turns = controlled and carried != (before.emitting == meeting_id)
        if news:
            _tell(stands, entries[name], meeting_id, uow=uow, actor=actor, clock=clock)
        if turns:
            _alarm(entries[name], meeting_id, uow, actor, clock, on=carried)
        if news or turns:
            turned.append(stands)
    return turned


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at a device gave.

    Attributes:
        why: it did not answer; empty where it did; None: it is there, and talks otherwise.
        active: whether it is on; None: not known.

    """

    why: str | None
    active: bool | None


def _after(
    before: DeviceWatch, one: _Look, clock: Clock, *, controlled: bool, quiet: bool
) -> tuple[DeviceWatch, bool]:
    """How it stands now, and whether that is news. What must be off, and has no power, is as it should be."""
    why = "" if controlled and one.active is False else one.why
    if why is None or (quiet and not controlled):
        return before, False
    stands, news = before.heard(clock.now(), why)
    return stands, news and not quiet


def _emits(stands: DeviceWatch, one: _Look, meeting: str) -> str:
    """The meeting that it may carry out; empty: it is off. One lost answer says neither."""
    if one.active is None and one.why is not None and stands.up:
        return stands.emitting
    return "" if one.active is False else meeting


def emitting(meeting: Meeting, *, rack: Rack | None, uow: UnitOfWork) -> Sequence[Device]:
    """What could carry this 涉密 meeting out of the room, and at the last look of the watch was not known to be off.

    Raises: BadInput, where the inventory cannot be read.
    """
    controlled = device_checks.controlled(meeting, rack)
    if not controlled:
        return ()
    with uow.reading():
        watches = uow.checks.watches()
    return [one for one in controlled if one.id in watches and watches[one.id].emitting == meeting.id]


def untold(waivers: Iterable[Waiver]) -> frozenset[str]:
    """Devices of which the watch says nothing: not used in this meeting, or known not to answer, and accepted."""
    return frozenset(one.device for one in waivers if one.check in {WHOLE_DEVICE, device_checks.ONLINE})


def _heard(entries: Iterable[Device], rack: Rack, plugins: Plugins, clock: Clock) -> Mapping[str, _Look]:
    """Of each device what it said; of whoever is being talked to by somebody else, or hangs, nothing.

    Whether one is there is not said where it speaks another protocol, refuses the password or has a driver that
    fails: a check run tells it.
    """
    offers = plugins.drivers()
    talks: dict[str, tuple[Device, Future[Reading]]] = {}
    longest = 0.0
    heard = {}
    for device in entries:
        try:
            one = device_checks.prepare(device, offers, rack.inventory)
        except RoomctlError:
            heard[device.id] = _Look(None, None)
            continue
        if one.offer.passive:
            rack.prober.warm([one.offer])
            talks[device.id] = one.device, rack.prober.read(one.device, one.offer, one.secret)
            longest = max(longest, one.offer.deadline)
    until = clock.monotonic() + longest + GRACE
    for name, (device, talk) in talks.items():
        try:
            reading = talk.result(max(until - clock.monotonic(), 0.0))
        except Busy:
            continue
        except (Unreachable, Silent) as error:
            off = device_checks.unplugged(error)
            heard[name] = _Look(device_checks.failed(device, error).message, False if off else None)
        except RoomctlError:
            heard[name] = _Look(None, None)
        except (CancelledError, TimeoutError):
            talk.cancel()  # a driver that does not let go
        else:
            heard[name] = _Look("", not reading.standby)
    return heard


def _keep(uow: UnitOfWork, stands: DeviceWatch) -> None:
    with uow:
        uow.checks.watch(stands)
        uow.commit()


def _tell(
    stands: DeviceWatch, device: Device, meeting: str | None, *, uow: UnitOfWork, actor: Actor, clock: Clock
) -> None:
    if stands.up:
        log.warning("device %s answers again", device.id)
    else:
        log.error("device %s is down: %s", device.id, stands.why)
    told = {"device": device.id, "title": device.title[0] or device.id, "why": stands.why}
    _log(uow, meeting, "device.up" if stands.up else "device.down", told, actor, clock)


def _alarm(device: Device, meeting: str | None, uow: UnitOfWork, actor: Actor, clock: Clock, *, on: bool) -> None:
    """What must be off in this meeting is on, or not known to be off; or it is off again."""
    if on:
        log.error("device %s is not off in a meeting on state secrets", device.id)
    else:
        log.warning("device %s is off", device.id)
    told = {"device": device.id, "title": device.title[0] or device.id, "emission": device.emission.value}
    _log(uow, meeting, "device.emitting" if on else "device.off", told, actor, clock)


def _log(
    uow: UnitOfWork, meeting: str | None, kind: str, data: Mapping[str, object], actor: Actor, clock: Clock
) -> None:
    with uow:
        stream = meeting or uow.room.id
        uow.events.append(Event(stream=stream, kind=kind, actor=actor, at=clock.now(), data=dict(data)))
        uow.commit()
