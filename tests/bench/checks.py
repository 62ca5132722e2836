"""A run over many devices against its slowest deadline, and one PJLink read against aiopjlink alone.

    python -m tests.bench.checks [--devices 200] [--reads 200]

Another process emulates the devices, over loopback. Of the 20, three
are dead (one refuses, one never takes the connection, one takes it and says nothing), one answers rubbish, and one is
late with each answer. The many are asked three times: projectors alone, beside the library alone; then of ten kinds,
and of these again where each tenth is dead, silent or rubbish. Reads by us and by the library alone take turns, ask
the same, and sign on alike.
"""

import asyncio
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from aiopjlink import PJClass, PJLink
from roomctl_av_check.drivers import offers

from roomctl.domain.checks import CheckState
from roomctl.domain.devices import NO_SECRET, Device, Secret
from roomctl.host.prober import Prober
from roomctl.services.check_run import DeviceJob, Run
from roomctl.services.device_checks import Prepared
from roomctl.services.time import SystemClock
from roomctl.testing.emulators import Fault, Running, kinds
from roomctl.testing.emulators.pjlink import PASSWORD
from tests.bench import Bench, Goal

OFFERS = {one.kind: one for one in offers(Path.cwd)}
OFFER = OFFERS["pjlink"]
FEW, WARMING = 20, 10
OVER = 1.0
"""Seconds by which a run may exceed the slowest deadline."""
DEADLINE = "the slowest deadline and 1 s"
BENCH = Bench(
    __file__,
    {
        "few": Goal("20 devices, of which 3 are dead, 1 answers rubbish, 1 is late", "<=", 1.0, "×", DEADLINE),
        "many": Goal("projectors, all at once", "<=", 2.0, "×", "aiopjlink alone, all at once"),
        "many_memory": Goal("memory that they add", "<=", 0.1, "MB a device", "one process, before the run"),
        "several": Goal("devices of ten kinds, each tenth faulty", "<=", 1.0, "×", DEADLINE),
        "several_memory": Goal("memory that they add", "<=", 0.1, "MB a device", "one process, before the run"),
        "handles": Goal("handles that are left of all these runs", "<=", 0, "", "handles before them"),
        "read": Goal("one PJLink read", "<=", 1.2, "×", "aiopjlink alone"),
    },
)
LATE = 0.5
"""Seconds by which the slow one is late with each of its ten answers."""


KINDS = ("pjlink", "visca", "sip", "modbus", "matrix", "ups", "pdu", "switch", "ntp", "host")
FAULTS = (Fault.DEAD, Fault.SILENT, Fault.RUBBISH)


def emulate(number: int, names: Sequence[str], pipe: Any) -> None:
    """The other process: so many devices of these kinds, with faults by number, until the pipe closes."""
    known = kinds()
    emulators = [known[name]() for name, _ in zip(cycle(names), range(number))]
    with Running(*emulators) as running:
        pipe.send([(one.device(id=f"p{n}"), one.secret()) for n, one in enumerate(emulators)])
        while True:
            try:
                at, fault = pipe.recv()
            except EOFError:
                return
            running.do(emulators[at].switch(Fault(fault), delay=LATE))
            pipe.send(at)


Rack = list[tuple[Device, Secret | None]]


@contextmanager
def emulated(number: int, names: Sequence[str] = ("pjlink",)) -> Iterator[tuple[Rack, Any]]:
    """Their entries, and the pipe that switches faults."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=emulate, args=(number, names, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours.recv(), ours
    finally:
        ours.close()
        process.join(10)


@contextmanager
def nowhere() -> Iterator[int]:
    """A port that takes no connection and refuses none: its queue is full."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.settimeout(0)
            one.connect_ex(("127.0.0.1", port))
        yield port
        for one in waiting:
            one.close()


def prepared(rack: Rack) -> list[Prepared]:
    return [
        Prepared(
            replace(device, options=OFFERS[device.kind].options.model_validate(device.options)),
            OFFERS[device.kind],
            secret or NO_SECRET,
        )
        for device, secret in rack
    ]


def run(prober: Prober, rack: Rack) -> tuple[float, dict[str, CheckState]]:
    """Seconds, and the state of each device."""
    clock = SystemClock()
    jobs = [DeviceJob(one, prober, None, {}, clock) for one in prepared(rack)]
    prober.warm({job.one.offer.kind: job.one.offer for job in jobs}.values())
    began = time.perf_counter()
    rows = Run(jobs, clock, lambda _row: None).all()
    return time.perf_counter() - began, {row.device: row.state for row in rows if row.check == "online"}


def few(prober: Prober) -> None:
    with emulated(FEW) as (rack, pipe), nowhere() as port:
        run(prober, rack[:1])  # the library is imported by the first
        for at, fault in enumerate(("dead", "silent", "rubbish", "slow")):
            pipe.send((at, fault))
            pipe.recv()
        rack[4] = replace(rack[4][0], port=port), rack[4][1]
        took, states = run(prober, rack)
    bad = [states[f"p{n}"] for n in (0, 1, 2, 4)]
    assert bad.count(CheckState.OK) == 0, states
    assert list(states.values()).count(CheckState.OK) == FEW - 4, states
    limit = OFFER.deadline + OVER
    BENCH.tell("few", took / limit, wall=round(took, 3), slowest_deadline=OFFER.deadline)


def many(prober: Prober, number: int) -> int:
    """Gives the handles that are left."""
    process = psutil.Process()
    with emulated(number) as (rack, _):
        ports = [device.port or 0 for device, _ in rack]
        asyncio.run(bare_all(ports))
        before, handles = process.memory_info().rss, process.num_fds()
        took, states = run(prober, rack)
        grown = process.memory_info().rss - before
        began = time.perf_counter()
        asyncio.run(bare_all(ports))
        alone = time.perf_counter() - began
    assert set(states.values()) == {CheckState.OK}, states
    BENCH.tell("many", took / alone, devices=number, wall=round(took, 3), library_wall=round(alone, 3))
    _tell_memory("many_memory", before, grown, number)
    return process.num_fds() - handles


def _tell_memory(goal: str, before: int, grown: int, number: int) -> None:
    BENCH.tell(goal, grown / 1e6 / number, ratio=(before + grown) / before, devices=number, mb=round(grown / 1e6, 1))


def several(prober: Prober, number: int) -> int:
    """Of ten kinds: all well, then each tenth with something wrong. Gives the handles that are left."""
    process = psutil.Process()
    with emulated(number, KINDS) as (rack, pipe):
        run(prober, rack[: len(KINDS)])
        before, handles = process.memory_info().rss, process.num_fds()
        well, states = run(prober, rack)
        assert set(states.values()) == {CheckState.OK}, states
        ill = range(0, number, 10 + 1)  # one kind after the other
        for at, fault in zip(ill, cycle(FAULTS)):
            pipe.send((at, fault.value))
            pipe.recv()
        took, states = run(prober, rack)
        bad = {name for name, state in states.items() if state is not CheckState.OK}
        assert {f"p{at}" for at in ill} >= bad, bad
        grown = process.memory_info().rss - before
    slowest = max(OFFERS[name].deadline for name in KINDS)
    BENCH.tell(
        "several",
        took / (slowest + OVER),
        devices=number,
        well_wall=round(well, 3),
        faulty=len(bad),
        faulty_wall=round(took, 3),
        slowest_deadline=slowest,
    )
    _tell_memory("several_memory", before, grown, number)
    return process.num_fds() - handles


async def bare_all(ports: list[int]) -> None:
    await asyncio.gather(*(bare(port) for port in ports))


async def bare(port: int) -> None:
    """What `talks.pjlink.read` asks, by the library alone."""
    async with PJLink("127.0.0.1", port, PASSWORD, timeout=20) as link:
        await link.power.get()
        assert await link.info.pjlink_class() is PJClass.TWO
        await link.errors.query()
        await link.sources.get()
        await link.lamps.status()
        await link.info.manufacturer_name()
        await link.info.product_name()
        await link.filter.hours()


def read(prober: Prober, reads: int) -> None:
    """Each read in a loop that runs already: the library's in one of ours."""
    with emulated(1) as (rack, _), Running() as other:
        (one,) = prepared(rack)
        port = one.device.port or 0
        ours, theirs = [], []
        for number in range(reads + WARMING):
            began = time.perf_counter()
            prober.read(one.device, one.offer, one.secret).result()
            between = time.perf_counter()
            other.do(bare(port))
            ended = time.perf_counter()
            if number >= WARMING:
                ours.append(between - began)
                theirs.append(ended - between)
    BENCH.tell(
        "read",
        median(a / b for a, b in zip(ours, theirs, strict=True)),
        reads=reads,
        ms=round(1000 * median(ours), 2),
        library_ms=round(1000 * median(theirs), 2),
    )


def main(devices: int, reads: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        prober = Prober(Path(folder))
        few(prober)
        left = many(prober, devices) + several(prober, devices)
        BENCH.tell("handles", left, ratio=1 + left / psutil.Process().num_fds())
        read(prober, reads)
        prober.close()


if __name__ == "__main__":
    BENCH.run(main, __doc__, devices=(200, 40), reads=(200, 40))
