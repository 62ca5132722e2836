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
    tuple(f"{n:04}" for n in range(1, 16)),
)
