"""Child processes that talk in JSON lines: started again with back-off, watched for missing output."""

import collections
import json
import logging
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from roomctl.errors import MissingPart, RoomctlError
from roomctl.host import site
from roomctl.host.platform import kill_session, new_session
from roomctl.host.watchdog import Watchdog
from roomctl.i18n import tr
from roomctl.services.ports import Clock
from roomctl.services.time import SystemClock

COMPLAINT_LINES = 40
LONGEST_LINE = 64 << 20  # bytes; an utterance of 30 s as float32 at 16 kHz is 2.6 MB in base64
WAITING = 1000  # messages that nobody has fetched yet; then the child has to wait
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0  # seconds; doubled with each death in a row
LAST_WORDS = 2.0  # seconds to read what is left in the pipes; a process of another session may keep them open
TICK = 0.1  # seconds between two looks at the heartbeat
NO_ANSWER = frozenset({"progress", "heartbeat"})
"""Types of message that show life, but answer nothing that was sent."""


class SupervisedChild:
    """`roomctl.api.Child` over a real process.

    Work is under way from a `send` until its answer: the next message, or, where the sent one carries an `id`, the
    next message with the same `id`. Messages of type `progress` and `heartbeat` only show that the child lives.

    A child that was started again takes nothing until its owner has fetched the message that tells so; what was
    sent in between would otherwise be done twice, once more when the owner hands out its work again.

    Args:
        heartbeat: seconds for which it may be silent and idle while work is under way, as of `Watchdog`.
        clock: measures silence and pauses.

    Raises:
        MissingPart: the program cannot be started at all.

    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        name: str,
        heartbeat: float | None = None,
        restarts: int = 3,
        env: Mapping[str, str] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._argv, self._env = list(argv), site.environment(env)
        self._restarts, self._clock = restarts, clock or SystemClock()
        self._watchdog = Watchdog(heartbeat, now=self._clock.monotonic) if heartbeat else None
        self._log = logging.getLogger(f"roomctl.child.{name}")
        self._inbox: queue.Queue[dict[str, Any] | None] = queue.Queue(WAITING)
        self._complaint: collections.deque[str] = collections.deque(maxlen=COMPLAINT_LINES)
        self._stopping = threading.Event()
        self._gone = threading.Event()
        self._writing = threading.Lock()
        self._lock = threading.Lock()  # over what follows
        self._attempt = self._told = 0
        self._deaths = 0
        self._open: set[str] = set()
        self._unnamed = False
        self._process = self._launch()
        self._keeper = threading.Thread(target=self._keep, name=f"child {name}", daemon=True)
        self._keeper.start()

    # --- for the owner ---------------------------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        return not self._gone.is_set() and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the process that runs now, or ran last."""
        return self._process.pid

    @property
    def complaint(self) -> str:
        return "\n".join(self._complaint)

    def send(self, message: Mapping[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        with self._lock:
            if self._stopping.is_set() or (self._attempt > 1 and self._told < self._attempt):
                return
            process = self._process
            if "id" in message:
                self._open.add(json.dumps(message["id"]))
            else:
                self._unnamed = True
            self._sign_of_life()
        with self._writing, suppress(OSError, ValueError):  # died, or closed by `stop`
            assert process.stdin is not None  # noqa: S101 - PIPE
            process.stdin.write(line)
            process.stdin.flush()

    def receive(self, timeout: float | None = None) -> Mapping[str, Any] | None:
        if self._gone.is_set() and self._inbox.empty():
            self._fail()
            return None
        try:
            message = self._inbox.get(timeout=timeout)
        except queue.Empty:
            return None
        if message is None:  # wakes whoever waits when there is nothing more to come
            self._fail()
            return None
        if message.get("type") == "started":
            with self._lock:
                self._told = message.get("attempt", self._told)
        return message

    def stop(self, timeout: float = 5.0) -> None:
        self._stopping.set()
        process = self._process
        if self._writing.acquire(timeout=timeout):  # a child that reads nothing may hold up a writer
            try:
                with suppress(OSError):
                    process.stdin.close()  # type: ignore[union-attr]  # PIPE
            finally:
                self._writing.release()
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            kill_session(process)
        self._keeper.join(timeout)
        if self._keeper.is_alive():  # it was just starting another one
            kill_session(self._process)
            self._keeper.join(timeout)

    def _fail(self) -> None:
        """Nothing more will come: an error, unless the owner wanted it so."""
        if self._stopping.is_set():
            return
        last = next((line for line in reversed(self._complaint) if line.strip()), "")
        raise RoomctlError(
            tr(
                f"子进程 {' '.join(self._argv[:3])} 反复退出", f"child process {' '.join(self._argv[:3])} keeps dying"
            ),
            last or tr(f"退出码 {self._process.returncode}", f"exit code {self._process.returncode}"),
            tr("经过见 logs/roomctl.log", "logs/roomctl.log says more"),
        )

    # --- the keeper's thread --------------------------------------------------------------------------------------

    def _launch(self) -> "subprocess.Popen[bytes]":
        try:
            process = subprocess.Popen(
                self._argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._env,
                **new_session(),
            )
        except OSError as error:
            raise MissingPart(
                tr(f"无法启动 {self._argv[0]}", f"cannot start {self._argv[0]}"),
                str(error.strerror),
                tr("请检查它是否已安装：roomctl doctor", "is it installed? See: roomctl doctor"),
            ) from error
        with self._lock:
            self._attempt += 1
            self._open.clear()
            self._unnamed = False
            self._process = process
            self._sign_of_life()
        self._put({"type": "started", "attempt": self._attempt})
        return process

    def _keep(self) -> None:
        try:
            while True:
                self._watch(self._process)
                if self._stopping.is_set():
                    return
                self._deaths += 1
                self._log.warning("ended with %s: %s", self._process.returncode, self.complaint[-300:])
                if self._deaths > self._restarts or not self._pause():
                    return
                try:
                    self._launch()
                except MissingPart as error:
                    self._complain(str(error))
                    return
                if self._stopping.is_set():  # `stop` looked at the process before this one
                    self._process.stdin.close()  # type: ignore[union-attr]  # PIPE
        finally:
            self._gone.set()
            with suppress(queue.Full):
                self._inbox.put_nowait(None)

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        """One life of the child, until it is waited for and its pipes are closed."""
        readers = [
            threading.Thread(target=self._read, args=(process,), daemon=True),
            threading.Thread(target=self._listen, args=(process,), daemon=True),
        ]
        for reader in readers:
            reader.start()
        while True:
            try:
                process.wait(TICK if self._watchdog else None)
                break
            except subprocess.TimeoutExpired:
                if self._hung(process.pid):
                    self._complain(f"killed: no output while work was under way; {self._watchdog}")
                    kill_session(process)
        kill_session(process)  # what it started dies with it, and closes the pipes
        for reader in readers:
            reader.join(LAST_WORDS)
        with self._writing, suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]  # PIPE

    def _complain(self, line: str) -> None:
        """Keeps its last words; what it says over and over, in one life or in many, is kept once."""
        if not self._complaint or self._complaint[-1] != line:
            self._complaint.append(line)

    def _sign_of_life(self) -> None:
        if self._watchdog:
            self._watchdog.kick()

    def _hung(self, pid: int) -> bool:
        if self._watchdog is None or self._inbox.full():  # the silence is then the owner's
            return False
        with self._lock:
            return (self._unnamed or bool(self._open)) and self._watchdog.expired(pid)

    def _pause(self) -> bool:
        """Waits before the next start; False where `stop` came in between."""
        until = self._clock.monotonic() + min(FIRST_PAUSE * 2 ** (self._deaths - 1), LONGEST_PAUSE)
        while not self._stopping.is_set() and (left := until - self._clock.monotonic()) > 0:
            self._clock.sleep(min(left, TICK))
        return not self._stopping.is_set()

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        stdout = process.stdout
        assert stdout is not None  # noqa: S101 - PIPE
        with stdout:
            while line := stdout.readline(LONGEST_LINE):
                try:
                    message = json.loads(line)
                    if not isinstance(message, dict):
                        raise ValueError  # noqa: TRY004, TRY301 - the same end as any other line that is no message
                except ValueError:
                    self._complain(line.decode(errors="replace").rstrip()[:500])
                    continue
                self._answered(message)
                self._put(message)

    def _answered(self, message: Mapping[str, Any]) -> None:
        with self._lock:
            self._sign_of_life()
            self._deaths = 0
            if message.get("type") not in NO_ANSWER:
                self._unnamed = False
                self._open.discard(json.dumps(message.get("id")))

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        stderr = process.stderr
        assert stderr is not None  # noqa: S101 - PIPE
        with stderr:
            while line := stderr.readline(LONGEST_LINE):
                self._complain(line.decode(errors="replace").rstrip()[:500])

    def _put(self, message: dict[str, Any]) -> None:
        while not self._stopping.is_set():
            with suppress(queue.Full):
                self._inbox.put(message, timeout=TICK)
                return
