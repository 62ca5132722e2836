"""A meeting that is over: two items, five members of whom one sent a proxy, two observers, nine sentences."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from roomctl_records.config import RecordsConfig
from roomctl_records.drafting import minutes

from roomctl.api import (
    AgendaItem,
    DraftPoint,
    Marker,
    MarkKind,
    Meeting,
    MeetingId,
    Method,
    Person,
    PointKind,
    Recording,
    Role,
    State,
    Transcript,
    TranscriptSegment,
)
from roomctl.testing.fakes import A_MORNING, FakeContext, FakeServices

MEETING = MeetingId("01993333-0000-7000-8000-000000000002")
RATE = 48_000


def segment(second: int, speaker: str | None, text: str, **more: object) -> TranscriptSegment:
    given = {
        "id": f"r1-t1-{second:04d}",
        "recording": "r1",
        "track": 1,
        "start": float(second),
        "end": second + 4.0,
        "first_frame": second * RATE,
        "last_frame": (second + 4) * RATE,
        "raw": text,
        "text": text,
        "speaker": speaker,
    }
    return TranscriptSegment(**(given | more))


def mark(kind: MarkKind, second: int, note: str = "") -> Marker:
    return Marker(kind, second * RATE, note)


@pytest.fixture
def facts(tmp_path: Path) -> SimpleNamespace:
    """The facts, and `draft(**changes)` to write a record of them."""
    people = [
        Person(id="p1", name="张建国", unit="市政府", duty="副市长", rank=1),
        Person(id="p2", name="李晓明", unit="市住建局", duty="局长", rank=2),
        Person(id="p3", name="陈志强", unit="市财政局", duty="局长", rank=3),
        Person(id="p4", name="王芳", unit="市规划局", duty="副局长", rank=4),
        Person(id="p5", name="周涛", unit="市城管局", duty="市城管局局长", rank=5),
        Person(id="p6", name="孙丽", unit="市停车公司", duty="总经理", role=Role.OBSERVER, rank=6, items=(1,)),
        Person(id="p7", name="欧阳文华", unit="市档案馆", duty="馆长", role=Role.OBSERVER, rank=7),
    ]
    meeting = Meeting(
        id=MEETING,
        room="r",
        title="停车场建设专题会议",
        starts=datetime(2026, 11, 12, 9),
        place="第一会议室",
        chair="张建国",
        minute_taker="赵云",
        agenda=(
            AgendaItem(1, "停车场建设", unit="市住建局", presenter="李晓明"),
            AgendaItem(2, "老旧小区改造", unit="市城管局", presenter="周涛"),
        ),
        state=State.ADJOURNED,
        started_at=A_MORNING,
    )
    services = FakeServices(tmp_path / "data")
    services.hold(replace(meeting, state=State.IN_SESSION), people)
    for name in ("张建国", "李晓明", "孙丽", "欧阳文华"):
        services.sign_in(MEETING, name, method=Method.DESK)
    services.request_leave(MEETING, "陈志强", reason="出差", proxy="刘伟", proxy_duty="市财政局副局长")
    services.decide_leave(MEETING, "陈志强", granted=True, by="张建国")
    services.sign_in(MEETING, "陈志强", method=Method.DESK, proxy=True)
    services.request_leave(MEETING, "王芳", reason="参加培训")
    services.decide_leave(MEETING, "王芳", granted=True, by="张建国")
    services.held[MEETING] = meeting
    recording = Recording(
        id="r1",
        meeting=MEETING,
        number=1,
        folder="x",
        source="tone",
        recorder="audio",
        frames=600 * RATE,
        markers=(mark(MarkKind.ITEM, 10, "1"), mark(MarkKind.ITEM, 60, "2")),
    )
    transcript = Transcript(
        id="t1",
        meeting=MEETING,
        version=1,
        engine="e",
        model="m",
        segments=(
            segment(1, "张建国", "现在开会。"),
            segment(11, "李晓明", "我市停车位缺口四万个。"),
            segment(16, "李晓明", "今年新建八个停车场。"),
            segment(21, "刘伟", "财政局同意安排资金。"),
            segment(26, None, "公司年底前开工。"),
            segment(31, "张建国", "会议决定，原则同意建设方案。"),
            segment(36, "张建国", "由市住建局牵头，市财政局配合，12月底前完成选址。"),
            segment(61, "周涛", "改造小区三十个。"),
            segment(66, "张建国", "同意改造计划。"),
        ),
        points=(
            DraftPoint(kind=PointKind.DECISION, text="原则同意建设方案。", segment="r1-t1-0031"),
            DraftPoint(
                kind=PointKind.ACTION,
                text="由市住建局牵头。",
                segment="r1-t1-0036",
                owner="市住建局",
                support=("市财政局", "市规划局"),
                deadline="12月底前",
                what="完成选址",
            ),
            DraftPoint(kind=PointKind.DECISION, text="同意改造计划。", segment="r1-t1-0066"),
            DraftPoint(kind=PointKind.OPINION, text="财政局同意安排资金。", segment="r1-t1-0021"),
        ),
    )
    services.sound[MEETING] = [recording]
    services.versions[MEETING] = [transcript]

    def write(
        meeting: Meeting = meeting,
        recordings: tuple[Recording, ...] = (recording,),
        transcript: Transcript | None = transcript,
        place: str = "",
    ):
        return minutes.draft(meeting, services.attendance(MEETING), recordings, transcript, place=place)

    return SimpleNamespace(
        services=services, meeting=meeting, recording=recording, transcript=transcript, draft=write
    )


@pytest.fixture
def context(facts: SimpleNamespace) -> Callable[..., FakeContext]:
    def make(**config: object) -> FakeContext:
        return FakeContext(
            "records", facts.services.data, RecordsConfig.model_validate(config), services=facts.services
        )

    return make


@pytest.fixture
def without_marks(facts: SimpleNamespace) -> Recording:
    return replace(facts.recording, markers=())
