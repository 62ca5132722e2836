"""Child process that makes mono FLAC files of parts. `python -m roomctl_audio.sealing.finisher DIR`.

It takes one JSON object a line on stdin and answers one a line on stdout; it ends when stdin closes. What it was at
when it died is simply asked for again: files get their names only when they were decoded back and found equal.
"""

import errno
import hashlib
import json
import os
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from io import RawIOBase
from pathlib import Path
from typing import Any

import miniaudio
import numpy as np
import soundfile
from numpy.typing import NDArray

from roomctl.api.digests import running_sm3
from roomctl.api.files import fsync_folder
from roomctl_audio.sound import envelope
from roomctl_audio.sound.deinterleave import deinterleave, pack_into, room
from roomctl_audio.sound.levels import records
from roomctl_audio.sound.part import segment_name
from roomctl_audio.sound.pcm import Layout, pack

BLOCK_FRAMES = 1 << 16
BLOCK_SAMPLES = 1 << 19
"""Of all tracks together. Each call of libsndfile costs as much as a hundred samples; memory is the other side."""
FILE_BLOCK = 1 << 18


class Unequal(Exception):  # noqa: N818 - named for what was found
    """What was decoded is not what was encoded."""


def seal(
    folder: Path,
    part: str,
    seq: int,
    layout: Layout,
    titles: Mapping[int, str],
    *,
    levels_from: int | None = None,
) -> dict[str, Any]:
    """Makes one FLAC file per track of a part; half a frame at its end is left out.

    Every sample is decoded again and compared with the part's before a file gets its name.

    Args:
        levels_from: the part's first frame, where `levels.bin` is to have its levels; None where a watch does that.

    Returns:
        `{"frames", "tracks": [{"track", "path", "sha256_pcm", "sha256_file", "sm3_file"}]}`.

    Raises:
        OSError: disk full, files out of reach.
        Unequal: a file does not decode to what went in.

    """
    source = folder / part
    frames = source.stat().st_size // layout.frame
    names = [segment_name(track, seq) for track in range(1, layout.tracks + 1)]
    beside = [folder / f".{name}.{os.getpid()}.tmp" for name in names]
    try:
        digests = _encode(source, frames, beside, layout, titles)
        _compare(source, frames, beside, layout)
        files = [_settle(path) for path in beside]
        for path, name in zip(beside, names, strict=True):
            path.replace(folder / name)
        fsync_folder(folder)
        if levels_from is not None:
            _picture(folder, source, frames, layout, levels_from)
    finally:
        for path in beside:
            path.unlink(missing_ok=True)
    tracks = [
        {"track": track, "path": name, "sha256_pcm": digest, **hashed}
        for track, (name, digest, hashed) in enumerate(zip(names, digests, files, strict=True), 1)
    ]
    return {"frames": frames, "tracks": tracks}


def _block(layout: Layout) -> int:
    """Frames that are worked on at once: whole records of `levels.bin`."""
    step = envelope.step(layout.rate)
    return max(1, BLOCK_SAMPLES // layout.tracks // step) * step


def _blocks(part: Path, frames: int, layout: Layout) -> Iterator[NDArray[Any]]:
    """The part's samples, block by block: shape (tracks, up to `_block` frames). Each is gone with the next."""
    most = min(frames, _block(layout))
    raw: NDArray[np.uint8] = np.empty(1 + most * layout.frame, np.uint8)
    into = room(layout.tracks, most, layout)
    with part.open("rb", buffering=0) as file:
        while frames:
            wanted = min(frames, most)
            _fill(file, raw.data[1 : 1 + wanted * layout.frame])
            yield deinterleave(raw[: 1 + wanted * layout.frame], layout, into)
            frames -= wanted


def _fill(file: RawIOBase, buffer: memoryview) -> None:
    while buffer:
        count = file.readinto(buffer)
        if not count:
            raise OSError(errno.EIO, "the part became shorter")
        buffer = buffer[count:]


def _encode(part: Path, frames: int, targets: list[Path], layout: Layout, titles: Mapping[int, str]) -> list[str]:
    """Writes the files. Gives the SHA-256 of each track's samples, little-endian integers of the layout's width.

    At libFLAC's own level, 5. Measured on speech of 24 bits: level 3 takes 3 % less time for files up to 2 % larger,
    level 0 takes 4 % less for up to 17 %, and level 8 half as much again for 1 % less.
    """
    digests = [hashlib.sha256() for _ in targets]
    with ExitStack() as stack:
        files = [
            stack.enter_context(
                soundfile.SoundFile(path, "w", layout.rate, 1, subtype=f"PCM_{layout.bits}", format="FLAC")
            )
            for path in targets
        ]
        for track, file in enumerate(files, 1):
            if track in titles:
                file.title = titles[track]
        packed: NDArray[np.uint8] = np.empty((min(frames, _block(layout)), 3), np.uint8)
        for block in _blocks(part, frames, layout):
            for file, digest, mono in zip(files, digests, block, strict=True):
                file.write(mono)
                digest.update(pack_into(mono, packed))
    return [digest.hexdigest() for digest in digests]


def _compare(part: Path, frames: int, targets: list[Path], layout: Layout) -> None:
    """Decodes the files beside the part they were made of. Raises: Unequal, at the first sample that differs.

    Another library decodes than has encoded: a fault that both halves of one share would pass for sound. It also
    takes two thirds of the time.
    """
    for path in targets:
        info = miniaudio.flac_get_file_info(str(path))
        found = Layout(info.nchannels, 8 * info.sample_width, info.sample_rate), info.num_frames
        if found != (Layout(1, layout.bits, layout.rate), frames):
            raise Unequal(path.name)
    with ExitStack() as stack:
        decoded = [stack.enter_context(closing(_decoded(path, layout))) for path in targets]
        for block in _blocks(part, frames, layout):
            for path, again, mono in zip(targets, decoded, block, strict=True):
                if not np.array_equal(next(again, ()), mono):
                    raise Unequal(path.name)
        for path, again in zip(targets, decoded, strict=True):
            if len(next(again, ())):
                raise Unequal(path.name)


def _decoded(path: Path, layout: Layout) -> Generator[NDArray[Any], None, None]:
    """Samples of a mono file, block by block, as `_blocks` gives those of a track."""
    form, dtype = miniaudio.SampleFormat.SIGNED32, "<i4"
    if layout.bits == 16:  # noqa: PLR2004 - the width itself
        form, dtype = miniaudio.SampleFormat.SIGNED16, "<i2"
    for block in miniaudio.stream_file(str(path), form, 1, layout.rate, _block(layout)):
        yield np.frombuffer(block, dtype)


def _picture(folder: Path, part: Path, frames: int, layout: Layout, first: int) -> None:
    """Its levels. Derived data: a disk that does not take them is no reason to hold the sound up."""
    levels = b"".join(records(block, layout.rate) for block in _blocks(part, frames, layout))
    with suppress(OSError):
        envelope.put(folder, layout.tracks, first // envelope.step(layout.rate), levels)


def _settle(path: Path) -> dict[str, str]:
    """Hashes of a file, which is durable then."""
    with path.open("r+b", buffering=0) as file:
        found = _hashes(file)
        os.fsync(file.fileno())
    return found


def _hashes(file: RawIOBase) -> dict[str, str]:
    sha256, sm3 = hashlib.sha256(), running_sm3()
    while block := file.read(FILE_BLOCK):
        sha256.update(block)
        sm3.update(block)
    return {"sha256_file": sha256.hexdigest(), "sm3_file": sm3.hexdigest()}


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
    with path.open("rb", buffering=0) as file:
        hashed = _hashes(file)
    return {
        "frames": size // (bits // 8),
        "rate": info.samplerate,
        "bits": bits,
        "sha256_pcm": sound.hexdigest(),
        **hashed,
    }


def answer(folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """One request: `seal` a part or `examine` a file. What went wrong is `{"error": …}`."""
    try:
        if request["do"] == "examine":
            return examine(folder / request["path"])
        layout = Layout(request["tracks"], request["bits"], request["rate"])
        titles = {int(track): title for track, title in request.get("titles", ())}
        levels_from = request.get("levels_from")
        return seal(folder, request["part"], request["seq"], layout, titles, levels_from=levels_from)
    except (OSError, RuntimeError, miniaudio.DecodeError, Unequal) as error:  # libsndfile's own is a RuntimeError
        return {"error": f"{type(error).__name__}: {error}"}


def main(argv: list[str]) -> int:
    """Answers line by line until stdin closes."""
    folder = Path(argv[0])
    for text in sys.stdin:
        print(json.dumps(answer(folder, json.loads(text))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
