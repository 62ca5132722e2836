"""Keys of screens that nobody signs on at."""

from dataclasses import replace

import pytest

from roomctl.domain import passes
from roomctl.domain.access import Right
from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import State
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import NotFound, Refused
from roomctl.services.screens import KEY, MOST, ScreenKeys


@pytest.fixture
def keys(house):
    return ScreenKeys(house.open_uow, house.clock, Actor.person("赵敏"), lambda: bytes(32))


def make(keys, meeting, screen="captions", **more):
    return keys.make(meeting.id, "transcript", screen, **more)


def test_a_key_is_a_screen_of_one_meeting_and_no_user_with_rights(house, keys):
    meeting = house.opened()
    key, text = make(keys, meeting, label=" 大屏 ")
    assert text.startswith(KEY)
    screen = keys.user_of_key(text)
    assert screen.screen == key
    assert (key.meeting, key.plugin, key.screen, key.label, key.by) == (
        meeting.id,
        "transcript",
        "captions",
        "大屏",
        "赵敏",
    )
    assert "大屏" in screen.name
    assert not any(screen.may(right) for right in Right)


def test_the_text_of_a_key_is_kept_nowhere(house, keys, tmp_path):
    key, text = make(keys, house.opened())
    assert text.removeprefix(KEY) not in repr(key)
    written = b"".join(path.read_bytes() for path in tmp_path.glob("roomctl.db*"))
    assert key.id.encode() in written
    assert text.removeprefix(KEY).encode() not in written


@pytest.mark.parametrize("text", ["", "rcs_", "rcs_x", "x" * 5000, "\ud800"])
def test_what_is_no_key_is_nobody(house, keys, text):
    make(keys, house.opened())
    assert keys.user_of_key(text) is None


def test_a_key_that_was_taken_back_opens_nothing_and_the_others_still_do(house, keys):
    meeting = house.opened()
    (first, first_text), (second, second_text) = make(keys, meeting), make(keys, meeting)
    keys.drop(meeting.id, first.id)
    assert keys.user_of_key(first_text) is None
    assert keys.user_of_key(second_text).screen == second
    assert list(keys.of(meeting.id)) == [second]
    with pytest.raises(NotFound):
        keys.drop(meeting.id, first.id)


def test_a_key_is_taken_back_at_its_own_meeting_alone(house, keys):
    key, text = make(keys, house.opened())
    with pytest.raises(NotFound):
        keys.drop(house.opened().id, key.id)
    assert keys.user_of_key(text)


def test_keys_end_with_the_meeting(house, keys):
    meeting = house.in_session()
    _key, text = make(keys, meeting)
    house.use.transition(meeting.id, State.RECESS)
    assert keys.user_of_key(text)
    house.use.transition(meeting.id, State.ADJOURNED)
    assert keys.user_of_key(text) is None
    assert not keys.of(meeting.id)
    with pytest.raises(Refused):
        make(keys, meeting)


def test_keys_end_when_the_meeting_becomes_a_state_secret(house, keys):
    meeting = house.opened()
    _key, text = make(keys, meeting)
    with house.open_uow() as uow:
        uow.meetings.save(replace(uow.meetings.get(meeting.id), secrecy=Secrecy(Level.SECRET, 3)))
        uow.commit()
    assert keys.user_of_key(text) is None
    with pytest.raises(Refused, match=r"涉密|secret"):
        make(keys, meeting)


def test_a_meeting_has_as_many_keys_as_a_room_may_have_screens(house, keys):
    meeting = house.opened()
    for _ in range(MOST):
        make(keys, meeting)
    with pytest.raises(Refused) as refused:
        make(keys, meeting)
    assert refused.value.mend
    assert len(keys.of(meeting.id)) == MOST


def test_the_log_says_who_made_and_who_took_back_a_key_and_never_the_key(house, keys):
    meeting = house.opened()
    key, text = make(keys, meeting, label="大屏")
    keys.acting_as(Actor.person("周强")).drop(meeting.id, key.id)
    made, dropped = [row for row in house.events(meeting.id) if row.kind.startswith("screen.")]
    assert (made.kind, made.actor, dropped.kind, dropped.actor) == (
        "screen.key_made",
        "person:赵敏",
        "screen.key_dropped",
        "person:周强",
    )
    assert "大屏" in made.data
    assert key.id in dropped.data
    assert key.secret not in made.data
    assert text.removeprefix(KEY) not in made.data


def test_a_key_of_a_meeting_that_is_not_there_is_not_made(keys):
    with pytest.raises(NotFound, match="m404"):
        keys.make("m404", "transcript", "captions")


def test_a_telephone_is_a_screen_until_its_pass_ends(house, keys):
    meeting = house.opened()
    text = keys.let_in(meeting.id, "signin", "phone", holder="p1")
    phone = keys.user_of_key(text).screen
    assert (phone.meeting, phone.plugin, phone.screen, phone.by) == (meeting.id, "signin", "phone", "p1")
    assert not any(keys.user_of_key(text).may(right) for right in Right)
    house.clock.sleep(passes.LASTS)
    assert keys.user_of_key(text) is None
    again = keys.user_of_key(keys.let_in(meeting.id, "signin", "phone", before=text)).screen
    assert (again.id, again.made, again.by) == (phone.id, phone.made, "")


def test_a_pass_of_another_meeting_makes_no_telephone_of_this_one_the_same(house, keys):
    first, second = house.opened(), house.opened()
    text = keys.let_in(first.id, "signin", "phone")
    other = keys.user_of_key(keys.let_in(second.id, "signin", "phone", before=text)).screen
    assert (other.meeting, other.id == keys.user_of_key(text).screen.id) == (second.id, False)


def test_nobody_is_let_in_where_a_meeting_has_no_screens(house, keys):
    meeting = house.opened()
    text = keys.let_in(meeting.id, "signin", "phone")
    with house.open_uow() as uow:
        uow.meetings.save(replace(uow.meetings.get(meeting.id), secrecy=Secrecy(Level.SECRET, 3)))
        uow.commit()
    assert keys.user_of_key(text) is None
    with pytest.raises(Refused, match=r"涉密|secret"):
        keys.let_in(meeting.id, "signin", "phone")
