"""REST of the captions: how they stand, their switches, and a stream for the room's screen and everybody else."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import Forbidden, tr
from roomctl.api.routes import HEARTBEAT, MeetingPath, Right, User, admit, needs, still
from roomctl_transcript.captions.board import KEPT, Board
from roomctl_transcript.captions.boards import Boards

EACH = 0.1
"""Seconds at least between two states that a reader is sent."""
FEW = 20
"""Lines that are sent where nobody asks for another number: a screen shows two."""

For = Annotated[
    Literal["", "screen"], Query(alias="for", description="`screen`: as the room sees it, without what is blanked")
]
Most = Annotated[int, Query(ge=0, le=KEPT, description="how many of the newest lines")]


class LineShape(BaseModel):
    """What one person says in one go."""

    id: str = Field(description="stays while the line grows", examples=["r1-c0012"])
    track: int = Field(description="the microphone, from 1")
    start: float = Field(description="seconds of the recording")
    end: float
    speaker: str = Field(description="empty where nobody knows")
    duty: str = Field(description="unit and duty, as the roster has them")
    text: str = Field(description="what will hardly change any more")
    unsure: str = Field(description="follows `text`, and still may change")
    final: bool = Field(description="the engine has finished it")
    replaced: bool = Field(description="it is a sentence of the transcript")


class ItemShape(BaseModel):
    """The agenda item under way."""

    n: int
    title: str
    unit: str
    presenter: str
    minutes: int = Field(description="planned; 0 where none are")
    left: int | None = Field(description="seconds of them that are left; negative when they are over")


class CaptionsShape(BaseModel):
    """The captions of a meeting."""

    meeting: str
    on: bool
    by: str = Field(description="who switched them on")
    state: Literal["off", "starting", "live", "paused", "down"]
    why: str = Field(description="why there are no new words, and the mend")
    blanked: bool = Field(description="the screen shows no line")
    whole_sentences: bool = Field(description="the screen shows finished lines alone, some seconds late")
    delay_ms: int | None = Field(description="from the sound to its newest text")
    recording: Literal["", "armed", "recording", "paused", "off_record"]
    item: ItemShape | None
    lines: list[LineShape] = Field(description="oldest first")


class Wish(BaseModel):
    """What is to be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    on: bool | None = None
    blanked: bool | None = None
    whole_sentences: bool | None = None
    confirm: str = Field(default="", max_length=400, description="the meeting's name, needed to switch them on")


def router(captions: Boards) -> APIRouter:
    """Under /api/v1/x/transcript/. Who may hear the recording may read along; who runs the meeting switches.

    The room's screen reads along as the room may, and can hide the lines.
    """
    routes = APIRouter()
    reader, switcher = needs(Right.HEAR_RECORDINGS, screen=True), needs(Right.RUN_MEETINGS, screen=True)

    def seen(meeting_id: str, user: User) -> Board:
        admit(user, captions.meeting(meeting_id).highest_secrecy.level)
        return captions.board(meeting_id)

    @routes.get("/captions/{meeting_id}", response_model=CaptionsShape, summary="The captions of a meeting")
    def read(meeting_id: MeetingPath, user: User = reader, view: For = "", lines: Most = KEPT) -> dict[str, Any]:
        return seen(meeting_id, user).as_json(screen=_as_the_room(user, view), most=lines)

    @routes.put("/captions/{meeting_id}", response_model=CaptionsShape, summary="On, off, blanked")
    def switch(meeting_id: MeetingPath, wish: Wish, user: User = switcher) -> dict[str, Any]:
        seen(meeting_id, user)
        _only_hides(user, wish)
        return captions.switch(meeting_id, by=user.name, **wish.model_dump()).as_json(screen=user.screen is not None)

    @routes.get(
        "/captions/{meeting_id}/stream", response_class=StreamingResponse, summary="The captions as they come"
    )
    async def follow(
        request: Request, meeting_id: MeetingPath, user: User = reader, view: For = "", lines: Most = FEW
    ) -> StreamingResponse:
        """Server-sent events `captions`, each the whole state. A slow reader misses some, and sees the newest."""
        await asyncio.to_thread(seen, meeting_id, user)
        await asyncio.to_thread(captions.look, meeting_id)

        async def states() -> AsyncIterator[str]:
            yield "retry: 2000\n\n"
            with captions.following(meeting_id) as news:
                sent = ""
                while True:
                    news.clear()
                    row = captions.board(meeting_id).as_json(screen=_as_the_room(user, view), most=lines)
                    if (now := json.dumps(row, ensure_ascii=False)) != sent:
                        sent = now
                        yield f"event: captions\ndata: {now}\n\n"
                        await asyncio.sleep(EACH)
                    try:
                        await asyncio.wait_for(news.wait(), HEARTBEAT)
                    except TimeoutError:
                        yield ": still here\n\n"
                    may = await still(request, Right.HEAR_RECORDINGS, screen=True)
                    if not may or not await _open(seen, meeting_id, user):
                        return

        return StreamingResponse(states(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return routes


async def _open(seen: Callable[[str, User], object], meeting_id: str, user: User) -> bool:
    """False where the meeting's 密级 was raised above its reader."""
    try:
        await asyncio.to_thread(seen, meeting_id, user)
    except Forbidden:
        return False
    return True


def _only_hides(user: User, wish: Wish) -> None:
    """Raises: Forbidden, where a screen wants more than to hide and show the lines."""
    if user.screen is not None and wish.model_fields_set - {"blanked"}:
        raise Forbidden(
            tr("屏幕上只能遮住或恢复字幕", "a screen can hide and show the lines, and no more"),
            mend=tr("请在录音页打开或关闭字幕", "captions are switched at the operator's page"),
        )


def _as_the_room(user: User, view: str) -> bool:
    """A screen sees what the room may see, however it asks."""
    return view == "screen" or user.screen is not None
