"""A display PC: whether it is awake; the magic packet that wakes it (AMD, Magic Packet Technology, 1995)."""

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import suppress

from pydantic import BaseModel, ConfigDict, Field, field_validator

from roomctl.api import BadInput, label, tr
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
    Unreachable,
)

MAC = re.compile(r"([0-9a-f]{2})[:.-]?" * 5 + r"([0-9a-f]{2})", re.IGNORECASE)
PACKETS = 3
"""Nobody answers a magic packet, and one may be lost."""
PATIENCE = 90.0
"""Seconds from the packet to a desktop, where the inventory does not say."""


class PcOptions(BaseModel):
    """`[devices.options]` of a PC.

    Attributes:
        mac: of its network card, `00:11:22:33:44:55`; empty: it cannot be woken.
        broadcast, wake_port: where the magic packet goes; the room's own broadcast address, where it is not one's own
            network.
        awake: it has to be awake; else that it sleeps is a fact.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mac: str = Field(default="", json_schema_extra=label("MAC 地址", "MAC address"))
    broadcast: str = Field(default="255.255.255.255", json_schema_extra=label("广播地址", "Broadcast address"))
    wake_port: int = Field(default=9, ge=1, le=65535, json_schema_extra=label("唤醒端口", "Wake port"))
    awake: bool = Field(default=True, json_schema_extra=label("应当开着", "Has to be awake"))

    @field_validator("mac")
    @classmethod
    def _six_bytes(cls, told: str) -> str:
        if told and not MAC.fullmatch(told):
            raise ValueError(tr("应为六个字节，如 00:11:22:33:44:55", "six bytes, such as 00:11:22:33:44:55"))
        return told


async def read(device: Device, _: Secret) -> Reading:
    """Awake where somebody answers. One that may sleep, and does, is in standby."""
    from roomctl_av_check.talks import reach  # noqa: PLC0415 - a library's

    try:
        there = await reach.read(device)
    except (Unreachable, OSError, TimeoutError):
        if device.options.awake:
            raise
        return Reading(facts=(Fact("power", "off"),), standby=True)
    return Reading(facts=(Fact("power", "on"), Fact("latency", there["latency"])))


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """Awake or asleep; both are good where the inventory says so."""
    power = str(reading["power"])
    words = {"on": ("开着", "awake"), "off": ("睡眠或关机", "asleep or off")}
    yield Result(device=device.id, check="power", state=CheckState.OK, value=power, message=tr(*words[power]))


async def wake(device: Device, _: Secret, _argument: str) -> Deed:
    """Sends the packets, then waits until it answers."""
    from roomctl_av_check.talks import reach  # noqa: PLC0415 - a library's

    options: PcOptions = device.options
    if not options.mac:
        raise BadInput(
            tr(f"不能唤醒 {device.id}", f"cannot wake {device.id}"),
            tr("清单里没有它的 MAC 地址", "the inventory has no MAC address of it"),
            'options = { mac = "00:11:22:33:44:55" }',
        )
    await send(options.mac, options.broadcast, options.wake_port)
    up = await reach.comes_up(device, device.warm_up or PATIENCE)
    return Deed("on", "on" if up else "off")


async def send(mac: str, address: str, port: int) -> None:
    """Magic packets: six times FF, then sixteen times the address of the card. Raises: OSError."""
    match = MAC.fullmatch(mac)
    card = bytes.fromhex("".join(match.groups())) if match else b""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.setblocking(False)  # noqa: FBT003 - the standard library's way
        with suppress(OSError):
            out.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        for _ in range(PACKETS):
            await loop.sock_sendto(out, b"\xff" * 6 + card * 16, (address, port))


OFFER = DriverOffer(
    kind="pc",
    title=("显示用电脑", "Display PC"),
    asked_as=("wol",),
    values={"power": Quantity(("电源", "Power")), "latency": Quantity(("延迟", "Latency"), "ms")},
    read=read,
    judge=judge,
    options=PcOptions,
    deadline=5.0,
    requires=("icmplib",),
    loads=("icmplib", "roomctl_av_check.talks.reach"),
    actions={"wake": ActionOffer(title=("唤醒", "Wake"), act=wake, deadline=PATIENCE + 10)},
)
