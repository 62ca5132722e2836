"""A run over many devices against its slowest deadline, and one PJLink read against aiopjlink alone.

Run: `python -m tests.bench.checks [MANY]`. Another process emulates the devices, over loopback. Of the 20, three
are dead (one refuses, one never takes the connection, one takes it and says nothing), one answers rubbish, and one is
late with each answer. The many are asked three times: projectors alone, beside the library alone; then of ten kinds,
and of these again where each tenth is dead, silent or rubbish. Reads by us and by the library alone take turns, ask
the same, and sign on alike.
"""

import asyncio
import json
import multiprocessing
import socket
import sys
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

OFFERS = {one.kind: one for one in offers(Path.cwd)}
OFFER = OFFERS["pjlink"]
FEW, MANY, READS = 20, 200, 200
OVER = 1.0
"""Seconds by which a run may exceed the slowest deadline."""
GOAL_READ = 1.2
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


def few(prober: Prober) -> dict[str, Any]:
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
    return {
        "devices": FEW,
        "wall": round(took, 3),
        "slowest_deadline": OFFER.deadline,
        "ratio": round(took / (OFFER.deadline + OVER), 3),
        "goal": 1.0,
    }


def many(prober: Prober, number: int) -> dict[str, Any]:
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
    return {
        "devices": number,
        "wall": round(took, 3),
        "library_wall": round(alone, 3),
        "ratio": round(took / alone, 3),
        "grown_mb": round(grown / 1e6, 1),
        "handles_left": process.num_fds() - handles,
    }


def several(prober: Prober, number: int) -> dict[str, Any]:
    """Of ten kinds: all well, then each tenth with something wrong."""
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
    return {
        "devices": number,
        "kinds": len(KINDS),
        "wall": round(well, 3),
        "faulty": len(bad),
        "faulty_wall": round(took, 3),
        "slowest_deadline": slowest,
        "ratio": round(took / (slowest + OVER), 3),
        "goal": 1.0,
        "grown_mb": round(grown / 1e6, 1),
        "handles_left": process.num_fds() - handles,
    }


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


def read(prober: Prober) -> dict[str, Any]:
    """Each read in a loop that runs already: the library's in one of ours."""
    with emulated(1) as (rack, _), Running() as other:
        (one,) = prepared(rack)
        port = one.device.port or 0
        ours, theirs = [], []
        for number in range(READS + 10):
            began = time.perf_counter()
            prober.read(one.device, one.offer, one.secret).result()
            between = time.perf_counter()
            other.do(bare(port))
            ended = time.perf_counter()
            if number >= 10:  # the first are warming up
                ours.append(between - began)
                theirs.append(ended - between)
    return {
        "reads": READS,
        "ms": round(1000 * median(ours), 2),
        "library_ms": round(1000 * median(theirs), 2),
        "ratio": round(median(a / b for a, b in zip(ours, theirs, strict=True)), 3),
        "goal": GOAL_READ,
    }


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with tempfile.TemporaryDirectory() as folder:
        prober = Prober(Path(folder))
        answer = {
            "bench": "checks",
            "faults": few(prober),
            "many": many(prober, number),
            "several": several(prober, number),
            "read": read(prober),
        }
        prober.close()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
