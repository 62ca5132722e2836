"""How far something is, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from roomctl.domain.access import Right
from roomctl.web.feed import HEARTBEAT
from roomctl.web.rest.desk import still
from roomctl.web.run import run
from roomctl.web.working import EACH


def as_it_changes(
    request: Request, right: Right, meeting: str, event: str, look: Callable[[], tuple[Sequence[BaseModel], bool]]
) -> StreamingResponse:
    """Events of that name, one a second while the rows change; `end` when nothing is left to wait for.

    Args:
        right: what the reader must still have, and meeting: what they must still be cleared for.
        look: gives the rows, and whether they are the last; it is called in a thread.

    """

    async def rows() -> AsyncIterator[str]:
        sent, asked = "", 0.0
        while True:
            found, ended = await run(look)
            told = json.dumps([one.model_dump(mode="json") for one in found], ensure_ascii=False)
            if told != sent:
                sent = told
                yield f"event: {event}\ndata: {told}\n\n"
            if ended:
                yield "event: end\ndata: {}\n\n"
                return
            await asyncio.sleep(EACH)
            asked += EACH
            if asked >= HEARTBEAT:
                asked = 0.0
                yield ": still here\n\n"
                if not await still(request, right, meeting=meeting):
                    return

    return StreamingResponse(rows(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
