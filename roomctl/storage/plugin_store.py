"""JSON documents that the host keeps for plugins."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from roomctl.errors import BadInput
from roomctl.i18n import tr
from roomctl.storage.database import Database
from roomctl.storage.tables import PluginDocumentRow


class SqlPluginStore:
    """`roomctl.services.ports.PluginStore`: each call is a transaction of its own.

    Args:
        meeting: the meeting whose documents these are; None for the room's.

    """

    def __init__(self, database: Database, plugin: str, meeting: str | None = None) -> None:
        self._database, self._plugin, self._meeting = database, plugin, meeting
        self._mine = (PluginDocumentRow.plugin == plugin) & (PluginDocumentRow.scope == (meeting or ""))

    def get(self, key: str, default: Any = None) -> Any:
        with self._database.reader() as connection:
            found = connection.execute(
                select(PluginDocumentRow.value).where(self._mine, PluginDocumentRow.key == key)
            ).first()
        return default if found is None else found.value

    def put(self, key: str, value: Any) -> None:
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise BadInput(
                tr(f"插件 {self._plugin} 的文档“{key}”不能保存", f"cannot keep {key!r} of plugin {self._plugin}"),
                tr(f"不是 JSON：{error}", f"not JSON: {error}"),
            ) from error
        row = insert(PluginDocumentRow).values(
            plugin=self._plugin, scope=self._meeting or "", key=key, meeting=self._meeting, value=value
        )
        primary_key = [PluginDocumentRow.plugin, PluginDocumentRow.scope, PluginDocumentRow.key]
        with self._database.writer() as connection:
            connection.execute(
                row.on_conflict_do_update(index_elements=primary_key, set_={"value": row.excluded.value})
            )
            connection.commit()

    def delete(self, key: str) -> None:
        with self._database.writer() as connection:
            connection.execute(delete(PluginDocumentRow).where(self._mine, PluginDocumentRow.key == key))
            connection.commit()

    def keys(self) -> Sequence[str]:
        with self._database.reader() as connection:
            query = select(PluginDocumentRow.key).where(self._mine).order_by(PluginDocumentRow.key)
            return list(connection.execute(query).scalars())
