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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from roomctl.api import (
    BadInput,
    Busy,
    Gap,
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
from roomctl_audio.levels import peaks
from roomctl_audio.part import Part
from roomctl_audio.ring import Chunk, Ring
from roomctl_audio.sealing import Sealed, Sealer
from roomctl_audio.sources import failure, open_source

WRITE_SECONDS = 0.1
SYNC_SECONDS = 1.0
RING_SECONDS = 10.0
"""Outlasts the slowest fsync."""
FIRST_SOUND_SECONDS = 10.0
LARGEST_WRITE = 1 << 20
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
        self._part: Part | None = None
        self._seq = 0
        self._frames = 0  # in closed parts
        self._segment = max(1, round(order.segment_seconds * order.sample_rate))
        self._limit: int | None = None
        self._pending = b""  # taken from the ring; the full disk has not taken it yet
        self._heard = b""  # what was last heard while nothing is kept
        self._unkept = 0  # frames heard during this pause
        self._paused_at = 0.0
        self._pace = (0.0, 0)  # moment and frame from which a file in real time is paced
        self._synced = 0.0
        self._gaps: list[Gap] = []
        self._segments = 0
        self._overflows = 0
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
        """As `RecorderStatus`; levels only while nothing is kept, for else they are read from the part."""
        heard = self._heard or (self._ring.peek() if self.state is RecorderState.ARMED else b"")
        return {
            "state": self.state.value,
            "tracks": self.layout.tracks,
            "bits": self.layout.bits,
            "sample_rate": self.layout.rate,
            "frames": self.frames,
            "gaps": [asdict(gap) for gap in self._gaps],
            "segments": self._segments,
            "peaks": peaks(heard, self.layout) if heard else None,
            "part": self._part.path.name if self._part else None,
            "total_frames": self.source.total_frames,
            "ended": self._ended,
            "problem": self._problem or self.source.problem,
        }

    @property
    def frames(self) -> int:
        """Kept on disk."""
        return self._frames + (self._part.frames if self._part else 0)

    def _need(self, *states: RecorderState) -> None:
        if self.state not in states:
            raise Refused(
                tr("录音机不能执行", "the recorder cannot do that"),
                tr(f"它现在是 {self.state.value}", f"it is {self.state.value}"),
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
        self._limit = limit
        if not self._waits:
            self._discard()
        self._heard = b""
        self._go(RecorderState.RECORDING)
        return {"frame": 0}

    def _go(self, state: RecorderState) -> None:
        self._pace = (time.monotonic(), self.frames)
        self.state = state

    def _pause(self) -> dict[str, Any]:
        self._need(RecorderState.RECORDING)
        self._drain()
        self._close_part()
        self._journal.write("pause", frame=self.frames)
        self._unkept, self._paused_at = 0, time.monotonic()
        self.state = RecorderState.PAUSED
        return {"frame": self.frames}

    def _resume(self) -> dict[str, Any]:
        self._need(RecorderState.PAUSED)
        self._discard()
        lost = round((time.monotonic() - self._paused_at) * self.layout.rate) if self._waits else self._unkept
        self._gap(lost, "pause")
        self._journal.write("resume", frame=self.frames)
        self._heard = b""
        self._go(RecorderState.RECORDING)
        return {"frame": self.frames}

    def _mark(self, kind: str, note: str = "") -> dict[str, Any]:
        self._need(RecorderState.RECORDING, RecorderState.PAUSED)
        if kind not in {each.value for each in MarkKind}:
            raise BadInput(
                tr(f"未知的标记 {kind}", f"unknown mark {kind}"), mend=", ".join(k.value for k in MarkKind)
            )
        self._journal.write("mark", mark=kind, frame=self.frames, note=str(note))
        return {"frame": self.frames}

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
        if self.state in {RecorderState.ARMED, RecorderState.PAUSED}:
            self._discard()
        elif self.state is RecorderState.RECORDING:
            try:
                self._record()
            except OSError as error:
                log.exception("cannot write")
                self._problem = tr(f"无法写入：{error}", f"cannot write: {error}")
                self.stop()

    def _discard(self) -> None:
        """Takes what a device says while nothing is kept. A file is held instead."""
        if self._waits:
            return
        chunks = self._ring.take(self.layout.second * 60)
        if chunks:
            self._heard = b"".join(chunk.data for chunk in chunks)[-self.layout.second :]
            self._unkept += sum(chunk.lost + len(chunk.data) // self.layout.frame for chunk in chunks)

    def _record(self) -> None:
        """One write: as much as there is, up to the segment's end, the limit, or what is due in real time."""
        if self._pending:
            self._retry()
        elif self._may_write():
            for chunk in self._ring.take(self._budget() * self.layout.frame):
                self._keep(chunk)
        self._turn()
        if self._ring.finished and not self._pending:
            self._gap(self._ring.lost_at_end(), "overflow")
            self._ended = True
            self.stop()
        elif self._limit is not None and self.frames >= self._limit:
            self.stop()

    def _budget(self) -> int:
        """Frames that may be taken now."""
        budget = LARGEST_WRITE // self.layout.frame
        budget = min(budget, self._segment - (self._part.frames if self._part else 0))
        if self._limit is not None:
            budget = min(budget, self._limit - self.frames)
        if self._waits and self.order.realtime:
            since, frame = self._pace
            budget = min(budget, frame + int((time.monotonic() - since) * self.layout.rate) - self.frames)
        return max(0, budget)

    def _keep(self, chunk: Chunk) -> None:
        if chunk.lost:
            self._gap(chunk.lost, "disk" if self._problem else "overflow")
        if self._part is None:
            self._open_part(len(chunk.data))
        self._write(self._pending + chunk.data)

    def _write(self, data: bytes) -> None:
        assert self._part is not None  # noqa: S101 - opened by whoever calls
        done = self._part.write(data)
        self._pending = data[done:]
        if self._pending and not self._problem:
            self._problem = tr("磁盘已满", "the disk is full")
            log.error("disk full at frame %d", self.frames)
        elif not self._pending:
            self._problem = ""
        now = time.monotonic()
        if now - self._synced >= SYNC_SECONDS:
            self._part.sync()
            self._synced = now

    def _retry(self) -> None:
        """The disk was full; meanwhile the ring counts what it cannot hold."""
        self._write(self._pending)

    def _drain(self) -> None:
        """What a device has said up to this moment belongs to what is kept."""
        if self._waits or self._pending:
            return
        while self._ring.size and (budget := self._budget()):
            for chunk in self._ring.take(budget * self.layout.frame):
                self._keep(chunk)
            self._turn()

    def _turn(self) -> None:
        if self._part and self._part.frames >= self._segment and not self._pending:
            self._close_part()

    def _open_part(self, waiting: int) -> None:
        """The row follows the empty file, the sound follows the row: a part with sound in it always has its row."""
        late = 0.0 if self._waits else (self._ring.size + waiting) / self.layout.second
        utc, monotonic = datetime.now(UTC) - timedelta(seconds=late), time.monotonic() - late
        self._seq += 1
        self._part = Part(self.folder, self._seq, self._frames, self.layout.frame)
        self._journal.write(
            "part", seq=self._seq, first_frame=self._frames, utc=utc.isoformat(), monotonic=round(monotonic, 6)
        )
        self._overflows = self.source.overflows

    def _close_part(self) -> None:
        part, self._part = self._part, None
        if part is None:
            return
        part.close()
        self._frames += part.frames
        request = {
            "do": "seal",
            "part": part.path.name,
            "seq": part.seq,
            "tracks": self.layout.tracks,
            "bits": self.layout.bits,
            "rate": self.layout.rate,
            "titles": self.order.channels,
        }
        self._sealer.submit(request, self.source.overflows - self._overflows)

    def _gap(self, frames: int, reason: str) -> None:
        if frames:
            gap = Gap(self.frames + len(self._pending) // self.layout.frame, frames, reason)
            self._gaps.append(gap)
            self._journal.write("gap", **asdict(gap))

    # --- the end ----------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Keeps what was heard up to now, and begins to seal."""
        if self.state in {RecorderState.STOPPING, RecorderState.SEALED}:
            return
        if self.state is RecorderState.RECORDING:
            try:
                self._drain()
                lost = -(-len(self._pending) // self.layout.frame)
                self._pending = b""
                self._close_part()
                self._gap(lost, "disk")
            except OSError:
                log.exception("at the end")
        self.source.close()
        self._ring.close()
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
            problem = self._problem or self.source.problem
            self._journal.write("sealed", frames=self.frames, ended=self._ended, problem=problem, recovered=False)
            self.state = RecorderState.SEALED
        self._sealer.close()
        self._server.close()
        (self.folder / control.CARD).unlink(missing_ok=True)
        drop_empty_log(self.folder)
        for reply in self._stoppers:
            reply.set_result({"frame": self.frames})

    def refuse(self) -> None:
        """After a failed arming: lets go of the source."""
        self._ring.close()
        self.source.close()

    def signalled(self) -> None:
        """SIGTERM is a normal stop."""
        self._inbox.put(None)


LOG = "capture.log"


def drop_empty_log(folder: Path) -> None:
    """A log that says nothing is not kept. Windows lets go of it only after its process."""
    with contextlib.suppress(OSError):
        if not (folder / LOG).stat().st_size:
            (folder / LOG).unlink()


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
