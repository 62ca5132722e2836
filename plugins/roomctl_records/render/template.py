"""The values of a page, read from TOML, so that an office can set its own."""

import hashlib
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from roomctl.api import BadInput, tr
from roomctl_records import own_file
from roomctl_records.own_file import Fault

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
                wanted = "、".join(f"{{{one}}}" for one in sorted(needed))
                strange = "、".join(f"{{{one}}}" for one in sorted(found - needed))
                also = tr(f"，不认识 {strange}", f"; {strange} is not known") if strange else ""
                said = tr(f"里面应有且只有 {wanted}", f"{wanted} belong in it, and no other")
                raise ValueError(f"{name}: {said}{also}")
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
    """All of template.toml.

    Attributes:
        origin: which file it was read from, with the beginning of its SHA-256; it stands in every document made.

    """

    page: Page
    type: Type
    alternatives: dict[Font, tuple[Font, ...]]
    number: Number
    layout: Layout
    masthead: Mark
    phrases: Phrases
    origin: str = ""

    @property
    def fonts(self) -> tuple[str, ...]:
        """Every font it names, each once."""
        kind = self.type
        return tuple(dict.fromkeys([kind.body, kind.title, *kind.heading, kind.label, kind.number]))


KINDS = ("会议记录", "签到表", "会议纪要", "设备检查报告", "归档交接单", "涉密载体移交清单")
"""Papers that may have values of their own, under `[kinds."签到表".type]`."""
OWN = "record-template.toml"
"""In the data folder: taken where the settings name no other file."""
SHIPPED = "shipped"


def shipped() -> str:
    """The text of the shipped template, with what each value is and where it comes from."""
    return (files("roomctl_records.render") / "template.toml").read_text(encoding="utf-8")


def place(own: str, data: Path) -> Path:
    """Where the office's own file lies, or would lie."""
    return data / Path(own or OWN).expanduser()


def load(own: str, data: Path, kind: str = "") -> Template:
    """The shipped values, with the office's own laid over them, and over those its own for this kind of paper.

    Args:
        own: path of a TOML file, relative to `data`; empty for `record-template.toml`, where there is one.

    Raises:
        BadInput: it is not there, is not TOML, or has a key or a value that cannot be.

    """
    path = place(own, data)
    if not own and not path.is_file():
        return Template.model_validate(tomllib.loads(shipped())).model_copy(update={"origin": SHIPPED})
    try:
        raw = path.read_bytes()
        text = raw.decode()
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    except ValueError as error:
        raise _unusable(path, str(error)) from error
    made, wrong = read(text, kind)
    if made is None:
        raise _unusable(path, str(wrong[0]))
    return made.model_copy(update={"origin": f"{path.name} sha256:{hashlib.sha256(raw).hexdigest()[:16]}"})


def check(text: str) -> list[Fault]:
    """All that is wrong with an office's own template, in the order of its lines."""
    found = [fault for kind in ("", *KINDS) for fault in read(text, kind)[1]]
    return sorted(dict.fromkeys(found), key=lambda one: (one.line, one.key))


def read(text: str, kind: str = "") -> tuple[Template | None, list[Fault]]:
    """The template of this kind of paper, or what is wrong with it."""
    values = tomllib.loads(shipped())
    own, wrong = own_file.parsed(text)
    kinds = own.pop("kinds", {})
    if "origin" in own:
        wrong.append(_unknown(text, ("origin",), values))
    if not isinstance(kinds, dict):
        kinds, wrong = (
            {},
            [*wrong, Fault(own_file.line_of(text, ("kinds",)), "kinds", tr("应是一张表", "is a table"))],
        )
    wrong += [_unknown(text, ("kinds", name), KINDS) for name in kinds if name not in KINDS]
    made, more = own_file.validated(Template, values, {k: v for k, v in own.items() if k != "origin"}, text)
    if made is not None and isinstance(laid := kinds.get(kind, {}), dict):
        made, more = own_file.validated(Template, own_file.laid_over(values, own), laid, text, ("kinds", kind))
    elif made is not None:
        more = [Fault(own_file.line_of(text, ("kinds", kind)), f"kinds.{kind}", tr("应是一张表", "is a table"))]
    wrong += more
    return (None, wrong) if wrong else (made, [])


def _unknown(text: str, key: tuple[str, ...], known: Iterable[str]) -> Fault:
    line = own_file.line_of(text, key)
    return Fault(line, ".".join(key), tr("没有这一项", "no such key"), "、".join(known))


def _unusable(path: Path, why: str) -> BadInput:
    return BadInput(
        tr(f"记录模板不能用：{path}", f"cannot use the template {path}"),
        why,
        tr(
            "用 roomctl records template check 查，或 reset 恢复自带的",
            "see roomctl records template check, or reset it",
        ),
    )
