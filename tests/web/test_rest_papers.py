"""Over REST: a meeting's papers, and the way of a 会议纪要."""

from dataclasses import replace

import pytest

from roomctl.domain.access import Role
from roomctl.domain.record import Finding
from roomctl.domain.revision import Review, TrackedChange
from roomctl.errors import BadInput
from roomctl.services.offers import DocumentOffer, Revising

pytestmark = pytest.mark.needs("python:fastapi")


@pytest.fixture
def meeting(rest):
    """The id of a meeting that is over, where two kinds of paper can be drafted."""

    def finish(source, target, number, on):
        target.write_text(f"{number} {on:%Y} {source.read_text()}")

    rest.application.plugins.papers = [
        DocumentOffer(
            kind="会议记录",
            file_name="minutes.docx",
            write=lambda p: p.write_text("<记录>"),
            preview=lambda p: f"<article>{p.name}</article>",
        ),
        DocumentOffer(
            kind="会议纪要",
            file_name="summary.docx",
            write=lambda p: p.write_text("议定"),
            finish=finish,
            on_demand=True,
        ),
    ]
    meeting = rest.in_session()
    rest.use.adjourn(meeting.id)
    return meeting.id


def at(meeting, *parts):
    return "/".join(["/api/v1/meetings", meeting, *parts])


def test_papers_are_drafted_listed_fetched_and_shown(rest, meeting):
    client = rest.as_(Role.SECRETARY)
    (drafted,) = client.post(at(meeting, "papers")).json()
    assert client.get(at(meeting, "papers")).json() == [drafted]
    fetched = client.get(at(meeting, "papers", drafted["id"], "file"))
    assert fetched.text == "<记录>"
    assert "attachment" in fetched.headers["content-disposition"]
    shown = client.get(at(meeting, "papers", drafted["id"], "preview"))
    assert "<article>minutes-v1.docx</article>" in shown.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert client.get(at(meeting, "papers", drafted["id"], "file?as=pdf")).status_code == 404
    assert client.get(at(meeting, "papers", "none", "preview")).status_code == 404


def test_a_summary_goes_its_way_through_those_who_may(rest, meeting):
    secretary, approver = rest.as_(Role.SECRETARY, name="王敏"), rest.as_(Role.APPROVER, name="张建国")
    assert secretary.post(at(meeting, "summaries"), json={}).status_code == 201
    sent = secretary.post(at(meeting, "summary/submission"), json={"units": ["甲局"], "lead": "甲局"}).json()
    assert (sent["stage"], sent["waiting_for"]) == ("countersigning", ["甲局"])
    secretary.post(at(meeting, "summary/answers"), json={"unit": "甲局", "agreed": True, "opinion": "同意"})
    secretary.post(at(meeting, "summary/settlements"), json={"unit": "甲局", "adopted": True})
    assert secretary.post(at(meeting, "summary/conclusion")).json()["stage"] == "review"
    secretary.put(at(meeting, "summary/openness"), json={"openness": "主动公开"})
    assert secretary.post(at(meeting, "summary/approval"), json={}).status_code == 403
    approver.post(at(meeting, "summary/approval"), json={"opinion": "同意"})
    signed = approver.post(at(meeting, "summary/signature"), json={"by": "张建国"}).json()
    assert signed["stage"] == "registering"
    assert secretary.post(at(meeting, "summary/registration"), json={}).json()["number"] == "第1期"
    secretary.post(at(meeting, "summary/proof"), json={})
    done = secretary.post(at(meeting, "summary/issue"), json={"sent_to": ["甲局"]}).json()
    assert (done["stage"], done["sent_to"]) == ("done", ["甲局"])
    (listed,) = approver.get(at(meeting, "summaries")).json()
    assert listed == done
    assert [step["by"] for step in listed["passed"] if step["stage"] in {"review", "issuing"}] == ["张建国", "张建国"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("summary/approval", {}, 404),
        ("summary/return", {"reason": ""}, 422),
        ("summary/issue", {"sent_to": []}, 422),
        ("summary/signature", {"by": ""}, 422),
        ("summaries", {"drafted_by": "x" * 201}, 422),
    ],
)
def test_what_cannot_be_is_refused(rest, meeting, path, body, status):
    assert rest.as_(Role.ADMIN).post(at(meeting, path), json=body).status_code == status


@pytest.mark.parametrize("role", [Role.USHER, Role.TECHNICIAN, Role.OPERATOR])
def test_who_has_no_business_with_papers_sees_none(rest, meeting, role):
    client = rest.as_(role)
    assert client.get(at(meeting, "papers")).status_code == 403
    assert client.post(at(meeting, "summaries"), json={}).status_code == 403


def test_what_somebody_should_look_at_is_told_with_its_place(rest, meeting):
    found = Finding(
        rule="unit", block=2, at=1, text="市住建局", around="由市住建局牵头", said="规范名称", hint="市住房城乡建设局"
    )
    rest.application.plugins.papers = [
        replace(offer, proofread=lambda _: [found]) if offer.kind == "会议记录" else offer
        for offer in rest.application.plugins.papers
    ]
    client = rest.as_(Role.SECRETARY)
    (drafted,) = client.post(at(meeting, "papers")).json()
    (told,) = client.get(at(meeting, "papers", drafted["id"], "findings")).json()
    assert (told["rule"], told["block"], told["hint"]) == ("unit", 2, "市住房城乡建设局")


@pytest.fixture
def revised(rest, meeting):
    """A plugin that can read what comes in: the first line of a file is its id, the rest its text."""

    def look(path):
        if path.read_bytes().startswith(b"PK"):
            raise BadInput("这个文件不能收", "里面有宏")
        return path.read_text().partition("\n")[0]

    change = TrackedChange(id="1", paragraph=0, author="李晓明", at=None, added="甲")
    offer = rest.application.plugins.papers[0]
    rest.application.plugins.papers = [
        replace(
            offer,
            revising=Revising(
                look=look,
                lines=lambda path, _: path.read_text().splitlines()[1:],
                around=lambda _path, _: [],
                review=lambda path: Review(changes=(change,) if "待定" in path.read_text() else ()),
                settle=lambda _, target, __: target.write_text("\n定稿"),
                pack=lambda _, target, document, unit: target.write_text(f"{document} {unit}"),
            ),
        )
    ]
    rest.use.draft(meeting)
    return meeting


def test_a_corrected_paper_is_taken_in_compared_and_its_changes_decided(rest, revised):
    client = rest.as_(Role.SECRETARY)
    (first,) = client.get(at(revised, "papers")).json()
    sent = at(revised, "papers", "versions?kind=会议记录&unit=市住建局")
    octets = {"content-type": "application/octet-stream"}
    taken = client.post(sent, content="\n待定".encode(), headers=octets).json()
    assert taken["version"] == 2
    back = client.get(at(revised, "papers", taken["id"], "changes")).json()
    assert (back["unit"], back["base"], back["changes"][0]["author"]) == ("市住建局", first["id"], "李晓明")
    settled = client.post(at(revised, "papers", taken["id"], "changes"), json={"accept": ["1"]})
    assert (settled.status_code, settled.json()["version"]) == (201, 3)
    again = client.post(at(revised, "papers", taken["id"], "changes"), json={"refuse": ["1"]})
    assert again.status_code == 409
    compared = client.get(at(revised, "papers", settled.json()["id"], f"comparison?old={taken['id']}")).json()
    assert [piece["text"] for one in compared for piece in one["pieces"]] == ["待定", "定稿"]
    packed = client.post(at(revised, "papers", first["id"], "pack?unit=市财政局"))
    assert (packed.text, packed.headers["content-type"]) == (f"{first['id']} 市财政局", "application/zip")


def test_what_cannot_be_taken_is_told_and_leaves_no_version(rest, revised):
    client = rest.as_(Role.SECRETARY)
    octets = {"content-type": "application/octet-stream"}
    sent = at(revised, "papers", "versions?kind=会议记录")
    assert "宏" in client.post(sent, content=b"PK\x03", headers=octets).text
    large = client.post(sent, content=b"\n" + b"x" * (2 << 20), headers=octets)
    assert large.status_code == 201
    refused = rest.as_(Role.TECHNICIAN).post(sent, content=b"x", headers=octets)
    assert refused.status_code == 403
    assert len(client.get(at(revised, "papers")).json()) == 2
