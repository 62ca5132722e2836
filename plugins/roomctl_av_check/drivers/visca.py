"""PTZ cameras by VISCA: over IP with its header (UDP 52381), or its plain packets over TCP or a serial port."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import BadInput, label, tr
from roomctl.api.devices import ActionOffer, CheckState, Deed, Device, DriverOffer, Quantity, Reading, Result, Secret

PRESETS = 255
"""Numbers that the protocol has, from 0."""


class ViscaOptions(BaseModel):
    """`[devices.options]` of a camera.

    Attributes:
        transport: `udp` is VISCA over IP with sequence numbers; `tcp` the plain packets, often at port 5678 or 1259;
            `serial` the plain packets at a port of this machine, which is the address: `/dev/ttyUSB0`.
        baud: of the serial port.
        preset: the one that the meeting begins with, by the protocol's number, which counts from 0; None: any.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    transport: Literal["udp", "tcp", "serial"] = Field(
        default="udp", json_schema_extra=label("传输方式", "Transport")
    )
    baud: Literal[9600, 19200, 38400, 115200] = Field(default=9600, json_schema_extra=label("波特率", "Baud"))
    preset: int | None = Field(default=None, ge=0, lt=PRESETS, json_schema_extra=label("应在预置位", "Preset wanted"))


async def read(device: Device, _: Secret) -> Reading:
    """VISCA knows no password."""
    from roomctl_av_check.talks import visca  # noqa: PLC0415 - read by rooms with such a camera alone

    return await visca.read(device)


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """Power, the wanted preset, where it looks, and what it is. Asleep it is well."""
    power = str(reading["power"])
    words = {"on": ("开机", "on"), "off": ("待机", "standby")}
    yield Result(device=device.id, check="power", state=CheckState.OK, value=power, message=tr(*words[power]))
    if (preset := reading.get("preset")) is not None:
        yield _preset(device, preset)
    if (pan := reading.get("pan")) is not None:
        tilt, zoom = reading.get("tilt"), reading.get("zoom")
        yield Result(
            device=device.id,
            check="pan",
            state=CheckState.OK,
            value=pan,
            message=tr(f"水平 {pan}，俯仰 {tilt}，变倍 {zoom}", f"pan {pan}, tilt {tilt}, zoom {zoom}"),
        )
    if model := reading.get("model"):
        message = f"VISCA {model}, ROM {reading.get('rom')}"
        yield Result(device=device.id, check="model", state=CheckState.OK, value=model, message=message)


def _preset(device: Device, preset: object) -> Result:
    wanted = device.options.preset
    right = wanted in {None, preset}
    return Result(
        device=device.id,
        check="preset",
        state=CheckState.OK if right else CheckState.WARN,
        value=preset if isinstance(preset, int) else None,
        threshold=wanted,
        message=tr(f"预置位 {preset}", f"preset {preset}")
        + ("" if right else tr(f"，应为 {wanted}", f", {wanted} is wanted")),
        hint=f"roomctl devices do {device.id} preset {wanted}",
    )


async def power_on(device: Device, _: Secret, _argument: str) -> Deed:
    """Done when it says that it is on."""
    from roomctl_av_check.talks import visca  # noqa: PLC0415

    return await visca.switch(device, on=True)


async def power_off(device: Device, _: Secret, _argument: str) -> Deed:
    """Done when it says that it sleeps."""
    from roomctl_av_check.talks import visca  # noqa: PLC0415

    return await visca.switch(device, on=False)


async def recall(device: Device, _: Secret, wanted: str) -> Deed:
    """A preset by the protocol's number. Raises: BadInput."""
    from roomctl_av_check.talks import visca  # noqa: PLC0415

    if not (wanted.isascii() and wanted.isdecimal() and int(wanted) < PRESETS):
        raise BadInput(
            tr(f"没有预置位 {wanted!r}", f"there is no preset {wanted!r}"),
            mend=tr(f"写 0 到 {PRESETS - 1} 的数", f"a number from 0 to {PRESETS - 1}"),
        )
    return await visca.recall(device, int(wanted))


OFFER = DriverOffer(
    kind="visca",
    title=("VISCA 云台摄像机", "VISCA PTZ camera"),
    asked_as=("ptz",),
    values={
        "power": Quantity(("电源", "Power")),
        "preset": Quantity(("预置位", "Preset")),
        "pan": Quantity(("水平位置", "Pan")),
        "tilt": Quantity(("俯仰位置", "Tilt")),
        "zoom": Quantity(("变倍位置", "Zoom")),
        "model": Quantity(("型号代码", "Model code")),
        "rom": Quantity(("固件", "Firmware")),
    },
    read=read,
    judge=judge,
    options=ViscaOptions,
    port=52381,
    deadline=10.0,
    loads=("roomctl_av_check.talks.visca",),
    lossy=True,
    actions={
        "power_on": ActionOffer(title=("开机", "Switch on"), act=power_on, deadline=40),
        "power_off": ActionOffer(title=("待机", "To standby"), act=power_off, deadline=40),
        "preset": ActionOffer(
            title=("调用预置位", "Recall preset"),
            act=recall,
            takes=("预置位编号（从 0 起）", "preset number, from 0"),
            deadline=30,
        ),
    },
)
