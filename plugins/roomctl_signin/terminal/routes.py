"""REST of the terminal: what it shows, and what people did there. Answers who is signed on at it, and its key."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from roomctl.api import Meeting, Method, PluginContext
from roomctl.api.routes import Right, User, admit, needs
from roomctl_signin import acts
from roomctl_signin.config import Config
from roomctl_signin.notice import RecordingNotice
from roomctl_signin.terminal import sight

MeetingPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,64}$", description="the meeting's id")]


def router(ctx: PluginContext, taking: acts.Taking) -> APIRouter:
    """Under /api/v1/x/signin/."""
    routes = APIRouter()
    signing = needs(Right.SIGN_IN, screen=True)
    door = _Door(ctx)

    @routes.get("/terminal/{meeting_id}", response_model=sight.TerminalShape, summary="What a terminal shows")
    def show(request: Request, meeting_id: MeetingPath, user: User = signing) -> Response:
        """Answers 304 where it is as the terminal has it (`If-None-Match`)."""
        return door.show(door.meeting(meeting_id, user), user, request.headers.get("if-none-match", ""))

    @routes.post("/terminal/{meeting_id}/acts", summary="What people did there")
    def take(meeting_id: MeetingPath, sent: acts.Acts, user: User = signing) -> acts.AnswerShape:
        """The same key is the same act: a terminal sends it until it is answered. What was done while the line was
        cut is taken as it was done at the door.
        """
        return taking.take(door.meeting(meeting_id, user), user, sent.acts, Method.TERMINAL)

    return routes


class _Door:
    """The use cases of a terminal."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._notice = RecordingNotice(ctx, "terminal")

    def meeting(self, meeting_id: str, user: User) -> Meeting:
        meeting = self._ctx.services.meeting(meeting_id)
        admit(user, meeting.highest_secrecy.level)
        return meeting

    def show(self, meeting: Meeting, user: User, known: str) -> Response:
        board = self._ctx.services.attendance(meeting.id)
        config = self._ctx.config or Config()
        others = self._ctx.services.meetings(*sight.TO_COME)
        shown = sight.of(meeting, board, others, config, self._ctx.services.room.name)
        body = shown.model_dump_json()
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
        self._notice.shown(meeting, user)
        if tag == known:
            return Response(status_code=304, headers={"ETag": tag})
        return Response(body, media_type="application/json", headers={"ETag": tag})
