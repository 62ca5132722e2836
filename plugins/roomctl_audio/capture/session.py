"""One recording while it is made: what the operator does to it, what is kept of it, and what is wrong with it."""

import contextlib
import logging
import math
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from roomctl.api import AlarmKind, BadInput, Level, MarkKind, Order, RecorderState, Refused, tr
from roomctl.api.process import boot
from roomctl_audio.capture import capacity
from roomctl_audio.capture.alarms import Alarms
from roomctl_audio.capture.keeper import Keeper
from roomctl_audio.capture.machine import DRIFT_PPM, Facts, Machine
from roomctl_audio.capture.pausing import Break, Overtime, Tenths
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import JournalFile
from roomctl_audio.sealing.finishing import sealing
from roomctl_audio.sealing.sealer import Sealed, Sealer
from roomctl_audio.sound.part import Part
from roomctl_audio.sources.ring import Loss, Ring
from roomctl_audio.sources.source import Source
from roomctl_audio.timing import now as boot_clock
from roomctl_audio.watch.watching import Heard, Watching

RING_SECONDS = 10.0
"""Outlasts the slowest fsync."""
PARTS_WAITING = 3
"""With this many parts unfinished, a file that is read as fast as it goes is held, or it fills the disk."""
LOOK_SECONDS = 0.25
"""Between two looks at the machine."""
FARTHEST_BACK = 366 * 86_400
"""Seconds; earlier than the start of any recording."""

log = logging.getLogger("roomctl.audio.capture")


class Session:
    """Called by capture's main thread alone.

    Args:
        post: takes, in other threads, what the children of the recording have to say; it comes back through `sealed`
            and `heard`.
        drift_ppm: from which a drift is an alarm.
        clock: seconds, monotonic.

    """

    def __init__(
        self,
        folder: Path,
        order: Order,
        source: Source,
        post: Callable[[Sealed | Heard], None],
        *,
        drift_ppm: float = DRIFT_PPM,
        clock: Callable[[], float] = boot_clock,
    ) -> None:
        self.folder, self.order, self.source = folder, order, source
        self.layout, self.waits = source.layout, source.waits
        self.state = RecorderState.IDLE
        capacity_bytes = round(RING_SECONDS * self.layout.second)
        self.ring = Ring(capacity_bytes, self.layout.frame, waits=self.waits, rate=self.layout.rate)
        self.sealer = Sealer(folder, post)
        self._post, self._clock = post, clock
        self._rows = JournalFile(folder)
        held_back = capacity.reserve_bytes(order.planned_seconds, self.layout, order.segment_seconds)
        self._reserve = capacity.Reserve(folder, held_back)
        self._keeper = Keeper(
            folder,
            order,
            source,
            self.ring,
            self._rows,
            self._reserve,
            opened=self._opened,
            closed=self._closed,
        )
        self._alarms = Alarms(self._rows)
        self._machine = Machine(self._alarms, drift_ppm)
        self._watching: Watching | None = None
        self._looked = 0.0
        self._tenths = Tenths(self.layout)
        self._levels: tuple[Level, ...] = ()
        self._break: Break | None = None
        self._overtime: Overtime | None = None
        self._paused_at = 0.0
        self._paused_since = self._pause_until = ""
        self._main = source.name
        self._seconds_left = float("inf")
        self._segments = self._sealed_frames = self._sealed_bytes = 0
        self._waiting: dict[int, float] = {}  # parts that are not sealed yet, and since when they are closed
        self._rowless: list[tuple[Sealed, float | None]] = []  # finished parts without their row; the drift then
        self._unwritten = ""  # why
        self.ended = self.stopped = False
        self.problem = ""

    def armed(self) -> None:
        """The source delivers: it may be started."""
        self.sealer.start()
        if self.order.watch and not self._races:  # it takes a while to load: by the first frame it is there
            self._watching = Watching(self.folder, self.layout, self._post)
            self._watching.start()
        self._hear(self._keeper.discard() or self.ring.peek())
        self.state = RecorderState.ARMED
        self._look()

    # --- what the operator does -------------------------------------------------------------------------------------

    def need(self, *states: RecorderState) -> None:
        """Raises: Refused, in any other state."""
        if self.state not in states:
            raise Refused(
                tr("录音机不能执行", "the recorder cannot do that"),
                tr(f"它现在“{self.state.label}”", f"it is {self.state.label}"),
            )

    def start(self, limit: int | None = None) -> dict[str, Any]:
        """From here on everything is kept. Raises: Refused, BadInput, OSError."""
        self.need(RecorderState.ARMED)
        if limit is not None and not (_whole(limit) and limit > 0):
            raise BadInput(tr(f"帧数 {limit!r} 无法识别", f"not a number of frames: {limit!r}"))
        if not self._rows.rows:  # else it was tried before, on a full disk
            self._rows.write(
                "opened",
                order={field.name: getattr(self.order, field.name) for field in fields(self.order)},
                source=self.source.name,
                tracks=self.layout.tracks,
                sample_rate=self.layout.rate,
                bits=self.layout.bits,
                waits=self.waits,
                total_frames=self.source.total_frames,
                utc=datetime.now(UTC).isoformat(),
                monotonic=self._clock(),
                boot=boot(),
            )
        self._rows.write("start", frame=0)
        self._alarms.open()
        self._keeper.limit = limit
        self._keeper.discard()
        self._keeper.begin()
        self._reserve.make()
        self._overtime = Overtime(self._clock() + self.order.planned_seconds)
        self.state = RecorderState.RECORDING
        return {"frame": 0}

    def pause(self, until: str | None = None) -> dict[str, Any]:
        """Nothing is kept from here on, as planned until then (ISO 8601). Raises: Refused, BadInput, OSError."""
        self.need(RecorderState.RECORDING)
        planned = _moment(until) if until else None
        self._keeper.finish()
        self._rows.write("pause", frame=self._keeper.frames, until=planned.isoformat() if planned else None)
        self._keeper.begin_discarding()
        self._paused_at = self._clock()
        since = datetime.now(UTC)
        self._paused_since, self._pause_until = since.isoformat(), planned.isoformat() if planned else ""
        self._break = Break(self._paused_at + (planned - since).total_seconds() if planned else None)
        self.state = RecorderState.PAUSED
        return {"frame": self._keeper.frames}

    def resume(self) -> dict[str, Any]:
        """Everything is kept again. Raises: Refused, OSError."""
        self.need(RecorderState.PAUSED)
        # before the pause is counted: where it fails, it goes on
        self._rows.write("resume", frame=self._keeper.frames)
        self._keeper.discard()
        by_clock = round((self._clock() - self._paused_at) * self.layout.rate)
        self._keeper.declare(Loss(by_clock if self.waits else self._keeper.unkept(), "pause"))
        self._end_break()
        self._keeper.begin()
        self.state = RecorderState.RECORDING
        return {"frame": self._keeper.frames}

    def _end_break(self) -> None:
        self._break = None
        self._paused_since = self._pause_until = ""
        for kind in (AlarmKind.SPEECH_IN_PAUSE, AlarmKind.BREAK_OVER, AlarmKind.ITEM_IN_PAUSE):
            self._alarms.end(kind, frame=self._keeper.frames)

    def mark(self, kind: str, note: str = "", back: float = 0.0, of: int = 0) -> dict[str, Any]:
        """A mark at the present frame, or `back` seconds earlier. Raises: Refused, BadInput, OSError."""
        self.need(RecorderState.RECORDING, RecorderState.PAUSED)
        if kind not in {each.value for each in MarkKind}:
            raise BadInput(
                tr(f"未知的标记 {kind}", f"unknown mark {kind}"), mend=", ".join(k.value for k in MarkKind)
            )
        if not (_whole(of) and of >= 0):
            raise BadInput(tr(f"没有编号为 {of!r} 的标记", f"there is no mark {of!r}"))
        if not (_number(back) and 0 <= back <= FARTHEST_BACK):
            raise BadInput(tr(f"标记不能在 {back!r} 秒之前", f"a mark cannot stand {back!r} s back"))
        frame = max(0, self._keeper.frames - round(back * self.layout.rate))
        self._rows.write("mark", mark=kind, frame=frame, note=str(note), back=back, of=of)
        if self._break and kind == MarkKind.ITEM:
            self._break.item()
        return {"frame": frame}

    # --- as it stands -----------------------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """As `RecorderStatus`; levels only where they cannot be read from what is on disk."""
        keeper = self._keeper
        kept = self.state is RecorderState.RECORDING
        return {
            "state": self.state.value,
            "tracks": self.layout.tracks,
            "bits": self.layout.bits,
            "sample_rate": self.layout.rate,
            "source": self.source.name,
            "realtime": self.order.realtime,
            "standby": self.source.standby,
            "started": keeper.started,
            "frames": keeper.frames,
            "sealed_frames": self._sealed_frames,
            "gaps": [asdict(gap) for gap in keeper.gaps],
            "segments": self._segments,
            "levels": None if kept else [asdict(level) for level in self._levels],
            "alarms": self._alarms.standing,
            "drift_ppm": self.source.drift_ppm,
            "seconds_left": None if math.isinf(self._seconds_left) else self._seconds_left,
            "paused_since": self._paused_since or None,
            "pause_until": self._pause_until or None,
            "total_frames": self.source.total_frames,
            "ended": self.ended,
            "stopped": self.stopped,
            "problem": self.what_is_wrong(),
        }

    def what_is_wrong(self) -> str:
        """One line; empty where nothing is."""
        return self.problem or self._keeper.problem or self._unwritten or self.sealer.trouble or self.source.problem

    @property
    def frames(self) -> int:
        """Kept so far."""
        return self._keeper.frames

    def came_back(self) -> bool:
        """Whether the folder was taken away and has been made again; told once."""
        restored, self._keeper.restored = self._keeper.restored, False
        return restored

    @property
    def hurries(self) -> bool:
        """A file that is read as fast as it goes: the ring says when there is more to write."""
        return self.state is RecorderState.RECORDING and self._races and self._may_write()

    @property
    def _races(self) -> bool:
        """A file as fast as it goes. No watch keeps up with it, and an alarm of it would help nobody."""
        return self.waits and not self.order.realtime

    def _may_write(self) -> bool:
        return self.sealer.waiting < PARTS_WAITING or not self._races

    # --- ten times a second -----------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Takes what the source has said, and looks at what may be wrong."""
        if self.state is RecorderState.ARMED and not self.folder.is_dir():
            log.error("the folder is gone, and nothing was recorded: nobody can find this capture any more")
            self.stop()
        elif self.state in {RecorderState.ARMED, RecorderState.PAUSED}:
            self._hear(self._keeper.discard())
        elif self.state is RecorderState.RECORDING:
            self._keep()
        self._write_sealed()
        self._look()

    def _keep(self) -> None:
        if self._may_write():
            self._keeper.keep()
        if self._overtime and self._overtime.wanted(self._clock()):
            for levels in self._tenths.cut(self._keeper.heard):
                self._overtime.speech.hear([level.rms for level in levels])
        self.ended = self._keeper.ended
        if self.ended or self._keeper.complete:
            self.stop()

    def _hear(self, data: bytes) -> None:
        for levels in self._tenths.cut(data):
            self._levels = levels
            if self._break:
                self._break.speech.hear([level.rms for level in levels])

    def _look(self) -> None:
        now = self._clock()
        if now - self._looked < LOOK_SECONDS or self.state in {RecorderState.STOPPING, RecorderState.SEALED}:
            return
        self._looked = now
        try:
            self._inspect(now)
        except Exception:  # looking for trouble must cost no sound
            log.exception("cannot tell what is wrong")

    def _inspect(self, now: float) -> None:
        frame = self._keeper.frames
        with contextlib.suppress(OSError):  # a folder that is gone is told by whoever writes to it
            self._seconds_left = capacity.seconds_left(self.folder, self.layout, rate=self._disk_rate)
        facts = Facts(
            frame=frame,
            seconds_left=self._seconds_left,
            disk_full=self._keeper.full,
            folder="" if self._keeper.full else self._keeper.problem,
            lost=sum(gap.frames for gap in self._keeper.gaps if gap.reason == "overflow"),
            drift_ppm=self.source.drift_ppm,
            gone=self._main if self.source.gone else "",
            standby=self.source.name if self.source.replaced else "",
            waiting=len(self._waiting),
            waits=now - min(self._waiting.values(), default=now),
        )
        self._machine.look(facts, now)
        asking = self._break or (self._overtime if self.state is RecorderState.RECORDING else None)
        for due in asking.look(now) if asking else ():
            self._alarms.end(due.kind, frame=frame)
            if due.on:
                self._alarms.begin(due.kind, frame=frame, value=due.value)
        self._alarms.tell()

    @property
    def _disk_rate(self) -> float:
        """Bytes a second that it takes up: as its sealed segments do, and until there is one as raw sound."""
        if not self._sealed_frames:
            return float(self.layout.second)
        return self._sealed_bytes / self._sealed_frames * self.layout.rate

    # --- what its children say --------------------------------------------------------------------------------------

    def _opened(self, part: Part) -> None:
        if self._watching:
            self._watching.follow(part.seq, part.first_frame)

    def _closed(self, part: Part, overflows: int) -> None:
        levels_from = part.first_frame if self.order.watch and self._races else None
        request = sealing(part.path.name, part.seq, self.layout, self.order.channels, levels_from)
        self._waiting[part.seq] = self._clock()
        self.sealer.submit(request, overflows)

    def heard(self, said: Heard) -> None:
        """The watch raises or ends an alarm of the signal."""
        alarm = said.alarm
        kind, track, frame = AlarmKind(alarm["kind"]), alarm["track"], int(alarm["frame"])
        if said.on:
            self._alarms.begin(kind, track=track, frame=frame, value=alarm["value"], detail=alarm["detail"])
        else:
            self._alarms.end(kind, track, frame=frame)

    def sealed(self, done: Sealed) -> None:
        """The row of a finished part; only when it is durable does the part go."""
        self.sealer.handled()
        if done.error:
            log.error("part %d stays: %s", done.seq, done.error)
            self.problem = done.error
            return
        self._rowless.append((done, self.source.drift_ppm))
        self._write_sealed()

    def _write_sealed(self) -> None:
        """The rows of the parts that are finished. What the disk does not take is written when there is room."""
        while self._rowless:
            done, drift = self._rowless[0]
            try:
                self._rows.seal(done.seq, done.frames, done.tracks, overflows=done.overflows, drift_ppm=drift)
            except OSError as error:
                if not self._unwritten:
                    log.exception("part %d stays for now", done.seq)
                self._unwritten = tr(f"无法写入：{error}", f"cannot write: {error}")
                return
            del self._rowless[0]
            self._unwritten = ""
            self._gone(done)

    def _gone(self, done: Sealed) -> None:
        """Counts a part whose row is durable, and takes it away."""
        self._waiting.pop(done.seq, None)
        self._segments += len(done.tracks)
        self._sealed_frames += done.frames
        with contextlib.suppress(OSError):
            self._sealed_bytes += sum((self.folder / track["path"]).stat().st_size for track in done.tracks)
        try:
            (self.folder / done.part).unlink()
        except OSError:  # its sound is sealed; the file is in nobody's way, and a recovery takes it
            log.exception("part %d is sealed, and its file stays", done.seq)

    # --- the end ----------------------------------------------------------------------------------------------------

    def stop(self, *, asked: bool = False) -> None:
        """Keeps what was heard up to now, and begins to seal. `asked`: somebody wants it so."""
        self.stopped = self.stopped or asked
        if self.state in {RecorderState.STOPPING, RecorderState.SEALED}:
            return
        if self.state is RecorderState.RECORDING:
            try:
                at = self._clock()
                self._keeper.finish()
                self._rows.write("stop", frame=self._keeper.frames, monotonic=at, asked=asked)
            except OSError:
                log.exception("at the end")
        elif self.state is RecorderState.PAUSED:
            with contextlib.suppress(OSError):  # the row only tells that nothing was lost, which the pause tells too
                self._rows.write("stop", frame=self._keeper.frames, asked=asked)
        self.source.close()
        self.ring.close()
        self.sealer.ending()
        self.state = RecorderState.STOPPING

    @property
    def over(self) -> bool:
        """Everything is sealed, or cannot be."""
        return self.state is RecorderState.STOPPING and not self.sealer.waiting

    def leave(self) -> None:
        """The last rows; the children go."""
        if self._watching:
            self._watching.close()
        self._reserve.give_back()
        rows = self._rows.rows
        with contextlib.suppress(OSError):
            self._keeper.tell()
        self._write_sealed()  # there may be room now
        whole = len(list(journal.of_kind(rows, "part"))) == len(journal.sealed_parts(rows))
        self._alarms.close(self._keeper.frames)
        if rows and whole:
            frames, problem = self._keeper.frames, self.what_is_wrong()
            try:
                self._rows.write("sealed", frames=frames, ended=self.ended, problem=problem, recovered=False)
                self.state = RecorderState.SEALED
            except OSError:
                log.exception("not sealed")
        self.sealer.close()


def _whole(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool)


def _number(given: object) -> bool:
    return _whole(given) or isinstance(given, float)


def _moment(text: str) -> datetime:
    """Raises: BadInput."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput(
            tr(f"时间 {text} 无法识别", f"cannot read the time {text}"), mend="2026-03-02T10:30:00+08:00"
        ) from error
