"""What the secretary's page is told of a meeting: who may do what, its sound, its people, its agenda."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from roomctl.domain.access import Right, User
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import MEETS, State
from roomctl.domain.order_log import LogEntry
from roomctl.domain.recording import MarkKind, RecorderState, RecordingHead, off_record
from roomctl.domain.transcript import TranscriptHead
from roomctl.i18n import tr
from roomctl.services.transcripts import OPEN
from roomctl.web.pages.links import Facts
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import admit, holders

_BEFORE = frozenset({State.PLANNED, State.APPROVED, State.OPEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look at a meeting's words."""

    facts: Facts
    user: User
    heads: Sequence[TranscriptHead]
    roster: Sequence[Person]
    log: Sequence[LogEntry] = ()

    @property
    def newest(self) -> TranscriptHead | None:
        return self.heads[-1] if self.heads else None

    @property
    def sounds(self) -> Sequence[RecordingHead]:
        """In the order of the meeting."""
        return sorted(self.facts.recordings, key=lambda one: one.number)

    @property
    def locked(self) -> str:
        """Why nothing can be changed by this visitor; empty where it can."""
        meeting = self.facts.meeting
        if not self.user.may(Right.CORRECT_TRANSCRIPTS):
            who = holders(Right.CORRECT_TRANSCRIPTS)
            return tr(f"只能看，不能改。可以改的是：{who}", f"to read only; who may change it: {who}")
        if meeting.state in OPEN or meeting.state in _BEFORE:
            return ""
        return tr(
            f"会议“{meeting.state.label}”，转写稿已在档案包里，不能再改。需要更正请另附说明",
            f"the meeting is {meeting.state.label!r} and its transcript is in the package; add a supplement instead",
        )

    @property
    def unsent(self) -> str:
        """Why there is no 会议记录 to be sent for review yet; empty where there is."""
        meeting = self.facts.meeting
        if meeting.state in _BEFORE:
            return tr("会议还没有开始，没有可送审的记录", "the meeting has not begun: there is no record to send yet")
        if meeting.state is State.CANCELLED:
            return tr("会议已取消", "the meeting was cancelled")
        silent = self.newest is None or not self.newest.sentences
        if meeting.state in MEETS and meeting.recorded and silent:
            return tr("还没有文字，有了再送审", "there is no text yet: send it once there is")
        return ""


def seen_by(visitor: Visitor, meeting_id: str) -> Sight:
    """In a thread. Raises: NotFound. Forbidden: the 密级 is too high."""
    use = visitor.use
    admit(visitor.user, use.meeting(meeting_id).highest_secrecy.level)
    return Sight(
        facts=visitor.board.facts(meeting_id),
        user=visitor.user,
        heads=use.transcript_heads(meeting_id),
        roster=sorted(use.roster(meeting_id), key=lambda one: one.rank),
        log=use.order_log(meeting_id) if visitor.may(Right.SEE_LOG) else (),
    )


def opened(seen: Sight) -> Mapping[str, Any]:
    """As the scripts read it, in seconds of the whole meeting: its recordings follow each other without a break."""
    newest, sounds, at = seen.newest, [], 0.0
    items: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for one in seen.sounds:
        rate = one.sample_rate
        sounds.append(
            {
                "id": one.id,
                "at": round(at, 3),
                "seconds": round(one.seconds, 3),
                "sealed": round(seen.facts.sealed_of(one).end / rate, 3),
                "live": one.state is not RecorderState.SEALED,
                "off": [[first / rate, last / rate] for first, last in off_record(one.markers, one.frames)],
            }
        )
        marks = (mark for mark in one.markers if mark.kind is MarkKind.ITEM)
        items += [{"at": round(at + mark.frame / rate, 3), "n": mark.note} for mark in marks]
        notes += _notes(seen, one, at)
        at += one.seconds
    return {
        "api": f"/api/v1/meetings/{seen.facts.meeting.id}",
        "me": seen.user.name,
        "locked": seen.locked,
        "records": seen.user.may(Right.SEE_RECORDS),
        "write": seen.user.may(Right.WRITE_RECORDS),
        "unsent": seen.unsent,
        "hear": seen.user.may(Right.HEAR_RECORDINGS),
        "sounds": sounds,
        "seconds": round(at, 3),
        "items": items,
        "notes": [*sorted(notes, key=lambda note: float(note["at"])), *_elsewhere(seen)],
        "agenda": [{"n": str(item.n), "title": item.title} for item in seen.facts.meeting.agenda],
        "people": [{"name": one.name, "office": one.unit, "unit": f"{one.unit}{one.duty}"} for one in seen.roster],
        "version": newest.version.version if newest else 0,
        "sentences": newest.sentences if newest else 0,
        "complete": bool(newest and newest.version.complete),
        "speech": newest.version.speech if newest else 0.0,
        "covered": newest.version.covered if newest else 0.0,
    }


def _notes(seen: Sight, recording: RecordingHead, at: float) -> Iterator[dict[str, Any]]:
    """What was marked and noted in a recording: beside the text, and never in the 会议记录 by itself.

    Args:
        at: where the recording begins, in seconds of the whole meeting.

    """
    for mark in recording.markers:
        if mark.kind is MarkKind.MARK:
            second = round(at + mark.frame / recording.sample_rate, 3)
            yield {"at": second, "kind": tr("标记", "mark"), "text": mark.note, "by": "", "corrected": False}
    for one in seen.log:
        if one.place.recording == recording.id and one.place.frame is not None:
            yield _noted(one, round(at + one.place.frame / recording.sample_rate, 3))


def _elsewhere(seen: Sight) -> Iterator[dict[str, Any]]:
    """What was noted while nothing was recorded."""
    known = {one.id for one in seen.sounds}
    for one in seen.log:
        if one.place.recording not in known or one.place.frame is None:
            yield _noted(one, None)


def _noted(one: LogEntry, second: float | None) -> dict[str, Any]:
    return {"at": second, "kind": one.kind.name, "text": one.text, "by": one.by, "corrected": one.corrected}
