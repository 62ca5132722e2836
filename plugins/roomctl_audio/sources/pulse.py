"""Sources of a sound server that speaks PulseAudio's protocol, as its own `pactl` tells of them.

PortAudio knows such a server as one device, `pulse`, behind which the server chooses: it moves a stream to another
source when its own goes, and one that was at the default follows it. So a source is named here, the stream is tied to
it (`PULSE_SOURCE`, pulseaudio(1)), and when the server takes it elsewhere it is ended before it hears another.

The server maps channels by their places, not by their numbers: microphones at `aux0`, `aux1`, … would be mixed or
left out for a client that asks for `front-left`, `front-right`, …, as ALSA's does. So where several are recorded the
server is told to give them by number (`module-remap-source`).
"""

import os
import re
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

from roomctl.api import BadInput, tr

DEVICE = "pulse"
"""PortAudio's name for it; also what stands before the name of a source."""
ALIASES = frozenset({"pulse", "default"})
"""PortAudio devices that lead to the server, where one runs."""
ANSWER_SECONDS = 3.0
ENVIRONMENT = {"LC_ALL": "C"}
SUBSCRIBE = (
    "exec 3>&1 >/dev/null; pactl subscribe >&3 3>&- & exec 3>&-; cat; kill $! 2>/dev/null;"
    ' [ -z "$1" ] || pactl unload-module "$1"'
)
"""For a shell: what the server tells of, for as long as our end of the pipe to its stdin is open, however we end.

Then its module goes, too.
"""
MAPPED = "roomctl_by_number_"
"""Begins the names of sources that are given by number; a process id follows."""
PLACES = ("front-left", "front-right", "rear-left", "rear-right", "front-center", "lfe", "side-left", "side-right")
"""In the order in which ALSA's client of the server asks for them."""
EVEN = frozenset({2, 4, 5, 6, 8})
"""Numbers of channels that fill places from the first on; others are filled up with `aux0`, `aux1`, …"""


class ServerSource(NamedTuple):
    """A source: its number changes with every plug; its name stays.

    Attributes:
        module: that makes it out of another one, whose number is `beneath`; else empty.

    """

    number: int
    channels: int
    module: str = ""
    beneath: int = -1


def sources() -> Mapping[str, ServerSource]:
    """By name. Empty where no server runs, or `pactl` is not there."""
    found = {}
    for line in _ask("list", "short", "sources").splitlines():
        fields = line.split("\t")
        channels = re.search(r"(\d+)ch\b", line)
        if len(fields) > 1 and fields[0].isdecimal() and not fields[1].startswith(MAPPED):
            found[fields[1]] = ServerSource(int(fields[0]), int(channels[1]) if channels else 0)
    return found


def default_source() -> str:
    """Name of the present default; empty where there is none."""
    found = re.search(r"^Default Source: (\S+)$", _ask("info"), re.MULTILINE)
    return found[1] if found else ""


def places(channels: int) -> tuple[str, ...]:
    """Of the channels that ALSA's client asks for: `PA_CHANNEL_MAP_ALSA`, extended (pulse/channelmap.h)."""
    known = max((one for one in EVEN if one <= channels), default=0)
    return (*PLACES[:known], *(f"aux{n}" for n in range(channels - known)))


def by_number(name: str, source: ServerSource, channels: int) -> tuple[str, ServerSource]:
    """A source whose channels are the first of this one, in their order: the very one, where the server leaves it so.

    One channel is the mix of all of them. Else `guard` is needed, so that it ends with this process.

    Raises: BadInput, where the server cannot do it: what one microphone hears would be on another's track.
    """
    own, asked = _places(name), places(channels)
    if channels == 1 or own == asked:
        return name, source
    made = f"{MAPPED}{os.getpid()}"
    words = ("remix=no", f"channels={channels}", f"source_name={made}", f"master={name}")
    maps = (f"channel_map={','.join(asked)}", f"master_channel_map={','.join(own[:channels])}")
    module = _ask("load-module", "module-remap-source", *words, *maps).strip()
    found = re.search(rf"^(\d+)\t{made}\t", _ask("list", "short", "sources"), re.MULTILINE)
    if not found:
        raise BadInput(
            tr(f"麦克风“{name}”的各路会混在一起", f'the channels of microphone "{name}" would be mixed'),
            tr(f"声音服务器没有加载 module-remap-source（{own}）", f"the server has no module-remap-source ({own})"),
            tr(
                "请用 ALSA 设备名代替 pulse:，或只录一路",
                "name the ALSA device instead of pulse:, or record one channel",
            ),
        )
    return made, ServerSource(int(found[1]), channels, module, source.number)


def _places(name: str) -> tuple[str, ...]:
    """Of a source's channels, in their order."""
    for said in _ask("list", "sources").split("Source #"):
        if re.search(rf"^\s*Name: {re.escape(name)}$", said, re.MULTILINE):
            found = re.search(r"^\s*Channel Map: (\S+)$", said, re.MULTILINE)
            return tuple(found[1].split(",")) if found else ()
    return ()


def tie(source: str) -> None:
    """Streams that this process opens from now on are of that source and no other."""
    os.environ["PULSE_SOURCE"] = source


def guard(source: ServerSource, gone: Callable[[], None]) -> None:
    """Calls `gone`, in a thread, as soon as the server has taken the source away, or moved this process to another.

    It moves a stream whose source was the default, and no longer is; also one that asked for it by name.
    """
    try:
        child = subprocess.Popen(
            ["sh", "-c", SUBSCRIBE, "sh", source.module],  # noqa: S607 - wherever the system has it
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **ENVIRONMENT},
        )
    except OSError:
        return

    def listen() -> None:
        assert child.stdout is not None  # noqa: S101 - it was asked for
        for line in child.stdout:
            if re.search(rf"'remove' on source #{source.number}\b", line):
                break
            if "'change' on source-output" in line and _moved(source):
                break
        gone()  # also where the server itself is gone

    threading.Thread(target=listen, name="guard", daemon=True).start()


def _moved(source: ServerSource) -> bool:
    """Whether a stream of this process, or that beneath its source, is at another source."""
    for said in _ask("list", "source-outputs").split("Source Output #"):
        at = re.search(r"^\s*Source: (\d+)$", said, re.MULTILINE)
        if not at:
            continue
        if f'application.process.id = "{os.getpid()}"' in said and int(at[1]) != source.number:
            return True
        owner = re.search(r"^\s*Owner Module: (\d+)$", said, re.MULTILINE)
        if source.module and owner and owner[1] == source.module and int(at[1]) != source.beneath:
            return True
    return False


def _ask(*words: str) -> str:
    try:
        asked = subprocess.run(
            ["pactl", *words],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
            check=False,
            env={**os.environ, **ENVIRONMENT},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout if not asked.returncode else ""
