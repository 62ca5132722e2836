"""Child process that decodes one stretch of sound: `python -m roomctl_av_check.acoustics.hearing`.

It takes one JSON line: `entry`, `model`, `options` of an engine, and `file`, mono samples of 16 bits at `rate`. It
answers `{"type": "heard", "text", "seconds"}`, the seconds of the decoding alone, or what `apart.failure` says.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from roomctl.api import RoomctlError, Transcriber
from roomctl.api.words import paired
from roomctl_av_check.acoustics.apart import failure

RATE = 16_000


def hear(order: dict[str, Any]) -> tuple[str, float]:
    """Text in simplified characters, and how long the decoding took. Raises: RoomctlError."""
    import soxr  # noqa: PLC0415 - of the extra that speech needs

    module, _, name = str(order["entry"]).partition(":")
    try:
        made = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise RoomctlError(f"{order['entry']}", str(error)) from error
    engine: Transcriber = made(Path(order["model"]), order["options"])
    sound = np.fromfile(order["file"], "<i2").astype(np.float32) / 32768
    pcm = soxr.resample(sound, order["rate"], RATE).astype(np.float32)
    began = time.monotonic()
    text = "".join(word.text for word in engine.decode(pcm, RATE))
    return _simplified(text), time.monotonic() - began


def _simplified(text: str) -> str:
    from opencc import OpenCC  # noqa: PLC0415 - loads its dictionaries

    return str(OpenCC("t2s").convert(text))


def main() -> int:
    """One order from stdin."""
    line = sys.stdin.buffer.readline()
    if not line:
        return 0
    order = json.loads(line)
    said: dict[str, object]
    try:
        with paired():
            text, seconds = hear(order)
        said = {"type": "heard", "text": text, "seconds": seconds}
    except RoomctlError as error:
        said = failure(error)
    except ImportError as error:
        said = failure(RoomctlError(str(error), mend="pip install 'roomctl[speech]'"))
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
