"""The telephones' page in a real browser: drawn on with a finger, over a line that is cut, and without a script."""

import re
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from roomctl_signin.phone import codes

from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.services.identity import new_id
from tests.waiting import until
from tests.web.pages.plain import serving

pytestmark = pytest.mark.needs("chromium")

MOST_BYTES = 50_000
"""Of the first load, unpacked."""
OLD = "Mozilla/5.0 (Linux; Android 4.4.4) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/33.0.0.0 Mobile"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    data = tmp_path_factory.mktemp("phone") / "data"
    data.mkdir()
    (data / "roomctl.toml").write_text('[plugins.signin]\nphone = "http://192.168.1.20:8470"\n', "utf-8")
    with serving(data, "signin") as both:
        yield both


@pytest.fixture
def meeting(served):
    use = served[0].usecases
    made = use.create(
        Meeting(
            id=MeetingId(new_id()), room=use.room.id, title="市政府专题会议：老旧小区改造和政务服务大厅建设",
            starts=datetime(2026, 11, 12, 10, 0),
        )
    )  # fmt: skip
    people = [("张建国", "市政府", "副市长"), ("王海燕", "市政务服务局", "局长"), ("陈志强", "市财政局", "局长")]
    use.add_people(
        made.id,
        [
            Person(id=new_id(), name=name, unit=unit, duty=duty, rank=rank, seat=f"前排 {rank} 号")
            for rank, (name, unit, duty) in enumerate(people, 1)
        ],
    )
    for state in (State.APPROVED, State.OPEN):
        use.transition(made.id, state)
    return made


@pytest.fixture
def scan(browser, served, meeting, pictured):
    """A telephone in front of the terminal."""
    application, server = served
    contexts, wrong = [], []

    def scanned(url: str = "", **how) -> Page:
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, user_agent=OLD, **how
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
        split = urlsplit(url or codes.current(application.plugins.loaded["signin"].context, meeting.id).url)
        page.goto(f"http://127.0.0.1:{server.port}{split.path}?{split.query}")
        return page

    yield scanned
    for n, one in enumerate(contexts):
        pictured(one.pages[0], f"phone-{n}")
        one.close()
    assert not wrong


def first_load(page: Page) -> int:
    named = page.evaluate("[...document.querySelectorAll('[src], link[href]')].map((one) => one.src || one.href)")
    return sum(len(page.request.get(url).body()) for url in [page.url, *named])


def chosen(page: Page, typed: str, name: str) -> None:
    page.fill("#q", typed)
    page.locator(".find button").tap()
    page.locator(".row", has_text=name).tap()


def written(page: Page) -> None:
    glass = page.locator("#glass")
    expect(glass).to_be_visible()
    box = glass.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(box["x"] + 20 + 30 * step, box["y"] + (90 if step % 2 else 30))
    page.mouse.up()


def test_a_person_finds_the_name_signs_on_the_glass_and_reads_the_seat(scan, served, meeting, pictured):
    page = scan()
    assert 5_000 < first_load(page) <= MOST_BYTES
    pictured(page, "find")
    chosen(page, "why", "王海燕")
    expect(page.locator(".me b")).to_have_text("王海燕")
    page.locator(".go button").tap()
    expect(page.locator("#wrong")).to_have_text("请先在框里签名")
    written(page)
    pictured(page, "sign")
    page.locator(".go button").tap()
    expect(page.locator(".ok h1")).to_have_text("王海燕同志，签到成功")
    expect(page.locator(".seat")).to_have_text("前排 2 号")
    expect(page.locator(".ok .s")).to_contain_text("签名已存")
    pictured(page, "done")
    assert served[0].usecases.attendance(meeting.id).counts.present == 1
    folder = served[0].plugins.loaded["signin"].context.folder(meeting.id) / "signatures"
    (kept,) = folder.glob("*.svg")
    xs = [int(x) for x in re.findall(r"(\d+),\d+", kept.read_text(encoding="utf-8"))]
    assert 172 + 20 < min(xs) < max(xs) < 900 - 172  # in the middle of the terminal's sheet
    page.locator(".go button").tap()  # not me
    expect(page.locator("#q")).to_be_visible()
    assert served[0].usecases.attendance(meeting.id).counts.present == 0


def test_what_was_pressed_without_a_line_is_sent_when_it_is_back_and_counts_once(scan, served, meeting, pictured):
    application, server = served
    page = scan()
    chosen(page, "zjg", "张建国")
    written(page)
    server.stop()
    try:
        page.locator(".go button").tap()
        expect(page.locator("#wrong")).to_contain_text("已存在手机", timeout=30_000)
        pictured(page, "kept")
    finally:
        server.start()
    expect(page.locator(".ok h1")).to_have_text("张建国同志，签到成功", timeout=60_000)
    assert len(application.usecases.attendance_events(meeting.id)) == 1


def test_it_works_without_a_script(scan, served, meeting, pictured):
    page = scan(java_script_enabled=False)
    chosen(page, "陈志强", "陈志强")
    expect(page.locator("#pad")).to_be_hidden()
    pictured(page, "plain")
    page.locator(".go button").tap()
    expect(page.locator(".ok h1")).to_have_text("陈志强同志，签到成功")
    assert served[0].usecases.attendance(meeting.id).counts.present == 1


def test_where_seats_were_laid_out_one_reads_the_way_to_ones_own(scan, served, meeting, pictured):
    use = served[0].usecases
    long = Person(id=new_id(), name="买买提·吐尔逊·阿不都热依木江·" * 2 + "W" * 8, rank=99)
    use.add_people(meeting.id, [long])
    use.lay_seats(meeting.id, "classroom")
    use.propose_seats(meeting.id)
    use.wire_seats(meeting.id, 3)
    page = scan(java_script_enabled=False)
    chosen(page, "陈志强", "陈志强")
    page.locator(".go button").tap()
    expect(page.locator(".plan rect.mine")).to_have_count(1)
    expect(page.locator(".plan text.mine")).to_have_text("陈志强")
    for said in ("张建国", "主席台", "台下视角", "门口，您在这里"):
        expect(page.locator(".plan text", has_text=said)).to_have_count(1)
    pictured(page, "plan")
    left, right = 0, page.viewport_size["width"]
    for box in (one.bounding_box() for one in page.locator(".plan text").all()):
        assert left <= box["x"]
        assert box["x"] + box["width"] <= right
    rect = page.locator(".plan rect.mine").bounding_box()
    name = page.locator(".plan text", has_text="吐尔逊").bounding_box()
    assert name["width"] <= rect["width"]


def test_nobody_presses_before_it_is_known_whether_a_signature_is_asked_for(scan, served, meeting):
    page, held = scan(), []
    page.fill("#q", "陈志强")
    page.locator(".find button").tap()
    link = page.locator(".row", has_text="陈志强").evaluate("one => one.href")
    page.route("**/page.js", lambda route: held.append(route))  # noqa: PLW0108 - a method of the list is no handler
    page.goto(link, wait_until="commit")
    expect(page.locator(".me b")).to_have_text("陈志强")
    until(lambda: page.evaluate("1") and held)
    expect(page.locator(".go button")).to_have_count(0)
    held.pop().continue_()
    page.locator(".go button").tap()
    expect(page.locator("#wrong")).to_have_text("请先在框里签名")
    assert served[0].usecases.attendance(meeting.id).counts.present == 0


def test_it_works_where_its_script_cannot_be_had(scan, served, meeting):
    page = scan()
    page.route("**/page.js", lambda route: route.abort())
    chosen(page, "陈志强", "陈志强")
    expect(page.locator("#pad")).to_be_hidden()
    page.locator(".go button").tap()
    expect(page.locator(".ok h1")).to_have_text("陈志强同志，签到成功")
    assert served[0].usecases.attendance(meeting.id).counts.present == 1


def test_an_expired_code_says_what_to_do(scan, served, meeting):
    url = codes.current(served[0].plugins.loaded["signin"].context, meeting.id).url
    page = scan(url.replace("c=", "c=1"))
    expect(page.locator("h1")).to_have_text("二维码不能用")
