"""What an office decides in files of its own: the clearing list, the kinds of the log, the layouts of seats.

Each file of the data folder replaces the one that is shipped as a whole.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from roomctl import toml_text
from roomctl.domain.checks import Title
from roomctl.domain.clearing import ClearingTask, TaskKind
from roomctl.domain.layouts import MOST, Even, Sizes, Template
from roomctl.domain.layouts import Shape as Form
from roomctl.domain.order_log import LogKind
from roomctl.errors import BadInput
from roomctl.fields import either, wrong
from roomctl.i18n import tr

SHIPPED = Path(__file__).with_name("office")
CLEARING, ORDER_LOG, SEATS = "clearing.toml", "order_log.toml", "seats.toml"

_ID = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")


class _Named(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = _ID
    title: Title

    _either = field_validator("title", mode="before")(either)


class TaskEntry(_Named):
    """One `[[tasks]]`."""

    kind: TaskKind = TaskKind.HAND
    macro: str = ""


class _Tasks(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tasks: tuple[TaskEntry, ...] = Field(min_length=1, max_length=50)


class _Kinds(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kinds: tuple[_Named, ...] = Field(min_length=1, max_length=20)


class LayoutEntry(_Named):
    """One `[[layouts]]`."""

    shape: Form
    head: bool = False
    platform: int = Field(default=0, ge=0, le=MOST["platform"])
    rows: int = Field(default=0, ge=0, le=MOST["rows"])
    columns: int = Field(default=0, ge=0, le=MOST["columns"])
    opposite: int = Field(default=0, ge=0, le=MOST["opposite"])
    sides: int = Field(default=0, ge=0, le=MOST["sides"])
    observers: int = Field(default=0, ge=0, le=MOST["observers"])

    def template(self) -> Template:
        sizes = Sizes(**{name: getattr(self, name) for name in MOST})
        return Template(self.id, self.title, self.shape, sizes, self.head)


class _Layouts(BaseModel):
    model_config = ConfigDict(extra="forbid")

    even: Even = Even.TWO_LEFT
    keep_leave: bool = False
    layouts: tuple[LayoutEntry, ...] = Field(min_length=1, max_length=50)


@dataclass(frozen=True, slots=True)
class SeatRules:
    """How the office seats people.

    Attributes:
        keep_leave: members on leave who send nobody keep a seat.

    """

    templates: tuple[Template, ...]
    even: Even
    keep_leave: bool


File = TypeVar("File", bound=BaseModel)


def changed(data: Path, name: str) -> int:
    """When the office's own file was last written, in ns; 0 where there is none."""
    try:
        return (data / name).stat().st_mtime_ns
    except OSError:
        return 0


def clearing_tasks(data: Path) -> tuple[ClearingTask, ...]:
    """The office's clearing list. Raises: BadInput, with file, line and key."""
    rows = _read(data, CLEARING, _Tasks, "tasks").tasks
    return tuple(ClearingTask(id=one.id, title=one.title, kind=one.kind, macro=one.macro) for one in rows)


def log_kinds(data: Path) -> tuple[LogKind, ...]:
    """What an entry of the log may be about. Raises: BadInput, with file, line and key."""
    return tuple(LogKind(one.id, one.title) for one in _read(data, ORDER_LOG, _Kinds, "kinds").kinds)


def seat_rules(data: Path) -> SeatRules:
    """The office's layouts. Raises: BadInput, with file, line and key."""
    told = _read(data, SEATS, _Layouts, "layouts")
    return SeatRules(tuple(one.template() for one in told.layouts), told.even, told.keep_leave)


def _read(data: Path, name: str, shape: type[File], table: str) -> File:
    path = data / name if (data / name).exists() else SHIPPED / name
    told = toml_text.read(path)
    try:
        made = shape.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(_at(path, table, first["loc"]), wrong(first), _known(first["loc"], shape)) from None
    ids = [one.id for one in getattr(made, table)]
    for number, one in enumerate(ids):
        if one in ids[:number]:
            raise BadInput(
                _at(path, table, (table, number, "id")), tr(f"编号 {one} 用了两次", f"the id {one} is used twice")
            )
    return made


def _at(path: Path, table: str, loc: tuple[int | str, ...]) -> str:
    numbers = [part for part in loc if isinstance(part, int)]
    key = str(loc[2]) if len(loc) > 2 else table  # noqa: PLR2004 - table, row, key
    where = toml_text.place(path, path.read_text(encoding="utf-8"), table, numbers[0], key) if numbers else str(path)
    return tr(f"{where} 的 {key} 不对", f"{where}: {key} is wrong")


def _known(loc: tuple[int | str, ...], shape: type[BaseModel]) -> str:
    fields: Any = shape.model_fields
    if len(loc) > 1:
        rows: dict[Any, type[BaseModel]] = {_Tasks: TaskEntry, _Layouts: LayoutEntry}
        fields = rows.get(shape, _Named).model_fields
    return tr("可用：", "known: ") + ", ".join(fields)
