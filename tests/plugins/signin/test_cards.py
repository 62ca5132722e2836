"""Whose card it is, and what an unknown one comes to."""

from datetime import datetime

import pytest
from roomctl_signin import evidence
from roomctl_signin.config import Config

from roomctl.api import Meeting, MeetingId, Person, Refused, State
from roomctl.testing.fakes import FakeContext, FakeServices

MEETING = Meeting(
    id=MeetingId("m1"), room="r", title="专题会议", starts=datetime(2026, 11, 12, 10, 0), state=State.OPEN
)
PEOPLE = [Person(id="1", name="张建国", unit="市政府", rank=1, seat="1"), Person(id="2", name="陈志强", rank=2)]
CARD, STRANGE = "0012345678", "9988776655"


@pytest.fixture
def ctx(tmp_path):
    services = FakeServices(tmp_path)
    services.hold(MEETING, PEOPLE)
    made = FakeContext("signin", tmp_path, Config(), services=services)
    evidence.remember(made, "m1", {CARD: "1"})
    return made


def read(web, number, key="k" * 32):
    answer = web.post("/terminal/m1/cards", json={"number": number, "key": key})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_card_signs_its_person_in_and_says_the_next_time_when_that_was(web, ctx):
    first = read(web, CARD)
    assert [first[one] for one in ("ok", "name", "seat", "came", "before")] == [True, "张建国", "1", "09:00", False]
    ctx.clock.sleep(600)
    again = read(web, CARD, "n" * 32)
    assert (again["came"], again["before"]) == ("09:00", True)
    (fact,) = ctx.services.attendance_events("m1")
    assert fact.data["method"] == "card"


def test_an_unknown_card_is_noted_by_its_end_alone_and_a_flood_of_them_is_not(web, ctx):
    told = read(web, STRANGE)
    assert (told["ok"], "没有登记" in told["why"], STRANGE in str(told)) == (False, True, False)
    for n in range(40):
        read(web, f"{STRANGE}{n}")
    noted = [one for one in ctx.published if one.kind == "x.signin.unknown_card"]
    assert noted[0].data["card"] == "…655"
    assert 1 < len(noted) <= 20
    assert not ctx.services.attendance_events("m1")
    assert not [one for one in noted if STRANGE in str(one.data)]


def test_a_card_of_somebody_else_is_not_given_away_and_its_number_is_not_told(ctx):
    with pytest.raises(Refused, match="…678") as refused:
        evidence.remember(ctx, "m1", {CARD: "2"})
    assert CARD not in str(refused.value)
    assert evidence.cards(ctx, "m1") == {CARD: "1"}


@pytest.mark.parametrize("card", ["", "1", "123456", "1234567"])
def test_what_is_told_of_a_short_number_is_not_the_number(card):
    assert len(evidence.masked(card)) <= max(1, len(card) // 2 + 1)


@pytest.mark.parametrize("number", ["", "1", "x" * 41, "../../etc", "<script>", "1234 5678"])
def test_what_is_no_number_is_refused(web, number):
    assert web.post("/terminal/m1/cards", json={"number": number, "key": "k" * 32}).status_code == 422


def test_a_rehearsal_answers_as_if_it_were_real_and_leaves_nothing(web, ctx):
    ctx.services.request_leave("m1", "陈志强", reason="出差", proxy="刘伟")
    strokes = [[[10, 10], [200, 60]]]
    acts = [{"key": f"key-{n:05}", "person": "1", "strokes": strokes} for n in range(2)]
    told = web.post(
        "/rehearsal/m1/acts", json={"acts": [*acts, {"key": "p" * 9, "person": "2", "proxy": True}]}
    ).json()
    assert [one["ok"] for one in told["acts"]] == [True, True, False]
    shown = web.get("/rehearsal/m1").json()
    assert (shown["rehearsal"], shown["present"], shown["state"]) == (True, 1, "open")
    undone = web.post(
        "/rehearsal/m1/acts", json={"acts": [{"key": "u" * 9, "kind": "undo", "person": "1", "of": "key-00000"}]}
    )
    assert undone.json()["acts"][0]["ok"]
    assert [one.kind for one in ctx.services.attendance_events("m1")] == ["attendance.leave_requested"]
    assert not (ctx.folder("m1") / "signatures").exists()
    assert not ctx.published
    ctx.clock.sleep(3600)
    assert web.get("/rehearsal/m1").json()["present"] == 0
    assert web.get("/terminal/m1").json()["present"] == 0


def enrolled(web, person, number, role="secretary"):
    return web.put(f"/cards/m1/{person}", json={"number": number}, headers={"role": role}).status_code


def test_the_office_says_whose_card_it_is_and_a_card_is_read_however_its_digits_are_written(web, ctx):
    assert enrolled(web, "2", "04a1b2c3") == 204
    assert read(web, "04A1B2C3")["name"] == "陈志强"
    assert [enrolled(web, "1", "04A1B2C3"), enrolled(web, "9", "5566")] == [409, 404]
    assert enrolled(web, "1", "5566", role="usher") == 403
    (noted,) = [one for one in ctx.published if one.kind == "x.signin.card_enrolled"]
    assert (noted.data["card"], "04a1b2c3" in str(noted.data).lower()) == ("…2c3", False)
