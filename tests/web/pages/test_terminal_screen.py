"""The sign-in terminal in a real browser, touched with a finger, over a line that is cut and a host that restarts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from roomctl_signin import evidence
from roomctl_signin.terminal.routes import LOOK

from roomctl.app import Application
from roomctl.domain import passes
from roomctl.domain.access import Role as Held
from roomctl.domain.attendance import Method, Person, Role, Standing
from roomctl.domain.checks import CheckReport, CheckState, Result
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.services.identity import new_id
from roomctl.services.time import SystemClock
from roomctl.web.attending import LASTS
from roomctl.web.session import ATTENDANT
from tests.waiting import until
from tests.web.pages.conftest import PASSWORD
from tests.web.pages.plain import Server, serving

pytestmark = pytest.mark.needs("chromium")

TITLE = "市政府专题会议：老旧小区改造和政务服务大厅建设"
PEOPLE = (
    ("张建国", "市政府", "副市长"), ("赵健", "市审计局", "副局长"), ("赵洁", "市政府办公室", "科长"),
    ("周㛃", "市统计局", "副局长"), ("李晓明", "市住建局", "局长"), ("王伟", "市财政局", "处长"),
    ("王伟", "市教育局", "副局长"), ("陈志强", "市财政局", "局长"),
)  # fmt: skip
STAFF = {"周强": Held.USHER, "钱工": Held.TECHNICIAN}
MOST_BYTES = 50_000
"""Of the first load, unpacked."""
NOTICE = "本次会议由办公室统一录音，供整理记录使用，请勿自行录音录像"


@dataclass
class Door:
    """A meeting with a terminal at its door."""

    application: Application
    server: Server
    meeting: str
    link: str

    def standing(self, name: str, unit: str = "") -> Standing:
        every = self.application.usecases.attendance(self.meeting).standings
        return next(one for one in every if one.person.name == name and unit in one.person.unit)

    def kinds(self) -> list[str]:
        rows = self.application.usecases.events(stream=self.meeting, kinds=["attendance.*"], newest=False)
        return [row.kind.removeprefix("attendance.") for row in rows]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[Application, Server]]:
    data = tmp_path_factory.mktemp("door") / "data"
    data.mkdir()
    (data / "roomctl.toml").write_text(
        '[plugins.signin]\nwelcome_seconds = 3\nphone = "http://192.168.1.20:8470"\n', "utf-8"
    )
    with serving(data, "signin") as both:
        for name, role in STAFF.items():
            both[0].accounts.add(name, PASSWORD, [role])
        yield both


@pytest.fixture
def door(served) -> Door:
    application, server = served
    use = application.usecases
    starts = datetime(2026, 11, 12, 10, 0)
    meeting = use.create(
        Meeting(id=MeetingId(new_id()), room=use.room.id, title=TITLE, starts=starts, chair="张建国")
    )
    people = [
        Person(id=new_id(), name=name, unit=unit, duty=duty, rank=rank, seat=f"{rank}")
        for rank, (name, unit, duty) in enumerate(PEOPLE, 1)
    ]
    use.add_people(meeting.id, [*people, Person(id=new_id(), name="刘列席", role=Role.OBSERVER)])
    use.request_leave(meeting.id, "陈志强", reason="出差", proxy="刘伟", proxy_duty="副局长")
    use.decide_leave(meeting.id, "陈志强", granted=True, by="张建国")
    for state in (State.APPROVED, State.OPEN):
        use.transition(meeting.id, state)
    _key, text = application.screens.make(meeting.id, "signin", "terminal", label="北门")
    return Door(application, server, meeting.id, f"http://127.0.0.1:{server.port}/s/{text}")


@pytest.fixture
def open_terminal(browser: Browser, door: Door, pictured):
    """Opens the link on a touch screen of its own; whatever it complains of fails the test."""
    pages: list[Page] = []
    wrong: list[str] = []

    def opened(link: str = "", size: tuple[int, int] = (1280, 800), locale: str = "zh-CN") -> Page:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, timezone_id="UTC", has_touch=True
        )
        page = context.new_page()
        page.clock.install()  # so that a test may turn it on to the next look at the host
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
        page.goto(link or door.link)
        pages.append(page)
        return page

    yield opened
    for number, page in enumerate(pages):
        pictured(page, f"terminal-{number}")
        page.context.close()
    assert not wrong


def first_load(page: Page) -> int:
    """Bytes, unpacked, of the page and of all that it names."""
    named = page.evaluate("[...document.querySelectorAll('[src], link[href]')].map((one) => one.src || one.href)")
    return sum(len(page.request.get(url).body()) for url in [page.url, *named])


def later(page: Page, seconds: int = 6) -> None:
    """So much later: the terminal looks at the host, and counts down."""
    page.clock.run_for(seconds * 1000)


def typed(page: Page, letters: str) -> None:
    for letter in letters:
        page.locator("#keys button", has_text=letter).first.tap()


def begin(page: Page, letters: str) -> None:
    page.locator("#begin").tap()
    typed(page, letters)


def match(page: Page, name: str, line: str = ""):
    return page.locator("#matches button", has_text=name).filter(has_text=line)


def written(page: Page) -> None:
    """Somebody signs on the glass."""
    glass = page.locator("#glass")
    expect(glass).to_be_visible()
    box = glass.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 80)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 100 + 40 * step, box["y"] + 80 + (60 if step % 2 else 0))
    page.mouse.up()


def sign(page: Page, name: str, line: str = "") -> None:
    match(page, name, line).tap()
    written(page)
    page.locator("#yes").tap()


def test_the_idle_screen_says_which_meeting_and_counts_but_names_nobody(open_terminal, door, pictured):
    page = open_terminal()
    assert 10_000 < first_load(page) <= MOST_BYTES
    expect(page.locator("#idle .title")).to_have_text(TITLE.replace("：", "： "))
    expect(page.locator("#when")).to_have_text("10:00 开始　主持人 张建国")
    expect(page.locator("#idle [data-expected]")).to_have_text("8")
    expect(page.locator("#idle [data-recorded]")).to_have_text(NOTICE)
    expect(page.locator("#ready")).to_contain_text("已就绪 离线，10/10 人，同步 ")
    pictured(page, "idle")
    page.locator("#begin").tap()
    expect(page.locator("#find")).to_be_visible()
    assert page.locator("#matches button").count() == 0
    assert "陈志强" not in page.locator("body").inner_text()
    kinds = [row.kind for row in door.application.usecases.events(stream=door.meeting, kinds=["x.signin.*"])]
    assert kinds == ["x.signin.recording_notice"]


def test_a_person_finds_the_name_signs_and_is_welcomed_with_the_seat(open_terminal, door, pictured):
    page = open_terminal()
    begin(page, "ZJ")
    expect(page.locator("#matches b")).to_have_text(["赵健", "赵洁", "周㛃", "张建国"])
    pictured(page, "search")
    match(page, "赵健").tap()
    expect(page.locator("#who")).to_have_text("赵健")
    expect(page.locator("#yes")).to_be_disabled()
    written(page)
    pictured(page, "confirm")
    page.locator("#yes").tap()
    expect(page.locator("#hello")).to_have_text("赵健同志，您好")
    expect(page.locator("#seat")).to_have_text("座位 2")
    pictured(page, "welcome")
    standing = door.standing("赵健")
    folder = door.application.plugins.loaded["signin"].context.folder(door.meeting) / "signatures"
    assert standing.present
    assert {path.suffix for path in folder.glob(f"{standing.signature}.*")} == {".svg", ".png"}
    later(page)
    expect(page.locator("#find")).to_be_visible()  # by itself
    expect(page.locator("#find [data-present]")).to_have_text("1")
    expect(page.locator("#letters")).to_have_text("")


def test_where_seats_were_laid_out_the_welcome_shows_the_way_to_ones_own(open_terminal, door, pictured):
    use = door.application.usecases
    long = Person(id=new_id(), name="买买提·吐尔逊·阿不都热依木江·" * 2 + "W" * 8, rank=99)
    use.add_people(door.meeting, [long])
    use.lay_seats(door.meeting, "classroom")
    use.propose_seats(door.meeting)
    use.wire_seats(door.meeting, 3)
    (paper,) = use.register_handouts(door.meeting, "实施方案", ["002"])
    use.sign_out_handout(door.meeting, paper.id, "张建国")
    page = open_terminal()
    begin(page, "LW")
    sign(page, "刘伟")
    expect(page.locator("#seat")).to_have_text("后排 4 号座")
    expect(page.locator("#map rect.mine")).to_have_count(1)
    expect(page.locator("#map text.mine")).to_have_text("刘伟")
    expect(page.locator("#papers")).to_have_text("")
    expect(page.locator("#map")).to_have_attribute("aria-label", "座位图，台下视角")
    assert "张建国" in page.locator("#map").text_content()
    named = page.locator("#map text", has_text="吐尔逊")
    assert named.evaluate("(name) => name.getBBox().width") <= 96  # no wider than a seat
    pictured(page, "seated")
    later(page)
    typed(page, "ZJG")
    sign(page, "张建国")
    expect(page.locator("#seat")).to_have_text("主席台 1 号座，话筒 1")
    expect(page.locator("#map text.mine")).to_have_text("张建国")
    expect(page.locator("#papers")).to_have_text("您的材料编号 002")
    pictured(page, "papers")


def test_equal_names_are_told_apart_a_proxy_is_a_person_of_his_own_and_a_second_press_says_when(open_terminal, door):
    page = open_terminal()
    begin(page, "WW")
    expect(page.locator("#matches small")).to_have_text(["市财政局　处长", "市教育局　副局长"])
    sign(page, "王伟", "市教育局")
    expect(page.locator("#taken")).to_contain_text("市教育局　副局长")
    assert door.standing("王伟", "市教育局").present
    assert not door.standing("王伟", "市财政局").present
    page.locator("#known").tap()
    typed(page, "LW")
    sign(page, "刘伟", "代陈志强")
    expect(page.locator("#hello")).to_have_text("刘伟同志，您好")
    assert door.standing("陈志强").written == "刘伟（代陈志强）"
    page.locator("#known").tap()
    typed(page, "WW")
    expect(match(page, "王伟", "市教育局").locator(".go")).to_contain_text("已签到")
    match(page, "王伟", "市教育局").tap()
    expect(page.locator("#hello")).to_have_text("王伟，已签到")
    expect(page.locator("#notme")).to_be_hidden()
    assert door.kinds().count("signed_in") == 2


def test_not_me_takes_the_sign_in_back(open_terminal, door):
    page = open_terminal()
    begin(page, "ZJG")
    sign(page, "张建国")
    page.locator("#notme").tap()
    typed(page, "ZJG")
    expect(match(page, "张建国").locator(".go")).to_have_text("签名")
    expect(page.locator("#find [data-present]")).to_have_text("0")
    assert door.kinds()[-2:] == ["signed_in", "undone"]


def test_who_signed_in_elsewhere_is_seen_here_as_signed_in(open_terminal, door):
    page = open_terminal()
    begin(page, "ZJ")
    expect(match(page, "赵洁").locator(".go")).to_have_text("签名")
    door.application.usecases.sign_in(door.meeting, "赵洁", method=Method.DESK)
    later(page)
    expect(match(page, "赵洁").locator(".go")).to_contain_text("已签到")


def test_a_cut_line_and_a_restart_of_the_host_and_of_the_browser_cost_nothing(open_terminal, door, pictured):
    page = open_terminal()
    expect(page.locator("#ready")).to_contain_text("10/10")
    door.server.stop()
    try:
        begin(page, "LXM")
        sign(page, "李晓明")
        expect(page.locator("#kept")).to_have_text("已存在本机，联网后补送", timeout=20_000)
        pictured(page, "kept")
        page.locator("#known").tap()
        expect(page.locator("#waiting")).to_have_text("连接中断，签到照常，待补送 1 条")
        typed(page, "LXM")
        expect(match(page, "李晓明").locator(".go")).to_contain_text("已签到")
        assert not door.standing("李晓明").present
    finally:
        door.server.start()
    page.reload()  # the computer of the terminal was switched off and on
    expect(page.locator("#waiting")).to_have_text("", timeout=30_000)
    expect(page.locator("#idle [data-present]")).to_have_text("1", timeout=20_000)
    assert door.standing("李晓明").present
    assert door.kinds().count("signed_in") == 1


def test_before_it_is_opened_the_terminal_says_when_and_after_it_that_it_is_over(open_terminal, door):
    use = door.application.usecases
    meeting = use.create(
        Meeting(
            id=MeetingId(new_id()), room=use.room.id, title="安全生产月度例会", starts=datetime(2026, 11, 12, 14, 30)
        )
    )
    use.transition(meeting.id, State.APPROVED)
    _key, text = door.application.screens.make(meeting.id, "signin", "terminal")
    page = open_terminal(door.link.rsplit("/", 1)[0] + f"/{text}")
    expect(page.locator("#soon")).to_have_text("14:10 开始签到。请把手机调成静音。")
    expect(page.locator("#begin")).to_be_hidden()
    use.transition(meeting.id, State.CANCELLED, reason="改期")
    later(page, 12)  # the host asks its database again after some seconds
    expect(page.locator("#soon")).to_have_text("签到已结束", timeout=30_000)


def test_shortly_before_it_opens_the_terminal_says_how_many_minutes_are_left(open_terminal, door):
    use = door.application.usecases
    starts = datetime.now(ZoneInfo(use.room.zone)).replace(second=0, microsecond=0, tzinfo=None) + timedelta(hours=1)
    meeting = use.create(Meeting(id=MeetingId(new_id()), room=use.room.id, title="安全生产月度例会", starts=starts))
    use.transition(meeting.id, State.APPROVED)
    _key, text = door.application.screens.make(meeting.id, "signin", "terminal")
    page = open_terminal(door.link.rsplit("/", 1)[0] + f"/{text}")
    expect(page.locator("#soon")).to_have_text(
        re.compile(r"^\d\d:\d\d 开始签到，还有 (40|39|38) 分钟。请把手机调成静音。$")
    )


def test_by_keys_alone_and_in_english(open_terminal):
    page = open_terminal(locale="en-US")
    expect(page.locator("#begin")).to_be_visible()
    page.keyboard.press("z")
    page.keyboard.press("j")
    page.keyboard.press("g")
    expect(page.locator("#matches b")).to_have_text(["张建国"])
    expect(page.locator("#lead")).to_have_text("Touch your name, then sign")
    page.keyboard.press("Backspace")
    page.locator("#language").press("Enter")
    expect(page.locator("#lead")).to_have_text("点自己的名字，再签名")
    page.keyboard.press("Escape")
    expect(page.locator("#idle")).to_be_visible()


def test_the_code_for_telephones_stands_there_only_after_the_check_of_today(
    open_terminal, door, pictured, monkeypatch
):
    page = open_terminal()
    expect(page.locator("#begin")).to_be_visible()
    expect(page.locator("#phone")).to_be_hidden()
    found = Result(device="phone", check="signin.page", state=CheckState.OK, message="-")
    clock = door.application.clock
    with door.application.open_uow() as uow:
        uow.checks.add(CheckReport(id=new_id(), meeting=door.meeting, at=clock.now(), results=(found,)))
        uow.commit()
    since = SystemClock.monotonic
    monkeypatch.setattr(SystemClock, "monotonic", lambda clock: since(clock) + LOOK)
    _key, text = door.application.screens.make(door.meeting, "signin", "terminal")
    later_page = open_terminal(door.link.rsplit("/", 1)[0] + f"/{text}", size=(1280, 800))
    expect(later_page.locator("#phone")).to_be_visible()
    expect(later_page.locator("#scan")).to_have_text("手机扫码签到")
    assert later_page.locator("#code path").get_attribute("d").count("M") > 200
    pictured(later_page, "code")
    first = later_page.locator("#code path").get_attribute("d")
    now = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda clock: now(clock) + timedelta(seconds=passes.STEP))
    later_page.clock.run_for(1000 * (passes.STEP + 1))
    expect(later_page.locator("#code path")).not_to_have_attribute("d", first)


def test_a_card_that_is_held_to_a_reader_that_types(open_terminal, door, pictured):
    context = door.application.plugins.loaded["signin"].context
    person = door.standing("李晓明").person.id
    evidence.remember(context, door.meeting, {"0012345678": person})
    (paper,) = door.application.usecases.register_handouts(door.meeting, "实施方案", ["007"])
    door.application.usecases.sign_out_handout(door.meeting, paper.id, "李晓明")
    page = open_terminal()
    expect(page.locator("#begin")).to_be_visible()
    swipe(page, "0012345678")
    expect(page.locator("#hello")).to_have_text("李晓明同志，您好")
    expect(page.locator("#papers")).to_have_text("您的材料编号 007")
    expect(page.locator("#seat")).to_have_text("座位 5")
    swipe(page, "0012345678")
    expect(page.locator("#hello")).to_have_text("李晓明，已签到")
    expect(page.locator("#papers")).to_have_text("")
    swipe(page, "99887766554433")
    expect(page.locator("#card")).to_have_text("这张卡没有登记，请找会务人员")
    expect(page.locator("#welcome")).to_be_hidden()
    pictured(page, "unknown-card")
    noted = door.application.usecases.events(stream=door.meeting, kinds=["x.signin.unknown_card"])
    assert ["…433" in row.data and "99887766554433" not in row.data for row in noted] == [True]
    assert door.standing("李晓明").present
    door.server.stop()
    try:
        swipe(page, "0012345678")
        expect(page.locator("#card")).to_contain_text("现在查不了这张卡", timeout=20_000)
    finally:
        door.server.start()


def swipe(page: Page, number: str) -> None:
    """As a reader does: all keys at once, whatever else the machine is at."""
    page.evaluate(
        """(keys) => {
          const how = { bubbles: true, cancelable: true };
          for (const key of keys) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, ...how }));
        }""",
        [*number, "Enter"],
    )


def test_a_host_that_cannot_keep_a_signature_says_so_and_gets_it_again(open_terminal, door, pictured):
    folder = door.application.plugins.loaded["signin"].context.folder(door.meeting) / "signatures"
    folder.write_text("in the way: as a full disk is", "utf-8")
    page = open_terminal()
    begin(page, "LXM")
    sign(page, "李晓明")
    expect(page.locator("#kept")).to_have_text("已存在本机，稍后自动补送", timeout=20_000)
    expect(page.locator("#waiting")).to_contain_text("签名存不下，签到已记")
    pictured(page, "full")
    folder.unlink()
    later(page)
    expect(page.locator("#waiting")).to_have_text("", timeout=20_000)
    assert {path.suffix for path in folder.iterdir()} == {".svg", ".png"}
    assert door.kinds().count("signed_in") == 1


def test_what_the_host_refuses_for_good_is_said_and_holds_nobody_up(open_terminal):
    page = open_terminal()
    expect(page.locator("#begin")).to_be_visible()
    gone = '{"title": "没有这个会议", "status": 404}'
    page.route("**/acts", lambda route: route.fulfill(status=404, content_type="application/problem+json", body=gone))
    begin(page, "LXM")
    sign(page, "李晓明")
    expect(page.locator("#wrong")).to_contain_text("没有这个会议")
    expect(page.locator("#waiting")).to_contain_text("1 条主机不收（没有这个会议），请会务人员处理")
    page.unroute("**/acts")
    page.locator("#no").tap()
    typed(page, "ZJG")
    sign(page, "张建国")
    expect(page.locator("#hello")).to_have_text("张建国同志，您好")


def attend(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").tap()


def test_one_of_the_staff_signs_in_for_somebody_by_name_and_nobody_else_may(open_terminal, door, pictured):
    page = open_terminal()
    begin(page, "")
    page.locator("#attend").tap()
    for name, password, why in (
        ("周强", "wrong password", "登录失败"),
        ("钱工", PASSWORD, "可以这样做的是：秘书、会务员"),
    ):
        attend(page, name, password)
        expect(page.locator("dialog .wrong")).to_contain_text(why)
    assert page.locator("#letters").inner_text() == ""  # what was typed there is no search
    pictured(page, "staff")
    attend(page, "周强")
    expect(page.locator("#hint")).to_have_text("周强 正在代签")
    typed(page, "LXM")
    pictured(page, "for-others")
    match(page, "李晓明").tap()
    expect(page.locator("#sheet")).to_be_hidden()
    page.locator("#yes").tap()
    expect(page.locator("#hello")).to_have_text("李晓明同志，您好")
    (row,) = door.application.usecases.events(stream=door.meeting, kinds=["attendance.signed_in"])
    assert row.actor == "person:周强"
    assert '"method":"desk"' in row.data.replace(" ", "")
    assert "北门" in row.data
    page.get_by_role("button", name="撤销").tap()
    typed(page, "LXM")
    expect(match(page, "李晓明").locator(".go")).to_have_text("代签")
    assert door.kinds()[-2:] == ["signed_in", "undone"]
    door.server.stop()
    match(page, "李晓明").tap()
    page.locator("#yes").tap()
    expect(page.locator("#wrong")).to_contain_text("连接中断，代签没有登记")
    door.server.start()
    page.locator("#yes").tap()
    expect(page.locator("#hello")).to_have_text("李晓明同志，您好")
    page.locator("#known").tap()
    (cookie,) = [one for one in page.context.cookies() if one["name"] == ATTENDANT]
    assert cookie["path"] == f"/api/v1/x/signin/terminal/{door.meeting}/attendant"
    (session,) = door.application.accounts.sessions("周强")
    assert session.expires - session.created == LASTS
    assert session.address == "127.0.0.1 北门"  # its failures are counted apart from those of the machine
    page.locator("#attend").tap()
    until(lambda: ATTENDANT not in {one["name"] for one in page.context.cookies()})
    assert not door.application.accounts.sessions("周强")  # the host has ended it too
    assert not door.application.accounts.sessions("钱工")
    acts = [{"key": "k" * 32, "person": door.standing("赵洁").person.id}]
    refused = page.evaluate(
        """(acts) => roomScreen.ask("/attendant/acts", { method: "POST",
             headers: { "Content-Type": "application/json" },
             body: JSON.stringify({ acts }) }).then((answer) => answer.status)""",
        acts,
    )
    assert (refused, door.standing("赵洁").present) == (401, False)  # the screen's own key is not enough


def test_the_staffs_sign_on_ends_where_nobody_touches_the_terminal(open_terminal, door):
    page = open_terminal()
    begin(page, "")
    page.locator("#attend").tap()
    attend(page, "周强")
    expect(page.locator("#hint")).to_contain_text("周强")
    page.clock.run_for(121_000)
    expect(page.locator("#idle")).to_be_visible()
    until(lambda: not door.application.accounts.sessions("周强"))
    begin(page, "LXM")
    expect(match(page, "李晓明").locator(".go")).to_have_text("签名")


def test_a_rehearsal_is_the_real_thing_of_which_nothing_is_kept(open_terminal, door, pictured):
    _key, text = door.application.screens.make(door.meeting, "signin", "rehearsal")
    page = open_terminal(door.link.rsplit("/", 1)[0] + f"/{text}")
    expect(page.locator("#rehearsal")).to_contain_text("演练")
    before = len(door.application.usecases.events(stream=door.meeting))
    begin(page, "ZJG")
    sign(page, "张建国")
    expect(page.locator("#hello")).to_have_text("张建国同志，您好")
    expect(page.locator("#rehearsal")).to_contain_text("不记入任何记录")
    pictured(page, "rehearsal")
    page.locator("#known").tap()
    expect(page.locator("#find [data-present]")).to_have_text("1")
    assert not door.standing("张建国").present
    assert len(door.application.usecases.events(stream=door.meeting)) == before
    assert not list(door.application.plugins.loaded["signin"].context.folder(door.meeting).rglob("*.svg"))
