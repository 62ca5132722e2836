"""候会 in a real browser: the wall of the waiting room, and the usher's telephone over a line that is cut."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from roomctl.app import Application
from roomctl.domain.attendance import Method, Person, Role
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.services.identity import new_id
from tests.waiting import until
from tests.web.pages.plain import Server, serving

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.story]

MOST_BYTES = 50_000


@dataclass
class Waiting:
    """A meeting with people who come for its items."""

    application: Application
    server: Server
    meeting: str

    def link(self, screen: str) -> str:
        _key, text = self.application.screens.make(self.meeting, "signin", screen, label="候会室")
        return f"http://127.0.0.1:{self.server.port}/s/{text}"

    def kinds(self) -> list[str]:
        rows = self.application.usecases.events(stream=self.meeting, kinds=["attendance.*"], newest=False)
        return [row.kind.removeprefix("attendance.") for row in rows]


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Iterator[Waiting]:
    data = tmp_path_factory.mktemp("waiting") / "data"
    data.mkdir()
    with serving(data, "signin") as (application, server):
        use = application.usecases
        meeting = use.create(
            Meeting(
                id=MeetingId(new_id()),
                room=use.room.id,
                title="市政府专题会议：老旧小区改造和政务服务大厅建设",
                starts=datetime(2026, 11, 12, 10, 0),
                recorded=False,
                agenda=(
                    AgendaItem(1, "老旧小区改造进展"),
                    AgendaItem(2, "政务服务大厅建设<script>alert(1)</script>"),
                ),
            )
        )
        people = (
            ("孙丽", "市教育局", (1,)), ("马德福", "市住建局", (1, 2)), ("吴文博", "市财政局", (2,)),
            ("𠮷田美", "市审计局", (2,)),
        )  # fmt: skip
        use.add_people(
            meeting.id,
            [
                Person(id=new_id(), name=name, unit=unit, role=Role.OBSERVER, rank=rank, items=items)
                for rank, (name, unit, items) in enumerate(people, 1)
            ],
        )
        for state in (State.APPROVED, State.OPEN, State.IN_SESSION):
            use.transition(meeting.id, state)
        use.sign_in(meeting.id, "孙丽", method=Method.DESK)
        use.next_item(meeting.id)
        yield Waiting(application, server, meeting.id)


@pytest.fixture
def open_screen(browser: Browser, room: Waiting, pictured):
    pages: list[Page] = []
    wrong: list[str] = []

    def opened(screen: str, size: tuple[int, int], locale: str = "zh-CN") -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale=locale, has_touch=True)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
        page.goto(room.link(screen))
        pages.append(page)
        return page

    yield opened
    for number, page in enumerate(pages):
        pictured(page, f"screen-{number}")
        page.context.close()
    assert not wrong


def told(room: Waiting, *kinds: str) -> None:
    """The page shows a press before the host has it: waits until these are the newest events."""
    until(lambda: room.kinds()[-len(kinds) :] == list(kinds), what=" ".join(kinds))


def first_load(page: Page) -> int:
    named = page.evaluate("[...document.querySelectorAll('[src], link[href]')].map((one) => one.src || one.href)")
    return sum(len(page.request.get(url).body()) for url in [page.url, *named])


def test_the_wall_calls_who_waits_and_names_nobody_who_is_away(open_screen):
    page = open_screen("waiting", (1920, 1080))
    expect(page.locator("#enter")).to_contain_text("市教育局孙丽")
    expect(page.locator("#now")).to_have_text("第 1 项正在进行：老旧小区改造进展")
    expect(page.locator("#coming")).to_contain_text("政务服务大厅建设<script>")
    text = page.inner_text("body")
    assert not [name for name in ("马德福", "吴文博", "𠮷田美") if name in text]
    assert first_load(page) < MOST_BYTES


def test_the_usher_leads_in_and_out_also_while_the_line_is_cut(open_screen, room):
    use = room.application.usecases
    page = open_screen("usher", (390, 844))
    expect(page.locator("#enter li")).to_have_count(2)
    first, second = page.get_by_label("已进场 孙丽"), page.get_by_label("已进场 马德福")
    first.focus()
    use.sign_in(room.meeting, "马德福", method=Method.DESK)
    expect(page.locator("#enter li", has_text="马德福")).to_contain_text("已签到")
    expect(first).to_be_focused()  # somebody else's act draws the lists anew
    page.route("**/*", lambda route: route.abort() if route.request.method == "GET" else route.continue_())
    first.press("Enter")  # the host takes it, and the line is lost before the page can look again
    expect(second).to_be_focused()  # the row has left the list: the next one is at hand
    told(room, "entered")
    expect(page.locator("#state")).to_contain_text("已存在本机 0 条")
    expect(page.locator("#stay")).to_contain_text("孙丽")
    page.unroute_all()
    room.server.stop()
    second.tap()
    expect(page.locator("#state")).to_contain_text("已存在本机 1 条")
    expect(page.locator("#stay li")).to_have_count(2)
    room.server.start()
    expect(page.locator("#state")).to_have_text("")
    told(room, "entered", "entered")
    use.next_item(room.meeting)
    expect(page.locator("#leave")).to_contain_text("孙丽")
    page.get_by_label("已退场 孙丽").hover()
    page.mouse.down()
    with page.expect_response(
        lambda answer: "/usher/" in answer.url and any(one["here"] for one in answer.json()["enter"])
    ):
        use.sign_in(room.meeting, "吴文博", method=Method.DESK)
    page.evaluate("new Promise(requestAnimationFrame)")  # what came is drawn, but not under the finger
    page.mouse.up()
    expect(page.locator("#leave")).to_be_hidden()
    page.locator("#done button").tap()
    expect(page.locator("#leave")).to_contain_text("孙丽")
    told(room, "exited", "undone")
    page.reload()
    expect(page.locator("#leave")).to_contain_text("孙丽")
    assert first_load(page) < MOST_BYTES


def test_both_speak_english(open_screen, room):
    del room
    wall, usher = open_screen("waiting", (1280, 800), "en-US"), open_screen("usher", (390, 844), "en-US")
    expect(wall.locator("#leave h2")).to_have_text("Please leave the room")
    expect(usher.locator("#leave h2")).to_have_text("Lead out 1")


def test_names_leave_the_telephone_when_its_link_is_taken_back(open_screen, room):
    page = open_screen("usher", (390, 844))
    expect(page.locator("#title")).not_to_be_empty()
    screens = room.application.screens
    for key in screens.of(room.meeting):
        screens.drop(room.meeting, key.id)
    expect(page.locator("#state")).to_contain_text("链接已收回", timeout=60_000)
    kept = page.evaluate("JSON.stringify(localStorage)")
    shown = page.inner_text("body")
    assert not [name for name in ("孙丽", "马德福", "吴文博", "𠮷田美") if name in kept + shown]
