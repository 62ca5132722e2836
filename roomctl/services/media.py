"""涉密介质: the register, and what was handed over on which medium; derived from the event log, see `custody`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from roomctl.domain import custody
from roomctl.domain.archive import Receipt
from roomctl.domain.custody import Handover, Medium
from roomctl.domain.events import Event
from roomctl.domain.lines import MAX_TEXT, one_line, tidied
from roomctl.domain.record import RecordFile
from roomctl.domain.secrecy import Level
from roomctl.errors import NotFound, Refused
from roomctl.i18n import tr
from roomctl.services import archive, hand_over, records
from roomctl.services.bound import Bound
from roomctl.services.identity import new_id
from roomctl.services.ports import UnitOfWork
from roomctl.services.registration import Desk
from roomctl.services.secrecy import told_of

REGISTERED, WITHDRAWN = "secrecy.medium_registered", "secrecy.medium_withdrawn"
HANDED, RECEIVED = "secrecy.handed_over", "secrecy.received"

HANDOVER_LIST = "涉密载体移交清单"
"""Kind of the document that a plugin drafts for a handover."""


def handovers(uow: UnitOfWork, meeting_id: str | None = None) -> Sequence[Handover]:
    """Of a meeting or of all, in the order of their numbers."""
    found: dict[str, Handover] = {}
    with uow.reading():
        for row, told in told_of(uow, HANDED, RECEIVED):
            if row.kind == HANDED:
                facts = {key: told[key] for key in _HANDOVER}
                found[told["id"]] = Handover(**facts, at=row.instant)
            elif told["id"] in found:
                found[told["id"]] = replace(found[told["id"]], received_by=told["received_by"], received=row.instant)
    return [one for one in found.values() if meeting_id in {None, one.meeting}]


_HANDOVER = (
    "id", "number", "meeting", "package", "medium", "files", "bytes", "manifest_sha256", "handed_by", "keeper",
)  # fmt: skip


class MediaUseCases(Bound):
    """Part of `UseCases`."""

    def media(self) -> Sequence[Medium]:
        """The register of 涉密介质, in the order they came."""
        return list(self._media(self._open()).values())

    def _media(self, uow: UnitOfWork) -> Mapping[str, Medium]:
        found: dict[str, Medium] = {}
        with uow.reading():
            for row, told in told_of(uow, REGISTERED, WITHDRAWN):
                if row.kind == REGISTERED:
                    facts = {key: told[key] for key in ("serial", "label", "keeper", "by")}
                    found[told["serial"]] = Medium(**facts, level=Level(told["level"]), at=row.instant)
                elif told["serial"] in found:
                    found[told["serial"]] = replace(
                        found[told["serial"]], withdrawn=row.instant, withdrawn_by=told["by"], reason=told["reason"]
                    )
        return found

    def medium(self, serial: str) -> Medium:
        """Raises: NotFound."""
        found = self._media(self._open()).get(serial.strip())
        if found is None:
            raise _no_medium(serial)
        return found

    def register_medium(self, *, serial: str, level: Level, keeper: str, label: str = "") -> Medium:
        """Raises: BadInput. Refused: the serial is taken, also by one that was withdrawn."""
        now, uow = self._clock.now(), self._open()
        one = Medium(
            serial=one_line(tr("介质编号", "the serial"), serial),
            label=tidied(label)[:MAX_TEXT],
            level=level,
            keeper=one_line(tr("保管处", "where it is kept"), keeper),
            by=self._actor.name,
            at=now,
        )
        with uow:
            if one.serial in self._media(uow):
                raise Refused(
                    tr(f"介质编号 {one.serial} 已登记", f"the serial {one.serial} is registered already"),
                    mend=tr("编号不重复使用", "a serial is used once"),
                )
            told = one.as_json()
            kept = {key: told[key] for key in ("serial", "label", "level", "keeper", "by")}
            uow.events.append(self._event(REGISTERED, kept, now))
            uow.commit()
        return one

    def withdraw_medium(self, serial: str, *, reason: str) -> Medium:
        """Raises: NotFound. Refused: it is withdrawn."""
        why, now, uow = one_line(tr("原因", "why"), reason), self._clock.now(), self._open()
        with uow:
            one = self._media(uow).get(serial.strip())
            if one is None:
                raise _no_medium(serial)
            if one.withdrawn is not None:
                raise Refused(tr(f"介质 {one.serial} 已停用", f"the medium {one.serial} is withdrawn already"))
            told = {"serial": one.serial, "by": self._actor.name, "reason": why}
            uow.events.append(self._event(WITHDRAWN, told, now))
            uow.commit()
        return replace(one, withdrawn=now, withdrawn_by=self._actor.name, reason=why)

    def handovers(self, meeting_id: str | None = None) -> Sequence[Handover]:
        """The 移交清单 of a meeting, or all, in the order of their numbers."""
        return handovers(self._open(), meeting_id)

    def hand_package_over(
        self, meeting_id: str, *, package: str, medium: str, by: str, files: int, size: int, manifest_sha256: str
    ) -> Handover:
        """A package is on a registered medium, read back and equal: draws the number of its list.

        Args:
            size: bytes of the package.

        Raises:
            NotFound: no such medium, or package. Refused: it may not carry it, or the package is handed over.

        """
        who, now, uow = one_line(tr("移交人", "who hands it over"), by), self._clock.now(), self._open()
        with uow:
            meeting = uow.meetings.get(meeting_id)
            held = self._media(uow).get(medium)
            if held is None:
                raise _no_medium(medium)
            held.take(meeting.highest_secrecy.level)
            if package not in {one.id for one in uow.packages.of(meeting_id)}:
                raise NotFound(tr(f"没有存档包 {package}", f"no package {package}"))
            known = handovers(uow)
            if any(one.package == package for one in known):
                raise Refused(
                    tr("这个存档包已经移交", "this package is handed over already"),
                    mend=tr("见移交清单", "see its list"),
                )
            one = Handover(
                id=new_id(),
                number=len(known) + 1,
                meeting=meeting_id,
                package=package,
                medium=medium,
                files=files,
                bytes=size,
                manifest_sha256=manifest_sha256,
                handed_by=who,
                at=now,
                keeper=held.keeper,
            )
            told = one.as_json()
            uow.events.append(self._event(HANDED, {key: told[key] for key in _HANDOVER}, now))
            uow.commit()
        return one

    def receive_package(self, number: int, *, by: str) -> Handover:
        """The other side has counted and signed: the package has its receipt from then on.

        Asked again for what is signed already, it makes good what a power cut has kept from happening.

        Args:
            number: of the list. by: 接收人.

        Raises:
            NotFound: no such list. Refused: it is signed, or by who handed it over. BadInput: nobody is named.

        """
        now, uow = self._clock.now(), self._open()
        with uow:
            one = next((each for each in handovers(uow) if each.number == number), None)
            if one is None:
                raise NotFound(
                    tr(f"没有第 {number} 号移交清单", f"there is no handover list {number}"),
                    mend="roomctl secrecy show",
                )
            known = {(each.package, each.target) for each in uow.packages.receipts(one.meeting)}
            left = (one.package, custody.MEDIUM) not in known
            if one.received is None or not left:
                one = one.receive(by, now)
                told = {"id": one.id, "number": number, "received_by": one.received_by}
                uow.events.append(self._event(RECEIVED, told, now))
                uow.commit()
        archive.add_receipt(
            one.meeting,
            Receipt(
                package=one.package,
                target=custody.MEDIUM,
                key=one.medium,
                files=one.files,
                bytes=one.bytes,
                manifest_sha256=one.manifest_sha256,
                at=now,
            ),
            **self._by(),
        )
        return one

    def draft_handover_list(self, meeting_id: str) -> RecordFile:
        """The 涉密载体移交清单 of a meeting as it stands, to be printed and signed by both sides.

        Raises:
            NotFound: no such meeting, nothing handed over, or no plugin drafts it.

        """
        return records.draft_one(meeting_id, HANDOVER_LIST, **self._all())

    def handover_list(self, meeting_id: str, *, printed: bool) -> bytes:
        """The same as docx or PDF/A, kept nowhere. Raises: NotFound, MissingPart."""
        desk = Desk(plugins=self._plugins(), **self._by())
        return hand_over.write(meeting_id, desk, printed=printed, kind=HANDOVER_LIST)

    def _event(self, kind: str, told: Mapping[str, Any], at: datetime) -> Event:
        """Of the room's stream."""
        return Event(stream=self._open().room.id, kind=kind, actor=self._actor, at=at, data=told)


def _no_medium(serial: str) -> NotFound:
    return NotFound(
        tr(f"没有登记涉密介质“{serial}”", f"no medium {serial!r} is registered"),
        mend=tr(
            "由保密员登记：roomctl secrecy register", "let the security officer register it: roomctl secrecy register"
        ),
    )
