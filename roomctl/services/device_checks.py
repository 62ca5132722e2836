"""From one device of the inventory to its rows of the report: prepared, read, judged, held against its own past."""

import errno
import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from ipaddress import IPv6Address

from pydantic import BaseModel, ValidationError

from roomctl.domain.checks import CheckState, Result, Title, Waiver
from roomctl.domain.devices import (
    Device,
    LoginRefused,
    Reading,
    Secret,
    Silent,
    Unreachable,
    usual,
)
from roomctl.domain.meeting import Meeting
from roomctl.errors import BadInput, RoomctlError, one_line
from roomctl.fields import first_fault
from roomctl.i18n import tr
from roomctl.services.device_ports import Inventory, Rack
from roomctl.services.drivers import DriverOffer

log = logging.getLogger(__name__)

ONLINE = "online"
ONLINE_TITLE: Title = ("在线", "Online")
ENTRY = "entry"
ENTRY_TITLE: Title = ("清单条目", "Inventory entry")
EMISSION = "emission"
EMISSION_TITLE: Title = ("涉密管控", "Secrecy control")

Past = Mapping[tuple[str, str], Sequence[float]]
"""Figures of each device and check, oldest first."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A device that can be talked to: its port and options are checked, its secret is at hand."""

    device: Device
    offer: DriverOffer
    secret: Secret


def prepare(device: Device, offers: Mapping[str, DriverOffer], inventory: Inventory) -> Prepared:
    """Raises: BadInput, with file, line, key, and what is known."""
    offer, options = options_of(device, offers, lambda key: inventory.where(device.id, key))
    port = offer.port if device.port is None else device.port
    return Prepared(replace(device, options=options, port=port), offer, inventory.secret(device))


def options_of(
    device: Device, offers: Mapping[str, DriverOffer], where: Callable[[str], str]
) -> tuple[DriverOffer, BaseModel]:
    """The driver of a device, and its options, checked.

    Args:
        where: key of the entry → where it stands.

    Raises:
        BadInput: an unknown kind with the known ones; no address of a kind that needs one, or one that is none; a
            wrong option with what is wanted.

    """
    offer = offers.get(device.kind)
    if offer is None:
        meant = [one.kind for one in offers.values() if device.kind.casefold() in one.asked_as]
        instead = tr(f"请用 {'、'.join(meant)}；", f"use {' or '.join(meant)}; ") if meant else ""
        raise BadInput(
            where("kind"),
            tr(f"没有种类 {device.kind}", f"there is no kind {device.kind}"),
            instead + tr("现有：", "known: ") + ", ".join(sorted(offers)),
        )
    try:
        options = offer.options.model_validate(device.options)
    except ValidationError as error:
        key, why = first_fault(error)
        known = ", ".join(offer.options.model_fields) or tr("没有选项", "no options")
        raise BadInput(where("options"), f"{key}: {why}", tr("可用：", "known: ") + known) from None
    if fault := address_fault(device, offer):
        raise BadInput(where("address"), *fault)
    return offer, options


def address_fault(device: Device, offer: DriverOffer) -> tuple[str, str] | None:
    """Why such a device cannot be reached there, and the mend; None where it may be."""
    if offer.port is None:
        return None
    if not device.address:
        return tr("这种设备要写地址", "this kind needs an address"), tr(
            "写 IP 地址或主机名", "give its IP address or host name"
        )
    if ":" in device.address and not device.address.startswith("/") and not _is_ipv6(device.address):
        return tr(f"{device.address} 不是地址", f"{device.address} is no address"), tr(
            "只写 IP 地址或主机名，端口写在 port 里", "give its IP address or host name alone, and the port as `port`"
        )
    return None


def _is_ipv6(address: str) -> bool:
    try:
        IPv6Address(address)
    except ValueError:
        return False
    return True


def misentered(device: Device, error: RoomctlError) -> Result:
    """The row of a device whose entry cannot be used."""
    return Result(
        device=device.id,
        check=ENTRY,
        state=CheckState.UNKNOWN,
        message=str(RoomctlError(error.what, error.why)),
        hint=error.mend or None,
        device_title=device.title,
        title=ENTRY_TITLE,
    )


def failed(device: Device, error: BaseException) -> Result:
    """The row of a device that did not answer well: CRIT where it cannot be used, UNKNOWN where nothing is known."""
    state = CheckState.CRIT if isinstance(error, Unreachable | LoginRefused) else CheckState.UNKNOWN
    if isinstance(error, CancelledError):
        error = Silent(tr("已取消", "cancelled"))
    if not isinstance(error, RoomctlError):
        error = RoomctlError(type(error).__name__, str(error))
    return Result(
        device=device.id,
        check=ONLINE,
        state=state,
        value=False,
        message=str(RoomctlError(error.what, error.why)),
        hint=error.mend or tr(f"看看 {device.place} 的电源和网线", f"see power and cable of {device.place}"),
        device_title=device.title,
        title=ONLINE_TITLE,
    )


def unanswered(device: Device, error: BaseException, meeting: Meeting | None) -> tuple[Result, ...]:
    """All rows of a device that did not answer well. One that must be off and has no power is as it should be."""
    row = failed(device, error)
    if not is_controlled(device, meeting):
        return (row,)
    off = unplugged(error)
    if off:
        message = tr("没有应答，本次会议不用它", "nobody answers, and it is not used in this meeting")
        row = replace(row, state=CheckState.SKIPPED, message=message, hint=None)
    return (row, _emission(device, active=False if off else None))


def unusable(
    device: Device, offers: Mapping[str, DriverOffer], inventory: Inventory, meeting: Meeting | None
) -> Iterator[Result]:
    """All rows of a device whose entry cannot be used, as `prepare` says it. None where it was mended meanwhile."""
    try:
        prepare(device, offers, inventory)
    except RoomctlError as error:
        yield misentered(device, error)
        if is_controlled(device, meeting):
            yield _emission(device, active=None)


def behind_dead(device: Device, dead: Device, meeting: Meeting | None) -> tuple[Result, ...]:
    """The rows of a device that cannot be known, because what it hangs on is dead."""
    row = Result(
        device=device.id,
        check=ONLINE,
        state=CheckState.SKIPPED,
        message=tr(f"{dead.name} 没有应答，无法查它", f"not known, because {dead.name} does not answer"),
        hint=tr(f"先修好 {dead.name}", f"mend {dead.name} first"),
        device_title=device.title,
        title=ONLINE_TITLE,
    )
    return (row, _emission(device, active=None)) if is_controlled(device, meeting) else (row,)


def excused(device: Device, waiver: Waiver) -> Iterator[Result]:
    """The row of a device that is not used in this meeting: it is not even asked."""
    yield Result(
        device=device.id,
        check=ONLINE,
        state=CheckState.SKIPPED,
        message=tr("本次免查", "not used in this meeting"),
        hint=f"{waiver.by}: {waiver.reason}",
        device_title=device.title,
        title=ONLINE_TITLE,
    )


def judged(one: Prepared, reading: Reading, took: float, meeting: Meeting | None, past: Past) -> tuple[Result, ...]:
    """All rows of a device that answered."""
    device, offer = one.device, one.offer
    rows = [
        Result(
            device=device.id,
            check=ONLINE,
            state=CheckState.OK,
            value=True,
            message=tr(f"待机，{took:.2f} 秒应答", f"in standby, answers in {took:.2f} s")
            if reading.standby
            else tr(f"{took:.2f} 秒应答", f"answers in {took:.2f} s"),
            title=ONLINE_TITLE,
        )
    ]
    try:
        for row in offer.judge(device, reading):
            quantity = offer.values.get(row.check)
            named = replace(
                row,
                title=quantity.title if quantity else (row.check, row.check),
                unit=row.unit or (quantity.unit if quantity else ""),
            )
            floor = quantity.usual if quantity else None
            rows.append(named if floor is None else held_against(named, past, floor))
    except Exception as error:
        log.exception("driver %s: its judge failed", offer.kind)
        what = tr(f"驱动 {offer.kind} 的判断出错", f"the judge of {offer.kind} failed")
        rows.append(misentered(device, RoomctlError(what, one_line(error))))
    if is_controlled(device, meeting):
        rows.append(_emission(device, active=not reading.standby))
    return tuple(replace(row, device_title=device.title, hint=None if row.state.quiet else row.hint) for row in rows)


def held_against(row: Result, past: Past, floor: float) -> Result:
    """WARN where a good value has left its own usual range."""
    if row.state is not CheckState.OK or isinstance(row.value, bool) or not isinstance(row.value, int | float):
        return row
    if not math.isfinite(row.value):
        return row
    known = usual(past.get((row.device, row.check), ()), floor)
    if known is None or row.value in known:
        return row
    spread = f"{known.low:.4g}–{known.high:.4g} {row.unit}".strip()
    return replace(
        row,
        state=CheckState.WARN,
        message=tr(f"{row.message}；近来一向在 {spread}", f"{row.message}; of late within {spread}"),
        threshold=known.high if row.value > known.high else known.low,
        hint=tr("值在限内，但与往常不同：看看为什么", "within its limits, but not as it used to be: see why"),
    )


# --- what must be off in a 涉密 meeting -------------------------------------------------------------------------


def is_controlled(device: Device, meeting: Meeting | None) -> bool:
    """Whether the device must be off in this meeting: it could carry out of the room what is a state secret."""
    return bool(device.emission) and meeting is not None and meeting.highest_secrecy.state_secret


def controlled(meeting: Meeting, rack: Rack | None) -> Sequence[Device]:
    """All devices that must be off in this meeting. Raises: BadInput, where the inventory cannot be read."""
    if rack is None or not meeting.highest_secrecy.state_secret:
        return ()
    return [device for device in rack.inventory.devices() if is_controlled(device, meeting)]


_NOBODY_THERE = frozenset({errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ETIMEDOUT})


def unplugged(error: BaseException) -> bool:
    """Whether nothing at all is at its address. Who refuses a connection has power, and no network proves nothing."""
    if not isinstance(error, Unreachable):
        return False
    causes: list[BaseException] = [error]
    for one in causes:  # grows while it is walked; an error may be its own cause
        causes += [cause for cause in (one.__cause__, one.__context__) if cause is not None and cause not in causes]
    told = [one for one in causes if isinstance(one, OSError)]  # of several addresses in one, without a number
    return all(isinstance(one, TimeoutError) or one.errno in _NOBODY_THERE for one in told)


def _emission(device: Device, *, active: bool | None) -> Result:
    """Nobody can accept that it is on, nor that it is not known.

    Args:
        active: whether it is on; None: not known.

    """
    what, off = device.emission.label, active is False
    message = {
        True: tr(f"涉密会议不得开启{what}", f"no {what} may be on in a meeting on state secrets"),
        False: tr(f"{what}已关闭", f"the {what} is off"),
        None: tr(f"无法查明{what}是否关闭", f"it is not known whether the {what} is off"),
    }[active]
    hint = tr(f"请关闭{device.name}并拔掉电源，再查一次", f"switch {device.name} off, pull its plug, and check again")
    return Result(
        device=device.id,
        check=EMISSION,
        state=CheckState.OK if off else CheckState.CRIT,
        value=active,
        message=message,
        hint=None if off else hint,
        device_title=device.title,
        title=EMISSION_TITLE,
        firm=not off,
    )
