"""The shapes of states, and the icons of the shell: shape, word and colour say the same."""

from enum import StrEnum

from roomctl.i18n import tr
from roomctl.web.ui.part import Part, tag


class Look(StrEnum):
    """How a state is drawn."""

    OK = "ok"
    WARN = "warn"
    CRIT = "crit"
    UNKNOWN = "unk"
    SKIPPED = "skip"
    WAIVED = "waived"
    """本次免查: not used in this meeting."""
    ACCEPTED = "accept"
    """带故障使用: a named person accepted the fault."""
    RUNNING = "run"
    WAITING = "wait"
    ARMED = "armed"
    """待命: the device is open, nothing is kept."""
    RECORDING = "rec"
    PAUSED = "pause"


_OCTAGON = "M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z"
_STROKE = 'stroke="var(--surface)" stroke-width="2.8" stroke-linecap="round"'
_ROUND = 61.6  # circumference of the ring of radius 9.8, in the unit of the drawing

_SHAPES = {
    Look.OK: '<circle cx="12" cy="12" r="11" fill="var(--ok)"/><path d="M6.8 12.4l3.6 3.6 6.8-7.4" fill="none" '
    'stroke="var(--surface)" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/>',
    Look.WARN: '<path d="M12 1.8 23.2 21.2H.8z" fill="var(--warn)" stroke="var(--warn)" stroke-width="1.4" '
    'stroke-linejoin="round"/><path d="M12 8.6v6" stroke="var(--surface)" stroke-width="2.6" '
    'stroke-linecap="round"/><circle cx="12" cy="18" r="1.5" fill="var(--surface)"/>',
    Look.CRIT: f'<path d="{_OCTAGON}" fill="var(--crit)"/><path d="M8 8l8 8M16 8l-8 8" {_STROKE}/>',
    Look.UNKNOWN: '<path d="M12 .8 23.2 12 12 23.2.8 12z" fill="var(--unk)"/><path d="M9.3 9.6c0-3.6 5.4-3.6 5.4-.2 '
    '0 2.2-2.7 2.2-2.7 4.4" fill="none" stroke="var(--surface)" stroke-width="2.1" stroke-linecap="round"/>'
    '<circle cx="12" cy="17.2" r="1.35" fill="var(--surface)"/>',
    Look.SKIPPED: '<circle cx="12" cy="12" r="10" fill="none" stroke="var(--ink-3)" stroke-width="2" '
    'stroke-dasharray="3.2 3"/><path d="M7.5 12h9" stroke="var(--ink-3)" stroke-width="2.4" '
    'stroke-linecap="round"/>',
    Look.WAIVED: '<circle cx="12" cy="12" r="10.4" fill="none" stroke="var(--azure)" stroke-width="1.8"/><text '
    'x="12" y="16.6" font-size="12.5" font-weight="700" text-anchor="middle" fill="var(--azure)">免</text>',
    Look.ACCEPTED: '<path d="M7.8 1.9h8.4L22.1 7.8v8.4L16.2 22.1H7.8L1.9 16.2V7.8z" fill="none" '
    'stroke="var(--warn)" stroke-width="1.8"/><text x="12" y="16.4" font-size="12" font-weight="700" '
    'text-anchor="middle" fill="var(--warn)">用</text>',
    Look.WAITING: '<circle cx="12" cy="12" r="10" fill="none" stroke="var(--edge)" stroke-width="2"/>',
    Look.ARMED: '<circle cx="12" cy="12" r="10.6" fill="none" stroke="var(--rec)" stroke-width="2"/>'
    '<circle cx="12" cy="12" r="5.8" fill="none" stroke="var(--rec)" stroke-width="1.6"/>',
    Look.RECORDING: '<circle cx="12" cy="12" r="10.6" fill="none" stroke="var(--rec)" stroke-width="2"/>'
    '<circle cx="12" cy="12" r="6.6" fill="var(--rec)"/>',
    Look.PAUSED: '<circle cx="12" cy="12" r="10.4" fill="none" stroke="var(--warn)" stroke-width="2"/>'
    '<path d="M9.4 8v8M14.6 8v8" stroke="var(--warn)" stroke-width="2.6"/>',
}

_WORDS = {
    Look.OK: ("正常", "good"),
    Look.WARN: ("注意", "look at it"),
    Look.CRIT: ("故障", "fault"),
    Look.UNKNOWN: ("未知", "unknown"),
    Look.SKIPPED: ("跳过", "skipped"),
    Look.WAIVED: ("本次免查", "not checked this time"),
    Look.ACCEPTED: ("带故障使用", "fault accepted"),
    Look.RUNNING: ("进行中", "under way"),
    Look.WAITING: ("未开始", "not begun"),
    Look.ARMED: ("待命", "armed"),
    Look.RECORDING: ("录音中", "recording"),
    Look.PAUSED: ("暂停", "paused"),
}


def state_glyph(look: Look, *, size: str = "", share: float = 0.6, label: str | None = None) -> Part:
    """A shape per state.

    Args:
        size: empty for 24 pixels, `s` 20, `l` 32, `xl` 44.
        share: of a ring that is under way, 0 to 1.
        label: what a reader of the screen hears; the state's own word by default, empty where the word stands beside.

    """
    if look is Look.RUNNING:
        arc = round(max(0.04, min(share, 1.0)) * _ROUND, 1)
        shape = (
            '<circle cx="12" cy="12" r="9.8" fill="none" stroke="var(--m-bed)" stroke-width="3.6"/><circle cx="12" '
            f'cy="12" r="9.8" fill="none" stroke="var(--azure)" stroke-width="3.6" stroke-dasharray="{arc} {_ROUND}" '
            'transform="rotate(-90 12 12)"/>'
        )
    else:
        shape = _SHAPES[look]
    said = tr(*_WORDS[look]) if label is None else label
    classes = f"rc-gl rc-{size}" if size else "rc-gl"
    hidden = {"aria_hidden": "true"} if said == "" else {"role": "img", "aria_label": said}
    return tag("svg", Part(shape), class_=classes, viewBox="0 0 24 24", **hidden)


_ICONS = {
    "today": "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M8 14h3M8 17h6",
    "calendar": "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M4 15h16M9.3 10v10M14.7 10v10",
    "checklist": "M4 6l1.5 1.5L8 5M4 13l1.5 1.5L8 12M4 20l1.5 1.5L8 19M12 6h8M12 13h8M12 20h8",
    "group": "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.2 3.2 0 0 1 0 6"
    "M17.5 14.3c2.4.6 4 2.5 4 5.7",
    "person": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20c.4-3.6 3.2-5.5 7-5.5s6.6 1.9 7 5.5",
    "mic": "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M8.5 21h7",
    "description": "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
    "archive": "M3 5h18v4H3zM5 9v11h14V9M10 13h4",
    "extension": "M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3",
    "history": "M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 4v4.5h4.5M12 8v4.5l3 2",
    "settings": "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4M4 12h11M19 12h1M17 10v4",
    "lock": "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
    "dark": "M20 14.5A8.5 8.5 0 1 1 9.5 4 6.8 6.8 0 0 0 20 14.5z",
    "light": "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 "
    "1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
    "refresh": "M20 12a8 8 0 1 1-2.3-5.6L20 9M20 4v5h-5",
    "add": "M12 5v14M5 12h14",
    "bolt": "M13 3L5 14h6l-1 7 8-11h-6z",
    "stop": "M6 6h12v12H6z",
    "logout": "M14 4H5v16h9M10 12h11M17.5 8.5L21 12l-3.5 3.5",
    "flag": "M6 21V4M6 4h11l-2.5 4L17 12H6",
    "off": "M6 4h12v16H6zM3 21L21 3",
    "pause": "M8 5v14M16 5v14",
    "record": "M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z",
    "headphones": "M4 13v-1a8 8 0 0 1 16 0v1M4 13h3v7H5.5A1.5 1.5 0 0 1 4 18.5z"
    "M20 13h-3v7h1.5a1.5 1.5 0 0 0 1.5-1.5z",
    "pencil": "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    "note": "M5 4h14v11l-5 5H5zM14 20v-5h5M9 9h6M9 13h3",
    "undo": "M9 14L4 9l5-5M4 9h10.5a5.5 5.5 0 0 1 0 11H11",
    "down": "M6 9l6 6 6-6",
    "keys": "M3 7h18v10H3zM7 10.5v.01M11 10.5v.01M15 10.5v.01M8 14h8",
    "alarm": "M12 3.5 22 20H2zM12 10v4.5M12 17.2v.01",
    "play": "M8 5l11 7-11 7z",
    "rewind": "M11 7l-5 5 5 5M18 7l-5 5 5 5",
    "forward": "M13 7l5 5-5 5M6 7l5 5-5 5",
    "redo": "M15 14l5-5-5-5M20 9H9.5a5.5 5.5 0 0 0 0 11H13",
    "find": "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16.5 16.5L21 21",
    "loop": "M4 12V9a3 3 0 0 1 3-3h11l-3-3M20 12v3a3 3 0 0 1-3 3H6l3 3",
    "export": "M12 4v11M7.5 10.5L12 15l4.5-4.5M4 19h16",
    "back": "M19 12H5M11 6l-6 6 6 6",
}


def icon(name: str, *, small: bool = True) -> Part:
    """A line drawing of ours; a name that we have not is drawn as a plug."""
    path = _ICONS.get(name, _ICONS["extension"])
    classes = "rc-ic rc-s" if small else "rc-ic"
    return tag("svg", Part(f'<path d="{path}"/>'), class_=classes, viewBox="0 0 24 24", aria_hidden="true")


LOGO = Part(
    '<svg width="32" height="32" viewBox="0 0 32 32" role="img" aria-label="roomctl"><rect x="2" y="8" width="17" '
    'height="16" rx="8" fill="none" stroke="var(--azure)" stroke-width="3.4"/><rect x="13" y="8" width="17" '
    'height="16" rx="8" fill="none" stroke="var(--ink)" stroke-width="3.4"/><path d="M19 16a8 8 0 0 0-2.2-5.5" '
    'fill="none" stroke="var(--azure)" stroke-width="3.4"/></svg>'
)
"""Two links of a chain."""
