"""The right column: what is being said, where the agenda stands, and who speaks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from roomctl.domain.access import Right
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem
from roomctl.domain.observers import Moves
from roomctl.domain.transcript import TranscriptSegment
from roomctl.i18n import tr
from roomctl.web import keys
from roomctl.web.pages.operator.sight import Scene, Sight, local
from roomctl.web.ui import Child, Part, Press, join, tag
from roomctl.web.ui.words import marked

CAPTIONS = "transcript/captions"
"""The plugin that writes live captions, and its screen."""


def captions(sight: Sight) -> Part:
    """The newest sentences; where nothing writes them while it is recorded, that is said."""
    head = tag("h2", tr("字幕", "Captions"))
    said = _said(sight)
    if said:
        rows = [_caption(one, before) for before, one in zip([None, *said], said, strict=False)]
        until = _until(said[-1], sight)
        second = tag("span", until, class_="rc-s3 rc-num") if until else None
        return join((tag("div", head, second, class_="rc-head"), tag("div", tag("div", *rows), class_="rc-cap")))
    return join((tag("div", head, class_="rc-head"), tag("p", _no_words(sight), class_="rc-s3 rc-none")))


def live(sight: Sight) -> Part | None:
    """Where the browser puts live captions and their switches, which it gets from whichever plugin writes them."""
    if not sight.may(Right.HEAR_RECORDINGS) or sight.scene in {Scene.UNRECORDED, Scene.OVER}:
        return None
    meeting = sight.facts.meeting
    return tag(
        "div",
        class_="rc-live",
        data_captions=f"{keys.ROUTES}/{CAPTIONS}/{meeting.id}",
        data_title=meeting.title,
        data_switch=sight.may(Right.RUN_MEETINGS),
    )


def _until(last: TranscriptSegment, sight: Sight) -> str:
    """When the newest sentence was said: how far behind the words are is seen beside the clock."""
    if sight.recording is None or last.recording != sight.recording.id or not sight.kept:
        return ""
    at = sight.face.at(last.last_frame)
    return tr(f"到 {local(at, sight):%H:%M:%S}", f"up to {local(at, sight):%H:%M:%S}") if at else ""


def _said(sight: Sight) -> Sequence[TranscriptSegment]:
    """An operator hears it anyway while it is recorded; afterwards the transcript's own right is needed."""
    if not _open(sight) or sight.scene is Scene.UNRECORDED:
        return ()
    return sight.said


def _open(sight: Sight) -> bool:
    return sight.may(Right.SEE_TRANSCRIPTS) or (sight.kept and sight.may(Right.HEAR_RECORDINGS))


def _no_words(sight: Sight) -> str:
    if sight.facts.transcript is not None and not _open(sight):
        return tr("你的角色不看文字", "your role does not see the words")
    if sight.kept or sight.scene in {Scene.IDLE, Scene.ARMED, Scene.SILENT, Scene.EARLY}:
        return tr(
            "还没有文字；装有转写插件和模型时，讲话后在这里出现",
            "no words yet; with a transcription plugin and its model they appear here as people speak",
        )
    return tr("还没有文字", "no words yet")


def _caption(one: TranscriptSegment, before: TranscriptSegment | None) -> Part:
    name = one.speaker or ""
    shown = "" if before is not None and before.speaker == one.speaker else name
    return tag("p", tag("span", shown, class_="rc-who"), tag("span", *marked(one)))


def agenda(sight: Sight, step: Press) -> Part | None:
    """The items, the one under way with its minutes, and the key for the next."""
    items = sight.facts.meeting.agenda
    head: list[Child] = [tag("h2", tr("议题", "Agenda"))]
    following = sight.next_item
    if sight.may(Right.MARK_RECORDINGS) and _goes_on(sight) and following and not sight.test:
        word = tr("下一项", "Next item") if sight.item else tr("开始第 1 项", "Begin item 1")
        shown = tag(
            "button", word, tag("kbd", "→"), type="button", class_="rc-btn rc-sm", data_act="next", data_hotkey="→"
        )
        head.append(Part(shown.html, {"next": step}))
    if not items:
        nothing = tag("p", tr("没有列议题", "no items were planned"), class_="rc-s3 rc-none")
        return join((tag("div", *head, class_="rc-head"), nothing))
    rows = [_item(one, sight) for one in items]
    waits = _waiting(sight)
    return join((tag("div", *head, class_="rc-head"), waits, tag("ol", *rows, class_="rc-ag")))


def _goes_on(sight: Sight) -> bool:
    """An item may begin now: in the recording, or in a meeting that has none."""
    unrecorded = sight.scene is Scene.UNRECORDED and sight.facts.meeting.state is State.IN_SESSION
    return sight.scene is Scene.RECORDING or unrecorded


def _waiting(sight: Sight) -> Part | None:
    """候会: who comes in for the next item, and who goes."""
    if sight.moves is not None:
        return _moves(sight.moves) if _goes_on(sight) or sight.kept else None
    items = {one.n: one for one in sight.facts.meeting.agenda}
    coming, going = items.get(sight.next_item), items.get(sight.item)
    if not sight.kept or coming is None or not _people(coming):
        return None
    stays = set(_people(coming))
    leaves = [name for name in _people(going) if name not in stays] if going else []
    rows: list[Child] = [tag("dt", tr("候会", "Waiting"))]
    rows.append(tag("dd", tr(f"请进场：{_named(coming)}", f"comes in: {_named(coming)}")))
    if leaves and going is not None:
        rows.append(tag("dd", tr(f"请退场：{_named(going)}", f"goes: {_named(going)}")))
    return tag("dl", *rows, class_="rc-waits")


def _moves(moves: Moves) -> Part | None:
    """As the roster has it, by unit; who is inside already, and stays, is not asked to do anything."""
    sides = ((tr("请进场", "comes in"), moves.enter), (tr("请退场", "goes"), moves.leave))
    rows = [tag("dd", f"{said}{tr('：', ': ')}{_by_unit(whom)}") for said, whom in sides if whom]
    head = tr(f"第 {moves.item} 项候会", f"Waiting, item {moves.item}")
    return tag("dl", tag("dt", head), *rows, class_="rc-waits") if rows else None


def _by_unit(people: Sequence[Person]) -> str:
    found: dict[str, list[str]] = {}
    for one in people:
        found.setdefault(one.unit, []).append(one.name)
    return tr("；", "; ").join(f"{unit} {'、'.join(names)}".strip() for unit, names in found.items())


def _people(item: AgendaItem) -> list[str]:
    return [name for name in (item.presenter, *item.observers) if name]


def _named(item: AgendaItem) -> str:
    return " ".join(filter(None, (item.unit, "、".join(_people(item)))))


def _item(item: AgendaItem, sight: Sight) -> Part:
    under_way = item.n == sight.item and sight.scene is not Scene.OVER
    done = sight.item > item.n
    used, since = None, sight.item_since
    if under_way and since is not None:
        used = int((sight.now - since).total_seconds() // 60)
    planned = tr(f"{item.minutes} 分", f"{item.minutes} min") if item.minutes else ""
    if used is not None:
        minutes: list[Child] = [tag("b", str(used)), f" / {planned}" if planned else tr(" 分", " min")]
    else:
        minutes = [planned or None]
    over = used is not None and item.minutes and used > item.minutes
    left = _left(item, used) if used is not None else ""
    second = "　".join(filter(None, (item.unit, item.presenter, left)))
    return tag(
        "li",
        tag("span", str(item.n), class_="rc-k rc-num"),
        tag(
            "div",
            tag("p", item.title, class_="rc-two-lines"),
            tag("span", second, class_="rc-s3" + (" rc-c-warn" if over else "")) if second else None,
        ),
        tag("span", *minutes, class_="rc-num rc-s3 rc-nw" + (" rc-c-warn" if over else "")),
        class_="rc-cur" if under_way else "rc-done" if done else None,
        aria_current="step" if under_way else None,
    )


def _left(item: AgendaItem, used: int) -> str:
    if not item.minutes:
        return ""
    left = item.minutes - used
    return tr(f"还剩 {left} 分", f"{left} min left") if left >= 0 else tr(f"超时 {-left} 分", f"{-left} min over")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A button of the table.

    Attributes:
        key: 1 to 9; track: whose level it is, 0 where no channel belongs to it.

    """

    key: int
    name: str
    second: str = ""
    track: int = 0
    away: bool = False


SEATS = 9
"""As many as there are number keys."""


def seats(sight: Sight, places: Sequence[Seat], say: Callable[[str], Press]) -> Part:
    """Who speaks: as the operator says, else as the levels say."""
    live = sight.may(Right.MARK_RECORDINGS) and sight.scene is Scene.RECORDING and not sight.test
    hint = tr("数字键可改", "number keys") if live else ""
    head = tag(
        "div",
        tag("h2", tr("谁在发言", "Who speaks")),
        tag("span", hint, class_="rc-s3") if hint else None,
        class_="rc-head",
    )
    if not places:
        nothing = tr(
            "没有名单；有名单或话筒后，这里按座位选发言人", "no roster; with one, a speaker is chosen here by seat"
        )
        return join((head, tag("p", nothing, class_="rc-s3 rc-none")))
    bad = {one.track for one in (sight.status.alarms if sight.status else ()) if one.severe}
    buttons = [
        _seat(one, sight, say(one.name) if live else None, broken=one.track in bad, head=not i)
        for i, one in enumerate(places)
    ]
    return join((head, tag("div", *buttons, class_="rc-seats")))


def _seat(seat: Seat, sight: Sight, press: Press | None, *, broken: bool, head: bool) -> Part:
    chosen = sight.kept and bool(sight.speaker) and seat.name == sight.speaker
    classes = ["rc-seat", "rc-first1" if head else "", "rc-on" if chosen else "", "rc-off" if seat.away else ""]
    act = f"speaks {seat.key}"
    shown = tag(
        "button",
        _BROKEN if broken else None,
        tag("span", seat.name, class_="rc-ell"),
        tag("small", f"{seat.key} {seat.second}".strip(), class_="rc-ell"),
        type="button",
        class_=" ".join(filter(None, classes)),
        data_act=act if press else None,
        data_hotkey=str(seat.key) if press else None,
        data_track=str(seat.track) if seat.track else None,
        disabled=press is None,
        aria_pressed="true" if chosen else "false",
    )
    return Part(shown.html, {act: press} if press else {})


_BROKEN = Part(
    '<svg class="rc-gl rc-s" viewBox="0 0 24 24" aria-hidden="true"><path d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6'
    'V7.4z" fill="var(--crit)"/><path d="M8 8l8 8M16 8l-8 8" stroke="var(--surface)" stroke-width="2.8" '
    'stroke-linecap="round"/></svg>'
)
