"""roomctl.toml, changed without losing its comments and its order."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from roomctl.config import TEMPLATE
from roomctl.durable import atomic_write
from roomctl.errors import BadInput
from roomctl.i18n import tr


class TomlFile:
    """Read at once; written by `save`.

    Raises: BadInput: it is not TOML any more.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        text = path.read_text(encoding="utf-8") if path.is_file() else TEMPLATE
        try:
            self._document = tomlkit.parse(text)
        except TOMLKitError as error:
            raise BadInput(
                tr(f"{path} 不是正确的 TOML", f"{path} is not TOML"), str(error), tr("请改正这一行", "mend that line")
            ) from None

    def section(self, name: str) -> dict[str, Any]:
        """What stands in `[a.b]`; the top of the file, without its tables, for the empty name."""
        found: Any = self._document.unwrap()
        for part in filter(None, name.split(".")):
            found = found.get(part, {}) if isinstance(found, Mapping) else {}
        if not isinstance(found, Mapping):
            return {}
        return dict(found) if name else {key: one for key, one in found.items() if not isinstance(one, Mapping)}

    def put(self, name: str, values: Mapping[str, Any]) -> None:
        """Makes the section hold these values: changes what differs, and takes away what is not among them."""
        before = self.section(name)
        table: Any = self._document
        for part in filter(None, name.split(".")):
            if part not in table:
                table[part] = tomlkit.table(is_super_table=part == "plugins")
            table = table[part]
        for key in before.keys() - values.keys():
            del table[key]
        for key, value in values.items():
            if key not in before or before[key] != value:
                _set(table, key, value)

    def save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(self._path, tomlkit.dumps(self._document))


def _set(table: Table, key: str, value: Any) -> None:
    """Keeps the comment that stands behind the old value."""
    item = tomlkit.item(value)
    if key in table:
        old = table[key]
        if hasattr(old, "trivia") and hasattr(item, "trivia"):
            item.trivia.comment, item.trivia.comment_ws = old.trivia.comment, old.trivia.comment_ws
    table[key] = item
