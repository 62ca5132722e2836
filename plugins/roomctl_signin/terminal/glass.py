"""A signature on glass, kept as SVG and as PNG. The terminal sends strokes: nothing that it drew is trusted."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from roomctl.api import BadInput, PluginContext, RoomctlError, attendance, tr
from roomctl.api.files import atomic_write

WIDTH, HEIGHT = 900, 360
"""Of the sheet, in its own units; as large on the terminal of 1280 × 800."""
PEN = 5
MOST_STROKES, MOST_POINTS = 200, 4000
LEAST = 40
"""Units that a signature measures at least: less is a finger that rested there."""

Point = tuple[Annotated[int, Field(ge=0, le=WIDTH)], Annotated[int, Field(ge=0, le=HEIGHT)]]
Stroke = Annotated[list[Point], Field(min_length=1, max_length=MOST_POINTS)]
Strokes = Annotated[list[Stroke], Field(max_length=MOST_STROKES)]

Lines = Sequence[Sequence[tuple[int, int]]]


def check(strokes: Lines) -> None:
    """Raises: BadInput: it is no signature: a dot, or too much of one."""
    points = [point for stroke in strokes for point in stroke]
    spread = max((max(axis) - min(axis) for axis in zip(*points, strict=True)), default=0)
    if not spread >= LEAST or len(points) > MOST_POINTS:
        raise BadInput(
            tr("没有看到签名", "there is no signature"),
            tr("笔迹太短或太长", "it is too short, or too long"),
            tr("请在框里签名，再按确认", "sign within the frame, then confirm"),
        )


def keep(ctx: PluginContext, meeting_id: str, name: str, strokes: Lines) -> None:
    """Writes both files, `name` with its endings. What was signed once is never written over.

    Raises: RoomctlError: they cannot be written now. Whoever sent it keeps it, and sends it again.
    """
    try:
        folder = _folder(ctx, meeting_id)
        last = folder / f"{name}.svg"
        if last.exists():
            return
        folder.mkdir(exist_ok=True)
        atomic_write(folder / f"{name}.png", png(strokes))
        atomic_write(last, svg(strokes))
    except OSError as error:
        raise RoomctlError(
            tr("签名存不下，签到已记", "the sign-in counts, but its signature cannot be kept"),
            error.strerror or str(error),
            tr("请清理磁盘；终端会自动重送", "free some space on the disk; the terminal sends it again by itself"),
        ) from error


def files(ctx: PluginContext, meeting_id: str) -> Sequence[Path]:
    """Those of the sign-ins that stand: what was taken back (“不是我”) is nobody's signature."""
    facts = attendance.standing_facts(ctx.services.attendance_events(meeting_id))
    signed = {str(fact.data.get("signature") or "") for fact in facts}
    return sorted(path for path in _folder(ctx, meeting_id).glob("*.*g") if path.stem in signed)


def _folder(ctx: PluginContext, meeting_id: str) -> Path:
    return ctx.folder(meeting_id) / "signatures"


def svg(strokes: Lines) -> str:
    """Black on nothing; numbers alone come from outside."""
    paths = "".join(f'<polyline points="{" ".join(f"{x},{y}" for x, y in _line(stroke))}"/>' for stroke in strokes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none" stroke="#000" '
        f'stroke-width="{PEN}" stroke-linecap="round" stroke-linejoin="round">{paths}</svg>\n'
    )


def png(strokes: Lines) -> bytes:
    """The same in black on white, for whoever cannot show an SVG."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - for a signature alone

    sheet = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(sheet)
    for stroke in strokes:
        line = _line(stroke)
        draw.line(line, fill=0, width=PEN, joint="curve")
        for x, y in (line[0], line[-1]):
            draw.ellipse((x - PEN // 2, y - PEN // 2, x + PEN // 2, y + PEN // 2), fill=0)
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()


def _line(stroke: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """A dot is a line too."""
    points = [(x, y) for x, y in stroke]
    return points if len(points) > 1 else points * 2
