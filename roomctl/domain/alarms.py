"""What a recorder warns of while it records. Each has a cause, and ends when the cause does."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from roomctl.domain.events import Actor, LoggedEvent
from roomctl.i18n import tr

# Kinds of event, as they stand in the log.
RAISED = "recording.alarm_raised"
ENDED = "recording.alarm_ended"
ACKNOWLEDGED = "recording.alarm_acknowledged"


class AlarmKind(StrEnum):
    """What is wrong. Those of one track come from the signal, the others from the machine or the room."""

    CLIPPING = "clipping"
    ZEROS = "zeros"
    """Exact zeros: nothing is connected; a microphone that hears nothing still has noise."""
    STUCK = "stuck"
    """The same value again and again, other than zero."""
    SILENCE = "silence"
    """Noise alone while others speak."""
    HUM = "hum"
    LOW = "low"
    HIGH = "high"
    DRIFT = "drift"
    OVERFLOW = "overflow"
    DEVICE = "device"
    """The source delivers nothing; it is being opened again."""
    STANDBY = "standby"
    """The stand-by source is recorded in place of the missing one."""
    DISK_LOW = "disk_low"
    """Less than an hour left."""
    DISK = "disk"
    """Less than a quarter of an hour left."""
    DISK_FULL = "disk_full"
    FOLDER = "folder"
    """The recording's folder cannot be written to, for another reason than want of room."""
    UNSEALED = "unsealed"
    """Parts wait to be sealed for longer than they should; the sound is on disk."""
    SPEECH_IN_PAUSE = "speech_in_pause"
    BREAK_OVER = "break_over"
    ITEM_IN_PAUSE = "item_in_pause"
    OVERTIME = "overtime"
    """Past its planned end and silent for long: somebody forgot to stop it."""


SEVERE = frozenset({
    AlarmKind.ZEROS, AlarmKind.STUCK, AlarmKind.DEVICE, AlarmKind.DISK, AlarmKind.DISK_FULL,
    AlarmKind.FOLDER, AlarmKind.SPEECH_IN_PAUSE, AlarmKind.BREAK_OVER, AlarmKind.ITEM_IN_PAUSE, AlarmKind.OVERFLOW,
})  # fmt: skip
"""Sound is being lost, or is about to be: the red bar. The others are shown in amber."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One cause, from when it began.

    Attributes:
        track: from 1; None where it concerns the whole recording.
        frame: at which it was raised.
        value: of the kind's own measure: dBFS, Hz of the hum, ppm, frames lost, seconds left or passed.
        detail: a name, where there is one: of the device, of the stand-by source.

    """

    kind: AlarmKind
    since: datetime
    frame: int = 0
    track: int | None = None
    value: float | None = None
    detail: str = ""

    @property
    def key(self) -> tuple[AlarmKind, int | None]:
        """Of one cause there is one alarm at a time."""
        return self.kind, self.track

    @property
    def severe(self) -> bool:
        return self.kind in SEVERE

    def what(self) -> str:
        """One short line: what is wrong, and where."""
        line = tr(*_WHAT[self.kind]).format(n=self.track, value=_number(self.value), detail=self.detail)
        return line.strip()

    def mend(self) -> str:
        """What to do, and what is safe."""
        return tr(*_MEND[self.kind])


@dataclass(frozen=True, slots=True)
class AlarmTurn:
    """A row of the journal: an alarm was raised, or its cause ended.

    Attributes:
        alarm: `since` is when it was raised, also at its end.

    """

    alarm: Alarm
    on: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingAlarm:
    """An alarm that was raised and has not ended.

    Attributes:
        recording: its id.
        acknowledged_by: who has seen it, until it ends; empty where nobody has.

    """

    alarm: Alarm
    recording: str
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None


def standing(rows: Iterable[LoggedEvent]) -> tuple[StandingAlarm, ...]:
    """What stands after these events of one meeting, the newest first.

    Args:
        rows: of the three kinds, in the order of the log.

    """
    held: dict[tuple[str, AlarmKind, int | None], StandingAlarm] = {}
    for row in rows:
        told = json.loads(row.data)
        key = told["recording"], AlarmKind(told["alarm"]), told["track"]
        if row.kind == ENDED:
            held.pop(key, None)
        elif row.kind == RAISED:
            alarm = Alarm(
                kind=key[1],
                since=datetime.fromisoformat(told["since"]),
                frame=told["frame"],
                track=key[2],
                value=told["value"],
                detail=told["detail"],
            )
            seen = held.pop(key, StandingAlarm(alarm=alarm, recording=key[0]))
            held[key] = replace(seen, alarm=alarm)
        elif key in held:
            held[key] = replace(held[key], acknowledged_by=Actor.parse(row.actor).name, acknowledged_at=row.instant)
    return tuple(reversed(held.values()))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


_WHAT: dict[AlarmKind, tuple[str, str]] = {
    AlarmKind.CLIPPING: ("第 {n} 路削波", "Channel {n} clips"),
    AlarmKind.ZEROS: ("第 {n} 路没有声音", "Channel {n} is dead"),
    AlarmKind.STUCK: ("第 {n} 路信号卡住不变", "Channel {n} is stuck at one value"),
    AlarmKind.SILENCE: ("第 {n} 路一直没有人声", "Channel {n} hears nobody"),
    AlarmKind.HUM: ("第 {n} 路有 {value} Hz 交流声", "Channel {n} hums at {value} Hz"),
    AlarmKind.LOW: ("第 {n} 路声音偏低（{value} dBFS）", "Channel {n} is too quiet ({value} dBFS)"),
    AlarmKind.HIGH: ("第 {n} 路声音偏高（{value} dBFS）", "Channel {n} is too loud ({value} dBFS)"),
    AlarmKind.DRIFT: ("音源时钟偏差 {value} ppm", "The source's clock is off by {value} ppm"),
    AlarmKind.OVERFLOW: ("丢失 {value} 帧", "{value} frames were lost"),
    AlarmKind.DEVICE: ("音源 {detail} 没有信号", "The source {detail} is gone"),
    AlarmKind.STANDBY: ("正在用备用音源 {detail}", "Recording the stand-by source {detail}"),
    AlarmKind.DISK_LOW: ("磁盘只够录 {value} 分钟", "The disk holds {value} more minutes"),
    AlarmKind.DISK: ("磁盘只够录 {value} 分钟", "The disk holds {value} more minutes"),
    AlarmKind.DISK_FULL: ("磁盘已满，没有在录音", "The disk is full: nothing is being kept"),
    AlarmKind.FOLDER: ("{detail}；没有在录音", "{detail}; nothing is being kept"),
    AlarmKind.UNSEALED: ("有 {value} 段还没有封存", "{value} parts are not sealed yet"),
    AlarmKind.SPEECH_IN_PAUSE: ("暂停中有人讲话，没有在录音", "Somebody speaks while paused: nothing is recorded"),
    AlarmKind.BREAK_OVER: ("休息时间已过，没有在录音", "The break is over: nothing is recorded"),
    AlarmKind.ITEM_IN_PAUSE: ("已进入下一议题，没有在录音", "The next item has begun: nothing is recorded"),
    AlarmKind.OVERTIME: (
        "会议是否已经结束？已 {value} 分钟无人讲话",
        "Is the meeting over? Silent for {value} minutes",
    ),
}

_MIC = ("请看话筒开关和插头，录音没有停", "Check the microphone's switch and plug; the recording goes on")
_GAIN_DOWN = ("请调低增益，录音没有停", "Lower the gain; the recording goes on")
_GAIN_UP = ("请靠近话筒，或调高增益，录音没有停", "Move closer or raise the gain; the recording goes on")
_SPACE = ("请删除或移走别的文件，录音没有停", "Free some space; the recording goes on")
_RESUME = ("请按“继续录音”", "Press “Resume recording”")

_MEND: dict[AlarmKind, tuple[str, str]] = {
    AlarmKind.CLIPPING: _GAIN_DOWN,
    AlarmKind.ZEROS: _MIC,
    AlarmKind.STUCK: _MIC,
    AlarmKind.SILENCE: _MIC,
    AlarmKind.HUM: ("请检查接地和电源线，录音没有停", "Check the grounding and the cables; the recording goes on"),
    AlarmKind.LOW: _GAIN_UP,
    AlarmKind.HIGH: _GAIN_DOWN,
    AlarmKind.DRIFT: ("导出时可以校正，录音没有停", "It can be corrected on export; the recording goes on"),
    AlarmKind.OVERFLOW: ("已记在录音日志里；请关掉别的程序", "The journal says which; close other programs"),
    AlarmKind.DEVICE: (
        "请检查电源和连接线，正在自动重连，缺口会记下",
        "Check power and cables; it is opened again by itself, and the gap is declared",
    ),
    AlarmKind.STANDBY: ("请检查主音源，恢复后自动切回", "Check the main source; it takes over again when it is back"),
    AlarmKind.DISK_LOW: _SPACE,
    AlarmKind.DISK: _SPACE,
    AlarmKind.DISK_FULL: (
        "请立即腾出空间，腾出后自动接着录；之前的声音都在",
        "Free some space now: it goes on by itself, and all up to here is kept",
    ),
    AlarmKind.FOLDER: (
        "请检查磁盘和文件夹，恢复后自动接着录；之前的声音都在",
        "Check the disk and the folder: it goes on by itself, and all up to here is kept",
    ),
    AlarmKind.UNSEALED: ("声音已在磁盘上，会继续尝试", "The sound is on disk; it is tried again"),
    AlarmKind.SPEECH_IN_PAUSE: _RESUME,
    AlarmKind.BREAK_OVER: _RESUME,
    AlarmKind.ITEM_IN_PAUSE: _RESUME,
    AlarmKind.OVERTIME: ("如已散会，请停止录音；声音都在", "If it is over, stop the recording; all of it is kept"),
}  # fmt: skip
