"""Sensors and relays over Modbus TCP: air, and what is switched."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from roomctl.api import label
from roomctl.api.devices import ActionOffer, Deed, Device, DriverOffer, Reading, Result, Secret
from roomctl_av_check import climate

Address = Annotated[int, Field(ge=0, le=65535)]
Name = Annotated[str, StringConstraints(pattern=climate.RELAY)]


class Register(BaseModel):
    """Where a value stands.

    Attributes:
        address: as it goes over the line, from 0 on: 30001 of a manual is the input register 0, 40001 the holding
            register 0.
        scale: what the number is multiplied by.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Address
    table: Literal["input", "holding"] = "input"
    type: Literal["int16", "uint16", "int32", "uint32", "float32"] = "int16"
    scale: float = Field(default=1.0, allow_inf_nan=False)


class ModbusOptions(climate.ClimateOptions):
    """`[devices.options]` of a Modbus device.

    Attributes:
        unit: of the device behind a gateway; most that have a network port of their own are 1 or 255.
        temperature, humidity, co2: `{ address = 0, scale = 0.1 }`.
        relays: name → number of the coil, from 0 on.

    """

    unit: int = Field(default=1, ge=0, le=255, json_schema_extra=label("单元号", "Unit"))
    temperature: Register | None = Field(default=None, json_schema_extra=label("温度寄存器", "Temperature register"))
    humidity: Register | None = Field(default=None, json_schema_extra=label("湿度寄存器", "Humidity register"))
    co2: Register | None = Field(default=None, json_schema_extra=label("二氧化碳寄存器", "CO₂ register"))
    relays: dict[Name, Address] = Field(
        default_factory=dict, max_length=32, json_schema_extra=label("继电器线圈", "Coils of the relays")
    )


async def read(device: Device, _: Secret) -> Reading:
    """All that the inventory names."""
    from roomctl_av_check.talks import modbus  # noqa: PLC0415 - a library's

    return await modbus.read(device)


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """By the limits of the air, and the states that are wanted."""
    yield from climate.judge(device, reading)


async def switch(device: Device, _: Secret, told: str) -> Deed:
    """`lamp=on`."""
    name, on = climate.order(told, device.options.relays)
    from roomctl_av_check.talks import modbus  # noqa: PLC0415

    return await modbus.switch(device, name, on=on)


OFFER = DriverOffer(
    kind="modbus",
    title=("传感器、继电器（Modbus TCP）", "Sensors and relays (Modbus TCP)"),
    values=climate.VALUES,
    read=read,
    judge=judge,
    options=ModbusOptions,
    port=502,
    deadline=6.0,
    requires=("pymodbus",),
    loads=("roomctl_av_check.talks.modbus",),
    actions={
        "switch": ActionOffer(
            title=("切换继电器", "Switch a relay"), act=switch, takes=("名称=on 或 off", "NAME=on or off")
        )
    },
)
