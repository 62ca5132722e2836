"""`roomctl emulate`: devices that are not there, over real sockets on this machine, until Ctrl-C."""

import asyncio
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape

from roomctl.cli.screen import JSON, answer, console
from roomctl.errors import BadInput, MissingPart, one_line
from roomctl.i18n import tr

if TYPE_CHECKING:
    from roomctl.testing.emulators import Emulator
    from roomctl.testing.emulators.room import VirtualRoom

app = typer.Typer(add_completion=False)

ROOM = "room"


@app.command(
    help=tr(
        "虚拟设备：room 是整间会议室，roomctl check 会找到它；或写一个种类",
        "Virtual devices: `room` is a whole room, which roomctl check finds; or one kind",
    )
)
def emulate(
    kind: str = typer.Argument(ROOM, help=tr("room 或设备种类", "room, or a kind of device")),
    *,
    port: int = typer.Option(0, "--port", min=0, max=65535, help=tr("端口；0 自动选取", "port; 0 takes a free one")),
    fault: list[str] = typer.Option([], "--fault", help=tr("设备=故障，可写多次", "DEVICE=FAULT, several times")),
    as_json: bool = JSON,
) -> None:
    """Says where it listens, then runs; a line `DEVICE FAULT` on stdin switches a fault."""
    from roomctl.testing.emulators.room import VirtualRoom  # noqa: PLC0415 - emulators load what they speak by

    faults = dict(_fault(one) for one in fault)
    try:
        asyncio.run(_run(VirtualRoom(), kind, port, faults, as_json=as_json))
    except KeyboardInterrupt:
        console().print(tr("虚拟设备已停止", "the virtual devices are gone"))


def _fault(told: str, sign: str = "=") -> tuple[str, Any]:
    """Device and fault of `DEVICE=FAULT`. Raises: BadInput, with the known faults."""
    from roomctl.testing.emulators import Fault  # noqa: PLC0415

    device, _, name = told.strip().partition(sign)
    try:
        return device, Fault(name.strip())
    except ValueError:
        raise BadInput(
            tr(f"没有故障 {name!r}", f"there is no fault {name!r}"),
            mend=tr("可用：", "known: ") + ", ".join(Fault),
        ) from None


async def _run(room: "VirtualRoom", kind: str, port: int, faults: dict[str, Any], *, as_json: bool) -> None:
    inventory = None
    if kind == ROOM:
        await room.start()
        inventory = _inventory()
    else:
        await _start_one(room, kind, port)
    try:
        for device, fault in faults.items():
            await _switch(room, device, fault)
        where = inventory.keep_virtual(room.devices(), room.secrets()) if inventory else None
        _say(room, where, as_json=as_json)
        _listen(room, asyncio.get_running_loop())
        await asyncio.Event().wait()
    finally:
        if inventory:
            inventory.end_virtual()
        await room.stop()


def _inventory() -> Any:
    from roomctl.folders import data_folder  # noqa: PLC0415
    from roomctl.storage.inventory import InventoryFile  # noqa: PLC0415

    data = data_folder()
    data.mkdir(parents=True, exist_ok=True)
    return InventoryFile(data)


def _made(kind: str) -> "Emulator":
    """An emulator that roomctl brings, or the driver of that kind. Raises: BadInput, MissingPart."""
    from roomctl.testing.emulators import kinds  # noqa: PLC0415

    known = kinds()
    if kind in known:
        return known[kind]()
    offered = _offered()
    if kind not in offered:
        raise BadInput(
            tr(f"没有虚拟设备 {kind}", f"there is no virtual {kind}"),
            mend=tr("可用：", "known: ") + ", ".join([ROOM, *known, *sorted(offered)]),
        )
    return _load(kind, offered[kind])


def _offered() -> dict[str, str]:
    """Kind → emulator, as drivers of plugins name it; without a data folder there are no such plugins."""
    from roomctl.app import open_application  # noqa: PLC0415
    from roomctl.folders import data_folder  # noqa: PLC0415

    if not data_folder().is_dir():
        return {}
    application = open_application()
    try:
        return {kind: offer.emulator for kind, offer in application.plugins.drivers().items() if offer.emulator}
    finally:
        application.close()


def _load(kind: str, entry: str) -> "Emulator":
    module, _, name = entry.partition(":")
    try:
        made: Emulator = getattr(import_module(module), name)()
    except Exception as error:  # a plugin's
        raise MissingPart(
            tr(f"驱动 {kind} 的虚拟设备 {entry} 不能用", f"the emulator {entry} of driver {kind} cannot be used"),
            one_line(error),
            "roomctl plugins list",
        ) from error
    return made


async def _start_one(room: "VirtualRoom", kind: str, port: int) -> None:
    emulator = _made(kind)
    try:
        await emulator.start(port=port)
    except OSError as error:
        raise BadInput(
            tr(f"不能使用端口 {port}", f"cannot use port {port}"),
            error.strerror or str(error),
            tr("换一个，或不写 --port", "take another, or leave --port out"),
        ) from None
    room.emulators[kind] = emulator


async def _switch(room: "VirtualRoom", device: str, fault: Any) -> None:
    if device not in room.emulators:
        raise BadInput(
            tr(f"没有虚拟设备 {device}", f"there is no virtual {device}"),
            mend=tr("现有：", "known: ") + ", ".join(room.emulators),
        )
    known = room.emulators[device].faults
    if fault not in known:
        raise BadInput(
            tr(f"{device} 不会有故障 {fault}", f"{device} cannot have the fault {fault}"),
            mend=tr("可用：", "known: ") + ", ".join(sorted(known)),
        )
    await room.switch(device, fault)


def _say(room: "VirtualRoom", where: Any, *, as_json: bool) -> None:
    from roomctl.storage.inventory import as_entry  # noqa: PLC0415

    if as_json:
        devices = [as_entry(device) for device in room.devices()]
        answer({"devices": devices, "file": str(where) if where else None, "lacking": room.lacking})
        sys.stdout.flush()
        return
    screen = console()
    for device in room.devices():
        line = f"{device.id:<12} {device.name}  {device.place}"
        faults = " ".join(sorted(room.emulators[device.id].faults))
        screen.print(f"{escape(line)}  [dim]{faults}[/]")
    for kind, why in room.lacking.items():
        screen.print(f"[warn]{escape(kind)}: {escape(why)}[/]")
    if where:
        screen.print(tr("现在运行 roomctl check 就会查到它们。", "roomctl check finds them now."))
    screen.print(
        tr("输入“设备 故障”切换故障；Ctrl-C 停止。", "A line DEVICE FAULT switches a fault; Ctrl-C ends it.")
    )


def _listen(room: "VirtualRoom", loop: asyncio.AbstractEventLoop) -> None:
    """Reads lines of stdin in a thread that nobody waits for."""

    def read() -> None:
        for line in sys.stdin:
            if not line.strip():
                continue
            try:
                asyncio.run_coroutine_threadsafe(_switch(room, *_fault(line, " ")), loop).result()
            except BadInput as error:
                print(error, file=sys.stderr)

    threading.Thread(target=read, name="faults", daemon=True).start()
