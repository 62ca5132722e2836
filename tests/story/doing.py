"""What people do with a page."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from roomctl.domain.record import RecordFile
from tests.story.day import Day


def act(page: Page, name: str) -> Locator:
    return page.locator(f'[data-act="{name}"]')


@contextmanager
def held(page: Page, name: str) -> Iterator[None]:
    """Down until what is waited for inside has come, however slow the page is."""
    button = act(page, name).first
    button.scroll_into_view_if_needed()
    button.hover()
    page.mouse.down()
    yield
    page.mouse.up()


def step(page: Page, name: str, **typed: str) -> None:
    """A step of a 纪要, with its form where it has one."""
    act(page, f"step {name}").click()
    send = act(page, f"do {name}")
    if not typed:
        expect(act(page, f"step {name}")).to_have_count(0)
    else:
        for field, value in typed.items():
            box = page.locator(f"form [name={field}], [data-form] [name={field}]").first
            if box.evaluate("e => e.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)
        send.click()
    expect(send).to_have_count(0)


def tick(desk: Page, *names: str) -> None:
    """At the sign-in desk: these people, on the list of all."""
    desk.locator("#sorts button").last.click()
    for name in names:
        desk.locator("#people li", has_text=name).get_by_role("checkbox").check()


def read(page: Page, n: int) -> None:
    """That sentence of the transcript, once it is there."""
    page.wait_for_function("() => window.rcWords && rcWords.lines.length && !rcWords.reading")
    page.evaluate("n => rcWords.go(n)", n)


def show(page: Page, paper: RecordFile) -> None:
    """That version, on the page of papers."""
    act(page, f"show {paper.id}").click()
    expect(page.locator(f'.rc-paper.rc-on [data-act="show {paper.id}"]')).to_be_visible()


def screen(day: Day, by: str, name: str, label: str) -> Page:
    """A screen of its own, with the link that somebody hands out for it; it is kept under its label."""
    panel = day.page(by, day.path()).locator("#screens")
    panel.locator("[name=screen]").select_option(name)
    panel.locator("[name=label]").fill(label)
    panel.get_by_role("button", name="发链接").click()
    shown = day.browse(label, has_touch=True)
    shown.goto(panel.locator(".rc-url").inner_text())
    return shown


def sign_by_telephone(phone: Page) -> None:
    """With a finger."""
    glass = phone.locator("#glass")
    expect(glass).to_be_visible()
    glass.scroll_into_view_if_needed()
    box = glass.bounding_box()
    assert box
    phone.mouse.move(box["x"] + 20, box["y"] + 20)
    phone.mouse.down()
    for n in range(1, 8):
        phone.mouse.move(box["x"] + 20 + 30 * n, box["y"] + (90 if n % 2 else 30))
    phone.mouse.up()
    phone.locator(".go button").tap()
