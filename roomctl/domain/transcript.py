"""What was said: raw text that nobody overwrites, final text, and every change with its reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from roomctl.i18n import tr


class SpeakerKnownBy(StrEnum):
    """How the speaker is known."""

    SEAT = "seat"
    OPERATOR = "operator"
    VOICE = "voice"
    CUE = "cue"
    """A turn of speech named them: 请李晓明同志汇报."""
    PERSON = "person"
    """Somebody said so afterwards."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word (or, in Chinese, a character or two) with its times.

    Attributes:
        start, end: seconds from the recording's first frame.
        confidence: 0 to 1, as the engine gives it.

    """

    text: str
    start: float
    end: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """One repair of the raw text.

    Attributes:
        step: which step of the pipeline, or `person`.
        before, after: the words that stood there and that stand there now.
        reason: such as `roster: 李晓明 (same pinyin)`.
        at: offset in the text the step was given, in characters.

    """

    step: str
    before: str
    after: str
    reason: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Beside:
    """The passage of a paper that a sentence follows; shown beside it, never in its place.

    Attributes:
        file: name of the paper; passage: as it stands there.
        alike: share of the sentence that is the same, 0 to 1.

    """

    file: str
    passage: str
    alike: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A figure that somebody has to look at: 存疑.

    Attributes:
        at: offset in the segment's text, in characters.
        said: as heard, with its unit; paper: as the paper has it, empty where no calendar has what was heard.
        file: name of the paper.

    """

    at: int
    said: str
    paper: str = ""
    file: str = ""

    def told(self) -> str:
        """口述 86个，材料 68个（汇报材料.docx）."""
        if not self.paper:
            return tr(f"没有这个日期：{self.said}", f"no such date: {self.said}")
        return tr(
            f"口述 {self.said}，材料 {self.paper}（{self.file}）",
            f"said {self.said}, the paper has {self.paper} ({self.file})",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptSegment:
    """A sentence or two, tied to the sound.

    Attributes:
        id: unique in the transcript, `r1-t1-0007`; the record's paragraphs name it.
        track: from 1.
        start, end: seconds from the recording's first frame.
        first_frame, last_frame: the same in frames of the recording.
        raw: as the engine gave it; text: after all changes.
        confidence: of the engine, from 0 to 1.

    """

    id: str
    recording: str
    track: int
    start: float
    end: float
    first_frame: int
    last_frame: int
    raw: str
    text: str
    words: tuple[Word, ...] = ()
    speaker: str | None = None
    known_by: SpeakerKnownBy | None = None
    changes: tuple[Change, ...] = ()
    confidence: float = 1.0
    beside: Beside | None = None
    doubts: tuple[Doubt, ...] = ()
    dropped: bool = False
    """An invention on silence: kept, marked, and shown nowhere."""


NEAR = 12
"""Characters that may stand between two words: punctuation, or what was put in for a word that is gone."""


def placed(text: str, words: Sequence[Word]) -> Iterator[tuple[Word, int, int]]:
    """Each word with where in the text it stands, from and to; one that was replaced is left out.

    It is looked for near to where the one before it ended: the same word stands further on as well.
    """
    cursor = 0
    for word in words:
        found = text.find(word.text, cursor, cursor + NEAR + len(word.text)) if word.text else -1
        if found >= 0:
            cursor = found + len(word.text)
            yield word, found, cursor


@dataclass(frozen=True, slots=True)
class Hole:
    """Speech without text.

    Attributes:
        track: from 1; start, end: seconds from the recording's first frame.
        damaged: the sound itself cannot be read there.

    """

    recording: str
    track: int
    start: float
    end: float
    damaged: bool = False


class PointKind(StrEnum):
    """Draft points, by cue phrase."""

    TOPIC = "议题"
    OPINION = "意见"
    DECISION = "决定"
    ACTION = "action"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPoint:
    """A sentence that a secretary would mark by hand; an action also has its parts.

    Attributes:
        segment: id of the sentence's segment.
        owner: 牵头/负责 unit or person; support: 配合; person: 责任人; deadline: as spoken, written form.
        id: where it is no longer the id of its sentence: two sentences were made one, or it was added.
        by: who wrote it so; empty where nobody has.
        now: 原话已改: what its sentence says by now, where that was changed after a person wrote it; else empty.
        struck: a person says that it is none; it stays, and is shown nowhere.

    """

    kind: PointKind
    text: str
    segment: str
    owner: str = ""
    support: tuple[str, ...] = ()
    deadline: str = ""
    what: str = ""
    person: str = ""
    id: str = ""
    by: str = ""
    now: str = ""
    struck: bool = False

    @property
    def name(self) -> str:
        """By which it is called: a sentence gives at most one by itself."""
        return self.id or self.segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One version over all recordings of a meeting, or over one file.

    Attributes:
        version: from 1; a re-transcription is a new version beside the old one.
        duration: seconds of all that was decoded.
        speech: seconds in which somebody spoke, by voice activity; covered: seconds of it that have text.
        rtf: decoding time over audio time.
        complete: the backlog is empty and nothing is left to try again.
        report: counts of each step, for people and for the bench.

    """

    id: str
    meeting: str | None
    version: int
    engine: str
    model: str
    model_sha256: str = ""
    at: datetime | None = None
    duration: float = 0.0
    speech: float = 0.0
    covered: float = 0.0
    rtf: float = 0.0
    complete: bool = False
    segments: tuple[TranscriptSegment, ...] = ()
    holes: tuple[Hole, ...] = ()
    points: tuple[DraftPoint, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> tuple[TranscriptSegment, ...]:
        """What a reader sees: without the inventions."""
        return tuple(segment for segment in self.segments if not segment.dropped)

    @property
    def noted(self) -> tuple[DraftPoint, ...]:
        """Points that nobody has struck out."""
        return tuple(point for point in self.points if not point.struck)

    @property
    def text(self) -> str:
        """Of what a reader sees, a sentence a line."""
        return "\n".join(segment.text for segment in self.shown)


@dataclass(frozen=True, slots=True)
class TranscriptHead:
    """A version as far as it is known without reading its sentences: a day's are 10,000.

    Attributes:
        version: without its segments; sentences: how many of them a reader sees.

    """

    version: Transcript
    sentences: int
