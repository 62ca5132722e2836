"""The plan of the seats, as one sees it from the door, drawn for a telephone without a script."""

from collections.abc import Mapping

from roomctl.api import tr, ui
from roomctl_signin.terminal.sight import ChartShape, SpotShape

_WIDE, _DEEP = 104, 66
"""Of one seat and the way around it; what follows is in the same units. They are those of the terminal."""
_HALF_W, _HALF_H = 48, 26
_ABOVE, _BELOW = 40, 70
"""For the words over the plan, and for the door under it."""
_LARGE, _SMALL, _ROOM = 24, 10, 90
"""Size of a name at most, at least, and what it has: on a telephone the plan stands at half its size."""


def drawn(chart: ChartShape | None, person: str, name: str, others: Mapping[str, str]) -> ui.Part | None:
    """None where no seats were laid out, or this person has none.

    Args:
        person: id on the roster, of the member for whom a proxy came; name: of who sits there.
        others: who sits where the plan names everybody, by the id on the roster.

    """
    if chart is None:
        return None
    own = next((one for one in chart.places if person in one.people), None)
    if own is None:
        return None
    w, h = chart.width * _WIDE, chart.height * _DEEP
    tables = (_rect(x * _WIDE + 6, y * _DEEP + 6, wide * _WIDE - 12, deep * _DEEP - 12, "table")
              for x, y, wide, deep in chart.tables)  # fmt: skip
    seats = (
        part for one in chart.places
        for part in _seat(one, mine=one is own, name=name if one is own else _other(chart, one, others))
    )  # fmt: skip
    stage = next((one for one in chart.places if one.zone[0] == "主席台"), None)
    return ui.tag(
        "svg",
        *tables,
        *seats,
        _text(w / 2, -14, tr(*stage.zone)) if stage else None,
        _text(w, -14, tr("台下视角", "Floor view"), "view"),
        ui.tag("path", d=f"M{w / 2 - 12:g} {h + 22:g}l12-12 12 12", class_="door"),
        _text(w / 2, h + 52, tr("门口，您在这里", "The door: you are here")),
        class_="plan",
        viewBox=f"0 {-_ABOVE} {w:g} {h + _ABOVE + _BELOW:g}",
        role="img",
        aria_label=tr("座位图，台下视角", "plan of the seats, seen from the audience"),
    )


def _other(chart: ChartShape, one: SpotShape, others: Mapping[str, str]) -> str:
    return others.get(one.people[0], "") if chart.named and one.people else ""


def _seat(one: SpotShape, *, mine: bool, name: str) -> list[ui.Part]:
    x, y = one.x * _WIDE, one.y * _DEEP
    kind = "mine" if mine else "" if one.people else "none"
    box = _rect(x - _HALF_W, y - _HALF_H, 2 * _HALF_W, 2 * _HALF_H, kind)
    if not name:
        return [box]
    size = max(_SMALL, min(_LARGE, _ROOM // len(name)))
    fit = {"textLength": f"{_ROOM}", "lengthAdjust": "spacingAndGlyphs"} if size * len(name) > _ROOM else {}
    middle = {"x": f"{x:g}", "y": f"{y + size / 3:g}", "text_anchor": "middle", "font_size": f"{size}"}
    return [box, ui.tag("text", name, class_="mine" if mine else None, **middle, **fit)]


def _rect(x: float, y: float, width: float, height: float, kind: str) -> ui.Part:
    sizes = {"x": f"{x:g}", "y": f"{y:g}", "width": f"{width:g}", "height": f"{height:g}", "rx": "8"}
    return ui.tag("rect", class_=kind or None, **sizes)


def _text(x: float, y: float, words: str, kind: str = "") -> ui.Part:
    anchor = "end" if kind else "middle"
    return ui.tag("text", words, class_=kind or None, x=f"{x:g}", y=f"{y:g}", text_anchor=anchor, font_size="22")
