"""The outbox in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from roomctl.api import NotFound, Package, Receipt, Refused
from roomctl.domain.delivery import LOCAL, Delivery, DeliveryStep, FixityCheck, SentFile
from roomctl.services.ports import Clock


@dataclass
class FakeOutbox:
    """What the database holds otherwise.

    Attributes:
        rows, files: by package and target; files by path.
        fixity: the newest check of each package and place. pruned: packages given up here.
        repairs: package, place, source, files, in order.

    """

    rows: dict[tuple[str, str], Delivery] = field(default_factory=dict)
    files: dict[tuple[str, str], dict[str, SentFile]] = field(default_factory=dict)
    fixity: dict[tuple[str, str], FixityCheck] = field(default_factory=dict)
    pruned: dict[str, datetime] = field(default_factory=dict)
    repairs: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)


class FakeDeliveries:
    """Part of `FakeServices`, which has the fields."""

    clock: Clock
    sealed: dict[str, list[Package]]
    proofs: dict[str, list[Receipt]]

    @cached_property
    def outbox(self) -> FakeOutbox:
        return FakeOutbox()

    def deliveries(self, meeting_id: str | None = None, *, open_only: bool = False) -> Sequence[Delivery]:
        rows = [row for _, row in sorted(self.outbox.rows.items()) if meeting_id in {None, row.meeting}]
        return [row for row in rows if not (open_only and row.done)]

    def enqueue(self, package: Package, targets: Sequence[str]) -> None:
        for target in targets:
            fresh = Delivery(package=package.id, target=target, meeting=package.meeting, at=self.clock.now())
            self.outbox.rows.setdefault((package.id, target), fresh)

    def put_delivery(self, delivery: Delivery) -> None:
        before = self.outbox.rows.get((delivery.package, delivery.target))
        if before is not None and not before.done:
            self.outbox.rows[delivery.package, delivery.target] = delivery

    def settle(self, meeting_id: str, receipt: Receipt) -> None:
        """What a receipt does to its row."""
        key, now = (receipt.package, receipt.target), self.clock.now()
        fresh = Delivery(package=receipt.package, target=receipt.target, meeting=meeting_id, at=now)
        row = self.outbox.rows.get(key, fresh)
        self.outbox.rows[key] = replace(row, step=DeliveryStep.DONE, tries=0, next_try=None, trouble=None, at=now)
        self.outbox.files.pop(key, None)

    def sent_files(self, package: str, target: str) -> Mapping[str, SentFile]:
        return dict(self.outbox.files.get((package, target), {}))

    def put_sent_files(self, package: str, target: str, files: Sequence[SentFile]) -> None:
        self.outbox.files.setdefault((package, target), {}).update((file.path, file) for file in files)

    def forget_sent_files(self, package: str, target: str, paths: Sequence[str]) -> None:
        for path in paths:
            self.outbox.files.get((package, target), {}).pop(path, None)

    def retry_deliveries(self, meeting_id: str, *, target: str = "") -> Sequence[Delivery]:
        rows = [row for row in self.deliveries(meeting_id) if target in {"", row.target}]
        if target and not rows:
            raise NotFound(f"nothing of this meeting goes to {target}")
        waiting = [replace(row, next_try=None) for row in rows if not row.done]
        if not waiting:
            raise Refused("there is nothing to try again")
        for row in waiting:
            self.put_delivery(row)
        return waiting

    def fixity_checks(self, meeting_id: str | None = None, *, damaged_only: bool = False) -> Sequence[FixityCheck]:
        found = sorted(self.outbox.fixity.values(), key=lambda one: (one.at, one.package, one.place))
        return [one for one in found if meeting_id in {None, one.meeting} and not (damaged_only and one.ok)]

    def add_fixity_check(self, check: FixityCheck) -> None:
        self.outbox.fixity[check.package, check.place] = check

    def note_repair(self, package: Package, place: str, source: str, files: Sequence[str]) -> None:
        self.outbox.repairs.append((package.id, place, source, tuple(files)))
        if not place:
            self.outbox.pruned.pop(package.id, None)

    def pruned_packages(self) -> Mapping[str, datetime]:
        return dict(self.outbox.pruned)

    def prune_package(self, package: Package) -> None:
        held = {one.target for one in self.proofs.get(package.meeting, ()) if one.package == package.id}
        if not package.targets or not set(package.targets) <= held:
            raise Refused("a required target has no receipt of it")
        self.outbox.pruned.setdefault(package.id, self.clock.now())
        self.outbox.fixity.pop((package.id, LOCAL), None)
        for key in [key for key, row in self.outbox.rows.items() if key[0] == package.id and not row.done]:
            del self.outbox.rows[key]
            self.outbox.files.pop(key, None)
