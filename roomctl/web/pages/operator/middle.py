"""The upper middle: meters, and the waveform."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from roomctl.domain.alarms import Alarm, AlarmKind
from roomctl.domain.recording import Envelope, Marker, MarkKind, off_record
from roomctl.i18n import tr
from roomctl.web.pages.operator.sight import Face, Scene, Sight, local
from roomctl.web.ui import Child, Look, Part, join, meter_scale, state_glyph, tag, track_meter, waveform

SILENCE = -200.0  # dBFS of an envelope's point without sound
FLOOR = -60.0  # dBFS that are drawn as nothing


# --- meters


def meters(sight: Sight, names: Callable[[int], str], spare: Collection[int] = ()) -> Part:
    """One per track. The browser moves them; here stands whose they are.

    Args:
        spare: tracks that belong to nobody: however loud they are, nobody speaks there.

    """
    status = sight.status
    if sight.scene in {Scene.OVER, Scene.UNRECORDED, Scene.EARLY}:
        return Part()
    if status is None or not status.tracks:
        return join(
            (
                headed(tr("电平", "Levels"), ""),
                nothing(tr("准备录音后，这里显示每一路的电平", "armed, it shows the level of each channel")),
            )
        )
    rate = f"{status.sample_rate / 1000:g} kHz"
    nobody = tr("无席位", "no seat")
    rows = [track_meter(n, names(n), idle=nobody if n in spare else "") for n in range(1, status.tracks + 1)]
    dense = " rc-dense" if status.tracks > 8 else ""  # noqa: PLR2004 - as many as the picture has room for
    recording = sight.recording.id if sight.recording else ""
    second = tr(f"{rate}，{status.bits} 位", f"{rate}, {status.bits} bits")
    box = tag("div", *rows, class_=f"rc-meters{dense}", data_recording=recording)
    return join((headed(tr("电平", "Levels"), second), box, meter_scale()))


def headed(title: str, second: str, *more: Child) -> Part:
    """Of a section: its title, and a word at the other end."""
    said = tag("span", second, class_="rc-s3 rc-num") if second else None
    return tag("div", tag("h2", title), said, *more, class_="rc-head")


def nothing(text: str) -> Part:
    """In place of a list that is empty."""
    return tag("p", text, class_="rc-s3 rc-none")


_DEAD = frozenset({AlarmKind.ZEROS, AlarmKind.STUCK, AlarmKind.DEVICE})


def track_words(sight: Sight) -> dict[str, dict[str, Any]]:
    """By number of the track, as text: how it is shown where something is wrong with it."""
    status = sight.status
    if status is None:
        return {}
    said: dict[str, dict[str, Any]] = {}
    for alarm in sorted(status.alarms, key=lambda one: (one.severe, one.kind in _DEAD)):
        tracks = [alarm.track] if alarm.track is not None else []
        if alarm.kind is AlarmKind.DEVICE and alarm.track is None:
            tracks = list(range(1, status.tracks + 1))
        for track in tracks:
            said[str(track)] = _track_word(alarm)
    return said


def _track_word(alarm: Alarm) -> dict[str, Any]:
    crit = alarm.severe or alarm.kind in _DEAD
    since = tag("span", data_since=f"{alarm.since.timestamp():.0f}", data_brief=True)
    words: dict[AlarmKind, Child] = {
        AlarmKind.ZEROS: join((tr("无声 ", "dead "), since)),
        AlarmKind.STUCK: join((tr("卡住 ", "stuck "), since)),
        AlarmKind.DEVICE: join((tr("断开 ", "gone "), since)),
        AlarmKind.SILENCE: join((tr("无人声 ", "silent "), since)),
        AlarmKind.CLIPPING: tr("削波", "clips"),
        AlarmKind.HUM: tr("交流声", "hum"),
        AlarmKind.LOW: tr("偏低", "low"),
        AlarmKind.HIGH: tr("偏高", "high"),
    }
    word = words.get(alarm.kind, tr("注意", "look"))
    glyph = state_glyph(Look.CRIT if crit else Look.WARN, size="s", label="")
    return {
        "look": "crit" if crit else "warn",
        "word": alarm.kind.value,
        "dead": alarm.kind in _DEAD,
        "html": join((glyph, word)).html,
    }


# --- the waveform


def wave_box(sight: Sight) -> Part | None:
    """Where the browser draws; nothing before there is sound."""
    if not sight.kept and not (sight.scene in {Scene.OVER, Scene.SILENT} and sight.frames):
        return None
    green = tr("绿线左边已写入磁盘", "left of the green line: on disk")
    every = tr("阴影为暂停、缺口和不入记录", "shaded: pauses, gaps and off the record")
    return waveform(green, every, live=sight.kept)


STEP = 0.5
"""Seconds of a bar of the last minute."""

MINUTE = 60.0
WHOLE_POINTS = 400


def minute(face: Face, envelope: Envelope, frames: int, now: float) -> dict[str, Any]:
    """The last minute on the wall's clock, in half seconds: the mean of what was loudest in each tenth.

    Args:
        envelope: of at least that minute; now: POSIX seconds.

    """
    end = (now // STEP + 1) * STEP
    start = end - MINUTE
    heard: list[list[float]] = [[] for _ in range(int(MINUTE / STEP))]
    for instant, level in _on_the_wall(face, envelope, frames):
        bar = int((instant - start) / STEP)
        if 0 <= bar < len(heard):
            heard[bar].append(level)
    bars = [sum(levels) / len(levels) if levels else SILENCE for levels in heard]
    disk = face.at(frames)
    return {
        "from": start, "to": end, "start": start, "step": STEP,
        "peaks": [round(max(level, -99.0)) for level in bars],
        "disk": min(disk.timestamp(), now) if disk else None,
        "label": tr("最近一分钟的波形", "waveform of the last minute"),
    }  # fmt: skip


def _on_the_wall(face: Face, envelope: Envelope, frames: int) -> Iterator[tuple[float, float]]:
    """When each point of the envelope was heard, and how loud its loudest track was."""
    loudest = _loudest(envelope)
    for begin, until, instant in face.runs(frames):
        first = max(0, int((begin - envelope.start) / envelope.seconds + 0.5))
        last = min(len(loudest), int((until - envelope.start) / envelope.seconds + 0.999))
        for i in range(first, last):
            yield instant + envelope.start + i * envelope.seconds - begin, max(loudest[i], FLOOR)


def _loudest(envelope: Envelope) -> list[float]:
    return [max(points) for points in zip(*envelope.peaks, strict=True)] if envelope.peaks else []


def whole(envelope: Envelope, rate: int, frames: int) -> dict[str, Any]:
    """The whole recording, by the second of its sound."""
    loudest = _loudest(envelope)
    return {
        "from": 0.0, "to": max(frames / rate, 1.0), "start": envelope.start, "step": envelope.seconds,
        "peaks": [round(max(level, -99.0)) for level in loudest], "disk": None,
        "label": tr("整段录音的波形", "waveform of the whole recording"),
    }  # fmt: skip


def dressed_minute(drawn: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """The minute with its marks, its spans and the times below."""
    face, frames = sight.face, sight.frames
    marks = [(one, at) for one in sight.markers if (at := face.at(one.frame)) is not None]
    spans = [
        {"kind": "off", "from": begin.timestamp(), "to": end.timestamp()}
        for first, last in off_record(sight.markers, frames)
        if (begin := face.at(first)) and (end := face.at(last))
    ]
    spans += _gaps_on_the_wall(sight)
    start, stop = drawn["from"], drawn["to"]
    return {
        **drawn,
        "marks": [flag for one, at in marks if at.timestamp() >= start and (flag := _flag(one, at.timestamp()))],
        "spans": [one for one in spans if one["to"] >= start],
        "axis": [_clock(sight, start + (stop - start) * i / 4, short=bool(i)) for i in range(5)],
    }


def _gaps_on_the_wall(sight: Sight) -> list[dict[str, Any]]:
    """Pauses and losses, and the pause that goes on."""
    face, spans = sight.face, []
    for gap in face.gaps:
        back = face.at(gap.first_frame)
        if back is not None:
            until = back.timestamp()
            spans.append({"kind": _gap_kind(gap.reason), "from": until - gap.frames / face.rate, "to": until})
    if sight.status is not None and sight.status.paused_since is not None and sight.scene is Scene.PAUSED:
        now = sight.now.timestamp()
        spans.append({"kind": "pause", "from": sight.status.paused_since.timestamp(), "to": now + STEP})
    return spans


def _gap_kind(reason: str) -> str:
    return "pause" if reason == "pause" else "gap"


def dressed_whole(drawn: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """The whole with its marks, its spans and the times below."""
    face, rate, frames = sight.face, sight.face.rate, sight.frames
    spans = [
        {"kind": "off", "from": first / rate, "to": last / rate} for first, last in off_record(sight.markers, frames)
    ]
    spans += [
        {"kind": _gap_kind(gap.reason), "from": gap.first_frame / rate, "to": gap.first_frame / rate}
        for gap in face.gaps
    ]
    end = drawn["to"]
    times = [face.at(round(end * rate * i / 4)) for i in range(5)]
    return {
        **drawn,
        "marks": [flag for one in sight.markers if (flag := _flag(one, one.frame / rate))],
        "spans": spans,
        "axis": [f"{local(one, sight):%H:%M:%S}" if one else "" for one in times],
    }


def _flag(marker: Marker, at: float) -> dict[str, Any] | None:
    if marker.kind is MarkKind.ITEM:
        return {"kind": "item", "at": at, "text": marker.note.strip()[:2]}
    return {"kind": "mark", "at": at} if marker.kind is MarkKind.MARK else None


def _clock(sight: Sight, posix: float, *, short: bool) -> str:
    at = datetime.fromtimestamp(posix, sight.now.tzinfo)
    return f"{at:%M:%S}" if short else f"{at:%H:%M:%S}"
