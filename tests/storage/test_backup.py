"""Copies that can be trusted, and which of them stay."""

import os
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.events import SYSTEM, Event
from roomctl.errors import BadInput, Damaged, NotFound
from roomctl.storage.audit import verify_log
from roomctl.storage.backup import BackupSchedule, back_up, rotate
from roomctl.storage.copies import copies, kept
from roomctl.storage.database import open_database
from tests.storage.conftest import AT, copied, titles
from tests.waiting import until

# --- a copy ------------------------------------------------------------------------------------------------------


def test_a_copy_holds_database_heads_and_settings_read_only_and_no_secrets(data, planned, clock):
    (data / "roomctl.toml").write_text('recorder = "audio"\n')
    (data / "secrets.toml").write_text('key = "k"\n')
    copy = copied(data, clock)
    assert copy.name == "20261112T010000Z"
    names = {path.name for path in copy.path.iterdir()}
    assert names == {"roomctl.db", "heads.json", "roomctl.toml", "backup.json"}
    assert all(path.stat().st_mode & 0o777 == stat.S_IRUSR for path in copy.path.iterdir())
    assert titles(copy.path / "roomctl.db") == {planned.title}
    assert copy.sound()


@pytest.mark.usefixtures("planned")
def test_a_copy_verifies_with_its_own_heads(data, clock, tmp_path):
    copy = copied(data, clock)
    there = shutil.copytree(copy.path, tmp_path / "there")
    for path in there.iterdir():
        path.chmod(0o600)
    database = open_database(there / "roomctl.db")
    assert verify_log(database, there / "heads.json") == []
    database.close()


def test_copies_made_while_others_write_are_whole(data, new_uow, clock):
    stop = threading.Event()

    def write():
        uow, n = new_uow(), 0
        while not stop.is_set():
            with uow:
                uow.events.append(Event(stream=f"s{n % 3}", kind="k", actor=SYSTEM, at=AT, data={"n": n}))
                uow.commit()
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [copied(data, clock) for _ in range(5)]
    finally:
        stop.set()
        writer.join()
    assert len({copy.path for copy in made}) == 5
    assert all(copy.sound() for copy in made)


@pytest.mark.usefixtures("planned")
def test_a_changed_byte_is_noticed(data, clock):
    copy = copied(data, clock)
    path = copy.path / "roomctl.db"
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert not copy.sound()


def _index_damaged(path):
    """The file opens and reads, and its index tells another story than its table: only the whole check sees it."""
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA writable_schema = ON")
        opened.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'state', 'title') WHERE name = 'ix_meetings_state'"
        )
        opened.commit()


def _reference_to_nothing(path):
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("UPDATE meetings SET room = 'nowhere'")
        opened.commit()


def _end_cut_off(path):
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
        opened.commit()


@pytest.mark.parametrize("harm", [_index_damaged, _reference_to_nothing, _end_cut_off], ids=lambda f: f.__name__)
@pytest.mark.usefixtures("database", "planned")
def test_a_database_that_is_no_good_makes_no_copy_and_costs_no_earlier_one(data, clock, harm):
    good = copied(data, clock)
    harm(data / "roomctl.db")
    clock.advance(3600)
    with pytest.raises(Damaged) as refused:
        copied(data, clock)
    assert good.name in refused.value.mend
    assert [path.name for path in (data / "backups").iterdir()] == [good.name]


def test_no_database_no_copy(tmp_path, clock):
    with pytest.raises(NotFound):
        copied(tmp_path, clock)


def test_a_folder_that_cannot_be_written_is_told_of(data, clock):
    (data / "file").touch()
    with pytest.raises(BadInput) as refused:
        back_up(data / "roomctl.db", data / "file" / "x", clock)
    assert "--to" in refused.value.mend


# --- which stay, and when ----------------------------------------------------------------------------------------

INSTANTS = st.lists(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC)),
    max_size=300,
)


@given(INSTANTS)
def test_rotation_keeps_the_newest_and_a_bounded_number(times):
    staying = set(kept(times))
    assert staying <= set(times)
    assert len(staying) <= 24 + 14 + 8
    assert not times or max(times) in staying


@given(INSTANTS)
def test_rotating_again_changes_nothing(times):
    once = set(kept(times))
    assert set(kept(list(once))) == once


def test_after_a_year_of_hours_there_are_24_hours_14_days_and_8_weeks():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    staying: list[datetime] = []
    for hour in range(24 * 200):
        staying = sorted(set(kept([*staying, start + timedelta(hours=hour)])))
    assert len({at.strftime("%Y%m%d%H") for at in staying[-24:]}) == 24
    assert len({at.date() for at in staying}) >= 14
    assert len({at.strftime("%G%V") for at in staying}) == 8
    assert staying[-1] - staying[0] >= timedelta(weeks=7)


def test_rotation_removes_copies_read_only_as_they_are_and_nothing_else(data, clock):
    (data / "backups").mkdir()
    (data / "backups" / "roomctl-before-0009.db").touch()
    for _ in range(4):
        copied(data, clock)
        clock.advance(25 * 60)
    assert rotate(data / "backups") == ["20261112T010000Z"]  # of its hour there is a newer one
    assert sorted(path.name for path in (data / "backups").iterdir()) == [
        "20261112T012500Z",  # within an hour of the newest
        "20261112T015000Z",
        "20261112T021500Z",
        "roomctl-before-0009.db",
    ]


def test_of_the_databases_from_before_a_migration_the_newest_five_stay(data, clock):
    copied(data, clock)
    for n in range(1, 9):
        made = data / "backups" / f"roomctl-before-{n:04}.db"
        made.touch()
        os.utime(made, (n, n))
    assert rotate(data / "backups") == [f"roomctl-before-{n:04}.db" for n in (3, 2, 1)]
    assert rotate(data / "backups") == []


def test_the_host_makes_one_each_hour(data, database, clock):
    schedule = BackupSchedule(database, data, clock)
    made = 0
    for _ in range(3 * 60 + 1):
        if schedule.due():
            assert schedule.run()
            made += 1
        clock.advance(60)
    assert made == 4
    assert not BackupSchedule(database, data, clock).due()  # a restart makes none before its time


def test_the_host_does_not_wait_for_it(data, database, clock):
    schedule = BackupSchedule(database, data, clock)
    schedule.look()
    schedule.look()  # while it is under way, or done: no second one
    until(lambda: copies(data / "backups"))
    assert len(copies(data / "backups")) == 1


def test_a_clock_that_was_set_back_keeps_no_copy_from_being_made(data, database, clock):
    copied(data, clock)
    clock.set(AT - timedelta(days=30))
    assert BackupSchedule(database, data, clock).due()


def test_a_copy_that_fails_is_tried_again_later_and_stops_nobody(data, database, clock):
    (data / "backups").touch()
    told = []
    schedule = BackupSchedule(database, data, clock, told.append)
    for _ in range(3):
        assert schedule.due()
        assert schedule.run() is None
        assert not schedule.due()
        clock.advance(600)
    assert len(told) == 1  # not again every ten minutes
    assert "backups" in told[0]
    (data / "backups").unlink()
    assert schedule.due()
    assert schedule.run()
