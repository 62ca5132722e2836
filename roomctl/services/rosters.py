"""Rosters taken in from a table, and taken back; and the office's people, from whom rosters are picked."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from roomctl.domain import seating
from roomctl.domain.attendance import Person
from roomctl.domain.events import Event
from roomctl.domain.ranking import RankTable
from roomctl.errors import NotFound, Refused, RoomctlError
from roomctl.i18n import tr
from roomctl.services import initials
from roomctl.services.attendance import need_roster_open
from roomctl.services.bound import Bound
from roomctl.services.identity import new_id
from roomctl.services.ports import UnitOfWork

log = logging.getLogger(__name__)

ADDED, REMOVED = "roster.added", "roster.removed"
KNOWN, FORGOTTEN = "directory.added", "directory.removed"


@dataclass(frozen=True, slots=True)
class Import:
    """People who came onto a roster with one press, and are still on it.

    Attributes:
        id: of its event; source: name of the file; by: as the log writes an actor.

    """

    id: str
    source: str
    people: Sequence[str]
    at: datetime
    by: str


class RosterUseCases(Bound):
    """Part of `UseCases`."""

    def import_people(self, meeting_id: str, people: Iterable[Person], *, source: str) -> Sequence[Person]:
        """Puts people from a table on the roster, all at once; who is there already is left out.

        Args:
            source: name of the file, for who looks at the log.

        Returns:
            Those that came onto it.

        Raises:
            Refused: the meeting is over.

        """
        with self._open() as uow:
            need_roster_open(uow.meetings.get(meeting_id))
            here = {_same(one) for one in uow.roster.of(meeting_id)}
            new = tuple(one for one in people if _same(one) not in here)
            if new:
                uow.roster.add(meeting_id, new)
                told = {
                    "people": [{k: v for k, v in asdict(one).items() if v and k != "phone"} for one in new],
                    "source": source,
                }
                uow.events.append(self._roster_event(meeting_id, ADDED, told))
                uow.commit()
        return new

    def rank_table(self) -> RankTable | None:
        """The office's table of rank; None where no plugin has one, or it cannot be read."""
        ranking = self._plugins().ranking()
        try:
            return ranking.table() if ranking else None
        except RoomctlError as error:  # no roster waits for it
            log.warning("the table of rank is left out: %s", error)
            return None

    def imports(self, meeting_id: str) -> Sequence[Import]:
        """Those that can be taken back, the newest last."""
        with self._open().reading() as uow:
            uow.meetings.get(meeting_id)
            return _imports(uow, meeting_id)

    def undo_import(self, meeting_id: str, import_id: str) -> Sequence[str]:
        """Takes the people of an import off the roster again.

        Returns:
            Their ids.

        Raises:
            NotFound: no such import, or it was taken back. Refused: something was done with one of them since, or
                the meeting is over: who did not come is a fact by then.

        """
        with self._open() as uow:
            need_roster_open(uow.meetings.get(meeting_id))
            found = next((one for one in _imports(uow, meeting_id) if one.id == import_id), None)
            if found is None:
                raise NotFound(
                    tr("没有这次导入", "there is no such import"),
                    mend=tr("可能已撤销", "it may have been taken back"),
                )
            names = {one.id: one.name for one in uow.roster.of(meeting_id)}
            going = [one for one in found.people if one in names]
            if used := _used(uow, meeting_id, going):
                said = tr("、", ", ").join(names[one] for one in used[:5])
                raise Refused(
                    tr("不能撤销这次导入", "the import cannot be taken back"),
                    tr(f"已有记录：{said}", f"something was done with: {said}"),
                    tr("先撤销他们的签到、请假或座位", "take back their sign-in, leave or seat first"),
                )
            uow.roster.remove(meeting_id, going)
            told = {"import": import_id, "people": [{"id": one, "name": names[one]} for one in going]}
            uow.events.append(self._roster_event(meeting_id, REMOVED, told))
            uow.commit()
        return going

    # --- the office's people

    def directory(self, text: str = "") -> Sequence[Person]:
        """All of them, or those whose name, unit or duty has the text, as it is written or by initials."""
        with self._open().reading() as uow:
            every = uow.directory.all()
        words = text.split()
        return [
            one
            for one in every
            if all(any(initials.matches(word, said) for said in (one.name, one.unit, one.duty)) for word in words)
        ]

    def remember_people(self, people: Iterable[Person]) -> int:
        """Puts people into the office's list; who is there keeps his place, with the newer telephone.

        Returns:
            How many are new.

        """
        with self._open() as uow:
            before = {_same(one): one for one in uow.directory.all()}
            given = {_same(one): one for one in people}
            new = [Person(id=new_id(), name=one.name, unit=one.unit, duty=one.duty, phone=one.phone)
                   for same, one in given.items() if same not in before]  # fmt: skip
            uow.directory.add(new)
            for same, one in given.items():
                if same in before and one.phone and one.phone != before[same].phone:
                    uow.directory.set_phone(before[same].id, one.phone)
            uow.events.append(self._roster_event(uow.room.id, KNOWN, {"people": len(new)}))
            uow.commit()
        return len(new)

    def forget_person(self, person_id: str) -> None:
        """Takes somebody off the office's list; rosters keep him. Raises: NotFound."""
        with self._open() as uow:
            if not uow.directory.remove(person_id):
                raise NotFound(
                    tr("人员库里没有这个人", "nobody in the office's list has this id"),
                    mend=tr("可能已删去", "it may have been taken off"),
                )
            uow.events.append(self._roster_event(uow.room.id, FORGOTTEN, {"person": person_id}))
            uow.commit()

    def _roster_event(self, stream: str, kind: str, data: Mapping[str, object]) -> Event:
        return Event(stream=stream, kind=kind, actor=self._actor, at=self._clock.now(), data=data)


def _imports(uow: UnitOfWork, meeting_id: str) -> Sequence[Import]:
    found: dict[str, Import] = {}
    for row in uow.events.stream(meeting_id, [ADDED, REMOVED]):
        data = json.loads(row.data)
        if row.kind == REMOVED:
            found.pop(data.get("import", ""), None)
        elif data.get("source"):
            people = [one["id"] for one in data["people"]]
            found[row.id] = Import(row.id, data["source"], people, row.instant, row.actor)
    return list(found.values())


def _used(uow: UnitOfWork, meeting_id: str, people: Sequence[str]) -> Sequence[str]:
    """Those who have a seat, and those of whom the log tells more than that they are on the roster."""
    rows = ((row.kind, json.loads(row.data)) for row in uow.events.stream(meeting_id, seating.KINDS))
    seats = seating.derive(rows)
    left = set(people)
    used = {one for one in people if seats.place_of(one)}
    for row in uow.events.stream(meeting_id):
        if not row.kind.startswith(("roster.", "seats.")):
            used |= {one for one in left if one in row.data}
            left -= used
    return [one for one in people if one in used]


def _same(person: Person) -> tuple[str, str, str]:
    return person.name, person.unit, person.duty
