"""The demo's meeting, stage by stage. Each stage does what the meeting's state says is left to do, so that one that
was cut off at any moment is finished by the next run on the same work dir.
"""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from roomctl.app import Application
from roomctl.cli.check import line as check_line
from roomctl.cli.screen import attendance_line
from roomctl.cli.stages import Stage, View
from roomctl.domain.attendance import Method
from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import DEFAULT_ZONE, AgendaItem, Meeting, MeetingId, Objected
from roomctl.domain.recording import Order, RecorderState, RecordingHead
from roomctl.errors import Busy, Refused, RoomctlError
from roomctl.i18n import several, tr
from roomctl.services.identity import new_id

CLIP = Path(__file__).parent / "clip"
AUDIO = CLIP / "demo_60s.flac"
TITLE = "城区停车场建设专题研究"
SECRETARY = "演示记录员"
ARCHIVIST = "演示归档员"
CHAIR = "张建国"
FOLLOWED = 3
"""Captures that may die in one recording, before something is wrong with the machine."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line.

    Attributes:
        source: as the recorder takes it, `file:PATH` or `mic[:NAME]`.
        known: the shipped clip, whose text is known.

    """

    source: str
    realtime: bool = False
    known: bool = True


class Story:
    """One meeting, from check to archive."""

    def __init__(self, application: Application, options: Options, view: View) -> None:
        self.application, self.options, self.view = application, options, view
        self.use = application.usecases
        self.id = self._unfinished() or ""
        self.verdict: dict[str, Any] = {}

    def _unfinished(self) -> str | None:
        open_states = [state for state in State if state not in {State.ARCHIVED, State.CANCELLED}]
        left = [m for m in self.use.meetings(*open_states) if m.kind == KIND]
        return left[0].id if left else None

    @property
    def meeting(self) -> Meeting:
        return self.use.meeting(self.id)

    def run(self) -> None:
        """All stages that are left."""
        self.prepare()
        self.check()
        self.sign_in()
        self.record()
        self.transcribe()
        self.draft()
        self.close()
        self.deposit()
        self.verify()
        self.accept()

    # --- before

    def prepare(self) -> None:
        with self.view.stage("prepare", tr("会议方案", "Plan")) as stage:
            if not self.id:
                self._create()
            elif self.meeting.state is not State.PLANNED:
                stage.say(
                    tr(
                        f"接着上次没有走完的会议（{self.meeting.state.label}）",
                        "going on with the one that was cut off",
                    )
                )
            if self.meeting.state is State.PLANNED:
                if not self.use.roster(self.id):
                    roster = import_module("roomctl_signin.roster")
                    self.use.add_people(self.id, roster.read(CLIP / "roster.csv"))
                self.use.transition(self.id, State.APPROVED)
                self.use.transition(self.id, State.OPEN)
            if not stage.words:
                stage.say(f"{TITLE}  {self.meeting.starts:%Y-%m-%d %H:%M}  {self.meeting.place}")

    def _create(self) -> None:
        local = (
            self.application.clock.now()
            .astimezone(ZoneInfo(DEFAULT_ZONE))
            .replace(tzinfo=None, second=0, microsecond=0)
        )
        meeting = Meeting(
            id=MeetingId(new_id()),
            room=self.use.room.id,
            title=TITLE,
            starts=local,
            planned_minutes=60,
            kind=KIND,
            place=self.use.room.name,
            chair=CHAIR,
            minute_taker=SECRETARY,
            recording_approved_by=CHAIR,
            agenda=(
                AgendaItem(
                    1, "城区停车场建设工作", unit="市住建局", presenter="李晓明", minutes=30, observers=("孙丽",)
                ),
            ),
        )
        self.use.create(meeting)
        self.id = meeting.id

    def check(self) -> None:
        if self.meeting.state is not State.OPEN:
            return
        with self.view.stage("check", tr("设备检查", "Check")) as stage:
            report = self.use.check(self.id, heard=lambda result: stage.line(check_line(result)))
            stage.say("  ".join(f"[{state}]{state} {n}[/]" for state, n in report.counts.items() if n))

    def sign_in(self) -> None:
        if self.meeting.state is not State.OPEN:
            return
        with self.view.stage("sign_in", tr("签到", "Sign-in")) as stage:
            board = {s.person.name: s for s in self.use.attendance(self.id).standings}
            away = board["陈志强"]
            if not away.reason:
                self.use.request_leave(
                    self.id, "陈志强", reason="外出调研", proxy="刘伟", proxy_duty="市财政局副局长"
                )
                self.use.decide_leave(self.id, "陈志强", granted=True, by=CHAIR)
            if away.proxy_arrived is None:
                self.use.sign_in(self.id, "陈志强", method=Method.DESK, device="demo", proxy=True)
            for name in ("张建国", "李晓明", "孙丽"):
                if not board[name].present:
                    self.use.sign_in(self.id, name, method=Method.TERMINAL, device="demo")
            stage.say(attendance_line(self.use.attendance(self.id).counts))

    # --- during

    def record(self) -> None:
        if self.meeting.state not in {State.OPEN, State.IN_SESSION, State.RECESS}:
            return
        with self.view.stage("record", tr("录音", "Record")) as stage:
            recording = self._begin()
            if not self.use.attendance(self.id).of(self._person("王海燕")).present:
                self.use.sign_in(self.id, "王海燕", method=Method.TERMINAL, device="demo")  # late: it has begun
            try:
                self._follow(recording, stage)
            except KeyboardInterrupt:
                if self.options.source.startswith("file:"):
                    raise
            self.use.adjourn(self.id)
            sealed = self.use.recordings(self.id)
            frames, lost = sum(r.frames for r in sealed), sum(r.dropped for r in sealed)
            minutes, seconds = divmod(frames / sealed[-1].sample_rate, 60)
            stage.say(
                tr(
                    f"{int(minutes)} 分 {seconds:.1f} 秒，{sealed[-1].tracks} 轨，"
                    f"{sum(len(r.segments) for r in sealed)} 段，丢失 {lost} 帧",
                    f"{int(minutes)}:{seconds:04.1f}, {sealed[-1].tracks} track(s), "
                    f"{sum(len(r.segments) for r in sealed)} segment(s), {lost} frames lost",
                )
            )
        self.use.clear(self.id)

    def _begin(self) -> RecordingHead:
        """The recording under way: a new one, the living one of a run that was cut off, or its continuation."""
        state = self.meeting.state
        running = self.use.current_recording(self.id)
        if state is State.OPEN:
            if running is None or self.use.recorder_of(running).status().state is RecorderState.IDLE:
                running = self.use.arm(self.id, self._order())
            try:
                self.use.start(self.id)
            except Objected as objected:
                self.use.recorder_of(running).stop()  # nobody would end it
                mend = tr(
                    "处理后再运行一次 demo，或换一段录音：--audio 文件",
                    "mend it and run the demo again, or give other sound: --audio FILE",
                )
                raise Refused(objected.what, objected.why, mend) from None
            return running
        if state is State.RECESS:
            self.use.resume(self.id)
        if running is None:
            return self.use.recordings(self.id)[-1]
        return self.use.continue_recording(self.id, self._order())

    def _order(self) -> Order:
        return Order(
            source=self.options.source, realtime=self.options.realtime, segment_seconds=20, planned_seconds=3600
        )

    def _follow(self, recording: RecordingHead, stage: Stage) -> None:
        """Until the sound ends. A capture that dies on the way is followed by another, as the host would do."""
        recorder, told, followed = self.use.recorder_of(recording), "", 0
        while True:
            status = recorder.status()
            total = status.total_frames / status.sample_rate if status.total_frames else None
            seconds = status.frames / status.sample_rate
            stage.at(seconds, total, note=f"{int(seconds) // 60:02}:{int(seconds) % 60:02}")
            if status.problem and status.state is not RecorderState.SEALED and status.problem != told:
                told = status.problem
                stage.line(f"[warn]![/] {told}")
            if status.ended or status.state in {RecorderState.SEALED, RecorderState.IDLE}:
                return
            if status.problem and status.state is RecorderState.STOPPING and followed < FOLLOWED:
                with suppress(Busy):  # it lives, and is sealing what it has
                    recorder = self.use.recorder_of(self.use.continue_recording(self.id, self._order()))
                    followed, told = followed + 1, ""
                    stage.line(tr("已自动接着录", "the recording goes on by itself"))
            elif status.problem and status.state is RecorderState.STOPPING:
                raise RoomctlError(
                    tr("录音进程一再中断", "the capture dies again and again"),
                    status.problem,
                    tr("经过见工作目录的 logs/roomctl.log", "logs/roomctl.log of the work dir says more"),
                )
            time.sleep(0.1)

    @property
    def records_on(self) -> bool:
        """Whether a capture still runs by itself, as it does after Ctrl-C on a file."""
        return bool(self.id) and self.meeting.state is State.IN_SESSION

    def _person(self, name: str) -> str:
        return next(p.id for p in self.use.roster(self.id) if p.name == name)

    # --- after

    def transcribe(self) -> None:
        if self.meeting.state is not State.ADJOURNED:
            return
        with self.view.stage("transcribe", tr("转写", "Transcribe")) as stage:
            self._work("transcript", stage)
            transcript = self.use.transcript(self.id)
            if transcript is not None:
                stage.say(
                    tr(
                        f"{transcript.engine} · {transcript.model}，{len(transcript.shown)} 句，"
                        f"有声 {transcript.speech:.0f} 秒，成文 {transcript.covered:.0f} 秒",
                        f"{transcript.engine} · {transcript.model}, {len(transcript.shown)} sentences, "
                        f"{transcript.covered:.0f} of {transcript.speech:.0f} s of speech have text",
                    )
                )

    def _work(self, service: str, stage: Stage) -> None:
        """Lets one service do what there is to do for the meeting."""

        def seen(done: float, total: float, what: str) -> None:
            stage.at(done, total or None, note=what)

        self.application.work_off(service, self.id, seen)

    def draft(self) -> None:
        if self.meeting.state is not State.ADJOURNED:
            return
        with self.view.stage("draft", tr("会议记录", "Draft")) as stage:
            drafted = self.use.draft(self.id)
            stage.say("  ".join(f"{d.kind} {self.application.data / d.path}" for d in drafted))

    def close(self) -> None:
        if self.meeting.state not in {State.ADJOURNED, State.CLOSED}:
            return
        with self.view.stage("close", tr("散会、签字", "Close and sign")) as stage:
            if self.meeting.state is State.ADJOURNED:
                if Need.CLEARED not in self.meeting.facts:
                    self.use.clear(self.id)
                self.use.transition(self.id, State.CLOSED)
            if not any(d.signed_by for d in self.use.documents(self.id)):
                if not self.use.documents(self.id):
                    self.use.draft(self.id)
                self._as(SECRETARY).sign(self.id, by=SECRETARY, demo=True)
            stage.say(tr(f"{SECRETARY}代签，仅供演示", f"signed by {SECRETARY}, for the demo only"))

    def _as(self, name: str) -> Any:
        return self.use.acting_as(Actor.person(name))

    def deposit(self) -> None:
        if self.meeting.state is not State.CLOSED:
            return
        with self.view.stage("archive", tr("打包、送存、读回", "Package, deposit, read back")) as stage:
            self._work("archive", stage)
            receipts = self.use.receipts(self.id)
            stage.say(
                "  ".join(
                    tr(f"{r.target}：{r.files} 个文件核对一致", f"{r.target}: {r.files} files equal")
                    for r in receipts
                )
            )

    def verify(self) -> None:
        with self.view.stage("verify", tr("校验档案包", "Verify")) as stage:
            package = self.use.packages(self.id)[0]
            checker = import_module("roomctl_archive.verify")
            verdict = checker.verify(self.application.data / package.path)
            self.verdict = verdict.as_json()
            stage.say(
                tr(
                    f"{verdict.files} 个文件，{verdict.bytes / 1e6:.1f} MB，SHA-256 和 SM3 全部一致",
                    f"{verdict.files} files, {verdict.bytes / 1e6:.1f} MB, SHA-256 and SM3 all equal",
                )
                if verdict.ok
                else "  ".join(f"{fault.file}: {fault.what}" for fault in verdict.problems)
            )
        if not self.verdict["ok"]:
            problems = [f"{one['file']}: {one['what']}" for one in self.verdict["problems"][:3]]
            raise RoomctlError(
                tr("档案包校验不通过", "the package does not verify"),
                several(problems),
                tr("请换一个 --workdir 再试", "try again with another --workdir"),
            )

    def accept(self) -> None:
        if self.meeting.state is not State.DEPOSITED:
            return
        with self.view.stage("accept", tr("归档登记", "Accept")) as stage:
            self._as(ARCHIVIST).count_packages(self.id)
            self._as(ARCHIVIST).accept(self.id, by=ARCHIVIST, demo=True)
            stage.say(tr(f"{ARCHIVIST}签收，仅供演示", f"accepted by {ARCHIVIST}, for the demo only"))

    # --- what is told

    def summary(self) -> dict[str, Any]:
        """The JSON of `demo --json`; paths are relative to the work dir."""
        data, use = self.application.data, self.use
        recordings, transcript = use.recordings(self.id), use.transcript(self.id)
        report, package = use.check_report(self.id), use.packages(self.id)[0]
        text = data / "meetings" / self.id / "transcript" / "transcript.txt"
        gaps = [asdict(gap) for recording in recordings for gap in recording.gaps]
        return {
            "meeting": self.id,
            "state": self.meeting.state.value,
            "checks": report.counts if report else {},
            "attendance": asdict(use.attendance(self.id).counts),
            "recording": {
                "tracks": recordings[-1].tracks,
                "sample_rate": recordings[-1].sample_rate,
                "frames": sum(r.frames for r in recordings),
                "dropped": sum(r.dropped for r in recordings),
                "gaps": gaps,
            },
            "transcript": _transcript(transcript, text.relative_to(data).as_posix()),
            "records": {d.kind: d.path for d in use.documents(self.id)},
            "package": {
                "path": package.path,
                "files": self.verdict["files"],
                "bytes": self.verdict["bytes"],
                "valid": self.verdict["ok"],
            },
            "seconds": self._seconds(),
        }

    def _seconds(self) -> Mapping[str, float]:
        took = dict(self.view.seconds)
        took.setdefault("transcribe", 0.0)
        took.setdefault("archive", 0.0)
        return {"total": round(sum(took.values()), 3), **took}

    def known(self) -> Sequence[tuple[float, str]]:
        """What is said in the shipped clip: the middle of each sentence in seconds, and its text."""
        if not self.options.known:
            return ()
        rows = json.loads((CLIP / "demo_60s_ref.json").read_text(encoding="utf-8"))
        return [((row["start_s"] + row["end_s"]) / 2, row["text"]) for row in rows]


KIND = "演示会议"


def _transcript(transcript: Any, path: str) -> dict[str, Any]:
    if transcript is None:
        return {"engine": None, "model": None, "segments": 0, "rtf": 0.0, "path": None}
    return {
        "engine": transcript.engine,
        "model": transcript.model,
        "segments": len(transcript.shown),
        "rtf": round(transcript.rtf, 3),
        "path": path,
    }
