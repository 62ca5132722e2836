"""The left column: state and timer, what is on disk, what can be done now, and an ear on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from roomctl.domain.access import Right
from roomctl.domain.lifecycle import State
from roomctl.i18n import tr
from roomctl.services.takes import Take
from roomctl.web.pages.operator import middle
from roomctl.web.pages.operator.doing import TEST_SECONDS
from roomctl.web.pages.operator.sight import Scene, Sight, local
from roomctl.web.ui import (
    Child,
    Look,
    Part,
    Press,
    button,
    digits_text,
    icon,
    join,
    link_button,
    long_press,
    state_glyph,
    tag,
    timer,
)

BREAKS = (5, 10, 15, 30)
"""Minutes of a pause that can be chosen."""


Row = tuple[str, Child, str, str]
"""Of a list of facts: name, value, the name under which it changes each second, colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What the buttons of the left column do."""

    arm: Press
    disarm: Press
    test: Press
    begin: Press
    resume: Press
    stop: Press
    stop_alone: Press
    mark: Press
    off_record: Press
    pause: Callable[[int | None], Press]
    ask: Callable[[str], Press]
    """Shows another question in place of the buttons: `pause`, `stop`, or none."""


# --- state


_WORDS = {
    Scene.UNRECORDED: ("不录音", "Not recorded", Look.SKIPPED),
    Scene.EARLY: ("未开始", "Not begun", Look.WAITING),
    Scene.IDLE: ("未录音", "Idle", Look.WAITING),
    Scene.ARMED: ("待命", "Armed", Look.ARMED),
    Scene.RECORDING: ("录音中", "Recording", Look.RECORDING),
    Scene.PAUSED: ("已暂停", "Paused", Look.PAUSED),
    Scene.STOPPING: ("正在结束", "Stopping", Look.RUNNING),
    Scene.SILENT: ("没有在录音", "Not recording", Look.CRIT),
    Scene.OVER: ("已封存", "Sealed", Look.OK),
}


def state(sight: Sight) -> Part:
    """The answer at one glance: the state, and how much is kept."""
    zh, en, look = _WORDS[sight.scene]
    word = tr("试录中", "Test take") if sight.test and sight.kept else tr(zh, en)
    colour = {Scene.PAUSED: " rc-c-warn", Scene.SILENT: " rc-c-crit"}.get(sight.scene, "")
    shown = tag("div", state_glyph(look, size="xl", label=""), tag("b", word), class_=f"rc-state{colour}")
    running = sight.scene is Scene.RECORDING
    if sight.scene is Scene.OVER and not sight.facts.recordings:
        return join((tag("div", state_glyph(Look.WAITING, size="xl", label=""),
                         tag("b", tr("没有录音", "No recording")), class_="rc-state"), _why(sight)))  # fmt: skip
    if sight.scene in {Scene.UNRECORDED, Scene.EARLY}:
        return join((shown, _why(sight)))
    counted = tag("div", timer(sight.seconds, running=running, digits=True), class_="rc-timer", role="timer")
    return join((shown, counted, _why(sight)))


def _why(sight: Sight) -> Part | None:
    """One line where the state needs a word more."""
    status = sight.status
    if sight.scene is Scene.PAUSED and status is not None:
        lines: list[Child] = [tag("b", tr("暂停中，不保存声音", "Paused: no sound is kept"))]
        if status.paused_since is not None:
            since = tag("span", data_since=f"{status.paused_since.timestamp():.0f}", class_="rc-num")
            lines.append(tag("span", tr("已暂停 ", "for "), since))
        if status.pause_until is not None:
            until = local(status.pause_until, sight)
            lines.append(tag("span", tr(f"计划 {until:%H:%M} 继续", f"planned until {until:%H:%M}"), class_="rc-num"))
        return tag("div", *lines, class_="rc-paused", role="status")
    said = {
        Scene.UNRECORDED: tr("本次会议的“录音”为“否”，由审批人改", "录音 is 否: the approver may change it"),
        Scene.EARLY: tr("开始会前准备后可以录音", "it can be recorded once it is being prepared"),
        Scene.ARMED: tr("设备已打开，还没有保存声音", "the device is open; nothing is kept yet"),
        Scene.STOPPING: tr("正在封存最后一段", "the last part is being sealed"),
        Scene.SILENT: tr("会议正在进行，请马上准备录音", "the meeting goes on: arm the recorder now"),
    }.get(sight.scene)
    if sight.scene is Scene.IDLE:
        said = tr("准备录音后先看电平，再按“开始”", "arm it, look at the meters, then begin")
    if sight.scene is Scene.OVER and not sight.facts.recordings:
        said = tr("这场会议没有留下录音", "of this meeting no sound was kept")
    return tag("p", said, class_="rc-s2 rc-why") if said else None


def plan(sight: Sight) -> Part | None:
    """How much of the planned time is gone."""
    meeting = sight.facts.meeting
    if sight.scene in {Scene.OVER, Scene.EARLY, Scene.UNRECORDED}:
        return None
    starts, ends = local(meeting.starts_at, sight), local(meeting.ends_at, sight)
    gone = (sight.now - starts).total_seconds() / max(1.0, (ends - starts).total_seconds())
    share = max(0.0, min(100.0, 100 * gone))
    over = sight.now > ends
    bar = tag("div", tag("i"), class_="rc-prog rc-over" if over else "rc-prog", style=f"--v:{share:.0f}")
    line = tag(
        "p",
        tag("span", tr(f"{starts:%H:%M} 开始", f"{starts:%H:%M}")),
        tag("b", _left(sight.now, starts, ends)),
        tag("span", f"{ends:%H:%M}"),
        class_="rc-s2 rc-num rc-plan",
    )
    return join((bar, line))


def _left(now: datetime, starts: datetime, ends: datetime) -> str:
    if now < starts:
        return tr(f"还有 {_span(starts, now)}", f"in {_span(starts, now)}")
    if now > ends:
        return tr(f"超时 {_span(now, ends)}", f"{_span(now, ends)} over")
    return tr(f"还剩 {_span(ends, now)}", f"{_span(ends, now)} left")


def _span(later: datetime, earlier: datetime) -> str:
    minutes = int((later - earlier).total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return tr(f"{days} 天 {hours} 小时", f"{days} d {hours} h")
    if hours:
        return tr(f"{hours} 小时 {rest} 分", f"{hours} h {rest} min")
    return tr(f"{rest} 分", f"{rest} min")


# --- facts


def figures(sight: Sight) -> dict[str, str]:
    """What changes each second, by the name of its place."""
    status = sight.status
    if status is None:
        return {}
    rate = status.sample_rate
    lost = status.dropped / rate
    parts = status.segments // max(1, status.tracks)
    left = status.seconds_left
    return {
        "written": digits_text(status.frames / rate),
        "sealed": tr(f"{parts} 段 × {status.tracks} 路", f"{parts} × {status.tracks} tracks")
        if status.segments
        else tr("还没有", "none yet"),
        "lost": tr(f"{lost:.1f} 秒", f"{lost:.1f} s") if lost else tr("0 秒", "0 s"),
        "left": _long(left) if left is not None else "—",
    }


def _long(seconds: float) -> str:
    if seconds >= 2 * 3600:
        return tr(f"{seconds // 3600:.0f} 小时", f"{seconds // 3600:.0f} h")
    return tr(f"{seconds // 60:.0f} 分钟", f"{seconds // 60:.0f} min")


_TIGHT, _LOW = 15 * 60, 60 * 60
"""Seconds of disk below which it is said in red, in amber (`recorder.md`: 15 and 60 minutes)."""


def facts(sight: Sight) -> Part | None:
    """What is on disk, and what stands by."""
    status, past = sight.status, sight.recording
    if status is None:
        return _past(sight) if sight.scene is Scene.OVER and past is not None else None
    left = status.seconds_left
    tight = "rc-c-3" if left is None else "rc-c-crit" if left < _TIGHT else "rc-c-warn" if left < _LOW else ""
    said = figures(sight)
    rows: list[Row] = [
        (tr("已写入磁盘", "Written to disk"), said["written"], "written", ""),
        (tr("已封存", "Sealed"), said["sealed"], "sealed", ""),
        (tr("丢失", "Lost"), said["lost"], "lost", "rc-c-crit" if status.dropped else "rc-c-ok"),
        (tr("磁盘还可录", "Disk holds"), said["left"], "left", tight),
        (tr("备用音源", "Stand-by"), _standby(sight), "", ""),
    ]
    if sight.scene is Scene.ARMED:
        rows = [(tr("音源", "Source"), source_name(status.source), "", ""), *rows[3:]]
    return _rows(rows)


def source_name(source: str) -> str:
    """What the operator calls it."""
    kind, _, name = source.partition(":")
    if kind == "file":
        return name.replace("\\", "/").rpartition("/")[2]
    return name or {"mic": tr("默认话筒", "default microphone"), "tone": tr("测试音", "test tone")}.get(kind, source)


def _standby(sight: Sight) -> str:
    status = sight.status
    if status is None or not status.standby:
        return tr("没有设", "none named")
    name = source_name(status.standby)
    in_use = status.source == status.standby
    return tr(f"{name}，{'正在使用' if in_use else '就绪'}", f"{name}, {'in use' if in_use else 'ready'}")


def _past(sight: Sight) -> Part:
    recordings = [one for one in sight.facts.recordings if one.frames]
    lost = sum(one.dropped / one.sample_rate for one in recordings)
    parts = sum(len({segment.seq for segment in one.segments}) for one in recordings)
    tracks = max((one.tracks for one in recordings), default=0)
    return _rows(
        [
            (tr("已封存", "Sealed"), tr(f"{parts} 段 × {tracks} 路", f"{parts} × {tracks} tracks"), "", ""),
            (tr("丢失", "Lost"), tr(f"{lost:.1f} 秒", f"{lost:.1f} s") if lost else tr("0 秒", "0 s"), "",
             "rc-c-crit" if lost else "rc-c-ok"),
            (tr("录了几次", "Recordings"), str(len(recordings)), "", ""),
        ]
    )  # fmt: skip


def _rows(rows: list[Row]) -> Part:
    cells = [
        part
        for name, value, fact, colour in rows
        for part in (tag("dt", name), tag("dd", value, class_=colour or None, data_fact=fact or None))
    ]
    return tag("dl", *cells, class_="rc-facts rc-num")


# --- what can be done


def actions(sight: Sight, acts: Acts, asking: str, heard: Take | None) -> Part:
    """The buttons of this scene, or the question in their place; for who may only look, whom to ask.

    Args:
        heard: the test take that was made on this page.

    """
    runs, marks = sight.may(Right.RUN_MEETINGS), sight.may(Right.MARK_RECORDINGS)
    if sight.test:
        said = tr("试录单独存放，录满自动停止", "a test take stands apart, and ends by itself")
        return tag("p", said, class_="rc-s3 rc-only")
    if asking == "stop" and runs and sight.scene in {Scene.RECORDING, Scene.PAUSED}:
        return _stopping(sight, acts)
    if asking == "pause" and runs and sight.scene is Scene.RECORDING:
        return _pausing(acts)
    inside: list[Child] = []
    match sight.scene:
        case Scene.RECORDING:
            inside = [*(_marking(sight, acts) if marks else ()), *(_pause(acts) if runs else ())]
            inside += [_stop_button(acts)] if runs else []
            inside += [_hint(sight)] if marks else []
        case Scene.PAUSED if runs:
            inside = [_main(tr("继续录音", "Resume recording"), "resume", acts.resume, "mic"), _stop_button(acts)]
        case Scene.ARMED if runs:
            inside = _armed(sight, acts)
        case Scene.IDLE | Scene.SILENT if runs:
            inside = _idle(sight, acts, heard)
        case Scene.EARLY | Scene.OVER | Scene.UNRECORDED:
            path = f"/meetings/{sight.facts.meeting.id}"
            inside = [link_button(tr("回会议页", "To the meeting"), path, kind="big")]
    if inside:
        return tag("div", *inside, class_="rc-acts")
    only = tr("你可以看和听；操作由录音员进行", "you may look and listen; an operator runs it")
    return tag("p", only, class_="rc-s3 rc-only") if sight.scene is not Scene.STOPPING else Part()


def _marking(sight: Sight, acts: Acts) -> list[Child]:
    off = sight.off_record
    word = tr("恢复记录", "Back on record") if off else tr("不入记录", "Off record")
    return [
        _big(tr("标记", "Mark"), "flag", "M", "mark", acts.mark),
        _big(word, "off", "U", "off-record", acts.off_record, on=off),
    ]


def _pause(acts: Acts) -> list[Child]:
    """A press asks for how long; the key, pressed twice, asks nothing."""
    shown = _big(tr("暂停", "Pause"), "pause", tr("空格×2", "Space×2"), "ask-pause", acts.ask("pause"))
    by_key = tag(
        "button", type="button", class_="rc-key", tabindex="-1", aria_hidden="true",
        data_act="pause-now", data_hotkey="space",
    )  # fmt: skip
    return [shown, Part(by_key.html, {"pause-now": acts.pause(None)})]


def _stop_button(acts: Acts) -> Part:
    text = tr("长按 1.5 秒停止录音", "Hold 1.5 s to stop")
    return long_press(text, acts.ask("stop"), key="ask-stop", icon_name="stop")


def _hint(sight: Sight) -> Part:
    if sight.off_record:
        said = tr("不入记录中：声音照录，不出文字", "off the record: sound is kept, no words come of it")
        return tag("p", said, class_="rc-s3 rc-c-warn")
    said = tr("标记取最近 30 秒，不入记录从上一句起", "a mark covers 30 s; off record: from the last sentence")
    return tag("p", said, class_="rc-s3")


def _main(text: str, act: str, press: Press, icon_name: str) -> Part:
    return button(text, press, kind="pri big", key=act, icon_name=icon_name)


def _big(text: str, icon_name: str, key: str, act: str, press: Press, *, on: bool = False) -> Part:
    shown = tag(
        "button",
        tag("span", icon(icon_name), tag("kbd", key), class_="rc-i"),
        tag("span", text),
        type="button",
        class_="rc-btn rc-amber" if on else "rc-btn",
        data_act=act,
        data_hotkey=key if len(key) == 1 else None,
        aria_pressed="true" if on else None,
    )
    return Part(shown.html, {act: press})


def _armed(sight: Sight, acts: Acts) -> list[Child]:
    said = tr("开始录音，会议转为“会中”", "recording begins, and the meeting is in session")
    if sight.facts.meeting.state is State.IN_SESSION:
        said = tr("从现在起保存声音", "sound is kept from now on")
    return [
        _main(tr("开始", "Begin"), "begin", acts.begin, "record"),
        tag("p", said, class_="rc-s3"),
        button(tr("取消准备", "Let go of it"), acts.disarm, kind="sm", key="disarm"),
    ]


def _idle(sight: Sight, acts: Acts, heard: Take | None) -> list[Child]:
    if sight.scene is Scene.SILENT:
        return [_main(tr("马上录音", "Record now"), "arm", acts.arm, "mic")]
    seconds = f"{TEST_SECONDS:.0f}"
    inside: list[Child] = [_main(tr("准备录音", "Arm the recorder"), "arm", acts.arm, "mic")]
    if sight.facts.meeting.state is State.OPEN and sight.may(Right.RUN_CHECKS):
        inside.append(button(tr(f"试录 {seconds} 秒", f"Test take, {seconds} s"), acts.test, key="test"))
        inside.append(_tested(heard))
    return inside


def _tested(heard: Take | None) -> Part:
    """What the last test take gave."""
    if heard is None or not heard.peaks:
        apart = tr("试录单独存放，不进会议档案", "a test take stands apart, and never enters the archive")
        return tag("p", apart, class_="rc-s3")
    title = tr(f"试录了 {heard.recording.seconds:.0f} 秒", f"{heard.recording.seconds:.0f} s were taken")
    rows: list[Row] = [
        (
            tr(f"第 {n} 路最响", f"channel {n}, loudest"),
            _decibels(peak),
            "",
            "rc-c-ok" if _FAINT < peak < _HOT else "rc-c-crit",
        )
        for n, peak in enumerate(heard.peaks, 1)
    ]
    return tag("div", tag("b", title), _rows(rows), class_="rc-tested", role="status")


_FAINT, _HOT = -50.0, -0.1
"""dBFS of the loudest sample of a test take: below is too faint to be understood, from there on it clipped."""


def _decibels(peak: float) -> str:
    if peak <= middle.SILENCE:
        return tr("没有声音", "no sound")
    return f"{peak:.0f} dBFS".replace("-", "−")


def _pausing(acts: Acts) -> Part:
    until = [button(tr(f"{n} 分钟", f"{n} min"), acts.pause(n), key=f"pause-{n}") for n in BREAKS]
    warned = tr("暂停时不保存声音；到时没有继续会报警", "nothing is kept meanwhile; an alarm when it is over")
    return tag(
        "div",
        tag("b", tr("暂停多久？", "Pause for how long?")),
        tag("p", warned, class_="rc-s3"),
        tag("div", *until, class_="rc-grid2"),
        button(tr("不定时", "Not known"), acts.pause(None), key="pause-open"),
        button(tr("不暂停", "Do not pause"), acts.ask(""), kind="quiet", key="back"),
        class_="rc-ask",
        role="group",
    )


def _stopping(sight: Sight, acts: Acts) -> Part:
    """The second time that it is asked."""
    kept = digits_text(sight.seconds)
    said = tr(f"已录 {kept}，都会保留；停了就不能接着这一段录", f"{kept} is kept; it cannot be gone on with")
    return tag(
        "div",
        tag("b", tr("真的停止录音？", "Really stop recording?")),
        tag("p", said, class_="rc-s3"),
        button(tr("停止录音，散会", "Stop, and adjourn"), acts.stop, kind="big crit", key="stop", icon_name="stop"),
        button(tr("只停止录音，会议继续", "Stop; the meeting goes on"), acts.stop_alone, key="stop-alone"),
        button(tr("不停，继续录", "No, go on recording"), acts.ask(""), kind="big", key="back"),
        class_="rc-ask",
        role="alertdialog",
        aria_label=tr("停止录音？", "stop recording?"),
    )


# --- an ear on it


def listening(sight: Sight, path: str, names: Callable[[int], str]) -> Part | None:
    """What is on disk, some seconds late; all tracks together, or one."""
    if not sight.kept or sight.status is None or not sight.may(Right.HEAR_RECORDINGS):
        return None
    tracks = sight.status.tracks
    every = tr(f"全部 {tracks} 路", f"all {tracks} channels")
    options = [tag("option", every, value="")]
    options += [tag("option", f"{n} {names(n)}", value=str(n)) for n in range(1, tracks + 1)]
    idle = tr("只听已写入磁盘的声音", "only what is on disk")
    choice = tag("select", *options, name="track", class_="rc-in", aria_label=tr("听哪一路", "which channel"))
    press = tag(
        "button", tag("span", tr("听", "Listen")), tag("kbd", "L"),
        type="button", class_="rc-btn", data_listen=path, data_hotkey="L", aria_pressed="false",
    )  # fmt: skip
    head = tag(
        "div",
        tag("h2", tr("监听", "Listen")),
        tag("span", idle, class_="rc-s3", data_lag=True, data_idle=idle),
        class_="rc-head",
    )
    return join((head, tag("div", tag("div", icon("headphones"), choice, class_="rc-pick"), press, class_="rc-row")))
