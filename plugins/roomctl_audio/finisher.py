"""Child process that makes mono FLAC files of parts. `python -m roomctl_audio.finisher DIR`.

It takes one JSON object a line on stdin and answers one a line on stdout; it ends when stdin closes. What it was at
when it died is simply asked for again: files get their names only when they were decoded back and found equal.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from cryptography.hazmat.primitives import hashes

from roomctl.api.files import durable_rename
from roomctl_audio.part import segment_name
from roomctl_audio.pcm import Layout, pack, unpack

BLOCK_FRAMES = 1 << 16
FILE_BLOCK = 1 << 20


class Unequal(Exception):  # noqa: N818 - named for what was found
    """What was decoded is not what was encoded."""


def seal(folder: Path, part: str, seq: int, layout: Layout, titles: Mapping[int, str]) -> dict[str, Any]:
    """Makes one FLAC file per track of a part; half a frame at its end is left out.

    Returns:
        `{"frames", "tracks": [{"track", "path", "sha256_pcm", "sha256_file", "sm3_file"}]}`.

    Raises:
        OSError: disk full, files out of reach.
        Unequal: a file does not decode to what went in.

    """
    frames = (folder / part).stat().st_size // layout.frame
    names = [segment_name(track + 1, seq) for track in range(layout.tracks)]
    beside = [folder / f".{name}.{os.getpid()}.tmp" for name in names]
    try:
        digests = _encode(folder / part, frames, beside, layout, titles)
        tracks = []
        for index, path in enumerate(beside):
            found = examine(path)
            if (found["sha256_pcm"], found["frames"]) != (digests[index], frames):
                raise Unequal(names[index])
            tracks.append({
                "track": index + 1,
                "path": names[index],
                "sha256_pcm": found["sha256_pcm"],
                "sha256_file": found["sha256_file"],
                "sm3_file": found["sm3_file"],
            })  # fmt: skip
        for path, name in zip(beside, names, strict=True):
            durable_rename(path, folder / name)
    finally:
        for path in beside:
            path.unlink(missing_ok=True)
    return {"frames": frames, "tracks": tracks}


def _encode(part: Path, frames: int, targets: list[Path], layout: Layout, titles: Mapping[int, str]) -> list[str]:
    digests = [hashlib.sha256() for _ in targets]
    with ExitStack() as stack:
        source = stack.enter_context(part.open("rb"))
        files = [
            stack.enter_context(
                soundfile.SoundFile(path, "w", layout.rate, 1, subtype=f"PCM_{layout.bits}", format="FLAC")
            )
            for path in targets
        ]
        for track, file in enumerate(files, 1):
            if track in titles:
                file.title = titles[track]
        left = frames
        while left:
            data = source.read(min(left, BLOCK_FRAMES) * layout.frame)
            samples = unpack(data, layout)
            for track, (file, digest) in enumerate(zip(files, digests, strict=True)):
                mono = np.ascontiguousarray(samples[:, track])
                file.write(mono)
                digest.update(pack(mono, layout.bits))
            left -= len(samples)
    return [digest.hexdigest() for digest in digests]


def decode(path: Path) -> Iterator[bytes]:
    """Mono samples of a segment as little-endian integers of its own width. Raises: soundfile.LibsndfileError."""
    with soundfile.SoundFile(path) as file:
        bits = int(file.subtype.removeprefix("PCM_"))
        dtype = "int16" if bits == 16 else "int32"  # noqa: PLR2004
        while len(block := file.read(BLOCK_FRAMES, dtype=dtype)):
            yield pack(block, bits)


def examine(path: Path) -> dict[str, Any]:
    """Frames, rate, bits and hashes of a segment, by reading and decoding it whole."""
    info = soundfile.info(path)
    bits = int(info.subtype.removeprefix("PCM_"))
    sound, size = hashlib.sha256(), 0
    for data in decode(path):
        sound.update(data)
        size += len(data)
    sha256, sm3 = hashlib.sha256(), hashes.Hash(hashes.SM3())
    with path.open("rb") as file:
        while block := file.read(FILE_BLOCK):
            sha256.update(block)
            sm3.update(block)
    return {
        "frames": size // (bits // 8),
        "rate": info.samplerate,
        "bits": bits,
        "sha256_pcm": sound.hexdigest(),
        "sha256_file": sha256.hexdigest(),
        "sm3_file": sm3.finalize().hex(),
    }


def answer(folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """One request: `seal` a part or `examine` a file. What went wrong is `{"error": …}`."""
    try:
        if request["do"] == "examine":
            return examine(folder / request["path"])
        layout = Layout(request["tracks"], request["bits"], request["rate"])
        titles = {int(track): title for track, title in request.get("titles", ())}
        return seal(folder, request["part"], request["seq"], layout, titles)
    except (OSError, RuntimeError, Unequal) as error:  # libsndfile's own error is a RuntimeError
        return {"error": f"{type(error).__name__}: {error}"}


def main(argv: list[str]) -> int:
    """Answers line by line until stdin closes."""
    folder = Path(argv[0])
    for text in sys.stdin:
        print(json.dumps(answer(folder, json.loads(text))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
