"""Anything with an address: whether it is there, how far away, and whether packets are lost."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label, tr
from roomctl.api.devices import CheckState, Device, DriverOffer, Found, Quantity, Reading, Result, Secret, above


class HostOptions(BaseModel):
    """`[devices.options]` of a host.

    Attributes:
        latency_warn: milliseconds there and back; a room's own network has below 5.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    latency_warn: float = Field(default=50, gt=0, json_schema_extra=label("延迟注意（ms）", "Latency, warn, ms"))


async def read(device: Device, _: Secret) -> Reading:
    """Three TCP connections, or three echoes."""
    from roomctl_av_check.talks import reach  # noqa: PLC0415 - a library's

    return await reach.read(device)


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """Latency against its limit; any loss at all is wrong in a room."""
    latency, loss = reading.get("latency"), reading.get("loss")
    limit: float = device.options.latency_warn
    if isinstance(latency, float):
        yield Result(
            device=device.id,
            check="latency",
            state=above(latency, warn=limit, crit=float("inf")),
            value=latency,
            threshold=limit,
            message=tr(
                f"往返 {latency:g} ms（{reading.get('by')}）", f"{latency:g} ms there and back ({reading.get('by')})"
            ),
            hint=tr("看看网线、交换机端口和占用带宽的设备", "see cable, switch port, and who uses the line"),
        )
    if isinstance(loss, int):
        yield Result(
            device=device.id,
            check="loss",
            state=CheckState.WARN if loss else CheckState.OK,
            value=loss,
            threshold=0,
            message=tr(f"丢失 {loss} %", f"{loss} % lost"),
            hint=tr("看看网线和交换机端口", "see cable and switch port"),
        )


async def search(seconds: float, where: str) -> Sequence[Found]:
    """What announces itself by multicast DNS: cameras, terminals, UPS servers, and what casts."""
    from roomctl_av_check.talks import mdns_search  # noqa: PLC0415 - asked for by a person alone

    return await mdns_search.search(seconds, where)


OFFER = DriverOffer(
    kind="host",
    title=("网络设备（可达性）", "Network device (reachability)"),
    asked_as=("h323", "h.323", "ping", "tcp"),
    values={
        "latency": Quantity(("延迟", "Latency"), "ms", usual=5),
        "loss": Quantity(("丢包", "Packet loss"), "%"),
        "by": Quantity(("方法", "Method")),
    },
    read=read,
    judge=judge,
    options=HostOptions,
    deadline=5.0,
    requires=("icmplib",),
    loads=("icmplib", "roomctl_av_check.talks.reach"),
    search=search,
)
