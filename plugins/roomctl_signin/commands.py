"""`roomctl roster …` and `roomctl signin …`."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

from roomctl.api import (
    Actor,
    Attendance,
    BadInput,
    Method,
    NotFound,
    Person,
    PluginContext,
    Presence,
    Standing,
    tr,
)
from roomctl.api.finding import find_meeting
from roomctl_signin import evidence, lists, quorums, ranks, report
from roomctl_signin.config import Config
from roomctl_signin.roster import Roster, load

MeetingArg = Annotated[
    str,
    typer.Argument(help=tr("会议编号，或它唯一的末几位", "meeting id, or the unique end of it"), metavar="MEETING"),
]
NameArg = Annotated[str, typer.Argument(help=tr("姓名或编号", "name or id"), metavar="NAME")]
Json = Annotated[bool, typer.Option("--json", help=tr("只输出一个 JSON 对象", "one JSON object"))]
By = Annotated[str, typer.Option("--by", help=tr("经办人姓名", "who does it"))]
STYLE = {
    Presence.PRESENT: "green",
    Presence.LATE: "yellow",
    Presence.LEFT_EARLY: "yellow",
    Presence.ON_LEAVE: "cyan",
    Presence.EXPECTED: "bold",
    Presence.ABSENT: "red",
}


def roster(ctx: PluginContext) -> typer.Typer:
    """`roomctl roster import|show`."""
    group = typer.Typer(
        no_args_is_help=True, add_completion=False, help=tr("会议名单：导入、查看", "The roster of a meeting")
    )

    @group.command("import", help=tr("从 xlsx 或 CSV 导入；已有的人不重复", "Bring people in from xlsx or CSV"))
    def import_(
        meeting: MeetingArg,
        file: Annotated[Path, typer.Argument(help=tr("xlsx 或 CSV 文件", "an xlsx or CSV file"))],
        *,
        by: By = "",
        as_json: Json = False,
    ) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        read = load(file)
        new = _brought_in(ctx, meeting, read, _actor(by))
        if (ctx.config or Config()).ranks is not None:
            ranks.put_in_order(ctx, meeting, _actor(by))
        already = len(read.people) - len(new)
        _say(tr(f"名单增加 {len(new)} 人，已有 {already} 人", f"{len(new)} people added, {already} were there"))
        if as_json:
            _answer({"meeting": meeting, "added": len(new), "already": already, "people": _plain(new)})

    @group.command(help=tr("查看名单", "Who is on it"))
    def show(meeting: MeetingArg, *, as_json: Json = False) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        people = ctx.services.roster(meeting)
        if as_json:
            _answer({"meeting": meeting, "people": _plain(people)})
            return
        table = _table(*(tr(*head) for head in _PERSON_HEADS), tr("座位", "seat"), tr("手机", "phone"))
        for person in people:
            table.add_row(*_who(person), escape(person.seat), escape(person.phone))
        _console().print(table)

    @group.command(help=tr("按排序表（市领导、秘书长、部门、区县）重排名单", "Put the roster in order"))
    def rank(meeting: MeetingArg, *, by: By = "", as_json: Json = False) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        people = ranks.put_in_order(ctx, meeting, _actor(by))
        _say(tr(f"已排序 {len(people)} 人", f"{len(people)} people put in order"))
        if as_json:
            _answer({"meeting": meeting, "people": _plain(people)})

    return group


class SignInFirst(TyperGroup):
    """`roomctl signin MEETING NAME` is short for `roomctl signin sign MEETING NAME`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts `sign` where the first word is no command of the group."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["sign", *args]
        return super().parse_args(ctx, args)


def signin(ctx: PluginContext) -> typer.Typer:  # noqa: C901, PLR0915 - one small function a command
    """`roomctl signin MEETING NAME`, and the acts around it."""
    services = ctx.services
    group = typer.Typer(
        cls=SignInFirst,
        no_args_is_help=True,
        add_completion=False,
        help=tr(
            "签到：roomctl signin 会议 姓名；另有请假、批假、离开、撤销、状态",
            "roomctl signin MEETING NAME; and leave, decide, left, undo, status",
        ),
    )

    @group.command(help=tr("签到（可省略 sign）", "Sign in (`sign` may be left out)"))
    def sign(
        meeting: MeetingArg,
        name: NameArg = "",
        *,
        proxy: Annotated[bool, typer.Option("--proxy", help=tr("由代会人签到", "the proxy signs in"))] = False,
        card: Annotated[str, typer.Option("--card", help=tr("卡号", "card number"))] = "",
        phone: Annotated[str, typer.Option("--phone", help=tr("手机号", "telephone number"))] = "",
        seat: Annotated[str, typer.Option("--seat", help=tr("座位号", "seat"))] = "",
        by: By = "",
        as_json: Json = False,
    ) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        given = {key: text for key, text in (("card", card), ("phone", phone), ("seat", seat)) if text}
        who, stands_in = (name, proxy) if name else (_by_evidence(ctx, meeting, given), proxy)
        if name and not proxy:
            who, stands_in = _maybe_proxy(services.attendance(meeting), name)
        method = Method.CARD if card else Method.COMMAND
        standing = services.sign_in(meeting, who, method=method, device="cli", proxy=stands_in, actor=_actor(by))
        # whether somebody is late is for the record, and is not said to the person
        _say(f"[green]✓[/] {escape(standing.written)} {tr('已签到', 'signed in')}")
        _tell(meeting, standing, as_json=as_json)

    @group.command(help=tr("请假，可写代替人选", "Ask for leave, with a proxy if there is one"))
    def leave(
        meeting: MeetingArg,
        name: NameArg,
        *,
        reason: Annotated[str, typer.Option("--reason", help=tr("理由", "why"))],
        proxy: Annotated[str, typer.Option("--proxy", help=tr("代会人姓名", "name of the proxy"))] = "",
        proxy_duty: Annotated[str, typer.Option("--proxy-duty", help=tr("代会人职务", "the proxy's duty"))] = "",
        by: By = "",
        as_json: Json = False,
    ) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        standing = services.request_leave(
            meeting, name, reason=reason, proxy=proxy, proxy_duty=proxy_duty, actor=_actor(by)
        )
        _say(
            tr("{} 已请假，待批准", "{} asked for leave; somebody has to decide").format(escape(standing.person.name))
        )
        _tell(meeting, standing, as_json=as_json)

    @group.command(help=tr("批假：准或不准", "Decide on a leave"))
    def decide(
        meeting: MeetingArg,
        name: NameArg,
        *,
        granted: Annotated[bool | None, typer.Option("--grant/--refuse", help=tr("准 / 不准", "yes / no"))] = None,
        by: Annotated[str, typer.Option("--by", help=tr("批准人姓名", "who decides"))],
        reason: Annotated[str, typer.Option("--reason", help=tr("不准的理由", "why it is refused"))] = "",
        as_json: Json = False,
    ) -> None:
        if granted is None:
            raise BadInput(
                tr("没有写准还是不准", "it does not say whether the leave is granted"),
                mend=tr("请加 --grant 或 --refuse", "give --grant or --refuse"),
            )
        meeting = find_meeting(ctx.services, meeting).id
        standing = services.decide_leave(meeting, name, granted=granted, by=by, note=reason)
        word = tr("准假", "granted") if granted else tr("不准假", "refused")
        _say(f"{escape(standing.person.name)} {word}（{escape(by)}）")
        _tell(meeting, standing, as_json=as_json)

    @group.command(help=tr("离开：出席者早退，列席者退场", "Somebody has left"))
    def left(meeting: MeetingArg, name: NameArg, *, by: By = "", as_json: Json = False) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        standing = services.leave_early(meeting, name, actor=_actor(by))
        _say(tr("{} 已离开", "{} has left").format(escape(standing.written)))
        _tell(meeting, standing, as_json=as_json)

    @group.command(help=tr("撤销此人最近一次操作", "Take back the person's newest act"))
    def undo(meeting: MeetingArg, name: NameArg, *, by: By = "", as_json: Json = False) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        standing = services.undo_attendance(meeting, name, leave=True, actor=_actor(by))
        _say(f"{escape(standing.person.name)} {tr('已撤销，现在', 'undone, now')} {standing.presence.value}")
        _tell(meeting, standing, as_json=as_json)

    @group.command(help=tr("登记卡号", "Say whose card it is"))
    def card(
        meeting: MeetingArg,
        name: NameArg,
        number: Annotated[str, typer.Argument(help=tr("卡号", "number"))],
        *,
        by: By = "",
    ) -> None:
        evidence.enrol(ctx, find_meeting(ctx.services, meeting).id, name, number.strip(), by)
        _say(tr("已登记", "noted"))

    @group.command(help=tr("个人码的地址，或印成一页裁开分发", "Personal codes; or a sheet of them, to cut apart"))
    def codes(
        meeting: MeetingArg,
        *,
        revoke: Annotated[str, typer.Option(help=tr("作废此人的码，换新码", "revoke this person's"))] = "",
        pdf: Annotated[Path | None, typer.Option(help=tr("印成 A4，写到这里", "as A4 pages, written here"))] = None,
        as_json: Json = False,
    ) -> None:
        from roomctl_signin.phone import codes as own  # noqa: PLC0415 - light start
        from roomctl_signin.phone import sheet  # noqa: PLC0415 - as above

        found = find_meeting(ctx.services, meeting)
        own.need_allowed(ctx, found)
        if revoke:
            own.revoke(ctx, found.id, revoke)
        if pdf is not None:
            made = sheet.pdf(ctx, found)
            try:
                pdf.write_bytes(made)
            except OSError as error:
                raise BadInput(tr(f"不能写 {pdf}", f"cannot write {pdf}"), error.strerror or str(error)) from None
            _say(f"[green]✓[/] {escape(str(pdf))}")
            if not as_json:
                return
        told = [(one, own.personal(ctx, found.id, one.id)) for one in services.roster(found.id)]
        if as_json:
            codes = [{"person": one.id, "name": one.name, "url": url} for one, url in told]
            _answer({"meeting": found.id, "codes": codes})
            return
        for one, url in told:
            _say(escape(f"{one.name}\t{one.line}\t{url}"))

    @group.command(help=tr("签到情况", "Who is here"))
    def status(meeting: MeetingArg, *, as_json: Json = False) -> None:
        found = find_meeting(ctx.services, meeting)
        board = services.attendance(found.id)
        if as_json:
            _answer(lists.as_json(found, board))
            return
        _console().print(_status(board, ZoneInfo(found.zone)))
        _say(counts(board))
        if (stands := quorums.of(ctx, found, board)) is not None:
            _say(escape(stands.said))

    @group.command("report", help=tr("会前报告：应到、实到、谁没到", "Who is here, who is to be called"))
    def tell(meeting: MeetingArg, *, as_json: Json = False) -> None:
        found = find_meeting(ctx.services, meeting)
        board = services.attendance(found.id)
        stands = quorums.of(ctx, found, board)
        told = report.of(found, board, stands, room=services.room.name, now=ctx.clock.now())
        if as_json:
            _answer(told.model_dump())
            return
        _say(escape(told.read_out))
        for one in told.absent:
            _say(f"  {escape(one.name)}  {escape(one.line)}  {escape(one.phone or tr('无电话', 'no telephone'))}")
        if stands is not None:
            _say(escape(stands.said))

    _add_observers(group, ctx)
    return group


def _add_observers(group: typer.Typer, ctx: PluginContext) -> None:
    """`in`, `out` and `waiting`: observers come for an item and go after it."""
    services = ctx.services

    @group.command("in", help=tr("列席人员进场", "An observer comes in"))
    def enter(
        meeting: MeetingArg,
        name: NameArg,
        *,
        item: Annotated[int | None, typer.Option("--item", min=1, help=tr("议题序号", "agenda item"))] = None,
        by: By = "",
        as_json: Json = False,
    ) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        standing = services.enter(meeting, name, item, actor=_actor(by))
        _say(tr("{} 已进场", "{} has come in").format(escape(standing.written)))
        _tell(meeting, standing, as_json=as_json)

    @group.command("out", help=tr("列席人员退场", "An observer goes out"))
    def leave_the_room(meeting: MeetingArg, name: NameArg, *, by: By = "", as_json: Json = False) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        standing = services.exit(meeting, name, actor=_actor(by))
        _say(tr("{} 已退场", "{} has gone out").format(escape(standing.written)))
        _tell(meeting, standing, as_json=as_json)

    @group.command(help=tr("候会：请进、请退场、候会", "Which observers come in, go out and wait"))
    def waiting(
        meeting: MeetingArg,
        *,
        item: Annotated[int | None, typer.Option("--item", min=0, help=tr("议题序号", "agenda item"))] = None,
        as_json: Json = False,
    ) -> None:
        meeting = find_meeting(ctx.services, meeting).id
        found = services.moves(meeting, item)
        sides = {
            "enter": tr("请进", "come in"), "leave": tr("请退场", "go out"), "stay": tr("在场", "inside"),
            "wait": tr("候会", "wait"),
        }  # fmt: skip
        names = {side: [person.name for person in getattr(found, side)] for side in sides}
        if as_json:
            _answer({"meeting": meeting, "item": found.item, **names})
            return
        _say(tr(f"议题 {found.item}", f"item {found.item}"))
        for side, title in sides.items():
            _say(f"{title}：{escape('、'.join(names[side]) or '-')}")


_PERSON_HEADS = (("排序", "rank"), ("姓名", "name"), ("单位", "unit"), ("职务", "duty"), ("身份", "role"))


def counts(board: Attendance) -> str:
    """应到 32 实到 27（代会 1）请假 3 未到 2 列席 4."""
    n = board.counts
    return tr(
        f"应到 {n.expected}  实到 {n.present}（代会 {n.proxy}）  请假 {n.leave}  未到 {n.absent}  列席 {n.observer}",
        f"expected {n.expected}, present {n.present} (proxies {n.proxy}), on leave {n.leave}, absent {n.absent}, "
        f"observers {n.observer}",
    )


def _status(board: Attendance, zone: ZoneInfo) -> Table:
    table = _table(
        *(tr(*head) for head in _PERSON_HEADS), tr("状态", "state"), tr("签到", "came"), tr("备注", "remark")
    )
    for standing in board.standings:
        came = standing.arrived or standing.proxy_arrived
        state = f"[{STYLE[standing.presence]}]{standing.presence.value}[/]"
        table.add_row(*_who(standing.person), state, lists.clock(came, zone), escape(_remark(standing)))
    return table


def _remark(standing: Standing) -> str:
    if standing.pending_leave:
        return tr("请假待批", "leave to be decided")
    if standing.proxy:
        return tr(
            f"代会 {standing.proxy} {standing.proxy_duty}", f"proxy {standing.proxy} {standing.proxy_duty}"
        ).strip()
    return f"{standing.reason} ({standing.approver})" if standing.reason else ""


def _by_evidence(ctx: PluginContext, meeting: str, given: dict[str, str]) -> str:
    if not given:
        raise BadInput(
            tr("没有写谁签到", "it does not say who signs in"),
            mend=tr("请写姓名，或 --card、--phone、--seat", "give a name, or --card, --phone, --seat"),
        )
    found = evidence.identify(ctx.services.roster(meeting), evidence.cards(ctx, meeting), given)
    if found is None:
        shown = "、".join(given.values())
        raise NotFound(
            tr(f"认不出“{shown}”是谁", f"nobody is known by {shown}"),
            mend=tr("请按姓名签到", "sign in by name"),
        )
    return found


def _maybe_proxy(board: Attendance, name: str) -> tuple[str, bool]:
    """A name that is on no roster but is the approved proxy of one member means that member's proxy."""
    if any(name in {one.person.name, one.person.id} for one in board.standings):
        return name, False
    stands_for = [one.person.id for one in board.standings if one.proxy == name]
    return (stands_for[0], True) if len(stands_for) == 1 else (name, False)


def _brought_in(ctx: PluginContext, meeting: str, read: Roster, actor: Actor | None) -> Sequence[Person]:
    """Who of the file was not on the roster yet. Raises: Refused: a card is somebody else's; nobody is added then."""
    here = {_same(person): person for person in ctx.services.roster(meeting)}
    new = [person for person in read.people if _same(person) not in here]
    ids = {person.id: here.get(_same(person), person).id for person in read.people}
    cards = {card: ids[person] for card, person in read.cards.items()}
    evidence.need_free(evidence.cards(ctx, meeting), cards)
    if new:
        ctx.services.add_people(meeting, new, actor=actor)
    if cards:
        evidence.remember(ctx, meeting, cards)
    return new


def _same(person: Person) -> tuple[str, str, str]:
    return person.name, person.unit, person.duty


def _actor(by: str) -> Actor | None:
    return Actor.person(by) if by else None


def _who(person: Person) -> tuple[str, ...]:
    items = f" {'、'.join(map(str, person.items))}" if person.items else ""
    return (
        str(person.rank or ""),
        escape(person.name),
        escape(person.unit),
        escape(person.duty),
        person.role.value + items,
    )


def _plain(people: Iterable[Person]) -> list[dict[str, Any]]:
    return [
        {
            "id": person.id,
            "name": person.name,
            "unit": person.unit,
            "duty": person.duty,
            "phone": person.phone,
            "seat": person.seat,
            "role": person.role.value,
            "rank": person.rank,
            "items": list(person.items),
        }
        for person in people
    ]


def _table(*heads: str) -> Table:
    return Table(*heads, box=None, pad_edge=False)


def _console() -> Console:
    return Console(stderr=True, highlight=False)


def _say(text: str) -> None:
    _console().print(text, soft_wrap=True)


def _tell(meeting: str, standing: Standing, *, as_json: bool) -> None:
    if as_json:
        _answer({"meeting": meeting, "person": lists.row(standing)})


def _answer(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False))
