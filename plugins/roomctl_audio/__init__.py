"""The recorder: from device, file or tone to sealed FLAC segments and a journal."""

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomctl import api  # by its names where they are used: every child of a recording passes here
from roomctl.api import Order, hookimpl, tr

if TYPE_CHECKING:
    from pydantic import BaseModel

    from roomctl.api import (
        Check,
        Meeting,
        Missing,
        Objection,
        PackageFile,
        PluginContext,
        RecorderFactory,
        Service,
        State,
    )
    from roomctl.api.devices import DriverOffer
    from roomctl_audio.recorder import AudioRecorder

JOURNAL = "journal.jsonl"


@hookimpl
def roomctl_config_model() -> "type[BaseModel]":
    """`[plugins.audio]`."""
    from roomctl_audio.config import AudioConfig  # noqa: PLC0415 - a plugin's module loads nothing heavy

    return AudioConfig


@hookimpl
def roomctl_self_check() -> "Sequence[Missing]":
    """Libraries without which nothing is recorded, and PortAudio, without which no microphone is."""
    found = [
        api.Missing(
            name,
            tr("没有它不能录音", "nothing can be recorded without it"),
            "pip install 'roomctl[audio]'",
        )
        for name in ("numpy", "av", "soundfile", "miniaudio")
        if find_spec(name) is None
    ]
    return [*found, *_microphones()]


def _microphones() -> "Sequence[Missing]":
    from ctypes.util import find_library  # noqa: PLC0415

    why = tr("不能用麦克风录音；文件音源不受影响", "no microphone can be used; files are not affected")
    if find_spec("sounddevice") is None:
        return [api.Missing("sounddevice", why, "pip install 'roomctl[audio]'", fatal=False)]
    bundled = find_spec("_sounddevice_data")  # the wheels for Windows and macOS bring PortAudio along
    if find_library("portaudio") or (bundled and _holds_portaudio(bundled.submodule_search_locations)):
        return []
    return [api.Missing("libportaudio2", why, "apt-get install libportaudio2", fatal=False)]


def _holds_portaudio(folders: Sequence[str] | None) -> bool:
    return any(path.suffix in {".dll", ".dylib"} for folder in folders or () for path in Path(folder).rglob("*"))


@hookimpl
def roomctl_recorders(ctx: "PluginContext") -> "Mapping[str, RecorderFactory]":
    """The only recorder, `audio`."""

    def recorder(folder: Path) -> "AudioRecorder":
        from roomctl_audio.recorder import AudioRecorder  # noqa: PLC0415

        return AudioRecorder(
            folder,
            standby=ctx.config.standby,
            drift_ppm=ctx.config.drift_ppm,
            delivery=ctx.config.delivery,
        )

    return {"audio": recorder}


@hookimpl
def roomctl_device_checks(ctx: "PluginContext") -> "Sequence[Check]":
    """The room's source is there, and has a level."""
    from roomctl_audio.sources.listen import SourceCheck  # noqa: PLC0415

    config = ctx.config
    order = Order(source=config.source, sample_rate=config.sample_rate, bits=config.bits)
    return [SourceCheck(order, config.quietest_dbfs)]


@hookimpl
def roomctl_device_drivers() -> "Sequence[DriverOffer]":
    """Microphones of this PC as devices of the room."""
    from roomctl_audio.driver import OFFER  # noqa: PLC0415

    return [OFFER]


@hookimpl
def roomctl_package_files(ctx: "PluginContext", meeting: "Meeting") -> "Sequence[PackageFile]":
    """Every segment with the hashes of its sealing, the journals that tell of them, and delivery formats."""
    from roomctl_audio import delivering  # noqa: PLC0415 - needed only here

    files = []
    for recording in ctx.services.recordings(meeting.id):
        folder, inside = ctx.services.data / recording.folder, f"audio/{recording.id}"
        files += [
            api.PackageFile(f"{inside}/{segment.path}", folder / segment.path, segment.sha256_file, segment.sm3_file)
            for segment in recording.segments
        ]
        files += [api.PackageFile(f"{inside}/{path.name}", path) for path in sorted(folder.glob(f"{JOURNAL}*"))]
        files += delivering.files(ctx.services.data, recording, ctx.config.delivery)
    return files


@hookimpl
def roomctl_services(ctx: "PluginContext") -> "Sequence[Service]":
    """Makes delivery formats while the meeting goes on."""
    from roomctl_audio.delivering import DeliveryService  # noqa: PLC0415 - as above

    return [DeliveryService(ctx)]


@hookimpl
def roomctl_gate(ctx: "PluginContext", meeting: "Meeting", target: "State") -> "Sequence[Objection]":
    """Against closing before the delivery formats are whole."""
    from roomctl_audio import delivering  # noqa: PLC0415 - as above

    return delivering.objections(ctx, meeting, target)


@hookimpl
def roomctl_commands(ctx: "PluginContext") -> Mapping[str, Callable[..., Any]]:
    """`record` and `recording`."""
    from roomctl_audio.cli import commands  # noqa: PLC0415

    return commands.build(ctx.config, ctx)
