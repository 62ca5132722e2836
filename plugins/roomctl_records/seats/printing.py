"""座签 and 座位图 as PDF/A, from the plan of the seats as it is when they are printed."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from roomctl.api import BadInput, Meeting, NotFound, tr
from roomctl.api.own_files import first_fault
from roomctl.api.seating import Chart, Layout, seated_name
from roomctl_records.drafting import wording
from roomctl_records.render import pdf
from roomctl_records.render.template import Template

SHIPPED = Path(__file__).with_name("cards.toml")
OWN = "place-cards.toml"
"""In the data folder."""
Length = Annotated[float, Field(gt=0, le=1200)]


class CardForm(BaseModel):
    """Of a place card; lengths in mm, see `cards.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: tuple[Length, Length]
    face: tuple[Length, Length]
    base: Annotated[float, Field(ge=0, le=1200)] = 0


def form_of(name: str, data: Path) -> CardForm:
    """The form of this name. Raises: BadInput: there is none, or it does not fit its sheet."""
    forms = _read(SHIPPED)
    if (data / OWN).is_file():
        forms |= _read(data / OWN)
    told = forms.get(name)
    where = f"[plugins.records] place_card = {name!r}"
    if told is None:
        raise BadInput(
            tr(f"没有座签规格“{name}”", f"there is no form of place cards {name!r}"),
            mend=tr(f"{where}；可用的：", f"{where}; known: ") + ", ".join(forms),
        )
    try:
        form = CardForm.model_validate(told)
    except ValidationError as error:
        key, why = first_fault(error)
        raise BadInput(tr(f"座签规格 {name} 的 {key} 不对", f"{key} of the form {name} is wrong"), why) from None
    if form.face[0] > form.page[0] or 2 * form.face[1] + form.base > form.page[1]:
        raise BadInput(
            tr(f"座签规格 {name} 比纸大", f"the form {name} is larger than its sheet"),
            mend=tr("请改小 face 或 base", "make face or base smaller"),
        )
    return form


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise BadInput(tr(f"读不了 {path}", f"cannot read {path}"), " ".join(str(error).split())) from None


def cards(
    meeting: Meeting, chart: Chart, form: CardForm, template: Template, path: Path, *, at: datetime
) -> Mapping[str, str]:
    """One card for each who has a seat and comes, in the order of the seats; 刘芳 with a full-width space.

    Raises:
        NotFound: nobody has a seat.

    """
    layout = _laid_out(chart)
    names = [wording.spaced(seated_name(one)) for place in layout.places for one in chart.coming(place)]
    if not names:
        raise NotFound(
            tr("还没有人有座位", "nobody has a seat yet"), mend=tr("请先按排序排座", "seat people by rank first")
        )
    told = {"title": f"{meeting.title}座签", "names": names, **form.model_dump()}
    return pdf.typeset(Path(__file__).with_name("cards.typ"), path, told, template, at=at)


def plan(meeting: Meeting, chart: Chart, template: Template, path: Path, *, at: datetime) -> Mapping[str, str]:
    """The plan as the audience sees it, and as the platform does, each on a page. Raises: NotFound: there is none."""
    layout = _laid_out(chart)
    views = [_view("台下视角", layout, chart), _view("台上视角", layout.turned(), chart)]
    told = {
        "title": f"{meeting.title}座位图",
        "where": "　".join(part for part in (f"{meeting.starts:%Y年%-m月%-d日}", meeting.place) if part),
        "width": layout.width,
        "height": layout.height,
        "views": views,
    }
    return pdf.typeset(Path(__file__).with_name("plan.typ"), path, told, template, at=at)


def _laid_out(chart: Chart) -> Layout:
    if chart.layout is None:
        raise NotFound(
            tr("还没有排座", "no seats were laid out yet"),
            mend=tr("请先在“座位”页选一种布局", "choose a layout on the page of the seats"),
        )
    return chart.layout


def _lines(names: list[str]) -> list[str]:
    """Two people have a line each; a long name alone has two, parted at its dot where it has one."""
    if len(names) != 1 or len(names[0]) <= _LONG:
        return [wording.spaced(one) for one in names]
    (name,) = names
    dots = [place + 1 for place, sign in enumerate(name) if sign == "·"]
    at = min(dots, key=lambda place: abs(place - len(name) / 2), default=-(-len(name) // 2))
    return [name[:at], name[at:]]


_LONG = 6
"""Characters that stand in one line of a seat."""


def _view(name: str, layout: Layout, chart: Chart) -> dict[str, Any]:
    places = [
        {
            "x": one.x,
            "y": one.y,
            "number": one.number,
            "names": _lines([seated_name(who) for who in chart.coming(one.id)]),
        }
        for one in layout.places.values()
    ]
    return {"name": name, "places": places, "tables": layout.tables}
