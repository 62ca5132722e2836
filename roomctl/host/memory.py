"""How much memory the host holds, and which plugin holds it, as far as that can be known from inside."""

import gc
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from roomctl.services.ports import Clock

LOOK = 5.0  # seconds between two looks
MORE = 1.25  # times what was told last, before it is told again
OBJECTS = 300_000  # looked at for one plugin; a list of a million is known to be one by its own size
AGE = 600.0  # seconds that a host must have run before its memory is a reason for another


@dataclass(frozen=True, slots=True)
class Growth:
    """Bytes: resident in all, the mark that was passed, and what each plugin's modules hold."""

    resident: int
    mark: int
    held: Mapping[str, int]

    def told(self) -> str:
        return ", ".join(f"{name} {size >> 20} MB" for name, size in self.held.items() if size >> 20) or "-"

    def as_json(self) -> dict[str, Any]:
        return {"bytes": self.resident, "mark": self.mark, "held": dict(self.held)}


class Memory:
    """Watches this process; it only tells.

    Attributes:
        overdue: above its mark for long enough to be worth another host.

    """

    def __init__(self, mark: int, clock: Clock) -> None:
        self._mark, self._next, self._clock = mark, mark, clock
        self._began = clock.monotonic()
        self._looked = self._began - LOOK
        self.overdue = False

    def look(self, modules: Mapping[str, ModuleType]) -> Growth | None:
        """What there is to tell, where it is above the mark, or much above what was told last."""
        now = self._clock.monotonic()
        if now - self._looked < LOOK:
            return None
        self._looked = now
        size = resident()
        self.overdue = size > self._mark and now - self._began > AGE
        if size <= self._next:
            return None
        self._next = int(size * MORE)
        sizes = {name: held(module) for name, module in modules.items()}
        return Growth(size, self._mark, dict(sorted(sizes.items(), key=lambda one: -one[1])))


def resident() -> int:
    """Bytes of this process in memory."""
    import psutil  # noqa: PLC0415 - the host alone asks

    return int(psutil.Process().memory_info().rss)


def held(module: ModuleType) -> int:
    """Bytes reachable from the globals of a plugin's modules, without what is the host's or another package's.

    What only a running function, or native code, holds is not seen.
    """
    family = module.__name__
    modules = [one for name, one in list(sys.modules.items()) if f"{name}.".startswith(f"{family}.") and one]
    waiting: list[Any] = [value for one in modules for name, value in vars(one).items() if not name.startswith("__")]
    seen = {id(vars(one)) for one in modules}
    total = 0
    while waiting and len(seen) < OBJECTS:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if not isinstance(one, ModuleType) and _own(one, family):
            total += sys.getsizeof(one, 0)
            waiting.extend(gc.get_referents(one))
    return total


def _own(one: object, family: str) -> bool:
    """A plain value, or an object of the plugin's own classes; where others begin, nothing more is counted."""
    module = one.__module__ if isinstance(one, type | FunctionType) else type(one).__module__
    plain = module in {"builtins", "collections"} and not isinstance(one, type)
    return plain or f"{module}.".startswith(f"{family}.")
