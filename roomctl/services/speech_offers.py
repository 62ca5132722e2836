"""What a speech engine of a plugin gives; `EngineOffer` says how it is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from roomctl.domain.transcript import Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Transcriber(Protocol):
    """An engine. It knows no meeting; it is made and used in a child process of its own.

    The class is constructed as `Engine(model_folder, options)`; loading may take seconds.
    """

    def decode(self, pcm: "NDArray[np.float32]", rate: int) -> Sequence[Word]:
        """Words of one utterance.

        Args:
            pcm: shape (frames,), mono, -1 to 1, at most 30 s; rate: 16,000.

        Returns:
            Words in order, times in seconds from the utterance's start. Their texts are joined as they are: in a
            language that is written with spaces, a word begins with one. Nothing heard gives nothing.

        """
        ...


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a stream makes of the utterance that is being said.

    Attributes:
        words: in order, times in seconds from the stream's beginning.
        final: the utterance is over; the next one begins anew.

    """

    words: tuple[Word, ...]
    final: bool = False


class SpeechStream(Protocol):
    """Somebody is speaking, and the words are wanted meanwhile."""

    def feed(self, pcm: "NDArray[np.float32]") -> Sequence[Hypothesis]:
        """What these samples change, oldest first; nothing where nothing has changed.

        Args:
            pcm: the next samples, shape (frames,), mono, -1 to 1, of any number.

        """
        ...

    def finish(self) -> Sequence[Hypothesis]:
        """The utterance is over: its final words, where it has any, at once. What is fed later is another one."""
        ...


class StreamingTranscriber(Transcriber, Protocol):
    """An engine that can also give words while somebody speaks."""

    def stream(self, rate: int) -> SpeechStream:
        """A new stream, which knows nothing of any other. Rate: 16,000."""
        ...
