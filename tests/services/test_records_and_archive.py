import json
from dataclasses import replace

import pytest

from roomctl.domain.archive import Package, Receipt
from roomctl.domain.events import LoggedEvent, verify
from roomctl.domain.lifecycle import State
from roomctl.domain.transcript import Transcript
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.services.identity import new_id
from roomctl.services.offers import DocumentOffer


@pytest.fixture
def closed(house):
    """A closed meeting with a drafted record."""
    house.plugins.papers = [
        DocumentOffer(kind="会议记录", file_name="minutes.docx", write=lambda p: p.write_text("a"))
    ]
    meeting = house.opened(recorded=False)
    house.use.start(meeting.id)
    house.use.adjourn(meeting.id)
    house.use.clear(meeting.id)
    house.use.waive_transcript(meeting.id, by="赵敏", reason="未录音")
    house.use.draft(meeting.id)
    return house.use.transition(meeting.id, State.CLOSED)


def _package(house, meeting, *documents, targets=("nas", "usb"), supplement_to=""):
    package = Package(
        id=new_id(), meeting=meeting.id, path="p", files=3, bytes=9, manifest_sha256="ab", at=house.clock.now(),
        documents=documents, targets=targets, supplement_to=supplement_to,
    )  # fmt: skip
    house.use.add_package(package)
    return package


def _receipt(house, package, target):
    receipt = Receipt(
        package=package.id, target=target, key="k", files=3, bytes=9, manifest_sha256="ab", at=house.clock.now()
    )  # fmt: skip
    house.use.add_receipt(package.meeting, receipt)


def test_each_draft_is_a_new_version_until_one_is_signed(house, closed):
    (second,) = house.use.draft(closed.id)
    assert second.version == 2
    signed = house.use.sign(closed.id, by="孙丽")
    assert house.use.draft(closed.id) == (signed,)
    with pytest.raises(Refused, match="孙丽"):
        house.use.sign(closed.id, by="赵敏")


def test_what_was_corrected_by_hand_is_what_is_signed(house, closed):
    (document,) = house.use.documents(closed.id)
    (house.use.data / document.path).write_text("corrected")
    assert house.use.sign(closed.id, by="孙丽").sha256 != document.sha256


def test_where_only_a_scan_counts_nobody_signs_here(house, closed):
    house.plugins.papers = [replace(house.plugins.papers[0], by_hand=True)]
    with pytest.raises(Refused, match="只认签字扫描件"):
        house.use.sign(closed.id, by="孙丽")
    scan = house.use.take_in_signed(closed.id, b"%PDF-1.7 scan %%EOF", signed_by="张建国")
    assert (scan.by_hand, scan.signed_by) == (True, "张建国")
    assert not house.use.documents(closed.id)[0].by_hand
    package = _package(house, closed, scan.id)
    for target in package.targets:
        _receipt(house, package, target)
    assert house.use.meeting(closed.id).unmet(State.ARCHIVED) == frozenset()


def test_nobody_is_no_signature(house, closed):
    with pytest.raises(BadInput, match="签字人"):
        house.use.sign(closed.id, by=" \t")
    (document,) = house.use.documents(closed.id)
    assert (house.use.data / document.path).stat().st_mode & 0o200
    assert house.kinds(closed.id)[-1] != "record.signed"


def test_nothing_is_signed_that_was_not_drafted(house):
    with pytest.raises(NotFound, match="会议记录"):
        house.use.sign(house.opened().id, by="孙丽")


def test_the_meeting_is_deposited_with_the_last_receipt_and_a_second_one_changes_nothing(house, closed):
    package = _package(house, closed)
    _receipt(house, package, "nas")
    assert house.use.meeting(closed.id).state is State.CLOSED
    _receipt(house, package, "nas")
    assert house.kinds(closed.id).count("package.received") == 1
    _receipt(house, package, "usb")
    assert house.use.meeting(closed.id).state is State.DEPOSITED


def test_the_archivist_accepts_only_with_the_signed_record_in_the_package_or_a_supplement(house, closed):
    first = _package(house, closed, targets=("nas",))
    _receipt(house, first, "nas")
    with pytest.raises(Refused, match="签字的会议记录"):
        house.use.accept(closed.id, by="赵敏")
    signed = house.use.sign(closed.id, by="孙丽")
    supplement = _package(house, closed, signed.id, targets=("nas",), supplement_to=first.id)
    _receipt(house, supplement, "nas")
    house.use.count_packages(closed.id)
    assert house.use.accept(closed.id, by="赵敏").state is State.ARCHIVED


def test_a_returned_package_stays_deposited_with_the_reason(house, closed):
    _receipt(house, _package(house, closed, targets=("nas",)), "nas")
    assert house.use.return_package(closed.id, by="赵敏", reason="缺签字页").state is State.DEPOSITED
    assert "缺签字页" in house.events(closed.id)[-1].data


def test_the_events_in_the_package_verify_by_themselves(house, closed):
    files = {file.path: file.source for file in house.use.package_files(closed.id)}
    rows = [LoggedEvent(**json.loads(line)) for line in files["events.jsonl"].read_text().splitlines()]
    assert len(rows) > 5
    assert not list(verify(rows))
    assert list(verify([*rows[:2], replace(rows[2], data="{}"), *rows[3:]]))


def test_nothing_is_signed_before_the_words_are_there_or_older_than_they_are(house):
    house.plugins.papers = [
        DocumentOffer(kind="会议记录", file_name="minutes.docx", write=lambda p: p.write_text("a"))
    ]
    meeting = house.in_session()
    house.use.draft(meeting.id)
    with pytest.raises(Refused, match="转写还没有完成"):
        house.use.sign(meeting.id, by="孙丽")
    house.clock.advance(60)
    words = Transcript(
        id=new_id(), meeting=meeting.id, version=1, engine="w", model="m", at=house.clock.now(), complete=True
    )
    house.use.put_transcript(words)
    with pytest.raises(Refused, match="转写又有更新"):
        house.use.sign(meeting.id, by="孙丽")
    house.clock.advance(60)
    house.use.draft(meeting.id)
    assert house.use.sign(meeting.id, by="孙丽").version == 2


def _prints(*, fails=None):
    def put(source, target):
        if fails:
            target.write_text("half")
            raise fails
        target.write_text("printed " + source.read_text())
        return {"仿宋": "Noto"}

    return [DocumentOffer(kind="会议记录", file_name="minutes.docx", write=lambda p: p.write_text("a"), print=put)]


def test_a_signed_paper_is_printed_as_it_lies_there(house, closed):
    house.plugins.papers = _prints()
    (document,) = house.use.documents(closed.id)
    (house.use.data / document.path).write_text("corrected")
    signed = house.use.sign(closed.id, by="孙丽")
    assert (house.use.data / signed.pdf).read_text() == "printed corrected"
    assert house.use.documents(closed.id)[-1] == signed
    assert json.loads(house.events(closed.id)[-1].data)["stood_in"] == {"仿宋": "Noto"}


def test_what_somebody_saves_while_it_is_printed_is_signed_by_nobody(house, closed):
    (document,) = house.use.documents(closed.id)
    path = house.use.data / document.path

    def put(source, target):
        target.write_text("printed")
        source.write_text("saved meanwhile")
        return {}

    house.plugins.papers = [replace(_prints()[0], print=put)]
    with pytest.raises(Refused, match="刚刚又改过"):
        house.use.sign(closed.id, by="孙丽")
    assert path.stat().st_mode & 0o200
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_print_that_does_not_come_out_keeps_nobody_from_signing(house, closed):
    house.plugins.papers = _prints(fails=RuntimeError("no font"))
    signed = house.use.sign(closed.id, by="孙丽")
    assert (signed.signed_by, signed.pdf) == ("孙丽", "")
    assert json.loads(house.events(closed.id)[-1].data)["print_failed"] == "no font"
    assert not list((house.use.data / signed.path).parent.glob("*.p*df*"))
