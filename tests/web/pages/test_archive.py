"""The archive in a real browser: a package on its way, the registration by an archivist, a target that is away."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from roomctl.app import Application
from roomctl.domain.access import Role
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.services.identity import new_id

from .conftest import PASSWORD

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.story]

SCAN = b"%PDF-1.7\n" + bytes(100) + b"\n%%EOF\n"
TITLE = "老旧小区改造专题会议"
SETTINGS = """
[plugins.archive]
source_organization = "市政府办公室"
fonds = "X043"

[plugins.archive.targets.local]
kind = "folder"
path = "archive"

[plugins.archive.targets.nas]
kind = "folder"
path = "{away}"
required = false
"""


@pytest.fixture(scope="module")
def prepare():
    def prepared(data):
        (data / "roomctl.toml").write_text(SETTINGS.format(away=data.parent / "away"), encoding="utf-8")
        application = Application(data)
        application.accounts.add("赵敏", PASSWORD, [Role.ADMIN])
        application.accounts.add("周强", PASSWORD, [Role.ARCHIVIST])
        use = application.usecases
        meeting = use.create(
            Meeting(
                id=MeetingId(new_id()), room=use.room.id, title=TITLE, chair="张建国",
                starts=datetime(2026, 11, 12, 9), recorded=False,
            )
        )  # fmt: skip
        for state in (State.APPROVED, State.OPEN):
            use.transition(meeting.id, state)
        use.start(meeting.id)
        use.adjourn(meeting.id)
        use.clear(meeting.id, left_behind="无")
        use.waive_transcript(meeting.id, by="赵敏", reason="未录音")
        use.draft(meeting.id)
        use.transition(meeting.id, State.CLOSED)
        application.close()

    return prepared


def test_an_archivist_registers_a_meeting_from_the_list_to_the_signature(open_page, site):
    page = open_page("/archive", who="周强")
    row = page.locator("section", has_text=TITLE)
    expect(row.get_by_text("已送到并核对")).to_be_visible(timeout=60_000)
    expect(row.get_by_text("送不到")).to_be_visible(timeout=60_000)
    row.get_by_role("link").first.click()
    expect(page.get_by_text("签字的会议记录还没有送存")).to_be_visible()
    page.get_by_label("签字人").fill("张建国、孙丽")
    page.set_input_files("[data-scan]", {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": SCAN})
    expect(page.get_by_text("补充包 …")).to_have_count(1, timeout=60_000)
    page.get_by_role("button", name="清点").first.click()
    expect(page.get_by_text("逐字节相符")).to_have_count(2, timeout=60_000)
    item = page.locator(".rc-item", has_text="档号规范性").first
    item.get_by_role("button", name="回答").click()
    page.get_by_label("结果").select_option("不适用")
    page.get_by_role("button", name="记下").click()
    expect(page.locator(".rc-toast")).to_contain_text("还没有写原因")
    page.get_by_label("说明").fill("由档案系统编")
    entry = page.request.get(path(page, site)).json()["entries"][0]  # another's act draws the page anew
    wish = {"package": entry["package"], "entry": entry["entry"], "term": "永久", "reason": "一般性会议"}
    assert page.request.put(f"{path(page, site)}/terms", data=wish, headers={"Origin": site.url}).ok
    expect(page.get_by_text("一般性会议")).to_be_visible(timeout=60_000)
    expect(page.get_by_label("说明")).to_have_value("由档案系统编")
    expect(page.get_by_label("结果")).to_have_value("不适用")
    page.get_by_role("button", name="记下").click()
    expect(item.get_by_text("由档案系统编")).to_be_visible()
    answer_the_rest(page, site)
    expect(page.get_by_text("可以签收")).to_be_visible(timeout=60_000)
    page.locator(".rc-hold").focus()
    page.keyboard.down("Enter")
    expect(page.get_by_text("已归档", exact=True)).to_be_visible(timeout=60_000)
    page.keyboard.up("Enter")
    for part in ("catalogue", "hand-over", "hand-over?as=pdf"):
        assert page.request.get(f"{path(page, site)}/{part}").ok
    assert not site.outside()


def path(page, site):
    return f"{site.url}/api/v1/meetings/{page.url.rsplit('/', 2)[1]}/registration"


def answer_the_rest(page, site):
    """As the page does, by the API that it stands on."""
    headers = {"Origin": site.url}
    for one in page.request.get(path(page, site)).json()["items"]:
        if one["answer"] is None:
            said = {"package": one["package"], "number": one["number"], "result": "通过"}
            assert page.request.put(f"{path(page, site)}/answers", data=said, headers=headers).ok


def test_on_a_telephone_nothing_is_wider_than_the_screen(open_page):
    page = open_page("/archive?show=all", who="周强", size="telephone")
    expect(page.locator("section", has_text=TITLE)).to_be_visible()
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(wide)
    page.locator("section", has_text=TITLE).get_by_role("link").first.click()
    expect(page.get_by_text("归档交接单（PDF）")).to_be_visible()
    assert not page.evaluate(wide)
