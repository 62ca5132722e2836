"""Column types: an instant that reads back exactly as it was written, a name that can be seen."""

from datetime import datetime

from sqlalchemy import Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from roomctl.domain.events import instant_text
from roomctl.domain.lines import seen

_LENGTH = 32  # `2026-11-12T01:00:00.000000+00:00`


class Instant(TypeDecorator[datetime]):
    """UTC text with microseconds, as the event log writes it: it sorts by time. Aware when read."""

    impl = String(_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else instant_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


class SeenName(TypeDecorator[str]):
    """A person's name, a meeting's title. One of which nothing can be seen is read as `？`: a meeting that was kept
    when such names were taken is opened still, and the person found on its roster.
    """

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return value if value is None or seen(value) else "？"
