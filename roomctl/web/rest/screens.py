"""Links of screens that nobody signs on at: what there is, who has one, handed out, taken back."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Path, Request
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, ScreenKey, User
from roomctl.domain.events import Actor
from roomctl.inputs import Line, Shape
from roomctl.services.accounts import MAX_NAME
from roomctl.services.screens import ScreenKeys
from roomctl.web import keys
from roomctl.web.rest.desk import Desk, MeetingPath, host_of, router
from roomctl.web.screens import Screen, Screens, those_of
from roomctl.web.session import Needs, allow, sessions_of

routes = router("screens")

Opening = Annotated[User, Depends(Needs(Right.OPEN_SCREENS))]
KeyId = Annotated[str, Path(pattern=r"^[0-9a-f-]{1,64}$")]
Part = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class KindShape(BaseModel):
    """A screen that a plugin offers, and that this user may open."""

    plugin: str = Field(examples=["transcript"])
    screen: str = Field(examples=["captions"])
    title: str
    path: str = Field(description="opens it for who is signed on, without a link")

    @classmethod
    def of(cls, one: Screen, meeting_id: str) -> Self:
        at = f"{keys.PAGES}/{one.plugin}/{one.offer.name}/{meeting_id}/"
        return cls(plugin=one.plugin, screen=one.offer.name, title=one.title, path=at)


class KeyShape(BaseModel):
    """A link that was handed out and still is good, without what proves it."""

    id: str
    plugin: str
    screen: str
    label: str = Field(description="where it hangs")
    by: str
    made: datetime

    @classmethod
    def of(cls, key: ScreenKey) -> Self:
        return cls(id=key.id, plugin=key.plugin, screen=key.screen, label=key.label, by=key.by, made=key.made)


class ScreensShape(BaseModel):
    """The screens of a meeting."""

    offered: list[KindShape]
    links: list[KeyShape]


class NewLink(Shape):
    """For which screen, and where it will hang."""

    plugin: Part = Field(examples=["transcript"])
    screen: Part = Field(examples=["captions"])
    label: Annotated[Line, Field(max_length=MAX_NAME)] = Field(default="", examples=["大屏"])


class MadeLink(BaseModel):
    """The link is told this once."""

    url: str = Field(description="as the one who asks reaches this machine", examples=["http://…:8470/s/rcs_…"])
    path: str
    about: KeyShape


def _keys(request: Request, user: User) -> ScreenKeys:
    return host_of(request).application.screens.acting_as(Actor.person(user.name))


def _screens(request: Request) -> Screens:
    screens: Screens = request.app.state.screens
    return screens


@routes.get("/meetings/{meeting_id}/screens", summary="Its screens, and the links that are out")
def list_screens(request: Request, user: Opening, meeting_id: MeetingPath) -> ScreensShape:
    """Those that this user may open; a link's key is told when it is made, and never again."""
    Desk(request, user).meeting(meeting_id)
    offered = _screens(request).open_to(user)
    out = those_of(offered, _keys(request, user).of(meeting_id))
    return ScreensShape(offered=[KindShape.of(one, meeting_id) for one in offered], links=[*map(KeyShape.of, out)])


@routes.post("/meetings/{meeting_id}/screens", status_code=201, summary="Hand out the link of a screen")
def hand_out(request: Request, user: Opening, meeting_id: MeetingPath, new: NewLink) -> MadeLink:
    """It opens that screen of this meeting, and ends with the meeting. It needs the screen's own right as well."""
    Desk(request, user).meeting(meeting_id)
    allow(user, _screens(request).linked(new.plugin, new.screen).offer.right)
    key, text = _keys(request, user).make(meeting_id, new.plugin, new.screen, label=new.label)
    path = f"{keys.PAGES}/{text}"
    return MadeLink(url=f"{str(request.base_url).rstrip('/')}{path}", path=path, about=KeyShape.of(key))


@routes.delete("/meetings/{meeting_id}/screens/{key_id}", status_code=204, summary="Take a link back")
def take_back(request: Request, user: Opening, meeting_id: MeetingPath, key_id: KeyId) -> None:
    """The screen shows nothing more, wherever it is open."""
    Desk(request, user).meeting(meeting_id)
    _keys(request, user).drop(meeting_id, key_id)
    sessions_of(request).forget()
