"""What somebody writes on one line."""

import pytest

from roomctl.domain.lines import bare, legible, one_line, seen, tidied
from roomctl.errors import BadInput


@pytest.mark.parametrize("said", ["", " \n ", "长" * 201])
def test_a_text_is_neither_empty_nor_endless(said):
    with pytest.raises(BadInput):
        one_line("物品", said)


def test_a_text_is_one_line():
    assert one_line("物品", " 黑色\n保温杯\t1 个 ") == "黑色 保温杯 1 个"
    assert one_line("物品", "\x1b[31m杯\u202e子\ud800") == "[31m杯子"
    with pytest.raises(BadInput):
        one_line("物品", "\u200b\x00")


UNSEEN = ["", "\u3000\t", "\u200b\u200d\ufeff", "\u202e\u2066", "\u00ad", "\x00\x1b", "\u3164", "\u2800", "\ufe0f"]


@pytest.mark.parametrize("said", UNSEEN)
def test_what_nobody_sees_is_no_text(said):
    assert not seen(said)
    assert one_line("备注", said, needed=False) == tidied(said) == legible(said) == ""


@pytest.mark.parametrize("name", ["李", "𠮷", "\ue863", "葛\U000e0100", "Ж", "ئ", "?"])
def test_a_rare_letter_is_seen(name):
    assert seen(name)
    assert bare(name) == name


def test_what_comes_along_with_a_copied_name_is_no_part_of_it():
    assert bare("\u202d张\u200b伟\u00ad\ufeff") == "张伟"


def test_a_text_of_several_lines_stays_as_it_was_written():
    assert legible(" 停车场\n  改造 👨\u200d👩\n") == "停车场\n  改造 👨\u200d👩"
