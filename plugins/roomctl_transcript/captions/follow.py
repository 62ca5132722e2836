"""What a meeting's captions are written from: its recording, who sits where, and what the transcript has by now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from roomctl.api import MarkKind as Mark
from roomctl.api import (
    Meeting,
    MissingPart,
    PluginContext,
    RecorderState,
    RecordingHead,
    Tapped,
    Transcript,
    TranscriptSegment,
    recording,
    tr,
)
from roomctl_transcript import speakers
from roomctl_transcript.captions.board import Board, Item, Line
from roomctl_transcript.config import Config
from roomctl_transcript.draft import Draft, marks
from roomctl_transcript.engines import Choice, choose

RUNNING = {
    RecorderState.ARMED: "armed",
    RecorderState.RECORDING: "recording",
    RecorderState.PAUSED: "paused",
}


def engine(ctx: PluginContext, of: Meeting) -> Choice:
    """The one that writes its captions. Raises: RoomctlError, as `engines.choose` does."""
    config: Config = ctx.config or Config()
    return choose(ctx.services, config.captions_engine, config.captions_model, streams=True, of=of)


@dataclass(frozen=True, slots=True)
class Sound:
    """The recording that runs, as the captions see it.

    Attributes:
        state: as the board shows it; empty where nothing is recorded.
        off: spans in seconds that are 不入记录; silent: so is this moment.

    """

    one: RecordingHead | None = None
    state: str = ""
    off: tuple[tuple[float, float], ...] = ()
    silent: bool = False

    @classmethod
    def of(cls, sounds: Sequence[RecordingHead]) -> "Sound":
        running = [one for one in sounds if one.state in RUNNING]
        if not running:
            return cls()
        one = running[-1]
        off = off_record(one)
        silent = any(last == _NEVER / one.sample_rate for _, last in off)
        return cls(one, "off_record" if silent else RUNNING[one.state], off, silent)

    def item(self, meeting: Meeting, seconds: float | None) -> Item | None:
        """The agenda item under way. Args: seconds: how much is recorded, None where nobody knows yet."""
        marked = (
            [one for one in self.one.markers if one.kind is Mark.ITEM and one.note.strip().isdecimal()]
            if self.one
            else []
        )
        if not marked or self.one is None:
            return None
        newest = max(marked, key=lambda one: one.frame)
        found = next((one for one in meeting.agenda if one.n == int(newest.note)), None)
        if found is None:
            return None
        left = None
        if found.minutes and seconds is not None:
            used = seconds - newest.frame / self.one.sample_rate
            left = round(60 * found.minutes - max(0.0, used))  # what is recorded is asked once a second alone
        return Item(
            n=found.n, title=found.title, unit=found.unit, presenter=found.presenter, minutes=found.minutes, left=left
        )


_NEVER = 1 << 62  # a frame that no recording reaches: where 不入记录 ends that nobody has ended


def off_record(one: RecordingHead) -> tuple[tuple[float, float], ...]:
    """Its spans that are 不入记录, in seconds."""
    spans = recording.off_record(one.markers, _NEVER)
    return tuple((first / one.sample_rate, last / one.sample_rate) for first, last in spans)


@dataclass(frozen=True, slots=True)
class Who:
    """Who speaks, as the transcript would say.

    Attributes:
        seats: track → name; duties: name → unit and duty.

    """

    seats: Mapping[int, str] = field(default_factory=dict)
    duties: Mapping[str, str] = field(default_factory=dict)

    def line(self, row: Mapping[str, Any], one: RecordingHead) -> Line:
        """A line that the child tells."""
        middle = (row["start"] + row["end"]) / 2
        name = self.seats.get(row["track"], "") if one.tracks > 1 and self.seats else ""
        if not self.seats or one.tracks <= 1:
            name = speakers.marked_at(middle, marks(one))
        told = {key: row[key] for key in ("track", "start", "end", "text", "unsure", "final")}
        return Line(
            id=f"r{one.number}-c{row['key']:04d}",
            recording=one.number,
            speaker=name,
            duty=self.duties.get(name, ""),
            **told,
        )

    def sentence(self, one: TranscriptSegment, number: int) -> Line:
        """A sentence of the transcript."""
        name = one.speaker or ""
        return Line(
            id=one.id,
            recording=number,
            track=one.track,
            start=one.start,
            end=one.end,
            speaker=name,
            duty=self.duties.get(name, ""),
            text=one.text,
            final=True,
            replaced=True,
        )


@dataclass(frozen=True, slots=True)
class Task:
    """What the child is told to follow.

    Attributes:
        message: for the child.

    """

    message: Mapping[str, Any]
    who: Who


def task(ctx: PluginContext, meeting: Meeting, one: RecordingHead, *, key: int) -> Task:
    """Everything that is needed to follow a recording.

    Args:
        key: of the first line.

    Raises:
        Refused: nothing is on disk yet. MissingPart: the recorder cannot be read along, or no engine is here.

    """
    choice = engine(ctx, ctx.services.meeting(one.meeting))
    recorder = ctx.services.recorder(one.recorder)(ctx.services.data / one.folder)
    if not isinstance(recorder, Tapped):
        raise MissingPart(
            tr("这台录音机不能做字幕", "this recorder has no captions"),
            tr(f"录音插件“{one.recorder}”不能边录边读", f"the recorder {one.recorder!r} cannot be read along"),
            tr("录音和转写照常", "recording and transcript go on"),
        )
    tap = recorder.tap()
    config: Config = ctx.config or Config()
    draft = Draft(ctx, config, meeting, choice, (), id="", version=0)
    message = {
        "type": "follow",
        "id": one.id,  # never answered: as long as it follows, silence means that it hangs
        "tap": {"entry": tap.entry, "options": dict(tap.options)},
        "key": key,
        "engine": {
            "entry": choice.offer.entry,
            "model": str(choice.folder),
            "options": dict(choice.offer.options),
        },
        "prior": draft.prior.as_json(),
        "recycle": config.memory_mb * 1_000_000,
    }
    roster = ctx.services.roster(meeting.id)
    duties = {person.name: person.unit + person.duty for person in roster}
    return Task(message, Who(draft.known.seats, duties))


def identity(ctx: PluginContext, meeting: Meeting, one: RecordingHead) -> tuple[Any, ...]:
    """Of a task: another recording, or another roster, is another task."""
    return (meeting.id, one.id, tuple(ctx.services.roster(meeting.id)))


def settled(
    head: Transcript, said: Sequence[TranscriptSegment], sounds: Sequence[RecordingHead], who: Who
) -> Iterator[Callable[[Board], Board]]:
    """Puts the sentences of each recording on a board, up to the second up to which they are all there; but for what
    is 不入记录 by now, which the transcript may still hold.

    Args:
        head: the transcript, whose own sentences are not read; said: the newest of them.

    """
    reached: Mapping[str, float] = head.report.get("seconds", {})
    for one in sounds:
        if one.id in reached:
            lines = [who.sentence(sentence, one.number) for sentence in said if sentence.recording == one.id]
            yield partial(_settle, one=one, lines=lines, until=reached[one.id])


def _settle(board: Board, one: RecordingHead, lines: Sequence[Line], until: float) -> Board:
    return board.settle(one.number, lines, until).without(one.number, off_record(one))
