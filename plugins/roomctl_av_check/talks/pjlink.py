"""The talk with a projector, by aiopjlink."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from aiopjlink import (
    Errors,
    PJClass,
    PJLink,
    PJLinkConnectionClosed,
    PJLinkERR1,
    PJLinkERR2,
    PJLinkERR3,
    PJLinkERR4,
    PJLinkException,
    PJLinkNoConnection,
    PJLinkPassword,
    Power,
    Sources,
)

from roomctl.api import BadInput, tr
from roomctl.api.devices import Deed, Device, Fact, LoginRefused, Reading, Secret, Unreachable, garbled
from roomctl_av_check.talks.troubles import broken_off, no_answer

STEP = 2.0
"""Seconds for one answer; the specification has a projector answer within 2 (5.1, 2.3 asks for 10 in which it may
hang up)."""
LINE = 1024
"""Bytes; an answer has at most 136 (5.1, 2.2), and one answer comes for one command."""
LOOK = 1.0
"""Seconds between two looks at a projector that warms up or cools down."""
PATIENCE = 45.0
"""Seconds that a projector has to settle, where the inventory does not say; lamps need up to 30."""
_NOT_TOLD = (PJLinkERR1, PJLinkERR2, PJLinkERR3)
"""Not known to this model, or not in this state: nothing is told, and nothing is wrong."""
_POWER = {
    Power.State.OFF: "off",
    Power.State.ON: "on",
    Power.State.COOLING: "cooling",
    Power.State.WARMING: "warming",
}
_ERRORS = {
    Errors.Category.FAN: "fan",
    Errors.Category.LAMP: "lamp_error",
    Errors.Category.TEMP: "temperature",
    Errors.Category.COVER: "cover",
    Errors.Category.FILTER: "filter_error",
    Errors.Category.OTHER: "other",
}


class _Link(PJLink):  # type: ignore[misc]  # the library has no types
    """The library's link, closed whatever happens, and with what came last.

    The library leaves the socket open where signing on fails; takes the ERR3 of a sleeping projector, which answers
    the first command together with the password, for a failed sign-on; and loses what came where no line did.
    """

    came = b""
    _reader: Any
    _writer: Any

    async def __aenter__(self) -> Self:
        try:
            await super().__aenter__()
        except PJLinkERR3:
            return self
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        writer = self._writer
        self._reader = self._writer = None
        if writer is not None:
            writer.transport.abort()  # a projector may take its time with a close, and nothing is under way

    async def _read_next(self) -> str:
        self.came = b""
        async with asyncio.timeout(STEP):
            while b"\r" not in self.came:
                more = await self._reader.read(LINE)
                if not more:
                    raise PJLinkConnectionClosed
                self.came += more
                if len(self.came) > LINE:
                    raise PJLinkException
        return self.came.decode()


@contextmanager
def _talk(device: Device, secret: Secret) -> Iterator[_Link]:
    """A link, not yet open; whatever the library raises is told in our words."""
    link = _Link(device.address, device.port, secret.password or None, timeout=STEP)
    try:
        yield link
    except PJLinkNoConnection as error:
        cause = error.__context__
        if isinstance(cause, OSError) and cause.errno:
            raise cause from None
        raise Unreachable(tr("没有应答", "nobody answers")) from None
    except PJLinkPassword:
        raise LoginRefused(
            tr("口令不对", "the password is refused") if secret.password else tr("需要口令", "a password is wanted"),
            mend=tr("请核对 secrets.toml 中的口令", "see the password in secrets.toml"),
        ) from None
    except PJLinkConnectionClosed:
        raise broken_off(repr(link.came[:40])) from None
    except (PJLinkException, TimeoutError, ValueError, IndexError):
        if link.came:
            raise garbled(link.came, "PJLink") from None
        raise no_answer() from None


async def _told(ask: Callable[[], Awaitable[Any]]) -> Any:
    """None where the projector does not tell it."""
    try:
        return await ask()
    except _NOT_TOLD:
        return None


async def read(device: Device, secret: Secret) -> Reading:
    """All that a class 1 projector tells, and of class 2 the filter."""
    with _talk(device, secret) as link:
        async with link:
            facts = {"power": _POWER[await link.power.get()]}
            version = await _told(link.info.pjlink_class) or PJClass.ONE
            asks: dict[str, Callable[[], Awaitable[Any]]] = {
                "errors": link.errors.query,
                "input": link.sources.get,
                "lamp": link.lamps.status,
                "maker": link.info.manufacturer_name,
                "product": link.info.product_name,
            }
            if version is PJClass.TWO:
                asks["filter"] = link.filter.hours
            told: dict[str, Any] = {}
            for name, ask in asks.items():
                try:
                    told[name] = await _told(ask)
                except PJLinkERR4:
                    facts["failure"] = name
    return _reading(facts, told, version)


def _reading(facts: dict[str, Any], told: dict[str, Any], version: PJClass) -> Reading:
    for category, level in (told.get("errors") or {}).items():
        facts[_ERRORS[category]] = int(level.value)
    if told.get("input"):
        mode, number = told["input"]
        facts["input"] = f"{mode.value}{number}"
    if told.get("lamp"):
        facts["lamp"] = max(hours for hours, _ in told["lamp"])
    if told.get("filter") is not None:
        facts["filter"] = told["filter"]
    named = " ".join(one for one in (told.get("maker"), told.get("product")) if one)
    if named:
        facts["model"] = named
    facts["class"] = version.value
    return Reading(
        facts=tuple(Fact(name, value) for name, value in facts.items()), standby=facts["power"] in {"off", "cooling"}
    )


async def switch(device: Device, secret: Secret, *, on: bool) -> Deed:
    """Asks, then looks until it has warmed up, or cooled down."""
    asked = "on" if on else "off"
    patience = (device.warm_up if on else device.cool_down) or PATIENCE
    with _talk(device, secret) as link:
        async with link:
            await _ordered(link.power.turn_on if on else link.power.turn_off)
            until = asyncio.get_running_loop().time() + patience
            while (now := await link.power.get()) in {Power.State.WARMING, Power.State.COOLING}:
                if asyncio.get_running_loop().time() >= until:
                    break
                await asyncio.sleep(LOOK)
    return Deed(asked, _POWER[now])


async def choose(device: Device, secret: Secret, wanted: str) -> Deed:
    """An input such as `31`: mode and number."""
    try:
        mode, number = Sources.Mode(wanted[:1]), wanted[1:]
    except ValueError:
        number = ""
    if len(number) != 1:
        raise BadInput(
            tr(f"没有输入 {wanted!r}", f"there is no input {wanted!r}"),
            mend=tr("写两位，如 31（数字 1）", "two characters, such as 31 (digital 1)"),
        )
    with _talk(device, secret) as link:
        async with link:
            await _ordered(lambda: link.sources.set(mode, number))
            chosen = await _told(link.sources.get)
    return Deed(wanted, f"{chosen[0].value}{chosen[1]}" if chosen else "")


async def _ordered(order: Callable[[], Awaitable[None]]) -> None:
    """A refusal is told by what is read back afterwards: it is in standby, or busy."""
    try:
        await order()
    except _NOT_TOLD:
        return
