"""What a FLAC file says of itself in its first 42 bytes. Source: RFC 9639 sections 8.1 and 8.2."""

from dataclasses import dataclass
from pathlib import Path

_HEAD = 4 + 4 + 34  # marker, header of the first block, STREAMINFO
_STREAMINFO = 0


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """STREAMINFO: hertz, channels, bits of a sample, and samples of a channel (0 where it was not known)."""

    sample_rate: int
    channels: int
    bits: int
    samples: int


def stream_info(path: Path) -> StreamInfo | None:
    """Of a file; None where it is no FLAC file, or cannot be read."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return None
    if len(head) < _HEAD or head[:4] != b"fLaC" or head[4] & 0x7F != _STREAMINFO:
        return None
    packed = int.from_bytes(head[18:26], "big")  # 20 bits rate, 3 channels - 1, 5 bits of a sample - 1, 36 samples
    return StreamInfo(packed >> 44, (packed >> 41 & 0x7) + 1, (packed >> 36 & 0x1F) + 1, packed & (1 << 36) - 1)
