"""会议纪要 as use cases: what is told, what lies on disk, and that numbers have no gaps."""

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from roomctl.domain.summary import NumberForm, Openness, Stage
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.services import records
from roomctl.services.offers import DocumentOffer


@pytest.fixture
def papers(house):
    def finish(source, target, number, on):
        target.write_text(f"{number} {on:%Y-%m-%d} {source.read_text()}")

    house.plugins.papers = [
        DocumentOffer(kind="会议记录", file_name="minutes.docx", write=lambda p: p.write_text("a")),
        DocumentOffer(
            kind="会议纪要",
            file_name="summary.docx",
            write=lambda p: p.write_text("议定"),
            finish=finish,
            on_demand=True,
        ),
    ]
    return house


@pytest.fixture
def adjourned(papers):
    def make():
        meeting = papers.opened(recorded=False)
        papers.use.start(meeting.id)
        papers.use.adjourn(meeting.id)
        return meeting.id

    return make


def signed(use, meeting):
    use.start_summary(meeting)
    use.submit_summary(meeting)
    use.set_openness(meeting, openness=Openness.OPEN)
    use.approve_summary(meeting)
    return use.sign_summary(meeting, by="张建国")


def test_it_is_drafted_where_a_meeting_asks_for_it_and_not_with_the_others(papers, adjourned):
    meeting = adjourned()
    assert [one.kind for one in papers.use.draft(meeting)] == ["会议记录"]
    started = papers.use.start_summary(meeting)
    assert started.stage is Stage.DRAFTING
    assert [one.kind for one in papers.use.documents(meeting)] == ["会议记录", "会议纪要"]


def test_the_whole_way_ends_with_a_numbered_locked_last_version(papers, adjourned):
    meeting = adjourned()
    use = papers.use
    signed(use, meeting)
    registered = use.register_summary(meeting)
    assert registered.number == "第1期"
    use.proofread_summary(meeting)
    done = use.issue_summary(meeting, sent_to=["市财政局"])
    assert done.stage is Stage.DONE
    final = next(one for one in use.documents(meeting) if one.id == done.final)
    assert (final.version, final.signed_by) == (2, "张建国")
    assert (use.data / final.path).read_text().startswith("第1期 ")
    assert not (use.data / final.path).stat().st_mode & 0o222
    assert not list((use.data / final.path).parent.glob("*.partial"))


def test_numbers_of_a_series_have_no_gaps_and_a_void_one_is_not_drawn_again(papers, adjourned):
    numbers = []
    for number in range(3):
        meeting = adjourned()
        signed(papers.use, meeting)
        numbers.append(papers.use.register_summary(meeting).number)
        if number == 1:
            papers.use.send_summary_back(meeting, reason="日期错")
    assert numbers == ["第1期", "第2期", "第3期"]
    kept = [json.loads(row.data) for row in papers.events(meeting) if row.kind == "summary.registered"]
    assert kept[0]["series"] == "专题会议"


def test_each_series_counts_by_itself_in_the_form_it_had_last(papers, adjourned):
    use = papers.use
    written = []
    for series, form in (("常务会议", NumberForm.TIMES), ("专题会议", None), ("常务会议", None)):
        meeting = adjourned()
        signed(use, meeting)
        written.append(use.register_summary(meeting, series=series, form=form).number)
    assert written == ["第1次", "第1期", "第2次"]


def test_a_new_year_begins_at_one_where_the_office_counts_by_the_year(papers, adjourned):
    use = papers.use
    first, second, third = adjourned(), adjourned(), adjourned()
    for meeting in (first, second, third):
        signed(use, meeting)
    use.register_summary(first, form=NumberForm.DOCUMENT)
    papers.clock.advance(366 * 86_400)
    year = papers.clock.now().year
    assert use.register_summary(second).number == f"〔{year}〕1号"
    assert use.register_summary(third, each_year=False).number == f"〔{year}〕2号"


def test_two_that_register_at_once_get_two_numbers(papers, adjourned):
    meetings = [adjourned() for _ in range(4)]
    for meeting in meetings:
        signed(papers.use, meeting)
    got = []
    threads = [
        threading.Thread(target=lambda m=meeting: got.append(papers.use.register_summary(m).number))
        for meeting in meetings
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(got) == ["第1期", "第2期", "第3期", "第4期"]


def test_who_registers_the_same_one_second_leaves_the_numbered_file_of_the_first(papers, adjourned):
    use, meeting = papers.use, adjourned()
    signed(use, meeting)
    offer, others = papers.plugins.papers[1], []

    def meanwhile(source, target, number, day):
        if not others:
            others.append(None)
            others.append(use.register_summary(meeting))
        offer.finish(source, target, f"{number} 后到", day)

    papers.plugins.papers[1] = replace(offer, finish=meanwhile)
    with pytest.raises(Refused):
        use.register_summary(meeting)
    final = next(one for one in use.documents(meeting) if one.id == others[1].final)
    assert records.digest(use.data / final.path) == final.sha256
    assert not list((use.data / final.path).parent.glob(".*"))


def test_a_file_that_was_changed_after_it_went_round_is_not_signed(papers, adjourned):
    meeting = adjourned()
    use = papers.use
    use.start_summary(meeting)
    use.submit_summary(meeting)
    use.set_openness(meeting, openness=Openness.OPEN)
    use.approve_summary(meeting)
    (document,) = [one for one in use.documents(meeting) if one.kind == "会议纪要"]
    (use.data / document.path).write_text("改过")
    with pytest.raises(Refused, match="改过"):
        use.sign_summary(meeting, by="张建国")


@pytest.mark.parametrize(("by", "opinion"), [(" ", "同意"), ("张建国", "长" * 2001)])
def test_whoever_may_not_sign_leaves_the_file_as_it_was(papers, adjourned, by, opinion):
    meeting = adjourned()
    use = papers.use
    papers.plugins.papers[1] = replace(
        papers.plugins.papers[1], print=lambda source, target: target.write_text(source.read_text()) and {}
    )
    use.start_summary(meeting)
    use.submit_summary(meeting)
    use.set_openness(meeting, openness=Openness.OPEN)
    use.approve_summary(meeting)
    (document,) = [one for one in use.documents(meeting) if one.kind == "会议纪要"]
    with pytest.raises(BadInput):
        use.sign_summary(meeting, by=by, opinion=opinion)
    path = use.data / document.path
    assert path.stat().st_mode & 0o200
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    use.sign_summary(meeting, by="张建国", opinion="同意")
    assert not path.stat().st_mode & 0o222
    assert path.with_suffix(".pdf").is_file()


def test_sent_back_it_is_drafted_again_as_a_new_version(papers, adjourned):
    meeting = adjourned()
    use = papers.use
    use.start_summary(meeting)
    use.submit_summary(meeting)
    with pytest.raises(Refused, match="退回"):
        use.redraft_summary(meeting)
    use.send_summary_back(meeting, reason="漏了一项")
    assert use.redraft_summary(meeting).version == 2
    assert use.submit_summary(meeting).stage is Stage.REVIEW


def test_countersigning_asks_the_units_of_the_paper(papers, adjourned):
    meeting = adjourned()
    use = papers.use
    use.start_summary(meeting, drafted_by="市住建局")
    sent = use.submit_summary(meeting, units=["市财政局", "市财政局", " "], lead="市住建局")
    assert [(one.unit, one.lead) for one in sent.units] == [("市住建局", True), ("市财政局", False)]
    use.countersign_summary(meeting, unit="市住建局", agreed=True)
    use.countersign_summary(meeting, unit="市财政局", agreed=True, opinion="资金分两年")
    use.settle_opinion(meeting, unit="市财政局", adopted=True)
    assert use.conclude_countersigning(meeting).stage is Stage.REVIEW


def test_its_limit_runs_from_the_end_of_the_meeting(papers, adjourned):
    meeting = adjourned()
    ended = papers.use.meeting(meeting).adjourned_at
    papers.clock.advance(3600)
    assert papers.use.start_summary(meeting).due == ended + timedelta(days=3)


def test_what_cannot_be_is_refused_in_one_line(papers, adjourned):
    planned = papers.opened(recorded=False).id
    with pytest.raises(Refused, match="还不能起草"):
        papers.use.start_summary(planned)
    with pytest.raises(NotFound, match="没有纪要"):
        papers.use.approve_summary(planned)
    meeting = adjourned()
    papers.use.start_summary(meeting)
    with pytest.raises(Refused, match="在办"):
        papers.use.start_summary(meeting)
    papers.use.submit_summary(meeting)
    with pytest.raises(BadInput, match="太长"):
        papers.use.send_summary_back(meeting, reason="长" * 2001)
