"""Rank and quorum as an office sets them."""

from dataclasses import replace
from datetime import datetime

import pytest
import roomctl_signin
from pydantic import ValidationError
from roomctl_signin import ranks
from roomctl_signin.config import Config

from roomctl.api import BadInput, Meeting, MeetingId, Method, Person, State
from roomctl.testing.fakes import FakeContext, FakeServices

MEETING = Meeting(
    id=MeetingId("m1"), room="r", title="会议", kind="党组会议", starts=datetime(2026, 11, 12, 9), state=State.OPEN
)
PEOPLE = [
    Person(id="1", name="周明", unit="市审计局", duty="局长", rank=1),
    Person(id="2", name="李晓明", unit="市财政局", duty="副局长", rank=2),
    Person(id="3", name="陈志强", unit="市财政局", duty="局长", rank=3),
    Person(id="4", name="张建国", unit="市政府", duty="市委常委、副市长", rank=4),
]


@pytest.fixture
def house(tmp_path):
    def made(**config) -> FakeContext:
        services = FakeServices(tmp_path)
        services.hold(MEETING, PEOPLE)
        return FakeContext("signin", tmp_path, Config.model_validate(config), services=services)

    return made


def objections(ctx, target=State.IN_SESSION, meeting=MEETING):
    return roomctl_signin.roomctl_gate(ctx, meeting, target)


def test_a_meeting_without_quorum_meets_an_objection_until_enough_are_there(house):
    ctx = house(quorum={"党组会议": {"share": "half"}})
    (told,) = objections(ctx)
    assert "须到 2，已到 0" in told.text or "2 of 4 needed, 0 here" in told.text
    ctx.services.sign_in("m1", "周明", method=Method.DESK)
    assert objections(ctx)
    ctx.services.sign_in("m1", "张建国", method=Method.DESK)
    assert not objections(ctx)


def test_only_the_start_of_a_body_with_a_rule_is_held(house):
    ctx = house(quorum={"党组会议": {"share": "all"}})
    assert not objections(ctx, State.CLOSED)
    assert not objections(ctx, meeting=replace(MEETING, kind="专题会议"))
    assert not objections(house())


@pytest.mark.parametrize("wrong", [{"share": "a third"}, {"share": "half", "guests": True}, {}])
def test_a_rule_that_is_none_is_told_when_the_settings_are_read(wrong):
    with pytest.raises(ValidationError):
        Config.model_validate({"quorum": {"党组会议": wrong}})


def test_the_table_that_comes_with_it_puts_a_roster_in_order(house):
    ctx = house()
    after = ranks.put_in_order(ctx, "m1")
    assert [(one.rank, one.name) for one in after] == [(1, "张建国"), (2, "陈志强"), (3, "李晓明"), (4, "周明")]


def test_an_office_has_its_own_table(house, tmp_path):
    own = tmp_path / "ranks.toml"
    own.write_text('units = [["审计局", "市审计局"]]\n', "utf-8-sig")
    after = ranks.put_in_order(house(ranks=own), "m1")
    assert [one.name for one in after] == ["周明", "李晓明", "陈志强", "张建国"]


@pytest.mark.parametrize("content", [b"leaders = [1]", b"leiters = []", b"leaders = [", b"\xff\xfe", None])
def test_a_table_that_cannot_be_read_is_one_line(house, tmp_path, content):
    own = tmp_path / "ranks.toml"
    if content is not None:
        own.write_bytes(content)
    with pytest.raises(BadInput) as told:
        ranks.put_in_order(house(ranks=own), "m1")
    with pytest.raises(BadInput):
        roomctl_signin.roomctl_ranking(house(ranks=own)).table()
    assert str(own) in told.value.what
    assert "\n" not in str(told.value)
