"""Network switches by SNMP: ports that are up and how fast, errors on the line, uptime (RFC 2863, RFC 3418)."""

import json
from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from roomctl.api import label, tr
from roomctl.api.devices import CheckState, Device, DriverOffer, Found, Quantity, Reading, Result, Secret
from roomctl_av_check.snmp_options import SnmpOptions


class SwitchOptions(SnmpOptions):
    """`[devices.options]` of a switch.

    Attributes:
        ports: names of those that have to be up, as the switch calls them.
        speed_warn: megabits a second below which one of them is too slow; 0: any speed.
        errors_warn: percent of a port's packets that may be damaged, since the switch was started. A cable that is
            well has none; one packet in ten thousand is heard in sound over IP.

    """

    ports: tuple[str, ...] = Field(default=(), json_schema_extra=label("必须连接的端口", "Ports that have to be up"))
    speed_warn: float = Field(default=0, ge=0, json_schema_extra=label("速率注意（Mb/s）", "Speed, warn, Mbit/s"))
    errors_warn: float = Field(default=0.01, gt=0, json_schema_extra=label("错包注意（%）", "Damaged, warn, %"))


async def read(device: Device, secret: Secret) -> Reading:
    """System and interfaces."""
    from roomctl_av_check.talks import interfaces  # noqa: PLC0415 - a library's

    return await interfaces.read(device, secret)


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """The ports that are named; how many are up; the worst port's errors; what it is."""
    options: SwitchOptions = device.options
    speeds: Mapping[str, float] = json.loads(str(reading["speeds"]))
    if options.ports:
        yield _named(device, speeds, options)
    count, up = reading["count"], reading["up"]
    yield Result(
        device=device.id,
        check="up",
        state=CheckState.OK,
        value=up,
        message=tr(f"{count} 口中 {up} 口已连接", f"{up} of {count} ports are up"),
    )
    share = float(reading["errors"] or 0)
    yield Result(
        device=device.id,
        check="errors",
        state=CheckState.WARN if share > options.errors_warn else CheckState.OK,
        value=share,
        threshold=options.errors_warn,
        message=tr(f"{reading['worst']} 错包 {share:g} %", f"{reading['worst']}: {share:g} % damaged")
        if share
        else tr("没有错包", "no packet was damaged"),
        hint=tr(
            "更换这一口的网线，核对两端的速率和双工", "change that port's cable; see speed and duplex at both ends"
        ),
    )
    if (uptime := reading.get("uptime")) is not None:
        message = tr(f"已运行 {uptime} 小时", f"up for {uptime} h")
        yield Result(device=device.id, check="uptime", state=CheckState.OK, value=uptime, message=message)
    if model := reading.get("model"):
        named = f"{reading.get('name') or ''} {model}".strip()
        yield Result(device=device.id, check="model", state=CheckState.OK, value=model, message=named)


def _named(device: Device, speeds: Mapping[str, float], options: SwitchOptions) -> Result:
    down = [name for name in options.ports if name not in speeds]
    slow = [name for name in options.ports if 0 < speeds.get(name, 0) < options.speed_warn]  # 0: it does not know
    if down:
        state, message = CheckState.CRIT, tr("没有连接：", "down: ") + ", ".join(down)
    elif slow:
        told = ", ".join(f"{name} {speeds[name]:g} Mb/s" for name in slow)
        state, message = CheckState.WARN, tr("太慢：", "too slow: ") + told
    else:
        state, message = CheckState.OK, tr("要用的端口都已连接", "all ports that matter are up")
    return Result(
        device=device.id,
        check="ports",
        state=state,
        value=len(down),
        threshold=0,
        message=message,
        hint=tr("看看网线和对端设备是否开机", "see the cable, and whether what hangs on it is on"),
    )


async def search(seconds: float, where: str) -> Sequence[Found]:
    """Whatever has an agent that answers to `public`."""
    from roomctl_av_check.talks import snmp_search  # noqa: PLC0415 - asked for by a person alone

    return await snmp_search.search(seconds, where)


OFFER = DriverOffer(
    kind="switch",
    title=("网络交换机（SNMP）", "Network switch (SNMP)"),
    asked_as=("snmp",),
    values={
        "ports": Quantity(("端口未连接", "Ports down")),
        "up": Quantity(("已连接端口", "Ports up"), usual=2),
        "count": Quantity(
            ("端口数", "Ports"),
        ),
        "errors": Quantity(("错包", "Damaged packets"), "%"),
        "worst": Quantity(("错包最多的端口", "Port with most errors")),
        "speeds": Quantity(("各端口速率", "Speeds of ports"), "Mbit/s"),
        "uptime": Quantity(("运行时间", "Uptime"), "h"),
        "name": Quantity(("名称", "Name")),
        "model": Quantity(("型号", "Model")),
    },
    read=read,
    judge=judge,
    options=SwitchOptions,
    port=161,
    deadline=12.0,
    lossy=True,
    requires=("pysnmp",),
    loads=("roomctl_av_check.talks.interfaces",),
    search=search,
)
