"""REST reads against a bare FastAPI and SQLAlchemy, and how late an event is heard by many followers.

    python -m tests.bench.rest [--requests 4000] [--followers 50] [--events 200]

Both applications are asked in process, over ASGI, in turns of a few requests, so that what else the machine does
hits both alike. The bare one reads the same meeting, with its agenda, from the same tables of a database of its own,
by a mapped query in a session per request, and answers with the same model; it has no accounts, no headers and no
errors to tell. Events are followed over TCP on this machine, from another process; the delay runs from just before
the commit to the line's arrival. Half a minute in full size.
"""

import asyncio
import json
import tempfile
import threading
import time
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from roomctl.app import Application
from roomctl.domain.access import Right, Role
from roomctl.domain.events import SYSTEM, Event
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.services.identity import new_id
from roomctl.serving import Host, Phase
from roomctl.storage.tables import MeetingRow
from roomctl.web.app import build
from roomctl.web.rest.meeting_shapes import ItemShape, MeetingShape
from tests.bench import Bench, Goal

TURN = 50
EACH = 0.02
"""Seconds between two events."""
PATIENCE = 10.0
"""Seconds without an event after which a follower hears no more: what it did not hear by then is lost."""
HEARD = "events committed, times followers"
BENCH = Bench(
    __file__,
    {
        "reads": Goal("a meeting is read", ">=", 0.7, "×", "FastAPI and SQLAlchemy with the same answer"),
        "late": Goal("an event is heard by all followers, p99", "<=", 200, "ms", "the commit, 0 ms"),
        "lost": Goal("events that a follower did not hear", "<=", 0, "", HEARD),
    },
)


def main(requests: int, followers: int, events: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        application = Application(Path(folder))
        host = Host(application)
        host.phase = Phase.READY
        web = build(host, pages=False)
        application.accounts.add("bench", new_id(), [Role.ADMIN])
        _token, text = application.accounts.add_token("bench", "bench", [Right.SEE_MEETINGS, Right.SEE_EVENTS])
        asyncio.run(reads(application, web, text, requests))
        delays(application, web, text, followers, events)
        application.database.close()


# --- reads


async def reads(application: Application, web: FastAPI, token: str, requests: int) -> None:
    """Requests a second of both, one after the other."""
    use = application.usecases
    meeting = use.create(
        Meeting(
            id=MeetingId(new_id()),
            room=use.room.id,
            title="城区停车场建设专题研究",
            starts=datetime(2026, 11, 12, 9, 0),
            agenda=tuple(AgendaItem(n, f"议题{n}", presenter="李晓明") for n in range(1, 4)),
        )
    )
    path = f"/api/v1/meetings/{meeting.id}"
    plain = bare(application.database_path)
    one, other = json.loads(await _ask(web, path, token)), json.loads(await _ask(plain, path, token))
    if any(one[name] != other[name] for name in one.keys() - {"ways", "label"}):
        raise SystemExit("the two do not answer the same")
    took: dict[str, list[float]] = {"ours": [], "plain": []}
    for _ in range(requests // TURN):
        took["ours"].append(await _turn(web, path, token))
        took["plain"].append(await _turn(plain, path, token))
    per_second = {name: requests / sum(spent) for name, spent in took.items()}
    BENCH.tell(
        "reads",
        per_second["ours"] / per_second["plain"],
        requests=requests,
        per_second=round(per_second["ours"]),
        bare_per_second=round(per_second["plain"]),
        ratio_median=round(median(b / a for a, b in zip(took["ours"], took["plain"], strict=True)), 3),
    )


def bare(path: Path) -> FastAPI:
    """The same answer with nothing around it."""
    web = FastAPI()
    engine = create_engine(f"sqlite:///{path}")

    @web.get("/api/v1/meetings/{meeting_id}")
    def get_meeting(meeting_id: str) -> MeetingShape:
        with Session(engine) as session:
            row = session.get_one(MeetingRow, meeting_id)
            return MeetingShape(
                **{name: getattr(row, name) for name in SAME},
                secrecy=row.secrecy["level"],
                own_secrecy=row.secrecy["level"],
                secrecy_basis=row.secrecy["basis"],
                secrecy_by=row.secrecy["by"],
                label="",
                agenda=[
                    ItemShape(
                        n=item.n, title=item.title, unit=item.unit, presenter=item.presenter, minutes=item.minutes,
                        observers=item.observers, secrecy=item.secrecy["level"],
                    )
                    for item in row.agenda
                ],
                ways=[],
            )  # fmt: skip

    return web


OTHERWISE = {"label", "agenda", "ways", "secrecy", "own_secrecy", "secrecy_basis", "secrecy_by"}
"""Fields that no column holds as they are answered."""
SAME = MeetingShape.model_fields.keys() - OTHERWISE


async def _ask(web: FastAPI, path: str, token: str) -> bytes:
    """One request, without a client's own work around it."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {token}".encode())],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8470),
    }
    told: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        told.append(message)

    await web(scope, receive, send)
    if told[0]["status"] != HTTPStatus.OK:
        raise SystemExit(f"answered with {told[0]['status']}")
    return b"".join(message.get("body", b"") for message in told[1:])


async def _turn(web: FastAPI, path: str, token: str) -> float:
    began = time.perf_counter()
    for _ in range(TURN):
        await _ask(web, path, token)
    return time.perf_counter() - began


# --- events


def delays(application: Application, web: FastAPI, token: str, followers: int, events: int) -> None:
    """Milliseconds from the commit to the arrival, over all followers."""
    config = uvicorn.Config(web, port=0, log_level="error", timeout_graceful_shutdown=1)
    server, sockets = uvicorn.Server(config), [config.bind_socket()]
    thread = threading.Thread(target=server.run, args=(sockets,), daemon=True)
    thread.start()
    here, there = get_context("spawn").Pipe()
    child = get_context("spawn").Process(
        target=listen, args=(there, sockets[0].getsockname()[1], token, followers, events), daemon=True
    )
    child.start()
    there.close()  # or its end would not be noticed
    here.recv()
    for _ in range(events):
        with application.open_uow() as uow:
            sent = time.time_ns() // 1000
            uow.events.append(
                Event(
                    stream=uow.room.id, kind="x.bench.tick", actor=SYSTEM, at=application.clock.now(),
                    data={"sent": sent},
                )
            )  # fmt: skip
            uow.commit()
        time.sleep(EACH)
    heard: list[int] = here.recv()
    child.join()
    server.should_exit = True
    thread.join()
    cuts = quantiles(heard, n=100)
    BENCH.tell(
        "late",
        cuts[98] / 1000,
        followers=followers,
        events=events,
        p50_ms=round(cuts[49] / 1000, 1),
        max_ms=round(max(heard) / 1000, 1),
    )
    lost = followers * events - len(heard)
    BENCH.tell("lost", lost, ratio=lost / (followers * events))


def listen(told: Connection, port: int, token: str, followers: int, events: int) -> None:
    """The followers, in a process of their own; tells the delay of each event that each of them heard, in µs."""

    async def follow(ready: asyncio.Semaphore, heard: list[int]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET /api/v1/events/stream?kind=x.bench.* HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
        )
        await reader.readuntil(b"retry: 2000\n\n")
        ready.release()
        left = events
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE) as patience:
                while left and (line := await reader.readline()):
                    if line.startswith(b"data: "):
                        now = time.time_ns() // 1000
                        heard.append(now - json.loads(line.removeprefix(b"data: "))["data"]["sent"])
                        patience.reschedule(asyncio.get_running_loop().time() + PATIENCE)
                        left -= 1
        writer.close()

    async def everybody() -> list[int]:
        ready, heard = asyncio.Semaphore(0), []
        async with asyncio.TaskGroup() as group:
            for _ in range(followers):
                group.create_task(follow(ready, heard))
            for _ in range(followers):
                await ready.acquire()
            told.send("ready")
        return heard

    told.send(asyncio.run(everybody()))


if __name__ == "__main__":
    BENCH.run(main, __doc__, requests=(4000, 500), followers=(50, 10), events=(200, 40))
