"""Macros (场景) of a room: a few steps over what its devices can be told, such as “start meeting”."""

from dataclasses import dataclass
from enum import StrEnum

from roomctl.domain.checks import Title, titled
from roomctl.domain.lifecycle import State


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroStep:
    """One step: an order to a device, or a wait.

    Attributes:
        device, action, argument: as `roomctl devices do` takes them; empty for a wait.
        wait: seconds to wait, after the order where there is one.
        optional: the macro goes on where this step fails.

    """

    device: str = ""
    action: str = ""
    argument: str = ""
    wait: float = 0.0
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """Steps that are done one after the other.

    Attributes:
        id: ASCII, unique in the room.
        on: runs by itself when a meeting comes into this state; None: by hand alone.

    """

    id: str
    title: Title
    steps: tuple[MacroStep, ...]
    on: State | None = None

    @property
    def name(self) -> str:
        """The title in the reader's language."""
        return titled(self.title, self.id)


class StepState(StrEnum):
    """How a step went."""

    PLANNED = "planned"
    """Of a dry run: it could be done."""
    DONE = "done"
    FAILED = "failed"
    LEFT_OUT = "left_out"
    """An earlier one failed, or it was ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """One step, and what came of it.

    Attributes:
        what: the step in the reader's words.
        said: what the device confirms, or why it was not done.

    """

    step: MacroStep
    state: StepState
    what: str
    said: str = ""
