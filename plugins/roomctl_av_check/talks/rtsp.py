"""The picture of a camera over RTSP (RFC 2326).

Pictures are taken and measured in a child process, by FFmpeg's libraries: a source that hangs is killed at the
deadline, with its sockets, and a damaged stream costs no more than the child.
"""

import asyncio
import contextlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from roomctl.api import RoomctlError, tr
from roomctl.api.devices import Device, Secret, garbled
from roomctl_av_check.talks.heads import LONGEST, head
from roomctl_av_check.talks.places import authority
from roomctl_av_check.talks.troubles import refused

STEP = 3.0
"""Seconds for the first answer."""
PATIENCE = 3.0
"""Seconds without an answer, or without a packet, after which no picture comes."""
BEGINS = b"RTSP/1."
STATUS = re.compile(rb"RTSP/1\.\d (\d{3}) ")
SEQUENCE = re.compile(rb"\r\ncseq: *(\d+) *\r\n", re.IGNORECASE)
AGENT = "roomctl"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the picture gave.

    Attributes:
        figures: of `picture_child`; empty where it plays, and no picture comes.
        likenesses: by the name of a taught picture.
        snapshot: JPEG. luma: PNG, where it was asked for.

    """

    figures: Mapping[str, Any]
    likenesses: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    snapshot: bytes = b""
    luma: bytes = b""


async def look(
    device: Device,
    secret: Secret,
    path: str,
    seconds: float,
    taught: Sequence[Path] = (),
    *,
    luma: bool = False,
    patience: float = PATIENCE,
) -> Look:
    """Looks for so many seconds; `patience` is for each thing that is waited for.

    Raises: LoginRefused, Silent, Garbled, RoomctlError; OSError, TimeoutError.
    """
    port = device.port or 554
    place = f"{authority(device.address, port)}/{path.lstrip('/')}"
    await _greet(device.address, port, f"rtsp://{place}")
    signed = f"{quote(secret.user, safe='')}:{quote(secret.password, safe='')}@" if secret.user else ""
    told = {
        "url": f"rtsp://{signed}{place}",
        "seconds": seconds,
        "patience": patience,
        "taught": [str(one) for one in taught],
        "luma": luma,
    }
    return look_of(await _child(json.dumps(told).encode()), secret)


async def _greet(address: str, port: int, url: str) -> None:
    """OPTIONS (10.1), which needs no password: it says whether somebody is there who speaks RTSP."""
    reader, writer = await asyncio.open_connection(address, port, limit=LONGEST)
    try:
        writer.write(f"OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: {AGENT}\r\n\r\n".encode())
        async with asyncio.timeout(STEP):
            accepted(await head(reader, BEGINS, "RTSP"))
    finally:
        writer.transport.abort()


def accepted(answer: bytes) -> None:
    """Raises: Garbled, where it is no answer to the first question, whose number it has (12.17)."""
    number = SEQUENCE.search(answer)
    if not STATUS.match(answer) or number is None or int(number[1]) != 1:
        raise garbled(answer, "RTSP")


async def _child(told: bytes) -> bytes:
    """What the child says to this; killed, where nobody waits for it any more."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "roomctl_av_check.talks.picture_child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        said, _ = await child.communicate(told)
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await asyncio.shield(child.communicate())  # its pipes are closed, and it is no zombie
    return said


def look_of(said: bytes, secret: Secret) -> Look:
    """A line of JSON, then as many bytes of pictures as it says. Raises: LoginRefused, Garbled, RoomctlError."""
    first, _, rest = said.partition(b"\n")
    try:
        told = json.loads(first)
        error, size = told.get("error"), int(told.get("snapshot", 0))
        if error is None:
            return Look(told["figures"], told["likenesses"], rest[:size], rest[size:])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise RoomctlError(
            tr("看图的进程出错", "the process that looks at the picture failed"),
            mend="pip install 'roomctl[devices]'",
        ) from None
    if error == "silent":
        return Look({})
    raise _error(error, told.get("why", ""), secret)


def _error(kind: str, why: str, secret: Secret) -> RoomctlError:
    if kind == "login":
        return refused(secret)
    if kind == "path":
        return RoomctlError(
            tr("摄像机没有这个码流", "the camera has no such stream"),
            why,
            tr("请核对选项 path", "see the option `path`"),
        )
    return garbled(why, "RTSP")
