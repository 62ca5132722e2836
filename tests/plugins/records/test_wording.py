from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_records.drafting import wording

from roomctl.api import Person


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (99, "九十九"), (100, "100")],
)
def test_numerals(number, written):
    assert wording.numeral(number) == written


@given(st.integers(1, 99), st.integers(1, 99))
def test_no_two_numbers_share_a_numeral(one, two):
    assert (wording.numeral(one) == wording.numeral(two)) == (one == two)


@pytest.mark.parametrize(
    ("at", "written"),
    [
        ((2026, 11, 12, 9, 0), "2026年11月12日 星期四 上午9:00"),
        ((2026, 11, 15, 0, 5), "2026年11月15日 星期日 凌晨0:05"),
        ((2026, 1, 5, 12, 30), "2026年1月5日 星期一 中午12:30"),
        ((2026, 1, 5, 14, 30), "2026年1月5日 星期一 下午2:30"),
        ((2026, 1, 5, 19, 0), "2026年1月5日 星期一 晚上7:00"),
    ],
)
def test_the_time_is_written_as_an_office_writes_it(at, written):
    assert wording.moment(datetime(*at)) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [("王芳", "王\u3000芳"), ("张建国", "张建国"), ("欧阳文华", "欧阳文华"), ("𠮷野", "𠮷\u3000野"), ("Li", "Li")],
)
def test_a_name_of_two_characters_takes_one_full_width_space(name, written):
    assert wording.spaced(name) == written


def test_the_unit_is_named_once():
    assert wording.post(Person(id="p", name="周涛", unit="市城管局", duty="市城管局局长")) == "市城管局局长"
    assert wording.post(Person(id="p", name="周涛", unit="市城管局", duty="局长")) == "市城管局局长"


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["我市", "现有"], "我市现有"),
        (["OK", "go on"], "OK go on"),
        (["使用IPv6", "网络"], "使用IPv6网络"),
        (["안녕하세요", "회의"], "안녕하세요 회의"),
        (["Done.", "Next"], "Done. Next"),
        (["", " 好。 ", ""], "好。"),
    ],
)
def test_sentences_run_on_as_their_script_wants(pieces, text):
    assert wording.joined(pieces) == text
