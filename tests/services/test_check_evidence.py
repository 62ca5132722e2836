"""What proves a reading: named by its row, kept, and removed when nobody can ask for it; figures taken as usual."""

import threading
from dataclasses import replace

import pytest

from roomctl.domain.checks import CheckState, Result, Waiver, WaiverKind
from roomctl.domain.devices import Evidence
from roomctl.domain.meeting import Objected
from roomctl.errors import NotFound, Refused
from roomctl.services import evidence
from roomctl.services.identity import new_id
from roomctl.services.time import SystemClock
from roomctl.testing.dummies import DummyPlugins

ROWS = (
    Result(device="cam", check="online", state=CheckState.OK),
    Result(device="cam", check="picture", state=CheckState.CRIT, message="黑屏", evidence="shot.png"),
    Result(device="mic", check="online", state=CheckState.OK),
)


class Fault:
    """A check that finds one fault."""

    name, device, deadline = "disk", "pc", 5.0

    def run(self, meeting):
        del meeting
        return [Result(device="pc", check="disk", state=CheckState.CRIT, message="磁盘已满")]


@pytest.fixture
def checked(house):
    house.use._clock = SystemClock()
    house.plugins.device_checks = [Fault()]
    meeting = house.opened(recorded=False)
    house.use.check(meeting.id)
    return house, meeting.id


def test_a_row_names_the_file_below_the_folder_of_its_run(tmp_path):
    kept = evidence.keep(
        tmp_path, "r1", {"cam": [Evidence("shot.png", b"png")], "mic": [Evidence("../tone.wav", b"w")]}
    )
    rows = evidence.named(ROWS, "r1", kept)
    assert [row.evidence for row in rows] == [None, "r1/cam-shot.png", "r1/mic-tone.wav"]
    assert evidence.path_of(tmp_path, rows[1].evidence).read_bytes() == b"png"
    for odd in ("r1/none.png", "../roomctl.db", "r1/../../x", "r1", "/etc/passwd"):
        with pytest.raises(NotFound):
            evidence.path_of(tmp_path, odd)


def test_a_picture_proves_nothing_of_a_camera_whose_id_begins_in_the_same_way(tmp_path):
    told = {"cam": [Evidence("2-shot.png", b"one")], "cam-2": [Evidence("shot.png", b"two")]}
    found = [
        Result(device=name, check="picture", state=CheckState.CRIT, evidence=told[name][0].name) for name in told
    ]
    for rows in (found, [replace(row, evidence=None) for row in found]):
        placed = evidence.named(rows, "r1", evidence.keep(tmp_path, "r1", told))
        contents = [evidence.path_of(tmp_path, row.evidence).read_bytes() for row in placed]
        assert contents == [b"one", b"two"]
    only = evidence.named(found[:1], "r1", evidence.keep(tmp_path, "r1", {"cam-2": told["cam-2"]}))
    assert only[0].evidence is None


def test_a_row_whose_file_could_not_be_kept_names_none(tmp_path):
    (tmp_path / "checks").write_text("no folder")
    kept = evidence.keep(tmp_path, "r1", {"cam": [Evidence("shot.png", b"png")]})
    assert not any(row.evidence for row in evidence.named(ROWS, "r1", kept))


def test_old_evidence_goes_and_what_a_report_holds_stays(house, tmp_path):
    ids = [new_id() for _ in range(5)]
    for one in ids:
        evidence.keep(tmp_path, one, {"cam": [Evidence("shot.png", b"x")]})
    house.use._clock = SystemClock()
    report = replace(
        house.use.check(None), results=evidence.named(ROWS, ids[1], {"cam": {"shot.png": "cam-shot.png"}})
    )
    assert evidence.prune(tmp_path, lambda: [report], limit=2) == 2
    assert {path.name for path in (tmp_path / "checks").iterdir()} == {ids[1], ids[3], ids[4]}
    evidence.prune(tmp_path, lambda: pytest.fail("asked for reports though nothing may go"), limit=3)


def test_what_is_accepted_counts_at_once_and_no_longer_when_it_is_withdrawn(checked):
    house, meeting = checked
    with pytest.raises(Objected):
        house.use.start(meeting)
    house.use.accept_fault(meeting, Waiver("pc", "disk", "赵敏", "另有硬盘"))
    assert house.use.check_report(meeting).results[0].state is CheckState.WAIVED
    house.use.withdraw_waiver(meeting, "pc", "disk")
    assert house.use.check_report(meeting).blocking
    with pytest.raises(Objected):
        house.use.start(meeting)


def test_a_signed_report_stays_as_it_was_signed(checked):
    house, meeting = checked
    with pytest.raises(Refused):
        house.use.sign_checks(meeting, by="周强")
    house.use.accept_fault(meeting, Waiver("pc", "disk", "赵敏", "另有硬盘", WaiverKind.ACCEPTED))
    house.use.sign_checks(meeting, by="周强")
    house.use.withdraw_waiver(meeting, "pc", "disk")
    (row,) = house.use.check_report(meeting).results
    assert (row.state, row.remark) == (CheckState.WAIVED, "赵敏: 另有硬盘")
    assert row.decision.found is CheckState.CRIT, "a fault does not go by being accepted"
    kept = house.use.check(meeting, only=["pc"], cancelled=_set())
    assert [(one.state, one.decision) for one in kept.results] == [(CheckState.CRIT, None)], "it was taken back"


def _set():
    event = threading.Event()
    event.set()
    return event


def test_a_run_can_be_looked_at_and_ended(house):
    house.use._clock = SystemClock()
    gate, seen = threading.Event(), threading.Event()

    class Slow(Fault):
        deadline = 30.0

        def run(self, meeting):
            seen.set()
            gate.wait(30)
            return super().run(meeting)

    house.plugins = DummyPlugins(device_checks=[Slow()])
    house.use._plugins = lambda: house.plugins
    found = []
    thread = threading.Thread(target=lambda: found.append(house.use.check(None)))
    thread.start()
    assert seen.wait(30)
    (run,) = house.use.checks_under_way(None)
    assert run.awaits("pc")
    assert run.by == "赵敏"
    assert house.use.cancel_checks(None) == 1
    thread.join(30)
    gate.set()
    assert found[0].results[0].state is CheckState.UNKNOWN
    assert not house.use.checks_under_way(None)


def test_a_figure_that_is_taken_as_usual_begins_its_range_anew(house):
    house.use._clock = SystemClock()
    lamp = Fault()
    hours = iter([*range(2000, 2012), 10, 11])
    lamp.run = lambda _meeting: [Result(device="pc", check="disk", state=CheckState.OK, value=next(hours), unit="h")]
    house.plugins.device_checks = [lamp]
    for _ in range(13):
        report = house.use.check(None)
    assert report.results[0].value == 10
    house.use.take_as_usual(None, "pc", "disk")
    house.use.check(None)
    with house.open_uow().reading() as uow:
        at = house.use.check_report(None).at
        assert uow.checks.history(limit=30, until=at, usual=True)["pc", "disk"] == (10.0, 11.0)
        assert len(uow.checks.history(limit=30, until=at)["pc", "disk"]) == 14
    with pytest.raises(NotFound):
        house.use.take_as_usual(None, "pc", "online")
