from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.attendance import ENTERED, EXITED, LEFT, UNDONE, Fact, Person, Role
from roomctl.domain.observers import Place, moves, visits

START = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
MEMBER = Person(id="m", name="张建国", rank=1)
FIRST = Person(id="a", name="孙丽", role=Role.OBSERVER, rank=2, items=(1,))
SECOND = Person(id="b", name="马德福", role=Role.OBSERVER, rank=3, items=(2, 3))
ALL = Person(id="c", name="吴文博", role=Role.OBSERVER, rank=4)
PEOPLE = (MEMBER, FIRST, SECOND, ALL)


def fact(name, kind, minute, person="a", **data):
    return Fact(name, kind, START + timedelta(minutes=minute), {"person": person, **data})


facts = st.lists(
    st.builds(
        lambda n, kind, minute, person, item: fact(f"e{n:03}", kind, minute, person, item=item, event=f"e{item:03}"),
        st.integers(0, 999),
        st.sampled_from([ENTERED, ENTERED, EXITED, LEFT, UNDONE]),
        st.integers(0, 90),
        st.sampled_from("abc"),
        st.integers(0, 3),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


def names(people):
    return [person.name for person in people]


@given(facts=facts, data=st.data())
def test_the_order_in_which_events_arrive_and_one_twice_do_not_matter(facts, data):
    again = data.draw(st.permutations([*facts, *facts[:2]]))
    assert visits(again) == visits(facts)


@given(facts=facts)
def test_the_visits_of_one_person_follow_one_another_and_only_the_last_may_be_open(facts):
    for own in visits(facts).values():
        assert all(one.left is not None and one.left <= two.entered for one, two in pairwise(own))


@given(facts=facts, item=st.integers(0, 4))
def test_each_observer_has_at_most_one_move_and_no_member_has_any(facts, item):
    found = moves(PEOPLE, facts, item)
    every = [*found.enter, *found.leave, *found.stay, *found.wait]
    assert len(every) == len(set(every))
    assert MEMBER not in every
    assert set(found.leave).isdisjoint({person for person in PEOPLE if item in person.items})


def test_a_visit_stands_at_the_frames_of_its_recording():
    (visit,) = visits(
        [
            fact("1", ENTERED, 5, item=1, recording="r1", frame=48_000),
            fact("2", EXITED, 20, recording="r1", frame=96_000),
        ]
    )["a"]
    assert (visit.item, visit.entered_at, visit.left_at) == (1, Place("r1", 48_000), Place("r1", 96_000))
    assert visit.left == START + timedelta(minutes=20)


def test_who_comes_in_for_the_next_item_has_left_the_one_before():
    found = visits([fact("1", ENTERED, 5, "b", item=2), fact("2", ENTERED, 30, "b", item=3)])["b"]
    assert [(visit.item, visit.left is None) for visit in found] == [(2, False), (3, True)]


def test_the_next_item_says_who_comes_in_who_goes_out_and_who_waits():
    assert names(moves(PEOPLE, (), 0).wait) == ["孙丽", "马德福", "吴文博"]
    first = moves(PEOPLE, (), 1)
    assert (names(first.enter), names(first.wait)) == (["孙丽", "吴文博"], ["马德福"])
    inside = [fact("1", ENTERED, 1, "a", item=1), fact("2", ENTERED, 1, "c", item=1)]
    second = moves(PEOPLE, inside, 2)
    assert (names(second.enter), names(second.leave), names(second.stay)) == (["马德福"], ["孙丽"], ["吴文博"])
