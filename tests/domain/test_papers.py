"""What a meeting leaves behind: transcript, papers, verdict on a package."""

from roomctl.domain.archive import Fault, Verdict
from roomctl.domain.record import Document, Heading, Paragraph
from roomctl.domain.transcript import Transcript, TranscriptSegment


def _segment(name: str, text: str, *, dropped: bool = False) -> TranscriptSegment:
    return TranscriptSegment(
        id=name,
        recording="r",
        track=1,
        start=0,
        end=1,
        first_frame=0,
        last_frame=1,
        raw=text,
        text=text,
        dropped=dropped,
    )


def test_an_invention_is_kept_and_shown_nowhere():
    segments = (_segment("a", "大家好。"), _segment("b", "谢谢观看", dropped=True), _segment("c", "开会。"))
    transcript = Transcript(id="t", meeting=None, version=1, engine="e", model="m", segments=segments)
    assert transcript.text == "大家好。\n开会。"
    assert [segment.id for segment in transcript.shown] == ["a", "c"]
    assert transcript.segments == segments


def test_a_document_names_the_segments_it_draws_on_in_order():
    blocks = (Heading(1, "一、"), Paragraph("甲", segment="s2"), Paragraph("乙"), Paragraph("丙", segment="s1"))
    assert list(Document(kind="会议记录", title="t", blocks=blocks).segments) == ["s2", "s1"]


def test_nothing_checked_is_not_ok():
    assert not Verdict(files=0, bytes=0).ok
    assert Verdict(files=1, bytes=0).ok


def test_a_verdict_tells_which_file_and_what():
    verdict = Verdict(files=2, bytes=9, problems=(Fault("data/a.flac", "altered"),))
    assert verdict.as_json() == {
        "ok": False,
        "files": 2,
        "bytes": 9,
        "problems": [{"file": "data/a.flac", "what": "altered"}],
    }
