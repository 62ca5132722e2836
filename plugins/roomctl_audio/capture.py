"""The process that records. `python -m roomctl_audio.capture DIR`, in a session of its own.

Its order comes as one JSON line on stdin; it answers one line on stdout, `{"armed": status}` or `{"error": …}`, and
is from then on commanded through `control`. It does the least, since it is the one that must not die: no codec, no
resampler, no database in here. It outlives whoever started it, and leaves when all that it kept is sealed.
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
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from roomctl.api import (
    BadInput,
    Busy,
    MarkKind,
    NotFound,
    Order,
    RecorderState,
    Refused,
    RoomctlError,
    tr,
)
from roomctl_audio import capacity, control, journal
from roomctl_audio.journal_file import JournalFile
from roomctl_audio.keeper import Keeper
from roomctl_audio.levels import peaks
from roomctl_audio.part import Part
from roomctl_audio.ring import Ring
from roomctl_audio.sealing import Sealed, Sealer
from roomctl_audio.sources import failure, open_source

WRITE_SECONDS = 0.1
RING_SECONDS = 10.0
"""Outlasts the slowest fsync."""
FIRST_SOUND_SECONDS = 10.0
PARTS_WAITING = 3
"""With this many parts unfinished, a file is held: it must not fill the disk with raw sound."""

log = logging.getLogger("roomctl.audio.capture")


@dataclass
class Request:
    """A message of a client, and where its reply goes."""

    message: Mapping[str, Any]
    reply: "Future[dict[str, Any]]"


class Capture:
    """One recording while it is made. Everything but `handle` runs in the main thread."""

    def __init__(self, folder: Path, order: Order) -> None:
        self.folder, self.order = folder, order
        self.state = RecorderState.IDLE
        self.source = open_source(order)
        self.layout = self.source.layout
        self._waits = self.source.waits
        self._ring = Ring(round(RING_SECONDS * self.layout.second), self.layout.frame, waits=self._waits)
        self._journal = JournalFile(folder)
        self._inbox: queue.Queue[Request | Sealed | None] = queue.Queue()
        self._sealer = Sealer(folder, self._inbox.put)
        self._keeper = Keeper(folder, order, self.source, self._ring, self._journal, self._submit)
        self._paused_at = 0.0
        self._segments = 0
        self._ended = False
        self._problem = ""
        self._stoppers: list[Future[dict[str, Any]]] = []

    # --- arming -----------------------------------------------------------------------------------------------------

    def arm(self) -> None:
        """Disk enough, sound there, control open; nothing written but `capture.json`. Raises: RoomctlError."""
        planned = self.order.planned_seconds
        if self.source.total_frames is not None:
            planned = min(planned, self.source.total_frames / self.layout.rate) or planned
        capacity.check(self.folder, planned, self.layout, self.order.segment_seconds)
        threading.Thread(target=self._read, name="source", daemon=True).start()
        self._ring.wait(FIRST_SOUND_SECONDS)
        if not self._ring.size:
            raise self._no_sound()
        key, address = secrets.token_bytes(32), control.address()
        try:
            control.write_card(self.folder, address, key)
        except FileExistsError as error:
            raise Busy(
                tr(f"{self.folder} 正在录音", f"{self.folder} is being recorded into"),
                tr("另一个录音进程占用着它", "another capture holds it"),
            ) from error
        self._server = control.Server(address, key, self.handle)
        self._sealer.start()
        self.state = RecorderState.ARMED

    def _read(self) -> None:
        """The source's thread. Whatever befalls it ends the sound, never the process."""
        try:
            self.source.run(self._ring)
        except Exception:
            log.exception("source")
            self.source.problem = self.source.problem or tr("音源中断", "the source broke off")
            self._ring.end()

    def _no_sound(self) -> RoomctlError:
        what = tr(f"无法录制 {self.order.source}", f"cannot record {self.order.source}")
        if self.source.problem:
            return BadInput(what, self.source.problem)
        if not self._waits:
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
        what = request.message.get("do")
        try:
            if what == "stop":
                self._stoppers.append(request.reply)
                self.stop()
                return
            commands: dict[Any, Callable[..., dict[str, Any]]] = {
                "status": self.status,
                "start": self._start,
                "pause": self._pause,
                "resume": self._resume,
                "mark": self._mark,
            }
            if what not in commands:
                raise BadInput(tr(f"未知的指令 {what}", f"unknown command {what}"))
            request.reply.set_result(commands[what](**{k: v for k, v in request.message.items() if k != "do"}))
        except RoomctlError as error:
            request.reply.set_result({"error": failure(error)})
        except (TypeError, ValueError, OSError) as error:
            request.reply.set_result({"error": {"kind": "RoomctlError", "what": str(error), "why": "", "mend": ""}})

    def status(self) -> dict[str, Any]:
        """As `RecorderStatus`; levels only where there is no part from which they can be read."""
        part = self._keeper.part
        heard = b"" if part else (self._keeper.heard or self._ring.peek())[-self.layout.second :]
        return {
            "state": self.state.value,
            "tracks": self.layout.tracks,
            "bits": self.layout.bits,
            "sample_rate": self.layout.rate,
            "frames": self._keeper.frames,
            "gaps": [asdict(gap) for gap in self._keeper.gaps],
            "segments": self._segments,
            "peaks": peaks(heard, self.layout) if heard else None,
            "part": part.path.name if part else None,
            "total_frames": self.source.total_frames,
            "ended": self._ended,
            "problem": self._what_is_wrong(),
        }

    def _what_is_wrong(self) -> str:
        return self._problem or self._keeper.problem or self._sealer.trouble or self.source.problem

    def _need(self, *states: RecorderState) -> None:
        if self.state not in states:
            raise Refused(
                tr("录音机不能执行", "the recorder cannot do that"),
                tr(f"它现在“{self.state.label}”", f"it is {self.state.label}"),
            )

    def _start(self, limit: int | None = None) -> dict[str, Any]:
        self._need(RecorderState.ARMED)
        now, monotonic = datetime.now(UTC), time.monotonic()
        self._journal.write(
            "opened",
            order={field.name: getattr(self.order, field.name) for field in fields(self.order)},
            tracks=self.layout.tracks,
            sample_rate=self.layout.rate,
            bits=self.layout.bits,
            waits=self._waits,
            total_frames=self.source.total_frames,
            utc=now.isoformat(),
            monotonic=monotonic,
        )
        self._journal.write("start", frame=0)
        self._keeper.limit = limit
        self._keeper.discard()
        self._keeper.begin()
        self.state = RecorderState.RECORDING
        return {"frame": 0}

    def _pause(self, until: str | None = None) -> dict[str, Any]:
        self._need(RecorderState.RECORDING)
        self._keeper.finish()
        self._journal.write("pause", frame=self._keeper.frames, until=until)
        self._keeper.begin_discarding()
        self._paused_at = time.monotonic()
        self.state = RecorderState.PAUSED
        return {"frame": self._keeper.frames}

    def _resume(self) -> dict[str, Any]:
        self._need(RecorderState.PAUSED)
        self._keeper.discard()
        by_clock = round((time.monotonic() - self._paused_at) * self.layout.rate)
        self._keeper.declare(by_clock if self._waits else self._keeper.unkept, "pause")
        self._journal.write("resume", frame=self._keeper.frames)
        self._keeper.begin()
        self.state = RecorderState.RECORDING
        return {"frame": self._keeper.frames}

    def _mark(self, kind: str, note: str = "", back: float = 0.0, of: int = 0) -> dict[str, Any]:
        self._need(RecorderState.RECORDING, RecorderState.PAUSED)
        if kind not in {each.value for each in MarkKind}:
            raise BadInput(
                tr(f"未知的标记 {kind}", f"unknown mark {kind}"), mend=", ".join(k.value for k in MarkKind)
            )
        frame = max(0, self._keeper.frames - round(back * self.layout.rate))
        self._journal.write("mark", mark=kind, frame=frame, note=str(note), back=back, of=of)
        return {"frame": frame}

    # --- sound ------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Until everything is sealed, or cannot be."""
        while self.state is not RecorderState.SEALED:
            self._tick()
            self._listen()
            if self.state is RecorderState.STOPPING and not self._sealer.waiting:
                break
        self._leave()

    def _listen(self) -> None:
        """Handles what has come; waits for it no longer than until the next write is due."""
        until = time.monotonic() + WRITE_SECONDS
        if self.state is RecorderState.RECORDING and self._waits and not self.order.realtime and self._may_write():
            self._ring.wait(WRITE_SECONDS / 5)  # as fast as it goes: the ring says when, and is looked at again soon
            until = 0.0
        while True:
            left = until - time.monotonic()
            try:
                item = self._inbox.get(timeout=left) if left > 0 else self._inbox.get_nowait()
            except queue.Empty:
                return
            if item is None:
                self.stop()
            elif isinstance(item, Sealed):
                self._seal(item)
                return
            else:
                self._answer(item)
                if self.state is RecorderState.STOPPING:
                    return

    def _may_write(self) -> bool:
        return self._sealer.waiting < PARTS_WAITING or not self._waits

    def _tick(self) -> None:
        if self.state is RecorderState.ARMED and not self.folder.is_dir():
            log.error("the folder is gone, and nothing was recorded: nobody can find this capture any more")
            self.stop()
        elif self.state in {RecorderState.ARMED, RecorderState.PAUSED}:
            self._keeper.discard()
        elif self.state is RecorderState.RECORDING:
            try:
                if self._may_write():
                    self._keeper.keep()
            except OSError as error:
                log.exception("cannot write")
                self._problem = tr(f"无法写入：{error}", f"cannot write: {error}")
                self.stop()
            self._ended = self._keeper.ended
            if self._ended or self._keeper.full:
                self.stop()

    def _submit(self, part: Part, overflows: int) -> None:
        request = {
            "do": "seal",
            "part": part.path.name,
            "seq": part.seq,
            "tracks": self.layout.tracks,
            "bits": self.layout.bits,
            "rate": self.layout.rate,
            "titles": self.order.channels,
        }
        self._sealer.submit(request, overflows)

    # --- the end ----------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Keeps what was heard up to now, and begins to seal."""
        if self.state in {RecorderState.STOPPING, RecorderState.SEALED}:
            return
        if self.state is RecorderState.RECORDING:
            try:
                self._keeper.finish()
                self._journal.write("stop", frame=self._keeper.frames)
            except OSError:
                log.exception("at the end")
        elif self.state is RecorderState.PAUSED:
            with contextlib.suppress(OSError):  # the row only tells that nothing was lost, which the pause tells too
                self._journal.write("stop", frame=self._keeper.frames)
        self.source.close()
        self._ring.close()
        self._sealer.ending()
        self.state = RecorderState.STOPPING

    def _seal(self, sealed: Sealed) -> None:
        """The row of a finished part; only when it is durable does the part go."""
        self._sealer.handled()
        if sealed.error:
            log.error("part %d stays: %s", sealed.seq, sealed.error)
            self._problem = sealed.error
            return
        try:
            self._journal.seal(sealed.seq, sealed.frames, sealed.tracks, overflows=sealed.overflows)
            (self.folder / sealed.part).unlink()
        except OSError as error:
            log.exception("part %d stays", sealed.seq)
            self._problem = tr(f"无法写入：{error}", f"cannot write: {error}")
            return
        self._segments += len(sealed.tracks)

    def _leave(self) -> None:
        rows = self._journal.rows
        whole = len(list(journal.of_kind(rows, "part"))) == len(journal.sealed_parts(rows))
        if rows and whole:
            frames, problem = self._keeper.frames, self._what_is_wrong()
            self._journal.write("sealed", frames=frames, ended=self._ended, problem=problem, recovered=False)
            self.state = RecorderState.SEALED
        self._sealer.close()
        self._server.close()
        control.remove_card(self.folder)
        drop_empty_log(self.folder)
        for reply in self._stoppers:
            reply.set_result({"frame": self._keeper.frames})

    def refuse(self) -> None:
        """After a failed arming: lets go of the source."""
        self._ring.close()
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
    order = Order(**{**said, "channels": tuple((int(n), str(who)) for n, who in said["channels"])})
    capture = None
    try:
        capture = Capture(folder, order)
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
    print(json.dumps({"armed": capture.status()}), flush=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever started it may go
    capture.run()
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    logging.shutdown()
    os._exit(code)  # a thread that hangs in a device must not keep the process
