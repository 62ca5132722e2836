"""A sentence as it is shown: what is unsure, what was corrected, and the question about it."""

from roomctl.api import ui
from roomctl.domain.transcript import Change, TranscriptSegment, Word
from roomctl.web.ui.words import corrected, unsure


def sentence(text: str, *, words=(), changes=()) -> TranscriptSegment:
    return TranscriptSegment(
        id="r1-t1-0007", recording="r1", track=1, start=0, end=4, first_frame=0, last_frame=192_000,
        raw=text, text=text, words=tuple(words), changes=tuple(changes),
    )  # fmt: skip


def test_an_unsure_word_is_wavy_and_its_sure_twin_is_not():
    words = [Word("资金", 0, 1, 0.9), Word("拨付", 1, 2, 0.9), Word("资金", 2, 3, 0.2)]
    html = ui.transcript_line(sentence("资金拨付资金", words=words)).html
    assert unsure("资金拨付资金", words) == [(4, 6)]
    assert html.count("rc-low") == 1
    assert html.index("资金拨付") < html.index("rc-low")


def test_a_correction_is_dotted_where_it_was_made_and_not_where_the_same_word_stood_already():
    text = "王海燕请王海燕同志汇报"
    change = Change("roster", "王海艳", "王海燕", "名单里同音", at=4)
    assert corrected(text, [change]) == [(4, 7)]
    assert ui.transcript_line(sentence(text, changes=[change])).html.count("rc-fix") == 1


def test_a_correction_that_took_words_away_is_shown_nowhere():
    assert corrected("由市财政局牵头", [Change("filler", "嗯", "", at=0)]) == []


def test_the_question_says_what_was_heard_and_has_both_answers():
    change, answers = Change("roster", "市发该委", "市发改委", "名单里同音", at=1), []
    part = ui.transcript_line(
        sentence("由市发改委配合", changes=[change]),
        at="00:51:44",
        who="张建国",
        asked=change,
        on_accept=lambda _values: answers.append("accept"),
        on_revert=lambda _values: answers.append("revert"),
    )
    assert "市发该委" in part.html
    assert "名单里同音" in part.html
    assert part.html.index("还原") < part.html.index("接受")
    part.presses["revert-r1-t1-0007"]({})
    part.presses["accept-r1-t1-0007"]({})
    assert answers == ["revert", "accept"]


def test_who_may_only_read_gets_no_buttons():
    change = Change("roster", "市发该委", "市发改委", at=0)
    part = ui.transcript_line(sentence("市发改委", changes=[change]), asked=change)
    assert not part.presses
    assert "<button" not in part.html


def test_texts_of_a_sentence_are_escaped():
    part = ui.transcript_line(sentence("<b>x</b>", words=[Word("<b>", 0, 1, 0.1)]), who="<i>", at="<u>")
    assert "<b>x" not in part.html
    assert "<i>" not in part.html
    assert "<u>" not in part.html
