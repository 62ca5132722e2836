"""A roster taken in from a table: sent, looked at, taken in, taken back; and the office's people."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.attendance import Person
from roomctl.domain.roster_sheet import Draft, Problem
from roomctl.errors import Refused
from roomctl.i18n import tr
from roomctl.inputs import MOST_PEOPLE, Line, Name, Shape
from roomctl.services import sheets
from roomctl.services.identity import new_id
from roomctl.services.rosters import Import
from roomctl.web.rest.desk import Desk, MeetingPath, router
from roomctl.web.rosters import Sent, SentRosters
from roomctl.web.run import run
from roomctl.web.session import Needs

routes = router("sign-in")

Editing = Annotated[User, Depends(Needs(Right.EDIT_ROSTER))]
Seeing = Annotated[User, Depends(Needs(Right.SEE_ROSTER))]
Id = Annotated[str, Path(pattern=r"^[0-9a-f-]{1,64}$")]

_TABLE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE = {200: {"content": {_TABLE: {"schema": {"type": "string", "format": "binary"}}}}}
_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}


class ProblemShape(BaseModel):
    """Something about one cell."""

    row: int = Field(description="as the user's program shows it")
    cell: str = Field(examples=["B7"])
    what: str
    mend: str
    wrong: bool = Field(description="the row is not taken in; else it is only to be looked at")

    @classmethod
    def of(cls, problem: Problem) -> Self:
        return cls(row=problem.row, cell=problem.cell, what=problem.what, mend=problem.mend, wrong=problem.wrong)


class DraftShape(BaseModel):
    """What a table gives."""

    file: str = Field(description="to take it in with, within half an hour")
    name: str
    heads: list[str] = Field(description="of the columns, from 0")
    columns: dict[str, int] = Field(description="what was found in which column", examples=[{"name": 1, "unit": 2}])
    missing: list[str] = Field(description="columns that have to be there and are not")
    people: int
    wrong_rows: int
    reordered: int = Field(description="people whose rank would be another by the office's table of rank")
    problems: list[ProblemShape]

    @classmethod
    def of(cls, sent: Sent, draft: Draft) -> Self:
        return cls(
            file=sent.id,
            name=sent.name,
            heads=list(draft.columns.heads),
            columns=dict(draft.columns.of),
            missing=list(draft.columns.missing),
            people=len(draft.drafted),
            wrong_rows=draft.wrong_rows,
            reordered=draft.reranked,
            problems=[ProblemShape.of(one) for one in draft.problems[:500]],
        )


class TakeIn(Shape):
    """How."""

    columns: dict[Line, int] | None = Field(
        default=None, description="in place of what the heads say", examples=[{"name": 0, "unit": 2, "duty": 1}]
    )
    skip_wrong: bool = Field(default=False, description="rows with something wrong are left out; else nobody comes")
    remember: bool = Field(default=False, description="puts them into the office's list as well")
    order: Literal["file", "table"] = Field(
        default="file", description="whose rank counts where the file's and the office's table of rank disagree"
    )


class ImportShape(BaseModel):
    """People who came onto the roster with one press."""

    id: str
    source: str
    people: int
    at: datetime

    @classmethod
    def of(cls, one: Import) -> Self:
        return cls(id=one.id, source=one.source, people=len(one.people), at=one.at)


class TakenIn(BaseModel):
    """What came of it."""

    added: int
    skipped_rows: int
    remembered: int


class KnownPerson(Shape):
    """Somebody of the office's list."""

    name: Name = Field(examples=["李晓明"])
    unit: Line = ""
    duty: Line = ""
    phone: Line = ""


class KnownShape(KnownPerson):
    """With an id."""

    id: str

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(id=person.id, name=person.name, unit=person.unit, duty=person.duty, phone=person.phone)


@routes.post(
    "/meetings/{meeting_id}/roster-files", status_code=201, summary="Send a table of people", openapi_extra=_BODY
)
async def send_table(
    request: Request,
    user: Editing,
    meeting_id: MeetingPath,
    name: Annotated[str, Query(min_length=1, max_length=200, description="of the file")],
) -> DraftShape:
    """Xlsx or CSV (UTF-8, GBK) as the body. Nothing is taken in yet; the answer tells what is wrong, by the cell."""
    content = await request.body()
    return await run(_sent, request, user, meeting_id, name, content)


def _sent(request: Request, user: User, meeting_id: str, name: str, content: bytes) -> DraftShape:
    desk = Desk(request, user)
    meeting = desk.meeting(meeting_id)
    sent = rosters_of(request).keep(meeting_id, user.name, name, content)
    return DraftShape.of(sent, sent.draft(meeting, desk.use.roster(meeting_id), ranks=desk.use.rank_table()))


@routes.post("/meetings/{meeting_id}/roster-files/{file}/people", status_code=201, summary="Take the people in")
def take_in(request: Request, user: Editing, meeting_id: MeetingPath, file: Id, how: TakeIn) -> TakenIn:
    """All at once. 409 where a row is wrong and is not to be skipped: then nobody comes onto the roster."""
    desk = Desk(request, user)
    meeting = desk.meeting(meeting_id)
    kept = rosters_of(request)
    sent = kept.get(meeting_id, user.name, file)
    by_table, ranks = how.order == "table", desk.use.rank_table()
    if by_table and ranks is None:
        raise Refused(
            tr("不能按排序表导入", "it cannot be taken in by the table of rank"),
            tr("没有排序表，或它读不了", "there is none, or it cannot be read"),
            tr("改好排序表再导，或照文件的排序导入", "mend the table, or take the file's rank"),
        )
    draft = sent.draft(meeting, desk.use.roster(meeting_id), how.columns, ranks)
    need_good(draft, skip_wrong=how.skip_wrong)
    people = draft.people(by_table=by_table)
    added = desk.use.import_people(meeting_id, people, source=sent.name)
    kept.drop(sent)
    remembered = desk.use.remember_people(people) if how.remember else 0
    return TakenIn(added=len(added), skipped_rows=draft.wrong_rows, remembered=remembered)


def need_good(draft: Draft, *, skip_wrong: bool) -> None:
    """Raises: Refused, where a column is missing, or a row is wrong and is not to be skipped."""
    if "name" not in draft.columns.of:
        raise Refused(
            tr("不能导入", "it cannot be taken in"),
            tr("没有姓名列", "there is no column of names"),
            tr("请指明哪一列是姓名", "say which column it is"),
        )
    if draft.wrong and not skip_wrong:
        first = draft.wrong[0]
        raise Refused(
            tr(f"有 {draft.wrong_rows} 行不能导入", f"{draft.wrong_rows} rows cannot be taken in"),
            f"{first.cell} {first.what}",
            tr("改好文件再导，或跳过这些行", "mend the file, or skip those rows"),
        )


@routes.get("/meetings/{meeting_id}/roster-imports", summary="What was taken in and can be taken back")
def list_imports(request: Request, user: Editing, meeting_id: MeetingPath) -> list[ImportShape]:
    """The newest last."""
    return [ImportShape.of(one) for one in Desk.at(request, user, meeting_id).imports(meeting_id)]


@routes.delete("/meetings/{meeting_id}/roster-imports/{import_id}", status_code=204, summary="Take an import back")
def undo_import(request: Request, user: Editing, meeting_id: MeetingPath, import_id: Id) -> None:
    """409 where something was done with one of its people since: a sign-in, a leave, a seat."""
    Desk.at(request, user, meeting_id).undo_import(meeting_id, import_id)


@routes.get("/meetings/{meeting_id}/roster.xlsx", summary="The roster as a table", responses=_FILE)  # type: ignore[arg-type]
def roster_table(request: Request, user: Seeing, meeting_id: MeetingPath) -> Response:
    """With the heads that the import reads; telephone numbers are left to who edits the roster."""
    use = Desk.at(request, user, meeting_id)
    phones = user.may(Right.EDIT_ROSTER)
    heads = ("排序", "姓名", "单位", "职务", *(("手机",) if phones else ()), "座位", "身份", "议题")
    rows = [heads, *(_cells(one, phones=phones) for one in use.roster(meeting_id))]
    made = sheets.xlsx_of(rows, [8, 14, 28, 22, *([16] if phones else []), 10, 8, 10])
    named = f'attachment; filename="roster-{meeting_id}.xlsx"'
    return Response(made, media_type=_TABLE, headers={"Content-Disposition": named})


def _cells(one: Person, *, phones: bool) -> tuple[str, ...]:
    items = "、".join(map(str, one.items))
    middle = (one.phone,) if phones else ()
    return (str(one.rank or ""), one.name, one.unit, one.duty, *middle, one.seat, one.role.value, items)


# --- the office's people


@routes.get("/directory", summary="The office's people")
def list_directory(
    request: Request,
    user: Editing,
    text: Annotated[str, Query(max_length=100, description="in name, unit, duty; or pinyin initials")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[KnownShape]:
    """From whom rosters are picked."""
    return [KnownShape.of(one) for one in Desk(request, user).use.directory(text)[:limit]]


@routes.post("/directory", status_code=201, summary="Put people into the office's list")
def remember(
    request: Request,
    user: Editing,
    people: Annotated[list[KnownPerson], Field(min_length=1, max_length=MOST_PEOPLE)],
) -> dict[str, int]:
    """Who is there keeps his place, with the newer telephone."""
    known = [Person(id=new_id(), **one.model_dump()) for one in people]
    return {"added": Desk(request, user).use.remember_people(known)}


@routes.delete("/directory/{person_id}", status_code=204, summary="Take somebody off the office's list")
def forget(request: Request, user: Editing, person_id: Id) -> None:
    """Rosters keep him."""
    Desk(request, user).use.forget_person(person_id)


def rosters_of(request: Request) -> SentRosters:
    """Those that were sent."""
    kept: SentRosters = request.app.state.rosters
    return kept
