"""会务员's desk and the report before the start, in a real browser, signed on."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from roomctl.app import Application
from roomctl.domain.attendance import Person, Role
from roomctl.services.identity import new_id

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.story]  # one meeting, that fills

EXTRA = (
    ("陈志强", "市教育局", "局长", "13800000004"), ("王海燕", "市财政局", "局长", "13800000005"),
    ("阿卜杜热合曼·吐尔逊买买提", "市民族宗教事务局机关党委", "党组成员、副局长、机关党委书记", ""),
)  # fmt: skip


@pytest.fixture(scope="module")
def prepare(prepare):
    """The usual meeting with more people."""

    def filled(data: Path) -> None:
        prepare(data)
        application = Application(data)
        use = application.usecases
        (meeting,) = use.meetings()
        people = [
            Person(id=new_id(), name=name, unit=unit, duty=duty, phone=phone, rank=rank)
            for rank, (name, unit, duty, phone) in enumerate(EXTRA, 4)
        ]
        guest = Person(id=new_id(), name="马德福", unit="市审计局", role=Role.OBSERVER, rank=9, items=(1,))
        use.add_people(meeting.id, [*people, guest])
        application.close()

    return filled


@pytest.fixture(scope="module")
def at(site):
    application = Application(site.data)
    (meeting,) = application.usecases.meetings()
    application.close()
    return lambda screen: f"/s/signin/{screen}/{meeting.id}/"


def names(page: Page):
    return page.locator("#people b")


def wait_for(page: Page, path: str) -> None:
    page.wait_for_url(f"**{path}")
    expect(page.locator("#said")).to_contain_text("应到 6")


def signed_on(open_page, path: str, *, who: str, size: str) -> Page:
    page = open_page("/p/signin", who=who, size=size)
    page.goto(page.url.split("/p/")[0] + path)
    wait_for(page, path)
    return page


def test_people_are_ticked_in_one_and_many_and_a_press_is_undone(open_page, at, pictured):
    page = signed_on(open_page, at("desk"), who="周强", size="small")
    expect(names(page)).to_have_text(["李晓明", "孙丽", "陈志强", "王海燕", EXTRA[2][0]])
    pictured(page, "desk")
    for sort in (page.locator("#sorts button").last, page.locator("#sorts button").first):
        sort.press("Enter")
        expect(sort).to_have_attribute("aria-pressed", "true")
        expect(sort).to_be_focused()  # who works by keys goes on from there
    page.get_by_label("选 陈志强").check()
    page.get_by_label("选 王海燕").check()
    page.locator("#ticked").click()
    expect(page.locator("#said")).to_contain_text("实到 3")
    expect(page.locator("#done span")).to_have_text("已签到：陈志强、王海燕")
    page.locator("#done button").click()
    expect(page.locator("#said")).to_contain_text("实到 1")
    page.locator("#wanted").fill("cz")
    expect(names(page)).to_have_text(["陈志强"])
    page.get_by_role("button", name="代签 陈志强").click()
    expect(page.locator("#said")).to_contain_text("实到 2")
    page.get_by_role("button", name="撤销 陈志强").click()
    expect(page.locator("#said")).to_contain_text("实到 1")


def test_a_press_is_not_lost_where_the_list_changes_between_press_and_release(open_page, at):
    page = signed_on(open_page, at("desk"), who="周强", size="small")
    other = page.locator("#people li", has_text="李晓明").get_attribute("data-of")
    page.get_by_role("button", name="代签 孙丽").hover()
    page.mouse.down()
    elsewhere(page, kind="sign_in", person=other)
    expect(page.locator("#said")).to_contain_text("实到 2")  # the page knows, and has not moved the row
    page.mouse.up()
    expect(page.locator("#said")).to_contain_text("实到 3")
    expect(names(page)).to_have_text(["陈志强", "王海燕", EXTRA[2][0]])
    elsewhere(page, kind="undo", person=other)
    page.locator("#done button").click()
    expect(page.locator("#said")).to_contain_text("实到 1")


def elsewhere(page: Page, **act: str) -> None:
    """Somebody does it at another desk."""
    page.evaluate(
        """(act) => fetch("/api/v1/x" + location.pathname.slice(2) + "acts", { method: "POST",
             headers: { "Content-Type": "application/json" },
             body: JSON.stringify({ acts: [{ ...act, key: roomScreen.key() }] }) })""",
        act,
    )


def test_what_the_host_cannot_read_holds_nobody_up(open_page, at):
    page = signed_on(open_page, at("desk"), who="周强", size="small")
    unreadable = page.locator("#people li", has_text="李晓明").get_attribute("data-of")

    def host(route):
        if unreadable in route.request.post_data:
            route.fulfill(status=422, json={"title": "no"})
        else:
            route.continue_()

    page.route("**/acts", host)
    page.get_by_role("button", name="代签 李晓明").click()
    expect(page.locator("#notice")).to_contain_text("主机没有接受对李晓明的操作")
    expect(page.locator("#done")).to_be_hidden()
    page.get_by_role("button", name="代签 陈志强").click()
    expect(page.get_by_role("button", name="代签 陈志强")).to_have_count(0)
    expect(page.get_by_role("button", name="代签 李晓明")).to_be_visible()
    expect(page.locator("#said")).to_contain_text("实到 2")
    page.locator("#done button").click()
    expect(page.locator("#said")).to_contain_text("实到 1")


def test_a_leave_is_put_down_decided_and_its_proxy_signs_in(open_page, at, pictured):
    page = open_page("/p/signin", who="赵敏", size="telephone")
    expect(page.locator(".rc-rail .rc-on")).to_be_in_viewport(ratio=1)  # of a rail that is wider than the telephone
    page.goto(page.url.split("/p/")[0] + at("desk"))
    page.locator("#wanted").fill("王海燕")
    page.get_by_role("button", name="请假 王海燕").click()
    page.get_by_label("理由", exact=True).fill("出差<b>")
    page.get_by_label("代替人选").fill("刘伟")
    page.get_by_role("button", name="登记请假").click()
    expect(page.locator(".who small").nth(1)).to_contain_text("出差<b>，代会 刘伟（待批准）")
    page.get_by_role("button", name="批假 王海燕").click()
    page.get_by_role("button", name="不准").click()
    expect(page.locator(".wrong")).to_contain_text("理由")
    page.get_by_role("button", name="批准").click()
    expect(page.locator("#said")).to_contain_text("请假 1")
    pictured(page, "telephone")
    page.get_by_role("button", name="代会 刘伟 签到").click()
    expect(page.locator("#said")).to_contain_text("（代会 1）")
    expect(names(page)).to_have_text(["刘伟（代王海燕）"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_report_is_live_and_prints_without_its_button(open_page, at, tmp_path, pictured):
    page = signed_on(open_page, at("report"), who="赵敏", size="small")
    expect(page.locator("#aloud p")).to_contain_text("未到：李晓明、孙丽")
    expect(page.locator("#absent tbody")).to_contain_text("13800000004")
    pictured(page, "report")
    page.emulate_media(media="print")
    expect(page.locator("#print")).to_be_hidden()
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").stat().st_size > 10_000


def test_who_is_not_signed_on_sees_no_name(browser, site, at):
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.url + at("desk"))
    text = page.content()
    context.close()
    assert "李晓明" not in text
    assert json.dumps("13800000004") not in text
