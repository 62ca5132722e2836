"""The values of a page, read from TOML, so that an office can set its own."""

import tomllib
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from roomctl.api import BadInput, tr

TWIPS_A_POINT = 20
Twips = Annotated[int, Field(ge=0, le=31_680)]  # 22 inches, the most that a page may measure in Word
Points = Annotated[float, Field(ge=5, le=96)]
Font = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(_Part):
    """Lengths in twips; `character` is the advance of one character of the body."""

    width: Twips
    height: Twips
    top: Twips
    left: Twips
    right: Twips
    bottom: Twips
    line: Annotated[int, Field(ge=100, le=31_680)]
    character: Annotated[int, Field(ge=100, le=2_000)]


class Type(_Part):
    """Fonts by name, sizes in points."""

    body: Font
    title: Font
    heading: tuple[Font, Font, Font, Font]
    label: Font
    number: Font
    body_size: Points
    title_size: Points
    note_size: Points
    number_size: Points


class Number(_Part):
    """The page number: how far its dash is below the text, in twips, and what the dash is."""

    below_text: Twips
    dash: str


class Layout(_Part):
    """In characters of the body."""

    indent: Annotated[int, Field(ge=0, le=10)]
    label_width: Annotated[int, Field(ge=1, le=10)]


class Mark(_Part):
    """The mark of a 纪要: how far below the text area's top, in twips; its size in points, its colour as #rrggbb."""

    top: Twips
    size: Points
    colour: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")]


class Phrases(_Part):
    """What a 纪要 opens its paragraphs with; words in braces are filled in, each where an office wants it."""

    opening: str
    subjects: str
    heard: str
    considered: str
    decided: str
    asked: str
    copies: str

    @model_validator(mode="after")
    def _fields(self) -> "Phrases":
        """Every field that a phrase needs, and no other: a 纪要 without its text would be worse than none."""
        for name, needed in _FIELDS.items():
            found = {field for _, field, _, _ in Formatter().parse(getattr(self, name)) if field is not None}
            if found != needed:
                raise ValueError(f"{name}: {{{'}, {'.join(sorted(needed))}}} belong in it, not {sorted(found)}")
        return self


_FIELDS = {
    "opening": {"when", "chair", "meeting", "subjects"},
    "subjects": {"titles"},
    "heard": {"unit", "title"},
    "considered": {"title"},
    "decided": {"text"},
    "asked": {"text"},
}


class Template(_Part):
    """All of template.toml."""

    page: Page
    type: Type
    alternatives: dict[Font, tuple[Font, ...]]
    number: Number
    layout: Layout
    masthead: Mark
    phrases: Phrases

    @property
    def fonts(self) -> tuple[str, ...]:
        """Every font it names, each once."""
        kind = self.type
        return tuple(dict.fromkeys([kind.body, kind.title, *kind.heading, kind.label, kind.number]))


def load(own: str, data: Path) -> Template:
    """The shipped values, with the office's own laid over them.

    Args:
        own: path of a TOML file, relative to `data`; empty for none.

    Raises:
        BadInput: it is not there, is not TOML, or has a key or a value that cannot be.

    """
    values = tomllib.loads((files("roomctl_records.render") / "template.toml").read_text(encoding="utf-8"))
    if not own:
        return Template.model_validate(values)
    path = data / Path(own).expanduser()
    try:
        laid = tomllib.loads(path.read_text(encoding="utf-8"))
        return Template.model_validate(_over(values, laid))
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _unusable(path, f"{where}: {first['msg']}") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise _unusable(path, str(error)) from error


def _over(values: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {**values[key], **own[key]}
        if isinstance(values.get(key), dict) and isinstance(own.get(key), dict)
        else own.get(key, values.get(key))
        for key in [*values, *(key for key in own if key not in values)]
    }


def _unusable(path: Path, why: str) -> BadInput:
    return BadInput(
        tr(f"记录模板不能用：{path}", f"cannot use the template {path}"),
        why,
        tr("请改正，或清空 [plugins.records] 的 template", "mend it, or empty `template` in [plugins.records]"),
    )
