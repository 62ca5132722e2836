import pytest

from roomctl.errors import BadInput, NotFound, Refused
from roomctl.services.offers import DocumentOffer


@pytest.fixture
def offering(house):
    def offer(kind, name, **more):
        return DocumentOffer(kind=kind, file_name=name, write=lambda p: p.write_text(kind), **more)

    house.plugins.papers = [
        offer("座签", "place-cards.pdf", on_demand=True),
        offer("会议记录", "minutes.docx"),
        offer("会议纪要", "summary.docx", on_demand=True, finish=lambda *_: None),
    ]
    return house


def test_each_time_is_a_new_version_and_a_pdf_is_its_own_print(offering):
    meeting = offering.meeting()
    offering.use.draft_paper(meeting.id, "座签")
    made = offering.use.draft_paper(meeting.id, "座签")
    assert (made.version, made.path) == (2, f"meetings/{meeting.id}/records/place-cards-v2.pdf")
    assert (made.pdf, made.pdf_sha256) == (made.path, made.sha256)
    assert offering.kinds(meeting.id)[-2:] == ["record.drafted"] * 2


def test_a_paper_is_not_drafted_for_a_file_of_another_form(offering):
    meeting = offering.meeting()
    with pytest.raises(BadInput, match=r"\.docx.*\.pdf"):
        offering.use.draft_paper(meeting.id, "座签", ".docx")
    assert offering.use.documents(meeting.id) == []
    assert offering.use.draft_paper(meeting.id, "座签", ".PDF").version == 1


def test_a_paper_that_names_its_version_names_the_right_one_though_somebody_was_faster(offering):
    meeting = offering.meeting()
    named = []

    def write(path):
        named.append(len(offering.use.documents(meeting.id)) + 1)
        path.write_text(str(named[-1]))
        if len(named) == 1:
            offering.use.draft_paper(meeting.id, "座签")

    offering.plugins.papers = [DocumentOffer(kind="座签", file_name="cards.pdf", write=write, on_demand=True)]
    assert offering.use.draft_paper(meeting.id, "座签").version == 2
    kept = {one.version: (offering.use.data / one.path).read_text() for one in offering.use.documents(meeting.id)}
    assert kept == {1: "1", 2: "2"}


@pytest.mark.parametrize(("kind", "mend"), [("会议记录", "meetings draft"), ("会议纪要", "summary start")])
def test_a_paper_that_has_a_way_of_its_own_is_not_drafted_past_it(offering, kind, mend):
    meeting = offering.meeting()
    with pytest.raises(Refused, match=mend):
        offering.use.draft_paper(meeting.id, kind)
    with pytest.raises(NotFound, match=r"报告.*座签、会议记录、会议纪要"):
        offering.use.draft_paper(meeting.id, "报告")
    assert offering.use.documents(meeting.id) == []
