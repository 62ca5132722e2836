"""`roomctl meetings new` and `edit`: 确定会议 on the command line, by options or from a TOML file."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.markup import escape

from roomctl.cli import operating
from roomctl.cli.screen import JSON, answer, console
from roomctl.domain.meeting import Meeting, Overrule
from roomctl.errors import BadInput, NotFound
from roomctl.i18n import tr
from roomctl.services.calendar import Booking, named

if TYPE_CHECKING:
    from pydantic import BaseModel

Checked = TypeVar("Checked", bound="BaseModel")


def _option(zh: str, en: str, *names: str) -> Any:
    return typer.Option(*names, help=tr(zh, en))


Title = Annotated[str | None, _option("主题", "title", "--title")]
Starts = Annotated[
    str | None,
    _option("当地时间，如 2026-11-12 09:00；新建时不写为现在", "local time; now for a new one", "--starts"),
]
Minutes = Annotated[int | None, _option("时长（分钟），默认 60", "planned minutes; 60", "--minutes")]
Kind = Annotated[str | None, _option("会议种类，默认 专题会议", "kind; 专题会议", "--kind")]
Scope = Annotated[str | None, _option("范围", "who is to come", "--scope")]
Place = Annotated[str | None, _option("地点；不写为本会议室", "place; this room if left out", "--place")]
Chair = Annotated[str | None, _option("主持人", "chair", "--chair")]
MinuteTaker = Annotated[str | None, _option("记录人", "minute taker", "--minute-taker")]
Contact = Annotated[str | None, _option("联系人", "contact", "--contact")]
Multimedia = Annotated[str | None, _option("多媒体", "multimedia", "--multimedia")]
Press = Annotated[str | None, _option("媒体报道", "press", "--press")]
Catering = Annotated[str | None, _option("用餐", "catering", "--catering")]
Special = Annotated[str | None, _option("特殊要求", "special requirements", "--special")]
Level = Annotated[
    str | None,
    _option(
        "密级：非密、内部、秘密★3年、机密★长期、机密★公布前",
        "非密, 内部, 秘密★3年, 机密★长期, 机密★公布前",
        "--secrecy",
    ),
]
Record = Annotated[bool | None, _option("是否录音", "whether sound is kept", "--record/--no-record")]
ApprovedBy = Annotated[str | None, _option("录音由谁批准", "who approved the recording", "--recording-approved-by")]
Items = Annotated[
    list[str] | None,
    _option(
        "议题：标题|汇报人|单位|分钟|密级，后面的可省（可多次）",
        "agenda item: TITLE|PRESENTER|UNIT|MINUTES|密级, the later ones may be left out; several times",
        "--item",
    ),
]
File = Annotated[
    Path | None,
    _option("TOML 文件，键名同 REST；命令行的优先", "TOML with the names of REST; options win", "--file"),
]
ShareRoom = Annotated[
    str | None, _option("场所已有会议时仍要占用的理由", "why the room is taken all the same", "--share-room")
]


def add_to(app: typer.Typer) -> None:
    """The two commands."""
    app.command("new", help=tr("新建会议", "Plan a meeting"))(new)
    app.command("edit", help=tr("修改会议", "Change what is planned"))(edit)


def new(
    *,
    title: Title = None,
    starts: Starts = None,
    minutes: Minutes = None,
    kind: Kind = None,
    scope: Scope = None,
    place: Place = None,
    chair: Chair = None,
    minute_taker: MinuteTaker = None,
    contact: Contact = None,
    multimedia: Multimedia = None,
    press: Press = None,
    catering: Catering = None,
    special: Special = None,
    level: Level = None,
    record: Record = None,
    recording_approved_by: ApprovedBy = None,
    item: Items = None,
    file: File = None,
    share_room: ShareRoom = None,
    as_json: bool = JSON,
) -> None:
    """Plans it; nothing else happens yet. Where a start is given, the room must be free then."""
    given = _given(locals())
    from roomctl.app import open_application  # noqa: PLC0415
    from roomctl.services.planned import NewMeeting  # noqa: PLC0415

    application = open_application(make=True)
    room = application.usecases.room
    planned = "starts" in given
    if not planned:
        given["starts"] = _now(application, room.zone)
    given.setdefault("zone", room.zone)
    given.setdefault("place", room.name)
    if not given.get("title"):
        raise BadInput(
            tr("会议没有主题", "the meeting has no title"),
            mend=tr("用 --title 写主题，或写进 --file", "give it with --title, or in the --file"),
        )
    why = str(given.pop("share_room", ""))
    meeting = _checked(NewMeeting, given, file).made(room.id)
    booking = _booking(application, why) if planned else None
    made = application.usecases.create(meeting, booking=booking)
    show(made, as_json=as_json)
    if found := application.usecases.collisions(made):
        said = tr(f"同一场所还有会议：{named(found)}", f"the room is wanted by others: {named(found)}")
        console().print(f"[warn]{escape(said)}[/]", soft_wrap=True)
    application.deliver()


def edit(
    meeting: str = operating.ID,
    *,
    title: Title = None,
    starts: Starts = None,
    minutes: Minutes = None,
    kind: Kind = None,
    scope: Scope = None,
    place: Place = None,
    chair: Chair = None,
    minute_taker: MinuteTaker = None,
    contact: Contact = None,
    multimedia: Multimedia = None,
    press: Press = None,
    catering: Catering = None,
    special: Special = None,
    level: Level = None,
    record: Record = None,
    recording_approved_by: ApprovedBy = None,
    item: Items = None,
    file: File = None,
    share_room: ShareRoom = None,
    as_json: bool = JSON,
) -> None:
    """What is not given stays. The log keeps what stood there before."""
    given = _given({name: value for name, value in locals().items() if name != "meeting"})
    from roomctl.services.planned import MeetingChanges  # noqa: PLC0415

    application, found = operating.begun(meeting)
    if not given:
        raise BadInput(
            tr("没有要改的", "there is nothing to change"),
            mend=tr("例如 --chair 张建国，或 --file 文件", "for example --chair NAME, or --file FILE"),
        )
    why = str(given.pop("share_room", ""))
    changes = _checked(MeetingChanges, {**given, "version": found.version}, file).of(found)
    edited = application.usecases.edit(found.id, changes, version=found.version, booking=_booking(application, why))
    show(edited, as_json=as_json)
    application.deliver()


def show(meeting: Meeting, *, as_json: bool) -> None:
    """Id, title and state, or all of it as JSON."""
    from roomctl.cli.meetings import as_dict  # noqa: PLC0415 - which has these commands

    if as_json:
        answer(as_dict(meeting))
    else:
        console().print(f"{meeting.id}  {escape(meeting.title)}  [stage]{meeting.state.label}[/]", soft_wrap=True)


_RENAMED = {"minutes": "planned_minutes", "level": "secrecy", "record": "recorded", "item": "agenda"}


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    """What the file and the options say, by the names of REST."""
    file = options["file"]
    given = _of_file(file) if file is not None else {}
    for name, value in options.items():
        if value is None or name in {"file", "as_json"} or value == []:
            continue
        given[_RENAMED.get(name, name)] = [_item(one) for one in value] if name == "item" else value
    if isinstance(given.get("starts"), str):
        given["starts"] = _local(given["starts"])
    return given


def _of_file(path: Path) -> dict[str, Any]:
    from roomctl import toml_text  # noqa: PLC0415

    if not path.is_file():
        raise NotFound(tr(f"没有文件 {path}", f"no file {path}"), mend=tr("请核对路径", "check the path"))
    return toml_text.read(path)


def _checked(model: "type[Checked]", given: Mapping[str, Any], file: Path | None) -> "Checked":
    from pydantic import ValidationError  # noqa: PLC0415

    from roomctl.config import explain  # noqa: PLC0415

    try:
        return model.model_validate(given)
    except ValidationError as error:
        where = file or Path(tr("命令行", "the command line"))
        raise BadInput(*explain(error, where, list(model.model_fields))) from None


def _booking(application: Any, why: str) -> Booking:
    buffer = timedelta(minutes=application.settings.meetings.buffer)
    return Booking(buffer=buffer, overrule=Overrule(application.actor.name, why) if why else None)


_PARTS = ("title", "presenter", "unit", "minutes", "secrecy")


def _item(text: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.split("|", len(_PARTS) - 1)]
    return {name: part for name, part in zip(_PARTS, parts, strict=False) if part or name == "title"}


def _now(application: Any, zone: str) -> datetime:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    now: datetime = application.clock.now()
    return now.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)


def _local(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            tr(f"时间“{text}”无法识别", f"cannot read the time {text!r}"),
            mend=tr("请写成 2026-11-12 09:00", "write it as 2026-11-12 09:00"),
        ) from None
