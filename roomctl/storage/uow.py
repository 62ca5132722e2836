"""The unit of work: one short transaction over all repositories."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from roomctl.domain.meeting import Meeting, Room
from roomctl.services import ports
from roomctl.services.account_store import AccountStore
from roomctl.services.archive_ports import Outbox
from roomctl.storage.accounts import SqlAccounts
from roomctl.storage.checks import SqlChecks
from roomctl.storage.database import Database
from roomctl.storage.directory import SqlDirectory
from roomctl.storage.eventlog import SqlEventLog
from roomctl.storage.outbox import SqlOutbox
from roomctl.storage.repositories import SqlDocuments, SqlMeetings, SqlPackages, SqlRoster
from roomctl.storage.sound import SqlRecordings, SqlTranscripts
from roomctl.storage.work import Work

log = logging.getLogger(__name__)


class SqlUnitOfWork:
    """`roomctl.services.ports.UnitOfWork` on one database. One thread uses it at a time; the database is shared.

    Args:
        new_id: gives a UUIDv7 as text, for the rows of the event log.
        machine: see `ports.UnitOfWork`.

    """

    meetings: ports.Meetings
    roster: ports.Roster
    directory: ports.Directory
    checks: ports.Checks
    recordings: ports.Recordings
    transcripts: ports.Transcripts
    documents: ports.Documents
    packages: ports.Packages
    outbox: Outbox
    accounts: AccountStore
    events: ports.EventLog
    room: Room

    def __init__(self, database: Database, new_id: Callable[[], str], machine: str = "") -> None:
        self._work = work = Work(database)
        self._log = SqlEventLog(work, new_id)
        self.room, self.machine = database.room, machine
        self.meetings = SqlMeetings(work)
        self.roster = SqlRoster(work)
        self.directory = SqlDirectory(work)
        self.checks = SqlChecks(work)
        self.recordings = SqlRecordings(work)
        self.transcripts = SqlTranscripts(work)
        self.documents = SqlDocuments(work)
        self.packages = SqlPackages(work)
        self.outbox = SqlOutbox(work)
        self.accounts = SqlAccounts(work)
        self.events = self._log

    def __enter__(self) -> Self:
        self._log.appended.clear()
        self._work.open(writing=True)
        return self

    def __exit__(self, *exc: object) -> None:
        self._work.close(exc[1] if isinstance(exc[1], BaseException) else None)

    def commit(self) -> None:
        self._work.commit()
        if not self._log.appended:
            return
        heads = self._work.database.heads
        try:
            if heads.note(self._log.appended):
                with self._work.database.reader() as connection:
                    heads.settle(connection)
        except OSError as error:  # what was committed stays committed; the next snapshot notes these rows too
            log.warning("cannot note the newest rows in %s: %s", heads.path, error)
        self._log.appended.clear()

    @contextmanager
    def reading(self) -> Iterator[Self]:
        if self._work.is_open:  # then what is open reads as well
            yield self
            return
        self._work.open(writing=False)
        try:
            yield self
        except BaseException as error:
            self._work.close(error)
            raise
        self._work.close()

    def peek(self, meeting_id: str) -> Meeting:
        with self.reading():
            return self.meetings.get(meeting_id)
