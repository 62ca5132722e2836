"""Components as plain values: what they say, and what their buttons do."""

import re

import pytest

from roomctl.api import CheckState, Result, ui
from roomctl.i18n import Pair, speaking


def test_every_text_is_escaped_wherever_it_stands():
    evil = '<script>"x"</script>'
    parts = [
        ui.panel(evil, evil),
        ui.state_chip(evil),
        ui.person_row(evil, evil, state=evil),
        ui.note_bar("warn", evil, strong=evil),
        ui.error_state(evil, evil, evil),
        ui.field("n", evil, evil, hint=evil, error=evil),
        ui.button(evil, lambda _values: None, label=evil),
        ui.table([evil], [[evil]]),
        ui.chain_strip([ui.Link(name=evil, look=ui.Look.OK, figure=evil, href=evil)]),
        ui.result_tile(Result(device=evil, check=evil, state=CheckState.OK, message=evil)),
    ]
    for part in parts:
        assert "<script" not in part.html
        assert '"x"' not in part.html


def test_what_a_run_in_another_language_has_heard_is_shown_in_the_readers():
    with speaking("zh"):
        row = Result(device="lamp", check="lit", state=CheckState.OK, message=Pair("灯亮着", "the lamp is lit"))
    with speaking("en"):
        assert "the lamp is lit" in ui.result_tile(row).html


def test_two_buttons_of_one_name_need_a_key():
    with pytest.raises(ValueError, match="key"):
        ui.join((ui.button("启用", lambda _values: None), ui.button("启用", lambda _values: "/")))
    both = ui.join((ui.button("启用", lambda _values: None), ui.button("启用", lambda _values: "/", key="b")))
    assert both.presses["b"]({}) == "/"


@pytest.mark.parametrize("look", list(ui.Look))
def test_every_state_has_a_shape_and_a_word(look):
    glyph = ui.state_glyph(look).html
    assert 'aria-label="' in glyph
    assert glyph.count("<") >= 3


def test_a_disabled_button_says_why_beside_it():
    part = ui.button("停止", lambda _values: None, disabled="正在送存")
    assert "disabled" in part.html
    assert "正在送存" in part.html


def test_a_meter_says_in_words_what_its_colour_says():
    assert "−20 dB" in ui.level_meter("1 路", -20).html
    assert "过响" in ui.level_meter("1 路", -1).html
    assert "无声" in ui.level_meter("1 路", None).html


def test_a_tile_draws_how_its_figure_went():
    result = Result(device="灯泡", check="hours", state=CheckState.WARN, value=2860, unit="小时")
    assert "polyline" not in ui.result_tile(result).html
    assert "polyline" in ui.result_tile(result, [2400, 2600, 2860]).html
    assert "2860 小时" in ui.result_tile(result).html


def box_and_dot(html):
    box = re.search(r'<rect x="0" y="([\d.-]+)" width="64" height="([\d.]+)"', html)
    top, height = map(float, box.groups())
    dot = float(re.search(r'<circle cx="[\d.]+" cy="([\d.]+)" r="3.2"', html)[1])
    return top, top + height, dot


def test_a_figure_out_of_its_usual_range_stands_outside_the_grey():
    tile = Result(device="会议室", check="RT60", state=CheckState.WARN, value=0.9)
    usual = [0.48, 0.5, 0.49, 0.47, 0.5, 0.48, 0.49, 0.51, 0.5, 0.48, 0.49]
    top, bottom, dot = box_and_dot(ui.result_tile(tile, [*usual, 0.9]).html)
    assert dot < top < bottom
    top, bottom, dot = box_and_dot(ui.result_tile(tile, [*usual, 0.49]).html)
    assert top < dot < bottom


def test_a_figure_that_never_changes_is_drawn_as_a_level_line():
    tile = Result(device="会议室", check="RT60", state=CheckState.OK, value=5)
    top, bottom, dot = box_and_dot(ui.result_tile(tile, [5, 5, 5, 5]).html)
    assert top < dot < bottom


def test_nobody_looks_outside_a_page():
    assert not ui.visitor().may(ui.Right.SEE_MEETINGS)


def test_a_running_time_is_counted_in_the_browser():
    assert 'data-seconds="2538"' in ui.timer(2538, running=True).html
    assert "42 分 18 秒" in ui.timer(2538, running=True).html
    assert "data-seconds" not in ui.timer(2538, running=False).html


def test_a_long_press_is_no_plain_button_and_an_alarm_counts_the_others():
    assert 'data-hold="1.5"' in ui.long_press("停止录音", lambda _values: None).html
    assert "还有 2 条" in ui.alarm_bar("磁盘只够 15 分钟", "换存储", others=2).html


def test_a_running_time_in_digits_is_counted_in_digits():
    running = ui.timer(2538, running=True, digits=True).html
    assert "00:42:18" in running
    assert "data-digits" in running
    assert "data-digits" not in ui.timer(2538, running=False, digits=True).html


def test_a_key_stands_on_the_button_that_it_presses():
    part = ui.button("标记", lambda _values: None, hotkey="M")
    assert 'data-hotkey="M"' in part.html
    assert "<kbd>M</kbd>" in part.html
