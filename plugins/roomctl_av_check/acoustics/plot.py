"""Plots as SVG: a few lines over a grid, and a waterfall. Nothing in them runs, and nothing comes from outside."""

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 520, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 48, 48
COLOURS = ("#1f5fbf", "#c2410c", "#15803d", "#7e22ce", "#0f766e", "#a16207", "#be123c", "#334155")
"""On white, each with a contrast of 4.5 or more."""
QUIET, LOUD = (246, 248, 251), (23, 62, 125)
"""The colours of the lowest and the highest cell of a waterfall."""

Points = Sequence[tuple[float, float]]


def lines(
    title: str, x_name: str, y_name: str, series: Mapping[str, Points], *, logarithmic: bool = False, step: float = 10
) -> bytes:
    """Curves over one grid.

    Args:
        series: by name; x positive where `logarithmic`. step: between two horizontal lines, in units of y.

    """
    every = [point for points in series.values() for point in points]
    if not every:
        every = [(1.0, 0.0), (2.0, 1.0)]
    left, right = min(x for x, _ in every), max(x for x, _ in every)
    low = math.floor(min(y for _, y in every) / step) * step
    high = max(math.ceil(max(y for _, y in every) / step) * step, low + step)
    scale: Callable[[float], float] = math.log10 if logarithmic else float
    wide = max(scale(right) - scale(left), 1e-9)

    def at(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (scale(x) - scale(left)) / wide * (WIDTH - LEFT - RIGHT)
        return across, TOP + (high - y) / (high - low) * (HEIGHT - TOP - BOTTOM)

    drawn = []
    for count in range(round((high - low) / step) + 1):
        value = low + count * step
        _, y = at(left, value)
        drawn += [_rule(LEFT, y, WIDTH - RIGHT, y), _text(LEFT - 6, y + 4, f"{value:g}", "end")]
    for value in _ticks(left, right, logarithmic=logarithmic):
        x, _ = at(value, low)
        drawn += [_rule(x, TOP, x, HEIGHT - BOTTOM), _text(x, HEIGHT - BOTTOM + 16, _short(value), "middle")]
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join("{:.1f},{:.1f}".format(*at(x, y)) for x, y in points)
        drawn.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>')
        drawn.append(_text(LEFT + 74 * number, TOP - 8, name, "start", colour))
    return _picture(title, x_name, y_name, drawn)


def waterfall(title: str, x_name: str, y_name: str, rows: Sequence[Mapping[int, float]], *, seconds: float) -> bytes:
    """Levels of bands over time, the darker the louder; the newest at the bottom."""
    bands = sorted({one for row in rows for one in row})
    levels = [level for row in rows for level in row.values()]
    low, high = (min(levels), max(levels)) if levels else (0.0, 1.0)
    wide, tall = (WIDTH - LEFT - RIGHT) / max(1, len(bands)), (HEIGHT - TOP - BOTTOM) / max(1, len(rows))
    drawn = []
    for down, row in enumerate(rows):
        y = TOP + down * tall
        for across, band in enumerate(bands):
            share = (row.get(band, low) - low) / max(high - low, 1e-9)
            shade = ",".join(str(round(one + share * (other - one))) for one, other in zip(QUIET, LOUD, strict=True))
            x = LEFT + across * wide
            tip = escape(f"{band} Hz: {row.get(band, low):.0f} dB")
            drawn.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="rgb({shade})" '
                f'shape-rendering="crispEdges">'
                f"<title>{tip}</title></rect>"
            )
        drawn.append(_text(LEFT - 6, y + tall / 2 + 4, f"{(down + 0.5) * seconds / len(rows):.1f}", "end"))
    for across, band in enumerate(bands):
        drawn.append(_text(LEFT + (across + 0.5) * wide, HEIGHT - BOTTOM + 16, _short(band), "middle"))
    drawn.append(_text(WIDTH - RIGHT, TOP - 8, f"{low:.0f} … {high:.0f} dB", "end"))
    return _picture(title, x_name, y_name, drawn)


def _ticks(left: float, right: float, *, logarithmic: bool) -> Sequence[float]:
    if logarithmic:
        return [one for one in (20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000) if left <= one <= right]
    step = 10 ** math.floor(math.log10(max(right - left, 1e-6)))
    step = step / 5 if (right - left) / step < 2 else step / 2 if (right - left) / step < 5 else step  # noqa: PLR2004
    first = math.ceil(left / step)
    return [count * step for count in range(first, math.floor(right / step + 1e-9) + 1)]


def _short(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"  # noqa: PLR2004


def _rule(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="#d8dee8"/>'


def _text(x: float, y: float, said: str, anchor: str, colour: str = "#334155") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(said)}</text>'


def _picture(title: str, x_name: str, y_name: str, drawn: Sequence[str]) -> bytes:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif" font-size="13">'
        f'<title>{escape(title)}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    )
    middle = HEIGHT / 2
    turned = f'<text transform="rotate(-90 16 {middle})" x="16" y="{middle}" text-anchor="middle" fill="#334155">'
    names = [
        f'<text x="{WIDTH / 2}" y="18" text-anchor="middle" font-size="15" fill="#0f172a">{escape(title)}</text>',
        _text(WIDTH / 2, HEIGHT - 10, x_name, "middle"),
        f"{turned}{escape(y_name)}</text>",
    ]
    return "".join([head, *drawn, *names, "</svg>\n"]).encode()
