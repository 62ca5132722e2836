"""The shape of raw sound. There is no numpy in here: the host reads it too."""

from dataclasses import dataclass

WIDTHS = {16: 2, 24: 3}
MAX_TRACKS = 16


@dataclass(frozen=True, slots=True)
class Layout:
    """Shape of raw sound: channels interleaved, `bits` wide, `rate` frames a second."""

    tracks: int
    bits: int
    rate: int

    @property
    def width(self) -> int:
        """Bytes of one sample."""
        return WIDTHS[self.bits]

    @property
    def frame(self) -> int:
        """Bytes of one frame, which is one sample of every track."""
        return self.tracks * self.width

    @property
    def second(self) -> int:
        """Bytes of one second."""
        return self.frame * self.rate
