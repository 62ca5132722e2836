"""Sources of a sound server that speaks PulseAudio's protocol, as its own `pactl` tells of them.

PortAudio knows such a server as one device, `pulse`, behind which the server chooses: it moves a stream to another
source when its own goes, and one that was at the default follows it. So a source is named here, the stream is tied to
it (`PULSE_SOURCE`, pulseaudio(1)), and when the server takes it elsewhere it is ended before it hears another.
"""

import os
import re
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

DEVICE = "pulse"
"""PortAudio's name for it; also what stands before the name of a source."""
ALIASES = frozenset({"pulse", "default"})
"""PortAudio devices that lead to the server, where one runs."""
ANSWER_SECONDS = 3.0
ENVIRONMENT = {"LC_ALL": "C"}
SUBSCRIBE = "exec 3>&1 >/dev/null; pactl subscribe >&3 3>&- & exec 3>&-; cat; kill $! 2>/dev/null"
"""For a shell: what the server tells of, for as long as our end of the pipe to its stdin is open, however we end."""


class ServerSource(NamedTuple):
    """A source: its number changes with every plug; its name stays."""

    number: int
    channels: int


def sources() -> Mapping[str, ServerSource]:
    """By name. Empty where no server runs, or `pactl` is not there."""
    found = {}
    for line in _ask("list", "short", "sources").splitlines():
        fields = line.split("\t")
        channels = re.search(r"(\d+)ch\b", line)
        if len(fields) > 1 and fields[0].isdecimal():
            found[fields[1]] = ServerSource(int(fields[0]), int(channels[1]) if channels else 0)
    return found


def default_source() -> str:
    """Name of the present default; empty where there is none."""
    found = re.search(r"^Default Source: (\S+)$", _ask("info"), re.MULTILINE)
    return found[1] if found else ""


def tie(source: str) -> None:
    """Streams that this process opens from now on are of that source and no other."""
    os.environ["PULSE_SOURCE"] = source


def guard(source: ServerSource, gone: Callable[[], None]) -> None:
    """Calls `gone`, in a thread, as soon as the server has taken the source away, or moved this process to another.

    It moves a stream whose source was the default, and no longer is; also one that asked for it by name.
    """
    try:
        child = subprocess.Popen(
            ["sh", "-c", SUBSCRIBE],  # noqa: S607 - wherever the system has it
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
    """Whether a stream of this process is at another source."""
    for said in _ask("list", "source-outputs").split("Source Output #"):
        at = re.search(r"^\s*Source: (\d+)$", said, re.MULTILINE)
        if at and f'application.process.id = "{os.getpid()}"' in said and int(at[1]) != source.number:
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
