"""When captions give way."""

from roomctl_transcript.captions.pressure import CALM, FAR, FIRST_REST, LONGEST_REST, OFTEN, WITHIN, Pressure

LATE = FAR + 0.1


def test_who_keeps_up_is_left_alone():
    pressure = Pressure()
    assert [pressure.look(behind, 1.0) for behind in (0.0, 1.0, FAR)] == [None] * 3


def test_who_falls_behind_skips_at_once():
    assert Pressure().look(LATE, 1.0) == 0.0


def skipping(pressure, start):
    """Falls behind again and again, ten seconds apart, until it must rest."""
    for number in range(OFTEN):
        rest = pressure.look(LATE, start + 10 * number)
        if rest:
            return rest, start + 10 * number
    return 0.0, start


def test_who_falls_behind_again_and_again_rests_longer_each_time_up_to_a_bound():
    pressure, now, rests = Pressure(), 1.0, []
    for _ in range(8):
        rest, now = skipping(pressure, now)
        rests.append(rest)
        now += rest
    assert rests[:3] == [FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST]
    assert max(rests) == rests[-1] == LONGEST_REST


def test_seldom_is_not_often():
    pressure = Pressure()
    assert [pressure.look(LATE, number * WITHIN) for number in range(1, 9)] == [0.0] * 8


def test_after_a_calm_time_it_begins_with_a_short_rest_again():
    pressure = Pressure()
    first, now = skipping(pressure, 1.0)
    second, now = skipping(pressure, now + first)
    assert second == 2 * first
    assert pressure.look(0.0, now + second + CALM + LONGEST_REST) is None
    assert skipping(pressure, now + 2000.0)[0] == FIRST_REST
