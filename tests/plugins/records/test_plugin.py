from dataclasses import replace

import docx as reader
import roomctl_records
from pypdf import PdfReader

from roomctl.api import Method, PackageFile, RecordFile, State
from roomctl.testing.fakes import A_MORNING

from .conftest import MEETING


def test_it_offers_the_minutes_and_writes_them(context, facts, tmp_path):
    offer, *_ = roomctl_records.roomctl_record_documents(context(), facts.meeting)
    offer.write(tmp_path / "minutes.docx.partial")
    assert (offer.kind, offer.file_name) == ("会议记录", "minutes.docx")
    assert reader.Document(tmp_path / "minutes.docx.partial").paragraphs[0].text == "停车场建设专题会议记录"


def test_it_writes_the_facts_as_they_stand_then(context, facts, tmp_path):
    offer, *_ = roomctl_records.roomctl_record_documents(context(), facts.meeting)
    facts.services.held[MEETING] = replace(facts.meeting, state=State.IN_SESSION)
    facts.services.sign_in(MEETING, "周涛", method=Method.DESK)
    offer.write(tmp_path / "minutes.docx")
    text = "\n".join(paragraph.text for paragraph in reader.Document(tmp_path / "minutes.docx").paragraphs)
    assert "缺席" not in text


def paper(version, **more):
    return RecordFile(
        id=f"d{version}",
        meeting=MEETING,
        kind="会议记录",
        version=version,
        path=f"meetings/{MEETING}/records/minutes-v{version}.docx",
        sha256=f"{version}" * 64,
        at=A_MORNING,
        **more,
    )


def test_the_newest_and_the_signed_go_into_the_package(context, facts):
    facts.services.papers[MEETING] = [paper(1), paper(2, signed_by="赵云", signed_at=A_MORNING), paper(3), paper(4)]
    files = roomctl_records.roomctl_package_files(context(), facts.meeting)
    folder = facts.services.data / "meetings" / MEETING / "records"
    assert files == [
        PackageFile("records/minutes-v2.docx", folder / "minutes-v2.docx", "2" * 64),
        PackageFile("records/minutes-v4.docx", folder / "minutes-v4.docx"),
    ]


def test_the_print_and_the_preview_are_of_the_file_as_somebody_has_left_it(context, facts, tmp_path):
    offer, *_ = roomctl_records.roomctl_record_documents(context(), facts.meeting)
    offer.write(tmp_path / "minutes.docx")
    corrected = reader.Document(tmp_path / "minutes.docx")
    corrected.add_paragraph("另：会后补充材料。")
    corrected.save(tmp_path / "minutes.docx")
    offer.print(tmp_path / "minutes.docx", tmp_path / "minutes.pdf")
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "minutes.pdf").pages)
    assert "会后补充材料" in "".join(text.split())
    shown = offer.preview(tmp_path / "minutes.docx")
    assert "会后补充材料" in shown
    assert 'data-segment="r1-t1-0011"' in shown


def test_the_print_of_a_signed_paper_goes_into_the_package_with_its_hash(context, facts):
    path = f"meetings/{MEETING}/records/minutes-v1.pdf"
    facts.services.papers[MEETING] = [paper(1, signed_by="赵云", signed_at=A_MORNING, pdf=path, pdf_sha256="a" * 64)]
    files = roomctl_records.roomctl_package_files(context(), facts.meeting)
    assert files[1] == PackageFile("records/minutes-v1.pdf", facts.services.data / path, "a" * 64)


def test_where_only_a_scan_counts_the_close_asks_for_it(context, facts):
    def objections(target=State.CLOSED, **more):
        return roomctl_records.roomctl_gate(context(**more), facts.meeting, target)

    facts.services.papers[MEETING] = [paper(1, signed_by="张建国")]
    assert objections() == []
    (one,) = objections(by_hand=True)
    assert (one.by, one.firm) == ("signed record", False)
    assert objections(State.ARCHIVED, by_hand=True) == []
    scan = replace(paper(2, signed_by="张建国"), path=f"meetings/{MEETING}/records/signed-d2.pdf")
    facts.services.papers[MEETING] += [scan]
    assert objections(by_hand=True) == []
    offered = roomctl_records.roomctl_record_documents(context(by_hand=True), facts.meeting)
    assert [one.kind for one in offered if one.by_hand] == ["会议记录"]
