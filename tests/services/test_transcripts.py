"""What a person puts right in a transcript, while the machine goes on writing it."""

from dataclasses import replace

import pytest

from roomctl.domain.correction import confirmed, suggestions
from roomctl.domain.events import Actor
from roomctl.domain.transcript import Beside, Change, Doubt, SpeakerKnownBy, Transcript, TranscriptSegment
from roomctl.errors import BadInput, Busy, NotFound, Refused
from roomctl.services.identity import new_id


def said(recording, text, n=1, **more):
    return TranscriptSegment(
        id=f"r1-t1-{n:04d}", recording=recording, track=1, start=n * 5.0, end=n * 5.0 + 4, first_frame=0,
        last_frame=9, raw=text, text=text, **more,
    )  # fmt: skip


@pytest.fixture
def held(house):
    """A meeting in session, and how its transcript grows."""
    meeting = house.in_session()
    recording = house.use.recordings(meeting.id)[0].id
    first = Transcript(id=new_id(), meeting=meeting.id, version=1, engine="vosk", model="m")

    def grow(*texts, of=first, **more):
        segments = tuple(said(recording, text, n) for n, text in enumerate(texts, 1))
        return house.use.put_transcript(replace(of, segments=segments, **more))

    return house, meeting.id, grow, first, recording


def by(house, name="王敏"):
    return house.use.acting_as(Actor.person(name))


def texts(house, meeting):
    return [segment.text for segment in house.use.transcript(meeting).segments]


def test_a_correction_is_kept_with_who_made_it_and_what_stood_there(held):
    house, meeting, grow, _, _ = held
    grow("由市发改为负责。")
    one = by(house).correct_sentence(meeting, "r1-t1-0001", "由市发改委负责。", seen="由市发改为负责。")
    assert (one.text, one.changes[-1].reason) == ("由市发改委负责。", "王敏")
    assert house.kinds(meeting)[-1] == "transcript.corrected"
    back = by(house).take_back_correction(meeting, "r1-t1-0001")
    assert back.text == "由市发改为负责。"
    assert house.kinds(meeting)[-1] == "transcript.taken_back"


def test_what_the_machine_writes_later_costs_no_correction(held):
    house, meeting, grow, _, _ = held
    grow("由市发改为负责。")
    by(house).correct_sentence(meeting, "r1-t1-0001", "由市发改委负责。")
    kept = grow("由市发改为负责。", "散会。", complete=True)
    assert [segment.text for segment in kept.segments] == ["由市发改委负责。", "散会。"]
    assert texts(house, meeting) == ["由市发改委负责。", "散会。"]


def test_another_engines_version_takes_the_corrections_over_each_time_it_grows(held):
    house, meeting, grow, first, _ = held
    grow("由市发改为负责。", "请李小明同志汇报。")
    by(house).correct_sentence(meeting, "r1-t1-0001", "由市发改委负责。")
    by(house).correct_sentence(meeting, "r1-t1-0002", "请李晓明同志汇报。")
    second = replace(first, id=new_id(), version=2, engine="whisper")
    grow("由市发改围负责。", of=second)
    assert texts(house, meeting) == ["由市发改委负责。"]
    grow("由市发改围负责。", "请李小名同志汇报。", of=second, complete=True)
    assert texts(house, meeting) == ["由市发改委负责。", "请李晓明同志汇报。"]
    (row, _) = by(house).compare_versions(meeting, 1, 2)
    assert row.same
    with pytest.raises(NotFound):
        house.use.compare_versions(meeting, 1, 3)


def test_two_people_at_one_sentence_see_each_others_text(held, monkeypatch):
    monkeypatch.setenv("ROOMCTL_LANG", "zh")
    house, meeting, grow, _, _ = held
    grow("会议决定。")
    by(house).correct_sentence(meeting, "r1-t1-0001", "会议议定。", seen="会议决定。")
    with pytest.raises(Busy, match="王敏") as caught:
        by(house, "赵敏").correct_sentence(meeting, "r1-t1-0001", "会议明确。", seen="会议决定。")
    assert "会议议定。" in str(caught.value)
    assert "会议明确。" in str(caught.value)
    assert texts(house, meeting) == ["会议议定。"]


def test_a_person_says_who_speaks(held):
    house, meeting, grow, _, _ = held
    grow("同意。")
    one = by(house).name_speaker(meeting, "r1-t1-0001", "李晓明")
    assert (one.speaker, one.known_by) == ("李晓明", SpeakerKnownBy.PERSON)
    grow("同意。", "散会。")
    assert house.use.transcript(meeting).segments[0].speaker == "李晓明"


def test_a_name_is_taken_back_everywhere_at_once(held):
    house, meeting, _, first, recording = held
    fixed = Change("names", "李小明", "李晓明", "roster", 1)
    segments = (
        said(recording, "请李晓明汇报，李晓明同志请。", 1, changes=(fixed,)),
        said(recording, "散会。", 2),
        said(recording, "由李晓明负责。", 3, changes=(fixed,)),
    )
    house.use.put_transcript(replace(first, segments=segments))
    assert by(house).undo_name(meeting, "李晓明") == 2
    assert texts(house, meeting) == ["请李小明汇报，李晓明同志请。", "散会。", "由李小明负责。"]
    assert by(house).undo_name(meeting, "李晓明") == 0
    by(house).correct_sentence(meeting, "r1-t1-0003", "由李小敏负责。")
    assert by(house).restore_name(meeting, "李晓明") == 1
    assert texts(house, meeting) == ["请李晓明汇报，李晓明同志请。", "散会。", "由李小敏负责。"]
    assert house.kinds(meeting)[-1] == "transcript.name_restored"
    (put_in,) = house.use.names_put_in(meeting)
    assert (put_in.name, put_in.heard, put_in.standing) == ("李晓明", ("李小明",), 1)


def test_somebody_has_heard_a_sentence_and_it_is_right(held):
    house, meeting, grow, _, _ = held
    grow("同意。", "散会。")
    assert confirmed(by(house).confirm_sentence(meeting, "r1-t1-0001"))
    by(house).confirm_sentence(meeting, "r1-t1-0001")
    assert house.kinds(meeting).count("transcript.confirmed") == 1
    grow("同意。", "散会。", complete=True)
    assert [confirmed(one) for one in house.use.transcript(meeting).segments] == [True, False]


def test_one_sentence_is_written_without_touching_the_others(held):
    house, meeting, grow, first, _ = held
    grow("一。", "二。", "三。")
    before = house.use.transcript(meeting)
    by(house).correct_sentence(meeting, "r1-t1-0002", "贰。")
    after = house.use.transcript(meeting)
    assert after.segments[1] == house.use.sentence(first.id, "r1-t1-0002")
    assert replace(after, segments=(before.segments[0], before.segments[1], before.segments[2])) == before
    assert [after.segments[0], after.segments[2]] == [before.segments[0], before.segments[2]]
    (head,) = house.use.transcript_heads(meeting)
    assert (head.version, head.sentences) == (replace(after, segments=()), 3)
    assert house.use.transcript_version(meeting, 1) == after
    assert house.use.transcript_version(meeting, 2) is None


def test_corrections_suggest_words_and_teach_nothing_by_themselves(held):
    house, meeting, grow, _, _ = held
    grow("云西街道负责。", "由云西街道配合。", "共12个。")
    for sentence, text in (("1", "云溪街道负责。"), ("2", "由云溪街道配合。"), ("3", "共13个。")):
        by(house).correct_sentence(meeting, f"r1-t1-000{sentence}", text)
    (found,) = house.use.suggestions(meeting)
    assert (found.heard, found.meant, found.times) == ("云西街道", "云溪街道", 2)
    assert suggestions(replace(house.use.transcript(meeting), segments=())) == ()


@pytest.mark.parametrize("text", ["", "  ", "一\n二", "长" * 2001])
def test_a_text_that_is_no_sentence_is_refused(held, text):
    house, meeting, grow, _, _ = held
    grow("会议决定。")
    with pytest.raises(BadInput):
        house.use.correct_sentence(meeting, "r1-t1-0001", text)


def test_what_is_not_there_cannot_be_corrected(held):
    house, meeting, grow, _, _ = held
    with pytest.raises(NotFound):
        house.use.correct_sentence(meeting, "r1-t1-0001", "一。")
    grow("会议决定。")
    with pytest.raises(NotFound):
        house.use.correct_sentence(meeting, "r1-t1-0009", "一。")


def test_what_was_archived_is_not_changed_any_more(house):
    meeting = house.opened()
    with pytest.raises(Refused):
        house.use.correct_sentence(meeting.id, "r1-t1-0001", "一。")


def test_what_stands_beside_a_sentence_and_what_is_in_doubt_are_kept(held):
    house, meeting, _, first, recording = held
    one = said(
        recording, "共86个。", beside=Beside("a.docx", "共68个。", 0.9),
        doubts=(Doubt(at=1, said="86个", paper="68个", file="a.docx"),),
    )  # fmt: skip
    house.use.put_transcript(replace(first, segments=(one,)))
    assert house.use.transcript(meeting).segments == (one,)
