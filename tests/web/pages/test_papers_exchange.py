"""A paper that a unit worked on, on the page in a real browser: taken in, its changes decided, versions compared."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from playwright.sync_api import expect

from roomctl.app import Application
from roomctl.domain.access import Role
from tests.web.pages.conftest import PASSWORD
from tests.web.pages.held import held, speech

pytestmark = pytest.mark.needs("chromium")

BY = 'w:author="李晓明" w:date="2026-11-13T09:30:00Z"'


@pytest.fixture(scope="module")
def prepare() -> Callable[[Path], None]:
    def prepared(data: Path) -> None:
        application = Application(data)
        application.accounts.add("孙丽", PASSWORD, [Role.SECRETARY])
        made = held(application, speech(data / "phone.wav", 4))
        made.put(4)
        made.use.start_summary(made.meeting, drafted_by="市教育局")
        (drafted,) = made.use.documents(made.meeting)
        made.use.pack_document(made.meeting, drafted.id, data / "out.zip", unit="市教育局")
        application.close()
        with zipfile.ZipFile(data / "out.zip") as packed:
            packed.extract("会议纪要.docx", data)
        paper = docx.Document(data / "会议纪要.docx")
        added = f'<w:ins w:id="1" {BY}><w:r><w:t>，资金由市财政局统筹</w:t></w:r></w:ins>'
        gone = f'<w:del w:id="2" {BY}><w:r><w:delText>尽快</w:delText></w:r></w:del>'
        instead = f'<w:ins w:id="3" {BY}><w:r><w:t>12月底前</w:t></w:r></w:ins>'
        for inside in (added, gone + instead):
            said = f"<w:r><w:t>会议要求，由市教育局牵头</w:t></w:r>{inside}<w:r><w:t>完成。</w:t></w:r>"
            paper.paragraphs[-1]._p.addprevious(parse_xml(f"<w:p {nsdecls('w')}>{said}</w:p>"))
        paper.save(data / "会议纪要.docx")

    return prepared


def test_a_returned_paper_is_taken_in_decided_and_compared(open_page, site, pictured):
    page = open_page("/", who="孙丽")
    application = Application(site.data)
    (meeting,) = application.usecases.meetings()
    application.close()
    page.goto(f"{site.url}/meetings/{meeting.id}/papers")
    with page.expect_download() as packed:
        page.get_by_text("打包给市教育局").click()
    with zipfile.ZipFile(packed.value.path()) as zipped:
        assert "请先读.txt" in zipped.namelist()
    (site.data / "bad.docx").write_bytes(b"not a docx")
    page.set_input_files("[data-upload]", site.data / "bad.docx")
    expect(page.locator(".rc-upload-told")).to_contain_text("不是完整的 docx")
    page.set_input_files("[data-upload]", site.data / "会议纪要.docx")
    expect(page.locator(".rc-tracked ins").first).to_have_text("，资金由市财政局统筹")
    pictured(page, "changes")
    page.locator(".rc-tracked").nth(0).get_by_text("接受", exact=True).click()
    page.locator(".rc-tracked").nth(1).get_by_text("不接受", exact=True).click()
    page.get_by_text("按选定的处理 2 处").click()
    expect(page.get_by_text("第 3 稿")).to_be_visible()
    expect(page.locator(".rc-tracked")).to_have_count(0)
    page.get_by_text("比较", exact=True).last.click()
    expect(page.locator(".rc-compared ins").first).to_contain_text("资金由市财政局统筹")
    pictured(page, "compared")
    page.get_by_text("回到预览").click()
    expect(page.locator(".gbt")).to_be_visible()
    assert not site.outside()


def test_the_templates_of_the_office_are_edited_beside_a_sample(open_page, site, pictured):
    page = open_page("/", who="孙丽")
    page.goto(f"{site.url}/p/records")
    expect(page.locator(".gbt h1")).to_contain_text("停车场建设专题会议记录")
    pictured(page, "template")
    page.fill("#f-own", "[page]\nline = 0\n")
    page.get_by_text("检查", exact=True).click()
    expect(page.get_by_text("第 2 行，page.line").first).to_be_visible()
    page.fill("#f-own", '[masthead]\ncolour = "#cc0000"\n')
    page.get_by_text("保存", exact=True).click()
    expect(page.get_by_text("已保存")).to_be_visible()
    assert "#cc0000" in (site.data / "record-template.toml").read_text(encoding="utf-8")
    page.get_by_text("会议纪要", exact=True).click()
    expect(page.locator(".gbt .red")).to_have_css("color", "rgb(204, 0, 0)")
    pictured(page, "summary")
    assert not site.outside()
