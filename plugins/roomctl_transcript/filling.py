"""Holes tried again: each stretch alone is decoded in shorter pieces, or by another engine."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from roomctl.api import Hole, PluginContext, Transcript, TranscriptSegment, cues, rework
from roomctl_transcript import coverage, files, speakers
from roomctl_transcript.cutting import PAD
from roomctl_transcript.draft import Draft
from roomctl_transcript.runner import Gathered, Runner, Work

SHORTEST = 2.0
"""Seconds of one decoding, at least."""


def fill(
    ctx: PluginContext,
    draft: Draft,
    wish: rework.Rework,
    runner: Runner,
    *,
    at: Callable[[float], None],
    stopping: Callable[[], bool],
) -> None:
    """Tries one hole after the other; each is kept before the next.

    Args:
        at: told the seconds of holes that are done.

    Raises:
        NotFound: nobody wants it any more. MissingPart, RoomctlError: as `Runner.run`.

    """
    done = sum(one.hole.end - one.hole.start for one in wish.tried)
    meeting, now = draft.meeting, wish
    while now.left and not stopping():
        hole = now.left[0]
        at(done)
        gathered = Gathered(hole.recording, finished=True)
        if (work := _work(draft, wish, hole, len(now.tried))) is not None:
            gathered = runner.run(work, draft.choice, stopping=stopping)
            if not gathered.finished:
                return
        stored = ctx.services.transcript(meeting)
        if stored is None:
            return
        made, gained = put_in(stored, hole, gathered, draft)
        files.write(ctx.folder(meeting), made)  # before it may be closed
        now = ctx.services.hole_tried(meeting, made, hole, gained=gained)
        if work is not None:
            with suppress(OSError):
                work.journal.unlink()
        done += hole.end - hole.start
    if (newest := ctx.services.transcript(meeting)) is not None:
        files.write(ctx.folder(meeting), newest)  # with what a person corrected meanwhile


def _work(draft: Draft, wish: rework.Rework, hole: Hole, number: int) -> Work | None:
    """The stretch alone, cut shorter than before; None where its recording is gone."""
    one = next((one for one in draft.sounds if one.id == hole.recording and one.segments), None)
    if one is None:
        return None
    work = draft.work(one, final=True)
    shorter = work.settings["retry"]
    return replace(
        work,
        prefix=f"r{one.number}x{wish.id.replace('-', '')[-6:]}{number + 1}",
        journal=work.journal.with_name(f"hole-{wish.id}-{number + 1}.jsonl"),
        settings={
            **work.settings,
            "longest": shorter,
            "retry": max(SHORTEST, shorter / 2),
            "within": [max(0.0, hole.start - PAD), hole.end + PAD],
        },
    )


def put_in(stored: Transcript, hole: Hole, gathered: Gathered, draft: Draft) -> tuple[Transcript, int]:
    """The version with what was heard in the hole, and how many characters that is more."""
    known = draft.known
    heard = speakers.assign(
        gathered.segments,
        seats=known.seats if any(one.track > 1 for one in stored.segments) else {},
        marks=known.marks.get(hole.recording, ()),
        people=known.people,
        chair=known.chair,
    )
    heard = tuple(_between(one, stored) for one in heard)
    before = coverage.measure(gathered.utterances, stored.segments, hole.recording)
    after = coverage.measure(gathered.utterances, heard, hole.recording)
    left = [_cut(one, hole) for one in after.holes if one.start < hole.end and one.end > hole.start]
    made, gained = rework.fill(
        stored,
        hole,
        heard,
        covered=after.covered - before.covered,
        left=left,
        by=f"{draft.choice.offer.name} · {draft.choice.model}",
    )
    return replace(made, points=cues.draft(made.segments)) if gained else made, gained


def _between(one: TranscriptSegment, stored: Transcript) -> TranscriptSegment:
    """In the middle of what somebody says, nobody else is heard unless something tells so."""
    here = [other for other in stored.shown if other.recording == one.recording]
    before = max((other for other in here if other.start <= one.start), key=lambda other: other.start, default=None)
    after = min((other for other in here if other.start > one.start), key=lambda other: other.start, default=None)
    if one.speaker or before is None or after is None or before.speaker != after.speaker:
        return one
    return replace(one, speaker=before.speaker, known_by=before.known_by if before.speaker else None)


def _cut(one: Hole, hole: Hole) -> Hole:
    return replace(one, start=max(one.start, hole.start), end=min(one.end, hole.end))
