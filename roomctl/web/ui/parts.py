"""The components that stand by themselves: chips, bars, tiles, meters, rows, states of a page."""

from collections.abc import Mapping, Sequence

from roomctl.domain.checks import CheckState, Result
from roomctl.domain.devices import Usual
from roomctl.domain.durations import hms
from roomctl.i18n import tr
from roomctl.web.ui.glyphs import Look, icon, state_glyph
from roomctl.web.ui.part import Child, Part, Press, join, tag

CHECK_LOOKS = {
    CheckState.OK: Look.OK,
    CheckState.WARN: Look.WARN,
    CheckState.CRIT: Look.CRIT,
    CheckState.UNKNOWN: Look.UNKNOWN,
    CheckState.SKIPPED: Look.SKIPPED,
    CheckState.WAIVED: Look.ACCEPTED,
}
_QUIETEST = -60.0  # dBFS at the left end of a meter
_TOO_LOUD = -3.0  # dBFS; above it the converter may clip


def state_chip(text: str, kind: str = "") -> Part:
    """A word on a tint. Kinds: `run`, `ok`, `warn`, `crit`, `unk`, `secret`, or none."""
    return tag("span", text, class_=f"rc-chip rc-{kind}" if kind else "rc-chip")


def button(
    text: str,
    on_press: Press,
    *,
    kind: str = "",
    icon_name: str = "",
    key: str = "",
    disabled: str = "",
    label: str | None = None,
    hotkey: str = "",
    again: bool = False,
) -> Part:
    """Does something when pressed; two quick presses at one place are one.

    Args:
        kind: `pri` for the one filled button of a screen, `quiet`, `sm`, `big`; several with a space between.
        key: tells buttons with the same text apart.
        hotkey: presses it too, on a page that has keys; stands on it.
        disabled: why it cannot be pressed now; stands beside it.
        again: each of several quick presses counts: it steps on and on.

    """
    act = key or text
    shown = tag(
        "button",
        icon(icon_name) if icon_name else None,
        text,
        tag("kbd", hotkey) if hotkey else None,
        type="button",
        class_=_button(kind),
        data_act=act,
        data_again=again,
        data_hotkey=hotkey or None,
        disabled=bool(disabled),
        aria_label=label,
    )
    made = Part(shown.html, {act: on_press})
    return join((made, tag("span", disabled, class_="rc-s3"))) if disabled else made


def link_button(text: str, path: str, *, kind: str = "", icon_name: str = "") -> Part:
    """Leads to another page."""
    return tag("a", icon(icon_name) if icon_name else None, text, class_=_button(kind), href=path)


def _button(kind: str) -> str:
    return " ".join(("rc-btn", *(f"rc-{one}" for one in kind.split())))


def long_press(text: str, on_press: Press, *, seconds: float = 1.5, key: str = "", icon_name: str = "") -> Part:
    """For what cannot be undone: held down for so long, by finger, mouse or Enter; letting go does nothing."""
    act = key or text
    shown = tag(
        "button",
        icon(icon_name) if icon_name else None,
        text,
        type="button",
        class_="rc-btn rc-hold",
        data_act=act,
        data_hold=f"{seconds:g}",
        style=f"--hold:{seconds:g}s",
        title=tr(f"按住 {seconds:g} 秒", f"hold for {seconds:g} s"),
    )
    return Part(shown.html, {act: on_press})


def note_bar(kind: str, text: str, *more: Child, strong: str = "") -> Part:
    """One line that is no alarm. Kinds: `warn`, `crit`, `unk`, `run`.

    Args:
        strong: what stands before the text, in bold; more: what stands at the end, such as one button.

    """
    look = {"warn": Look.WARN, "crit": Look.CRIT, "unk": Look.UNKNOWN}.get(kind)
    return tag(
        "div",
        state_glyph(look) if look else icon("lock"),
        tag("b", strong) if strong else None,
        tag("span", text, class_="rc-grow"),
        *more,
        class_=f"rc-note rc-{kind} rc-first",
        role="status",
    )


def alarm_bar(what: str, mend: str, *more: Child, others: int = 0) -> Part:
    """Solid red, and nothing else is: what, where, the mend, one act; the newest, the others counted."""
    rest = tr(f"还有 {others} 条", f"{others} more") if others else ""
    glyph = state_glyph(Look.CRIT, size="l").html.replace("--crit", "--on-bar").replace("--surface", "--bar")
    return tag(
        "div",
        Part(glyph),
        tag("div", tag("b", what), tag("div", mend), class_="rc-grow"),
        tag("span", rest) if rest else None,
        *more,
        class_="rc-alarm rc-fresh",
        role="alert",
    )


def timer(seconds: float, *, running: bool, digits: bool = False) -> Part:
    """Counts in the browser, so that a page does not have to be sent each second.

    Args:
        seconds: now; a page that is shown again sets it right.
        running: else it stands.
        digits: as `00:42:18`, else as `clock_text`.

    """
    return tag(
        "span",
        hms(seconds, padded=True) if digits else clock_text(seconds),
        class_="rc-num",
        data_seconds=f"{seconds:.0f}" if running else None,
        data_digits=digits and running,
    )


def clock_text(seconds: float) -> str:
    """`42 分 18 秒`, `1 小时 03 分`."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return tr(f"{hours} 小时 {minutes:02} 分", f"{hours} h {minutes:02} min")
    return tr(f"{minutes} 分 {rest:02} 秒", f"{minutes} min {rest:02} s")


def result_tile(result: Result, history: Sequence[float] = ()) -> Part:
    """One check: its name, what was found, and how its figure went.

    Args:
        history: the last figures, oldest first, this one the last; of at most 12 of them a line is drawn, grey
            behind it the usual range: that of the earlier ones, without a tenth of them at either end.

    """
    look = CHECK_LOOKS[result.state]
    said = result.message or (f"{result.value:g} {result.unit}" if isinstance(result.value, int | float) else "")
    return tag(
        "div",
        state_glyph(look, size="s"),
        tag("b", f"{result.device_name} {result.name}".strip(), class_="rc-ell"),
        tag("div", tag("span", said, class_="rc-ell", title=said), history_line(history, look), class_="rc-v rc-num"),
        class_=f"rc-tile rc-{look.value}",
    )


def history_line(history: Sequence[float], look: Look, usual: Usual | None = None) -> Part | None:
    """How a figure went, grey behind it where it usually is; None where there is too little to draw.

    Args:
        history: oldest first, the present one the last.
        usual: the range; None draws that of the earlier figures, without a tenth of them at either end.

    """
    values = [float(value) for value in history][-_SHOWN:]
    if len(values) < _FEWEST:
        return None
    low, high = (min(values), max(values)) if usual is None else (min(*values, usual.low), max(*values, usual.high))
    span = high - low

    def down(value: float) -> float:
        """Pixels from the upper edge; a figure that never changed runs through the middle."""
        return 19 - 16 * (value - low) / span if span else 11.0

    points = [(2 + 58 * i / (len(values) - 1), down(value)) for i, value in enumerate(values)]
    earlier = sorted(values[:-1])
    cut = round(len(earlier) / 10)
    middle = earlier[cut : len(earlier) - cut]
    top, bottom = (
        (down(middle[-1]) - 3, down(middle[0]) + 3) if usual is None else (down(usual.high), down(usual.low))
    )
    x, y = points[-1]
    colour = {Look.CRIT: "--crit", Look.WARN: "--warn", Look.UNKNOWN: "--unk"}.get(look, "--ok")
    return Part(
        f'<svg width="64" height="22" aria-hidden="true"><rect x="0" y="{top:.1f}" width="64" '
        f'height="{max(bottom - top, 1):.1f}" fill="var(--m-bed)"/><polyline points="'
        + " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        + f'" fill="none" stroke="var(--ink-3)" stroke-width="1.5"/><circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" '
        f'fill="var({colour})"/></svg>'
    )


_SHOWN, _FEWEST = 12, 3
"""Figures of a line, at most and at least."""


def level_meter(name: str, dbfs: float | None, peak: float | None = None) -> Part:
    """How loud a track is.

    Args:
        dbfs: loudest sample of the last second; None where no sound comes.
        peak: the loudest lately, as a thin mark.

    """
    if dbfs is None or dbfs <= _QUIETEST:
        bar, said, bad = tag("div", class_="rc-meter rc-dead"), tr("无声", "silent"), True
    else:
        bad = dbfs > _TOO_LOUD
        said = tr("过响", "too loud") if bad else f"{dbfs:.0f} dB".replace("-", "−")
        at = _share(dbfs)
        bar = tag(
            "div",
            tag("i"),
            tag("u"),
            class_="rc-meter",
            style=f"--v:{at};--p:{_share(peak) if peak is not None else at}",
        )
    return tag(
        "div",
        tag("span", name, class_="rc-s3"),
        bar,
        tag("b", said, class_="rc-c-crit" if bad else None),
        class_="rc-mm rc-num",
        role="group",
        aria_label=f"{name} {said}",
    )


def _share(dbfs: float) -> str:
    return f"{max(0.0, min(100.0, 100 * (1 - dbfs / _QUIETEST))):.0f}"


def person_row(name: str, second: str = "", *, state: str = "", look: Look | None = None) -> Part:
    """Somebody: name, unit and duty below, and how they stand at the end."""
    colour = {Look.OK: "ok", Look.WARN: "warn", Look.CRIT: "crit"}.get(look or Look.WAITING, "3")
    return tag(
        "div",
        tag("span", name[:1], class_="rc-seal", aria_hidden="true"),
        tag("div", tag("b", name), tag("div", second, class_="rc-s3") if second else None, class_="rc-grow"),
        tag(
            "span",
            state_glyph(look, size="s", label="") if look else None,
            state,
            class_=f"rc-row rc-num rc-nw rc-c-{colour}",
        ),
        class_="rc-person",
    )


def empty_state(text: str, second: str = "", *more: Child) -> Part:
    """Nothing yet, and the next step."""
    return tag(
        "div",
        tag("b", text),
        tag("span", second, class_="rc-s2") if second else None,
        *more,
        class_="rc-panel rc-empty",
    )


def error_state(what: str, why: str = "", mend: str = "", *more: Child) -> Part:
    """What, why, the mend, and one act."""
    below = " ".join(one for one in (why, mend) if one)
    return tag(
        "div",
        state_glyph(Look.CRIT, size="l"),
        tag("div", tag("b", what), tag("div", below, class_="rc-s2") if below else None, class_="rc-grow"),
        *more,
        class_="rc-panel rc-row rc-sec2",
        role="alert",
    )


def panel(title: str, *children: Child, second: str = "", id_: str | None = None) -> Part:
    """A box with a head."""
    head = tag("div", tag("h2", title), tag("span", second, class_="rc-s3") if second else None, class_="rc-head")
    return tag("section", head, *children, class_="rc-panel rc-sec2", id_=id_)


def line(*cells: Child) -> Part:
    """A row of a panel: a glyph or a name, a text, a figure."""
    return tag("div", *(tag("div", cell) for cell in cells), class_="rc-kv rc-num")


def table(head: Sequence[str], rows: Sequence[Sequence[Child]]) -> Part:
    """Text in columns, aligned left."""
    return tag(
        "table",
        tag("thead", tag("tr", *(tag("th", one, scope="col") for one in head))),
        tag("tbody", *(tag("tr", *(tag("td", cell) for cell in row)) for row in rows)),
        class_="rc-tbl rc-num",
    )


def field(
    name: str,
    label: str,
    value: str | bool,  # noqa: FBT001 - the value of a box that is ticked or not
    *,
    hint: str = "",
    error: str = "",
    choices: Mapping[str, str] | None = None,
    kind: str = "text",
) -> Part:
    """A field of a form, with its name, what it is for, and what is wrong with it.

    Args:
        value: a bool makes a box to tick.
        choices: value → what is shown; makes a list to choose from.
        kind: `text`, `number`, `datetime-local`, `lines`, `password`.

    """
    common: dict[str, str | bool | None] = {
        "id_": f"f-{name}",
        "name": name,
        "aria_invalid": "true" if error else None,
        "aria_describedby": f"e-{name}" if error else None,
    }
    if isinstance(value, bool):
        control = tag("input", type="checkbox", class_="rc-tick", checked=value, **common)
    elif choices is not None:
        options = [tag("option", shown, value=one, selected=one == value) for one, shown in choices.items()]
        control = tag("select", *options, class_="rc-in", **common)
    elif kind == "lines":
        control = tag("textarea", value, class_="rc-in", spellcheck="false", rows="4", **common)
    else:
        more = {"step": "any"} if kind == "number" else {}
        control = tag("input", type=kind, class_="rc-in", value=value, **common, **more)
    wrong = tag("div", state_glyph(Look.CRIT, size="s", label=""), error, class_="rc-err", id_=f"e-{name}")
    return tag(
        "div",
        tag("label", label, for_=f"f-{name}"),
        control,
        tag("span", hint, class_="rc-s3"),
        wrong if error else None,
        class_="rc-lab",
    )


def form(*children: Child, of: str = "") -> Part:
    """Fields and the button that sends them: what is typed reaches the button's `on_press` by name.

    Args:
        of: what it is about, other than that of each other form of the page. What is typed and not sent yet outlives
            that the page is drawn anew, where a form of the same stands there again; empty: it does not.

    """
    return tag("div", *children, class_="rc-form", data_form=of)
