"""What the database says, as who asks is told it."""

import sqlite3
from pathlib import Path

import pytest

from roomctl.errors import BadInput, NotFound, Refused, RoomctlError
from roomctl.storage.faults import told


@pytest.mark.parametrize(
    "said",
    [
        "attempt to write a readonly database",
        "unable to open database file",
        "database or disk is full",
        "disk I/O error",
    ],
)
def test_a_disk_that_fails_is_no_fault_of_who_asks(said):
    """A terminal drops what is refused for good, and sends all else again."""
    error = told(sqlite3.OperationalError(said), Path("roomctl.db"))
    assert type(error) is RoomctlError
    assert not isinstance(error, BadInput | NotFound | Refused)
    assert (said in str(error), error.mend != "") == (True, True)
