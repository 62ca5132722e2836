"""What nobody foresaw in the process that records: it costs no sound, and whoever asked is told."""

import threading

import pytest
from roomctl_audio import control
from roomctl_audio.capture.process import Capture
from roomctl_audio.integrity.verifying import verify
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load
from roomctl_audio.watch.watching import Heard

from tests.plugins.audio.faults import order
from tests.waiting import until

CLIPPING = {"kind": "clipping", "track": 1, "frame": 0, "value": 0.0, "detail": ""}


@pytest.fixture
def capture(tmp_path):
    """A capture that records in a thread of this process."""
    folder = tmp_path / "rec"
    folder.mkdir()
    capture = Capture(folder, order(watch=False))
    capture.arm()
    running = threading.Thread(target=capture.run, daemon=True)
    running.start()
    card = control.read_card(folder)
    assert control.ask(card, {"do": "start"}, timeout=30) == {"frame": 0}
    until(lambda: control.ask(card, {"do": "status"}, timeout=30)["frames"] > 0)
    yield capture
    capture.signalled()
    running.join(30)
    assert not running.is_alive()


def fails(*_args, **_facts):
    raise LookupError("nobody foresaw this")


def test_what_a_child_says_that_fails_unforeseen_ends_the_recording_in_order(capture, monkeypatch):
    monkeypatch.setattr(capture.session, "heard", fails)
    capture._inbox.put(Heard(CLIPPING, on=True))
    until(lambda: (load(capture.folder).rows or [{}])[-1].get("kind") == "sealed")
    assert "nobody foresaw this" in journal.first(load(capture.folder).rows, "sealed")["problem"]
    until(lambda: control.read_card(capture.folder) is None)
    assert verify(capture.folder).ok


@pytest.mark.parametrize("command", ["mark", "stop"])
def test_a_request_that_fails_unforeseen_is_answered_and_it_is_recorded_on(capture, monkeypatch, command):
    card = control.read_card(capture.folder)
    monkeypatch.setattr(capture.session, command, fails)
    error = control.ask(card, {"do": command}, timeout=30)["error"]
    assert error["why"] == "LookupError: nobody foresaw this"
    monkeypatch.undo()
    now = control.ask(card, {"do": "status"}, timeout=30)
    assert (now["state"], now["problem"]) == ("recording", "")
    assert control.ask(card, {"do": "stop"}, timeout=30)["frame"] >= now["frames"]
