"""What somebody writes on one line."""

import pytest

from roomctl.domain.lines import one_line
from roomctl.errors import BadInput


@pytest.mark.parametrize("said", ["", " \n ", "长" * 201])
def test_a_text_is_neither_empty_nor_endless(said):
    with pytest.raises(BadInput):
        one_line("物品", said)


def test_a_text_is_one_line():
    assert one_line("物品", " 黑色\n保温杯\t1 个 ") == "黑色 保温杯 1 个"
    assert one_line("物品", "\x1b[31m杯\u202e子\ud800") == "[31m杯 子"
    with pytest.raises(BadInput):
        one_line("物品", "\u200b\x00")
