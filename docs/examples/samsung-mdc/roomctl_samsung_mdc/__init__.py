"""Samsung's signage displays: a kind of device that roomctl can read and command."""

from roomctl.api import hookimpl
from roomctl.api.devices import DriverOffer


@hookimpl
def roomctl_device_drivers() -> list[DriverOffer]:
    """One kind."""
    from roomctl_samsung_mdc.driver import OFFER  # noqa: PLC0415 - read by rooms with such a display alone

    return [OFFER]
