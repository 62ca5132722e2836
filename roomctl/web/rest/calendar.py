"""Calendar links: a person's own, and the feed that one shows."""

from datetime import datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from roomctl.domain.access import CalendarLink, Right, User
from roomctl.domain.events import Actor
from roomctl.domain.secrecy import Level, Way, may
from roomctl.errors import Forbidden, NotFound
from roomctl.i18n import tr
from roomctl.services.calendar import Wish
from roomctl.services.calendar_links import CalendarLinks
from roomctl.web.rest.desk import host_of, router
from roomctl.web.run import run
from roomctl.web.session import Needs

routes = router("meetings")
feeds = APIRouter()

BACK, AHEAD = timedelta(days=30), timedelta(days=400)
"""What a feed shows: a calendar program keeps older ones itself."""

MOST = 2000

Owner = Annotated[User, Depends(Needs(Right.SEE_MEETINGS))]


class LinkShape(BaseModel):
    """A link, without its key."""

    id: str
    made: datetime

    @classmethod
    def of(cls, link: CalendarLink) -> Self:
        return cls(id=link.id, made=link.made)


class MadeLink(LinkShape):
    """The address is shown this once."""

    path: str = Field(description="of the feed, on this machine", examples=["/calendar/KEY.ics"])


def path_of(key: str) -> str:
    """Of the feed."""
    return f"/calendar/{key}.ics"


@routes.get("/calendar-links", summary="One's own calendar links")
def list_links(request: Request, user: Owner) -> list[LinkShape]:
    """Without their keys."""
    return [LinkShape.of(one) for one in _links(request, user).of(user.name)]


@routes.post("/calendar-links", status_code=201, summary="Make a calendar link")
def make_link(request: Request, user: Owner) -> MadeLink:
    """For a calendar program. Whoever has it sees what its owner sees, but only hours, titles and places."""
    link, key = _links(request, user).make(user.name)
    return MadeLink(id=link.id, made=link.made, path=path_of(key))


@routes.delete("/calendar-links/{link_id}", status_code=204, summary="Take a calendar link back")
def drop_link(request: Request, user: Owner, link_id: Annotated[str, Path(pattern=r"^[0-9a-f-]{1,64}$")]) -> None:
    """It shows nothing from now on."""
    _links(request, user).drop(user.name, link_id)


def _links(request: Request, user: User) -> CalendarLinks:
    if user.rights is not None:
        raise Forbidden(
            tr("令牌不能管理日历链接", "a token makes no calendar links"),
            tr("链接会比令牌活得久", "a link would outlive it"),
            tr("请在浏览器里登录后再做", "sign on in a browser"),
        )
    return host_of(request).application.calendar_links.acting_as(Actor.person(user.name))


@feeds.get("/calendar/{key}.ics", include_in_schema=False)
async def feed(request: Request, key: Annotated[str, Path(max_length=100)]) -> Response:
    """What the owner of the link may see, and what may go by a calendar at all."""
    application = host_of(request).application
    user = await run(application.calendar_links.user_of, key)
    if user is None:
        gone = tr("这个日历链接不能用", "this calendar link is no good")
        await request.app.state.denials.note(request, Forbidden(gone), "/calendar/…")
        raise NotFound(gone, tr("已收回，或写错了", "it was taken back, or is not right"), "/account")
    shown = await run(_feed, request, user)
    return Response(shown, media_type="text/calendar; charset=utf-8", headers={"Cache-Control": "no-store"})


def _feed(request: Request, user: User) -> bytes:
    from roomctl.web import ical  # noqa: PLC0415 - loads its library, for those who have a calendar program

    application = host_of(request).application
    room, now = application.usecases.room, application.clock.now()
    today = datetime.combine(now.astimezone(ZoneInfo(room.zone)).date(), time())

    def sees(level: Level) -> bool:
        return may(level, Way.CALENDAR) and user.cleared(level)

    wish = Wish(first=today - BACK, last=today + AHEAD, newest=False)
    found = application.usecases.find_meetings(wish, sees=sees, most=MOST)
    return ical.feed(found.entries, room=room.name, now=now)
