"""The fakes answer as the real use cases do: each scenario runs over both."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from roomctl.api import (
    BadInput,
    Meeting,
    MeetingId,
    Method,
    NotFound,
    Person,
    Presence,
    Purpose,
    RecorderState,
    Refused,
    Services,
    State,
    Transcript,
)
from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import OVER
from roomctl.services.facade import UseCases
from roomctl.services.identity import new_id
from roomctl.storage.database import open_database
from roomctl.storage.uow import SqlUnitOfWork
from roomctl.testing.dummies import DummyPlugins, DummyRecorder
from roomctl.testing.fakes import FakeClock, FakeContext, FakeServices, FakeStore

ROSTER = ("张建国", "李晓明", "王芳")


@dataclass
class Room:
    """Services of one make, their clock, and how a meeting comes into them."""

    services: Services
    clock: FakeClock
    hold: Callable[[Meeting], None]

    def meeting(self, state: State = State.OPEN) -> MeetingId:
        meeting = Meeting(
            id=MeetingId(new_id()),
            room=self.services.room.id,
            title="局长办公会",
            starts=datetime(2026, 11, 12, 9),
            state=state,
        )
        self.hold(meeting)
        if state not in OVER:
            self.services.add_people(
                meeting.id, [Person(id=new_id(), name=name, rank=n) for n, name in enumerate(ROSTER, 1)]
            )
        return meeting.id


class NoModels:
    """The scenarios ask for none."""

    installed = folder = verify = None


@pytest.fixture(params=["fake", "real"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    clock = FakeClock()
    if request.param == "fake":
        fake = FakeServices(tmp_path, clock=clock)
        yield Room(fake, clock, fake.hold)
        return
    database = open_database(tmp_path / "roomctl.db", room_name="第一会议室")

    def hold(meeting: Meeting) -> None:
        with SqlUnitOfWork(database, new_id) as uow:
            uow.meetings.add(meeting)
            uow.commit()

    def tape(folder: Path) -> DummyRecorder:
        recorder = DummyRecorder(folder)
        recorder.length = 60 * 48_000
        return recorder

    plugins = DummyPlugins(made=tape)
    real = UseCases(
        data=tmp_path,
        actor=Actor.person("赵敏"),
        clock=clock,
        open_uow=lambda: SqlUnitOfWork(database, new_id),
        plugins=lambda: plugins,
        models=NoModels(),
    )
    yield Room(real, clock, hold)
    database.close()


def test_people_sign_in_by_name_and_are_counted(room: Room) -> None:
    meeting = room.meeting()
    assert [person.name for person in room.services.roster(meeting)] == list(ROSTER)
    standing = room.services.sign_in(meeting, "王芳", method=Method.DESK)
    assert standing.presence is Presence.PRESENT
    assert standing.arrived == room.clock.now()
    room.clock.advance(60)
    room.services.leave_early(meeting, "王芳")
    counts = room.services.attendance(meeting).counts
    assert (counts.expected, counts.present, counts.left_early) == (3, 1, 1)


def test_a_proxy_needs_a_granted_leave(room: Room) -> None:
    meeting = room.meeting()
    use = room.services
    steps = itertools.count(1)

    def later() -> None:
        room.clock.advance(next(steps))

    assert use.request_leave(meeting, "李晓明", reason="出差", proxy="刘伟").pending_leave
    with pytest.raises(Refused):
        use.sign_in(meeting, "李晓明", method=Method.DESK, proxy=True)
    later()
    assert use.decide_leave(meeting, "李晓明", granted=True, by="张建国").presence is Presence.ON_LEAVE
    later()
    assert use.sign_in(meeting, "李晓明", method=Method.DESK, proxy=True).written == "刘伟（代李晓明）"
    later()
    assert use.undo_attendance(meeting, "李晓明").presence is Presence.ON_LEAVE
    assert use.attendance(meeting).counts.leave == 1


def test_what_cannot_be_is_refused(room: Room) -> None:
    meeting = room.meeting()
    with pytest.raises(NotFound):
        room.services.sign_in(meeting, "孙悟空", method=Method.DESK)
    with pytest.raises(Refused):
        room.services.undo_attendance(meeting, "王芳")
    with pytest.raises(NotFound):
        room.services.meeting(new_id())


def test_meetings_are_listed_by_state_the_newest_first(room: Room) -> None:
    first, second = room.meeting(State.PLANNED), room.meeting(State.OPEN)
    assert [one.id for one in room.services.meetings()] == [second, first]
    assert [one.id for one in room.services.meetings(State.PLANNED)] == [first]


def test_nothing_is_there_before_it_was_put(room: Room) -> None:
    meeting = room.meeting()
    use = room.services
    assert use.transcript(meeting) is None
    assert use.check_report(meeting) is None
    assert list(use.recordings(meeting)) == list(use.documents(meeting)) == list(use.packages(meeting)) == []


def test_a_file_is_brought_in_and_what_was_transcribed_whole_is_so_no_longer(room: Room, tmp_path: Path) -> None:
    meeting, use = room.meeting(State.ADJOURNED), room.services
    use.put_transcript(Transcript(id=new_id(), meeting=meeting, version=1, engine="w", model="m", complete=True))
    file = tmp_path / "录音笔.wav"
    file.write_bytes(b"RIFF")
    seen: list[float] = []
    made = use.import_recording(meeting, file, seen=lambda done, _all: seen.append(done))
    assert (made.number, made.purpose, made.state, made.seconds) == (1, Purpose.IMPORT, RecorderState.SEALED, 60.0)
    assert seen[-1] == made.seconds
    assert [one.id for one in use.recordings(meeting)] == [made.id]
    transcript = use.transcript(meeting)
    assert transcript is not None
    assert not transcript.complete
    with pytest.raises(BadInput):
        use.import_recording(meeting, tmp_path / "no.wav")
    with pytest.raises(Refused):
        use.import_recording(room.meeting(State.CLOSED), file)


def test_a_store_gives_back_json_and_not_the_same_object() -> None:
    store, value = FakeStore(), {"names": ["王芳"]}
    store.put("roster", value)
    value["names"].append("x")
    assert store.get("roster") == {"names": ["王芳"]}
    assert store.get("other", 7) == 7
    with pytest.raises(TypeError):
        store.put("when", object())
    store.delete("roster")
    assert store.keys() == []


def test_a_context_notes_what_was_published(tmp_path: Path) -> None:
    ctx = FakeContext("hello", tmp_path)
    ctx.publish("greeted", {"who": "王芳"}, "m1")
    (event,) = ctx.published
    assert (event.kind, event.data, event.meeting) == ("x.hello.greeted", {"who": "王芳"}, "m1")


def test_the_clock_moves_by_hand_alone() -> None:
    clock = FakeClock()
    before = clock.now(), clock.monotonic()
    assert (clock.now(), clock.monotonic()) == before
    clock.sleep(3)
    assert (clock.now() - before[0]).total_seconds() == clock.monotonic() - before[1] == 3
