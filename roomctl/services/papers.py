"""The use cases of papers under one roof: what is drafted and signed, and the way of a 纪要."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from roomctl.domain.record import Finding, RecordFile
from roomctl.domain.revision import ParagraphChange
from roomctl.domain.secrecy import Way
from roomctl.domain.summary import NumberForm, Openness, Summary
from roomctl.services import proofreading, records, revisions, summaries
from roomctl.services.bound import Bound
from roomctl.services.revisions import Returned
from roomctl.services.sketching import Sketch, sketch
from roomctl.services.summaries import Office


class PaperUseCases(Bound):
    """Part of `UseCases`."""

    def draft(self, meeting_id: str, *, corrected_too: bool = True) -> tuple[RecordFile, ...]:
        """Every paper that each meeting has, as it stands now.

        Args:
            corrected_too: also where somebody has corrected the newest version by hand; False leaves that one.

        """
        return records.draft(meeting_id, corrected_too=corrected_too, **self._all())

    def draft_paper(self, meeting_id: str, kind: str, form: str = "") -> RecordFile:
        """One that is drafted when somebody asks for it: 座签, 座位图. Raises: NotFound. Refused: no such kind."""
        return records.draft_on_demand(meeting_id, kind, form, **self._all())

    def sign(self, meeting_id: str, *, by: str, demo: bool = False) -> RecordFile:
        return records.sign(meeting_id, by=by, demo=demo, **self._all())

    def documents(self, meeting_id: str) -> Sequence[RecordFile]:
        with self._open().reading() as uow:
            return uow.documents.of(meeting_id)

    def document_preview(self, meeting_id: str, document: str) -> str:
        """One paper as HTML, as somebody has left it. Raises: NotFound: no such paper, or nobody can show it."""
        return records.preview(meeting_id, document, uow=self._open(), plugins=self._plugins(), data=self.data)

    def minutes_sketch(self, meeting_id: str) -> Sketch:
        """The 会议记录 as it would be drafted now; nothing of it is kept."""
        return sketch(meeting_id, uow=self._open(), plugins=self._plugins(), data=self.data)

    def proofread_document(self, meeting_id: str, document: str) -> Sequence[Finding]:
        """零差错检查: what somebody should look at, in the order of the paper."""
        return records.proofread(meeting_id, document, uow=self._open(), plugins=self._plugins(), data=self.data)

    def proofread_papers(self, meeting_id: str) -> Sequence[Finding]:
        """零差错检查 over all papers of the meeting, in one list, each with the paper that it stands in."""
        return proofreading.all_papers(meeting_id, uow=self._open(), plugins=self._plugins(), data=self.data)

    def typeset(self, page: Path, told: Mapping[str, Any], target: Path, *, at: datetime) -> Mapping[str, str]:
        """What a plugin has laid out, as PDF; nothing of it is kept. Raises: MissingPart: nothing here can print."""
        return self._plugins().typesetter().set(page, told, target, at=at)

    # --- versions

    def compare_documents(self, meeting_id: str, old: str, new: str) -> tuple[ParagraphChange, ...]:
        """What differs between two versions of one kind, by paragraph and word."""
        return revisions.compare(meeting_id, old, new, self._office())

    def returned_document(self, meeting_id: str, document: str) -> Returned:
        """Tracked changes and comments that are open in a version, and what was changed without being tracked."""
        return revisions.returned(meeting_id, document, self._office())

    def take_in_document(
        self, meeting_id: str, kind: str, file: Path, *, unit: str = "", name: str = ""
    ) -> RecordFile:
        """A file that somebody worked on elsewhere, as the next version."""
        return revisions.take_in(meeting_id, kind, file, self._office(), unit=unit, name=name)

    def settle_changes(self, meeting_id: str, document: str, decided: Mapping[str, bool]) -> RecordFile:
        """Tracked changes accepted (True) or refused, by their ids, in a new version."""
        return revisions.settle(meeting_id, document, decided, self._office())

    def pack_document(self, meeting_id: str, document: str, target: Path, *, unit: str) -> None:
        """代拟: a zip for the unit, written to `target`. Raises: SecrecyRefused: its 密级 lets none out."""
        with self._noting(meeting_id, Way.REMOVABLE.value):
            revisions.pack(meeting_id, document, target, self._office(), unit=unit)

    # --- 会议纪要

    def summaries(self, meeting_id: str) -> tuple[Summary, ...]:
        return summaries.of(meeting_id, uow=self._open())

    def start_summary(self, meeting_id: str, *, drafted_by: str = "", limit: timedelta | None = None) -> Summary:
        return summaries.start(meeting_id, self._office(), drafted_by=drafted_by, limit=limit)

    def redraft_summary(self, meeting_id: str) -> RecordFile:
        return summaries.redraft(meeting_id, self._office())

    def submit_summary(self, meeting_id: str, *, units: Sequence[str] = (), lead: str = "") -> Summary:
        return summaries.submit(meeting_id, self._office(), units=units, lead=lead)

    def countersign_summary(self, meeting_id: str, *, unit: str, agreed: bool, opinion: str = "") -> Summary:
        return summaries.countersign(meeting_id, self._office(), unit=unit, agreed=agreed, opinion=opinion)

    def settle_opinion(self, meeting_id: str, *, unit: str, adopted: bool, reason: str = "") -> Summary:
        return summaries.settle(meeting_id, self._office(), unit=unit, adopted=adopted, reason=reason)

    def conclude_countersigning(self, meeting_id: str) -> Summary:
        return summaries.conclude(meeting_id, self._office())

    def set_openness(self, meeting_id: str, *, openness: Openness, reason: str = "") -> Summary:
        return summaries.set_openness(meeting_id, self._office(), openness=openness, reason=reason)

    def approve_summary(self, meeting_id: str, *, opinion: str = "") -> Summary:
        return summaries.approve(meeting_id, self._office(), opinion=opinion)

    def sign_summary(self, meeting_id: str, *, by: str, opinion: str = "") -> Summary:
        return summaries.sign(meeting_id, self._office(), by=by, opinion=opinion)

    def register_summary(
        self, meeting_id: str, *, form: NumberForm | None = None, series: str = "", each_year: bool = True
    ) -> Summary:
        return summaries.register(meeting_id, self._office(), form=form, series=series, each_year=each_year)

    def proofread_summary(self, meeting_id: str, *, opinion: str = "") -> Summary:
        return summaries.proofread(meeting_id, self._office(), opinion=opinion)

    def issue_summary(self, meeting_id: str, *, sent_to: Sequence[str]) -> Summary:
        return summaries.issue(meeting_id, self._office(), sent_to=sent_to)

    def send_summary_back(self, meeting_id: str, *, reason: str) -> Summary:
        return summaries.send_back(meeting_id, self._office(), reason=reason)

    def _office(self) -> Office:
        return Office(**self._all())
