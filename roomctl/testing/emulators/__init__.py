"""Devices that are not there: each speaks the real protocol over a real socket, and has faults that can be switched.

One file a kind; its `EMULATOR` is the class. `roomctl emulate` starts them, and so do the tests of the drivers.
"""

import pkgutil
from importlib import import_module

from roomctl.testing.emulators.base import Emulator, Fault, Running, TcpEmulator, UdpEmulator

_NO_KIND = frozenset({"agent", "base", "room", "searched"})


def kinds() -> dict[str, type[Emulator]]:
    """Kind of device → its emulator, one a file of this package."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NO_KIND)
    found = [import_module(f"{__name__}.{name}").EMULATOR for name in names]
    return {emulator.kind: emulator for emulator in found}


__all__ = ["Emulator", "Fault", "Running", "TcpEmulator", "UdpEmulator", "kinds"]
