"""The page of the 保密员, in a real browser."""

from datetime import date, datetime

import pytest
from playwright.sync_api import expect

from roomctl.app import Application
from roomctl.domain.access import Role
from roomctl.domain.archive import Package
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.domain.secrecy import Level, parse
from roomctl.services.identity import new_id
from tests.web.pages.conftest import PASSWORD

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def prepare():
    return _prepared


def _prepared(data):
    application = Application(data)
    application.accounts.add("王保密", PASSWORD, [Role.SECURITY])
    use = application.usecases
    use.declare_machine(approval="市保密审字〔2026〕7号", level=Level.SECRET, approved=date(2020, 1, 5))
    use.register_medium(serial="光盘-01", level=Level.SECRET, keeper="机要室")
    key = MeetingId(new_id())
    secret = parse("秘密★3年")
    use.create(Meeting(id=key, room=use.room.id, title="专题会议", starts=datetime(2026, 11, 12, 9), secrecy=secret))
    package = Package(
        id=new_id(), meeting=key, path="p", files=12, bytes=34, manifest_sha256="ab", at=application.clock.now()
    )
    use.add_package(package)
    use.hand_package_over(
        key, package=package.id, medium="光盘-01", by="赵敏", files=12, size=34, manifest_sha256="ab"
    )
    application.close()


def test_the_officer_confirms_registers_and_signs(open_page, tmp_path):
    page = open_page("/secrecy", who="王保密")
    expect(page.locator("#machine")).to_contain_text("登记到秘密级")
    points = page.locator("[id^=points-]")
    expect(points).to_contain_text("还差 5 项")
    points.get_by_role("button", name="确认：手机已入柜").click()
    expect(points).to_contain_text("还差 4 项")
    points.get_by_role("button", name="确认：保密方案").click()
    expect(page.locator(".rc-toast")).to_contain_text("文号")
    media = page.locator("#media")
    media.locator("[name=serial]").fill("硬盘-02")
    media.locator("[name=keeper]").fill("机要室")
    media.get_by_role("button", name="登记介质").click()
    expect(media).to_contain_text("硬盘-02")
    handed = page.locator("#handovers")
    handed.locator("[name=receiver-1]").fill("赵敏")
    handed.get_by_role("button", name="签收第 1 号").click()
    expect(page.locator(".rc-toast")).to_contain_text("同一人")
    handed.locator("[name=receiver-1]").fill("档案员")
    handed.get_by_role("button", name="签收第 1 号").click()
    expect(handed).to_contain_text("赵敏 → 档案员")
    page.evaluate("document.querySelector('.rc-toast')?.remove()")
    page.screenshot(path=tmp_path / "secrecy.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=tmp_path / "secrecy-390.png", full_page=True)
