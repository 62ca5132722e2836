"""Power strips whose outlets are switched by SNMP (PDU): which are on, by the tables of APC and Raritan."""

import json
from collections.abc import Iterator, Mapping

from pydantic import Field

from roomctl.api import label, tr
from roomctl.api.devices import ActionOffer, CheckState, Deed, Device, DriverOffer, Quantity, Reading, Result, Secret
from roomctl_av_check.snmp_options import SnmpOptions


class PduOptions(SnmpOptions):
    """`[devices.options]` of a power strip.

    Attributes:
        on: outlets that have to be on, by number or by name.

    """

    on: tuple[str, ...] = Field(default=(), json_schema_extra=label("必须通电的插口", "Outlets that have to be on"))


async def read(device: Device, secret: Secret) -> Reading:
    """All outlets."""
    from roomctl_av_check.talks import outlets  # noqa: PLC0415 - a library's

    return await outlets.read(device, secret)


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """The outlets that are named; how many are on."""
    wanted: tuple[str, ...] = device.options.on
    told: Mapping[str, tuple[str, bool]] = json.loads(str(reading["outlets"]))
    on = {word for number, (name, is_on) in told.items() if is_on for word in (number, name)}
    if wanted:
        off = [one for one in wanted if one not in on]
        yield Result(
            device=device.id,
            check="outlets",
            state=CheckState.CRIT if off else CheckState.OK,
            value=len(off),
            threshold=0,
            message=tr("没有通电：", "off: ") + ", ".join(off)
            if off
            else tr("要用的插口都已通电", "all outlets that matter are on"),
            hint=f"roomctl devices do {device.id} outlet_on {off[0] if off else ''}".strip(),
        )
    yield Result(
        device=device.id,
        check="on",
        state=CheckState.OK,
        value=reading["on"],
        message=tr(
            f"{reading['count']} 口中 {reading['on']} 口通电", f"{reading['on']} of {reading['count']} are on"
        ),
    )
    if model := reading.get("model"):
        yield Result(device=device.id, check="model", state=CheckState.OK, value=model, message=str(model))


async def outlet_on(device: Device, secret: Secret, outlet: str) -> Deed:
    """Done when the strip says so."""
    from roomctl_av_check.talks import outlets  # noqa: PLC0415

    return await outlets.switch(device, secret, outlet, on=True)


async def outlet_off(device: Device, secret: Secret, outlet: str) -> Deed:
    """Done when the strip says so."""
    from roomctl_av_check.talks import outlets  # noqa: PLC0415

    return await outlets.switch(device, secret, outlet, on=False)


_OUTLET = ("插口的编号或名称", "number or name of the outlet")

OFFER = DriverOffer(
    kind="pdu",
    title=("可控插座（SNMP）", "Power strip (SNMP)"),
    values={
        "outlets": Quantity(("插口", "Outlets")),
        "on": Quantity(("通电插口", "Outlets on"), usual=1),
        "count": Quantity(("插口数", "Number of outlets")),
        "model": Quantity(("型号", "Model")),
    },
    read=read,
    judge=judge,
    options=PduOptions,
    port=161,
    deadline=12.0,
    lossy=True,
    requires=("pysnmp",),
    loads=("roomctl_av_check.talks.outlets",),
    actions={
        "outlet_on": ActionOffer(title=("插口通电", "Outlet on"), act=outlet_on, takes=_OUTLET, deadline=15),
        "outlet_off": ActionOffer(title=("插口断电", "Outlet off"), act=outlet_off, takes=_OUTLET, deadline=15),
    },
)
