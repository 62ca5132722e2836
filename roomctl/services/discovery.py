"""Looking for devices on the network, and entries of the inventory made of what was found."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from roomctl.domain.devices import Device
from roomctl.errors import BadInput, NotFound, Refused, RoomctlError
from roomctl.i18n import tr
from roomctl.services.device_ports import Rack
from roomctl.services.drivers import DriverOffer, Found

GRACE = 5.0
"""Seconds by which a search may be late."""
ANY = "host"
"""The kind of what is there, and that no driver speaks with."""
TITLE = 60
"""Characters of what a device says of itself that make a title."""


def search(
    offers: Mapping[str, DriverOffer], rack: Rack, kind: str, seconds: float, where: str = ""
) -> tuple[Sequence[Found], Mapping[str, RoomctlError]]:
    """Looks for devices of all kinds at once, or by the search of one.

    Args:
        where: an address, `address:port` or network; empty: whoever hears a broadcast or a multicast.

    Returns:
        What answered; and the kinds whose search failed, with the reason.

    Raises:
        NotFound: no such kind. Refused: one that cannot be searched for. BadInput: no such place.

    """
    if kind and kind not in offers:
        raise NotFound(
            tr(f"没有种类 {kind}", f"there is no kind {kind}"),
            mend=tr("现有：", "known: ") + ", ".join(sorted(offers)),
        )
    able = {name: offer for name, offer in offers.items() if offer.search and kind in {"", name}}
    if kind and not able:
        raise Refused(tr(f"{kind} 没有搜索的办法", f"there is no way to search for {kind}"))
    running = {name: rack.prober.search(offer, seconds, where) for name, offer in able.items()}
    found: list[Found] = []
    failed: dict[str, RoomctlError] = {}
    for name, future in running.items():
        try:
            found += future.result(seconds + GRACE)
        except BadInput:
            raise
        except RoomctlError as error:
            failed[name] = error
        except (OSError, TimeoutError) as error:
            failed[name] = RoomctlError(type(error).__name__, str(error))
    return [one if one.kind in offers else replace(one, kind=ANY) for one in found], failed


def known(found: Found, devices: Iterable[Device], offers: Mapping[str, DriverOffer]) -> bool:
    """Whether the inventory has it: the same address, and a kind with the same port."""
    return any(one.address == found.address and _port(one, offers) in {None, _port(found, offers)} for one in devices)


def entry(found: Found, ids: Collection[str]) -> Device:
    """An entry for the inventory, with an id that nobody has, made of the kind and the end of the address."""
    stem = re.sub(r"[^a-z0-9_-]+", "-", f"{found.kind}-{found.address.rpartition('.')[2]}".lower())
    name = next(
        one for number in range(1, len(ids) + 2) if (one := stem if number == 1 else f"{stem}-{number}") not in ids
    )
    return Device(
        id=name,
        kind=found.kind,
        title=(found.says[:TITLE].strip() or name, ""),
        address=found.address,
        port=found.port,
        emission=found.emission,
    )


def _port(one: Device | Found, offers: Mapping[str, DriverOffer]) -> int | None:
    offer = offers.get(one.kind)
    return one.port or (offer.port if offer else None)
