from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.layouts import Even, Shape, Sizes, Template, fitted, layout, middle_out
from roomctl.errors import BadInput

SMALL = st.integers(0, 9)
SIZES = st.builds(Sizes, platform=SMALL, rows=SMALL, columns=SMALL, opposite=SMALL, sides=SMALL, observers=SMALL)


def template(shape=Shape.ROWS, *, head=False, **sizes):
    return Template("t", ("布局", "layout"), shape, Sizes(**sizes), head)


def made(shape=Shape.ROWS, *, head=False, even=Even.TWO_LEFT, **sizes):
    one = template(shape, head=head, **sizes)
    return layout(one, one.sizes, even)


@pytest.mark.parametrize(
    ("count", "even", "order"),
    [
        (0, Even.TWO_LEFT, ""),
        (1, Even.TWO_LEFT, "1"),
        (5, Even.TWO_LEFT, "42135"),
        (5, Even.TWO_RIGHT, "42135"),
        (4, Even.TWO_LEFT, "4213"),
        (4, Even.TWO_RIGHT, "3124"),
        (2, Even.TWO_LEFT, "21"),
        (2, Even.TWO_RIGHT, "12"),
    ],
)
def test_the_first_sits_in_the_middle_and_the_second_on_his_left(count, even, order):
    line = [str(n) for n in range(count)]
    ranks = {place: str(rank) for rank, place in enumerate(middle_out(line, even), 1)}
    assert "".join(ranks[place] for place in line) == order


def across(found, zone):
    """Ranks of a row, from the left of the drawing to its right."""
    here = sorted((one for one in found.places.values() if one.zone[0] == zone), key=lambda one: one.x)
    return [found.honour.index(one.id) + 1 for one in here]


def test_on_the_platform_left_is_the_right_of_the_drawing():
    assert across(made(platform=5, columns=4, rows=1), "主席台") == [5, 3, 1, 2, 4]


def test_in_the_audience_left_is_left_and_the_front_row_comes_first():
    found = made(platform=1, columns=4, rows=2)
    assert across(found, "前排") == [5, 3, 2, 4]
    assert across(found, "后排") == [9, 7, 6, 8]
    assert found.places["R1-1"].label == "Front row, seat 1"


def test_at_a_table_the_chair_has_the_middle_of_the_long_side_or_its_end():
    side = made(Shape.TABLE, platform=3, opposite=3, sides=1)
    assert across(side, "主位") == [3, 1, 2]
    assert across(side, "对面") == [5, 4, 6]
    end = made(Shape.TABLE, head=True, platform=3, opposite=3, sides=1)
    assert end.honour[0] == "L1"
    assert across(end, "主位") == [2, 4, 6]
    assert across(end, "对面") == [3, 5, 7]


def test_around_a_hollow_square_who_sits_on_the_chairs_left_comes_first():
    found = made(Shape.HOLLOW, platform=3, opposite=3, sides=2)
    assert found.honour[:7] == ("P2", "P3", "P1", "E1", "L1", "E2", "L2")


@given(st.sampled_from(Shape), st.booleans(), SIZES, st.sampled_from(Even))
def test_each_place_is_there_once_and_inside_the_room(shape, head, sizes, even):
    try:
        found = layout(template(shape, head=head), sizes, even)
    except BadInput:
        return
    assert sorted((*found.honour, *found.observers)) == sorted(found.places)
    assert {one.id for one in found.places.values() if one.observers} == set(found.observers)
    spots = [(one.x, one.y) for one in found.places.values()]
    assert len(set(spots)) == len(spots)
    assert all(0.5 <= x <= found.width - 0.5 and 0.5 <= y <= found.height - 0.5 for x, y in spots)
    apart = [max(abs(a - c), abs(b - d)) for n, (a, b) in enumerate(spots) for c, d in spots[:n]]
    assert min(apart, default=1) >= 1


@given(st.sampled_from(Shape), SIZES)
def test_two_half_turns_are_none(shape, sizes):
    try:
        found = layout(template(shape), sizes)
    except BadInput:
        return
    again = found.turned().turned()
    assert {one.id: (round(one.x, 6), round(one.y, 6), one.turn) for one in again.places.values()} == {
        one.id: (round(one.x, 6), round(one.y, 6), one.turn) for one in found.places.values()
    }
    first = found.places[found.honour[0]] if found.honour else next(iter(found.places.values()))
    turned = found.turned().places[first.id]
    assert (turned.x, turned.y) == (found.width - first.x, found.height - first.y)


@given(st.sampled_from(Shape), st.integers(0, 120), st.integers(0, 40))
def test_a_fitted_layout_has_room_for_everybody(shape, members, observers):
    one = template(shape, platform=3, opposite=3, columns=8, sides=1)
    sizes = fitted(one, members, observers)
    found = layout(one, sizes)
    assert len(found.honour) >= members
    assert len(found.observers) >= observers


def test_a_hall_for_many_grows_wider_as_well_as_deeper():
    room = Template("t", ("", ""), Shape.ROWS, Sizes(platform=1, rows=2, columns=4))
    sizes = fitted(room, 300, 0)
    assert (sizes.rows, sizes.columns) == (22, 14)
    assert fitted(room, 21, 0) == replace(room.sizes, rows=5)
    assert len(layout(room, sizes).honour) >= 300


def test_no_table_grows_for_ever():
    assert fitted(template(Shape.TABLE), 500, 500) == Sizes(platform=60, opposite=60, observers=300)


def test_sizes_have_bounds_and_nothing_is_no_room():
    with pytest.raises(BadInput, match="columns"):
        Sizes(columns=61)
    with pytest.raises(BadInput, match="no seats"):
        made()
