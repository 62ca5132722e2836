"""What a backup does not hold, and is not here either: for whoever has brought one to another machine."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roomctl import toml_text
from roomctl.errors import RoomctlError
from roomctl.storage.backup import opened
from roomctl.storage.copies import DATABASE, SETTINGS
from roomctl.storage.inventory import InventoryFile

_KEPT = (
    "SELECT meeting, folder FROM recordings",
    "SELECT meeting, path FROM documents",
    "SELECT meeting, path FROM packages",
)


@dataclass(frozen=True, slots=True)
class Absent:
    """What is to be brought.

    Attributes:
        meetings: ids of those of which sound, papers or packages are known, and none of them lies here.
        secrets: names that settings or inventory give, and nobody has entered here.

    """

    meetings: Sequence[str] = ()
    secrets: Sequence[str] = ()


def absent(data: Path) -> Absent:
    """Looks at the database and the settings of a data folder; what cannot be read of them is passed over."""
    return Absent(tuple(_meetings(data)), tuple(_secrets(data)))


def _meetings(data: Path) -> Iterator[str]:
    there: dict[str, bool] = {}
    with suppress(RoomctlError, sqlite3.Error), opened(data / DATABASE) as database:
        for question in _KEPT:
            for meeting, path in database.execute(question):
                there[meeting] = there.get(meeting, False) or (data / path).exists()
    yield from sorted(meeting for meeting, found in there.items() if not found)


def _secrets(data: Path) -> Iterator[str]:
    names: set[str] = set()
    for file in SETTINGS:
        if file.endswith(".toml"):
            with suppress(RoomctlError):
                names |= set(_named(toml_text.read(data / file)))
    inventory = InventoryFile(data)
    for name in sorted(names):
        try:
            inventory.credentials(name)
        except RoomctlError:
            yield name


def _named(told: Any) -> Iterator[str]:
    """Values of every `secret`, however deep."""
    if isinstance(told, Mapping):
        for key, value in told.items():
            if key == "secret" and isinstance(value, str) and value:
                yield value
            else:
                yield from _named(value)
    elif isinstance(told, list):
        for each in told:
            yield from _named(each)
