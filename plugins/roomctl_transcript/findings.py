"""What looks wrong in a roster; read by the host too, so nothing heavy is here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the roster that somebody should look at.

    Attributes:
        name: the entry; why: one line.
        harmless: it repairs nothing wrongly, and is only told.

    """

    name: str
    why: str
    harmless: bool = False
