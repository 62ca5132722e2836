"""A camera by ONVIF: what it is, its clock, where its stream is, its presets; recalls a preset."""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import BadInput, Refused, RoomctlError, label, tr
from roomctl.api.devices import (
    ActionOffer,
    CheckState,
    Deed,
    Device,
    DriverOffer,
    Fact,
    Found,
    LoginRefused,
    Quantity,
    Reading,
    Result,
    Secret,
    Silent,
    Unreachable,
    above,
)

if TYPE_CHECKING:
    from roomctl_av_check.talks.onvif import Camera

T = TypeVar("T")

LOOK = 0.3
"""Seconds between two looks at a camera that turns."""
PATIENCE = 10.0
"""Seconds from one end of its reach to the other, where the inventory does not say; slow ones turn 20° a second."""
NEAR = 0.01
"""Of its reach, which is −1 to 1: a preset is met within half a percent (ONVIF Schema, generic spaces)."""


class OnvifOptions(BaseModel):
    """`[devices.options]` of a camera.

    Attributes:
        clock_warn: seconds between its clock and ours; beyond a few, many cameras refuse each login.
        presets: names that it has to know.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    clock_warn: float = Field(default=5, gt=0, json_schema_extra=label("时差注意（秒）", "Offset, warn, s"))
    presets: tuple[str, ...] = Field(default=(), json_schema_extra=label("应有的预置位", "Presets wanted"))


async def read(device: Device, secret: Secret) -> Reading:
    """Five or six questions on one connection."""
    from roomctl_av_check.talks import onvif  # noqa: PLC0415 - a library's

    async with onvif.camera(device, secret) as camera:
        ahead = await camera.clock()
        told = await camera.information()
        await camera.capabilities()
        profiles = await camera.profiles()
        stream = (await _told(camera.stream(profiles[0])) if profiles else None) or ("", onvif.RTSP)
        presets = await _told(camera.presets(profiles[0])) if profiles else None
    facts: dict[str, str | float | int] = {
        "model": f"{told['maker']} {told['model']}".strip(),
        "firmware": told["firmware"],
        "clock": ahead,
        "profiles": len(profiles),
        "path": stream[0],
        "port": stream[1],
        "presets": "、".join(one.name for one in presets or ()),
    }
    return Reading(facts=tuple(Fact(name, value) for name, value in facts.items()))


async def _told(question: Awaitable[T]) -> T | None:
    """None where the camera refuses to say, or stammers: a fixed one that lists turning among its abilities does."""
    try:
        return await question
    except (LoginRefused, Silent, Unreachable):
        raise
    except RoomctlError:
        return None


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """Its clock against ours, and its presets against those that are wanted."""
    options: OnvifOptions = device.options
    model = f"{reading['model']} {reading['firmware']}".strip()
    yield Result(
        device=device.id, check="model", state=CheckState.OK, value=reading["model"], message=model or "ONVIF"
    )
    ahead = float(reading["clock"] or 0)
    yield Result(
        device=device.id,
        check="clock",
        state=above(abs(ahead), warn=options.clock_warn, crit=float("inf")),
        value=ahead,
        threshold=options.clock_warn,
        message=tr(f"摄像机时钟相差 {ahead:+g} 秒", f"its clock is {ahead:+g} s off"),
        hint=tr("在摄像机里设好时间服务器", "set a time server in the camera"),
    )
    path = str(reading["path"])
    yield Result(
        device=device.id,
        check="path",
        state=CheckState.OK if path else CheckState.WARN,
        value=path,
        message=tr(f"码流端口 {reading['port']}，路径 {path}", f"stream at port {reading['port']}, path {path}")
        if path
        else tr("没有码流", "it has no stream"),
        hint=None if path else tr("在摄像机里建一个码流配置", "make a profile in the camera"),
    )
    known = [one for one in str(reading["presets"]).split("、") if one]
    lacking = [one for one in options.presets if one not in known]
    yield Result(
        device=device.id,
        check="presets",
        state=CheckState.WARN if lacking else CheckState.OK,
        value="、".join(known),
        threshold="、".join(options.presets) or None,
        message=tr(f"缺预置位 {'、'.join(lacking)}", f"presets missing: {', '.join(lacking)}")
        if lacking
        else tr(f"预置位 {len(known)} 个", f"{len(known)} presets"),
        hint=tr("在摄像机里重新设置", "set them in the camera anew") if lacking else None,
    )


async def search(seconds: float, where: str) -> Sequence[Found]:
    """Cameras of this network."""
    from roomctl_av_check.talks import onvif_search  # noqa: PLC0415 - asked for by a person alone

    return await onvif_search.search(seconds, where)


async def recall(device: Device, secret: Secret, wanted: str) -> Deed:
    """Turns to a preset by its name or token, and looks until it is there."""
    from roomctl_av_check.talks import onvif  # noqa: PLC0415

    async with onvif.camera(device, secret) as camera:
        await camera.clock()
        await camera.capabilities()
        profiles = await camera.profiles()
        if not profiles:
            raise Refused(tr("摄像机没有码流配置", "the camera has no profile"))
        presets = await camera.presets(profiles[0])
        preset = next((one for one in presets if wanted in {one.name, one.token}), None)
        if preset is None:
            raise BadInput(
                tr(f"没有预置位 {wanted!r}", f"there is no preset {wanted!r}"),
                mend=tr("可用：", "known: ") + "、".join(one.name for one in presets),
            )
        await camera.recall(profiles[0], preset)
        place = await _settled(camera, profiles[0], preset.place, device.warm_up or PATIENCE)
    if not preset.place or not place:
        return Deed(wanted)  # this camera does not tell where it looks
    there = all(abs(one - other) <= NEAR for one, other in zip(place, preset.place, strict=True))
    return Deed(wanted, wanted if there else " ".join(f"{one:g}" for one in place))


async def _settled(camera: "Camera", profile: str, goal: tuple[float, ...], patience: float) -> tuple[float, ...]:
    """Where it stands when it moves no more, or the time is up."""
    until = asyncio.get_running_loop().time() + patience
    while True:
        place, moves = await camera.place(profile)
        near = bool(place) and bool(goal) and all(abs(a - b) <= NEAR for a, b in zip(place, goal, strict=True))
        if (near and not moves) or not place or asyncio.get_running_loop().time() >= until:
            return place
        await asyncio.sleep(LOOK)


OFFER = DriverOffer(
    kind="onvif",
    title=("摄像机（ONVIF）", "Camera (ONVIF)"),
    values={
        "model": Quantity(("型号", "Model")),
        "firmware": Quantity(("固件", "Firmware")),
        "clock": Quantity(("时差", "Clock offset"), "s", usual=2),
        "path": Quantity(("码流路径", "Path of the stream")),
        "port": Quantity(("码流端口", "Port of the stream")),
        "presets": Quantity(("预置位", "Presets")),
        "profiles": Quantity(("码流配置", "Profiles")),
    },
    read=read,
    judge=judge,
    options=OnvifOptions,
    port=80,
    deadline=8.0,
    requires=("httpx", "lxml"),
    loads=("roomctl_av_check.talks.onvif",),
    search=search,
    actions={
        "preset": ActionOffer(
            title=("调用预置位", "Recall a preset"),
            act=recall,
            takes=("预置位名称", "name of the preset"),
            deadline=PATIENCE + 10,
        )
    },
)
