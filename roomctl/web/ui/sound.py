"""Sound as it is seen while it is recorded: meters that the browser moves, and the waveform that it draws."""

from roomctl.i18n import tr
from roomctl.web.ui.part import Part, tag

SCALE = (-60, -48, -36, -24, -12, 0)
"""dBFS that stand below the meters."""


def track_meter(n: int, name: str, *, idle: str = "", quiet: bool = False) -> Part:
    """A meter that moves ten times a second: bar to the RMS, paler to the peak, a mark at the peak lately, a figure.

    A red mark stays where the track has clipped, until it is pressed. `operator.js` moves all in one call.

    Args:
        n: number of the track, from 1; idle: the word that stands at the end where nothing is wrong.
        quiet: nothing moves it yet.

    """
    label = tr(f"第 {n} 路 {name}", f"channel {n} {name}")
    clip = tag(
        "button",
        type="button",
        class_="rc-clip",
        hidden=True,
        title=tr("曾经过响，按一下清除", "it clipped; press to clear"),
        aria_label=tr(f"第 {n} 路曾经过响，清除", f"channel {n} clipped; clear"),
    )
    bed = tag("div", tag("i", class_="rc-w"), tag("i"), tag("u"), class_="rc-meter", style="--v:0;--w:0;--p:0")
    return tag(
        "div",
        tag("span", str(n), class_="rc-n rc-num"),
        tag("b", name, class_="rc-ell", title=name),
        tag("div", bed, clip, class_="rc-bed"),
        tag("span", "—" if quiet else "−∞", class_="rc-db rc-num"),
        tag("span", idle, class_="rc-st rc-num"),
        class_="rc-trk",
        data_track=str(n),
        data_idle=idle or None,
        role="group",
        aria_label=label,
    )


def meter_scale() -> Part:
    """What the meters are read by."""
    marks = (tag("span", str(mark).replace("-", "−")) for mark in SCALE)
    return tag("div", tag("div", *marks), class_="rc-scale rc-num", aria_hidden="true")


def waveform(hint: str, hint_whole: str, *, live: bool = True) -> Part:
    """The last minute, or the whole; `operator.js` draws it from what the host sends.

    Args:
        hint, hint_whole: how the two views are read.
        live: it still grows; else there is the whole alone.

    """
    views = [("minute", tr("最近一分钟", "Last minute"))] if live else []
    views.append(("whole", tr("全程", "Whole")))
    tabs = tag(
        "div",
        *(_tab(name, text, on=not i) for i, (name, text) in enumerate(views)),
        class_="rc-tabs",
        role="group",
        aria_label=tr("波形", "waveform"),
    )
    told = tag("span", hint if live else hint_whole, class_="rc-s3 rc-hint", data_minute=hint, data_whole=hint_whole)
    axis = tag("div", *(tag("span") for _ in range(5)), class_="rc-axis rc-num", aria_hidden="true")
    canvas = tag("canvas", role="img", aria_label=tr("波形", "waveform"))
    return tag("div", tag("div", tabs, told, class_="rc-head"), canvas, axis, class_="rc-wave")


def _tab(name: str, text: str, *, on: bool) -> Part:
    pressed = "true" if on else "false"
    return tag("button", text, type="button", class_="rc-tab", data_wave=name, aria_pressed=pressed)
