"""Projectors and displays with PJLink, class 1 and 2 (JBMIA, PJLink specification 5.1)."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label, tr
from roomctl.api.devices import (
    ActionOffer,
    CheckState,
    Deed,
    Device,
    DriverOffer,
    Found,
    Quantity,
    Reading,
    Result,
    Secret,
    above,
)

ERRORS = {
    "fan": ("风扇", "Fan"),
    "lamp_error": ("灯泡故障", "Lamp error"),
    "temperature": ("温度", "Temperature"),
    "cover": ("机盖", "Cover"),
    "filter_error": ("滤网故障", "Filter error"),
    "other": ("其他故障", "Other error"),
}
"""In the order of ERST's six digits (4.7)."""

POWER = {
    "off": ("待机", "standby"),
    "on": ("开机", "on"),
    "cooling": ("正在冷却", "cooling down"),
    "warming": ("正在预热", "warming up"),
}
INPUTS = {"1": ("RGB", "RGB"), "2": ("视频", "video"), "3": ("数字", "digital"), "4": ("存储", "storage"),
          "5": ("网络", "network"), "6": ("内部", "internal")}  # fmt: skip
"""First digit of INPT (4.4)."""


class PjlinkOptions(BaseModel):
    """`[devices.options]` of a projector.

    Attributes:
        lamp_warn, lamp_crit: hours of the oldest lamp; the rated life stands in the projector's manual. A lamp beyond
            it still shines, so that there is no `lamp_crit` unless somebody sets one.
        filter_warn: hours after which the filter is to be cleaned.
        input: what must be chosen when it is on, such as `31`; empty: any.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lamp_warn: float = Field(default=4000, gt=0, json_schema_extra=label("灯泡小时注意", "Lamp hours, warn"))
    lamp_crit: float | None = Field(default=None, gt=0, json_schema_extra=label("灯泡小时故障", "Lamp hours, fault"))
    filter_warn: float = Field(default=1000, gt=0, json_schema_extra=label("滤网小时注意", "Filter hours, warn"))
    input: str = Field(default="", pattern="^([1-6][1-9A-Z])?$", json_schema_extra=label("应选输入", "Input wanted"))


async def read(device: Device, secret: Secret) -> Reading:
    """All that the projector tells, in one connection."""
    from roomctl_av_check.talks import pjlink  # noqa: PLC0415 - a library's

    return await pjlink.read(device, secret)


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """Power, input, hours, errors. Standby is a fact: what it does not tell while it sleeps is not missing."""
    options: PjlinkOptions = device.options
    power = str(reading["power"])
    yield Result(device=device.id, check="power", state=CheckState.OK, value=power, message=tr(*POWER[power]))
    if (chosen := reading.get("input")) is not None:
        yield _input(device, str(chosen), options)
    if (hours := reading.get("lamp")) is not None:
        crit = options.lamp_crit or float("inf")
        yield Result(
            device=device.id,
            check="lamp",
            state=above(float(hours), warn=min(options.lamp_warn, crit), crit=crit),
            value=hours,
            threshold=options.lamp_warn,
            message=tr(f"灯泡已用 {hours} 小时", f"lamp: {hours} h"),
            hint=tr("请备好灯泡，择日更换", "have a lamp ready, and change it soon"),
        )
    if (hours := reading.get("filter")) is not None:
        yield Result(
            device=device.id,
            check="filter",
            state=above(float(hours), warn=options.filter_warn, crit=float("inf")),
            value=hours,
            threshold=options.filter_warn,
            message=tr(f"滤网已用 {hours} 小时", f"filter: {hours} h"),
            hint=tr("请清洗滤网并清零计时", "clean the filter and reset its counter"),
        )
    yield from _errors(device, reading)
    if failed := reading.get("failure"):
        yield Result(
            device=device.id,
            check="failure",
            state=CheckState.CRIT,
            value=failed,
            message=tr(f"对 {failed} 回答 ERR4：设备故障", f"answers ERR4 to {failed}: a failure of the device"),
            hint=tr("断电一分钟再开；仍如此请报修", "cut its power for a minute; if it stays, have it repaired"),
        )
    if model := reading.get("model"):
        yield Result(
            device=device.id,
            check="model",
            state=CheckState.OK,
            value=model,
            message=f"{model}, PJLink {reading['class']}",
        )


def _input(device: Device, chosen: str, options: PjlinkOptions) -> Result:
    right = options.input in {"", chosen}
    said = f"{tr(*INPUTS.get(chosen[:1], ('', '')))} {chosen}".strip()
    return Result(
        device=device.id,
        check="input",
        state=CheckState.OK if right else CheckState.WARN,
        value=chosen,
        threshold=options.input or None,
        message=tr(f"输入 {said}", f"input {said}"),
        hint=None if right else tr(f"请切到输入 {options.input}", f"choose input {options.input}"),
    )


def _errors(device: Device, reading: Reading) -> Iterator[Result]:
    """A row for each error; one for all of them where there is none."""
    told = {name: level for name in ERRORS if isinstance(level := reading.get(name), int)}
    if told and not any(told.values()):
        yield Result(
            device=device.id,
            check="errors",
            state=CheckState.OK,
            value=0,
            message=tr("风扇、灯泡、温度、机盖、滤网均无故障", "fan, lamp, temperature, cover and filter are good"),
        )
    states = {1: (CheckState.WARN, "注意", "warning"), 2: (CheckState.CRIT, "故障", "error")}
    for name, level in told.items():
        if level:
            state, zh, en = states[level]
            title = ERRORS[name]
            yield Result(
                device=device.id,
                check=name,
                state=state,
                value=level,
                message=tr(f"{title[0]}：{zh}", f"{title[1]}: {en}"),
                hint=tr("请到设备前查看指示灯", "look at its lights"),
            )


async def search(seconds: float, where: str) -> Sequence[Found]:
    """Class 2 projectors of this network."""
    from roomctl_av_check.talks import pjlink_search  # noqa: PLC0415 - asked for by a person alone

    return await pjlink_search.search(seconds, where)


async def power_on(device: Device, secret: Secret, _: str) -> Deed:
    """Done when it has warmed up."""
    from roomctl_av_check.talks import pjlink  # noqa: PLC0415

    return await pjlink.switch(device, secret, on=True)


async def power_off(device: Device, secret: Secret, _: str) -> Deed:
    """Done when it has cooled down."""
    from roomctl_av_check.talks import pjlink  # noqa: PLC0415

    return await pjlink.switch(device, secret, on=False)


async def choose_input(device: Device, secret: Secret, wanted: str) -> Deed:
    """An input by its two characters."""
    from roomctl_av_check.talks import pjlink  # noqa: PLC0415

    return await pjlink.choose(device, secret, wanted)


OFFER = DriverOffer(
    kind="pjlink",
    title=("PJLink 投影机、显示屏", "PJLink projector or display"),
    asked_as=("projector", "display"),
    values={
        "power": Quantity(("电源", "Power")),
        "input": Quantity(("输入", "Input")),
        "lamp": Quantity(("灯泡", "Lamp"), "h", usual=50),
        "filter": Quantity(("滤网", "Filter"), "h"),
        "errors": Quantity(("故障", "Errors")),
        **{name: Quantity(title) for name, title in ERRORS.items()},
        "failure": Quantity(("设备故障", "Failure")),
        "model": Quantity(("型号", "Model")),
        "class": Quantity(("PJLink 等级", "PJLink class")),
    },
    read=read,
    judge=judge,
    options=PjlinkOptions,
    port=4352,
    deadline=8.0,
    requires=("aiopjlink",),
    loads=("roomctl_av_check.talks.pjlink",),
    search=search,
    actions={
        "power_on": ActionOffer(title=("开机", "Switch on"), act=power_on, deadline=60),
        "power_off": ActionOffer(title=("关机", "Switch off"), act=power_off, deadline=60),
        "input": ActionOffer(
            title=("切换输入", "Choose input"), act=choose_input, takes=("输入编号", "input number")
        ),
    },
)
