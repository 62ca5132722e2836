"""Tests wait for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 150.0
"""Seconds in which a machine, however busy, has done what takes it a moment; less than a whole test may take."""
_FIRST, _LONGEST = 0.005, 0.05
"""Seconds between two looks: what comes at once is seen at once, and what takes long is not asked all the time."""

Found = TypeVar("Found")


def until(condition: Callable[[], Found], seconds: float = PATIENCE, what: str = "it") -> Found:
    """What the condition gives once that is true. Raises: AssertionError after so many seconds."""
    end, pause = time.monotonic() + seconds, _FIRST
    while not (found := condition()):
        assert time.monotonic() < end, f"{what} did not come true within {seconds:g} s"
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST)
    return found
