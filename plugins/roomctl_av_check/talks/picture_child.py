"""Takes pictures from a stream and measures them; a process of its own, so that it can be given up.

One line of JSON comes on stdin: `url`, `seconds`, `patience`, `taught` (paths), `luma`. One line of JSON goes to
stdout, followed by the bytes of the snapshot (JPEG) and, where `luma` was asked for, of the luma (PNG).
"""

import json
import sys
import time
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from roomctl_av_check.picture import Picture, brightness, likeness, motion, sharpness

PROBED = {"analyzeduration": "1000000", "fpsprobesize": "0"}
"""Microseconds in which the codec is to be found, at once where the description has it. A rate is
measured here, and not waited for."""
KEPT = 5
"""Pictures of which the sharpness is the median: noise and a blinking eye pass."""
PAIR = 2
"""Key pictures, which are encoded alone, by which it is seen whether the camera lives."""
KEY_WAIT = 5.0
"""Seconds beyond those that were asked for in which the second one may come; many cameras make one every 2 to 4."""
WIDTH = 640
"""Pixels; pictures are compared at this width, whatever the stream has."""
_LOGIN = (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)


def main() -> None:
    """Whatever goes wrong is told as JSON; a password in a URL stands in no error."""
    told = json.loads(sys.stdin.readline())
    pictures: tuple[bytes, ...] = ()
    try:
        said, pictures = look(**told)
    except _LOGIN:
        said = {"error": "login"}
    except av.error.HTTPNotFoundError as error:
        said = {"error": "path", "why": error.strerror}
    except (av.error.ExitError, TimeoutError) as error:
        said = {"error": "silent", "why": error.strerror or ""}
    except (av.error.FFmpegError, OSError) as error:
        said = {"error": "garbled", "why": error.strerror or type(error).__name__}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + b"".join(pictures))
    sys.stdout.buffer.flush()


def look(
    url: str, seconds: float, patience: float, taught: list[str], *, luma: bool
) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """Figures and pictures. Raises: av.error.FFmpegError, OSError."""
    options = {"rtsp_transport": "tcp", "max_delay": "0", "timeout": str(round(patience * 1e6)), **PROBED}
    with av.open(url, options=options, timeout=(2 * patience, patience)) as stream:
        if not stream.streams.video:
            return {"error": "garbled", "why": "no video"}, ()
        video = stream.streams.video[0]
        seen = _Seen()
        for frame in _frames(stream, video, seconds + KEY_WAIT, patience):
            seen.add(frame)
            if seen.keys >= PAIR and seen.times[-1] - seen.times[0] >= seconds:
                break
        if seen.last is None:
            return {"error": "silent", "why": ""}, ()
        snapshot = _encoded(seen.last.reformat(format="yuvj420p"), "mjpeg")
        figures = {**seen.figures(), "codec": video.codec_context.name}
        picture = seen.lumas[-1]
        likenesses = {Path(one).stem: _likeness(picture, Path(one)) for one in taught}
        png = _encoded(av.VideoFrame.from_ndarray(picture, format="gray"), "png") if luma else b""
    return {"figures": figures, "likenesses": likenesses, "snapshot": len(snapshot)}, (snapshot, png)


class _Seen:
    """What is remembered of the pictures: not all of them, since a second of a large camera is 300 MB."""

    def __init__(self) -> None:
        self.last: Any = None
        self.lumas: deque[Picture] = deque(maxlen=KEPT)
        self.times: list[float] = []
        self.key: Picture | None = None
        self.keys, self.motion = 0, 0.0

    def add(self, frame: Any) -> None:
        self.last = frame
        self.times.append(frame.time)
        luma = _luma(frame)
        self.lumas.append(luma)
        if frame.key_frame:
            self.motion = self.motion if self.key is None else max(self.motion, motion(self.key, luma))
            self.key = luma
            self.keys += 1

    def figures(self) -> dict[str, Any]:
        """The rate is by the pictures' own clock: one that was lost leaves its gap."""
        span = self.times[-1] - self.times[0]
        return {
            "width": self.last.width,
            "height": self.last.height,
            "rate": round((len(self.times) - 1) / span, 1) if span > 0 else 0.0,
            "keys": self.keys,
            "brightness": round(brightness(self.lumas[-1])),
            "motion": round(self.motion, 3) if self.keys >= PAIR else None,
            "sharpness": round(float(np.median([sharpness(one) for one in self.lumas])), 1),
        }


def _frames(stream: Any, video: Any, seconds: float, patience: float) -> Iterator[Any]:
    """Whole pictures, of so many seconds by their own clock; by ours, not much longer than twice that."""
    first: float | None = None
    until = time.monotonic() + 2 * seconds + patience
    try:
        for frame in stream.decode(video):
            if frame.time is None or frame.is_corrupt:
                continue
            first = frame.time if first is None else first
            yield frame
            if frame.time - first >= seconds or time.monotonic() > until:
                return
    except (av.error.ExitError, av.error.EOFError, TimeoutError):
        return  # what came until then is told


def _luma(frame: Any) -> Picture:
    picture: Picture = frame.to_ndarray(format="gray")
    return picture


def _likeness(picture: Picture, path: Path) -> dict[str, float]:
    """Against the taught one; empty where it cannot be compared, or is gone."""
    try:
        with av.open(str(path)) as file:
            taught = _luma(next(file.decode(video=0)))
    except (av.error.FFmpegError, OSError, StopIteration):
        return {}
    told = {"sharpness": round(sharpness(taught), 1)} if taught.shape == picture.shape else {}
    if alike := likeness(_small(picture), _small(taught)):
        told |= {"match": alike.match, "right": alike.right, "down": alike.down}
    return told


def _small(picture: Picture) -> Picture:
    """At one size for all, whichever stream it was taught from."""
    frame = av.VideoFrame.from_ndarray(picture, format="gray")
    return _luma(frame.reformat(width=WIDTH, height=WIDTH * 9 // 16, interpolation="AREA"))


def _encoded(frame: Any, codec: str) -> bytes:
    """One picture as a file."""
    encoder: Any = av.CodecContext.create(codec, "w")  # the library's types do not tell which context it is
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt, encoder.time_base = frame.format.name, Fraction(1, 25)
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))


if __name__ == "__main__":
    main()
