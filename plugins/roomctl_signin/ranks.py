"""The table of rank as a file, and a roster put into its order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from roomctl.api import Actor, Person, PluginContext, ranking, tr
from roomctl.api.own_files import read_own
from roomctl_signin.config import Config

SHIPPED = Path(__file__).with_name("ranks.toml")


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
    spare = tr(
        "，排序表的写法见插件 signin 的 README", ", as the README of the plugin signin describes a table of rank"
    )
    file = read_own(path, TableFile, spare=spare)
    rows: Mapping[str, tuple[ranking.Names, ...]] = {
        name: tuple((row,) if isinstance(row, str) else tuple(row) for row in getattr(file, name))
        for name in TableFile.model_fields
    }
    return ranking.RankTable(**rows)


def put_in_order(ctx: PluginContext, meeting_id: str, actor: Actor | None = None) -> Sequence[Person]:
    """Gives everybody on the roster the rank of the table; the roster as it is then."""
    people = ranking.ranked(ctx.services.roster(meeting_id), table(ctx))
    return ctx.services.rank_people(meeting_id, {person.id: person.rank for person in people}, actor=actor)
