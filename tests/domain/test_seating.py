import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain import seating
from roomctl.domain.attendance import Attendance, Person, Presence, Role, Standing
from roomctl.domain.layouts import Shape, Sizes, Template, layout
from roomctl.domain.seating import Seats, derive, expected, moved, proposed, shared, wired
from roomctl.errors import BadInput, NotFound, Refused

ROOM = Template("classroom", ("课桌式", "Classroom"), Shape.ROWS, Sizes(platform=1, rows=2, columns=4, observers=3))
LAYOUT = layout(ROOM, ROOM.sizes)


def person(n, **more):
    return Person(id=f"p{n}", name=f"人{n}", rank=n, **more)


def observer(n, *items):
    return person(n, role=Role.OBSERVER, items=items)


PEOPLE = [person(n) for n in range(1, 6)]


def laid(**sitting):
    told = {
        "template": {"id": "classroom", "title": ["课桌式", "Classroom"], "shape": "rows", "head": False},
        "sizes": {"platform": 1, "rows": 2, "columns": 4, "observers": 3},
        "places": list(LAYOUT.places),
        "sitting": sitting,
    }
    return (seating.LAID, told)


def put(**sitting):
    return (seating.SET, {"sitting": {place.replace("_", "-"): people for place, people in sitting.items()}})


def test_the_highest_sit_best():
    assert proposed(LAYOUT, Seats(), PEOPLE) == {
        "P1": ("p1",),
        "R1-3": ("p2",),
        "R1-2": ("p3",),
        "R1-4": ("p4",),
        "R1-1": ("p5",),
    }


def test_a_locked_place_keeps_who_sits_there_and_an_empty_one_stays_empty():
    seats = Seats(sitting={"R2-1": ("p1",)}, locked=frozenset({"R2-1", "R1-3"}))
    found = proposed(LAYOUT, seats, PEOPLE)
    assert found["R2-1"] == ("p1",)
    assert found["P1"] == ("p2",)
    assert "R1-3" not in found


def test_too_few_seats_are_counted():
    with pytest.raises(Refused, match="2 are missing"):
        proposed(LAYOUT, Seats(), [person(n) for n in range(1, 12)])
    with pytest.raises(Refused, match="observers: 1 are missing"):
        proposed(LAYOUT, Seats(), [observer(n) for n in range(1, 5)])
    with pytest.raises(Refused, match="locked"):
        proposed(LAYOUT, Seats(locked=frozenset(LAYOUT.honour)), PEOPLE)


def test_observers_whose_items_do_not_meet_share_a_seat():
    people = [observer(1, 1), observer(2, 2), observer(3, 1, 2), observer(4)]
    assert [[one.id for one in seat] for seat in shared(people)] == [["p1", "p2"], ["p3"], ["p4"]]
    assert proposed(LAYOUT, Seats(), people) == {"O1": ("p1", "p2"), "O2": ("p3",), "O3": ("p4",)}


@given(st.lists(st.sets(st.integers(1, 4), max_size=3), max_size=12))
def test_nobody_shares_a_seat_with_somebody_of_the_same_item(items):
    people = [observer(n, *which) for n, which in enumerate(items)]
    seats = shared(people)
    assert sorted(one.id for seat in seats for one in seat) == sorted(one.id for one in people)
    for seat in seats:
        at = [set(one.items) or {0} for one in seat]
        assert len(seat) == 1 or (all({0} != one for one in at) and sum(map(len, at)) == len(set().union(*at)))


def standing(one, presence, proxy=""):
    return Standing(person=one, presence=presence, proxy=proxy)


def test_who_is_on_leave_leaves_no_gap_unless_a_proxy_comes():
    board = Attendance(
        (
            standing(person(1), Presence.EXPECTED),
            standing(person(2), Presence.ON_LEAVE),
            standing(person(3), Presence.ON_LEAVE, proxy="刘伟"),
            standing(observer(4), Presence.EXPECTED),
            standing(person(0), Presence.EXPECTED),
        )
    )
    assert [one.id for one in expected(board.standings)] == ["p1", "p3", "p0", "p4"]
    assert [one.id for one in expected(board.standings, keep_leave=True)] == ["p1", "p2", "p3", "p0", "p4"]


def test_people_change_places():
    seats = Seats(sitting={"P1": ("p1",), "R1-1": ("p2",)})
    assert moved(LAYOUT, seats, PEOPLE, "p1", "R1-1") == {"P1": ("p2",), "R1-1": ("p1",)}
    assert moved(LAYOUT, seats, PEOPLE, "p1", "R1-2") == {"P1": (), "R1-2": ("p1",)}
    assert moved(LAYOUT, seats, PEOPLE, "p3", "P1") == {"P1": ("p3",)}
    assert moved(LAYOUT, seats, PEOPLE, "p2", "") == {"R1-1": ()}
    assert moved(LAYOUT, seats, PEOPLE, "p1", "P1") == {}


def test_an_observer_joins_one_of_another_item_and_takes_the_seat_of_one_of_the_same():
    people = [observer(1, 1), observer(2, 2), observer(3, 1)]
    seats = Seats(sitting={"O1": ("p1",)})
    assert moved(LAYOUT, seats, people, "p2", "O1") == {"O1": ("p1", "p2")}
    assert moved(LAYOUT, seats, people, "p3", "O1") == {"O1": ("p3",)}


def test_nobody_comes_to_share_a_seat_with_somebody_of_the_same_item_by_a_move():
    people = [observer(1, 1), observer(2, 2), observer(3, 1, 2)]
    seats = Seats(sitting={"O1": ("p1", "p2"), "O2": ("p3",)})
    assert moved(LAYOUT, seats, people, "p2", "O2") == {"O1": ("p1",), "O2": ("p2",)}


def test_what_cannot_be_moved_is_said():
    seats = Seats(sitting={"P1": ("p1",), "R1-1": ("p2",)}, locked=frozenset({"P1"}))
    with pytest.raises(Refused, match="Platform, seat 1 is locked"):
        moved(LAYOUT, seats, PEOPLE, "p2", "P1")
    with pytest.raises(Refused, match="locked"):
        moved(LAYOUT, seats, PEOPLE, "p1", "R1-1")
    with pytest.raises(NotFound, match="no seat X1"):
        moved(LAYOUT, seats, PEOPLE, "p2", "X1")
    with pytest.raises(NotFound, match="nobody"):
        moved(LAYOUT, seats, PEOPLE, "p9", "P1")


def test_a_channel_is_at_one_place():
    seats = Seats(channels={"P1": 1, "R1-1": 2})
    assert wired(seats, LAYOUT.places, "R1-2", 2) == {"R1-1": 0, "R1-2": 2}
    assert wired(seats, LAYOUT.places, "P1", 0) == {"P1": 0}
    with pytest.raises(BadInput, match="65"):
        wired(seats, LAYOUT.places, "P1", 65)
    with pytest.raises(NotFound):
        wired(seats, LAYOUT.places, "X1", 1)


def test_the_roster_reads_the_channel_or_else_the_place():
    seats = Seats(sitting={"P1": ("p1",), "R1-1": ("p2",), "gone": ("p3",)}, channels={"P1": 7})
    assert seating.names_of_seats(LAYOUT, seats) == {"p1": "7", "p2": "前排1号座"}


def test_a_plan_follows_from_its_events_and_an_undo_takes_the_newest_back():
    rows = [laid(), put(P1=["p1"], R1_1=["p2"]), (seating.LOCKED, {"places": ["P1"], "locked": True})]
    seats = derive(rows)
    assert (seats.template, seats.sizes) == (ROOM_OF_EVENT, ROOM.sizes)
    assert seats.sitting == {"P1": ("p1",), "R1-1": ("p2",)}
    assert (seats.locked, seats.version, seats.steps) == (frozenset({"P1"}), 3, 3)
    assert seats.place_of("p2") == "R1-1"
    assert seats.place_of("p9") == ""

    back = derive([*rows, (seating.UNDONE, {}), (seating.UNDONE, {})])
    assert (dict(back.sitting), back.locked, back.version, back.steps) == ({}, frozenset(), 5, 1)
    assert derive([(seating.UNDONE, {})]).steps == 0


ROOM_OF_EVENT = Template("classroom", ("课桌式", "Classroom"), Shape.ROWS, ROOM.sizes)


def test_a_new_layout_forgets_what_was_said_of_places_that_are_gone():
    wires = (seating.WIRED, {"channels": {"P1": 1, "R2-4": 2}})
    lock = (seating.LOCKED, {"places": ["P1", "R2-4"], "locked": True})
    kind, told = laid(P1=["p1"])
    smaller = (kind, {**told, "places": ["P1", "R1-1"]})
    seats = derive([laid(), put(P1=["p1"], R2_4=["p2"]), wires, lock, smaller])
    assert (dict(seats.sitting), dict(seats.channels)) == ({"P1": ("p1",)}, {"P1": 1})
    assert seats.locked == {"P1"}


ACTS = st.lists(
    st.tuples(st.sampled_from(["p1", "p2", "p3", "p4", "p5"]), st.sampled_from([*LAYOUT.honour, ""])), max_size=30
)


@given(ACTS)
def test_nobody_is_ever_lost_or_seated_twice(acts):
    rows = [laid(), (seating.SET, {"sitting": {k: list(v) for k, v in proposed(LAYOUT, Seats(), PEOPLE).items()}})]
    for who, place in acts:
        rows.append((seating.SET, {"sitting": moved(LAYOUT, derive(rows), PEOPLE, who, place)}))
        seated = [one for people in derive(rows).sitting.values() for one in people]
        assert len(seated) == len(set(seated))
        assert derive(rows).place_of(who) == place
