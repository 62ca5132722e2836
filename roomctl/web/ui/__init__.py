"""The components of every page. A plugin gets them as `roomctl.api.ui`."""

from roomctl.web.ui.chain import Link, chain_strip
from roomctl.web.ui.glyphs import Look, icon, state_glyph
from roomctl.web.ui.part import Child, Part, Press, Values, join, tag, text_of
from roomctl.web.ui.parts import (
    CHECK_LOOKS,
    alarm_bar,
    button,
    clock_text,
    empty_state,
    error_state,
    field,
    form,
    history_line,
    level_meter,
    line,
    link_button,
    long_press,
    note_bar,
    panel,
    person_row,
    result_tile,
    state_chip,
    table,
    timer,
)
from roomctl.web.ui.qr import qr_code
from roomctl.web.ui.reader import visitor
from roomctl.web.ui.shell import MenuItem, app_shell
from roomctl.web.ui.sound import meter_scale, track_meter, waveform
from roomctl.web.ui.words import transcript_line

__all__ = [
    "CHECK_LOOKS", "Child", "Link", "Look", "MenuItem", "Part", "Press", "Values", "alarm_bar", "app_shell", "button",
    "chain_strip", "clock_text", "empty_state", "error_state", "field", "form", "history_line", "icon",
    "join", "level_meter", "line", "link_button", "long_press", "meter_scale", "note_bar", "panel", "person_row",
    "qr_code",
    "result_tile", "state_chip", "state_glyph",
    "table", "tag", "text_of", "timer", "track_meter", "transcript_line", "visitor", "waveform",
]  # fmt: skip
