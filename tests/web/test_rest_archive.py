"""Over REST: all packages in one look, and the 归档登记 from counting to the signature."""

from datetime import date

import pytest

from roomctl.domain.access import Role
from roomctl.domain.archive import Fault, Package, Receipt
from roomctl.domain.delivery import FixityCheck, Trouble
from roomctl.domain.lifecycle import State
from roomctl.domain.registration import Entry, Question, Reconciled
from roomctl.services.identity import new_id
from roomctl.services.offers import DocumentOffer

pytestmark = pytest.mark.needs("python:fastapi")

PDF = b"%PDF-1.7\n" + bytes(100) + b"\n%%EOF\n"


class Held:
    """A meeting that is deposited, with its package; and who is signed on."""

    def __init__(self, rest):
        self.rest, self.archive = rest, rest.application.plugins.archive
        self.archive.entries = (
            Entry(
                number="m/plan", kind="会议方案", title="[停车场建设方案]", formed=date(2026, 11, 12), term="永久",
                responsible="市政府办公室", secrecy="", files=1, bytes=9, pages=2,
            ),
        )  # fmt: skip
        question = Question(
            number="GD1-7", title="档号规范性", title_en="archival code", property="真实性", why="须由人看"
        )
        self.archive.questions = (question,)
        rest.application.plugins.papers = [
            DocumentOffer(kind="会议记录", file_name="minutes.docx", write=lambda p: p.write_text("a")),
            DocumentOffer(
                kind="归档交接单", file_name="h.docx", write=lambda p: p.write_text("交接"), on_demand=True,
                print=lambda _source, target: target.write_bytes(PDF) and {},
            ),
        ]  # fmt: skip
        use = rest.use
        self.id = rest.in_session().id
        use.adjourn(self.id)
        use.clear(self.id, left_behind="无")
        use.waive_transcript(self.id, by="赵敏", reason="不转写")
        use.transition(self.id, State.CLOSED)
        self.package = self.send()
        self.path = f"/api/v1/meetings/{self.id}/registration"

    def send(self, *documents, first=""):
        now = self.rest.clock.now()
        made = Package(
            id=new_id(), meeting=self.id, path="p", files=3, bytes=9, manifest_sha256="ab", at=now,
            documents=documents, targets=("nas",), supplement_to=first,
        )  # fmt: skip
        self.rest.use.add_package(made)
        receipt = Receipt(package=made.id, target="nas", key="k", files=3, bytes=9, manifest_sha256="ab", at=now)
        self.rest.use.add_receipt(self.id, receipt)
        return made.id


@pytest.fixture
def held(rest):
    return Held(rest)


def test_from_the_scan_of_the_signed_record_to_the_signature(rest, held):
    secretary, archivist = rest.as_(Role.SECRETARY), rest.as_(Role.ARCHIVIST)
    upload = f"/api/v1/meetings/{held.id}/papers/signed?signed_by=张建国、孙丽"
    first = secretary.post(upload, content=PDF)
    assert (first.status_code, first.json()["signed_by"]) == (201, "张建国、孙丽")
    assert secretary.post(upload, content=PDF).json()["id"] == first.json()["id"], "the same scan is the same paper"
    late = held.send(first.json()["id"], first=held.package)
    assert archivist.post(f"{held.path}/signature", json={}).status_code == 409
    counted = archivist.post(f"{held.path}/count").json()
    assert [(one["ok"], one["files"]) for one in counted["counts"]] == [(True, 3), (True, 3)]
    for package in (held.package, late):
        said = {"package": package, "number": "GD1-7", "result": "不适用", "note": "由档案系统编"}
        assert archivist.put(f"{held.path}/answers", json=said).status_code == 200
    wish = {"package": held.package, "entry": "m/plan", "term": "30年", "reason": "一般性会议"}
    told = archivist.put(f"{held.path}/terms", json=wish).json()
    assert (told["entries"][0]["term"], told["entries"][0]["table_term"], told["lacking"]) == ("30年", "永久", [])
    signed = archivist.post(f"{held.path}/signature", json={"seen": told["version"]}).json()
    assert set(signed["taken"]) == {held.package, late}
    assert rest.use.meeting(held.id).state is State.ARCHIVED
    assert archivist.post(f"{held.path}/signature", json={}).status_code == 409


def test_what_is_sent_back_is_handed_in_again_by_the_secretary(rest, held):
    archivist, secretary = rest.as_(Role.ARCHIVIST), rest.as_(Role.SECRETARY)
    assert archivist.post(f"{held.path}/return", json={"reason": " "}).status_code == 422
    assert archivist.post(f"{held.path}/return", json={"reason": "缺签到表"}).json()["returned"] == "缺签到表"
    assert secretary.get("/api/v1/archive/meetings?show=todo").json()[0]["returned"] == "缺签到表"
    assert archivist.post(f"{held.path}/again", json={"note": "x"}).status_code == 403
    assert secretary.post(f"{held.path}/again", json={"note": "已补"}).json()["handed_in"] == "已补"
    assert secretary.post(f"{held.path}/again", json={"note": "已补"}).status_code == 409


WRONG = (
    ("answers", {"package": "?", "number": "GD1-7", "result": "通过"}),
    ("answers", {"number": "GD9-9", "result": "通过"}),
    ("answers", {"number": "GD1-7", "result": "大概"}),
    ("answers", {"number": "GD1-7", "result": "不通过"}),
    ("terms", {"entry": "?", "term": "永久", "reason": "x"}),
    ("terms", {"entry": "m/plan", "term": "多年", "reason": "x"}),
    ("terms", {"entry": "m/plan", "term": "永久", "reason": ""}),
)


def test_what_cannot_be_registered_changes_nothing(rest, held):
    archivist = rest.as_(Role.ARCHIVIST)
    before = archivist.get(held.path).json()["version"]
    for route, body in WRONG:
        answer = archivist.put(f"{held.path}/{route}", json={"package": held.package} | body)
        assert answer.status_code in {404, 422}, (route, body)
    assert archivist.get(held.path).json()["version"] == before


def test_only_a_whole_scan_is_taken_in(rest, held):
    client, path = rest.as_(Role.SECRETARY), f"/api/v1/meetings/{held.id}/papers/signed?signed_by=张建国"
    for scan in (b"", b"PK\x03\x04docx", b"%PDF-1.7 cut off", "文字".encode()):
        assert client.post(path, content=scan).status_code == 422, scan
    assert not [one for one in rest.use.documents(held.id) if one.signed_by]


def test_no_scan_is_taken_in_before_the_meeting_is_over(rest):
    path = f"/api/v1/meetings/{rest.opened().id}/papers/signed?signed_by=张建国"
    assert rest.as_(Role.SECRETARY).post(path, content=PDF).status_code == 409


def test_the_look_over_all_meetings_shows_what_somebody_must_see_to(rest, held):
    client = rest.as_(Role.ARCHIVIST)

    def shown(query):
        return [one["meeting"] for one in client.get(f"/api/v1/archive/meetings?{query}").json()]

    assert (shown("show=waiting"), shown("show=todo"), shown("show=under_way")) == ([held.id], [], [])
    assert (shown("text=停车场 2026-11-12"), shown("text=水库"), shown("skip=1")) == ([held.id], [], [])
    fault = FixityCheck(
        package=held.package, place="nas", meeting=held.id, at=rest.clock.now(), files=3, bytes=9,
        problems=(Fault("data/plan.json", "缺少"),),
    )  # fmt: skip
    rest.use.add_fixity_check(fault)
    assert shown("show=todo") == [held.id]
    (row,) = client.get("/api/v1/archive/meetings").json()
    places = {one["place"]: one for one in row["packages"][0]["copies"]}
    assert (places[""]["required"], places["nas"]["fixity"]["ok"]) == (False, False)
    assert places["nas"]["received"]


def test_a_target_that_holds_up_a_meeting_is_to_be_seen_to(rest):
    meeting = rest.opened()
    package = Package(
        id=new_id(), meeting=meeting.id, path="p", files=3, bytes=9, manifest_sha256="ab", at=rest.clock.now(),
        targets=("nas",),
    )  # fmt: skip
    rest.use.add_package(package)
    (row,) = rest.use.deliveries(meeting.id)
    rest.use.put_delivery(row.failed(Trouble("没有挂载", "share", "请挂载"), now=rest.clock.now(), chance=0.5))
    assert rest.as_(Role.ARCHIVIST).get("/api/v1/archive/meetings?show=todo").json() == [], "it is not closed yet"


def test_lists_and_papers_of_the_registration_can_be_fetched(rest, held):
    client = rest.as_(Role.ARCHIVIST)
    book = client.get(f"{held.path}/catalogue")
    assert (book.status_code, [row.pages for row in held.archive.listed]) == (200, [2])
    assert client.get(f"{held.path}/hand-over").text == "交接"
    assert client.get(f"{held.path}/hand-over?as=pdf").content == PDF
    empty = rest.opened()
    assert client.get(f"/api/v1/meetings/{empty.id}/registration/catalogue").status_code == 404


def test_what_lies_where_nobody_knows_is_told_to_the_archivist(rest, held):
    held.archive.places = [Reconciled(place="nas", at=rest.clock.now(), unknown=("x/y",), gone=((held.id, "p"),))]
    told = rest.as_(Role.ARCHIVIST).get("/api/v1/archive/reconciliation").json()
    assert (told[0]["unknown"], told[0]["gone"]) == (["x/y"], [{"meeting": held.id, "package": "p"}])
    assert rest.as_(Role.SECRETARY).get("/api/v1/archive/reconciliation").status_code == 403
