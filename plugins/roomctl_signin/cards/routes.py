"""REST of the desk: whose card it is."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from roomctl.api import PluginContext
from roomctl.api.routes import MeetingPath, Right, User, admitted, needs
from roomctl_signin import evidence
from roomctl_signin.cards.reading import Number

PersonPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,64}$", description="id on the roster")]


class NewCard(BaseModel):
    """A card that is given to somebody."""

    model_config = ConfigDict(extra="forbid")

    number: Number


def add(routes: APIRouter, ctx: PluginContext) -> APIRouter:
    """Adds it to the plugin's routes."""
    editor = needs(Right.EDIT_ROSTER)

    @routes.put("/cards/{meeting_id}/{person}", status_code=204, summary="Say whose card it is")
    def enrol(meeting_id: MeetingPath, person: PersonPath, card: NewCard, user: User = editor) -> None:
        """Somebody may have several; a card of somebody else is refused. Its number is not told again."""
        meeting = admitted(ctx.services, meeting_id, user)
        evidence.enrol(ctx, meeting.id, person, card.number, user.name)

    return routes
