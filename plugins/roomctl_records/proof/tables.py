"""What an office writes in one way only: names of units, ranks, phrases. Shipped as data, laid over by its own."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import BadInput, tr
from roomctl_records import own_file
from roomctl_records.own_file import Fault

Words = Annotated[str, Field(min_length=1, max_length=60)]


class Tables(BaseModel):
    """What is written in one way only.

    Attributes:
        units: spoken name → written form.
        phrases: what is often written → what it should be.
        leaders: name → 职务.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    units: dict[Words, Words]
    phrases: dict[Words, Words]
    leaders: dict[Words, Words] = Field(default_factory=dict)

    def without_equals(self) -> "Tables":
        """Without the lines that an office has taken out."""
        return Tables(
            units={said: right for said, right in self.units.items() if said != right},
            phrases={wrong: right for wrong, right in self.phrases.items() if wrong != right},
            leaders=self.leaders,
        )


OWN = "record-tables.toml"
"""In the data folder: taken where the settings name no other file."""


def shipped() -> str:
    """The text of the shipped tables."""
    return (files("roomctl_records.proof") / "tables.toml").read_text(encoding="utf-8")


def place(own: str, data: Path) -> Path:
    """Where the office's own file lies, or would lie."""
    return data / Path(own or OWN).expanduser()


def load(own: str, data: Path) -> Tables:
    """The shipped tables with the office's own laid over them; a word mapped to itself takes a shipped line out.

    Args:
        own: path of a TOML file, relative to `data`; empty for `record-tables.toml`, where there is one.

    Raises:
        BadInput: the file is not there, is no TOML, or holds what is no word.

    """
    path = place(own, data)
    try:
        text = path.read_text(encoding="utf-8") if own or path.is_file() else ""
    except (OSError, ValueError) as error:
        raise _unusable(path, str(error)) from error
    made, wrong = _read(text)
    if made is None:
        raise _unusable(path, str(wrong[0]))
    return made


def check(text: str) -> list[Fault]:
    """All that is wrong with an office's own tables, in the order of its lines."""
    return sorted(_read(text)[1], key=lambda one: (one.line, one.key))


def _read(text: str) -> tuple[Tables | None, list[Fault]]:
    values = tomllib.loads(shipped())
    own, wrong = own_file.parsed(text)
    if wrong:
        return None, wrong
    made, wrong = own_file.validated(Tables, values, own, text)
    return (made.without_equals(), []) if made else (None, wrong)


def _unusable(path: Path, why: str) -> BadInput:
    return BadInput(
        tr(f"用语表不能用：{path}", f"cannot use the tables {path}"),
        why,
        tr(
            "用 roomctl records tables check 查，或 reset 恢复自带的", "see roomctl records tables check, or reset it"
        ),
    )
