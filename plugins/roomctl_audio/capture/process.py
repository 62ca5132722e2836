"""The process that records. `python -m roomctl_audio.capture DIR`, in a session of its own.

Its order comes as one JSON line on stdin; it answers one line on stdout, `{"armed": status}` or `{"error": …}`, and
is from then on commanded through `control`. It does the least, since it is the one that must not die: no codec, no
resampler, no database, no sound library in here. It outlives whoever started it, and leaves when all that it kept is
sealed.
"""

import contextlib
import json
import logging
import os
import queue
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roomctl.api import BadInput, Busy, NotFound, Order, RecorderState, Refused, RoomctlError, tr
from roomctl.api.words import paired
from roomctl_audio import control
from roomctl_audio.capture import capacity
from roomctl_audio.capture.machine import DRIFT_PPM
from roomctl_audio.capture.session import Session
from roomctl_audio.crossing import failure
from roomctl_audio.sealing.sealer import Sealed
from roomctl_audio.sources.source import open_source
from roomctl_audio.watch.watching import Heard

WRITE_SECONDS = 0.1
FIRST_SOUND_SECONDS = 10.0

log = logging.getLogger("roomctl.audio.capture")


@dataclass
class Request:
    """A message of a client, and where its reply goes."""

    message: Mapping[str, Any]
    reply: "Future[dict[str, Any]]"


class Capture:
    """The process around a recording. Everything but `handle` runs in the main thread."""

    def __init__(
        self, folder: Path, order: Order, drift_ppm: float = DRIFT_PPM, delivery: Sequence[str] = ()
    ) -> None:
        self.folder, self.order, self._delivery = folder, order, delivery
        self._inbox: queue.Queue[Request | Sealed | Heard | None] = queue.Queue()
        self.source = open_source(order)
        self.session = Session(folder, order, self.source, self._inbox.put, drift_ppm=drift_ppm)
        self._stoppers: list[Future[dict[str, Any]]] = []

    # --- arming -----------------------------------------------------------------------------------------------------

    def arm(self) -> None:
        """Disk enough, sound there, control open; nothing written but `capture.json`. Raises: RoomctlError."""
        planned, layout, ring = self.order.planned_seconds, self.source.layout, self.session.ring
        if self.source.total_frames is not None:
            planned = min(planned, self.source.total_frames / layout.rate) or planned
        capacity.check(self.folder, planned, layout, self.order.segment_seconds, delivery=self._delivery)
        threading.Thread(target=self._read, name="source", daemon=True).start()
        ring.wait(FIRST_SOUND_SECONDS)
        if not ring.size:
            raise self._no_sound()
        self._key, self._address = secrets.token_bytes(32), control.address()
        self._write_card()
        self._server = control.Server(self._address, self._key, self.handle)
        self.session.armed()

    def _write_card(self) -> None:
        try:
            control.write_card(self.folder, self._address, self._key)
        except FileExistsError as error:
            raise Busy(
                tr(f"{self.folder} 正在录音", f"{self.folder} is being recorded into"),
                tr("另一个录音进程占用着它", "another capture holds it"),
            ) from error

    def _read(self) -> None:
        """The source's thread. Whatever befalls it ends the sound, never the process."""
        try:
            self.source.run(self.session.ring)
        except Exception:
            log.exception("source")
            self.session.problem = tr("音源中断", "the source broke off")
            self.session.ring.end()

    def _no_sound(self) -> RoomctlError:
        what = tr(f"无法录制 {self.order.source}", f"cannot record {self.order.source}")
        if self.source.problem:
            return BadInput(what, self.source.problem)
        if not self.source.waits:
            return NotFound(what, tr("设备没有送出声音", "the device delivers no sound"))
        if self.order.skip_frames:
            skipped = self.order.skip_frames
            return Refused(what, tr(f"第 {skipped} 帧之后没有内容了", f"nothing is left after frame {skipped}"))
        return BadInput(what, tr("里面没有声音数据", "there are no samples in it"))

    # --- clients ----------------------------------------------------------------------------------------------------

    def handle(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """In a client's thread: hands the message to the main thread and waits for its reply."""
        request = Request(message, Future())
        self._inbox.put(request)
        return request.reply.result()

    def _answer(self, request: Request) -> None:
        try:
            facts = dict(request.message)
            what = facts.pop("do", None)
            if what == "stop":
                if facts.get("armed"):
                    self.session.need(RecorderState.ARMED, RecorderState.STOPPING)
                self.session.stop(asked=True)
                self._stoppers.append(request.reply)  # and is told when all is sealed
                return
            request.reply.set_result(self._command(what)(**facts))
        except RoomctlError as error:
            request.reply.set_result({"error": failure(error)})
        except (TypeError, ValueError, OverflowError, OSError) as error:
            request.reply.set_result({"error": {"kind": "RoomctlError", "what": str(error), "why": "", "mend": ""}})
        except Exception as error:  # nobody foresaw it: who asked is told, and it is recorded on
            log.exception("a request failed")
            what = tr("录音机不能执行", "the recorder cannot do that")
            request.reply.set_result({"error": failure(RoomctlError(what, f"{type(error).__name__}: {error}"))})

    def _command(self, what: Any) -> Callable[..., dict[str, Any]]:
        """Raises: BadInput."""
        session = self.session
        commands: dict[Any, Callable[..., dict[str, Any]]] = {
            "status": session.status,
            "start": session.start,
            "pause": session.pause,
            "resume": session.resume,
            "mark": session.mark,
        }
        if what not in commands:
            raise BadInput(tr(f"未知的指令 {what}", f"unknown command {what}"))
        return commands[what]

    # --- until the end ----------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Until everything is sealed, or cannot be."""
        while not self.session.over:
            with self._in_order():
                self.session.tick()
            if self.session.came_back():
                with contextlib.suppress(RoomctlError, OSError):  # the card by which this process is found
                    self._write_card()
            self._listen()
        self._leave()

    @contextlib.contextmanager
    def _in_order(self) -> Iterator[None]:
        """After what nobody foresaw, what is kept by now is sealed, and the process ends in order."""
        try:
            yield
        except Exception as error:
            log.exception("the recording ends here")
            self.session.problem = tr(f"录音意外结束：{error}", f"the recording ended unexpectedly: {error}")
            self.session.stop()

    def _listen(self) -> None:
        """Handles what has come; waits for it no longer than until the next write is due."""
        until = time.monotonic() + WRITE_SECONDS
        if self.session.hurries:
            self.session.ring.wait(WRITE_SECONDS / 5)  # and is looked at again soon: somebody may ask something
            until = 0.0
        while True:
            left = until - time.monotonic()
            try:
                item = self._inbox.get(timeout=left) if left > 0 else self._inbox.get_nowait()
            except queue.Empty:
                return
            if self._handle(item):
                return

    def _handle(self, item: Request | Sealed | Heard | None) -> bool:
        """Whether there is now something else to do than to listen."""
        with self._in_order():
            if item is None:
                self.session.stop()
            elif isinstance(item, Sealed):
                self.session.sealed(item)
                return True
            elif isinstance(item, Heard):
                self.session.heard(item)
            else:
                self._answer(item)
        return self.session.state is RecorderState.STOPPING

    def _leave(self) -> None:
        self.session.leave()
        self._server.close()
        control.remove_card(self.folder)
        drop_empty_log(self.folder)
        for reply in self._stoppers:
            reply.set_result({"frame": self.session.frames})

    def refuse(self) -> None:
        """After a failed arming: lets go of the source."""
        self.session.ring.close()
        self.source.close()

    def signalled(self) -> None:
        """SIGTERM is a normal stop."""
        self._inbox.put(None)


def drop_empty_log(folder: Path) -> None:
    """A log that says nothing is not kept. Windows lets go of it only after its process."""
    with contextlib.suppress(OSError):
        if not (folder / control.LOG).stat().st_size:
            (folder / control.LOG).unlink()


def main(argv: list[str]) -> int:
    """Arms, says so, records until all is sealed. Exit code 2 after a refusal."""
    folder = Path(argv[0])
    logging.basicConfig(format="%(asctime)s %(message)s")
    said = json.loads(sys.stdin.readline())
    drift_ppm = float(said.pop("alarm_drift_ppm", DRIFT_PPM))
    delivery = tuple(said.pop("delivery", ()))
    order = Order(**{**said, "channels": tuple((int(n), str(who)) for n, who in said["channels"])})
    capture = None
    try:
        with paired():
            capture = Capture(folder, order, drift_ppm, delivery)
            capture.arm()
    except (RoomctlError, OSError) as error:
        if capture:
            capture.refuse()
        told = (
            error
            if isinstance(error, RoomctlError)
            else BadInput(tr(f"无法录音到 {folder}", f"cannot record into {folder}"), str(error))
        )
        print(json.dumps({"error": failure(told)}), flush=True)
        return told.exit_code
    signal.signal(signal.SIGTERM, lambda *_: capture.signalled())
    with contextlib.suppress(AttributeError):  # not on Windows
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    print(json.dumps({"armed": capture.session.status()}), flush=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever started it may go
    capture.run()
    return 0
