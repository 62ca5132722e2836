"""REST of 会务员代签 at the terminal: one of the staff signs on there, and signs in who cannot do it alone."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from roomctl.api import Method, PluginContext
from roomctl.api.routes import (
    Credentials,
    MeetingPath,
    Right,
    User,
    admitted,
    attend,
    attended,
    needs,
    stop_attending,
)
from roomctl_signin import acts


class AttendantShape(BaseModel):
    """Who signs in for others here."""

    name: str = Field(examples=["周强"])


def add(routes: APIRouter, ctx: PluginContext, taking: acts.Taking) -> APIRouter:
    """Adds them to the plugin's routes."""
    signing, attendant = needs(Right.SIGN_IN, screen=True), attended(Right.SIGN_IN)

    @routes.post("/terminal/{meeting_id}/attendant", summary="会务员代签: sign on at the terminal")
    async def begin(
        request: Request, response: Response, meeting_id: MeetingPath, who: Credentials, _at: User = signing
    ) -> AttendantShape:
        """For half an hour, and for `attendant/acts` of this terminal alone."""
        user = await attend(request, response, who, Right.SIGN_IN, ctx.services, meeting_id)
        return AttendantShape(name=user.name)

    @routes.delete("/terminal/{meeting_id}/attendant", status_code=204, summary="会务员代签: sign off again")
    async def end(request: Request, response: Response, meeting_id: MeetingPath, _at: User = signing) -> None:
        """Also where nobody is signed on."""
        del meeting_id
        await stop_attending(request, response)

    @routes.post("/terminal/{meeting_id}/attendant/acts", summary="会务员代签: sign in for others, or take it back")
    def take(
        meeting_id: MeetingPath, sent: acts.Acts, user: User = attendant, at: User = signing
    ) -> acts.AnswerShape:
        """As at the desk: the event says who did it, and at which terminal."""
        meeting, device = admitted(ctx.services, meeting_id, user), acts.device_of(at, Method.DESK)
        return taking.take(meeting, user, sent.acts, Method.DESK, device=device)

    return routes
