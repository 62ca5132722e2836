"""What a plugin draws its pages and panels with: `from roomctl.api import ui`.

A component gives a `Part`: HTML whose texts are escaped, and what its buttons do. Parts are plain values: they may be
made in any thread, and a test reads `part.html` and calls `part.presses["…"]`.

    def build() -> ui.Part:
        return ui.panel("NAS", ui.line(ui.state_glyph(ui.Look.OK), "58 GB"), ui.button("再查", check_again))
"""

from roomctl.domain.access import Right
from roomctl.web.ui import (
    CHECK_LOOKS,
    Child,
    Link,
    Look,
    MenuItem,
    Part,
    Press,
    Values,
    alarm_bar,
    app_shell,
    button,
    chain_strip,
    clock_text,
    empty_state,
    error_state,
    field,
    form,
    icon,
    join,
    level_meter,
    line,
    link_button,
    long_press,
    note_bar,
    panel,
    person_row,
    result_tile,
    state_chip,
    state_glyph,
    table,
    tag,
    timer,
    transcript_line,
    visitor,
)

__all__ = [
    "CHECK_LOOKS", "Child", "Link", "Look", "MenuItem", "Part", "Press", "Right", "Values", "alarm_bar", "app_shell",
    "button",
    "chain_strip", "clock_text", "empty_state", "error_state", "field", "form", "icon", "join", "level_meter", "line",
    "link_button", "long_press", "note_bar", "panel", "person_row", "result_tile", "state_chip", "state_glyph",
    "table", "tag", "timer", "transcript_line", "visitor",
]  # fmt: skip
