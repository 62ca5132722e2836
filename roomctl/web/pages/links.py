"""What each link of a meeting's chain says: a state, and its one figure. Pure: from facts to links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from roomctl.domain.alarms import Alarm
from roomctl.domain.archive import Package, Receipt
from roomctl.domain.attendance import Attendance
from roomctl.domain.calendar import Entry
from roomctl.domain.checks import CheckReport
from roomctl.domain.devices import Device
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import Meeting
from roomctl.domain.record import RecordFile
from roomctl.domain.recording import MarkKind, RecorderState, RecorderStatus, RecordingHead, SealedSound
from roomctl.domain.transcript import Transcript
from roomctl.i18n import tr
from roomctl.services.recordings import Continuation
from roomctl.services.records import MINUTES
from roomctl.web.ui import Link, Look, Part, clock_text, timer

BEFORE = frozenset({State.PLANNED, State.APPROVED})
RUNNING = frozenset({State.IN_SESSION, State.RECESS})
_CLOSING = frozenset({State.ADJOURNED, State.CLOSED})
"""The room is cleared, and what was kept is on its way: both are seen on one page."""
OVER = frozenset({State.ADJOURNED, State.CLOSED, State.DEPOSITED, State.ARCHIVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of one meeting.

    Attributes:
        sealed: how much of each recording is, by its id.
        transcript: the newest version, without its sentences; sentences: how many of them a reader sees.
        alarms: of the running recorder, that stand now, the newest first.
        emitting: devices that must be off while this 涉密 meeting runs, and are not known to be.
        recorder_down: why the running recorder does not answer; empty where it does.
        continued: how the current recording went on by itself after one that broke off; None where it did not.
        unapproved: its level was raised while it sits, and its recording is still to be approved once more.
        stuck: name of a plugin's service → why its work for this meeting does not go on.
        unseen: papers that were released, and nobody of the 机要 has seen it.
        collisions: other meetings that hold its place while it lasts, as long as it is not over.
        returned: why the archivist has sent the package back; empty where nobody has, or it was handed in again.

    """

    meeting: Meeting
    checks: CheckReport | None = None
    attendance: Attendance = field(default_factory=Attendance)
    recordings: Sequence[RecordingHead] = ()
    sealed: Mapping[str, SealedSound] = field(default_factory=dict)
    transcript: Transcript | None = None
    sentences: int = 0
    documents: Sequence[RecordFile] = ()
    packages: Sequence[Package] = ()
    receipts: Sequence[Receipt] = ()
    alarms: Sequence[Alarm] = ()
    emitting: Sequence[Device] = ()
    recorder_down: str = ""
    continued: Continuation | None = None
    unapproved: bool = False
    stuck: Mapping[str, str] = field(default_factory=dict)
    collisions: Sequence[Entry] = ()
    returned: str = ""
    unseen: int = 0

    @property
    def current(self) -> RecordingHead | None:
        """The newest recording that is not sealed."""
        live = [one for one in self.recordings if one.state is not RecorderState.SEALED]
        return live[-1] if live else None

    @property
    def item(self) -> int:
        """Number of the agenda item under way, as the recording's marks tell; 0 where none is."""
        marks = [mark for one in self.recordings for mark in one.markers if mark.kind is MarkKind.ITEM]
        note = marks[-1].note.strip() if marks and self.meeting.state in RUNNING else ""
        return int(note) if note.isascii() and note.isdigit() else 0

    @property
    def seconds(self) -> float:
        """Of sound kept, over all recordings."""
        return sum(one.seconds for one in self.recordings)

    @property
    def segments(self) -> int:
        """Sealed, of all recordings and tracks."""
        return sum(self.sealed_of(one).segments for one in self.recordings)

    def sealed_of(self, recording: RecordingHead) -> SealedSound:
        return self.sealed.get(recording.id, SealedSound())

    def heard(self, recording: str, status: RecorderStatus) -> "Facts":
        """With what the recorder of that recording says this moment: the database is up to a segment behind."""
        now = [
            replace(one, state=status.state, frames=status.frames, dropped=status.dropped)
            if one.id == recording
            else one
            for one in self.recordings
        ]
        return replace(self, recordings=now)


def links(facts: Facts) -> tuple[Link, ...]:
    """The six links in their order."""
    here = f"/meetings/{facts.meeting.id}"
    return (
        _equipment(facts, f"{here}/check"),
        _sign_in(facts, f"{here}#people"),
        _sound(facts, f"{here}#sound"),
        _words(facts, f"{here}#words"),
        _record(facts, f"{here}#record"),
        _archive(facts, f"{here}/close" if facts.meeting.state in _CLOSING else f"{here}#archive"),
    )


def _equipment(facts: Facts, href: str) -> Link:
    name, report = tr("设备", "Devices"), facts.checks
    if bad := len(facts.emitting):
        return Link(name=name, look=Look.CRIT, figure=tr(f"{bad} 台没有关", f"{bad} not off"), href=href)
    if report is None:
        return Link(name=name, look=Look.WAITING, figure=tr("未检查", "not checked"), href=href)
    counts = report.counts
    if bad := counts["crit"]:
        return Link(name=name, look=Look.CRIT, figure=tr(f"故障 {bad} 项", f"faults: {bad}"), href=href)
    if bad := counts["warn"] + counts["unknown"]:
        return Link(name=name, look=Look.WARN, figure=tr(f"注意 {bad} 项", f"{bad} to look at"), href=href)
    if bad := counts["waived"]:
        return Link(name=name, look=Look.ACCEPTED, figure=tr(f"带故障 {bad} 项", f"{bad} accepted"), href=href)
    return Link(name=name, look=Look.OK, figure=tr(f"{counts['ok']} 项正常", f"{counts['ok']} good"), href=href)


def _sign_in(facts: Facts, href: str) -> Link:
    name, counts, state = tr("签到", "Sign-in"), facts.attendance.counts, facts.meeting.state
    if not counts.expected:
        return Link(name=name, look=Look.WAITING, figure=tr("没有名单", "no roster"), href=href)
    if state in BEFORE and not counts.present:
        figure = tr(f"应到 {counts.expected}", f"{counts.expected} expected")
        return Link(name=name, look=Look.WAITING, figure=figure, href=href)
    figure = tr(f"实到 {counts.present} / {counts.expected}", f"{counts.present} of {counts.expected}")
    settled = state in RUNNING | OVER or counts.present + counts.leave == counts.expected
    share = counts.present / counts.expected
    return Link(name=name, look=Look.OK if settled else Look.RUNNING, figure=figure, share=share, href=href)


def _sound(facts: Facts, href: str) -> Link:
    name = tr("录音", "Sound")
    if not facts.meeting.recorded:
        return Link(name=name, look=Look.SKIPPED, figure=tr("不录音", "not recorded"), href=href)
    look, figure = _heard_now(facts) or _kept(facts)
    return Link(name=name, look=look, figure=figure, href=href)


def _heard_now(facts: Facts) -> tuple[Look, str | Part] | None:
    """While the recorder runs, or should."""
    state = facts.current.state if facts.current else None
    if state is RecorderState.RECORDING:
        return Look.RECORDING, timer(facts.seconds, running=True)
    if state is RecorderState.PAUSED:
        return Look.PAUSED, tr("暂停，不保存", "paused")
    if facts.meeting.state is State.IN_SESSION:
        return Look.CRIT, tr("没有在录音", "not recording")
    return (Look.WAITING, tr("待命", "armed")) if state is RecorderState.ARMED else None


def _kept(facts: Facts) -> tuple[Look, str]:
    if not facts.seconds:
        return Look.WAITING, "—"
    lost = sum(one.dropped / one.sample_rate for one in facts.recordings)
    if lost:
        return Look.WARN, clock_text(facts.seconds) + tr(f"，丢 {lost:.1f} 秒", f", {lost:.1f} s lost")
    return Look.OK, clock_text(facts.seconds)


def _words(facts: Facts, href: str) -> Link:
    name, words = tr("转写", "Words"), facts.transcript
    if words is not None and words.complete:
        count = facts.sentences
        return Link(name=name, look=Look.OK, figure=tr(f"{count} 句", f"{count} sentences"), href=href)
    if Need.TRANSCRIPT in facts.meeting.facts and words is None:
        return Link(name=name, look=Look.WAIVED, figure=tr("免转写", "waived"), href=href)
    if facts.stuck.get("transcript"):
        return Link(name=name, look=Look.CRIT, figure=tr("停了，声音已存", "stopped, sound is kept"), href=href)
    if words is None:
        waits = bool(facts.seconds) and facts.meeting.recorded
        figure = tr("等待转写", "waiting") if waits else "—"
        return Link(name=name, look=Look.RUNNING if waits else Look.WAITING, figure=figure, share=0.05, href=href)
    share = words.covered / words.speech if words.speech else 0.1
    figure = tr(f"已转 {words.covered / 60:.0f} 分", f"{words.covered / 60:.0f} min done")
    return Link(name=name, look=Look.RUNNING, figure=figure, share=share, href=href)


def _record(facts: Facts, href: str) -> Link:
    name, signed = tr("记录", "Record"), [one for one in facts.documents if one.signed_by and one.kind == MINUTES]
    if signed:
        return Link(name=name, look=Look.OK, figure=tr("已签字", "signed"), href=href)
    if facts.documents:
        return Link(name=name, look=Look.RUNNING, figure=tr("草稿，待签字", "draft, to sign"), share=0.7, href=href)
    if facts.transcript is not None and (count := len(facts.transcript.noted)):
        return Link(
            name=name, look=Look.RUNNING, figure=tr(f"要点 {count} 条", f"{count} points"), share=0.35, href=href
        )
    return Link(name=name, look=Look.WAITING, href=href)


def _archive(facts: Facts, href: str) -> Link:
    name, state = tr("归档", "Archive"), facts.meeting.state
    if facts.returned:
        return Link(name=name, look=Look.WARN, figure=tr("被退回", "sent back"), href=href)
    if state is State.ARCHIVED:
        return Link(name=name, look=Look.OK, figure=tr("已归档", "archived"), href=href)
    if state is State.DEPOSITED:
        return Link(name=name, look=Look.RUNNING, figure=tr("待归档", "to be accepted"), share=0.9, href=href)
    if facts.stuck.get("archive"):
        return Link(name=name, look=Look.WARN, figure=tr("送存受阻，会再试", "held up, tried again"), href=href)
    return _sent(facts, name, href) if facts.packages else _unpacked(facts.meeting, name, href)


def _unpacked(meeting: Meeting, name: str, href: str) -> Link:
    """No package of it was made yet."""
    if meeting.state is State.CLOSED:
        return Link(name=name, look=Look.RUNNING, figure=tr("正在打包", "packing"), share=0.1, href=href)
    uncleared = meeting.state is State.ADJOURNED and Need.CLEARED not in meeting.facts
    figure = tr("等清理会场", "room to be cleared") if uncleared else "—"
    return Link(name=name, look=Look.WAITING, figure=figure, href=href)


def _sent(facts: Facts, name: str, href: str) -> Link:
    """To how many of its targets the newest package has gone."""
    newest = facts.packages[-1]
    held = {one.target for one in facts.receipts if one.package == newest.id}
    done, total = len(held & set(newest.targets)), len(newest.targets)
    figure = tr(f"送存 {done} / {total} 处", f"{done} of {total} targets")
    return Link(name=name, look=Look.RUNNING, figure=figure, share=(done + 0.2) / (total + 0.2), href=href)
