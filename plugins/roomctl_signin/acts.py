"""What people do at a terminal or at the desk, as it is sent: one by one, each with a key, taken once."""

from collections.abc import Sequence
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

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
from roomctl.api.routes import User
from roomctl_signin import lists
from roomctl_signin.terminal import glass

MOST_ACTS = 20
"""Of one request of a terminal: signatures are large, and the rest comes with the next."""

Key = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,64}$", description="made where it is done, one for each act")]


class ActShape(BaseModel):
    """What somebody did at the terminal."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    kind: Literal["sign_in", "undo"] = "sign_in"
    person: Annotated[str, Field(min_length=1, max_length=64, description="id on the roster")]
    proxy: bool = False
    of: str = Field(
        default="",
        max_length=64,
        description="for `undo`: key of the act that was a mistake; left out at the desk it is the newest",
    )
    ago: float = Field(default=0, ge=0, le=attendance.LONGEST_CUT_OFF, description="seconds since; 0 is now")
    strokes: glass.Strokes = Field(
        default_factory=list, description=f"signed on glass: points on a sheet of {glass.WIDTH} × {glass.HEIGHT}"
    )


class Acts(BaseModel):
    """What is waiting at the terminal, the oldest first."""

    model_config = ConfigDict(extra="forbid")

    acts: Annotated[list[ActShape], Field(min_length=1, max_length=MOST_ACTS)]


class TakenShape(BaseModel):
    """What became of one act. Either way it need not be sent again."""

    key: str
    ok: bool
    came: str = Field(description="HH:MM of the room, where the person stands as signed in")
    why: str = Field(description="why it was not taken, and the mend")


class AnswerShape(BaseModel):
    """One for each act, in their order."""

    acts: list[TakenShape]
    expected: int
    present: int


def take(ctx: PluginContext, meeting: Meeting, user: User, acts: Sequence[ActShape], method: Method) -> AnswerShape:
    """Takes them one after the other. What is refused for good is answered, and noted for the secretary."""
    taken = [_taken(ctx, meeting, user, act, method) for act in acts]
    counts = ctx.services.attendance(meeting.id).counts
    return AnswerShape(acts=taken, expected=counts.expected, present=counts.present)


def _taken(ctx: PluginContext, meeting: Meeting, user: User, act: ActShape, method: Method) -> TakenShape:
    try:
        standing = _do(ctx, meeting, user, act, method)
    except (BadInput, NotFound, Refused) as error:
        told = {"key": act.key, "person": act.person, "act": act.kind, "ago": int(act.ago), "why": error.what}
        ctx.publish("not_taken", told, meeting.id)  # somebody stood at the door: the secretary can ask
        why = error.what + (tr(f"：{error.why}", f": {error.why}") if error.why else "")
        return TakenShape(key=act.key, ok=False, came="", why=why)
    came = standing.proxy_arrived if act.proxy else standing.arrived
    return TakenShape(key=act.key, ok=True, came=lists.minute(came, ZoneInfo(meeting.zone)), why="")


def _do(ctx: PluginContext, meeting: Meeting, user: User, act: ActShape, method: Method) -> Standing:
    use, sent = ctx.services, attendance.Sent(act.key, act.ago)
    actor = None if user.screen is not None else Actor.person(user.name)
    if act.kind == "undo":
        if not act.of and method is Method.TERMINAL:  # whoever passes takes back what was pressed here, nothing else
            raise BadInput(
                tr("终端只能撤销刚才的签到", "a terminal takes back what was done at it"),
                tr("没有写明是哪一次", "it does not say which act is meant"),
                tr("请在签到台撤销", "take it back at the desk"),
            )
        return use.undo_attendance(meeting.id, act.person, of=act.of, sent=sent, actor=actor)
    if act.strokes:
        glass.check(act.strokes)
    device = (user.screen.label or user.screen.id) if user.screen is not None else method.value
    standing = use.sign_in(
        meeting.id,
        act.person,
        method=method,
        device=device,
        proxy=act.proxy,
        signature=act.key if act.strokes else "",
        sent=sent,
        actor=actor,
    )
    if act.strokes:  # only now: what is refused leaves nothing, and a key's first signature is the one that counts
        glass.keep(ctx, meeting.id, act.key, act.strokes)
    return standing
