"""`macros.toml`: the macros of a room, as people write them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from roomctl import toml_text
from roomctl.domain.lifecycle import State
from roomctl.domain.macros import Macro, MacroStep
from roomctl.errors import BadInput
from roomctl.fields import either, first_fault
from roomctl.i18n import tr

FILE, TABLE = "macros.toml", "macros"


class Step(BaseModel):
    """One `[[macros.steps]]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    device: str = ""
    action: str = ""
    argument: str = ""
    wait: float = Field(default=0.0, ge=0, le=600)
    optional: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.device) != bool(self.action) or not (self.device or self.wait):
            raise ValueError(
                tr("一步写 device 和 action，或只写 wait", "a step has device and action, or wait alone")
            )
        return self


class Entry(BaseModel):
    """One `[[macros]]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")
    title: tuple[str, str] = ("", "")
    on: Literal[State.OPEN, State.IN_SESSION, State.RECESS, State.ADJOURNED, State.CLOSED] | None = None
    steps: tuple[Step, ...] = Field(min_length=1, max_length=100)

    _either = field_validator("title", mode="before")(either)

    def macro(self) -> Macro:
        return Macro(
            id=self.id, title=self.title, on=self.on, steps=tuple(MacroStep(**dict(one)) for one in self.steps)
        )


class MacroFile:
    """`device_ports.Macros` on a data folder."""

    def __init__(self, data: Path) -> None:
        self.path = data / FILE
        self._kept: tuple[tuple[int, int, int], tuple[Macro, ...]] | None = None

    def macros(self) -> tuple[Macro, ...]:
        """In the order of the file; none where there is none. Raises: BadInput, with file, line and key.

        A file that has not changed is not read again: an open page asks twice a second.
        """
        try:
            state = self.path.stat()
        except OSError:
            return self._read()
        stamp = (state.st_mtime_ns, state.st_size, state.st_ino)
        if self._kept is None or self._kept[0] != stamp:
            self._kept = stamp, self._read()
        return self._kept[1]

    def _read(self) -> tuple[Macro, ...]:
        told = toml_text.read(self.path).get(TABLE, [])
        if not isinstance(told, list):
            raise BadInput(
                tr(f"{self.path} 里的 macros 不是列表", f"`macros` of {self.path} is no list"),
                mend=tr("每个场景写一段 [[macros]]", "write a [[macros]] for each"),
            )
        found: dict[str, Macro] = {}
        for number, one in enumerate(told):
            try:
                macro = Entry.model_validate(one).macro()
            except ValidationError as error:
                raise self._wrong(error, number, one) from None
            if macro.id in found:
                raise BadInput(self._at(number, macro.id, "id"), tr("这个编号用了两次", "this id is used twice"))
            found[macro.id] = macro
        return tuple(found.values())

    def _at(self, number: int, name: str, key: str) -> str:
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        where = toml_text.place(self.path, text, TABLE, number, key)
        return tr(f"{where}，场景 {name} 的 {key} 不对", f"{where}: {key} of macro {name} is wrong")

    def _wrong(self, error: ValidationError, number: int, told: Any) -> BadInput:
        loc = error.errors()[0]["loc"]
        key, why = first_fault(error)
        name = str(told.get("id", f"#{number + 1}")) if isinstance(told, Mapping) else f"#{number + 1}"
        model = Step if loc[:1] == ("steps",) and len(loc) > 1 else Entry
        mend = tr("可用：", "known: ") + ", ".join(model.model_fields)
        return BadInput(self._at(number, name, key or TABLE), why, mend)
