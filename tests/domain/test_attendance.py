from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.attendance import (
    ENTERED,
    EXITED,
    LEAVE_DECIDED,
    LEAVE_REQUESTED,
    LEFT,
    MAX_NAME,
    SIGNED_IN,
    UNDONE,
    Fact,
    Person,
    Presence,
    Question,
    Role,
    check_proxy,
    derive,
    find_person,
)
from roomctl.errors import BadInput, NotFound, Refused

START = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
LI = Person(id="p1", name="李晓明", rank=1)
CHEN = Person(id="p2", name="陈志强", rank=2)
GUEST = Person(id="p3", name="列席人", role=Role.OBSERVER, items=(2,))
ROSTER = (LI, CHEN, GUEST)

times = st.integers(-60, 60).map(lambda minutes: START + timedelta(minutes=minutes))


KINDS = [SIGNED_IN, SIGNED_IN, LEFT, ENTERED, EXITED, LEAVE_REQUESTED, LEAVE_DECIDED, UNDONE]


@st.composite
def histories(draw):
    """Any events in any order: of people on the roster and off it, sensible or not."""
    facts = []
    for n in range(draw(st.integers(0, 12))):
        kind = draw(
            st.sampled_from([SIGNED_IN, SIGNED_IN, LEFT, ENTERED, EXITED, LEAVE_REQUESTED, LEAVE_DECIDED, UNDONE])
        )
        data = {"person": draw(st.sampled_from(["p1", "p2", "p3", "nobody"]))}
        match kind:
            case "attendance.signed_in":
                data["proxy"] = draw(st.booleans())
            case "attendance.leave_requested":
                data |= {"reason": "出差", "proxy": draw(st.sampled_from(["", "刘伟"]))}
            case "attendance.leave_decided":
                data |= {"granted": draw(st.booleans()), "by": "王主任"}
            case "attendance.undone":
                data["event"] = f"e{draw(st.integers(0, 12)):02}"
        facts.append(Fact(f"e{n:02}", kind, draw(times), data))
    return facts


def _derive(*facts: Fact, ended: bool = False):
    return derive(ROSTER, facts, began_at=START, ended=ended)


def _fact(name: str, kind: str, minute: int, person: str = "p2", **data) -> Fact:
    return Fact(name, kind, START + timedelta(minutes=minute), {"person": person, **data})


@given(facts=histories(), ended=st.booleans())
def test_the_counts_add_up_whatever_happened(facts, ended):
    counts = _derive(*facts, ended=ended).counts
    assert counts.expected == counts.present + counts.leave + counts.absent == 2
    assert counts.late + counts.left_early <= counts.present
    assert counts.proxy <= counts.present
    assert counts.observer <= 1


@given(data=st.data(), facts=histories())
def test_the_order_in_which_events_arrive_does_not_matter(data, facts):
    assert _derive(*data.draw(st.permutations(facts))) == _derive(*facts)


@given(facts=histories(), twice=st.integers(0, 11))
def test_the_same_event_twice_is_one_event(facts, twice):
    assert _derive(*facts, *facts[twice : twice + 1]) == _derive(*facts)


@given(facts=histories().filter(bool))
def test_undoing_the_newest_event_gives_what_was_before_it(facts):
    newest = max(facts, key=lambda fact: (fact.at, fact.id))
    undo = Fact("z", UNDONE, newest.at, {"person": newest.data["person"], "event": newest.id})
    rest = [fact for fact in facts if fact is not newest]
    assert _derive(*facts, undo) == _derive(*rest)


@given(facts=histories().filter(bool))
def test_undoing_the_undo_gives_it_back(facts):
    newest = max(facts, key=lambda fact: (fact.at, fact.id))
    undo = Fact("y", UNDONE, newest.at, {"event": newest.id})
    undo_that = Fact("z", UNDONE, newest.at, {"event": "y"})
    assert _derive(*facts, undo, undo_that) == _derive(*facts)


@given(facts=histories())
def test_the_end_of_the_meeting_changes_only_who_never_came(facts):
    before, after = _derive(*facts), _derive(*facts, ended=True)
    assert before.counts == after.counts
    for one, other in zip(before.standings, after.standings, strict=True):
        if one.presence is Presence.EXPECTED:
            assert other.presence is Presence.ABSENT
        else:
            assert one == other


@given(facts=histories())
def test_a_proxy_stands_only_where_an_approved_leave_names_one(facts):
    for standing in _derive(*facts).standings:
        if standing.proxy_arrived:
            assert standing.proxy == "刘伟"
            assert standing.approver == "王主任"
            assert standing.written == f"刘伟（代{standing.person.name}）"


@pytest.mark.parametrize(("minute", "presence"), [(-15, Presence.PRESENT), (0, Presence.PRESENT), (1, Presence.LATE)])
def test_who_signs_in_after_the_start_is_late(minute, presence):
    assert _derive(_fact("a", SIGNED_IN, minute)).of("p2").presence is presence


def test_nobody_is_late_before_it_is_known_when_it_began():
    standing = derive(ROSTER, [_fact("a", SIGNED_IN, 30)], began_at=None).of("p2")
    assert standing.presence is Presence.PRESENT


def test_signing_in_twice_counts_from_the_first_time():
    standing = _derive(_fact("a", SIGNED_IN, -5), _fact("b", SIGNED_IN, 5)).of("p2")
    assert (standing.presence, standing.arrived) == (Presence.PRESENT, START - timedelta(minutes=5))


def test_who_leaves_early_and_comes_back_is_present():
    left = [_fact("a", SIGNED_IN, -5), _fact("b", LEFT, 30)]
    assert _derive(*left).of("p2").presence is Presence.LEFT_EARLY
    assert _derive(*left, _fact("c", SIGNED_IN, 40)).of("p2").presence is Presence.PRESENT


def test_who_never_came_cannot_have_left():
    standing = _derive(_fact("a", LEFT, 30)).of("p2")
    assert (standing.presence, standing.left) == (Presence.EXPECTED, None)


def test_a_leave_counts_when_it_is_granted():
    asked = _fact("a", LEAVE_REQUESTED, -60, reason="出差", proxy="")
    assert _derive(asked).of("p2").pending_leave
    assert _derive(asked, _fact("b", LEAVE_DECIDED, -50, granted=False, by="王主任")).of("p2").reason == ""
    granted = _derive(asked, _fact("b", LEAVE_DECIDED, -50, granted=True, by="王主任"))
    standing = granted.of("p2")
    assert (standing.presence, standing.reason, standing.approver) == (Presence.ON_LEAVE, "出差", "王主任")
    assert not standing.pending_leave
    assert granted.counts.leave == 1


PROXY = (
    _fact("a", LEAVE_REQUESTED, -60, reason="出差", proxy="刘伟", proxy_duty="副局长"),
    _fact("b", LEAVE_DECIDED, -50, granted=True, by="王主任"),
    _fact("c", SIGNED_IN, -10, proxy=True),
)


def test_a_member_whose_proxy_came_counts_once_under_present():
    attendance = _derive(*PROXY)
    counts = attendance.counts
    assert (counts.present, counts.proxy, counts.leave, counts.absent) == (1, 1, 0, 1)
    assert attendance.of("p2").written == "刘伟（代陈志强）"


def test_a_member_who_comes_after_all_takes_the_place_of_the_proxy():
    attendance = _derive(*PROXY, _fact("d", SIGNED_IN, 20))
    assert (attendance.counts.present, attendance.counts.proxy) == (1, 0)
    assert attendance.of("p2").written == "陈志强"


def test_a_proxy_whose_leave_was_taken_back_stands_for_nobody():
    attendance = _derive(*PROXY, _fact("d", UNDONE, 0, event="b"))
    standing = attendance.of("p2")
    assert (standing.presence, standing.written, attendance.counts.proxy) == (Presence.EXPECTED, "陈志强", 0)


def test_a_proxy_who_comes_back_has_not_left():
    attendance = _derive(*PROXY, _fact("d", LEFT, 10), _fact("e", SIGNED_IN, 20, proxy=True))
    assert attendance.of("p2").presence is Presence.PRESENT


def test_a_proxy_signs_in_only_where_the_leave_was_approved():
    check_proxy(_derive(*PROXY[:2]).of("p2"))
    for facts in ((), PROXY[:1]):
        with pytest.raises(Refused, match="陈志强"):
            check_proxy(_derive(*facts).of("p2"))


def test_a_proxy_without_an_approved_leave_and_both_coming_are_questions():
    refused = (*PROXY[:1], _fact("b", LEAVE_DECIDED, -50, granted=False, by="王主任", note="须本人参加"), PROXY[2])
    assert _derive(*refused).of("p2").questions == (Question.PROXY_NOT_APPROVED,)
    assert _derive(*PROXY).of("p2").questions == ()
    assert _derive(*PROXY, _fact("d", SIGNED_IN, 20)).of("p2").questions == (Question.BOTH_CAME,)


@pytest.mark.parametrize("kind", [SIGNED_IN, ENTERED])
def test_an_observer_comes_for_an_item_and_is_neither_late_nor_early(kind):
    came = [_fact("a", kind, 30, person="p3", item=2), _fact("b", EXITED, 40, person="p3", item=2)]
    standing = _derive(*came).of("p3")
    assert (standing.presence, standing.here) == (Presence.PRESENT, False)
    assert _derive(*came).counts.observer == 1


def test_what_was_signed_on_glass_belongs_to_the_sign_in_that_still_counts():
    signed = _fact("a", SIGNED_IN, -5, signature="s1")
    assert _derive(signed).of("p2").signature == "s1"
    assert _derive(signed, _fact("b", UNDONE, -4, event="a")).of("p2").signature == ""


def test_observers_stand_outside_the_sums():
    counts = _derive(_fact("a", SIGNED_IN, 0, person="p3")).counts
    assert (counts.expected, counts.present, counts.observer) == (2, 0, 1)


def test_people_stand_in_order_of_rank_and_those_without_one_last():
    people = [Person(id="1", name="无"), Person(id="2", name="二", rank=2), Person(id="3", name="一", rank=1)]
    standings = derive(people, (), began_at=START).standings
    assert [standing.person.name for standing in standings] == ["一", "二", "无"]


@pytest.mark.parametrize("name", ["", "  ", "长" * (MAX_NAME + 1), "\u200b", "\u202e\u00ad ", "\u3164"])
def test_a_name_has_1_to_40_characters_that_can_be_seen(name):
    with pytest.raises(BadInput):
        replace(LI, name=name)


@pytest.mark.parametrize("name", ["𠮷", "买买提·吐尔逊", "长" * MAX_NAME])
def test_rare_characters_and_long_names_are_names(name):
    assert replace(LI, name=name).name == name


def test_a_person_is_found_by_name_or_id():
    assert find_person(ROSTER, "陈志强") is find_person(ROSTER, "p2") is CHEN


def test_nobody_of_that_name_is_not_found():
    with pytest.raises(NotFound, match="王五") as refused:
        find_person(ROSTER, "王五")
    assert refused.value.mend
    with pytest.raises(NotFound):
        _derive().of("p9")


def test_two_people_of_one_name_are_told_apart_by_unit_and_id():
    twins = [Person(id="a", name="王伟", unit="财政局"), Person(id="b", name="王伟", unit="教育局")]
    with pytest.raises(Refused, match=r"财政局.*\(a\).*教育局.*\(b\)"):
        find_person(twins, "王伟")
    assert find_person(twins, "b").unit == "教育局"
