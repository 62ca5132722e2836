"""Over REST: packages on their way to their targets."""

import http.client
import json
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from roomctl.domain.access import Right, Role
from roomctl.domain.archive import Fault, Package, Receipt
from roomctl.domain.delivery import DeliveryStep, FixityCheck, Trouble
from roomctl.services.identity import new_id
from roomctl.web.rest import progress
from tests.web.served import served

pytestmark = pytest.mark.needs("python:fastapi")


@pytest.fixture
def sent(rest):
    """A package for two targets, of which one has failed, and the path of its meeting."""
    meeting = rest.opened()
    package = Package(
        id=new_id(), meeting=meeting.id, path="p", files=3, bytes=9, manifest_sha256="ab", at=rest.clock.now(),
        targets=("nas", "usb"),
    )  # fmt: skip
    rest.use.add_package(package)
    (nas, usb) = rest.use.deliveries(meeting.id)
    rest.use.put_delivery(nas.failed(Trouble("没有挂载", "share", "请挂载"), now=rest.clock.now(), chance=0.5))
    rest.use.put_delivery(replace(usb, step=DeliveryStep.SENDING, files=9, bytes=100, sent=50, rate=10.0))
    return package, f"/api/v1/meetings/{meeting.id}"


def arrive(rest, package, *targets):
    for target in targets:
        rest.use.add_receipt(
            package.meeting,
            Receipt(
                package=package.id, target=target, key="k", files=3, bytes=9, manifest_sha256="ab",
                at=rest.clock.now(),
            ),
        )  # fmt: skip


def test_each_target_says_how_far_it_is_and_why_not(rest, sent):
    _, path = sent
    nas, usb = rest.as_(Role.OPERATOR).get(f"{path}/deliveries").json()
    assert nas["trouble"] == {"what": "没有挂载", "why": "share", "mend": "请挂载"}
    assert (nas["step"], nas["tries"], nas["next_try"] is None) == ("waiting", 1, False)
    assert (usb["step"], usb["sent"], usb["bytes"], usb["left"], usb["trouble"]) == ("sending", 50, 100, 15, None)


def test_what_has_arrived_is_no_longer_under_way(rest, sent):
    package, path = sent
    client = rest.as_(Role.ARCHIVIST)
    assert [one["target"] for one in client.get("/api/v1/archive/deliveries").json()] == ["nas", "usb"]
    arrive(rest, package, "usb")
    assert [one["target"] for one in client.get("/api/v1/archive/deliveries").json()] == ["nas"]
    assert [one["step"] for one in client.get(f"{path}/deliveries").json()] == ["waiting", "done"]


def test_a_retry_is_due_at_once_and_asks_for_its_right(rest, sent):
    package, path = sent
    assert rest.as_(Role.OPERATOR).post(f"{path}/deliveries/retry", json={}).status_code == 403
    client = rest.as_(Role.TECHNICIAN)
    (row,) = client.post(f"{path}/deliveries/retry", json={"target": "nas"}).json()
    assert row["next_try"] is None
    assert client.post(f"{path}/deliveries/retry", json={"target": "tape"}).status_code == 404
    arrive(rest, package, "nas", "usb")
    refused = client.post(f"{path}/deliveries/retry", json={})
    assert (refused.status_code, "\n" in refused.json()["title"]) == (409, False)


def test_a_page_follows_until_all_have_arrived(rest, sent):
    package, path = sent
    arrive(rest, package, "nas", "usb")
    said = rest.as_(Role.SECRETARY).get(f"{path}/deliveries/stream").text
    rows, end = [part for part in said.split("\n\n") if part]
    assert rows.startswith("event: deliveries\ndata: ")
    assert [row["step"] for row in json.loads(rows.partition("data: ")[2])] == ["done", "done"]
    assert end.startswith("event: end")


@contextmanager
def following(rest, path, monkeypatch):
    """What the stream says, as it comes, and the token of who follows it."""
    monkeypatch.setattr(progress, "EACH", 0.01)
    monkeypatch.setattr(progress, "HEARTBEAT", 0.5)
    token, text = rest.accounts.add_token(rest.account(Role.SECRETARY), "test", [Right.SEE_MEETINGS])
    with served(rest.web) as port, closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as line:
        line.request("GET", f"{path}/deliveries/stream", headers={"Authorization": f"Bearer {text}"})
        with line.getresponse() as answer:
            yield token, (line for line in iter(answer.readline, b"") if line.startswith((b"data: ", b"event: end")))


def test_who_loses_the_right_is_left_also_while_bytes_flow(rest, sent, monkeypatch):
    package, path = sent
    (_, usb) = rest.use.deliveries(package.meeting)
    with following(rest, path, monkeypatch) as (token, lines):
        for number, _ in enumerate(lines):
            if number == 3:
                rest.accounts.drop_token(token.id)
                rest.clock.advance(5)
            assert number < 400, "it is followed for ever"
            rest.use.put_delivery(replace(usb, sent=number))
    assert number >= 3


def test_a_meeting_is_followed_before_it_has_a_package(rest, monkeypatch):
    meeting = rest.opened()
    with following(rest, f"/api/v1/meetings/{meeting.id}", monkeypatch) as (_, lines):
        assert next(lines) == b"data: []\n"
        package = Package(
            id=new_id(), meeting=meeting.id, path="p", files=3, bytes=9, manifest_sha256="ab", at=rest.clock.now(),
            targets=("nas",),
        )  # fmt: skip
        rest.use.add_package(package)
        arrive(rest, package, "nas")
        *told, end, _ = lines
        assert package.id in told[-1].decode()
        assert end == b"event: end\n"


def test_what_a_later_reading_found_is_told(rest, sent):
    package, path = sent
    rest.use.add_fixity_check(
        FixityCheck(
            package=package.id, place="nas", meeting=package.meeting, at=rest.clock.now(), files=2, bytes=8,
            problems=(Fault("data/a.flac", "内容不同"),),
        )
    )  # fmt: skip
    (row,) = rest.as_(Role.ARCHIVIST).get(f"{path}/fixity").json()
    assert (row["ok"], row["files"], row["problems"]) == (False, 2, [{"file": "data/a.flac", "what": "内容不同"}])
