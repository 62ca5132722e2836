"""The migrations, known by name, so that a database that is up to date is recognised without Alembic."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Migrations:
    """A folder of Alembic's, and its revisions, the oldest first."""

    folder: Path
    revisions: tuple[str, ...]

    @property
    def head(self) -> str:
        return self.revisions[-1]


BUILT_IN = Migrations(
    Path(__file__).parent,
    ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0013", "0014"),
)
