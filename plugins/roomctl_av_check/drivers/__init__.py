"""Drivers, one file a kind; its `OFFER` is what the host is given.

A file here loads no library of its kind: what talks by one stands in `talks`, and is imported by the first read.
"""

import pkgutil
from collections.abc import Sequence
from importlib import import_module

from roomctl.api.devices import DriverOffer


def offers() -> Sequence[DriverOffer]:
    """Of all files here, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [import_module(f"{__name__}.{name}").OFFER for name in names]
