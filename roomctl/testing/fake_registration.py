"""归档登记 in memory: what a test put there, and who has signed; a reader of packages that answers from fields."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from roomctl.api import Fault, Meeting, NotFound, Package, Receipt, Refused, State, Verdict
from roomctl.api.registration import (
    CatalogueRow,
    Contents,
    Entry,
    Question,
    Reconciled,
    Registration,
    Result,
    Series,
    Standing,
)
from roomctl.domain.registration import Answer, Counting, Returned, Signed, TermChange
from roomctl.services.ports import Clock


@dataclass
class DummyArchivist:
    """`roomctl.api.registration.Archivist` that answers from its fields; each package is as it was registered.

    Attributes:
        entries: 件 of every package; questions: what a person must look at.
        faults: what counting finds; files: how many, None for as many as are registered.
        prefix: of every 档号; empty for none. listed: rows of the last catalogue.

    """

    entries: tuple[Entry, ...] = ()
    questions: tuple[Question, ...] = ()
    faults: tuple[Fault, ...] = ()
    files: int | None = None
    prefix: str = ""
    places: list[Reconciled] = field(default_factory=list)
    listed: Sequence[CatalogueRow] = ()

    def contents(self, package: Package) -> Contents:
        del package
        return Contents(entries=self.entries, questions=self.questions)

    def count(self, package: Package, tick: Callable[[int], None]) -> Verdict:
        tick(package.bytes)
        return Verdict(package.files if self.files is None else self.files, package.bytes, self.faults)

    def series(self, entry: Entry, term: str) -> Series | None:
        del entry
        return Series(prefix=f"{self.prefix}{term}-") if self.prefix else None

    def catalogue(self, rows: Sequence[CatalogueRow], title: str, target: Path) -> None:
        self.listed = rows
        target.write_text(title, encoding="utf-8")

    def reconciled(self) -> Sequence[Reconciled]:
        return self.places


class FakeRegistrar:
    """Part of `FakeServices`, which has the fields; `registrations` holds what a test, or a call, has put there."""

    clock: Clock
    held: dict[str, Meeting]
    sealed: dict[str, list[Package]]
    proofs: dict[str, list[Receipt]]
    registrations: dict[str, Registration]
    places: list[Reconciled]

    def registration(self, meeting_id: str) -> Standing:
        """Nobody reads what the packages hold: `contents` is empty."""
        if meeting_id not in self.held:
            raise NotFound(f"no meeting {meeting_id}")
        packages, made = self.sealed.get(meeting_id, []), self._made(meeting_id)
        receipts = self.proofs.get(meeting_id, [])
        got = {(one.package, one.target) for one in receipts}
        return Standing(
            meeting=self.held[meeting_id],
            packages=packages,
            open=[one for one in packages if made.taken(one) is None],
            arrived=frozenset(one.id for one in packages if all((one.id, name) in got for name in one.targets)),
            receipts=receipts,
            contents={},
            unread={},
            registration=made,
            signed=(),
            numbers={},
            lacking=(),
        )

    def count_packages(self, meeting_id: str) -> Registration:
        """As many as are registered."""
        now = self.clock.now()
        counted = {
            one.id: Counting(files=one.files, bytes=one.bytes, problems=(), problem_count=0, by="test", at=now)
            for one in self.sealed.get(meeting_id, [])
        }
        return self._put(meeting_id, countings=counted)

    def answer_item(
        self, meeting_id: str, *, package: str, number: str, result: Result, note: str = "", seen: int | None = None
    ) -> Registration:
        del seen
        answer = Answer(result=result, note=note, by="test", at=self.clock.now())
        return self._put(meeting_id, answers={**self._made(meeting_id).answers, (package, number): answer})

    def set_term(
        self, meeting_id: str, *, package: str, entry: str, term: str, reason: str, seen: int | None = None
    ) -> Registration:
        del seen
        change = TermChange(term=term, reason=reason, by="test", at=self.clock.now())
        return self._put(meeting_id, terms={**self._made(meeting_id).terms, (package, entry): change})

    def accept(self, meeting_id: str, *, by: str, seen: int | None = None) -> Meeting:
        del seen
        meeting = self.held[meeting_id]
        if meeting.state is not State.DEPOSITED:
            raise Refused(f"the meeting is {meeting.state.value}")
        signed = Signed(by=by, at=self.clock.now())
        self._put(meeting_id, signed={one.id: signed for one in self.sealed.get(meeting_id, [])})
        self.held[meeting_id] = replace(meeting, state=State.ARCHIVED)
        return self.held[meeting_id]

    def return_package(self, meeting_id: str, *, by: str, reason: str) -> Meeting:
        self._put(meeting_id, returned=Returned(reason=reason, by=by, at=self.clock.now()))
        return self.held[meeting_id]

    def hand_in_again(self, meeting_id: str, *, note: str) -> Registration:
        return self._put(meeting_id, returned=None, handed_in=note)

    def reconciled(self) -> Sequence[Reconciled]:
        return self.places

    def _made(self, meeting_id: str) -> Registration:
        return self.registrations.get(meeting_id, Registration())

    def _put(self, meeting_id: str, **changes: object) -> Registration:
        before = self._made(meeting_id)
        made = replace(before, version=before.version + 1, **changes)  # type: ignore[arg-type]  # fields of it
        self.registrations[meeting_id] = made
        return made
