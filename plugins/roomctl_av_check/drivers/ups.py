"""UPS by Network UPS Tools: a server that runs at the UPS, in a NAS, or on this PC, and tells its variables."""

from collections.abc import Iterator, Mapping
from math import floor

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label, tr
from roomctl.api.devices import (
    CheckState,
    Device,
    DriverOffer,
    Fact,
    Quantity,
    Reading,
    Result,
    Secret,
    Value,
    above,
    below,
)

POWER: Mapping[str, tuple[CheckState, str, str]] = {
    "FSD": (CheckState.CRIT, "即将关机", "about to shut down"),
    "OFF": (CheckState.CRIT, "没有输出", "gives no power"),
    "LB": (CheckState.CRIT, "电池将尽", "its battery is nearly empty"),
    "OB": (CheckState.CRIT, "正由电池供电", "on battery"),
    "BYPASS": (CheckState.WARN, "处于旁路，断电时不接管", "on bypass: it does not take over"),
    "OL": (CheckState.OK, "市电正常", "on mains"),
}
"""Words of `ups.status`, the worst first (NUT developer guide, “Status data”)."""
UNKNOWN = (CheckState.UNKNOWN, "没有说市电还是电池", "does not tell whether it is on mains")
NUMBERS = {"battery.charge": "charge", "battery.runtime": "runtime", "ups.load": "load"}
MINUTE = 60


class UpsOptions(BaseModel):
    """`[devices.options]` of a UPS.

    Attributes:
        ups: its name on the server; empty: the only one that there is.
        charge_warn, charge_crit: percent of the battery.
        runtime_warn, runtime_crit: minutes that it lasts with the load of now. A meeting that loses its mains is
            closed and its recording sealed in five.
        load_warn: percent of what it can give.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ups: str = Field(default="", pattern=r"^[A-Za-z0-9_.-]*$", json_schema_extra=label("UPS 名", "UPS name"))
    charge_warn: float = Field(default=80, ge=0, le=100, json_schema_extra=label("电量注意（%）", "Charge, warn, %"))
    charge_crit: float = Field(default=30, ge=0, le=100, json_schema_extra=label("电量故障（%）", "Charge, fault, %"))
    runtime_warn: float = Field(default=15, ge=0, json_schema_extra=label("续航注意（分钟）", "Runtime, warn, min"))
    runtime_crit: float = Field(default=5, ge=0, json_schema_extra=label("续航故障（分钟）", "Runtime, fault, min"))
    load_warn: float = Field(default=80, gt=0, json_schema_extra=label("负载注意（%）", "Load, warn, %"))


async def read(device: Device, secret: Secret) -> Reading:
    """All variables in one connection; those that are judged."""
    from roomctl_av_check.talks import nut  # noqa: PLC0415 - read by rooms with a UPS alone

    return reading(await nut.variables(device, secret))


def reading(told: Mapping[str, str]) -> Reading:
    """From variables to facts; a number that is none is not told."""
    facts: dict[str, Value] = {"status": told.get("ups.status", "")}
    for variable, name in NUMBERS.items():
        number = _number(told.get(variable, ""))
        if number is not None:
            facts[name] = floor(10 * number / MINUTE) / 10 if name == "runtime" else number
    named = [told.get(f"device.{part}") or told.get(f"ups.{part}", "") for part in ("mfr", "model")]
    if model := " ".join(part.strip() for part in named if part.strip()):
        facts["model"] = model
    if alarm := told.get("ups.alarm", "").strip():
        facts["alarm"] = alarm
    return Reading(facts=tuple(Fact(name, value) for name, value in facts.items()))


def _number(told: str) -> float | None:
    try:
        number = float(told)
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None  # noqa: PLR2004 - neither infinite nor nan, and no UPS lasts so long


def judge(device: Device, told: Reading) -> Iterator[Result]:
    """Mains, charge, runtime, load, the battery's age, and the device's own alarms."""
    options: UpsOptions = device.options
    flags = str(told["status"]).split()
    state, zh, en = next((POWER[word] for word in POWER if word in flags), UNKNOWN)
    yield Result(
        device=device.id,
        check="status",
        state=state,
        value=str(told["status"]),
        message=tr(zh, en),
        hint=tr("查看市电、空开和 UPS 面板", "see mains, breaker, and the panel of the UPS"),
    )
    if isinstance(charge := told.get("charge"), float):
        yield Result(
            device=device.id,
            check="charge",
            state=below(charge, warn=max(options.charge_warn, options.charge_crit), crit=options.charge_crit),
            value=charge,
            threshold=options.charge_warn,
            message=tr(f"电量 {charge:g} %", f"charged to {charge:g} %"),
            hint=tr("等它充满；一直充不满请换电池", "let it charge; if it never does, change its battery"),
        )
    if isinstance(runtime := told.get("runtime"), float):
        yield Result(
            device=device.id,
            check="runtime",
            state=below(runtime, warn=max(options.runtime_warn, options.runtime_crit), crit=options.runtime_crit),
            value=runtime,
            threshold=options.runtime_warn,
            message=tr(f"断电后可撑 {runtime:g} 分钟", f"lasts {runtime:g} min without mains"),
            hint=tr("减少接在上面的设备，或换电池", "take devices off it, or change its battery"),
        )
    yield from _load(device, told, flags)
    yield from _own_words(device, told, flags)


def _load(device: Device, told: Reading, flags: list[str]) -> Iterator[Result]:
    if isinstance(load := told.get("load"), float):
        limit: float = device.options.load_warn
        yield Result(
            device=device.id,
            check="load",
            state=CheckState.CRIT if "OVER" in flags else above(load, warn=limit, crit=max(limit, 100)),
            value=load,
            threshold=limit,
            message=tr(f"负载 {load:g} %", f"loaded to {load:g} %"),
            hint=tr("把不重要的设备接到别处", "move what matters less to another outlet"),
        )


def _own_words(device: Device, told: Reading, flags: list[str]) -> Iterator[Result]:
    old = "RB" in flags
    yield Result(
        device=device.id,
        check="battery",
        state=CheckState.WARN if old else CheckState.OK,
        value="replace" if old else "good",
        message=tr("电池该换了", "its battery wants to be replaced") if old else tr("电池正常", "battery good"),
        hint=tr("订购并更换电池", "order a battery, and have it changed"),
    )
    if alarm := told.get("alarm"):
        yield Result(
            device=device.id,
            check="alarm",
            state=CheckState.WARN,
            value=str(alarm),
            message=tr("告警：", "alarm: ") + " ".join(str(alarm).split()),
            hint=tr("查看 UPS 面板和手册", "see its panel and its manual"),
        )
    if model := told.get("model"):
        yield Result(device=device.id, check="model", state=CheckState.OK, value=model, message=str(model))


OFFER = DriverOffer(
    kind="ups",
    title=("不间断电源（NUT）", "UPS (NUT)"),
    asked_as=("nut",),
    values={
        "status": Quantity(("供电", "Power")),
        "charge": Quantity(("电量", "Charge"), "%", usual=10),
        "runtime": Quantity(("续航", "Runtime"), "min"),
        "load": Quantity(("负载", "Load"), "%", usual=15),
        "battery": Quantity(("电池", "Battery")),
        "alarm": Quantity(("告警", "Alarm")),
        "model": Quantity(("型号", "Model")),
    },
    read=read,
    judge=judge,
    options=UpsOptions,
    port=3493,
    deadline=6.0,
    loads=("roomctl_av_check.talks.nut",),
)
