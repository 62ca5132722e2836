"""A meeting that was held: its sound, its roster, and a transcript with all that a secretary meets in one."""

import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from roomctl.app import Application
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId, Overrule
from roomctl.domain.recording import Marker, MarkKind
from roomctl.domain.transcript import (
    Beside,
    Change,
    Doubt,
    DraftPoint,
    Hole,
    PointKind,
    SpeakerKnownBy,
    Transcript,
    TranscriptSegment,
    Word,
)
from roomctl.services.facade import UseCases
from roomctl.services.identity import new_id

RATE = 16_000
EACH = 6.0
"""Seconds from the beginning of one sentence to that of the next; it is spoken in five of them."""

PEOPLE = (
    ("周立军", "市政府", "副市长"),
    ("李晓明", "市住建局", "局长"),
    ("王海燕", "市教育局", "局长"),
    ("陈志强", "市财政局", "局长"),
)
SAID: Sequence[tuple[int, str]] = (
    (0, "同志们，现在开会，今天研究城区学位建设和校舍维修两项工作。"),
    (0, "请市教育局局长王海燕同志汇报进展情况。"),
    (2, "今年计划新增公办学位8600个，已经完成5200个。"),
    (2, "目前有两个问题，一是用地手续办得慢，二是配套资金没有到位。"),
    (3, "市财政局第一批专项资金3000万元，12月20日前可以拨付。"),
    (1, "我补充一点，城东片区还有3所学校没有开工。"),
    (0, "好，大家的意见我都同意，原则同意市教育局提出的实施方案。"),
    (0, "由市财政局牵头，市发改委配合，12月20日前完成资金拨付。"),
    (0, "由市住建局负责，11月30日前把校舍维修的清单报上来。"),
    (0, "散会。"),
)
UNSURE = {3: "用地手续", 8: "清单"}


def sentences(count: int, recording: str) -> tuple[TranscriptSegment, ...]:
    """As many as are asked for: what was said, over and over, five seconds of each six."""
    return tuple(_sentence(n, recording) for n in range(count))


def _sentence(n: int, recording: str) -> TranscriptSegment:
    who, text = SAID[n % len(SAID)]
    which, start = n % len(SAID), n * EACH
    changes: tuple[Change, ...] = ()
    raw = text
    if which == 7:
        raw = text.replace("市发改委", "市发该委")
        changes = (Change("names", "市发该委", "市发改委", "名单里同音", text.index("市发改委")),)
    if which == 1:
        raw = text.replace("王海燕", "王海雁")
        changes = (Change("names", "王海雁", "王海燕", "名单：王海燕（同音）", text.index("王海燕")),)
    doubts = (
        (Doubt(at=text.index("8600个"), said="8600个", paper="6800个", file="汇报材料.docx"),) if which == 2 else ()
    )
    beside = Beside("汇报材料.docx", "今年计划新增公办学位6800个，目前完成5200个。", 0.86) if which == 2 else None
    return TranscriptSegment(
        id=f"r1-t1-{n + 1:05d}",
        recording=recording,
        track=1,
        start=start,
        end=start + EACH - 1,
        first_frame=round(start * RATE),
        last_frame=round((start + EACH - 1) * RATE),
        raw=raw,
        text=text,
        words=_words(text, start, UNSURE.get(which, "")),
        speaker=PEOPLE[who][0],
        known_by=SpeakerKnownBy.SEAT,
        changes=changes,
        beside=beside,
        doubts=doubts,
    )


def _words(text: str, start: float, unsure: str) -> tuple[Word, ...]:
    """Two characters each, at an even pace; those of `unsure` are heard badly."""
    low = range(text.index(unsure), text.index(unsure) + len(unsure)) if unsure else range(0)
    pace = (EACH - 1) / len(text)
    return tuple(
        Word(text[i : i + 2], start + i * pace, start + (i + 2) * pace, 0.3 if i in low or i + 1 in low else 0.95)
        for i in range(0, len(text), 2)
        if text[i : i + 2].strip("，。")
    )


def points(count: int) -> tuple[DraftPoint, ...]:
    """Those of the first time that it is said."""
    if count < len(SAID):
        return ()
    topic, decision, first, second = 1, 7, 8, 9
    return (
        DraftPoint(kind=PointKind.TOPIC, text=SAID[0][1], segment=f"r1-t1-{topic:05d}"),
        DraftPoint(kind=PointKind.DECISION, text=SAID[6][1], segment=f"r1-t1-{decision:05d}"),
        DraftPoint(
            kind=PointKind.ACTION,
            text=SAID[7][1],
            segment=f"r1-t1-{first:05d}",
            owner="市财政局",
            support=("市发改委",),
            deadline="12月20日",
            what="完成资金拨付",
        ),
        DraftPoint(
            kind=PointKind.ACTION,
            text=SAID[8][1],
            segment=f"r1-t1-{second:05d}",
            owner="市住建局",
            deadline="11月30日",
            what="报送校舍维修清单",
        ),
    )


@dataclass
class Held:
    """The meeting, seen by the use cases of another process than the host."""

    use: UseCases
    meeting: str
    recording: str

    @property
    def path(self) -> str:
        return f"/meetings/{self.meeting}/words"

    def put(self, count: int, *, version: int = 1, holes: Sequence[int] = (3,)) -> Transcript:
        """Its transcript: so many sentences, holes after those of `holes`, and points; nothing is left to do."""
        seconds = count * EACH
        return self.use.put_transcript(
            Transcript(
                id=new_id(),
                meeting=self.meeting,
                version=version,
                engine="whisper",
                model="faster-whisper-base",
                duration=seconds,
                speech=seconds,
                covered=seconds - 1.0,
                complete=True,
                segments=sentences(count, self.recording),
                holes=tuple(Hole(self.recording, 1, n * EACH - 0.9, n * EACH - 0.1) for n in holes),
                points=points(count),
            )
        )


def held(application: Application, sound: Path) -> Held:
    """A meeting that is over, with that sound."""
    use = application.usecases
    now = datetime.now(ZoneInfo(use.room.zone)).replace(second=0, microsecond=0, tzinfo=None)
    meeting = use.create(
        Meeting(
            id=MeetingId(new_id()),
            room=use.room.id,
            title="城区学位建设和校舍维修专题会议",
            starts=now,
            chair=PEOPLE[0][0],
            agenda=(AgendaItem(1, "城区学位建设", presenter="王海燕"), AgendaItem(2, "校舍维修")),
        )
    )
    use.add_people(
        meeting.id,
        [
            Person(id=new_id(), name=name, unit=unit, duty=duty, rank=n)
            for n, (name, unit, duty) in enumerate(PEOPLE, 1)
        ],
    )
    for state in (State.APPROVED, State.OPEN):
        use.transition(meeting.id, state)
    by_phone = Overrule("周立军", "录音机坏了，用手机录的音")
    use.transition(meeting.id, State.IN_SESSION, overrule=by_phone)
    use.transition(meeting.id, State.ADJOURNED, overrule=by_phone)
    recording = use.import_recording(meeting.id, sound).id
    return Held(use, meeting.id, recording)


def speech(path: Path, count: int) -> Path:
    """Noise for five of each six seconds, as loud as the sentence is long."""
    rng, one = np.random.default_rng(5), round(EACH * RATE)
    samples = np.zeros(count * one)
    for n in range(count):
        loud = 0.05 + 0.25 * len(SAID[n % len(SAID)][1]) / 40
        samples[n * one : n * one + round((EACH - 1) * RATE)] = rng.standard_normal(round((EACH - 1) * RATE)) * loud
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def nth(application: Application, n: int) -> Held:
    """Of the meetings that were held, from 0, as another process finds it."""
    use = application.usecases
    meeting = sorted(use.meetings(), key=lambda one: one.id)[n]
    return Held(use, meeting.id, use.recordings(meeting.id)[0].id)


def mark(application: Application, recording: str, second: float, note: str) -> None:
    """As the recorder leaves it when somebody presses M."""
    with application.open_uow() as uow:
        one = uow.recordings.get(recording)
        marker = Marker(MarkKind.MARK, round(second * one.sample_rate), note, number=1)
        uow.recordings.put(replace(one, markers=(*one.markers, marker)))
        uow.commit()
