"""What the secretary's page is told: what is locked and why, and where each sound stands in the meeting."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.observers import Place
from roomctl.domain.order_log import LogEntry, LogKind
from roomctl.domain.recording import Marker, MarkKind, RecorderState, RecordingHead, SealedSound
from roomctl.domain.transcript import Transcript, TranscriptHead
from roomctl.i18n import speaking
from roomctl.web.pages.links import Facts
from roomctl.web.pages.secretary.bars import bars
from roomctl.web.pages.secretary.sight import Sight, opened

RATE = 16_000
MEETING = Meeting(
    id=MeetingId("m1"),
    room="r1",
    title="停车场建设专题研究",
    starts=datetime(2026, 11, 12, 9, 0),
    state=State.ADJOURNED,
    agenda=(AgendaItem(1, "停车场建设"),),
)
HEAD = Transcript(id="t1", meeting="m1", version=2, engine="whisper", model="base", speech=90.0, covered=60.0)


def recording(number: int, seconds: float, *markers: Marker) -> RecordingHead:
    return RecordingHead(
        id=f"s{number}", meeting="m1", number=number, recorder="audio", source="mic", folder="f", tracks=1,
        sample_rate=RATE, state=RecorderState.SEALED, frames=round(seconds * RATE), markers=markers,
    )  # fmt: skip


def sight(*roles: Role, state: State = State.ADJOURNED, head: Transcript = HEAD, **facts) -> Sight:
    sealed = {one.id: SealedSound(parts=1, segments=1, end=one.frames) for one in facts.get("recordings", ())}
    return Sight(
        facts=Facts(meeting=replace(MEETING, state=state), sealed=sealed, **facts),
        user=User("孙丽", frozenset(roles or {Role.SECRETARY})),
        heads=[TranscriptHead(head, 12)],
        roster=(),
    )


def test_what_was_noted_stands_in_the_meetings_time_and_what_has_no_frame_stands_last():
    def entry(name, recording, frame):
        kind = LogKind("order", ("秩序", "order"))
        at = datetime(2026, 11, 12, 1, tzinfo=UTC)
        return LogEntry(id=name, kind=kind, text=name, by="周强", at=at, place=Place(recording, frame))

    seen = sight(
        recordings=[recording(1, 60.0, Marker(MarkKind.MARK, 20 * RATE, "续水", number=1)), recording(2, 30.0)]
    )
    seen = replace(seen, log=(entry("a", "s2", 5 * RATE), entry("b", "", None), entry("c", "s1", 10 * RATE)))
    with speaking("zh"):
        told = opened(seen)["notes"]
    assert [(one["at"], one["kind"], one["text"]) for one in told] == [
        (10.0, "秩序", "c"),
        (20.0, "标记", "续水"),
        (65.0, "秩序", "a"),
        (None, "秩序", "b"),
    ]


def test_recordings_follow_each_other_and_marks_stand_in_the_meetings_time():
    told = opened(
        sight(
            recordings=[
                recording(2, 30.0, Marker(MarkKind.ITEM, 10 * RATE, "1", number=1)),
                recording(
                    1, 60.0, Marker(MarkKind.OFF_RECORD, 20 * RATE, "", number=1),
                    Marker(MarkKind.ON_RECORD, 25 * RATE, "", number=2),
                ),
            ]
        )
    )  # fmt: skip
    assert [(one["id"], one["at"], one["sealed"]) for one in told["sounds"]] == [
        ("s1", 0.0, 60.0),
        ("s2", 60.0, 30.0),
    ]
    assert told["sounds"][0]["off"] == [[20.0, 25.0]]
    assert (told["seconds"], told["items"]) == (90.0, [{"at": 70.0, "n": "1"}])


@pytest.mark.parametrize("state", [State.IN_SESSION, State.RECESS, State.ADJOURNED])
def test_a_secretary_writes_until_the_meeting_is_closed(state):
    assert opened(sight(state=state))["locked"] == ""


@pytest.mark.parametrize("state", [State.CLOSED, State.DEPOSITED, State.ARCHIVED])
def test_afterwards_the_page_is_read_only_and_says_why(state):
    seen = sight(state=state)
    assert "已在档案包里" in opened(seen)["locked"]
    assert "只读" in bars(seen).html


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ARCHIVIST])
def test_who_may_not_correct_is_told_who_may(role):
    told = opened(sight(role))
    assert "秘书" in told["locked"]
    assert told["hear"] is (role is Role.APPROVER)


def test_a_transcript_that_grows_says_how_far_it_is_and_one_that_stopped_says_why():
    assert "还差 0 分 30 秒" not in bars(sight()).html
    assert "已有 1 分 00 秒 的文字" in bars(sight()).html
    assert not bars(sight(head=replace(HEAD, complete=True))).html
    stuck = bars(sight(stuck={"transcript": "没有安装模型"})).html
    assert "转写停了，声音已存" in stuck
    assert "没有安装模型" in stuck


@pytest.mark.parametrize(
    ("state", "sentences", "recorded", "why"),
    [
        (State.APPROVED, 0, True, "会议还没有开始"),
        (State.OPEN, 0, False, "会议还没有开始"),
        (State.CANCELLED, 0, True, "会议已取消"),
        (State.IN_SESSION, 0, True, "还没有文字"),
        (State.RECESS, 12, True, ""),
        (State.IN_SESSION, 0, False, ""),
        (State.ADJOURNED, 0, True, ""),
    ],
)
def test_a_record_is_sent_for_review_once_there_is_something_to_send(state, sentences, recorded, why):
    seen = sight(state=state)
    seen = replace(
        seen,
        facts=replace(seen.facts, meeting=replace(seen.facts.meeting, recorded=recorded)),
        heads=[TranscriptHead(HEAD, sentences)] if sentences else [],
    )
    told = opened(seen)["unsent"]
    assert told.startswith(why)
    assert bool(told) is bool(why)
