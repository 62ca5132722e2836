"""The life cycle: its table, and random walks through it on the real storage."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from uuid_utils import uuid7

from roomctl.domain import events
from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import TRANSITIONS, Need, State, find, ways_out
from roomctl.domain.meeting import Meeting, MeetingId, Objected, Objection, Overrule
from roomctl.errors import Refused
from roomctl.storage.audit import verify_log
from roomctl.storage.database import Database, open_database
from roomctl.storage.uow import SqlUnitOfWork

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
WHO = Actor.person("张建国")


def _meeting(**given) -> Meeting:
    starts = datetime(2026, 11, 12, 9, 0)
    return Meeting(**{"id": MeetingId("m1"), "room": "r", "title": "专题会议", "starts": starts, **given})


# --- the table ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("goal", State)
def test_every_state_can_be_reached_from_a_planned_meeting(goal):
    reached, edge = {State.PLANNED}, [State.PLANNED]
    while edge:
        edge = [row.target for state in edge for row in ways_out(state) if row.target not in reached]
        reached.update(edge)
    assert goal in reached


def test_two_states_are_final():
    assert {state for state in State if not list(ways_out(state))} == {State.ARCHIVED, State.CANCELLED}


def test_a_step_stands_in_the_table_once():
    steps = [(row.source, row.target) for row in TRANSITIONS]
    assert len(steps) == len(set(steps))


@pytest.mark.parametrize(("source", "target"), [*itertools.product(State, State)])
def test_only_steps_of_the_table_can_be_taken(source, target):
    meeting = _meeting(state=source, facts=frozenset(Need))
    if find(source, target):
        after, event = meeting.move(target, actor=WHO, at=AT, reason="原因")
        assert after.state is target
        assert (event.data["from"], event.data["to"]) == (source, target)
    else:
        with pytest.raises(Refused):
            meeting.move(target, actor=WHO, at=AT, reason="原因")


@pytest.mark.parametrize("row", [row for row in TRANSITIONS if row.needs], ids=lambda row: row.event)
def test_each_need_alone_keeps_a_meeting_where_it_is(row):
    for missing in row.needs - {Need.URGENT_REASON}:
        meeting = _meeting(state=row.source, facts=frozenset(Need) - {missing})
        with pytest.raises(Refused, match=missing.label):
            meeting.move(row.target, actor=WHO, at=AT)


def test_an_urgent_meeting_opens_at_once_and_closes_when_its_reason_is_known():
    opened, _ = _meeting().move(State.OPEN, actor=WHO, at=AT)
    assert opened.urgent
    adjourned = replace(opened, state=State.ADJOURNED, facts=frozenset({Need.CLEARED, Need.TRANSCRIPT}))
    assert adjourned.unmet(State.CLOSED) == {Need.URGENT_REASON}
    assert not replace(adjourned, urgent_reason="防汛").unmet(State.CLOSED)


def test_an_approved_meeting_that_opens_is_not_urgent():
    opened, _ = _meeting(state=State.APPROVED).move(State.OPEN, actor=WHO, at=AT)
    assert not opened.urgent


@pytest.mark.parametrize("row", [row for row in TRANSITIONS if row.reason], ids=lambda row: row.event)
@pytest.mark.parametrize("reason", ["", "  "])
def test_cancelling_and_returning_need_a_reason(row, reason):
    with pytest.raises(Refused):
        _meeting(state=row.source).move(row.target, actor=WHO, at=AT, reason=reason)


@pytest.mark.parametrize("overrule", [None, Overrule("", "赶时间"), Overrule("张建国", " ")])
def test_an_objection_stands_until_a_named_person_gives_a_reason(overrule):
    objection = Objection("av_check", "投影机灯泡超时", "换灯泡")
    with pytest.raises(Objected, match=r"投影机灯泡超时 \(换灯泡\)"):
        _meeting(state=State.OPEN).move(State.IN_SESSION, actor=WHO, at=AT, objections=[objection], overrule=overrule)


def test_overruling_is_told_with_name_reason_and_objections():
    objection = Objection("av_check", "投影机灯泡超时")
    _, event = _meeting(state=State.OPEN).move(
        State.IN_SESSION, actor=WHO, at=AT, objections=[objection], overrule=Overrule("王主任", "备用投影机已到")
    )
    assert event.data["overruled"] == {
        "by": "王主任",
        "reason": "备用投影机已到",
        "objections": ["av_check: 投影机灯泡超时"],
    }


def test_what_else_an_event_tells_never_hides_where_it_led():
    _, event = _meeting().move(State.APPROVED, actor=WHO, at=AT, data={"to": "nowhere", "frame": 48_000})
    assert event.data == {"from": "planned", "to": "approved", "frame": 48_000}


def test_the_session_begins_once_and_ends_at_the_last_adjournment():
    started, _ = _meeting(state=State.OPEN).move(State.IN_SESSION, actor=WHO, at=AT)
    paused, _ = started.move(State.RECESS, actor=WHO, at=AT + timedelta(hours=1))
    again, _ = paused.move(State.IN_SESSION, actor=WHO, at=AT + timedelta(hours=2))
    ended, _ = again.move(State.ADJOURNED, actor=WHO, at=AT + timedelta(hours=3))
    assert (ended.started_at, ended.adjourned_at) == (AT, AT + timedelta(hours=3))


# --- walks through the real storage --------------------------------------------------------------------------------


WAY = (
    State.APPROVED, State.OPEN, State.IN_SESSION, State.RECESS, State.IN_SESSION, State.ADJOURNED, State.CLOSED,
    State.DEPOSITED, State.DEPOSITED, State.ARCHIVED,
)  # fmt: skip


class LifeCycle(RuleBasedStateMachine):
    """Somebody who tries every button, also those that should not be there; some begin in the middle."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.uow = SqlUnitOfWork(database, lambda: str(uuid7()))
        self.minutes = itertools.count()
        self.state, self.facts, self.urgent, self.told = State.PLANNED, set(), False, ["created"]

    @initialize(far=st.integers(0, WAY.index(State.ADJOURNED) + 1))
    def plan(self, far: int) -> None:
        self.id = str(uuid7())
        with self.uow as uow:
            uow.meetings.add(_meeting(id=self.id, room=uow.room.id))
            uow.events.append(events.Event(stream=self.id, kind="meeting.created", actor=WHO, at=self._now()))
            uow.commit()
        if far:
            self._meet_them_all()
        for state in WAY[:far]:
            self._try(state)

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        ways = [row.target for row in ways_out(self.state)]
        # a cancelled meeting walks no further, so that way is taken now and then only
        rare = [way for way in ways if way is not State.CANCELLED] or ways
        if ways:
            self._try(data.draw(st.sampled_from([*rare, *rare, *ways])))

    @rule(state=st.sampled_from(State).filter(lambda state: state is not State.CANCELLED))
    def try_anything(self, state: State) -> None:
        self._try(state)

    @rule(need=st.sampled_from(sorted(set(Need) - {Need.URGENT_REASON})))
    def meet_a_need(self, need: Need) -> None:
        self.facts.add(need)
        with self.uow as uow:
            uow.meetings.save(uow.meetings.get(self.id).hold(need))
            uow.commit()

    def _meet_them_all(self) -> None:
        for need in set(Need) - {Need.URGENT_REASON}:
            self.meet_a_need(need)

    @rule()
    def give_the_urgent_reason(self) -> None:
        with self.uow as uow:
            uow.meetings.save(replace(uow.meetings.get(self.id), urgent_reason="防汛"))
            uow.commit()
        self.facts.add(Need.URGENT_REASON)

    def _try(self, target: State) -> None:
        step = find(self.state, target)
        held = self.facts | (set() if self.urgent else {Need.URGENT_REASON})
        try:
            with self.uow as uow:
                meeting, event = uow.meetings.get(self.id).move(target, actor=WHO, at=self._now(), reason="原因")
                uow.meetings.save(meeting)
                uow.events.append(event)
                uow.commit()
        except Refused:
            assert step is None or not step.needs <= held
            return
        assert step is not None
        assert step.needs <= held
        if (self.state, target) == (State.PLANNED, State.OPEN):
            self.urgent = True
            self.facts.add(Need.URGENT_REASON)  # a reason was given with it
        self.state = target
        self.told.append(step.event)
        SEEN.add(target)

    @invariant()
    def what_is_stored_is_what_happened(self) -> None:
        with self.uow.reading() as uow:
            meeting = uow.meetings.get(self.id)
            rows = list(uow.events.stream(self.id))
            head = uow.events.head(self.id)
        assert (meeting.state, meeting.urgent) == (self.state, self.urgent)
        assert [row.kind for row in rows] == [f"meeting.{event}" for event in self.told]
        assert list(events.verify(rows, head)) == []
        led = [json.loads(row.data) for row in rows[1:]]
        assert [told["from"] for told in led] == ["planned", *(told["to"] for told in led)][: len(led)]

    def _now(self) -> datetime:
        return AT + timedelta(minutes=next(self.minutes))


SEEN: set[State] = set()


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    opened = open_database(tmp_path / "roomctl.db")
    yield opened
    opened.close()


def test_whatever_is_tried_the_meeting_its_events_and_the_chain_agree(database):
    SEEN.clear()
    SEEN.add(State.PLANNED)
    run_state_machine_as_test(
        lambda: LifeCycle(database), settings=settings(max_examples=30, stateful_step_count=30, deadline=None)
    )
    assert verify_log(database, database.heads.path) == []
    assert {State.OPEN, State.IN_SESSION, State.RECESS, State.ADJOURNED} <= SEEN, "the walks stay at the door"


def test_one_walk_passes_through_every_state_of_a_whole_meeting(database):
    walk = LifeCycle(database)
    walk.plan(0)
    walk._meet_them_all()
    for state in WAY:
        walk._try(state)
        walk.what_is_stored_is_what_happened()
        assert walk.state is state
    assert verify_log(database, database.heads.path) == []
