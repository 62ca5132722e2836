"""归档: all packages in one look, and the registration of a meeting's."""

from datetime import date, datetime
from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Annotated, Literal, Self

from fastapi import Body, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.lifecycle import State
from roomctl.domain.registration import LONGEST_NOTE, Reconciled, Result
from roomctl.inputs import Line, Shape
from roomctl.services.archive_overview import Chosen, MeetingRow
from roomctl.services.counting import CountRun
from roomctl.services.facade import UseCases
from roomctl.services.records import MINUTES
from roomctl.services.registration import Standing, catalogue
from roomctl.web.rest.deliveries import DeliveryShape, FixityShape
from roomctl.web.rest.desk import Desk, MeetingPath, router
from roomctl.web.rest.papers import PaperShape
from roomctl.web.session import Needs

routes = router("archive")

Seeing = Annotated[User, Depends(Needs(Right.SEE_MEETINGS))]
Reading = Annotated[User, Depends(Needs(Right.SEE_RECORDS))]
Registering = Annotated[User, Depends(Needs(Right.ACCEPT_ARCHIVE))]
TakingIn = Annotated[User, Depends(Needs(Right.TAKE_IN_SIGNED))]
Closing = Annotated[User, Depends(Needs(Right.CLOSE_MEETINGS))]
Note = Annotated[str, Field(max_length=LONGEST_NOTE)]
Scan = Annotated[bytes, Body(media_type="application/octet-stream", description="the scan as it is")]
Seen = Annotated[int | None, Field(ge=0, description="`version` as it was read: what another has said stays")]

MOST_ROWS = 200
SOON = 2.0  # seconds that an answer waits for what may be done by then
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HAND_OVER = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}


class CopyShape(BaseModel):
    """One package at one place."""

    place: str = Field(description="a target; empty is the copy on this machine")
    required: bool
    delivery: DeliveryShape | None
    received: datetime | None = Field(description="when it was read back and was equal")
    fixity: FixityShape | None


class PackageShape(BaseModel):
    """One package with its copies."""

    id: str
    supplement_to: str
    files: int
    bytes: int
    manifest_sha256: str
    at: datetime
    pruned: datetime | None
    signed: bool = Field(description="an archivist has signed for it")
    copies: list[CopyShape]


class HeldShape(BaseModel):
    """One meeting with its packages."""

    meeting: str
    title: str
    state: State
    starts: datetime = Field(description="local time of the room")
    returned: str = Field(description="why the archivist has sent it back")
    packages: list[PackageShape]

    @classmethod
    def of(cls, row: MeetingRow) -> Self:
        return cls(
            meeting=row.meeting.id,
            title=row.meeting.title,
            state=row.meeting.state,
            starts=row.meeting.starts,
            returned=row.returned.reason if row.returned else "",
            packages=[
                PackageShape(
                    id=one.package.id,
                    supplement_to=one.package.supplement_to,
                    files=one.package.files,
                    bytes=one.package.bytes,
                    manifest_sha256=one.package.manifest_sha256,
                    at=one.package.at,
                    pruned=one.pruned,
                    signed=one.signed,
                    copies=[
                        CopyShape(
                            place=copy.place,
                            required=copy.required,
                            delivery=DeliveryShape.of(copy.delivery) if copy.delivery else None,
                            received=copy.receipt.at if copy.receipt else None,
                            fixity=FixityShape.of(copy.check) if copy.check else None,
                        )
                        for copy in one.copies
                    ],
                )
                for one in row.packages
            ],
        )


class ReconciledShape(BaseModel):
    """What asking one place for all that lies there has found."""

    place: str
    at: datetime
    unknown: list[str] = Field(description="packages that lie there and that no register knows")
    gone: list[dict[str, str]] = Field(description="`meeting` and `package` of copies that should lie there")

    @classmethod
    def of(cls, one: Reconciled) -> Self:
        gone = [{"meeting": meeting, "package": package} for meeting, package in one.gone]
        return cls(place=one.place, at=one.at, unknown=list(one.unknown), gone=gone)


class AnswerShape(BaseModel):
    """Of one person to one item."""

    result: Result
    note: str
    by: str
    at: datetime


class ItemShape(BaseModel):
    """An item that a person must look at."""

    package: str
    number: str
    title: str
    property: str
    why: str
    answer: AnswerShape | None


class EntryShape(BaseModel):
    """件."""

    package: str
    entry: str
    code: str = Field(description="档号; empty before somebody has signed, or where another system gives it")
    kind: str
    title: str
    formed: date
    responsible: str
    secrecy: str
    pages: int | None
    files: int
    bytes: int
    term: str = Field(description="保管期限 that holds")
    table_term: str = Field(description="as the office's table has it")
    term_reason: str


class CountShape(BaseModel):
    """清点 of one package."""

    package: str
    ok: bool
    files: int
    bytes: int
    problems: list[dict[str, str]]
    by: str
    at: datetime


class CountRunShape(BaseModel):
    """清点 that is under way, or that broke off."""

    by: str
    since: datetime
    total: int = Field(description="bytes to be read")
    done: int
    failed: str = Field(description="why it broke off; empty while it is under way")


class RegistrationShape(BaseModel):
    """How far the registration is."""

    version: int
    due: bool = Field(description="there is something to sign for")
    lacking: list[str]
    returned: str
    handed_in: str
    counting: CountRunShape | None = Field(description="null when it has come to its end")
    counts: list[CountShape]
    items: list[ItemShape]
    entries: list[EntryShape]
    signed: list[PaperShape] = Field(description="会议记录 that are signed")
    taken: dict[str, str] = Field(description="package → who has signed for it")
    unread: dict[str, str] = Field(description="package → why what it holds cannot be read")

    @classmethod
    def of(cls, standing: Standing, run: CountRun | None) -> Self:
        made = standing.registration
        rows = iter(catalogue(standing))
        return cls(
            version=made.version,
            due=standing.due,
            lacking=list(standing.lacking) if standing.due else [],
            returned=made.returned.reason if made.returned else "",
            handed_in=made.handed_in,
            counting=CountRunShape.model_validate(run, from_attributes=True) if run else None,
            counts=[
                CountShape(
                    package=package,
                    ok=one.ok,
                    files=one.files,
                    bytes=one.bytes,
                    problems=[{"file": fault.file, "what": str(fault.what)} for fault in one.problems],
                    by=one.by,
                    at=one.at,
                )
                for package, one in made.countings.items()
            ],
            items=[
                ItemShape(
                    package=package.id,
                    number=one.number,
                    title=one.title,
                    property=one.property,
                    why=one.why,
                    answer=AnswerShape.model_validate(said, from_attributes=True)
                    if (said := made.answers.get((package.id, one.number)))
                    else None,
                )
                for package in standing.packages
                if package.id in standing.contents
                for one in standing.contents[package.id].questions
            ],
            entries=[
                EntryShape(
                    package=package.id,
                    entry=one.number,
                    code=row.code,
                    kind=one.kind,
                    title=one.title,
                    formed=one.formed,
                    responsible=one.responsible,
                    secrecy=one.secrecy,
                    pages=one.pages,
                    files=one.files,
                    bytes=one.bytes,
                    term=row.term,
                    table_term=one.term,
                    term_reason=change.reason if (change := made.terms.get((package.id, one.number))) else "",
                )
                for package in standing.packages
                if package.id in standing.contents
                for one, row in zip(standing.contents[package.id].entries, rows, strict=False)
            ],
            signed=[PaperShape.of(one) for one in standing.signed],
            taken={one.id: signed.by for one in standing.packages if (signed := made.taken(one))},
            unread=dict(standing.unread),
        )


def _registered(use: UseCases, meeting_id: str) -> RegistrationShape:
    run = use.counting(meeting_id)  # first: what ends after this is counted in what follows
    return RegistrationShape.of(use.registration(meeting_id), run)


class Saying(Shape):
    """What a person says to an item."""

    package: Annotated[str, Field(max_length=64)]
    number: Annotated[str, Field(max_length=64)]
    result: Result
    note: Note = Field(default="", description="needed where it is not passed")
    seen: Seen = None


class TermWish(Shape):
    """Another 保管期限."""

    package: Annotated[str, Field(max_length=64)]
    entry: Annotated[str, Field(max_length=300)]
    term: Annotated[str, Field(max_length=20, examples=["永久", "30年"])]
    reason: Note
    seen: Seen = None


class Signing(Shape):
    """签收."""

    seen: Seen = None


class Returning(Shape):
    """退回."""

    reason: Note


class Again(Shape):
    """What was put right."""

    note: Note


@routes.get("/archive/meetings", summary="Packages of all meetings, at every place")
def all_packages(
    request: Request,
    user: Seeing,
    chosen: Annotated[Chosen, Query(alias="show")] = Chosen.ALL,
    text: Annotated[str, Query(max_length=100, description="words of the title, a date, an id")] = "",
    skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 50,
) -> list[HeldShape]:
    """The newest meeting first; those that this person may open."""
    desk = Desk(request, user)
    rows = [
        row
        for row in desk.use.archive_overview()
        if desk.user.cleared(row.meeting.highest_secrecy.level) and row.fits(chosen) and row.says(text)
    ]
    return [HeldShape.of(row) for row in rows[skip : skip + limit]]


@routes.get("/archive/reconciliation", summary="What lies at which place and in no register, and the other way round")
def reconciliation(request: Request, user: Registering) -> list[ReconciledShape]:
    """As each place was asked last, on schedule or by `roomctl archive reverify`."""
    return [ReconciledShape.of(one) for one in Desk(request, user).use.reconciled()]


@routes.get("/meetings/{meeting_id}/registration", summary="How far the 归档登记 is")
def registration(request: Request, user: Reading, meeting_id: MeetingPath) -> RegistrationShape:
    """What was counted, answered and changed, what is lacking, and every 件. 424: no plugin reads packages."""
    return _registered(Desk.at(request, user, meeting_id), meeting_id)


@routes.post("/meetings/{meeting_id}/registration/count", status_code=202, summary="清点: every file is read")
def count(request: Request, user: Registering, meeting_id: MeetingPath) -> RegistrationShape:
    """Begins; small packages are done with the answer, of others `counting` tells how far it is.

    409: there is nothing to register, or it is being counted already.
    """
    use = Desk.at(request, user, meeting_id)
    use.start_counting(meeting_id).ended.wait(SOON)
    return _registered(use, meeting_id)


@routes.put("/meetings/{meeting_id}/registration/answers", summary="Answer an item that a person must look at")
def answer(request: Request, user: Registering, meeting_id: MeetingPath, said: Saying) -> RegistrationShape:
    """The same answer again changes nothing. 409: it is signed for, or another has just answered."""
    use = Desk.at(request, user, meeting_id)
    use.answer_item(
        meeting_id, package=said.package, number=said.number, result=said.result, note=said.note, seen=said.seen
    )
    return _registered(use, meeting_id)


@routes.put("/meetings/{meeting_id}/registration/terms", summary="Another 保管期限, with a reason")
def term(request: Request, user: Registering, meeting_id: MeetingPath, wish: TermWish) -> RegistrationShape:
    """永久, or years such as 30年. 409: it is signed for, or another has just changed it."""
    use = Desk.at(request, user, meeting_id)
    use.set_term(
        meeting_id, package=wish.package, entry=wish.entry, term=wish.term, reason=wish.reason, seen=wish.seen
    )
    return _registered(use, meeting_id)


@routes.post("/meetings/{meeting_id}/registration/signature", summary="签收: take over what has arrived")
def sign(request: Request, user: Registering, meeting_id: MeetingPath, what: Signing) -> RegistrationShape:
    """In the name of who asks. 409, with all that is lacking."""
    use = Desk.at(request, user, meeting_id)
    use.accept(meeting_id, by=user.name, seen=what.seen)
    return _registered(use, meeting_id)


@routes.post("/meetings/{meeting_id}/registration/return", summary="退回 to the secretary")
def send_back(request: Request, user: Registering, meeting_id: MeetingPath, what: Returning) -> RegistrationShape:
    """The meeting stays deposited; the reason stands on the secretary's home page."""
    use = Desk.at(request, user, meeting_id)
    use.return_package(meeting_id, by=user.name, reason=what.reason)
    return _registered(use, meeting_id)


@routes.post("/meetings/{meeting_id}/registration/again", summary="Hand in again what was sent back")
def again(request: Request, user: Closing, meeting_id: MeetingPath, what: Again) -> RegistrationShape:
    """409: nothing was sent back."""
    use = Desk.at(request, user, meeting_id)
    use.hand_in_again(meeting_id, note=what.note)
    return _registered(use, meeting_id)


@routes.post("/meetings/{meeting_id}/papers/signed", status_code=201, summary="Take in a signed copy, by its scan")
def signed_copy(
    request: Request,
    user: TakingIn,
    meeting_id: MeetingPath,
    scan: Scan,
    signed_by: Annotated[Line, Query(min_length=1, description="whose signatures it shows")],
    kind: Annotated[str, Query(max_length=40)] = MINUTES,
) -> PaperShape:
    """PDF, JPEG, PNG or TIFF, by its content. The same file again is the paper that it already is."""
    use = Desk.at(request, user, meeting_id)
    return PaperShape.of(use.take_in_signed(meeting_id, scan, signed_by=signed_by, kind=kind))


@routes.get(
    "/meetings/{meeting_id}/registration/catalogue",
    response_class=Response,
    responses={200: {"content": {XLSX: _BINARY}}},
    summary="归档文件目录 as a workbook",
)
def workbook(request: Request, user: Reading, meeting_id: MeetingPath) -> Response:
    """The columns of DA/T 22-2015. 404: there is no package yet."""
    use = Desk.at(request, user, meeting_id)
    with TemporaryDirectory() as folder:
        target = File(folder, "catalogue.xlsx")
        use.write_catalogue(meeting_id, target)
        return _file(target.read_bytes(), XLSX, f"catalogue-{meeting_id}.xlsx")


@routes.get(
    "/meetings/{meeting_id}/registration/hand-over",
    response_class=Response,
    responses={200: {"content": dict.fromkeys(_HAND_OVER.values(), _BINARY)}},
    summary="归档交接单",
)
def hand_over(
    request: Request,
    user: Reading,
    meeting_id: MeetingPath,
    form: Annotated[Literal["docx", "pdf"], Query(alias="as")] = "docx",
) -> Response:
    """With the figures as they stand now, to be signed by both sides. 404: there is no package yet."""
    made = Desk.at(request, user, meeting_id).archive_hand_over(meeting_id, printed=form == "pdf")
    return _file(made, _HAND_OVER[form], f"hand-over-{meeting_id}.{form}")


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)
