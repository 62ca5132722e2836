"""Versions of a paper as use cases: who may change what when, and what stays in the log. The files are real docx."""

import json
import threading
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import docx as word
import pytest
import roomctl_records
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from roomctl_records.config import RecordsConfig

from roomctl.domain.attendance import Person
from roomctl.domain.record import RecordFile
from roomctl.domain.revision import Kind
from roomctl.domain.secrecy import Level, Secrecy, SecrecyRefused
from roomctl.domain.summary import NumberForm, Openness
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.services import records
from roomctl.services.offers import DocumentOffer
from roomctl.testing.fakes import FakeContext

UNIT = "市住建局"


@pytest.fixture
def papers(house):
    class Asked:
        """The plugin's own services, as of the house."""

        def __getattr__(self, name):
            return getattr(house.use, name)

    context = FakeContext("records", house.use.data, RecordsConfig(), services=Asked(), clock=house.clock)
    house.plugins.documents = lambda meeting: roomctl_records.roomctl_record_documents(context, meeting)
    return house


@pytest.fixture
def adjourned(papers):
    return over(papers)


def over(papers, *people):
    """Id of a meeting that was held with these people."""
    meeting = papers.opened(recorded=False)
    papers.use.add_people(meeting.id, people)
    papers.use.start(meeting.id)
    papers.use.adjourn(meeting.id)
    papers.use.waive_transcript(meeting.id, by="赵敏", reason="未录音")
    return meeting.id


def newest(house, meeting, kind="会议纪要"):
    return [one for one in house.use.documents(meeting) if one.kind == kind][-1]


@pytest.fixture
def out(papers, adjourned, tmp_path):
    """A 纪要 that went out to a unit: the docx of the pack."""
    papers.use.start_summary(adjourned, drafted_by=UNIT)
    papers.use.pack_document(adjourned, newest(papers, adjourned).id, tmp_path / "out.zip", unit=UNIT)
    with zipfile.ZipFile(tmp_path / "out.zip") as packed:
        packed.extractall(tmp_path / "out")
    return tmp_path / "out" / "会议纪要.docx"


def add_tracked(path, *texts):
    paper = word.Document(path)
    for text in texts:
        mark = 'w:id="1" w:author="李晓明" w:date="2026-11-13T09:30:00Z"'
        inside = f"<w:ins {mark}><w:r><w:t>{text}</w:t></w:r></w:ins>"
        body = paper.element.body
        body[-1].addprevious(parse_xml(f"<w:p {nsdecls('w')}><w:r><w:t>另：</w:t></w:r>{inside}</w:p>"))
    paper.save(path)


def test_what_a_unit_sends_back_is_the_next_version_with_its_changes_open(papers, adjourned, out):
    add_tracked(out, "补充预算。")
    taken = papers.use.take_in_document(adjourned, "会议纪要", out, unit=UNIT, name="回稿.docx")
    assert taken.version == 2
    back = papers.use.returned_document(adjourned, taken.id)
    (change,) = back.review.changes
    assert (back.unit, change.added, change.author) == (UNIT, "补充预算。", "李晓明")
    assert change.at == datetime(2026, 11, 13, 9, 30, tzinfo=UTC)


def test_what_was_changed_without_being_tracked_is_told(papers, adjourned, out):
    paper = word.Document(out)
    paper.paragraphs[-2].add_run("悄悄加上。")
    paper.save(out)
    taken = papers.use.take_in_document(adjourned, "会议纪要", out)
    (change,) = papers.use.returned_document(adjourned, taken.id).untracked
    assert [piece.text for piece in change.pieces if piece.kind is Kind.ADDED] == ["悄悄加上。"]


def test_decided_changes_are_a_new_version_and_stay_in_the_log(papers, adjourned, out):
    add_tracked(out, "甲句。", "乙句。")
    taken = papers.use.take_in_document(adjourned, "会议纪要", out, unit=UNIT)
    settled = papers.use.settle_changes(adjourned, taken.id, {"1": True, "2": False})
    assert papers.use.returned_document(adjourned, settled.id).review.changes == ()
    told = json.loads(next(row for row in papers.events(adjourned) if row.kind == "record.changes_settled").data)
    assert [one["added"] for one in told["accepted"]] == ["甲句。"]
    assert told["refused"][0] | {"added": ""} == {
        "author": "李晓明", "at": "2026-11-13T09:30:00+00:00", "removed": "", "added": "", "format": "",
    }  # fmt: skip
    changed = papers.use.compare_documents(adjourned, newest(papers, adjourned).id, taken.id)
    assert "".join(piece.text for one in changed for piece in one.pieces if piece.kind is Kind.ADDED) == "乙句。"


def test_of_two_who_decide_at_once_the_second_is_told(papers, adjourned, out):
    add_tracked(out, "甲句。", "乙句。")
    taken = papers.use.take_in_document(adjourned, "会议纪要", out)
    papers.use.settle_changes(adjourned, taken.id, {"1": True})
    before = papers.use.documents(adjourned)
    with pytest.raises(Refused, match="第 3 稿"):
        papers.use.settle_changes(adjourned, taken.id, {"2": True})
    assert papers.use.documents(adjourned) == before


def test_a_paper_with_open_changes_goes_nowhere(papers, adjourned, out):
    add_tracked(out, "甲句。")
    taken = papers.use.take_in_document(adjourned, "会议纪要", out)
    with pytest.raises(Refused, match="还有 1 处修订没有处理"):
        papers.use.submit_summary(adjourned)
    papers.use.settle_changes(adjourned, taken.id, {"1": True})
    papers.use.submit_summary(adjourned)
    with pytest.raises(Refused, match="不在起草中"):
        papers.use.take_in_document(adjourned, "会议纪要", out)


def test_a_file_of_another_paper_is_not_taken(papers, adjourned, out, tmp_path):
    papers.use.draft(adjourned)
    with pytest.raises(BadInput, match="它是会议纪要，不是会议记录"):
        papers.use.take_in_document(adjourned, "会议记录", out)
    paper = word.Document(out)
    paper.core_properties.identifier = "urn:roomctl:document:of-another"
    paper.save(tmp_path / "other.docx")
    with pytest.raises(Refused, match="不是本次会议的会议纪要"):
        papers.use.take_in_document(adjourned, "会议纪要", tmp_path / "other.docx")
    other = papers.meeting()
    papers.use.draft(other.id)
    with pytest.raises(BadInput, match="另一次会议"):
        papers.use.take_in_document(
            adjourned, "会议记录", papers.use.data / newest(papers, other.id, "会议记录").path
        )
    word.Document().save(tmp_path / "foreign.docx")
    with pytest.raises(BadInput, match="缺：标题"):
        papers.use.take_in_document(adjourned, "会议纪要", tmp_path / "foreign.docx")
    with pytest.raises(NotFound):
        papers.use.take_in_document(adjourned, "通知", out)
    assert [one.version for one in papers.use.documents(adjourned) if one.kind == "会议纪要"] == [1]


def test_a_signed_record_takes_nothing_in(papers, adjourned):
    papers.use.draft(adjourned)
    signed = papers.use.sign(adjourned, by="孙丽")
    with pytest.raises(Refused, match="孙丽"):
        papers.use.take_in_document(adjourned, "会议记录", papers.use.data / signed.path)


@pytest.mark.parametrize("comes", ["a signature", "a version"])
def test_of_two_who_sign_at_once_the_second_is_told(papers, adjourned, monkeypatch, comes):
    papers.use.draft(adjourned)
    drafted, settled = newest(papers, adjourned, "会议记录"), records.need_settled

    def meanwhile(*_args):
        monkeypatch.setattr(records, "need_settled", settled)
        if comes == "a signature":
            papers.use.sign(adjourned, by="孙丽")
        else:
            papers.use.take_in_document(adjourned, "会议记录", papers.use.data / drafted.path)

    monkeypatch.setattr(records, "need_settled", meanwhile)
    with pytest.raises(Refused, match="孙丽" if comes == "a signature" else "第 2 稿"):
        papers.use.sign(adjourned, by="赵敏")
    first, *later = [one for one in papers.use.documents(adjourned) if one.kind == "会议记录"]
    path = papers.use.data / first.path
    assert first.signed_by == ("" if later else "孙丽")
    assert bool(path.stat().st_mode & 0o200) is bool(later)
    assert not (later and path.with_suffix(".pdf").exists())


def test_a_correction_is_not_put_behind_a_draft_that_nobody_asked_for(papers, adjourned):
    papers.use.draft(adjourned)
    drafted = newest(papers, adjourned, "会议记录")
    corrected = papers.use.take_in_document(adjourned, "会议记录", papers.use.data / drafted.path)
    papers.use.draft(adjourned, corrected_too=False)
    assert newest(papers, adjourned, "会议记录") == corrected
    papers.use.draft(adjourned)
    assert newest(papers, adjourned, "会议记录").version == corrected.version + 1


def test_a_draft_older_than_the_signed_one_is_never_sent_round_in_its_place(papers, adjourned):
    papers.use.start_summary(adjourned)
    papers.use.redraft_summary(adjourned)
    papers.use.submit_summary(adjourned)
    papers.use.set_openness(adjourned, openness=Openness.OPEN)
    papers.use.approve_summary(adjourned)
    papers.use.sign_summary(adjourned, by="张建国")
    papers.use.send_summary_back(adjourned, reason="漏了一项")
    with pytest.raises(Refused, match="已经签过"):
        papers.use.submit_summary(adjourned)
    papers.use.redraft_summary(adjourned)
    papers.use.submit_summary(adjourned)


def test_two_kinds_are_not_compared(papers, adjourned):
    papers.use.draft(adjourned)
    one, other = papers.use.documents(adjourned)[:2]
    with pytest.raises(BadInput, match="种类不同"):
        papers.use.compare_documents(adjourned, one.id, other.id)


def test_a_kind_that_nobody_can_change_is_told(papers, adjourned):
    papers.plugins.documents = lambda _: [
        DocumentOffer(kind="通知", file_name="notice.docx", write=lambda path: path.write_text("x"))
    ]
    (drafted,) = papers.use.draft(adjourned)
    assert isinstance(drafted, RecordFile)
    with pytest.raises(NotFound, match="不能比较和修改"):
        papers.use.compare_documents(adjourned, drafted.id, drafted.id)


def test_drafts_made_at_once_are_two_versions(papers, adjourned):
    threads = [threading.Thread(target=papers.use.draft, args=(adjourned,)) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    records = [one for one in papers.use.documents(adjourned) if one.kind == "会议记录"]
    assert sorted(one.version for one in records) == [1, 2, 3]
    assert len({one.path for one in records}) == 3
    assert not list((papers.use.data / records[0].path).parent.glob("*.partial"))


def test_all_papers_are_read_for_errors_in_one_list(papers):
    adjourned = over(papers, Person(id="p1", name="李晓明", unit="市住建局", duty="局长", rank=1))
    papers.use.draft(adjourned)
    papers.use.start_summary(adjourned)
    for kind, text in (("会议记录", "我市停车位缺口4万个。"), ("会议纪要", "我市停车位缺口5万个。")):
        path = papers.use.data / newest(papers, adjourned, kind).path
        paper = word.Document(path)
        paper.paragraphs[-1].insert_paragraph_before(text)
        paper.save(path)
    found = papers.use.proofread_papers(adjourned)
    told = {(one.paper, one.rule, one.text) for one in found}
    assert ("方案", "name", "张建国") in told  # he leads, and is not on the roster
    assert ("会议纪要", "figure", "5万个") in told
    assert len([one for one in found if one.paper == "方案"]) == len(
        {one.said for one in found if one.paper == "方案"}
    )
    ids = {one.id for one in papers.use.documents(adjourned)}
    assert {one.document for one in found if one.paper != "方案"} <= ids


def test_the_office_sets_how_long_a_summary_may_take(papers, adjourned):
    asked = papers.plugins.documents
    papers.plugins.documents = lambda meeting: [replace(one, days=7) for one in asked(meeting)]
    started = papers.use.start_summary(adjourned)
    assert started.due == papers.use.meeting(adjourned).adjourned_at + timedelta(days=7)


def test_a_summary_from_draft_to_issue_is_one_numbered_paper_with_its_print(papers, adjourned, out):
    """代拟, 会签, 公开属性, 审核, 签发, 登记, a void number, 校对, 印发, and a new one after it."""
    use = papers.use
    use.take_in_document(adjourned, "会议纪要", out, unit=UNIT)
    for turn in (1, 2):
        use.submit_summary(adjourned, units=["市财政局"], lead=UNIT)
        use.countersign_summary(adjourned, unit=UNIT, agreed=True)
        use.countersign_summary(adjourned, unit="市财政局", agreed=False, opinion="资金分两年安排")
        with pytest.raises(BadInput, match="理由"):
            use.settle_opinion(adjourned, unit="市财政局", adopted=False)
        use.settle_opinion(adjourned, unit="市财政局", adopted=False, reason="会议已定")
        use.conclude_countersigning(adjourned)
        use.approve_summary(adjourned, opinion="同意")
        if turn == 1:
            with pytest.raises(Refused, match="公开属性"):
                use.sign_summary(adjourned, by="张建国")
            use.set_openness(adjourned, openness=Openness.ON_REQUEST)
        use.sign_summary(adjourned, by="张建国")
        drawn = use.register_summary(adjourned, form=NumberForm.DOCUMENT).number
        if turn == 1:
            void = drawn
            use.send_summary_back(adjourned, reason="附件有误")
            use.redraft_summary(adjourned)
    use.proofread_summary(adjourned, opinion="无误")
    done = use.issue_summary(adjourned, sent_to=["市财政局", UNIT])
    year = papers.clock.now().year
    assert (void, done.number) == (f"〔{year}〕1号", f"〔{year}〕2号")
    assert done.voided == ((void, "附件有误"),)
    final = next(one for one in use.documents(adjourned) if one.id == done.final)
    text = "\n".join(one.text for one in word.Document(use.data / final.path).paragraphs)
    assert done.number in text
    assert final.signed_by == "张建国"
    assert (use.data / final.pdf).read_bytes().startswith(b"%PDF")
    with pytest.raises(Refused):
        use.take_in_document(adjourned, "会议纪要", out)
    assert use.start_summary(adjourned).supersedes == done.id


def test_nothing_of_a_state_secret_goes_out_to_a_unit(papers, adjourned, tmp_path):
    papers.use.start_summary(adjourned)
    document = newest(papers, adjourned).id
    uow = papers.open_uow()
    with uow:
        secret = replace(uow.meetings.get(adjourned), secrecy=Secrecy(Level.SECRET, 3))
        uow.meetings.save(secret)
        uow.commit()
    with pytest.raises(SecrecyRefused, match="秘密"):
        papers.use.pack_document(adjourned, document, tmp_path / "out.zip", unit=UNIT)
    assert not (tmp_path / "out.zip").exists()
