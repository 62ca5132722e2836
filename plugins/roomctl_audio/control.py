"""How a controller talks to a capture: JSON over a socket of this machine, with a key from `capture.json`."""

import contextlib
import json
import os
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any, cast

from roomctl.api import RoomctlError, tr
from roomctl.api.process import ProcessIdentity, process_identity, same_process

CARD = "capture.json"
LOG = "capture.log"
"""What a capture has to say to nobody in particular; it goes where it is empty."""
HANDSHAKE_SECONDS = 2.0
TRIES = 3
"""A capture hangs up on who is slow to show the key; on a busy machine that may be somebody who has it."""
STATUS = {"do": "status"}
"""It may be asked again where nobody knows whether it was heard."""
ACCEPT_AGAIN_SECONDS = 0.2
"""After a client that could not be taken on: out of files or of threads, which others give back."""
LONGEST_PATH = 100
"""A socket's path must be shorter than 108 bytes (unix(7), sun_path); some are left for the name of the temp file."""
LONGEST_MESSAGE = 1 << 16
Message = Mapping[str, Any]


class Silent(RoomctlError):  # noqa: N818 - named for what the other side does
    """The other side does not answer in time."""


@dataclass(frozen=True, slots=True)
class Card:
    """Where a capture listens, and who it is."""

    address: str
    key: bytes
    process: ProcessIdentity

    @property
    def alive(self) -> bool:
        """Whether that very process still runs."""
        return same_process(self.process)


def read_card(folder: Path) -> Card | None:
    """The card in a recording's folder; None where there is none, or only half of one."""
    try:
        said = json.loads((folder / CARD).read_text(encoding="utf-8"))
        return Card(said["address"], bytes.fromhex(said["key"]), ProcessIdentity(said["pid"], said["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_card(folder: Path, address: str, key: bytes) -> None:
    """This process's card, which only its owner may read. Raises: FileExistsError."""
    me = process_identity()
    assert me is not None  # noqa: S101 - this process lives
    handle = os.open(folder / CARD, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"address": address, "key": key.hex(), "pid": me.pid, "started": me.started}, file)
        file.flush()
        os.fsync(file.fileno())


def remove_card(folder: Path) -> None:
    """Takes away the card of a capture that is gone, and the socket that a killed one leaves."""
    card = read_card(folder)
    if card and sys.platform != "win32":
        Path(card.address).unlink(missing_ok=True)
    (folder / CARD).unlink(missing_ok=True)


def address() -> str:
    """A fresh address: on Windows a pipe, else a path in the user's runtime folder, short enough for a socket."""
    name = f"roomctl-{secrets.token_hex(8)}"
    if sys.platform == "win32":
        return rf"\\.\pipe\{name}"
    for folder in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108 - a socket with a key
        if folder and len(os.fsencode(folder)) + len(name) + 1 <= LONGEST_PATH and os.access(folder, os.W_OK):
            return str(Path(folder) / name)
    raise Silent(tr("无法建立录音控制通道", "cannot open the recorder's control channel"))


class _Timed:
    """A connection for a handshake that must end in time."""

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self._connection = connection
        self._until = time.monotonic() + HANDSHAKE_SECONDS

    def send_bytes(self, data: bytes) -> None:
        self._connection.send_bytes(data)

    def recv_bytes(self, limit: int) -> bytes:
        if not self._connection.poll(max(0.0, self._until - time.monotonic())):
            raise TimeoutError
        return self._connection.recv_bytes(limit)


_HANDSHAKE_FAILURES = (OSError, EOFError, AssertionError, ValueError, RecursionError, AuthenticationError)


class Server:
    """Listens, one thread per client, so that one who says nothing blocks nobody.

    Args:
        handle: takes a message, gives the reply; called in the client's thread.

    """

    def __init__(self, where: str, key: bytes, handle: Callable[[Message], Message]) -> None:
        self._key, self._handle = key, handle
        self._listener = Listener(where, backlog=16)
        self._where = where
        self._closed = threading.Event()
        if sys.platform != "win32":
            Path(where).chmod(0o600)
        threading.Thread(target=self._accept, name="control", daemon=True).start()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                self._take(self._listener.accept())
            except (OSError, RuntimeError):  # of one client, or closed; later ones must be heard all the same
                self._closed.wait(ACCEPT_AGAIN_SECONDS)

    def _take(self, connection: "Connection[Any, Any]") -> None:
        """A thread for a client. Raises: RuntimeError, where there is none, and it is hung up on."""
        try:
            threading.Thread(target=self._serve, args=(connection,), name="client", daemon=True).start()
        except RuntimeError:
            connection.close()
            raise

    def _serve(self, connection: "Connection[Any, Any]") -> None:
        with contextlib.suppress(*_HANDSHAKE_FAILURES), connection:
            timed = cast("Connection[Any, Any]", _Timed(connection))
            deliver_challenge(timed, self._key)
            answer_challenge(timed, self._key)
            while True:
                said = json.loads(connection.recv_bytes(LONGEST_MESSAGE))
                connection.send_bytes(json.dumps(self._handle(said)).encode())

    def close(self) -> None:
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.close()
        if sys.platform != "win32":
            Path(self._where).unlink(missing_ok=True)


def ask(card: Card, message: Message, *, timeout: float | None) -> Message | None:
    """The capture's reply; None where it is no longer there, or went away over it.

    Args:
        timeout: seconds to wait for the reply; None waits as long as the capture lives.

    Raises:
        Silent: it lives, and does not answer.

    """
    for _ in range(TRIES if message == STATUS else 1):
        try:
            with _reached(card) as connection:
                connection.send_bytes(json.dumps(message).encode())
                if connection.poll(timeout):
                    return cast("Message", json.loads(connection.recv_bytes()))
                raise TimeoutError  # noqa: TRY301 - told like a handshake that times out
        except TimeoutError as error:
            raise Silent(
                tr("录音进程没有回应", "the capture process does not answer"),
                tr(f"进程号 {card.process.pid}", f"process {card.process.pid}"),
                tr("它仍在录音；请稍后再试", "it goes on recording; try again in a while"),
            ) from error
        except _HANDSHAKE_FAILURES:
            if not card.alive:
                break
    return None


def _reached(card: Card) -> "Connection[Any, Any]":
    """A line to the capture, whose both ends have shown the key.

    Raises: TimeoutError: it lives, and does not answer, or hangs up whenever it is called. What is in
        `_HANDSHAKE_FAILURES`: it is not there, or has another key.
    """
    for _ in range(TRIES):
        connection = Client(card.address)
        try:
            timed = cast("Connection[Any, Any]", _Timed(connection))
            answer_challenge(timed, card.key)
            deliver_challenge(timed, card.key)
        except (EOFError, ConnectionError):  # hung up on; where it is gone, there is nobody to call again
            connection.close()
            if not card.alive:
                raise
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise TimeoutError
