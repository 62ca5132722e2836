"""The report as a paper: kept from the sign-off on, part of the package, and no reason to lose a signature."""

from pathlib import Path

import pytest

from roomctl.domain.checks import CheckState, Result
from roomctl.errors import BadInput, MissingPart, NotFound
from roomctl.services.offers import DocumentOffer
from roomctl.services.time import SystemClock


class Good:
    device, name, deadline = "pc", "disk", 20.0

    def run(self, meeting):
        del meeting
        return [Result(device="pc", check="disk", state=CheckState.OK, evidence="none.png")]


def offer(**more):
    return DocumentOffer(
        kind="设备检查报告",
        file_name="check-report.docx",
        write=lambda path: path.write_text("报告"),
        print=lambda source, target: target.write_text(f"PDF of {source.read_text()}") and {},
        preview=lambda source: f"<p>{source.read_text()}</p>",
        on_demand=True,
        **more,
    )


@pytest.fixture
def checked(house):
    house.use._clock = SystemClock()
    house.plugins.device_checks = [Good()]
    house.plugins.papers = [offer()]
    meeting = house.opened(recorded=False)
    house.use.check(meeting.id)
    return house, meeting.id


def test_it_is_kept_from_the_signature_on_and_goes_into_the_package(checked, tmp_path):
    house, meeting = checked
    assert not [one for one in house.use.package_files(meeting) if one.path.endswith(".docx")]
    report = house.use.sign_checks(meeting, by="周强")
    kept = {one.path: one.source for one in house.use.package_files(meeting)}
    assert kept[f"checks/check-report-{report.id}.docx"].read_text() == "报告"
    assert kept[f"checks/check-report-{report.id}.pdf"].read_text() == "PDF of 报告"
    assert kept[f"checks/check-report-{report.id}.docx"].stat().st_mode & 0o777 == 0o444
    assert house.kinds(meeting)[-2:] == ["checks.signed", "checks.paper"]
    house.plugins.papers = []  # also where the plugin is gone by then
    house.use.write_check_report(meeting, tmp_path / "r.pdf")
    assert (tmp_path / "r.pdf").read_text() == "PDF of 报告"
    assert not house.use.documents(meeting), "it is no paper of the meeting's record"


def test_a_draft_that_fails_costs_nobody_the_signature(checked):
    house, meeting = checked

    def broken(path):
        raise OSError(f"disk full: {path.name}")

    house.plugins.papers = [DocumentOffer(kind="设备检查报告", file_name="r.docx", write=broken)]
    assert house.use.sign_checks(meeting, by="周强").signed.by == "周强"
    assert house.use.check_report(meeting).signed
    (row,) = [one for one in house.events(meeting) if one.kind == "checks.paper"]
    assert "disk full" in row.data


def test_an_unsigned_one_is_written_as_it_stands(checked, tmp_path):
    house, meeting = checked
    for name, said in (("r.docx", "报告"), ("r.PDF", "PDF of 报告"), ("r.html", "<p>报告</p>")):
        house.use.write_check_report(meeting, tmp_path / name)
        assert said in (tmp_path / name).read_text()
    with pytest.raises(BadInput, match="docx"):
        house.use.write_check_report(meeting, tmp_path / "r.odt")
    with pytest.raises(BadInput, match="none"):
        house.use.write_check_report(meeting, Path("/proc/none/r.pdf"))
    with pytest.raises(NotFound):
        house.use.write_check_report(house.opened().id, tmp_path / "r.pdf")
    house.plugins.papers = []
    with pytest.raises(MissingPart):
        house.use.write_check_report(meeting, tmp_path / "r.pdf")


def test_a_check_for_no_meeting_has_its_paper_too(checked, tmp_path):
    house, _ = checked
    with pytest.raises(NotFound):
        house.use.write_check_report(None, tmp_path / "r.pdf")
    house.use.check(None)
    house.use.write_check_report(None, tmp_path / "r.pdf")
    assert (tmp_path / "r.pdf").read_text() == "PDF of 报告"
