"""The search of class 2: one packet to all, and every projector tells its MAC address (PJLink 5.1, class 2, 3.2)."""

import re
from collections.abc import Sequence

from roomctl.api.devices import Found
from roomctl_av_check.talks.search import ask

PORT = 4352
BROADCAST = "255.255.255.255"
SEARCH = b"%2SRCH\r"
ANSWER = re.compile(rb"%2ACKN=((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})\r")


async def search(seconds: float, where: str = "") -> Sequence[Found]:
    """Raises: as `search.ask` does."""
    told = await ask([SEARCH], where, (BROADCAST, PORT), seconds)
    macs = {
        (one.address, one.port): match[1].decode("ascii") for one in told if (match := ANSWER.fullmatch(one.data))
    }
    return [
        Found(kind="pjlink", address=address, port=port if port != PORT else None, says=mac)
        for (address, port), mac in sorted(macs.items())
    ]
