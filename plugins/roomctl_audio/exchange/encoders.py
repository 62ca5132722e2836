"""What an export is written with. Both write through `Sink`, which remembers what the disk said."""

import os
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

OPUS_BITRATE = 32_000
"""Bits a second: speech of one channel in full band (RFC 6716, section 2.1.1, asks for 28–40 kbit/s)."""
OPUS_RATE = 48_000
_SUBTYPES = {"MP3": "MPEG_LAYER_III"}


class Sink:
    """A new file. libsndfile says nothing of why it could not write: the reason stays in `error`."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=1 << 18)
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        if self.error:
            return 0
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
            return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except OSError as error:  # what was buffered is written first
            self.error = self.error or error
            return 0

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002 - asked for, and never used while writing
        return b""

    def close(self) -> None:
        """Raises: OSError, the first that there was."""
        try:
            self._file.close()
        except OSError as error:
            self.error = self.error or error
        if self.error:
            raise self.error


class Encoder(Protocol):
    """Takes blocks of samples, shape (frames, channels), int16 or int32 with the sample at the upper end."""

    def write(self, block: NDArray[Any]) -> None: ...
    def close(self) -> None: ...


class Encoding:
    """A file while it is encoded; on the way out it is finished. Raises: OSError, as the disk said it."""

    def __init__(self, path: Path, kind: str, rate: int, channels: int, bits: int) -> None:
        self._sink = Sink(path)
        made: Encoder = (
            _Opus(self._sink, rate)
            if kind == "OPUS"
            else soundfile.SoundFile(
                self._sink, "w", rate, channels, subtype=_SUBTYPES.get(kind, f"PCM_{bits}"), format=kind
            )
        )
        self._encoder = made

    def write(self, block: NDArray[Any]) -> None:
        try:
            self._encoder.write(block)
        except (soundfile.LibsndfileError, AssertionError, av.error.FFmpegError):
            if self._sink.error is None:
                raise
        if self._sink.error:
            raise self._sink.error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        try:
            self._encoder.close()
        except (soundfile.LibsndfileError, AssertionError, av.error.FFmpegError):
            if kind is None and self._sink.error is None:
                raise
        finally:
            try:
                self._sink.close()
            except OSError:
                if kind is None:
                    raise


class _Opus:
    """Opus of one channel in Ogg (RFC 7845), by FFmpeg's libopus."""

    def __init__(self, sink: Sink, rate: int) -> None:
        self._container = av.open(sink, "w", format="ogg")
        self._stream: Any = self._container.add_stream("libopus", rate=OPUS_RATE, layout="mono")
        self._stream.bit_rate = OPUS_BITRATE
        self._rate, self._frames = rate, 0

    def write(self, block: NDArray[Any]) -> None:
        packed = np.ascontiguousarray(block).reshape(1, -1)
        form = "s16" if block.dtype.itemsize == 2 else "s32"  # noqa: PLR2004 - bytes
        frame = av.AudioFrame.from_ndarray(packed, format=form, layout="mono")
        frame.sample_rate, frame.pts = self._rate, self._frames
        self._frames += len(block)
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def close(self) -> None:
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()
