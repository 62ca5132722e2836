"""The office's people: rows to the domain's values and back."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select, update

from roomctl.domain.attendance import Person
from roomctl.storage.access_tables import DirectoryRow
from roomctl.storage.work import Work


class SqlDirectory:
    """`ports.Directory`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def all(self) -> Sequence[Person]:
        columns = DirectoryRow.__table__.c
        query = select(*columns).order_by(columns.unit, columns.id)
        return [
            Person(id=row.id, name=row.name, unit=row.unit, duty=row.duty, phone=row.phone)
            for row in self._work.connection().execute(query)
        ]

    def add(self, people: Iterable[Person]) -> None:
        rows = [
            {"id": one.id, "name": one.name, "unit": one.unit, "duty": one.duty, "phone": one.phone} for one in people
        ]
        if rows:
            self._work.connection(writing=True).execute(insert(DirectoryRow), rows)

    def set_phone(self, person_id: str, phone: str) -> None:
        changed = update(DirectoryRow).where(DirectoryRow.id == person_id).values(phone=phone)
        self._work.connection(writing=True).execute(changed)

    def remove(self, person_id: str) -> bool:
        gone = self._work.connection(writing=True).execute(delete(DirectoryRow).where(DirectoryRow.id == person_id))
        return bool(gone.rowcount)
