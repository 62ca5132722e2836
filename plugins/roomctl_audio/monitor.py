"""An ear on what is on disk: the sound of a recording as a WAV that does not end before it does.

One track is picked out byte by byte, right where it is asked for. The mean of all tracks, and what is in sealed
segments, needs numpy and libsndfile: that is done by a child process, `python -m roomctl_audio.monitor`.
"""

import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from roomctl.api import NotFound, Refused, tr
from roomctl_audio import control
from roomctl_audio.journal import journal
from roomctl_audio.sound import part as parts
from roomctl_audio.sound.layout import Layout

TICK_SECONDS = 0.1
BLOCK_SECONDS = 0.5
AHEAD_SECONDS, PACE = 1.0, 1.01
"""A listener is never further ahead of the sound than this; a little faster, so that no clock lets it fall behind."""

Reduce = Callable[[bytes], bytes]
"""Whole frames of a part to mono samples of 16 bits."""
Decode = Callable[[int, int], bytes]
"""The same of a sealed segment: its seq, and the frame in it from which on."""


def listen(folder: Path, *, track: int | None = None, behind: float = 2.0) -> Iterator[bytes]:
    """A WAV (mono, 16 bits) of what is on disk, from `behind` seconds before its end on, until the recording ends.

    An empty block says that there is nothing new: in a pause too, whoever listens is asked each tenth of a second.

    Args:
        track: from 1; None is the mean of all.

    Raises:
        Refused: nothing is on disk. NotFound: there is no such track.

    """
    layout = layout_of(folder)
    if track is not None and not 1 <= track <= layout.tracks:
        raise NotFound(tr(f"没有第 {track} 轨", f"no track {track}"), mend=f"1–{layout.tracks}")
    if track is None and layout.tracks > 1:
        return _headed(layout, _child(folder, behind))
    only = track or 1
    return _headed(
        layout,
        follow(folder, layout, behind, lambda raw: pick(raw, layout, only), lambda *at: _decoded(folder, only, *at)),
    )


def layout_of(folder: Path) -> Layout:
    """As the journal's first row says. Raises: Refused."""
    try:
        with (folder / journal.NAME).open("rb") as file:
            opened = journal.first(journal.parse(file.readline()).rows, "opened")
    except OSError:
        opened = None
    if opened is None or not newest(folder):
        raise Refused(
            tr("现在没有可听的", "there is nothing to listen to"), tr("还没有录下声音", "nothing is on disk")
        )
    return Layout(opened["tracks"], opened["bits"], opened["sample_rate"])


def header(rate: int) -> bytes:
    """Of a WAV of unknown length: its sizes are the largest that there are, which players take for a stream."""
    form = struct.pack("<HHIIHH", 1, 1, rate, 2 * rate, 2, 16)
    return b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", len(form)) + form + b"data\xff\xff\xff\xff"


def pick(raw: bytes, layout: Layout, track: int) -> bytes:
    """The upper 16 bits of one track."""
    low = (track - 1) * layout.width + layout.width - 2
    out = bytearray(2 * (len(raw) // layout.frame))
    out[0::2], out[1::2] = raw[low :: layout.frame], raw[low + 1 :: layout.frame]
    return bytes(out)


def _headed(layout: Layout, blocks: Generator[bytes, None, None]) -> Iterator[bytes]:
    try:
        yield header(layout.rate)
        yield from blocks
    finally:
        blocks.close()


# --- following ------------------------------------------------------------------------------------------------------


def follow(
    folder: Path, layout: Layout, behind: float, reduce: Reduce, decode: Decode
) -> Generator[bytes, None, None]:
    """Mono blocks from part to part, at the pace of the sound, until nothing more can come."""
    seq, at = _begin(folder, layout, round(behind * layout.rate))
    began, sent, ending = time.monotonic(), 0.0, False
    while True:
        following = there(folder, seq + 1)  # before it is read: what is read then is all of it
        data = _read(folder, layout, seq, at, reduce, decode)
        at += len(data) // 2
        for block in _blocks(data, layout.rate):
            yield block
            sent += len(block) / 2 / layout.rate
            time.sleep(max(0.0, sent - behind - AHEAD_SECONDS - PACE * (time.monotonic() - began)))
        if data:
            ending = False
        elif following:
            seq, at = seq + 1, 0
        elif ending:
            return
        elif not (ending := not alive(folder)):
            yield b""
            time.sleep(TICK_SECONDS)


def _blocks(data: bytes, rate: int) -> Iterator[bytes]:
    size = 2 * round(BLOCK_SECONDS * rate)
    return (data[at : at + size] for at in range(0, len(data), size))


def _read(folder: Path, layout: Layout, seq: int, at: int, reduce: Reduce, decode: Decode) -> bytes:
    """What there is of a part from a frame on, at most a second of it; all the rest where it is sealed."""
    try:
        with (folder / parts.name(seq)).open("rb") as file:
            file.seek(at * layout.frame)
            raw = file.read(layout.second)
        return reduce(raw[: len(raw) - len(raw) % layout.frame])
    except FileNotFoundError:  # sealed since, or before
        return decode(seq, at) if at < _flac_frames(folder / parts.segment_name(1, seq)) else b""


def _begin(folder: Path, layout: Layout, wanted: int) -> tuple[int, int]:
    """The part, and the frame in it, that lies `wanted` frames before the end; the beginning where it is shorter."""
    seq = newest(folder)
    while True:
        frames = frames_of(folder, seq, layout)
        if frames >= wanted or not there(folder, seq - 1):
            return seq, max(0, frames - wanted)
        wanted, seq = wanted - frames, seq - 1


def frames_of(folder: Path, seq: int, layout: Layout) -> int:
    """Whole frames of a part, or of the segment that it has become; 0 where there is neither."""
    try:
        return (folder / parts.name(seq)).stat().st_size // layout.frame
    except FileNotFoundError:
        return _flac_frames(folder / parts.segment_name(1, seq))


def _flac_frames(path: Path) -> int:
    """As its STREAMINFO says (RFC 9639, section 8.2); 0 where there is no such file."""
    try:
        with path.open("rb") as file:
            head = file.read(26)
    except FileNotFoundError:
        return 0
    return int.from_bytes(head[21:26], "big") & ((1 << 36) - 1) if head.startswith(b"fLaC") else 0


def there(folder: Path, seq: int) -> bool:
    """Whether a part, or the segment that it has become, is on disk."""
    return (folder / parts.name(seq)).exists() or (folder / parts.segment_name(1, seq)).exists()


def newest(folder: Path) -> int:
    """Of the parts and segments; 0 where there is none."""
    sealed = (path.stem.rpartition("-")[2] for path in folder.glob("t01-*.flac"))
    return max((*parts.open_parts(folder), *(int(seq) for seq in sealed if seq.isdecimal())), default=0)


def alive(folder: Path) -> bool:
    """Whether a capture still writes into the folder."""
    card = control.read_card(folder)
    return bool(card and card.alive)


# --- the child ------------------------------------------------------------------------------------------------------


def _argv(*more: object) -> list[str]:
    return [sys.executable, "-P", "-m", "roomctl_audio.monitor", *map(str, more)]


def _decoded(folder: Path, track: int, seq: int, at: int) -> bytes:
    done = subprocess.run(_argv(folder, json.dumps([track, seq, at])), capture_output=True, check=False)
    return done.stdout[: len(done.stdout) // 2 * 2]


def _child(folder: Path, behind: float) -> Generator[bytes, None, None]:
    """The blocks of a child. It goes with whoever listens."""
    child = subprocess.Popen(_argv(folder, json.dumps(behind)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert child.stdout is not None  # noqa: S101 - it was asked for
    try:
        while len(size := child.stdout.read(4)) == 4:  # noqa: PLR2004 - the length before each block
            yield child.stdout.read(int.from_bytes(size, "little"))
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def mean(samples: Any) -> bytes:
    """Mono samples of 16 bits: the mean of the tracks, which cannot clip. Samples as `pcm.unpack` gives them."""
    import numpy as np  # noqa: PLC0415 - only in the child

    scale = 1 << (8 * samples.dtype.itemsize - 16)
    made: bytes = np.rint(samples.mean(axis=1) / scale).clip(-(1 << 15), (1 << 15) - 1).astype("<i2").tobytes()
    return made


def _sealed(folder: Path, tracks: range | list[int], seq: int, at: int) -> bytes:
    """Of a sealed segment, from a frame on."""
    import numpy as np  # noqa: PLC0415 - only in the child
    import soundfile  # noqa: PLC0415

    from roomctl_audio.sound.pcm import pack  # noqa: PLC0415 - loads numpy

    paths = [folder / parts.segment_name(track, seq) for track in tracks]
    samples = [soundfile.read(path, start=at, dtype="int32")[0] for path in paths]
    return pack(samples[0], 16) if len(samples) == 1 else mean(np.column_stack(samples))


def _say(out: BinaryIO, blocks: Iterator[bytes]) -> None:
    for block in blocks:
        out.write(len(block).to_bytes(4, "little") + block)
        out.flush()


def main(argv: list[str]) -> int:
    """`FOLDER BEHIND`: blocks of the mean, each behind its length. `FOLDER [TRACK, SEQ, FRAME]`: a sealed segment."""
    folder, wanted = Path(argv[0]), json.loads(argv[1])
    out = sys.stdout.buffer
    if isinstance(wanted, list):
        track, seq, at = wanted
        out.write(_sealed(folder, [track], seq, at))
        return 0
    from roomctl_audio.sound.pcm import unpack  # noqa: PLC0415 - loads numpy

    layout = layout_of(folder)
    tracks = range(1, layout.tracks + 1)
    try:
        _say(
            out,
            follow(
                folder,
                layout,
                wanted,
                lambda raw: mean(unpack(raw, layout)) if raw else b"",
                lambda seq, at: _sealed(folder, tracks, seq, at),
            ),
        )
    except (BrokenPipeError, KeyboardInterrupt):  # nobody listens any more; nor is there anything to flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
