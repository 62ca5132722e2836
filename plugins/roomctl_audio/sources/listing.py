"""Which microphones there are. PortAudio stays in a child: `python -m roomctl_audio.sources.listing` prints JSON."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from roomctl.api import RoomctlError
from roomctl.api.words import paired
from roomctl_audio.crossing import failure, raised
from roomctl_audio.sources.devices import Microphone


async def listed() -> Sequence[Microphone]:
    """All inputs but those that only lead to another. Raises: MissingPart; RoomctlError, where the child failed."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "roomctl_audio.sources.listing",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, complained = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    try:
        told: Any = json.loads(said)
    except ValueError:
        lines = complained.decode(errors="replace").strip().splitlines()
        raise RoomctlError(lines[-1] if lines else f"exit {child.returncode}") from None
    if "error" in told:
        raise raised(told["error"])
    return [Microphone(**one) for one in told["microphones"]]


def main() -> None:
    """The child."""
    from roomctl_audio.sources import devices, pulse  # noqa: PLC0415 - not in the parent

    try:
        with paired():
            found = [asdict(one) for one in devices.microphones() if one.name not in pulse.ALIASES]
    except RoomctlError as error:
        print(json.dumps({"error": failure(error)}))
        return
    print(json.dumps({"microphones": found}))


if __name__ == "__main__":
    main()
