"""Tables of people that were sent and not yet taken in: kept for a while, so that one looks before one presses."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from roomctl.domain.attendance import Person
from roomctl.domain.meeting import Meeting
from roomctl.domain.ranking import RankTable
from roomctl.domain.roster_sheet import HEADS, Columns, Draft, find_columns, read
from roomctl.errors import BadInput, NotFound
from roomctl.i18n import tr
from roomctl.inputs import MOST_PEOPLE
from roomctl.services import sheets
from roomctl.services.identity import new_id

KEPT = 1800.0
"""Seconds."""

MOST = 16
"""Files at once, of all people together; the oldest goes."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was read.

    Attributes:
        meeting, account: whose roster it is for, and who sent it; nobody else takes it in.
        since: by the clock that never goes back.

    """

    id: str
    meeting: str
    account: str
    name: str
    rows: Sequence[tuple[int, Sequence[str]]]
    columns: Columns
    since: float

    def draft(
        self,
        meeting: Meeting,
        here: Sequence[Person],
        chosen: Mapping[str, int] | None = None,
        ranks: RankTable | None = None,
    ) -> Draft:
        """People and problems.

        Args:
            here: who is on the roster already.
            chosen: key → column, from 0, in place of what the heads say.
            ranks: the office's table of rank, where there is one.

        Raises:
            BadInput: a column that is not there, or more people than a roster takes.

        """
        columns = self.columns
        if chosen is not None:
            widest = max(len(cells) for _n, cells in self.rows)
            if not chosen.keys() <= HEADS.keys() or not all(0 <= one < widest for one in chosen.values()):
                raise BadInput(
                    tr("没有这样的列", "there is no such column"),
                    mend=tr(f"表里有 {widest} 列", f"the table has {widest} columns"),
                )
            columns = Columns(columns.first, columns.heads, dict(chosen))
        if len(self.rows) - columns.first > MOST_PEOPLE:
            raise BadInput(
                tr("名单太长", "the roster is too long"),
                mend=tr(f"一场会议最多 {MOST_PEOPLE} 人", f"a meeting has {MOST_PEOPLE} people at most"),
            )
        return read(self.rows, columns, new_id=new_id, items=len(meeting.agenda), here=here, ranks=ranks)


class SentRosters:
    """Of all who are signed on. A restart forgets them: the file is sent again."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._now, self._lock = monotonic, threading.Lock()
        self._kept: OrderedDict[str, Sent] = OrderedDict()

    def keep(self, meeting: str, account: str, name: str, content: bytes) -> Sent:
        """Reads it. Raises: BadInput: neither CSV nor xlsx, damaged, too large."""
        name = "".join(char for char in name if char.isprintable())
        rows = [(row.n, row.cells) for row in sheets.rows_of(content, name)]
        sent = Sent(new_id(), meeting, account, name, rows, find_columns(rows), self._now())
        with self._lock:
            self._kept[sent.id] = sent
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return sent

    def get(self, meeting: str, account: str, file: str) -> Sent:
        """Raises: NotFound: no such file, of that meeting and account; or it was sent long ago."""
        with self._lock:
            sent = self._kept.get(file)
        if sent is None or (sent.meeting, sent.account) != (meeting, account) or self._now() - sent.since > KEPT:
            raise NotFound(
                tr("这个名单文件不在了", "this roster file is gone"),
                tr("传上来超过半小时，或主机重启过", "it was sent half an hour ago, or the host has started since"),
                tr("请重新选择文件", "choose the file again"),
            )
        return sent

    def drop(self, sent: Sent) -> None:
        """It was taken in."""
        with self._lock:
            self._kept.pop(sent.id, None)
