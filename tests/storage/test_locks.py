"""A process that has the database open keeps its hold on it, whatever else it does with the file."""

import subprocess
import sys
from pathlib import Path

import pytest

from roomctl.errors import Damaged
from roomctl.services.identity import new_id
from roomctl.storage.backup import back_up
from roomctl.storage.database import open_database
from roomctl.storage.schema import look_at_file
from roomctl.storage.uow import SqlUnitOfWork
from roomctl.testing.fakes import FakeClock

ANOTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("UPDATE rooms SET name = 'changed elsewhere'")
connection.commit()
connection.close()
"""


@pytest.fixture
def database(tmp_path):
    made = open_database(tmp_path / "roomctl.db", room_name="第一会议室")
    yield made
    made.close()


def name_of(database):
    with database.reader() as connection:
        return connection.exec_driver_sql("SELECT name FROM rooms").scalar_one()


def somebody_else_writes(path: Path):
    subprocess.run([sys.executable, "-c", ANOTHER, str(path)], check=True, timeout=30)


def test_a_backup_leaves_the_hold_of_its_process_on_the_database(database, tmp_path):
    """Without it the next process that closes the database takes the write-ahead log away from this one."""
    assert name_of(database) == "第一会议室"
    back_up(database.path, tmp_path / "backups", FakeClock())
    somebody_else_writes(database.path)
    assert database.path.with_name("roomctl.db-wal").exists()
    assert name_of(database) == "changed elsewhere"
    with SqlUnitOfWork(database, new_id) as uow:
        assert uow.room is not None
        uow.commit()


def test_a_database_that_is_closed_again_is_looked_at_before_it_is_opened(database):
    look_at_file(database.path)  # in use by this process: SQLite itself knows it
    database.close()
    database.path.write_bytes(b"not a database, and never was one" * 10)
    with pytest.raises(Damaged):
        look_at_file(database.path)
