"""Sensors, relays and lights behind an MQTT broker: what it holds of them, how old that is; what is switched."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from roomctl.api import label, tr
from roomctl.api.devices import ActionOffer, CheckState, Deed, Device, DriverOffer, Quantity, Reading, Result, Secret
from roomctl_av_check import climate

Topic = Annotated[str, StringConstraints(pattern=r"^[^#+\x00]+$", max_length=512)]
"""Without wildcards (MQTT 3.1.1, 4.7.1)."""
Name = Annotated[str, StringConstraints(pattern=climate.RELAY)]


class Source(BaseModel):
    """Where a value stands: `{ topic = "hall/air", key = "co2" }`.

    Attributes:
        key: path in a payload that is JSON, such as `sensor.temperature`; empty: the payload is the value.
        time: path of the time at which the device spoke: seconds or milliseconds since 1970, or ISO 8601 with zone.
        scale: what a number is multiplied by.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    topic: Topic
    key: str = Field(default="", max_length=200)
    time: str = Field(default="", max_length=200)
    scale: float = Field(default=1.0, allow_inf_nan=False)


class Relay(BaseModel):
    """What is switched. `on` and `off` are the words of both the order and the state."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Source
    command: Topic
    on: str = Field(default="ON", min_length=1, max_length=200)
    off: str = Field(default="OFF", min_length=1, max_length=200)

    def shows(self, told: str | None) -> bool | None:
        """None where it is neither of the words."""
        words = {self.on.lower(): True, self.off.lower(): False}
        return words.get((told or "").lower())


class MqttOptions(climate.ClimateOptions):
    """`[devices.options]` of what stands behind a broker.

    Attributes:
        available: a topic that says whether the device is there, as its last will does; `online` is its word for yes.
        age_warn: seconds since the device spoke, where the payload says when.
        settle: seconds in which a relay says that it has been switched.

    """

    temperature: Source | None = Field(default=None, json_schema_extra=label("温度主题", "Temperature topic"))
    humidity: Source | None = Field(default=None, json_schema_extra=label("湿度主题", "Humidity topic"))
    co2: Source | None = Field(default=None, json_schema_extra=label("二氧化碳主题", "CO₂ topic"))
    relays: dict[Name, Relay] = Field(
        default_factory=dict, max_length=32, json_schema_extra=label("继电器主题", "Topics of the relays")
    )
    available: Source | None = Field(default=None, json_schema_extra=label("在线主题", "Topic of presence"))
    online: str = Field(default="online", json_schema_extra=label("在线字样", "Word for present"))
    age_warn: float = Field(default=900, gt=0, json_schema_extra=label("数据过旧（秒）", "Old after, s"))
    settle: float = Field(default=3, gt=0, le=30, json_schema_extra=label("切换等待（秒）", "Switched within, s"))

    def topics(self) -> frozenset[str]:
        """All that are read."""
        single = (self.temperature, self.humidity, self.co2, self.available)
        told = [one.topic for one in single if one] + [relay.state.topic for relay in self.relays.values()]
        return frozenset(told)


async def read(device: Device, secret: Secret) -> Reading:
    """What the broker holds."""
    from roomctl_av_check.talks import mqtt  # noqa: PLC0415 - a library's

    return await mqtt.read(device, secret)


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """Whether the device is there and what it said is new; then the air and the relays."""
    options: MqttOptions = device.options
    if (there := reading.get("available")) is not None:
        yield Result(
            device=device.id,
            check="available",
            state=CheckState.OK if there else CheckState.CRIT,
            value=there,
            message=tr("设备在线", "the device is there") if there else tr("设备不在线", "the device is gone"),
            hint=tr("看看设备的电源和网关", "see the device's power and its gateway"),
        )
    if missing := reading["missing"]:
        yield Result(
            device=device.id,
            check="missing",
            state=CheckState.WARN,
            value=missing,
            message=tr(f"代理没有 {missing}", f"the broker knows nothing of {missing}"),
            hint=tr("核对主题；设备应保留（retain）状态", "see the topics; the device should retain its state"),
        )
    age = reading.get("age")
    if isinstance(age, int):
        yield Result(
            device=device.id,
            check="age",
            state=CheckState.WARN if age > options.age_warn else CheckState.OK,
            value=age,
            threshold=options.age_warn,
            message=tr(f"{age} 秒前的数据", f"told {age} s ago"),
            hint=tr("看看传感器的电池和信号", "see the sensor's battery and its signal"),
        )
    yield from climate.judge(device, reading)


async def switch(device: Device, secret: Secret, told: str) -> Deed:
    """`lamp=on`."""
    name, on = climate.order(told, device.options.relays)
    from roomctl_av_check.talks import mqtt  # noqa: PLC0415

    return await mqtt.switch(device, secret, name, on=on)


OFFER = DriverOffer(
    kind="mqtt",
    title=("传感器、继电器（MQTT）", "Sensors and relays (MQTT)"),
    values={
        "available": Quantity(("在线", "Present")),
        "missing": Quantity(("缺少", "Missing")),
        "age": Quantity(("数据年龄", "Age"), "s"),
        **climate.VALUES,
    },
    read=read,
    judge=judge,
    options=MqttOptions,
    port=1883,
    deadline=6.0,
    requires=("aiomqtt",),
    loads=("roomctl_av_check.talks.mqtt",),
    actions={
        "switch": ActionOffer(
            title=("切换继电器", "Switch a relay"),
            act=switch,
            takes=("名称=on 或 off", "NAME=on or off"),
            deadline=40,
        )
    },
)
