"""What people do at a terminal or at the desk, as it is sent: one by one, each with a key, taken once."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Annotated, Any, Literal, Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import (
    Actor,
    BadInput,
    Busy,
    Meeting,
    Method,
    NotFound,
    PluginContext,
    Refused,
    RoomctlError,
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


class Act(Protocol):
    """What every act tells, whatever it is."""

    key: str
    kind: Any  # one of the words of its own
    person: str
    ago: float


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


A_MINUTE, NOTED = 60.0, 20
"""Seconds, and refusals of one device that are noted within them: a device that goes wild does not fill the log."""
_DEVICES = 512


class Taking:
    """Takes acts one after the other. What is refused for good is answered, and noted for the secretary."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._refused: dict[tuple[str, str], tuple[float, int]] = {}
        self._taking = threading.Lock()  # of two requests of one telephone at once the second sees what the first did

    def take(
        self,
        meeting: Meeting,
        user: User,
        acts: Sequence[ActShape],
        method: Method,
        check: Callable[[ActShape], None] = lambda _act: None,
        device: str = "",
    ) -> AnswerShape:
        """In their order.

        Args:
            check: raises Refused where this device may not do that.
            device: where it was done; empty is where `user` asks from.

        Raises:
            RoomctlError: nothing can be kept now.

        """
        at = device or device_of(user, method)
        taken = [self._taken(meeting, user, act, method, check, at) for act in acts]
        counts = self._ctx.services.attendance(meeting.id).counts
        return AnswerShape(acts=taken, expected=counts.expected, present=counts.present)

    def _taken(
        self,
        meeting: Meeting,
        user: User,
        act: ActShape,
        method: Method,
        check: Callable[[ActShape], None],
        device: str,
    ) -> TakenShape:
        try:
            with self._taking:
                check(act)
                standing = _do(self._ctx, meeting, user, act, method, device)
        except (BadInput, NotFound, Refused) as error:
            return self.refused(meeting, device, act, error)
        came = standing.proxy_arrived if act.proxy else standing.arrived
        return TakenShape(key=act.key, ok=True, came=lists.minute(came, ZoneInfo(meeting.zone)), why="")

    def refused(self, meeting: Meeting, device: str, act: Act, error: RoomctlError) -> TakenShape:
        """The answer, which is noted: somebody stood at the door, and the secretary can ask."""
        if self.may_note(meeting.id, device):
            told = {"key": act.key, "person": act.person, "act": act.kind, "ago": int(act.ago), "why": error.what}
            with suppress(Busy):  # of everybody together; the answer is the same
                self._ctx.publish("not_taken", {**told, "device": device}, meeting.id)
        why = error.what + (tr(f"：{error.why}", f": {error.why}") if error.why else "")
        return TakenShape(key=act.key, ok=False, came="", why=why)

    def may_note(self, meeting_id: str, device: str) -> bool:
        """Counts one more refusal there; False where that are more than are noted."""
        now, of = self._ctx.clock.monotonic(), (meeting_id, device)
        since, count = self._refused.pop(of, (now, 0))
        since, count = (since, count + 1) if now - since < A_MINUTE else (now, 1)
        if len(self._refused) >= _DEVICES:
            self._refused.pop(next(iter(self._refused)), None)
        self._refused[of] = since, count
        return count <= NOTED


def device_of(user: User, method: Method) -> str:
    """Where it is done, as the event says."""
    return (user.screen.label or user.screen.id) if user.screen is not None else method.value


def _do(ctx: PluginContext, meeting: Meeting, user: User, act: ActShape, method: Method, device: str) -> Standing:
    use, sent = ctx.services, attendance.Sent(act.key, act.ago)
    actor = None if user.screen is not None else Actor.person(user.name)
    if act.kind == "undo":
        if not act.of and method in _PASSED:
            raise BadInput(
                tr("这里只能撤销刚才的签到", "what was done here can be taken back here, and nothing else"),
                tr("没有写明是哪一次", "it does not say which act is meant"),
                tr("请在签到台撤销", "take it back at the desk"),
            )
        return use.undo_attendance(meeting.id, act.person, of=act.of, sent=sent, actor=actor)
    if act.strokes:
        glass.check(act.strokes)
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


_PASSED = frozenset({Method.TERMINAL, Method.PHONE})
"""Whoever passes takes back what was pressed here, nothing else."""
