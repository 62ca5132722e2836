from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.attendance import Attendance, Person, Presence, Role, Standing
from roomctl.domain.quorum import Rule, Share, quorum
from roomctl.i18n import speaking

NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)


def standing(n, presence=Presence.PRESENT, role=Role.MEMBER, **more):
    here = {"arrived": NOW} if presence in {Presence.PRESENT, Presence.LATE, Presence.LEFT_EARLY} else {}
    return Standing(Person(id=str(n), name=f"人{n}", role=role), presence, **here | more)


PROXY = standing(8, arrived=None, proxy="刘伟", proxy_arrived=NOW)
GONE = standing(9, Presence.LEFT_EARLY, left=NOW)
OBSERVER = standing(7, role=Role.OBSERVER)
AWAY = standing(6, Presence.EXPECTED)


@pytest.mark.parametrize(
    ("share", "needed"),
    [(Share.HALF, [0, 1, 1, 2, 2, 3]), (Share.MORE_THAN_HALF, [0, 1, 2, 2, 3, 3]),
     (Share.TWO_THIRDS, [0, 1, 2, 2, 3, 4]), (Share.ALL, [0, 1, 2, 3, 4, 5])],
)  # fmt: skip
def test_a_share_is_a_number_of_whole_people(share, needed):
    assert [share.of(members) for members in range(6)] == needed


@given(members=st.integers(1, 500))
def test_a_share_is_reached_and_one_fewer_is_not(members):
    for share, part in ((Share.HALF, Fraction(1, 2)), (Share.TWO_THIRDS, Fraction(2, 3)), (Share.ALL, Fraction(1))):
        assert Fraction(share.of(members), members) >= part > Fraction(share.of(members) - 1, members)
    assert Share.MORE_THAN_HALF.of(members) * 2 > members >= (Share.MORE_THAN_HALF.of(members) - 1) * 2


@pytest.mark.parametrize(
    ("rule", "counted"),
    [
        (Rule(Share.HALF), 1),
        (Rule(Share.HALF, proxies=True), 2),
        (Rule(Share.HALF, observers=True), 2),
        (Rule(Share.HALF, proxies=True, observers=True), 3),
    ],
)
def test_members_in_person_count_and_others_where_the_rule_says_so(rule, counted):
    found = quorum(Attendance((standing(1), PROXY, GONE, AWAY, OBSERVER)), rule)
    assert (found.members, found.needed, found.counted, found.met) == (4, 2, counted, counted >= 2)


def test_it_is_said_with_its_figures():
    found = quorum(Attendance((standing(1), AWAY)), Rule(Share.ALL))
    with speaking("zh"):
        assert found.said == "法定人数 全体：应到 2，须到 2，已到 1"
    assert replace(found, counted=2).met
