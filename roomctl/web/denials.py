"""Every denial is noted in the room's stream; a flood from one address is noted as a number."""

from collections import OrderedDict
from dataclasses import dataclass

from fastapi import Request

from roomctl.errors import Forbidden, NotSignedOn, RoomctlError, TooSoon
from roomctl.services.accounts import Accounts
from roomctl.services.ports import Clock
from roomctl.web.run import run
from roomctl.web.session import address_of, user_of

A_MINUTE = 60.0
EACH = 20
"""Denials of one address that are noted one by one within a minute; the next minute's first tells how many more."""

_ADDRESSES = 1024


@dataclass(slots=True)
class _Seen:
    since: float
    count: int = 0


class Denials:
    """Writes them down, by address."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self._accounts, self._clock = accounts, clock
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    async def note(self, request: Request, error: RoomctlError, asked: str = "") -> None:
        """Notes it, where it is one. Who only has not signed on yet was denied nothing.

        Args:
            asked: what is noted in place of the path, where a secret stands in that.

        """
        asked = asked or request.url.path
        forged = getattr(request.state, "forged", False)
        tried = isinstance(error, NotSignedOn) and (forged or request.method == "POST")
        if not (tried or isinstance(error, Forbidden | TooSoon)):
            return
        address, now = address_of(request), self._clock.monotonic()
        seen = self._seen.setdefault(address, _Seen(now))
        self._seen.move_to_end(address)
        while len(self._seen) > _ADDRESSES:
            self._seen.popitem(last=False)
        more = 0
        if now - seen.since >= A_MINUTE:
            more = max(0, seen.count - EACH)
            seen.since, seen.count = now, 0
        seen.count += 1
        if seen.count > EACH:
            return
        user = user_of(request)
        await run(
            self._accounts.deny,
            f"{request.method} {asked[:_PATH]}",
            error.why or error.what,
            who=user.name if user else "",
            address=address,
            more=more,
        )


_PATH = 200  # characters of a path that are noted
