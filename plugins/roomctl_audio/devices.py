"""Microphones, through PortAudio. The only module that loads sounddevice."""

import re
from dataclasses import dataclass
from typing import Any

from roomctl.api import BadInput, MissingPart, NotFound, tr
from roomctl_audio.pcm import MAX_TRACKS, Layout

BUFFER_SECONDS = 1.0
"""What PortAudio holds by itself while this process is kept from running."""
BLOCK_SECONDS = 0.05
LOSS_SECONDS = 0.1
"""Frames later than this against the clock, and never made up for, are lost."""
WINDOW_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Microphone:
    """An input device as PortAudio lists it. Its index changes with every plug; its name is what settings keep."""

    name: str
    channels: int
    rate: float
    index: int


def load() -> Any:
    """The sounddevice module. Raises: MissingPart, where the system has no PortAudio."""
    try:
        import sounddevice  # noqa: PLC0415 - its import looks for the system's library
    except OSError as error:
        raise MissingPart(
            tr("无法使用麦克风", "cannot use a microphone"),
            tr("系统缺少 PortAudio", "the system has no PortAudio"),
            "apt-get install libportaudio2",
        ) from error
    except ImportError as error:
        raise MissingPart(
            tr("无法使用麦克风", "cannot use a microphone"),
            tr("缺少 Python 包 sounddevice", "the Python package sounddevice is missing"),
            "pip install 'roomctl[audio]'",
        ) from error
    return sounddevice


def stable(name: str) -> str:
    """The name without ALSA's card number, which changes with every plug: `USB Audio (hw:1,0)`."""
    return re.sub(r"\s*\(hw:\d+,\d+\)$", "", name).removesuffix(": -").strip()


def microphones() -> tuple[Microphone, ...]:
    """All inputs. Raises: MissingPart."""
    found = load().query_devices()
    return tuple(
        Microphone(stable(d["name"]), int(d["max_input_channels"]), float(d["default_samplerate"]), int(d["index"]))
        for d in found
        if d["max_input_channels"] > 0
    )


def choose(name: str, known: tuple[Microphone, ...]) -> Microphone:
    """The one of that name, else the only one whose name contains it. Raises: NotFound with the known names."""
    exact = [m for m in known if m.name == name]
    near = exact or [m for m in known if name.casefold() in m.name.casefold()]
    if len({m.name for m in near}) == 1:
        return near[0]
    names = ", ".join(sorted({f'"{m.name}"' for m in (near or known)})) or tr("没有", "none")
    why = (
        tr("这个名字对应多个设备", "several have that name")
        if near
        else tr("没有这个设备", "there is no such device")
    )
    raise NotFound(
        tr(f"无法打开麦克风“{name}”", f'cannot open microphone "{name}"'),
        why,
        tr(f"现有：{names}。用 mic:名称 选择", f"known: {names}. Choose one with mic:NAME"),
    )


def default() -> Microphone:
    """The system's default input. Raises: NotFound, MissingPart."""
    device = load()
    try:
        wanted = device.query_devices(kind="input")
    except (device.PortAudioError, ValueError) as error:
        raise NotFound(
            tr("无法打开麦克风", "cannot open a microphone"),
            tr("系统没有任何输入设备", "the system has no input device"),
            tr("请接好设备，或改用 file:路径", "plug one in, or use file:PATH"),
        ) from error
    return Microphone(
        stable(wanted["name"]),
        int(wanted["max_input_channels"]),
        float(wanted["default_samplerate"]),
        int(wanted["index"]),
    )


def tracks(channels: int, wanted: int) -> int:
    """How many tracks to record: what the meeting's seats need, else all the device has.

    Sound servers offer 32 or 64 channels of which one carries sound: there it is one track.
    """
    if wanted:
        return min(wanted, channels, MAX_TRACKS)
    return channels if channels <= MAX_TRACKS else 1


class ClockWatch:
    """Tells lost frames by the clock, since PortAudio's own flag cannot be relied on.

    A stall that is made up for loses nothing, so the least lag of a window counts, not the lag of one read. Slow
    drift of the device's clock moves the measure along; a jump is a loss.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._began: float | None = None
        self._frames = 0
        self._least: float | None = None
        self._before: float | None = None
        self._until = 0.0

    def observe(self, frames: int, now: float) -> int:
        """After a read of `frames` at `now` seconds. Gives how many frames were lost, seen at a window's end."""
        if self._began is None:
            self._began, self._until = now, now + WINDOW_SECONDS
            return 0
        self._frames += frames
        lag = (now - self._began) - self._frames / self._rate
        self._least = lag if self._least is None else min(self._least, lag)
        if now < self._until:
            return 0
        least, before = self._least, self._before
        self._before, self._least, self._until = least, None, now + WINDOW_SECONDS
        if before is None or least - before <= LOSS_SECONDS:
            return 0
        return round((least - before) * self._rate)


class Stream:
    """An open microphone: blocking reads over a buffer of PortAudio's own."""

    def __init__(self, microphone: Microphone, layout: Layout) -> None:
        """Raises: BadInput, where the device cannot do that rate; NotFound, where it does not open."""
        device = load()
        dtype = f"int{layout.bits}"
        try:
            device.check_input_settings(microphone.index, layout.tracks, dtype, samplerate=layout.rate)
        except device.PortAudioError as error:
            raise BadInput(
                tr(f"麦克风“{microphone.name}”无法录音", f'cannot record from microphone "{microphone.name}"'),
                tr(
                    f"它不支持 {layout.rate} Hz、{layout.bits} 位、{layout.tracks} 声道（{_reason(error)}）",
                    f"it cannot do {layout.rate} Hz, {layout.bits} bits, {layout.tracks} channels ({_reason(error)})",
                ),
                tr(f"它自己的采样率是 {microphone.rate:.0f} Hz", f"its own rate is {microphone.rate:.0f} Hz"),
            ) from error
        try:
            self._stream = device.RawInputStream(
                samplerate=layout.rate,
                device=microphone.index,
                channels=layout.tracks,
                dtype=dtype,
                latency=BUFFER_SECONDS,
            )
            self._stream.start()
        except device.PortAudioError as error:
            raise NotFound(
                tr(f"无法打开麦克风“{microphone.name}”", f'cannot open microphone "{microphone.name}"'),
                _reason(error),
                tr("请关闭占用它的程序，或用 mic:名称 另选", "close what uses it, or choose another with mic:NAME"),
            ) from error
        self._failure = device.PortAudioError
        self._block = round(layout.rate * BLOCK_SECONDS)

    def read(self) -> tuple[bytes, bool]:
        """One block, and whether PortAudio says that it lost something. Raises: OSError, where the device is gone."""
        try:
            data, overflowed = self._stream.read(self._block)
        except self._failure as error:
            raise OSError(_reason(error)) from error
        return bytes(data), bool(overflowed)

    def close(self) -> None:
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)


def _reason(error: Exception) -> str:
    return str(error.args[0]) if error.args else type(error).__name__
