"""REST of the terminal: what it shows, and what people did there. Answers who is signed on at it, and its key."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import (
    Actor,
    BadInput,
    Meeting,
    Method,
    NotFound,
    PluginContext,
    Refused,
    Standing,
    attendance,
    tr,
)
from roomctl.api.routes import Right, User, admit, needs
from roomctl_signin.config import Config
from roomctl_signin.terminal import glass, sight

MOST_ACTS = 20
"""Of one request: signatures are large, and the rest comes with the next."""
TOLD = "recording_notice"
"""Among the plugin's documents of a meeting: that a terminal has shown the recording notice."""

MeetingPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,64}$", description="the meeting's id")]
Key = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,64}$", description="made by the terminal, one for each act")]


class ActShape(BaseModel):
    """What somebody did at the terminal."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    kind: Literal["sign_in", "undo"] = "sign_in"
    person: Annotated[str, Field(min_length=1, max_length=64, description="id on the roster")]
    proxy: bool = False
    of: str = Field(default="", max_length=64, description="for `undo`: key of the act that was a mistake")
    ago: float = Field(
        default=0, ge=0, le=attendance.LONGEST_CUT_OFF, description="seconds since it was done; 0 is now"
    )
    strokes: glass.Strokes = Field(
        default_factory=list, description=f"signed on glass: points on a sheet of {glass.WIDTH} × {glass.HEIGHT}"
    )


class Acts(BaseModel):
    """What is waiting at the terminal, the oldest first."""

    model_config = ConfigDict(extra="forbid")

    acts: Annotated[list[ActShape], Field(min_length=1, max_length=MOST_ACTS)]


class TakenShape(BaseModel):
    """What became of one act. Either way the terminal need not send it again."""

    key: str
    ok: bool
    came: str = Field(description="HH:MM of the room, where the person stands as signed in")
    why: str = Field(description="why it was not taken, and the mend")


class AnswerShape(BaseModel):
    """One for each act, in their order."""

    acts: list[TakenShape]
    expected: int
    present: int


def router(ctx: PluginContext) -> APIRouter:
    """Under /api/v1/x/signin/."""
    routes = APIRouter()
    signing = needs(Right.SIGN_IN, screen=True)
    door = _Door(ctx)

    @routes.get("/terminal/{meeting_id}", response_model=sight.TerminalShape, summary="What a terminal shows")
    def show(request: Request, meeting_id: MeetingPath, user: User = signing) -> Response:
        """Answers 304 where it is as the terminal has it (`If-None-Match`)."""
        return door.show(door.meeting(meeting_id, user), user, request.headers.get("if-none-match", ""))

    @routes.post("/terminal/{meeting_id}/acts", summary="What people did there")
    def take(meeting_id: MeetingPath, sent: Acts, user: User = signing) -> AnswerShape:
        """The same key is the same act: a terminal sends it until it is answered. What was done while the line was
        cut is taken as it was done at the door.
        """
        return door.take(door.meeting(meeting_id, user), user, sent.acts)

    return routes


class _Door:
    """The use cases of a terminal."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._told: set[str] = set()

    def meeting(self, meeting_id: str, user: User) -> Meeting:
        meeting = self._ctx.services.meeting(meeting_id)
        admit(user, meeting.highest_secrecy.level)
        return meeting

    def show(self, meeting: Meeting, user: User, known: str) -> Response:
        board = self._ctx.services.attendance(meeting.id)
        config = self._ctx.config or Config()
        shown = sight.of(meeting, board, self._ctx.services.meetings(), config, self._ctx.services.room.name)
        body = shown.model_dump_json()
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
        if user.screen is not None:
            self._note_recording(meeting, user)
        if tag == known:
            return Response(status_code=304, headers={"ETag": tag})
        return Response(body, media_type="application/json", headers={"ETag": tag})

    def _note_recording(self, meeting: Meeting, user: User) -> None:
        """That it is recorded was told at the door: one event, and one line of the record."""
        if not meeting.recorded or meeting.id in self._told:
            return
        store = self._ctx.store(meeting.id)
        if not store.get(TOLD):
            store.put(TOLD, value=True)
            self._ctx.publish(TOLD, {"at": "terminal", "screen": user.name}, meeting.id)
        self._told.add(meeting.id)

    def take(self, meeting: Meeting, user: User, acts: Sequence[ActShape]) -> AnswerShape:
        taken = [self._taken(meeting, user, act) for act in acts]
        counts = self._ctx.services.attendance(meeting.id).counts
        return AnswerShape(acts=taken, expected=counts.expected, present=counts.present)

    def _taken(self, meeting: Meeting, user: User, act: ActShape) -> TakenShape:
        try:
            standing = self._do(meeting, user, act)
        except (BadInput, NotFound, Refused) as error:
            told = {"key": act.key, "person": act.person, "act": act.kind, "ago": int(act.ago), "why": error.what}
            self._ctx.publish("not_taken", told, meeting.id)  # somebody stood at the door: the secretary can ask
            why = error.what + (tr(f"：{error.why}", f": {error.why}") if error.why else "")
            return TakenShape(key=act.key, ok=False, came="", why=why)
        came = standing.proxy_arrived if act.proxy else standing.arrived
        return TakenShape(
            key=act.key, ok=True, came=sight.clock(came, ZoneInfo(meeting.zone)) if came else "", why=""
        )

    def _do(self, meeting: Meeting, user: User, act: ActShape) -> Standing:
        use, sent = self._ctx.services, attendance.Sent(act.key, act.ago)
        actor = None if user.screen is not None else Actor.person(user.name)
        if act.kind == "undo":
            return use.undo_attendance(meeting.id, act.person, of=act.of, sent=sent, actor=actor)
        signature = glass.keep(self._ctx, meeting.id, act.key, act.strokes) if act.strokes else ""
        device = (user.screen.label or user.screen.id) if user.screen is not None else "terminal"
        return use.sign_in(
            meeting.id,
            act.person,
            method=Method.TERMINAL,
            device=device,
            proxy=act.proxy,
            signature=signature,
            sent=sent,
            actor=actor,
        )
