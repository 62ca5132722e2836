"""Registers and coils over Modbus TCP (Modbus Application Protocol 1.1b3), by pymodbus."""

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from roomctl.api import RoomctlError, tr
from roomctl.api.devices import Deed, Device, Fact, Reading, Unreachable, garbled
from roomctl_av_check.climate import SENSORS, relays_text, state_word
from roomctl_av_check.talks.troubles import no_answer

if TYPE_CHECKING:
    from roomctl_av_check.drivers.modbus import ModbusOptions, Register

STEP = 1.5
"""Seconds for one answer; a gateway says after about one that nobody is behind it."""
EXCEPTIONS = {
    1: ("不支持这个功能", "it does not know this function"),
    2: ("没有这个地址", "it has no such address"),
    3: ("数值不对", "it does not take this value"),
    4: ("设备故障", "a failure of the device"),
    6: ("设备忙", "it is busy"),
    10: ("网关没有通路", "the gateway has no path"),
    11: ("网关后面的设备没有应答", "what is behind the gateway does not answer"),
}
"""Codes (7)."""
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)  # what goes wrong is told by our errors


async def read(device: Device) -> Reading:
    """All sensors and relays of the inventory. Raises: Unreachable, Silent, Garbled, RoomctlError."""
    options: ModbusOptions = device.options
    facts: list[Fact] = []
    async with _open(device) as bus:
        for name in SENSORS:
            register: Register | None = getattr(options, name)
            if register is not None:
                facts.append(Fact(name, await bus.value(register)))
        if options.relays:
            states = {name: await bus.coil(address) for name, address in options.relays.items()}
            facts.append(Fact("relays", relays_text(states)))
    return Reading(facts=tuple(facts))


async def switch(device: Device, name: str, *, on: bool) -> Deed:
    """One relay, read back."""
    options: ModbusOptions = device.options
    address = options.relays[name]
    async with _open(device) as bus:
        await bus.order(address, on=on)
        shown = await bus.coil(address)
    return Deed(f"{name}={state_word(on=on)}", f"{name}={state_word(on=shown)}")


class _Bus:
    """What is asked, and what came last."""

    def __init__(self, device: Device) -> None:
        self.came = b""
        self._over = asyncio.Event()
        self.unit: int = device.options.unit
        self.client = AsyncModbusTcpClient(
            device.address,
            port=device.port or 502,
            timeout=STEP,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._hear,
            trace_connect=lambda up: None if up else self._over.set(),
        )

    def _hear(self, sending: bool, packet: bytes) -> bytes:  # noqa: FBT001 - the library's way
        if not sending:
            if not self.came and packet[2:4].strip(b"\0"):  # the protocol's number is 0 (Messaging on TCP/IP, 3.1.3)
                self._over.set()
            self.came += packet
        return packet

    async def value(self, register: "Register") -> float:
        """Scaled."""
        kind = self.client.DATATYPE[register.type.upper()]
        ask = self.client.read_input_registers if register.table == "input" else self.client.read_holding_registers
        answer = await self._asked(
            ask(register.address, count=kind.value[1], device_id=self.unit), "registers", kind.value[1]
        )
        told = self.client.convert_from_registers(answer.registers, kind)
        value = float(told) * register.scale if isinstance(told, int | float) else math.nan
        if not math.isfinite(value):
            raise garbled(self.came, tr(f"地址 {register.address} 的数值", f"a value at {register.address}"))
        return round(value, 3)

    async def coil(self, address: int) -> bool:
        answer = await self._asked(self.client.read_coils(address, count=1, device_id=self.unit), "bits", 1)
        return bool(answer.bits[0])

    async def order(self, address: int, *, on: bool) -> None:
        await self._asked(self.client.write_coil(address, on, device_id=self.unit), "bits", 1)

    async def _asked(self, question: Any, holds: str, count: int) -> Any:
        """The answer, with as much in it as was asked for."""
        self.came = b""
        asking, over = asyncio.ensure_future(question), asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait(
                {asking, over}, return_when=asyncio.FIRST_COMPLETED
            )  # the library waits on all the same
            answer = asking.result() if asking.done() else None
        except (ModbusException, TimeoutError):
            answer = None
        finally:
            for one in (asking, over):
                one.cancel()
            await asyncio.gather(asking, over, return_exceptions=True)
        if answer is None and self.came:
            raise garbled(self.came, "Modbus TCP")
        if answer is None:
            raise no_answer()
        if answer.isError():
            code = getattr(answer, "exception_code", 0)
            raise RoomctlError(
                tr(*EXCEPTIONS.get(code, ("设备拒绝", "it refuses"))),
                f"Modbus {code}",
                tr("核对单元号、地址和寄存器类型", "see unit, address and kind of register"),
            )
        if len(getattr(answer, holds, ())) < count:
            raise garbled(self.came, "Modbus TCP")
        return answer


@contextlib.asynccontextmanager
async def _open(device: Device) -> AsyncIterator[_Bus]:
    bus = _Bus(device)
    try:
        if not await bus.client.connect():
            raise Unreachable(tr("没有应答", "nobody answers"))
        yield bus
    finally:
        bus.client.close()
        await asyncio.sleep(0)  # the transport closes in the next turn
