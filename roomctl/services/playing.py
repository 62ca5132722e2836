"""Playing what is sealed: a recording, or a stretch of it, as a WAV file that is made while somebody reads it.

Its length is known before a byte is made, and any byte of it can be asked for first: of the masters only the stretch
that is asked for is decoded. What is 不入记录 is silent.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from roomctl.domain.recording import Purpose, Recording, Segment, off_record
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import tr
from roomctl.services import recordings, syncing
from roomctl.services.listening import HEARD
from roomctl.services.marks import Desk
from roomctl.services.offers import Playable

HEADER = 44
"""Bytes before the first sample."""
_WIDTH = 2  # bytes of a sample
_MOST = 0xFFFFFFFF  # the largest size that a WAV can name; players take it for a stream


@dataclass(frozen=True, slots=True)
class Wave:
    """A stretch of a recording as a WAV, mono, 16 bits, in the recording's rate.

    Attributes:
        first, frames: of the recording.
        parts: its segments by their first frame: those of a stretch side by side, one per track that is heard.
        off: 不入记录, as (first, last + 1) frames.

    """

    recording: Recording
    track: int | None
    first: int
    frames: int
    parts: tuple[tuple[Segment, ...], ...]
    off: tuple[tuple[int, int], ...]
    source: Playable = field(repr=False, compare=False)

    @property
    def size(self) -> int:
        """Bytes."""
        return HEADER + _WIDTH * self.frames

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Bytes from `start` to before `stop`, about a second in each block; exactly as many as that is."""
        if start < HEADER:
            yield self._header()[start:stop]
        at = self.first + max(0, start - HEADER) // _WIDTH
        end = self.first + max(0, stop - HEADER + 1) // _WIDTH
        skip, left = max(0, start - HEADER) % _WIDTH, stop - max(start, HEADER)
        while at < end and left > 0:
            frames = min(self.recording.sample_rate, end - at)
            block = self._silenced(at, self._samples(at, frames))[skip:][:left]
            yield block
            at, skip, left = at + frames, 0, left - len(block)

    def _header(self) -> bytes:
        rate, data = self.recording.sample_rate, _WIDTH * self.frames
        form = struct.pack("<HHIIHH", 1, 1, rate, _WIDTH * rate, _WIDTH, 8 * _WIDTH)
        return (
            b"RIFF" + struct.pack("<I", min(data + HEADER - 8, _MOST)) + b"WAVEfmt " + struct.pack("<I", len(form))
            + form + b"data" + struct.pack("<I", min(data, _MOST))
        )  # fmt: skip

    def _samples(self, at: int, frames: int) -> bytes:
        """From the segments that lie there; silence where none does."""
        made = bytearray()
        while len(made) < _WIDTH * frames:
            now = at + len(made) // _WIDTH
            wanted = frames - len(made) // _WIDTH
            part = next((one for one in self.parts if one[0].first_frame <= now < _end(one)), None)
            if part is None:
                following = min((one[0].first_frame for one in self.parts if one[0].first_frame > now), default=None)
                made += bytes(_WIDTH * (wanted if following is None else min(wanted, following - now)))
                continue
            count = min(wanted, _end(part) - now)
            made += self.source.samples(part, now - part[0].first_frame, count)
        return bytes(made)

    def _silenced(self, at: int, block: bytes) -> bytes:
        """Without what is off the record."""
        frames = len(block) // _WIDTH
        for first, last in self.off:
            low, high = max(first, at) - at, min(last, at + frames) - at
            if low < high:
                block = block[: _WIDTH * low] + bytes(_WIDTH * (high - low)) + block[_WIDTH * high :]
        return block


def wave(
    meeting_id: str,
    recording_id: str,
    *,
    track: int | None = None,
    first: float = 0.0,
    last: float | None = None,
    desk: Desk,
) -> Wave:
    """What is sealed of a recording, or a stretch of it.

    Args:
        track: from 1; None is the mean of all.
        first, last: seconds of the recording; beyond its end is its end.

    Raises:
        NotFound: no such recording. BadInput: no such track, or the stretch is none. Refused: nothing is sealed yet,
            its recorder cannot play, or its files are gone.

    """
    found = recordings.find(meeting_id, recording_id, uow=desk.uow)
    if found.purpose is Purpose.TEST:
        raise NotFound(
            tr("这里没有这段录音", "there is no such recording here"),
            tr("试录和会议录音分开列", "test takes stand apart from recordings"),
            tr("请用试录的地址", "ask under the address of test takes"),
        )
    if track is not None and not 1 <= track <= max(found.tracks, 1):
        raise BadInput(
            tr(f"没有第 {track} 轨", f"there is no track {track}"),
            tr(f"这段录音有 {found.tracks} 轨", f"the recording has {found.tracks}"),
        )
    source = syncing.attach(found, plugins=desk.plugins, data=desk.data)
    what = tr("不能播放录音", "the recording cannot be played")
    if not isinstance(source, Playable):
        raise Refused(
            what,
            tr(f"录音插件“{found.recorder}”不能回放", f"the recorder {found.recorder!r} cannot do that"),
            tr("可以导出来听", "export it to hear it"),
        )
    parts = _parts(found.segments, track)
    if not parts:
        raise Refused(
            what,
            tr("还没有封存的声音", "nothing of it is sealed yet"),
            tr("录音时请用监听", "listen to it while it is recorded"),
        )
    if not any((desk.data / found.folder / segment.path).is_file() for part in parts for segment in part):
        raise NotFound(
            what,
            tr("录音文件不在了", "its files are gone"),
            tr("请从档案包恢复", "bring them back from the archive's package"),
        )
    end = max(map(_end, parts))
    begin = min(round(first * found.sample_rate), end)
    until = end if last is None else min(round(last * found.sample_rate), end)
    if until <= begin:
        raise BadInput(
            tr("时间范围不对", "the stretch is not right"),
            tr(f"录音有 {end / found.sample_rate:.1f} 秒", f"the recording has {end / found.sample_rate:.1f} s"),
            tr("结束要在开始之后", "its end must come after its beginning"),
        )
    return Wave(found, track, begin, until - begin, parts, off_record(found.markers, end), source)


def heard(wave: Wave, *, desk: Desk) -> None:
    """That somebody plays it is an event."""
    desk.tell(HEARD, wave.recording, {"track": wave.track, "frame": wave.first, "live": False})


def _parts(segments: Sequence[Segment], track: int | None) -> tuple[tuple[Segment, ...], ...]:
    found: dict[int, list[Segment]] = {}
    for segment in segments:
        if track in {None, segment.track}:
            found.setdefault(segment.first_frame, []).append(segment)
    return tuple(tuple(sorted(part, key=lambda one: one.track)) for _, part in sorted(found.items()))


def _end(part: Sequence[Segment]) -> int:
    return part[0].first_frame + max(one.frames for one in part)
