"""REST of the captions, as programs of different roles see it, with the rules of switching them on."""

import pytest
import roomctl_transcript
from fastapi.testclient import TestClient
from roomctl_transcript.captions import boards
from roomctl_transcript.captions.board import Line
from roomctl_transcript.captions.routes import CaptionsShape

from roomctl.api import State, secrecy
from tests.plugins.alone import application

TITLE = "城市更新专题会议"
NAMED = {"on": True, "confirm": TITLE}


@pytest.fixture
def web(ctx, stand_in):
    """The plugin's routes, for whoever the header `role` names."""
    stand_in()
    with TestClient(
        application(roomctl_transcript.roomctl_api_routes(ctx), "赵敏"), headers={"role": "secretary"}
    ) as client:
        yield client


def published(ctx):
    return [(one.kind.removeprefix("x.transcript.captions."), dict(one.data), one.meeting) for one in ctx.published]


def test_they_are_off_until_switched_on_for_the_meeting_by_name(web, meeting, ctx):
    meeting()
    before = web.get("/captions/m1").json()
    assert (before["on"], before["state"], before["lines"]) == (False, "off", [])
    for wrong in ({"on": True}, {"on": True, "confirm": "另一场会议"}):
        refused = web.put("/captions/m1", json=wrong)
        assert refused.status_code == 422
        assert TITLE in refused.json()["mend"]
    assert not ctx.published
    after = web.put("/captions/m1", json=NAMED).json()
    assert (after["on"], after["by"], after["state"]) == (True, "赵敏", "starting")
    assert published(ctx) == [("on", {"by": "赵敏"}, "m1")]


def test_each_switch_is_an_event_with_a_name_and_only_where_it_changes_something(web, meeting, ctx):
    meeting()
    web.put("/captions/m1", json=NAMED)
    for wish in ({"blanked": True}, {"blanked": True}, {"blanked": False}, {"whole_sentences": True}, {"on": False}):
        assert web.put("/captions/m1", json=wish).status_code == 200
    assert [(kind, data) for kind, data, _ in published(ctx)] == [
        ("on", {"by": "赵敏"}),
        ("blanked", {"by": "赵敏", "blanked": True}),
        ("blanked", {"by": "赵敏", "blanked": False}),
        ("whole_sentences", {"by": "赵敏", "whole_sentences": True}),
        ("off", {"by": "赵敏"}),
    ]


def test_the_screen_sees_no_line_while_blanked(web, meeting, ctx):
    meeting()
    web.put("/captions/m1", json=NAMED)
    line = Line(id="r1-c0001", recording=1, track=1, start=0, end=1, text="目前", final=True)
    boards.of(ctx).change("m1", lambda board: board.hear(line))
    assert len(web.get("/captions/m1?for=screen").json()["lines"]) == 1
    web.put("/captions/m1", json={"blanked": True})
    assert web.get("/captions/m1?for=screen").json()["lines"] == []
    assert len(web.get("/captions/m1").json()["lines"]) == 1


def test_the_switches_outlive_the_host(web, meeting, ctx):
    meeting()
    web.put("/captions/m1", json={**NAMED, "blanked": True})
    again = boards.Boards(ctx).board("m1")
    assert (again.on, again.by, again.blanked) == (True, "赵敏", True)


@pytest.mark.parametrize(
    "more",
    [
        {"secrecy": secrecy.parse("秘密★3年")},
        {"recorded": False},
        {"state": State.ADJOURNED},
    ],
)
def test_a_meeting_that_may_have_none_is_refused_with_the_reason(web, meeting, ctx, more):
    meeting(**more)
    refused = web.put("/captions/m1", json=NAMED)
    assert refused.status_code == 409
    assert refused.json()["detail"]
    assert not ctx.published


def test_without_an_engine_they_are_refused_with_the_mend(web, meeting, ctx):
    meeting()
    ctx.services.models.clear()
    refused = web.put("/captions/m1", json=NAMED)
    assert refused.status_code == 424
    assert "roomctl models pull standin-model" in refused.json()["mend"]
    ctx.services.offers = []
    assert web.put("/captions/m1", json=NAMED).status_code == 424
    assert web.get("/captions/m1").json()["on"] is False


@pytest.mark.parametrize(
    ("role", "reads", "switches"),
    [("operator", 200, 200), ("approver", 200, 403), ("technician", 403, 403), ("usher", 403, 403), ("", 401, 401)],
)
def test_who_may_read_and_who_may_switch(web, meeting, role, reads, switches):
    meeting()
    assert web.get("/captions/m1", headers={"role": role}).status_code == reads
    assert web.put("/captions/m1", json=NAMED, headers={"role": role}).status_code == switches


def test_a_meeting_whose_secrecy_is_too_high_is_not_shown(web, meeting):
    meeting(secrecy=secrecy.parse("秘密★3年"))
    assert web.get("/captions/m1", headers={"role": "admin"}).status_code == 403
    assert web.get("/captions/m1", headers={"role": "operator"}).status_code == 200


@pytest.mark.parametrize(
    "bad", [b"", b"[]", b'{"on": "perhaps"}', b'{"of": false}', b'{"confirm": "' + b"x" * 500 + b'"}']
)
def test_bad_input_is_refused_and_changes_nothing(web, meeting, bad):
    meeting()
    assert web.put("/captions/m1", content=bad, headers={"content-type": "application/json"}).status_code == 422
    assert web.get("/captions/m1").json()["on"] is False


@pytest.mark.parametrize("path", ["/captions/nobody", "/captions/m1?for=x", "/captions/m1?lines=-1"])
def test_what_is_not_there_is_said_so(web, meeting, path):
    meeting()
    assert web.get(path).status_code in {404, 422}


def test_the_documented_shape_is_what_is_sent(web, meeting):
    meeting()
    row = web.get("/captions/m1").json()
    assert CaptionsShape.model_validate(row, extra="forbid").model_dump() == row
