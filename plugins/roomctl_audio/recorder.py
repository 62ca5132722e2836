"""The recorder as the host sees it: it starts a capture, or adopts the one that lives, and commands it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from roomctl import api
from roomctl.api import (
    Alarm,
    AlarmKind,
    BadInput,
    Busy,
    Envelope,
    Gap,
    Level,
    Order,
    RecorderState,
    RecorderStatus,
    RecordingReport,
    Refused,
    RoomctlError,
    Segment,
    TapOffer,
    tr,
)
from roomctl.api.process import boot, new_session
from roomctl_audio import control, monitor, playing
from roomctl_audio.capture import capacity
from roomctl_audio.capture.machine import DRIFT_PPM
from roomctl_audio.crossing import raised
from roomctl_audio.integrity import recovery
from roomctl_audio.journal import journal
from roomctl_audio.journal.file import load
from roomctl_audio.journal.following import follow
from roomctl_audio.sound import envelope, part
from roomctl_audio.sources import ordered
from roomctl_audio.timing import now as boot_clock

ARM_SECONDS = 30.0
ANSWER_SECONDS = 10.0


class AudioRecorder:
    """One recording in one folder. Nothing that matters is kept in here: any process may command the same capture.

    Args:
        standby: the room's, where an order names none.
        drift_ppm: from which the drift of a source's clock is an alarm.
        delivery: formats that will lie beside the masters, for the room on the disk.

    """

    def __init__(
        self, folder: Path, *, standby: str = "", drift_ppm: float = DRIFT_PPM, delivery: Sequence[str] = ()
    ) -> None:
        self.folder = folder.absolute()
        self._standby, self._drift_ppm, self._delivery = standby, drift_ppm, tuple(delivery)
        self._card: control.Card | None = None  # the last one seen: a folder can be taken away from a living capture

    # --- arming -----------------------------------------------------------------------------------------------------

    def arm(self, order: Order) -> RecorderStatus:
        """Starts a capture. After a refusal nothing is left behind.

        Raises:
            Busy: another capture lives in the folder.
            Refused: the folder holds a recording already.
            BadInput, NotFound, MissingPart: what the source or the disk lacks, with the numbers.

        """
        order = replace(_absolute(order), standby=order.standby or self._standby)
        ordered.check(order)
        self._need_free()
        made = self._make_folder()
        try:
            status = self._spawn(order)
        except BaseException:
            self._clear(made)
            raise
        return self._status(status)

    def _need_free(self) -> None:
        card = control.read_card(self.folder)
        if card and card.alive:
            raise Busy(
                tr(f"{self.folder} 正在录音", f"{self.folder} is being recorded into"),
                tr(f"进程 {card.process.pid} 占用着它", f"process {card.process.pid} holds it"),
                tr("请先停止它，或换一个文件夹", "stop it first, or choose another folder"),
            )
        if not self.folder.is_dir():
            return
        if (self.folder / journal.NAME).exists() or part.open_parts(self.folder):
            raise Refused(
                tr(f"不能录音到 {self.folder}", f"cannot record into {self.folder}"),
                tr("里面已有一段录音", "it holds a recording already"),
                tr("请换一个文件夹", "choose another folder"),
            )
        control.remove_card(self.folder)  # of a capture that died before it wrote anything

    def _make_folder(self) -> list[Path]:
        """The folders that were made for it, the innermost first."""
        made = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / control.LOG).touch()
        except OSError as error:
            self._clear(made)
            raise BadInput(
                tr(f"不能录音到 {self.folder}", f"cannot record into {self.folder}"),
                error.strerror or str(error),
                tr("请换一个可写的文件夹", "choose a folder that can be written to"),
            ) from error
        return made

    def _clear(self, made: list[Path]) -> None:
        with suppress(OSError):
            (self.folder / control.LOG).unlink()
        for path in made:
            with suppress(OSError):
                path.rmdir()

    def _sweep(self, pid: int) -> None:
        """What that capture left, which died while it was armed; another's card stays."""
        card = control.read_card(self.folder)
        if card is None or card.process.pid == pid:
            control.remove_card(self.folder)
        capacity.sweep(self.folder)

    def _spawn(self, order: Order) -> Mapping[str, Any]:
        with (self.folder / control.LOG).open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "roomctl_audio.capture", str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "ROOMCTL_LANG": api.language()},
                **new_session(),
            )
        threading.Thread(target=child.wait, name="reaper", daemon=True).start()  # no zombie, whoever outlives whom
        assert child.stdin is not None  # noqa: S101 - both were asked for
        assert child.stdout is not None  # noqa: S101
        said: Mapping[str, Any] = {}
        try:
            with suppress(BrokenPipeError):
                more = {"alarm_drift_ppm": self._drift_ppm, "delivery": self._delivery}
                child.stdin.write(json.dumps(asdict(order) | more).encode() + b"\n")
                child.stdin.flush()
            said = _line(child.stdout)
        finally:
            if "armed" not in said:
                child.kill()
            if not said:
                child.wait()
                self._sweep(child.pid)
            for pipe in (child.stdin, child.stdout):
                with suppress(BrokenPipeError):
                    pipe.close()
        if "armed" in said:
            armed: Mapping[str, Any] = said["armed"]
            return armed
        if "error" in said:
            raise raised(said["error"])
        raise RoomctlError(
            tr("录音进程没有启动", "the capture process did not start"),
            _last_line(self.folder / control.LOG),
            "roomctl doctor",
        )

    # --- commands ---------------------------------------------------------------------------------------------------

    def start(self, *, limit: int | None = None) -> int:
        """Args: limit: frames after which it stops by itself. Raises: Refused, where it is not armed."""
        return self._command({"do": "start", "limit": limit})

    def pause(self, *, until: datetime | None = None) -> int:
        return self._command({"do": "pause", "until": until.isoformat() if until else None})

    def resume(self) -> int:
        return self._command({"do": "resume"})

    def mark(self, kind: str, note: str = "", *, back: float = 0.0, of: int = 0) -> int:
        asked = (("back", back), ("of", of))
        more = {name: value for name, value in asked if value}  # a capture that was not updated knows neither
        return self._command({"do": "mark", "kind": str(kind), "note": note, **more})

    def _command(self, message: control.Message) -> int:
        reply = self._ask(message, ANSWER_SECONDS)
        if reply is None:
            raise Refused(
                tr("录音机不能执行", "the recorder cannot do that"),
                tr(f"{self.folder} 没有在录音", f"nothing is being recorded into {self.folder}"),
            )
        return int(reply["frame"])

    def _ask(self, message: control.Message, timeout: float | None) -> control.Message | None:
        card = self._card = control.read_card(self.folder) or self._card
        if card is None:
            return None
        reply = control.ask(card, message, timeout=timeout)
        if reply and "error" in reply:
            raise raised(reply["error"])
        return reply

    def status(self) -> RecorderStatus:
        """Of the living capture, else what the journal says."""
        reply = self._ask(control.STATUS, ANSWER_SECONDS)
        return self._status(reply) if reply else self._past()

    def _status(self, said: Mapping[str, Any]) -> RecorderStatus:
        gaps = tuple(Gap(**gap) for gap in said["gaps"])
        kept = said["levels"] is None
        levels = (
            envelope.last(self.folder, said["tracks"]) if kept else tuple(Level(**level) for level in said["levels"])
        )
        return RecorderStatus(
            state=RecorderState(said["state"]),
            tracks=said["tracks"],
            sample_rate=said["sample_rate"],
            bits=said["bits"],
            source=said["source"],
            realtime=bool(said.get("realtime")),
            standby=said["standby"],
            started=_moment(said["started"]),
            frames=said["frames"],
            sealed_frames=said["sealed_frames"],
            dropped=journal.dropped(gaps),
            gaps=gaps,
            segments=said["segments"],
            levels=levels,
            peak_dbfs=envelope.loudest(self.folder, said["tracks"])
            if kept
            else tuple(level.peak for level in levels),
            alarms=tuple(_alarm(each) for each in said["alarms"]),
            drift_ppm=said["drift_ppm"],
            paused_since=_moment(said["paused_since"]),
            pause_until=_moment(said["pause_until"]),
            seconds_left=said["seconds_left"],
            total_frames=said["total_frames"],
            ended=said["ended"],
            stopped=bool(said.get("stopped")),
            problem=said["problem"],
        )

    def _past(self) -> RecorderStatus:
        followed = follow(self.folder)
        rows, report = followed.parsed.rows, followed.report
        sealed = journal.first(rows, "sealed")
        stop = journal.first(rows, "stop") or {}
        status = RecorderStatus(
            state=RecorderState.IDLE,
            stopped=bool(stop.get("asked")),
            tracks=report.tracks,
            sample_rate=report.sample_rate or Order(source="").sample_rate,
            frames=report.frames,
            dropped=report.dropped,
            gaps=report.gaps,
            segments=len(report.segments),
            sealed_frames=report.frames,
            restarted=restarted(rows),
            **_origin(rows),
        )
        if sealed:
            ended, problem = bool(sealed["ended"]), str(sealed["problem"])
            return replace(status, state=RecorderState.SEALED, ended=ended, problem=problem)
        if rows:
            problem = tr("录音进程中断，请运行 recording recover", "the capture died: run recording recover")
            return replace(status, state=RecorderState.STOPPING, problem=problem)
        gone = "" if self.folder.is_dir() else tr(f"找不到文件夹 {self.folder}", f"there is no folder {self.folder}")
        return replace(status, problem=gone)

    # --- the end ----------------------------------------------------------------------------------------------------

    def disarm(self) -> None:
        """Waits until the device is free."""
        self._ask({"do": "stop", "armed": True}, None)  # a capture that was not updated reads no further than `stop`

    def stop(self) -> RecordingReport:
        """Waits until the last segment is sealed. Where the capture has died, what it left is recovered."""
        self._ask({"do": "stop"}, None)
        rows = load(self.folder).rows
        if rows and not journal.first(rows, "sealed"):
            return self.recover()
        return journal.report(rows)

    def recover(self) -> RecordingReport:
        try:
            return recovery.recover(self.folder)
        except OSError as error:
            raise RoomctlError(
                tr(f"不能恢复 {self.folder}", f"cannot recover {self.folder}"),
                error.strerror or str(error),
                tr(
                    "声音都在：请腾出空间后再试",
                    "the sound is there: free some space, then try again",
                ),
            ) from error

    def report(self) -> RecordingReport:
        return follow(self.folder).report

    def verify(self) -> RecordingReport:
        return recovery.verify(self.folder)

    # --- what is on disk, for eyes and ears ------------------------------------------------------------------------

    def envelope(self, *, first: float = 0.0, last: float | None = None, points: int = 600) -> Envelope:
        return envelope.of(self.folder, self.status(), first=first, last=last, points=points)

    def levels(self, tracks: int) -> Sequence[Level]:
        return envelope.last(self.folder, tracks)

    def listen(self, *, track: int | None = None, behind: float = 2.0) -> Iterator[bytes]:
        return monitor.listen(self.folder, track=track, behind=behind)

    def samples(self, segments: Sequence[Segment], at: int, frames: int) -> bytes:
        return playing.reader.samples([self.folder / one.path for one in segments], at, frames)

    def tap(self) -> TapOffer:
        monitor.layout_of(self.folder)  # or there is nothing to read along
        return TapOffer("roomctl_audio.tap:Tap", {"folder": str(self.folder)})


def _origin(rows: Sequence[journal.Row]) -> dict[str, Any]:
    """What the journal says of a recording's source and beginning."""
    opened, part_row = journal.first(rows, "opened"), journal.first(rows, "part")
    if not opened:
        return {}
    switches = list(journal.of_kind(rows, "source"))
    return {
        "bits": opened["bits"],
        "source": (switches[-1] if switches else opened).get("source", ""),
        "standby": opened["order"].get("standby", ""),
        "realtime": bool(opened["order"].get("realtime")),
        "started": _moment(part_row["utc"]) if part_row else None,
        "total_frames": opened["total_frames"],
    }


def restarted(rows: Sequence[journal.Row]) -> bool | None:
    """Whether the machine was started anew since: its run has another name, or its clock began again."""
    opened = journal.first(rows, "opened") or {}
    if (then := opened.get("boot")) and (now := boot()):
        return bool(then != now)
    return True if max((float(row.get("monotonic", 0.0)) for row in rows), default=0.0) > boot_clock() else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _alarm(said: Mapping[str, Any]) -> Alarm:
    return Alarm(**{**said, "kind": AlarmKind(said["kind"]), "since": datetime.fromisoformat(said["since"])})


def _absolute(order: Order) -> Order:
    """A capture has a working folder of its own."""
    kind, _, name = order.source.partition(":")
    return replace(order, source=f"file:{Path(name).absolute()}") if kind == "file" and name else order


def _line(pipe: IO[bytes]) -> Mapping[str, Any]:
    """The one line that a capture says, or nothing where it ends or is silent for too long."""
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.readline()), daemon=True)
    reader.start()
    reader.join(ARM_SECONDS)
    try:
        return dict(json.loads(heard[0])) if heard else {}
    except ValueError:
        return {}


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
