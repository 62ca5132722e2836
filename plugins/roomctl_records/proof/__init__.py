"""零差错检查: a paper read against the facts and the standards before it goes round, and before it is printed.

One file is one kind of rule; each gives findings with their place, and none changes a word.
"""

from collections.abc import Sequence

from roomctl.api import Attendance, Document, DraftPoint, Finding, Meeting
from roomctl_records.proof import copies, figures, leaders, names, punctuation, units
from roomctl_records.proof.tables import Tables
from roomctl_records.proof.text import lines


def read(
    document: Document, meeting: Meeting, attendance: Attendance, tables: Tables, points: Sequence[DraftPoint] = ()
) -> Sequence[Finding]:
    """All that somebody should look at, in the order of the paper; what is wrong in 方案 already is `plan.check`."""
    text = lines(document)
    found = [
        *names.check(text, meeting, attendance),
        *units.check(text, tables),
        *leaders.check(text, tables),
        *figures.check(text),
        *punctuation.check(text),
        *copies.check(document, points, tables),
    ]
    return sorted(found, key=lambda one: (one.block, one.entry, one.at))
