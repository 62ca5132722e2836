"""What a card reader is: `from roomctl.api.cards import CardReader`. One file each; suite `CardReaderContract`."""

from typing import Protocol


class CardReader(Protocol):
    """A reader that nobody else uses while it is open. It is made with the device that the settings name."""

    def read(self, patience: float) -> str | None:
        """The number of the card that is held to it next: 4 to 40 digits and capitals, once while it lies there.

        Args:
            patience: seconds; None after them, where no card came.

        Raises:
            OSError: the reader is gone, or not to be had. It is opened anew then.

        """
        ...

    def close(self) -> None:
        """Gives it back. Idempotent; a `read` of another thread then ends, with None or OSError."""
        ...
