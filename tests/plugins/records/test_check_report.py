"""设备检查报告: what is to be mended, what people decided, and the pictures that prove it, on every kind of page."""

import io
import struct
import zlib
from dataclasses import replace

import docx as reader
import pytest
import roomctl_records
from PIL import Image
from roomctl_records import offers
from roomctl_records.drafting import check_report
from roomctl_records.render import docx, html, pdf, reading, template

from roomctl.api import CheckReport, CheckState, NotFound, Result, checks, record
from roomctl.testing.fakes import A_MORNING


def png(width=64, height=36):
    """A grey picture."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = zlib.compress(b"".join(b"\0" + bytes([120]) * width for _ in range(height)))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def row(device, title, check, state, message, **more):
    return Result(
        device=device, device_title=(title, ""), check=check, title=(check, ""), state=state, message=message, **more
    )


@pytest.fixture
def report(tmp_path):
    folder = tmp_path / "checks" / "r1"
    folder.mkdir(parents=True)
    (folder / "cam-shot.png").write_bytes(png())
    return CheckReport(
        id="r1", meeting="m", at=A_MORNING,
        results=(
            row("cam", "全景摄像机", "画面", CheckState.CRIT, "画面是黑的", hint="打开镜头盖",
                evidence="r1/cam-shot.png"),
            row("lamp", "投影机", "灯泡", CheckState.WAIVED, "2860 小时", value=2860, unit="小时",
                decision=checks.Decision(CheckState.CRIT, "周强", "已订货")),
            row("mic", "话筒", "在线", CheckState.OK, "0.02 秒应答", evidence="r1/mic-gone.wav"),
        ),
    )  # fmt: skip


@pytest.fixture
def document(report, facts, tmp_path):
    waivers = [checks.Waiver("lamp", "灯泡", "周强", "已订货")]
    return check_report.draft(facts.meeting, report, waivers, tmp_path, place="第一会议室")


def test_a_drawing_is_a_picture_once_though_several_rows_name_it(facts, tmp_path):
    folder = tmp_path / "checks" / "r1"
    folder.mkdir(parents=True)
    (folder / "acoustics-response.svg").write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
    (folder / "acoustics-decay.svg").write_bytes(b"<svg broken")
    named = [("频响 1", "response"), ("频响 2", "response"), ("混响时间", "decay")]
    rows = tuple(
        row("acoustics", "声学实测", check, CheckState.OK, "正常", evidence=f"r1/acoustics-{name}.svg")
        for check, name in named
    )
    report = CheckReport(id="r1", meeting="m", at=A_MORNING, results=rows)
    blocks = check_report.draft(facts.meeting, report, [], tmp_path).blocks
    (picture,) = [one for one in blocks if isinstance(one, record.Picture)]
    assert picture.content.startswith(b"\x89PNG")
    assert any("acoustics-decay.svg" in one.text for one in blocks if isinstance(one, record.Note))


@pytest.fixture
def form(tmp_path):
    return template.load("", tmp_path)


def told(document):
    lines = []
    for block in document.blocks:
        match block:
            case record.Labelled(label, entries):
                lines.append(f"{label}：{''.join(entries)}")
            case record.Table(_, rows, _):
                lines += ["|".join(one) for one in rows]
            case record.Heading(_, text) | record.Note(text):
                lines.append(text)
            case record.Picture(_, description):
                lines.append(f"图：{description}")
            case record.Signatures(roles):
                lines += roles
    return lines


def test_it_says_what_was_found_who_decided_what_and_shows_the_proof(document):
    lines = told(document)
    assert "结论：有1项故障未排除，不具备开会条件" in lines
    assert "1|全景摄像机|画面|故障|画面是黑的|打开镜头盖" in lines
    assert "投影机|灯泡|带故障使用|已订货|周强" in lines
    assert "投影机|灯泡|故障→带故障使用|2860 小时|2860 小时（周强：已订货）" in lines
    assert "图：全景摄像机，画面" in lines
    assert "话筒，在线：mic-gone.wav（已清理）" in lines
    assert lines.index("技术人员") < lines.index("附件1　全部检查结果")


def test_a_signed_one_carries_the_name_and_no_line_for_the_hand(report, facts, tmp_path):
    signed = replace(report, signed=checks.SignOff("周强", A_MORNING, "已说明"), results=report.results[1:])
    lines = told(check_report.draft(facts.meeting, signed, [], tmp_path))
    assert any(line.startswith("检查人：周强，") for line in lines)
    assert "说明：已说明" in lines
    assert "技术人员" not in lines


def test_the_picture_stands_on_every_page_and_is_read_back(document, form, tmp_path):
    docx.write(document, tmp_path / "r.docx", form, at=A_MORNING)
    back = reading.read(tmp_path / "r.docx")
    (picture,) = [block for block in back.blocks if isinstance(block, record.Picture)]
    assert (picture.content, picture.description) == (png(), "全景摄像机，画面")
    assert 'src="data:image/png;base64,' in html.write(back, form)
    jpeg = io.BytesIO()
    Image.new("L", (64, 36)).save(jpeg, "JPEG")
    bare = jpeg.getvalue()[:2] + jpeg.getvalue()[20:]  # as a camera sends it: no JFIF
    docx.write(replace(document, blocks=(record.Picture(bare, "帧"),)), tmp_path / "j.docx", form, at=A_MORNING)
    assert [type(block) for block in reading.read(tmp_path / "j.docx").blocks] == [record.Picture]
    pdf.write(back, tmp_path / "r.pdf", form, at=A_MORNING)
    assert b"/Subtype/Image" in (tmp_path / "r.pdf").read_bytes()


def test_a_picture_that_cannot_be_read_costs_itself_alone(document, form, tmp_path):
    for content in (b"\x89PNG\r\n\x1a\n rubbish", png()[:60]):
        broken = replace(document, blocks=(record.Picture(content, "坏图"), *document.blocks))
        docx.write(broken, tmp_path / "r.docx", form, at=A_MORNING)
        pdf.write(broken, tmp_path / "r.pdf", form, at=A_MORNING)
        assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


def test_the_offer_drafts_the_newest_report_and_gets_no_number(context, facts, report, tmp_path):
    (offer,) = [one for one in offers.offers(context(), facts.meeting) if one.kind == "设备检查报告"]
    assert (offer.on_demand, offer.finish) == (True, None)
    with pytest.raises(NotFound):
        offer.write(tmp_path / "r.docx")
    facts.services.reports[facts.meeting.id] = report
    offer.write(tmp_path / "r.docx")
    assert "画面是黑的" in offer.preview(tmp_path / "r.docx")


def test_a_check_for_no_meeting_is_a_paper_of_the_room(context, facts, report, tmp_path):
    facts.services.reports[None] = report
    (offer,) = roomctl_records.roomctl_room_documents(context())
    offer.write(tmp_path / "r.docx")
    lines = [one.text for one in reader.Document(tmp_path / "r.docx").paragraphs]
    assert lines[0] == f"{facts.services.room.name}设备检查报告"
    assert not [one for one in lines if one.startswith("会议：")]
    assert "画面是黑的" in offer.preview(tmp_path / "r.docx")
    offer.print(tmp_path / "r.docx", tmp_path / "r.pdf")
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
