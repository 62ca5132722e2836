"""Child process that decodes an audio file to raw sound: `python -m roomctl_audio.reader PATH RATE BITS SKIP`.

On stdout comes first one JSON line, `{"tracks", "total_frames"}` or `{"error": [what, why, mend]}`; then the
sound, interleaved little-endian integers of BITS at RATE, without its first SKIP frames. Exit code 3 with one line
on stderr tells that the file broke on the way.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import av

from roomctl.api import BadInput, RoomctlError, tr
from roomctl_audio.pcm import MAX_TRACKS, Layout, pack

BROKEN = 3


class Reader:
    """An audio file as a stream of raw sound. Integers of the master's rate come out bit for bit."""

    def __init__(self, path: Path, rate: int, bits: int) -> None:
        """Raises: BadInput, where it is no audio, or has more channels than a recording has tracks."""
        self.path, self.rate, self.bits = path, rate, bits
        try:
            self._container = av.open(str(path))
        except (av.error.FFmpegError, ValueError) as error:
            raise _not_audio(path) from error
        streams = self._container.streams.audio
        if not streams:
            raise _not_audio(path)
        self._stream = streams[0]
        self.tracks = int(self._stream.codec_context.channels)
        if not 1 <= self.tracks <= MAX_TRACKS:
            raise BadInput(
                tr(f"无法录制 {path}", f"cannot record {path}"),
                tr(f"有 {self.tracks} 个声道，最多 {MAX_TRACKS} 个", f"{self.tracks} channels, at most {MAX_TRACKS}"),
                tr("请先拆分该文件", "split the file first"),
            )

    @property
    def layout(self) -> Layout:
        return Layout(self.tracks, self.bits, self.rate)

    @property
    def total_frames(self) -> int | None:
        """As its head says, in frames of the master's rate; None where it does not say."""
        if self._stream.duration is not None and self._stream.time_base is not None:
            return round(self._stream.duration * self._stream.time_base * self.rate)
        if self._container.duration is not None:
            return round(self._container.duration * self.rate / 1_000_000)
        return None

    def seek(self, seconds: float) -> None:
        """To about that second from the beginning."""
        self._container.seek(int(seconds * 1_000_000))

    def chunks(self) -> Iterator[bytes]:
        """Raw sound of whole frames. Raises: av.error.FFmpegError, ValueError where the file is damaged."""
        resampler: Any = None
        for frame in self._container.decode(self._stream):
            if resampler is None:
                resampler = av.AudioResampler(format="s32", layout=frame.layout, rate=self.rate)
            for out in resampler.resample(frame):
                yield pack(out.to_ndarray(), self.bits)
        if resampler is not None:
            for out in resampler.resample(None):
                yield pack(out.to_ndarray(), self.bits)


def _not_audio(path: Path) -> BadInput:
    return BadInput(
        tr(f"无法读取 {path}", f"cannot read {path}"),
        tr("其中没有能识别的音频", "there is no audio in it that can be recognised"),
        tr("请给出 wav、flac、mp3、m4a 等音频文件", "give an audio file such as wav, flac, mp3 or m4a"),
    )


def _pump(reader: Reader, skip: int, out: BinaryIO) -> None:
    left = skip * reader.layout.frame
    for data in reader.chunks():
        if left >= len(data):
            left -= len(data)
            continue
        out.write(data[left:])
        left = 0
    out.flush()


def main(argv: list[str]) -> int:
    """Decodes PATH. Exit code 2: it cannot be read at all."""
    path, rate, bits, skip = Path(argv[0]), int(argv[1]), int(argv[2]), int(argv[3])
    out = sys.stdout.buffer
    try:
        reader = Reader(path, rate, bits)
    except RoomctlError as error:
        out.write(json.dumps({"error": [error.what, error.why, error.mend]}).encode() + b"\n")
        return error.exit_code
    head = {"tracks": reader.tracks, "total_frames": reader.total_frames}
    out.write(json.dumps(head).encode() + b"\n")
    out.flush()
    try:
        _pump(reader, skip, out)
    except BrokenPipeError:  # nobody listens any more; nor is there anything to flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (av.error.FFmpegError, ValueError) as error:
        out.flush()
        print(f"{path}: {error}", file=sys.stderr)
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
