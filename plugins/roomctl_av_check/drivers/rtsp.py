"""The picture of a camera, over RTSP: it comes, moves, is not black, is in focus, and shows what the preset shows."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import BadInput, NotFound, label, tr
from roomctl.api.devices import (
    ActionOffer,
    CheckState,
    Deed,
    Device,
    DriverOffer,
    Evidence,
    Fact,
    Quantity,
    Reading,
    Result,
    Secret,
    Silent,
    below,
)

PICTURE = "snapshot.jpg"
KIND = "rtsp"
"""Also the folder of its taught pictures: `<device>/<preset>.png`."""
PRESET = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
DARKEST = 40
"""Luma that nothing but noise and a stand-by light reaches with the cap on; a hall in the dark, seen by a camera that
opens its iris, is above."""


class RtspOptions(BaseModel):
    """`[devices.options]` of a camera's stream.

    Attributes:
        path: of the stream, as in the camera's manual: `h264/ch1/main/av_stream`.
        seconds: how long the picture is looked at; up to 5 longer, until two key pictures have come.
        rate: pictures a second, below which is WARN.
        dark: luma (0 to 255) below which the picture is black.
        still: steps of luma by which two key pictures of a camera that lives differ at least. Made of noise with a
            deviation of 0.5 and encoded coarsely by x264 they differ by 0.19 and more; of one that hangs, by 0.
        focus: dB below the taught picture's sharpness, from which on it is out of focus; 3 is half of the variance.
        preset: the taught picture that it has to show at a check; empty: none.
        match: 0 to 1, below which it shows another view than the preset's.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(
        default="", pattern=r"^[!-~]*$", max_length=500, json_schema_extra=label("码流路径", "Path of the stream")
    )
    seconds: float = Field(default=2.0, ge=0.2, le=10, json_schema_extra=label("看几秒", "Seconds to look"))
    rate: float = Field(default=15, gt=0, json_schema_extra=label("最低帧率", "Pictures a second, warn below"))
    dark: int = Field(default=DARKEST, ge=0, le=255, json_schema_extra=label("黑场亮度", "Luma of black"))
    still: float = Field(default=0.05, gt=0, json_schema_extra=label("静止限值", "Step of luma of a still picture"))
    focus: float = Field(default=4, gt=0, json_schema_extra=label("清晰度降多少算失焦（dB）", "Out of focus, dB"))
    preset: str = Field(default="", pattern=rf"^({PRESET.pattern})?$", json_schema_extra=label("预置位", "Preset"))
    match: float = Field(default=0.5, gt=0, le=1, json_schema_extra=label("画面相符下限", "Match of the view"))


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """A picture first; what is black has neither life, focus nor view."""
    options: RtspOptions = device.options
    if not reading["picture"]:
        yield Result(
            device=device.id,
            check="picture",
            state=CheckState.CRIT,
            value=False,
            message=tr("开始播放后没有图像", "it plays, and no picture comes"),
            hint=tr("重启摄像机；仍如此请看编码设置", "restart the camera; if it stays, see its encoder"),
        )
        return
    yield Result(
        device=device.id,
        check="picture",
        state=CheckState.OK,
        value=True,
        message=f"{reading['size']} {reading['codec']}",
        evidence=PICTURE,
    )
    rate = float(reading["rate"] or 0)
    yield Result(
        device=device.id,
        check="rate",
        state=below(rate, warn=options.rate, crit=0),
        value=rate,
        threshold=options.rate,
        message=tr(f"每秒 {rate:g} 帧", f"{rate:g} pictures a second"),
        hint=tr("看看码流设置和网络丢包", "see the stream's settings, and whether packets are lost"),
    )
    light = float(reading["brightness"] or 0)
    black = light < options.dark
    yield Result(
        device=device.id,
        check="brightness",
        state=CheckState.CRIT if black else CheckState.OK,
        value=light,
        threshold=options.dark,
        message=tr("画面是黑的", "the picture is black") if black else tr(f"亮度 {light:g}", f"luma {light:g}"),
        hint=tr("取下镜头盖，开灯，看光圈设置", "take off the cap, switch on the light, see the iris"),
        evidence=PICTURE,
    )
    if not black:
        yield _motion(device, reading, options)
        yield from _sharpness(device, reading, options)
        yield from _preset(device, reading, options)


def _motion(device: Device, reading: Reading, options: RtspOptions) -> Result:
    """Not known, where the encoder makes key pictures so rarely that there was no second one."""
    motion = reading.get("motion")
    if motion is None:
        return Result(
            device=device.id,
            check="motion",
            state=CheckState.UNKNOWN,
            message=tr(
                "只有一个关键帧，判断不了是否定格", "one key picture alone: whether it is frozen is not known"
            ),
            hint=tr(
                "缩短摄像机的关键帧间隔，或加大选项 seconds", "more key pictures in the camera, or more `seconds`"
            ),
            evidence=PICTURE,
        )
    still = float(motion) < options.still
    return Result(
        device=device.id,
        check="motion",
        state=CheckState.CRIT if still else CheckState.OK,
        value=motion,
        threshold=options.still,
        message=tr("画面定格", "the picture is frozen") if still else tr("画面在动", "the picture lives"),
        hint=tr("在镜头前挥手再查；仍不变请重启摄像机", "wave before it, check again; if it stays, restart it"),
        evidence=PICTURE,
    )


def _sharpness(device: Device, reading: Reading, options: RtspOptions) -> Iterator[Result]:
    """Against the taught picture, where it shows the same view; else it is left to its own usual range."""
    value, taught, match = float(reading["sharpness"] or 0), reading.get("taught_sharpness"), reading.get("match")
    least = None
    if taught is not None and match is not None and float(match) >= options.match:
        least = round(float(taught) - options.focus, 1)
    blurred = least is not None and value < least
    yield Result(
        device=device.id,
        check="sharpness",
        state=CheckState.WARN if blurred else CheckState.OK,
        value=value,
        threshold=least,
        message=tr("失焦", "out of focus") if blurred else tr(f"清晰度 {value:g} dB", f"sharpness {value:g} dB"),
        hint=tr("擦镜头，重新对焦", "wipe the lens, and focus anew"),
        evidence=PICTURE,
    )


def _preset(device: Device, reading: Reading, options: RtspOptions) -> Iterator[Result]:
    match = reading.get("match")
    if not options.preset or match is None:
        return
    there = float(match) >= options.match
    right, down = reading.get("right"), reading.get("down")
    off = tr(f"，偏 {right} %、{down} %", f", off by {right} %, {down} %") if right or down else ""
    name = options.preset
    yield Result(
        device=device.id,
        check="match",
        state=CheckState.OK if there else CheckState.WARN,
        value=match,
        threshold=options.match,
        message=tr(f"在预置位 {name}{off}", f"at preset {name}{off}")
        if there
        else tr(f"不在预置位 {name}{off}", f"not at preset {name}{off}"),
        hint=tr("调用该预置位；视角改了就重新示教", "recall it; where the view has changed, teach it anew"),
        evidence=PICTURE,
    )


@dataclass(frozen=True, slots=True)
class Camera:
    """Reads, teaches, and compares with what was taught. `folder` is where files are kept."""

    folder: Callable[[], Path]

    async def read(self, device: Device, secret: Secret) -> Reading:
        """Figures of a few seconds, and the last picture as proof."""
        from roomctl_av_check.talks import rtsp  # noqa: PLC0415 - a library's

        options: RtspOptions = device.options
        taught = self._known(device, options.preset)
        look = await rtsp.look(device, secret, options.path, options.seconds, taught)
        if not look.figures:
            return Reading(facts=(Fact("picture", value=False),))
        told = dict(look.figures)
        size = f"{told.pop('width')} × {told.pop('height')}"
        facts = {"picture": True, "size": size, **{name: one for name, one in told.items() if one is not None}}
        for likeness in look.likenesses.values():
            facts |= {"taught_sharpness" if name == "sharpness" else name: one for name, one in likeness.items()}
        return Reading(
            facts=tuple(Fact(name, value) for name, value in facts.items()),
            evidence=(Evidence(PICTURE, look.snapshot),),
        )

    async def teach(self, device: Device, secret: Secret, preset: str) -> Deed:
        """Keeps the picture as it is now as that of the preset; read back, it shows the same."""
        from roomctl_av_check.talks import rtsp  # noqa: PLC0415

        path = self._path(device, preset)
        options: RtspOptions = device.options
        look = await rtsp.look(device, secret, options.path, options.seconds, luma=True)
        if not look.luma:
            raise Silent(tr("开始播放后没有图像", "it plays, and no picture comes"))
        await asyncio.to_thread(_keep, path, look.luma)
        return await self.compare(device, secret, preset)

    async def compare(self, device: Device, secret: Secret, preset: str) -> Deed:
        """Which of the taught presets the picture shows; confirmed is empty where it shows none."""
        from roomctl_av_check.talks import rtsp  # noqa: PLC0415

        if not self._path(device, preset).is_file():
            raise NotFound(
                tr(f"{device.id} 没有示教过 {preset}", f"{preset} was never taught to {device.id}"),
                mend=f"roomctl devices do {device.id} teach {preset}",
            )
        options: RtspOptions = device.options
        look = await rtsp.look(device, secret, options.path, options.seconds, self._known(device))
        matches = {name: one.get("match", 0.0) for name, one in look.likenesses.items()}
        best = max(matches, key=lambda name: (matches[name], name == preset), default="")
        return Deed(preset, best if matches.get(best, 0.0) >= options.match else "")

    def _path(self, device: Device, preset: str) -> Path:
        if not PRESET.fullmatch(preset):
            raise BadInput(
                tr(f"预置位名称不能是 {preset!r}", f"a preset cannot be called {preset!r}"),
                mend=tr("用小写字母、数字、-、_，如 chair", "small letters, digits, - and _, such as chair"),
            )
        return self.folder() / KIND / device.id / f"{preset}.png"

    def _known(self, device: Device, preset: str = "*") -> Sequence[Path]:
        return sorted((self.folder() / KIND / device.id).glob(f"{preset}.png")) if preset else []


def _keep(path: Path, picture: bytes) -> None:
    """Whole or not at all: a reader never finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(picture)
    part.replace(path)


def offer(folder: Callable[[], Path]) -> DriverOffer:
    """Taught pictures are kept in that folder."""
    camera = Camera(folder)
    return DriverOffer(
        kind=KIND,
        title=("摄像机画面（RTSP）", "Camera picture (RTSP)"),
        values={
            "picture": Quantity(("图像", "Picture")),
            "size": Quantity(("尺寸", "Size")),
            "codec": Quantity(("编码", "Codec")),
            "rate": Quantity(("帧率", "Rate"), "1/s", usual=3),
            "brightness": Quantity(("亮度", "Brightness")),
            "motion": Quantity(("定格", "Frozen")),
            "sharpness": Quantity(("清晰度", "Sharpness"), "dB", usual=4),
            "match": Quantity(("预置位相符", "Preset match")),
            "keys": Quantity(("关键帧", "Key pictures")),
            "taught_sharpness": Quantity(("示教清晰度", "Taught sharpness"), "dB"),
            "right": Quantity(("右偏", "Off to the right"), "%"),
            "down": Quantity(("下偏", "Off downwards"), "%"),
        },
        read=camera.read,
        judge=judge,
        options=RtspOptions,
        port=554,
        deadline=20.0,
        requires=("av", "numpy"),
        loads=("roomctl_av_check.talks.rtsp",),
        actions={
            "teach": ActionOffer(
                title=("示教：记下当前画面", "Teach: keep this view"),
                act=camera.teach,
                takes=("预置位名称", "name of the preset"),
                deadline=30,
            ),
            "compare": ActionOffer(
                title=("比对：是否在预置位", "Compare with a preset"),
                act=camera.compare,
                takes=("预置位名称", "name of the preset"),
                deadline=15,
            ),
        },
    )
