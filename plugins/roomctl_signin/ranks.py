"""The table of rank as a file, and a roster put into its order."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from roomctl.api import Actor, BadInput, Person, PluginContext, ranking, tr
from roomctl_signin.config import Config

SHIPPED = Path(__file__).with_name("ranks.toml")
MAX_BYTES = 1_000_000


class TableFile(BaseModel):
    """As the file has it: an entry is a name, or a list of ways to write it."""

    model_config = ConfigDict(extra="forbid")

    leaders: Sequence[str | Sequence[str]] = ()
    secretaries: Sequence[str | Sequence[str]] = ()
    units: Sequence[str | Sequence[str]] = ()
    districts: Sequence[str | Sequence[str]] = ()


def table(ctx: PluginContext) -> ranking.RankTable:
    """The office's own, or the one that comes with the plugin."""
    return read((ctx.config or Config()).ranks or SHIPPED)


@dataclass(frozen=True, slots=True)
class Table:
    """`roomctl.api.rosters.Ranking`."""

    ctx: PluginContext

    def table(self) -> ranking.RankTable:
        return table(self.ctx)


def read(path: Path) -> ranking.RankTable:
    """Raises: BadInput: one line that names the file and what is wrong in it."""
    try:
        text = path.read_bytes()[:MAX_BYTES].decode("utf-8-sig")
        file = TableFile.model_validate(tomllib.loads(text))
    except (OSError, ValueError) as error:  # of TOML, of UTF-8, of pydantic
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise BadInput(
            tr(f"排序表 {path} 不能使用", f"cannot use the table of rank {path}"),
            why.splitlines()[0] if why else type(error).__name__,
            tr("见插件 signin 的 README", "see the README of the plugin signin"),
        ) from error
    rows: Mapping[str, tuple[ranking.Names, ...]] = {
        name: tuple((row,) if isinstance(row, str) else tuple(row) for row in getattr(file, name))
        for name in TableFile.model_fields
    }
    return ranking.RankTable(**rows)


def put_in_order(ctx: PluginContext, meeting_id: str, actor: Actor | None = None) -> Sequence[Person]:
    """Gives everybody on the roster the rank of the table; the roster as it is then."""
    people = ranking.ranked(ctx.services.roster(meeting_id), table(ctx))
    return ctx.services.rank_people(meeting_id, {person.id: person.rank for person in people}, actor=actor)
