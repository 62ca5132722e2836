"""Microphones, through PortAudio. The only module that loads sounddevice; only the source's own process calls it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from roomctl.api import BadInput, MissingPart, NotFound, tr
from roomctl_audio.sound.layout import MAX_TRACKS, Layout
from roomctl_audio.sources import pulse
from roomctl_audio.timing import now

BUFFER_SECONDS = 1.0
"""What PortAudio holds by itself while this process is kept from running."""
BLOCK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Microphone:
    """An input device as PortAudio lists it. Its index changes with every plug; its name is what settings keep.

    Attributes:
        source: of the sound server behind it, where one is named: then the name is `pulse:` and that.

    """

    name: str
    channels: int
    rate: float
    index: int
    source: str = ""


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
    """All inputs, those of a sound server too. Raises: MissingPart."""
    found = tuple(
        Microphone(stable(d["name"]), int(d["max_input_channels"]), float(d["default_samplerate"]), int(d["index"]))
        for d in load().query_devices()
        if d["max_input_channels"] > 0
    )
    server = next((each for each in found if each.name == pulse.DEVICE), None)
    return (*found, *_served(server)) if server else found


def _served(server: Microphone) -> Iterator[Microphone]:
    for name, source in pulse.sources().items():
        channels = source.channels or server.channels
        yield replace(server, name=f"{pulse.DEVICE}:{name}", channels=channels, source=name)


def pinned(chosen: Microphone, known: tuple[Microphone, ...]) -> Microphone:
    """For a sound server the source that is its default now: it must not change when the default does."""
    if chosen.name not in pulse.ALIASES:
        return chosen
    name = f"{pulse.DEVICE}:{pulse.default_source()}"
    return next((each for each in known if each.name == name), chosen)


def choose(name: str, known: tuple[Microphone, ...]) -> Microphone:
    """The one of that name, else the only one whose name contains it. Raises: NotFound with the known names."""
    exact = [m for m in known if m.name == name]
    near = exact or [m for m in known if name.casefold() in m.name.casefold()]
    if len({m.name for m in near}) == 1:
        return near[0]
    names = ", ".join(sorted({f'"{m.name}"' for m in (near or known)}))
    why = (
        tr("这个名字对应多个设备", "several have that name")
        if near
        else tr("没有这个设备", "there is no such device")
    )
    raise NotFound(
        tr(f"无法打开麦克风“{name}”", f'cannot open microphone "{name}"'),
        why,
        tr(f"现有：{names or '没有'}。用 mic:名称 选择", f"known: {names or 'none'}. Choose one with mic:NAME"),
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


def tracks(microphone: Microphone, seats: int, asked: int = 0) -> int:
    """How many tracks to record: as many as were asked for; else up to the last seat's, else all the device has.

    Seats are numbered in rooms with few microphones too: where the device has fewer channels, all are recorded.
    A sound server offers 32 or 64 channels, and mixes as it likes: there it is one track, unless seats say how many.
    Raises: BadInput, where more are asked for than the device has.
    """
    has = min(microphone.channels, MAX_TRACKS)
    if asked > has:
        raise BadInput(
            tr(f"麦克风“{microphone.name}”声道不够", f'microphone "{microphone.name}" has too few channels'),
            tr(
                f"要录 {asked} 个声道，它有 {microphone.channels} 个",
                f"{asked} channels are wanted, it has {microphone.channels}",
            ),
            tr(
                f"请另选麦克风，或改设置里的声道数（最多 {MAX_TRACKS}）",
                f"choose another, or change the number of channels in the settings (at most {MAX_TRACKS})",
            ),
        )
    if asked:
        return asked
    if 0 < seats <= has:
        return seats
    return microphone.channels if microphone.channels <= MAX_TRACKS and not microphone.source else 1


class Stream:
    """An open microphone: blocking reads over a buffer of PortAudio's own."""

    def __init__(self, microphone: Microphone, layout: Layout) -> None:
        """Raises: BadInput, where the device cannot do that rate; NotFound, where it does not open."""
        device = load()
        if microphone.source:
            pulse.tie(microphone.source)
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
        self._rate, self._block = layout.rate, round(layout.rate * BLOCK_SECONDS)

    def read(self) -> tuple[bytes, float, bool]:
        """One block, the moment at which its last frame was there, and whether PortAudio says that it lost something.

        A sound server delivers in lumps: what still waits behind the block came with it, and later than it.
        Raises: OSError, where the device is gone.
        """
        try:
            data, overflowed = self._stream.read(self._block)
            behind = max(0, self._stream.read_available)
        except self._failure as error:
            raise OSError(_reason(error)) from error
        return bytes(data), now() - behind / self._rate, bool(overflowed)

    def close(self) -> None:
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)


def _reason(error: Exception) -> str:
    return str(error.args[0]) if error.args else type(error).__name__
