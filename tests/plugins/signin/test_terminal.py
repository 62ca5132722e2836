"""What a terminal is told and what it sends, without a browser."""

import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
import roomctl_signin
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from roomctl_signin import lists
from roomctl_signin.config import Config
from roomctl_signin.terminal import glass
from roomctl_signin.terminal.initials import ANY, keys

from roomctl.api import Meeting, MeetingId, Person, Presence, Standing, State, secrecy, tr
from roomctl.api.seating import Chart
from roomctl.domain.layouts import Shape, Sizes, Template, layout
from roomctl.testing.fakes import FakeContext, FakeServices

MEETING = Meeting(
    id=MeetingId("m1"), room="r", title="专题会议", starts=datetime(2026, 11, 12, 10, 0), state=State.OPEN
)
PEOPLE = [
    Person(id="1", name="张建国", unit="市政府", duty="副市长", rank=1, phone="13800000001", seat="1"),
    Person(id="2", name="陈志强", unit="市财政局", duty="局长", rank=2),
]
STROKES = [[[10, 10], [200, 60], [400, 30]], [[50, 200]]]


@pytest.fixture
def ctx(tmp_path):
    services = FakeServices(tmp_path)
    services.hold(MEETING, PEOPLE)
    return FakeContext("signin", tmp_path, Config(), services=services)


def act(key="k" * 32, person="1", **more):
    return {"key": key, "person": person, **more}


def send(web, *acts):
    answer = web.post("/terminal/m1/acts", json={"acts": list(acts)})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("赵健", {"ZJ", "ZHAOJIAN"}),
        ("曾乐", {"ZL", "ZY", "CL", "ZENGLE"}),
        ("吕绿", {"LL", "LVLV"}),
        ("周㛃", {"ZJ"}),
        ("买买提·吐尔逊", {"MMTTEX", "MAIMAITITUERXUN"}),
        ("John Smith", {"JS", "JOHNSMITH"}),
        ("𠮷田", {f"{ANY}T"}),
    ],
)
def test_a_name_is_found_by_its_initials_and_by_its_pinyin(name, found):
    assert found <= set(keys(name))


@given(st.text(min_size=1, max_size=40))
def test_whatever_the_name_it_has_keys_of_capitals(name):
    assert keys(name)
    assert all(key and all(char == ANY or char.isalnum() for char in key) for key in keys(name))


def test_it_is_told_who_may_sign_in_and_nothing_of_who_is_away(web, ctx):
    ctx.services.request_leave("m1", "陈志强", reason="住院", proxy="刘伟", proxy_duty="副局长")
    assert [one["name"] for one in web.get("/terminal/m1").json()["names"]] == ["张建国", "陈志强"]
    ctx.services.decide_leave("m1", "陈志强", granted=True, by="张建国")
    told = web.get("/terminal/m1")
    assert [(one["person"], one["name"], one["line"]) for one in told.json()["names"]] == [
        ("1", "张建国", "市政府　副市长"), ("2", "陈志强", "市财政局　局长"), ("2", "刘伟", "代陈志强　副局长")
    ]  # fmt: skip
    assert not [word for word in ("住院", "13800000001", "请假") if word in told.text]


def test_what_it_has_already_is_not_sent_again(web):
    first = web.get("/terminal/m1")
    known = {"If-None-Match": first.headers["etag"]}
    assert web.get("/terminal/m1", headers=known).status_code == 304
    send(web, act())
    assert web.get("/terminal/m1", headers=known).json()["present"] == 1


def test_other_meetings_of_the_day_stand_below_and_internal_ones_without_their_title(web, ctx):
    for n, (hour, level) in enumerate([(14, "非密"), (16, "内部"), (8, "非密")]):
        starts = datetime(2026, 11, 12, hour, 30)
        ctx.services.hold(
            replace(MEETING, id=MeetingId(f"o{n}"), starts=starts, title="月度例会", secrecy=secrecy.parse(level))
        )
    assert web.get("/terminal/m1").json()["later"] == [
        {"starts": "14:30", "opens": "14:10", "title": "月度例会"},
        {"starts": "16:30", "opens": "16:10", "title": "内部会议"},
    ]


@pytest.mark.parametrize(
    ("before", "told"),
    [(141, 0), (140, 120), (34, 14), (33.5, 14), (21, 1), (20, 0), (-5, 0)],
)
def test_the_minutes_until_sign_in_opens_are_counted_down(web, ctx, before, told):
    """It opens 20 minutes before the start."""
    starts = ctx.clock.now() + timedelta(minutes=before)
    local = starts.astimezone(ZoneInfo(MEETING.zone)).replace(tzinfo=None)
    ctx.services.hold(replace(MEETING, id=MeetingId("soon"), starts=local))
    assert web.get("/terminal/soon").json()["minutes"] == told


@pytest.mark.parametrize("state", [State.CANCELLED, State.ADJOURNED, State.ARCHIVED])
def test_a_meeting_that_does_not_take_place_any_more_is_not_announced(web, ctx, state):
    starts = datetime(2026, 11, 12, 14, 30)
    ctx.services.hold(replace(MEETING, id=MeetingId("o1"), starts=starts, state=state))
    assert web.get("/terminal/m1").json()["later"] == []


def test_an_internal_meeting_keeps_its_title_from_who_passes(web, ctx):
    ctx.services.hold(replace(MEETING, title="干部任免", secrecy=secrecy.parse("内部")))
    told = web.get("/terminal/m1")
    assert (told.json()["title"], "干部任免" in told.text) == ("内部会议", False)


def test_the_same_act_again_is_one_event_and_a_proxy_without_approval_is_told_why(web, ctx):
    told = send(web, act(strokes=STROKES), act("x" * 32, "2", proxy=True))
    assert [one["ok"] for one in told["acts"]] == [True, False]
    assert "不能签到" in told["acts"][1]["why"]
    again = send(web, act(strokes=STROKES, ago=120))
    assert (again["acts"][0]["ok"], again["acts"][0]["came"], again["present"]) == (True, "09:00", 1)
    assert len(ctx.services.attendance_events("m1")) == 1
    (noted,) = [one for one in ctx.published if one.kind.endswith("not_taken")]
    assert (noted.data["person"], noted.meeting) == ("2", "m1")


def test_a_signature_is_kept_as_numbers_and_as_a_picture_and_goes_into_the_package(web, ctx):
    send(web, act(strokes=STROKES))
    packed = {one.path: one.source for one in roomctl_signin.roomctl_package_files(ctx, MEETING)}
    name = "k" * 32
    drawn = ET.parse(packed[f"records/signatures/{name}.svg"]).getroot()  # noqa: S314 - our own
    assert [line.get("points") for line in drawn] == ["10,10 200,60 400,30", "50,200 50,200"]
    with Image.open(packed[f"records/signatures/{name}.png"]) as picture:
        assert (picture.size, picture.getextrema()[0]) == ((glass.WIDTH, glass.HEIGHT), 0)
    (person, _) = json.loads(packed["records/attendance.json"].read_text("utf-8"))["people"]
    assert person["signature"] == name


def test_a_terminal_takes_back_only_the_act_that_it_names(web):
    (told,) = send(web, act(), act("u" * 32, kind="undo"))["acts"][1:]
    assert (told["ok"], "只能撤销" in told["why"]) == (False, True)
    assert send(web, act("v" * 32, kind="undo", of="k" * 32))["present"] == 0


def packed_signatures(ctx):
    packed = roomctl_signin.roomctl_package_files(ctx, MEETING)
    return {one.source.name: one.source.read_bytes() for one in packed if "signatures" in one.path}


def test_what_was_signed_once_is_never_written_over_whoever_sends_its_key_again(web, ctx):
    send(web, act(strokes=STROKES))
    signed = packed_signatures(ctx)
    send(web, act(strokes=[[[0, 0], [900, 360]]]), act(person="2", strokes=[[[0, 0], [900, 360]]]))
    assert packed_signatures(ctx) == signed
    assert len(signed) == 2


def test_what_is_refused_leaves_no_signature(web, ctx):
    told = send(web, act(person="9", strokes=STROKES), act("x" * 32, "2", proxy=True, strokes=STROKES))
    assert [one["ok"] for one in told["acts"]] == [False, False]
    assert not (ctx.folder("m1") / "signatures").exists()


def test_who_says_not_me_leaves_no_signature_in_the_package(web, ctx):
    send(web, act(strokes=STROKES), act("x" * 32, "2", strokes=STROKES))
    send(web, act("u" * 32, kind="undo", of="k" * 32))
    assert set(packed_signatures(ctx)) == {f"{'x' * 32}.png", f"{'x' * 32}.svg"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "../../etc/passwd"},
        {"key": "k" * 65},
        {"ago": -1},
        {"ago": 1e9},
        {"strokes": [[[-1, 0]]]},
        {"strokes": [[["<svg/onload=alert(1)>", 0]]]},
        {"strokes": [[]]},
        {"strokes": [[[1, 1]]] * 201},
        {"kind": "leave"},
        {"more": 1},
        {"person": ""},
    ],
)
def test_what_makes_no_sense_is_refused(web, wrong):
    assert web.post("/terminal/m1/acts", json={"acts": [act() | wrong]}).status_code == 422


def test_a_dot_is_no_signature_and_nobody_is_signed_in_by_it(web, ctx):
    (told,) = send(web, act(strokes=[[[5, 5], [6, 6]]]))["acts"]
    assert (told["ok"], "没有看到签名" in told["why"]) == (False, True)
    assert not ctx.services.attendance_events("m1")


@pytest.mark.parametrize(("role", "status"), [("usher", 200), ("archivist", 403), (None, 401)])
def test_who_may_stand_at_the_desk_may_see_it(web, role, status):
    assert web.get("/terminal/m1", headers={"role": role or ""}).status_code == status


def test_the_png_is_a_picture_of_the_svg():
    with Image.open(io.BytesIO(glass.png(STROKES))) as picture:
        assert picture.getpixel((10, 10)) == 0
        assert picture.getpixel((800, 300)) == 255


def test_a_seat_is_told_by_the_plan_and_else_by_the_roster():
    room = layout(Template("t", ("课桌式", "Classroom"), Shape.ROWS, Sizes()), Sizes(platform=1, rows=1, columns=2))
    person = Person(id="1", name="张建国", seat="8")
    assert lists.seat_of(Chart(), person) == "8"
    chart = Chart(room, {"P1": (Standing(person=person, presence=Presence.EXPECTED),)}, {"P1": 2})
    assert lists.seat_of(chart, person) == tr("主席台 1 号座，话筒 2", "Platform, seat 1, microphone 2")
    assert lists.seat_of(chart, Person(id="2", name="刘芳")) == ""
