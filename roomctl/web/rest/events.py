"""The event log: read with a filter, and followed as it grows."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self

from fastapi import Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.events import LoggedEvent
from roomctl.domain.secrecy import Level
from roomctl.errors import NotFound
from roomctl.services.facade import UseCases
from roomctl.web.feed import Feed
from roomctl.web.rest.desk import Desk, as_json, router, still
from roomctl.web.rest.shapes import Id, utc
from roomctl.web.run import run
from roomctl.web.session import Needs

routes = router("events")

Seeing = Annotated[User, Depends(Needs(Right.SEE_EVENTS))]
Kind = Annotated[str, Field(pattern=r"^[a-z0-9_.]{1,80}\*?$")]
Kinds = Annotated[list[Kind] | None, Query(description="only these; `meeting.*` is all that begin so")]
Stream = Annotated[Id | None, Query(description="a meeting's id, or the room's; none is everything")]
Place = Annotated[int, Query(ge=0, le=2**53)]


class EventShape(BaseModel):
    """A row of the log. `sha256` and `sm3` chain it to the row before it in its stream."""

    seq: int
    id: str
    stream: str
    n: int
    at: datetime
    kind: str
    v: int
    actor: str = Field(examples=["person:赵敏"])
    data: dict[str, Any]
    sha256: str
    sm3: str

    @classmethod
    def of(cls, row: LoggedEvent) -> Self:
        return cls(
            seq=row.seq,
            id=row.id,
            stream=row.stream,
            n=row.n,
            at=utc(row.at),
            kind=row.kind,
            v=row.v,
            actor=row.actor,
            data=json.loads(row.data),
            sha256=row.sha256,
            sm3=row.sm3,
        )


@routes.get("/events", response_model=list[EventShape], summary="The event log")
def list_events(
    request: Request,
    user: Seeing,
    stream: Stream = None,
    kind: Kinds = None,
    after: Place = 0,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    order: Literal["newest", "oldest"] = "newest",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """Places (`seq`) are exclusive. Rows of meetings of a 密级 that the reader may not open are left out."""
    desk = Desk(request, user)
    rows = desk.use.events(
        stream=stream or "", kinds=kind or (), after=after, before=before, newest=order == "newest", limit=limit
    )
    seen = Seen(desk.use, user)
    return as_json([EventShape.of(row) for row in rows if seen(row)])


@routes.get(
    "/events/stream",
    summary="The event log as it grows",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "rows"}},
)
async def follow_events(
    request: Request,
    user: Seeing,
    stream: Stream = None,
    kind: Kinds = None,
    after: Annotated[int | None, Query(ge=0, le=2**53, description="none begins now")] = None,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> StreamingResponse:
    """Server-sent events: `id` is the place in the log, `event` the kind, `data` the row as `/events` gives it.

    A browser that comes back sends `Last-Event-ID` by itself, and misses nothing.
    """
    feed: Feed = request.app.state.feed
    if last_event_id and last_event_id.isascii() and last_event_id.isdigit():
        after = int(last_event_id)
    start = await feed.end() if after is None else after  # before the answer begins: from then on nothing is missed
    seen = Seen(Desk(request, user).use, user)

    async def lines() -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        now = asyncio.get_running_loop().time
        due = now() + feed.heartbeat
        async for row in feed.after(start):
            if now() >= due:  # also where rows come that this reader does not want
                if not await still(request, Right.SEE_EVENTS):
                    return
                due = now() + feed.heartbeat
                yield ": still here\n\n"
            if row is not None and _wanted(row, stream, kind) and await _shown(seen, row):
                yield f"id: {row.seq}\nevent: {row.kind}\ndata: {_as_json(row)}\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


class Seen:
    """Whether a reader may see a row: remembers the 密级 of each meeting that it asked for."""

    def __init__(self, use: UseCases, user: User) -> None:
        self._use, self._user = use, user
        self._levels: dict[str, bool] = {}

    def known(self, row: LoggedEvent) -> bool | None:
        """Without asking the database; None where it must be asked."""
        return True if row.stream == row.room else self._levels.get(row.stream)

    def __call__(self, row: LoggedEvent) -> bool:
        known = self.known(row)
        if known is None:
            known = self._levels[row.stream] = self._user.cleared(self._level(row.stream))
        return known

    def _level(self, stream: str) -> Level:
        try:
            return self._use.meeting(stream).highest_secrecy.level
        except NotFound:  # a plugin's own stream
            return Level.OPEN


async def _shown(seen: Seen, row: LoggedEvent) -> bool:
    known = seen.known(row)
    return await run(seen, row) if known is None else known


def _wanted(row: LoggedEvent, stream: str | None, kinds: list[str] | None) -> bool:
    return (stream is None or row.stream == stream) and (
        not kinds or any(fnmatchcase(row.kind, kind) for kind in kinds)
    )


def _as_json(row: LoggedEvent) -> str:
    return EventShape.of(row).model_dump_json()
