"""What a switch tells of itself and its ports."""

import json
from collections.abc import Mapping

from roomctl.api.devices import Device, Fact, Reading, Secret, Value, garbled
from roomctl_av_check.talks import snmp
from roomctl_av_check.talks.snmp import Told

DESCRIPTION, UPTIME, NAME = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.5.0"
"""RFC 3418; the uptime in hundredths of a second, which begins anew after 497 days."""
COLUMNS = {
    "descr": "1.3.6.1.2.1.2.2.1.2",
    "type": "1.3.6.1.2.1.2.2.1.3",
    "oper": "1.3.6.1.2.1.2.2.1.8",
    "packets": "1.3.6.1.2.1.2.2.1.11",
    "in_errors": "1.3.6.1.2.1.2.2.1.14",
    "out_errors": "1.3.6.1.2.1.2.2.1.20",
    "name": "1.3.6.1.2.1.31.1.1.1.1",
    "long_packets": "1.3.6.1.2.1.31.1.1.1.7",
    "speed": "1.3.6.1.2.1.31.1.1.1.15",
}
"""ifTable and ifXTable (RFC 2863)."""
ETHERNET = frozenset({6, 62, 69, 117})
"""ifType of ports with a cable: today all are 6; older switches told fast, optical and gigabit apart."""
UP = 1
FEW = 1000
"""Packets below which a share of damaged ones says nothing."""
HOUR = 360_000
"""In hundredths of a second."""


async def read(device: Device, secret: Secret) -> Reading:
    """Raises: as `snmp.talk` does; Garbled, where it has no ports."""
    async with snmp.talk(device, secret) as agent:
        description, uptime, name = await agent.get(DESCRIPTION, UPTIME, NAME)
        rows = await agent.table(**COLUMNS)
    ports = [row for row in rows.values() if row.get("type") in ETHERNET]
    if not ports:
        raise garbled(snmp.text(description), "SNMP ifTable")
    up = {_name(row): snmp.number(row.get("speed")) or 0 for row in ports if row.get("oper") == UP}
    share, worst = max((_damaged(row), _name(row)) for row in ports)
    facts: dict[str, Value] = {
        "up": len(up),
        "count": len(ports),
        "speeds": json.dumps(up, ensure_ascii=False),
        "errors": share,
        "worst": worst,
        "name": snmp.text(name),
        "model": snmp.text(description),
    }
    if (ticks := snmp.number(uptime)) is not None:
        facts["uptime"] = round(ticks / HOUR, 1)
    return Reading(facts=tuple(Fact(key, value) for key, value in facts.items()))


def _name(row: Mapping[str, Told]) -> str:
    return snmp.text(row.get("name")) or snmp.text(row.get("descr"))


def _damaged(row: Mapping[str, Told]) -> float:
    """Percent of all that came in and went out wrong, of what came in."""
    packets = snmp.number(row.get("long_packets")) or snmp.number(row.get("packets")) or 0
    errors = (snmp.number(row.get("in_errors")) or 0) + (snmp.number(row.get("out_errors")) or 0)
    return round(100 * errors / (packets + errors), 4) if packets + errors >= FEW else 0.0
