"""Live captions in the operator's right column, in a real browser: switched on by the meeting's name, hidden, off."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from roomctl_transcript.captions.board import Board, Line, Stand
from roomctl_transcript.captions.boards import KEY

from roomctl.app import Application
from roomctl.domain.access import Role
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.services.identity import new_id
from roomctl.storage.plugin_store import SqlPluginStore
from tests.web.pages.conftest import PASSWORD

pytestmark = pytest.mark.needs("chromium")

OFF, ON = "老旧小区改造专题会议", "政务服务大厅建设专题会议"


@pytest.fixture(scope="module")
def prepare(tmp_path_factory) -> Iterator[Callable[[Path], None]]:
    """Two open meetings: captions of one are off, those of the other were on when the host stopped. No model."""

    def prepared(data: Path) -> None:
        application = Application(data)
        application.accounts.add("赵敏", PASSWORD, [Role.OPERATOR])
        application.accounts.add("钱工", PASSWORD, [Role.APPROVER])
        application.accounts.add("周强", PASSWORD, [Role.TECHNICIAN])
        use = application.usecases
        now = datetime.now(ZoneInfo(use.room.zone)).replace(second=0, microsecond=0, tzinfo=None)
        for title in (OFF, ON):
            item = AgendaItem(1, "改造进展", presenter="李晓明", minutes=30)
            facts = {"room": use.room.id, "title": title, "starts": now, "chair": "张建国", "agenda": (item,)}
            meeting = use.create(Meeting(id=MeetingId(new_id()), **facts))
            for state in (State.APPROVED, State.OPEN):
                use.transition(meeting.id, state)
        SqlPluginStore(application.database, "transcript", meeting.id).put(KEY, {"on": True, "by": "孙丽"})
        application.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROOMCTL_MODELS", str(tmp_path_factory.mktemp("models")))
        yield prepared


@pytest.fixture(scope="module")
def paths(site) -> dict[str, str]:
    application = Application(site.data)
    try:
        return {one.title: f"/meetings/{one.id}/record" for one in application.usecases.meetings()}
    finally:
        application.close()


def live(page: Page):
    return page.locator(".rc-live")


def button(page: Page, name: str):
    return live(page).get_by_role("button", name=name, exact=True)


def test_they_are_switched_on_for_the_meeting_whose_name_was_written_and_no_other(open_page, paths):
    page = open_page(paths[OFF])
    expect(live(page)).to_contain_text("会场字幕没有打开")
    button(page, "打开字幕").click()
    field = live(page).locator("input")
    assert live(page).locator("datalist option").get_attribute("value") == OFF  # to choose as well as to write
    field.fill(ON)
    button(page, "打开").click()
    expect(live(page).get_by_role("alert")).to_contain_text("会议名称")
    expect(field).to_have_value(ON)  # what was written is still there
    field.fill(OFF)
    button(page, "打开").click()
    expect(live(page).get_by_role("alert")).to_contain_text("roomctl models pull")  # and now the engine's own answer
    field.press("Escape")
    expect(button(page, "打开字幕")).to_be_focused()
    expect(live(page)).to_contain_text("会场字幕没有打开")


def test_while_they_are_on_they_say_why_no_word_comes_and_can_be_hidden_and_switched_off(open_page, paths):
    page, other = open_page(paths[ON]), open_page(paths[ON], size="small")
    expect(live(page).locator(".rc-live-note")).to_be_visible()
    expect(page.locator(".rc-said")).to_be_hidden()  # the transcript's own sentences make room
    button(page, "遮住").click()
    expect(button(other, "恢复")).to_be_visible()
    expect(live(other)).to_contain_text("会场屏幕已遮住")
    button(page, "整句").click()
    expect(button(other, "整句")).to_have_attribute("aria-pressed", "true")
    for one in (page, other):
        assert one.evaluate("document.documentElement.scrollWidth <= innerWidth")
    button(other, "恢复").click()
    expect(button(page, "遮住")).to_be_visible()
    button(page, "关闭").click()
    expect(live(other)).to_contain_text("会场字幕没有打开")
    expect(other.locator(".rc-said")).to_be_visible()


@pytest.mark.parametrize(("size", "locale"), [("desk", "zh-CN"), ("small", "en-GB"), ("telephone", "zh-CN")])
def test_what_is_being_said_stands_there_with_its_delay(open_page, site, paths, size, locale):
    meeting = paths[OFF].split("/")[2]
    first = Line(id="c1", recording=1, track=1, start=0, end=4, speaker="李晓明", text="完工45个。", final=True)
    second = replace(first, id="c2", text="一是加装<b>意见</b>", unsure="不统一", final=False)
    third = replace(second, id="c3", speaker="张建国", text="", unsure="请接着讲")
    facts = {"meeting": meeting, "on": True, "by": "赵敏", "recording": "recording", "delay_ms": 800}
    board = Board(**facts, state=Stand.LIVE, lines=(first, second, third))

    def answered(route):
        told = json.dumps(board.as_json(), ensure_ascii=False)
        stream = f"retry: 600000\n\nevent: captions\ndata: {told}\n\n"
        kind, body = ("text/event-stream", stream) if "/stream" in route.request.url else ("application/json", told)
        route.fulfill(status=200, content_type=kind, body=body)

    page = open_page("/", size=size, locale=locale)
    page.route("**/api/v1/x/transcript/captions/**", answered)
    page.goto(site.url + paths[OFF])
    expect(live(page).locator(".rc-cap p")).to_have_text(
        ["李晓明完工45个。", "一是加装<b>意见</b>不统一", "张建国请接着讲"]
    )
    expect(live(page).locator(".rc-unsure")).to_have_text(["不统一", "请接着讲"])
    expect(live(page).locator(".rc-head")).to_contain_text("慢 0.8 秒" if locale == "zh-CN" else "0.8 s late")
    assert live(page).locator(".rc-head").bounding_box()["height"] < 48  # one row
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    live(page).scroll_into_view_if_needed()
    board = replace(board, state=Stand.DOWN, why="识别进程反复退出")
    page.reload()
    expect(live(page).locator(".rc-live-note")).to_have_text("识别进程反复退出")


def test_who_may_only_read_along_gets_no_switch_and_who_may_not_gets_nothing(open_page, paths):
    page = open_page(paths[OFF], who="钱工")
    expect(live(page)).to_contain_text("会场字幕没有打开")
    assert live(page).locator("button").count() == 0
    page = open_page(paths[OFF], who="周强")
    expect(page.locator(".rc-words")).to_be_visible()
    assert live(page).count() == 0
