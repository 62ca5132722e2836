"""归档登记: what must be done before somebody signs for a package, by whom, and what two at once cannot undo."""

from dataclasses import replace
from datetime import date

import pytest

from roomctl.domain.archive import Fault, Package, Receipt
from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import State
from roomctl.domain.registration import Entry, Question, Result
from roomctl.errors import BadInput, Busy, NotFound, Refused
from roomctl.services.identity import new_id
from roomctl.services.offers import DocumentOffer

ENTRY = Entry(
    number="m/plan", kind="会议方案", title="[停车场建设会议方案]", formed=date(2026, 11, 12), term="永久",
    responsible="市政府办公室", secrecy="", files=1, bytes=9,
)  # fmt: skip
QUESTION = Question(number="GD1-7", title="档号规范性", title_en="archival code", property="真实性", why="须由人看")


class Deposit:
    """A meeting whose package has arrived, with its signed record in it, one 件 and one item to look at."""

    def __init__(self, house):
        self.house, self.archive = house, house.plugins.archive
        self.archive.entries, self.archive.questions = (ENTRY,), (QUESTION,)
        house.plugins.papers = [
            DocumentOffer(kind="会议记录", file_name="minutes.docx", write=lambda p: p.write_text("a"))
        ]
        self.meeting = self._closed().id
        paper = house.use.sign(self.meeting, by="孙丽")
        self.package = self.send(paper.id)

    def _closed(self):
        house = self.house
        meeting = house.opened(recorded=False)
        house.use.start(meeting.id)
        house.use.adjourn(meeting.id)
        house.use.clear(meeting.id)
        house.use.waive_transcript(meeting.id, by="赵敏", reason="未录音")
        house.use.draft(meeting.id)
        return house.use.transition(meeting.id, State.CLOSED)

    def send(self, *documents, first=""):
        made = Package(
            id=new_id(), meeting=self.meeting, path="p", files=3, bytes=9, manifest_sha256="ab",
            at=self.house.clock.now(), documents=documents, targets=("nas",), supplement_to=first,
        )  # fmt: skip
        self.house.use.add_package(made)
        self.house.use.add_receipt(
            self.meeting,
            Receipt(package=made.id, target="nas", key="k", files=3, bytes=9, manifest_sha256="ab", at=made.at),
        )
        return made.id

    def as_(self, name):
        return self.house.use.acting_as(Actor.person(name))

    def see_to(self, name="赵敏", package="", result=Result.PASSED, note=""):
        use = self.as_(name)
        use.count_packages(self.meeting)
        return use.answer_item(
            self.meeting, package=package or self.package, number="GD1-7", result=result, note=note
        )

    @property
    def lacking(self):
        return "\n".join(self.house.use.registration(self.meeting).lacking)

    @property
    def events(self):
        return self.house.kinds(self.meeting)


@pytest.fixture
def deposit(house):
    return Deposit(house)


def test_nobody_signs_before_all_is_counted_and_looked_at(deposit, house):
    assert "清点" in deposit.lacking
    with pytest.raises(Refused, match="清点"):
        house.use.accept(deposit.meeting, by="赵敏")
    house.use.count_packages(deposit.meeting)
    with pytest.raises(Refused, match="GD1-7"):
        house.use.accept(deposit.meeting, by="赵敏")
    deposit.see_to()
    assert not deposit.lacking
    assert house.use.accept(deposit.meeting, by="赵敏").state is State.ARCHIVED
    assert house.use.registration(deposit.meeting).registration.signed[deposit.package].by == "赵敏"


def test_a_fault_that_was_counted_keeps_anybody_from_signing(deposit, house):
    deposit.see_to()
    deposit.archive.faults = (Fault("data/plan.json", "内容与清单不符"),)
    house.use.count_packages(deposit.meeting)
    with pytest.raises(Refused, match=r"data/plan\.json"):
        house.use.accept(deposit.meeting, by="赵敏")


def test_not_one_file_is_a_fault(deposit, house):
    deposit.archive.files = 0
    deposit.see_to()
    with pytest.raises(Refused, match="一个文件也没有"):
        house.use.accept(deposit.meeting, by="赵敏")


def test_what_does_not_pass_is_sent_back_not_signed_for(deposit, house):
    with pytest.raises(BadInput):
        deposit.see_to(result=Result.FAILED)
    deposit.see_to(result=Result.FAILED, note="缺全宗号")
    with pytest.raises(Refused, match="不通过"):
        house.use.accept(deposit.meeting, by="赵敏")
    house.use.return_package(deposit.meeting, by="赵敏", reason="缺全宗号")
    house.use.return_package(deposit.meeting, by="赵敏", reason="缺全宗号")
    assert deposit.events.count("meeting.returned") == 1
    deposit.see_to()
    with pytest.raises(Refused, match="退回"):
        house.use.accept(deposit.meeting, by="赵敏")
    house.use.hand_in_again(deposit.meeting, note="已补")
    with pytest.raises(Refused):
        house.use.hand_in_again(deposit.meeting, note="又补")
    assert house.use.accept(deposit.meeting, by="赵敏").state is State.ARCHIVED


@pytest.mark.parametrize("nobody", ["", " \n "])
def test_nobody_signs_for_a_package_or_sends_it_back_without_a_name(deposit, house, nobody):
    deposit.see_to()
    before = deposit.events
    with pytest.raises(BadInput, match="签收人"):
        house.use.accept(deposit.meeting, by=nobody)
    with pytest.raises(BadInput, match="退回人"):
        house.use.return_package(deposit.meeting, by=nobody, reason="缺全宗号")
    assert deposit.events == before


def test_the_same_answer_again_is_no_second_event_and_nobodys_answer_is_lost_unseen(deposit):
    first = deposit.see_to("赵敏")
    again = deposit.as_("赵敏").answer_item(
        deposit.meeting, package=deposit.package, number="GD1-7", result=Result.PASSED
    )
    assert (again.version, deposit.events.count("package.answered")) == (first.version, 1)
    other = deposit.as_("周强")
    with pytest.raises(Busy, match="赵敏"):
        other.answer_item(
            deposit.meeting, package=deposit.package, number="GD1-7", result=Result.NONE, note="纸质", seen=0
        )
    changed = other.answer_item(
        deposit.meeting, package=deposit.package, number="GD1-7", result=Result.NONE, note="纸质", seen=first.version
    )
    assert changed.answers[deposit.package, "GD1-7"].by == "周强"


def test_nobody_signs_for_what_has_changed_under_his_eyes(deposit, house):
    seen = deposit.see_to().version
    house.use.count_packages(deposit.meeting)
    with pytest.raises(Busy):
        house.use.accept(deposit.meeting, by="赵敏", seen=seen)


def test_two_archivists_at_once_sign_once(deposit, house):
    seen = deposit.see_to().version
    assert house.use.accept(deposit.meeting, by="赵敏", seen=seen).state is State.ARCHIVED
    with pytest.raises(Refused, match="赵敏"):
        house.use.accept(deposit.meeting, by="周强", seen=seen)
    assert deposit.events.count("package.accepted") == 1


def test_a_term_is_changed_with_a_reason_and_one_must_be_known(deposit, house):
    deposit.archive.entries = (replace(ENTRY, term="不详"),)
    deposit.see_to()
    with pytest.raises(Refused, match="保管期限"):
        house.use.accept(deposit.meeting, by="赵敏")
    change = {"package": deposit.package, "entry": ENTRY.number}
    for term, reason in (("三十年", "x"), ("30年", ""), ("0年", "x"), ("", "x")):
        with pytest.raises(BadInput):
            house.use.set_term(deposit.meeting, **change, term=term, reason=reason)
    with pytest.raises(NotFound):
        house.use.set_term(deposit.meeting, package=deposit.package, entry="?", term="永久", reason="x")
    house.use.set_term(deposit.meeting, **change, term="30年", reason="一般性会议")
    assert house.use.accept(deposit.meeting, by="赵敏").state is State.ARCHIVED


def test_an_item_or_a_package_of_another_meeting_is_not_answered_here(deposit):
    other = Deposit(deposit.house)
    with pytest.raises(NotFound):
        deposit.as_("赵敏").answer_item(deposit.meeting, package=other.package, number="GD1-7", result=Result.PASSED)
    with pytest.raises(NotFound):
        deposit.as_("赵敏").answer_item(
            deposit.meeting, package=deposit.package, number="GD9-9", result=Result.PASSED
        )


def test_codes_go_on_without_gaps_over_all_meetings(deposit, house, tmp_path):
    deposit.archive.prefix = "X043-WS·2026-"
    deposit.see_to()
    house.use.accept(deposit.meeting, by="赵敏")
    second = Deposit(house)
    second.see_to()
    house.use.accept(second.meeting, by="赵敏")
    codes = []
    for one in (deposit, second):
        house.use.write_catalogue(one.meeting, tmp_path / "list.xlsx")
        codes += [row.code for row in deposit.archive.listed]
    assert codes == ["X043-WS·2026-永久-0001", "X043-WS·2026-永久-0002"]


def test_a_supplement_after_archiving_is_signed_for_by_itself(deposit, house):
    deposit.see_to()
    house.use.accept(deposit.meeting, by="赵敏")
    with pytest.raises(Refused, match="已签收"):
        deposit.as_("周强").answer_item(
            deposit.meeting, package=deposit.package, number="GD1-7", result=Result.NONE, note="x"
        )
    late = deposit.send("summary", first=deposit.package)
    standing = house.use.registration(deposit.meeting)
    assert ([one.id for one in standing.open], standing.due) == ([late], True)
    deposit.see_to("周强", package=late)
    assert house.use.accept(deposit.meeting, by="周强").state is State.ARCHIVED
    signed = house.use.registration(deposit.meeting).registration.signed
    assert (signed[deposit.package].by, signed[late].by) == ("赵敏", "周强")
    assert deposit.events.count("meeting.archived") == 1


def test_the_demos_archivist_passes_no_item(deposit, house):
    house.use.count_packages(deposit.meeting)
    house.use.accept(deposit.meeting, by="演示档案员", demo=True)
    made = house.use.registration(deposit.meeting).registration
    assert (made.answers, made.signed[deposit.package].demo) == ({}, True)


def test_nothing_is_registered_before_it_has_arrived(house):
    with pytest.raises(Refused):
        house.use.count_packages(house.opened().id)
    with pytest.raises(NotFound):
        house.use.registration("nobody")


def test_a_supplement_stays_on_this_machine_until_somebody_has_signed_for_it(deposit, house):
    deposit.see_to()
    house.use.accept(deposit.meeting, by="赵敏")
    late = deposit.send("summary", first=deposit.package)
    first, second = house.use.packages(deposit.meeting)
    house.use.prune_package(first)
    with pytest.raises(Refused, match="签收"):
        house.use.prune_package(second)
    deposit.see_to(package=late)
    house.use.accept(deposit.meeting, by="赵敏")
    house.use.prune_package(second)
    assert set(house.use.pruned_packages()) == {first.id, second.id}


def test_two_who_send_the_same_scan_take_in_one_paper(deposit, house):
    scan = b"%PDF-1.7\n" + bytes(50) + b"%%EOF"
    one, other = (deposit.as_(name).take_in_signed(deposit.meeting, scan, signed_by="张建国") for name in "赵周")
    assert one == other
    assert deposit.events.count("record.signed_copy") == 1
    folder = (house.use.data / one.path).parent
    assert [path.name for path in folder.iterdir() if path.name.startswith("signed-")] == [f"signed-{one.id}.pdf"]


@pytest.mark.parametrize("by", ["", " \n ", "张" * 121])
def test_a_scan_without_the_names_of_who_signed_is_refused_and_leaves_nothing(deposit, house, by):
    before = house.use.documents(deposit.meeting)
    with pytest.raises(BadInput):
        house.use.take_in_signed(deposit.meeting, b"%PDF-1.7 %%EOF", signed_by=by)
    assert house.use.documents(deposit.meeting) == before


def test_what_the_packages_hold_cannot_be_read_without_their_plugin(deposit, house, monkeypatch):
    def unread(_package):
        raise NotFound("the metadata is gone")

    deposit.see_to()
    monkeypatch.setattr(deposit.archive, "contents", unread)
    standing = house.use.registration(deposit.meeting)
    assert list(standing.unread) == [deposit.package]
    with pytest.raises(Refused):
        house.use.accept(deposit.meeting, by="赵敏")


def test_a_supplement_is_sent_back_and_handed_in_again_while_its_meeting_stays_archived(deposit, house):
    deposit.see_to()
    house.use.accept(deposit.meeting, by="赵敏")
    with pytest.raises(Refused):
        house.use.return_package(deposit.meeting, by="周强", reason="无")
    late = deposit.send("summary", first=deposit.package)
    deposit.see_to("周强", package=late, result=Result.FAILED, note="扫描不清")
    for _ in range(2):
        assert house.use.return_package(deposit.meeting, by="周强", reason="扫描不清").state is State.ARCHIVED
    assert deposit.events.count("package.returned") == 1
    (row,) = house.use.archive_overview()
    assert (row.returned.reason, house.use.returned(deposit.meeting).by) == ("扫描不清", "周强")
    deposit.see_to("周强", package=late)
    with pytest.raises(Refused, match="退回"):
        house.use.accept(deposit.meeting, by="周强")
    house.use.hand_in_again(deposit.meeting, note="重扫")
    assert house.use.accept(deposit.meeting, by="周强").state is State.ARCHIVED
    assert house.use.registration(deposit.meeting).registration.signed[late].by == "周强"


def test_a_note_holds_no_characters_that_cannot_be_printed(deposit):
    made = deposit.see_to(note="纸质\x00件\n\x1b第二行\ud800")
    assert made.answers[deposit.package, "GD1-7"].note == "纸质件\n第二行"


def test_what_comes_again_in_a_supplement_keeps_its_code(deposit, house):
    deposit.archive.prefix = "X043-"
    late = deposit.send("scan", first=deposit.package)  # both before anybody has signed
    deposit.see_to()
    deposit.see_to(package=late)
    house.use.accept(deposit.meeting, by="赵敏")
    other = replace(ENTRY, number="m/other")
    deposit.archive.entries = (ENTRY, other)
    last = deposit.send("summary", first=deposit.package)  # and one after
    deposit.see_to(package=last)
    house.use.accept(deposit.meeting, by="赵敏")
    codes = house.use.registration(deposit.meeting).registration.codes
    assert [codes[one, ENTRY.number] for one in (deposit.package, late, last)] == ["X043-永久-0001"] * 3
    assert codes[last, "m/other"] == "X043-永久-0002"


def test_the_signed_hand_over_is_taken_in_as_such_and_is_no_signed_record(deposit, house):
    made = deposit.as_("周强").take_in_signed(
        deposit.meeting, b"%PDF-1.7 hand-over %%EOF", signed_by="孙丽、周强", kind="归档交接单"
    )
    assert (made.kind, made.signed_by) == ("归档交接单", "孙丽、周强")
    assert made.id not in {one.id for one in house.use.registration(deposit.meeting).signed}
