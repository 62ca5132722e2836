"""The page of the seats in a real browser: dragged by hand, moved by keys alone, and two who change it at once."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from roomctl.app import Application
from roomctl.domain.access import Role
from roomctl.domain.attendance import Person
from roomctl.domain.attendance import Role as Part
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.services.identity import new_id
from tests.web.pages.conftest import PASSWORD

pytestmark = [pytest.mark.needs("chromium", "python:nicegui", "python:typst"), pytest.mark.story]

NAMES = ("张建国", "李晓明", "王海燕", "𠮷田㛃", "<b>刘芳</b>", "买买提·吐尔逊·阿不都热依木江")


@pytest.fixture(scope="module")
def prepare():
    def fill(data):
        application = Application(data)
        application.accounts.add("孙丽", PASSWORD, [Role.SECRETARY])
        application.accounts.add("王敏", PASSWORD, [Role.OPERATOR])
        use = application.usecases
        meeting = use.create(
            Meeting(id=MeetingId(new_id()), room=use.room.id, title="专题会", starts=datetime(2026, 11, 12, 9, 0))
        )
        people = [Person(id=new_id(), name=name, unit="市住建局", rank=n) for n, name in enumerate(NAMES, 1)]
        people.append(Person(id=new_id(), name="周敏", role=Part.OBSERVER, rank=9))
        use.add_people(meeting.id, people)
        application.close()

    return fill


@pytest.fixture
def meeting(site):
    application = Application(site.data)
    yield application.usecases.meetings()[0].id
    application.close()


def sitting(page):
    return {
        seat.get_attribute("data-place"): seat.get_attribute("aria-label").split("，")[1]
        for seat in page.locator(".rc-sd-seat.rc-full").all()
    }


def seat(page, place):
    return page.locator(f'[data-place="{place}"]')


def test_a_layout_is_chosen_and_everybody_seated_by_rank(open_page, meeting):
    page = open_page(f"/meetings/{meeting}/seats", who="孙丽")
    page.get_by_label("布局").select_option("课桌式")
    page.get_by_role("button", name="用这个布局").click()
    expect(page.get_by_text("未排座 7 人")).to_be_visible()
    page.get_by_role("button", name="按排序排座").click()
    expect(page.get_by_text("都有座位了")).to_be_visible()
    assert sitting(page) == {
        "P1": "张建国",
        "R1-3": "李晓明",
        "R1-2": "王海燕",
        "R1-4": "𠮷田㛃",
        "R1-1": "<b>刘芳</b>",
        "R2-3": NAMES[5],
        "O1": "周敏",
    }
    widths = page.locator(".rc-sd-seat text").evaluate_all("all => all.map((e) => e.getBBox().width)")
    assert max(widths) <= 96


def test_a_drag_changes_places_and_an_undo_takes_it_back(open_page, meeting):
    page = open_page(f"/meetings/{meeting}/seats", who="孙丽")
    seat(page, "P1").drag_to(seat(page, "R1-3"))
    expect(seat(page, "P1")).to_have_attribute("aria-label", "主席台 1 号座，李晓明")
    expect(seat(page, "R1-3")).to_have_attribute("aria-label", "前排 3 号座，张建国")
    page.keyboard.press("Control+z")
    expect(seat(page, "P1")).to_have_attribute("aria-label", "主席台 1 号座，张建国")
    seat(page, "R2-3").drag_to(page.locator(".rc-sd-off"))
    expect(page.get_by_text("未排座 1 人")).to_be_visible()
    page.locator(".rc-sd-chip").drag_to(seat(page, "R2-1"))
    expect(page.get_by_text("都有座位了")).to_be_visible()


def test_keys_alone_move_somebody_also_as_the_platform_sees_it(open_page, meeting):
    page = open_page(f"/meetings/{meeting}/seats", who="孙丽")
    page.get_by_role("button", name="台上视角").press("Enter")
    expect(page.locator(".rc-sd-view")).to_have_text("台上视角")
    seat(page, "R1-2").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已拿起王海燕")
    page.keyboard.press("ArrowUp")  # the platform is below: upwards is the second row
    page.keyboard.press("Enter")
    expect(seat(page, "R2-2")).to_have_attribute("aria-label", "后排 2 号座，王海燕")
    expect(seat(page, "R2-2")).to_be_focused()


LATE = """() => { const soon = window.fetch, late = () => new Promise((go) => setTimeout(go, 1000));
    window.fetch = async (...asked) => { await late(); return soon(...asked); }; }"""
"""A line on which every answer takes a second."""


def test_changes_that_come_before_the_host_has_answered_are_all_made_in_their_order(open_page, meeting):
    page = open_page(f"/meetings/{meeting}/seats", who="孙丽")
    before = seat(page, "R1-3").get_attribute("aria-label")
    page.evaluate(LATE)
    seat(page, "R1-3").drag_to(seat(page, "R2-1"))
    seat(page, "R1-1").drag_to(seat(page, "R1-3"))
    expect(seat(page, "R1-3")).to_have_attribute("aria-label", "前排 3 号座，<b>刘芳</b>")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(seat(page, "R1-3")).to_have_attribute("aria-label", before)
    expect(seat(page, "R1-1")).to_have_attribute("aria-label", "前排 1 号座，<b>刘芳</b>")


def test_who_was_slower_is_told_who_changed_it_and_sees_the_new_plan(open_page, meeting):
    page = open_page(f"/meetings/{meeting}/seats", who="孙丽")
    expect(seat(page, "P1")).to_be_visible()
    moved = []  # until then it does not look: it would see the other's plan

    def look(route):
        route.continue_() if moved else route.abort()

    page.on("request", lambda request: moved.append(request) if request.url.endswith("/moves") else None)
    page.route("**/seats", look)
    other = open_page(f"/meetings/{meeting}/seats", who="孙丽")
    seat(other, "R1-4").drag_to(seat(other, "R2-4"))
    expect(seat(other, "R2-4")).to_have_class("rc-sd-seat rc-full")
    expect(page.get_by_role("status")).to_have_text("主机没有应答")
    page.evaluate(LATE)
    seat(page, "P1").drag_to(seat(page, "R1-4"))
    seat(page, "R1-3").drag_to(seat(page, "R2-4"))  # it would change places with whom nobody sees there yet
    expect(page.get_by_role("status")).to_contain_text("孙丽刚改过座位")
    expect(page.get_by_role("status")).to_contain_text("后面 1 处也没有改")
    expect(seat(page, "R2-4")).to_have_attribute("aria-label", "后排 4 号座，𠮷田㛃")
    expect(seat(page, "P1")).to_have_attribute("aria-label", "主席台 1 号座，张建国")


def test_a_seat_is_locked_and_has_its_microphone(open_page, meeting):
    page = open_page(f"/meetings/{meeting}/seats", who="孙丽")
    seat(page, "P1").click()
    page.get_by_role("button", name="锁定").press("Enter")
    expect(seat(page, "P1")).to_have_attribute("aria-label", "主席台 1 号座，张建国，已锁定")
    expect(page.get_by_role("button", name="解锁")).to_be_focused()
    page.get_by_label("话筒编号").fill("2")
    page.get_by_label("话筒编号").press("Tab")
    expect(seat(page, "P1")).to_have_attribute("aria-label", "主席台 1 号座，张建国，话筒 2，已锁定")
    seat(page, "R1-3").drag_to(seat(page, "P1"))
    expect(page.get_by_role("status")).to_contain_text("已锁定")


def test_who_got_leave_is_struck_out_at_once_and_can_be_unseated(site, open_page, meeting):
    page = open_page(f"/meetings/{meeting}/seats", who="孙丽")
    expect(seat(page, "R1-2")).to_have_class("rc-sd-seat rc-none")
    application = Application(site.data)
    application.usecases.request_leave(meeting, "李晓明", reason="出差")
    application.usecases.decide_leave(meeting, "李晓明", granted=True, by="张建国")
    application.close()
    expect(seat(page, "R1-3")).to_have_attribute("aria-label", "前排 3 号座，李晓明（请假）", timeout=60_000)
    expect(seat(page, "R1-3")).to_have_class("rc-sd-seat rc-full rc-away")
    seat(page, "R1-3").click()
    page.get_by_role("button", name="撤下").click()
    expect(seat(page, "R1-3")).to_have_class("rc-sd-seat rc-none rc-on")


def test_cards_and_plan_are_printed(open_page, meeting):
    page = open_page(f"/meetings/{meeting}/seats", who="孙丽")
    for kind in ("座签", "座位图"):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind).click()
        assert download.value.path().read_bytes().startswith(b"%PDF-")


def test_who_may_not_change_it_sees_it_on_a_telephone_too(open_page, meeting):
    page = open_page(f"/meetings/{meeting}/seats", who="王敏", size="telephone")
    expect(seat(page, "P1")).to_be_visible()
    assert page.get_by_role("button", name="按排序排座").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
