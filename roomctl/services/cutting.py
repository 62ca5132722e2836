"""A sentence of the newest version made two, and two made one."""

from collections.abc import Sequence

from roomctl.domain import correction, cutting, points
from roomctl.domain.events import Actor, Event
from roomctl.domain.recording import off_record
from roomctl.domain.transcript import Transcript, TranscriptSegment
from roomctl.errors import BadInput, Busy, Refused
from roomctl.i18n import tr
from roomctl.services import transcripts
from roomctl.services.ports import Clock, UnitOfWork

SPLIT, MERGED = "transcript.split", "transcript.merged"


def split(
    meeting_id: str,
    sentence: str,
    at: int,
    *,
    seen: str | None = None,
    speaker: str | None = None,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> tuple[TranscriptSegment, TranscriptSegment]:
    """Two sentences, cut before the character `at`; the first keeps its id.

    Args:
        seen: the text that was on the screen; where it is another by now, nothing is cut.
        speaker: of the second part; None is who speaks in the first, empty is nobody.

    Raises:
        BadInput: a part would be empty. Busy: somebody has changed the sentence. NotFound: no such sentence.
        Refused: it is archived.

    """
    with uow:
        transcripts.need_open(meeting_id, uow)
        newest = transcripts.head(meeting_id, uow)
        whole, *behind = _known(newest, sentence, uow)
        if seen is not None and seen != whole.text:
            raise transcripts.changed(whole, seen)
        if not whole.text[: max(at, 0)].strip() or not whole.text[at:].strip():
            raise BadInput(
                tr("不能在这里拆开", "it cannot be cut here"),
                tr("拆开后有一边是空的", "nothing would be left on one side"),
                tr("把光标放在两个字之间", "put the cursor between two words"),
            )
        free = (one for one in cutting.names(sentence) if uow.transcripts.sentence(newest.id, one) is None)
        first, second = cutting.part(whole, at, behind, name=next(free), by=actor.name)
        if speaker is not None:
            second = correction.name_speaker(second, speaker)
        uow.transcripts.put_sentence(newest.id, first)
        if any(one.id == second.id for one in behind):
            uow.transcripts.put_sentence(newest.id, second)
        else:
            uow.transcripts.add_sentence(newest.id, second, behind=first.id)
        uow.transcripts.put_points(newest.id, points.parted(newest.points, first, second))
        told = {
            "transcript": newest.id,
            "sentence": first.id,
            "second": second.id,
            "at": at,
            "before": whole.text,
            "after": [first.text, second.text],
        }
        uow.events.append(Event(stream=meeting_id, kind=SPLIT, actor=actor, at=clock.now(), data=told))
        uow.commit()
    return first, second


def merge(
    meeting_id: str,
    sentence: str,
    following: str,
    *,
    seen: tuple[str, str] | None = None,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> TranscriptSegment:
    """A sentence and the one that follows it as one, under the id of the first.

    Args:
        following: the one that stood behind it on the screen; seen: both texts that were there.

    Raises:
        Busy: another one follows by now, or somebody has changed one of them. NotFound: no such sentence. Refused:
            they are of two tracks or recordings, something 不入记录 lies between them, or it is archived.
        BadInput: together they are too long.

    """
    with uow:
        transcripts.need_open(meeting_id, uow)
        newest = transcripts.head(meeting_id, uow)
        first, *behind = _known(newest, sentence, uow)
        second = _known(newest, following, uow)[0]
        for one, text in zip((first, second), seen or (), strict=False):
            if text != one.text:
                raise transcripts.changed(one, text)
        if not behind or behind[-1] != second:
            raise Busy(
                tr("这两句已经不挨着了", "the two no longer follow one another"),
                tr("有人刚改过这里", "somebody has changed them just now"),
                tr("刷新后再合并", "load them again"),
            )
        _need_together(meeting_id, first, second, uow)
        whole, gone = cutting.merge(first, second, by=actor.name)
        transcripts.sentence_of(whole.text)
        for one in (whole, gone):
            uow.transcripts.put_sentence(newest.id, one)
        uow.transcripts.put_points(newest.id, points.joined(newest.points, whole, gone))
        told = {
            "transcript": newest.id,
            "sentence": whole.id,
            "second": gone.id,
            "before": [first.text, second.text],
            "after": whole.text,
        }
        uow.events.append(Event(stream=meeting_id, kind=MERGED, actor=actor, at=clock.now(), data=told))
        uow.commit()
    return whole


def _known(newest: Transcript, sentence: str, uow: UnitOfWork) -> Sequence[TranscriptSegment]:
    """The sentence, and what stands behind it up to the next one that a reader sees. Raises: NotFound."""
    found = uow.transcripts.following(newest.id, sentence)
    if not found or found[0].dropped:
        raise transcripts.no_sentence(sentence)
    return found


def _need_together(meeting_id: str, first: TranscriptSegment, second: TranscriptSegment, uow: UnitOfWork) -> None:
    """Raises: Refused."""
    what = tr("这两句不能并成一句", "the two cannot be made one")
    if (first.recording, first.track) != (second.recording, second.track):
        raise Refused(
            what,
            tr("它们不在同一路录音上", "they are of two tracks or recordings"),
            tr("各改各的", "correct each of them"),
        )
    recording = next(one for one in uow.recordings.heads(meeting_id) if one.id == first.recording)
    for begin, end in off_record(recording.markers, max(recording.frames, second.last_frame)):
        if begin < second.first_frame and first.last_frame < end:
            raise Refused(
                what,
                tr("中间有一段不入记录", "what lies between them is off the record"),
                tr("各改各的", "correct each of them"),
            )
