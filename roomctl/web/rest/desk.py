"""What every route asks first: whose use cases, and may this person open that meeting."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from roomctl.domain.access import Right, User
from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting
from roomctl.errors import Forbidden, NotFound
from roomctl.services.facade import UseCases
from roomctl.serving import Host
from roomctl.web.problems import MEDIA
from roomctl.web.run import run
from roomctl.web.session import COOKIE, admit, bearer_of, screen_of, sessions_of

MeetingPath = Annotated[
    str,
    Path(
        pattern=r"^[0-9A-Za-z-]{1,64}$",
        description="the meeting's id",
        examples=["0199a000-0000-7000-8000-000000000001"],
    ),
]

RecordingPath = Annotated[
    str,
    Path(
        pattern=r"^[0-9A-Za-z-]{1,64}$",
        description="the recording's id",
        examples=["0199a000-0000-7000-8000-000000000002"],
    ),
]

_TOLD = {
    400: "the body cannot be read",
    401: "nobody is signed on",
    403: "the right is missing, or the 密级 is too high",
    404: "no such meeting, person, plugin",
    409: "a rule forbids it in the present state; `objections` may be overruled",
    413: "too large",
    422: "the request is not right",
    424: "a part is missing or failed: a library, a model, a device, a plugin; `mend` says how to get it going",
    429: "too many attempts",
    500: "a fault of roomctl's own, or what it stored is damaged; the log says more",
}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, said in _TOLD.items()
}
"""What any route may answer besides its own."""


def router(tag: str) -> APIRouter:
    """Under /api/v1, with its problems."""
    return APIRouter(prefix="/api/v1", tags=[tag], responses=PROBLEMS)


def host_of(request: Request) -> Host:
    """The host that this web belongs to."""
    host: Host = request.app.state.host
    return host


def acting(request: Request, user: User) -> UseCases:
    """The use cases, done by who asks."""
    return host_of(request).application.usecases.acting_as(Actor.person(user.name))


async def still(request: Request, right: Right, *, meeting: str = "", screen: bool = False) -> bool:
    """Whether who follows a stream is still signed on, and still may.

    Args:
        meeting: what it tells of, whose 密级 may have been raised meanwhile.
        screen: a screen follows it as well, as in `Needs`.

    """
    token = bearer_of(request.headers)
    cookie = "" if token else request.cookies.get(COOKIE, "")
    user = await sessions_of(request).find(token=token, cookie=cookie)
    if user is None or not user.may(right):
        user = await screen_of(request) if screen else None
    return user is not None and (not meeting or await run(_opens, request, user, meeting))


def _opens(request: Request, user: User, meeting: str) -> bool:
    try:
        Desk.at(request, user, meeting)
    except (Forbidden, NotFound):
        return False
    return True


class Desk:
    """One person's use cases, behind the 密级 of each meeting."""

    def __init__(self, request: Request, user: User) -> None:
        self.user, self.use = user, acting(request, user)

    @classmethod
    def at(cls, request: Request, user: User, meeting_id: str) -> UseCases:
        """The use cases of who may open this meeting. Raises: NotFound. Forbidden: its 密级 is too high."""
        desk = cls(request, user)
        desk.meeting(meeting_id)
        return desk.use

    def meeting(self, meeting_id: str) -> Meeting:
        """Raises: NotFound. Forbidden: its 密级 is too high."""
        meeting = self.use.meeting(meeting_id)
        self.admit(meeting)
        return meeting

    def admit(self, meeting: Meeting) -> None:
        """Raises: Forbidden: its 密级 is too high."""
        admit(self.user, meeting.highest_secrecy.level)

    def meetings(self, *states: State) -> Sequence[Meeting]:
        """Those that this person may open."""
        return [m for m in self.use.meetings(*states) if self.user.cleared(m.highest_secrecy.level)]

    def may(self, right: Right) -> bool:
        """Whether who asks has it as well."""
        return self.user.may(right)


def as_json(answer: BaseModel | Sequence[BaseModel]) -> Response:
    """The answer as it goes out. What we made ourselves is not checked a second time, nor in another thread."""
    if isinstance(answer, BaseModel):
        return Response(answer.model_dump_json(), media_type=JSON)
    return Response(f"[{','.join(one.model_dump_json() for one in answer)}]", media_type=JSON)


JSON = "application/json"
