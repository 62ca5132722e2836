"""After the session: the clearing list, things left behind, the papers that are collected; and the session's log."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, StringConstraints

from roomctl.domain import secrecy
from roomctl.domain.access import Right, User
from roomctl.domain.handouts import MAX_COPIES, HandoutState
from roomctl.inputs import Line, Shape
from roomctl.services import clearing
from roomctl.web.rest.desk import Desk, MeetingPath, router
from roomctl.web.rest.shapes import Id
from roomctl.web.run import run
from roomctl.web.session import Needs, allow

routes = router("clearing")

Clearing = Annotated[User, Depends(Needs(Right.CLEAR_ROOM))]
Handling = Annotated[User, Depends(Needs(Right.HANDLE_PAPERS))]
Noting = Annotated[User, Depends(Needs(Right.NOTE_LOG))]
Short = Annotated[Line, StringConstraints(min_length=1)]


class Which(Shape):
    """A task of the list."""

    task: Id = Field(examples=["whiteboard"])


class FoundThing(Shape):
    """What somebody forgot."""

    what: Short = Field(examples=["黑色保温杯"])
    place: Line = Field(default="", examples=["第 12 座"])


class To(Shape):
    """Who keeps it."""

    to: Short = Field(examples=["值班室"])


class Where(Shape):
    """Where a copy is that was not collected."""

    where: Short = Field(examples=["马德福带回局里，明早送回"])


class Copies(Shape):
    """Copies of one paper."""

    document: Short = Field(examples=["老旧小区改造实施方案"])
    copies: Annotated[list[Short], Field(min_length=1, max_length=MAX_COPIES, examples=[["001", "002"]])]
    secrecy: str = Field(default="非密", max_length=30, examples=["秘密★3年"])


class Holder(Shape):
    """Somebody on the roster."""

    person: Short = Field(description="id or name")


class NewEntry(Shape):
    """Something to be noted."""

    kind: Short = Field(description="id or title of a kind", examples=["order"])
    text: Short
    corrects: str = Field(default="", max_length=64, description="id of the entry that this one puts right")


class TaskShape(BaseModel):
    """A task of the list."""

    id: str
    title: str
    kind: str
    by: str = Field(description="who did it; empty: nobody yet")
    at: datetime | None


class ThingShape(BaseModel):
    """A thing that was left behind."""

    id: str
    what: str
    place: str
    by: str
    at: datetime | None
    picture: str
    sha256: str
    handed_to: str = Field(description="empty: nobody keeps it yet")


class HandoutShape(BaseModel):
    """One copy of a paper."""

    id: str
    document: str
    copy_: str = Field(alias="copy", description="份号", examples=["017"])
    secrecy: str
    state: HandoutState
    holder: str
    name: str
    where: str = Field(description="of what was not collected")
    by: str = Field(description="who did the last act")
    at: datetime
    seen_by: str = Field(description="who of the 机要 has seen the release")


class ClearingShape(BaseModel):
    """How far the room is."""

    complete: bool
    tasks: list[TaskShape]
    left_behind: list[ThingShape]
    handouts: list[HandoutShape] = Field(description="empty for who may not see the roster")


class Phone(BaseModel):
    """A telephone number."""

    phone: str


class LogKindShape(BaseModel):
    """What an entry may be about."""

    id: str
    title: str


class LogEntryShape(BaseModel):
    """An entry of the log."""

    id: str
    kind: str
    title: str
    text: str
    by: str
    at: datetime
    recording: str
    frame: int | None = Field(description="of the recording's sample clock; null where nothing was recorded")
    corrects: str
    corrected: bool


def _shape(room: clearing.Room, user: User) -> ClearingShape:
    told = clearing.as_json(room)
    if not user.may(Right.SEE_ROSTER):
        told["handouts"] = []
    return ClearingShape.model_validate(told)


# --- the list


@routes.get("/meetings/{meeting_id}/clearing", summary="清理会场: what is left to do")
def show(
    request: Request, user: Annotated[User, Depends(Needs(Right.SEE_MEETINGS))], meeting_id: MeetingPath
) -> ClearingShape:
    """Before the first press it is the office's list."""
    return _shape(Desk.at(request, user, meeting_id).clearing(meeting_id), user)


@routes.post("/meetings/{meeting_id}/clearing/presses", status_code=201, summary="A task is done")
def press(request: Request, user: Clearing, meeting_id: MeetingPath, which: Which) -> ClearingShape:
    """By who asks; once more changes nothing. With the last one the meeting may be closed."""
    return _shape(Desk.at(request, user, meeting_id).press_task(meeting_id, which.task), user)


@routes.post("/meetings/{meeting_id}/clearing/undos", status_code=201, summary="A task is not done after all")
def undo(request: Request, user: Clearing, meeting_id: MeetingPath, which: Which) -> ClearingShape:
    """Both events stay in the log."""
    return _shape(Desk.at(request, user, meeting_id).undo_task(meeting_id, which.task), user)


@routes.post("/meetings/{meeting_id}/left-behind", status_code=201, summary="Something was found")
def find_thing(request: Request, user: Clearing, meeting_id: MeetingPath, found: FoundThing) -> ThingShape:
    """The task of the list is open until it has been handed to somebody."""
    use = Desk.at(request, user, meeting_id)
    thing = use.find_thing(meeting_id, found.what, place=found.place)
    return _thing(use, meeting_id, thing.id)


@routes.post("/meetings/{meeting_id}/left-behind/{thing}/handovers", status_code=201, summary="Who keeps it now")
def hand_over(request: Request, user: Clearing, meeting_id: MeetingPath, thing: Id, to: To) -> ThingShape:
    """Said again, the newer holds."""
    use = Desk.at(request, user, meeting_id)
    use.hand_over(meeting_id, thing, to.to)
    return _thing(use, meeting_id, thing)


@routes.put("/meetings/{meeting_id}/left-behind/{thing}/photo", summary="A photo of it")
async def add_photo(request: Request, user: Clearing, meeting_id: MeetingPath, thing: Id) -> ThingShape:
    """JPEG or PNG as the body, at most 1 MB."""
    content = await request.body()

    def keep() -> ThingShape:
        use = Desk.at(request, user, meeting_id)
        use.add_picture(meeting_id, thing, content)
        return _thing(use, meeting_id, thing)

    shape: ThingShape = await run(keep)
    return shape


@routes.get("/meetings/{meeting_id}/left-behind/{thing}/photo", summary="The photo of a thing")
def photo(request: Request, user: Clearing, meeting_id: MeetingPath, thing: Id) -> FileResponse:
    """As it was sent."""
    path = Desk.at(request, user, meeting_id).picture(meeting_id, thing)
    return FileResponse(path, media_type="image/png" if path.suffix == ".png" else "image/jpeg")


def _thing(use: Any, meeting_id: str, thing: str) -> ThingShape:
    every = clearing.as_json(use.clearing(meeting_id))["left_behind"]
    return ThingShape.model_validate(next(one for one in every if one["id"] == thing))


# --- the papers


@routes.post("/meetings/{meeting_id}/handouts", status_code=201, summary="Register copies of a paper")
def register(request: Request, user: Handling, meeting_id: MeetingPath, new: Copies) -> list[HandoutShape]:
    """All or none. A paper is at most as secret as its meeting."""
    use = Desk.at(request, user, meeting_id)
    made = use.register_handouts(meeting_id, new.document, new.copies, secrecy=secrecy.parse(new.secrecy))
    return [_handout(one) for one in made]


@routes.post("/meetings/{meeting_id}/handouts/{handout}/sign-outs", status_code=201, summary="Somebody takes a copy")
def sign_out(request: Request, user: Handling, meeting_id: MeetingPath, handout: Id, who: Holder) -> HandoutShape:
    """Of those on the roster."""
    return _handout(Desk.at(request, user, meeting_id).sign_out_handout(meeting_id, handout, who.person))


@routes.post("/meetings/{meeting_id}/handouts/{handout}/returns", status_code=201, summary="A copy is collected")
def take_back(request: Request, user: Handling, meeting_id: MeetingPath, handout: Id) -> HandoutShape:
    """Also one that turns up after it was released."""
    return _handout(Desk.at(request, user, meeting_id).take_back_handout(meeting_id, handout))


@routes.post("/meetings/{meeting_id}/handouts/{handout}/undos", status_code=201, summary="Take the last act back")
def undo_handout(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.SEE_ROSTER))],
    meeting_id: MeetingPath,
    handout: Id,
) -> HandoutShape:
    """By who may do what is taken back: a release needs `handouts.release`, a hand-over `handouts.answer`."""
    use = Desk.at(request, user, meeting_id)
    return _handout(use.undo_handout(meeting_id, handout, allow=partial(allow, user)))


@routes.post("/meetings/{meeting_id}/handouts/{handout}/releases", status_code=201, summary="Close without this copy")
def release(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.RELEASE_PAPERS))],
    meeting_id: MeetingPath,
    handout: Id,
    said: Where,
) -> HandoutShape:
    """Says where it is; the 机要 see it. Never a 秘密 or 机密 one (409)."""
    return _handout(Desk.at(request, user, meeting_id).release_handout(meeting_id, handout, said.where))


@routes.post(
    "/meetings/{meeting_id}/handouts/{handout}/transfers", status_code=201, summary="Hand a missing copy to the 机要"
)
def transfer(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.ANSWER_FOR_PAPERS))],
    meeting_id: MeetingPath,
    handout: Id,
    said: Where,
) -> HandoutShape:
    """By the security officer, with what is known and the reference."""
    return _handout(Desk.at(request, user, meeting_id).transfer_handout(meeting_id, handout, said.where))


@routes.post("/meetings/{meeting_id}/handouts/{handout}/sightings", status_code=201, summary="A release was seen")
def see(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.ANSWER_FOR_PAPERS))],
    meeting_id: MeetingPath,
    handout: Id,
) -> HandoutShape:
    """By the security officer."""
    return _handout(Desk.at(request, user, meeting_id).see_release(meeting_id, handout))


@routes.post(
    "/meetings/{meeting_id}/handouts/{handout}/contacts", status_code=201, summary="The holder's telephone number"
)
def contact(request: Request, user: Handling, meeting_id: MeetingPath, handout: Id) -> Phone:
    """That it was looked up is an event; the number stands in none."""
    return Phone(phone=Desk.at(request, user, meeting_id).contact_holder(meeting_id, handout))


def _handout(one: Any) -> HandoutShape:
    return HandoutShape.model_validate(clearing.handout_as_json(one))


# --- the log of the session


@routes.get("/order-log-kinds", summary="What an entry of the log may be about")
def kinds(request: Request, user: Noting) -> list[LogKindShape]:
    """As the office has it."""
    return [LogKindShape(id=one.id, title=one.name) for one in Desk(request, user).use.log_kinds()]


@routes.get("/meetings/{meeting_id}/order-log", summary="The log of order and logistics")
def entries(
    request: Request, user: Annotated[User, Depends(Needs(Right.SEE_LOG))], meeting_id: MeetingPath
) -> list[LogEntryShape]:
    """The oldest first; what was corrected stays, and says so."""
    use = Desk.at(request, user, meeting_id)
    return [LogEntryShape.model_validate(one.as_json()) for one in use.order_log(meeting_id)]


@routes.post("/meetings/{meeting_id}/order-log", status_code=201, summary="Note something")
def note(request: Request, user: Noting, meeting_id: MeetingPath, new: NewEntry) -> LogEntryShape:
    """At the present frame, where the meeting is being recorded. A correction is a new entry."""
    use = Desk.at(request, user, meeting_id)
    return LogEntryShape.model_validate(use.note_log(meeting_id, new.kind, new.text, corrects=new.corrects).as_json())
