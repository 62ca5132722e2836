"""What a plugin's REST routes are made with: `from roomctl.api.routes import Right, needs`.

router = APIRouter()

@router.get("/lamps", dependencies=[needs(Right.SEE_STATUS)])
def lamps() -> dict[str, int]: ...
"""

from functools import partial
from typing import Any

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse

from roomctl.api.names import Services
from roomctl.domain.access import Right, User
from roomctl.domain.meeting import Meeting
from roomctl.web import attending
from roomctl.web.door import Credentials
from roomctl.web.feed import HEARTBEAT
from roomctl.web.guard import CSP_FILE
from roomctl.web.rest.desk import MeetingPath, still
from roomctl.web.session import Needs, admit


def needs(right: Right, *, screen: bool = False) -> Any:
    """A dependency: who asks has this right. As a parameter's default it gives the `User`.

    Args:
        screen: the route answers a screen of the plugin as well, by the key of its link; its path then begins with
            `/<screen>/{meeting}`. `user.screen` says that it is one.

    """
    return Depends(Needs(right, screen=screen))


def attended(right: Right) -> Any:
    """A dependency: who signed on at the screen by `attend` has this right. It gives that `User`, not the screen."""
    return Depends(attending.Attended(right))


async def attend(
    request: Request, response: Response, who: Credentials, right: Right, services: Services, meeting_id: str
) -> User:
    """Somebody signs on at a screen for half an hour, for the routes below the one that answers this request.

    Raises: NotSignedOn, TooSoon. NotFound. Forbidden, SecrecyRefused: no such right, or not this meeting.
    """
    return await attending.begin(request, response, who, right, partial(admitted, services, meeting_id))


def admitted(services: Services, meeting_id: str, user: User) -> Meeting:
    """A meeting that who asks may open. Raises: NotFound. Forbidden, SecrecyRefused: not with its 密级."""
    meeting = services.meeting(meeting_id)
    admit(user, meeting.highest_secrecy.level)
    return meeting


def page(html: str, status: int = 200) -> HTMLResponse:
    """A whole page that a route has made. Scripts and styles are files of the screen: nothing inline runs."""
    return HTMLResponse(html, status, {"Content-Security-Policy": CSP_FILE})


stop_attending = attending.end

__all__ = [
    "HEARTBEAT", "Credentials", "MeetingPath", "Right", "User", "admit", "admitted", "attend", "attended", "needs",
    "page", "still", "stop_attending",
]  # fmt: skip
