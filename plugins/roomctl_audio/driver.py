"""A microphone, or a DSP's input, at this PC: whether it is there, and with how many channels."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import NotFound, label, tr
from roomctl.api.devices import (
    CheckState,
    Device,
    DriverOffer,
    Fact,
    Found,
    Quantity,
    Reading,
    Result,
    Secret,
    Unreachable,
)


class MicrophoneOptions(BaseModel):
    """`[devices.options]` of a microphone.

    Attributes:
        channels: that it has at least; a DSP that lost its firmware's routing often comes up with two.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: int = Field(default=1, ge=1, le=64, json_schema_extra=label("至少几路", "Channels at least"))


async def read(device: Device, _: Secret) -> Reading:
    """Looks for it by its name, as `mic:NAME` does; it is not opened, so that a recording may be running."""
    from roomctl_audio.sources import devices, listing  # noqa: PLC0415 - asked for by rooms that name one

    try:
        found = devices.choose(device.address, tuple(await listing.listed()))
    except NotFound as error:
        raise Unreachable(error.what, error.why, error.mend) from None
    return Reading(
        facts=(Fact("name", found.name), Fact("channels", found.channels), Fact("rate", round(found.rate)))
    )


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """There it is; whether it has the channels."""
    wanted: int = device.options.channels
    channels = int(reading["channels"] or 0)
    yield Result(
        device=device.id,
        check="channels",
        state=CheckState.OK if channels >= wanted else CheckState.CRIT,
        value=channels,
        threshold=wanted,
        message=tr(f"{channels} 路，{reading['rate']} Hz", f"{channels} channels, {reading['rate']} Hz"),
        hint=tr("重插或重启它，核对 DSP 的 USB 输出路由", "plug it in again; see the DSP's routing to USB"),
    )


async def search(_seconds: float, where: str) -> Sequence[Found]:
    """Those at this PC; none at any other place."""
    from roomctl_audio.sources import listing  # noqa: PLC0415

    if where:
        return []
    return [
        Found(
            kind=OFFER.kind,
            address=one.name,
            says=tr(f"{one.name} {one.channels} 路", f"{one.name}, {one.channels} channels"),
        )
        for one in await listing.listed()
    ]


OFFER = DriverOffer(
    kind="microphone",
    title=("话筒、声音输入（本机）", "Microphone or sound input (of this PC)"),
    values={
        "channels": Quantity(("路数", "Channels")),
        "name": Quantity(("名称", "Name")),
        "rate": Quantity(("采样率", "Sample rate"), "Hz"),
    },
    read=read,
    judge=judge,
    options=MicrophoneOptions,
    deadline=8.0,
    requires=("sounddevice",),
    loads=("roomctl_audio.sources.listing",),
    search=search,
)
