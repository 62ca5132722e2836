"""Drivers, one file a kind; its `OFFER` is what the host is given, or its `offer(folder)` where it keeps files.

A file here loads no library of its kind: what talks by one stands in `talks`, and is imported by the first read.
"""

import pkgutil
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from roomctl.api.devices import DriverOffer


def offers(folder: Callable[[], Path]) -> Sequence[DriverOffer]:
    """Of all files here, by name.

    Args:
        folder: where a driver keeps files, each under its own kind; asked for when there is something to keep.

    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)
    found = [import_module(f"{__name__}.{name}") for name in names]
    return [module.offer(folder) if hasattr(module, "offer") else module.OFFER for module in found]
