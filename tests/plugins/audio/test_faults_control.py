"""Somebody floods the capture's control channel: with silence, garbage, and messages that are too long."""

import os
import socket
import struct
import threading
from contextlib import ExitStack, suppress

import numpy as np
import psutil
import pytest
from roomctl_audio import control

from tests.plugins.audio.faults import capture, order
from tests.plugins.audio.sound import expected, sound
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no unix sockets here")

SILENT = 200
GARBAGE = (
    b"",
    b"\n" * 4_096,
    struct.pack("!i", 20) + b"{}",  # less than it says
    struct.pack("!i", -1) + struct.pack("!Q", 1 << 60),  # an exabyte is to follow
    struct.pack("!i", 1 << 30) + b"x" * 65_536,  # so is a gigabyte
    os.urandom(8_192),
)


@pytest.fixture
def recorder(record):
    made = record()
    made.arm(order())
    made.start()
    until(lambda: made.status().frames > 10_000)
    return made


def card(recorder):
    found = control.read_card(recorder.folder)
    assert found is not None
    return found


def connect(address):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(PATIENCE)
    try:
        client.connect(address)
    except OSError:
        client.close()
        raise
    return client


def unharmed(recorder, before):
    """It answers, records on without a gap, and holds nothing of the flood."""
    frames = recorder.status().frames
    until(lambda: recorder.status().frames > frames + 5_000)
    until(lambda: resources(recorder)[0] <= before[0] + 4)
    assert resources(recorder)[1] < before[1] + 30_000_000
    report = recorder.stop()
    assert (report.gaps, report.problems) == ((), ())
    assert np.array_equal(sound(recorder.folder, report), expected(report.frames)[:, 0])


def resources(recorder):
    """(open files, bytes of memory) of the capture."""
    process = capture(recorder.folder)
    return process.num_fds() if hasattr(psutil.Process, "num_fds") else 0, process.memory_info().rss


def test_hundreds_of_silent_clients_keep_nobody_from_being_answered(recorder):
    before = resources(recorder)
    with ExitStack() as all_of_them:
        for _ in range(SILENT):
            with suppress(OSError):  # its queue is full for a moment
                all_of_them.enter_context(connect(card(recorder).address))
        assert recorder.status().frames > 0
        assert recorder.mark("mark", "在洪水中") > 0
    unharmed(recorder, before)


def test_garbage_is_hung_up_on(recorder):
    before = resources(recorder)
    for text in GARBAGE * 3:
        with connect(card(recorder).address) as client, suppress(OSError):
            client.sendall(text)
            client.shutdown(socket.SHUT_WR)
            while client.recv(4_096):
                pass
    unharmed(recorder, before)


def test_one_who_has_the_key_cannot_send_too_much_either(recorder):
    before = resources(recorder)
    for message in ({"do": "mark", "kind": "mark", "note": "x" * (1 << 20)}, {"do": ["status"]}, {"x": None}, {}):
        with suppress(control.Silent):
            said = control.ask(card(recorder), message, timeout=PATIENCE)
            assert said is None or "error" in said
    assert recorder.report().markers == ()
    unharmed(recorder, before)


def test_what_is_no_object_is_no_end(recorder):
    before = resources(recorder)
    for message in ([], "status", None, 7, [[[]]]):
        said = control.ask(card(recorder), message, timeout=PATIENCE)
        assert said is None or "error" in said
    unharmed(recorder, before)


def test_a_crowd_that_asks_all_at_once_and_hangs_up_is_no_end(recorder):
    before = resources(recorder)

    def ask_and_go():
        with suppress(OSError), connect(card(recorder).address) as client:
            client.recv(16)

    crowd = [threading.Thread(target=ask_and_go) for _ in range(60)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(30)
    unharmed(recorder, before)
