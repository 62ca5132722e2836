"""The upper left: the state, how much is kept, and what is on disk."""

from collections.abc import Sequence
from datetime import datetime

from roomctl.domain.access import Right
from roomctl.domain.durations import hms
from roomctl.i18n import tr
from roomctl.web.pages.operator.sight import Scene, Sight, local
from roomctl.web.ui import Child, Look, Part, Press, join, state_glyph, tag, timer

Row = tuple[str, Child, str, str]
"""Of a list of facts: name, value, the name under which it changes each second, colour."""


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
    if sight.scene is Scene.OVER and not sight.facts.recordings:
        return join((tag("div", state_glyph(Look.WAITING, size="xl", label=""),
                         tag("b", tr("没有录音", "No recording")), class_="rc-state"), _why(sight)))  # fmt: skip
    if sight.scene in {Scene.UNRECORDED, Scene.EARLY}:
        return join((shown, _why(sight)))
    counted = tag("div", timer(sight.seconds, running=sight.keeps, digits=True), class_="rc-timer", role="timer")
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
        Scene.UNRECORDED: _not_recorded(sight.facts.meeting.recording_approved_by),
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


def _not_recorded(by: str) -> str:
    decided = tr(f"，{by} 批准", f", approved by {by}") if by else ""
    return tr(f"本次会议的“录音”为“否”{decided}，由审批人改", f"录音 is 否{decided}: the approver may change it")


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
        "written": hms(status.frames / rate, padded=True),
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


def facts(sight: Sight, announce: Press | None = None) -> Part | None:
    """What is on disk, what stands by, and whether people were told (录音告知).

    Args:
        announce: somebody has said it aloud.

    """
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
    if not sight.test:
        rows.append((tr("录音告知", "Notice"), _notice(sight, announce), "", "" if sight.told else "rc-c-warn"))
    return listed(rows)


NOTICE = (
    "本次会议由办公室统一录音，供整理记录使用，请勿自行录音录像",
    "The office records this meeting for its record. Please do not record it yourself.",
)
"""录音告知, to be said aloud where no screen shows it."""


def _notice(sight: Sight, announce: Press | None) -> Child:
    if sight.told is not None:
        return tr(f"{local(sight.told, sight):%H:%M} 已告知", f"told at {local(sight.told, sight):%H:%M}")
    if announce is None or not sight.may(Right.MARK_RECORDINGS):
        return tr("还没有", "not yet")
    shown = tag(
        "button", tr("登记口头告知", "Said aloud"), type="button", class_="rc-btn rc-quiet rc-tiny",
        data_act="announce", title=tr(*NOTICE),
    )  # fmt: skip
    return Part(shown.html, {"announce": announce})


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
    parts = sum(sight.facts.sealed_of(one).parts for one in recordings)
    tracks = max((one.tracks for one in recordings), default=0)
    return listed(
        [
            (tr("已封存", "Sealed"), tr(f"{parts} 段 × {tracks} 路", f"{parts} × {tracks} tracks"), "", ""),
            (tr("丢失", "Lost"), tr(f"{lost:.1f} 秒", f"{lost:.1f} s") if lost else tr("0 秒", "0 s"), "",
             "rc-c-crit" if lost else "rc-c-ok"),
            (tr("录了几次", "Recordings"), str(len(recordings)), "", ""),
        ]
    )  # fmt: skip


def listed(rows: Sequence[Row]) -> Part:
    """Names and values."""
    cells = [
        part
        for name, value, fact, colour in rows
        for part in (tag("dt", name), tag("dd", value, class_=colour or None, data_fact=fact or None))
    ]
    return tag("dl", *cells, class_="rc-facts rc-num")
