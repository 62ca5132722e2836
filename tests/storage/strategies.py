"""Values of the domain, as hypothesis draws them."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from roomctl.domain.lifecycle import Need, State
from roomctl.domain.lines import seen
from roomctl.domain.meeting import AgendaItem, Meeting
from roomctl.domain.recording import Gap, Marker, MarkKind, Purpose, RecorderState, Recording, Segment
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.domain.transcript import (
    Change,
    DraftPoint,
    Hole,
    PointKind,
    SpeakerKnownBy,
    Transcript,
    TranscriptSegment,
    Word,
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["𠮷野", "买买提·吐尔逊", "㛃"]
)
titles = text.filter(seen)
counts = st.integers(0, 2**53 - 1)
small = st.integers(1, 9)
seconds = st.floats(0, 1e6, allow_nan=False)
instants = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
local = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e15, 1e15)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
secrecies = st.builds(Secrecy, st.sampled_from(Level), st.none() | st.integers(1, 30), text, text)


def tuples(values, size=3):
    return st.lists(values, max_size=size).map(tuple)


@st.composite
def agendas(draw):
    many = draw(st.integers(0, 4))
    item = st.builds(
        AgendaItem, st.just(1), text, text, text, st.integers(0, 600), tuples(text), secrecies
    )  # the number follows
    return tuple(
        AgendaItem(n, one.title, one.unit, one.presenter, one.minutes, one.observers, one.secrecy)
        for n, one in enumerate(draw(st.lists(item, min_size=many, max_size=many)), start=1)
    )


def meetings(meeting_id: str, room: str, version: int = 0):
    return st.builds(
        Meeting,
        id=st.just(meeting_id),
        room=st.just(room),
        title=titles,
        starts=local,
        zone=st.sampled_from(["Asia/Shanghai", "Asia/Urumqi"]),
        planned_minutes=st.integers(0, 10_000),
        kind=text,
        place=text,
        chair=text,
        minute_taker=text,
        contact=text,
        scope=text,
        multimedia=text,
        press=text,
        catering=text,
        special=text,
        secrecy=secrecies,
        recorded=st.booleans(),
        recording_approved_by=text,
        agenda=agendas(),
        state=st.sampled_from(State),
        urgent=st.booleans(),
        urgent_reason=text,
        facts=st.frozensets(st.sampled_from(Need)),
        started_at=st.none() | instants,
        adjourned_at=st.none() | instants,
        version=st.just(version),
    )


@st.composite
def recordings(draw, recording_id: str, meeting_id: str):
    keys = draw(st.lists(st.tuples(small, small), unique=True, max_size=4))
    segments = tuple(
        draw(
            st.builds(
                Segment,
                track=st.just(track),
                seq=st.just(seq),
                path=text,
                first_frame=st.integers(0, 2**40),  # two years of 16 kHz
                frames=counts,
                utc=instants,
                monotonic=seconds,
                sha256_pcm=text,
                sha256_file=text,
                sm3_file=text,
                overflows=counts,
                gap_before=counts,
                recovered=st.booleans(),
            )
        )
        for track, seq in sorted(keys)
    )
    return draw(
        st.builds(
            Recording,
            id=st.just(recording_id),
            meeting=st.just(meeting_id),
            number=st.just(1),
            folder=text,
            source=text,
            recorder=text,
            state=st.sampled_from(RecorderState),
            tracks=small,
            sample_rate=st.sampled_from([16_000, 44_100, 48_000]),
            frames=counts,
            dropped=counts,
            gaps=tuples(st.builds(Gap, counts, counts, text)),
            markers=tuples(st.builds(Marker, st.sampled_from(MarkKind), counts, text, small, small)),
            segments=st.just(segments),
            purpose=st.sampled_from(Purpose),
            alarm_rows=counts,
        )
    )


@st.composite
def transcripts(draw, transcript_id: str, meeting_id: str, recording_id: str):
    names = draw(st.lists(st.from_regex(r"r1-t1-[0-9]{4}", fullmatch=True), unique=True, max_size=5))
    segment = st.builds(
        TranscriptSegment,
        id=st.just(""),
        recording=st.just(recording_id),
        track=small,
        start=seconds,
        end=seconds,
        first_frame=counts,
        last_frame=counts,
        raw=text,
        text=text,
        words=tuples(st.builds(Word, text, seconds, seconds, st.floats(0, 1))),
        speaker=st.none() | text,
        known_by=st.none() | st.sampled_from(SpeakerKnownBy),
        changes=tuples(st.builds(Change, text, text, text, text, counts)),
        confidence=st.floats(0, 1),
        dropped=st.booleans(),
    )
    segments = tuple(replace(draw(segment), id=name) for name in names)
    return draw(
        st.builds(
            Transcript,
            id=st.just(transcript_id),
            meeting=st.just(meeting_id),
            version=st.just(1),
            engine=text,
            model=text,
            model_sha256=text,
            at=st.none() | instants,
            duration=seconds,
            speech=seconds,
            covered=seconds,
            rtf=seconds,
            complete=st.booleans(),
            segments=st.just(segments),
            holes=tuples(st.builds(Hole, st.just(recording_id), small, seconds, seconds)),
            points=tuples(
                st.builds(
                    DraftPoint,
                    kind=st.sampled_from(PointKind),
                    text=text,
                    segment=text,
                    owner=text,
                    support=tuples(text),
                    deadline=text,
                    what=text,
                    now=text,
                )
            ),
            report=st.dictionaries(text, json_values, max_size=3),
        )
    )
