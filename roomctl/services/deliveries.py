"""The outbox's use cases: each package and target has a row, from the package's own transaction to its receipt's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from roomctl.domain import registration
from roomctl.domain.archive import Package, Receipt
from roomctl.domain.delivery import LOCAL, Delivery, DeliveryStep, FixityCheck, SentFile
from roomctl.domain.events import Event
from roomctl.errors import NotFound, Refused
from roomctl.i18n import tr
from roomctl.services.bound import Bound
from roomctl.services.ports import UnitOfWork


def enqueue(package: Package, targets: Iterable[str], *, at: datetime, uow: UnitOfWork) -> None:
    """Rows for targets that have none yet. Inside the caller's transaction."""
    for target in targets:
        if uow.outbox.get(package.id, target) is None:
            uow.outbox.put(Delivery(package=package.id, target=target, meeting=package.meeting, at=at))


def settle(receipt: Receipt, meeting_id: str, *, at: datetime, uow: UnitOfWork) -> None:
    """The row of a package that has arrived. Inside the transaction that holds the receipt."""
    row = uow.outbox.get(receipt.package, receipt.target)
    row = row or Delivery(package=receipt.package, target=receipt.target, meeting=meeting_id, at=at)
    uow.outbox.put(replace(row, step=DeliveryStep.DONE, tries=0, next_try=None, trouble=None, at=at))
    uow.outbox.forget_files(receipt.package, receipt.target)


class DeliveryUseCases(Bound):
    """Part of `UseCases`."""

    def _with_credentials(self, section: Mapping[str, Any]) -> Mapping[str, Any]:
        """A target's section of the settings, with the entry of secrets.toml that it names as `credentials`."""
        name = str(section.get("secret") or "")
        if not name or self._rack is None:
            return section
        return {**section, "credentials": self._rack.inventory.credentials(name)}

    def deliveries(self, meeting_id: str | None = None, *, open_only: bool = False) -> Sequence[Delivery]:
        """How far each package is on its way to each target, of a meeting or of all."""
        with self._open().reading() as uow:
            return uow.outbox.of(meeting_id, open_only=open_only)

    def enqueue(self, package: Package, targets: Sequence[str]) -> None:
        """For targets that the package did not have to wait for when it was sealed."""
        with self._open() as uow:
            enqueue(package, targets, at=self._clock.now(), uow=uow)
            uow.commit()

    def put_delivery(self, delivery: Delivery) -> None:
        """How far it is now. What is done stays done, and what `prune_package` has ended does not come back."""
        with self._open() as uow:
            before = uow.outbox.get(delivery.package, delivery.target)
            if before is not None and not before.done:
                uow.outbox.put(delivery)
            uow.commit()

    def sent_files(self, package: str, target: str) -> Mapping[str, SentFile]:
        """By path, the files of a package that a target has taken, until the receipt speaks for all of them."""
        with self._open().reading() as uow:
            return uow.outbox.files(package, target)

    def put_sent_files(self, package: str, target: str, files: Sequence[SentFile]) -> None:
        """A target has taken them, sizes in bytes; what stands under a path already is replaced."""
        with self._open() as uow:
            uow.outbox.put_files(package, target, files)
            uow.commit()

    def forget_sent_files(self, package: str, target: str, paths: Sequence[str]) -> None:
        """They have to be sent again."""
        with self._open() as uow:
            uow.outbox.forget_files(package, target, paths)
            uow.commit()

    def retry_deliveries(self, meeting_id: str, *, target: str = "") -> Sequence[Delivery]:
        """Somebody has mended something: what waits for its next try is due at once.

        Args:
            target: this one alone; empty is all.

        Raises:
            NotFound: no such meeting, or it has no delivery to that target. Refused: nothing is left to deliver.

        """
        uow, now = self._open(), self._clock.now()
        with uow:
            uow.meetings.get(meeting_id)
            rows = [row for row in uow.outbox.of(meeting_id) if target in {"", row.target}]
            if target and not rows:
                raise NotFound(
                    tr(f"这次会议没有送往 {target} 的存档包", f"nothing of this meeting goes to {target}"),
                    mend=tr(
                        "请用 roomctl archive status 查看存储目标", "see the targets with roomctl archive status"
                    ),
                )
            waiting = [replace(row, next_try=None, at=now) for row in rows if not row.done]
            if not waiting:
                raise Refused(
                    tr("没有要重试的送存", "there is nothing to try again"),
                    tr("这次会议的存档包都已送到并核对", "all packages of this meeting have arrived and are equal"),
                )
            for row in waiting:
                uow.outbox.put(row)
            told = {"targets": sorted({row.target for row in waiting})}
            uow.events.append(Event(stream=meeting_id, kind="package.retried", actor=self._actor, at=now, data=told))
            uow.commit()
        return waiting

    def fixity_checks(self, meeting_id: str | None = None, *, damaged_only: bool = False) -> Sequence[FixityCheck]:
        """What reading each package again at each place has found last, the one read longest ago first."""
        with self._open().reading() as uow:
            return uow.outbox.fixity(meeting_id, damaged_only=damaged_only)

    def add_fixity_check(self, check: FixityCheck) -> None:
        """A copy was read again: the newest of its place, and an event with the first 50 faults."""
        told = {
            "package": check.package,
            "place": check.place,
            "files": check.files,
            "bytes": check.bytes,
            "problems": [{"file": fault.file, "what": fault.what} for fault in check.problems[:_TOLD]],
            "problem_count": len(check.problems),
        }
        with self._open() as uow:
            uow.outbox.put_fixity(check)
            uow.events.append(
                Event(stream=check.meeting, kind="package.reverified", actor=self._actor, at=check.at, data=told)
            )
            uow.commit()

    def note_repair(self, package: Package, place: str, source: str, files: Sequence[str]) -> None:
        """Files of a package were put right at one place, from another."""
        told = {"package": package.id, "place": place, "source": source, "files": list(files[:_TOLD])}
        with self._open() as uow:
            if not place:
                uow.outbox.unprune(package.id)
            uow.events.append(
                Event(
                    stream=package.meeting,
                    kind="package.repaired",
                    actor=self._actor,
                    at=self._clock.now(),
                    data={**told, "file_count": len(files)},
                )
            )
            uow.commit()

    def pruned_packages(self) -> Mapping[str, datetime]:
        """Packages whose copy on this machine was given up, and when."""
        with self._open().reading() as uow:
            return uow.outbox.pruned()

    def prune_package(self, package: Package) -> None:
        """Notes that the copy on this machine is given up; its folder may be removed from then on.

        What is still under way to a target that is not required ends: nothing is left to send.

        Raises:
            Refused: a required target has no receipt of it.

        """
        now = self._clock.now()
        with self._open() as uow:
            held = {one.target for one in uow.packages.receipts(package.meeting) if one.package == package.id}
            missing = [target for target in package.targets if target not in held]
            if missing or not package.targets:
                raise Refused(
                    tr("本机的存档包不能清理", "the package on this machine must stay"),
                    tr(
                        f"还没有回执：{'、'.join(missing) or '没有必需的存储目标'}",
                        f"no receipt yet: {', '.join(missing) or 'no target is required'}",
                    ),
                )
            if package.id in uow.outbox.pruned():
                return
            made = registration.replay(uow.events.stream(package.meeting, registration.KINDS))
            if package.supplement_to and made.taken(package) is None:
                raise Refused(
                    tr("本机的存档包不能清理", "the package on this machine must stay"),
                    tr("补充包还没有签收", "nobody has signed for the supplement"),
                )
            uow.outbox.prune(package.id, now)
            uow.outbox.drop_fixity(package.id, LOCAL)
            rows = uow.outbox.of(package.meeting, open_only=True)
            withdrawn = sorted(row.target for row in rows if row.package == package.id)
            for target in withdrawn:
                uow.outbox.drop(package.id, target)
            told = {
                "package": package.id,
                "bytes": package.bytes,
                "held_by": sorted(held),
                "withdrawn": withdrawn,
            }
            uow.events.append(
                Event(stream=package.meeting, kind="package.pruned", actor=self._actor, at=now, data=told)
            )
            uow.commit()


_TOLD = 50
"""Files named in one event; there may be thousands."""
