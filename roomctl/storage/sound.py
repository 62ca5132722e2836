"""Recordings with their segments, and transcripts with theirs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, tuple_

from roomctl.domain.recording import (
    Gap,
    Marker,
    MarkKind,
    Purpose,
    RecorderState,
    Recording,
    RecordingHead,
    SealedSound,
    Segment,
)
from roomctl.domain.transcript import (
    Beside,
    Change,
    Doubt,
    DraftPoint,
    Hole,
    PointKind,
    SpeakerKnownBy,
    Transcript,
    TranscriptHead,
    TranscriptSegment,
    Word,
)
from roomctl.errors import NotFound
from roomctl.i18n import tr
from roomctl.storage.tables import RecordingRow, SegmentRow, TranscriptRow, TranscriptSegmentRow
from roomctl.storage.work import Work

_RUNNING = [state.value for state in RecorderState if state not in {RecorderState.IDLE, RecorderState.SEALED}]


class SqlRecordings:
    """`ports.Recordings`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, recording_id: str) -> Recording:
        return self._whole(self._row(recording_id))

    def head(self, recording_id: str) -> RecordingHead:
        return RecordingHead(**_known(self._row(recording_id)))

    def _row(self, recording_id: str) -> RecordingRow:
        row = self._work.reads().get(RecordingRow, recording_id)
        if row is None:
            raise NotFound(
                tr(f"没有编号为“{recording_id}”的录音", f"no recording has the id {recording_id!r}"),
                mend=tr("请用 roomctl meetings show 会议 查看", "see: roomctl meetings show MEETING"),
            )
        return row

    def of(self, meeting_id: str) -> Sequence[Recording]:
        return [self._whole(row) for row in self._rows_of(meeting_id)]

    def heads(self, meeting_id: str) -> Sequence[RecordingHead]:
        return [RecordingHead(**_known(row)) for row in self._rows_of(meeting_id)]

    def _rows_of(self, meeting_id: str) -> Sequence[RecordingRow]:
        query = select(RecordingRow).where(RecordingRow.meeting == meeting_id).order_by(RecordingRow.number)
        return self._work.reads().scalars(query).all()

    def sealed(self, meeting_id: str) -> Mapping[str, SealedSound]:
        rates = select(RecordingRow.id, RecordingRow.sample_rate).where(RecordingRow.meeting == meeting_id)
        found = ((one.id, self._sealed(one.id, one.sample_rate)) for one in self._work.reads().execute(rates).all())
        return {name: sealed for name, sealed in found if sealed.segments}

    def _sealed(self, recording_id: str, rate: int) -> SealedSound:
        """Each track has the same parts; those of one are found at both ends of the index."""
        reads, row = self._work.reads(), SegmentRow
        own = row.recording == recording_id
        track, segments = reads.execute(select(func.min(row.track), func.count()).where(own)).one()
        if not segments:
            return SealedSound()
        parts = select(row.utc, row.first_frame, row.frames).where(own, row.track == track)
        first = reads.execute(parts.order_by(row.seq).limit(1)).one()
        last = reads.execute(parts.order_by(row.seq.desc()).limit(1)).one()
        return SealedSound(
            parts=reads.scalar(select(func.count()).where(own, row.track == track)) or 0,
            segments=segments,
            end=last.first_frame + last.frames,
            began=first.utc - timedelta(seconds=first.first_frame / rate),
        )

    def running(self) -> Sequence[RecordingHead]:
        query = select(RecordingRow).where(RecordingRow.state.in_(_RUNNING))
        query = query.order_by(RecordingRow.id)  # UUIDv7: by the time when they were armed
        return [RecordingHead(**_known(row)) for row in self._work.reads().scalars(query).all()]

    def put(self, recording: Recording, before: Recording | None = None) -> None:
        session = self._work.writes()
        session.merge(
            RecordingRow(
                id=recording.id,
                meeting=recording.meeting,
                number=recording.number,
                folder=recording.folder,
                source=recording.source,
                recorder=recording.recorder,
                state=recording.state.value,
                tracks=recording.tracks,
                sample_rate=recording.sample_rate,
                frames=recording.frames,
                dropped=recording.dropped,
                gaps=[asdict(gap) for gap in recording.gaps],
                markers=[asdict(marker) for marker in recording.markers],
                purpose=recording.purpose.value,
                alarm_rows=recording.alarm_rows,
                journal=recording.journal,
            )
        )
        session.flush()
        self._put_segments(recording, self._segments(recording.id) if before is None else before.segments)

    def _put_segments(self, recording: Recording, before: Iterable[Segment]) -> None:
        """Only what is new, or another than it was."""
        known = {(one.track, one.seq): one for one in before}
        given = {(one.track, one.seq): one for one in recording.segments}
        connection = self._work.connection(writing=True)
        for track, seq in [key for key, one in known.items() if given.get(key) != one]:
            place = (_SEGMENTS.c.recording == recording.id, _SEGMENTS.c.track == track, _SEGMENTS.c.seq == seq)
            connection.execute(delete(_SEGMENTS).where(*place))
        new = [_columns(recording.id, one) for key, one in given.items() if known.get(key) != one]
        if new:
            connection.execute(insert(_SEGMENTS), new)

    def _segments(self, recording_id: str) -> tuple[Segment, ...]:
        query = select(*(_SEGMENTS.c[name] for name in _FIELDS)).where(_SEGMENTS.c.recording == recording_id)
        rows = self._work.connection().execute(query.order_by(_SEGMENTS.c.track, _SEGMENTS.c.seq))
        return tuple(Segment(**dict(zip(_FIELDS, row, strict=True))) for row in rows)

    def _whole(self, row: RecordingRow) -> Recording:
        return Recording(**_known(row), segments=self._segments(row.id))


_SEGMENTS = SegmentRow.metadata.tables["segments"]
_FIELDS = tuple(field.name for field in fields(Segment))


def _columns(recording_id: str, segment: Segment) -> dict[str, Any]:
    return {"recording": recording_id, **{name: getattr(segment, name) for name in _FIELDS}}


def _known(row: RecordingRow) -> dict[str, Any]:
    """Of a head."""
    return {
        "id": row.id,
        "meeting": row.meeting,
        "number": row.number,
        "folder": row.folder,
        "source": row.source,
        "recorder": row.recorder,
        "state": RecorderState(row.state),
        "tracks": row.tracks,
        "sample_rate": row.sample_rate,
        "frames": row.frames,
        "dropped": row.dropped,
        "gaps": tuple(Gap(**gap) for gap in row.gaps),
        "markers": tuple(_marker(told) for told in row.markers),
        "purpose": Purpose(row.purpose),
        "alarm_rows": row.alarm_rows,
        "journal": row.journal,
    }


def _marker(told: Mapping[str, Any]) -> Marker:
    """Numbers came later than marks."""
    return Marker(MarkKind(told["kind"]), told["frame"], told["note"], told.get("of", 0), told.get("number", 0))


class SqlTranscripts:
    """`ports.Transcripts`. Saving more of a long transcript writes only the segments that are new or changed."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def of(self, meeting_id: str) -> Sequence[Transcript]:
        query = select(TranscriptRow).where(TranscriptRow.meeting == meeting_id).order_by(TranscriptRow.version)
        return [self._transcript(row) for row in self._work.reads().scalars(query).all()]

    def latest(self, meeting_id: str) -> Transcript | None:
        query = select(TranscriptRow).where(TranscriptRow.meeting == meeting_id)
        row = self._work.reads().scalar(query.order_by(TranscriptRow.version.desc()).limit(1))
        return None if row is None else self._transcript(row)

    def version(self, meeting_id: str, number: int) -> Transcript | None:
        query = select(TranscriptRow).where(TranscriptRow.meeting == meeting_id, TranscriptRow.version == number)
        row = self._work.reads().scalar(query)
        return None if row is None else self._transcript(row)

    def heads(self, meeting_id: str) -> Sequence[TranscriptHead]:
        shown, session = TranscriptSegmentRow.dropped.is_(False), self._work.reads()
        query = select(TranscriptRow).where(TranscriptRow.meeting == meeting_id).order_by(TranscriptRow.version)
        return [
            TranscriptHead(
                _head(row),
                session.scalar(
                    select(func.count())
                    .select_from(TranscriptSegmentRow)
                    .where(TranscriptSegmentRow.transcript == row.id, shown)
                )
                or 0,
            )
            for row in session.scalars(query).all()
        ]

    def sentence(self, transcript_id: str, sentence: str) -> TranscriptSegment | None:
        row = self._work.reads().get(TranscriptSegmentRow, (transcript_id, sentence))
        return None if row is None else _text(row)

    def sentences(self, transcript_id: str, first: int, count: int) -> Sequence[TranscriptSegment]:
        query = _sentences_of(transcript_id).where(TranscriptSegmentRow.dropped.is_(False))
        return [_text(row) for row in self._work.reads().execute(query.offset(first).limit(count)).all()]

    def put_sentence(self, transcript_id: str, sentence: TranscriptSegment) -> None:
        session = self._work.writes()
        place = session.get_one(TranscriptSegmentRow, (transcript_id, sentence.id)).place
        session.merge(_text_row(transcript_id, place, sentence))
        session.flush()

    def following(self, transcript_id: str, sentence: str) -> Sequence[TranscriptSegment]:
        session, row = self._work.reads(), TranscriptSegmentRow
        first = session.get(row, (transcript_id, sentence))
        if first is None:
            return ()
        behind = (row.transcript == transcript_id, tuple_(*_ORDER) > (first.place, first.start, first.id))
        shown = select(*_ORDER).where(*behind, row.dropped.is_(False)).order_by(*_ORDER).limit(1)
        last = session.execute(shown).one_or_none()
        between = _sentences_of(transcript_id).where(*behind)
        if last is not None:
            between = between.where(tuple_(*_ORDER) <= tuple(last))
        return [_text(first), *(_text(one) for one in session.execute(between).all())]

    def add_sentence(self, transcript_id: str, sentence: TranscriptSegment, *, behind: str) -> None:
        session = self._work.writes()
        place = session.get_one(TranscriptSegmentRow, (transcript_id, behind)).place
        session.add(_text_row(transcript_id, place, sentence))  # at its place: the day's other rows stay as they are
        session.flush()

    def put_points(self, transcript_id: str, points: Sequence[DraftPoint]) -> None:
        session = self._work.writes()
        session.get_one(TranscriptRow, transcript_id).points = [asdict(point) for point in points]
        session.flush()

    def put(self, transcript: Transcript) -> None:
        session = self._work.writes()
        session.merge(
            TranscriptRow(
                id=transcript.id,
                meeting=transcript.meeting,
                version=transcript.version,
                engine=transcript.engine,
                model=transcript.model,
                model_sha256=transcript.model_sha256,
                at=transcript.at,
                duration=transcript.duration,
                speech=transcript.speech,
                covered=transcript.covered,
                rtf=transcript.rtf,
                complete=transcript.complete,
                holes=[asdict(hole) for hole in transcript.holes],
                points=[asdict(point) for point in transcript.points],
                report=dict(transcript.report),
            )
        )
        session.flush()
        known = {row.id: (row.place, _text(row)) for row in self._rows(transcript.id)}
        given = {segment.id: (place, segment) for place, segment in enumerate(transcript.segments, start=1)}
        stale = [name for name, what in known.items() if given.get(name) != what]
        for part in _parts(stale):
            session.execute(
                delete(TranscriptSegmentRow).where(
                    TranscriptSegmentRow.transcript == transcript.id, TranscriptSegmentRow.id.in_(part)
                )
            )
        session.add_all(
            _text_row(transcript.id, place, segment)
            for place, segment in given.values()
            if known.get(segment.id) != (place, segment)
        )
        session.flush()

    def _rows(self, transcript_id: str) -> Sequence[Row[Any]]:
        return self._work.reads().execute(_sentences_of(transcript_id)).all()

    def _transcript(self, row: TranscriptRow) -> Transcript:
        return replace(_head(row), segments=tuple(_text(segment) for segment in self._rows(row.id)))


def _sentences_of(transcript_id: str) -> Select[Any]:
    """Not as mapped objects: of a day's sentences they take longer than all the rest."""
    query = select(*TranscriptSegmentRow.__table__.columns).where(TranscriptSegmentRow.transcript == transcript_id)
    return query.order_by(*_ORDER)


_ORDER = (TranscriptSegmentRow.place, TranscriptSegmentRow.start, TranscriptSegmentRow.id)
"""Of a transcript's sentences: two parts of one that was cut share its place until all of it is saved again."""


def _head(row: TranscriptRow) -> Transcript:
    return Transcript(
        id=row.id,
        meeting=row.meeting,
        version=row.version,
        engine=row.engine,
        model=row.model,
        model_sha256=row.model_sha256,
        at=row.at,
        duration=row.duration,
        speech=row.speech,
        covered=row.covered,
        rtf=row.rtf,
        complete=row.complete,
        holes=tuple(Hole(**hole) for hole in row.holes),
        points=tuple(
            DraftPoint(**{**told, "kind": PointKind(told["kind"]), "support": tuple(told["support"])})
            for told in row.points
        ),
        report=row.report,
    )


_PARAMETERS = 500  # of one statement; SQLite's default limit was 999 for long


def _parts(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[at : at + _PARAMETERS] for at in range(0, len(names), _PARAMETERS))


def _text_row(transcript_id: str, place: int, segment: TranscriptSegment) -> TranscriptSegmentRow:
    return TranscriptSegmentRow(
        transcript=transcript_id,
        id=segment.id,
        place=place,
        recording=segment.recording,
        track=segment.track,
        start=segment.start,
        end=segment.end,
        first_frame=segment.first_frame,
        last_frame=segment.last_frame,
        raw=segment.raw,
        text=segment.text,
        words=[[word.text, word.start, word.end, word.confidence] for word in segment.words],
        speaker=segment.speaker,
        known_by=segment.known_by and segment.known_by.value,
        changes=[asdict(change) for change in segment.changes],
        confidence=segment.confidence,
        beside=asdict(segment.beside) if segment.beside else None,
        doubts=[asdict(doubt) for doubt in segment.doubts],
        dropped=segment.dropped,
    )


def _text(row: TranscriptSegmentRow | Row[Any]) -> TranscriptSegment:
    return TranscriptSegment(
        id=row.id,
        recording=row.recording,
        track=row.track,
        start=row.start,
        end=row.end,
        first_frame=row.first_frame,
        last_frame=row.last_frame,
        raw=row.raw,
        text=row.text,
        words=tuple(Word(*word) for word in row.words),
        speaker=row.speaker,
        known_by=SpeakerKnownBy(row.known_by) if row.known_by else None,
        changes=tuple(Change(**change) for change in row.changes),
        confidence=row.confidence,
        beside=Beside(**row.beside) if row.beside else None,
        doubts=tuple(Doubt(**doubt) for doubt in row.doubts),
        dropped=row.dropped,
    )
