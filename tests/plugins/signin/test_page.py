from dataclasses import replace
from datetime import datetime

import pytest
from roomctl_signin import roomctl_pages
from roomctl_signin.config import Config

from roomctl.api import Meeting, MeetingId, Method, Person, State, secrecy
from roomctl.i18n import speaking
from roomctl.testing.fakes import FakeContext, FakeServices
from roomctl.testing.pages import seen_by

MEETING = Meeting(
    id=MeetingId("0199f000-0000-7000-8000-000000000001"),
    room="r",
    title="专题会议",
    starts=datetime(2026, 11, 12, 9, 5),
    state=State.OPEN,
)

PHONE = "http://192.168.1.20:8470"


@pytest.fixture
def ctx(tmp_path):
    services = FakeServices(tmp_path)
    services.hold(MEETING, [Person(id="1", name="张建国", rank=1), Person(id="2", name="孙丽", rank=2)])
    return FakeContext("signin", tmp_path, services=services)


def drawn(ctx):
    (offer,) = roomctl_pages(ctx)
    return offer.build()


def test_it_says_how_each_meeting_stands_and_leads_to_its_desk_and_report(ctx):
    ctx.services.sign_in(MEETING.id, "张建国", method=Method.DESK)
    ctx.services.request_leave(MEETING.id, "孙丽", reason="出差")
    with seen_by("usher"), speaking("zh"):
        html = drawn(ctx).html
    assert "应到 2　实到 1　请假 0　未到 1" in html
    assert "请假待批：孙丽" in html
    for screen in ("desk", "report"):
        assert f'href="/s/signin/{screen}/{MEETING.id}/"' in html


def test_personal_codes_are_printed_where_telephones_sign_in_and_by_who_may_edit_the_roster(ctx):
    for address, role, offered in (("", "secretary", 0), (PHONE, "usher", 0), (PHONE, "secretary", 1)):
        ctx.config = Config(phone=address)
        with seen_by(role):
            assert drawn(ctx).html.count(f'href="/api/v1/x/signin/codes/{MEETING.id}/sheet"') == offered


def test_the_list_of_a_secret_meeting_is_not_shown_to_the_door(ctx):
    ctx.services.hold(replace(MEETING, secrecy=secrecy.parse("秘密★3年")))
    with seen_by("usher"):
        assert MEETING.title not in drawn(ctx).html
    with seen_by("secretary"):
        assert MEETING.title in drawn(ctx).html


def test_where_nobody_has_to_sign_in_the_page_says_what_comes_next(ctx):
    ctx.services.hold(replace(MEETING, state=State.APPROVED))
    with seen_by("usher"):
        assert "会前准备" in drawn(ctx).html
