"""SNMP agents: who answers to the community `public`, and what it says that it is."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from roomctl.api import Refused
from roomctl.api.devices import Found, Garbled
from roomctl_av_check.talks import snmp
from roomctl_av_check.talks.outlets import MIBS
from roomctl_av_check.talks.search import Answer, ask
from roomctl_av_check.talks.snmp import Oid, Told

PORT = 161
BROADCAST = "255.255.255.255"
DESCRIPTION, MAKER, NAME, LAYERS = (
    "1.3.6.1.2.1.1.1.0",
    "1.3.6.1.2.1.1.2.0",
    "1.3.6.1.2.1.1.5.0",
    "1.3.6.1.2.1.1.7.0",
)
"""sysDescr, sysObjectID, sysName, sysServices (RFC 3418)."""
BRIDGES = 0x02
"""Bit of sysServices: it works at layer 2, as a switch does."""


async def search(seconds: float, where: str = "") -> Sequence[Found]:
    """Switches, power strips, and what else has an agent. Raises: as `search.ask` does."""
    asked = snmp.request(DESCRIPTION, MAKER, NAME, LAYERS)
    told = await ask([snmp.wrapped(asked, snmp.PUBLIC)], where, (BROADCAST, PORT), seconds)
    found = {}
    for one in told:
        with suppress(Garbled, Refused):
            _, pdu = snmp.opened(one.data)
            found[one.address, one.port] = _found(one, dict(snmp.values(pdu, one.data)))
    return [found[place] for place in sorted(found)]


def _found(answer: Answer, told: Mapping[Oid, Told]) -> Found:
    description, maker, name, layers = (told.get(snmp.oid(one)) for one in (DESCRIPTION, MAKER, NAME, LAYERS))
    if any(f"{snmp.text(maker)}.".startswith(f"{mib.maker}.") for mib in MIBS):
        kind = "pdu"
    else:
        kind = "switch" if (snmp.number(layers) or 0) & BRIDGES else "host"
    agent = answer.port if answer.port != PORT else None
    return Found(
        kind=kind,
        address=answer.address,
        port=agent if kind != "host" else None,
        says=f"{snmp.text(name)} {snmp.text(description)}".strip(),
    )
