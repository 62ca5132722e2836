"""Links of screens on a meeting's page, in a real browser, and the screen that one of them opens."""

import re

import pytest
from playwright.sync_api import expect

from roomctl.app import Application
from tests.web.pages.conftest import SIZES

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def path(site) -> str:
    application = Application(site.data)
    try:
        return f"/meetings/{application.usecases.meetings()[0].id}"
    finally:
        application.close()


def panel_of(page):
    return page.locator("#screens")


@pytest.mark.parametrize("size", list(SIZES))
def test_a_link_is_made_shown_once_with_its_code_and_opens_the_screen(open_page, browser, pictured, path, size):
    page = open_page(path, size=size)
    panel = panel_of(page)
    panel.locator("[name=screen]").select_option(label="会场字幕")
    panel.locator("[name=label]").fill(f"主屏 {size}")
    panel.get_by_role("button", name="发链接").click()
    expect(panel.locator(".rc-qr svg")).to_be_visible()
    expect(panel.locator(".rc-c-warn")).to_contain_text("本机地址")
    url = panel.locator(".rc-url").inner_text()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/s/rcs_[\w-]{40,}", url)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context = browser.new_context(locale="zh-CN")
    screen = context.new_page()
    screen.goto(url)
    expect(screen.locator("#notice")).to_contain_text("字幕没有打开")
    context.close()
    panel.scroll_into_view_if_needed()
    pictured(page, "handed-out")
    panel.get_by_role("button", name="好了").click()
    expect(panel.locator(".rc-url")).to_have_count(0)
    expect(panel).to_contain_text(f"主屏 {size}")
    page.reload()
    expect(panel).to_contain_text(f"主屏 {size}")
    assert url.rpartition("/")[2] not in page.content()


def test_a_link_that_is_taken_back_opens_nothing(open_page, browser, path):
    page = open_page(path)
    panel = panel_of(page)
    panel.locator("[name=label]").fill("候会室")
    panel.get_by_role("button", name="发链接").click()
    url = panel.locator(".rc-url").inner_text()
    panel.get_by_role("button", name="好了").click()
    panel.get_by_role("button", name="收回候会室的链接").click()
    expect(panel).not_to_contain_text("候会室的")
    context = browser.new_context(locale="en-GB")
    screen = context.new_page()
    screen.goto(url)
    expect(screen.locator("h1")).to_have_text("this screen is not open")
    assert screen.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(7, 11, 10)"
    context.close()


def test_screens_that_somebody_may_not_open_are_not_offered(open_page, path):
    page = open_page(path, who="周强")  # an usher has no captions
    offered = panel_of(page).locator("[name=screen] option")
    expect(offered.first).to_be_attached()
    assert "会场字幕" not in offered.all_inner_texts()


def test_who_is_signed_on_opens_the_screen_from_the_panel(open_page, path):
    page = open_page(path)
    panel_of(page).get_by_role("link", name="在这里打开会场字幕").click()
    expect(page.locator("#notice")).to_contain_text("字幕没有打开")
