"""What lies in `<data>/backups/`: copies by the UTC time they were made at, and which of them are whole.

A copy is a folder `20261112T010000Z/` that holds `roomctl.db`, `heads.json`, the settings, and `backup.json`, which
names every file with its digest. Its files are read-only. Passwords and keys (`secrets.toml`) are in none: a copy is
carried away on a stick.
"""

import hashlib
import json
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

FOLDER = "backups"
ASIDE = "set-aside"
"""Folder of the data folder where a restore puts what was there, by time."""

DATABASE, HEADS, MANIFEST = "roomctl.db", "heads.json", "backup.json"
SETTINGS = ("roomctl.toml", "devices.toml", "plugins.json")
"""Beside the database in every copy, as far as they are there."""

_FORM = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(\d{8}T\d{6}Z)(?:-\d+)?")


def stamp(at: datetime) -> str:
    """`20261112T010000Z`: sorts by time, and every file system takes it."""
    return at.astimezone(UTC).strftime(_FORM)


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy.

    Attributes:
        at: when it was made, UTC.

    """

    path: Path
    at: datetime

    @property
    def name(self) -> str:
        return self.path.name

    def manifest(self) -> Mapping[str, Any]:
        """`backup.json`. Raises: OSError, ValueError."""
        content = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(content, dict) or not isinstance(content.get("files"), dict):
            raise ValueError(MANIFEST)  # noqa: TRY004 - of its content, not of an argument
        return content

    def sound(self) -> bool:
        """Whether every file is what it was when the copy was made and verified. Reads every byte."""
        try:
            files = self.manifest()["files"]
            return DATABASE in files and all(digest(self.path / name) == known for name, known in files.items())
        except (OSError, ValueError):
            return False


def copies(folder: Path) -> list[Copy]:
    """Newest first; whatever else lies there is passed over."""
    try:
        paths = list(folder.iterdir())
    except OSError:
        return []
    found = [Copy(path, at) for path in paths if (at := _time_of(path)) is not None]
    return sorted(found, key=lambda copy: (copy.at, copy.name), reverse=True)


def _time_of(path: Path) -> datetime | None:
    match = _NAME.fullmatch(path.name)
    if match is None or not path.is_dir():
        return None
    try:
        return datetime.strptime(match[1], _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def newest_sound(folder: Path) -> Copy | None:
    """The newest copy that is whole."""
    return next((copy for copy in copies(folder) if copy.sound()), None)


def before_migrations(folder: Path) -> list[Path]:
    """The databases as they were before each migration, newest first."""
    try:
        return sorted(folder.glob("*-before-*.db"), key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError:
        return []


def newest_settings(folder: Path, name: str = SETTINGS[0]) -> Path | None:
    """The newest copy of a settings file that can be read as TOML."""
    for copy in copies(folder):
        try:
            tomllib.loads((copy.path / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        return copy.path / name
    return None


def restore_command(copy: str, data: Path) -> str:
    """The exact command, for a message."""
    default = platformdirs.user_data_path("roomctl", appauthor=False)  # ROOMCTL_DATA may not be set where it is typed
    where = "" if data == default else f" --data {shlex.quote(str(data))}"
    return f"roomctl restore {shlex.quote(copy)}{where}"


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kept(times: list[datetime], *, hourly: int = 24, daily: int = 14, weekly: int = 8) -> Iterator[datetime]:
    """Of the times, those whose copies stay: the newest of each of the last hours, days and weeks with one."""
    newest_first = sorted(set(times), reverse=True)
    for wanted, period in ((hourly, "%Y%m%d%H"), (daily, "%Y%m%d"), (weekly, "%G%V")):
        seen: set[str] = set()
        for at in newest_first:
            if len(seen) == wanted:
                break
            if (bucket := at.strftime(period)) not in seen:
                seen.add(bucket)
                yield at
