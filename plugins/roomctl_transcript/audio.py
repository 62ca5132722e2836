"""Sound from disk as 16 kHz mono blocks for the engine. Memory stays flat however long the file is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from roomctl.api import BadInput, Damaged, RoomctlError, tr

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
"""Frames a second of what engines hear."""

POWER_FRAMES = 320
"""Frames (20 ms) over which a track's power is averaged before its share in the mix is set."""

BLOCK_FRAMES = 188 * 2560
"""About 30 s; whole steps of power (320) and whole windows of the voice activity model (512)."""

FALL = 0.9
"""Share of a microphone's power that it still counts for one step later."""

MIX_FLOOR = 1e-10
"""Mean square at −100 dBFS: below it no microphone counts as louder than another."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Sealed files of the same stretch of a recording, one per track; or one file of any kind.

    Attributes:
        files: one per track, each of the same length.
        first_frame, frames: in frames of `rate`; `frames` 0 where not known.

    """

    files: tuple[Path, ...]
    first_frame: int = 0
    frames: int = 0
    rate: int = RATE


@dataclass(frozen=True, slots=True)
class Block:
    """What is heard, and which microphone hears it best.

    Attributes:
        pcm: shape (n,), float32, 16 kHz, the automatic mix of all tracks.
        powers: shape (steps, tracks), mean square of each `POWER_FRAMES`; one column where there is one track.
        tracks: shape (n, tracks), each by itself.

    """

    pcm: "NDArray[np.float32]"
    powers: "NDArray[np.float32]"
    tracks: "NDArray[np.float32]"


def probe(path: Path) -> float:
    """Seconds of sound in a file of any kind that FFmpeg reads; 0 where its header does not say.

    Raises:
        BadInput: missing, empty, or not sound.

    """
    import av  # noqa: PLC0415 - native, and only where a file is read

    what = tr(f"不能读取音频 {path}", f"cannot read audio {path}")
    mend = tr("请给一个音频文件，如 wav、flac、mp3、m4a", "give an audio file, such as wav, flac, mp3, m4a")
    if not path.exists():
        raise BadInput(what, tr("没有这个文件", "no such file"), mend)
    if not path.is_file():
        raise BadInput(what, tr("不是文件", "not a file"), mend)
    if path.stat().st_size == 0:
        raise BadInput(what, tr("文件是空的，0 字节", "the file is empty, 0 bytes"), mend)
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise BadInput(what, tr("里面没有声音", "no sound in it"), mend)
            stream = container.streams.audio[0]
            for _ in container.decode(stream):
                break
            else:
                raise BadInput(what, tr("里面没有声音", "no sound in it"), mend)
            if stream.duration and stream.time_base:
                return float(stream.duration * stream.time_base)
            return float(container.duration / av.time_base) if container.duration else 0.0
    except PermissionError as error:
        raise BadInput(
            what, tr("没有读的权限", "no permission to read it"), tr("请检查权限", "check its permissions")
        ) from error
    except (av.FFmpegError, ValueError) as error:
        raise BadInput(what, tr("不是音频，或已损坏", "not audio, or damaged"), mend) from error


def blocks(
    pieces: Sequence[Piece], start: float, trouble: Callable[[RoomctlError], None], *, stop: float | None = None
) -> Iterator[Block]:
    """The recording from `start` seconds on, or up to `stop`, in blocks of `BLOCK_FRAMES`, the last one shorter.

    A sealed file that cannot be read is told to `trouble` and counts as silence of its length, so that what
    follows keeps its time.
    """
    import numpy as np  # noqa: PLC0415 - as above

    held: list[NDArray[np.float32]] = []
    length, left = 0, None if stop is None else max(0, round((stop - start) * RATE))
    for whole in _resampled(pieces, start, trouble):
        part = whole if left is None else whole[:left]
        held.append(part)
        length += len(part)
        while length >= BLOCK_FRAMES:
            every = np.concatenate(held)
            yield mixed(every[:BLOCK_FRAMES])
            held, length = [every[BLOCK_FRAMES:]], length - BLOCK_FRAMES
        if left is not None and (left := left - len(part)) <= 0:
            break
    if length:
        yield mixed(np.concatenate(held))


def _resampled(
    pieces: Iterable[Piece], start: float, trouble: Callable[[RoomctlError], None]
) -> "Iterator[NDArray[np.float32]]":
    """All tracks at 16 kHz, shape (n, tracks)."""
    import numpy as np  # noqa: PLC0415
    import soxr  # noqa: PLC0415

    stream, rate, width = None, 0, 0
    for data, its_rate in _raw(pieces, start, trouble):
        if (its_rate, data.shape[1]) != (rate, width):
            if stream is not None:
                yield stream.resample_chunk(np.zeros((0, width), np.float32), last=True).reshape(-1, width)
            rate, width = its_rate, data.shape[1]
            stream = soxr.ResampleStream(rate, RATE, width, dtype="float32") if rate != RATE else None
        yield data if stream is None else stream.resample_chunk(data).reshape(-1, width)
    if stream is not None:
        yield stream.resample_chunk(np.zeros((0, width), np.float32), last=True).reshape(-1, width)


def _raw(
    pieces: Iterable[Piece], start: float, trouble: Callable[[RoomctlError], None]
) -> "Iterator[tuple[NDArray[np.float32], int]]":
    """Decoded samples, shape (n, tracks), with their rate; skips what lies before `start`."""
    import numpy as np  # noqa: PLC0415

    for piece in pieces:
        given = max(0, int(start * piece.rate) - piece.first_frame) if piece.frames else 0
        if piece.frames and given >= piece.frames:
            continue
        try:
            source = _sealed(piece, given) if piece.frames else _foreign(piece.files[0], start)
            for data, rate in source:
                yield data, rate
                given += len(data)
        except Damaged as error:
            trouble(error)
            while given < piece.frames:
                size = min(BLOCK_FRAMES, piece.frames - given)
                yield np.zeros((size, len(piece.files)), np.float32), piece.rate
                given += size


def _sealed(piece: Piece, skip: int) -> "Iterator[tuple[NDArray[np.float32], int]]":
    """A segment's files from frame `skip` on: the tracks side by side, as many frames as the journal promises."""
    import numpy as np  # noqa: PLC0415
    import soundfile  # noqa: PLC0415

    try:
        with ExitStack() as stack:
            readers = [stack.enter_context(soundfile.SoundFile(str(path))) for path in piece.files]
            for reader in readers:
                reader.seek(skip)
            left = piece.frames - skip
            while left > 0:
                size = min(left, 5 * piece.rate)
                tracks = [reader.read(size, dtype="float32", always_2d=True) for reader in readers]
                data = np.concatenate(
                    [track.mean(axis=1, keepdims=True) for track in tracks], axis=1, dtype=np.float32
                )
                if not len(data):
                    raise Damaged(
                        tr(
                            f"{piece.files[0].name} 比登记的短",
                            f"{piece.files[0].name} is shorter than its journal says",
                        )
                    )
                yield data, piece.rate
                left -= len(data)
    except (soundfile.LibsndfileError, OSError, ValueError) as error:
        name = piece.files[0].name
        raise Damaged(tr(f"不能读取 {name}", f"cannot read {name}"), str(error)) from error


def _foreign(path: Path, start: float) -> "Iterator[tuple[NDArray[np.float32], int]]":
    """Any container and codec, down to mono. Decodes from the beginning: time stamps of foreign files lie."""
    import av  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            rate = stream.rate
            resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate)
            skip = int(start * rate)
            for frame in chain(container.decode(stream), (None,)):  # None: what the resampler still holds
                for out in resampler.resample(frame):
                    data: NDArray[np.float32] = out.to_ndarray().astype(np.float32).reshape(-1, 1)
                    if skip >= len(data):
                        skip -= len(data)
                        continue
                    yield data[skip:], rate
                    skip = 0
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise Damaged(tr(f"不能读取 {path.name}", f"cannot read {path.name}"), str(error)) from error


def mixed(tracks: "NDArray[np.float32]") -> Block:
    """Gain-sharing mix: each microphone gets the share of the gain that it has of the power (Dugan's rule), so that
    one talker sounds as from one microphone, and the room's noise does not add up over all of them.

    Args:
        tracks: shape (n, tracks), 16 kHz.

    """
    import numpy as np  # noqa: PLC0415

    frames, width = tracks.shape
    steps = -(-frames // POWER_FRAMES)
    padded = np.zeros((steps * POWER_FRAMES, width), np.float32)
    padded[:frames] = tracks
    powers = np.square(padded).reshape(steps, POWER_FRAMES, width).mean(axis=1)
    if width == 1:
        return Block(np.ascontiguousarray(tracks[:, 0]), powers, tracks)
    smooth = powers + np.float32(MIX_FLOOR)
    for at in range(1, steps):  # rises at once, falls within about 0.2 s
        smooth[at] = np.maximum(smooth[at], FALL * smooth[at - 1])
    share = np.repeat(smooth / smooth.sum(axis=1, keepdims=True), POWER_FRAMES, axis=0)[:frames]
    return Block((tracks * share).sum(axis=1).astype(np.float32), powers, tracks)
