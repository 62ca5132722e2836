"""What a display tells, what that means, and what it can be told to do."""

import asyncio
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label, tr
from roomctl.api.devices import (
    ActionOffer,
    CheckState,
    Deed,
    Device,
    DriverOffer,
    Fact,
    Quantity,
    Reading,
    Result,
    Secret,
    garbled,
)
from roomctl_samsung_mdc import protocol

INPUTS = {"dvi": 0x18, "hdmi1": 0x21, "hdmi2": 0x23, "displayport": 0x25, "hdmi3": 0x31, "hdbaset": 0x55}
"""Those of meeting rooms, by the code that *Input Source Control* (0x14) gives them."""
NAMES = {code: name for name, code in INPUTS.items()} | {0x22: "hdmi1", 0x24: "hdmi2", 0x1F: "dvi", 0x32: "hdmi3"}
"""An input that a PC is plugged into may be told by a second code."""

ON = 1
LOUDEST = 100
"""A volume above is that of a display without loudspeakers."""
NO_SIGNAL = 1
FAULTS = {
    "lamp_error": ("背光", "Backlight"),
    "temperature_error": ("过热", "Overheated"),
    "fan_error": ("风扇", "Fan"),
}
AGAIN = 0.5
"""Seconds between two looks at what was ordered: a display takes some to switch."""
PATIENCE = 30.0
"""Seconds of looking."""


class Options(BaseModel):
    """`[devices.options]` of a display.

    Attributes:
        id: what its menu calls the display's ID. input: what must be chosen while it is on; empty: any.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int = Field(default=0, ge=0, le=0xFD, json_schema_extra=label("显示屏 ID", "Display ID"))
    input: Literal["", "dvi", "hdmi1", "hdmi2", "displayport", "hdmi3", "hdbaset"] = Field(
        default="", json_schema_extra=label("应选输入", "Input wanted")
    )


async def read(device: Device, _: Secret) -> Reading:
    """Status, then, where it is on, its errors and its name. Raises: as `protocol.line` does."""
    async with protocol.line(device) as ask:
        status = await ask(protocol.STATUS)
        if status is None or len(status) < 4:  # noqa: PLR2004 - power, volume, mute, input
            raise garbled(status or b"N", "MDC 00")
        on = status[0] == ON
        facts = [Fact("power", _power(status[0]))]
        if on:
            facts += [Fact("input", NAMES.get(status[3], f"0x{status[3]:02X}"))]
            facts += [Fact("volume", status[1])] if status[1] <= LOUDEST else []
            facts += _errors(await ask(protocol.ERRORS))
            if name := await ask(protocol.MODEL):
                facts.append(Fact("model", "".join(filter(str.isprintable, name.decode("ascii", "replace")))))
    return Reading(facts=tuple(facts), standby=not on)


def _power(told: int) -> str:
    return "on" if told == ON else "off"


def _errors(told: bytes | None) -> list[Fact]:
    """Of *Display Status* (0x0D): lamp, temperature, light sensor, no sync, °C, fan; of a shorter one nothing."""
    if told is None or len(told) < 6:  # noqa: PLR2004
        return []
    lamp, hot, _sensor, sync, degrees, fan = told[:6]
    facts = [Fact("lamp_error", lamp == 1), Fact("temperature_error", hot == 1), Fact("fan_error", fan == 1)]
    return [*facts, Fact("no_signal", sync == NO_SIGNAL), Fact("temperature", degrees)]


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """Pure. Standby is a fact: what it does not tell while it sleeps is not missing."""
    on = reading["power"] == "on"
    said = tr("开机", "on") if on else tr("待机", "standby")
    yield Result(device=device.id, check="power", state=CheckState.OK, value=reading["power"], message=said)
    if (chosen := reading.get("input")) is not None:
        wanted = device.options.input
        right = wanted in {"", chosen}
        yield Result(
            device=device.id,
            check="input",
            state=CheckState.OK if right else CheckState.WARN,
            value=chosen,
            threshold=wanted or None,
            message=tr(f"输入 {chosen}", f"input {chosen}"),
            hint=None if right else f"roomctl devices do {device.id} input {wanted}",
        )
    if (missing := reading.get("no_signal")) is not None:
        yield Result(
            device=device.id,
            check="no_signal",
            state=CheckState.WARN if missing else CheckState.OK,
            value=missing,
            message=tr("没有信号", "no signal") if missing else tr("有信号", "it has a signal"),
            hint=tr("检查线缆和信源", "look at the cable and at the source") if missing else None,
        )
    if (degrees := reading.get("temperature")) is not None:
        message = f"{degrees} °C"
        yield Result(device=device.id, check="temperature", state=CheckState.OK, value=degrees, message=message)
    for name, title in FAULTS.items():
        if (broken := reading.get(name)) is not None:
            yield Result(
                device=device.id,
                check=name,
                state=CheckState.CRIT if broken else CheckState.OK,
                value=broken,
                message=f"{tr(*title)}：{tr('故障', 'fault')}" if broken else tr("正常", "good"),
                hint=tr("请报修", "have it repaired") if broken else None,
            )
    if model := reading.get("model"):
        yield Result(device=device.id, check="model", state=CheckState.OK, value=model, message=str(model))


async def power_on(device: Device, _: Secret, _argument: str) -> Deed:
    """Done when it says that it is on."""
    return await _tell(device, protocol.POWER, 1, "on")


async def power_off(device: Device, _: Secret, _argument: str) -> Deed:
    """Done when it says that it is in standby."""
    return await _tell(device, protocol.POWER, 0, "off")


async def choose(device: Device, _: Secret, wanted: str) -> Deed:
    """One of `INPUTS`. Done when the display says that it is chosen."""
    return await _tell(device, protocol.INPUT, INPUTS[wanted], wanted)


async def _tell(device: Device, command: int, code: int, asked: str) -> Deed:
    """Tells it, then looks until it is so; a display that boots is away from the network for a while."""
    async with protocol.line(device) as ask:
        if await ask(command, bytes([code])) is None:
            return Deed(asked, tr("显示屏拒绝", "refused"))
    confirmed = tr("没有应答", "no answer")
    until = asyncio.get_running_loop().time() + PATIENCE
    while confirmed != asked and asyncio.get_running_loop().time() < until:
        try:
            async with protocol.line(device) as ask:
                told = await ask(command)
        except OSError:
            told = None
        if told:
            confirmed = _power(told[0]) if command == protocol.POWER else NAMES.get(told[0], f"0x{told[0]:02X}")
        if confirmed != asked:
            await asyncio.sleep(AGAIN)
    return Deed(asked, confirmed)


OFFER = DriverOffer(
    kind="samsung_mdc",
    title=("三星显示屏（MDC）", "Samsung display (MDC)"),
    asked_as=("samsung", "mdc"),
    values={
        "power": Quantity(("电源", "Power")),
        "input": Quantity(("输入", "Input")),
        "no_signal": Quantity(("信号", "Signal")),
        "volume": Quantity(("音量", "Volume"), "%"),
        "temperature": Quantity(("温度", "Temperature"), "°C", usual=5),
        **{name: Quantity(title) for name, title in FAULTS.items()},
        "model": Quantity(("型号", "Model")),
    },
    read=read,
    judge=judge,
    options=Options,
    port=1515,
    emulator="roomctl_samsung_mdc.emulator:MdcEmulator",
    deadline=8.0,
    actions={
        "power_on": ActionOffer(title=("开机", "Switch on"), act=power_on, deadline=PATIENCE + 5),
        "power_off": ActionOffer(title=("待机", "To standby"), act=power_off, deadline=PATIENCE + 5),
        "input": ActionOffer(
            title=("切换输入", "Choose input"),
            act=choose,
            arguments={name: (name.upper(), name.upper()) for name in INPUTS},
            deadline=PATIENCE + 5,
        ),
    },
)
