"""A time server: how far this machine's clock is from it (NTP version 4, RFC 5905)."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label, tr
from roomctl.api.devices import CheckState, Device, DriverOffer, Quantity, Reading, Result, Secret, above

UNSYNCHRONIZED = 3
"""Leap indicator of a server that does not know the time itself (RFC 5905, 7.3)."""


class NtpOptions(BaseModel):
    """`[devices.options]` of a time server.

    Attributes:
        offset_warn, offset_crit: seconds between its clock and this machine's. Times in a record are told to the
            second; beyond half a minute the order of events over several machines is in doubt.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    offset_warn: float = Field(default=1.0, gt=0, json_schema_extra=label("时差注意（秒）", "Offset, warn, s"))
    offset_crit: float = Field(default=30.0, gt=0, json_schema_extra=label("时差故障（秒）", "Offset, fault, s"))


async def read(device: Device, _: Secret) -> Reading:
    """One question."""
    from roomctl_av_check.talks import ntp  # noqa: PLC0415 - a library's

    return await ntp.read(device)


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """Offset, and whether the server itself knows the time."""
    options: NtpOptions = device.options
    offset, stratum = float(reading["offset"] or 0), reading["stratum"]
    yield Result(
        device=device.id,
        check="offset",
        state=above(abs(offset), warn=options.offset_warn, crit=options.offset_crit),
        value=offset,
        threshold=options.offset_warn,
        message=tr(f"本机时钟相差 {-offset:+.3f} 秒", f"this machine's clock is {-offset:+.3f} s off"),
        hint=tr(
            "sudo timedatectl set-ntp true，并核对时间服务器", "sudo timedatectl set-ntp true, and see its server"
        ),
    )
    lost = reading["leap"] == UNSYNCHRONIZED
    yield Result(
        device=device.id,
        check="stratum",
        state=CheckState.WARN if lost else CheckState.OK,
        value=stratum,
        message=tr("服务器自己没有对时", "the server itself is not synchronized")
        if lost
        else tr(f"第 {stratum} 层", f"stratum {stratum}"),
        hint=tr("检查这台服务器的上级时间源", "see where that server has its time from"),
    )


OFFER = DriverOffer(
    kind="ntp",
    title=("时间服务器", "Time server"),
    asked_as=("clock",),
    values={
        "offset": Quantity(("时差", "Clock offset"), "s", usual=0.5),
        "stratum": Quantity(("层级", "Stratum")),
        "delay": Quantity(("往返", "Round trip"), "ms"),
        "leap": Quantity(("闰秒标志", "Leap indicator")),
    },
    read=read,
    judge=judge,
    options=NtpOptions,
    port=123,
    deadline=4.0,
    lossy=True,
    requires=("ntplib",),
    loads=("roomctl_av_check.talks.ntp",),
)
