"""REST of telephones: pages made here, what is pressed on them, and the codes that let them in."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Annotated
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import BaseModel, Field

from roomctl.api import (
    Attendance,
    AttendanceFact,
    BadInput,
    Forbidden,
    Meeting,
    Method,
    NotFound,
    PluginContext,
    Refused,
    RoomctlError,
    attendance,
    tr,
)
from roomctl.api.routes import MeetingPath, Right, User, admitted, needs, page
from roomctl_signin import acts, lists
from roomctl_signin.config import Config
from roomctl_signin.phone import codes, plan, sheet
from roomctl_signin.phone.finding import find
from roomctl_signin.phone.pages import Pages
from roomctl_signin.terminal import sight
from roomctl_signin.terminal.sight import NameShape

PersonPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,64}$", description="id on the roster")]
Form = Annotated[bytes, Body(media_type="application/x-www-form-urlencoded", max_length=4096)]
Asked = Annotated[str, Query(max_length=64)]


class CodeShape(BaseModel):
    """Somebody's own code."""

    person: str
    name: str
    url: str = Field(description="what stands in the QR code of the notice and the 座签")


def add(routes: APIRouter, ctx: PluginContext, taking: acts.Taking) -> APIRouter:
    """Adds them to the plugin's routes."""
    signing, editor = needs(Right.SIGN_IN, screen=True), needs(Right.EDIT_ROSTER)
    phone = _Phone(ctx, taking)

    @routes.get("/phone/{meeting_id}/page", summary="The page of a telephone")
    def show(
        meeting_id: MeetingPath,
        q: Asked = "",
        person: Asked = "",
        proxy: Asked = "",
        other: Asked = "",
        user: User = signing,
    ) -> Response:
        """Finds a name by its beginning or its initials; tells who fits, never the whole list."""
        return phone.of(meeting_id, user).show(q, person, proxy=bool(proxy), other=bool(other))

    @routes.post("/phone/{meeting_id}/page", summary="Sign in by the form of the page")
    def press(meeting_id: MeetingPath, form: Form = b"", user: User = signing) -> Response:
        """Fields `key`, `person`, `proxy`: what a browser without a script sends."""
        return phone.of(meeting_id, user).press(_fields(form))

    @routes.post("/phone/{meeting_id}/undo", summary="Take back what this telephone did")
    def undo(meeting_id: MeetingPath, form: Form = b"", user: User = signing) -> Response:
        """Field `of`: key of the act."""
        return phone.of(meeting_id, user).undo(_fields(form).get("of", ""))

    @routes.post("/phone/{meeting_id}/acts", summary="What was pressed on a telephone")
    def take(meeting_id: MeetingPath, sent: acts.Acts, user: User = signing) -> acts.AnswerShape:
        """As of a terminal: the same key is the same act. One telephone signs one person in."""
        return phone.of(meeting_id, user).take(sent.acts)

    @routes.get("/codes/{meeting_id}", summary="Everybody's own code")
    def list_codes(meeting_id: MeetingPath, user: User = editor) -> list[CodeShape]:
        """For notices and 座签. They are no secret of the host, but who has one signs in as that person."""
        meeting = phone.met(meeting_id, user)
        codes.need_allowed(ctx, meeting)
        return [
            CodeShape(person=one.id, name=one.name, url=codes.personal(ctx, meeting.id, one.id))
            for one in ctx.services.roster(meeting.id)
        ]

    @routes.get(
        "/codes/{meeting_id}/sheet",
        summary="Everybody's own code, on paper",
        response_class=Response,
        responses={200: {"content": {"application/pdf": {}}}},
    )
    def print_codes(meeting_id: MeetingPath, user: User = editor) -> Response:
        """A4 with a card for each person, to be cut apart."""
        made = sheet.pdf(ctx, phone.met(meeting_id, user))
        shown = {"Content-Disposition": f'inline; filename="{sheet.FILE_NAME}"', "Cache-Control": "no-store"}
        return Response(made, media_type="application/pdf", headers=shown)

    @routes.delete("/codes/{meeting_id}/{person}", status_code=204, summary="Revoke somebody's own code")
    def revoke(meeting_id: MeetingPath, person: PersonPath, user: User = editor) -> None:
        """The next one that is asked for is another."""
        codes.revoke(ctx, phone.met(meeting_id, user).id, person)

    return routes


class _Phone:
    """The use cases of telephones."""

    def __init__(self, ctx: PluginContext, taking: acts.Taking) -> None:
        self.ctx, self.taking = ctx, taking
        self.met = partial(admitted, ctx.services)

    def of(self, meeting_id: str, user: User) -> "_Visit":
        """Raises: NotFound. Forbidden. Refused: no telephone signs in here."""
        meeting = self.met(meeting_id, user)
        codes.need_allowed(self.ctx, meeting)
        return _Visit(self, meeting, user)


class _Visit:
    """One telephone, in one meeting."""

    def __init__(self, phone: _Phone, meeting: Meeting, user: User) -> None:
        self._phone, self._meeting, self._user = phone, meeting, user
        self._ctx = phone.ctx
        self._config: Config = phone.ctx.config or Config()
        self._device = acts.device_of(user, Method.PHONE)
        self._holder = user.screen.by if user.screen is not None else ""
        place = f"{codes.SCREEN}/{meeting.id}"
        self._pages = Pages(
            meeting,
            phone.ctx.services.room.name,
            at=f"/api/v1/x/{phone.ctx.name}/{place}",
            files=f"/s/{phone.ctx.name}/{place}",
            titled=bool(self._holder) or user.screen is None,
            today=phone.ctx.clock.now().astimezone(self._zone).date(),
        )

    def show(self, typed: str, person: str, *, proxy: bool, other: bool) -> Response:
        try:
            return page(self._shown(typed, person, proxy=proxy, other=other))
        except RoomctlError as error:
            return self._sorry(error)

    def _shown(self, typed: str, person: str, *, proxy: bool, other: bool) -> str:
        if (state := sight.state(self._meeting)) != "open":
            opens = self._meeting.starts - timedelta(minutes=self._config.opens_minutes)
            return self._pages.closed(f"{opens:%H:%M}" if state == "waiting" else "")
        board = self._ctx.services.attendance(self._meeting.id)
        mine = self._mine()
        if mine is not None:
            return self._done(board, str(mine.data["person"]), proxy=bool(mine.data.get("proxy")), undo=mine)
        if self._holder:
            return self._own(board, other=other)
        names = list(sight.names(board.standings, self._zone))
        if person:
            return self._confirm(board, names, person, proxy=proxy)
        return self._pages.search(typed, find(names, board.standings, typed))

    def _own(self, board: Attendance, *, other: bool) -> str:
        """By a personal code: the office has approved a proxy, or not; nobody chooses that on a telephone."""
        standing = board.of(codes.of_holder(self._ctx, self._meeting.id, self._holder))
        if other:
            leave = standing.leave
            if leave and leave.proxy and not leave.granted:
                return self._pages.unapproved(leave.proxy)
            return self._pages.refused(
                tr("请到会务台", "Please go to the desk"), tr("这个码是别人的", "This code belongs to somebody else")
            )
        names = list(sight.names([standing], self._zone))
        return self._confirm(board, names, standing.person.id, proxy=bool(standing.proxy))

    def _confirm(self, board: Attendance, names: Sequence[NameShape], person: str, *, proxy: bool) -> str:
        who = next((one for one in names if (one.person, one.proxy) == (person, proxy)), None)
        if who is None:
            raise NotFound(
                tr("名单里没有这个人", "nobody on the roster has this id"), mend=tr("请重新查找", "look again")
            )
        if who.came:
            return self._done(board, person, proxy=proxy)
        member = board.of(person).person.name if proxy else ""
        key = secrets.token_hex(16)
        return self._pages.confirm(who, member, key, signed=self._config.sign_on_glass, own=bool(self._holder))

    def _done(self, board: Attendance, person: str, *, proxy: bool, undo: AttendanceFact | None = None) -> str:
        standing = board.of(person)
        name = next((one for one in sight.names([standing], self._zone) if one.proxy == proxy), None)
        called = name.name if name else standing.written
        seats = self._ctx.services.seat_chart(self._meeting.id, board)
        chart = sight.chart_of(self._meeting, seats)
        others = sight.names(board.standings, self._zone) if chart and chart.named else ()
        sitting = {one.person: one.name for one in others}  # a proxy stands after the member
        theirs = (undo is not None or bool(self._holder)) and not proxy  # others may look whether somebody has come
        return self._pages.done(
            called,
            name.came if name else "",
            lists.seat_of(seats, standing.person),
            plan.drawn(chart, person, called, sitting),
            self._ctx.services.copies_out(self._meeting.id).get(person, ()) if theirs else (),
            signature=bool(standing.signature),
            undo=str(undo.data.get("key") or "") if undo else "",
        )

    def press(self, fields: dict[str, str]) -> Response:
        """The form without a script: the answer is the page that comes next."""
        try:
            act = acts.ActShape(key=fields["key"], person=fields["person"], proxy=bool(fields.get("proxy")))
        except (KeyError, ValueError):
            return self._sorry(
                BadInput(
                    tr("表单不完整", "the form is not complete"), mend=tr("请返回重填", "go back, fill it in again")
                )
            )
        return self._answered(act)

    def undo(self, of: str) -> Response:
        mine = self._mine()
        if mine is None or mine.data.get("key") != of:
            return self._sorry(
                Refused(
                    tr("这部手机没有可以撤销的签到", "this telephone has nothing to take back"),
                    mend=tr("请到会务台", "please go to the desk"),
                )
            )
        person, proxy = str(mine.data["person"]), bool(mine.data.get("proxy"))
        return self._answered(acts.ActShape(key=f"undo-{of}"[:64], kind="undo", person=person, proxy=proxy, of=of))

    def _answered(self, act: acts.ActShape) -> Response:
        try:
            (told,) = self.take([act]).acts
        except RoomctlError as error:
            return self._sorry(error)
        if not told.ok:
            return page(self._pages.refused(told.why), Refused.status)
        at = f"/api/v1/x/{self._ctx.name}/{codes.SCREEN}/{self._meeting.id}/page"
        return Response(status_code=303, headers={"Location": at})

    def take(self, sent: Sequence[acts.ActShape]) -> acts.AnswerShape:
        """Nothing can have been done here before this telephone was let in."""
        screen = self._user.screen
        if screen is not None:
            most = max((self._ctx.clock.now() - screen.made).total_seconds(), 0)
            sent = [act.model_copy(update={"ago": min(act.ago, most)}) for act in sent]
        return self._phone.taking.take(self._meeting, self._user, sent, Method.PHONE, self._check)

    def _check(self, act: acts.ActShape) -> None:
        """Raises: Refused: this telephone is somebody else's."""
        if self._user.screen is None:
            return
        if self._holder:
            try:
                person = codes.of_holder(self._ctx, self._meeting.id, self._holder)
            except Forbidden as error:
                raise Refused(error.what, error.why, error.mend) from error
            if act.person != person:
                raise Refused(
                    tr("个人码只能给本人签到", "a personal code signs its own person in"),
                    mend=tr("请到会务台", "please go to the desk"),
                )
        mine = self._mine() if act.kind == "sign_in" else None
        if mine is not None and mine.data["person"] != act.person:
            raise Refused(
                tr("这部手机已经给别人签到", "this telephone has signed somebody else in"),
                tr("一部手机只签一个人", "one telephone signs one person in"),
                tr("请在签到终端或会务台签到", "sign in at the terminal or at the desk"),
            )

    def _mine(self) -> AttendanceFact | None:
        """What this telephone did, and nobody took back."""
        if self._user.screen is None:
            return None
        facts = attendance.standing_facts(self._ctx.services.attendance_events(self._meeting.id))
        own = [one for one in facts if one.kind == attendance.SIGNED_IN and one.data.get("device") == self._device]
        return own[-1] if own else None

    def _sorry(self, error: RoomctlError) -> Response:
        second = tr("。", ". ").join(filter(None, (error.why, error.mend)))
        return page(self._pages.refused(error.what, second), error.status)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._meeting.zone)


_MOST_FIELDS = 10


def _fields(form: bytes) -> dict[str, str]:
    """Of a form as browsers send it; what cannot be read is not there."""
    if form.count(b"&") >= _MOST_FIELDS:
        return {}
    return {name: of[0] for name, of in parse_qs(form.decode("utf-8", "replace")).items()}
