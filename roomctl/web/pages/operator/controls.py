"""The lower left: what can be done now, and an ear on what is on disk."""

from collections.abc import Callable
from dataclasses import dataclass

from roomctl.domain.access import Right
from roomctl.domain.durations import hms
from roomctl.domain.lifecycle import State
from roomctl.i18n import tr
from roomctl.services.takes import Take
from roomctl.web.pages.operator import middle
from roomctl.web.pages.operator.doing import TEST_SECONDS
from roomctl.web.pages.operator.sight import BY_RESUMING, Scene, Sight
from roomctl.web.pages.operator.state import Row, listed
from roomctl.web.ui import (
    Child,
    Look,
    Part,
    Press,
    button,
    icon,
    join,
    link_button,
    long_press,
    state_glyph,
    tag,
)

BREAKS = (5, 10, 15, 30)
"""Minutes of a pause that can be chosen."""


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


def actions(sight: Sight, acts: Acts, asking: str, heard: Take | None, *, meanwhile: str = "") -> Part:
    """The buttons of this scene, or the question in their place; for who may only look, whom to ask.

    Args:
        heard: the test take that was made on this page; meanwhile: what is being done this moment.

    """
    runs = sight.may(Right.RUN_MEETINGS)
    if meanwhile and not sight.test:
        return tag("p", state_glyph(Look.RUNNING, size="s", label="", share=0.3), meanwhile, class_="rc-wait-for")
    if sight.test:
        said = tr("试录单独存放，录满自动停止", "a test take stands apart, and ends by itself")
        return tag("p", said, class_="rc-s3 rc-only")
    if asking == "stop" and runs and sight.scene in {Scene.RECORDING, Scene.PAUSED}:
        return _stopping(sight, acts)
    if asking == "pause" and runs and sight.scene is Scene.RECORDING:
        return _pausing(acts)
    inside = _inside(sight, acts, heard)
    if inside:
        return tag("div", *inside, class_="rc-acts")
    only = tr("你可以看；操作由录音员进行", "you may look; an operator runs it")
    if sight.may(Right.HEAR_RECORDINGS):
        only = tr("你可以看和听；操作由录音员进行", "you may look and listen; an operator runs it")
    return tag("p", only, class_="rc-s3 rc-only") if sight.scene is not Scene.STOPPING else Part()


def _inside(sight: Sight, acts: Acts, heard: Take | None) -> list[Child]:
    """What may be pressed in this scene, by who looks."""
    runs, marks = sight.may(Right.RUN_MEETINGS), sight.may(Right.MARK_RECORDINGS)
    match sight.scene:
        case Scene.RECORDING:
            inside = [*(_marking(sight, acts) if marks else ()), *(_pause(acts) if runs else ())]
            return [*inside, _stop_button(acts) if runs else None, _hint(sight)] if inside else []
        case Scene.PAUSED if runs:
            above = bool(sight.alarms) and sight.alarms[0].kind in BY_RESUMING  # the bar has the one filled button
            text = tr("继续录音", "Resume recording")
            resume = button(text, acts.resume, kind="big" if above else "pri big", key="resume", icon_name="mic")
            return [resume, _stop_button(acts)]
        case Scene.ARMED if runs:
            return _armed(sight, acts)
        case Scene.IDLE | Scene.SILENT if runs:
            return _idle(sight, acts, heard)
        case Scene.EARLY | Scene.OVER | Scene.UNRECORDED:
            path = f"/meetings/{sight.facts.meeting.id}"
            return [link_button(tr("回会议页", "To the meeting"), path, kind="big")]
    return []


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
        inside.append(_tested(heard, sight.facts.meeting.id))
    return inside


def _tested(heard: Take | None, meeting: str) -> Part:
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
    play = tag(
        "button", icon("headphones"), tr("听一遍", "Hear it"), type="button", class_="rc-btn rc-quiet rc-tiny",
        data_play=f"/api/v1/meetings/{meeting}/test-takes/{heard.recording.id}/listen",
    )  # fmt: skip
    head = tag("div", tag("b", title), tag("span", class_="rc-grow"), play, class_="rc-head")
    return tag("div", head, listed(rows), class_="rc-tested", role="status")


_FAINT, _HOT = -50.0, -0.1
"""dBFS of the loudest sample of a test take: below is too faint to be understood, from there on it clipped."""


def _decibels(peak: float) -> str:
    if peak <= middle.SILENCE:
        return tr("没有声音", "no sound")
    return f"{peak:.0f} dBFS".replace("-", "−")


def _pausing(acts: Acts) -> Part:
    until = [button(str(n), acts.pause(n), key=f"pause-{n}", label=tr(f"{n} 分钟", f"{n} min")) for n in BREAKS]
    warned = tr("暂停时不保存声音，超时会报警", "no sound is kept; an alarm when it is over")
    return tag(
        "div",
        tag("b", tr("暂停几分钟？", "How many minutes?")),
        tag("p", warned, class_="rc-s3"),
        tag("div", *until, class_="rc-evenly"),
        tag(
            "div",
            button(tr("不定时", "Not known"), acts.pause(None), key="pause-open"),
            button(tr("不暂停", "Do not pause"), acts.ask(""), kind="quiet", key="back"),
            class_="rc-evenly",
        ),
        class_="rc-ask",
        role="group",
    )


def _stopping(sight: Sight, acts: Acts) -> Part:
    """The second time that it is asked."""
    kept = hms(sight.seconds, padded=True)
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
    every = tr(f"全部 {tracks} 路", f"all {tracks}")
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
