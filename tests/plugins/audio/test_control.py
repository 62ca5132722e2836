import dataclasses
import errno
import os
import socket
import threading

import pytest
from roomctl_audio import control

from roomctl.api.process import process_identity
from tests.plugins.audio.faults import order
from tests.waiting import PATIENCE, until

needs_sockets = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no unix sockets here")


def test_the_card_is_for_its_owner_alone(record):
    recorder = record()
    recorder.arm(order())
    assert (recorder.folder / control.CARD).stat().st_mode & 0o077 == 0


@needs_sockets
def test_clients_that_say_nothing_block_nobody(record):
    recorder = record()
    recorder.arm(order())
    card = control.read_card(recorder.folder)
    silent = [socket.socket(socket.AF_UNIX) for _ in range(20)]
    try:
        for client in silent:
            client.connect(card.address)
        recorder.start()
        until(lambda: recorder.status().frames > 0)
        assert silent[0].recv(4096)  # its challenge, which it never answers
        silent[0].settimeout(30)
        while silent[0].recv(4096):  # and then is hung up on
            pass
    finally:
        for client in silent:
            client.close()


@needs_sockets
def test_who_has_not_the_key_is_not_heard(record):
    recorder = record()
    recorder.arm(order())
    card = control.read_card(recorder.folder)
    stranger = control.Card(card.address, b"guess", card.process)
    assert control.ask(stranger, {"do": "stop"}, timeout=PATIENCE) is None
    assert recorder.status().state.value == "armed"


def test_clients_at_once_are_all_answered(record):
    recorder = record()
    recorder.arm(order())
    recorder.start()
    heard: list[str] = []
    threads = [threading.Thread(target=lambda: heard.append(recorder.status().state.value)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert heard == ["recording"] * 8


def test_an_unknown_command_is_an_error_and_no_end(record):
    recorder = record()
    recorder.arm(order())
    card = control.read_card(recorder.folder)
    assert control.ask(card, {"do": "dance"}, timeout=PATIENCE)["error"]["kind"] == "BadInput"
    assert control.ask(card, {"do": "mark", "beat": 3}, timeout=PATIENCE)["error"]
    assert recorder.status().state.value == "armed"


def test_a_long_runtime_folder_gives_a_short_address(tmp_path, monkeypatch):
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    assert len(control.address().encode()) < 108


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"address": 1}', '{"address":"a","key":"zz","pid":1,"started":"x"}']
)
def test_half_a_card_is_no_card(tmp_path, text):
    (tmp_path / control.CARD).write_text(text)
    assert control.read_card(tmp_path) is None


@pytest.fixture
def server():
    """Answers whatever it is asked."""
    where, key = control.address(), b"key"
    server = control.Server(where, key, lambda said: {"heard": said["do"]})
    yield server, control.Card(where, key, process_identity())
    server.close()


def failing_once(call, error: Exception):
    """As `call`, but the first time it raises."""
    left = [error]

    def once(*args):
        if left:
            raise left.pop()
        return call(*args)

    return once


def test_a_client_that_cannot_be_taken_on_for_want_of_files_does_not_end_control(server, monkeypatch):
    serving, card = server
    listener, full = serving._listener, OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    assert control.ask(card, {"do": "one"}, timeout=PATIENCE) == {"heard": "one"}
    monkeypatch.setattr(listener, "accept", failing_once(listener.accept, full))
    for what in ("two", "three"):  # the first is taken by the `accept` that waits already
        assert control.ask(card, {"do": what}, timeout=PATIENCE) == {"heard": what}


def test_who_is_hung_up_on_by_a_capture_that_lives_calls_again(server, monkeypatch):
    _, card = server
    start = failing_once(threading.Thread.start, RuntimeError("can't start new thread"))
    monkeypatch.setattr(threading.Thread, "start", start)
    assert control.ask(card, {"do": "one"}, timeout=PATIENCE) == {"heard": "one"}


def test_a_capture_that_hung_up_on_one_who_was_slow_is_not_taken_to_be_gone(server, monkeypatch):
    _, card = server
    slow = threading.Event()

    def late(connection, key):
        if not slow.is_set():
            slow.set()
            while not connection._connection.poll(30):
                pass
            connection._connection.recv_bytes()  # the challenge
            connection._connection.poll(30)  # until it has waited long enough
        answer_challenge(connection, key)

    answer_challenge = control.answer_challenge
    monkeypatch.setattr(control, "answer_challenge", late)
    assert control.ask(card, {"do": "one"}, timeout=PATIENCE) == {"heard": "one"}


@pytest.mark.parametrize(("what", "heard"), [("status", {"heard": "status"}), ("mark", None)])
def test_who_is_hung_up_on_after_the_greeting_asks_again_what_is_harmless(server, monkeypatch, what, heard):
    serving, card = server
    monkeypatch.setattr(serving, "_handle", failing_once(serving._handle, ConnectionResetError("slow")))
    assert control.ask(card, {"do": what}, timeout=PATIENCE) == heard


def test_one_that_lives_and_hangs_up_whenever_it_is_called_is_silent_and_not_gone(server, monkeypatch):
    serving, card = server
    monkeypatch.setattr(serving, "_serve", lambda connection: connection.close())
    with pytest.raises(control.Silent, match="没有回应"):
        control.ask(card, {"do": "one"}, timeout=PATIENCE)
    gone = dataclasses.replace(card, process=dataclasses.replace(card.process, started="long ago"))
    assert control.ask(gone, {"do": "one"}, timeout=PATIENCE) is None
