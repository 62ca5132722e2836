"""What the board shows: growing lines, the transcript in their place, and nothing that is off the record."""

from dataclasses import replace

import pytest
from roomctl_transcript.captions.board import KEPT, Board, Line, Stand, agreed

BOARD = Board(meeting="m", on=True, state=Stand.LIVE)


def heard(number, start, end, text="", *, unsure="", recording=1, final=True):
    return Line(
        id=f"r{recording}-c{number:04}",
        recording=recording,
        track=1,
        start=start,
        end=end,
        text=text or str(number),
        unsure=unsure,
        final=final,
    )


def sentence(number, start, end, text, recording=1):
    return replace(heard(number, start, end, text, recording=recording), id=f"r1-t1-{number:04}", replaced=True)


def texts(board):
    return [one.text for one in board.lines]


def test_a_line_grows_in_its_place():
    board = BOARD.hear(heard(1, 0, 1, "目前", unsure="主要", final=False)).hear(heard(1, 0, 2, "目前主要"))
    assert texts(board) == ["目前主要"]


def test_a_line_that_turns_out_to_be_nothing_goes_away():
    board = BOARD.hear(heard(1, 0, 1, "嗯"))
    assert texts(board.hear(replace(board.lines[0], text="", unsure=""))) == []


def test_lines_stand_in_the_order_of_the_sound_over_recordings():
    board = BOARD
    for line in (heard(1, 0, 1, "丙", recording=2), heard(2, 5, 6, "乙"), heard(1, 0, 1, "甲")):
        board = board.hear(line)
    assert texts(board) == ["甲", "乙", "丙"]


def test_only_the_newest_lines_are_remembered():
    board = BOARD
    for number in range(KEPT + 5):
        board = board.hear(heard(number, number, number + 1))
    assert texts(board) == [str(number) for number in range(5, KEPT + 5)]


def test_sentences_of_the_transcript_stand_in_the_place_of_what_was_heard():
    board = BOARD
    for number in range(4):
        board = board.hear(heard(number, 10 * number, 10 * number + 9))
    board = board.settle(1, [sentence(1, 0.2, 8, "甲。"), sentence(2, 10, 18, "乙。")], 20.0)
    assert texts(board) == ["甲。", "乙。", "2", "3"]
    assert [one.replaced for one in board.lines] == [True, True, False, False]


def test_a_line_across_the_end_of_the_transcript_stays_while_most_of_it_lies_behind():
    board = BOARD.hear(heard(1, 0, 9)).hear(heard(2, 9, 20))
    assert texts(board.settle(1, [sentence(1, 0, 9, "甲。")], 12.0)) == ["甲。", "2"]
    assert texts(board.settle(1, [sentence(1, 0, 9, "甲。")], 18.0)) == ["甲。"]


def test_a_later_transcript_replaces_its_own_sentences():
    board = BOARD.settle(1, [sentence(1, 0, 9, "李小明")], 10.0)
    assert texts(board.settle(1, [sentence(1, 0, 9, "李晓明")], 12.0)) == ["李晓明"]


def test_the_transcript_of_one_recording_leaves_the_others_alone():
    board = BOARD.hear(heard(1, 0, 1, "甲")).hear(heard(1, 0, 1, "乙", recording=2))
    assert texts(board.settle(1, [], 100.0)) == ["乙"]


@pytest.mark.parametrize(("span", "left"), [((5.0, 7.0), ["0"]), ((9.2, 30.0), ["0"]), ((20.0, 30.0), ["0", "1"])])
def test_nothing_is_left_that_reaches_into_what_is_off_the_record(span, left):
    board = BOARD.hear(heard(0, 0, 4)).hear(heard(1, 5, 11))
    assert texts(board.without(1, [span])) == left
    assert texts(board.without(2, [span])) == ["0", "1"]


@pytest.mark.parametrize("hidden", [{"on": False}, {"blanked": True}])
def test_the_screen_shows_nothing_while_off_or_blanked_and_the_operator_goes_on_reading(hidden):
    board = replace(BOARD.hear(heard(1, 0, 1)), **hidden)
    assert board.as_json(screen=True)["lines"] == []
    assert len(board.as_json()["lines"]) == 1


def test_whole_sentences_keep_back_what_is_not_finished():
    board = BOARD.hear(heard(1, 0, 1)).hear(heard(2, 1, 2, "一是", unsure="加装", final=False))
    assert len(board.as_json(screen=True)["lines"]) == 2
    late = replace(board, whole_sentences=True)
    assert [one["text"] for one in late.as_json(screen=True)["lines"]] == ["1"]


def test_as_many_of_the_newest_lines_as_asked_for():
    board = BOARD.hear(heard(1, 0, 1)).hear(heard(2, 1, 2))
    assert [one["text"] for one in board.as_json(most=1)["lines"]] == ["2"]
    assert board.as_json(most=0)["lines"] == []


@pytest.mark.parametrize(
    ("before", "now", "count"),
    [("", "目前", 0), ("目前", "目前主要", 2), ("目前只有", "目前主要", 2), ("木", "目", 0)],
)
def test_what_two_hypotheses_in_a_row_agree_on_will_hardly_change(before, now, count):
    assert agreed(before, now) == count
