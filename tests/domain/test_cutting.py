"""A sentence made two, two made one: the words keep their times, and nothing that was changed is lost."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roomctl.domain import holes, points
from roomctl.domain.correction import by_machine, confirm, confirmed, correct, corrected, name_speaker, take_back
from roomctl.domain.cutting import buried, merge, names, part, split
from roomctl.domain.transcript import Change, Doubt, DraftPoint, PointKind, Transcript, TranscriptSegment, Word

RATE = 1000


def said(text, start=0.0, n=1, size=2, **more):
    """A sentence of words of `size` characters, half a second each."""
    parts = [text[i : i + size] for i in range(0, len(text), size)]
    words = tuple(Word(one, start + k / 2, start + k / 2 + 0.4) for k, one in enumerate(parts))
    end = start + len(parts) / 2
    given = {
        "id": f"r1-t1-{n:04d}", "recording": "r", "track": 1, "start": start, "end": end, "raw": text, "text": text,
        "first_frame": round(start * RATE), "last_frame": round(end * RATE) - 1, "words": words,
    }  # fmt: skip
    return TranscriptSegment(**{**given, **more})


def version(*segments, n=1, own=()):
    return Transcript(id=f"v{n}", meeting="m", version=n, engine="e", model="m", segments=segments, points=own)


def cut(transcript, sentence, at, by="王敏"):
    """The version with that sentence made two."""
    place = next(n for n, one in enumerate(transcript.segments) if one.id == sentence)
    whole, *behind = transcript.segments[place:]
    known = {one.id for one in transcript.segments}
    name = next(one for one in names(sentence) if one not in known)
    first, second = part(whole, at, behind, name=name, by=by)
    others = [one for one in transcript.segments if one.id != second.id]
    place = others.index(whole)
    kept = points.parted(transcript.points, first, second)
    return replace(transcript, segments=(*others[:place], first, second, *others[place + 1 :]), points=kept)


def together(transcript, sentence, by="王敏"):
    """The version with that sentence and the next one made one."""
    place = next(n for n, one in enumerate(transcript.shown) if one.id == sentence)
    whole, gone = merge(*transcript.shown[place : place + 2], by=by)
    new = {whole.id: whole, gone.id: gone}
    kept = points.joined(transcript.points, whole, gone)
    return replace(transcript, segments=tuple(new.get(one.id, one) for one in transcript.segments), points=kept)


def texts(transcript):
    return [one.text for one in transcript.shown]


def test_each_part_has_its_words_and_begins_where_they_are_heard():
    first, second = split(said("我都同意。下面请李晓明同志发言。", 10.0, size=5), 5, name="b", by="王敏")
    assert (first.text, second.text) == ("我都同意。", "下面请李晓明同志发言。")
    assert (first.start, first.end, second.start, second.end) == (10.0, 10.4, 10.5, 12.0)
    assert (first.last_frame, second.first_frame) == (10_399, 10_500)
    assert [word.text for word in second.words] == ["下面请李晓", "明同志发言", "。"]
    assert (first.id, second.id) == ("r1-t1-0001", "b")


def test_a_word_across_the_cut_is_cut_by_its_characters():
    first, second = split(said("同意散会", 0.0, size=4), 2, name="b", by="王敏")
    assert ([one.text for one in first.words], [one.text for one in second.words]) == (["同意"], ["散会"])
    assert second.start == pytest.approx(0.2)


def test_without_words_the_time_goes_by_the_characters():
    _, second = split(said("同意散会", 4.0, words=()), 2, name="b", by="王敏")
    assert second.start == pytest.approx(4.5)


@pytest.mark.parametrize("at", [0, 4, 9, -1])
def test_no_part_may_be_empty(at):
    with pytest.raises(ValueError, match="nothing is left"):
        split(said("同意散会"), at, name="b", by="王敏")


def test_what_was_changed_stays_with_the_part_in_which_it_was():
    whole = said("由市发改委负责。请李晓明汇报。", raw="由市发该委负责。请李小明汇报。", changes=(
        Change("names", "市发该委", "市发改委", at=1), Change("names", "李小明", "李晓明", at=9),
    ))  # fmt: skip
    whole = correct(whole, "由市发改委牵头。请李晓明汇报。", by="马兰")
    first, second = split(whole, 8, name="b", by="王敏")
    assert (by_machine(first), corrected(first), corrected(second)) == ("由市发改委负责。", True, False)
    assert (first.raw, second.raw) == ("由市发该委负责。", "请李小明汇报。")
    assert [one.before for one in second.changes if one.step == "names"] == ["李小明"]
    assert take_back(first, by="马兰").text == "由市发改委负责。"


def test_a_sentence_that_was_right_is_right_in_both_parts():
    first, second = split(confirm(said("同意。散会。"), by="马兰"), 3, name="b", by="王敏")
    assert confirmed(first)
    assert confirmed(second)
    whole, _ = merge(first, second, by="王敏")
    assert confirmed(whole)
    half, _ = merge(first, replace(second, changes=()), by="王敏")
    assert not confirmed(half)


def test_figures_that_are_in_doubt_go_with_their_part():
    whole = said(
        "共 86 个。花了 3 元。", doubts=(Doubt(at=2, said="86", paper="68"), Doubt(at=10, said="3", paper="5"))
    )
    first, second = split(whole, 7, name="b", by="王敏")
    assert [(one.said, first.text[one.at :][:2]) for one in first.doubts] == [("86", "86")]
    assert [(one.said, second.text[one.at]) for one in second.doubts] == [("3", "3")]
    again, _ = merge(first, second, by="王敏")
    assert [again.text[one.at :][: len(one.said)] for one in again.doubts] == ["86", "3"]


def test_two_made_one_keep_the_speaker_who_is_known():
    nobody, somebody = said("同意。"), said("散会。", 2.0, n=2, speaker="张建国")
    whole, gone = merge(nobody, somebody, by="王敏")
    assert (whole.text, whole.speaker, whole.end, whole.last_frame) == ("同意。散会。", "张建国", 3.0, 2999)
    assert buried(gone)
    assert merge(said("OK."), said("Next item.", 2.0, n=2), by="王敏")[0].text == "OK. Next item."


def test_parted_again_the_second_one_is_itself_again():
    other = name_speaker(correct(said("散回。", 2.0, n=2), "散会。", by="马兰"), "李晓明")
    before = version(said("同意。", speaker="张建国"), other)
    made = cut(together(before, "r1-t1-0001"), "r1-t1-0001", 3)
    assert texts(made) == ["同意。", "散会。"]
    assert made.segments[1].id == "r1-t1-0002"
    assert made.segments[1].changes == other.changes


TEXT = st.text("市发改委由牵头，负责。一二三 ab", min_size=2, max_size=20)


@settings(max_examples=50, deadline=None)
@given(TEXT, TEXT, st.integers(1, 19), st.integers(1, 3))
def test_two_halves_made_one_are_what_they_were(text, written, at, size):
    text, written = text.strip(), written.strip()
    if not text or not written or not written[:at].strip() or not written[at:].strip():
        return
    whole = correct(said(text, size=size), written, by="马兰")
    first, second = split(whole, at, name="b", by="王敏")
    assert whole.start <= first.start <= first.end <= second.start <= second.end <= whole.end
    assert "".join(one.text for one in (*first.words, *second.words)) == text
    for one in (first, second):
        assert not corrected(one) or by_machine(one) != one.text
        assert take_back(one, by="x").text in {by_machine(one), one.text}
    again, _ = merge(first, second, by="王敏")
    assert again.text.replace(" ", "") == whole.text.replace(" ", "")
    assert by_machine(again).replace(" ", "") == text.replace(" ", "")
    assert (again.start, again.end, again.first_frame, again.last_frame) == (
        whole.start, whole.end, whole.first_frame, whole.last_frame
    )  # fmt: skip


def test_more_of_the_same_version_is_cut_as_before():
    machine = (said("同意方案。下面请王海燕。"), said("好的。", 4.0, n=2), said("散会。", 6.0, n=3))
    old = together(cut(version(*machine), "r1-t1-0001", 5), "r1-t1-0002")
    assert texts(old) == ["同意方案。", "下面请王海燕。", "好的。散会。"]
    named = replace(old, segments=tuple(
        name_speaker(one, "张建国") if one.text == "下面请王海燕。" else one for one in old.segments
    ))  # fmt: skip
    new = holes.carry(named, version(*machine, said("再见。", 9.0, n=4)))
    assert texts(new) == ["同意方案。", "下面请王海燕。", "好的。散会。", "再见。"]
    assert new.shown[1].speaker == "张建国"
    assert texts(holes.carry(new, version(*machine, n=2))) == texts(named)


def test_what_was_parted_and_put_together_again_stays_so():
    machine = (said("同意方案。下面请王海燕。"),)
    old = together(cut(version(*machine), "r1-t1-0001", 5), "r1-t1-0001")
    assert texts(holes.carry(old, version(*machine))) == ["同意方案。下面请王海燕。"]


def test_another_engines_version_is_cut_where_the_same_words_are_heard():
    old = cut(version(said("同意方案。下面请王海燕。", size=1)), "r1-t1-0001", 5)
    other = replace(said("同意方案下面请王海雁", size=1), id="x-0001")
    made = holes.carry(old, version(other, n=2))
    assert texts(made)[0] in {"同意方案", "同意方案下"}
    assert len(made.shown) == 2
    late = replace(said("同意方案下面请王海雁", 60.0), id="x-0001")
    assert len(holes.carry(old, version(late, n=2)).shown) == 1


def decision(text, segment="r1-t1-0001", **more):
    return DraftPoint(kind=PointKind.DECISION, text=text, segment=segment, **more)


def test_a_point_follows_its_words():
    text = "大家都同意。由市财政局牵头，12月20日前完成资金拨付。"
    own = DraftPoint(kind=PointKind.ACTION, text=text, segment="r1-t1-0001", owner="市财政局", what="完成资金拨付")
    made = cut(version(said(text), own=(own,)), "r1-t1-0001", 6)
    (moved,) = made.points
    assert (moved.segment, moved.name, moved.text) == (made.shown[1].id, "r1-t1-0001", text[6:])
    (back,) = together(made, "r1-t1-0001").points
    assert back.segment == "r1-t1-0001"


def test_as_a_sentence_is_put_right_so_is_its_point():
    before = "由市财正局牵头，12月20日前完成资金拨付。"
    own = DraftPoint(
        kind=PointKind.ACTION, text=before, segment="r1-t1-0001", owner="市财正局", deadline="12月20日前",
        what="完成资金拨付",
    )  # fmt: skip
    one = correct(said(before), "由市财政局牵头，12月25日前完成资金的拨付。", by="王敏")
    (made,) = points.follow((own,), before, one)
    assert (made.owner, made.deadline, made.what) == ("市财政局", "12月25日前", "完成资金的拨付")
    mine = replace(own, by="马兰")
    assert points.follow((mine,), before, one) == (replace(mine, now=one.text),)
    assert points.follow((replace(mine, now=one.text),), one.text, said(before)) == (mine,)
    assert points.follow((mine,), before, said(before)) == (mine,)


def test_words_that_are_put_right_may_become_a_task_and_undoing_them_takes_it_back():
    before, task = "由市财政局签头完成拨付。", "由市财政局牵头完成拨付。"
    (made,) = points.follow((), before, said(task))
    assert (made.kind, made.owner, made.by, made.name) == (PointKind.ACTION, "市财政局", "", "r1-t1-0001")
    assert points.follow((made,), task, said(before)) == ()
    opinion = "会议认为资金由市财政局签头。"
    mine = DraftPoint(kind=PointKind.OPINION, text=opinion, segment="r1-t1-0001", by="马兰")
    kept, new = points.follow((mine,), opinion, said("会议认为资金由市财政局牵头。"))
    assert (kept.text, kept.now, new.kind, new.by) == (opinion, "会议认为资金由市财政局牵头。", PointKind.ACTION, "")
    assert new.name != kept.name
    assert points.follow((kept, new), kept.now, said(opinion)) == (mine,)
    struck = replace(mine, kind=PointKind.DECISION, struck=True)  # an opinion, says the machine; none, says a person
    assert [one.kind for one in points.follow((struck,), opinion, said(opinion + "。"))] == [PointKind.DECISION]


def test_a_sentence_that_is_cut_says_nothing_else():
    text = "大家都同意。由市财政局牵头完成资金拨付。"
    own = DraftPoint(kind=PointKind.ACTION, text=text, segment="r1-t1-0001", what="拨付资金", by="马兰")
    made = cut(version(said(text), own=(own,)), "r1-t1-0001", 6)
    assert [(one.what, one.now) for one in made.points] == [("拨付资金", "")]
    assert [one.now for one in together(made, "r1-t1-0001").points] == [""]


def test_what_a_person_made_of_points_lives_on():
    machine = (said("原则同意。"), said("由市财政局负责。", 4.0, n=2))
    fresh = (decision("原则同意。"), decision("由市财政局负责。", "r1-t1-0002"))
    old = version(*machine, own=(
        replace(fresh[0], struck=True, by="王敏"),
        replace(fresh[1], what="由市财政局牵头负责", by="王敏"),
        decision("原则同意。", id="r1-t1-0001-p1", by="王敏", what="加一条"),
    ))  # fmt: skip
    other = (replace(machine[0], id="x-1"), replace(machine[1], id="x-2"))
    again = (decision("原则同意。", "x-1"), decision("由市财政局负责。", "x-2"))
    made = holes.carry(old, version(*other, n=2, own=again))
    assert [(one.what, one.segment) for one in made.noted] == [("加一条", "x-1"), ("由市财政局牵头负责", "x-2")]
    assert holes.carry(old, version(*machine, own=fresh)).noted == (
        old.points[2],
        replace(old.points[1], id="r1-t1-0002"),
    )
