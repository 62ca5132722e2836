"""What a driver is made with: `from roomctl.api.devices import Device, DriverOffer, Fact, Reading`.

The guide for its author is docs/guide/driver-author.md.
"""

from roomctl.domain.checks import CheckState, Result, Title, Value, above, below
from roomctl.domain.devices import (
    Deed,
    Device,
    Emission,
    Evidence,
    Fact,
    Garbled,
    LoginRefused,
    Reading,
    Secret,
    Silent,
    Unreachable,
    garbled,
)
from roomctl.services.drivers import ActionOffer, DriverOffer, Found, NoOptions, Quantity

__all__ = [
    "ActionOffer", "CheckState", "Deed", "Device", "DriverOffer", "Emission", "Evidence", "Fact", "Found", "Garbled",
    "LoginRefused", "NoOptions", "Quantity", "Reading", "Result", "Secret", "Silent", "Title", "Unreachable", "Value",
    "above", "below", "garbled",
]  # fmt: skip
