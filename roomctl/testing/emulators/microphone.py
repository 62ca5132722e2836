"""A microphone that is not there: the monitor of a null sink in the sound server of this session."""

import asyncio
import secrets
from typing import Any, ClassVar

from roomctl.domain.devices import Device
from roomctl.testing.emulators.base import Emulator, Fault


class MicrophoneEmulator(Emulator):
    """Silent, with two channels; there while it is not dead. Raises where no server speaks PulseAudio's protocol."""

    kind: ClassVar[str] = "microphone"
    title = ("话筒", "Microphone")
    group = "话筒"
    faults = frozenset({Fault.NONE, Fault.DEAD})

    def __init__(self) -> None:
        super().__init__()
        self.sink = f"roomctl_{secrets.token_hex(4)}"
        self._module = ""

    def device(self, **changes: Any) -> Device:
        return super().device(**{"address": f"pulse:{self.sink}.monitor", "port": None, **changes})

    async def listen(self) -> None:
        self._module = await _control("load-module", "module-null-sink", f"sink_name={self.sink}", "channels=2")

    async def stop(self) -> None:
        module, self._module = self._module, ""
        if module:
            await _control("unload-module", module)


async def _control(*words: str) -> str:
    """What `pactl` says. Raises: OSError."""
    child = await asyncio.create_subprocess_exec(
        "pactl", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = await child.communicate()
    if child.returncode:
        raise OSError(complained.decode(errors="replace").strip())
    return said.decode().strip()


EMULATOR = MicrophoneEmulator
