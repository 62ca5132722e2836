"""What may be changed in a plan, and until when."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.planning import APPROVED, ARRANGED, FACTS, edit, name_of, open_facts
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import BadInput, Refused

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
WHO = Actor.person("孙丽")
FACTS_OF_IT = {"id": MeetingId("m1"), "room": "r", "title": "专题会议", "starts": datetime(2026, 11, 12, 9, 0)}
ITEMS = (AgendaItem(1, "停车场建设"), AgendaItem(2, "老旧小区改造"))


def meeting(state=State.PLANNED, **facts):
    return Meeting(**{**FACTS_OF_IT, "agenda": ITEMS, "state": state, **facts})


def changed(before, **changes):
    return edit(before, changes, actor=WHO, at=AT)


def test_the_event_tells_what_stood_there_and_what_stands_there_now():
    after, event = changed(meeting(chair="张建国"), chair="王海燕", catering="")
    assert after.chair == "王海燕"
    assert event.kind == "meeting.edited"
    assert event.data == {"changes": {"chair": ["张建国", "王海燕"]}}


def test_what_changes_nothing_is_no_event():
    before = meeting()
    assert changed(before, title="专题会议") == (before, None)


@pytest.mark.parametrize("fact", sorted(APPROVED))
def test_an_approved_plan_that_changes_needs_its_approval_again(fact):
    other = {
        "starts": datetime(2026, 11, 13, 9, 0), "planned_minutes": 90, "agenda": ITEMS[:1], "recorded": False,
        "secrecy": Secrecy(Level.INTERNAL),
    }  # fmt: skip
    after, event = changed(meeting(State.APPROVED), **{fact: other.get(fact, "别的")})
    assert after.state is State.PLANNED
    assert (event.data["from"], event.data["to"]) == ("approved", "planned")


@pytest.mark.parametrize("fact", sorted(ARRANGED))
def test_what_only_serves_the_meeting_leaves_the_approval_as_it_is(fact):
    after, event = changed(meeting(State.APPROVED), **{fact: "盒饭 30 份"})
    assert after.state is State.APPROVED
    assert "to" not in event.data


def test_less_and_less_may_be_changed_and_at_last_nothing():
    sizes = [len(open_facts(state)) for state in (State.PLANNED, State.OPEN, State.IN_SESSION, State.CLOSED)]
    assert sizes == sorted(sizes, reverse=True)
    assert open_facts(State.PLANNED) == FACTS
    assert not open_facts(State.CANCELLED) | open_facts(State.ARCHIVED)


def test_what_is_fixed_is_named_with_the_state():
    with pytest.raises(Refused, match=r"in session.*start"):
        changed(meeting(State.IN_SESSION), starts=datetime(2026, 11, 13, 9, 0))


def test_what_is_filled_in_after_the_preparations_began_says_so():
    _after, event = changed(meeting(State.IN_SESSION, urgent=True), title="防汛会商")
    assert event.data["late"] is True


@pytest.mark.parametrize("state", [State.OPEN, State.RECESS])
def test_items_are_renamed_and_added_but_change_no_places_once_they_are_known_by_number(state):
    swapped = (AgendaItem(1, "老旧小区改造"), AgendaItem(2, "停车场建设"))
    with pytest.raises(Refused):
        changed(meeting(state), agenda=swapped)
    assert changed(meeting(), agenda=swapped)[0].agenda == swapped
    renamed = (AgendaItem(1, "停车场"), ITEMS[1], AgendaItem(3, "临时议题"))
    assert changed(meeting(state), agenda=renamed)[0].agenda == renamed


def test_no_item_goes_once_people_and_papers_are_named_by_its_number():
    with pytest.raises(Refused, match="no item can be taken off"):
        changed(meeting(State.OPEN), agenda=ITEMS[:1])
    after, _event = changed(meeting(State.OPEN), agenda=(*ITEMS, AgendaItem(3, "临时动议")))
    assert len(after.agenda) == 3


def test_a_level_that_people_were_told_is_raised_but_never_lowered():
    inside = replace(meeting(State.OPEN), secrecy=Secrecy(Level.INTERNAL))
    with pytest.raises(Refused, match="密级 cannot be lowered"):
        changed(inside, secrecy=Secrecy())
    after, _event = changed(
        meeting(State.OPEN), agenda=(replace(ITEMS[0], secrecy=Secrecy(Level.INTERNAL)), ITEMS[1])
    )
    assert after.highest_secrecy.level is Level.INTERNAL


def test_a_meeting_without_a_title_is_none():
    with pytest.raises(BadInput, match="no title"):
        changed(meeting(), title="　")


def test_every_fact_has_a_name():
    assert all(name_of(fact) for fact in FACTS)
