"""Sign-in against a bare FastAPI and SQLAlchemy endpoint, and two terminals whose line is cut.

    python -m tests.bench.signin [--people 500] [--seconds 60]

Requests: both applications are asked in process, over ASGI, in turns of a few requests, so that what else
the machine does hits both alike. The bare one reads two rows (meeting, person) and writes two (event, person) in one
transaction of a database of its own with the same tables, journal and `synchronous=FULL`; it has no accounts, no
rules, no chain of digests.

Cut: two terminals send what people do over TCP, as their page does: kept first, sent until it is answered.
For half of the time the line is cut: requests do not go out, or go out and their answer is lost. Some people sign in
at both.
"""

import asyncio
import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import create_engine, event, func, select, update
from sqlalchemy.orm import Session

from roomctl.app import Application
from roomctl.domain.access import Right, Role
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.services.identity import new_id
from roomctl.serving import Host, Phase
from roomctl.storage.database import open_database
from roomctl.storage.tables import EventRow, MeetingRow, PersonRow
from roomctl.web import keys
from roomctl.web.app import build
from roomctl.web.errors import tell_errors
from roomctl.web.plugins import Extras
from tests.bench import Bench, Goal

TURN = 25
CUT = (0.25, 0.75)
"""From when to when the terminals are cut off, of the people who have come."""
EACH = 0.5
"""Share of the attempts that do not get out while the line is cut; of the others the answer is lost."""
PLAIN = "a FastAPI endpoint that reads two rows and writes two"
PRESSED = "acts at two terminals, cut off for half of the time"
BENCH = Bench(
    __file__,
    {
        "requests": Goal("sign-ins a second", ">=", 0.6, "×", PLAIN),
        "per_second": Goal("sign-ins a second", ">=", 200, "/s", PLAIN),
        "p99": Goal("one sign-in, p99", "<=", 100, "ms", PLAIN),
        "lost": Goal("sign-ins that are lost", "<=", 0, "", PRESSED),
        "double": Goal("sign-ins that stand there twice", "<=", 0, "", PRESSED),
    },
)


def main(people: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        application = Application(Path(folder) / "ours")
        try:
            web, token = opened(application)
            asyncio.run(requests(application, web, token, people, Path(folder) / "bare.db"))
            with served(web) as url:
                found = cut(application, url, people, seconds)
            acts = people + found["pressed_at_both"]
            for name in ("lost", "double"):
                BENCH.tell(name, found[name], ratio=found[name] / acts, **found)
        finally:
            application.close()


def opened(application: Application) -> tuple[FastAPI, str]:
    """The web with the sign-in plugin's routes, and a token of somebody at the desk."""
    host = Host(application)
    application.plugins.load({"signin"})
    host.phase, host.plugins_up = Phase.READY, True
    web, routes = build(host, pages=False), FastAPI()
    tell_errors(routes, web.state.denials)
    routes.state.sessions = web.state.sessions
    Extras(host, routes).ask()
    web.mount(keys.ROUTES, routes)
    application.accounts.add("bench", new_id(), [Role.USHER])
    _token, text = application.accounts.add_token("bench", "bench", [Right.SIGN_IN])
    return web, text


def meeting_of(application: Application, people: int) -> tuple[Meeting, Sequence[Person]]:
    """An open meeting with its roster."""
    use = application.usecases
    made = Meeting(
        id=MeetingId(new_id()), room=use.room.id, title="全体会议", starts=datetime(2026, 11, 12, 9), recorded=False
    )
    meeting = use.create(made)
    roster = [Person(id=new_id(), name=f"人{n}", unit=f"单位{n % 40}", rank=n) for n in range(1, people + 1)]
    use.add_people(meeting.id, roster)
    for state in (State.APPROVED, State.OPEN):
        use.transition(meeting.id, state)
    return meeting, roster


# --- requests a second


async def requests(application: Application, web: FastAPI, token: str, people: int, path: Path) -> None:
    """Both answer the same people, in turns."""
    meeting, roster = meeting_of(application, people)
    plain = bare(path, meeting, roster)
    spent: dict[str, list[float]] = {"ours": [], "bare": []}
    where = f"/api/v1/meetings/{meeting.id}/sign-ins"
    for first in range(0, people, TURN):
        for name, app in (("ours", web), ("bare", plain)):
            for person in roster[first : first + TURN]:
                body = json.dumps({"person": person.id, "method": "terminal", "key": person.id}).encode()
                began = time.perf_counter()
                await _post(app, where, token, body)
                spent[name].append(time.perf_counter() - began)
    there = application.usecases.attendance(meeting.id).counts.present
    if there != people:
        raise SystemExit(f"{there} of {people} are there")
    per_second = {name: people / sum(each) for name, each in spent.items()}
    turns = {name: [sum(each[n : n + TURN]) for n in range(0, people, TURN)] for name, each in spent.items()}
    BENCH.tell(
        "requests",
        per_second["ours"] / per_second["bare"],
        people=people,
        ratio_median=round(median(b / a for a, b in zip(turns["ours"], turns["bare"], strict=True)), 3),
    )
    BENCH.tell(
        "per_second",
        per_second["ours"],
        ratio=per_second["ours"] / per_second["bare"],
        bare_per_second=round(per_second["bare"]),
    )
    late = [quantiles(spent[who], n=100) for who in ("ours", "bare")]
    BENCH.tell(
        "p99",
        1000 * late[0][98],
        ratio=late[0][98] / late[1][98],
        p50_ms=round(1000 * late[0][49], 2),
        p95_ms=round(1000 * late[0][94], 2),
        bare_p99_ms=round(1000 * late[1][98], 2),
    )


class Who(BaseModel):
    """What the bare endpoint is asked."""

    person: str
    method: str
    key: str


class Answer(BaseModel):
    """What it answers."""

    id: str
    name: str
    rank: int


def bare(path: Path, meeting: Meeting, roster: Sequence[Person]) -> FastAPI:
    """Two rows read, two written, one commit; nothing around it."""
    database = open_database(path, room_name="bare")
    room = database.room.id
    database.close()
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _durable(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    with Session(engine) as session:
        session.add(_row(meeting, room))
        session.flush()
        session.add_all(
            PersonRow(
                id=one.id, meeting=meeting.id, name=one.name, unit=one.unit, duty="", phone="", seat="",
                role=one.role.value, rank=one.rank, items=[],
            )
            for one in roster
        )  # fmt: skip
        session.commit()
    web = FastAPI()

    @web.post("/api/v1/meetings/{meeting_id}/sign-ins", status_code=201)
    def sign_in(meeting_id: str, who: Who) -> Answer:
        with Session(engine) as session:
            meeting = session.get_one(MeetingRow, meeting_id)
            person = session.get_one(PersonRow, who.person)
            seq = (session.scalar(select(func.max(EventRow.seq))) or 0) + 1
            session.add(
                EventRow(
                    seq=seq, id=new_id(), room=meeting.room, stream=meeting_id, n=seq,
                    at=datetime.now(UTC).isoformat(), kind="attendance.signed_in", v=1, actor="bench",
                    data=who.model_dump_json(), sha256="", sm3="",
                )
            )  # fmt: skip
            session.execute(update(PersonRow).where(PersonRow.id == person.id).values(seat="1"))
            told = Answer(id=person.id, name=person.name, rank=person.rank)
            session.commit()
        return told

    return web


def _row(meeting: Meeting, room: str) -> MeetingRow:
    return MeetingRow(
        id=meeting.id, room=room, title=meeting.title, starts=meeting.starts, zone=meeting.zone,
        planned_minutes=60, kind=meeting.kind, place="", chair="", minute_taker="", contact="",
        secrecy={"level": "非密", "years": None, "basis": "", "by": ""}, recorded=False, recording_approved_by="",
        state="open", urgent=False, urgent_reason="", facts=[], version=0,
    )  # fmt: skip


async def _post(web: FastAPI, path: str, token: str, body: bytes) -> None:
    """One request, without a client's own work around it."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"authorization", f"Bearer {token}".encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8470),
    }
    told: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        told.append(message)

    await web(scope, receive, send)
    if told[0]["status"] != HTTPStatus.CREATED:
        raise SystemExit(f"answered with {told[0]['status']}: {told[1:]}")


# --- a line that is cut


class served:  # noqa: N801 - a context manager, read as a word
    """The web over TCP on this machine, in a thread."""

    def __init__(self, web: FastAPI) -> None:
        config = uvicorn.Config(web, port=0, log_level="error", timeout_graceful_shutdown=1)
        self._server, self._sockets = uvicorn.Server(config), [config.bind_socket()]
        self._thread = threading.Thread(target=self._server.run, args=(self._sockets,), daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._sockets[0].getsockname()[1]}"

    def __exit__(self, *exc: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        for one in self._sockets:
            one.close()


@dataclass
class Terminal:
    """What a terminal's page does: an act is kept, and sent until it is answered."""

    url: str
    link: str
    seed: int
    kept: list[dict[str, Any]] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    cut: bool = False
    answers_lost: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.client = httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=10, trust_env=False)
        self.path = keys.ROUTES + self.client.get(self.link).headers["location"].removeprefix(keys.PAGES) + "acts"

    def press(self, person: Person) -> None:
        self.kept.append({"key": new_id(), "person": person.id, "made": time.monotonic()})

    def deliver(self) -> None:
        """One attempt at what is kept. While the line is cut the request or its answer is lost."""
        acts = self.kept[:20]
        if not acts or (self.cut and self.answers_lost and self.chance.random() < EACH):
            return
        self.answers_lost += self.cut
        now = time.monotonic()
        told = [
            {"key": act["key"], "person": act["person"], "ago": late if (late := now - act["made"]) > 3 else 0.0}
            for act in acts
        ]
        self.sent.update(act["key"] for act in acts)
        with suppress(httpx.TransportError):
            answer = self.client.post(self.path, json={"acts": told})
            if answer.status_code == HTTPStatus.OK and not self.cut:
                done = {one["key"] for one in answer.json()["acts"] if one["ok"]}
                self.kept = [act for act in self.kept if act["key"] not in done]


def cut(application: Application, url: str, people: int, seconds: float, seed: int = 7) -> dict[str, Any]:
    """Everybody signs in within `seconds` at one of two terminals, which are cut off for half of them."""
    meeting, roster = meeting_of(application, people)
    terminals = []
    for n in range(2):
        _key, text = application.screens.make(meeting.id, "signin", "terminal", label=f"门{n}")
        terminals.append(Terminal(url, f"/s/{text}", seed + n))
    chance = random.Random(seed)
    both = set(chance.sample(range(people), people // 10))
    began = time.monotonic()

    def run(n: int) -> None:
        own, terminal = list(enumerate(roster)), terminals[n]
        mine = [(i, person) for i, person in own if i % 2 == n or i in both]
        while mine or terminal.kept:
            if mine and mine[0][0] / people <= (time.monotonic() - began) / seconds:
                terminal.cut = CUT[0] <= mine[0][0] / people < CUT[1]
                terminal.press(mine.pop(0)[1])
            terminal.deliver()
            time.sleep(0.02)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for terminal in terminals:
        terminal.client.close()
    facts = application.usecases.attendance_events(meeting.id)
    acts = [key for terminal in terminals for key in terminal.sent]
    stored = Counter(str(fact.data["key"]) for fact in facts)
    return {
        "people": people,
        "seconds": round(time.monotonic() - began, 1),
        "terminals": 2,
        "pressed_at_both": len(both),
        "sent_more_than_once": sum(n > 1 for terminal in terminals for n in terminal.sent.values()),
        "present": application.usecases.attendance(meeting.id).counts.present,
        "lost": people - application.usecases.attendance(meeting.id).counts.present + len(set(acts) - set(stored)),
        "double": sum(stored.values()) - len(acts),
    }


if __name__ == "__main__":
    BENCH.run(main, __doc__, people=(500, 100), seconds=(60.0, 5.0))
