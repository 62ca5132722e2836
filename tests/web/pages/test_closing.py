"""The close page in a real browser: the room is cleared press by press, and what was kept goes its way."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from roomctl.app import Application
from roomctl.domain.access import Role
from roomctl.domain.handouts import HandoutState
from roomctl.domain.lifecycle import State
from tests.web.pages.conftest import PASSWORD
from tests.web.pages.held import held, speech

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.story]

COUNT = 4
SETTINGS = """
[plugins.audio]
source = "tone"

[plugins.archive.targets.nas]
kind = "folder"
path = "nas"

[plugins.archive.targets.offsite]
kind = "folder"
path = "/nowhere/that/is/mounted"
required = false
"""


def _picture(path: Path) -> Path:
    """A PNG of 40 × 30 grey pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x88" * 40 for _ in range(30))
    head = struct.pack(">IIBBBBB", 40, 30, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return path


@pytest.fixture(scope="module")
def prepare() -> Callable[[Path], None]:
    """A meeting that is over, with three papers out."""

    def prepared(data: Path) -> None:
        (data / "roomctl.toml").write_text(SETTINGS, encoding="utf-8")
        application = Application(data)
        for name, role in (("孙丽", Role.SECRETARY), ("周强", Role.USHER), ("郑保国", Role.SECURITY)):
            application.accounts.add(name, PASSWORD, [role])
        made = held(application, speech(data / "phone.wav", COUNT))
        made.put(COUNT)
        for copy in application.usecases.register_handouts(made.meeting, "学位建设实施方案", ["015", "016", "017"]):
            application.usecases.sign_out_handout(made.meeting, copy.id, "李晓明")
        application.usecases.note_log(made.meeting, "order", "<i>有人返回取伞</i>")
        application.close()

    return prepared


@pytest.fixture
def use(site):
    application = Application(site.data)
    yield application.usecases
    application.close()


@pytest.fixture
def over(use):
    """The meeting's id."""
    return use.meetings()[0].id


def task(page: Page, name: str):
    return page.locator(f'[data-task="{name}"]')


def test_each_press_is_kept_with_who_and_when_and_may_be_undone(open_page, use, over):
    page = open_page("/close", who="周强")
    expect(page.locator(".rc-clist .rc-big")).to_have_text("3 / 9")
    box = task(page, "whiteboard").get_by_role("checkbox")
    box.focus()
    page.keyboard.press("Enter")
    expect(task(page, "whiteboard")).to_contain_text("周强")
    expect(page.locator(".rc-clist .rc-big")).to_have_text("4 / 9")
    expect(page.get_by_label("撤销 擦净白板")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".rc-clist .rc-big")).to_have_text("3 / 9")
    assert use.clearing(over).list.row("whiteboard").done is None
    expect(task(page, "whiteboard").get_by_role("checkbox")).to_be_focused()
    for name in ("whiteboard", "seat-cards", "lights", "devices"):
        task(page, name).get_by_role("checkbox").click()
        expect(task(page, name).get_by_role("checkbox")).to_have_attribute("aria-checked", "true")
    expect(page.locator(".rc-clist .rc-big")).to_have_text("7 / 9")


def test_what_was_left_behind_gets_a_photo_and_a_keeper(open_page, use, over, tmp_path):
    page = open_page("/close", who="周强", size="telephone")
    row = task(page, "left-behind")
    row.get_by_text("登记物品").click()
    row.locator("[name=what]").fill("<b>黑色保温杯</b>")
    row.locator("[name=place]").fill("第 12 座")
    page.keyboard.press("Enter")
    thing = page.locator("[data-thing]")
    expect(thing).to_contain_text("<b>黑色保温杯</b>")
    row.get_by_text("收起").click()
    with page.expect_file_chooser() as chooser:
        thing.get_by_text("加照片").click()
    chooser.value.set_files(_picture(tmp_path / "cup.png"))
    expect(thing.get_by_text("看照片")).to_be_visible()
    thing.locator("input[type=text]").fill("值班室")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("交值班室")
    row.get_by_role("checkbox").click()
    expect(row.get_by_role("checkbox")).to_have_attribute("aria-checked", "true")
    assert use.picture(over, use.clearing(over).list.things[0].id).read_bytes().startswith(b"\xff\xd8\xff")


def test_papers_are_collected_by_number_a_holder_is_called_and_one_is_released(open_page, use, over):
    page = open_page("/close", who="孙丽", size="small")
    row = task(page, "handouts")
    expect(row).to_contain_text("3 份已收 0 份，缺 3 份")
    expect(row.get_by_role("checkbox")).to_be_disabled()
    row.get_by_text("逐份收回").click()
    row.locator("[name=copy]").fill("15")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("已收回 学位建设实施方案 015 号")
    row.locator('[data-copy="016"]').get_by_text("已收回").click()
    last = row.locator('[data-copy="017"]')
    expect(row).to_contain_text("缺 017 号，领用人 李晓明")
    last.get_by_text("联系领用人").click()
    expect(page.locator(".rc-toast")).to_contain_text("没有 李晓明 的电话")
    page.locator(".rc-toast").click()
    last.get_by_text("放行").click()
    last.locator("[name=where]").fill("带回局里，明早送回")
    hold = last.get_by_text("按住放行")
    hold.hover()
    page.mouse.down()
    expect(row).to_contain_text("已放行")
    page.mouse.up()
    expect(row).to_contain_text("机要人员还没有看")
    assert use.clearing(over).handouts.find("017").state is HandoutState.RELEASED
    expect(page.locator(".rc-clist .rc-big")).to_have_text("9 / 9")
    expect(page.get_by_role("button", name="结束会议，开始送存")).to_be_enabled()


def test_the_security_officer_sees_the_release(open_page, use, over):
    page = open_page("/close", who="郑保国")
    task(page, "handouts").get_by_role("button", name="已知").click()
    expect(task(page, "handouts")).to_contain_text("机要人员 郑保国 已知")
    assert not use.clearing(over).handouts.unseen


def test_after_the_close_the_lights_may_go_off_and_a_dead_target_holds_nobody_up(open_page, use, over):
    page = open_page("/close", who="孙丽")
    page.get_by_role("button", name="结束会议，开始送存").click()
    expect(page.locator(".rc-cend")).to_contain_text("可以关灯锁门")
    nas, offsite = page.locator("[data-target=nas]"), page.locator("[data-target=offsite]")
    expect(nas).to_contain_text("核对一致", timeout=60_000)
    expect(page.locator(".rc-cdep .rc-big")).to_have_text("1 / 1 处")
    expect(offsite).to_contain_text("可选")
    expect(offsite).to_contain_text("再试", timeout=60_000)
    offsite.get_by_text("现在重试").click()
    assert use.meeting(over).state in {State.CLOSED, State.DEPOSITED}
    expect(task(page, "lights").get_by_role("checkbox")).to_be_disabled()


def test_what_was_noted_stands_beside_the_text_for_the_secretary(open_page, over):
    page = open_page(f"/meetings/{over}/words", who="孙丽")
    page.click('[data-tab="notes"]')
    expect(page.locator("[data-side]")).to_contain_text("秩序")
    expect(page.locator("[data-side]")).to_contain_text("<i>有人返回取伞</i>")
