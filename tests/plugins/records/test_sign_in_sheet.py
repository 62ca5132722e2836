import io
from dataclasses import replace
from datetime import timedelta

import docx as word
import pytest
import segno
from docx.shared import Mm
from PIL import Image
from pypdf import PdfReader
from roomctl_records import offers
from roomctl_records.drafting import sign_in_sheet
from roomctl_records.render import docx, html, layout, pdf, reading, template

from roomctl.api import (
    Attendance,
    Meeting,
    Method,
    PackageFile,
    Person,
    Presence,
    RecordFile,
    Standing,
    State,
    record,
)
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.testing.fakes import A_MORNING

from .conftest import MEETING


def sheet(facts) -> record.Document:
    return sign_in_sheet.draft(facts.meeting, facts.services.attendance(MEETING))


def tables(document):
    return [block for block in document.blocks if isinstance(block, record.Table)]


def test_members_and_observers_stand_in_the_order_of_rank_with_what_there_is_to_say(facts):
    members, observers = tables(sheet(facts))
    rows = {row[1]: row for row in members.rows}
    assert [row[0] for row in members.rows] == ["1", "2", "3", "4", "5"]
    assert list(rows) == ["张建国", "李晓明", "刘伟（代陈志强）", "王芳", "周涛"]
    assert rows["张建国"][2] == "市政府副市长"
    assert rows["张建国"][4] == ""
    assert rows["刘伟（代陈志强）"][4] == "代会"
    assert (rows["王芳"][3], rows["王芳"][4]) == ("", "请假（参加培训）")
    assert rows["周涛"][3] == ""
    assert [row[1] for row in observers.rows] == ["孙丽", "欧阳文华"]


def test_the_time_is_that_of_the_meetings_place(facts):
    members, _ = tables(sheet(facts))
    local = (A_MORNING + timedelta(hours=8)).strftime("%H:%M")
    assert members.rows[0][3] == local


def test_the_sum_adds_up_and_leaves_observers_out(facts):
    (note,) = [block.text for block in sheet(facts).blocks if isinstance(block, record.Note)]
    counts = facts.services.attendance(MEETING).counts
    assert note.startswith(f"应到{counts.expected}人，实到{counts.present}人")
    assert "代会1人" in note
    assert "请假1人" in note


def test_without_observers_there_is_one_table_and_no_heading(facts):
    facts.services.people[MEETING] = [one for one in facts.services.people[MEETING] if one.rank <= 5]
    document = sheet(facts)
    assert len(tables(document)) == 1
    assert not [block for block in document.blocks if isinstance(block, record.Heading)]


def test_its_title_says_meeting_once():
    def title(of: str) -> str:
        meeting = Meeting(id=MEETING, room="r", title=of, starts=A_MORNING.replace(tzinfo=None))
        attendance = sign_in_sheet.Attendance(standings=())
        return sign_in_sheet.draft(meeting, attendance).title

    assert title("停车场建设专题会议") == "停车场建设专题会议签到表"
    assert title("停车场建设") == "停车场建设会议签到表"


# --- what was signed on glass


def ink(colour=0, size=(90, 36)):
    out = io.BytesIO()
    Image.new("L", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def form(tmp_path):
    return template.load("", tmp_path, offers.SIGN_IN_SHEET)


def pictures(document):
    """Number of the row, and the picture in its last cell; how high it is shown says its file alone."""
    cells = {row[0]: row[-1] for table in tables(document) for row in table.rows}
    return {number: replace(one, height=0.0) for number, one in cells.items() if isinstance(one, record.Picture)}


def test_who_signed_on_glass_needs_no_pen(facts, context, tmp_path):
    """By what the plugins name for the package, through docx, to every kind of page."""
    services = facts.services
    services.held[MEETING] = replace(facts.meeting, state=State.IN_SESSION)
    for name, key in (("周涛", "k5"), ("王芳", "k4"), ("张建国", "k1")):
        services.sign_in(MEETING, name, method=Method.TERMINAL, signature=key)
    for key, content in (("k5", ink(10)), ("k4", ink()[:70]), ("other", ink(90))):
        (tmp_path / f"{key}.png").write_bytes(content)
    named = [f"records/signatures/{key}.{ending}" for key in ("k1", "k4", "k5", "other") for ending in ("png", "svg")]
    services.payload[MEETING] = [PackageFile(path, tmp_path / path.rpartition("/")[2]) for path in named]
    offer = next(one for one in offers.offers(context(), facts.meeting) if one.kind == offers.SIGN_IN_SHEET)
    offer.write(tmp_path / "sheet.docx")
    document = reading.read(tmp_path / "sheet.docx")
    assert pictures(document) == {"5": record.Picture(ink(10), "周涛签名")}
    said = {row[1]: row[-1] for row in tables(document)[0].rows}
    assert said["王芳"] == "（图片无法显示：王芳签名）", "damaged"
    assert said["张建国"] == "（图片无法显示：张建国签名）", "gone"
    assert said["李晓明"] == ""
    offer.print(tmp_path / "sheet.docx", tmp_path / "sheet.pdf")
    assert b"/Subtype/Image" in (tmp_path / "sheet.pdf").read_bytes()
    shown = offer.preview(tmp_path / "sheet.docx")
    assert shown.count('<td><img src="data:image/png;base64,') == 1
    assert "周涛签名" in shown
    assert offer.proofread(tmp_path / "sheet.docx") is not None


def of(count, signed):
    people = [
        Standing(
            person=Person(id=f"p{n}", name=f"人{n}", unit="市财政局", duty="局长", rank=n),
            presence=Presence.PRESENT,
            arrived=A_MORNING,
            signature=f"k{n}" if n in signed else "",
        )
        for n in range(count)
    ]
    return Attendance(tuple(people))


@pytest.mark.parametrize("count", [3, 300])
def test_few_and_many_signatures_come_back_from_docx_each_in_its_row(facts, form, tmp_path, count):
    signed = {f"k{n}": ink(n % 250, (90, 30 + n % 7)) for n in range(0, count, 3)}
    document = sign_in_sheet.draft(facts.meeting, of(count, {*range(0, count, 3)}), signed)
    docx.write(document, tmp_path / "a.docx", form, at=A_MORNING)
    back = reading.read(tmp_path / "a.docx")
    assert pictures(back) == pictures(document)
    assert len(pictures(back)) == len(signed)
    pdf.write(back, tmp_path / "a.pdf", form, at=A_MORNING)
    pages = PdfReader(tmp_path / "a.pdf").pages
    drawn = sum(content.get_data().count(b" Do") for page in pages for content in [page.get_contents()])
    assert drawn == len(signed)


def test_a_signature_keeps_its_ratio_within_its_cell(facts, form, tmp_path):
    for name, size in (("glass", (900, 360)), ("tall", (40, 400)), ("wide", (900, 20))):
        document = sign_in_sheet.draft(facts.meeting, of(1, {0}), {"k0": ink(0, size)})
        docx.write(document, tmp_path / f"{name}.docx", form, at=A_MORNING)
        paper = word.Document(tmp_path / f"{name}.docx")
        (shape,) = paper.inline_shapes
        cell = paper.tables[0].rows[1].cells[-1]
        assert shape.height <= Mm(layout.PICTURE_IN_CELL)
        assert shape.width < cell.width
        assert shape.width / shape.height == pytest.approx(size[0] / size[1], rel=0.01)


def test_a_picture_that_the_printer_alone_cannot_read_costs_no_print(facts, form, tmp_path, monkeypatch):
    document = sign_in_sheet.draft(facts.meeting, of(2, {0, 1}), {"k0": ink(), "k1": ink()[:70]})
    monkeypatch.setattr(layout.with_readable_pictures, "__defaults__", (bool,))
    pdf.write(document, tmp_path / "a.pdf", form, at=A_MORNING)
    assert "人1签名" in "".join(PdfReader(tmp_path / "a.pdf").pages[0].extract_text().split())


def test_words_typed_beside_a_signature_stay_with_it(facts, form, tmp_path):
    path = tmp_path / "a.docx"
    docx.write(sign_in_sheet.draft(facts.meeting, of(1, {0}), {"k0": ink()}), path, form, at=A_MORNING)
    paper = word.Document(path)
    paper.tables[0].rows[1].cells[-1].add_paragraph("补签 <b>")
    paper.save(path)
    back = reading.read(path)
    assert pictures(back)["1"].beside == "补签 <b>"
    assert "补签 &lt;b&gt;" in html.write(back, form)
    pdf.write(back, tmp_path / "a.pdf", form, at=A_MORNING)
    assert "补签" in PdfReader(tmp_path / "a.pdf").pages[0].extract_text()


# --- the check code


def coded(document):
    return [one for one in document.blocks if isinstance(one, record.Picture)]


def test_the_check_code_names_meeting_and_version_and_lets_nobody_in(context, facts, tmp_path):
    offer = next(one for one in offers.offers(context(), facts.meeting) if one.kind == offers.SIGN_IN_SHEET)
    for version in (1, 2):
        offer.write(tmp_path / f"{version}.docx")
        document = reading.read(tmp_path / f"{version}.docx")
        (code,) = coded(document)
        drawn = io.BytesIO()
        segno.make(f"ROOMCTL:SIGN-IN-SHEET:{MEETING}:{version}", micro=False, error="m").save(drawn, "png", scale=8)
        assert code == record.Picture(drawn.getvalue(), "核对码", height=20.0, aside=True)
        (said,) = [n for n, one in enumerate(document.blocks) if f"签到表第{version}版" in str(one)]
        kept = RecordFile(
            id="d", meeting=MEETING, kind=offers.SIGN_IN_SHEET, version=version, path="x", sha256="", at=A_MORNING
        )
        facts.services.papers[MEETING] = [kept]
    assert said not in {one.block for one in offer.proofread(tmp_path / "2.docx")}


@pytest.mark.parametrize("level", list(Level))
def test_no_sheet_of_a_state_secret_has_a_code_that_asks_for_a_telephone(facts, level):
    secret = replace(facts.meeting, secrecy=Secrecy(level))
    document = sign_in_sheet.draft(secret, of(1, ()), version=1)
    assert bool(coded(document)) is not secret.highest_secrecy.state_secret
    assert "核对码" in str(document.blocks) or secret.highest_secrecy.state_secret
