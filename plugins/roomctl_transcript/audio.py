"""Sound from disk as 16 kHz mono blocks for the engine. Memory stays flat however long the file is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomctl.api import BadInput, Damaged, RoomctlError, tr

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
"""Frames a second of what engines hear."""

POWER_FRAMES = 320
"""Frames (20 ms) over which a track's power is averaged before its share in the mix is set."""

READ = 1.0
"""Seconds of a file that are read at once."""

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


Gap = Callable[[float, float], None]
"""Told seconds, from and to, in which nothing could be read."""


def blocks(
    pieces: Sequence[Piece],
    start: float,
    trouble: Callable[[RoomctlError], None],
    *,
    stop: float | None = None,
    gap: Gap = lambda _start, _end: None,
) -> Iterator[Block]:
    """The recording from `start` seconds on, or up to `stop`, in blocks of `BLOCK_FRAMES`, the last one shorter.

    What cannot be read of a file is told to `trouble` and counts as silence, so that what follows keeps its time; it
    is read on right behind what is damaged. Where no track can be read is told to `gap`.
    """
    import numpy as np  # noqa: PLC0415 - as above

    held = np.zeros((0, 1), np.float32)
    filled, left = 0, None if stop is None else max(0, round((stop - start) * RATE))

    def taken() -> Block:
        """Nothing of it stays here: whoever decodes it needs the memory."""
        nonlocal held, filled
        block = mixed(held[:filled])
        held, filled = np.zeros((0, 1), np.float32), 0
        return block

    for whole in _resampled(pieces, start, trouble, gap):
        part = whole if left is None else whole[:left]
        left = None if left is None else left - len(part)
        while len(part):
            if not filled:
                held = np.empty((BLOCK_FRAMES, part.shape[1]), np.float32)
            fit = part[: BLOCK_FRAMES - filled]
            held[filled : filled + len(fit)] = fit
            part, filled = part[len(fit) :], filled + len(fit)
            if filled == BLOCK_FRAMES:
                yield taken()
        if left == 0:
            break
    if filled:
        yield taken()


def _resampled(
    pieces: Iterable[Piece], start: float, trouble: Callable[[RoomctlError], None], gap: Gap
) -> "Iterator[NDArray[np.float32]]":
    """All tracks at 16 kHz, shape (n, tracks)."""
    import numpy as np  # noqa: PLC0415
    import soxr  # noqa: PLC0415

    stream, rate, width = None, 0, 0
    for data, its_rate in _raw(pieces, start, trouble, gap):
        if (its_rate, data.shape[1]) != (rate, width):
            if stream is not None:
                yield stream.resample_chunk(np.zeros((0, width), np.float32), last=True).reshape(-1, width)
            rate, width = its_rate, data.shape[1]
            stream = soxr.ResampleStream(rate, RATE, width, dtype="float32") if rate != RATE else None
        yield data if stream is None else stream.resample_chunk(data).reshape(-1, width)
    if stream is not None:
        yield stream.resample_chunk(np.zeros((0, width), np.float32), last=True).reshape(-1, width)


def _raw(
    pieces: Iterable[Piece], start: float, trouble: Callable[[RoomctlError], None], gap: Gap
) -> "Iterator[tuple[NDArray[np.float32], int]]":
    """Decoded samples, shape (n, tracks), with their rate; skips what lies before `start`."""
    for piece in pieces:
        given = max(0, int(start * piece.rate) - piece.first_frame) if piece.frames else 0
        if not piece.frames:
            yield from _foreign(piece.files[0], start, trouble, gap)
        elif given < piece.frames:
            yield from _sealed(piece, given, trouble, gap)


def _sealed(
    piece: Piece, skip: int, trouble: Callable[[RoomctlError], None], gap: Gap
) -> "Iterator[tuple[NDArray[np.float32], int]]":
    """A segment's files from frame `skip` on: the tracks side by side, as many frames as the journal promises."""
    import numpy as np  # noqa: PLC0415

    with ExitStack() as stack:
        tracks = [_Track(path, piece.rate) for path in piece.files]
        for track in tracks:
            stack.callback(track.close)
        step = round(READ * piece.rate)
        for at in range(skip, piece.frames, step):
            size = min(piece.frames - at, step)
            read = [track.read(at, size) for track in tracks]
            lost = np.logical_and.reduce([bad for _, bad in read])
            for low, high in _runs(lost):
                gap((piece.first_frame + at + low) / piece.rate, (piece.first_frame + at + high) / piece.rate)
            yield np.stack([data for data, _ in read], axis=1), piece.rate
        for track in tracks:
            if track.why:
                trouble(Damaged(tr(f"不能读取 {track.name}", f"cannot read {track.name}"), track.why))


def _runs(flags: "NDArray[np.bool_]") -> list[tuple[int, int]]:
    """Where they are true, from and to."""
    import numpy as np  # noqa: PLC0415

    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]])))
    return [(int(low), int(high)) for low, high in edges.reshape(-1, 2)]


class _Track:
    """A sealed file, read on behind what is damaged in it.

    Attributes:
        why: what could not be read of it; empty where all could.

    """

    def __init__(self, path: Path, rate: int) -> None:
        self.name, self.why = path.name, ""
        self._path, self._step = path, max(1, rate // 4)
        self._file: Any = None
        self._dead = False

    def read(self, at: int, frames: int) -> "tuple[NDArray[np.float32], NDArray[np.bool_]]":
        """So many frames from `at` on, down to mono, and which of them are silence because nothing could be read."""
        import numpy as np  # noqa: PLC0415
        import soundfile  # noqa: PLC0415

        data, bad = np.zeros(frames, np.float32), np.ones(frames, np.bool_)
        step, done = frames, 0
        while done < frames and not self._dead:
            size = min(step, frames - done)
            try:
                heard = self._heard(at + done, size)
                data[done : done + len(heard)], bad[done : done + len(heard)] = heard, False
                if len(heard) < size:
                    self.why = self.why or tr("比登记的短", "it is shorter than its journal says")
                    break
            except (soundfile.LibsndfileError, OSError, ValueError) as error:
                self.why = self.why or str(error)
                self.close()  # a decoder that has lost its place finds none any more
                if step > self._step:
                    step = self._step
                    continue
            done += size
        return data, bad

    def _heard(self, at: int, frames: int) -> "NDArray[np.float32]":
        import soundfile  # noqa: PLC0415

        if self._file is None:
            try:
                self._file = soundfile.SoundFile(str(self._path))
            except (soundfile.LibsndfileError, OSError):
                self._dead = True  # not a stretch of it: all of it
                raise
        if self._file.tell() != at:
            self._file.seek(min(at, self._file.frames))
        heard: NDArray[np.float32] = self._file.read(frames, dtype="float32", always_2d=True).mean(axis=1)
        return heard

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _foreign(
    path: Path, start: float, trouble: Callable[[RoomctlError], None], gap: Gap
) -> "Iterator[tuple[NDArray[np.float32], int]]":
    """Any container and codec, down to mono. Decodes from the beginning: time stamps of foreign files lie."""
    import av  # noqa: PLC0415

    what = tr(f"不能读取 {path.name}", f"cannot read {path.name}")
    at, why = 0, ""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            rate = stream.rate
            skip = int(start * rate)
            for data, wrong in _packets(container, stream, rate):
                if wrong:
                    why = why or wrong
                    gap(at / rate, (at + len(data)) / rate)
                at += len(data)
                if at > skip:
                    yield data[max(0, len(data) - (at - skip)) :], rate
    except (av.FFmpegError, IndexError, ValueError) as error:
        why = str(error)
    if why:
        trouble(Damaged(what, why))


JUMP = (0.25, 10.0)
"""Seconds by which time stamps jump where packets are missing; a longer jump is a recorder that was paused."""


def _packets(container: Any, stream: Any, rate: int) -> "Iterator[tuple[NDArray[np.float32], str]]":
    """Mono samples of each packet; silence, and why, where one cannot be decoded or is missing."""
    import av  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate)
    expected: float | None = None
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError) as error:
            seconds = float(packet.duration * packet.time_base) if packet.duration and packet.time_base else 0.0
            yield np.zeros((round(seconds * rate), 1), np.float32), str(error)
            expected = None  # what the decoder says next may be of this packet still
            continue
        for frame in frames:
            if expected is not None and frame.time is not None and JUMP[0] <= frame.time - expected <= JUMP[1]:
                yield (
                    np.zeros((round((frame.time - expected) * rate), 1), np.float32),
                    tr("缺一段", "a part is missing"),
                )
            expected = None if frame.time is None else frame.time + frame.samples / frame.sample_rate
            for out in resampler.resample(frame):
                yield out.to_ndarray().astype(np.float32).reshape(-1, 1), ""
    for out in resampler.resample(None):
        yield out.to_ndarray().astype(np.float32).reshape(-1, 1), ""


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
    rise = -np.log(FALL) * np.arange(steps)[:, None]  # it rises at once, and falls within about 0.2 s
    smooth = np.exp(np.maximum.accumulate(np.log(powers + MIX_FLOOR) + rise, axis=0) - rise).astype(np.float32)
    share = np.repeat(smooth / smooth.sum(axis=1, keepdims=True), POWER_FRAMES, axis=0)[:frames]
    return Block((tracks * share).sum(axis=1).astype(np.float32), powers, tracks)
