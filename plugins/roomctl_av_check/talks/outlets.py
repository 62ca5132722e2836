"""Outlets of a power strip, by the tables of its maker."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from roomctl.api import BadInput, tr
from roomctl.api.devices import Deed, Device, Fact, Reading, Secret, Silent, garbled
from roomctl_av_check.talks import snmp
from roomctl_av_check.talks.snmp import Oid, Session, Told

MAKER = "1.3.6.1.2.1.1.2.0"
"""sysObjectID (RFC 3418)."""
DESCRIPTION = "1.3.6.1.2.1.1.1.0"
SETTLES = 6.0
"""Seconds from an order to the state that it asks for; relays of large strips are switched one after the other."""
LOOK = 0.3


@dataclass(frozen=True, slots=True)
class Mib:
    """Where a maker's tables say what an outlet is called, whether it is on, and take an order.

    Attributes:
        maker: what its sysObjectID begins with.
        on: value of the state of an outlet that is on. to_on, to_off: values of the order.

    """

    maker: str
    name: str
    state: str
    on: int
    order: str
    to_on: int
    to_off: int


_APC, _RARITAN = "1.3.6.1.4.1.318", "1.3.6.1.4.1.13742"
MIBS = (
    # PowerNet-MIB, rPDU2OutletSwitched: off is 1, and an order's 1 is on
    Mib(_APC, f"{_APC}.1.1.26.9.2.3.1.3", f"{_APC}.1.1.26.9.2.3.1.5", 2, f"{_APC}.1.1.26.9.2.4.1.5", 1, 2),
    # PowerNet-MIB, rPDUOutlet, of the first generation
    Mib(_APC, f"{_APC}.1.1.12.3.5.1.1.2", f"{_APC}.1.1.12.3.5.1.1.4", 1, f"{_APC}.1.1.12.3.3.1.1.4", 1, 2),
    # PDU2-MIB, outletSwitchControlTable
    Mib(_RARITAN, f"{_RARITAN}.6.3.5.3.1.3", f"{_RARITAN}.6.4.1.2.1.3", 7, f"{_RARITAN}.6.4.1.2.1.2", 1, 0),
)
"""The first that has rows is the strip's."""


@dataclass(frozen=True, slots=True)
class Strip:
    """What was found: the tables, and rows by the number of the outlet."""

    mib: Mib
    rows: Mapping[str, tuple[Oid, str, bool]]
    description: str

    def outlet(self, wanted: str) -> tuple[str, Oid]:
        """By number or by name. Raises: BadInput, with those that there are."""
        for number, (index, name, _) in self.rows.items():
            if wanted in {number, name}:
                return number, index
        raise BadInput(
            tr(f"没有插口 {wanted!r}", f"there is no outlet {wanted!r}"),
            mend=tr("现有：", "known: ")
            + ", ".join(f"{number} {name}" for number, (_, name, _) in self.rows.items()),
        )


async def read(device: Device, secret: Secret) -> Reading:
    """Raises: Garbled: no table of outlets that is known."""
    async with snmp.talk(device, secret) as agent:
        strip = await _strip(agent)
    told = {number: [name, on] for number, (_, name, on) in strip.rows.items()}
    return Reading(
        facts=(
            Fact("on", sum(on for _, _, on in strip.rows.values())),
            Fact("count", len(strip.rows)),
            Fact("outlets", json.dumps(told, ensure_ascii=False)),
            Fact("model", strip.description),
        )
    )


async def switch(device: Device, secret: Secret, wanted: str, *, on: bool) -> Deed:
    """Orders one outlet on or off, then looks until it is."""
    asked = "on" if on else "off"
    async with snmp.talk(device, secret) as agent:
        strip = await _strip(agent)
        number, index = strip.outlet(wanted)
        place = ".".join(map(str, index))
        await agent.put(f"{strip.mib.order}.{place}", strip.mib.to_on if on else strip.mib.to_off)
        until = asyncio.get_running_loop().time() + SETTLES
        now = ""
        while now != asked and asyncio.get_running_loop().time() < until:
            with suppress(Silent):  # some agents are busy while a relay moves
                (state,) = await agent.get(f"{strip.mib.state}.{place}")
                now = "on" if state == strip.mib.on else "off"
            if now != asked:
                await asyncio.sleep(LOOK)
    return Deed(f"{number} {asked}", f"{number} {now}")


async def _strip(agent: Session) -> Strip:
    maker, description = map(snmp.text, await agent.get(MAKER, DESCRIPTION))
    for mib in MIBS:
        if f"{maker}.".startswith(f"{mib.maker}."):
            rows = await agent.table(name=mib.name, state=mib.state)
            if found := {index: row for index, row in rows.items() if "state" in row}:
                return Strip(mib, _numbered(found, mib), description)
    raise garbled(f"{maker} {description}", tr("已知的插口表", "a table of outlets that is known"))


def _numbered(rows: Mapping[Oid, Mapping[str, Told]], mib: Mib) -> Mapping[str, tuple[Oid, str, bool]]:
    """The last number of an index is the outlet's; what stands before it counts where there are several strips."""
    several = len({index[:-1] for index in rows}) > 1
    return {
        ".".join(map(str, index if several else index[-1:])): (
            index,
            snmp.text(row.get("name")),
            row["state"] == mib.on,
        )
        for index, row in rows.items()
    }
