"""Runs over REST: seen while they last, ended, and what proves their rows."""

import threading

import pytest

from roomctl.domain.access import Role
from roomctl.domain.checks import CheckState, Result
from roomctl.services import evidence
from roomctl.services.time import SystemClock
from tests.waiting import until


class Slow:
    """A check that waits for the test."""

    device, name, deadline = "pc", "disk", 60.0

    def __init__(self):
        self.began, self.gate = threading.Event(), threading.Event()

    def run(self, meeting):
        del meeting
        self.began.set()
        self.gate.wait(60)
        return [Result(device="pc", check="disk", state=CheckState.OK, evidence="shot.png")]


@pytest.fixture
def slow(rest):
    rest.application.usecases._clock = SystemClock()
    made = Slow()
    rest.application.plugins.device_checks = [made]
    yield made
    made.gate.set()


def test_a_run_is_seen_and_ended(rest, slow):
    meeting = rest.opened().id
    technician = rest.as_(Role.TECHNICIAN)
    assert technician.delete("/api/v1/checks/running", params={"meeting": meeting}).status_code == 404
    thread = threading.Thread(target=lambda: rest.use.check(meeting))
    thread.start()
    assert slow.began.wait(60)
    (run,) = technician.get("/api/v1/checks/running", params={"meeting": meeting}).json()
    assert (run["meeting"], run["results"]) == (meeting, [])
    assert rest.as_(Role.SECRETARY).delete("/api/v1/checks/running", params={"meeting": meeting}).status_code == 403
    assert technician.delete("/api/v1/checks/running", params={"meeting": meeting}).status_code == 204
    thread.join(60)
    until(lambda: not technician.get("/api/v1/checks/running", params={"meeting": meeting}).json())
    report = technician.get("/api/v1/checks/latest", params={"meeting": meeting}).json()
    assert report["results"][0]["state"] == "UNKNOWN"


def test_evidence_is_shown_to_who_may_see_checks_and_never_run_by_a_browser(rest, slow):
    slow.gate.set()
    report = rest.use.check(None).id
    evidence.keep(rest.use.data, report, {"cam": [_file("shot.png"), _file("page.html"), _file("plot.svg")]})
    technician = rest.as_(Role.TECHNICIAN)
    shot = technician.get(f"/api/v1/checks/evidence/{report}/cam-shot.png")
    assert (shot.content, shot.headers["content-type"]) == (b"x", "image/png")
    page = technician.get(f"/api/v1/checks/evidence/{report}/cam-page.html")
    assert page.headers["content-disposition"].startswith("attachment")
    plot = technician.get(f"/api/v1/checks/evidence/{report}/cam-plot.svg")
    assert plot.headers["content-type"] == "image/svg+xml"
    assert all("sandbox" in one.headers["content-security-policy"] for one in (page, plot))
    assert technician.get(f"/api/v1/checks/evidence/{report}/none.png").status_code == 404
    assert technician.get(f"/api/v1/checks/evidence/{report}/..%2F..%2Froomctl.db").status_code in {404, 422}
    assert rest.as_(Role.USHER).get(f"/api/v1/checks/evidence/{report}/cam-shot.png").status_code == 403


def _file(name):
    return evidence.Evidence(name, b"x")
