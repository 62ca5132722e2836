"""Child process that decodes an audio file: `python -m roomctl_audio.sources.reader PATH RATE BITS SKIP`.

On stdout comes first one JSON line, `{"tracks", "total_frames"}` or `{"error": [what, why, mend]}`; then the
sound in chunks, each behind `HEAD`: interleaved little-endian integers of BITS at RATE, without its first SKIP
frames. What is damaged is left out, and its length is told. Exit code 3 with one line on stderr tells that the file
broke off before its end.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import av

from roomctl.api import BadInput, RoomctlError, tr
from roomctl_audio.sound.pcm import MAX_TRACKS, Layout, pack
from roomctl_audio.sources.chunks import HEAD

BROKEN = 3
CHUNK_SECONDS = 0.1
COUNTED = frozenset({"mp3", "aac"})
"""Containers without times: FFmpeg counts frames, and a hole of them shows in their size alone."""
JUMP_SECONDS = 0.02
"""From this on a step in the file's own times is a hole, and no rounding (a frame of MP3 or AAC has as much)."""
SHORT_SECONDS, SHORT_SHARE = 1.0, 0.05
"""By which a file may be shorter than its head says."""
TRIES = 3
"""At one place, before a container that cannot be read on is given up."""


class Reader:
    """An audio file as a stream of raw sound. Integers of the master's rate come out bit for bit."""

    def __init__(self, path: Path, rate: int, bits: int) -> None:
        """Raises: BadInput, where it is no audio, or has more channels than a recording has tracks."""
        self.path, self.rate, self.bits = path, rate, bits
        self._from_start = True
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
        """To about that second from the beginning; what follows is then no measure of the whole."""
        self._from_start = False
        self._container.seek(int(seconds * 1_000_000))

    def chunks(self) -> Iterator[bytes]:
        """Raw sound of whole frames. Raises: av.error.FFmpegError, ValueError where the file is damaged."""
        for lost, data in self.pieces():
            if lost:
                raise ValueError(tr("中间有损坏", "it is damaged on the way"))
            yield data

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """Raw sound, each piece with the frames that are damaged, and left out, just before it.

        Raises: av.error.FFmpegError, ValueError where it breaks off before its end.
        """
        resampler: Any = None
        frames = lost = 0
        for lost_seconds, frame in self._decoded():
            hole = round(lost_seconds * self.rate)
            frames, lost = frames + hole, lost + hole
            if resampler is None:
                resampler = av.AudioResampler(format="s32", layout=frame.layout, rate=self.rate)
            for out in resampler.resample(frame):
                frames += out.samples
                yield lost, pack(out.to_ndarray(), self.bits)
                lost = 0
        for out in resampler.resample(None) if resampler else ():
            frames += out.samples
            yield 0, pack(out.to_ndarray(), self.bits)
        if self._from_start:
            self._need_whole(frames / self.rate)

    def _decoded(self) -> Iterator[tuple[float, Any]]:
        """What decodes, each with the seconds just before it that do not."""
        counted = self._container.format.name in COUNTED
        skipped, expected = 0.0, None
        for packet in self._packets():
            try:
                decoded = packet.decode()
            except av.error.FFmpegError:
                skipped += self._seconds(packet, by_size=counted)
                continue
            for frame in decoded:
                jump = frame.time - expected if None not in {expected, frame.time} and not counted else 0.0
                yield (jump if jump > JUMP_SECONDS else skipped), frame
                skipped = 0.0
                began = frame.time if frame.time is not None else expected or 0.0
                expected = began + frame.samples / frame.sample_rate
        if skipped:
            raise ValueError(tr("结尾处损坏", "its end is damaged"))

    def _seconds(self, packet: Any, *, by_size: bool) -> float:
        """Of a packet that does not decode. One of rubbish holds whatever came before the next frame began."""
        said = float(packet.duration * packet.time_base) if packet.duration else 0.0
        rate = self._stream.bit_rate or self._container.bit_rate
        return max(said, packet.size * 8 / rate) if by_size and rate else said

    def _packets(self) -> Iterator[Any]:
        """All that the container gives; where it stumbles it is asked to go on."""
        if self._stream.codec_context.name == "flac":  # which has sums of its own, and else lets rubbish through
            self._stream.codec_context.options = {"err_detect": "crccheck+explode"}
        stumbled = 0
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    stumbled = 0
                    yield packet
            except av.error.FFmpegError:
                stumbled += 1
                if stumbled >= TRIES:
                    raise
            else:
                return

    def _need_whole(self, seconds: float) -> None:
        """Raises: ValueError, where it is much shorter than its head says."""
        said = (self.total_frames or 0) / self.rate
        if said - seconds > max(SHORT_SECONDS, SHORT_SHARE * said) and self._sure():
            raise ValueError(
                tr(
                    f"文件头说有 {said:.1f} 秒，只有 {seconds:.1f} 秒",
                    f"its head says {said:.1f} s, and there are {seconds:.1f} s",
                )
            )

    def _sure(self) -> bool:
        """Whether its head tells the length, and FFmpeg did not guess it by the bit rate."""
        if self._container.format.name not in COUNTED:
            return True
        with self.path.open("rb") as file:
            head = file.read(1 << 16)
        return b"Xing" in head or b"Info" in head


def _not_audio(path: Path) -> BadInput:
    return BadInput(
        tr(f"无法读取 {path}", f"cannot read {path}"),
        tr("其中没有能识别的音频", "there is no audio in it that can be recognised"),
        tr("请给出 wav、flac、mp3、m4a 等音频文件", "give an audio file such as wav, flac, mp3 or m4a"),
    )


def _pump(reader: Reader, skip: int, out: BinaryIO) -> None:
    """All but the first `skip` frames, gathered to chunks of some length, for whoever reads them.

    Whoever has the first frames of a piece was told what is lost before it.
    """
    left, held, size = skip * reader.layout.frame, bytearray(), round(CHUNK_SECONDS * reader.layout.second)
    lost_before = 0
    for hole, data in reader.pieces():
        if left >= len(data):
            left -= len(data)
            continue
        lost = 0 if left else hole
        if held and (lost or len(held) >= size):
            out.write(HEAD.pack(len(held), lost_before) + held)
            held, lost_before = bytearray(), 0
        lost_before += lost
        held += data[left:]
        left = 0
    out.write(HEAD.pack(len(held), lost_before) + held)
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
