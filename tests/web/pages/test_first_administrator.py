"""The one-time link, from a fresh data folder to the first administrator's home page."""

import pytest
from playwright.sync_api import expect

from roomctl.app import Application

pytestmark = pytest.mark.needs("chromium")

NAME, CHOSEN = "王海燕", "another horse battery"


@pytest.fixture(scope="module")
def prepare():
    """Nobody has an account yet."""
    return lambda _data: None


def link_of(site) -> str | None:
    """As `roomctl accounts link` makes it beside the running host; None where there is an administrator."""
    application = Application(site.data)
    try:
        key = application.accounts.first_link()
    finally:
        application.close()
    return f"{site.url}/first?key={key}" if key else None


def fill(page) -> None:
    page.fill("#name", NAME)
    page.fill("#password", CHOSEN)
    page.fill("#again", CHOSEN)
    page.keyboard.press("Enter")


def test_the_link_makes_the_first_administrator_who_lands_at_home_and_works_once(open_page, site):
    page, link = open_page(who=""), link_of(site)
    page.goto(link)
    expect(page.locator("h1")).to_have_text("第一位管理员")
    fill(page)
    expect(page.locator("main h1, .rc-page h1")).to_have_text("今天没有会议")
    assert page.url == f"{site.url}/"
    expect(page.locator(".rc-top")).to_contain_text(f"{NAME} · 管理员")
    expect(page.get_by_role("button", name="紧急开会")).to_be_visible()

    other = open_page(who="")
    other.goto(link)
    fill(other)
    expect(other.locator(".rc-err")).to_contain_text("这个链接不能再用")
    assert link_of(site) is None

    other.goto(f"{site.url}/log-in")
    other.fill("#name", NAME)
    other.fill("#password", CHOSEN)
    other.keyboard.press("Enter")
    expect(other.locator(".rc-page h1")).to_have_text("今天没有会议")
