"""零差错检查 over all papers of a meeting, in one list."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from roomctl.domain import agreement
from roomctl.domain.record import Finding, RecordFile
from roomctl.errors import BadInput
from roomctl.services.offers import DocumentOffer
from roomctl.services.ports import Plugins, UnitOfWork


def all_papers(meeting_id: str, *, uow: UnitOfWork, plugins: Plugins, data: Path) -> tuple[Finding, ...]:
    """Of the newest version of each kind, with the paper that each stands in; then figures that disagree.

    What is wrong in 方案 itself is told once. Raises: NotFound: no such meeting.
    """
    with uow.reading():
        meeting = uow.meetings.get(meeting_id)
        newest = {one.kind: one for one in uow.documents.of(meeting_id)}
    offers = {one.kind: one for one in plugins.documents(meeting)}
    read = [(newest[kind], offers[kind]) for kind in newest if kind in offers]
    there = [(paper, offer) for paper, offer in read if (data / paper.path).is_file()]
    found = [one for paper, offer in there for one in _of(paper, offer, data)]
    return tuple(dict.fromkeys([*found, *agreement.figures(list(_texts(there, data)))]))


def _of(paper: RecordFile, offer: DocumentOffer, data: Path) -> Iterator[Finding]:
    if offer.proofread is None:
        return
    try:
        for one in offer.proofread(data / paper.path):
            yield one if one.paper else replace(one, paper=paper.kind, document=paper.id)
    except BadInput:  # a file that cannot be read is told where it is looked at
        return


def _texts(papers: Sequence[tuple[RecordFile, DocumentOffer]], data: Path) -> Iterator[agreement.Text]:
    for paper, offer in papers:
        if offer.revising is None:
            continue
        try:
            yield agreement.Text(paper.id, paper.kind, offer.revising.lines(data / paper.path, True))  # noqa: FBT003
        except BadInput:
            continue
