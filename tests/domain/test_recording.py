from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.recording import Marker, MarkKind, Problem, Recording, RecordingReport, off_record, standing

marks = st.lists(st.builds(Marker, st.sampled_from(MarkKind), st.integers(0, 100)), max_size=12)


def _mark(kind: str, frame: int) -> Marker:
    return Marker(MarkKind(kind), frame)


def test_off_record_runs_from_its_mark_to_the_next_on_record():
    spans = off_record([_mark("off_record", 10), _mark("on_record", 20), _mark("off_record", 30)], end=50)
    assert spans == ((10, 20), (30, 50))


def test_a_second_press_of_off_record_opens_no_second_span():
    assert off_record([_mark("off_record", 10), _mark("off_record", 15), _mark("on_record", 20)], end=50) == (
        (10, 20),
    )


def test_on_record_alone_and_other_marks_are_no_span():
    assert off_record([_mark("on_record", 10), _mark("mark", 20), _mark("speaker", 30)], end=50) == ()


def test_what_was_taken_back_neither_begins_a_span_nor_ends_one():
    off, on = _mark("off_record", 10), _mark("on_record", 20)
    assert off_record([off, on, Marker(MarkKind.UNDO, 30, of=2)], end=50) == ((10, 50),)
    assert off_record([off, Marker(MarkKind.UNDO, 30, of=1)], end=50) == ()


def test_marks_that_hold_have_their_number_and_their_newest_text():
    rows = [
        Marker(MarkKind.ITEM, 10, "1"),
        Marker(MarkKind.MARK, 20, "决定"),
        Marker(MarkKind.UNDO, 30, of=1),
        Marker(MarkKind.NOTE, 40, "决定：先建两座", of=2),
        Marker(MarkKind.NOTE, 50, "x", of=9),
        Marker(MarkKind.UNDO, 60, of=3),
        Marker(MarkKind.SPEAKER, 70, "李晓明"),
    ]
    assert standing(rows) == (
        Marker(MarkKind.MARK, 20, "决定：先建两座", number=2),
        Marker(MarkKind.SPEAKER, 70, "李晓明", number=7),
    )


def test_a_span_ends_with_the_recording():
    assert off_record([_mark("off_record", 40), _mark("on_record", 60)], end=50) == ((40, 50),)
    assert off_record([_mark("off_record", 60)], end=50) == ()


@given(markers=marks, end=st.integers(0, 100))
def test_spans_are_apart_inside_the_recording_and_in_order(markers, end):
    spans = off_record(markers, end)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= first < last <= end for first, last in spans)


@given(markers=marks.filter(lambda found: len({m.frame for m in found}) == len(found)), data=st.data())
def test_marks_may_come_in_any_order(markers, data):
    assert off_record(data.draw(st.permutations(markers)), 100) == off_record(markers, 100)


def test_a_recording_is_as_long_as_its_frames():
    recording = Recording(
        id="r", meeting="m", number=1, folder="f", source="tone", recorder="audio", frames=72_000, sample_rate=48_000
    )
    assert recording.seconds == 1.5


def test_one_problem_makes_a_report_not_ok():
    report = RecordingReport(tracks=1, sample_rate=48_000, frames=0)
    assert report.ok
    assert not RecordingReport(tracks=1, sample_rate=48_000, frames=0, problems=(Problem("a", "b"),)).ok
