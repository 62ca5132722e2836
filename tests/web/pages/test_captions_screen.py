"""The room's screen in a real browser, over real sockets, with the plugin's own routes; the lines are the test's."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from roomctl_transcript.captions import boards
from roomctl_transcript.captions.board import Item, Line, Stand

from roomctl.app import Application
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.services.identity import new_id
from tests.web.pages.plain import Server, serving

pytestmark = pytest.mark.needs("chromium")

SIZES = {"wide": (1920, 1080), "desk": (1440, 900), "old projector": (1024, 768), "on its side": (1080, 1920)}
SAID = "截至10月底，已经开工72个，完工45个，完成投资3.6亿元，占年度计划的75%。目前主要有两个问题，"
ASKED = "请李晓明同志接着讲一讲目前的进度和问题。"
FIRST = Line(id="c1", recording=1, track=1, start=0, end=4, speaker="张建国", text=ASKED, final=True)
SECOND = Line(id="c2", recording=1, track=2, start=5, end=9, speaker="李晓明", duty="市住建局局长", text=SAID)
LINES = (FIRST, replace(SECOND, unsure="一是加装电梯意见不"))
ITEM = Item(n=1, title="老旧小区改造进展", unit="市住建局", presenter="李晓明", minutes=50, left=530)


@dataclass
class Hall:
    """A meeting with a screen."""

    application: Application
    server: Server
    meeting: str
    url: str
    link: str
    kept: object

    def show(self, *lines: Line, **changes) -> None:
        """What the engine would have written."""
        shown = {"state": Stand.LIVE, "recording": "recording", "delay_ms": 800, "item": ITEM, "lines": lines}
        boards.of(self.kept).change(self.meeting, lambda board: replace(board, **shown | changes))

    def switch(self, *, on: bool) -> None:
        """As it stands once somebody has: what that asks of meeting and engine is the plugin's own matter."""
        boards.of(self.kept).change(self.meeting, lambda board: replace(board, on=on, by="赵敏"))

    @property
    def board(self):
        return boards.of(self.kept).board(self.meeting)


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[Application, Server]]:
    with serving(tmp_path_factory.mktemp("hall") / "data", "transcript") as both:
        yield both


@pytest.fixture
def hall(served) -> Hall:
    """A meeting of its own for each test, with a link for its screen."""
    application, server = served
    use = application.usecases
    meeting = use.create(
        Meeting(id=MeetingId(new_id()), room=use.room.id, title="老旧小区改造", starts=datetime(2026, 11, 12, 10, 0))
    )
    for state in (State.APPROVED, State.OPEN):
        use.transition(meeting.id, state)
    _key, text = application.screens.make(meeting.id, "transcript", "captions", label="大屏")
    url = f"http://127.0.0.1:{server.port}"
    context = application.plugins.loaded["transcript"].context
    return Hall(application, server, meeting.id, url, f"{url}/s/{text}", context)


@pytest.fixture
def on(hall) -> Hall:
    """Captions are on, and two people have spoken."""
    hall.switch(on=True)
    hall.show(*LINES)
    return hall


@pytest.fixture
def open_screen(browser: Browser, hall: Hall, pictured):
    """Opens the link in a browser of its own; whatever it complains of fails the test."""
    pages: list[Page] = []
    wrong: list[str] = []

    def opened(size: str = "desk", locale: str = "zh-CN", path: str = "") -> Page:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, timezone_id="UTC")
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
        page.on("request", lambda asked: None if asked.url.startswith(hall.url) else wrong.append(asked.url))
        page.goto(path or hall.link)
        pages.append(page)
        return page

    yield opened
    for number, page in enumerate(pages):
        pictured(page, f"screen-{number}")
        page.context.close()
    assert not wrong


def now(page: Page):
    return page.locator("#now .said")


@pytest.mark.usefixtures("on")
def test_the_one_who_speaks_stands_large_the_one_before_dim_and_the_unsure_end_dotted(open_screen):
    page = open_screen()
    expect(now(page)).to_have_text(SAID + "一是加装电梯意见不")
    expect(page.locator("#now .part")).to_have_text("一是加装电梯意见不")
    expect(page.locator("#now .who")).to_have_text("李晓明　市住建局局长")
    expect(page.locator("#before .said")).to_have_text(LINES[0].text)
    expect(page.locator("#nth")).to_have_text("议题一　市住建局汇报")
    expect(page.locator("#left")).to_have_text("本议题还剩 9 分钟")
    expect(page.locator("#delay")).to_have_text("慢 0.8 秒")
    expect(page.locator("#recording")).to_have_text("正在录音")
    room = datetime.now(ZoneInfo("Asia/Shanghai"))
    near = {f"{room + timedelta(minutes=late):%H:%M}" for late in (-1, 0, 1)}
    assert page.locator("#clock").inner_text() in near  # the room's, whatever the zone of the browser
    assert "rcs_" not in page.url


@pytest.mark.parametrize("size", list(SIZES))
def test_on_every_screen_the_last_words_are_seen_in_whole_rows_and_nothing_is_cut_off(on, open_screen, size):
    on.show(LINES[0], replace(LINES[1], text=SAID * 6))
    page = open_screen(size)
    expect(page.locator("#now .part")).to_be_visible()
    told = page.evaluate(
        """() => {
          const box = (e) => e.getBoundingClientRect(), said = document.querySelector("#now .said");
          const row = parseFloat(getComputedStyle(said.firstChild).lineHeight);
          const part = document.querySelector("#now .part").getClientRects();
          return {
            rows: box(said).height / row, letter: parseFloat(getComputedStyle(said.firstChild).fontSize),
            last: box(said).bottom - part[part.length - 1].bottom, wide: document.documentElement.scrollWidth,
            clear: box(document.querySelector("footer")).top - box(said).bottom,
            above: box(document.querySelector("#before")).top - box(document.querySelector("header")).bottom,
          };
        }"""
    )
    width, height = SIZES[size]
    assert told["wide"] <= width
    assert abs(told["rows"] - round(told["rows"])) < 0.02
    assert round(told["rows"]) >= 2
    assert told["last"] >= -1
    assert told["clear"] > 0
    assert told["above"] >= 0
    assert told["letter"] >= min(width, height) / 25  # read from the back row


def test_escape_hides_the_words_at_once_and_for_every_screen(on, open_screen):
    page, other = open_screen(), open_screen("old projector")
    expect(now(other)).to_be_visible()
    expect(now(page)).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("getComputedStyle(document.querySelector('main')).visibility") == "hidden"  # without waiting
    expect(other.locator("main")).to_be_hidden()
    assert on.board.blanked
    expect(page.locator("#recording")).to_be_visible()  # nobody may hide that it is recorded
    other.keyboard.press(" ")
    expect(now(page)).to_be_visible()
    assert not on.board.blanked
    rows = on.application.usecases.events(stream=on.meeting, kinds=["x.transcript.captions.blanked"])
    assert all("大屏" in row.data for row in rows)


def test_an_answer_that_comes_late_hides_nothing_that_somebody_has_shown_again(on, open_screen):
    page = open_screen()
    expect(now(page)).to_be_visible()

    def late(route):
        if route.request.method != "PUT":
            route.continue_()
            return
        answer = route.fetch()
        boards.of(on.kept).switch(on.meeting, by="赵敏", blanked=False)
        time.sleep(1)  # the stream tells of both before this answer comes
        route.fulfill(response=answer)

    page.route("**/api/v1/x/transcript/captions/*", late)
    page.keyboard.press("Escape")
    expect(now(page)).to_be_visible()
    assert not on.board.blanked


def test_escape_hides_the_words_while_the_host_is_away_and_tells_it_when_it_is_back(on, open_screen):
    page = open_screen()
    expect(now(page)).to_be_visible()
    on.server.stop()
    try:
        expect(page.locator("#line")).to_contain_text("正在重新连接")
        expect(now(page)).to_be_visible()  # the last words stay
        page.keyboard.press("Escape")
        assert page.evaluate("getComputedStyle(document.querySelector('main')).visibility") == "hidden"
    finally:
        on.server.start()
    expect(page.locator("#line")).to_be_empty()
    expect(page.locator("main")).to_be_hidden()
    page.wait_for_function(
        "() => fetch('/api/v1/x' + location.pathname.slice(2)).then(r => r.json()).then(s => s.blanked)"
    )
    assert on.board.blanked


def test_the_screen_comes_back_by_itself_and_shows_what_is_said_then(on, open_screen):
    page = open_screen()
    expect(now(page)).to_be_visible()
    on.server.stop()
    try:
        expect(page.locator("#line")).to_contain_text(re.compile(r"[1-9]\d* 秒"))
    finally:
        on.server.start()
    on.show(replace(LINES[1], text="下面讲第二个问题。", unsure=""))
    expect(now(page)).to_have_text("下面讲第二个问题。")
    expect(page.locator("#line")).to_be_empty()


def test_while_they_are_off_no_word_reaches_the_screen(hall, open_screen):
    hall.show(*LINES, state=Stand.OFF)
    page = open_screen()
    expect(page.locator("#notice")).to_contain_text("字幕没有打开")
    expect(page.locator("#notice h2")).to_have_text("老旧小区改造")
    told = page.evaluate("fetch('/api/v1/x' + location.pathname.slice(2)).then((one) => one.text())")
    assert "截至" not in told
    page.keyboard.press("Escape")  # there is nothing to hide
    hall.switch(on=True)
    hall.show(*LINES)
    expect(now(page)).to_be_visible()
    assert not hall.board.blanked
    hall.switch(on=False)
    expect(page.locator("#notice")).to_contain_text("字幕没有打开")
    expect(now(page)).to_be_hidden()


def test_a_screen_can_hide_the_words_and_switch_nothing_on(hall, open_screen):
    page = open_screen()
    expect(page.locator("#notice")).to_be_visible()
    ask = """(wish) => fetch('/api/v1/x' + location.pathname.slice(2), {method: 'PUT', body: JSON.stringify(wish),
             headers: {'Content-Type': 'application/json'}}).then((one) => one.status)"""
    assert page.evaluate(ask, {"on": True, "confirm": "老旧小区改造"}) == 403
    assert page.evaluate(ask, {"blanked": True, "whole_sentences": True}) == 403
    assert not hall.board.on


def test_it_says_what_the_room_may_know_when_no_words_come(on, open_screen):
    page = open_screen()
    on.show(state=Stand.STARTING)
    expect(page.locator("#notice h2")).to_have_text("字幕准备中")
    on.show(*LINES, state=Stand.DOWN, why="模型没有装好")
    expect(page.locator("#note")).to_have_text("字幕暂停，录音正常")
    expect(now(page)).to_be_visible()  # the last line stays
    on.show(*LINES, state=Stand.PAUSED, recording="off_record")
    expect(page.locator("#recording")).to_have_text("不入记录")
    expect(page.locator("#note")).to_have_text("字幕暂停")
    assert "模型" not in page.locator("body").inner_text()
    on.show(*LINES, item=replace(ITEM, left=-130))
    expect(page.locator("#left")).to_have_text("已超 3 分钟")


def test_a_link_that_is_taken_back_closes_the_screen_where_it_is_open(on, open_screen):
    page = open_screen()
    expect(now(page)).to_be_visible()
    (key,) = on.application.screens.of(on.meeting)
    on.application.screens.drop(on.meeting, key.id)
    on.server.web.state.sessions.forget()  # as the page and REST do
    on.show(*LINES[:1])  # the stream asks again whenever it has something to say
    expect(page.locator("#notice h2")).to_have_text("字幕已关闭")
    expect(now(page)).to_be_hidden()


@pytest.mark.usefixtures("on")
def test_it_speaks_english_where_the_browser_does(open_screen):
    page = open_screen(locale="en-GB")
    expect(page.locator("#nth")).to_have_text("Item 1 · 市住建局")
    expect(page.locator("#left")).to_have_text("9 min left")
    expect(page.locator("#recording")).to_have_text("recording")
    expect(page.locator("#now .who")).to_have_text("李晓明, 市住建局局长")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_one_speakers_lines_stand_together_and_none_of_them_jumps(on, open_screen):
    first = replace(LINES[1], id="c3", text="第一句。", unsure="", final=True)
    second = replace(LINES[1], id="c4", start=10, end=12, text="", unsure="第二")
    on.show(LINES[0], first, second)
    page = open_screen()
    expect(now(page).locator("p")).to_have_text(["第一句。", "第二"])
    top = "document.querySelector('#now .sure').getBoundingClientRect().top"
    before = page.evaluate(top)
    expect(page.locator("#before .said")).to_have_text(LINES[0].text)
    on.show(LINES[0], first, replace(second, text="第二句", unsure="没有"))
    expect(now(page).locator("p")).to_have_text(["第一句。", "第二句没有"])
    assert page.evaluate(top) == before


def test_what_was_said_is_text_and_never_markup(on, open_screen):
    on.show(replace(LINES[1], text="<img src=x onerror=alert(1)>", unsure="<b>"))
    page = open_screen()
    expect(now(page)).to_have_text("<img src=x onerror=alert(1)><b>")
