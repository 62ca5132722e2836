"""Above the operator's columns: the alarm that nobody has seen yet, and what went on by itself."""

from collections.abc import Callable, Sequence

from roomctl.domain.access import Right
from roomctl.domain.alarms import Alarm, AlarmKind
from roomctl.i18n import tr
from roomctl.services.recordings import Continuation
from roomctl.web.pages.operator.sight import BY_RESUMING, Scene, Sight
from roomctl.web.pages.warnings import cut_off, unapproved
from roomctl.web.ui import Child, Look, Part, Press, Values, icon, join, note_bar, state_glyph, tag

_COUNTED = frozenset({AlarmKind.ZEROS, AlarmKind.SILENCE, AlarmKind.STUCK, AlarmKind.DEVICE, *BY_RESUMING})
"""Where it matters for how long it has been so."""

_FRESH = 15.0  # seconds that an alarm is new: its glyph pulses three times


def bars(
    sight: Sight,
    names: Callable[[int], str],
    *,
    down: str = "",
    continued_seen: bool = False,
    see: Callable[[Alarm], Press],
    resume: Press,
    see_continued: Press,
) -> Part:
    """One bar for the first alarm, the others counted; then what the operator should know beside it.

    Args:
        names: of a track, whose it is; down: why the recorder does not answer, empty where it does.
        see: what 知道了 does with an alarm; resume: what 继续录音 does; see_continued: takes the note away.

    """
    parts: list[Part] = []
    if down:
        parts.append(_no_answer(down))
    if sight.facts.emitting:
        parts.append(_emitting([one.name for one in sight.facts.emitting]))
    if sight.alarms:
        parts.append(_alarm(sight, sight.alarms[0], len(sight.alarms) - 1, names, see, resume))
    if sight.facts.continued is not None and not continued_seen and sight.scene is not Scene.OVER:
        parts.append(_continued(sight.facts.continued, see_continued))
    if sight.facts.unapproved:
        parts.append(unapproved())
    return join(parts)


def _no_answer(why: str) -> Part:
    what = tr("录音程序没有应答", "The recorder does not answer")
    return _bar(what, why, (), severe=True)


def _emitting(names: Sequence[str]) -> Part:
    said = tr("、", ", ").join(names)
    what = tr(f"涉密会议中没有关闭：{said}", f"Not off in a meeting on state secrets: {said}")
    return _bar(what, tr("请立即关闭并拔掉电源", "Switch it off and pull its plug now"), (), severe=True)


def _alarm(
    sight: Sight,
    alarm: Alarm,
    others: int,
    names: Callable[[int], str],
    see: Callable[[Alarm], Press],
    resume: Press,
) -> Part:
    acts: list[Child] = []
    if others:
        acts.append(tag("span", tr(f"还有 {others} 条", f"{others} more"), class_="rc-nw"))
    if alarm.track is not None and sight.kept and sight.may(Right.HEAR_RECORDINGS):
        acts.append(_hear(alarm.track))
    if alarm.kind in BY_RESUMING and sight.may(Right.RUN_MEETINGS) and sight.scene is Scene.PAUSED:
        acts.append(_act(tr("继续录音", "Resume recording"), "resume-bar", resume, kind="rc-pri rc-big"))
    if sight.may(Right.MARK_RECORDINGS):
        main = "" if alarm.kind in BY_RESUMING else "rc-pri"
        acts.append(_act(tr("知道了", "Seen"), f"see {alarm.kind}-{alarm.track}", see(alarm), kind=main, key="A"))
    for_how_long = None
    if alarm.kind in _COUNTED:
        since = f"{alarm.since.timestamp():.0f}"
        for_how_long = join((tr("，已 ", ", for "), tag("span", data_since=since, class_="rc-num")))
    where = f"{names(alarm.track)}{tr('。', '. ')}" if alarm.track is not None and names(alarm.track) else ""
    fresh = (sight.now - alarm.since).total_seconds() < _FRESH
    return _bar(join((alarm.what(), for_how_long)), where + alarm.mend(), acts, severe=alarm.severe, fresh=fresh)


def _hear(track: int) -> Part:
    text = tr(f"监听第 {track} 路", f"Hear channel {track}")
    return tag("button", icon("headphones"), text, type="button", class_="rc-btn", data_hear=str(track))


def _act(text: str, act: str, press: Press, *, kind: str = "", key: str = "") -> Part:
    shown = tag(
        "button",
        text,
        tag("kbd", key) if key else None,
        type="button",
        class_=f"rc-btn {kind}".strip(),
        data_act=act,
        data_hotkey=key or None,
    )
    return Part(shown.html, {act: press})


def _bar(what: Child, mend: str, acts: Sequence[Child], *, severe: bool, fresh: bool = True) -> Part:
    """Solid red where sound is being lost or soon will be, else amber on its tint."""
    glyph = state_glyph(Look.CRIT if severe else Look.WARN, size="l")
    if severe:
        glyph = Part(glyph.html.replace("--crit", "--on-bar").replace("--surface", "--bar"))
    classes = ["rc-alarm", "" if severe else "rc-mild", "rc-fresh" if fresh else ""]
    said = tag("div", tag("b", what), tag("div", mend, class_="rc-mend1"), class_="rc-grow")
    return tag("div", glyph, said, *acts, class_=" ".join(filter(None, classes)), role="alert")


def _continued(found: Continuation, seen: Press) -> Part:
    """After the machine or the capture died in session."""
    known = _act(tr("知道了", "Seen"), "see-continued", seen, kind="rc-sm")
    text = tr("缺口已记在录音里，之前的声音都在", "the gap is declared, and all from before is kept")
    strong = cut_off(found) + tr("，已自动接着录", "; it went on by itself")
    return note_bar("warn", text, known, strong=strong)


def forget(_values: Values) -> None:
    """A press that only changes what is shown."""
