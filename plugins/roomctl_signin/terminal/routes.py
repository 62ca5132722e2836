"""REST of the terminal: what it shows, and what people did there. Answers who is signed on at it, and its key."""

import hashlib
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from roomctl.api import Attendance, Meeting, Method, PluginContext
from roomctl.api.routes import MeetingPath, Right, User, admitted, needs
from roomctl_signin import acts
from roomctl_signin.cards.reading import Cards, CardShape, ReadShape
from roomctl_signin.config import Config
from roomctl_signin.notice import RecordingNotice
from roomctl_signin.phone import codes
from roomctl_signin.terminal import sight
from roomctl_signin.terminal.rehearsal import Rehearsals

LOOK = 20.0
"""Seconds that the answer of the last check is taken as it was: terminals ask every five."""


class CodeShape(BaseModel):
    """A QR code (ISO/IEC 18004) as modules; size 0 while none may be shown."""

    size: int = Field(description="modules of a side")
    path: str = Field(description="of the dark ones, as an SVG path")
    left: int = Field(description="seconds until it changes")


class ReadsShape(BaseModel):
    """Cards that were read at the host."""

    last: int = Field(description="to ask after, the next time")
    reads: list[ReadShape]


def router(ctx: PluginContext, taking: acts.Taking, cards: Cards) -> APIRouter:
    """Under /api/v1/x/signin/."""
    routes = APIRouter()
    signing = needs(Right.SIGN_IN, screen=True)
    door = _Door(ctx, cards)

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

    @routes.get("/terminal/{meeting_id}/code", summary="The code for telephones, as it is now")
    def code(meeting_id: MeetingPath, user: User = signing) -> CodeShape:
        """It changes every 30 s, and is shown only while today's check has opened the page."""
        return door.code(door.meeting(meeting_id, user))

    @routes.post("/terminal/{meeting_id}/cards", summary="A card was held to the terminal's own reader")
    def read(meeting_id: MeetingPath, card: CardShape, user: User = signing) -> ReadShape:
        """Signs its person in, or says that nobody has registered it."""
        meeting = door.meeting(meeting_id, user)
        return cards.read(meeting, card, device=acts.device_of(user, Method.CARD))

    @routes.get("/terminal/{meeting_id}/reads", summary="Cards that were read at the host")
    def reads(
        meeting_id: MeetingPath, after: Annotated[int, Query(ge=-1, le=2**53)] = -1, user: User = signing
    ) -> ReadsShape:
        """For the terminal beside that reader; -1 asks where they stand."""
        last, found = cards.since(door.meeting(meeting_id, user).id, after)
        return ReadsShape(last=last, reads=found)

    @routes.get("/rehearsal/{meeting_id}", response_model=sight.TerminalShape, summary="What a rehearsal shows")
    def rehearse(request: Request, meeting_id: MeetingPath, user: User = signing) -> Response:
        """The terminal with the meeting's own roster, before or while people really sign in."""
        return door.rehearse(door.meeting(meeting_id, user), request.headers.get("if-none-match", ""))

    @routes.post("/rehearsal/{meeting_id}/acts", summary="What people did in a rehearsal")
    def rehearsed(meeting_id: MeetingPath, sent: acts.Acts, user: User = signing) -> acts.AnswerShape:
        """Answered as if it were real; nothing of it is kept anywhere."""
        return door.rehearsals.take(door.meeting(meeting_id, user), sent.acts)

    return routes


class _Door:
    """The use cases of a terminal."""

    def __init__(self, ctx: PluginContext, cards: Cards) -> None:
        self._ctx, self._cards = ctx, cards
        self.meeting = partial(admitted, ctx.services)
        self._notice = RecordingNotice(ctx, "terminal")
        self.rehearsals = Rehearsals(ctx)
        self._ready: dict[str, tuple[float, bool]] = {}

    def show(self, meeting: Meeting, user: User, known: str) -> Response:
        self._notice.shown(meeting, user)
        ways = sight.Ways(phone=self._codes_ready(meeting), readers=self._cards.at_host)
        return self._answer(meeting, self._ctx.services.attendance(meeting.id), ways, known)

    def rehearse(self, meeting: Meeting, known: str) -> Response:
        return self._answer(meeting, self.rehearsals.board(meeting), sight.Ways(rehearsal=True), known)

    def code(self, meeting: Meeting) -> CodeShape:
        if not codes.ready(self._ctx, meeting):
            return CodeShape(size=0, path="", left=0)
        import segno  # noqa: PLC0415 - only where telephones are let in

        now = codes.current(self._ctx, meeting.id)
        rows = segno.make(now.url, micro=False, error="m").matrix
        dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, one in enumerate(row) if one]
        return CodeShape(size=len(rows), path="".join(dark), left=now.left)

    def _answer(self, meeting: Meeting, board: Attendance, ways: sight.Ways, known: str) -> Response:
        config = self._ctx.config or Config()
        others = self._ctx.services.meetings(*sight.TO_COME)
        services = self._ctx.services
        chart, papers = services.seat_chart(meeting.id, board), services.copies_out(meeting.id)
        now, room = self._ctx.clock.now(), services.room.name
        shown = sight.of(meeting, board, others, config, room, ways, chart, papers, now)
        body = shown.model_dump_json()
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
        if tag == known:
            return Response(status_code=304, headers={"ETag": tag})
        return Response(body, media_type="application/json", headers={"ETag": tag})

    def _codes_ready(self, meeting: Meeting) -> bool:
        """As of a moment ago."""
        if not codes.configured(self._ctx):
            return False
        now = self._ctx.clock.monotonic()
        at, ready = self._ready.get(meeting.id, (-LOOK, False))
        if now - at >= LOOK:
            ready = codes.ready(self._ctx, meeting)
            self._ready = {one: seen for one, seen in self._ready.items() if now - seen[0] < LOOK}
            self._ready[meeting.id] = now, ready
        return ready
