"""What an office writes in one way only: names of units, ranks, phrases. Shipped as data, laid over by its own."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from roomctl.api import BadInput, tr

Words = Annotated[str, Field(min_length=1, max_length=60)]


class Tables(BaseModel):
    """`units`: spoken name → written form; `phrases`: what is often written → what it should be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    units: dict[Words, Words]
    phrases: dict[Words, Words]


def load(own: str, data: Path) -> Tables:
    """The shipped tables with the office's own laid over them; a word mapped to itself takes a shipped line out.

    Raises:
        BadInput: the file is not there, is no TOML, or holds what is no word.

    """
    shipped = tomllib.loads((files("roomctl_records.proof") / "tables.toml").read_text(encoding="utf-8"))
    laid: dict[str, dict[str, str]] = {}
    path = data / Path(own).expanduser() if own else None
    try:
        if path:
            laid = tomllib.loads(path.read_text(encoding="utf-8"))
        both = {key: {**shipped.get(key, {}), **laid.get(key, {})} for key in shipped.keys() | laid.keys()}
        kept = {
            key: {wrong: right for wrong, right in words.items() if wrong != right} for key, words in both.items()
        }
        return Tables.model_validate(kept)
    except (OSError, ValueError, AttributeError, TypeError) as error:
        why = f"{'.'.join(map(str, error.errors()[0]['loc']))}" if isinstance(error, ValidationError) else str(error)
        raise BadInput(
            tr(f"用语表不能用：{path}", f"cannot use the tables {path}"),
            why,
            tr("请改正，或清空 [plugins.records] 的 tables", "mend it, or empty `tables` in [plugins.records]"),
        ) from error
