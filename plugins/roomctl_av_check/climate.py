"""Air and relays of a room, whichever bus they come over: limits, rows, and the words of an order."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import BadInput, label, tr
from roomctl.api.devices import CheckState, Device, Quantity, Reading, Result

ORDER = re.compile(r"([^\s=]+)\s*=\s*(on|off)")
RELAY = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$"
VALUES = {
    "temperature": Quantity(("温度", "Temperature"), "°C", usual=3),
    "humidity": Quantity(("湿度", "Humidity"), "%", usual=20),
    "co2": Quantity(("二氧化碳", "CO₂"), "ppm", usual=400),
    "relays": Quantity(("继电器", "Relays")),
}
SENSORS = ("temperature", "humidity", "co2")


class ClimateOptions(BaseModel):
    """Limits beyond which the air of a room is WARN.

    Attributes:
        temperature_low, temperature_high: °C. GB/T 18883-2022, table 1, has 16 to 24 with heating and 22 to 28 with
            cooling; where nobody sets them, both seasons are good.
        humidity_low, humidity_high: %. The same table has 30 to 60 in winter, 40 to 80 in summer.
        co2_warn: ppm. The same table has 0.10 % over an hour.
        relays_wanted: as they have to be at a check.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature_low: float = Field(default=16, json_schema_extra=label("温度下限", "Temperature, low"))
    temperature_high: float = Field(default=28, json_schema_extra=label("温度上限", "Temperature, high"))
    humidity_low: float = Field(default=30, json_schema_extra=label("湿度下限", "Humidity, low"))
    humidity_high: float = Field(default=80, json_schema_extra=label("湿度上限", "Humidity, high"))
    co2_warn: float = Field(default=1000, gt=0, json_schema_extra=label("二氧化碳上限（ppm）", "CO₂, high, ppm"))
    relays_wanted: dict[str, bool] = Field(
        default_factory=dict, json_schema_extra=label("继电器应有状态", "Relays wanted")
    )


@dataclass(frozen=True, slots=True)
class _Limit:
    low: float
    high: float
    below: str
    above: str


def _limits(options: ClimateOptions) -> Mapping[str, _Limit]:
    return {
        "temperature": _Limit(
            options.temperature_low,
            options.temperature_high,
            tr("打开暖气", "switch on the heating"),
            tr("打开空调制冷", "switch on the cooling"),
        ),
        "humidity": _Limit(
            options.humidity_low,
            options.humidity_high,
            tr("加湿", "moisten the air"),
            tr("除湿", "dry the air"),
        ),
        "co2": _Limit(-math.inf, options.co2_warn, "", tr("开新风或开窗", "let fresh air in")),
    }


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """A row for each sensor that told something, and one for the relays."""
    options: ClimateOptions = device.options
    for name, limit in _limits(options).items():
        value = reading.get(name)
        if not isinstance(value, int | float):
            continue
        title, unit = VALUES[name].title, VALUES[name].unit
        low, high = value < limit.low, value > limit.high
        yield Result(
            device=device.id,
            check=name,
            state=CheckState.WARN if low or high else CheckState.OK,
            value=value,
            threshold=limit.low if low else limit.high,
            message=f"{tr(*title)} {value:g} {unit}",
            hint=limit.below if low else limit.above,
        )
    relays = reading.get("relays")
    if isinstance(relays, str):
        shown = dict(ORDER.findall(relays))
        wrong = {
            name: wanted for name, wanted in options.relays_wanted.items() if shown.get(name) != state_word(on=wanted)
        }
        orders = " ".join(f"{name}={state_word(on=wanted)}" for name, wanted in wrong.items())
        yield Result(
            device=device.id,
            check="relays",
            state=CheckState.WARN if wrong else CheckState.OK,
            value=relays,
            message=relays,
            hint=tr(f"应为 {orders}：用动作 switch", f"wanted: {orders}; see the action `switch`") if wrong else None,
        )


def state_word(*, on: bool) -> str:
    """As it stands in facts, orders and deeds."""
    return "on" if on else "off"


def relays_text(states: Mapping[str, bool]) -> str:
    """One fact for all of them: `lamp=on fan=off`."""
    return " ".join(f"{name}={state_word(on=on)}" for name, on in states.items())


def order(told: str, known: Mapping[str, object]) -> tuple[str, bool]:
    """Name and state of `lamp=on`. Raises: BadInput, with the known names."""
    match = ORDER.fullmatch(told.strip())
    if match is None or match[1] not in known:
        raise BadInput(
            tr(f"不能切换 {told!r}", f"cannot switch {told!r}"),
            mend=tr("写“名称=on”或“名称=off”；现有：", "write NAME=on or NAME=off; known: ") + ", ".join(known),
        )
    return match[1], match[2] == "on"
